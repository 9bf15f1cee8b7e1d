//! Statistics of a score over splits, as claims name them: a file each or a family, and their registry.

mod extreme;
mod mean;
mod quantile;
mod sd;
mod share;

use std::fmt::Debug;
use std::sync::Arc;

use super::evaluate::{Value, View};
use super::expression::{Comparison, Expression, Term};
use super::judge::Level;

pub use extreme::{BEST, Extreme, MAX, MIN, WORST};
pub use mean::{Gap, Mean};
pub use quantile::{Median, Quantile};
pub use sd::Sd;
pub use share::Share;

/// A statistic of one score on each split.
pub trait Statistic: Debug + Send + Sync {
    /// Its name in claims, such as `p05`.
    fn name(&self) -> String;

    /// Its value; `None` where no split has a score.
    fn value(&self, term: &Term, view: View) -> Option<Value>;

    /// Bounds of its value at a confidence.
    fn bounds(&self, term: &Term, view: View, level: Level) -> [f64; 2];

    /// The least and the largest value that it can have, of a score that lies in a range.
    fn range(&self, score: [f64; 2]) -> [f64; 2] {
        score
    }

    /// What each split is compared with, where splits are counted; one without a score is then counted too.
    fn compared(&self) -> Option<(Comparison, &Expression)> {
        None
    }

    /// Of an extreme: whether it is the smallest score rather than the largest.
    fn smallest(&self, lower_is_better: bool) -> Option<bool> {
        let _ = lower_is_better;
        None
    }

    /// Whether it means nothing of a score that is neither better when higher nor when lower.
    fn needs_direction(&self) -> bool {
        false
    }

    /// Whether it holds the train rows' scores against the test rows'.
    fn needs_train(&self) -> bool {
        false
    }

    /// Whether it is a mean over splits, so that sums of it on the same splits have corrected bounds.
    fn is_mean(&self) -> bool {
        false
    }
}

/// What there is to know of a statistic before it is used.
pub struct StatisticInfo {
    /// Its name, or one of its names.
    pub name: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// What it is called in a sentence that lists all.
    pub listed: &'static str,
    read: Read,
}

/// How a statistic is read from its name.
enum Read {
    /// It is whole with its name; `None` for a name of another.
    Name(fn(&str) -> Option<Arc<dyn Statistic>>),
    /// The score is followed by a comparison and what each split is compared with.
    Comparison(fn(Comparison, Expression) -> Arc<dyn Statistic>),
}

/// All statistics. A new one is a file and a line here.
pub static STATISTICS: &[StatisticInfo] = &[
    extreme::WORST_INFO,
    extreme::BEST_INFO,
    mean::MEAN_INFO,
    quantile::MEDIAN_INFO,
    sd::INFO,
    extreme::MIN_INFO,
    extreme::MAX_INFO,
    mean::GAP_INFO,
    share::INFO,
    quantile::INFO,
];

/// A statistic that is named, and what has still to be read.
pub(super) enum Named {
    Whole(Arc<dyn Statistic>),
    Comparing(fn(Comparison, Expression) -> Arc<dyn Statistic>),
}

/// The statistic of a name.
pub(super) fn named(name: &str) -> Option<Named> {
    STATISTICS.iter().find_map(|info| match info.read {
        Read::Name(read) => read(name).map(Named::Whole),
        Read::Comparison(make) => (name == info.name).then_some(Named::Comparing(make)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Statement;

    #[test]
    fn every_statistic_is_read_as_its_form_says_and_by_no_name_of_another() {
        for info in STATISTICS {
            let text = format!("{} > 0", info.form.replace("METRIC", "r2").replace('X', "0.5"));
            let statement = Statement::parse(&text).unwrap();
            assert_eq!(statement.to_string(), text);
            assert_eq!(statement.terms()[0].statistic.name(), info.name);
            let readers = STATISTICS.iter().filter(|other| match other.read {
                Read::Name(read) => read(info.name).is_some(),
                Read::Comparison(_) => other.name == info.name,
            });
            assert_eq!(readers.count(), 1, "{}", info.name);
        }
    }
}
