//! Naive Bayes and discriminant analysis from sums of each class, less the test rows'.

use ndarray::{Array1, Array2, ArrayView2};
use pulp::{Arch, Simd, WithSimd};

use super::base::DesignMatrix;
use super::encoding::SplitEncoding;
use super::moments::Moments;
use super::row_encoder::RowEncoder;
use super::{EachAlone, Fallback, PassModel, Share, SharedCache, SharedSolver, SplitPredictions, SplitState, softmax};
use crate::data::Target;
use crate::model::discriminant::{Classes, Lda, Qda, Rule};
use crate::model::naive_bayes::{NaiveBayes, from_joint};

/// A class's variance below this share of what it is over all rows has lost digits.
const LOST: f64 = 1e-4;

fn classes_of(target: &Target) -> (&[u32], usize) {
    match target {
        Target::Classification { codes, labels, .. } => (codes, labels.len()),
        Target::Regression { .. } => (&[], 0),
    }
}

/// Sums of one class's rows: base columns and squares of the dense ones.
#[derive(Clone)]
pub struct ClassSums {
    sum: Vec<f64>,
    square: Vec<f64>,
}

impl ClassSums {
    /// Of no rows.
    pub fn new(base: &DesignMatrix) -> Self {
        Self { sum: vec![0.0; base.size], square: vec![0.0; base.width] }
    }

    /// Adds a row, which counts so many times.
    pub fn add(&mut self, base: &DesignMatrix, row: usize, weight: f64) {
        base.pull(&mut self.sum, row, weight);
        for (s, x) in self.square.iter_mut().zip(base.dense(row)) {
            *s += weight * x * x;
        }
    }

    /// Adds the sums of other rows.
    pub fn join(&mut self, other: &Self) {
        self.sum.iter_mut().zip(&other.sum).for_each(|(a, b)| *a += b);
        self.square.iter_mut().zip(&other.square).for_each(|(a, b)| *a += b);
    }

    /// How many sums there are.
    pub fn count(&self) -> usize {
        self.sum.len() + self.square.len()
    }

    fn rows(&self) -> f64 {
        self.sum[self.sum.len() - 1]
    }
}

/// The shared solver of `nb`.
pub struct NaiveBayesSolver {
    var_smoothing: f64,
    all: Vec<ClassSums>,
}

impl NaiveBayesSolver {
    fn sums(&self, work: &SplitState) -> Vec<ClassSums> {
        let base = &work.common.linear().base;
        let (codes, _) = classes_of(work.common.target);
        let mut sums = self.all.clone();
        for (row, count) in work.counts().iter().enumerate().filter(|(_, c)| **c != 1) {
            sums[codes[row] as usize].add(base, row, f64::from(*count) - 1.0);
        }
        sums
    }
}

/// Scores a row's classes from its encoded cells.
pub enum ClassRule {
    /// Normal columns that are independent within a class.
    NaiveBayes {
        /// classes × columns.
        means: Array2<f64>,
        /// classes × columns: one over the variances.
        inverses: Array2<f64>,
        /// Log prior less half the log of the variances; minus infinity for a class without rows.
        offsets: Vec<f64>,
    },
    /// Normal classes.
    Discriminant(Rule),
}

impl ClassRule {
    /// Of a linear rule the coefficients of each class on the base columns.
    fn over_base(&self, encoding: &SplitEncoding, size: usize) -> Option<Vec<Vec<f64>>> {
        let Self::Discriminant(Rule::Linear { coefficients, intercepts }) = self else { return None };
        let of_class =
            |(c, intercept): (ndarray::ArrayView1<f64>, &f64)| encoding.to_base(&c.to_vec(), *intercept, size);
        Some(coefficients.outer_iter().zip(intercepts).map(of_class).collect())
    }

    /// The probabilities of the classes for some rows: rows × columns to rows × classes.
    pub fn probabilities_of_rows(&self, cells: ArrayView2<f64>, out: &mut [f64]) {
        let classes = out.len() / cells.nrows().max(1);
        match self {
            Self::Discriminant(rule) => rule.probabilities_of_rows(cells, out),
            Self::NaiveBayes { means, inverses, offsets } => {
                if let (Some(cells), Some(means), Some(inverses)) =
                    (cells.as_slice(), means.as_slice(), inverses.as_slice())
                {
                    Arch::new().dispatch(JointLogs { cells, means, inverses, offsets, out });
                }
                out.chunks_exact_mut(classes.max(1)).for_each(from_joint);
            }
        }
    }
}

/// The log of the joint density of classes and rows of independent normal columns.
struct JointLogs<'a> {
    /// rows × columns.
    cells: &'a [f64],
    /// classes × columns.
    means: &'a [f64],
    inverses: &'a [f64],
    offsets: &'a [f64],
    /// rows × classes.
    out: &'a mut [f64],
}

impl WithSimd for JointLogs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let classes = self.offsets.len().max(1);
        let columns = self.means.len() / classes;
        for (cells, out) in self.cells.chunks_exact(columns.max(1)).zip(self.out.chunks_exact_mut(classes)) {
            for (c, (out, offset)) in out.iter_mut().zip(self.offsets).enumerate() {
                *out = *offset;
                if *offset == f64::NEG_INFINITY {
                    continue;
                }
                let own = c * columns..(c + 1) * columns;
                let (means, inverses) = (&self.means[own.clone()], &self.inverses[own]);
                // Eight sums on every processor, so that the digits are the same.
                let mut sums = [0.0; 8];
                let whole = columns / 8 * 8;
                let each = cells[..whole].chunks_exact(8).zip(means.chunks_exact(8)).zip(inverses.chunks_exact(8));
                for ((x, mean), inverse) in each {
                    for k in 0..8 {
                        let off = x[k] - mean[k];
                        sums[k] += off * off * inverse[k];
                    }
                }
                for k in whole..columns {
                    let off = cells[k] - means[k];
                    sums[k - whole] += off * off * inverses[k];
                }
                *out -= 0.5 * sums.iter().sum::<f64>();
            }
        }
    }
}

/// The rule of naive Bayes from the sums of each class, over a split's train rows and over all rows. `exact` gives the mean
/// and the variance of a column in a class from the rows themselves, where the sums have lost digits.
///
/// # Errors
/// See [`Fallback`].
pub fn naive_bayes(
    work: &SplitState,
    [own, all]: [&[ClassSums]; 2],
    var_smoothing: f64,
    exact: impl Fn(usize, usize, f64) -> Result<[f64; 2], Fallback>,
) -> Result<ClassRule, Fallback> {
    let encoding = work.encoding();
    let (p, classes) = (encoding.width(), own.len());
    if encoding.constant.iter().all(|c| *c) {
        return Err(Fallback::Refit);
    }
    let mut means = Array2::zeros((classes, p));
    let mut variances = Array2::zeros((classes, p));
    for (c, sums) in own.iter().enumerate().filter(|(_, s)| s.rows() > 0.5) {
        for k in 0..p {
            let (mean, square) = encoding.mean_and_square(k, &sums.sum, &sums.square);
            let (all_mean, all_square) = encoding.mean_and_square(k, &all[c].sum, &all[c].square);
            let (variance, whole) = (square - mean * mean, all_square - all_mean * all_mean);
            means[[c, k]] = mean;
            variances[[c, k]] = variance;
            if variance != 0.0 && (variance <= LOST * whole || variance <= LOST * LOST * mean * mean) {
                let [mean, variance] = exact(c, k, sums.rows().round())?;
                means[[c, k]] = mean;
                variances[[c, k]] = variance;
            }
        }
    }
    // The largest variance of any column over all train rows, from those within and between classes.
    let sizes: Array1<f64> = own.iter().map(|s| s.rows().round()).collect();
    let n = sizes.sum();
    let largest = (0..p)
        .map(|k| {
            let mean = means.column(k).dot(&sizes) / n;
            (0..classes).map(|c| sizes[c] * (variances[[c, k]] + (means[[c, k]] - mean).powi(2))).sum::<f64>() / n
        })
        .fold(0.0, f64::max);
    variances += var_smoothing * largest;
    let offset = |c: usize| {
        let spread: f64 = variances.row(c).iter().map(|v| (std::f64::consts::TAU * v).ln()).sum();
        if sizes[c] > 0.0 { (sizes[c] / n).ln() - 0.5 * spread } else { f64::NEG_INFINITY }
    };
    let offsets = (0..classes).map(offset).collect();
    Ok(ClassRule::NaiveBayes { means, inverses: variances.mapv(f64::recip), offsets })
}

impl SharedSolver for NaiveBayesSolver {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        let base = &work.common.linear().base;
        let encoding = work.encoding();
        let (codes, classes) = classes_of(work.common.target);
        let own = self.sums(work);
        let exact = |c: usize, k: usize, rows: f64| {
            let of_class = || work.split().train.iter().filter(|r| codes[**r as usize] as usize == c);
            let cell = |r: &u32| encoding.cell(base, k, *r as usize);
            let mean = of_class().map(cell).sum::<f64>() / rows;
            Ok([mean, of_class().map(cell).map(|x| (x - mean) * (x - mean)).sum::<f64>() / rows])
        };
        let rule = naive_bayes(work, [&own, &self.all], self.var_smoothing, exact)?;
        Ok(by_rule(work, &rule, classes))
    }
}

/// The predictions of a rule for the rows of a split.
fn by_rule(work: &SplitState, rule: &ClassRule, classes: usize) -> SplitPredictions {
    let encoding = work.encoding();
    let base = &work.common.linear().base;
    if let Some(coefficients) = rule.over_base(encoding, base.size) {
        let (test, train) = work.classes(classes, |row, out| {
            out.iter_mut().zip(&coefficients).for_each(|(o, c)| *o = base.predictor(c, row));
            softmax(out);
        });
        return SplitPredictions::new(test, train);
    }
    let encoder = RowEncoder::new(encoding, base);
    let (test, train) = work.classes_of_rows(classes, |rows, out| {
        let mut cells = Array2::zeros((rows.len(), encoding.width()));
        if let Some(cells) = cells.as_slice_mut() {
            encoder.write(rows, cells);
        }
        rule.probabilities_of_rows(cells.view(), out);
    });
    SplitPredictions::new(test, train)
}

impl Share for NaiveBayes {
    fn in_passes(&self, _: usize) -> Option<PassModel> {
        Some(PassModel::NaiveBayes(self.var_smoothing))
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        if common.is_wide(1) {
            return Some(Box::new(EachAlone));
        }
        let base = &common.linear().base;
        let (codes, classes) = classes_of(common.target);
        let mut all = vec![ClassSums::new(base); classes];
        for (row, code) in codes.iter().enumerate() {
            all[*code as usize].add(base, row, 1.0);
        }
        Some(Box::new(NaiveBayesSolver { var_smoothing: self.var_smoothing, all }))
    }
}

/// Which discriminant.
#[derive(Debug, Clone, Copy)]
pub enum Discriminant {
    /// One covariance for all classes.
    Linear(Lda),
    /// One for each.
    Quadratic(Qda),
}

impl Discriminant {
    /// The rule from the moments of each class, over a split's train rows and over all rows.
    ///
    /// # Errors
    /// See [`Fallback`].
    pub fn rule(
        &self,
        work: &SplitState,
        own: impl Fn(usize) -> Moments,
        all: &[Moments],
    ) -> Result<ClassRule, Fallback> {
        let p = work.encoding().width();
        let mut means = Array2::zeros((all.len(), p));
        let mut sizes = Vec::with_capacity(all.len());
        let mut covariances = Vec::with_capacity(all.len());
        for (class, all) in all.iter().enumerate() {
            let (size, mean, covariance) = of_class(work, &own(class), all);
            means.row_mut(class).assign(&mean);
            sizes.push(size.round());
            covariances.push(covariance.ok_or(Fallback::Refit)?);
        }
        let n: f64 = sizes.iter().sum();
        let described = Classes { sizes, means };
        Ok(ClassRule::Discriminant(match self {
            Self::Linear(lda) => {
                let mut within = Array2::zeros((p, p));
                for (covariance, size) in covariances.iter().zip(&described.sizes) {
                    within.scaled_add(size / n, covariance);
                }
                lda.rule(&described, &within)?
            }
            Self::Quadratic(qda) => qda.rule(&described, &covariances)?,
        }))
    }
}

/// Size, mean and covariance of a class; `None` for the covariance where digits were lost, or there are no rows.
fn of_class(work: &SplitState, own: &Moments, all: &Moments) -> (f64, Array1<f64>, Option<Array2<f64>>) {
    let encoding = work.encoding();
    let products = encoding.products(own, None);
    let n = own.weight();
    let mean = &products.sums / n;
    let covariance = products.gram / n - &mean.view().insert_axis(ndarray::Axis(1)) * &mean;
    let one = all.constant();
    let sums: Vec<f64> = (0..=one).map(|i| all.at(i, one)).collect();
    let squares: Vec<f64> = (0..=one).map(|i| all.at(i, i)).collect();
    let lost = covariance.diag().into_iter().zip(&mean).enumerate().any(|(k, (variance, m))| {
        let (whole_mean, square) = encoding.mean_and_square(k, &sums, &squares);
        let whole = square - whole_mean * whole_mean;
        *variance != 0.0 && (*variance <= LOST * whole || *variance <= LOST * LOST * m * m)
    });
    let is_known = n > 0.5 && !lost;
    (n, mean, is_known.then_some(covariance))
}

/// The shared solver of `lda` and `qda`.
pub struct DiscriminantSolver {
    kind: Discriminant,
    /// For each class its moments over all rows.
    all: Vec<Moments>,
}

impl DiscriminantSolver {
    fn new(kind: Discriminant, common: &SharedCache) -> Self {
        let (codes, classes) = classes_of(common.target);
        let base = &common.linear().base;
        let all = (0..classes)
            .map(|class| {
                let mut moments = Moments::new(base);
                let rows = codes.iter().zip(0u32..).filter(|(c, _)| **c as usize == class);
                base.accumulate(&mut moments, rows.map(|(_, row)| (row, 1.0)));
                moments
            })
            .collect();
        Self { kind, all }
    }
}

impl SharedSolver for DiscriminantSolver {
    fn squares(&self) -> Option<usize> {
        Some(self.all.len() + 2)
    }

    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        let (codes, classes) = classes_of(work.common.target);
        let mut seen = vec![0u32; classes];
        work.split().train.iter().for_each(|r| seen[codes[*r as usize] as usize] += 1);
        if seen.contains(&0) {
            return Err(Fallback::Refit);
        }
        let own = |class: usize| {
            let mut moments = self.all[class].clone();
            let changed = work.counts().iter().enumerate().filter(|(r, c)| **c != 1 && codes[*r] as usize == class);
            let changed = changed.map(|(r, count)| (r as u32, f64::from(*count) - 1.0));
            work.common.linear().base.accumulate(&mut moments, changed);
            moments
        };
        Ok(by_rule(work, &self.kind.rule(work, own, &self.all)?, classes))
    }
}

fn discriminant<'a>(kind: Discriminant, common: &SharedCache) -> Option<Box<dyn SharedSolver + 'a>> {
    // With more columns than rows there is a way without the covariance, which is larger than the table then.
    if common.is_wide(common.target.labels().len()) {
        return Some(Box::new(EachAlone));
    }
    Some(Box::new(DiscriminantSolver::new(kind, common)))
}

impl Share for Lda {
    fn in_passes(&self, _: usize) -> Option<PassModel> {
        Some(PassModel::Discriminant(Discriminant::Linear(*self)))
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        discriminant(Discriminant::Linear(*self), common)
    }
}

impl Share for Qda {
    fn in_passes(&self, _: usize) -> Option<PassModel> {
        Some(PassModel::Discriminant(Discriminant::Quadratic(*self)))
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        discriminant(Discriminant::Quadratic(*self), common)
    }
}
