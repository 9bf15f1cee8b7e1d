//! The optimum of all rows in passes over them: Newton's method, a pass a step.

use super::super::base::DesignMatrix;
use super::super::moments::Moments;
use super::super::{SplitEncoding, SplitState};
use super::frame::Frame;
use super::newton::hessian;
use super::search::Search;
use super::{Convex, FALL};
use crate::data::Target;

/// A search for the optimum of all rows.
pub struct Optimum {
    convex: Convex,
    encoding: SplitEncoding,
    search: Search,
    n: f64,
    unit: f64,
    /// Around the last point.
    frame: Option<Frame>,
}

/// What a pass adds up at a point.
pub struct OptimumSums {
    /// For each output, base vectors times slopes.
    pulls: Vec<Vec<f64>>,
    /// For each pair of outputs l ≤ k, weighted by curvatures.
    moments: Vec<Moments>,
}

impl OptimumSums {
    /// Adds the sums over other rows.
    pub fn join(&mut self, other: &Self) {
        let pulls = self.pulls.iter_mut().flatten().zip(other.pulls.iter().flatten());
        pulls.for_each(|(a, b)| *a += b);
        self.moments.iter_mut().zip(&other.moments).for_each(|(a, b)| a.join(b));
    }
}

impl Optimum {
    /// Begins a search; `work` is of a split that trains on all rows. `None` where the rows do not suit the objective, or
    /// it leaves directions free.
    pub fn new(convex: Convex, work: &SplitState) -> Option<Self> {
        convex.family.check(work).ok().filter(|()| convex.is_sound(work.n_train()))?;
        let encoding = work.encoding().clone();
        let width = encoding.width() + usize::from(convex.intercept);
        let mut start = vec![0.0; width * convex.family.outputs()];
        if convex.intercept {
            start.iter_mut().skip(width - 1).step_by(width).for_each(|b| *b = convex.family.cold_intercept(work));
        }
        let (n, unit) = (work.n_train() as f64, convex.family.gradient_unit(work));
        Some(Self { convex, encoding, search: Search::new(start), n, unit, frame: None })
    }

    /// Whether another pass is wanted.
    pub fn is_open(&self) -> bool {
        self.search.is_open()
    }

    fn coefficients(&self, base: &DesignMatrix) -> Vec<Vec<f64>> {
        let point = self.search.point();
        let p = self.encoding.width();
        let of_output = |b: &[f64]| self.encoding.to_base(&b[..p], b.get(p).copied().unwrap_or(0.0), base.size);
        point.chunks_exact(p + usize::from(self.convex.intercept)).map(of_output).collect()
    }

    /// What the rows of a stretch say, of which `first` is the place of the first in the target.
    pub fn sums_of(&self, stretch: &DesignMatrix, first: usize, target: &Target) -> OptimumSums {
        let (family, outputs) = (self.convex.family, self.convex.family.outputs());
        let coefficients = self.coefficients(stretch);
        let mut state = vec![0.0; stretch.rows * outputs];
        let mut slope = vec![0.0; outputs];
        let mut pulls = vec![vec![0.0; stretch.size]; outputs];
        for (row, cells) in state.chunks_exact_mut(outputs).enumerate() {
            cells.iter_mut().zip(&coefficients).for_each(|(z, c)| *z = stretch.predictor(c, row));
            family.loss(target, first + row, cells, &mut slope);
            pulls.iter_mut().zip(&slope).for_each(|(pull, d)| stretch.pull(pull, row, *d));
        }
        let of_pair = |(k, l): (usize, usize)| {
            let mut moments = Moments::new(stretch);
            let weight = |row: usize, state: &[f64]| family.curvature(target, first + row, state, k, l);
            let rows = state.chunks_exact(outputs).enumerate().map(|(row, state)| (row as u32, weight(row, state)));
            stretch.accumulate(&mut moments, rows);
            moments
        };
        let moments = (0..outputs).flat_map(|k| (0..=k).map(move |l| (k, l))).map(of_pair).collect();
        OptimumSums { pulls, moments }
    }

    /// Takes the sums over all rows.
    pub fn takes(&mut self, base: &DesignMatrix, sums: &OptimumSums) {
        let Convex { intercept, family, tol, .. } = self.convex;
        let (point, penalty) = (self.search.point(), self.convex.penalty(self.n));
        let of = |k: usize, l: usize| sums.moments[k * (k + 1) / 2 + l].clone();
        let here = hessian(&self.encoding, (family.outputs(), intercept), (self.n, penalty), of);
        let Some(frame) = Frame::new(&self.encoding, intercept, &point, &self.coefficients(base), here) else {
            self.search.give_up();
            return;
        };
        let places: Vec<(usize, usize)> = (0..self.encoding.width()).map(|column| (column, column)).collect();
        let gradient = frame.gradient(&sums.pulls, (&self.encoding, &places), self.n, (penalty, &point));
        if self.search.takes(gradient) {
            let product = frame.times_inverse(&[self.search.before_inverse()], &[&places]);
            for product in product {
                self.search.after_inverse(product, FALL * self.unit, tol * self.unit);
            }
            self.frame = Some(frame);
        }
    }

    /// The frame for the searches for splits; `None` where the search did not come to its end.
    pub fn frame(self) -> Option<Frame> {
        self.frame.filter(|_| self.search.is_done())
    }
}
