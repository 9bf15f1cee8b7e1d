//! Two models in a chain: what the first predicts is a column that the second is told.

use std::collections::BTreeMap;

use super::{Conclusion, Names, Probe, ProbeContext, ProbeResults, Recorder};
use crate::data::{Encoding, FeatureColumn, MISSING, Target, Task};
use crate::error::{Error, Result};
use crate::metric::{Direction, NamedMetric, Scorer, Undefined};
use crate::model::{ModelSpec, Predictions, registry};
use crate::run::{AuxiliaryFit, FittedSplit, Fitter, NamedModel, RunContext};
use crate::setting::CHAIN;
use crate::split::Split;

/// Folds in which train rows are predicted by models that have not learned from them.
const FOLDS: usize = 5;

/// The family of names that chains give.
pub(super) const GIVES: &[&str] = &["chain"];

/// The primary score with the column's true values and with those that a model upstream predicts from the other
/// columns.
pub struct Chain {
    column: String,
    /// Its only part.
    part: usize,
    /// For each used row whether it has a value of the column.
    known: Vec<bool>,
    /// How the upstream model is scored.
    upstream: NamedMetric,
    /// The place of the upstream fit.
    auxiliary_fit: usize,
}

/// The column of `COLUMN` or `COLUMN=MODEL`, and the model: names of columns may have the sign in them.
fn parse<'t>(text: &'t str, scene: &ProbeContext) -> Result<(&'t str, Option<ModelSpec>)> {
    let wrong = |why: String| Error::probe(format!("{}: {why}", CHAIN.to(text)));
    let found = |column: &str| scene.features.place_of(column.trim());
    if found(text).is_ok() {
        return Ok((text.trim(), None));
    }
    let signs = || text.match_indices('=').map(|(at, _)| (&text[..at], &text[at + 1..]));
    let (column, model) = match signs().find(|(column, _)| found(column).is_ok()).or(signs().next()) {
        Some((column, model)) => (column, Some(model)),
        None => (text, None),
    };
    found(column).map_err(wrong)?;
    let model = model.map(|m| ModelSpec::parse(m.trim())).transpose().map_err(|e| wrong(e.to_string()))?;
    Ok((column.trim(), model))
}

/// The column as a target, and which rows have a value. Rows without one are given some value that nobody learns from:
/// they are left out of every train part.
fn as_target(part: &FeatureColumn, boolean: bool) -> (Target, Vec<bool>) {
    let classes = |codes: Vec<Option<u32>>, labels: Vec<String>| {
        let known: Vec<bool> = codes.iter().map(Option::is_some).collect();
        let codes = codes.into_iter().map(|c| c.unwrap_or(0)).collect();
        let positive = (labels.len() == 2).then_some(1);
        (Target::Classification { codes, labels, positive }, known)
    };
    match part {
        FeatureColumn::Number { values, .. } if boolean => {
            let code = |v: &f64| (!v.is_nan()).then_some(u32::from(*v > 0.5));
            classes(values.iter().map(code).collect(), vec!["false".into(), "true".into()])
        }
        FeatureColumn::Number { values, .. } => {
            let known: Vec<bool> = values.iter().map(|v| !v.is_nan()).collect();
            let present: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
            let middle = crate::stats::median(&present);
            let values = values.iter().map(|v| if v.is_nan() { middle } else { *v }).collect();
            (Target::Regression { values }, known)
        }
        FeatureColumn::Levels { codes, levels, .. } => {
            classes(codes.iter().map(|c| (*c != MISSING).then_some(*c)).collect(), levels.clone())
        }
    }
}

impl Chain {
    /// Makes the upstream fit, which is added to `auxiliary`.
    ///
    /// # Errors
    /// An input error where the column is no feature or a date, the model does not suit it, or no other column is left.
    pub fn new(text: &str, scene: &ProbeContext, auxiliary: &mut Vec<AuxiliaryFit>) -> Result<Self> {
        let (column, model) = parse(text, scene)?;
        let (features, column) = (scene.features, column.to_owned());
        let at = features.place_of(&column).map_err(|why| Error::probe(format!("{}: {why}", CHAIN.to(&column))))?;
        let feature = &features.used[at];
        if feature.encoding == Encoding::Calendar {
            return Err(Error::probe(format!("{}: the column is a date, which no model predicts", CHAIN.to(&column))));
        }
        let part = features.parts_of_columns()[at].start;
        let (target, known) = as_target(&features.parts[part], feature.kind == "boolean");
        let task = target.task();
        let spec = model.map_or_else(|| ModelSpec::parse(registry::default_for(task)), Ok)?;
        if !spec.info.tasks.contains(&task) {
            let what = if task == Task::Regression { "numbers" } else { "labels" };
            return Err(Error::probe(format!(
                "{}: the column holds {what}, which {} does not predict",
                CHAIN.to(&column),
                spec.info.name
            ))
            .advise("name another model"));
        }
        let learner = registry::build(&spec, task).map_err(|e| Error::probe(format!("{}: {e}", CHAIN.to(&column))))?;
        let upstream = NamedMetric::parse_all(&[], &target)?.swap_remove(0);
        let features = features.without(std::slice::from_ref(&column));
        if features.parts.is_empty() {
            return Err(Error::probe(format!("{}: no other column is left to predict it from", CHAIN.to(&column))));
        }
        let model = NamedModel { name: spec.text.clone(), spec: Some(spec), learner: learner.into(), tuned: None };
        auxiliary.push(AuxiliaryFit { features, target: Some(target), models: Some(vec![model]) });
        Ok(Self { column, part, known, upstream, auxiliary_fit: auxiliary.len() - 1 })
    }

    /// The column.
    pub fn column(&self) -> &str {
        &self.column
    }

    fn name(&self, what: &str) -> String {
        format!("chain[{} {what}]", self.column)
    }

    /// Predictions of the upstream model, learned from those of the train rows that have a value.
    fn predict(&self, fitted: &FittedSplit, split: &Split) -> Result<Predictions, Undefined> {
        let train: Vec<u32> = split.train.iter().copied().filter(|r| self.known[*r as usize]).collect();
        let split = Split { train, test: split.test.clone() };
        let fit = fitted.auxiliary[self.auxiliary_fit].at(fitted.k, &split).fit(0);
        Ok(fit.map_err(|_| Undefined("the upstream model could not be fitted"))?.predictions.test)
    }

    /// The primary score of a model that has learned from predicted values too: those of models that had not seen
    /// the row.
    fn retrained(&self, fitted: &FittedSplit, test: &[f64]) -> Result<f64, Undefined> {
        let context = fitted.context;
        let none = Undefined("the train rows give no inner folds");
        let target = fitted.auxiliary[self.auxiliary_fit].target();
        let folds = context.plan.inner(fitted.k, fitted.split, target, FOLDS).map_err(|_| none)?;
        let mut predicted: BTreeMap<u32, f64> = BTreeMap::new();
        for fold in &folds {
            predicted.extend(fold.test.iter().copied().zip(cells_of(&self.predict(fitted, fold)?)));
        }
        // In time the first rows have no earlier ones that could predict them.
        let train: Vec<u32> = fitted.split.train.iter().copied().filter(|r| predicted.contains_key(r)).collect();
        predicted.extend(fitted.split.test.iter().copied().zip(test.iter().copied()));
        let all: Vec<u32> = (0..context.features.rows as u32).collect();
        let mut cells = context.features.cells(&all);
        predicted.iter().for_each(|(row, cell)| cells[[*row as usize, self.part]] = *cell);
        let features = context.features.with_cells(cells.view());
        let here = RunContext { features: &features, observer: None, ..*context };
        let (common, split) = (here.common(), Split { train, test: fitted.split.test.clone() });
        let fit = Fitter::alone(&here, &common).at(fitted.k, &split).fit(fitted.model);
        let fit = fit.map_err(|_| Undefined("the model could not be fitted to predicted values"))?.predictions;
        Scorer::new(&context.metrics[..1], context.target, &split.test).score(&fit.test)[0]
    }
}

/// Predictions as cells of the column.
fn cells_of(predictions: &Predictions) -> Vec<f64> {
    match predictions {
        Predictions::Values(values) => values.clone(),
        Predictions::Classes { labels, .. } => labels.iter().map(|l| f64::from(*l)).collect(),
    }
}

impl Probe for Chain {
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, scene: &ProbeContext, names: &mut Names) {
        let direction = scene.metrics[0].direction;
        ["true", "predicted", "retrained"].iter().for_each(|what| names.reading(self.name(what), direction));
        names.reading(self.name("loss"), Direction::Lower);
        names.reading(self.name("upstream"), self.upstream.direction);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let Some(model) = fitted.rows else { return };
        let (metric, test) = (&fitted.context.metrics[0], &fitted.split.test);
        let sign = metric.direction.sign();
        let upstream = self.predict(fitted, fitted.split);
        let with = upstream.as_ref().map_err(|e| *e).and_then(|upstream| {
            let mut cells = fitted.context.features.cells(test);
            cells.column_mut(self.part).iter_mut().zip(cells_of(upstream)).for_each(|(cell, v)| *cell = v);
            fitted.scorer().score_at(&model.predict(Some(test), cells.view()), fitted.threshold)[0]
        });
        let retrained =
            upstream.as_ref().map_err(|e| *e).and_then(|upstream| self.retrained(fitted, &cells_of(upstream)));
        let loss = fitted.test[0].and_then(|score| with.map(|with| sign * (score - with)));
        // The upstream score is of the test rows whose value is known.
        let score = upstream.and_then(|upstream| {
            let at: Vec<usize> = (0..test.len()).filter(|i| self.known[test[*i] as usize]).collect();
            let rows: Vec<u32> = at.iter().map(|i| test[*i]).collect();
            if rows.is_empty() {
                return Err(Undefined("no test row has a value of the column"));
            }
            let target = fitted.auxiliary[self.auxiliary_fit].target();
            let own = upstream.pick(&at);
            Scorer::new(std::slice::from_ref(&self.upstream), target, &rows).score(&own)[0]
        });
        notes.read(self.name("true"), metric.direction, fitted.test[0]);
        notes.read(self.name("predicted"), metric.direction, with);
        notes.read(self.name("retrained"), metric.direction, retrained);
        notes.read(self.name("loss"), Direction::Lower, loss);
        notes.read(self.name("upstream"), self.upstream.direction, score);
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        let mean = |what: &str| over.mean(&self.name(what)).map_or("none".into(), |m| format!("{m:.4}"));
        let losses = over.values(&self.name("loss"));
        let sure = match over.interval(&losses, 0.95) {
            Some((loss, [low, high])) => format!(" (loss {loss:.4}, 95 % from {low:.4} to {high:.4})"),
            None => String::new(),
        };
        conclusion.lines.push(format!(
            "chain: {} {} with the true {}, {} with predicted values{sure}, {} where it has learned from such; upstream {} {}",
            over.metric,
            mean("true"),
            self.column,
            mean("predicted"),
            mean("retrained"),
            self.upstream.name,
            mean("upstream")
        ));
    }
}
