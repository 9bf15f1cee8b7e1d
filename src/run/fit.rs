//! One model fitted to one split, with shared work where the model can.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ndarray::Array2;

use super::fitter::{Fitter, Unit};
use super::tune::Choice;
use crate::data::{Encoder, Features, Scaling};
use crate::error::panic_text;
use crate::model::by_rows::RowPredictor;
use crate::model::interrupt::Stopped;
use crate::model::rows::EncodedRows;
use crate::model::shared::{Fallback, SharedSolver, SplitPredictions, SplitState};
use crate::model::{FitContext, FitError, Fitted, FittedPredictor, LinearPredictor, RowLearner, TrainTarget};
use crate::split::Split;

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
    /// Ready to fit to split `k`, with the solvers that have worked on its block, by model.
    pub(super) fn new(
        fitter: &'a Fitter<'a>,
        k: usize,
        split: &'a Split,
        of_block: &'a [Option<Box<dyn SharedSolver + 'a>>],
    ) -> Self {
        let plan = fitter.context.plan;
        let mut work = SplitState::new(fitter.common(), k, split, plan.model_seed(k));
        work.terms.split = plan.number(k);
        let encoded = Encoded { features: fitter.context.features, split, made: [None, None, None, None] };
        Self { fitter, work, encoded, of_block }
    }

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
        let split = self.work.split();
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
        let (context, split) = (self.fitter.context, self.work.split());
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
        let (context, split) = (self.fitter.context, self.work.split());
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
            Some(scaling) => Encoder::fit(context.features, &self.work.split().train, scaling),
            None => Encoder::none(),
        };
        let rows = match fitted.linear() {
            Some(linear) => FittedPredictor::LinearPredictor(LinearPredictor::new(&encoder, &linear)),
            None => FittedPredictor::Encoded(EncodedRows::new(Cow::Borrowed(context.features), encoder, fitted)),
        };
        Ok((predictions, rows))
    }
}
