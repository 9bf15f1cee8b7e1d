//! Models that are fitted to many splits at once in passes over rows that are not in memory.
//!
//! A pass goes through all rows in stretches. What a split's models need of the rows is added up on the way: first the
//! moments of its train rows, then, as often as it takes, the scores of the coefficients at hand with what the rows say
//! of these (see `least_squares`).

use std::ops::Range;
use std::sync::Arc;

use ndarray::{Array1, Array2};

use super::base::DesignMatrix;
use super::convex::{Convex, Frame, Lane, predictions, probabilities};
use super::gaussian::{ClassRule, ClassSums, Discriminant, naive_bayes};
use super::gram::Tile;
use super::least_squares::{CORRECTIONS, LOST_DIGITS, LinearSolver, Refinement};
use super::moments::Moments;
use super::row_encoder::RowEncoder;
use super::{Fallback, ROWS_AT_ONCE, SplitState};
use crate::model::adapter::{likeliest, likeliest_cell};
use crate::model::{FitError, Predictions};

/// A model that needs of the rows nothing but sums.
#[derive(Debug, Clone, Copy)]
pub enum PassModel {
    /// The mean of the train rows, which uses no features.
    Mean,
    /// Least squares, with or without a penalty.
    Linear(LinearSolver),
    /// Naive Bayes, with its share of the largest variance.
    NaiveBayes(f64),
    /// A discriminant.
    Discriminant(Discriminant),
    /// A convex objective of linear predictors.
    Convex(Convex),
}

/// Sums over some rows, as the models of a run need them.
#[derive(Clone)]
pub struct PassSums {
    moments: Moments,
    /// By class, where a discriminant is among the models.
    of_classes: Vec<Moments>,
    /// By class, where naive Bayes is.
    sums: Vec<ClassSums>,
}

impl PassSums {
    /// Of no rows.
    pub fn new(models: &[PassModel], base: &DesignMatrix, classes: usize) -> Self {
        let has = |kind: fn(&PassModel) -> bool| if models.iter().any(kind) { classes } else { 0 };
        let discriminants = has(|model| matches!(model, PassModel::Discriminant(_)));
        let bayes = has(|model| matches!(model, PassModel::NaiveBayes(_)));
        Self {
            moments: Moments::new(base),
            of_classes: vec![Moments::new(base); discriminants],
            sums: vec![ClassSums::new(base); bayes],
        }
    }

    /// The moments of all rows, for models that need no sums by class.
    pub fn of_all(moments: Moments) -> Self {
        Self { moments, of_classes: Vec::new(), sums: Vec::new() }
    }

    /// Bytes of one.
    pub fn bytes(&self) -> usize {
        8 * (self.moments.count() * (1 + self.of_classes.len()) + self.sums.iter().map(ClassSums::count).sum::<usize>())
    }

    /// Adds rows of a tile of a matrix, each as often as its weight says, times `factor`; `codes` are the classes of the
    /// matrix's rows.
    pub fn add(
        &mut self,
        (stretch, tile): (&DesignMatrix, &Tile),
        codes: &[u32],
        rows: &[u32],
        weights: Option<&[f64]>,
        factor: f64,
    ) {
        stretch.accumulate_rows(&mut self.moments, tile, rows, weights, factor);
        let weighted = || rows.iter().enumerate().map(|(at, row)| (*row, weights.map_or(factor, |w| factor * w[at])));
        for (class, moments) in self.of_classes.iter_mut().enumerate() {
            stretch.accumulate(moments, weighted().filter(|(row, _)| codes[*row as usize] as usize == class));
        }
        if !self.sums.is_empty() {
            weighted()
                .for_each(|(row, weight)| self.sums[codes[row as usize] as usize].add(stretch, row as usize, weight));
        }
    }

    /// Adds the sums over other rows.
    pub fn join(&mut self, other: &Self) {
        self.moments.join(&other.moments);
        self.of_classes.iter_mut().zip(&other.of_classes).for_each(|(a, b)| a.join(b));
        self.sums.iter_mut().zip(&other.sums).for_each(|(a, b)| a.join(b));
    }

    /// The moments of all its rows.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }
}

/// A model's fit to one split, between two passes.
pub enum PassFit {
    /// It cannot be fitted.
    Failed(FitError),
    /// The same number for every row, as coefficients on base columns.
    Mean(Vec<f64>),
    /// The same probabilities of the classes for every row.
    Shares(Predictions),
    /// Coefficients on base columns, and what the rows say of them.
    Linear {
        solver: LinearSolver,
        refinement: Box<Refinement>,
        coefficients: Vec<f64>,
        pull: Vec<f64>,
        corrections: usize,
    },
    /// A rule for encoded rows.
    Classes(Box<ClassRule>),
    /// The search for an optimum, and what the rows say of its point: nothing if they were not asked.
    Convex { convex: Convex, frame: Arc<Frame>, lane: Box<Lane>, slopes: Vec<Vec<f64>> },
}

impl PassFit {
    /// A fit from the sums over a split's train rows and those over all rows; a search takes place in a frame.
    pub fn start(model: &PassModel, work: &SplitState, [own, all]: [&PassSums; 2], frame: Option<&Arc<Frame>>) -> Self {
        let fit = match model {
            PassModel::Mean => Ok(Self::mean(work)),
            PassModel::Linear(solver) => solver.start(work).map(|(system, refinement)| Self::Linear {
                solver: *solver,
                coefficients: refinement.coefficients(work, system),
                refinement: Box::new(refinement),
                pull: Vec::new(),
                corrections: 0,
            }),
            PassModel::NaiveBayes(var_smoothing) => {
                let exact = |_, _, _| Err(Fallback::Unsafe(LOST_DIGITS));
                naive_bayes(work, [&own.sums, &all.sums], *var_smoothing, exact)
                    .map(|rule| Self::Classes(Box::new(rule)))
            }
            PassModel::Discriminant(kind) => {
                let rule = kind.rule(work, |class| own.of_classes[class].clone(), &all.of_classes);
                rule.map(|rule| Self::Classes(Box::new(rule)))
            }
            PassModel::Convex(convex) => match frame {
                None => Err(Fallback::Unsafe("all rows together have no single optimum")),
                Some(frame) => convex.lane(frame, work).map(|lane| {
                    let (frame, lane) = (Arc::clone(frame), Box::new(lane));
                    Self::Convex { convex: *convex, frame, lane, slopes: Vec::new() }
                }),
            },
        };
        fit.unwrap_or_else(|why| Self::Failed(in_memory_alone(&why)))
    }

    /// Predicts the mean of the train rows.
    fn mean(work: &SplitState) -> Self {
        let moments = work.moments();
        let (at, shift) = work.common.linear().base.target.expect("a mean has a number as target");
        let mut coefficients = vec![0.0; work.common.linear().base.size];
        coefficients[moments.constant()] = shift + moments.at(at, moments.constant()) / moments.weight();
        Self::Mean(coefficients)
    }

    /// What it predicts for every row, where that is one number.
    pub fn one_number(&self) -> Option<f64> {
        if let Self::Mean(coefficients) = self { coefficients.last().copied() } else { None }
    }

    /// The coefficients of a linear fit on base columns.
    pub fn coefficients(&self) -> Option<&[f64]> {
        match self {
            Self::Linear { coefficients, .. } | Self::Mean(coefficients) => Some(coefficients),
            _ => None,
        }
    }

    /// Gives a linear fit the sum of its train rows' base vectors, each times its error.
    pub fn set_pull(&mut self, sum: Vec<f64>) {
        if let Self::Linear { pull, .. } = self {
            *pull = sum;
        }
    }

    /// The objective and the base coefficients, for each output, of a search that wants to know what rows say of them.
    pub fn search(&self) -> Option<(Convex, Vec<Vec<f64>>)> {
        match self {
            Self::Convex { convex, frame, lane, .. } if lane.search().is_open() => {
                Some((*convex, lane.coefficients(frame)))
            }
            _ => None,
        }
    }

    /// Gives a search the sums of its train rows' base vectors, each times the slope of its loss, for each output.
    pub fn set_slopes(&mut self, sums: Vec<Vec<f64>>) {
        if let Self::Convex { slopes, .. } = self {
            *slopes = sums;
        }
    }

    /// A fit that predicts the same for every row: what it predicts for one.
    pub fn constant(of_one: Predictions, size: usize) -> Self {
        let Predictions::Values(values) = &of_one else { return Self::Shares(of_one) };
        let mut coefficients = vec![0.0; size];
        coefficients[size - 1] = values[0];
        Self::Mean(coefficients)
    }

    /// Predictions for consecutive rows of a matrix, of a fit that is not linear.
    pub fn predict(&self, work: &SplitState, stretch: &DesignMatrix, rows: Range<usize>) -> Option<Predictions> {
        match self {
            Self::Failed(_) | Self::Linear { .. } | Self::Mean(_) => None,
            Self::Shares(one) => Some(one.pick(&vec![0; rows.len()])),
            Self::Classes(rule) => {
                let encoding = work.encoding();
                let classes = work.common.target.labels().len();
                let encoder = RowEncoder::new(encoding, stretch);
                let mut flat = vec![0.0; rows.len() * classes];
                let mut labels = Vec::with_capacity(rows.len());
                let rows_of: Vec<u32> = rows.clone().map(|row| row as u32).collect();
                for (rows, out) in rows_of.chunks(ROWS_AT_ONCE).zip(flat.chunks_mut(ROWS_AT_ONCE * classes)) {
                    let mut cells = Array2::zeros((rows.len(), encoding.width()));
                    if let Some(cells) = cells.as_slice_mut() {
                        encoder.write(rows, cells);
                    }
                    rule.probabilities_of_rows(cells.view(), out);
                    labels.extend(out.chunks_exact(classes).map(|cells| likeliest_cell(cells) as u32));
                }
                let probabilities = Array2::from_shape_vec((rows.len(), classes), flat).ok();
                Some(Predictions::Classes { labels, probabilities, decision: None })
            }
            Self::Convex { lane, .. } if !lane.search().is_done() => None,
            Self::Convex { convex, frame, lane, .. } => {
                let coefficients = lane.coefficients(frame);
                let mut cells = vec![0.0; rows.len() * coefficients.len()];
                for (row, cells) in rows.clone().zip(cells.chunks_exact_mut(coefficients.len())) {
                    cells.iter_mut().zip(&coefficients).for_each(|(z, c)| *z = stretch.predictor(c, row));
                }
                predictions(convex.family, &mut cells, 1);
                let classes = work.common.target.labels().len();
                if classes == 0 {
                    return Some(Predictions::Values(cells));
                }
                if coefficients.len() == 1 {
                    cells = cells.into_iter().flat_map(probabilities).collect();
                }
                let probabilities = Array2::from_shape_vec((rows.len(), classes), cells).ok()?;
                let labels = probabilities.outer_iter().map(|row| likeliest(row) as u32).collect();
                Some(Predictions::Classes { labels, probabilities: Some(probabilities), decision: None })
            }
        }
    }

    /// Predictions for consecutive rows of a matrix, of any fit that is settled.
    pub fn predict_all(&self, work: &SplitState, stretch: &DesignMatrix, rows: Range<usize>) -> Option<Predictions> {
        match self.coefficients() {
            Some(c) => Some(Predictions::Values(rows.map(|row| stretch.predictor(c, row)).collect())),
            None => self.predict(work, stretch, rows),
        }
    }

    /// Whether the last pass has settled the fit; if not, it is corrected, and its predictions were not the last ones.
    pub fn settles(&mut self, work: &SplitState) -> bool {
        if let Self::Convex { frame, lane, slopes, .. } = self {
            let slopes = std::mem::take(slopes);
            if slopes.is_empty() {
                return true;
            }
            if lane.takes(frame, &slopes) {
                Lane::turn(frame, &mut [lane]);
            }
            if lane.search().is_open() || lane.search().is_done() {
                return false;
            }
            *self = Self::Failed(in_memory_alone(&Fallback::Unsafe("the search for its optimum came to no end")));
            return true;
        }
        let Self::Linear { solver, refinement, coefficients, pull, corrections } = self else { return true };
        let system = solver.system(work);
        let left: Array1<f64> = system.left(work, pull);
        if refinement.settles(system, &left) {
            return true;
        }
        *corrections += 1;
        if *corrections > CORRECTIONS {
            *self = Self::Failed(in_memory_alone(&Fallback::Unsafe(LOST_DIGITS)));
            return true;
        }
        *coefficients = refinement.coefficients(work, system);
        false
    }

    /// What was difficult about the fit.
    pub fn difficulty(&self) -> Option<String> {
        if let Self::Linear { refinement, .. } = self { refinement.difficulty() } else { None }
    }
}

/// Why a split cannot be fitted in passes.
fn in_memory_alone(why: &Fallback) -> FitError {
    let why = match why {
        Fallback::Failed(error) => return error.clone(),
        Fallback::Refit => "columns that are combinations of others, or too few rows for them",
        Fallback::Unsafe(why) => why,
    };
    FitError(format!("it cannot be fitted in passes over the rows ({why}), and they do not fit into memory"))
}
