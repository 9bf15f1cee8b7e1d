//! Settings in sentences, as flags.

use super::shell::list_flag;
use crate::setting::{Setting, SettingSpelling};

/// `--test-size`, `--test-size 0.2`, `--na='-'`.
#[derive(Debug)]
pub(crate) struct Flags;

impl SettingSpelling for Flags {
    fn name(&self, setting: Setting) -> String {
        format!("--{}", setting.singular.replace('_', "-"))
    }

    fn with_value(&self, setting: Setting, value: &str) -> String {
        format!("{} {value}", self.name(setting))
    }

    fn with_item(&self, setting: Setting, item: &str) -> String {
        list_flag(&self.name(setting), item)
    }
}
