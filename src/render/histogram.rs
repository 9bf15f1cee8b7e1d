//! A histogram in one line of text.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// `bins` bars over the range of the values, each as high as its share of the fullest; an empty bin is
/// a space. Empty for no values.
pub fn histogram(values: &[f64], bins: usize) -> String {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    histogram_between(values, bins, low, high)
}

/// The same over the range from `low` to `high`, in which all values are.
pub fn histogram_between(values: &[f64], bins: usize, low: f64, high: f64) -> String {
    if values.is_empty() || bins == 0 {
        return String::new();
    }
    let mut counts = vec![0usize; bins];
    for v in values {
        let share = if high > low { (v - low) / (high - low) } else { 0.5 };
        counts[((share * bins as f64) as usize).min(bins - 1)] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or(1).max(1);
    counts
        .iter()
        .map(|c| match c {
            0 => ' ',
            c => BARS[(c * BARS.len()).div_ceil(most) - 1],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_follow_counts() {
        assert_eq!(histogram(&[0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 3.9, 4.0], 4), "█  █");
        assert_eq!(histogram(&[0.0, 0.0, 1.0], 2), "█▄");
        assert_eq!(histogram(&[2.0; 5], 3), " █ ");
        assert_eq!(histogram(&[], 3), "");
    }
}
