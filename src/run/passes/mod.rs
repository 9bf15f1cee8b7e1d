//! Runs on a table that is not in memory: all splits of a block are fitted and scored at once, in passes over its rows.
//!
//! In memory are the target, a word a row that says which splits test it, and sums. What is added up for a split does not
//! depend on the other splits of the block, so that results do not depend on how a run is cut.

mod convex;
mod linear;
mod whole;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::Array2;
use rayon::prelude::*;

use self::convex::SlopePass;
pub use self::convex::frames;
use self::linear::LinearPass;
use self::whole::WholeScores;
use super::context::RunContext;
use super::evaluate::{ModelScores, SplitScores};
use super::fit::guarded;
use crate::data::{FeatureColumn, StoredColumns, Target, middle};
use crate::error::Result;
use crate::metric::{NOT_A_SUM, Totals, Undefined, deviation_of};
use crate::model::shared::{
    DesignMatrix, Frame, PassFit, PassModel, PassSums, SharedCache, SplitState, SplitSums, in_ascending_order,
    median_in_order,
};
use crate::model::{FitContext, FitError, TrainTarget};
use crate::split::{BLOCK, Membership, Split, SplitSet};

/// Rows that are read at a time; fixed, so that sums do not depend on memory or threads.
const STRETCH: usize = 1 << 15;

/// In place of the rows of a split, where all that is needed of them is added up.
static NO_ROWS: Split = Split { train: Vec::new(), test: Vec::new() };

/// What all splits have in common.
pub struct Passes<'a> {
    context: &'a RunContext<'a>,
    stored: &'a StoredColumns,
    /// By model; `None` for the baseline.
    models: Vec<Option<PassModel>>,
    /// By model.
    frames: Vec<Option<Arc<Frame>>>,
    all: &'a PassSums,
    common: &'a SharedCache<'a>,
    shifts: &'a Shifts,
    /// Splits that are worked on at once, and splits of which all rows are in memory at once.
    at_once: (usize, usize),
    /// Bytes that may be taken.
    memory: u64,
}

/// What is taken off the columns and the target, so that sums keep their digits.
pub struct Shifts {
    columns: Vec<f64>,
    target: f64,
}

impl Shifts {
    pub fn new(stored: &StoredColumns, target: &Target) -> Self {
        let target = if let Target::Regression { values } = target { middle(values) } else { 0.0 };
        Self { columns: stored.middles(), target }
    }

    /// Lays out consecutive rows of the table, or none.
    fn lay_out(&self, columns: &[FeatureColumn], target: &Target, first: usize, rows: usize) -> DesignMatrix {
        let y = match target {
            Target::Regression { values } => Some((&values[first..first + rows], self.target)),
            Target::Classification { .. } => None,
        };
        DesignMatrix::shifted(columns, rows, &self.columns, y)
    }
}

/// The models of a run, as passes fit them.
pub fn pass_models(context: &RunContext) -> Vec<Option<PassModel>> {
    let classes = context.target.labels().len();
    context.models.iter().map(|model| model.learner.in_passes(classes)).collect()
}

/// Consecutive rows in memory.
struct Stretch {
    first: usize,
    matrix: DesignMatrix,
}

/// The stretches of some rows: the first row of each, and how many it has.
fn stretches(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).step_by(STRETCH).map(move |first| (first, STRETCH.min(rows - first)))
}

fn read(
    context: &RunContext,
    stored: &StoredColumns,
    shifts: &Shifts,
    (first, rows): (usize, usize),
) -> Result<Stretch> {
    let columns = stored.rows(&context.features.parts, first..first + rows)?;
    Ok(Stretch { first, matrix: shifts.lay_out(&columns, context.target, first, rows) })
}

/// The classes of consecutive rows; none of numbers.
fn codes_of(target: &Target, first: usize, rows: usize) -> &[u32] {
    if let Target::Classification { codes, .. } = target { &codes[first..first + rows] } else { &[] }
}

/// The base columns without rows, and the sums over all rows; nothing where the run is stopped.
///
/// # Errors
/// A run error where the stored columns cannot be read.
pub fn sum_up(
    context: &RunContext,
    stored: &StoredColumns,
    shifts: &Shifts,
    pool: &rayon::ThreadPool,
    halt: &AtomicBool,
) -> Result<Option<(DesignMatrix, PassSums)>> {
    let layout = shifts.lay_out(&context.features.parts, context.target, 0, 0);
    let models: Vec<PassModel> = pass_models(context).into_iter().flatten().collect();
    let nothing = PassSums::new(&models, &layout, context.target.labels().len());
    let mut all = nothing.clone();
    let places: Vec<_> = stretches(context.features.rows).collect();
    for some in places.chunks(pool.current_num_threads()) {
        if halt.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let sums = |place: &(usize, usize)| {
            let Stretch { first, matrix } = read(context, stored, shifts, *place)?;
            let mut sums = nothing.clone();
            let codes = codes_of(context.target, first, matrix.rows);
            sums.add(&matrix, codes, (0..matrix.rows as u32).map(|row| (row, 1.0)));
            Ok(sums)
        };
        // Joined in the order of the rows.
        for sums in pool.install(|| some.par_iter().map(sums).collect::<Result<Vec<_>>>())? {
            all.join(&sums);
        }
    }
    Ok(Some((layout, all)))
}

/// Scores from sums, with those that need all rows at once in their places.
fn completed(sums: Vec<Result<f64, Undefined>>, whole: Vec<Result<f64, Undefined>>) -> Vec<Result<f64, Undefined>> {
    let mut whole = whole.into_iter();
    sums.into_iter().map(|score| whole.next().filter(|_| score == Err(NOT_A_SUM)).unwrap_or(score)).collect()
}

/// The medians of columns with gaps, for splits that train so often on a row.
fn medians_of(
    context: &RunContext,
    stored: &StoredColumns,
    splits: usize,
    times: impl Fn(usize, usize) -> usize + Sync,
) -> Result<Vec<Vec<f64>>> {
    let features = context.features;
    let mut medians = vec![vec![0.0; features.parts.len()]; splits];
    for (at, part) in features.parts.iter().enumerate() {
        let FeatureColumn::Number { has_missing: true, .. } = part else { continue };
        let FeatureColumn::Number { values, .. } = stored.whole(part, at, features.rows)? else { continue };
        let order = in_ascending_order(&values);
        medians.par_iter_mut().enumerate().for_each(|(split, medians)| {
            medians[at] = median_in_order(&values, &order, |row| times(split, row as usize));
        });
    }
    Ok(medians)
}

/// A split under way.
struct Line<'a> {
    bit: usize,
    scores: SplitScores,
    sums: PassSums,
    /// Whether its sums are of its train rows, and not of what they have more or less than all rows.
    own: bool,
    state: Option<SplitState<'a>>,
    /// By model: the fit, and the scores of its last pass over test and train rows.
    fits: Vec<(PassFit, [Totals; 2])>,
    /// By model, whether the last pass was the last one.
    settled: Vec<bool>,
}

impl<'a> Passes<'a> {
    /// Ready to fit; `memory` is what may be taken for it.
    pub fn new(
        context: &'a RunContext<'a>,
        stored: &'a StoredColumns,
        shifts: &'a Shifts,
        (common, all): (&'a SharedCache<'a>, &'a PassSums),
        frames: Vec<Option<Arc<Frame>>>,
        memory: u64,
    ) -> Self {
        let fits = |bytes: usize, most: usize| (memory / 4 / (bytes as u64).max(1)).clamp(1, most as u64) as usize;
        // Two copies of the sums; of a split its rows, its target and what is taken of it.
        let at_once = (fits(3 * all.bytes(), BLOCK), fits(24 * context.features.rows, BLOCK));
        Self { context, stored, models: pass_models(context), frames, all, common, shifts, at_once, memory }
    }

    /// Evaluates the splits of a set, and gives each in order to `take`, until that says that a split ends the run; says
    /// whether one did.
    ///
    /// # Errors
    /// A run error where the stored columns cannot be read, and what `take` returns.
    pub fn run(
        &self,
        pool: &rayon::ThreadPool,
        halt: &AtomicBool,
        set: &SplitSet,
        take: &mut impl FnMut(SplitScores) -> Result<bool>,
    ) -> Result<bool> {
        let places: Vec<usize> = set.iter().collect();
        for places in places.chunks(self.at_once.0) {
            let block = catch_unwind(AssertUnwindSafe(|| pool.install(|| self.block(places, halt))));
            if halt.load(Ordering::Relaxed) {
                return Ok(false);
            }
            for scores in block.unwrap_or_else(|panic| resume_unwind(panic))? {
                if take(scores)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn block(&self, places: &[usize], halt: &AtomicBool) -> Result<Vec<SplitScores>> {
        let (context, stopped) = (self.context, || halt.load(Ordering::Relaxed));
        let mut members = Membership::new(context.features.rows);
        let mut lines: Vec<Line> = Vec::new();
        for some in places.chunks(self.at_once.1) {
            let drawn: Vec<Split> = some.par_iter().map(|k| context.plan.draw(*k)).collect();
            for (k, split) in some.iter().zip(&drawn) {
                members.add(lines.len(), split);
                lines.push(self.line(lines.len(), *k, split));
            }
        }
        for place in stretches(context.features.rows) {
            if stopped() {
                return Ok(Vec::new());
            }
            let stretch = read(context, self.stored, self.shifts, place)?;
            lines.par_iter_mut().for_each(|line| self.add(line, &stretch, &members));
        }
        let times = |bit, row| members.uses(bit, row).1 as usize;
        let medians = medians_of(context, self.stored, lines.len(), times)?;
        for some in lines.chunks_mut(self.at_once.1) {
            some.par_iter_mut().for_each(|line| self.start(line, &members, &medians[line.bit]));
        }
        let places: Vec<_> = stretches(context.features.rows).collect();
        while lines.iter().any(|line| line.settled.contains(&false)) {
            let of_model = |model| LinearPass::new(model, &lines, self.common.linear().base.size);
            let mut linear: Vec<LinearPass> = (0..context.models.len()).filter_map(of_model).collect();
            let of_model = |model| SlopePass::new(model, &lines, self.common.linear().base.size);
            let mut searched: Vec<SlopePass> = (0..context.models.len()).filter_map(of_model).collect();
            for some in places.chunks(rayon::current_num_threads()) {
                if stopped() {
                    return Ok(Vec::new());
                }
                let read = |place: &(usize, usize)| read(context, self.stored, self.shifts, *place);
                let read = some.par_iter().map(read).collect::<Result<Vec<_>>>()?;
                for pass in &mut linear {
                    let sums = |stretch| pass.sums_of(stretch, context.target, &members);
                    // Added in the order of the rows.
                    let sums: Vec<_> = read.par_iter().map(sums).collect();
                    sums.iter().for_each(|sums| pass.add(sums));
                }
                for pass in &mut searched {
                    let sums: Vec<_> = read.par_iter().map(|s| pass.sums_of(s, context.target, &members)).collect();
                    sums.iter().for_each(|sums| pass.add(sums));
                }
                for stretch in &read {
                    lines.par_iter_mut().for_each(|line| self.score(line, stretch, &members));
                }
            }
            linear.into_iter().for_each(|pass| pass.give(&mut lines));
            searched.into_iter().for_each(|pass| pass.give(&mut lines));
            lines.par_iter_mut().for_each(|line| self.settle(line));
        }
        let whole = self.whole(&mut lines, &members, halt)?;
        if stopped() {
            return Ok(Vec::new());
        }
        let mut whole = whole.into_iter().flatten();
        Ok(lines.into_iter().map(|line| self.scores(line, whole.next().unwrap_or_default())).collect())
    }

    fn line(&self, bit: usize, k: usize, split: &Split) -> Line<'a> {
        let scores = SplitScores {
            k,
            number: self.context.plan.number(k),
            n_train: split.train.len(),
            distinct_train: split.distinct_train(),
            n_test: split.test.len(),
            parts: split.fingerprint(),
            test_rows: None,
            models: Vec::new(),
        };
        let models: Vec<PassModel> = self.models.iter().copied().flatten().collect();
        let sums = PassSums::new(&models, &self.common.linear().base, self.context.target.labels().len());
        // The fewer rows are added up.
        let own = 2 * scores.distinct_train < self.context.features.rows;
        Line { bit, scores, sums, own, state: None, fits: Vec::new(), settled: Vec::new() }
    }

    /// Adds up what of a stretch sets the train rows apart from all rows, or the train rows.
    fn add(&self, line: &mut Line, stretch: &Stretch, members: &Membership) {
        let (bit, own, first) = (line.bit, line.own, stretch.first);
        let weight = move |row: u32| f64::from(members.uses(bit, first + row as usize).1) - if own { 0.0 } else { 1.0 };
        let rows = (0..stretch.matrix.rows as u32).map(|row| (row, weight(row))).filter(|(_, weight)| *weight != 0.0);
        line.sums.add(&stretch.matrix, codes_of(self.context.target, first, stretch.matrix.rows), rows);
    }

    /// Fits all models to the sums of a split.
    fn start(&self, line: &mut Line<'a>, members: &Membership, medians: &[f64]) {
        let context = self.context;
        if !line.own {
            line.sums.join(self.all);
        }
        let split = members.split(line.bit);
        let seed = context.plan.model_seed(line.scores.k);
        let sums = SplitSums::new(line.sums.moments().clone(), medians.to_vec());
        let work = SplitState::with_sums(self.common, line.scores.k, &split, seed, sums);
        let fits = (0..context.models.len()).map(|at| {
            let fit = guarded(|| match &self.models[at] {
                Some(model) => Ok(PassFit::start(model, &work, [&line.sums, self.all], self.frames[at].as_ref())),
                None => self.constant(at, &split, &work.terms),
            });
            fit.unwrap_or_else(PassFit::Failed)
        });
        let deviations = [&split.test, &split.train].map(|rows| match context.target {
            Target::Regression { values } => deviation_of(values, rows),
            Target::Classification { .. } => Err(Undefined("")),
        });
        line.fits = fits.map(|fit| (fit, deviations.map(|of| Totals::new(context.target, of)))).collect();
        line.settled = vec![false; line.fits.len()];
        let kept = work.into_sums();
        line.state = Some(SplitState::with_sums(self.common, line.scores.k, &NO_ROWS, seed, kept));
    }

    /// A model that uses no feature predicts the same for every row.
    fn constant(&self, model: usize, split: &Split, terms: &FitContext) -> Result<PassFit, FitError> {
        let answers = self.context.target.take(&split.train);
        let learner = &self.context.models[model].learner;
        let fitted = learner.fit(Array2::zeros((split.train.len(), 0)), TrainTarget::from(&answers), terms)?;
        let of_one = fitted.predict(Array2::zeros((1, 0)).view());
        Ok(PassFit::constant(of_one, self.common.linear().base.size))
    }

    /// Predicts the rows of a stretch by every other fit that is not settled, and adds up the scores.
    fn score(&self, line: &mut Line, stretch: &Stretch, members: &Membership) {
        let (first, rows) = (stretch.first, stretch.matrix.rows);
        let Some(state) = &line.state else { return };
        let mut parts: Option<[Vec<usize>; 2]> = None;
        for ((fit, totals), _) in line.fits.iter_mut().zip(&line.settled).filter(|(_, settled)| !**settled) {
            let predictions = match guarded(|| Ok(fit.predict(state, &stretch.matrix))) {
                Ok(None) => continue,
                Ok(Some(predictions)) => predictions,
                Err(error) => {
                    *fit = PassFit::Failed(error);
                    continue;
                }
            };
            let parts = parts.get_or_insert_with(|| {
                let uses = |row: usize| members.uses(line.bit, first + row);
                let repeats = |row: usize| std::iter::repeat_n(row, uses(row).1 as usize);
                [(0..rows).filter(|row| uses(*row).0).collect(), (0..rows).flat_map(repeats).collect()]
            });
            for (totals, at) in totals.iter_mut().zip(parts) {
                totals.add(self.context.target, first, at, &predictions.pick(at));
            }
        }
    }

    /// Ends those fits which the last pass has settled; the others are corrected and gone through once more.
    fn settle(&self, line: &mut Line) {
        let Some(state) = &line.state else { return };
        for ((fit, totals), settled) in line.fits.iter_mut().zip(&mut line.settled).filter(|(_, settled)| !**settled) {
            *settled = guarded(|| Ok(fit.settles(state))).unwrap_or_else(|error| {
                *fit = PassFit::Failed(error);
                true
            });
            if !*settled {
                totals.iter_mut().for_each(Totals::clear);
            }
        }
    }

    /// The scores of a split; `whole` are those of its models by metrics that are no sums, if there are such.
    fn scores(&self, line: Line, whole: Vec<WholeScores>) -> SplitScores {
        let metrics = self.context.metrics;
        let mut whole = whole.into_iter();
        let of = |(fit, [test, train]): (PassFit, [Totals; 2])| match (fit, whole.next().flatten().unwrap_or_default())
        {
            (PassFit::Failed(error), _) => Err(error),
            (fit, [whole_test, whole_train]) => Ok(ModelScores {
                test: completed(test.score(metrics), whole_test),
                train: completed(train.score(metrics), whole_train),
                confusion: test.counts(),
                difficulty: fit.difficulty(),
                figures: Vec::new(),
                alone: None,
                choice: None,
                observation: None,
                predictions: None,
            }),
        };
        SplitScores { models: line.fits.into_iter().map(of).collect(), ..line.scores }
    }
}
