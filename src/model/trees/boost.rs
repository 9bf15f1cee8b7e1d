//! Histogram gradient boosting, after scikit-learn 1.9's `HistGradientBoosting`.
//!
//! Each iteration grows a tree on gradients and hessians of the loss (Friedman 2001; Chen and Guestrin 2016) with binned
//! columns, best split first. Gradients are rounded to whole multiples of a power of two, so all sums are exact: a node's
//! histogram is its parent's less its sibling's to the last bit, and a fit does not depend on any order of adding up.
//!
//! Other than scikit-learn: thresholds are made from all train rows, not from a sample of 200,000; a node without missing
//! cells in the column of its split sends them to its larger child, also where other nodes have some; of equal gains the
//! first is taken (see `boost_split.rs`), of equal nodes the earlier; unknown levels count as missing, and too many share bins; heavy values have bins of their own
//! (see `thresholds.rs`); the
//! validation rows are drawn by other random numbers.

use std::borrow::Cow;

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use ndarray::{Array2, ArrayBase, Data, Ix2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::FitError;
use super::bins::Binned;
use super::boost_split::Terms;
use super::boost_tree::{Grower, Limits, Node};
use super::boosted::Boosted;
use super::columns::{Column, Columns};
use super::impurity::Truth;
use super::loss::{Loss, Objective};
use crate::stats::median_in_place;

/// More train rows than this stop early by themselves.
const AUTO_ROWS: usize = 10_000;

/// Whether iterations end when validation rows gain no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlyStopping {
    /// With more than 10,000 train rows.
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// Gradient boosting with its parameters; as a linfa model it fits classes (see [`RegressionBoost`] for numbers).
#[derive(Debug, Clone, PartialEq)]
pub struct Boost {
    /// What is minimised.
    pub loss: Loss,
    /// Factor of every leaf value; above 0.
    pub learning_rate: f64,
    /// Most iterations; with more than two classes each grows one tree per class.
    pub n_estimators: usize,
    /// Most leaves of a tree, at least 2; `None` for no limit.
    pub max_leaf_nodes: Option<usize>,
    /// Most tests between root and leaf, at least 1; `None` for no limit.
    pub max_depth: Option<usize>,
    /// No leaf gets fewer rows; at least 1.
    pub min_samples_leaf: usize,
    /// Added to the sum of hessians under every leaf value.
    pub l2: f64,
    /// Most bins of a column, the missing one not counted; 2 to 255.
    pub max_bins: usize,
    /// Whether part of the train rows is set aside to end early.
    pub early_stopping: EarlyStopping,
    /// The share of the train rows set aside, rounded up; above 0 and below 1.
    pub validation_fraction: f64,
    /// Iterations without gain after which no more are made; at least 1.
    pub n_iter_no_change: usize,
    /// Least fall of the mean validation loss that is a gain.
    pub tol: f64,
    /// For drawing the validation rows.
    pub seed: u64,
    /// For a fit to a matrix: the number of levels of each column that holds level codes; numbers, and
    /// columns beyond the end, `None`.
    pub levels: Vec<Option<usize>>,
}

impl Boost {
    /// scikit-learn's defaults.
    pub fn new(loss: Loss) -> Self {
        Self {
            loss,
            learning_rate: 0.1,
            n_estimators: 100,
            max_leaf_nodes: Some(31),
            max_depth: None,
            min_samples_leaf: 20,
            l2: 0.0,
            max_bins: 255,
            early_stopping: EarlyStopping::Auto,
            validation_fraction: 0.1,
            n_iter_no_change: 10,
            tol: 1e-7,
            seed: 0,
            levels: Vec::new(),
        }
    }

    fn check(&self) -> Result<(), FitError> {
        let share = self.validation_fraction;
        let met = [
            (self.learning_rate > 0.0 && self.learning_rate.is_finite(), "learning_rate must be above 0"),
            (self.n_estimators >= 1, "n_estimators must be at least 1"),
            (self.max_leaf_nodes.is_none_or(|m| m >= 2), "max_leaf_nodes must be at least 2"),
            (self.max_depth.is_none_or(|m| m >= 1), "max_depth must be at least 1"),
            ((1..=u32::MAX as usize).contains(&self.min_samples_leaf), "min_samples_leaf must be at least 1"),
            (self.l2 >= 0.0 && self.l2.is_finite(), "l2 must be at least 0"),
            ((2..=255).contains(&self.max_bins), "max_bins must be between 2 and 255"),
            (share > 0.0 && share < 1.0, "validation_fraction must be between 0 and 1"),
            (self.n_iter_no_change >= 1, "n_iter_no_change must be at least 1"),
            (self.tol >= 0.0, "tol must be at least 0"),
        ];
        met.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, need)| Err(FitError((*need).into())))
    }

    /// Fits to some rows of a table.
    ///
    /// `train` holds table rows, ascending; each repeat counts. `truth` is indexed by table row. No cell and no target of
    /// another row is read.
    ///
    /// # Errors
    /// Where a parameter is out of range, no train row is given, or the loss does not suit the target.
    pub fn fit_columns(&self, columns: &Columns, train: &[u32], truth: Truth) -> Result<Boosted, FitError> {
        Ok(self.fit_and_score(columns, train, &[], truth)?.0)
    }

    /// [`Boost::fit_columns`], with the raw scores of the train rows and of the test rows (rows × outputs, in the given
    /// orders): both go through the trees as these grow, and have the scores of [`Boosted::raw_rows`] to the last bit.
    ///
    /// # Errors
    /// As there.
    pub fn fit_and_score(
        &self,
        columns: &Columns,
        train: &[u32],
        test: &[u32],
        truth: Truth,
    ) -> Result<(Boosted, [Array2<f64>; 2]), FitError> {
        self.check()?;
        if train.is_empty() {
            return Err(FitError("there are no train rows".into()));
        }
        let (present, classes) = match truth {
            Truth::Values(_) => (Vec::new(), 0),
            Truth::Classes { codes, classes } => (occurring(codes, classes, train), classes),
        };
        let objective = Objective::new(self.loss, truth, &present, train)?;
        let stops = match self.early_stopping {
            EarlyStopping::Auto => train.len() > AUTO_ROWS,
            EarlyStopping::On => true,
            EarlyStopping::Off => false,
        };
        let (kept, aside) = if stops { self.set_aside(train, truth)? } else { (Vec::new(), Vec::new()) };
        let rows = if stops { &kept } else { train };
        let baseline = objective.baseline(rows);
        let mut boosted = Boosted {
            loss: self.loss,
            baseline,
            trees: Vec::new(),
            present: present.clone(),
            classes,
            validation: Vec::new(),
        };
        // One class needs no trees.
        if classes != 0 && present.len() <= 1 {
            let raw = [train, test].map(|rows| boosted.raw_rows(columns, rows));
            return Ok((boosted, raw));
        }
        let [of_rows, of_aside, of_test] = self.iterate(columns, [rows, &aside, test], &objective, &mut boosted)?;
        // Both parts are in the order of the train rows; a repeated row has one score, whichever part it is in.
        let (mut i, mut j) = (0, 0);
        let mut raw = Array2::zeros((train.len(), boosted.baseline.len()));
        for (row, mut out) in train.iter().zip(raw.outer_iter_mut()) {
            let is_kept = rows.get(i) == Some(row);
            let (scores, at, n) =
                if is_kept { (&of_rows, &mut i, rows.len()) } else { (&of_aside, &mut j, aside.len()) };
            out.iter_mut().enumerate().for_each(|(k, o)| *o = scores[k * n + *at]);
            *at += 1;
        }
        let of_test = Array2::from_shape_fn((test.len(), boosted.baseline.len()), |(i, k)| of_test[k * test.len() + i]);
        Ok((boosted, [raw, of_test]))
    }

    /// Grows the trees; returns the scores of the rows fitted to, of those set aside and of those to test, outputs after
    /// one another.
    fn iterate(
        &self,
        columns: &Columns,
        [rows, aside, test]: [&[u32]; 3],
        objective: &Objective,
        boosted: &mut Boosted,
    ) -> Result<[Vec<f64>; 3], FitError> {
        let outputs = objective.outputs();
        let binned = Binned::new(columns, rows, &[aside, test], self.max_bins);
        let limits =
            Limits { leaves: self.max_leaf_nodes.unwrap_or(usize::MAX), depth: self.max_depth.unwrap_or(usize::MAX) };
        let mut grower = Grower::new(&binned, limits);
        let mut scores = [rows, aside, test].map(|rows| {
            let mut scores = Vec::with_capacity(rows.len() * outputs);
            boosted.baseline.iter().for_each(|b| scores.extend(std::iter::repeat_n(*b, rows.len())));
            scores
        });
        if !aside.is_empty() {
            boosted.validation.push(objective.mean_loss(aside, &scores[1]));
        }
        let (mut norms, mut steps) = (Vec::new(), Vec::new());
        for _ in 0..self.n_estimators {
            objective.norms(&scores[0], &mut norms);
            for k in 0..outputs {
                let [scores, of_aside, of_test] = scores.each_mut().map(|scores| {
                    let rows = scores.len() / outputs;
                    &mut scores[k * rows..][..rows]
                });
                let units = objective.steps(k, rows, scores, &norms, &mut steps);
                if !units.gradient.is_finite() || !units.hessian.is_finite() {
                    return Err(FitError("scores grow without bound; a smaller learning_rate may help".into()));
                }
                let terms = Terms {
                    units,
                    constant_hessian: objective.constant_hessian(),
                    l2: self.l2,
                    min_samples_leaf: self.min_samples_leaf as u32,
                };
                let (mut tree, leaves) = grower.grow(&terms, &steps);
                for leaf in &leaves {
                    let members = grower.rows(leaf);
                    let Node::Leaf(value) = &mut tree.nodes[leaf.node] else { continue };
                    if let Some(y) = objective.refitted() {
                        let rest = members.iter().map(|i| y[rows[*i as usize] as usize] - scores[*i as usize]);
                        *value = median_in_place(&mut rest.collect::<Vec<_>>());
                    }
                    *value *= self.learning_rate;
                    members.iter().for_each(|i| scores[*i as usize] += *value);
                    let others = grower.others(leaf).iter().map(|i| *i as usize - rows.len());
                    for i in others {
                        let score = if i < aside.len() { &mut of_aside[i] } else { &mut of_test[i - aside.len()] };
                        *score += *value;
                    }
                }
                boosted.trees.push(tree);
            }
            if !aside.is_empty() {
                boosted.validation.push(objective.mean_loss(aside, &scores[1]));
                if self.is_done(&boosted.validation) {
                    break;
                }
            }
        }
        Ok(scores)
    }

    /// scikit-learn's `_should_stop`: none of the last `n_iter_no_change` losses is below the one before them by more than
    /// `tol`.
    fn is_done(&self, losses: &[f64]) -> bool {
        let Some(reference) = losses.len().checked_sub(self.n_iter_no_change + 1) else { return false };
        // As scores, which are negative losses, to round as scikit-learn does.
        losses[reference + 1..].iter().all(|loss| -loss <= -losses[reference] + self.tol)
    }

    /// Parts the train rows into those to fit to and those to validate on, both in the given order: selection sampling,
    /// for classes within each of them.
    pub(super) fn set_aside(&self, train: &[u32], truth: Truth) -> Result<(Vec<u32>, Vec<u32>), FitError> {
        let class = |r: u32| match truth {
            Truth::Values(_) => 0,
            Truth::Classes { codes, .. } => codes[r as usize] as usize,
        };
        let classes = if let Truth::Classes { classes, .. } = truth { classes } else { 1 };
        let mut left = vec![0u64; classes];
        train.iter().for_each(|r| left[class(*r)] += 1);
        let mut needed = quotas(&left, (self.validation_fraction * train.len() as f64).ceil() as u64);
        if needed.iter().sum::<u64>() == 0 {
            return Err(FitError("there are too few train rows to set some aside for early stopping".into()));
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let (mut kept, mut aside) = (Vec::with_capacity(train.len()), Vec::new());
        for row in train {
            let c = class(*row);
            let chosen = random.gen_range(0..left[c]) < needed[c];
            left[c] -= 1;
            needed[c] -= u64::from(chosen);
            if chosen { aside.push(*row) } else { kept.push(*row) }
        }
        Ok((kept, aside))
    }
}

/// How many of `wanted` rows come from each class of `sizes` rows: in proportion, rounded down, and one more for those
/// with the largest remainders, of equal ones the first. Each class keeps a row.
fn quotas(sizes: &[u64], wanted: u64) -> Vec<u64> {
    let all: u64 = sizes.iter().sum();
    let mut made: Vec<u64> =
        sizes.iter().map(|n| (u128::from(*n) * u128::from(wanted) / u128::from(all)) as u64).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|c| std::cmp::Reverse(u128::from(sizes[*c]) * u128::from(wanted) % u128::from(all)));
    let rest = wanted - made.iter().sum::<u64>();
    order.iter().take(rest as usize).for_each(|c| made[*c] += 1);
    made.iter().zip(sizes).map(|(m, n)| (*m).min(n.saturating_sub(1))).collect()
}

/// The classes that occur, ascending.
fn occurring(codes: &[u32], classes: usize, train: &[u32]) -> Vec<u32> {
    let mut seen = vec![false; classes];
    train.iter().for_each(|r| seen[codes[*r as usize] as usize] = true);
    (0..classes as u32).filter(|c| seen[*c as usize]).collect()
}

/// A matrix as a table whose rows are all train rows.
fn table<D: Data<Elem = f64>>(x: &ArrayBase<D, Ix2>, levels: &[Option<usize>]) -> (Columns<'static>, Vec<u32>) {
    let mut columns = Columns::from_matrix(x.view());
    for (j, levels) in levels.iter().enumerate().take(x.ncols()) {
        if let Some(levels) = *levels {
            let codes = x.column(j).iter().map(|c| *c as u32).collect();
            columns.columns[j] = Column::Levels { codes: Cow::Owned(codes), levels };
        }
    }
    (columns, (0..x.nrows() as u32).collect())
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, FitError> for Boost {
    type Object = Boosted;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Boosted, FitError> {
        let (columns, train) = table(dataset.records(), &self.levels);
        let codes: Vec<u32> = dataset.as_single_targets().iter().map(|c| *c as u32).collect();
        let classes = codes.iter().max().map_or(0, |m| *m as usize + 1);
        self.fit_columns(&columns, &train, Truth::Classes { codes: &codes, classes })
    }
}

/// The same boosting for numbers: linfa's `Fit` allows one meaning of the targets for a type.
#[derive(Debug, Clone, PartialEq)]
pub struct RegressionBoost(pub Boost);

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, FitError> for RegressionBoost {
    type Object = Boosted;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Boosted, FitError> {
        let (columns, train) = table(dataset.records(), &self.0.levels);
        let y = dataset.as_single_targets().to_vec();
        self.0.fit_columns(&columns, &train, Truth::Values(&y))
    }
}
