//! From an evaluation to a model to keep: fitted to all used rows, with what its splits say of its errors.

use indexmap::IndexMap;
use rayon::prelude::*;

use super::PreparedEvaluation;
use crate::data::Target;
use crate::error::{Error, Result};
use crate::inspect::other_run;
use crate::metric::NamedMetric;
use crate::model::FittedPredictor;
use crate::model::saved::Learned;
use crate::predict::{
    KnownFeatures, MODEL_SCHEMA, MOST_ERRORS, ModelFile, ReadOptions, Residuals, SavedData, SavedModel, SavedPlan,
    SavedScore, SavedScores, SavedTarget, SavedTuning, SplitModel, absolute_errors,
};
use crate::report::{Model, Report};
use crate::run::{Engine, Fit, Fitter, RunContext};
use crate::setting::MODEL;
use crate::split::Split;

/// Which models of splits a model file keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ensemble {
    /// The first 50, where these take at most about 8 MB.
    #[default]
    Auto,
    /// The first so many.
    First(usize),
    /// All.
    All,
    /// None, and none of their errors either: nothing of the splits is asked for, so that none is fitted again.
    NothingOfSplits,
}

/// Models of splits that are kept where nothing is said: enough for a 95 % range.
const USUAL: usize = 50;

/// Bytes that these may take.
const USUAL_BYTES: usize = 8 << 20;

/// What is learned of one split.
struct OfSplit {
    number: u64,
    errors: Vec<(u32, f64)>,
    agrees: Option<bool>,
    kept: Option<(Learned, Option<f64>)>,
}

impl PreparedEvaluation {
    /// Fits a model, by its place, to all used rows, and to every split of the report again for its errors, unless nothing of
    /// the splits is asked for. `of` is the
    /// model in the report; `each` is called for every split that is done. The setting of a tuned model is chosen on all
    /// rows by inner folds, as on every split.
    ///
    /// # Errors
    /// An input error for a learner of a program's own, and where splits do not score as the report says; a run error where
    /// the model cannot be fitted to all rows.
    pub fn fit_model(
        &self,
        model: usize,
        of: &Model,
        report: &Report,
        ensemble: Ensemble,
        each: impl Fn() + Sync,
    ) -> Result<ModelFile> {
        let named = &self.models[model];
        let Some(kind) = named.kind() else {
            return Err(Error::model(format!("model '{}' is a program's own, which no file can hold", of.name))
                .advise(format!("choose another {MODEL}")));
        };
        let mut context = self.evaluation(&self.models[model..=model]);
        // Fitted alone, trees ask about encoded columns; with shared work the same trees ask about those of the table.
        if matches!(kind, "tree" | "forest" | "extra-trees" | "boost") {
            context.engine = Engine::Auto;
        }
        let pool = context.pool()?;
        let common = context.common();
        let whole = pool.install(|| {
            let fitter = Fitter::new(&context, &common)?;
            let rows = Split { train: (0..self.rows.len() as u32).collect(), test: Vec::new() };
            let mut here = fitter.at(0, &rows);
            let (fit, fitted) = here
                .fit_and_keep(0)
                .map_err(|why| Error::run(format!("{} cannot be fitted to all rows: {why}", of.name)))?;
            let threshold = labels_threshold(&context, &fit, || here.threshold(0, &fit));
            Ok::<_, Error>((learned(&fitted, &of.name)?, threshold, fit))
        })?;
        let (learned_of_all, threshold, fit) = whole;
        let splits = match self.kept(ensemble, &learned_of_all, of.splits.len()) {
            _ if ensemble == Ensemble::NothingOfSplits => Vec::new(),
            kept => self.learn_splits(&context, of, report, kept, &each)?,
        };
        let measured = splits.iter().filter(|split| !split.errors.is_empty()).count();
        let mut ensemble = Vec::new();
        let mut errors = Vec::new();
        for split in splits {
            errors.extend(split.errors);
            let kept = split.kept.map(|(learned, threshold)| SplitModel { split: split.number, learned, threshold });
            ensemble.extend(kept);
        }
        let spec = named.spec_of(fit.choice.as_ref());
        let params: IndexMap<_, _> =
            spec.iter().flat_map(|spec| &spec.params).map(|(name, value)| (name.to_string(), value.clone())).collect();
        let file = ModelFile {
            schema: MODEL_SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: self.saved_target(),
            data: self.saved_data(),
            features: KnownFeatures::of(&self.features, &self.table).list().to_vec(),
            model: SavedModel {
                name: of.name.clone(),
                kind: kind.to_owned(),
                params,
                tuning: named.tuned.as_ref().zip(fit.choice.as_ref()).map(|(tuned, choice)| SavedTuning {
                    grid: tuned.grid.clone(),
                    setting: tuned.settings[choice.setting].name.clone(),
                    folds: choice.folds,
                    inner_score: choice.inner[choice.setting],
                }),
                difficulty: fit.predictions.difficulty,
            },
            learned: learned_of_all,
            threshold,
            scores: scores(report, of),
            residuals: Residuals::pooled(errors, measured),
            ensemble,
        };
        // What is written can be read.
        let bytes = serde_json::to_vec(&file).map_err(|e| Error::internal(e.to_string()))?;
        ModelFile::from_bytes(&bytes)
            .map_err(|why| Error::run(format!("the fitted {} cannot be written: {why}", of.name)))
    }

    /// How many models of splits are kept.
    fn kept(&self, ensemble: Ensemble, learned: &Learned, splits: usize) -> usize {
        match ensemble {
            Ensemble::All => usize::MAX,
            Ensemble::First(count) => count,
            Ensemble::NothingOfSplits => 0,
            Ensemble::Auto => {
                let bytes = serde_json::to_vec(learned).map_or(usize::MAX, |bytes| bytes.len());
                if bytes.saturating_mul(USUAL.min(splits)) <= USUAL_BYTES { USUAL } else { 0 }
            }
        }
    }

    /// Fits the model to the splits of the report again, and keeps what the first `kept` have learned.
    fn learn_splits(
        &self,
        context: &RunContext,
        of: &Model,
        report: &Report,
        kept: usize,
        each: &(impl Fn() + Sync),
    ) -> Result<Vec<OfSplit>> {
        let scored = report.scored_splits(of);
        let subject = self.subject(context.models, 0, &scored);
        let needs_errors = matches!(self.target, Target::Regression { .. });
        let count = if needs_errors { scored.len() } else { kept.min(scored.len()) };
        let common = context.common();
        let done = context.pool()?.install(|| {
            let fitter = Fitter::new(context, &common)?;
            let one = |k: usize| {
                let split = context.plan.draw(k);
                let mut here = fitter.at(k, &split);
                let fitted = if k < kept {
                    here.fit_and_keep(0).map(|(fit, fitted)| (fit, Some(fitted)))
                } else {
                    here.fit(0).map(|fit| (fit, None))
                };
                each();
                // A split that cannot be fitted has no say.
                let Ok((fit, fitted)) = fitted else { return Ok(None) };
                let kept = match fitted {
                    Some(fitted) => {
                        let threshold = labels_threshold(context, &fit, || here.threshold(0, &fit));
                        Some((learned(&fitted, &of.name)?, threshold))
                    }
                    None => None,
                };
                let test = &fit.predictions.test;
                let wanted = (k + 1).saturating_mul(split.test.len()) <= MOST_ERRORS;
                let errors = if wanted { absolute_errors(&self.target, &split.test, test) } else { Vec::new() };
                let agrees = subject.scores_again(k, &split.test, test);
                Ok(Some(OfSplit { number: context.plan.number(k), errors, agrees, kept }))
            };
            (0..count).into_par_iter().map(one).collect::<Result<Vec<_>>>()
        })?;
        let done: Vec<OfSplit> = done.into_iter().flatten().collect();
        let differing = done.iter().filter(|split| split.agrees == Some(false)).count();
        if differing > 0 { Err(other_run(differing, count)) } else { Ok(done) }
    }

    fn saved_target(&self) -> SavedTarget {
        let labels = self.target.labels().to_vec();
        SavedTarget {
            name: self.target_name.clone(),
            task: self.target.task(),
            positive: self.target.positive().map(|yes| labels[yes as usize].clone()),
            labels,
        }
    }

    fn saved_data(&self) -> SavedData {
        let config = &self.config;
        SavedData {
            fingerprint: self.fingerprint.clone(),
            train_rows: self.rows.len(),
            read: ReadOptions {
                na: config.na.clone(),
                keep_na: config.keep_na.clone(),
                delimiter: config.delimiter.clone(),
                decimal: config.decimal.clone(),
                thousands: config.thousands.clone(),
            },
        }
    }
}

/// What a fitted model has learned.
fn learned(fitted: &FittedPredictor, name: &str) -> Result<Learned> {
    fitted.learned().ok_or_else(|| {
        Error::model(format!("model '{name}' cannot be kept in a file")).advise(format!("choose another {MODEL}"))
    })
}

/// The threshold of labels, where they are not those of the largest probability.
fn labels_threshold(context: &RunContext, fit: &Fit, chosen: impl FnOnce() -> Option<f64>) -> Option<f64> {
    let value = context.metrics.iter().find_map(NamedMetric::value)?;
    value.relabel(&mut fit.predictions.train.clone(), chosen())
}

/// How good the model was, as the report says.
fn scores(report: &Report, of: &Model) -> SavedScores {
    let score = |name: &String| {
        let summary = of.metrics.get(name)?;
        let score =
            SavedScore { direction: summary.direction, count: summary.count, mean: summary.mean, ci95: summary.ci95 };
        Some((name.clone(), score))
    };
    let plan = &report.plan;
    SavedScores {
        plan: SavedPlan { scheme: plan.scheme.clone(), seed: plan.seed.unwrap_or_default(), splits: of.splits.len() },
        metrics: report.metrics.iter().filter_map(score).collect(),
    }
}
