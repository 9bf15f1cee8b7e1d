//! One pass of a linear model's fits to many splits: their errors on all rows, and what the train rows say of them.

use pulp::{Arch, NullaryFnOnce};

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
    /// Whether each fit predicts one number.
    is_constant: bool,
    sums: LinearSums,
}

/// Sums over rows, by lane.
pub struct LinearSums {
    /// Base vectors of train rows, each times its error; nothing of fits that predict one number.
    pulls: Option<ManyPredictors>,
    errors: Errors,
}

/// By lane: squared and absolute errors on test rows, and the same on train rows.
struct Errors {
    test_square: Vec<f64>,
    test_size: Vec<f64>,
    train_square: Vec<f64>,
    train_size: Vec<f64>,
}

impl Errors {
    fn new(lanes: usize) -> Self {
        let zeros = || vec![0.0; lanes];
        Self { test_square: zeros(), test_size: zeros(), train_square: zeros(), train_size: zeros() }
    }

    fn join(&mut self, other: &Self) {
        let add = |a: &mut Vec<f64>, b: &Vec<f64>| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        add(&mut self.test_square, &other.test_square);
        add(&mut self.test_size, &other.test_size);
        add(&mut self.train_square, &other.train_square);
        add(&mut self.train_size, &other.train_size);
    }

    /// Adds the errors of a row where a row may be trained on several times, or neither tested nor trained on, and puts them in
    /// place of its predictions in `cells`, as often as it is trained on.
    fn add_repeated(&mut self, y: f64, cells: &mut [f64], row: usize, bits: &[usize], members: &Membership) {
        for (lane, bit) in bits.iter().enumerate() {
            let error = y - cells[lane];
            let (is_test, times) = members.uses(*bit, row);
            let (is_test, times) = (f64::from(u8::from(is_test)), f64::from(times));
            self.test_square[lane] += is_test * (error * error);
            self.test_size[lane] += is_test * error.abs();
            self.train_square[lane] += times * (error * error);
            self.train_size[lane] += times * error.abs();
            cells[lane] = times * error;
        }
    }
}

/// Adds the errors of rows that each split tests or trains on once, and puts those on train rows in place of the predictions.
struct AddErrors<'a> {
    errors: &'a mut Errors,
    /// rows × lanes.
    cells: &'a mut [f64],
    values: &'a [f64],
    /// By row the bits of the splits that test it.
    tests: &'a [u64],
    /// By lane the bit of its split.
    bits: &'a [u64],
}

impl NullaryFnOnce for AddErrors<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { errors, cells, values, tests, bits } = self;
        let lanes = bits.len();
        let (test_square, test_size) = (&mut errors.test_square[..lanes], &mut errors.test_size[..lanes]);
        let (train_square, train_size) = (&mut errors.train_square[..lanes], &mut errors.train_size[..lanes]);
        for ((cells, y), tests) in cells.chunks_exact_mut(lanes).zip(values).zip(tests) {
            for lane in 0..lanes {
                let is_test = (tests >> bits[lane] & 1).wrapping_neg();
                let error = (y - cells[lane]).to_bits();
                let (in_test, in_train) = (f64::from_bits(error & is_test), f64::from_bits(error & !is_test));
                test_square[lane] += in_test * in_test;
                test_size[lane] += in_test.abs();
                train_square[lane] += in_train * in_train;
                train_size[lane] += in_train.abs();
                cells[lane] = in_train;
            }
        }
    }
}

impl LinearSums {
    fn new(like: &ManyPredictors, size: usize, is_constant: bool) -> Self {
        let pulls = (!is_constant).then(|| ManyPredictors::zeros(like.lanes(), size));
        Self { pulls, errors: Errors::new(like.lanes()) }
    }

    fn join(&mut self, other: &Self) {
        if let (Some(pulls), Some(other)) = (&mut self.pulls, &other.pulls) {
            pulls.join(other);
        }
        self.errors.join(&other.errors);
    }
}

impl LinearPass {
    /// Of a model; `None` where it is not linear, or settled on all splits.
    pub fn new(model: usize, lines: &[Line], size: usize) -> Option<Self> {
        let open = || lines.iter().filter(|line| !line.settled[model]);
        let (bits, coefficients): (Vec<usize>, Vec<&[f64]>) =
            open().filter_map(|line| Some((line.bit, line.fits[model].0.coefficients()?))).unzip();
        if bits.is_empty() {
            return None;
        }
        let is_constant = bits.iter().all(|bit| lines[*bit].fits[model].0.one_number().is_some());
        let predictors = ManyPredictors::new(&coefficients, size);
        let sums = LinearSums::new(&predictors, size, is_constant);
        Some(Self { model, bits, predictors, is_constant, sums })
    }

    /// The place of its model.
    pub fn model(&self) -> usize {
        self.model
    }

    /// The sums over a stretch of rows.
    pub fn sums_of(&self, stretch: &Stretch, target: &Target, members: &Membership) -> LinearSums {
        let (matrix, lanes) = (stretch.matrix(), self.predictors.lanes());
        let mut sums = LinearSums::new(&self.predictors, matrix.size, self.is_constant);
        let Target::Regression { values } = target else { return sums };
        // Lanes without a split predict 0, and nothing is taken from them.
        let bits: Vec<u64> = (0..lanes).map(|lane| self.bits.get(lane).map_or(0, |bit| *bit as u64)).collect();
        let mut cells = vec![0.0; ROWS * lanes];
        let arch = Arch::new();
        for first in stretch.rows.clone().step_by(ROWS) {
            let rows = first..stretch.rows.end.min(first + ROWS);
            let cells = &mut cells[..rows.len() * lanes];
            if self.is_constant {
                self.predictors.constants(cells);
            } else {
                self.predictors.predict(matrix, rows.clone(), cells);
            }
            let in_table = stretch.in_table(rows.start)..stretch.in_table(rows.end);
            let errors = &mut sums.errors;
            if members.are_rest() {
                let (values, tests) = (&values[in_table.clone()], &members.tests()[in_table]);
                let work = AddErrors { errors, cells: &mut *cells, values, tests, bits: &bits };
                arch.dispatch(work);
            } else {
                for (row, cells) in in_table.zip(cells.chunks_exact_mut(lanes)) {
                    errors.add_repeated(values[row], cells, row, &self.bits, members);
                }
            }
            if let Some(pulls) = &mut sums.pulls {
                pulls.pull(matrix, rows, cells);
            }
        }
        sums
    }

    /// Adds the sums over the next rows.
    pub fn add(&mut self, sums: &LinearSums) {
        self.sums.join(sums);
    }

    /// Gives the lines what the pass has found.
    pub fn give(self, lines: &mut [Line]) {
        let Errors { test_square, test_size, train_square, train_size } = &self.sums.errors;
        for (lane, bit) in self.bits.iter().enumerate() {
            let line = &mut lines[*bit];
            let (n_test, n_train) = (line.scores.n_test, line.scores.n_train);
            let (fit, [test, train]) = &mut line.fits[self.model];
            // What one number misses is known from the target alone, to the last digit of its deviation.
            let known = |part: usize, rows: usize| line.targets[part].squared_errors(rows, fit.one_number()?);
            test.add_errors(n_test, known(0, n_test).unwrap_or(test_square[lane]), test_size[lane]);
            train.add_errors(n_train, known(1, n_train).unwrap_or(train_square[lane]), train_size[lane]);
            if let Some(pulls) = &self.sums.pulls {
                fit.set_pull(pulls.lane(lane));
            }
        }
    }
}
