//! The cumulative gain: of the rows of the class, the share among the rows that score highest.

use super::{OfRanking, STEPS, steps};
use crate::metric::Ranking;

pub(super) const GAIN: OfRanking =
    OfRanking { name: "gain", axes: ["share of rows, highest scores first", "share of positive rows found"], curve };

/// The share found among each share of the rows. Rows of equal scores come in any order, so that their mean is found: a
/// straight line.
fn curve(ranking: &Ranking) -> Vec<f64> {
    let (positives, total) = (ranking.positives, ranking.positives + ranking.negatives);
    let (mut seen, mut found) = (0.0, 0.0);
    let mut runs = ranking.runs.iter().peekable();
    let gain = |(i, x): (usize, f64)| {
        while let Some((rows, hits)) = runs.next_if(|(rows, _)| (seen + rows) * STEPS as f64 <= i as f64 * total) {
            (seen, found) = (seen + rows, found + hits);
        }
        let along = runs.peek().map_or(0.0, |(rows, hits)| (x * total - seen) / rows * hits);
        (found + along) / positives
    };
    steps().enumerate().map(gain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_rows_find_most_and_equal_ones_share_what_they_find() {
        // Of 10 rows the first 2 are positive, the next 4 hold one, and the last 4 the fourth.
        let runs = vec![(1.0, 1.0), (1.0, 1.0), (4.0, 1.0), (4.0, 1.0)];
        let curve = curve(&Ranking { positives: 4.0, negatives: 6.0, runs });
        for (place, want) in [(0, 0.0), (5, 0.125), (10, 0.25), (20, 0.5), (40, 0.625), (60, 0.75), (100, 1.0)] {
            assert!((curve[place] - want).abs() < 1e-12, "{place}: {}", curve[place]);
        }
    }
}
