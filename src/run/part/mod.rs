//! The part: what a run has done so far, for any set of its splits, as one value.
//!
//! Parts of one question can be written, read and [joined](Part::join), in any order, and a report is made of a part and
//! nothing else: however the splits were shared out, it is the report of a run that does them all. Numbers of single
//! splits are kept split by split, in the order of the plan, and sums over splits are exact ([`ExactSums`](crate::stats::ExactSums)).

#[cfg(feature = "cli")]
pub mod journal;
mod question;
mod splits;
mod text;
mod totals;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use super::evaluate::{ModelScores, SplitScores};
use super::stopping::StopReason;
use crate::error::{Error, Result};

pub use question::Question;
pub use splits::{ModelSplits, Splits};
pub use totals::RowTotals;

/// Splits that a message lists.
const LISTED: usize = 5;

/// What a run has done so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Read")]
pub struct Part {
    /// What was asked.
    question: Question,
    /// Why the run that did these splits ended with the last of them, where it did so by itself.
    ended: Option<StopReason>,
    /// The splits.
    splits: Splits,
}

/// A part as it is read, not yet checked.
#[derive(Deserialize)]
struct Read {
    question: Question,
    ended: Option<StopReason>,
    splits: Splits,
}

impl TryFrom<Read> for Part {
    type Error = &'static str;

    fn try_from(read: Read) -> Result<Self, Self::Error> {
        let Read { question, ended, splits } = read;
        splits.check()?;
        Ok(Self { question, ended, splits })
    }
}

impl Part {
    /// Creates the part of a run that has done nothing yet.
    pub(super) fn new(question: Question) -> Self {
        Self { question, ended: None, splits: Splits::default() }
    }

    /// Says what was asked, of a part that was kept without it.
    pub(crate) fn set_question(&mut self, question: Question) {
        self.question = question;
    }

    /// What was asked.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The splits that were done, in the order of the plan.
    pub fn splits(&self) -> &Splits {
        &self.splits
    }

    /// Number of splits.
    pub fn len(&self) -> usize {
        self.splits.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.splits.is_empty()
    }

    /// Why the run that did these splits ended with the last of them, where it did so by itself.
    pub fn ended(&self) -> Option<StopReason> {
        self.ended
    }

    /// Those of the places, which ascend, whose splits it does not have.
    pub(crate) fn missing(&self, places: impl Iterator<Item = usize>) -> impl Iterator<Item = usize> {
        let mut there = self.splits.places.iter().map(|place| place as usize).peekable();
        places.filter(move |place| {
            while there.next_if(|known| known < place).is_some() {}
            there.peek() != Some(place)
        })
    }

    /// Whether splits of a run of so many are still to be done.
    pub fn is_partial(&self, splits: usize) -> bool {
        self.len() < splits && self.ended.is_none()
    }

    /// Adds the next split in the order of the plan, scored by these metrics; for each model whether it shares work.
    pub(super) fn push(&mut self, split: &SplitScores, metrics: &[String], shared: &[bool]) {
        self.splits.push(split, metrics);
        for ((model, scores), shared) in self.splits.models.iter_mut().zip(&split.models).zip(shared) {
            model.shared = *shared;
            if let Ok(ModelScores { observation: Some(observation), .. }) = scores {
                model.add_up(&observation.row_sums);
            }
        }
    }

    /// Says that the run has ended by itself.
    pub(super) fn end(&mut self, reason: Option<StopReason>) {
        self.ended = reason;
    }

    /// The same without what probes have seen and what was counted, which follow from the predictions.
    #[cfg(feature = "cli")]
    pub(crate) fn without_observations(mut self) -> Self {
        self.splits.forget_observations();
        self
    }

    /// Everything that either part has. Splits that both have are taken once; where sums over rows were made of them,
    /// one of the parts must then have all splits of the other, since nobody can take a split out of a sum again.
    ///
    /// # Errors
    /// An input error where the parts are of different questions, where they have different results of one split, and
    /// where sums over rows have some but not all splits in common.
    pub fn join(a: Self, b: Self) -> Result<Self> {
        if let Some(difference) = a.question.difference(&b.question) {
            return Err(Error::report(format!("the parts are of different questions: {difference}")));
        }
        let common = a.common(&b)?;
        // The run has ended as that of a part which has all its splits.
        let of = |one: &Self, other: &Self| one.ended.filter(|_| common == other.len());
        let ended = of(&a, &b).max(of(&b, &a));
        // The one that begins first, so that splits which follow are added and no others are moved.
        let begins = |part: &Self| part.splits.places.iter().next();
        let (mut a, mut b) = if b.is_empty() || !a.is_empty() && begins(&a) <= begins(&b) { (a, b) } else { (b, a) };
        if common == b.len() {
            return Ok(Self { ended, ..a });
        }
        if common == a.len() {
            return Ok(Self { ended, ..b });
        }
        let sums = join_sums(&mut a.splits, &mut b.splits)?;
        let mut splits = merge(a.splits, &b.splits);
        splits.models.iter_mut().zip(sums).for_each(|(model, sums)| model.totals = sums);
        Ok(Self { question: a.question, ended, splits })
    }

    /// How many splits both have.
    fn common(&self, other: &Self) -> Result<usize> {
        let (a, b) = (&self.splits, &other.splits);
        let models = |splits: &Splits| splits.models.iter().map(|model| model.shared).collect::<Vec<bool>>();
        if !a.is_empty() && !b.is_empty() && models(a) != models(b) {
            return Err(Error::report("the parts have other models, or these share work in one of them alone"));
        }
        let (mut i, mut j) = (0, 0);
        let (mut common, mut different) = (Vec::new(), Vec::new());
        while i < a.len() && j < b.len() {
            let (here, there) = (a.places.at(i), b.places.at(j));
            if here == there {
                common.push(a.numbers.at(i));
                if !a.is_same(i, b, j) {
                    different.push(a.numbers.at(i));
                }
            }
            (i, j) = (i + usize::from(here <= there), j + usize::from(there <= here));
        }
        if !different.is_empty() {
            return Err(Error::report(format!(
                "the parts have different results of {}: they were made of other files, or one is damaged",
                listed(&different)
            )));
        }
        let has_sums = |splits: &Splits| splits.models.iter().any(|model| !model.totals.is_empty());
        let summed = has_sums(a) || has_sums(b);
        if summed && !common.is_empty() && common.len() < a.len().min(b.len()) {
            return Err(Error::report(format!(
                "both parts have {}, and sums over rows that cannot be taken apart",
                listed(&common)
            ))
            .advise("join parts without a common split"));
        }
        let same_sums = || a.models.iter().zip(&b.models).all(|(a, b)| a.totals == b.totals);
        if common.len() == a.len() && common.len() == b.len() && !same_sums() {
            return Err(
                Error::report("the parts have the same splits with different sums over rows").advise("one is damaged")
            );
        }
        Ok(common.len())
    }
}

/// Takes the sums over rows of each model out of both, and joins them.
fn join_sums(a: &mut Splits, b: &mut Splits) -> Result<Vec<BTreeMap<String, RowTotals>>> {
    let mut sums = a.models.iter_mut().map(|model| std::mem::take(&mut model.totals)).collect::<Vec<_>>();
    let others = b.models.iter_mut().map(|model| std::mem::take(&mut model.totals));
    for (all, others) in sums.iter_mut().zip(others) {
        for (probe, other) in others {
            match all.entry(probe) {
                Entry::Vacant(place) => {
                    place.insert(other);
                }
                Entry::Occupied(mut total) if total.get().suits(&other) => total.get_mut().join(&other),
                Entry::Occupied(total) => {
                    return Err(Error::report(format!("the parts have sums of {} over other rows", total.key())));
                }
            }
        }
    }
    Ok(sums)
}

/// The splits of both, those in common once.
fn merge(a: Splits, b: &Splits) -> Splits {
    if a.places.iter().next_back() < b.places.iter().next() {
        let mut all = a;
        (0..b.len()).for_each(|j| all.push_from(b, j));
        return all;
    }
    let (mut all, mut i, mut j) = (Splits::default(), 0, 0);
    while i < a.len() || j < b.len() {
        let place = |splits: &Splits, k: usize| if k < splits.len() { splits.places.at(k) } else { u64::MAX };
        let (here, there) = (place(&a, i), place(b, j));
        if here <= there {
            all.push_from(&a, i);
        } else {
            all.push_from(b, j);
        }
        (i, j) = (i + usize::from(here <= there), j + usize::from(there <= here));
    }
    all
}

/// Splits by their numbers.
fn listed(numbers: &[u64]) -> String {
    let first: Vec<String> = numbers.iter().take(LISTED).map(|number| format!("#{number}")).collect();
    let more = numbers.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("split{} {}{more}", if numbers.len() == 1 { "" } else { "s" }, first.join(", "))
}
