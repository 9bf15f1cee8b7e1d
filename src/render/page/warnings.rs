//! Notes and warnings.

use super::{Page, Tone};
use crate::escape::shorten_name;
use crate::report::Report;

impl Page {
    pub(super) fn warnings(&mut self, report: &Report) {
        if report.warnings.is_empty() {
            return;
        }
        self.quiet_heading("notes");
        for w in &report.warnings {
            let code = shorten_name(&w.code).into_owned();
            self.led(Tone::Warn, code, w.message.as_str());
        }
    }
}
