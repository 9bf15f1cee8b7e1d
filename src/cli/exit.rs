//! Exit codes: the one place where they are defined.

use crate::error::Error;

/// How the program ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExitCode {
    /// 0: it ran, and every claim holds.
    Holds,
    /// 1: a claim fails.
    Fails,
    /// 2: invalid input (usage, unreadable or unsuitable data, an unknown name).
    Input,
    /// 3: a run could not be finished.
    Run,
    /// 4: a claim is undecided, and that was to count (`--undecided fail`).
    Undecided,
    /// 130: stopped by Ctrl-C, SIGTERM or SIGHUP; the splits done were reported, where there is such a report.
    Stopped,
}

impl ExitCode {
    /// The code of an error; a reader that went away is none, where nothing is judged.
    pub fn of(error: &Error) -> Self {
        match error.exit_code() {
            0 => Self::Holds,
            3 => Self::Run,
            _ => Self::Input,
        }
    }

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Fails => 1,
            Self::Input => 2,
            Self::Run => 3,
            Self::Undecided => 4,
            Self::Stopped => 130,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}
