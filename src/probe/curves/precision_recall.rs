//! The precision-recall curve, by steps and not by lines, as average precision has it: between two recalls there is no
//! threshold (Davis and Goadrich, ICML 2006). The points are those of scikit-learn's `precision_recall_curve`.

use super::{OfRanking, STEPS};
use crate::metric::Ranking;

pub(super) const PRECISION_RECALL: OfRanking =
    OfRanking { name: "precision_recall", axes: ["recall", "precision"], curve };

/// The precision at the largest threshold that reaches each recall; at recall 0 at the largest that finds any row of the
/// class.
fn curve(ranking: &Ranking) -> Vec<f64> {
    let mut curve = Vec::with_capacity(STEPS + 1);
    let (mut seen, mut found) = (0.0, 0.0);
    for (rows, hits) in &ranking.runs {
        seen += rows;
        found += hits;
        let reached = |i: usize| found > 0.0 && i as f64 * ranking.positives <= found * STEPS as f64;
        while curve.len() <= STEPS && reached(curve.len()) {
            curve.push(found / seen);
        }
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recall_has_the_precision_of_the_threshold_that_reaches_it() {
        // Scores 4 (-), 3 (+), 2 (+ and -), 1 (-, +, +): recall ¼ at 1/2, ½ at 2/4, 1 at 4/7.
        let runs = vec![(1.0, 0.0), (1.0, 1.0), (2.0, 1.0), (3.0, 2.0)];
        let curve = curve(&Ranking { positives: 4.0, negatives: 3.0, runs });
        assert_eq!(curve.len(), STEPS + 1);
        for (place, want) in [(0, 0.5), (25, 0.5), (26, 0.5), (50, 0.5), (51, 4.0 / 7.0), (100, 4.0 / 7.0)] {
            assert_eq!(curve[place], want, "{place}");
        }
    }
}
