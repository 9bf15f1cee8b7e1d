//! Whether the scores of all splits can be held.

use crate::error::{Error, Result};
use crate::evaluation::PreparedEvaluation;
use crate::run::memory::{available, size};

/// Refuses a run whose scores cannot be held.
///
/// # Errors
/// An input error that names the number of splits and what takes less.
pub fn check_memory(prepared: &PreparedEvaluation) -> Result<()> {
    let splits = prepared.plan.splits() as u64;
    let (need, most) = (bytes_of_splits(prepared, splits), available());
    let Some(most) = most.filter(|most| *most < need) else { return Ok(()) };
    let fewer = splits * (most / 1024) / (need / 1024).max(1);
    Err(Error::setting(format!("{splits} splits need {} of memory for scores by {} metrics of {} models with the baseline, and {} can be had", size(need), prepared.metrics.len(), prepared.models.len(), size(most))).advise(format!("ask for fewer --splits (up to some {}), models, metrics or probes, or for --format ndjson alone, which keeps no scores", rounded(fewer))))
}

/// The least that is held of so many splits when they are summed up.
fn bytes_of_splits(prepared: &PreparedEvaluation, splits: u64) -> u64 {
    let scores = (prepared.models.len() * prepared.metrics.len() * 16) as u64;
    // The baseline is not probed, and a reading may be there for some models only.
    let readings = (prepared.names.readings.len() * 8) as u64;
    let read = prepared.probe_splits.map_or(splits, |first| splits.min(first as u64));
    // Besides: the fingerprint of a split, and lists of one metric that are worked out at a time.
    splits.saturating_mul(scores + 64).saturating_add(read.saturating_mul(readings))
}

/// Two digits, and noughts behind them.
fn rounded(number: u64) -> u64 {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    number / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_are_enough() {
        assert_eq!((rounded(0), rounded(99), rounded(123_456)), (0, 99, 120_000));
    }
}
