//! The search for one split's optimum alone: Newton's method from the optimum of all rows.
//!
//! At that optimum the Hessian of its train rows is the one of all rows less the test rows' part, both with weights that are
//! worked out once; with it as a fixed matrix a few gradients are enough, and where they are not the Hessian is made anew. The
//! solver stops at the same tolerance as from a cold start, measured on the train rows alone.

use ndarray::{Array1, Array2, ArrayView2, s};

use super::super::moments::Moments;
use super::super::{Fallback, SharedCache, SplitEncoding, SplitPredictions, SplitState};
use super::Convex;
use super::family::{Family, sigmoid, softmax};
use super::frame::Frame;
use crate::data::Target;
use crate::model::FitError;
use crate::model::interrupt::check;
use crate::model::linalg::Cholesky;
use crate::split::Split;

/// A step with an old Hessian must shrink the gradient at least so much.
const CONTRACTION: f64 = 0.3;
/// More unknowns than this, and a split's own cold start is used: it solves without forming the Hessian.
const UNKNOWNS: usize = 1000;

/// A pivot of the Hessian below this share of its diagonal leaves a direction free.
const COLLINEAR: f64 = 1e-7;

/// The objective's value, its gradient, and for each train row what the Hessian needs of it.
struct Point {
    value: f64,
    gradient: Array1<f64>,
    /// rows of the table × outputs: probabilities, or the predictor; 0 for rows that are not in train.
    state: Vec<f64>,
}

/// Where a search ended.
struct Minimum {
    b: Array1<f64>,
    point: Point,
    /// Whether the tolerance was met.
    converged: bool,
    iterations: usize,
}

/// A problem on the train rows of a split. Unknowns: for each output its coefficients, then its intercept.
struct Problem<'a> {
    work: &'a SplitState<'a>,
    family: Family,
    /// Penalty of the mean objective.
    penalty: f64,
    intercept: bool,
    /// How far a gradient entry may be from 0.
    tol: f64,
    max_iter: usize,
}

impl Problem<'_> {
    fn width(&self) -> usize {
        self.work.encoding().width() + usize::from(self.intercept)
    }

    /// DesignMatrix coefficients of each output.
    fn to_base(&self, b: &Array1<f64>) -> Vec<Vec<f64>> {
        let p = self.work.encoding().width();
        let size = self.work.common.linear().base.size;
        b.as_slice()
            .unwrap_or_default()
            .chunks_exact(self.width())
            .map(|b| self.work.encoding().to_base(&b[..p], if self.intercept { b[p] } else { 0.0 }, size))
            .collect()
    }

    fn evaluate(&self, b: &Array1<f64>) -> Point {
        let (base, outputs) = (&self.work.common.linear().base, self.family.outputs());
        let coefficients = self.to_base(b);
        let mut pulls = vec![vec![0.0; base.size]; outputs];
        let mut state = vec![0.0; base.rows * outputs];
        let mut slope = vec![0.0; outputs];
        let (mut sum, mut n) = (0.0, 0.0);
        check();
        for (row, count) in self.work.counts().iter().enumerate().filter(|(_, c)| **c > 0) {
            let weight = f64::from(*count);
            let cells = &mut state[row * outputs..(row + 1) * outputs];
            cells.iter_mut().zip(&coefficients).for_each(|(z, c)| *z = base.predictor(c, row));
            sum += weight * self.family.loss(self.work.common.target, row, cells, &mut slope);
            n += weight;
            for (pull, d) in pulls.iter_mut().zip(&slope) {
                base.pull(pull, row, weight * d);
            }
        }
        let p = self.work.encoding().width();
        let mut gradient = Array1::zeros(b.len());
        for (k, pull) in pulls.iter().enumerate() {
            let at = k * self.width();
            gradient.slice_mut(s![at..at + p]).assign(&(self.work.encoding().from_pull(pull) / n));
            if self.intercept {
                gradient[at + p] = pull[base.size - 1] / n;
            }
        }
        let mut square = 0.0;
        for (i, (g, b)) in gradient.iter_mut().zip(b).enumerate().filter(|(i, _)| i % self.width() < p) {
            debug_assert!(i % self.width() < p);
            *g += self.penalty * b;
            square += b * b;
        }
        Point { value: sum / n + 0.5 * self.penalty * square, gradient, state }
    }

    /// The Hessian from the weighted moments of each pair of outputs (l ≤ k).
    fn hessian(&self, n: f64, moments: impl Fn(usize, usize) -> Moments) -> Array2<f64> {
        hessian(self.work.encoding(), (self.family.outputs(), self.intercept), (n, self.penalty), moments)
    }

    fn hessian_at(&self, point: &Point) -> Array2<f64> {
        let base = &self.work.common.linear().base;
        let outputs = self.family.outputs();
        self.hessian(self.work.n_train() as f64, |k, l| {
            let mut moments = Moments::new(base);
            let counts = self.work.counts().iter().enumerate().filter(|(_, c)| **c > 0);
            base.accumulate(
                &mut moments,
                counts.map(|(row, count)| {
                    let state = &point.state[row * outputs..(row + 1) * outputs];
                    (row as u32, f64::from(*count) * self.family.curvature(self.work.common.target, row, state, k, l))
                }),
            );
            moments
        })
    }

    /// Minimises from `b`; the Hessian there may be given.
    fn minimise(&self, mut b: Array1<f64>, known: Option<Array2<f64>>) -> Minimum {
        let mut point = self.evaluate(&b);
        let mut factor = known.as_ref().and_then(factorise);
        let mut fresh = false;
        for iterations in 0..self.max_iter {
            let steep = largest(&point.gradient);
            if steep <= self.tol {
                // The last matrix takes what is left of the gradient away, at the price of one solve.
                if let Some(factor) = &factor {
                    b -= &factor.solve(point.gradient.view());
                }
                return Minimum { b, point, converged: true, iterations };
            }
            if factor.is_none() {
                factor = factorise(&self.hessian_at(&point));
                fresh = true;
            }
            let step = match &factor {
                Some(factor) => -factor.solve(point.gradient.view()),
                None => -&point.gradient,
            };
            let slope = step.dot(&point.gradient);
            let mut length = 1.0;
            let accepted = loop {
                let next = &b + &(&step * length);
                let there = self.evaluate(&next);
                let enough = there.value <= point.value + 1e-4 * length * slope;
                // Near the minimum the value no longer resolves the step: let the gradient decide.
                let level = (there.value - point.value).abs() <= 1e-12 * point.value.abs().max(1.0);
                if enough || (level && largest(&there.gradient) < steep) {
                    break Some((next, there));
                }
                // With an old Hessian a new one is tried before the step is shortened.
                length *= 0.5;
                if level || !fresh || length < 1e-12 {
                    break None;
                }
            };
            match accepted {
                Some((next, there)) => {
                    // Far from the minimum every step has its own Hessian; near it the last one serves.
                    if largest(&there.gradient) > CONTRACTION * steep {
                        factor = None;
                    }
                    (b, point) = (next, there);
                    fresh = false;
                }
                None if fresh => {
                    let converged = steep <= self.tol.max(1e-6);
                    return Minimum { b, point, converged, iterations };
                }
                None => factor = None,
            }
        }
        let converged = largest(&point.gradient) <= self.tol;
        Minimum { b, point, converged, iterations: self.max_iter }
    }
}

/// The Hessian of a mean over rows and a penalty, from the moments of the rows for each pair of outputs l ≤ k, weighted by
/// curvatures.
pub fn hessian(
    encoding: &SplitEncoding,
    (outputs, intercept): (usize, bool),
    (n, penalty): (f64, f64),
    moments: impl Fn(usize, usize) -> Moments,
) -> Array2<f64> {
    let p = encoding.width();
    let width = p + usize::from(intercept);
    let mut h = Array2::zeros((outputs * width, outputs * width));
    for k in 0..outputs {
        for l in 0..=k {
            let moments = moments(k, l);
            let products = encoding.products(&moments, None);
            let mut block = Array2::zeros((width, width));
            block.slice_mut(s![..p, ..p]).assign(&products.gram);
            if intercept {
                block.slice_mut(s![..p, p]).assign(&products.sums);
                block.slice_mut(s![p, ..p]).assign(&products.sums);
                block[[p, p]] = moments.weight();
            }
            block /= n;
            if k == l {
                block.diag_mut().slice_mut(s![..p]).mapv_inplace(|d| d + penalty);
            }
            h.slice_mut(s![k * width..(k + 1) * width, l * width..(l + 1) * width]).assign(&block);
            h.slice_mut(s![l * width..(l + 1) * width, k * width..(k + 1) * width]).assign(&block);
        }
    }
    h
}

fn largest(v: &Array1<f64>) -> f64 {
    v.iter().fold(0.0, |m, x| m.max(x.abs()))
}

/// What is made of a Hessian, with the least weight on its diagonal for which it can be made.
pub fn with_least_weight<T>(hessian: &Array2<f64>, of: impl Fn(ArrayView2<f64>) -> Option<T>) -> Option<T> {
    let top = hessian.diag().iter().fold(0.0f64, |m, d| m.max(*d)).max(f64::MIN_POSITIVE);
    (0..6).find_map(|power| {
        let mut system = hessian.clone();
        system.diag_mut().mapv_inplace(|d| d + 1e-13 * top * 100f64.powi(power));
        of(system.view())
    })
}

/// A factor of the Hessian.
fn factorise(hessian: &Array2<f64>) -> Option<Cholesky> {
    with_least_weight(hessian, Cholesky::new)
}

/// Searches for splits alone.
pub struct NewtonSolver {
    /// What is minimised.
    pub convex: Convex,
    /// The optimum of all rows as base coefficients of each output; empty where there is none.
    start: Vec<Vec<f64>>,
    /// Each row's state there, rows × outputs.
    state: Vec<f64>,
    /// The moments that make the Hessian there, for each pair of outputs l ≤ k.
    moments: Vec<Moments>,
}

impl NewtonSolver {
    /// Does the work that all splits have in common, and gives the frame in which they are searched for at once.
    pub fn share(convex: Convex, common: &SharedCache) -> Option<(Self, Option<Frame>)> {
        let (start, state, moments) = (Vec::new(), Vec::new(), Vec::new());
        Self { convex, start, state, moments }.prepare(common)
    }

    fn problem<'a>(&self, work: &'a SplitState<'a>) -> Problem<'a> {
        let Convex { family, intercept, max_iter, .. } = self.convex;
        let penalty = self.convex.penalty(work.n_train() as f64);
        let tol = self.convex.tol * family.gradient_unit(work);
        Problem { work, family, penalty, intercept, tol, max_iter }
    }

    /// Solves for all rows, which is where the splits start from.
    fn prepare(mut self, common: &SharedCache) -> Option<(Self, Option<Frame>)> {
        let Convex { family, intercept, .. } = self.convex;
        let outputs = family.outputs();
        if common.is_wide(outputs * outputs) || (common.encoded_columns() + usize::from(intercept)) * outputs > UNKNOWNS
        {
            return Some((self, None));
        }
        let rows = common.features.rows as u32;
        let everything = Split { train: (0..rows).collect(), test: Vec::new() };
        let work = SplitState::new(common, 0, &everything, 0);
        family.check(&work).ok()?;
        let problem = self.problem(&work);
        let mut cold = Array1::zeros(problem.width() * outputs);
        if intercept {
            cold[problem.width() - 1] = family.cold_intercept(&work);
        }
        let Minimum { b, point, converged, .. } = problem.minimise(cold, None);
        if !converged || (problem.penalty == 0.0 && point.value < 1e-6) {
            return Some((self, None));
        }
        let base = &common.linear().base;
        for k in 0..outputs {
            for l in 0..=k {
                self.moments.push(base.all_moments(|row| {
                    let state = &point.state[row * outputs..(row + 1) * outputs];
                    family.curvature(common.target, row, state, k, l)
                }));
            }
        }
        self.start = problem.to_base(&b);
        self.state = point.state;
        let at_start = problem.hessian(f64::from(rows), |k, l| self.moments[k * (k + 1) / 2 + l].clone());
        let own = b.as_slice().unwrap_or_default();
        let frame = Frame::new(work.encoding(), intercept, own, &self.start, at_start);
        Some((self, frame))
    }

    /// The Hessian of the train rows at the optimum of all rows.
    fn first_hessian(&self, problem: &Problem) -> Array2<f64> {
        let work = problem.work;
        let base = &work.common.linear().base;
        let family = self.convex.family;
        let outputs = family.outputs();
        problem.hessian(work.n_train() as f64, |k, l| {
            let mut moments = self.moments[k * (k + 1) / 2 + l].clone();
            let changed = work.counts().iter().enumerate().filter(|(_, c)| **c != 1);
            base.accumulate(
                &mut moments,
                changed.map(|(row, count)| {
                    let state = &self.state[row * outputs..(row + 1) * outputs];
                    let weight = family.curvature(work.common.target, row, state, k, l);
                    (row as u32, (f64::from(*count) - 1.0) * weight)
                }),
            );
            moments
        })
    }

    /// Fits to the train rows of a split and predicts its rows.
    ///
    /// # Errors
    /// See [`Fallback`].
    pub fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        let Convex { family, intercept, .. } = self.convex;
        if self.start.is_empty() {
            return Err(Fallback::Refit);
        }
        family.check(work)?;
        let problem = self.problem(work);
        // Without a penalty the levels of a text column, or too few rows, leave directions free, which a cold
        // start settles.
        let free = || !work.encoding().groups.is_empty() || problem.width() >= work.n_train();
        if problem.penalty == 0.0 && free() {
            return Err(Fallback::Refit);
        }
        let mut start = Vec::new();
        for c in &self.start {
            let (b, constant) = work.encoding().from_base(c);
            start.extend(b);
            start.extend(intercept.then_some(constant));
        }
        let hessian = self.first_hessian(&problem);
        let determined = |h: &Array2<f64>| Cholesky::new(h.view()).is_some_and(|f| f.least_pivot() > COLLINEAR);
        if problem.penalty == 0.0 && !determined(&hessian) {
            return Err(Fallback::Refit);
        }
        let Minimum { b, point, converged, iterations } = problem.minimise(Array1::from(start), Some(hessian));
        // Separable classes have no optimum; the cold start shows how far it went, and says so.
        if !converged || (problem.penalty == 0.0 && family.is_for_classes() && point.value < 1e-6) {
            return Err(Fallback::Refit);
        }
        let coefficients = problem.to_base(&b);
        let base = &work.common.linear().base;
        let (test, train) = match (work.common.target, family) {
            (Target::Classification { labels, .. }, Family::Softmax { outputs }) => {
                let mut z = vec![0.0; outputs];
                work.classes(labels.len(), |row, cells| {
                    z.iter_mut().zip(&coefficients).for_each(|(z, c)| *z = base.predictor(c, row));
                    if outputs == 1 {
                        cells[0] = sigmoid(-z[0]);
                        cells[1] = sigmoid(z[0]);
                    } else {
                        softmax(&mut z);
                        cells.copy_from_slice(&z);
                    }
                })
            }
            _ => {
                let all: Vec<f64> = (0..base.rows).map(|row| base.predictor(&coefficients[0], row).exp()).collect();
                work.values(&all)
            }
        };
        let iterations = Some(iterations);
        Ok(SplitPredictions { coefficients, iterations, ..SplitPredictions::new(test, train) })
    }
}

// Used by `Family`, whose errors are those of a fit.
impl From<Fallback> for FitError {
    fn from(refusal: Fallback) -> Self {
        match refusal {
            Fallback::Failed(error) => error,
            Fallback::Refit | Fallback::Unsafe(_) => Self::new("it needs a fit of its own"),
        }
    }
}
