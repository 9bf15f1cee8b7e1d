//! The loop over splits.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use ndarray::Array2;

use crate::data::{Encoder, Features, Scaling, Target};
use crate::error::{Error, Result, panic_text};
use crate::metric::{Metric, Scorer, Undefined};
use crate::model::{Answers, FitError, Learner, ModelSpec};
use crate::split::{Plan, Split};

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
}

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
    let splits = question.plan.splits();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(question.threads.min(splits).min(MAX_THREADS))
        .build()
        .map_err(|e| Error::run(format!("cannot start threads: {e}")))?;
    // Workers take the next number, not a range: results come nearly in order, and a stop leaves no
    // holes behind the splits in flight.
    let next = AtomicUsize::new(0);
    let abandoned = AtomicBool::new(false);
    let (sender, results) = mpsc::channel();
    let workers = pool.current_num_threads().min(splits);
    std::thread::scope(|threads| {
        let (next, abandoned) = (&next, &abandoned);
        threads.spawn(move || {
            pool.scope(|scope| {
                for _ in 0..workers {
                    let sender = sender.clone();
                    scope.spawn(move |_| {
                        while !stop.load(Ordering::Relaxed) && !abandoned.load(Ordering::Relaxed) {
                            let k = next.fetch_add(1, Ordering::Relaxed);
                            if k >= splits || sender.send((k, one_split(question, k))).is_err() {
                                break;
                            }
                        }
                    });
                }
            });
        });
        let mut done = Vec::with_capacity(splits.min(1 << 20));
        let mut waiting: BTreeMap<usize, SplitScores> = BTreeMap::new();
        for (k, scores) in results {
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
        Ok(Outcome { splits: done, partial })
    })
}

/// A matrix for each scaling that the models want, made once a split.
struct Encoded<'a> {
    features: &'a Features,
    split: &'a Split,
    made: [Option<(Array2<f64>, Array2<f64>)>; 2],
}

impl Encoded<'_> {
    /// Train and test matrix.
    fn get(&mut self, scaling: Scaling) -> &(Array2<f64>, Array2<f64>) {
        let at = usize::from(scaling == Scaling::Standard);
        self.made[at].get_or_insert_with(|| {
            let encoder = Encoder::fit(self.features, &self.split.train, scaling);
            (encoder.transform(self.features, &self.split.train), encoder.transform(self.features, &self.split.test))
        })
    }
}

fn one_split(question: &Evaluation, k: usize) -> SplitScores {
    let split = question.plan.draw(k);
    let mut encoded = Encoded { features: question.features, split: &split, made: [None, None] };
    let train_target = question.target.take(&split.train);
    let answers = Answers::from(&train_target);
    let models = question
        .models
        .iter()
        .map(|model| {
            catch_unwind(AssertUnwindSafe(|| one_model(question, model.learner.as_ref(), &mut encoded, answers)))
                .unwrap_or_else(|panic| {
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
    question: &Evaluation,
    learner: &dyn Learner,
    encoded: &mut Encoded,
    answers: Answers,
) -> Result<ModelScores, FitError> {
    let split = encoded.split;
    let none = (Array2::zeros((split.train.len(), 0)), Array2::zeros((split.test.len(), 0)));
    let (train, test) = match learner.scaling() {
        Some(scaling) => encoded.get(scaling),
        None => &none,
    };
    let model = learner.fit(train.clone(), answers)?;
    let scorer = Scorer { metrics: question.metrics, target: question.target };
    Ok(ModelScores {
        test: scorer.score(&split.test, &model.predict(test.view())),
        train: scorer.score(&split.train, &model.predict(train.view())),
        difficulty: model.difficulty(),
    })
}

fn parts_fingerprint(split: &Split) -> u64 {
    let fold = |hash: u64, row: &u32| (hash ^ u64::from(*row)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    split.train.iter().fold(split.test.iter().fold(1, fold) ^ 0xff, fold)
}
