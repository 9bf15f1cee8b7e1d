//! Flags of claims, and what verdicts mean for the exit code.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ExitCode;
use crate::error::Result;
use crate::verdict::{Allowed, ClaimResult, ClaimsFile, Verdict, read_share};

/// What an undecided claim does to the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Undecided {
    /// It does not count
    Pass,
    /// Exit code 4
    Fail,
}

/// Claims, as flags.
#[derive(Debug, Args)]
pub struct ClaimArgs {
    /// A claim about the scores, such as 'p05(r2) >= 0.3'; repeat for several. Exit 1 if one fails
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, help_heading = "Claims")]
    pub claim: Vec<String>,

    /// TOML file of claims, each with name, why, expr and confidence
    #[arg(long, value_name = "FILE", help_heading = "Claims", hide_short_help = true)]
    pub claims: Vec<PathBuf>,

    /// Judge claims that say no other by their bounds at this confidence, such as 0.95 or 95%
    #[arg(long, value_name = "C", value_parser = confidence, allow_hyphen_values = true, help_heading = "Claims", hide_short_help = true)]
    pub confidence: Option<f64>,

    /// Splits that may have no score (a failed fit, an undefined score), as a number or a share such as 5%; with
    /// more of them a claim fails [default: 0]
    #[arg(long, value_name = "N|SHARE", allow_hyphen_values = true, help_heading = "Claims", hide_short_help = true)]
    pub allow_failed: Option<Allowed>,

    /// Whether an undecided claim passes (exit 0) or fails (exit 4)
    #[arg(
        long,
        value_enum,
        default_value = "pass",
        hide_possible_values = true,
        value_name = "pass|fail",
        help_heading = "Claims",
        hide_short_help = true
    )]
    pub undecided: Undecided,
}

/// How scores are judged where a run or a file of scores is: claims, bounds on the worst split, and what counts as equal.
#[derive(Debug, Args)]
pub struct JudgingArgs {
    /// Exit 1 if any split scores below V (metrics that are better when higher)
    #[arg(long, value_name = "METRIC=V", help_heading = "Claims")]
    pub fail_below: Vec<String>,

    /// Exit 1 if any split scores above V (metrics that are better when lower)
    #[arg(long, value_name = "METRIC=V", help_heading = "Claims")]
    pub fail_above: Vec<String>,

    #[command(flatten)]
    pub claims: ClaimArgs,

    /// Differences between models up to this are taken as practically equal: N% of a metric's scale (the larger of the
    /// baseline's and the best model's mean score), a difference in its unit, or METRIC=N% or METRIC=DIFFERENCE for one metric; repeat or separate by commas
    #[arg(
        long,
        value_name = "N%|DIFFERENCE|METRIC=...",
        default_value = "1%",
        allow_hyphen_values = true,
        help_heading = "Comparison",
        hide_short_help = true
    )]
    pub rope: Vec<String>,
}

/// Reads the confidence.
fn confidence(text: &str) -> std::result::Result<f64, String> {
    read_share(text).map_err(|e| e.to_string())
}

impl ClaimArgs {
    /// The claims of flags and files, in that order.
    ///
    /// # Errors
    /// An input error where a file cannot be read or the confidence is none.
    pub fn stated(&self) -> Result<ClaimsFile> {
        if let Some(confidence) = self.confidence {
            crate::verdict::check_confidence(confidence, "--confidence")?;
        }
        ClaimsFile::gathered(&self.claim, self.claims.iter().map(|path| path.to_string_lossy()))
    }

    /// What verdicts mean for the exit code.
    pub fn exit_code(&self, claims: &[ClaimResult]) -> ExitCode {
        let any = |verdict| claims.iter().any(|c| c.verdict == verdict);
        if any(Verdict::Fails) {
            ExitCode::Fails
        } else if any(Verdict::Undecided) && self.undecided == Undecided::Fail {
            ExitCode::Undecided
        } else {
            ExitCode::Holds
        }
    }
}
