//! A report of predictions that were kept, by other metrics, claims and probes; nothing is fitted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Evaluation, PreparedEvaluation};
use crate::error::{Error, Result, Subject};
use crate::metric::NamedMetric;
use crate::model::external::ExternalSpec;
use crate::model::{Absent, NotStarted};
use crate::names::listed;
use crate::probe::{PROBES, ProbeSpec};
use crate::report::BehaviourEntry;
use crate::run::predictions::PredictionsFile;
use crate::run::{Part, Question, rescore};
use crate::setting::{METRIC, PROBE};
use crate::verdict::Behaviour;
use crate::warning::{Code, Warning};

/// What is asked of predictions and does not decide what they are. What has become of the files of models that run elsewhere
/// does not matter either: they are not started.
const ASKED_ANEW: [&str; 8] =
    ["metrics", "value", "probes", "probe_splits", "figures", "behaviours", "chains", "sources_of_models"];

/// Refuses probes and behaviours that look at more than predictions for the test rows.
///
/// # Errors
/// An input error that names the first of them.
pub(crate) fn check_of_predictions(probes: &[String], behaviours: &[Behaviour]) -> Result<()> {
    let enough: Vec<&str> = PROBES.iter().filter(|probe| probe.of_predictions).map(|probe| probe.name).collect();
    let enough = format!("predictions are enough for {}", listed(&enough, "and"));
    if let Some(spec) = ProbeSpec::parse_all(probes)?.iter().find(|spec| !spec.info.of_predictions) {
        let (what, about, advice) = if spec.among_all {
            (format!("{}: some probes need", PROBE.to("all")), Subject::from(PROBE), "name the probes")
        } else {
            let name = spec.info.name;
            (format!("probe '{name}' needs"), Subject::Probe(name.to_owned()), "evaluate with it")
        };
        return Err(Error::probe(format!("{what} the fitted models, which are not kept"))
            .about(about)
            .advise(format!("{advice}; {enough}")));
    }
    match behaviours.iter().find(|behaviour| !behaviour.test.is_of_predictions()) {
        Some(Behaviour { name, claim, .. }) => {
            Err(Error::probe(format!("behaviour '{name}' needs the fitted models, which are not kept"))
                .about(Subject::Behaviour(name.clone()))
                .at(&claim.place)
                .advise("leave it out, or evaluate with it"))
        }
        None => Ok(()),
    }
}

/// Columns that behaviours look at, whether they are features or not.
pub(crate) fn columns_of(behaviours: &[Behaviour]) -> BTreeSet<String> {
    behaviours.iter().filter_map(|behaviour| behaviour.test.table_column()).map(str::to_owned).collect()
}

/// Those of the behaviours that were tried when predictions were made.
pub(crate) fn columns_in(question: &Question) -> BTreeSet<String> {
    let kept = question.get("behaviours").cloned().unwrap_or_default();
    let kept: Vec<BehaviourEntry> = serde_json::from_value(kept).unwrap_or_default();
    kept.iter().filter_map(|behaviour| behaviour.test.table_column()).map(str::to_owned).collect()
}

/// The metrics by which a run was scored.
fn metrics_in(question: &Question) -> Vec<&str> {
    let names = question.get("metrics").and_then(serde_json::Value::as_array);
    names.into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
}

impl Evaluation {
    /// Models that run elsewhere, after all others; they are not started.
    pub(crate) fn not_started(self, models: Vec<ExternalSpec>) -> Self {
        let add = |evaluation: Self, spec: ExternalSpec| {
            evaluation.shared_learner(spec.name, Arc::new(NotStarted { source: spec.text }))
        };
        models.into_iter().fold(self, add)
    }

    /// Without bounds on the worst split.
    pub(crate) fn without_claims(mut self) -> Self {
        self.worst_case.clear();
        self.claims.clear();
        self
    }

    /// Reads these columns too.
    pub(crate) fn reading(mut self, columns: impl IntoIterator<Item = String>) -> Self {
        self.also_read.extend(columns);
        self
    }
}

impl PreparedEvaluation {
    /// Checks that predictions are of this data, these splits and these models.
    ///
    /// # Errors
    /// An input error that says what differs.
    pub(crate) fn check_kept(&self, question: &Question) -> Result<()> {
        let [kept, own] = [question.clone(), self.question()].map(|question| question.without(&ASKED_ANEW));
        match kept.difference(&own) {
            None => Ok(()),
            Some(difference) => Err(Error::report(format!(
                "the predictions are of another question than their command asks here: {difference} (the predictions first)"
            ))
            .advise("rescore where the data is as it was, or evaluate anew")),
        }
    }

    /// Scores predictions that were kept; its models are given up, so that the report fits nothing.
    ///
    /// # Errors
    /// An input error where something is asked that needs fitted models or predictions for train rows, or where predictions are
    /// not those that were written.
    pub(crate) fn rescore(&mut self, files: &[PredictionsFile], stop: &AtomicBool) -> Result<Part> {
        let Some(first) = files.first() else { return Err(Error::setting("no file of predictions is given")) };
        let scored_by = metrics_in(first.footer.part.question());
        self.check_answerable(&scored_by)?;
        let has_train = |metric: &NamedMetric| metric.value().is_none() && scored_by.contains(&metric.name.as_str());
        let has_train: Vec<bool> = self.metrics.iter().map(has_train).collect();
        let unknown = self.metrics.iter().zip(&has_train).filter(|(_, has)| !**has);
        let unknown: Vec<&str> = unknown.map(|(metric, _)| metric.name.as_str()).collect();
        self.check_claims(&unknown)?;
        if !unknown.is_empty() {
            let text = format!(
                "{} on train rows is not known: the run kept predictions for test rows alone",
                listed(&unknown, "and")
            );
            self.warnings.push(Warning::new(Code::TrainUnknown, text));
        }
        for model in self.models.iter_mut().skip(1).filter(|model| !model.learner.is_absent()) {
            model.learner = Arc::new(Absent);
        }
        let models: Vec<&str> = self.models.iter().map(|model| model.name.as_str()).collect();
        let mut all: Option<Part> = None;
        for file in files {
            let kept = &file.footer.part;
            self.check_splits_of(kept, scored_by.len())?;
            let batches = file.batches(&models, self.target.labels());
            let part = rescore(&self.observed(), &self.rows, self.question(), (kept, &has_train), batches, stop)?;
            all = Some(match all {
                Some(all) => Part::join(all, part)?,
                None => part,
            });
        }
        all.ok_or_else(|| Error::setting("no file of predictions is given"))
    }

    /// Refuses metrics that need more than the predictions.
    fn check_answerable(&self, scored_by: &[&str]) -> Result<()> {
        if self.value.as_ref().is_some_and(|value| value.chooses()) {
            let text = "[value]: the threshold that is worth most is chosen by fits to train rows, which are not kept";
            return Err(Error::metric(text).advise("state it as a number, as in threshold = 0.4"));
        }
        let primary = self.metrics[0].name.as_str();
        let tuned = self.models.iter().find(|model| model.tuned.is_some());
        match (tuned, scored_by.first()) {
            (Some(tuned), Some(first)) if *first != primary => Err(Error::metric(format!(
                "{} was tuned by {first} on every split, and by {primary} it may have other settings",
                tuned.name
            ))
            .about(METRIC)
            .advise(format!("name {first} first, as in {}", METRIC.to(format!("{first},{primary}"))))),
            _ => Ok(()),
        }
    }

    /// Refuses claims about scores on train rows that are not known.
    fn check_claims(&self, unknown: &[&str]) -> Result<()> {
        for claim in &self.claims {
            let mut terms = claim.statement.terms().into_iter().filter(|term| term.statistic.needs_train());
            if let Some(term) = terms.find(|term| unknown.contains(&term.score.metric.as_str())) {
                return Err(Error::claim(format!(
                    "{}: {} on train rows is not known, since the run kept predictions for test rows alone",
                    claim.statement, term.score.metric
                ))
                .advise("evaluate with this metric"));
            }
        }
        Ok(())
    }
}
