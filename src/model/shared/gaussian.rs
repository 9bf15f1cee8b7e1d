//! Naive Bayes and discriminant analysis from sums of each class, less the test rows'.

use ndarray::{Array1, Array2, ArrayView1};

use super::base::DesignMatrix;
use super::moments::Moments;
use super::{EachAlone, Fallback, Share, SharedCache, SharedSolver, SplitPredictions, SplitState};
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
struct ClassSums {
    sum: Vec<f64>,
    square: Vec<f64>,
}

impl ClassSums {
    fn new(base: &DesignMatrix) -> Self {
        Self { sum: vec![0.0; base.size], square: vec![0.0; base.width] }
    }

    fn add(&mut self, base: &DesignMatrix, row: usize, weight: f64) {
        base.pull(&mut self.sum, row, weight);
        for (s, x) in self.square.iter_mut().zip(base.dense(row)) {
            *s += weight * x * x;
        }
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

impl SharedSolver for NaiveBayesSolver {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        let base = &work.common.linear().base;
        let encoding = work.encoding();
        let (codes, classes) = classes_of(work.common.target);
        let p = encoding.width();
        if encoding.constant.iter().all(|c| *c) {
            return Err(Fallback::Refit);
        }
        let sums = self.sums(work);
        let n = work.split.train.len() as f64;
        let mut means = Array2::zeros((classes, p));
        let mut variances = Array2::zeros((classes, p));
        let mut row_cells = vec![0.0; p];
        for (c, own) in sums.iter().enumerate().filter(|(_, s)| s.rows() > 0.5) {
            for k in 0..p {
                let (mean, square) = encoding.mean_and_square(k, &own.sum, &own.square);
                let (all_mean, all_square) = encoding.mean_and_square(k, &self.all[c].sum, &self.all[c].square);
                let (variance, whole) = (square - mean * mean, all_square - all_mean * all_mean);
                means[[c, k]] = mean;
                variances[[c, k]] = variance;
                if variance != 0.0 && (variance <= LOST * whole || variance <= LOST * LOST * mean * mean) {
                    let of_class = || work.split.train.iter().filter(|r| codes[**r as usize] as usize == c);
                    let rows = own.rows().round();
                    let cell = |r: &u32| encoding.cell(base, k, *r as usize);
                    let mean = of_class().map(cell).sum::<f64>() / rows;
                    means[[c, k]] = mean;
                    variances[[c, k]] = of_class().map(cell).map(|x| (x - mean) * (x - mean)).sum::<f64>() / rows;
                }
            }
        }
        // The largest variance of any column over all train rows, from those within and between classes.
        let sizes: Array1<f64> = sums.iter().map(|s| s.rows().round()).collect();
        let largest = (0..p)
            .map(|k| {
                let mean = means.column(k).dot(&sizes) / n;
                (0..classes).map(|c| sizes[c] * (variances[[c, k]] + (means[[c, k]] - mean).powi(2))).sum::<f64>() / n
            })
            .fold(0.0, f64::max);
        variances += self.var_smoothing * largest;
        let offsets: Vec<f64> = (0..classes)
            .map(|c| {
                let spread: f64 = variances.row(c).iter().map(|v| (std::f64::consts::TAU * v).ln()).sum();
                (sizes[c] / n).ln() - 0.5 * spread
            })
            .collect();
        let (test, train) = work.classes(classes, |row, out| {
            encoding.row(base, row, &mut row_cells);
            for (c, o) in out.iter_mut().enumerate() {
                *o = f64::NEG_INFINITY;
                if sizes[c] > 0.0 {
                    let far: f64 = (0..p).map(|k| (row_cells[k] - means[[c, k]]).powi(2) / variances[[c, k]]).sum();
                    *o = offsets[c] - 0.5 * far;
                }
            }
            from_joint(out);
        });
        Ok(SplitPredictions::new(test, train))
    }
}

impl Share for NaiveBayes {
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
enum Discriminant {
    Linear(Lda),
    Quadratic(Qda),
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

    /// Size, mean and covariance of a class; `None` for the covariance where digits were lost.
    fn class(&self, work: &SplitState, class: usize) -> (f64, Array1<f64>, Option<Array2<f64>>) {
        let (codes, _) = classes_of(work.common.target);
        let mut moments = self.all[class].clone();
        let changed = work.counts().iter().enumerate().filter(|(r, c)| **c != 1 && codes[*r] as usize == class);
        work.common
            .linear()
            .base
            .accumulate(&mut moments, changed.map(|(r, count)| (r as u32, f64::from(*count) - 1.0)));
        let covariance = |moments: &Moments| {
            let products = work.encoding().products(moments, None);
            let n = moments.weight();
            let mean = &products.sums / n;
            let own = products.gram / n - &mean.view().insert_axis(ndarray::Axis(1)) * &mean;
            (n, mean, own)
        };
        let (n, mean, own) = covariance(&moments);
        let (_, _, whole) = covariance(&self.all[class]);
        let lost = own
            .diag()
            .iter()
            .zip(whole.diag())
            .zip(&mean)
            .any(|((v, w), m)| *v != 0.0 && (*v <= LOST * w || *v <= LOST * LOST * m * m));
        (n, mean, (!lost).then_some(own))
    }
}

impl SharedSolver for DiscriminantSolver {
    fn squares(&self) -> Option<usize> {
        Some(self.all.len() + 2)
    }

    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        let (codes, classes) = classes_of(work.common.target);
        let mut seen = vec![0u32; classes];
        work.split.train.iter().for_each(|r| seen[codes[*r as usize] as usize] += 1);
        if seen.contains(&0) {
            return Err(Fallback::Refit);
        }
        let p = work.encoding().width();
        let n = work.split.train.len() as f64;
        let mut means = Array2::zeros((classes, p));
        let mut sizes = Vec::with_capacity(classes);
        let mut covariances = Vec::with_capacity(classes);
        for class in 0..classes {
            let (size, mean, covariance) = self.class(work, class);
            means.row_mut(class).assign(&mean);
            sizes.push(size.round());
            covariances.push(covariance.ok_or(Fallback::Refit)?);
        }
        let described = Classes { sizes, means };
        let rule: Rule = match &self.kind {
            Discriminant::Linear(lda) => {
                let mut within = Array2::zeros((p, p));
                for (covariance, size) in covariances.iter().zip(&described.sizes) {
                    within.scaled_add(size / n, covariance);
                }
                lda.rule(&described, &within)?
            }
            Discriminant::Quadratic(qda) => qda.rule(&described, &covariances)?,
        };
        let base = &work.common.linear().base;
        let mut cells = vec![0.0; p];
        let (test, train) = work.classes(classes, |row, out| {
            work.encoding().row(base, row, &mut cells);
            rule.probabilities(ArrayView1::from(&cells), out);
        });
        Ok(SplitPredictions::new(test, train))
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
    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        discriminant(Discriminant::Linear(*self), common)
    }
}

impl Share for Qda {
    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        discriminant(Discriminant::Quadratic(*self), common)
    }
}
