//! Logistic, softmax and generalised linear models.
//!
//! A split's optimum is close to that of all rows, so searches start there. Many splits are searched for at once: what the rows
//! say of all of them takes two matrix products (see `block`). A split that cannot be done so is searched for alone (see
//! `newton`). What a start knows of test rows is gone at the end: a search goes on until it can fall no further than by
//! [`FALL`], far less than what a prediction's digits show.

mod block;
mod family;
mod frame;
mod kernel;
mod lane;
mod newton;
mod optimum;
mod search;

pub(in crate::model) use family::softmax;
pub use frame::Frame;
pub use kernel::{predictions, probabilities, slopes};
pub use lane::Lane;
pub use optimum::Optimum;

use self::block::BlockSolver;
use self::family::Family;
use self::newton::NewtonSolver;
use super::{Fallback, PassModel, Share, SharedCache, SharedSolver, SplitPredictions, SplitState, keep_linear};
use crate::model::{FittedPredictor, Glm, InverseLink, Logistic};
use crate::split::{BLOCK, SplitBlock};

/// A search ends where twice what the objective can still fall is at most this, in the objective's own unit: predictors are
/// then some 1e-9 from where they would end.
const FALL: f64 = 1e-18;
/// Sums of products of rows with so many vectors are formed at a time: more no longer fit into the cache.
const SIDE_BY_SIDE: usize = 160;

/// Passes add up a matrix of products for each pair of outputs; of more outputs these are too many.
const MOST_OUTPUTS: usize = 30;

/// A convex objective of linear predictors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convex {
    /// The loss.
    pub family: Family,
    /// Whether there are intercepts.
    pub intercept: bool,
    penalty: Penalty,
    tol: f64,
    max_iter: usize,
}

/// How coefficients are held down.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Penalty {
    /// The inverse strength C of a penalty beside a sum over rows.
    PerSum(f64),
    /// The strength α of one beside a mean.
    PerMean(f64),
}

impl Convex {
    /// Penalty of the mean objective over so many rows.
    fn penalty(&self, rows: f64) -> f64 {
        match self.penalty {
            Penalty::PerSum(c) if c.is_finite() => 1.0 / (c * rows),
            Penalty::PerSum(_) => 0.0,
            Penalty::PerMean(alpha) => alpha,
        }
    }

    /// How many splits are searched for at once.
    pub fn fits(&self) -> usize {
        (SIDE_BY_SIDE / self.family.outputs() / 8 * 8).clamp(8, BLOCK)
    }

    /// Whether splits may be searched for at once: the loss is convex, and no direction is free.
    pub fn is_sound(&self, rows: usize) -> bool {
        let is_convex = match self.family {
            Family::Softmax { .. } => true,
            Family::Tweedie { power } => (1.0..=2.0).contains(&power),
        };
        is_convex && self.penalty(rows as f64) > 0.0
    }

    /// A search for a split's optimum, whose encoding is known.
    ///
    /// # Errors
    /// [`Fallback::Unsafe`] where its train rows do not suit.
    pub fn lane(&self, frame: &Frame, work: &SplitState) -> Result<Lane, Fallback> {
        let unsuitable = Fallback::Unsafe("its train rows lack a class, or have targets out of the model's range");
        self.family.check(work).map_err(|_| unsuitable)?;
        let n = work.n_train() as f64;
        Ok(Lane::new(self, frame, work.encoding().clone(), n, self.family.gradient_unit(work)))
    }

    fn in_passes(self) -> Option<PassModel> {
        (self.is_sound(1) && self.family.outputs() <= MOST_OUTPUTS).then_some(PassModel::Convex(self))
    }

    fn response(&self) -> InverseLink {
        match self.family {
            Family::Softmax { outputs: 1 } => InverseLink::Logistic,
            Family::Softmax { .. } => InverseLink::Softmax,
            Family::Tweedie { .. } => InverseLink::Exponential,
        }
    }

    /// The solver for all splits of a table.
    fn share<'a>(self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        let (alone, frame) = NewtonSolver::share(self, common)?;
        let frame = frame.filter(|_| self.is_sound(common.features.rows));
        Some(Box::new(ConvexSolver { common, alone, frame }))
    }
}

/// The shared solver of `logistic` and `glm`.
struct ConvexSolver<'a> {
    common: &'a SharedCache<'a>,
    /// For splits that are not of a block.
    alone: NewtonSolver,
    /// `None` where splits are not searched for at once.
    frame: Option<Frame>,
}

impl SharedSolver for ConvexSolver<'_> {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        self.alone.fit_predict(work)
    }

    fn fit_and_keep(
        &self,
        work: &SplitState,
    ) -> Result<(SplitPredictions, Option<FittedPredictor<'static>>), Fallback> {
        Ok(keep_linear(work, self.alone.fit_predict(work)?, self.alone.convex.response()))
    }

    fn at_once(&self) -> usize {
        if self.frame.is_some() { self.alone.convex.fits() } else { 1 }
    }

    fn block<'b>(&'b self, block: &'b SplitBlock) -> Option<Box<dyn SharedSolver + 'b>> {
        let frame = self.frame.as_ref()?;
        Some(Box::new(BlockSolver::new(self.common, &self.alone, frame, block)))
    }
}

impl Logistic {
    fn convex(&self, classes: usize) -> Convex {
        Convex {
            family: Family::Softmax { outputs: if classes == 2 && !self.multinomial { 1 } else { classes } },
            intercept: self.fit_intercept,
            penalty: Penalty::PerSum(self.c),
            tol: self.tol,
            max_iter: self.max_iter,
        }
    }
}

impl Glm {
    fn convex(&self) -> Convex {
        Convex {
            family: Family::Tweedie { power: self.power },
            intercept: self.fit_intercept,
            penalty: Penalty::PerMean(self.alpha),
            tol: self.tol,
            max_iter: self.max_iter,
        }
    }
}

impl Share for Logistic {
    fn in_passes(&self, classes: usize) -> Option<PassModel> {
        self.convex(classes).in_passes()
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        self.convex(common.target.labels().len()).share(common)
    }
}

impl Share for Glm {
    fn in_passes(&self, _: usize) -> Option<PassModel> {
        if self.power == 0.0 {
            return Some(PassModel::Linear(super::least_squares::mean_solver(self.alpha, self.fit_intercept)));
        }
        self.convex().in_passes()
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        if self.power == 0.0 {
            return super::least_squares::mean_ridge(common, self.alpha, self.fit_intercept);
        }
        self.convex().share(common)
    }
}
