//! The one error type of the library: what kind of problem, with its parts, its stable code and its exit code.

mod problem;
mod subject;
mod suggest;

use std::fmt::Display;

pub use problem::Problem;
pub use subject::Subject;
pub use suggest::{did_you_mean, did_you_mean_one_of, suggestion_or_all, suggestion_or_list};

use crate::escape::terminal;

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Declares the kinds: the enum, a constructor for each, and what is known of them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $new:ident, $code:literal, $exit:literal, $summary:literal;)+) => {
        /// Why an evaluation could not be done. It is shown as one sentence, `place: what; advice`.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Error {
            $(#[doc = $summary] #[error("{0}")] $kind(Box<Problem>),)+
            /// The reader of the output went away (`| head`): a quiet end.
            #[error("the reader of the output closed it")]
            BrokenPipe,
        }

        impl Error {
            $(
                #[doc = concat!("An error of the kind `", $code, "`. What is wrong may hold names from data: it becomes one line, in which nothing acts.")]
                pub fn $new(what: impl AsRef<str>) -> Self {
                    Self::$kind(Box::new(Problem::new(what.as_ref())))
                }
            )+

            /// The stable code of the kind, such as `invalid-setting`.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => $code,)+
                    Self::BrokenPipe => "broken-pipe",
                }
            }

            /// How the program ends with it: 2 for invalid input, 3 for a run that could not be finished, 0 for a reader
            /// that went away.
            pub fn exit_code(&self) -> u8 {
                match self {
                    $(Self::$kind(_) => $exit,)+
                    Self::BrokenPipe => 0,
                }
            }

            /// What it says, in parts; `None` where there is nothing to say.
            pub fn problem(&self) -> Option<&Problem> {
                match self {
                    $(Self::$kind(problem) => Some(problem),)+
                    Self::BrokenPipe => None,
                }
            }

            fn problem_mut(&mut self) -> Option<&mut Problem> {
                match self {
                    $(Self::$kind(problem) => Some(problem),)+
                    Self::BrokenPipe => None,
                }
            }
        }

        #[cfg(feature = "cli")]
        /// Codes of all kinds, each with its exit code and what it is.
        pub const KINDS: &[(&str, u8, &str)] = &[
            $(($code, $exit, $summary),)+
            ("broken-pipe", 0, "The reader of the output went away."),
        ];
    };
}

kinds! {
    Setting, setting, "invalid-setting", 2, "A setting has no such value, or two settings do not go together.";
    File, file, "unreadable-file", 2, "A file is not there, cannot be read, or is not in a form that is read.";
    Data, data, "unsuitable-data", 2, "A table can be read, and does not suit what is asked of it.";
    Model, model, "invalid-model", 2, "A model or one of its parameters does not exist, or does not suit the target.";
    Metric, metric, "invalid-metric", 2, "A metric does not exist, or does not suit the target.";
    Claim, claim, "invalid-claim", 2, "A claim, a behaviour or a bound cannot be read or checked.";
    Probe, probe, "invalid-probe", 2, "A probe does not exist, or does not suit the target.";
    Report, report, "unsuitable-report", 2, "A report or a part of a run does not hold what is asked of it, or is of other data.";
    Run, run, "run-failed", 3, "A run could not be finished.";
    Write, write, "write-failed", 3, "A result could not be written.";
    Internal, internal, "internal", 3, "An assumption of the program does not hold: a bug.";
}

impl Error {
    fn with(mut self, change: impl FnOnce(&mut Problem)) -> Self {
        if let Some(problem) = self.problem_mut() {
            change(problem);
        }
        self
    }

    /// What it is about, where that is one thing.
    pub fn subject(&self) -> Option<&Subject> {
        self.problem()?.subject.as_ref()
    }

    /// The same error, known to be about this, unless it is known already to be about something within.
    #[must_use]
    pub fn about(self, subject: impl Into<Subject>) -> Self {
        self.with(|problem| {
            problem.subject.get_or_insert(subject.into());
        })
    }

    /// The same error, said to be at a place: a file, a row or line of one.
    #[must_use]
    pub fn at(self, place: impl AsRef<str>) -> Self {
        self.with(|problem| problem.place = Some(terminal::sentence(place.as_ref())))
    }

    /// The same error, said to be within a larger place than its own, if it has one.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        self.with(|problem| {
            let outer = terminal::sentence(outer);
            problem.place = Some(problem.place.take().map_or(outer.clone(), |place| format!("{outer}, {place}")));
        })
    }

    /// The same error with (more) advice: what to do about it.
    #[must_use]
    pub fn advise(self, advice: impl AsRef<str>) -> Self {
        self.with(|problem| {
            let more = terminal::sentence(advice.as_ref());
            problem.advice = Some(problem.advice.take().map_or(more.clone(), |advice| format!("{advice}; {more}")));
        })
    }

    /// The same error with what a front end knows of where a setting came from.
    #[must_use]
    pub fn noted(self, note: impl AsRef<str>) -> Self {
        self.with(|problem| problem.note = Some(terminal::sentence(note.as_ref())))
    }

    /// The same error with lines below its sentence.
    #[must_use]
    pub fn with_lines(self, lines: &[String]) -> Self {
        self.with(|problem| problem.lines = lines.iter().map(|line| terminal::sentence(line)).collect())
    }

    /// Turns an error of writing to `place` into one of ours; a broken pipe stays a quiet one.
    pub fn writing(place: impl Display, error: &std::io::Error) -> Self {
        if is_broken_pipe(error) { Self::BrokenPipe } else { Self::write(format!("cannot write {place}: {error}")) }
    }

    /// The same for an error of the library that writes tables.
    pub fn writing_table(place: impl Display, error: &polars::error::PolarsError) -> Self {
        match error {
            polars::error::PolarsError::IO { error, .. } => Self::writing(place, error),
            // Some ways through the library keep the text alone.
            other if other.to_string().contains("Broken pipe") => Self::BrokenPipe,
            other => {
                let text = other.to_string();
                let why = text.rsplit_once("underlying IO error: ").map_or(text.as_str(), |(_, why)| why);
                Self::write(format!("cannot write {place}: {why}"))
            }
        }
    }
}

/// Whether somebody who read what is written went away; libraries wrap what the system says.
fn is_broken_pipe(error: &std::io::Error) -> bool {
    let wrapped = error.get_ref().and_then(|e| e.downcast_ref::<csv::Error>());
    let kind = match wrapped.map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(inner)) => inner.kind(),
        _ => error.kind(),
    };
    kind == std::io::ErrorKind::BrokenPipe
}

/// What a caught panic says.
pub fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no reason given")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_an_error_make_a_sentence() {
        let error = Error::data("target 'y' is missing in every row").at("a.csv").advise("choose another target");
        assert_eq!(error.to_string(), "a.csv: target 'y' is missing in every row; choose another target");
        assert_eq!((error.code(), error.exit_code()), ("unsuitable-data", 2));
        let problem = error.problem().unwrap();
        assert_eq!(problem.place.as_deref(), Some("a.csv"));
        assert_eq!(problem.advice.as_deref(), Some("choose another target"));
        let error = Error::claim("no metric 'r3'").at("character 7").within("claims.toml: claim 1");
        assert_eq!(
            error.clone().noted("set in a file").to_string(),
            "claims.toml: claim 1, character 7: no metric 'r3' (set in a file)"
        );
        assert_eq!(error.with_lines(&["r3".into(), "^".into()]).to_string().lines().count(), 3);
        assert_eq!((Error::BrokenPipe.problem(), Error::BrokenPipe.subject()), (None, None));
    }

    #[test]
    fn the_subject_is_the_innermost_one_and_data() {
        let error = Error::data("no column 'x'").about(Subject::Column("x".into()));
        let error = error.about(Subject::File("a.csv".into())).at("a.csv");
        assert_eq!(error.subject(), Some(&Subject::Column("x".into())));
        assert_eq!(error.to_string(), "a.csv: no column 'x'");
        let told = serde_json::to_value(error.problem()).unwrap();
        let want = serde_json::json!({
            "subject": {"kind": "column", "name": "x"}, "place": "a.csv", "what": "no column 'x'"
        });
        assert_eq!(told, want);
        let setting = Error::setting("too large").about(crate::setting::TEST_SIZE);
        assert_eq!(setting.subject(), Some(&Subject::Setting("test_size".into())));
    }

    #[test]
    fn names_from_data_do_not_act_in_any_part() {
        let escape = "\u{1b}[31mred\nline";
        let error = Error::file(escape).at(escape).advise(escape).noted(escape).to_string();
        assert!(!error.contains('\u{1b}') && error.lines().count() == 1, "{error}");
    }

    #[test]
    fn each_kind_has_a_code_of_its_own() {
        for (i, (code, exit, _)) in KINDS.iter().enumerate() {
            assert!(KINDS[..i].iter().all(|(other, ..)| other != code) && matches!(exit, 0 | 2 | 3));
        }
    }
}
