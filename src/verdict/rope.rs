//! The region of practical equivalence: how large a difference of two models counts as none.
//!
//! A difference of 0.01 is much in an accuracy and nothing in a wage, so that the default is a share of the metric's
//! scale: the larger of the sizes of the baseline's mean score and of the best model's.

use super::{ModelColumn, ScoreTable};
use crate::error::{Error, Result, suggestion_or_list};
use crate::metric::{Direction, place_of_metric};
use crate::names::items;
use crate::setting::ROPE;
use crate::stats::mean;

/// The share of a metric's scale where nothing is given.
const USUAL: f64 = 0.01;

/// How far the region reaches on either side of 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RopeWidth {
    /// A share of the metric's scale, from 0 up: 0.01 is 1 % of the larger of the baseline's mean score and the best
    /// model's, signs aside. It is rounded to two digits, so that the number that is shown is the one that is used.
    Fraction(f64),
    /// A difference from 0 up, in the metric's unit.
    Difference(f64),
}

/// Differences up to which models are taken as practically equal, for all metrics and for single ones.
///
/// ```
/// use randsplit::{Rope, RopeWidth};
///
/// let rope = Rope::new(RopeWidth::Fraction(0.02)).metric("rmse", RopeWidth::Difference(0.5));
/// assert_eq!(rope, Rope::parse(&["2%", "rmse=0.5"]).unwrap());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Rope {
    all: RopeWidth,
    of: Vec<(String, RopeWidth)>,
}

impl Default for Rope {
    fn default() -> Self {
        Self::new(RopeWidth::Fraction(USUAL))
    }
}

impl From<RopeWidth> for Rope {
    fn from(all: RopeWidth) -> Self {
        Self::new(all)
    }
}

impl RopeWidth {
    /// Reads `1%` or `0.5`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let width = match text.strip_suffix('%') {
            Some(percent) => Self::Fraction(percent.trim_end().parse::<f64>().ok()? / 100.0),
            None => Self::Difference(text.parse().ok()?),
        };
        width.is_width().then_some(width)
    }

    fn is_width(self) -> bool {
        let (Self::Fraction(size) | Self::Difference(size)) = self;
        size >= 0.0 && size.is_finite()
    }

    /// The difference for a metric of this scale.
    fn at(self, scale: f64) -> f64 {
        match self {
            Self::Difference(difference) => difference,
            Self::Fraction(share) => two_digits(share * scale),
        }
    }
}

/// A number rounded to two digits.
fn two_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

impl Rope {
    /// Creates the region of all metrics.
    pub fn new(all: RopeWidth) -> Self {
        Self { all, of: Vec::new() }
    }

    /// Sets that of one metric.
    #[must_use]
    pub fn metric(mut self, metric: impl Into<String>, width: RopeWidth) -> Self {
        self.of.push((metric.into(), width));
        self
    }

    /// Reads `1%` (a share of the scale), `0.5` (a difference) and `rmse=0.5` (of one metric) in any order, each a text or
    /// several of them separated by commas.
    ///
    /// # Errors
    /// An input error for anything else, for a number below 0, and for two regions of one metric.
    pub fn parse<'s, S: AsRef<str>>(texts: &'s [S]) -> Result<Self> {
        let (mut all, mut of) = (None, Vec::<(String, RopeWidth)>::new());
        let each = |text: &'s str| {
            let items = items(text);
            // What is empty is refused below.
            if items.is_empty() { vec![text] } else { items }
        };
        for text in texts.iter().flat_map(|text| each(text.as_ref())) {
            // A label in a metric's name may hold the sign.
            let (metric, width) = match text.rsplit_once('=') {
                Some((metric, width)) => (Some(metric.trim()), width),
                None => (None, text),
            };
            let read = RopeWidth::parse(width).filter(|_| metric.is_none_or(|name| !name.is_empty()));
            let width = read.ok_or_else(|| {
                Error::setting(format!(
                    "{}: write a difference from 0 up in the metric's unit, as in 0.5, a share of its scale, as in 1%, or either of one metric, as in rmse=0.5",
                    ROPE.to(text)
                ))
                .about(ROPE)
            })?;
            let twice = match metric {
                None => all.replace(width).is_some(),
                Some(metric) => {
                    let twice = of.iter().any(|(other, _)| other == metric);
                    of.push((metric.to_owned(), width));
                    twice
                }
            };
            if twice {
                let what = metric.map_or("all metrics".to_owned(), |metric| format!("'{metric}'"));
                return Err(Error::setting(format!("{}: {what} had one already", ROPE.to(text)))
                    .about(ROPE)
                    .advise("leave one out"));
            }
        }
        Ok(Self { all: all.unwrap_or(Self::default().all), of })
    }

    /// Checks the sizes, and that every metric that is named is among those of a run.
    ///
    /// # Errors
    /// An input error for one that is not, and for a size that is below 0 or not finite.
    pub fn check<'a>(&self, metrics: impl Iterator<Item = &'a str> + Clone) -> Result<()> {
        for (name, width) in self.of.iter().map(|(name, width)| (Some(name), width)).chain([(None, &self.all)]) {
            if !width.is_width() {
                return Err(Error::setting(format!("{ROPE} is {width:?}"))
                    .about(ROPE)
                    .advise("give a finite number from 0 up"));
            }
            let Some(name) = name.filter(|name| place_of_metric(name, metrics.clone()).is_none()) else { continue };
            let near = suggestion_or_list(name, || metrics.clone());
            return Err(
                Error::setting(format!("{ROPE} names the metric '{name}', which is not computed{near}")).about(ROPE)
            );
        }
        Ok(())
    }

    fn width(&self, metric: &str) -> RopeWidth {
        let own = self.of.iter().rev().find(|(name, _)| place_of_metric(name, std::iter::once(metric)).is_some());
        own.map_or(self.all, |own| own.1)
    }

    /// The difference for each metric of a board, in its order.
    pub fn of_board(&self, board: &ScoreTable) -> Vec<f64> {
        (0..board.metrics.len()).map(|at| self.of_metric(&[(board, at)])).collect()
    }

    /// The difference for one metric of several boards, each with its place there: their largest scale counts.
    pub fn of_metric(&self, boards: &[(&ScoreTable, usize)]) -> f64 {
        let Some((first, at)) = boards.first() else { return 0.0 };
        let scale = boards.iter().fold(0.0, |most: f64, (board, at)| most.max(scale(board, *at)));
        self.width(&first.metrics[*at].0).at(scale)
    }
}

/// The larger of the sizes of the baseline's mean score, where there is a baseline, and of the best model's; 0 where no model
/// has a score.
fn scale(board: &ScoreTable, metric: usize) -> f64 {
    let mean_of = |model: &ModelColumn| {
        let scores: Vec<f64> = model.test.get(metric)?.iter().flatten().collect();
        (!scores.is_empty()).then(|| mean(&scores))
    };
    let means = board.asked().iter().filter_map(mean_of);
    let best = match board.metrics[metric].1 {
        Direction::Lower => means.reduce(f64::min),
        _ => means.reduce(f64::max),
    };
    [board.baseline().and_then(mean_of), best].into_iter().flatten().fold(0.0, |most, mean| most.max(mean.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(direction: Direction, means: &[f64]) -> ScoreTable {
        let model = |mean: &f64| ModelColumn {
            // Four splits with this mean, and one without a score.
            test: vec![[-3.0, -1.0, 1.0, 3.0].map(|d| Some(mean + d)).into_iter().chain([None]).collect()],
            ..ModelColumn::default()
        };
        ScoreTable {
            metrics: vec![("rmse".into(), direction)],
            models: means.iter().map(model).collect(),
            ..ScoreTable::default()
        }
    }

    #[test]
    fn the_scale_is_that_of_the_baseline_or_the_best_model() {
        let width = |direction, means: &[f64]| Rope::default().of_board(&board(direction, means))[0];
        // Lower is better: the best is 300, the baseline 451 stands last; a bad model does not widen the region.
        assert_eq!(width(Direction::Lower, &[300.0, 9000.0, 451.0]), 4.5);
        assert_eq!(width(Direction::Lower, &[300.0, 200.0, 100.0]), 2.0);
        // Higher is better, and signs are left aside.
        assert_eq!(width(Direction::Higher, &[300.0, 9000.0, 451.0]), 90.0);
        assert_eq!(width(Direction::Higher, &[-800.0, -700.0, -123.0]), 7.0);
        // Two digits, whatever the size; a scale of 0 leaves no region.
        assert_eq!(width(Direction::Lower, &[1.0, 123_456.0]), 1200.0);
        assert_eq!(width(Direction::Lower, &[0.0, 0.0]), 0.0);
    }

    #[test]
    fn a_share_a_difference_and_single_metrics_are_told_apart() {
        let board = board(Direction::Lower, &[200.0, 100.0]);
        let width = |texts: &[&str]| Rope::parse(texts).unwrap().of_board(&board)[0];
        assert_eq!(width(&[]), 2.0);
        assert_eq!(width(&["5%"]), 10.0);
        assert_eq!(width(&["0.123"]), 0.123);
        assert_eq!(width(&["rmse=0.5", "3%"]), 0.5);
        assert_eq!(width(&["7", "RMSE=4%"]), 8.0);
        assert_eq!(width(&["7,rmse=4%"]), 8.0);
        assert_eq!(width(&["recall[a,b]=3, rmse=0.5", "2%"]), 0.5);
        assert_eq!(width(&["mae=3"]), 2.0);
        for wrong in [
            &["x"][..],
            &["-1"],
            &["rmse="],
            &["=1"],
            &["1%%"],
            &["inf"],
            &["1", "2%"],
            &["r2=1,r2=2"],
            &[""],
            &["1,x"],
        ] {
            assert!(Rope::parse(wrong).is_err(), "{wrong:?}");
        }
        let known = Rope::parse(&["rmse=1"]).unwrap();
        assert!(known.check(["r2", "rmse"].into_iter()).is_ok() && known.check(["r2"].into_iter()).is_err());
        assert!(Rope::new(RopeWidth::Difference(-1.0)).check(std::iter::empty()).is_err());
    }
}
