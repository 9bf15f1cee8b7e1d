//! Linear and quadratic discriminant analysis: normal classes with one covariance, or one each
//! (Hastie, Tibshirani and Friedman, Elements of Statistical Learning, section 4.3).
//!
//! Both need nothing of the rows but each class's size, mean and covariance. With more columns than rows the covariance
//! is not formed: what it says is said by the singular values of the rows, which are fewer.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, ArrayView2, Axis, Data, Ix2};

use super::FitError;
use super::adapter::{ClassScores, FitDiagnostics, winners};
use super::interrupt::check;
use super::linalg::{Singular, product, row_space, singular, symmetric_eigen};
use super::saved::{ColumnModel, saved_rule};

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
        /// How far a row is from each class.
        shapes: Vec<Shape>,
        /// Log prior less half the log determinant.
        offsets: Array1<f64>,
    },
}

/// The shape of a normal class: the square of a centred row's distance is
/// `rest · |row|² + Σ factor · (direction · row)²`.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// columns × directions, orthonormal.
    pub(super) directions: Array2<f64>,
    /// One for each direction.
    pub(super) factors: Array1<f64>,
    /// For all directions alike.
    pub(super) rest: f64,
}

impl Shape {
    fn square(&self, centred: &Array1<f64>) -> f64 {
        self.square_along(self.directions.t().dot(centred).view(), centred.view())
    }

    /// The same for each of several rows.
    fn squares(&self, centred: &Array2<f64>) -> Vec<f64> {
        let along = centred.dot(&self.directions);
        along.outer_iter().zip(centred.outer_iter()).map(|(along, row)| self.square_along(along, row)).collect()
    }

    /// The square of a centred row's distance, which is so far along each direction.
    fn square_along(&self, along: ArrayView1<f64>, centred: ArrayView1<f64>) -> f64 {
        let own: f64 = along.iter().zip(&self.factors).map(|(a, f)| f * a * a).sum();
        if self.rest == 0.0 { own } else { (self.rest * centred.dot(&centred) + own).max(0.0) }
    }
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
        if classes.sizes.len() < 2 {
            return Err(one_class());
        }
        let kept: Vec<usize> = (0..deviation.len()).filter(|k| deviation[*k] > self.tol).collect();
        let mut whitening = vectors.select(Axis(1), &kept);
        for (mut column, k) in whitening.columns_mut().into_iter().zip(&kept) {
            column /= &(spread * deviation[*k]);
        }
        let priors = classes.priors();
        let centre = priors.dot(&classes.means);
        let roots = priors.mapv(f64::sqrt).insert_axis(Axis(1));
        let between = (&classes.means - &centre).dot(&whitening) * &roots;
        // Directions between the class means that are rounding are left out, too.
        let (values, vectors) = symmetric_eigen(between.dot(&between.t()).view()).ok_or_else(not_decomposed)?;
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
    /// Where there is one class, a class has a single row, or no variance in some direction.
    pub fn rule(&self, classes: &Classes, covariances: &[Array2<f64>]) -> Result<Rule, FitError> {
        self.rule_of(classes, |c| symmetric_eigen(covariances[c].view()))
    }

    /// From the variances of each class (divided by its rows) and their directions, the latter columns of a matrix. Where
    /// these are fewer than the columns, the class has no variance in all others.
    fn rule_of(
        &self,
        classes: &Classes,
        variances: impl Fn(usize) -> Option<(Array1<f64>, Array2<f64>)>,
    ) -> Result<Rule, FitError> {
        if classes.sizes.len() < 2 {
            return Err(one_class());
        }
        if classes.sizes.iter().any(|rows| *rows < 2.0) {
            return Err(FitError::new("a class has a single train row, so its covariance is unknown"));
        }
        let columns = classes.means.ncols();
        let mut shapes = Vec::with_capacity(classes.sizes.len());
        let mut offsets = classes.priors().mapv(f64::ln);
        for (c, offset) in offsets.iter_mut().enumerate() {
            let (values, directions) =
                variances(c).ok_or_else(|| FitError::new("a covariance could not be decomposed"))?;
            let values = values.mapv(|v| (1.0 - self.reg_param) * v.max(0.0) + self.reg_param);
            let others = columns - values.len();
            let nothing = if others > 0 { self.reg_param } else { f64::INFINITY };
            if values.iter().copied().fold(nothing, f64::min) <= self.tol {
                return Err(FitError::new(
                    "the columns of a class are collinear or constant, or more than its train rows; set reg_param, such as qda:reg_param=0.1",
                ));
            }
            let rest = if others > 0 { 1.0 / self.reg_param } else { 0.0 };
            *offset -= 0.5 * values.mapv(f64::ln).sum();
            if others > 0 {
                *offset -= 0.5 * others as f64 * self.reg_param.ln();
            }
            shapes.push(Shape { directions, factors: values.mapv(|v| 1.0 / v - rest), rest });
        }
        Ok(Rule::Quadratic { means: classes.means.clone(), shapes, offsets })
    }
}

fn one_class() -> FitError {
    FitError::new(super::ONE_CLASS)
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
            Self::Quadratic { means, shapes, offsets } => {
                check();
                for (c, o) in out.iter_mut().enumerate() {
                    *o = offsets[c] - 0.5 * shapes[c].square(&(&row - &means.row(c)));
                }
            }
        }
        super::shared::softmax(out);
    }

    /// The same for several rows, in matrix products: rows × columns to rows × classes.
    pub fn probabilities_of_rows(&self, rows: ArrayView2<f64>, out: &mut [f64]) {
        check();
        let classes = out.len() / rows.nrows().max(1);
        match self {
            Self::Linear { coefficients, intercepts } => {
                let scores = rows.dot(&coefficients.t());
                for (out, scores) in out.chunks_exact_mut(classes).zip(scores.outer_iter()) {
                    out.iter_mut().zip(scores.iter().zip(intercepts)).for_each(|(o, (s, i))| *o = s + i);
                }
            }
            Self::Quadratic { means, shapes, offsets } => {
                for (c, shape) in shapes.iter().enumerate() {
                    let squares = shape.squares(&(&rows - &means.row(c)));
                    let of_class = out.iter_mut().skip(c).step_by(classes);
                    of_class.zip(squares).for_each(|(o, square)| *o = offsets[c] - 0.5 * square);
                }
            }
        }
        out.chunks_exact_mut(classes).for_each(|out| _ = super::shared::softmax(out));
    }
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
                return symmetric_eigen(covariance(&centred[c]).view());
            }
            let Singular { values, right, .. } = wide_singular(centred[c].view())?;
            Some((values.mapv(|v| v * v / rows as f64), right))
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
