//! Numbers for people: as many digits as the spread over splits gives meaning to.

use crate::digits::Digits;
use crate::report::MetricSummary;

/// Decimals that show the standard deviation with three significant digits, 0 to 6.
pub fn decimals(sd: Option<f64>, value: f64) -> usize {
    let scale = sd.filter(|sd| *sd > 0.0).unwrap_or_else(|| value.abs() * 1e-3);
    if scale <= 0.0 || !scale.is_finite() {
        return 3;
    }
    (2.0 - scale.log10().floor()).clamp(0.0, 6.0) as usize
}

/// In place of a number of decimals: scientific notation, so that one column has one notation.
pub const SCIENTIFIC: usize = usize::MAX;

/// One decimal less, where a number is read and not compared digit by digit.
pub fn fewer(decimals: usize) -> usize {
    if decimals == SCIENTIFIC { SCIENTIFIC } else { decimals.saturating_sub(1) }
}

/// [`decimals`] for the scores of a metric, or [`SCIENTIFIC`] where its largest score is very large or very small.
pub fn decimals_of(metric: &MetricSummary) -> usize {
    let largest = largest(metric);
    if is_huge(metric) || (largest > 0.0 && largest < 1e-4) {
        return SCIENTIFIC;
    }
    decimals(spread_of(metric), metric.mean.unwrap_or(0.0))
}

/// From here on numbers are written with an exponent.
pub const HUGE: f64 = 1e9;

/// Whether a score is so large that it is written with an exponent; then those beside it are, too.
pub fn is_huge(metric: &MetricSummary) -> bool {
    largest(metric) >= HUGE
}

fn largest(metric: &MetricSummary) -> f64 {
    [metric.min, metric.max].into_iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()))
}

/// The standard deviation, 0 where it is the rounding of scores that are all the same.
pub fn spread_of(metric: &MetricSummary) -> Option<f64> {
    metric.sd.map(|sd| if sd <= 1e-12 * largest(metric) { 0.0 } else { sd })
}

/// A number with that many decimals; very large and very small ones in scientific notation.
pub fn show(value: Option<f64>, decimals: usize) -> String {
    match value {
        None => "–".into(),
        Some(v) if decimals == SCIENTIFIC => format!("{v:.3e}"),
        Some(v) if v != 0.0 && (v.abs() >= HUGE || (v.abs() < 1e-5 && decimals >= 6)) => format!("{v:.2e}"),
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

/// A number with four significant digits, of which zeros at the end are left out.
pub fn significant(value: f64) -> String {
    // No "-0".
    Digits { significant: 4, decimals: 8, plain: 1e-4..HUGE }.text(value + 0.0)
}

/// A share as a percentage with two significant digits or more: 0 % is none and 100 % is all.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let fewest = match percent {
        p if p >= 10.0 => 0,
        p if p >= 1.0 => 1,
        _ => 2,
    };
    let ends =
        |text: &str| text.trim_start_matches('-').bytes().all(|b| matches!(b, b'0' | b'.')) || text.starts_with("100");
    let text = |digits: usize| format!("{percent:.digits$}");
    if share <= 0.0 || share >= 1.0 {
        return format!("{percent:.0} %");
    }
    // As many decimals as it takes not to be rounded to all or none.
    let digits = (fewest..10).find(|digits| !ends(&text(*digits))).unwrap_or(10);
    format!("{} %", text(digits))
}

/// A p-value that is never rounded to 0.
pub fn small_p(p: f64) -> String {
    if p < 1e-4 && p > 0.0 { format!("{p:.1e}") } else { format!("{p:.4}") }
}

/// A probability with two decimals that is never rounded to 0 or 1.
pub fn probability(p: f64) -> String {
    match p {
        p if p > 0.0 && p < 0.01 => "<0.01".into(),
        p if p < 1.0 && p > 0.99 => ">0.99".into(),
        p => format!("{p:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Direction;
    use crate::report::Named;
    use crate::report::build::distribution;

    #[test]
    fn nothing_is_rounded_to_all_or_none() {
        for (share, want) in [
            (1.0, "100 %"),
            (399.0 / 400.0, "99.8 %"),
            (0.99999, "99.999 %"),
            (0.0, "0 %"),
            (1e-6, "0.0001 %"),
            (0.4, "40 %"),
            (0.05, "5.0 %"),
            (0.0025, "0.25 %"),
        ] {
            assert_eq!(percent(share), want);
        }
        for (value, shown) in
            [(3.2e-9, "3.200e-9"), (0.5, "0.5"), (0.0, "0"), (-0.012_345, "-0.01235"), (1234.5, "1234"), (90.0, "90")]
        {
            assert_eq!(significant(value), shown);
        }
        assert_eq!((small_p(1e-5).as_str(), small_p(0.0123).as_str()), ("1.0e-5", "0.0123"));
        assert_eq!(
            (probability(0.999), probability(0.001), probability(0.5)),
            (">0.99".into(), "<0.01".into(), "0.50".into())
        );
    }

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
            let numbers = (0..scores.len() as u64).collect();
            distribution(Direction::Higher, &numbers, &crate::stats::Sample::new(scores), Named::new())
        };
        let same = of(&[0.1 + 0.2, 0.3, 0.3]);
        assert!(same.sd.unwrap() > 0.0);
        assert_eq!((spread_of(&same), show(spread_of(&same), decimals_of(&same)).as_str()), (Some(0.0), "0.000000"));
        // One notation for all of a column.
        let (large, small) = (of(&[9.6e8, 1.1e9, 3.0]), of(&[3e-7, 2e-5]));
        assert_eq!((decimals_of(&large), decimals_of(&small)), (SCIENTIFIC, SCIENTIFIC));
        assert_eq!((fewer(decimals_of(&large)), fewer(4), fewer(0)), (SCIENTIFIC, 3, 0));
        assert_eq!(
            (show(large.min, SCIENTIFIC).as_str(), show(large.max, SCIENTIFIC).as_str()),
            ("3.000e0", "1.100e9")
        );
        let near = of(&[0.3, 0.300_000_1]);
        assert_eq!(spread_of(&near), near.sd);
    }
}
