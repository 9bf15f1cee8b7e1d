//! The median, and quantiles such as `p05`.

use std::sync::Arc;

use super::{Read, Statistic, StatisticInfo};
use crate::stats::{quantile, quantile_bounds};
use crate::verdict::claim::evaluate::{Value, View};
use crate::verdict::claim::expression::Term;
use crate::verdict::claim::judge::Level;

pub(super) const MEDIAN_INFO: StatisticInfo = StatisticInfo {
    name: "median",
    form: "median(METRIC)",
    summary: "the median over splits",
    listed: "median",
    read: Read::Name(|name| (name == "median").then(|| Arc::new(Median) as Arc<dyn Statistic>)),
};

pub(super) const INFO: StatisticInfo = StatisticInfo {
    name: "p05",
    form: "p05(METRIC)",
    summary: "the 5 % quantile over splits; any other percentage goes as well, as in p2.5",
    listed: "quantiles such as p05",
    read: Read::Name(|name| Quantile::read(name).map(|of| Arc::new(of) as Arc<dyn Statistic>)),
};

/// The median.
#[derive(Debug, Clone, Copy)]
pub struct Median;

/// A quantile.
#[derive(Debug, Clone, Copy)]
pub struct Quantile {
    /// Which, above 0 and below 100.
    pub percent: f64,
}

impl Quantile {
    fn read(name: &str) -> Option<Self> {
        let digits = name.strip_prefix('p').filter(|d| d.starts_with(|c: char| c.is_ascii_digit()))?;
        digits.parse().ok().filter(|percent| *percent > 0.0 && *percent < 100.0).map(|percent| Self { percent })
    }
}

/// A quantile, with the split whose score is nearest to it.
fn value(term: &Term, view: View, q: f64) -> Option<Value> {
    let known = view.known(&term.score);
    let mut values: Vec<f64> = known.iter().map(|k| k.1).collect();
    values.sort_unstable_by(f64::total_cmp);
    let value = quantile(&values, q);
    let nearest = known.iter().copied().reduce(|a, b| if (b.1 - value).abs() < (a.1 - value).abs() { b } else { a })?;
    Some(Value { value, split: Some(nearest.0) })
}

impl Statistic for Median {
    fn name(&self) -> String {
        "median".into()
    }

    fn value(&self, term: &Term, view: View) -> Option<Value> {
        value(term, view, 0.5)
    }

    fn bounds(&self, term: &Term, view: View, level: Level) -> [f64; 2] {
        quantile_bounds(&view.sorted(&term.score), 0.5, 1.0 - level.error)
    }
}

impl Statistic for Quantile {
    fn name(&self) -> String {
        // Two digits before the point, as in the report.
        if self.percent < 10.0 { format!("p0{}", self.percent) } else { format!("p{}", self.percent) }
    }

    fn value(&self, term: &Term, view: View) -> Option<Value> {
        value(term, view, self.percent / 100.0)
    }

    fn bounds(&self, term: &Term, view: View, level: Level) -> [f64; 2] {
        quantile_bounds(&view.sorted(&term.score), self.percent / 100.0, 1.0 - level.error)
    }
}
