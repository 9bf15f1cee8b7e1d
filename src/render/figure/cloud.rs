//! Two numbers of each split, as dots.

use crate::plot::{Ink, Mark, Series};
use crate::report::{Model, Report};
use crate::run::columns::Column;

use super::shown::named_models;

/// Dots of a model at most; of longer runs the first splits are drawn.
pub const MOST: usize = 2000;

/// The splits of a model that have both numbers.
pub struct Cloud<'r> {
    /// The model, its number and what it is called.
    pub model: &'r Model,
    pub at: usize,
    pub name: String,
    splits: Vec<u64>,
    /// What stands across and what up, split by split.
    pub points: Vec<[f64; 2]>,
    /// Whether there are more splits than dots.
    pub is_cut: bool,
}

/// The clouds of all models that have splits with both numbers.
pub fn clouds<'r>(report: &'r Report, numbers: impl Fn(&Model) -> [Column; 2]) -> Vec<Cloud<'r>> {
    let cloud = |(at, model, name): (usize, &'r Model, String)| {
        let [x, y] = numbers(model);
        let mut both = (0..model.splits.len()).filter_map(|k| Some((model.splits.numbers.at(k), [x.at(k)?, y.at(k)?])));
        let (splits, points): (Vec<u64>, Vec<[f64; 2]>) = both.by_ref().take(MOST).unzip();
        let is_cut = both.next().is_some();
        (!points.is_empty()).then_some(Cloud { model, at, name, splits, points, is_cut })
    };
    named_models(report).into_iter().filter_map(cloud).collect()
}

impl Cloud<'_> {
    /// Its entry in the key.
    pub fn key(&self) -> (Ink, String) {
        (Ink::Model(self.at), self.name.clone())
    }

    /// Its dots.
    pub fn mark(self) -> Mark {
        dots(self.at, self.splits, self.points)
    }
}

/// A dot for each split of a model.
pub fn dots(model: usize, splits: Vec<u64>, points: Vec<[f64; 2]>) -> Mark {
    let series = Some(Series { model: Some(model), splits });
    Mark::Points { ink: Ink::Model(model), radius: 2.2, points, series }
}
