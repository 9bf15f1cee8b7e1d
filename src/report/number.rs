//! Numbers for people: as many digits as the spread over splits gives meaning to.

use super::document::MetricSummary;

/// Decimals that show the standard deviation with three significant digits, 0 to 6.
pub fn decimals(sd: Option<f64>, value: f64) -> usize {
    let scale = sd.filter(|sd| *sd > 0.0).unwrap_or_else(|| value.abs() * 1e-3);
    if scale <= 0.0 || !scale.is_finite() {
        return 3;
    }
    (2.0 - scale.log10().floor()).clamp(0.0, 6.0) as usize
}

/// [`decimals`] for the scores of a metric.
pub fn decimals_of(metric: &MetricSummary) -> usize {
    decimals(spread_of(metric), metric.mean.unwrap_or(0.0))
}

/// The standard deviation, 0 where it is the rounding of scores that are all the same.
pub fn spread_of(metric: &MetricSummary) -> Option<f64> {
    let largest = [metric.min, metric.max].into_iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
    metric.sd.map(|sd| if sd <= 1e-12 * largest { 0.0 } else { sd })
}

/// A number with that many decimals; very large and very small ones in scientific notation.
pub fn show(value: Option<f64>, decimals: usize) -> String {
    match value {
        None => "–".into(),
        Some(v) if v != 0.0 && (v.abs() >= 1e9 || (v.abs() < 1e-5 && decimals >= 6)) => format!("{v:.2e}"),
        Some(v) => {
            let text = format!("{v:.decimals$}");
            // No "-0.00".
            if text.starts_with('-') && text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.')) {
                text[1..].into()
            } else {
                text
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Direction;
    use crate::report::distribution::distribution;
    use crate::report::document::Named;

    #[test]
    fn digits_follow_the_spread() {
        assert_eq!(decimals(Some(0.0652), 0.48), 4);
        assert_eq!(decimals(Some(2.9), 55.0), 2);
        assert_eq!(decimals(Some(900.0), 12_000.0), 0);
        assert_eq!(show(Some(0.48166), 4), "0.4817");
        assert_eq!(show(Some(-0.00001), 3), "0.000");
        assert_eq!(show(None, 3), "–");
        assert_eq!(show(Some(1.5e12), 0), "1.50e12");
    }

    #[test]
    fn rounding_is_no_spread() {
        let of = |scores: &[f64]| {
            let numbers: Vec<u64> = (0..scores.len() as u64).collect();
            distribution(Direction::Higher, &numbers, scores, 0.25, Named::new())
        };
        let same = of(&[0.1 + 0.2, 0.3, 0.3]);
        assert!(same.sd.unwrap() > 0.0);
        assert_eq!((spread_of(&same), show(spread_of(&same), decimals_of(&same)).as_str()), (Some(0.0), "0.000000"));
        let near = of(&[0.3, 0.300_000_1]);
        assert_eq!(spread_of(&near), near.sd);
    }
}
