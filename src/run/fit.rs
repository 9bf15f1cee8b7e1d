//! One model fitted to one split, with shared work where the model can.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock::{Clock, timed};
use super::memory::{available, size};
use super::observe::SplitObserver;
use super::tune::{Candidate, Choice, FOLDS, Tuned};
use crate::data::{Encoder, FeatureColumn, Features, Scaling, Target};
use crate::error::{Error, Result, Subject, panic_text};
use crate::metric::NamedMetric;
use crate::model::by_rows::RowPredictor;
use crate::model::interrupt::Stopped;
use crate::model::rows::EncodedRows;
use crate::model::shared::{Fallback, SharedCache, SharedSolver, SplitPredictions, SplitState};
use crate::model::{
    FitContext, FitError, Fitted, FittedPredictor, Learner, LinearPredictor, ModelSpec, RowLearner, TrainTarget,
};
use crate::setting::{DROP, ENCODE, ENGINE, FEATURES};
use crate::split::{BLOCK, Plan, Split, SplitBlock};
use crate::threads;

/// Bytes of matrices that any machine has.
const SMALL: u64 = 64 << 20;

/// How splits are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Engine {
    /// With shared work where the model can, else each split on its own.
    #[default]
    Auto,
    /// With shared work; models that cannot are refused.
    Shared,
    /// Each split on its own, by linfa's `Fit` and `Predict`.
    #[serde(rename = "linfa", alias = "per-split")]
    PerSplit,
}

/// A model of the run.
pub struct NamedModel {
    /// Its name in the report: the registry's, the whole specification where that is not unique, or one of the caller's.
    pub name: String,
    /// What was asked for, with all parameters; of a tuned model its first setting. `None` for a learner of the caller's own.
    pub spec: Option<ModelSpec>,
    /// The model, ready to be fitted; of a tuned model its first setting.
    pub learner: Arc<dyn Learner>,
    /// What every split chooses among, where the model is tuned.
    pub tuned: Option<Tuned>,
}

impl NamedModel {
    /// What of it can be fitted: itself, or each of its settings.
    pub fn learners(&self) -> impl Iterator<Item = &dyn Learner> {
        let settings = self.tuned.iter().flat_map(|tuned| &tuned.settings).map(|setting| setting.learner.as_ref());
        let own = self.tuned.is_none().then_some(self.learner.as_ref());
        own.into_iter().chain(settings)
    }

    /// The setting that a split has chosen, of a tuned model.
    fn chosen(&self, choice: Option<&Choice>) -> Option<&Candidate> {
        self.tuned.as_ref()?.settings.get(choice?.setting)
    }

    /// Its name, such as `alpha=0.1`.
    pub fn setting_of(&self, choice: Option<&Choice>) -> Option<&str> {
        self.chosen(choice).map(|setting| setting.name.as_str())
    }

    /// The parameters that a split was fitted with, of a model of the registry.
    pub fn spec_of(&self, choice: Option<&Choice>) -> Option<&ModelSpec> {
        self.chosen(choice).map(|setting| &setting.spec).or(self.spec.as_ref())
    }

    /// The registry's name of it; `None` for a learner of the caller's own.
    pub fn kind(&self) -> Option<&'static str> {
        self.spec.as_ref().map(|spec| spec.info.name)
    }
}

/// Everything that a run needs.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    /// How splits are drawn.
    pub plan: &'a Plan,
    /// The features of the used rows.
    pub features: &'a Features,
    /// The target of the used rows.
    pub target: &'a Target,
    /// The models; the baseline is one of them.
    pub models: &'a [NamedModel],
    /// The metrics.
    pub metrics: &'a [NamedMetric],
    /// Number of threads; 0 for one a core.
    pub threads: usize,
    /// How splits are fitted.
    pub engine: Engine,
    /// What looks at the fitted models, if anything does.
    pub observer: Option<&'a dyn SplitObserver>,
    /// Takes the time of each model, where it is asked for.
    pub clock: Option<&'a Clock>,
}

impl<'a> RunContext<'a> {
    /// What all splits have in common, not yet worked out.
    pub fn common(&self) -> SharedCache<'a> {
        let mut common = SharedCache::new(self.features, self.target);
        common.train_share = self.plan.draw(0).train.len() as f64 / self.features.rows.max(1) as f64;
        // Most fits are then those of inner folds.
        let inner = self.metrics.iter().any(crate::metric::NamedMetric::needs_threshold);
        if inner || self.models.iter().any(|model| model.tuned.is_some()) {
            common.train_share *= 1.0 - 1.0 / FOLDS as f64;
        }
        common
    }

    /// The threads to work on.
    ///
    /// # Errors
    /// A run error if threads cannot be started.
    pub fn pool(&self) -> Result<rayon::ThreadPool> {
        threads::pool(self.threads.min(self.plan.splits()))
    }
}

/// The models of a run, with the work done that splits have in common.
pub struct Fitter<'a> {
    pub(super) context: &'a RunContext<'a>,
    common: &'a SharedCache<'a>,
    /// For each model what can be fitted: itself, or each of its settings.
    units: Vec<Vec<Unit<'a>>>,
}

/// A model, or a setting of one, with its shared work.
pub(super) struct Unit<'a> {
    pub(super) learner: &'a dyn Learner,
    solver: Option<Box<dyn SharedSolver + 'a>>,
}

impl<'a> Fitter<'a> {
    /// Does the shared work, where the engine wants it and the model can.
    ///
    /// # Errors
    /// An input error where shared work is asked for and a model cannot.
    pub fn new(context: &'a RunContext<'a>, common: &'a SharedCache<'a>) -> Result<Self> {
        let unit = |learner: &'a dyn Learner, name: &str| {
            if context.engine == Engine::PerSplit {
                return Ok(Unit { learner, solver: None });
            }
            let solver = catch_unwind(AssertUnwindSafe(|| learner.share(common))).unwrap_or(None);
            // The baseline is always there, and there is nothing to share in it.
            if solver.is_none() && context.engine == Engine::Shared && learner.scaling().is_some() {
                return Err(Error::setting(format!("model '{name}' shares no work over splits"))
                    .about(Subject::Model(name.to_string()))
                    .advise(format!("leave out {}, which then uses it where it can", ENGINE.to("shared"))));
            }
            Ok(Unit { learner, solver })
        };
        let units = |(at, model): (usize, &'a NamedModel)| {
            timed(context.clock, at, || model.learners().map(|learner| unit(learner, &model.name)).collect())
        };
        let units = context.models.iter().enumerate().map(units).collect::<Result<_>>()?;
        let fitter = Self { context, common, units };
        fitter.check_matrices()?;
        Ok(fitter)
    }

    /// Refuses models that are fitted to encoded matrices where no memory is left for these.
    fn check_matrices(&self) -> Result<()> {
        let (features, threads) = (self.context.features, rayon::current_num_threads());
        let scaling = |unit: &Unit| unit.learner.scaling().filter(|_| unit.learner.by_rows().is_none());
        let width = |unit: &Unit| scaling(unit).map_or(0, |scaling| scaling.width(features) as u64);
        let numbers = |unit: &Unit| match unit.solver.as_ref().and_then(|solver| solver.squares()) {
            Some(squares) => squares as u64 * width(unit).saturating_pow(2),
            // Of a split's train and test rows, and the model's own of its train rows.
            None => 2 * (features.rows as u64).saturating_mul(width(unit)),
        };
        let Some(largest) = self.units.iter().flatten().max_by_key(|unit| numbers(unit)) else { return Ok(()) };
        let (width, need) = (width(largest), numbers(largest).saturating_mul(8 * threads as u64));
        // Small ones are not worth a look at the system's files.
        let Some(most) = available().filter(|most| need > SMALL && need > *most) else { return Ok(()) };
        let levels = |part: &FeatureColumn| {
            if let FeatureColumn::Levels { name, levels, .. } = part {
                Some((levels.len(), name.clone()))
            } else {
                None
            }
        };
        let widest = features.parts.iter().filter_map(levels).max_by_key(|(levels, _)| *levels);
        let advice = match widest {
            Some((levels, name)) if levels as u64 > width / 2 => format!(
                "column '{name}' has {levels} levels: {} takes one column for all of them, as does frequency",
                ENCODE.item(&format!("{name}=ordinal"))
            ),
            _ => format!("use fewer columns ({FEATURES}, {DROP})"),
        };
        Err(Error::setting(format!(
            "{} rows of {width} encoded columns need {} of memory on {threads} thread{}, and {} can be had",
            features.rows,
            size(need),
            if threads == 1 { "" } else { "s" },
            size(most)
        ))
        .advise(&advice))
    }

    /// Without shared work, for a split or two.
    pub fn alone(context: &'a RunContext<'a>, common: &'a SharedCache<'a>) -> Self {
        let units = |model: &'a NamedModel| model.learners().map(|learner| Unit { learner, solver: None }).collect();
        Self { context, common, units: context.models.iter().map(units).collect() }
    }

    /// What all splits have in common.
    pub fn common(&self) -> &'a SharedCache<'a> {
        self.common
    }

    /// The target of all used rows.
    pub fn target(&self) -> &'a Target {
        self.context.target
    }

    /// For each model whether it shares work over splits.
    pub fn shares(&self) -> Vec<bool> {
        self.units.iter().map(|units| units.iter().any(|unit| unit.solver.is_some())).collect()
    }

    /// The solver of each model that is fitted to the split itself: what tunes a model is done on its inner folds.
    fn solvers(&self) -> impl Iterator<Item = Option<&(dyn SharedSolver + 'a)>> {
        let models = self.context.models.iter().zip(&self.units);
        models.map(|(model, units)| units[0].solver.as_deref().filter(|_| model.tuned.is_none()))
    }

    /// How many consecutive splits are worked on together.
    pub(super) fn at_once(&self) -> usize {
        self.solvers().flatten().map(SharedSolver::at_once).max().unwrap_or(1).clamp(1, BLOCK)
    }

    /// Works out what the splits of a block have in common.
    pub(super) fn block<'b>(&'b self, block: &'b SplitBlock) -> BlockFitter<'b> {
        let of = |(at, solver): (usize, Option<&'b (dyn SharedSolver + 'a)>)| {
            // What breaks down for a block is tried split by split.
            let work = |solver: &'b (dyn SharedSolver + 'a)| {
                timed(self.context.clock, at, || catch_unwind(AssertUnwindSafe(|| solver.block(block))).unwrap_or(None))
            };
            solver.and_then(work)
        };
        BlockFitter { fitter: self, solvers: self.solvers().enumerate().map(of).collect() }
    }

    /// Ready to fit to split `k`, which is given as drawn.
    pub fn at<'s>(&'s self, k: usize, split: &'s Split) -> SplitFitter<'s> {
        self.with_solvers(k, split, &[])
    }

    fn with_solvers<'s>(
        &'s self,
        k: usize,
        split: &'s Split,
        of_block: &'s [Option<Box<dyn SharedSolver + 's>>],
    ) -> SplitFitter<'s> {
        let plan = self.context.plan;
        let mut work = SplitState::new(self.common, k, split, plan.model_seed(k));
        work.terms.split = plan.number(k);
        let encoded = Encoded { features: self.context.features, split, made: [None, None, None, None] };
        SplitFitter { fitter: self, work, encoded, of_block }
    }
}

/// The models of a run at the splits of a block.
pub(super) struct BlockFitter<'b> {
    fitter: &'b Fitter<'b>,
    /// By model, of those that share work over the block.
    solvers: Vec<Option<Box<dyn SharedSolver + 'b>>>,
}

impl BlockFitter<'_> {
    /// Ready to fit to split `k` of the block, which is given as drawn.
    pub(super) fn at<'s>(&'s self, k: usize, split: &'s Split) -> SplitFitter<'s> {
        self.fitter.with_solvers(k, split, &self.solvers)
    }
}

/// A matrix for each scaling that the models want, made once a split.
struct Encoded<'a> {
    features: &'a Features,
    split: &'a Split,
    made: [Option<Matrices>; 4],
}

/// Train and test rows, encoded.
struct Matrices {
    train: Array2<f64>,
    test: Array2<f64>,
    /// See [`Encoder::origin`].
    origin: f64,
}

impl Encoded<'_> {
    fn get(&mut self, scaling: Scaling) -> &Matrices {
        self.made[scaling as usize].get_or_insert_with(|| {
            let encoder = Encoder::fit(self.features, &self.split.train, scaling);
            let [train, test] =
                [&self.split.train, &self.split.test].map(|rows| encoder.transform(self.features, rows));
            Matrices { train, test, origin: encoder.origin() }
        })
    }
}

/// A fitted model's predictions for one split.
pub struct Fit {
    /// For test and train rows, and what the model says of itself.
    pub predictions: SplitPredictions,
    /// Why the split was fitted on its own though the model shares work, where that was not planned.
    pub alone: Option<String>,
    /// The setting that the split has chosen, of a tuned model.
    pub choice: Option<Choice>,
}

/// One split, ready to be fitted; what its models have in common is worked out once.
pub struct SplitFitter<'a> {
    pub(super) fitter: &'a Fitter<'a>,
    pub(super) work: SplitState<'a>,
    encoded: Encoded<'a>,
    /// By model, the solvers that have worked on the split's block.
    of_block: &'a [Option<Box<dyn SharedSolver + 'a>>],
}

/// What an error of a split begins with where the solver panicked.
pub(crate) const BROKE_DOWN: &str = "the solver broke down";

/// Turns a panic of a solver into an error of the split.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, FitError>) -> Result<T, FitError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let panic = match panic.downcast::<FitError>() {
            Ok(error) => return Err(*error),
            Err(panic) => panic,
        };
        if panic.is::<Stopped>() {
            return Err(FitError::new("the run was stopped"));
        }
        let why = panic_text(panic.as_ref()).lines().next().unwrap_or_default();
        Err(FitError(format!("{BROKE_DOWN}: {why}")))
    })
}

impl<'a> SplitFitter<'a> {
    /// Fits a model to the train rows and predicts all rows.
    ///
    /// # Errors
    /// Where the model cannot be fitted to these rows.
    pub fn fit(&mut self, model: usize) -> Result<Fit, FitError> {
        guarded(|| Ok(self.fit_unguarded(model, false)?.0))
    }

    /// [`SplitFitter::fit`], and the fitted model for any rows.
    ///
    /// # Errors
    /// As there.
    pub fn fit_and_keep(&mut self, model: usize) -> Result<(Fit, FittedPredictor<'a>), FitError> {
        guarded(|| match self.fit_unguarded(model, true)? {
            (fit, Some(rows)) => Ok((fit, rows)),
            // The shared way has no model to hand out: another fit of the same model has.
            (fit, None) => {
                let unit = self.unit(model, fit.choice.as_ref());
                Ok((fit, self.fit_encoded(unit)?.1))
            }
        })
    }

    /// Has models draw from another seed.
    pub fn reseed(&mut self, other: u64) {
        self.work.terms.seed ^= other.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// What of a model is fitted here.
    pub(super) fn unit(&self, model: usize, choice: Option<&Choice>) -> &'a Unit<'a> {
        &self.fitter.units[model][choice.map_or(0, |choice| choice.setting)]
    }

    /// The predictions of one setting of a tuned model.
    pub(super) fn fit_setting(&mut self, model: usize, setting: usize) -> Result<SplitPredictions, FitError> {
        Ok(self.fit_unit(&self.fitter.units[model][setting], false)?.0.predictions)
    }

    /// Fits what is given, and refuses predictions that are no numbers.
    pub(super) fn fit_unit(&mut self, unit: &Unit, keep: bool) -> Result<(Fit, Option<FittedPredictor<'a>>), FitError> {
        self.fit_with(unit, unit.solver.as_deref(), keep)
    }

    fn fit_with(
        &mut self,
        unit: &Unit,
        solver: Option<&dyn SharedSolver>,
        keep: bool,
    ) -> Result<(Fit, Option<FittedPredictor<'a>>), FitError> {
        let (fit, rows) = self.fit_any(unit, solver, keep)?;
        let split = self.work.split;
        let parts = [(&fit.predictions.test, &split.test, "test"), (&fit.predictions.train, &split.train, "train")];
        for (predictions, rows, part) in parts {
            if predictions.rows() != rows.len() {
                let (made, rows) = (predictions.rows(), rows.len());
                return Err(FitError(format!("it made {made} predictions for {rows} {part} rows")));
            }
            let odd = predictions.not_finite();
            if odd > 0 {
                let of = predictions.rows();
                return Err(FitError(format!("{odd} of its {of} predictions for {part} rows are not finite numbers")));
            }
        }
        Ok((fit, rows))
    }

    fn fit_unguarded(&mut self, model: usize, keep: bool) -> Result<(Fit, Option<FittedPredictor<'a>>), FitError> {
        let choice = self.choose(model)?;
        let unit = self.unit(model, choice.as_ref());
        let of_block = self.of_block.get(model).and_then(Option::as_deref);
        let (fit, rows) = self.fit_with(unit, of_block.or(unit.solver.as_deref()), keep)?;
        Ok((Fit { choice, ..fit }, rows))
    }

    fn fit_any(
        &mut self,
        unit: &Unit,
        solver: Option<&dyn SharedSolver>,
        keep: bool,
    ) -> Result<(Fit, Option<FittedPredictor<'a>>), FitError> {
        let mut alone = None;
        if let Some(solver) = solver {
            let found = if keep {
                solver.fit_and_keep(&self.work)
            } else {
                solver.fit_predict(&self.work).map(|predictions| (predictions, None))
            };
            match found {
                Ok((predictions, rows)) => return Ok((Fit { predictions, alone, choice: None }, rows)),
                Err(Fallback::Failed(error)) => return Err(error),
                Err(Fallback::Refit) => {}
                Err(Fallback::Unsafe(why)) => alone = Some(why.to_owned()),
            }
        }
        if let Some(learner) = unit.learner.by_rows() {
            let (predictions, rows) = self.fit_by_rows(learner)?;
            return Ok((Fit { predictions, alone, choice: None }, Some(rows)));
        }
        if keep {
            let (predictions, rows) = self.fit_encoded(unit)?;
            return Ok((Fit { predictions, alone, choice: None }, Some(rows)));
        }
        let (predictions, _) = self.fit_alone(unit)?;
        Ok((Fit { predictions, alone, choice: None }, None))
    }

    /// Fits to the encoded train rows, by linfa's traits.
    fn fit_alone(&mut self, unit: &Unit) -> Result<(SplitPredictions, Box<dyn Fitted>), FitError> {
        let (context, split) = (self.fitter.context, self.work.split);
        let train_target = context.target.take(&split.train);
        let no_columns = |rows: &[u32]| Array2::zeros((rows.len(), 0));
        let none = Matrices { train: no_columns(&split.train), test: no_columns(&split.test), origin: 0.0 };
        let Matrices { train, test, origin } = match unit.learner.scaling() {
            Some(scaling) => self.encoded.get(scaling),
            None => &none,
        };
        let terms = FitContext { origin: *origin, ..self.work.terms.clone() };
        let fitted = unit.learner.fit(train.clone(), TrainTarget::from(&train_target), &terms)?;
        let predictions = SplitPredictions {
            difficulty: fitted.difficulty(),
            figures: fitted.figures(),
            ..SplitPredictions::new(fitted.predict(test.view()), fitted.predict(train.view()))
        };
        Ok((predictions, fitted))
    }

    /// Fits a model that is given rows of the table.
    fn fit_by_rows(&self, learner: &dyn RowLearner) -> Result<(SplitPredictions, FittedPredictor<'a>), FitError> {
        let (context, split) = (self.fitter.context, self.work.split);
        let rows = |rows| learner.rows(rows, context.features);
        let answers = context.target.take(&split.train);
        let fitted = learner.fit_rows(&rows(&split.train), TrainTarget::from(&answers), &self.work.terms)?;
        let parts = fitted.predict_parts(&[rows(&split.test), rows(&split.train)])?;
        let [test, train] = <[_; 2]>::try_from(parts).map_err(|_| FitError::new("a part has no predictions"))?;
        let predictions = SplitPredictions { difficulty: fitted.difficulty(), ..SplitPredictions::new(test, train) };
        let features = Cow::Borrowed(context.features);
        Ok((predictions, FittedPredictor::ByRows(RowPredictor::new(features, fitted))))
    }

    fn fit_encoded(&mut self, unit: &Unit) -> Result<(SplitPredictions, FittedPredictor<'a>), FitError> {
        let context = self.fitter.context;
        let scaling = unit.learner.scaling();
        let (predictions, fitted) = self.fit_alone(unit)?;
        let encoder = match scaling {
            Some(scaling) => Encoder::fit(context.features, &self.work.split.train, scaling),
            None => Encoder::none(),
        };
        let rows = match fitted.linear() {
            Some(linear) => FittedPredictor::LinearPredictor(LinearPredictor::new(&encoder, &linear)),
            None => FittedPredictor::Encoded(EncodedRows::new(Cow::Borrowed(context.features), encoder, fitted)),
        };
        Ok((predictions, rows))
    }
}
