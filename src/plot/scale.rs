//! From numbers to places on a picture.

/// A scale.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// Equal steps are equal distances.
    Linear { low: f64, high: f64 },
    /// Equal ratios are equal distances; both ends are above 0.
    Log { low: f64, high: f64 },
    /// Words at 0, 1, … from the top down.
    Band(Vec<String>),
    /// Words at 0, 1, … from left to right.
    Row(Vec<String>),
}

/// About so many ticks stand on an axis.
const TICKS: f64 = 6.0;

impl Scale {
    /// A linear scale that has all of these numbers, with a little room at both ends.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(values);
        let room = if high > low { 0.04 * (high - low) } else { (0.05 * low.abs()).max(0.5) };
        Self::Linear { low: low - room, high: high + room }
    }

    /// A linear scale from 0 up that has all of these numbers.
    pub fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        let (_, high) = ends(values.into_iter().chain([0.0]));
        Self::Linear { low: 0.0, high: if high > 0.0 { 1.06 * high } else { 1.0 } }
    }

    /// The ends, as numbers; those of words are half a step beyond the first and last.
    pub fn domain(&self) -> [f64; 2] {
        match self {
            Self::Linear { low, high } | Self::Log { low, high } => [*low, *high],
            Self::Band(words) => [words.len() as f64 - 0.5, -0.5],
            Self::Row(words) => [-0.5, words.len() as f64 - 0.5],
        }
    }

    /// Where a number stands between the ends, from 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        let [low, high] = self.domain();
        match self {
            Self::Log { .. } => (value / low).ln() / (high / low).ln(),
            Self::Linear { .. } | Self::Band(_) | Self::Row(_) => (value - low) / (high - low),
        }
    }

    /// Its name.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Log { .. } => "log",
            Self::Band(_) | Self::Row(_) => "band",
        }
    }

    /// Round numbers between the ends, each with its text.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Self::Linear { low, high } => linear_ticks(*low, *high),
            Self::Log { low, high } => log_ticks(*low, *high),
            Self::Band(words) | Self::Row(words) => {
                words.iter().enumerate().map(|(i, word)| (i as f64, word.clone())).collect()
            }
        }
    }
}

/// The least and the largest of the finite numbers; 0 and 1 where there are none.
fn ends(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|v| v.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low > high { (0.0, 1.0) } else { (low, high) }
}

/// A step of 1, 2 or 5 times a power of ten, of which about `count` are in the width.
pub(super) fn step(width: f64, count: f64) -> f64 {
    let rough = width / count;
    let power = 10f64.powi(rough.log10().floor() as i32);
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * power >= rough * 0.999_999).unwrap_or(10.0);
    factor * power
}

fn linear_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let width = high - low;
    if !(width.is_finite() && width > 0.0) {
        return Vec::new();
    }
    let step = step(width, TICKS);
    let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 12.0) as usize;
    // An end that is a tick but for rounding has one.
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    let largest = low.abs().max(high.abs());
    let count = (last - first).clamp(0.0, 20.0) as usize;
    (0..=count)
        .map(|i| {
            let value = (first + i as f64) * step;
            (value, text(value, decimals, largest))
        })
        .collect()
}

/// A tick's text; large and tiny numbers have an exponent.
fn text(value: f64, decimals: usize, largest: f64) -> String {
    if !(1e-4..1e6).contains(&largest) {
        // No number has a sign of its own for zero.
        return if value == 0.0 { "0".into() } else { format!("{:e}", rounded(value)) };
    }
    let text = format!("{value:.decimals$}");
    if text.trim_matches(['-', '0', '.']).is_empty() { text.trim_start_matches('-').to_owned() } else { text }
}

/// A number to six digits, so that sums of steps read as they should.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

fn log_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let (first, last) = (low.log10().ceil() as i32, high.log10().floor() as i32);
    if first > last {
        return linear_ticks(low, high).into_iter().filter(|(value, _)| *value > 0.0).collect();
    }
    let every = ((last - first) / 8 + 1) as usize;
    (first..=last)
        .step_by(every)
        .map(|power| {
            let value = 10f64.powi(power);
            (value, if (-4..6).contains(&power) { format!("{value}") } else { format!("1e{power}") })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64) -> Vec<String> {
        Scale::Linear { low, high }.ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(texts(0.1, 0.7), ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
        assert_eq!(texts(-1.0, 1.0), ["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(texts(0.0, 100.0), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(texts(0.0, 3e6), ["0", "5e5", "1e6", "1.5e6", "2e6", "2.5e6", "3e6"]);
        assert!(texts(1.0, 1.0).is_empty() && texts(f64::NAN, 1.0).is_empty());
        for (low, high) in [(0.123, 0.124), (-7.0, 1e5), (1e-9, 2e-9), (-3e-7, 1e-7), (1e300, 2e300)] {
            let ticks = Scale::Linear { low, high }.ticks();
            assert!((2..=9).contains(&ticks.len()), "{low} {high} {ticks:?}");
            let edge = 1e-9 * (high - low);
            for (value, text) in &ticks {
                assert!((low - edge..=high + edge).contains(value));
                let read: f64 = text.parse().unwrap();
                assert!((read - value).abs() <= 1e-6 * value.abs().max(high - low), "{text} {value}");
            }
        }
    }

    #[test]
    fn places_are_shares_of_the_scale() {
        assert_eq!(Scale::Linear { low: 2.0, high: 4.0 }.share(3.0), 0.5);
        assert!((Scale::Log { low: 0.01, high: 100.0 }.share(1.0) - 0.5).abs() < 1e-12);
        let band = Scale::Band(vec!["a".into(), "b".into()]);
        // The first word is at the top.
        assert_eq!((band.share(0.0), band.share(1.0)), (0.75, 0.25));
        assert_eq!(Scale::around([1.0, f64::NAN, 3.0]).domain(), [0.92, 3.08]);
        let [low, high] = Scale::around([5.0]).domain();
        assert!(low < 5.0 && 5.0 < high);
        assert_eq!(Scale::from_zero([]).domain(), [0.0, 1.0]);
    }

    #[test]
    fn powers_of_ten_are_ticks() {
        let texts = |low, high| Scale::Log { low, high }.ticks().into_iter().map(|t| t.1).collect::<Vec<_>>();
        assert_eq!(texts(0.01, 100.0), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(texts(1e-8, 1e-6), ["1e-8", "1e-7", "1e-6"]);
        assert!(texts(1e-12, 1e12).len() < 10);
    }
}
