//! Linear and quadratic discriminant analysis: normal classes with one covariance, or one each
//! (Hastie, Tibshirani and Friedman, Elements of Statistical Learning, section 4.3).
//!
//! Both need nothing of the rows but each class's size, mean and covariance.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, ArrayView2, Axis, Data, Ix2};

use super::FitError;
use super::adapter::{Account, ClassScores, winners};
use super::linalg::symmetric_eigen;

/// Linear discriminant analysis, scikit-learn's with its `svd` solver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lda {
    /// Directions whose share of the within-class spread is below this are left out.
    pub tol: f64,
}

/// Quadratic discriminant analysis, scikit-learn's with its `svd` solver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Qda {
    /// Share of the identity in each class's covariance.
    pub reg_param: f64,
    /// Least variance of a class in any direction.
    pub tol: f64,
}

/// The classes of some rows: sizes, means (classes × columns).
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// Rows of each class.
    pub sizes: Vec<f64>,
    /// classes × columns.
    pub means: Array2<f64>,
}

impl Classes {
    fn priors(&self) -> Array1<f64> {
        let n: f64 = self.sizes.iter().sum();
        self.sizes.iter().map(|s| s / n).collect()
    }
}

/// Log joint densities (up to what classes have in common) as functions of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Linear in the row.
    Linear {
        /// classes × columns.
        coefficients: Array2<f64>,
        /// One a class.
        intercepts: Array1<f64>,
    },
    /// Quadratic in the row.
    Quadratic {
        /// classes × columns.
        means: Array2<f64>,
        /// For each class columns × columns, taking a centred row to one of independent unit variances.
        whitening: Vec<Array2<f64>>,
        /// Log prior less half the log determinant.
        offsets: Array1<f64>,
    },
}

impl Lda {
    /// From the classes and the covariance within them (columns × columns, divided by the rows).
    ///
    /// # Errors
    /// Where the covariance cannot be decomposed.
    pub fn rule(&self, classes: &Classes, within: &Array2<f64>) -> Result<Rule, FitError> {
        let failed = || FitError::new("the covariance within classes could not be decomposed");
        let spread = within.diag().mapv(|v| if v > 0.0 { v.sqrt() } else { 1.0 });
        let correlation = within / &spread.view().insert_axis(Axis(1)) / &spread;
        let (values, vectors) = symmetric_eigen(correlation.view()).ok_or_else(failed)?;
        let kept: Vec<usize> = (0..values.len()).filter(|k| values[*k] > self.tol * self.tol).collect();
        let mut whitening = vectors.select(Axis(1), &kept);
        for (mut column, k) in whitening.columns_mut().into_iter().zip(&kept) {
            column /= &(&spread * values[*k].sqrt());
        }
        let priors = classes.priors();
        let centre = priors.dot(&classes.means);
        let roots = priors.mapv(f64::sqrt).insert_axis(Axis(1));
        let between = (&classes.means - &centre).dot(&whitening) * &roots;
        // Directions between the class means that are rounding are left out, too.
        let (values, vectors) = symmetric_eigen(between.dot(&between.t()).view()).ok_or_else(failed)?;
        let largest = values.iter().copied().fold(0.0, f64::max);
        let kept: Vec<usize> =
            (0..values.len()).filter(|k| values[*k].max(0.0).sqrt() > self.tol * largest.sqrt()).collect();
        let basis = vectors.select(Axis(1), &kept);
        let scores = basis.dot(&basis.t().dot(&between)) / &roots;
        let coefficients = scores.dot(&whitening.t());
        let own = (&scores * &scores).sum_axis(Axis(1)) * -0.5;
        let intercepts = own + priors.mapv(f64::ln) - coefficients.dot(&centre);
        Ok(Rule::Linear { coefficients, intercepts })
    }
}

impl Qda {
    /// From the classes and the covariance of each (columns × columns, divided by its rows).
    ///
    /// # Errors
    /// Where a class has a single row, or no variance in some direction.
    pub fn rule(&self, classes: &Classes, covariances: &[Array2<f64>]) -> Result<Rule, FitError> {
        let mut whitening = Vec::with_capacity(covariances.len());
        let mut offsets = classes.priors().mapv(f64::ln);
        for (c, covariance) in covariances.iter().enumerate() {
            if classes.sizes[c] < 2.0 {
                return Err(FitError::new("a class has a single train row, so its covariance is unknown"));
            }
            let (values, mut vectors) = symmetric_eigen(covariance.view())
                .ok_or_else(|| FitError::new("a covariance could not be decomposed"))?;
            let values = values.mapv(|v| (1.0 - self.reg_param) * v.max(0.0) + self.reg_param);
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            if least <= self.tol {
                return Err(FitError::new(
                    "the columns of a class are collinear or constant; set reg_param, such as qda:reg_param=0.1",
                ));
            }
            for (mut column, value) in vectors.columns_mut().into_iter().zip(&values) {
                column /= value.sqrt();
            }
            offsets[c] -= 0.5 * values.mapv(f64::ln).sum();
            whitening.push(vectors);
        }
        Ok(Rule::Quadratic { means: classes.means.clone(), whitening, offsets })
    }
}

impl Rule {
    /// Probabilities of the classes for one row, into `out`.
    pub fn probabilities(&self, row: ArrayView1<f64>, out: &mut [f64]) {
        match self {
            Self::Linear { coefficients, intercepts } => {
                for ((o, c), i) in out.iter_mut().zip(coefficients.outer_iter()).zip(intercepts) {
                    *o = c.dot(&row) + i;
                }
            }
            Self::Quadratic { means, whitening, offsets } => {
                for (c, o) in out.iter_mut().enumerate() {
                    let white = whitening[c].t().dot(&(&row - &means.row(c)));
                    *o = offsets[c] - 0.5 * white.dot(&white);
                }
            }
        }
        super::shared::softmax(out);
    }
}

/// A fitted discriminant rule.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedDiscriminant {
    /// The rule.
    pub rule: Rule,
    classes: usize,
}

/// Sizes, means and covariances (of each class, divided by its rows) of a matrix.
fn class_moments(x: ArrayView2<f64>, y: ArrayView1<usize>) -> (Classes, Vec<Array2<f64>>) {
    let count = y.iter().max().map_or(0, |m| m + 1);
    let rows: Vec<Vec<usize>> = (0..count).map(|c| (0..y.len()).filter(|i| y[*i] == c).collect()).collect();
    let mut means = Array2::zeros((count, x.ncols()));
    let covariances = rows
        .iter()
        .enumerate()
        .map(|(c, rows)| {
            let own = x.select(Axis(0), rows);
            let mean = own.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(x.ncols()));
            let centred = own - &mean;
            means.row_mut(c).assign(&mean);
            centred.t().dot(&centred) / rows.len().max(1) as f64
        })
        .collect();
    (Classes { sizes: rows.iter().map(|r| r.len() as f64).collect(), means }, covariances)
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, FitError> for Lda {
    type Object = FittedDiscriminant;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedDiscriminant, FitError> {
        let x = dataset.records();
        let (classes, covariances) = class_moments(x.view(), dataset.as_single_targets());
        let mut within = Array2::zeros((x.ncols(), x.ncols()));
        for (covariance, size) in covariances.iter().zip(&classes.sizes) {
            within.scaled_add(size / x.nrows() as f64, covariance);
        }
        Ok(FittedDiscriminant { rule: self.rule(&classes, &within)?, classes: classes.sizes.len() })
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, FitError> for Qda {
    type Object = FittedDiscriminant;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedDiscriminant, FitError> {
        let (classes, covariances) = class_moments(dataset.records().view(), dataset.as_single_targets());
        Ok(FittedDiscriminant { rule: self.rule(&classes, &covariances)?, classes: classes.sizes.len() })
    }
}

impl Account for FittedDiscriminant {}

impl ClassScores for FittedDiscriminant {
    const PROBABILITIES: bool = true;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut scores = Array2::zeros((x.nrows(), self.classes));
        for (row, mut out) in x.outer_iter().zip(scores.outer_iter_mut()) {
            if let Some(out) = out.as_slice_mut() {
                self.rule.probabilities(row, out);
            }
        }
        scores
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for FittedDiscriminant {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        *y = winners(self.scores(x.view()).view());
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn one_column_gives_the_textbook_posteriors() {
        // Classes at 0 and 4 with variance 2/3 each, equal priors: log odds = (x - 2) · 4 / (2/3).
        let x = array![[-1.0], [0.0], [1.0], [3.0], [4.0], [5.0]];
        let data = DatasetBase::new(x, array![0usize, 0, 0, 1, 1, 1]);
        let odds = |scores: Array2<f64>| (scores[[0, 1]] / scores[[0, 0]]).ln();
        let at = array![[2.5]];
        let linear = Lda { tol: 1e-4 }.fit(&data).unwrap();
        assert!((odds(linear.scores(at.view())) - 3.0).abs() < 1e-9);
        let quadratic = Qda { reg_param: 0.0, tol: 1e-4 }.fit(&data).unwrap();
        assert!((odds(quadratic.scores(at.view())) - 3.0).abs() < 1e-9);
        let flat = DatasetBase::new(array![[1.0], [1.0], [2.0], [3.0]], array![0usize, 0, 1, 1]);
        assert!(Qda { reg_param: 0.0, tol: 1e-4 }.fit(&flat).unwrap_err().0.contains("reg_param"));
    }
}
