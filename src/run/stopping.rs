//! When a run may end before its last split.

use serde::{Deserialize, Serialize};

use super::{Part, Splits};

/// Looks at the splits done so far, and what is asked of them.
pub struct StoppingRule<'a> {
    /// Numbers of splits after which is asked whether they are enough, ascending; the last is the most.
    pub looks: Vec<usize>,
    /// Whether the splits done are enough.
    pub enough: &'a (dyn Fn(&Part) -> bool + Sync),
    /// Whether this one split ends the run at once, where any may.
    pub ends: Option<&'a (dyn Fn(&Splits) -> bool + Sync)>,
}

/// Why a run ended before its last split without being stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StopReason {
    /// The splits were enough.
    Enough,
    /// A split ended it.
    Broken,
}

/// Splits at which a run of at most `most` splits is looked at: 50, and twice as many each time.
///
/// Doubling keeps looks few, so that the error that they share (by the union bound; Bonferroni) is not
/// spread thin: a group-sequential plan in the sense of Lan and DeMets (Biometrika 70, 1983) that spends
/// the same error at every look, whatever the statistic.
pub fn looks(most: usize) -> Vec<usize> {
    let mut looks: Vec<usize> =
        std::iter::successors(Some(50usize), |n| n.checked_mul(2)).take_while(|n| *n < most).collect();
    looks.push(most);
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_double_and_end_with_the_most() {
        assert_eq!(looks(2000), [50, 100, 200, 400, 800, 1600, 2000]);
        assert_eq!((looks(50), looks(7)), (vec![50], vec![7]));
    }
}
