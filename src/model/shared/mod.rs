//! Models fitted to many splits of one table with the work that splits have in common done once.
//!
//! What is shared is only what gives the result of fitting to a split's train rows alone: sums from
//! which test rows are taken away, ranks, neighbour candidates, and starting points of solvers that run
//! to their own tolerance. Each solver checks itself and gives a split back ([`Fallback::Refit`]) where
//! it cannot vouch for its answer; that split is then fitted on its own.

mod base;
mod convex;
mod elastic_net;
mod encoding;
mod gaussian;
mod gram;
mod knn;
mod least_squares;
mod many;
mod moments;
mod passes;
mod row_encoder;
mod trees;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::{Arc, OnceLock};

use ndarray::Array2;
use rayon::prelude::*;

pub use base::DesignMatrix;
pub(super) use convex::softmax;
pub use convex::{Convex, Frame, Optimum, slopes};
pub use encoding::SplitEncoding;
pub use gaussian::{ClassRule, ClassSums, Discriminant, DiscriminantSolver, NaiveBayesSolver};
pub use gram::Tile;
pub use least_squares::{LinearSolver, System};
pub use many::ManyPredictors;
pub use moments::Moments;
pub use passes::{PassFit, PassModel, PassSums};

use super::adapter::likeliest_cell;
use super::trees::Ranks;
use super::{FitContext, FitError, FittedPredictor, InverseLink, LinearPredictor, Predictions};
use crate::data::{Encoding, FeatureColumn, Features, StoredColumns, Target};
use crate::split::{Split, SplitBlock, SplitRows};

/// Sums of products of columns may be so many times the numbers of the encoded table.
const SUMS_AND_ROWS: f64 = 4.0;
/// Rows whose classes are scored together: they stay in the cache.
const ROWS_AT_ONCE: usize = 256;
/// So many sums are few, however small the table: 32 MB.
const FEW_SUMS: f64 = (4 << 20) as f64;

/// What is worked out once for all splits. Each part is made when the first model asks for it.
pub struct SharedCache<'a> {
    /// The features of all used rows.
    pub features: &'a Features,
    /// The target of all used rows.
    pub target: &'a Target,
    /// About which share of the rows splits train on; for sizes of work space, not for results.
    pub train_share: f64,
    /// Where the features' values are, if not in memory.
    stored: Option<&'a StoredColumns>,
    linear: OnceLock<Arc<Linear>>,
    columns: OnceLock<Arc<Vec<Ranks>>>,
}

/// The table for linear models.
pub struct Linear {
    /// The base columns.
    pub base: DesignMatrix,
    /// Their moments over all rows.
    pub all: Moments,
    /// For each part with gaps, the rows that have a value, in ascending order of it.
    ascending: Vec<Vec<u32>>,
}

impl<'a> SharedCache<'a> {
    /// Creates an empty cache.
    pub fn new(features: &'a Features, target: &'a Target) -> Self {
        Self { features, target, train_share: 0.8, stored: None, linear: OnceLock::new(), columns: OnceLock::new() }
    }

    /// Of features that are not in memory, with the layout of their base columns and the moments of all rows.
    pub fn in_passes(
        features: &'a Features,
        target: &'a Target,
        stored: &'a StoredColumns,
        base: DesignMatrix,
        all: Moments,
    ) -> Self {
        let linear = OnceLock::from(Arc::new(Linear { base, all, ascending: Vec::new() }));
        Self { stored: Some(stored), linear, ..Self::new(features, target) }
    }

    /// The rows that have a value of a part with gaps, in ascending order of it; none where the features are not in memory.
    pub fn ascending(&self, part: usize) -> &[u32] {
        self.linear().ascending.get(part).map_or(&[], Vec::as_slice)
    }

    /// The numbers of a part of the features.
    fn numbers(&self, part: usize) -> Cow<'a, [f64]> {
        let column = match (self.stored, &self.features.parts[part]) {
            (None, FeatureColumn::Number { values, .. }) => return Cow::Borrowed(values),
            (Some(stored), column) => stored.whole(column, part, self.features.rows),
            (None, FeatureColumn::Levels { .. }) => return Cow::Borrowed(&[]),
        };
        match column {
            Ok(FeatureColumn::Number { values, .. }) => Cow::Owned(values.into_vec()),
            Ok(FeatureColumn::Levels { .. }) => Cow::Borrowed(&[]),
            // What cannot be read fails the split.
            Err(error) => std::panic::panic_any(FitError::new(error)),
        }
    }

    /// Encoded columns of the table: one a number, and one for each level that occurs.
    pub fn encoded_columns(&self) -> usize {
        let columns = |part: &FeatureColumn| match part {
            FeatureColumn::Levels { codes, levels, encoding: Encoding::OneHot, .. } => {
                let mut occurs = vec![false; levels.len() + 1];
                codes.iter().for_each(|c| occurs[(*c as usize).min(levels.len())] = true);
                occurs.iter().filter(|o| **o).count()
            }
            _ => 1,
        };
        self.features.parts.iter().map(columns).sum()
    }

    /// Whether there are about as many encoded columns as train rows, or more, or so many levels that each stand for a
    /// number. Sums of products of columns, one for each of `classes`, are then more than the rows themselves, and models
    /// that have a smaller form for such rows fit each split on its own.
    pub fn is_wide(&self, classes: usize) -> bool {
        let (columns, rows) = ((self.encoded_columns() + 1) as f64, self.features.rows as f64);
        let sums = classes as f64 * Moments::length(self.features);
        columns >= self.train_share * rows || sums > (SUMS_AND_ROWS * columns * rows).max(FEW_SUMS)
    }

    /// The same features with another target: what does not depend on the target is not worked out again.
    pub fn with_target<'b>(&self, target: &'b Target) -> SharedCache<'b>
    where
        'a: 'b,
    {
        let common = SharedCache { train_share: self.train_share, ..SharedCache::new(self.features, target) };
        if let Some(columns) = self.columns.get() {
            let _ = common.columns.set(Arc::clone(columns));
        }
        if let Some(linear) = self.linear.get() {
            let linear = match target {
                Target::Classification { .. } => Arc::clone(linear),
                Target::Regression { values } => {
                    let base = linear.base.with_target(values);
                    let all = linear.all.with_target(&base);
                    Arc::new(Linear { base, all, ascending: linear.ascending.clone() })
                }
            };
            let _ = common.linear.set(linear);
        }
        common
    }

    /// The columns, ranked.
    pub fn columns(&self) -> &[Ranks] {
        self.columns.get_or_init(|| Arc::new(trees::ranked(self.features)))
    }

    /// The table for linear models.
    pub fn linear(&self) -> &Linear {
        self.linear.get_or_init(|| {
            let y = match self.target {
                Target::Regression { values } => Some(values.as_slice()),
                Target::Classification { .. } => None,
            };
            let base = DesignMatrix::new(self.features, y);
            let all = base.all_moments(|_| 1.0);
            let ascending = self
                .features
                .parts
                .par_iter()
                .map(|part| match part {
                    FeatureColumn::Number { values, has_missing: true, .. } => in_ascending_order(values),
                    _ => Vec::new(),
                })
                .collect();
            Arc::new(Linear { base, all, ascending })
        })
    }
}

/// The rows that have a value, in ascending order of it.
pub fn in_ascending_order(values: &[f64]) -> Vec<u32> {
    let known = |r: &u32| !values[*r as usize].is_nan();
    let mut rows: Vec<u32> = (0..values.len() as u32).filter(known).collect();
    rows.sort_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]));
    rows
}

/// The median of rows, each as often as `count` says, from their ascending order; 0 where there are none.
pub fn median_in_order(values: &[f64], order: &[u32], count: impl Fn(u32) -> usize) -> f64 {
    let total: usize = order.iter().map(|r| count(*r)).sum();
    if total == 0 {
        return 0.0;
    }
    // The two middle places, counted from 0; one place for an odd count.
    let (low, high) = ((total - 1) / 2, total / 2);
    let (mut seen, mut lower) = (0, None);
    for r in order {
        seen += count(*r);
        let value = values[*r as usize];
        if seen > low && lower.is_none() {
            lower = Some(value);
        }
        if seen > high {
            return if low == high { value } else { 0.5 * (lower.unwrap_or(value) + value) };
        }
    }
    0.0
}

/// One split at work: what its models have in common.
pub struct SplitState<'a> {
    /// What all splits have in common.
    pub common: &'a SharedCache<'a>,
    /// The split's place in the plan; of an inner fold, that of the split whose rows it has.
    pub k: usize,
    rows: SplitRows<'a>,
    /// The seed of the split's models, and the levels of columns.
    pub terms: FitContext,
    counts: OnceCell<Vec<u32>>,
    moments: OnceCell<Moments>,
    encoding: OnceCell<SplitEncoding>,
    systems: [OnceCell<System>; 2],
    /// The train medians of parts with gaps, where they are known beforehand.
    medians: Option<Vec<f64>>,
}

/// What is kept of a split between passes over the rows.
pub struct SplitSums {
    moments: OnceCell<Moments>,
    encoding: OnceCell<SplitEncoding>,
    systems: [OnceCell<System>; 2],
    medians: Option<Vec<f64>>,
}

impl SplitSums {
    /// From the moments of the train rows and their medians by part.
    pub fn new(moments: Moments, medians: Vec<f64>) -> Self {
        Self {
            moments: OnceCell::from(moments),
            encoding: OnceCell::new(),
            systems: [OnceCell::new(), OnceCell::new()],
            medians: Some(medians),
        }
    }
}

impl<'a> SplitState<'a> {
    /// Creates an empty cache.
    pub fn new(common: &'a SharedCache<'a>, k: usize, split: &'a Split, seed: u64) -> Self {
        Self::of(common, k, SplitRows::given(split), seed)
    }

    fn of(common: &'a SharedCache<'a>, k: usize, rows: SplitRows<'a>, seed: u64) -> Self {
        let systems = [OnceCell::new(), OnceCell::new()];
        let levels = common.features.parts.iter().map(|part| match part {
            FeatureColumn::Levels { levels, encoding: Encoding::OneHot, .. } => Some(levels.len() + 1),
            _ => None,
        });
        let terms = FitContext { seed, levels: levels.collect(), ..FitContext::default() };
        Self {
            common,
            k,
            rows,
            counts: OnceCell::new(),
            terms,
            moments: OnceCell::new(),
            encoding: OnceCell::new(),
            systems,
            medians: None,
        }
    }

    /// With what is kept of the split.
    pub fn with_sums(common: &'a SharedCache<'a>, k: usize, rows: SplitRows<'a>, seed: u64, sums: SplitSums) -> Self {
        let SplitSums { moments, encoding, systems, medians } = sums;
        Self { moments, encoding, systems, medians, ..Self::of(common, k, rows, seed) }
    }

    /// The rows.
    pub fn split(&self) -> &Split {
        self.rows.get()
    }

    /// Number of train rows, repeats counted.
    pub fn n_train(&self) -> usize {
        self.rows.n_train()
    }

    /// What is to be kept of the split.
    pub fn into_sums(self) -> SplitSums {
        let Self { moments, encoding, systems, medians, .. } = self;
        SplitSums { moments, encoding, systems, medians }
    }

    /// How often each row is among the train rows.
    pub fn counts(&self) -> &[u32] {
        self.counts.get_or_init(|| {
            let mut counts = vec![0; self.common.features.rows];
            self.split().train.iter().for_each(|r| counts[*r as usize] += 1);
            counts
        })
    }

    /// Moments of the train rows: those of all rows less what is not in train, or their own sums where
    /// that is less work.
    pub fn moments(&self) -> &Moments {
        self.moments.get_or_init(|| {
            let linear = self.common.linear();
            let other = self.counts().iter().filter(|c| **c != 1).count();
            let own = self.counts().iter().filter(|c| **c != 0).count();
            let rows = self.counts().iter().zip(0..);
            if other <= own {
                let mut moments = linear.all.clone();
                let changed = rows.filter(|(c, _)| **c != 1).map(|(c, r)| (r, f64::from(*c) - 1.0));
                linear.base.accumulate(&mut moments, changed);
                moments
            } else {
                let mut moments = Moments::new(&linear.base);
                linear.base.accumulate(&mut moments, rows.filter(|(c, _)| **c != 0).map(|(c, r)| (r, f64::from(*c))));
                moments
            }
        })
    }

    /// The encoding, numbers standardised.
    pub fn encoding(&self) -> &SplitEncoding {
        self.encoding.get_or_init(|| SplitEncoding::fit(self, self.moments()))
    }

    /// The least-squares system of the train rows.
    pub fn system(&self, intercept: bool) -> &System {
        self.systems[usize::from(intercept)].get_or_init(|| System::new(self, intercept))
    }

    /// The train median of a part with gaps, from its rows in ascending order.
    pub fn median(&self, part: usize) -> f64 {
        if let Some(medians) = &self.medians {
            return medians[part];
        }
        let FeatureColumn::Number { values, .. } = &self.common.features.parts[part] else { return 0.0 };
        median_in_order(values, &self.common.linear().ascending[part], |r| self.counts()[r as usize] as usize)
    }

    /// Splits the predictions for all rows into those of the test and of the train rows.
    pub fn values(&self, all: &[f64]) -> (Predictions, Predictions) {
        let pick = |rows: &[u32]| Predictions::Values(rows.iter().map(|r| all[*r as usize]).collect());
        (pick(&self.split().test), pick(&self.split().train))
    }

    /// Class scores that are probabilities, given row by row, as predictions for the test and the
    /// train rows; the first of equal classes wins.
    pub fn classes(&self, classes: usize, mut scores: impl FnMut(usize, &mut [f64])) -> (Predictions, Predictions) {
        self.classes_of_rows(classes, |rows, cells| {
            let each = rows.iter().zip(cells.chunks_exact_mut(classes));
            each.for_each(|(row, cells)| scores(*row as usize, cells));
        })
    }

    /// The same with scores given for some rows at a time: rows × classes.
    fn classes_of_rows(
        &self,
        classes: usize,
        mut scores: impl FnMut(&[u32], &mut [f64]),
    ) -> (Predictions, Predictions) {
        let mut of = |rows: &[u32]| {
            let mut probabilities = Array2::zeros((rows.len(), classes));
            if let Some(cells) = probabilities.as_slice_mut() {
                let stretches = rows.chunks(ROWS_AT_ONCE).zip(cells.chunks_mut(ROWS_AT_ONCE * classes));
                stretches.for_each(|(rows, cells)| scores(rows, cells));
            }
            let cells = probabilities.as_slice().unwrap_or_default().chunks_exact(classes.max(1));
            let labels = cells.map(|cells| likeliest_cell(cells) as u32).collect();
            Predictions::Classes { labels, probabilities: Some(probabilities), decision: None }
        };
        (of(&self.split().test), of(&self.split().train))
    }
}

/// What a shared solver makes of one split.
pub struct SplitPredictions {
    /// For the test rows.
    pub test: Predictions,
    /// For the train rows.
    pub train: Predictions,
    /// What was difficult about the fit.
    pub difficulty: Option<String>,
    /// What the model measured of itself: see [`Fitted::figures`](crate::model::Fitted::figures).
    pub figures: Vec<(&'static str, f64)>,
    /// Of a linear model: coefficients of each output on the base columns, so that splits can be compared.
    pub coefficients: Vec<Vec<f64>>,
    /// Steps or sweeps of an iterative solver.
    pub iterations: Option<usize>,
}

impl SplitPredictions {
    /// Of a fit that was not difficult and measured nothing of itself.
    pub fn new(test: Predictions, train: Predictions) -> Self {
        Self { test, train, difficulty: None, figures: Vec::new(), coefficients: Vec::new(), iterations: None }
    }
}

/// Why a shared solver gives no answer for a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fallback {
    /// The model cannot be fitted to these rows by anyone.
    Failed(FitError),
    /// It is fitted on its own, as planned for such data.
    Refit,
    /// It has to be fitted on its own because the shared way lost too many digits; says how.
    Unsafe(&'static str),
}

impl From<FitError> for Fallback {
    fn from(error: FitError) -> Self {
        Self::Failed(error)
    }
}

/// A model ready for every split of one table.
pub trait SharedSolver: Send + Sync {
    /// Fits to the train rows of a split and predicts its rows.
    ///
    /// # Errors
    /// See [`Fallback`].
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback>;

    /// The same predictions, and the fitted model for any rows where it comes with them.
    ///
    /// # Errors
    /// See [`Fallback`].
    fn fit_and_keep(
        &self,
        work: &SplitState,
    ) -> Result<(SplitPredictions, Option<FittedPredictor<'static>>), Fallback> {
        Ok((self.fit_predict(work)?, None))
    }

    /// How many consecutive splits it works on together, 64 at most: 1 where it does nothing for several at once. A small
    /// number bounds its work space, of which each thread has one.
    fn at_once(&self) -> usize {
        1
    }

    /// The same solver with what the splits of a block have in common worked out; `None` where it takes them one by one.
    /// It is then asked for each split of the block, in their order. What it makes of a split must not depend on the other splits
    /// of the block: runs on more threads have smaller blocks.
    fn block<'b>(&'b self, block: &'b SplitBlock) -> Option<Box<dyn SharedSolver + 'b>> {
        let _ = block;
        None
    }

    /// How many square matrices of the encoded columns a split takes; `None` where it takes a matrix of its encoded rows.
    fn squares(&self) -> Option<usize> {
        Some(0)
    }
}

/// What stands in for shared work where there can be none: every split is fitted on its own.
struct EachAlone;

impl SharedSolver for EachAlone {
    fn fit_predict(&self, _: &SplitState) -> Result<SplitPredictions, Fallback> {
        Err(Fallback::Refit)
    }

    fn squares(&self) -> Option<usize> {
        None
    }
}

/// A linear model's predictions with the model for any rows.
fn keep_linear(
    work: &SplitState,
    predictions: SplitPredictions,
    response: InverseLink,
) -> (SplitPredictions, Option<FittedPredictor<'static>>) {
    let base = &work.common.linear().base;
    let classes = work.common.target.labels().len();
    let model = LinearPredictor {
        outputs: predictions.coefficients.iter().map(|c| base.over_cells(c)).collect(),
        response,
        present: (0..classes as u32).collect(),
        classes,
    };
    (predictions, Some(FittedPredictor::LinearPredictor(model)))
}

/// Parameters of a model, as the engine wants to know them.
pub trait Share {
    /// The same parameters under the terms of a fit.
    #[must_use]
    fn under(&self, terms: &FitContext) -> Self
    where
        Self: Clone,
    {
        let _ = terms;
        self.clone()
    }

    /// Columns of which it keeps apart fewer levels than they have: what is done, in a sentence for each.
    fn joined_levels(&self, features: &Features) -> Vec<String> {
        let _ = features;
        Vec::new()
    }

    /// The model for so many classes as one that needs of the rows nothing but sums, where it is.
    fn in_passes(&self, classes: usize) -> Option<PassModel> {
        let _ = classes;
        None
    }

    /// The solver, with what all splits have in common worked out; `None` where there is none.
    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        let _ = common;
        None
    }
}
