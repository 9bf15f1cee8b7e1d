//! Models of the user's own: which are meant, and how they are run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::terminal;
use crate::error::{Error, Result};
use crate::model::ModelSpec;
use crate::model::external::{Exchange, ExternalOptions, ExternalSpec};

/// How tables are written for `cmd:` models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExchangeChoice {
    /// Text with a header.
    Csv,
    /// Parquet.
    Parquet,
}

/// Flags of external models.
#[derive(Debug, Clone, Args)]
pub struct ExternalArgs {
    /// Python of python: models [default: that of the active environment, else python3]
    #[arg(long, value_name = "PATH", help_heading = "Models", hide_short_help = true)]
    pub python: Option<PathBuf>,

    /// Seconds that one fit of a python:, worker: or cmd: model may take; for ever without it
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_hyphen_values = true, help_heading = "Models", hide_short_help = true)]
    pub timeout: Option<Duration>,

    /// Form of the files of cmd: models
    #[arg(
        long,
        value_enum,
        value_name = "csv|parquet",
        default_value = "csv",
        hide_possible_values = true,
        help_heading = "Models",
        hide_short_help = true
    )]
    pub exchange: ExchangeChoice,

    /// Show what python:, worker: and cmd: models print, on standard error
    #[arg(long, help_heading = "Models", hide_short_help = true)]
    pub verbose: bool,
}

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let seconds: f64 = text.trim().parse().map_err(|_| "write seconds, such as 60 or 0.5".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(timeout) if seconds > 0.0 => Ok(timeout),
        _ => Err("seconds are a number above 0, such as 60 or 0.5".into()),
    }
}

impl ExternalArgs {
    /// As the library has them.
    pub fn options(&self) -> ExternalOptions {
        let mut options = ExternalOptions::default();
        options.python.clone_from(&self.python);
        options.timeout = self.timeout;
        options.exchange = match self.exchange {
            ExchangeChoice::Csv => Exchange::Csv,
            ExchangeChoice::Parquet => Exchange::Parquet,
        };
        if self.verbose {
            options.listener = Some(Arc::new(|line: &str| terminal::say(line)));
        }
        options
    }

    /// The name of a report's model, and the model itself where it is stated anew: a report starts no program.
    ///
    /// # Errors
    /// As [`ExternalArgs::models`].
    pub fn stated(&self, model: Option<&str>) -> Result<(Option<String>, Option<ExternalSpec>)> {
        let text: Vec<String> = model.map(str::to_owned).into_iter().collect();
        let (_, mut external) = self.models(&text)?;
        let spec = external.pop();
        Ok((spec.as_ref().map(|spec| spec.name.clone()).or_else(|| model.map(str::to_owned)), spec))
    }

    /// The built-in models and the external ones of a command line.
    ///
    /// # Errors
    /// An input error for an external model that is written wrong, and for flags that no model has a use for.
    pub fn models<'m>(&self, texts: &'m [String]) -> Result<(Vec<&'m str>, Vec<ExternalSpec>)> {
        let (external, own): (Vec<&String>, Vec<&String>) = texts.iter().partition(|text| ExternalSpec::is_one(text));
        let external = external.into_iter().map(|text| ExternalSpec::parse(text)).collect::<Result<Vec<_>>>()?;
        let given =
            [("--python", self.python.is_some()), ("--timeout", self.timeout.is_some()), ("--verbose", self.verbose)];
        if let Some((flag, _)) = given.iter().find(|(_, given)| *given).filter(|_| external.is_empty()) {
            return Err(Error::setting(format!("{flag} has no effect without a python:, worker: or cmd: model"))
                .advise("name one with --model, or leave the flag out"));
        }
        Ok((own.into_iter().flat_map(|list| ModelSpec::split_list(list)).collect(), external))
    }
}
