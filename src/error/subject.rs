//! What an error is about.

use serde::Serialize;

use crate::setting::Setting;

/// What an error is about, by its name. The name is as it was given: it is not made safe for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Subject {
    /// A setting, by its name in a call, such as `test_size`.
    Setting(String),
    /// A column of a table.
    Column(String),
    /// A model.
    Model(String),
    /// A metric.
    Metric(String),
    /// A probe.
    Probe(String),
    /// A behaviour.
    Behaviour(String),
    /// A claim, as it is written.
    Claim(String),
    /// A file, or a dataset that is none.
    File(String),
}

impl From<Setting> for Subject {
    fn from(setting: Setting) -> Self {
        Self::Setting(setting.keyword.to_owned())
    }
}
