//! Files that a report names. A report may come from a stranger, and may name any file of this machine.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::PreparedEvaluation;
use crate::error::{Error, Result};
use crate::report::Report;
use crate::setting::DATA;

/// The data and the split plan of a report, and whether messages may show what is in them.
pub struct ReportFiles<'a> {
    report: &'a Report,
    place: &'a Path,
    /// Files that lie elsewhere than the report, and that nobody but the report names.
    unconfirmed: Vec<&'a str>,
}

impl<'a> ReportFiles<'a> {
    /// Checks that the files that a report names are regular ones, before any is opened. `place` is the report's file,
    /// `data` the data's file where somebody else than the report names it.
    ///
    /// # Errors
    /// An input error that names the file which is a device or a pipe, or a folder where that is no table.
    pub fn check(report: &'a Report, place: &'a Path, data: Option<&str>) -> Result<Self> {
        let path = report.table()?.path.as_str();
        let named_data = (data.is_none() && path != "-").then_some(path);
        let plan = report.plan.scheme.strip_prefix("file:");
        let mut unconfirmed = Vec::new();
        let advice = [
            (named_data, "data", format!("name its file with {DATA}")),
            (plan, "split plan", "put the plan back".to_owned()),
        ];
        for (path, what, advice) in advice.into_iter().filter_map(|(path, what, advice)| Some((path?, what, advice))) {
            // One that is not there is told where it is read.
            let Ok(about) = std::fs::metadata(path) else {
                if path.contains(['*', '?']) {
                    unconfirmed.push(path);
                }
                continue;
            };
            // A table may be the files of a folder, of which regular ones alone are read.
            if !(about.is_file() || about.is_dir() && what == "data") {
                return Err(Error::report(format!(
                    "{} names it as its {what}, and it is no regular file",
                    place.display()
                ))
                .at(path)
                .advise(&advice));
            }
            if !is_beside(place, Path::new(path)) {
                unconfirmed.push(path);
            }
        }
        Ok(Self { report, place, unconfirmed })
    }

    /// Reads the files and checks that they are the report's. Nothing that a file elsewhere holds is in an error, unless
    /// it is the very file that was evaluated.
    ///
    /// # Errors
    /// Those of `prepare`, and an input error where the files are not the report's.
    pub fn open(&self, prepare: impl FnOnce() -> Result<PreparedEvaluation>) -> Result<PreparedEvaluation> {
        let read = || {
            let prepared = prepare()?;
            prepared.check_data(self.report)?;
            Ok(prepared)
        };
        if self.unconfirmed.is_empty() {
            return read();
        }
        match catch_unwind(AssertUnwindSafe(read)) {
            Ok(Ok(prepared)) if self.plan_agrees(&prepared) => Ok(prepared),
            Ok(Err(error)) if error.exit_code() == 3 => Err(Error::run(self.refusal())),
            _ => Err(Error::report(self.refusal())),
        }
    }

    /// Whether the splits have the numbers and sizes that the report tells, where a file says what they are.
    fn plan_agrees(&self, prepared: &PreparedEvaluation) -> bool {
        if !self.report.plan.scheme.starts_with("file:") {
            return true;
        }
        let plan = &prepared.plan;
        let Some(done) = self.report.splits() else { return false };
        done.len() <= plan.splits()
            && (0..done.len()).all(|k| {
                let split = plan.draw(k);
                plan.number(k) == done.numbers.at(k)
                    && (split.train.len(), split.test.len())
                        == (done.n_train.at(k) as usize, done.n_test.at(k) as usize)
            })
    }

    fn refusal(&self) -> String {
        format!(
            "{} names {} outside its folder, and that cannot be read as the file that was evaluated (nothing of it is shown); name the \
             report's data with {DATA}, or put its files beside it",
            self.place.display(),
            self.unconfirmed.join(" and ")
        )
    }
}

/// Whether a file is in the folder of another one or below, links followed.
fn is_beside(report: &Path, file: &Path) -> bool {
    let (Ok(report), Ok(file)) = (report.canonicalize(), file.canonicalize()) else { return false };
    report.is_file() && report.parent().is_some_and(|folder| file.starts_with(folder))
}
