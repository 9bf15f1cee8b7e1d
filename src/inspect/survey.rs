//! What is known of a model's splits together: all that one of them is compared with. The overview of `inspect` and the
//! short reason of `eval` stand on the same, so that they do not contradict each other.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::columns::{Watched, watched};
use super::driver::{Signal, signals};
use super::look::{Look, look};
use super::membership::{Influence, LEVEL};
use super::of_split::Others;
use super::subject::Subject;
use crate::error::Result;
use crate::run::Fitter;

/// Comparisons of a column on a split that are kept: 2 GB of them.
const COMPARISONS: usize = 16 << 20;
/// Columns that are compared however many splits there are.
const LEAST_COLUMNS: usize = 100;

/// Columns, the target first, that are compared on so many splits: all but of very wide tables.
fn most_columns(splits: usize) -> usize {
    (COMPARISONS / splits.max(1)).max(LEAST_COLUMNS)
}

/// All splits of a model.
pub struct Survey<'a> {
    /// The columns.
    pub columns: Vec<Watched<'a>>,
    /// The pass over all splits.
    pub look: Look,
    /// What goes with the score.
    pub signals: Vec<Signal>,
    /// The mean loss of each row; NaN where no split tested it.
    pub losses: Vec<f64>,
    /// By row, whether it may be named as one on which the score depends.
    pub eligible: Vec<bool>,
    /// The rows that stand out by their influence.
    pub named: Vec<Influence>,
    /// How hard the test rows of each split are on other splits; empty where that is not known.
    pub hardness: Vec<f64>,
    /// What each entry of the coefficients belongs to.
    pub names: Vec<Option<String>>,
}

impl<'a> Survey<'a> {
    /// Fits every split that has a score again; `each` is told after each of them.
    ///
    /// # Errors
    /// A run error where `stop` is set.
    pub fn new(
        subject: &Subject<'a>,
        fitter: &Fitter,
        pool: &rayon::ThreadPool,
        stop: &AtomicBool,
        each: impl FnMut(),
    ) -> Result<Self> {
        let context = &subject.evaluation;
        let (features, target): (&'a _, &'a _) = (context.features, context.target);
        let mut columns = pool.install(|| watched(features, target, subject.target_name));
        columns.truncate(most_columns(subject.scored().len()));
        let look = look(subject, fitter, &columns, pool, stop, each)?;
        let signals = pool.install(|| signals(&columns, &look.drifts, &look.goodness));
        let losses = look.rows.mean_losses();
        let unknown = look.losses.is_empty();
        let gross = if unknown { vec![false; losses.len()] } else { look.loss.gross(&losses) };
        let eligible: Vec<bool> = pool.install(|| {
            let rows = 0..features.rows as u32;
            rows.into_par_iter().map(|row| look.memberships.stands_out(row, &gross, subject.sign())).collect()
        });
        let named: Vec<Influence> = pool.install(|| {
            let all = look.memberships.strongest(features.rows).into_iter();
            all.take_while(|i| i.p <= LEVEL).filter(|i| eligible[i.row as usize]).collect()
        });
        let names = if look.coefficients.iter().any(|c| !c.is_empty()) {
            context.common().linear().base.names(features)
        } else {
            vec![None]
        };
        let hardness = look.hardness();
        Ok(Self { columns, look, signals, losses, eligible, named, hardness, names })
    }

    /// What a split is compared with.
    pub fn others<'s>(&'s self, subject: &'s Subject<'a>, fitter: &'s Fitter<'s>) -> Others<'s> {
        Others {
            subject,
            fitter,
            columns: &self.columns,
            look: &self.look,
            named: &self.named,
            signals: &self.signals,
            hardness: &self.hardness,
            names: &self.names,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_columns_and_splits_is_bounded() {
        assert!(most_columns(1000) > 10_000);
        for splits in [1, 10, 1000, 100_000, 1_000_000] {
            let columns = most_columns(splits);
            assert!(columns == LEAST_COLUMNS || columns * splits <= COMPARISONS, "{splits}");
        }
    }
}
