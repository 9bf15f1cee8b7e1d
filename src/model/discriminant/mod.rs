//! Linear and quadratic discriminant analysis: normal classes with one covariance, or one each
//! (Hastie, Tibshirani and Friedman, Elements of Statistical Learning, section 4.3).
//!
//! Both need nothing of the rows but each class's size, mean and covariance. With more columns than rows the covariance
//! is not formed: what it says is said by the singular values of the rows, which are fewer.

mod distance;
mod rule;

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, ArrayView2, Axis, Data, Ix2};

use super::FitError;
use super::adapter::{ClassScores, FitDiagnostics, winners};
use super::linalg::{Cholesky, Singular, product, row_space, singular, symmetric_eigen};
use super::saved::{ColumnModel, saved_rule};
pub use rule::{Classes, Rule, Shape};

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

fn not_decomposed() -> FitError {
    FitError::new("the covariance within classes could not be decomposed")
}

/// Standard deviations from variances, and 1 where there is none.
fn deviations(variances: ArrayView1<f64>) -> Array1<f64> {
    variances.mapv(|v| if v > 0.0 { v.sqrt() } else { 1.0 })
}

/// The right singular vectors of a matrix with more columns than rows, by way of its row space.
fn wide_singular(x: ArrayView2<f64>) -> Option<Singular> {
    let (rows, basis) = row_space(x);
    let small = singular(rows.view())?;
    Some(Singular { right: product(basis.view(), small.right.view()), ..small })
}

impl Lda {
    /// From the classes and the covariance within them (columns × columns, divided by the rows).
    ///
    /// # Errors
    /// Where there is one class, or the covariance cannot be decomposed.
    pub fn rule(&self, classes: &Classes, within: &Array2<f64>) -> Result<Rule, FitError> {
        let spread = deviations(within.diag());
        let correlation = within / &spread.view().insert_axis(Axis(1)) / &spread;
        if let Some((whitening, _)) = whiten(correlation.view(), self.tol * self.tol) {
            return rule_in(classes, &(whitening / spread.view().insert_axis(Axis(1))), self.tol);
        }
        let (values, vectors) = symmetric_eigen(correlation.view()).ok_or_else(not_decomposed)?;
        self.rule_in(classes, &spread, &values.mapv(|v| v.max(0.0).sqrt()), &vectors)
    }

    /// From rows less their class's mean, fewer than columns.
    fn rule_of_wide(&self, classes: &Classes, centred: &Array2<f64>) -> Result<Rule, FitError> {
        let n = centred.nrows() as f64;
        let spread = deviations(((centred * centred).sum_axis(Axis(0)) / n).view());
        let Singular { values, right, .. } =
            wide_singular((centred / &(&spread * n.sqrt())).view()).ok_or_else(not_decomposed)?;
        self.rule_in(classes, &spread, &values, &right)
    }

    /// From directions (columns of `vectors`) of the rows less their class's mean, each column divided by its `spread`,
    /// and the standard deviation along each.
    fn rule_in(
        &self,
        classes: &Classes,
        spread: &Array1<f64>,
        deviation: &Array1<f64>,
        vectors: &Array2<f64>,
    ) -> Result<Rule, FitError> {
        let kept: Vec<usize> = (0..deviation.len()).filter(|k| deviation[*k] > self.tol).collect();
        let mut whitening = vectors.select(Axis(1), &kept);
        for (mut column, k) in whitening.columns_mut().into_iter().zip(&kept) {
            column /= &(spread * deviation[*k]);
        }
        rule_in(classes, &whitening, self.tol)
    }
}

/// The rule from a matrix (columns × directions) in whose columns the rows less their class's mean have variance 1 and
/// no correlation. Which one does not matter.
fn rule_in(classes: &Classes, whitening: &Array2<f64>, tol: f64) -> Result<Rule, FitError> {
    if classes.sizes.len() < 2 {
        return Err(one_class());
    }
    let priors = classes.priors();
    let centre = priors.dot(&classes.means);
    let roots = priors.mapv(f64::sqrt).insert_axis(Axis(1));
    let between = (&classes.means - &centre).dot(whitening) * &roots;
    // Directions between the class means that are rounding are left out, too.
    let (values, vectors) = symmetric_eigen(between.dot(&between.t()).view()).ok_or_else(not_decomposed)?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    let kept: Vec<usize> = (0..values.len()).filter(|k| values[*k].max(0.0).sqrt() > tol * largest.sqrt()).collect();
    let basis = vectors.select(Axis(1), &kept);
    let scores = basis.dot(&basis.t().dot(&between)) / &roots;
    let coefficients = scores.dot(&whitening.t());
    let own = (&scores * &scores).sum_axis(Axis(1)) * -0.5;
    let intercepts = own + priors.mapv(f64::ln) - coefficients.dot(&centre);
    Ok(Rule::Linear { coefficients, intercepts })
}

/// A matrix W (columns × directions) with WᵀΣW = 1 and the logarithm of Σ's determinant, from Σ's Cholesky factor; `None`
/// unless all eigenvalues are above `least`, by a bound: they are at least 1 / trace(Σ⁻¹), and the trace is W's sum of
/// squares.
fn whiten(covariance: ArrayView2<f64>, least: f64) -> Option<(Array2<f64>, f64)> {
    let factor = Cholesky::new(covariance)?;
    let whitening = factor.inverse_of_factor();
    let trace: f64 = whitening.iter().map(|w| w * w).sum();
    // False for a trace that is no number, too.
    (1.0 / trace > least).then(|| (whitening.reversed_axes(), factor.ln_det()))
}

impl Qda {
    /// From the classes and the covariance of each (columns × columns, divided by its rows).
    ///
    /// # Errors
    /// Where there is one class, a class has a single row, or no variance in some direction.
    pub fn rule(&self, classes: &Classes, covariances: &[Array2<f64>]) -> Result<Rule, FitError> {
        self.rule_of(classes, |c| self.shape(covariances[c].view()))
    }

    fn rule_of(
        &self,
        classes: &Classes,
        shape: impl Fn(usize) -> Result<(Shape, f64), FitError>,
    ) -> Result<Rule, FitError> {
        if classes.sizes.len() < 2 {
            return Err(one_class());
        }
        if classes.sizes.iter().any(|rows| *rows < 2.0) {
            return Err(FitError::new("a class has a single train row, so its covariance is unknown"));
        }
        let mut shapes = Vec::with_capacity(classes.sizes.len());
        let mut offsets = classes.priors().mapv(f64::ln);
        for (c, offset) in offsets.iter_mut().enumerate() {
            let (shape, ln_det) = shape(c)?;
            *offset -= 0.5 * ln_det;
            shapes.push(shape);
        }
        Ok(Rule::Quadratic { means: classes.means.clone(), shapes, offsets })
    }

    /// The shape of a class of this covariance and the logarithm of the determinant.
    fn shape(&self, covariance: ArrayView2<f64>) -> Result<(Shape, f64), FitError> {
        let mut shrunk = &covariance * (1.0 - self.reg_param);
        shrunk.diag_mut().mapv_inplace(|v| v + self.reg_param);
        if let Some((directions, ln_det)) = whiten(shrunk.view(), self.tol) {
            let factors = Array1::ones(directions.ncols());
            return Ok((Shape { directions, factors, rest: 0.0 }, ln_det));
        }
        self.shape_along(covariance.ncols(), symmetric_eigen(covariance))
    }

    /// The shape of a class with these variances along directions, which are the columns of a matrix. Where they are fewer
    /// than the columns, the class has no variance in all others.
    fn shape_along(
        &self,
        columns: usize,
        variances: Option<(Array1<f64>, Array2<f64>)>,
    ) -> Result<(Shape, f64), FitError> {
        let (values, directions) = variances.ok_or_else(|| FitError::new("a covariance could not be decomposed"))?;
        let values = values.mapv(|v| (1.0 - self.reg_param) * v.max(0.0) + self.reg_param);
        let others = columns - values.len();
        let nothing = if others > 0 { self.reg_param } else { f64::INFINITY };
        if values.iter().copied().fold(nothing, f64::min) <= self.tol {
            return Err(FitError::new(
                "the columns of a class are collinear or constant, or more than its train rows; set reg_param, such as qda:reg_param=0.1",
            ));
        }
        let rest = if others > 0 { 1.0 / self.reg_param } else { 0.0 };
        let mut ln_det = values.mapv(f64::ln).sum();
        if others > 0 {
            ln_det += others as f64 * self.reg_param.ln();
        }
        Ok((Shape { directions, factors: values.mapv(|v| 1.0 / v - rest), rest }, ln_det))
    }
}

fn one_class() -> FitError {
    FitError::new(super::ONE_CLASS)
}

/// A fitted discriminant rule.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedDiscriminant {
    /// The rule.
    pub rule: Rule,
    classes: usize,
}

/// Sizes and means of the classes of a matrix, and the rows of each less its mean.
fn class_moments(x: ArrayView2<f64>, y: ArrayView1<usize>) -> (Classes, Vec<Array2<f64>>) {
    let count = y.iter().max().map_or(0, |m| m + 1);
    let rows: Vec<Vec<usize>> = (0..count).map(|c| (0..y.len()).filter(|i| y[*i] == c).collect()).collect();
    let mut means = Array2::zeros((count, x.ncols()));
    let centred = rows
        .iter()
        .enumerate()
        .map(|(c, rows)| {
            let own = x.select(Axis(0), rows);
            let mean = own.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(x.ncols()));
            means.row_mut(c).assign(&mean);
            own - &mean
        })
        .collect();
    (Classes { sizes: rows.iter().map(|r| r.len() as f64).collect(), means }, centred)
}

/// The covariance of centred rows, divided by their number.
fn covariance(centred: &Array2<f64>) -> Array2<f64> {
    product(centred.t(), centred.view()) / centred.nrows().max(1) as f64
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, FitError> for Lda {
    type Object = FittedDiscriminant;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedDiscriminant, FitError> {
        let x = dataset.records();
        let (classes, centred) = class_moments(x.view(), dataset.as_single_targets());
        let rule = if x.ncols() > x.nrows() {
            let views: Vec<ArrayView2<f64>> = centred.iter().map(Array2::view).collect();
            let all = ndarray::concatenate(Axis(0), &views).map_err(FitError::new)?;
            self.rule_of_wide(&classes, &all)?
        } else {
            let mut within = Array2::zeros((x.ncols(), x.ncols()));
            for (centred, size) in centred.iter().zip(&classes.sizes) {
                within.scaled_add(size / x.nrows() as f64, &covariance(centred));
            }
            self.rule(&classes, &within)?
        };
        Ok(FittedDiscriminant { rule, classes: classes.sizes.len() })
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, FitError> for Qda {
    type Object = FittedDiscriminant;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedDiscriminant, FitError> {
        let (classes, centred) = class_moments(dataset.records().view(), dataset.as_single_targets());
        let rule = self.rule_of(&classes, |c| {
            let (rows, columns) = centred[c].dim();
            if columns <= rows {
                return self.shape(covariance(&centred[c]).view());
            }
            let singular = wide_singular(centred[c].view());
            let variances = singular.map(|s| (s.values.mapv(|v| v * v / rows as f64), s.right));
            self.shape_along(columns, variances)
        })?;
        Ok(FittedDiscriminant { rule, classes: classes.sizes.len() })
    }
}

impl FittedDiscriminant {
    /// A rule for so many classes.
    pub fn new(rule: Rule, classes: usize) -> Self {
        Self { rule, classes }
    }
}

impl FitDiagnostics for FittedDiscriminant {
    fn learned(&self) -> Option<ColumnModel> {
        Some(saved_rule(&self.rule))
    }
}

impl ClassScores for FittedDiscriminant {
    const PROBABILITIES: bool = true;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut scores = Array2::zeros((x.nrows(), self.classes));
        if let Some(out) = scores.as_slice_mut() {
            self.rule.probabilities_of_rows(x, out);
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

    #[test]
    fn both_decompositions_give_the_same_rule() {
        // Without any order.
        let wave = |i: usize, j: usize| (((i * 7919 + j * 104_729) as f64).sin() * 43_758.545).fract();
        let y: Array1<usize> = (0..90).map(|i| i % 3).collect();
        let x = Array2::from_shape_fn((90, 6), |(i, j)| wave(i, j) + 0.4 * y[i] as f64 * wave(j, 50) + wave(i, 0));
        let (classes, centred) = class_moments(x.view(), y.view());
        let at = Array2::from_shape_fn((7, 6), |(i, j)| 2.0 * wave(i + 100, j));
        let same = |one: &Rule, other: &Rule| {
            let probabilities = [one, other].map(|rule| {
                let mut out = vec![0.0; 21];
                rule.probabilities_of_rows(at.view(), &mut out);
                out
            });
            assert!(probabilities[0].iter().zip(&probabilities[1]).all(|(a, b)| (a - b).abs() < 1e-11));
            assert!(probabilities[0].iter().any(|p| (0.1..0.9).contains(p)));
        };
        for reg_param in [0.0, 0.3] {
            let qda = Qda { reg_param, tol: 1e-4 };
            let covariances: Vec<Array2<f64>> = centred.iter().map(covariance).collect();
            assert!(covariances.iter().all(|c| whiten(c.view(), 1e-4).is_some()));
            let along = |c: usize| qda.shape_along(6, symmetric_eigen(covariances[c].view()));
            same(&qda.rule(&classes, &covariances).unwrap(), &qda.rule_of(&classes, along).unwrap());
        }
        let lda = Lda { tol: 1e-4 };
        let within = centred.iter().map(covariance).fold(Array2::zeros((6, 6)), |sum, c| sum + c / 3.0);
        let spread = deviations(within.diag());
        let correlation = &within / &spread.view().insert_axis(Axis(1)) / &spread;
        assert!(whiten(correlation.view(), 1e-8).is_some());
        let (values, vectors) = symmetric_eigen(correlation.view()).unwrap();
        let by_eigen = lda.rule_in(&classes, &spread, &values.mapv(f64::sqrt), &vectors).unwrap();
        same(&lda.rule(&classes, &within).unwrap(), &by_eigen);
    }

    #[test]
    fn a_covariance_near_the_limit_is_not_whitened() {
        let flat = |least: f64| array![[1.0, 0.0], [0.0, least]];
        assert!(whiten(flat(1e-3).view(), 1e-4).is_some());
        assert!(whiten(flat(1e-4).view(), 1e-4).is_none());
        assert!(whiten(flat(0.0).view(), 1e-4).is_none());
        let (whitening, ln_det) = whiten(array![[4.0, 2.0], [2.0, 3.0]].view(), 0.0).unwrap();
        let white = whitening.t().dot(&array![[4.0, 2.0], [2.0, 3.0]]).dot(&whitening);
        assert!((white - Array2::<f64>::eye(2)).iter().all(|d| d.abs() < 1e-14) && (ln_det - 8f64.ln()).abs() < 1e-14);
    }
}
