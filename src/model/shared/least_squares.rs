//! Ordinary least squares and ridge from one Gram matrix.
//!
//! The train rows' normal equations are those of all rows less the test rows'. Subtraction can lose
//! digits, so the solution is checked against the rows themselves: the pass that predicts them also
//! gives Xᵀ(y - Xβ), and what is left of it is solved for again with the same factor (iterative
//! refinement; Higham 2002, ch. 12). A split on which that does not settle is fitted on its own.

use ndarray::{Array1, Array2};

use super::elastic_net::descend;
use super::{
    EachAlone, Fallback, PassModel, Share, SharedCache, SharedSolver, SplitPredictions, SplitState, keep_linear,
};
use crate::model::linalg::Cholesky;
use crate::model::{ElasticNet, FittedPredictor, InverseLink, Ols, Ridge};

/// A correction that moves the fitted values by less than this share of the target's spread is none.
const SETTLED: f64 = 1e-11;
/// Corrections before a split is given up.
pub const CORRECTIONS: usize = 4;
/// Why it is given up.
pub const LOST_DIGITS: &str = "the train rows' sums lost too many digits when test rows were taken away";
/// A pivot below this share of its diagonal says that a column is a combination of others.
const COLLINEAR: f64 = 1e-9;

/// The normal equations of a split, centred where there is an intercept.
pub struct System {
    /// XᵀX, p × p.
    pub gram: Array2<f64>,
    /// Xᵀy.
    pub with_target: Array1<f64>,
    /// yᵀy.
    pub target_square: f64,
    /// Mean of each column that is taken off for the intercept (0 without one).
    means: Array1<f64>,
    /// What is taken off the target, in its own units.
    target_mean: f64,
    /// Rows.
    pub n: f64,
}

impl System {
    /// From the split's moments.
    pub fn new(work: &SplitState, intercept: bool) -> Self {
        let (base, moments, encoding) = (&work.common.linear().base, work.moments(), work.encoding());
        let (at, shift) = base.target.expect("least squares has a number as target");
        let n = moments.weight();
        let products = encoding.products(moments, Some(at));
        let sum = moments.at(at, moments.constant());
        // The target is kept less its shift: without an intercept it is put back.
        let mean = if intercept { sum / n } else { -shift };
        let means = if intercept { &products.sums / n } else { Array1::zeros(products.sums.len()) };
        let mut gram = products.gram;
        let mut with_target = products.with_target;
        for k in 0..means.len() {
            with_target[k] -= mean * products.sums[k];
            for l in 0..means.len() {
                gram[[k, l]] -= means[k] * products.sums[l];
            }
        }
        for k in (0..means.len()).filter(|k| encoding.constant[*k] && intercept) {
            gram.row_mut(k).fill(0.0);
            gram.column_mut(k).fill(0.0);
            with_target[k] = 0.0;
        }
        let target_square = moments.at(at, at) - 2.0 * mean * sum + n * mean * mean;
        Self { gram, with_target, target_square, means, target_mean: mean + shift, n }
    }

    /// Xᵀ(y - ŷ) from the base vectors of the train rows, each times its error.
    pub fn left(&self, work: &SplitState, pull: &[f64]) -> Array1<f64> {
        let total = pull[pull.len() - 1];
        let mut left = work.encoding().from_pull(pull);
        left.zip_mut_with(&self.means, |g, m| *g -= m * total);
        for (k, g) in left.iter_mut().enumerate() {
            if self.gram[[k, k]] == 0.0 {
                *g = 0.0;
            }
        }
        left
    }

    /// DesignMatrix coefficients that predict the target.
    fn to_base(&self, work: &SplitState, b: &Array1<f64>) -> Vec<f64> {
        let intercept = self.target_mean - self.means.dot(b);
        work.encoding().to_base(b.as_slice().unwrap_or_default(), intercept, work.common.linear().base.size)
    }
}

/// Predictions of base coefficients for all rows, and Xᵀ(y - ŷ) over the train rows.
fn residuals(work: &SplitState, system: &System, c: &[f64]) -> (Vec<f64>, Array1<f64>) {
    let base = &work.common.linear().base;
    let (at, shift) = base.target.expect("least squares has a number as target");
    let mut pull = vec![0.0; base.size];
    let predicted = work
        .counts()
        .iter()
        .enumerate()
        .map(|(row, count)| {
            let fitted = base.predictor(c, row);
            if *count > 0 {
                base.pull(&mut pull, row, f64::from(*count) * (base.dense(row)[at] + shift - fitted));
            }
            fitted
        })
        .collect();
    (predicted, system.left(work, &pull))
}

/// How coefficients are held down.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Penalty {
    /// α|β|².
    Ridge(f64),
    /// The elastic net's, with its most sweeps and tolerance.
    Net(ElasticNet),
}

/// The shared solver of `ols`, `ridge`, `lasso` and `elastic-net`.
#[derive(Debug, Clone, Copy)]
pub struct LinearSolver {
    penalty: Penalty,
    intercept: bool,
}

/// A fit to the sums of a split, which is corrected until the rows agree with it.
pub struct Refinement {
    way: Way,
    b: Array1<f64>,
    yardstick: f64,
}

enum Way {
    Ridge {
        factor: Cholesky,
        alpha: f64,
    },
    Net {
        net: ElasticNet,
        with_target: Array1<f64>,
        /// The coefficients before the last descent.
        before: Array1<f64>,
        converged: bool,
    },
}

impl Refinement {
    fn ridge(work: &SplitState, system: &System, alpha: f64, intercept: bool) -> Result<Self, Fallback> {
        let mut matrix = system.gram.clone();
        let scale = system.n.max(1.0);
        if alpha == 0.0 {
            // The levels of a text column add up to the intercept, and a constant column is zero. Weight on
            // just these directions, in which the equations are empty, picks the solution of least norm.
            if !intercept && !work.encoding().groups.is_empty() {
                return Err(Fallback::Refit);
            }
            for group in &work.encoding().groups {
                for (k, l) in group.clone().flat_map(|k| group.clone().map(move |l| (k, l))) {
                    matrix[[k, l]] += scale / group.len() as f64;
                }
            }
            for k in (0..matrix.nrows()).filter(|k| system.gram[[*k, *k]] == 0.0) {
                if !work.encoding().groups.iter().any(|g| g.contains(&k)) {
                    matrix[[k, k]] = scale;
                }
            }
        } else {
            matrix.diag_mut().mapv_inplace(|d| d + alpha);
        }
        let factor = match Cholesky::new(matrix.view()) {
            Some(factor) if alpha > 0.0 || factor.least_pivot() > COLLINEAR => factor,
            _ if alpha == 0.0 => return Err(Fallback::Refit),
            _ => return Err(Fallback::Unsafe("the ridge system is close to singular")),
        };
        let b = factor.solve(system.with_target.view());
        Ok(Self { way: Way::Ridge { factor, alpha }, b, yardstick: system.target_square.max(0.0).sqrt() })
    }

    fn net(system: &System, net: ElasticNet) -> Self {
        let with_target = system.with_target.clone();
        let before = Array1::zeros(with_target.len());
        let mut b = before.clone();
        let converged = descend(system, &with_target, &net, &mut b);
        let yardstick = system.target_square.max(0.0).sqrt();
        Self { way: Way::Net { net, with_target, before, converged }, b, yardstick }
    }

    /// The coefficients on base columns.
    pub fn coefficients(&self, work: &SplitState, system: &System) -> Vec<f64> {
        system.to_base(work, &self.b)
    }

    /// Takes Xᵀ(y - ŷ) of the coefficients, as the rows have it, and says whether they settle it; corrects them if not.
    pub fn settles(&mut self, system: &System, left: &Array1<f64>) -> bool {
        let (b, yardstick) = (&mut self.b, self.yardstick);
        let length = |step: &Array1<f64>| step.dot(&system.gram.dot(step)).max(0.0).sqrt();
        match &mut self.way {
            Way::Ridge { factor, alpha } => {
                let step = factor.solve((left - &(&*b * *alpha)).view());
                let moved = length(&step);
                if moved.is_finite() && moved <= SETTLED * yardstick {
                    return true;
                }
                *b += &step;
            }
            Way::Net { net, with_target, before, converged } => {
                // What the rows say less what the sums say: where that is nothing, the sums were right.
                let error = left - &(&*with_target - &system.gram.dot(b));
                let lost =
                    error.iter().enumerate().any(|(k, e)| e.abs() > 1e-9 * yardstick * system.gram[[k, k]].sqrt());
                if !lost || length(&(&*b - &*before)) <= SETTLED * yardstick {
                    return true;
                }
                *with_target += &error;
                before.clone_from(b);
                *converged = descend(system, with_target, net, b);
            }
        }
        false
    }

    /// What was difficult about the fit.
    pub fn difficulty(&self) -> Option<String> {
        match &self.way {
            Way::Net { net, converged: false, .. } => {
                Some(format!("{} sweeps did not reach the tolerance; raise max_iter", net.max_iter))
            }
            _ => None,
        }
    }
}

impl LinearSolver {
    /// The fit to the sums of a split, and the system that it is of.
    ///
    /// # Errors
    /// See [`Fallback`].
    pub fn start<'w>(&self, work: &'w SplitState) -> Result<(&'w System, Refinement), Fallback> {
        // With as many columns as rows the dual form is the smaller one, and it has no sums to share.
        if work.encoding().width() + usize::from(self.intercept) >= work.n_train() {
            return Err(Fallback::Refit);
        }
        let system = work.system(self.intercept);
        let refinement = match self.penalty {
            Penalty::Ridge(alpha) => Refinement::ridge(work, system, alpha, self.intercept)?,
            Penalty::Net(net) if net.l1_ratio == 0.0 || net.alpha == 0.0 => {
                Refinement::ridge(work, system, net.alpha * system.n, self.intercept)?
            }
            Penalty::Net(net) => Refinement::net(system, net),
        };
        Ok((system, refinement))
    }

    /// The system of a split that was started.
    pub fn system<'w>(&self, work: &'w SplitState) -> &'w System {
        work.system(self.intercept)
    }
}

impl SharedSolver for LinearSolver {
    fn squares(&self) -> Option<usize> {
        // The Gram matrix, the equations and their factor.
        Some(3)
    }

    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        let (system, mut fit) = self.start(work)?;
        for _ in 0..=CORRECTIONS {
            let coefficients = fit.coefficients(work, system);
            let (predicted, left) = residuals(work, system, &coefficients);
            let difficulty = fit.difficulty();
            if fit.settles(system, &left) {
                let (test, train) = work.values(&predicted);
                let coefficients = vec![coefficients];
                return Ok(SplitPredictions { difficulty, coefficients, ..SplitPredictions::new(test, train) });
            }
        }
        Err(Fallback::Unsafe(LOST_DIGITS))
    }

    fn fit_and_keep(
        &self,
        work: &SplitState,
    ) -> Result<(SplitPredictions, Option<FittedPredictor<'static>>), Fallback> {
        Ok(keep_linear(work, self.fit_predict(work)?, InverseLink::Identity))
    }
}

fn solver<'a>(common: &SharedCache, penalty: Penalty, intercept: bool) -> Option<Box<dyn SharedSolver + 'a>> {
    if common.is_wide(1) {
        return Some(Box::new(EachAlone));
    }
    common.linear();
    Some(Box::new(LinearSolver { penalty, intercept }))
}

/// Ridge with the penalty on the mean of squares: α times the train rows.
pub fn mean_solver(alpha: f64, intercept: bool) -> LinearSolver {
    let (l1_ratio, max_iter, tol) = (0.0, 0, 0.0);
    let net = ElasticNet { alpha, l1_ratio, fit_intercept: intercept, max_iter, tol };
    LinearSolver { penalty: Penalty::Net(net), intercept }
}

/// The same for the splits of a table.
pub fn mean_ridge<'a>(common: &SharedCache, alpha: f64, intercept: bool) -> Option<Box<dyn SharedSolver + 'a>> {
    solver(common, mean_solver(alpha, intercept).penalty, intercept)
}

impl Share for Ols {
    fn in_passes(&self, _: usize) -> Option<PassModel> {
        Some(PassModel::Linear(LinearSolver { penalty: Penalty::Ridge(0.0), intercept: self.fit_intercept }))
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        solver(common, Penalty::Ridge(0.0), self.fit_intercept)
    }
}

impl Share for Ridge {
    fn in_passes(&self, _: usize) -> Option<PassModel> {
        Some(PassModel::Linear(LinearSolver { penalty: Penalty::Ridge(self.alpha), intercept: self.fit_intercept }))
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        solver(common, Penalty::Ridge(self.alpha), self.fit_intercept)
    }
}

impl Share for ElasticNet {
    fn in_passes(&self, _: usize) -> Option<PassModel> {
        Some(PassModel::Linear(LinearSolver { penalty: Penalty::Net(*self), intercept: self.fit_intercept }))
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        solver(common, Penalty::Net(*self), self.fit_intercept)
    }
}
