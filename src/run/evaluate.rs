//! The loop over splits.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::blocks::Blocks;
use super::collect::collect;
use super::context::{Engine, RunContext};
use super::fitter::Fitter;
use super::halt::{heed, until_stopped};
use super::observe::{AuxiliaryFit, Observation, SplitObserver};
use super::one_split::one_split;
use super::part::{Part, Question};
use super::passes::{Passes, Rows, Shifts, are_sums, frames, pass_models, sum_up};
use super::stopping::{StopReason, StoppingRule};
use super::tune::Choice;
use crate::error::Result;
use crate::metric::Undefined;
use crate::model::shared::{PassModel, PassSums, SharedCache};
use crate::model::{FitError, Predictions};
use crate::split::{SplitBlock, SplitSet};

/// One model's scores on one split, in the order of the metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelScores {
    /// On the test rows.
    pub test: Vec<Result<f64, Undefined>>,
    /// On the train rows.
    pub train: Vec<Result<f64, Undefined>>,
    /// Test rows by true and predicted label, true label by true label: see [`crate::metric::Scorer::counts`].
    pub confusion: Vec<u32>,
    /// What was difficult about the fit.
    pub difficulty: Option<String>,
    /// What the model measured of itself.
    pub figures: Vec<(Cow<'static, str>, f64)>,
    /// Why the split was fitted on its own though the model shares work, where that was not planned.
    pub alone: Option<String>,
    /// The setting that the split has chosen, of a tuned model.
    pub choice: Option<Choice>,
    /// What was seen by those who look at the model.
    pub observation: Option<Observation>,
    /// The predictions for the test rows, where they are kept.
    pub predictions: Option<Predictions>,
}

/// All models on one split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitScores {
    /// The split's place in the plan.
    pub k: usize,
    /// The split's number in the report.
    pub number: u64,
    /// Train rows (repeats counted).
    pub n_train: usize,
    /// Different train rows.
    pub distinct_train: usize,
    /// Test rows.
    pub n_test: usize,
    /// The test rows themselves, by their places among the used rows, where predictions are kept.
    pub test_rows: Option<Vec<u32>>,
    /// A fingerprint of the two parts, for finding splits that were drawn twice.
    pub parts: u64,
    /// For each model its scores, or why it failed.
    pub models: Vec<Result<ModelScores, FitError>>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What was done.
    pub part: Part,
    /// Wall time of shared preparation and all splits.
    pub seconds: f64,
}

/// What came of a run that keeps nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Streamed {
    /// Splits that were done, the first of the plan.
    pub done: usize,
    /// Wall time of shared preparation and all splits.
    pub seconds: f64,
}

/// How long a worker keeps results to itself: waking the collector for each split of microseconds would cost
/// more than the split.
const BATCH: Duration = Duration::from_millis(5);

/// Bytes that work on a block of splits may take beside a table in memory.
const HELD: u64 = 512 << 20;

/// Numbers of predictions that may wait for splits before theirs: 128 MB.
const WAITING: usize = 16 << 20;

/// Takes a part of one split.
pub type Keep<'g> = &'g mut (dyn FnMut(&Part) -> Result<()> + Send);

/// What a run begins with, and who keeps what comes of each split.
#[derive(Default)]
pub struct Going<'g> {
    /// Splits that were done before, a part each and without a question, in the order of the plan. They are not done again.
    pub done: Vec<Part>,
    /// Takes a part of one split as soon as it is done, in order.
    pub keep: Option<Keep<'g>>,
}

impl Going<'_> {
    /// Takes those of the splits that were done which are before a place, joined; without any, a part that is empty.
    fn take(&mut self, asked: &Question, end: usize) -> Result<Part> {
        let count = self.done.partition_point(|part| place_of(part) < end);
        let mut parts: Vec<Part> = Vec::new();
        for part in self.done.drain(..count) {
            parts.push(part);
            // Parts of about one size are joined, so that no split is moved more than a few times.
            while let [.., a, b] = parts.as_slice()
                && a.len() <= b.len()
            {
                let (b, a) = (parts.pop(), parts.pop());
                parts.extend(a.zip(b).map(|(a, b)| Part::join(a, b)).transpose()?);
            }
        }
        let nothing = Part::new(Question::default());
        let mut all = parts.into_iter().rev().try_fold(nothing, |all, part| Part::join(part, all))?;
        all.set_question(asked.clone());
        Ok(all)
    }
}

/// The place of a part's only split.
fn place_of(part: &Part) -> usize {
    part.splits().places.iter().next().map_or(0, |place| place as usize)
}

/// Evaluates splits until the rule says that they are enough, and keeps what is `asked`. `each` is called with every split
/// that is done, in order, as they come; `stop` set to true ends the run: the splits in flight are given up, and those before
/// them are kept. The splits done are the same, in number and scores, on any number of threads, and whatever was done before.
///
/// # Errors
/// A run error if threads cannot be started, and whatever `each` returns.
pub fn evaluate_until_stopped(
    context: &RunContext,
    asked: Question,
    stopping: &StoppingRule,
    mut going: Going,
    stop: &AtomicBool,
    mut each: impl FnMut(&SplitScores) -> Result<()> + Send,
) -> Result<Outcome> {
    let (started, splits) = (Instant::now(), context.plan.splits());
    let mut part = Part::new(asked.clone());
    with_work(context, stop, |work, halt| {
        let mut from = 0;
        for look in &stopping.looks {
            let mut end = (*look).min(splits);
            let breaks = |part: &&Part| place_of(part) < end && stopping.ends.is_some_and(|ends| ends(part.splits()));
            let broken_before = going.done.iter().find(breaks).map(place_of);
            end = broken_before.map_or(end, |place| place + 1);
            let before = going.take(&asked, end)?;
            let missing: SplitSet = before.missing(from..end).collect();
            let whole = before.len() + missing.len();
            let (fresh, broken) = stretch_of(work, halt, &missing, &asked, stopping, &mut going, &mut each)?;
            let fresh = Part::join(before, fresh)?;
            let is_whole = fresh.len() == whole;
            part = Part::join(std::mem::replace(&mut part, Part::new(asked.clone())), fresh)?;
            from = end;
            if broken || broken_before.is_some() && is_whole {
                part.end(Some(StopReason::Broken));
            } else if part.len() == *look && part.len() < splits && (stopping.enough)(&part) {
                part.end(Some(StopReason::Enough));
            }
            if part.ended().is_some() || part.len() < *look {
                break;
            }
        }
        Ok(())
    })?;
    Ok(Outcome { part, seconds: started.elapsed().as_secs_f64() })
}

/// What splits that were done come to, for a run that ends by itself.
#[cfg(feature = "cli")]
#[derive(Debug)]
pub enum Looked {
    /// The run ends with them.
    Ends(Box<Part>),
    /// It goes on up to so many splits; so many are done.
    GoesOn {
        /// Splits that are done.
        done: usize,
        /// Splits at the next look.
        next: usize,
    },
    /// Of so many splits these are not there.
    Lacks(Vec<usize>, usize),
}

/// Looks at splits that were done elsewhere, a part each in the order of the plan, as a run of at most so many `splits` would
/// have.
///
/// # Errors
/// An input error where the parts do not go together.
#[cfg(feature = "cli")]
pub fn look_at(asked: &Question, stopping: &StoppingRule, done: Vec<Part>, splits: usize) -> Result<Looked> {
    let mut going = Going { done, keep: None };
    let mut part = Part::new(asked.clone());
    for look in &stopping.looks {
        let end = (*look).min(splits);
        if going.done.is_empty() && !part.is_empty() {
            return Ok(Looked::GoesOn { done: part.len(), next: end });
        }
        part = Part::join(part, going.take(asked, end)?)?;
        if part.len() < end {
            return Ok(Looked::Lacks(part.missing(0..end).collect(), end));
        }
        if part.len() < splits && (stopping.enough)(&part) {
            part.end(Some(StopReason::Enough));
            break;
        }
    }
    Ok(Looked::Ends(Box::new(part)))
}

/// Evaluates these splits of the plan but those that were done before, and keeps what is `asked` of all.
///
/// # Errors
/// As [`evaluate_until_stopped`].
pub fn evaluate_splits(
    context: &RunContext,
    asked: Question,
    set: &SplitSet,
    mut going: Going,
    stop: &AtomicBool,
    mut each: impl FnMut(&SplitScores) -> Result<()> + Send,
) -> Result<Part> {
    let before = going.take(&asked, usize::MAX)?;
    let missing: SplitSet = before.missing(set.iter()).collect();
    let never = StoppingRule { looks: Vec::new(), enough: &|_| false, ends: None };
    let mut fresh = Part::new(asked.clone());
    with_work(context, stop, |work, halt| {
        (fresh, _) = stretch_of(work, halt, &missing, &asked, &never, &mut going, &mut each)?;
        Ok(())
    })?;
    Part::join(before, fresh)
}

/// Evaluates the splits of a set as a part of their own; and whether one of them ended the run.
fn stretch_of(
    work: &Work,
    halt: &AtomicBool,
    set: &SplitSet,
    asked: &Question,
    stopping: &StoppingRule,
    going: &mut Going,
    each: &mut (impl FnMut(&SplitScores) -> Result<()> + Send),
) -> Result<(Part, bool)> {
    let metrics = metric_names(work.context);
    let mut fresh = Part::new(asked.clone());
    let broken = stretch(work, halt, set, &mut |split| {
        each(&split)?;
        fresh.push(&split, &metrics, &work.shared);
        if going.keep.is_none() && stopping.ends.is_none() {
            return Ok(false);
        }
        let mut one = Part::new(Question::default());
        one.push(&split, &metrics, &work.shared);
        if let Some(keep) = &mut going.keep {
            keep(&one)?;
        }
        Ok(stopping.ends.is_some_and(|ends| ends(one.splits())))
    })?;
    Ok((fresh, broken))
}

/// Evaluates all splits, and keeps nothing of a split once `each` has seen it.
///
/// # Errors
/// As [`evaluate_until_stopped`].
pub fn stream(
    context: &RunContext,
    stop: &AtomicBool,
    mut each: impl FnMut(&SplitScores) -> Result<()> + Send,
) -> Result<Streamed> {
    let started = Instant::now();
    let mut done = 0;
    with_work(context, stop, |work, halt| {
        stretch(work, halt, &(0..context.plan.splits()).into(), &mut |split| {
            each(&split)?;
            done += 1;
            Ok(false)
        })
    })?;
    Ok(Streamed { done, seconds: started.elapsed().as_secs_f64() })
}

pub(super) fn metric_names(context: &RunContext) -> Vec<String> {
    context.metrics.iter().map(|metric| metric.name.clone()).collect()
}

/// Does what all splits have in common, and then the run; nothing where it is stopped before.
fn with_work<T: Default>(
    context: &RunContext,
    stop: &AtomicBool,
    run: impl FnOnce(&Work, &AtomicBool) -> Result<T>,
) -> Result<T> {
    until_stopped(stop, |halt| {
        let pool = context.pool()?;
        heed(&pool, halt);
        if let Some((stored, memory)) = context.stored {
            let shifts = Shifts::new(stored, context.target);
            let Some((layout, all)) = sum_up(context, stored, &shifts, &pool, halt)? else { return Ok(T::default()) };
            let common =
                SharedCache::in_passes(context.features, context.target, stored, layout, all.moments().clone());
            let (fitter, shared) = (Fitter::alone(context, &common), pass_models(context));
            let rows = Rows::Stored(stored, &shifts);
            let Some(frames) = frames((context, rows), (&common, &all), &shared, &pool, halt)? else {
                return Ok(T::default());
            };
            let is_shared = |model: &Option<PassModel>| !matches!(model, None | Some(PassModel::Mean));
            let shared = shared.iter().map(is_shared).collect();
            let passes = Passes::new(context, rows, (&common, &all), frames, memory);
            return run(
                &Work {
                    context,
                    fitter: &fitter,
                    auxiliary: &[],
                    pool: &pool,
                    shared,
                    passes: Some(&passes),
                    sums: None,
                },
                halt,
            );
        }
        let common = context.common();
        let fitter = pool.install(|| Fitter::new(context, &common));
        if halt.load(Ordering::Relaxed) {
            return Ok(T::default());
        }
        let fitter = fitter?;
        let besides = context.observer.map_or(&[][..], SplitObserver::auxiliary);
        let besides: Vec<RunContext> = besides.iter().map(|auxiliary_fit| beside(context, auxiliary_fit)).collect();
        let commons: Vec<_> = besides.iter().map(RunContext::common).collect();
        let fitters = || besides.iter().zip(&commons).map(|(context, common)| Fitter::new(context, common));
        let auxiliary = pool.install(|| fitters().collect::<Result<_>>());
        if halt.load(Ordering::Relaxed) {
            return Ok(T::default());
        }
        let auxiliary: Vec<Fitter> = auxiliary?;
        let shared = fitter.shares();
        let (passes, sums) = (None, None);
        let work = Work { context, fitter: &fitter, auxiliary: &auxiliary, pool: &pool, shared, passes, sums };
        let are_sums = are_sums(context, &work.shared);
        if !are_sums.contains(&true) || common.is_wide(1) {
            return run(&work, halt);
        }
        let linear = common.linear();
        let (rows, all) = (Rows::Held(&linear.base), PassSums::of_all(linear.all.clone()));
        let frames = context.models.iter().map(|_| None).collect();
        let passes = Passes::new(context, rows, (&common, &all), frames, HELD).with_rows(&work, are_sums);
        let Work { fitter, auxiliary, ref shared, .. } = work;
        let shared = shared.clone();
        let (passes, sums) = if passes.has_all() { (Some(&passes), None) } else { (None, Some(&passes)) };
        run(&Work { context, fitter, auxiliary, pool: &pool, shared, passes, sums }, halt)
    })
}

/// What splits are worked with.
pub(super) struct Work<'w> {
    pub context: &'w RunContext<'w>,
    pub fitter: &'w Fitter<'w>,
    pub auxiliary: &'w [Fitter<'w>],
    pub pool: &'w rayon::ThreadPool,
    /// For each model whether it shares work over splits.
    shared: Vec<bool>,
    /// In place of the fitter, where all that is wanted are sums or the table is not in memory.
    passes: Option<&'w Passes<'w>>,
    /// Scores the models that need nothing but sums, where other things are wanted too.
    pub sums: Option<&'w Passes<'w>>,
}

/// The context of an auxiliary fit, on the same splits.
fn beside<'a>(context: &RunContext<'a>, auxiliary_fit: &'a AuxiliaryFit) -> RunContext<'a> {
    RunContext {
        features: &auxiliary_fit.features,
        target: auxiliary_fit.target.as_ref().unwrap_or(context.target),
        models: auxiliary_fit.models.as_deref().unwrap_or(context.models),
        // A model that is asked besides need not share its work.
        engine: if context.engine == Engine::Shared { Engine::Auto } else { context.engine },
        observer: None,
        clock: None,
        keep_predictions: false,
        ..*context
    }
}

/// How many splits are worked on together: where predictions are kept, no more than leave them little memory while they wait
/// for the splits before them.
fn at_once(work: &Work, workers: usize) -> usize {
    let most = work.fitter.at_once();
    let context = work.context;
    if !context.keep_predictions {
        return most;
    }
    let numbers = context.models.len() * context.plan.draw(0).test.len() * (1 + context.target.labels().len());
    most.min(WAITING / (workers * numbers).max(1)).max(1)
}

/// Evaluates the splits of a set, and gives each in order to `take`, until that says that a split ends the run; says
/// whether one did.
fn stretch(
    work: &Work,
    halt: &AtomicBool,
    set: &SplitSet,
    take: &mut impl FnMut(SplitScores) -> Result<bool>,
) -> Result<bool> {
    if let Some(passes) = work.passes {
        return passes.run(work.pool, halt, set, take);
    }
    let workers = work.pool.current_num_threads().min(set.len());
    let blocks = Blocks::new(set, at_once(work, workers), workers);
    collect(
        work.pool,
        workers,
        halt,
        |sender| {
            let (mut batch, mut sent) = (Vec::new(), Instant::now());
            'blocks: while let Some((first, places)) = blocks.next() {
                let block = SplitBlock::new(work.context.plan, places);
                let fitter = work.fitter.block(&block);
                for (i, k) in (first..).zip(block.places()) {
                    if halt.load(Ordering::Relaxed) {
                        break 'blocks;
                    }
                    let scores = one_split(work, &fitter, k, &block.split(k));
                    // What was given up half-way looks like a failure, and is none.
                    if halt.load(Ordering::Relaxed) {
                        break 'blocks;
                    }
                    batch.push((i, scores));
                    if sent.elapsed() >= BATCH {
                        if sender.send(std::mem::take(&mut batch)).is_err() {
                            break 'blocks;
                        }
                        sent = Instant::now();
                    }
                }
            }
            // Nobody listens any more after a failure, which is known already.
            let _ = sender.send(batch);
        },
        take,
    )
}
