//! Generalised linear models of the Tweedie family: Poisson, gamma and what lies between.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, ArrayView2, Axis, Data, Ix2, s};

use super::adapter::FitDiagnostics;
use super::linalg::product;
use super::linear::Ridge;
use super::newton::{Design, Objective, minimise};
use super::{FitError, InverseLink, Linear};

/// Minimises the mean half deviance plus α|β|²/2, scikit-learn's `TweedieRegressor`, by Newton's
/// method. The link is the logarithm, and the identity for power 0 (which is ridge).
///
/// linfa-linear's Tweedie regressor is not used: its Poisson cost misses a factor of 2 on two terms,
/// so its line search works against its gradient, and it does not say when it has not converged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glm {
    /// Variance = mean^power: 0 normal, 1 Poisson, 2 gamma, 3 inverse Gaussian; 1 to 2 for
    /// non-negative targets with zeros.
    pub power: f64,
    /// Strength of the penalty.
    pub alpha: f64,
    /// Whether there is an intercept.
    pub fit_intercept: bool,
    /// Most Newton steps.
    pub max_iter: usize,
    /// Largest entry of the gradient at which to stop, in units of the target's mean^(2 - power).
    pub tol: f64,
}

/// How the linear predictor becomes a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// As it is.
    Identity,
    /// Its exponential.
    Log,
}

/// A fitted generalised linear model.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedGlm {
    /// One per column.
    pub coefficients: Array1<f64>,
    /// The predictor at zero.
    pub intercept: f64,
    /// How the predictor becomes a prediction.
    pub link: Link,
    difficulty: Option<String>,
}

/// Log-link problem on X with a column of ones at the end where there is an intercept.
struct Problem<'a> {
    x: ArrayView2<'a, f64>,
    y: ArrayView1<'a, f64>,
    power: f64,
    alpha: f64,
    penalised: usize,
}

impl Problem<'_> {
    fn penalty_part(&self, b: &Array1<f64>) -> Array1<f64> {
        let mut part = b * self.alpha;
        part.slice_mut(s![self.penalised..]).fill(0.0);
        part
    }

    /// Second derivative of the half deviance in the predictor: the exact one where it is never
    /// negative (power 1 to 2), else its expectation.
    fn curvature(&self, b: &Array1<f64>) -> Array1<f64> {
        let (z, p) = (self.x.dot(b), self.power);
        ndarray::Zip::from(&z).and(&self.y).map_collect(|z, y| {
            let expected = ((2.0 - p) * z).exp();
            if (1.0..=2.0).contains(&p) {
                (2.0 - p) * expected + (p - 1.0) * y * ((1.0 - p) * z).exp()
            } else {
                expected
            }
        }) / self.y.len() as f64
    }
}

/// Half the deviance of a target `y` where the log of the mean is `z`, less what does not depend on `z`.
pub(super) fn tweedie_loss(power: f64, z: f64, y: f64) -> f64 {
    if power == 1.0 {
        z.exp() - y * z
    } else if power == 2.0 {
        z + y * (-z).exp()
    } else {
        ((2.0 - power) * z).exp() / (2.0 - power) - y * ((1.0 - power) * z).exp() / (1.0 - power)
    }
}

impl Objective for Problem<'_> {
    fn value(&self, b: &Array1<f64>) -> f64 {
        let (z, p) = (self.x.dot(b), self.power);
        let sum: f64 = z.iter().zip(&self.y).map(|(z, y)| tweedie_loss(p, *z, *y)).sum();
        sum / self.y.len() as f64 + 0.5 * self.penalty_part(b).dot(b)
    }

    fn gradient(&self, b: &Array1<f64>) -> Array1<f64> {
        let (z, p) = (self.x.dot(b), self.power);
        let d = ndarray::Zip::from(&z).and(&self.y).map_collect(|z, y| (z.exp() - y) * ((1.0 - p) * z).exp());
        self.x.t().dot(&d) / self.y.len() as f64 + self.penalty_part(b)
    }

    fn hessian(&self, b: &Array1<f64>) -> Array2<f64> {
        let mut h = product(self.x.t(), (&self.x * &self.curvature(b).insert_axis(Axis(1))).view());
        h.diag_mut().slice_mut(s![..self.penalised]).mapv_inplace(|d| d + self.alpha);
        h
    }

    fn hessian_product(&self, b: &Array1<f64>, v: &Array1<f64>) -> Array1<f64> {
        self.x.t().dot(&(self.x.dot(v) * self.curvature(b))) + self.penalty_part(v)
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, FitError> for Glm {
    type Object = FittedGlm;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedGlm, FitError> {
        let n = dataset.records().nrows();
        if self.power == 0.0 {
            let ridge = Ridge { alpha: self.alpha * n as f64, fit_intercept: self.fit_intercept }.fit(dataset)?;
            let (coefficients, intercept) = (ridge.coefficients, ridge.intercept);
            return Ok(FittedGlm { coefficients, intercept, link: Link::Identity, difficulty: ridge.difficulty });
        }
        let y = dataset.as_single_targets();
        let lowest = y.iter().copied().fold(f64::INFINITY, f64::min);
        if lowest < 0.0 || (lowest == 0.0 && self.power >= 2.0) {
            let need = if self.power >= 2.0 { "positive" } else { "zero or positive" };
            return Err(FitError(format!(
                "power={} needs {need} targets, and the train rows have {lowest:?}",
                self.power
            )));
        }
        let mean = y.mean().unwrap_or(0.0);
        if mean == 0.0 {
            return Err(FitError::new("the train targets are all 0"));
        }
        let design = Design::new(dataset.records().view(), self.fit_intercept);
        let p = design.columns;
        let mut start = Array1::zeros(design.x.ncols());
        if self.fit_intercept {
            start[p] = mean.ln();
        }
        let problem = Problem { x: design.x.view(), y: y.view(), power: self.power, alpha: self.alpha, penalised: p };
        let unit = mean.powf(2.0 - self.power).max(f64::MIN_POSITIVE);
        let minimum = minimise(&problem, start, design.tolerance(self.tol) * unit, self.max_iter);
        let difficulty = (!minimum.converged)
            .then(|| format!("not converged after {} Newton steps; raise max_iter", minimum.iterations));
        let coefficients = minimum.b.slice(s![..p]).to_owned();
        Ok(FittedGlm {
            coefficients: design.basis.as_ref().map_or_else(|| coefficients.clone(), |basis| basis.dot(&coefficients)),
            intercept: if self.fit_intercept { minimum.b[p] } else { 0.0 },
            link: Link::Log,
            difficulty,
        })
    }
}

impl FitDiagnostics for FittedGlm {
    fn difficulty(&self) -> Option<String> {
        self.difficulty.clone()
    }

    fn linear(&self) -> Option<Linear> {
        let response = if self.link == Link::Log { InverseLink::Exponential } else { InverseLink::Identity };
        Some(Linear::values(&self.coefficients, self.intercept, response))
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedGlm {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        *y = x.dot(&self.coefficients) + self.intercept;
        if self.link == Link::Log {
            y.mapv_inplace(f64::exp);
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn without_columns_that_matter_the_mean_is_predicted() {
        // A balanced 0/1 column without penalty: group means exactly, for any power.
        let x = array![[0.0], [0.0], [1.0], [1.0]];
        for power in [1.0, 1.5, 2.0, 3.0] {
            let glm = Glm { power, alpha: 0.0, fit_intercept: true, max_iter: 100, tol: 1e-10 };
            let m = glm.fit(&DatasetBase::new(x.clone(), array![1.0, 3.0, 10.0, 20.0])).unwrap();
            let mut y = Array1::zeros(4);
            m.predict_inplace(&x, &mut y);
            assert!((y[0] - 2.0).abs() < 1e-7 && (y[3] - 15.0).abs() < 1e-6, "power {power}: {y}");
        }
    }

    #[test]
    fn targets_out_of_range_are_refused() {
        let data = DatasetBase::new(array![[0.0], [1.0]], array![0.0, 3.0]);
        let glm = |power| Glm { power, alpha: 1.0, fit_intercept: true, max_iter: 100, tol: 1e-8 };
        assert!(glm(1.0).fit(&data).is_ok());
        assert!(glm(2.0).fit(&data).unwrap_err().0.contains("positive"));
    }
}
