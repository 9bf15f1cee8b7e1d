//! Flags for runs that are long, or shared out over machines.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::journal::{JournalFile, has_pictures};
use super::shard::Shard;
use crate::error::{Error, Result};
use crate::evaluation::PreparedEvaluation;
use crate::run::Part;
use crate::run::part::journal::JournalHeader;

/// Flags of `eval`.
#[derive(Debug, Args)]
pub struct LongRunArgs {
    /// Keep every split as it is done in a new file, from which --resume goes on whatever ended the run
    #[arg(long, value_name = "FILE", conflicts_with = "resume", help_heading = "Long runs", hide_short_help = true)]
    journal: Option<PathBuf>,

    /// Go on with a journal: its splits are not done again; begins one where there is none. More --splits than before are added
    #[arg(long, value_name = "FILE", help_heading = "Long runs", hide_short_help = true)]
    resume: Option<PathBuf>,

    /// Do the splits K, K + N, K + 2N … alone, as K/N with K from 0, and keep them for merge [default file: part-K-of-N.ndjson].
    /// Without a value the array job says which (Slurm, AWS Batch, LSF); auto/N for Kubernetes and PBS, which do not say N
    #[arg(
        long,
        value_name = "K/N",
        num_args = 0..=1,
        default_missing_value = "auto",
        help_heading = "Long runs",
        hide_short_help = true
    )]
    shard: Option<String>,

    /// End after so long, as 90s, 30m or 2h, and report the splits that are done
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true, help_heading = "Long runs", hide_short_help = true)]
    pub max_time: Option<Duration>,
}

/// What a run goes on from, and the file that keeps what it does.
pub struct Kept {
    pub journal: JournalFile,
    pub done: Vec<Part>,
}

impl LongRunArgs {
    /// The splits that are this machine's.
    pub fn shard(&self) -> Result<Option<Shard>> {
        self.shard.as_deref().map(Shard::read).transpose()
    }

    /// Whether what is done is kept as it is done.
    pub fn keeps(&self) -> bool {
        self.journal.is_some() || self.resume.is_some() || self.shard.is_some()
    }

    /// Whether the run goes on from a journal, where there is one.
    pub fn resumes(&self) -> bool {
        self.resume.is_some()
    }

    /// Whether the run goes on from a journal that has what pictures need, so that it has to be gathered of all splits.
    pub fn has_pictures(&self) -> bool {
        self.resume.as_deref().is_some_and(has_pictures)
    }

    /// The files that are written, each with what it is.
    pub fn paths(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.journal.iter().chain(&self.resume).map(|path| ("journal", path.as_path()))
    }

    /// The file of the journal.
    pub fn path(&self, shard: Option<Shard>) -> Option<PathBuf> {
        let named = self.journal.as_ref().or(self.resume.as_ref()).cloned();
        named.or_else(|| shard.map(|shard| PathBuf::from(shard.file_name())))
    }

    /// Opens the journal, where there is to be one.
    pub fn open(
        &self,
        prepared: &PreparedEvaluation,
        shard: Option<Shard>,
        command: &[String],
    ) -> Result<Option<Kept>> {
        let Some(path) = self.path(shard) else { return Ok(None) };
        let header = JournalHeader::new(prepared.question(), prepared.plan.splits(), command.to_vec());
        let (journal, done) = if self.resume.is_some() {
            JournalFile::resume(&path, prepared, &header)?
        } else {
            (JournalFile::create(&path, &header)?, Vec::new())
        };
        Ok(Some(Kept { journal, done }))
    }
}

/// Reads a time such as `90s`, `30m`, `1.5h` or `2d`.
fn duration(text: &str) -> std::result::Result<Duration, String> {
    let wrong = || "give a time above 0 with its unit, as in 90s, 30m, 2h or 1d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86400.0,
        _ => return Err(wrong()),
    };
    let number: f64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let total = number * seconds;
    if total > 0.0 && total < 1e9 { Ok(Duration::from_secs_f64(total)) } else { Err(wrong()) }
}

/// Refuses what a shard has nothing for.
pub fn check_shard(has_outputs: bool, is_auto: bool, fails_fast: bool) -> Result<()> {
    let refused = |flag: &str, advice: &str| {
        Err(Error::setting(format!("{flag} does not go with --shard, which does some of the splits")).advise(advice))
    };
    if has_outputs {
        return refused("--output, --format or --save-model", "give it to merge, once all parts are there");
    }
    if is_auto {
        return Err(Error::setting(
            "--splits auto over shards goes on in rounds, and each shard needs to know its own",
        )
        .advise("name its part by --resume FILE, and ask merge --decide after each round"));
    }
    if fails_fast {
        return refused("--fail-fast", "leave it out");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1.5h"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("2d"), Ok(Duration::from_secs(172_800)));
        for wrong in ["", "h", "5", "-1s", "0m", "1e99h", "nans", "2 weeks"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
