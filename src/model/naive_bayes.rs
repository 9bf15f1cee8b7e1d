//! Gaussian naive Bayes by linfa-bayes, with probabilities that do not underflow.

use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use linfa_bayes::{GaussianNb, NaiveBayes as _};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis};

use super::FitError;
use super::adapter::{ClassScores, FitDiagnostics, first_largest};
use super::saved::{ColumnModel, GaussianClass, GaussianClasses};

/// Gaussian naive Bayes. linfa-bayes fits the moments; its own probabilities sum raw exponentials
/// and underflow for many columns, so they are made here from the joint log-likelihood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NaiveBayes {
    /// Share of the largest column variance that is added to every variance.
    pub var_smoothing: f64,
}

/// Fitted Gaussian naive Bayes.
pub struct FittedNaiveBayes {
    model: GaussianNb<f64, usize>,
    /// What it has learned, which linfa-bayes keeps to itself.
    learned: GaussianClasses,
}

impl Fit<Array2<f64>, Array1<usize>, FitError> for NaiveBayes {
    type Object = FittedNaiveBayes;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, Array1<usize>>) -> Result<FittedNaiveBayes, FitError> {
        // With every variance 0 the densities do not exist (and linfa-bayes panics).
        if dataset.records().axis_iter(Axis(1)).all(|c| c.iter().all(|v| *v == c[0])) {
            return Err(FitError::new("no column varies among the train rows"));
        }
        let params = GaussianNb::params().var_smoothing(self.var_smoothing).check().map_err(FitError::new)?;
        let model = params.fit(dataset).map_err(FitError::new)?;
        Ok(FittedNaiveBayes { model, learned: self.classes(dataset) })
    }
}

impl NaiveBayes {
    /// Priors, means and variances of the classes, in the steps of linfa-bayes.
    fn classes(&self, dataset: &DatasetBase<Array2<f64>, Array1<usize>>) -> GaussianClasses {
        let (x, y) = (dataset.records(), dataset.targets());
        let classes = y.iter().max().map_or(0, |most| most + 1);
        let smoothing = self.var_smoothing * x.var_axis(Axis(0), 0.0).iter().copied().fold(0.0, f64::max);
        let class = |class: usize| {
            let rows: Vec<usize> = (0..y.len()).filter(|row| y[*row] == class).collect();
            let own = x.select(Axis(0), &rows);
            GaussianClass {
                prior: rows.len() as f64 / y.len() as f64,
                means: own.mean_axis(Axis(0)).map_or_else(Vec::new, |means| means.to_vec()),
                variances: (own.var_axis(Axis(0), 0.0) + smoothing).to_vec(),
            }
        };
        GaussianClasses { of_classes: (0..classes).map(class).collect() }
    }
}

/// Probabilities that sum to 1 but for this are left as they are.
const COARSE: f64 = 1e-9;

/// Probabilities from log joint densities, in place.
pub fn from_joint(joint: &mut [f64]) {
    // The logarithm of the sum is rounded to the joint's own precision before it is taken away:
    // classes that cannot be told apart at that precision tie, as they do in scikit-learn.
    let best = first_largest(ArrayView1::from(&*joint));
    let top = joint[best];
    let others: f64 = joint.iter().enumerate().filter(|(c, _)| *c != best).map(|(_, v)| (v - top).exp()).sum();
    let log_sum = top + others.ln_1p();
    joint.iter_mut().for_each(|v| *v = (*v - log_sum).exp());
    // Far from all classes the precision is coarser than the sum's own logarithm: those that tie would get all, each of them.
    let sum: f64 = joint.iter().sum();
    if (sum - 1.0).abs() > COARSE {
        joint.iter_mut().for_each(|v| *v /= sum);
    }
}

impl FitDiagnostics for FittedNaiveBayes {
    fn learned(&self) -> Option<ColumnModel> {
        Some(ColumnModel::NaiveBayes(self.learned.clone()))
    }
}

impl ClassScores for FittedNaiveBayes {
    const PROBABILITIES: bool = true;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let joint = self.model.joint_log_likelihood(x);
        let mut scores = Array2::zeros((x.nrows(), joint.len()));
        for (class, log) in joint {
            scores.column_mut(*class).assign(&log);
        }
        scores.outer_iter_mut().filter_map(ArrayViewMut1::into_slice).for_each(from_joint);
        scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_tie_share_what_there_is() {
        // From 2^53 on one is lost in such numbers, and the logarithm of a sum of two is the larger one.
        let mut joint = [-1e17, -1e17, -2e17];
        from_joint(&mut joint);
        assert_eq!(joint, [0.5, 0.5, 0.0]);
        let mut joint = [0.0, -(3f64.ln())];
        from_joint(&mut joint);
        assert!((joint[0] - 0.75).abs() < 1e-15 && (joint[1] - 0.25).abs() < 1e-15);
    }
}
