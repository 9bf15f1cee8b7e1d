//! All splits of a block fitted and scored at once, in passes over the rows: models that need nothing of these but sums, and
//! all models of a table that is not in memory.
//!
//! In memory are the target, a word a row that says which splits test it, and sums. What is added up for a split does not
//! depend on the other splits of the block, so that results do not depend on how a run is cut.

mod convex;
mod held;
mod line;
mod linear;
mod table;
mod whole;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};

use ndarray::Array2;
use rayon::prelude::*;

use self::convex::SlopePass;
pub use self::convex::frames;
pub use self::held::are_sums;
use self::held::elsewhere;
use self::line::Line;
use self::linear::LinearPass;
pub use self::table::{Rows, Shifts};
use self::table::{STRETCH, Stretch, stretches};
use self::whole::WholeScores;
use super::clock::timed;
use super::collect::{Placed, collect};
use super::context::RunContext;
use super::evaluate::{ModelScores, SplitScores, Work};
use super::fit::guarded;
use crate::data::{StoredColumns, Target};
use crate::error::Result;
use crate::metric::{NOT_A_SUM, Totals, Undefined};
use crate::model::shared::{
    DesignMatrix, Frame, PassFit, PassModel, PassSums, SharedCache, SplitState, SplitSums, Tile,
};
use crate::model::{FitContext, FitError, TrainTarget};
use crate::split::{BLOCK, Membership, Split, SplitRows, SplitSet};
use crate::threads::lock;

/// Splits that one thread adds up rows for together.
const TOGETHER: usize = 16;

/// In place of the rows of a split, where all that is needed of them is added up.
static NO_ROWS: Split = Split { train: Vec::new(), test: Vec::new() };

/// What all splits have in common.
pub struct Passes<'a> {
    context: &'a RunContext<'a>,
    rows: Rows<'a>,
    /// By model; `None` for what uses no features.
    models: Vec<Option<PassModel>>,
    /// By model.
    frames: Vec<Option<Arc<Frame>>>,
    all: &'a PassSums,
    common: &'a SharedCache<'a>,
    /// Does a split that cannot be fitted in passes, where the table is in memory.
    alone: Option<&'a Work<'a>>,
    /// By model whether it is done in passes.
    are_sums: Vec<bool>,
    /// Splits that are worked on at once, and splits of which all rows are in memory at once.
    at_once: (usize, usize),
    /// Bytes that may be taken.
    memory: u64,
}

/// The models of a run, as passes fit them.
pub fn pass_models(context: &RunContext) -> Vec<Option<PassModel>> {
    let classes = context.target.labels().len();
    context.models.iter().map(|model| model.learner.in_passes(classes)).collect()
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
    let rows = Rows::Stored(stored, shifts);
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
            let stretch = rows.read(context, *place)?;
            let mut sums = nothing.clone();
            let mut tile = Tile::default();
            for rows in Tile::cut(stretch.matrix(), stretch.rows.clone()) {
                tile.load(stretch.matrix(), rows.clone());
                let rows: Vec<u32> = rows.map(|row| row as u32).collect();
                sums.add((stretch.matrix(), &tile), stretch.codes(context.target), &rows, None, 1.0);
            }
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
pub fn completed(sums: Vec<Result<f64, Undefined>>, whole: Vec<Result<f64, Undefined>>) -> Vec<Result<f64, Undefined>> {
    let mut whole = whole.into_iter();
    sums.into_iter().map(|score| whole.next().filter(|_| score == Err(NOT_A_SUM)).unwrap_or(score)).collect()
}

impl<'a> Passes<'a> {
    /// Ready to fit; `memory` is what may be taken for it.
    pub fn new(
        context: &'a RunContext<'a>,
        rows: Rows<'a>,
        (common, all): (&'a SharedCache<'a>, &'a PassSums),
        frames: Vec<Option<Arc<Frame>>>,
        memory: u64,
    ) -> Self {
        let fits = |bytes: usize, most: usize| (memory / 4 / (bytes as u64).max(1)).clamp(1, most as u64) as usize;
        // Two copies of the sums; of a split its rows, its target and what is taken of it.
        let at_once = (fits(3 * all.bytes(), BLOCK), fits(24 * context.features.rows, BLOCK));
        let (alone, are_sums) = (None, vec![true; context.models.len()]);
        Self { context, rows, models: pass_models(context), frames, all, common, alone, are_sums, at_once, memory }
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
        let (blocks, splits) = self.cut(set.len(), pool.current_num_threads());
        // A run of many splits must not list their places.
        let left = Mutex::new((0, set.iter()));
        let next = || {
            let (taken, left) = &mut *lock(&left);
            let places: Vec<usize> = left.take(splits).collect();
            let first = *taken;
            *taken += places.len();
            (first, places)
        };
        let worker = |sender: &SyncSender<Placed<Result<SplitScores>>>| loop {
            let (first, places) = next();
            if places.is_empty() {
                return;
            }
            let block = self.block(&places, halt);
            if halt.load(Ordering::Relaxed) {
                return;
            }
            let placed = match block {
                Ok(block) => (first..).zip(block.into_iter().map(Ok)).collect(),
                Err(error) => vec![(first, Err(error))],
            };
            // Nobody listens any more after a failure, which is known already.
            if sender.send(placed).is_err() {
                return;
            }
        };
        collect(pool, blocks, halt, worker, &mut |scores| take(scores?))
    }

    /// How many blocks are worked on at once, and of how many splits each is. Threads share a block where there are many rows;
    /// of few rows each thread has a block.
    fn cut(&self, splits: usize, threads: usize) -> (usize, usize) {
        let stretches = self.context.features.rows.div_ceil(STRETCH);
        if self.alone.is_none() || stretches >= 8 * threads || self.at_once.0 < BLOCK {
            return (1, self.at_once.0);
        }
        let sums = (3 * BLOCK * self.all.bytes()) as u64;
        let blocks = (self.memory / sums.max(1)).clamp(1, threads as u64) as usize;
        (blocks, splits.div_ceil(blocks).next_multiple_of(8).min(BLOCK))
    }

    fn block(&self, places: &[usize], halt: &AtomicBool) -> Result<Vec<SplitScores>> {
        let (context, stopped) = (self.context, || halt.load(Ordering::Relaxed));
        let mut members = Membership::new(context.features.rows);
        let mut lines: Vec<Line> = Vec::new();
        for some in places.chunks(self.at_once.1) {
            let drawn: Vec<Split> = some.par_iter().map(|k| context.plan.draw(*k)).collect();
            let first = lines.len();
            members.add_all(first, &drawn);
            let line = |(at, (k, split)): (usize, (&usize, &Split))| self.line(first + at, *k, split);
            lines.extend(some.par_iter().zip(&drawn).enumerate().map(line).collect::<Vec<_>>());
        }
        let places: Vec<_> = stretches(context.features.rows).collect();
        for some in places.chunks(self.rows.at_once(1)) {
            if stopped() {
                return Ok(Vec::new());
            }
            let read = some.iter().map(|place| self.rows.read(context, *place)).collect::<Result<Vec<_>>>()?;
            // Each thread has some splits, and few where there are many threads.
            let together = lines.len().div_ceil(2 * rayon::current_num_threads()).clamp(1, TOGETHER);
            // The first of the models that take the same sums bears their time.
            let bears = self.models.iter().position(|model| !matches!(model, None | Some(PassModel::Mean)));
            let each = |lines: &mut [Line]| read.iter().for_each(|stretch| self.add(lines, stretch, &members));
            let timed_each = |lines: &mut [Line]| timed(context.clock, bears.unwrap_or(0), || each(lines));
            lines.par_chunks_mut(together).for_each(timed_each);
        }
        let medians = self.rows.medians(context, self.common, lines.len(), &members)?;
        for some in lines.chunks_mut(self.at_once.1) {
            some.par_iter_mut().for_each(|line| self.start(line, &members, &medians[line.bit]));
        }
        while lines.iter().any(|line| line.settled.contains(&false)) {
            let of_model = |model| LinearPass::new(model, &lines, self.common.linear().base.size);
            let mut linear: Vec<LinearPass> = (0..context.models.len()).filter_map(of_model).collect();
            let of_model = |model| SlopePass::new(model, &lines, self.common.linear().base.size);
            let mut searched: Vec<SlopePass> = (0..context.models.len()).filter_map(of_model).collect();
            for some in places.chunks(self.rows.at_once(rayon::current_num_threads())) {
                if stopped() {
                    return Ok(Vec::new());
                }
                let read = |place: &(usize, usize)| self.rows.read(context, *place);
                let read = some.par_iter().map(read).collect::<Result<Vec<_>>>()?;
                for pass in &mut linear {
                    let sums = |stretch| {
                        timed(context.clock, pass.model(), || pass.sums_of(stretch, context.target, &members))
                    };
                    // Added in the order of the rows.
                    let sums: Vec<_> = read.par_iter().map(sums).collect();
                    sums.iter().for_each(|sums| pass.add(sums));
                }
                for pass in &mut searched {
                    let sums: Vec<_> = read.par_iter().map(|s| pass.sums_of(s, context.target, &members)).collect();
                    sums.iter().for_each(|sums| pass.add(sums));
                }
                let is_to_predict = lines.iter().any(Line::is_to_predict);
                for stretch in read.iter().filter(|_| is_to_predict) {
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
        let scores = |line| self.scores(line, whole.next().unwrap_or_default());
        let mut scores: Vec<SplitScores> = lines.into_iter().map(scores).collect();
        self.again(&mut scores);
        Ok(scores)
    }

    /// Adds up what of a stretch sets the train rows of splits apart from all rows, or their train rows.
    fn add(&self, lines: &mut [Line], stretch: &Stretch, members: &Membership) {
        let codes = stretch.codes(self.context.target);
        let own = lines.iter().filter(|line| line.own).fold(0, |own, line| own | 1 << line.bit);
        let mut apart: Vec<Vec<u32>> = vec![Vec::new(); lines.len()];
        let (mut weights, mut tile) = (Vec::new(), Tile::default());
        for rows in Tile::cut(stretch.matrix(), stretch.rows.clone()) {
            let end = rows.end;
            tile.load(stretch.matrix(), rows.clone());
            for first in rows.step_by(BLOCK) {
                let words = members.apart(stretch.in_table(first), BLOCK.min(end - first), own);
                for (line, apart) in lines.iter().zip(&mut apart) {
                    let mut word = words[line.bit];
                    while word != 0 {
                        apart.push(first as u32 + word.trailing_zeros());
                        word &= word - 1;
                    }
                }
            }
            for (line, apart) in lines.iter_mut().zip(&mut apart) {
                let in_all = if line.own { 0.0 } else { 1.0 };
                weights.clear();
                if !members.are_rest() {
                    let times = |row: &u32| members.uses(line.bit, stretch.in_table(*row as usize)).1;
                    weights.extend(apart.iter().map(|row| f64::from(times(row)) - in_all));
                }
                // Where each row is in one of the parts, those in question are all there once more or once less.
                let (weights, factor) =
                    if members.are_rest() { (None, 1.0 - 2.0 * in_all) } else { (Some(&*weights), 1.0) };
                line.sums.add((stretch.matrix(), &tile), codes, apart, weights, factor);
                apart.clear();
            }
        }
    }

    /// Fits all models to the sums of a split.
    fn start(&self, line: &mut Line<'a>, members: &Membership, medians: &[f64]) {
        let context = self.context;
        if !line.own {
            line.sums.join(self.all);
        }
        let seed = context.plan.model_seed(line.scores.k);
        let sums = SplitSums::new(line.sums.moments().clone(), medians.to_vec());
        let rows = SplitRows::of_block(members, line.bit, line.scores.n_train);
        let work = SplitState::with_sums(self.common, line.scores.k, rows, seed, sums);
        let fits = (0..context.models.len()).map(|at| {
            let fit = || match &self.models[at] {
                _ if !self.are_sums[at] => Err(elsewhere()),
                Some(model) => Ok(PassFit::start(model, &work, [&line.sums, self.all], self.frames[at].as_ref())),
                None => self.constant(at, work.split(), &work.terms),
            };
            let fit = timed(context.clock, at, || guarded(fit));
            fit.unwrap_or_else(PassFit::Failed)
        });
        let totals = || [(); 2].map(|()| Totals::new(context.target, Err(Undefined(""))));
        line.fits = fits.map(|fit| (fit, totals())).collect();
        if let Target::Regression { values } = context.target {
            line.targets = self.targets(line, &work, values);
        }
        for (_, totals) in &mut line.fits {
            totals.iter_mut().zip(&line.targets).for_each(|(totals, part)| totals.set_deviation(part.deviation));
        }
        line.settled = vec![false; line.fits.len()];
        let kept = work.into_sums();
        line.state = Some(SplitState::with_sums(self.common, line.scores.k, SplitRows::given(&NO_ROWS), seed, kept));
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
        let rows = stretch.rows.len();
        let Some(state) = &line.state else { return };
        let mut parts: Option<[Vec<usize>; 2]> = None;
        for ((fit, totals), _) in line.fits.iter_mut().zip(&line.settled).filter(|(_, settled)| !**settled) {
            let predictions = match guarded(|| Ok(fit.predict(state, stretch.matrix(), stretch.rows.clone()))) {
                Ok(None) => continue,
                Ok(Some(predictions)) => predictions,
                Err(error) => {
                    *fit = PassFit::Failed(error);
                    continue;
                }
            };
            let parts = parts.get_or_insert_with(|| {
                let uses = |row: usize| members.uses(line.bit, stretch.first + row);
                let repeats = |row: usize| std::iter::repeat_n(row, uses(row).1 as usize);
                [(0..rows).filter(|row| uses(*row).0).collect(), (0..rows).flat_map(repeats).collect()]
            });
            for (totals, at) in totals.iter_mut().zip(parts) {
                totals.add(self.context.target, stretch.first, at, &predictions.pick(at));
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
