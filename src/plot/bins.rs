//! Numbers counted in bins of equal width.

use super::scale::step;

/// Counts of numbers between round edges.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    /// Where the first begins.
    pub low: f64,
    /// How wide each is.
    pub width: f64,
    /// How many numbers are in each; one on an edge is in the bin above it.
    pub counts: Vec<usize>,
}

/// Counts the finite numbers of several lists in the same bins, about `wanted` of them. Empty for no numbers.
pub fn binned(lists: &[Vec<f64>], wanted: usize) -> Vec<Bins> {
    let finite = || lists.iter().flatten().copied().filter(|v| v.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return Vec::new();
    }
    let range = if high > low { high - low } else { (0.02 * low.abs()).max(1e-3) };
    let width = step(range, wanted.max(1) as f64);
    let first = (low / width).floor() * width;
    let count = (((high - first) / width).floor() as usize + 1).min(10 * wanted.max(1));
    let one = |values: &Vec<f64>| {
        let mut counts = vec![0; count];
        for value in values.iter().filter(|v| v.is_finite()) {
            counts[(((value - first) / width).floor().max(0.0) as usize).min(count - 1)] += 1;
        }
        Bins { low: first, width, counts }
    };
    lists.iter().map(one).collect()
}

impl Bins {
    /// The lower and upper edge of a bin.
    pub fn edges(&self, bin: usize) -> [f64; 2] {
        [self.low + bin as f64 * self.width, self.low + (bin + 1) as f64 * self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_counted_once_in_the_same_bins() {
        let bins = binned(&[vec![0.13, 0.2, 0.65, f64::NAN], vec![0.4]], 10);
        assert_eq!(bins.iter().map(|b| b.counts.iter().sum::<usize>()).collect::<Vec<_>>(), [3, 1]);
        assert_eq!((bins[0].low, bins[0].width), (bins[1].low, bins[1].width));
        let at = |value: f64| ((value - bins[0].low) / bins[0].width).floor() as usize;
        assert_eq!(bins[0].counts[at(0.65)], 1);
        assert!(binned(&[vec![], vec![f64::NAN]], 10).is_empty());
    }

    #[test]
    fn equal_numbers_have_a_bin() {
        for value in [0.0, 1.0, -3e9, 1e-12] {
            let bins = binned(&[vec![value; 7]], 20);
            assert_eq!(bins[0].counts.iter().sum::<usize>(), 7);
            assert_eq!(bins[0].counts.iter().filter(|c| **c > 0).count(), 1);
        }
    }
}
