//! The loop over splits.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::blocks::Blocks;
use super::fit::{BlockFitter, Engine, Fitter, RunContext, guarded};
use super::halt::{heed, until_stopped};
use super::observe::{AuxiliaryFit, FittedSplit, Observation, RowTotals, SplitObserver, add_up};
use super::splits::Splits;
use super::stopping::{StopReason, StoppingRule};
use super::tune::Choice;
use crate::error::Result;
use crate::metric::{Scorer, Undefined};
use crate::model::FitError;
use crate::split::{Split, SplitBlock};

/// One model's scores on one split, in the order of the metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelScores {
    /// On the test rows.
    pub test: Vec<Result<f64, Undefined>>,
    /// On the train rows.
    pub train: Vec<Result<f64, Undefined>>,
    /// What was difficult about the fit.
    pub difficulty: Option<String>,
    /// What the model measured of itself.
    pub figures: Vec<(&'static str, f64)>,
    /// Why the split was fitted on its own though the model shares work, where that was not planned.
    pub alone: Option<String>,
    /// The setting that the split has chosen, of a tuned model.
    pub choice: Option<Choice>,
    /// What was seen by those who look at the model.
    pub observation: Option<Observation>,
}

/// All models on one split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitScores {
    /// The split's number in the report.
    pub number: u64,
    /// Train rows (repeats counted).
    pub n_train: usize,
    /// Different train rows.
    pub distinct_train: usize,
    /// Test rows.
    pub n_test: usize,
    /// A fingerprint of the two parts, for finding splits that were drawn twice.
    pub parts: u64,
    /// For each model its scores, or why it failed.
    pub models: Vec<Result<ModelScores, FitError>>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The splits that were done, in order.
    pub splits: Splits,
    /// Whether it was stopped before all were.
    pub partial: bool,
    /// Why it ended before its last split by itself, where it did.
    pub early: Option<StopReason>,
    /// For each model whether it shares work over splits.
    pub shared: Vec<bool>,
    /// For each model what was added up over splits by those who look at it.
    pub totals: Vec<Vec<RowTotals>>,
    /// Wall time of shared preparation and all splits.
    pub seconds: f64,
}

/// How long a worker keeps results to itself: waking the collector for each split of microseconds would cost
/// more than the split.
const BATCH: Duration = Duration::from_millis(5);

/// Evaluates all splits. `each` is called with every split in order, as they come; `stop` set to
/// true ends the run: the splits in flight are given up, and those before them are kept.
///
/// # Errors
/// A run error if threads cannot be started, and whatever `each` returns.
pub fn evaluate(
    context: &RunContext,
    stop: &AtomicBool,
    each: impl FnMut(&SplitScores) -> Result<()> + Send,
) -> Result<Outcome> {
    let stopping =
        StoppingRule { looks: vec![context.plan.splits()], keeps: true, enough: &|_| false, ends: &|_| false };
    evaluate_until_stopped(context, &stopping, stop, each)
}

/// Evaluates splits until the pace says that they are enough. The splits done are the same, in number and
/// scores, on any number of threads.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_until_stopped(
    context: &RunContext,
    stopping: &StoppingRule,
    stop: &AtomicBool,
    mut each: impl FnMut(&SplitScores) -> Result<()> + Send,
) -> Result<Outcome> {
    until_stopped(stop, |halt| evaluate_until(context, stopping, halt, &mut each))
}

fn evaluate_until(
    context: &RunContext,
    stopping: &StoppingRule,
    halt: &Arc<AtomicBool>,
    each: &mut (impl FnMut(&SplitScores) -> Result<()> + Send),
) -> Result<Outcome> {
    let started = Instant::now();
    let splits = context.plan.splits();
    let pool = context.pool()?;
    heed(&pool, halt);
    let common = context.common();
    let fitter = pool.install(|| Fitter::new(context, &common));
    let shared = fitter.as_ref().map_or_else(|_| vec![false; context.models.len()], Fitter::shares);
    let nothing = || {
        let (totals, seconds) = (vec![Vec::new(); context.models.len()], started.elapsed().as_secs_f64());
        Outcome { splits: Splits::default(), partial: true, early: None, shared: shared.clone(), totals, seconds }
    };
    if halt.load(Ordering::Relaxed) {
        return Ok(nothing());
    }
    let fitter = fitter?;
    let besides = context.observer.map_or(&[][..], SplitObserver::auxiliary);
    let besides: Vec<RunContext> = besides.iter().map(|auxiliary_fit| beside(context, auxiliary_fit)).collect();
    let commons: Vec<_> = besides.iter().map(RunContext::common).collect();
    let fitters = || besides.iter().zip(&commons).map(|(context, common)| Fitter::new(context, common));
    let auxiliary = pool.install(|| fitters().collect::<Result<_>>());
    if halt.load(Ordering::Relaxed) {
        return Ok(nothing());
    }
    let auxiliary: Vec<Fitter> = auxiliary?;
    let work = Work { context, fitter: &fitter, auxiliary: &auxiliary, pool: &pool };
    let mut done = Splits::default();
    let mut totals = vec![Vec::new(); context.models.len()];
    let mut early = None;
    for look in &stopping.looks {
        early = stretch(&work, halt, stopping, (*look).min(splits), &mut done, &mut totals, each)?;
        if early.is_none() && done.len() == *look && done.len() < splits && (stopping.enough)(&done) {
            early = Some(StopReason::Enough);
        }
        if early.is_some() || done.len() < *look {
            break;
        }
    }
    let partial = done.len() < splits && early.is_none();
    Ok(Outcome { splits: done, partial, early, shared, totals, seconds: started.elapsed().as_secs_f64() })
}

/// What splits are worked with.
struct Work<'w> {
    context: &'w RunContext<'w>,
    fitter: &'w Fitter<'w>,
    auxiliary: &'w [Fitter<'w>],
    pool: &'w rayon::ThreadPool,
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
        ..*context
    }
}

/// Evaluates the splits from those done up to `end`.
fn stretch(
    work: &Work,
    halt: &AtomicBool,
    stopping: &StoppingRule,
    end: usize,
    done: &mut Splits,
    totals: &mut [Vec<RowTotals>],
    each: &mut (impl FnMut(&SplitScores) -> Result<()> + Send),
) -> Result<Option<StopReason>> {
    let workers = work.pool.current_num_threads().min(end - done.len());
    let blocks = Blocks::new(done.len()..end, work.fitter.at_once(), workers);
    let metrics: Vec<String> = work.context.metrics.iter().map(|metric| metric.name.clone()).collect();
    // Results that nobody takes yet are few: a reader of lines may be slower than the fits.
    let (sender, results) = mpsc::sync_channel(4 * workers.max(1));
    std::thread::scope(|threads| {
        let blocks = &blocks;
        let started = std::thread::Builder::new().spawn_scoped(threads, move || {
            work.pool.scope(|scope| {
                for _ in 0..workers {
                    let sender = sender.clone();
                    scope.spawn(move |_| {
                        let (mut batch, mut sent) = (Vec::new(), Instant::now());
                        'blocks: while let Some(places) = blocks.next() {
                            let block = SplitBlock::new(work.context.plan, places);
                            let fitter = work.fitter.block(&block);
                            for k in block.places() {
                                if halt.load(Ordering::Relaxed) {
                                    break 'blocks;
                                }
                                let scores = one_split(work, &fitter, k, &block.split(k));
                                // What was given up half-way looks like a failure, and is none.
                                if halt.load(Ordering::Relaxed) {
                                    break 'blocks;
                                }
                                batch.push((k, scores));
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
                    });
                }
            });
        });
        started.map_err(crate::threads::refused)?;
        let mut waiting: BTreeMap<usize, SplitScores> = BTreeMap::new();
        for (k, scores) in results.into_iter().flatten() {
            waiting.insert(k, scores);
            while let Some(mut scores) = waiting.remove(&done.len()) {
                if let Err(e) = each(&scores) {
                    halt.store(true, Ordering::Relaxed);
                    return Err(e);
                }
                let ends = (stopping.ends)(&scores);
                for (model, totals) in scores.models.iter_mut().zip(totals.iter_mut()) {
                    if let Ok(ModelScores { observation: Some(observation), .. }) = model {
                        add_up(totals, std::mem::take(&mut observation.row_sums));
                    }
                }
                if stopping.keeps {
                    done.push(&scores, &metrics);
                } else {
                    done.numbers.push(scores.number);
                }
                if ends {
                    halt.store(true, Ordering::Relaxed);
                    return Ok(Some(StopReason::Broken));
                }
            }
        }
        Ok(None)
    })
}

/// One split, as drawn, scored for every model.
fn one_split(work: &Work, block: &BlockFitter, k: usize, split: &Split) -> SplitScores {
    let Work { context, fitter, auxiliary, .. } = *work;
    let mut here = block.at(k, split);
    let [test_scorer, train_scorer] =
        [&split.test, &split.train].map(|rows| Scorer::new(context.metrics, context.target, rows));
    let mut score = |model: usize| {
        // There is nothing to see in a model that uses no features.
        let observer = context.observer.filter(|w| w.observes(k) && context.models[model].learner.scaling().is_some());
        let (fit, rows) = match observer {
            Some(observer) if observer.needs_model() => {
                let (fit, rows) = here.fit_and_keep(model)?;
                (fit, Some(rows))
            }
            _ => (here.fit(model)?, None),
        };
        // Scoring is behind the same guard as fitting: a model's odd predictions end one split, not the run.
        guarded(|| {
            let threshold = here.threshold(model, &fit);
            let test = test_scorer.score_at(&fit.predictions.test, threshold);
            let train = train_scorer.score_at(&fit.predictions.train, threshold);
            let observation = observer.map(|observer| {
                let rows = rows.as_ref();
                let fitted = FittedSplit {
                    context,
                    fitter,
                    auxiliary,
                    k,
                    split,
                    model,
                    fit: &fit,
                    rows,
                    threshold,
                    test: &test,
                    train: &train,
                };
                guarded(|| Ok(observer.observe(&fitted)))
                    .unwrap_or_else(|e| Observation { failed: Some(e.0), ..Observation::default() })
            });
            let mut figures = fit.predictions.figures;
            figures.extend(threshold.map(|t| ("threshold", t)));
            let (difficulty, choice) = (fit.predictions.difficulty, fit.choice);
            Ok(ModelScores { test, train, difficulty, figures, alone: fit.alone, choice, observation })
        })
    };
    let models = (0..context.models.len()).map(&mut score).collect();
    SplitScores {
        number: context.plan.number(k),
        n_train: split.train.len(),
        distinct_train: split.distinct_train(),
        n_test: split.test.len(),
        parts: split.fingerprint(),
        models,
    }
}
