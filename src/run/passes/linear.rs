//! One pass of a linear model's fits to many splits: their errors on all rows, and what the train rows say of them.

use super::{Line, Stretch};
use crate::data::Target;
use crate::model::shared::ManyPredictors;
use crate::split::Membership;

/// Rows whose predictions are at hand at a time: they stay in the cache.
const ROWS: usize = 256;

/// A model on those splits that are not settled.
pub struct LinearPass {
    model: usize,
    /// By lane the split's place among the lines, which is its bit too.
    bits: Vec<usize>,
    predictors: ManyPredictors,
    sums: LinearSums,
}

/// Sums over rows, by lane.
pub struct LinearSums {
    /// Base vectors of train rows, each times its error.
    pulls: ManyPredictors,
    /// Squared and absolute errors on test rows, and the same on train rows.
    errors: [Vec<f64>; 4],
}

impl LinearSums {
    fn new(like: &ManyPredictors, size: usize) -> Self {
        let zeros = || vec![0.0; like.lanes()];
        Self { pulls: ManyPredictors::zeros(like.lanes(), size), errors: [zeros(), zeros(), zeros(), zeros()] }
    }

    fn join(&mut self, other: &Self) {
        self.pulls.join(&other.pulls);
        for (a, b) in self.errors.iter_mut().flatten().zip(other.errors.iter().flatten()) {
            *a += b;
        }
    }
}

impl LinearPass {
    /// Of a model; `None` where it is not linear, or settled on all splits.
    pub fn new(model: usize, lines: &[Line], size: usize) -> Option<Self> {
        let open = lines.iter().filter(|line| !line.settled[model]);
        let (bits, coefficients): (Vec<usize>, Vec<&[f64]>) =
            open.filter_map(|line| Some((line.bit, line.fits[model].0.coefficients()?))).unzip();
        if bits.is_empty() {
            return None;
        }
        let predictors = ManyPredictors::new(&coefficients, size);
        let sums = LinearSums::new(&predictors, size);
        Some(Self { model, bits, predictors, sums })
    }

    /// The sums over a stretch of rows.
    pub fn sums_of(&self, stretch: &Stretch, target: &Target, members: &Membership) -> LinearSums {
        let (matrix, lanes) = (&stretch.matrix, self.predictors.lanes());
        let mut sums = LinearSums::new(&self.predictors, matrix.size);
        let Target::Regression { values } = target else { return sums };
        let mut cells = vec![0.0; ROWS * lanes];
        for first in (0..matrix.rows).step_by(ROWS) {
            let rows = first..matrix.rows.min(first + ROWS);
            let cells = &mut cells[..rows.len() * lanes];
            self.predictors.predict(matrix, rows.clone(), cells);
            for (row, cells) in rows.clone().zip(cells.chunks_exact_mut(lanes)) {
                let row = stretch.first + row;
                self.add_errors(&mut sums.errors, row, values[row], cells, members);
            }
            sums.pulls.pull(matrix, rows, cells);
        }
        sums
    }

    /// Adds the errors of a row, and puts them in place of the predictions, as often as the row is trained on.
    fn add_errors(&self, sums: &mut [Vec<f64>; 4], row: usize, y: f64, cells: &mut [f64], members: &Membership) {
        let [test_square, test_size, train_square, train_size] = sums;
        for (lane, bit) in self.bits.iter().enumerate() {
            let error = y - cells[lane];
            let (is_test, times) = members.uses(*bit, row);
            let (is_test, times) = (f64::from(u8::from(is_test)), f64::from(times));
            test_square[lane] += is_test * (error * error);
            test_size[lane] += is_test * error.abs();
            train_square[lane] += times * (error * error);
            train_size[lane] += times * error.abs();
            cells[lane] = times * error;
        }
    }

    /// Adds the sums over the next rows.
    pub fn add(&mut self, sums: &LinearSums) {
        self.sums.join(sums);
    }

    /// Gives the lines what the pass has found.
    pub fn give(self, lines: &mut [Line]) {
        let [test_square, test_size, train_square, train_size] = &self.sums.errors;
        for (lane, bit) in self.bits.iter().enumerate() {
            let line = &mut lines[*bit];
            let (fit, [test, train]) = &mut line.fits[self.model];
            test.add_errors(line.scores.n_test, test_square[lane], test_size[lane]);
            train.add_errors(line.scores.n_train, train_square[lane], train_size[lane]);
            fit.set_pull(self.sums.pulls.lane(lane));
        }
    }
}
