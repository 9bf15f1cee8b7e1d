//! The ROC curve: of the rows that are not of a class and of those that are, the shares that score at least as high as each
//! row (Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27, 2006). Between the points straight lines, as
//! the area under the curve has it; the points are those of scikit-learn's `roc_curve(drop_intermediate=False)`.

use super::{OfRanking, STEPS, steps};
use crate::metric::Ranking;

pub(super) const ROC: OfRanking = OfRanking { name: "roc", axes: ["false positive rate", "true positive rate"], curve };

/// The true positive rate at each false positive rate; where the curve goes straight up, its upper end.
fn curve(ranking: &Ranking) -> Vec<f64> {
    let (positives, negatives) = (ranking.positives, ranking.negatives);
    // Whole numbers below and above, so that rates that are equal are equal to the last bit.
    let (mut at, mut next) = ((0.0, 0.0), (0.0, 0.0));
    let mut runs = ranking.runs.iter();
    let rate = |(i, x): (usize, f64)| {
        let reached = |(others, _): (f64, f64)| others * STEPS as f64 <= i as f64 * negatives;
        while reached(next) {
            at = next;
            let Some((rows, hits)) = runs.next() else { break };
            next = (at.0 + rows - hits, at.1 + hits);
        }
        if next.0 <= at.0 {
            return at.1 / positives;
        }
        let along = (x * negatives - at.0) / (next.0 - at.0);
        (at.1 + along * (next.1 - at.1)) / positives
    };
    steps().enumerate().map(rate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_joined_by_lines_and_steps_take_their_upper_end() {
        // Scores 4 (+), 3 (-), 2 (+ and -), 1 (-, -): points (0, 0), (0, ½), (¼, ½), (½, 1), (1, 1).
        let ranking =
            Ranking { positives: 2.0, negatives: 4.0, runs: vec![(1.0, 1.0), (1.0, 0.0), (2.0, 1.0), (2.0, 0.0)] };
        let curve = curve(&ranking);
        for (place, want) in [(0, 0.5), (10, 0.5), (25, 0.5), (30, 0.6), (50, 1.0), (80, 1.0), (100, 1.0)] {
            assert!((curve[place] - want).abs() < 1e-12, "{place}: {}", curve[place]);
        }
        // One score says nothing: the diagonal.
        let ranking = Ranking { positives: 3.0, negatives: 7.0, runs: vec![(10.0, 3.0)] };
        assert!(super::curve(&ranking).into_iter().zip(steps()).all(|(y, x)| (y - x).abs() < 1e-12));
        // All positive rows first: 1 from the start.
        let ranking = Ranking { positives: 3.0, negatives: 7.0, runs: vec![(3.0, 3.0), (7.0, 0.0)] };
        assert!(super::curve(&ranking).into_iter().all(|y| y == 1.0));
    }
}
