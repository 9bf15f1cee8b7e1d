//! Boosted models: what fitted trees say about rows.

use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};

use super::boost_tree::BoostTree;
use super::columns::Columns;
use super::loss::{Loss, log_sum_exp, logistic};
use super::{ClassScores, FitDiagnostics};

/// Rows whose codes are gathered at once, so that every tree finds them next to each other.
const BLOCK: usize = 64;

/// A fitted boosted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Boosted {
    pub(super) loss: Loss,
    /// The score of each output before the first tree.
    pub(super) baseline: Vec<f64>,
    /// One tree for each output, iteration by iteration.
    pub(super) trees: Vec<BoostTree>,
    /// The classes that occur among the train rows, ascending; empty for numbers.
    pub(super) present: Vec<u32>,
    /// Number of classes of the whole target; 0 for numbers.
    pub(super) classes: usize,
    /// Mean loss on the validation rows before the first and after each iteration; empty without early stopping.
    pub(super) validation: Vec<f64>,
}

impl Boosted {
    /// Number of iterations that were made.
    pub fn iterations(&self) -> usize {
        self.trees.len() / self.baseline.len()
    }

    /// Mean loss on the validation rows before the first iteration and after each; empty without early stopping.
    pub fn validation(&self) -> &[f64] {
        &self.validation
    }

    /// Raw scores, rows × outputs, of rows of the table of the fit, by their codes. There is one output for numbers and
    /// for at most two classes, else one for each class that occurs among the train rows.
    pub fn raw_rows(&self, columns: &Columns, rows: &[u32]) -> Array2<f64> {
        let (width, outputs) = (columns.columns.len(), self.baseline.len());
        let mut raw = self.start(rows.len());
        let mut codes = vec![0; BLOCK * width];
        for (b, block) in rows.chunks(BLOCK).enumerate() {
            for (j, column) in columns.columns.iter().enumerate() {
                let column = column.codes();
                block.iter().enumerate().for_each(|(i, r)| codes[i * width + j] = column[*r as usize]);
            }
            for (t, tree) in self.trees.iter().enumerate() {
                for i in 0..block.len() {
                    raw[(b * BLOCK + i, t % outputs)] += tree.by_codes(&codes[i * width..][..width]);
                }
            }
        }
        raw
    }

    /// Raw scores, rows × outputs, of any rows × columns, by their values. NaN is missing; in a column of levels stand
    /// their codes, and what is no code is missing.
    pub fn raw_matrix(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut raw = self.start(x.nrows());
        for (x, mut raw) in x.outer_iter().zip(raw.outer_iter_mut()) {
            for (t, tree) in self.trees.iter().enumerate() {
                raw[t % self.baseline.len()] += tree.by_values(|j| x[j]);
            }
        }
        raw
    }

    fn start(&self, rows: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, self.baseline.len()), |(_, k)| self.baseline[k])
    }

    /// Predicted numbers, one per row of `raw` (rows × 1): the score, or its exponential for the loss poisson.
    pub fn values(&self, raw: ArrayView2<f64>) -> Vec<f64> {
        let respond = |s: &f64| if self.loss == Loss::Poisson { s.exp() } else { *s };
        raw.column(0).iter().map(respond).collect()
    }

    /// Probabilities, rows × classes of the whole target; a class without train rows has 0. `raw` is rows × outputs.
    pub fn probabilities(&self, raw: ArrayView2<f64>) -> Array2<f64> {
        let mut all = Array2::zeros((raw.nrows(), self.classes));
        for (raw, mut out) in raw.outer_iter().zip(all.outer_iter_mut()) {
            if let [first, second] = self.present[..] {
                let p = logistic(raw[0]);
                out[second as usize] = p;
                out[first as usize] = 1.0 - p;
            } else {
                let norm = log_sum_exp(raw.iter().copied());
                self.present.iter().zip(raw).for_each(|(class, s)| out[*class as usize] = (s - norm).exp());
            }
        }
        all
    }
}

impl FitDiagnostics for Boosted {
    /// The iterations, where early stopping decided on their number.
    fn figures(&self) -> Vec<(&'static str, f64)> {
        if self.validation.is_empty() { Vec::new() } else { vec![("iterations", self.iterations() as f64)] }
    }
}

impl ClassScores for Boosted {
    const PROBABILITIES: bool = true;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        self.probabilities(self.raw_matrix(x).view())
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for Boosted {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        y.assign(&Array1::from(self.values(self.raw_matrix(x.view()).view())));
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}
