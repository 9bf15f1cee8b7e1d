//! What the Python package asks for, as it comes over: one JSON object.

use std::path::PathBuf;
use std::time::Duration;

use randsplit::metric::MetricSpec;
use randsplit::model::external::{ExternalOptions, ExternalSpec};
use randsplit::run::bytes_of;
use randsplit::{Dataset, Engine, Error, Evaluation, NullOptions, Result, Scheme, Size, StoppingOptions, Task};
use serde::Deserialize;

use crate::judging::Judging;

/// A metric of the library, or the place of one of the caller's own.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum MetricChoice {
    Own(usize),
    Name(String),
}

/// The settings of an evaluation, each by its keyword.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    target: String,
    task: Option<String>,
    positive: Option<String>,
    features: Vec<String>,
    drop: Vec<String>,
    id: Option<String>,
    encode: Vec<(String, String)>,
    na: Vec<String>,
    keep_na: Vec<String>,
    text: Vec<String>,
    number: Vec<String>,
    splits: Option<usize>,
    auto: bool,
    precision: Option<f64>,
    scheme: Option<String>,
    test_size: Option<f64>,
    train_size: Option<f64>,
    seed: u64,
    group: Option<String>,
    stratify: Option<String>,
    time: Option<String>,
    gap: usize,
    models: Vec<String>,
    grids: Vec<String>,
    tunes: Vec<String>,
    metrics: Vec<MetricChoice>,
    judging: Judging,
    behaviours: Vec<serde_json::Value>,
    fail_fast: bool,
    null: Option<(usize, usize)>,
    probes: Vec<String>,
    probe_splits: Option<usize>,
    chains: Vec<String>,
    checks: Option<bool>,
    repeat_check: Option<usize>,
    engine: Option<String>,
    threads: usize,
    timings: bool,
    python: Option<PathBuf>,
    timeout: Option<f64>,
    memory: Option<String>,
    sample_rows: Option<usize>,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// An internal error: the package has made them.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| Error::internal(format!("the settings cannot be read: {e}")))
    }

    /// The evaluation of a dataset that they ask for, without models that run in Python's processes; `own` has the metrics
    /// that are the caller's.
    ///
    /// # Errors
    /// An input error for a value that a setting does not have.
    pub fn evaluation(self, dataset: Dataset, mut own: Vec<Option<MetricSpec>>) -> Result<Evaluation> {
        let (external, models): (Vec<String>, Vec<String>) =
            self.models.into_iter().partition(|model| ExternalSpec::is_one(model));
        let external = external.iter().map(|text| ExternalSpec::parse(text)).collect::<Result<Vec<_>>>()?;
        let mut options = ExternalOptions::default();
        options.python = self.python;
        options.timeout = self.timeout.map(timeout).transpose()?;
        let judging = self.judging;
        let (claims, allowed, rope) = (judging.claims(&self.behaviours)?, judging.allowed()?, judging.rope()?);
        let mut evaluation = Evaluation::new(dataset, &self.target)
            .models(models)
            .external(external)
            .external_options(options)
            .grids(self.grids)
            .tunes(self.tunes)
            .probes(self.probes)
            .probe_splits(self.probe_splits)
            .chains(self.chains)
            .null(self.null.map(|(permutations, splits)| NullOptions { permutations, splits }))
            .checks(self.checks.unwrap_or(true))
            .repeat_check(self.repeat_check)
            .timings(self.timings)
            .memory(self.memory.as_deref().map(memory).transpose()?)
            .sample_rows(self.sample_rows)
            .threads(self.threads)
            .engine(engine(self.engine.as_deref())?)
            .confidence(judging.confidence)
            .stated(claims.claims)
            .behaviours(claims.behaviours)
            .value(claims.value)
            .rope(rope)
            .stopping(StoppingOptions {
                auto: self.auto,
                precision: self.precision.unwrap_or(randsplit::stopping::PRECISION),
                fail_fast: self.fail_fast,
            });
        for choice in self.metrics {
            let spec = match choice {
                MetricChoice::Name(name) => MetricSpec::Named(name),
                MetricChoice::Own(place) => own
                    .get_mut(place)
                    .and_then(Option::take)
                    .ok_or_else(|| Error::internal(format!("there is no metric {place} of the caller's own")))?,
            };
            evaluation = evaluation.metric(spec);
        }
        evaluation.selection.features = self.features;
        evaluation.selection.drop = self.drop;
        evaluation.selection.id = self.id;
        evaluation.target.task = self.task.as_deref().map(task).transpose()?;
        evaluation.target.positive = self.positive;
        evaluation.encode.encode = self.encode;
        evaluation.load.missing = self.na;
        evaluation.load.keep_missing = self.keep_na;
        evaluation.load.text = self.text;
        evaluation.load.number = self.number;
        let plan = &mut evaluation.plan;
        plan.splits = self.splits;
        plan.seed = self.seed;
        plan.gap = self.gap;
        (plan.group, plan.stratify, plan.time) = (self.group, self.stratify, self.time);
        plan.test_size = self.test_size.map(|value| size("test_size", value)).transpose()?;
        plan.train_size = self.train_size.map(|value| size("train_size", value)).transpose()?;
        plan.scheme = self.scheme.map(|text| scheme(&text)).transpose()?;
        for text in judging.fail_below {
            evaluation = evaluation.fail_below(text);
        }
        for text in judging.fail_above {
            evaluation = evaluation.fail_above(text);
        }
        if let Some(allowed) = allowed {
            evaluation = evaluation.allow_failed(allowed);
        }
        Ok(evaluation)
    }
}

fn timeout(seconds: f64) -> Result<Duration> {
    match Duration::try_from_secs_f64(seconds) {
        Ok(timeout) if seconds > 0.0 => Ok(timeout),
        _ => Err(Error::setting(format!("timeout={seconds} is not a number of seconds above 0"))
            .advise("give one such as 60")),
    }
}

fn memory(text: &str) -> Result<u64> {
    bytes_of(text).map_err(|advice| Error::setting(format!("memory='{text}' is no size")).advise(advice))
}

fn task(text: &str) -> Result<Task> {
    match text {
        "regression" => Ok(Task::Regression),
        "classification" => Ok(Task::Classification),
        _ => Err(Error::setting(format!("task='{text}' is neither regression nor classification"))
            .advise("give one of these, or leave it out")),
    }
}

fn engine(text: Option<&str>) -> Result<Engine> {
    match text {
        None | Some("auto") => Ok(Engine::Auto),
        Some("shared") => Ok(Engine::Shared),
        Some("per-split") => Ok(Engine::PerSplit),
        Some(other) => Err(Error::setting(format!("engine='{other}' is none of auto, shared and per-split"))
            .advise("give one of these, or leave it out")),
    }
}

fn size(name: &str, value: f64) -> Result<Size> {
    value.to_string().parse().map_err(|e: String| Error::setting(format!("{name}: {e}")))
}

fn scheme(text: &str) -> Result<Scheme> {
    text.parse().map_err(|e| Error::setting(format!("scheme='{text}': {e}")))
}
