//! One split: every model fitted, scored and looked at.

use std::borrow::Cow;

use super::clock::timed;
use super::context::RunContext;
use super::evaluate::{ModelScores, SplitScores, Work};
use super::fit::{Fit, guarded};
use super::fitter::{BlockFitter, Fitter};
use super::observe::{FittedSplit, Observation, SplitObserver};
use super::passes::completed;
use crate::metric::{NOT_A_SUM, Scorer, Undefined};
use crate::model::{FitError, FittedPredictor};
use crate::split::Split;

/// How often a split is done again whose worker was ended by others.
const MOST_AGAIN: usize = 3;

/// What scores the models of a split, whoever has fitted them.
pub(super) struct SplitScorer<'s> {
    context: &'s RunContext<'s>,
    fitter: &'s Fitter<'s>,
    auxiliary: &'s [Fitter<'s>],
    k: usize,
    split: &'s Split,
    test: Scorer<'s>,
}

impl<'s> SplitScorer<'s> {
    /// For split `k`, as drawn.
    pub fn new(
        context: &'s RunContext<'s>,
        fitter: &'s Fitter<'s>,
        auxiliary: &'s [Fitter<'s>],
        k: usize,
        split: &'s Split,
    ) -> Self {
        let test = Scorer::new(context.metrics, context.target, &split.test);
        Self { context, fitter, auxiliary, k, split, test }
    }

    /// Who looks at a model here.
    fn observer(&self, model: usize) -> Option<&'s dyn SplitObserver> {
        // There is nothing to see in a model that uses no features.
        let has_features = self.context.models[model].learner.scaling().is_some();
        self.context.observer.filter(|observer| observer.observes(self.k) && has_features)
    }

    /// The scores of a model's predictions, and what is seen of it; those on the train rows are given.
    pub fn score(
        &self,
        model: usize,
        fit: Fit,
        rows: Option<&FittedPredictor>,
        threshold: Option<f64>,
        train: Vec<Result<f64, Undefined>>,
    ) -> ModelScores {
        let test = self.test.score_at(&fit.predictions.test, threshold);
        let confusion = self.test.counts(&fit.predictions.test);
        let observation = self.observer(model).map(|observer| {
            let fitted = FittedSplit {
                context: self.context,
                fitter: self.fitter,
                auxiliary: self.auxiliary,
                k: self.k,
                split: self.split,
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
        let Fit { predictions, alone, choice } = fit;
        let figures = predictions.figures.into_iter().chain(threshold.map(|t| ("threshold", t)));
        ModelScores {
            test,
            train,
            confusion,
            difficulty: predictions.difficulty,
            figures: figures.map(|(name, figure)| (Cow::Borrowed(name), figure)).collect(),
            alone,
            choice,
            observation,
            predictions: self.context.keep_predictions.then_some(predictions.test),
        }
    }

    /// The split with what has come of its models.
    pub fn scores(&self, models: Vec<Result<ModelScores, FitError>>) -> SplitScores {
        let split = self.split;
        SplitScores {
            k: self.k,
            number: self.context.plan.number(self.k),
            n_train: split.train.len(),
            distinct_train: split.distinct_train(),
            n_test: split.test.len(),
            test_rows: self.context.keep_predictions.then(|| split.test.clone()),
            parts: split.fingerprint(),
            models,
        }
    }
}

/// One split, as drawn, scored for every model.
pub(super) fn one_split(work: &Work, block: &BlockFitter, k: usize, split: &Split) -> SplitScores {
    let Work { context, fitter, auxiliary, .. } = *work;
    let mut here = block.at(k, split);
    let scorer = SplitScorer::new(context, fitter, auxiliary, k, split);
    let train_scorer = Scorer::new(context.metrics, context.target, &split.train);
    // Scores from sums are the same numbers whatever else is wanted of a split.
    let of_sums = work.sums.map(|passes| passes.one(k));
    let of_sums = |model: usize| of_sums.as_ref().and_then(|models| models[model].as_ref());
    let mut score = |model: usize| {
        let sums = of_sums(model);
        let has_all = |scores: &&ModelScores| {
            scorer.observer(model).is_none() && !context.keep_predictions && !scores.test.contains(&Err(NOT_A_SUM))
        };
        if let Some(scores) = sums.filter(has_all) {
            return Ok(scores.clone());
        }
        let (fit, rows) = match scorer.observer(model) {
            Some(observer) if observer.needs_model() => {
                let (fit, rows) = here.fit_and_keep(model)?;
                (fit, Some(rows))
            }
            _ => (here.fit(model)?, None),
        };
        // Scoring is behind the same guard as fitting: a model's odd predictions end one split, not the run.
        guarded(|| {
            let threshold = here.threshold(model, &fit);
            let train = train_scorer.score_at(&fit.predictions.train, threshold);
            let mut scores = scorer.score(model, fit, rows.as_ref(), threshold, train);
            if let Some(sums) = sums {
                scores.test = completed(sums.test.clone(), scores.test);
                scores.train = completed(sums.train.clone(), scores.train);
            }
            Ok(scores)
        })
    };
    // What other splits' ends took with them is done again; a split that ends its worker by itself has failed.
    let mut score = |model: usize| {
        let by_rows = context.models[model].learner.by_rows();
        let interrupted = || by_rows.is_some_and(|learner| learner.was_interrupted());
        // What is left of an earlier split.
        interrupted();
        let mut scores = score(model);
        for _ in 0..MOST_AGAIN {
            let is_done = scores.as_ref().is_ok_and(|s| s.observation.as_ref().is_none_or(|o| o.failed.is_none()));
            if is_done || !interrupted() {
                break;
            }
            scores = score(model);
        }
        scores
    };
    let models = (0..context.models.len()).map(|model| timed(context.clock, model, || score(model))).collect();
    context.clock.inspect(|clock| clock.split());
    scorer.scores(models)
}
