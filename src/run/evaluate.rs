//! The loop over splits.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use ndarray::Array2;

use crate::data::{Encoder, Features, Scaling, Target};
use crate::error::{Error, Result, panic_text};
use crate::metric::{Metric, Scorer, Undefined};
use crate::model::shared::{Common, Refusal, SharedSolver, SplitWork};
use crate::model::{Answers, FitError, Learner, ModelSpec};
use crate::split::{Plan, Split};

/// How splits are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// With shared work where the model can, else each split on its own.
    #[default]
    Auto,
    /// With shared work; models that cannot are refused.
    Shared,
    /// Each split on its own, by linfa's `Fit` and `Predict`.
    Linfa,
}

/// A model of the run.
pub struct NamedModel {
    /// Its name in the report: the registry's, or the whole specification where that is not unique.
    pub name: String,
    /// What was asked for, with all parameters.
    pub spec: ModelSpec,
    /// The model, ready to be fitted.
    pub learner: Box<dyn Learner>,
}

/// Everything that a run needs.
pub struct Evaluation<'a> {
    /// How splits are drawn.
    pub plan: &'a Plan,
    /// The features of the used rows.
    pub features: &'a Features,
    /// The target of the used rows.
    pub target: &'a Target,
    /// The models; the baseline is one of them.
    pub models: &'a [NamedModel],
    /// The metrics.
    pub metrics: &'a [Metric],
    /// Number of threads; 0 for one a core.
    pub threads: usize,
    /// How splits are fitted.
    pub engine: Engine,
}

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
}

/// All models on one split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitScores {
    /// The split's number in the report.
    pub number: u64,
    /// Train rows (repeats counted).
    pub n_train: usize,
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
    pub splits: Vec<SplitScores>,
    /// Whether it was stopped before all were.
    pub partial: bool,
    /// For each model whether it shares work over splits.
    pub shared: Vec<bool>,
    /// Wall time of shared preparation and all splits.
    pub seconds: f64,
}

/// How long a worker keeps results to itself: waking the collector for each split of microseconds would cost
/// more than the split.
const BATCH: Duration = Duration::from_millis(5);

/// More threads than any machine has cores; asking for more only costs memory.
const MAX_THREADS: usize = 1024;

/// Evaluates all splits. `each` is called with every split in order, as they come; `stop` set to
/// true ends the run after the splits in flight.
///
/// # Errors
/// A run error if threads cannot be started, and whatever `each` returns.
pub fn evaluate(
    question: &Evaluation,
    stop: &AtomicBool,
    mut each: impl FnMut(&SplitScores) -> Result<()> + Send,
) -> Result<Outcome> {
    let started = Instant::now();
    let splits = question.plan.splits();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(question.threads.min(splits).min(MAX_THREADS))
        .build()
        .map_err(|e| Error::run(format!("cannot start threads: {e}")))?;
    let mut common = Common::new(question.features, question.target);
    common.train_share = question.plan.draw(0).train.len() as f64 / question.features.rows.max(1) as f64;
    let solvers = pool.install(|| solvers(question, &common))?;
    let shared = solvers.iter().map(Option::is_some).collect();
    let job = Job { question, common: &common, solvers: &solvers };
    // Workers take the next number, not a range: results come nearly in order, and a stop leaves no
    // holes behind the splits in flight.
    let next = AtomicUsize::new(0);
    let abandoned = AtomicBool::new(false);
    let (sender, results) = mpsc::channel();
    let workers = pool.current_num_threads().min(splits);
    std::thread::scope(|threads| {
        let (next, abandoned, job) = (&next, &abandoned, &job);
        threads.spawn(move || {
            pool.scope(|scope| {
                for _ in 0..workers {
                    let sender = sender.clone();
                    scope.spawn(move |_| {
                        let (mut batch, mut sent) = (Vec::new(), Instant::now());
                        while !stop.load(Ordering::Relaxed) && !abandoned.load(Ordering::Relaxed) {
                            let k = next.fetch_add(1, Ordering::Relaxed);
                            if k >= splits {
                                break;
                            }
                            batch.push((k, job.one_split(k)));
                            if sent.elapsed() >= BATCH {
                                if sender.send(std::mem::take(&mut batch)).is_err() {
                                    break;
                                }
                                sent = Instant::now();
                            }
                        }
                        // Nobody listens any more after a failure, which is known already.
                        let _ = sender.send(batch);
                    });
                }
            });
        });
        let mut done = Vec::with_capacity(splits.min(1 << 20));
        let mut waiting: BTreeMap<usize, SplitScores> = BTreeMap::new();
        for (k, scores) in results.into_iter().flatten() {
            waiting.insert(k, scores);
            while let Some(scores) = waiting.remove(&done.len()) {
                if let Err(e) = each(&scores) {
                    abandoned.store(true, Ordering::Relaxed);
                    return Err(e);
                }
                done.push(scores);
            }
        }
        let partial = done.len() < splits;
        Ok(Outcome { splits: done, partial, shared, seconds: started.elapsed().as_secs_f64() })
    })
}

/// The solvers that share work, where the engine wants them and the model has one.
fn solvers<'a>(question: &'a Evaluation, common: &'a Common<'a>) -> Result<Vec<Option<Box<dyn SharedSolver + 'a>>>> {
    let share = |model: &'a NamedModel| {
        if question.engine == Engine::Linfa {
            return Ok(None);
        }
        let solver = catch_unwind(AssertUnwindSafe(|| model.learner.share(common))).unwrap_or(None);
        // The baseline is always there, and there is nothing to share in it.
        if solver.is_none() && question.engine == Engine::Shared && model.learner.scaling().is_some() {
            return Err(Error::input(format!(
                "model '{}' shares no work over splits; leave out --engine shared, which then uses it where it can",
                model.name
            )));
        }
        Ok(solver)
    };
    question.models.iter().map(share).collect()
}

/// A matrix for each scaling that the models want, made once a split.
struct Encoded<'a> {
    features: &'a Features,
    split: &'a Split,
    made: [Option<(Array2<f64>, Array2<f64>)>; 4],
}

impl Encoded<'_> {
    /// Train and test matrix.
    fn get(&mut self, scaling: Scaling) -> &(Array2<f64>, Array2<f64>) {
        self.made[scaling as usize].get_or_insert_with(|| {
            let encoder = Encoder::fit(self.features, &self.split.train, scaling);
            (encoder.transform(self.features, &self.split.train), encoder.transform(self.features, &self.split.test))
        })
    }
}

/// What the workers share.
struct Job<'a> {
    question: &'a Evaluation<'a>,
    common: &'a Common<'a>,
    solvers: &'a [Option<Box<dyn SharedSolver + 'a>>],
}

impl Job<'_> {
    fn one_split(&self, k: usize) -> SplitScores {
        let question = self.question;
        let split = question.plan.draw(k);
        let seed = question.plan.model_seed(k);
        let mut encoded = Encoded { features: question.features, split: &split, made: [None, None, None, None] };
        let work = SplitWork::new(self.common, &split, seed);
        let scorers = [&split.test, &split.train].map(|rows| Scorer::new(question.metrics, question.target, rows));
        let models = question
            .models
            .iter()
            .zip(self.solvers)
            .map(|(model, solver)| {
                let one = || self.one_model(model.learner.as_ref(), solver.as_deref(), &work, &mut encoded, &scorers);
                catch_unwind(AssertUnwindSafe(one)).unwrap_or_else(|panic| {
                    let why = panic_text(panic.as_ref()).lines().next().unwrap_or_default();
                    Err(FitError(format!("the solver broke down: {why}")))
                })
            })
            .collect();
        SplitScores {
            number: question.plan.number(k),
            n_train: split.train.len(),
            n_test: split.test.len(),
            parts: parts_fingerprint(&split),
            models,
        }
    }

    fn one_model(
        &self,
        learner: &dyn Learner,
        solver: Option<&(dyn SharedSolver + '_)>,
        work: &SplitWork,
        encoded: &mut Encoded,
        scorers: &[Scorer; 2],
    ) -> Result<ModelScores, FitError> {
        let split = work.split;
        let [test_scorer, train_scorer] = scorers;
        let mut alone = None;
        if let Some(solver) = solver {
            match solver.fit_predict(work) {
                Ok(predictions) => {
                    return Ok(ModelScores {
                        test: test_scorer.score(&predictions.test),
                        train: train_scorer.score(&predictions.train),
                        difficulty: predictions.difficulty,
                        figures: predictions.figures,
                        alone: None,
                    });
                }
                Err(Refusal::Failed(error)) => return Err(error),
                Err(Refusal::Alone) => {}
                Err(Refusal::Unsafe(why)) => alone = Some(why.to_owned()),
            }
        }
        let train_target = self.question.target.take(&split.train);
        let none = (Array2::zeros((split.train.len(), 0)), Array2::zeros((split.test.len(), 0)));
        let (train, test) = match learner.scaling() {
            Some(scaling) => encoded.get(scaling),
            None => &none,
        };
        let model = learner.fit(train.clone(), Answers::from(&train_target), &work.terms)?;
        Ok(ModelScores {
            test: test_scorer.score(&model.predict(test.view())),
            train: train_scorer.score(&model.predict(train.view())),
            difficulty: model.difficulty(),
            figures: model.figures(),
            alone,
        })
    }
}

fn parts_fingerprint(split: &Split) -> u64 {
    let fold = |hash: u64, row: &u32| (hash ^ u64::from(*row)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    split.train.iter().fold(split.test.iter().fold(1, fold) ^ 0xff, fold)
}
