//! From what is asked to what can be run: data loaded, and every name and size checked.

use std::sync::Arc;

use super::by_column::sampled;
use super::external::External;
use super::prepared::PreparedEvaluation;
use super::task::Told;
use super::{Evaluation, grid, own_learners, tune};
use crate::data::{Column, Features, Target, Task, fingerprint, read_target};
use crate::error::{Error, Result, Subject};
use crate::inspect::Screen;
use crate::metric::{NamedMetric, Needs, rare_class_note};
use crate::model::external::Wanted;
use crate::model::{GridSpec, ModelSpec, registry};
use crate::probe::{ProbeContext, ProbeGround, ProbeRequest, ProbeSpec, Probes, offered};
use crate::report::{BehaviourEntry, Config};
use crate::run::{Clock, NamedModel};
use crate::setting::{FAIL_ABOVE, FAIL_BELOW, GRID, GROUP, ID, MODEL, TASK, TIME, TUNE};
use crate::split::Plan;
use crate::threads::count;
use crate::verdict::claim::{Known, cannot_fail};
use crate::verdict::{Behaviour, Bound, Claim, WorstCaseBound};
use crate::warning::{Code, Warning};

impl Evaluation {
    /// Loads the data and checks everything that can be checked before a model is fitted.
    ///
    /// # Errors
    /// An input error for whatever is wrong with the evaluation.
    pub fn prepare(&self) -> Result<PreparedEvaluation> {
        let mut selection = self.selection.clone();
        let plan = &self.plan;
        for (setting, column, why) in [
            (GROUP, &plan.group, "a group would hold one value of what is predicted"),
            (TIME, &plan.time, "the test rows would be those with the largest values of what is predicted"),
            (ID, &selection.id, "its value stands beside a row's number anyway"),
        ] {
            if column.as_ref() == Some(&selection.target) {
                let text = format!("{} is the target: {why}; name another column", setting.to(&selection.target));
                return Err(Error::setting(text).about(setting));
            }
        }
        selection.plan = [&plan.group, &plan.time, &plan.stratify].into_iter().flatten().cloned().collect();
        // A group's name says nothing about the rows of another group; a time is a feature like others.
        selection.plan_only = plan.group.iter().cloned().collect();
        // Names that need no data are checked before a large file is read.
        own_learners::check(self.own_model.as_deref(), &self.learners, &self.external)?;
        let mut specs = self.models.iter().map(|m| ModelSpec::parse(m)).collect::<Result<Vec<_>>>()?;
        let grids = self.grids.iter().map(|g| GridSpec::parse(GRID, g)).collect::<Result<Vec<_>>>()?;
        let tunes = self.tunes.iter().map(|t| GridSpec::parse(TUNE, t)).chain(self.reopened.clone().map(Ok));
        let tunes = tunes.collect::<Result<Vec<_>>>()?;
        let grids = grid::add_settings(grids, &mut specs)?;
        // It is there anyway; a second row of that name is for those who ask for nothing else.
        if specs.iter().any(|spec| spec.info.name != BASELINE) {
            specs.retain(|spec| spec.info.name != BASELINE);
        }
        let request = ProbeRequest {
            probes: ProbeSpec::parse_all(&self.probes)?,
            behaviours: self.behaviours.iter().map(Behaviour::stated).collect(),
            chains: &self.chains,
            first: self.probe_splits,
            figures: self.figures,
        };
        let looked = self.behaviours.iter().filter_map(|b| b.test.table_column()).map(str::to_owned);
        selection.plan.extend(looked.chain(self.also_read.iter().cloned()));
        // What names something is not read as a number for good: labels, levels and groups.
        let levels = |(_, how): &&(String, String)| matches!(how.as_str(), "onehot" | "frequency");
        selection.levels = self.encode.encode.iter().filter(levels).map(|(column, _)| column.clone()).collect();
        selection.levels.extend(plan.group.clone());
        selection.levels.extend(selection.id.iter().filter(|id| plan.time.as_ref() != Some(*id)).cloned());
        selection.numbers = plan.time.iter().cloned().collect();
        match self.target.task {
            Some(Task::Regression) => selection.numbers.push(selection.target.clone()),
            Some(Task::Classification) => selection.levels.push(selection.target.clone()),
            None => selection.few_levels.push(selection.target.clone()),
        }
        let (mut table, by_column) = self.read(&selection)?;
        if let Some(id) = &selection.id {
            let needed = selection.needs_id(&table.names, &table.path)?;
            table.name_rows(id, needed)?;
        }
        let (mut target, mut rows, mut warnings) = read_target(&table, &selection.target, &self.target)?;
        warnings.append(&mut table.notes);
        if let Some(most) = self.sample_rows
            && let Some((of_sample, drawn, note)) = sampled(&target, &rows, most, self.plan.seed)?
        {
            (target, rows) = (of_sample, drawn);
            warnings.push(note);
        }
        check_classes(&target, &selection.target, self.dataset.name())?;
        if target.task() == Task::Regression {
            let is_target = |column: &&mut Column| column.name == selection.target;
            table.columns.iter_mut().filter(is_target).for_each(|column| column.written = None);
        }
        let values = &table.column(&selection.target)?.values;
        let told = Told { name: &selection.target, values, options: &self.target };
        let of_task = self.metrics.iter().try_for_each(|m| m.check_task(target.task()));
        told.explain(target.task(), of_task)?;
        let mut metrics = NamedMetric::parse_all(&self.metrics, &target)?;
        if self.metrics.is_empty() {
            warnings.extend(rare_class_note(&target).map(|note| Warning::new(Code::RareClass, note)));
        }
        let value = self.value.as_ref().map(|v| v.resolve(&target)).transpose()?;
        metrics.extend(value.iter().flat_map(NamedMetric::of_value));
        self.rope.check(metrics.iter().map(|m| m.name.as_str()))?;
        let directions: Vec<_> = metrics.iter().map(|m| (m.name.clone(), m.direction)).collect();
        let gate = |(bound, text): &(Bound, String)| {
            let setting = if *bound == Bound::Below { FAIL_BELOW } else { FAIL_ABOVE };
            let parsed = WorstCaseBound::parse(text, *bound, &directions, Some(target.task()));
            let parsed = parsed.map_err(|e| e.about(setting))?;
            Ok(Claim { allowed: self.allowed, ..parsed.claim() })
        };
        let mut claims = self.worst_case.iter().map(gate).collect::<Result<Vec<_>>>()?;
        let worst_case = claims.len();
        let mut asked = specs.iter().chain(tunes.iter().flat_map(|t| &t.settings));
        told.explain(target.task(), asked.try_for_each(|spec| registry::check_task(spec, target.task())))?;
        let tuned = tune::tuned_models(tunes, target.task(), &metrics)?;
        let mut models = named_models(
            specs,
            target.task(),
            tuned.is_empty() && self.learners.is_empty() && self.external.is_empty() && self.hosted.is_none(),
        )?;
        models.extend(tuned);
        own_learners::add(&self.learners, &selection.target, target.task(), &mut models)?;
        let grids = grids.into_iter().map(|g| g.named(&models)).collect();
        let (features, more, stored, read) = match &by_column {
            None => {
                let (features, more) = Features::new(&table, &selection, &rows, &self.encode)?;
                (features, more, None, None)
            }
            Some(by_column) => {
                let in_passes = self.sample_rows.is_none();
                if in_passes {
                    warnings.push(by_column.check(&target, &models, &mut metrics, self.metrics.is_empty())?);
                }
                let made = by_column.features(&table, &selection, &rows, &self.encode, in_passes)?;
                (made.0, made.1, made.2, Some(made.3))
            }
        };
        warnings.extend(more);
        let features = Arc::new(features);
        let drawn =
            External { table: &table, selection: &selection, rows: &rows, target: &target, features: &features };
        drawn.add(&self.external, &self.external_options, &mut models)?;
        if let Some(hosted) = &self.hosted {
            let scored =
                |m: &NamedMetric| matches!(m.needs(), Needs::Probabilities | Needs::Ranks) || m.value().is_some();
            let probed = self.figures || !self.probes.is_empty();
            let looked = probed || !self.behaviours.is_empty() || !self.chains.is_empty();
            let wanted = Wanted { probabilities: looked || metrics.iter().any(scored) };
            drawn.add_hosted(hosted, count(self.threads), wanted, &self.external_options, &mut models)?;
        }
        let scene = ProbeContext { features: &features, target: &target, metrics: &metrics };
        let probes = Probes::new(request, &ProbeGround { scene, table: &table, used: &rows })?;
        let names = probes.names(&scene);
        let known = Known {
            metrics: metrics.iter().map(|m| m.name.as_str()).collect(),
            models: models.iter().map(|m| m.name.as_str()).collect(),
            constants: if value.is_some() { vec!["cost"] } else { Vec::new() },
            readings: names.readings.iter().map(|(name, direction)| (name.as_str(), *direction)).collect(),
            open: if models.iter().any(|m| m.learner.by_rows().is_some()) { names.open.clone() } else { Vec::new() },
            figures: names.figures.iter().map(String::as_str).collect(),
            offered: offered(),
            scores_alone: false,
        };
        for claim in self.claims.iter().chain(self.behaviours.iter().map(|b| &b.claim)) {
            let confidence = self.confidence.or(self.stopping.auto.then_some(0.95));
            claims.push(claim.pose(confidence, self.allowed, &known)?);
        }
        for claim in claims.iter().filter(|c| cannot_fail(&c.statement)) {
            let text = format!("{} holds whatever the scores are", claim.statement);
            warnings.push(Warning::new(Code::ClaimAlwaysHolds, text));
        }
        for model in &models {
            // The settings of a tuned model join levels alike, but for their bins: one sentence a column is enough.
            let joined = model.learners().map(|learner| learner.joined_levels(&features)).find(|j| !j.is_empty());
            let note = |why: String| Warning::new(Code::LevelsJoined, format!("{}: {why}", model.name));
            warnings.extend(joined.unwrap_or_default().into_iter().map(note));
        }
        let plan = Plan::new(&self.plan, &table, &target, &rows)?;
        let train_rows = plan.draw(0).train.len();
        for model in &models {
            for learner in model.learners() {
                let size = learner.check_size(train_rows);
                let about = || Subject::Model(model.name.clone());
                size.map_err(|why| Error::setting(format!("model '{}' {why}", model.name)).about(about()))?;
            }
        }
        let config = Config {
            features: selection.features.clone(),
            drop: selection.drop.clone(),
            id: selection.id.clone(),
            encode: self.encode.encode.iter().map(|(column, encoding)| format!("{column}={encoding}")).collect(),
            na: self.load.missing.clone(),
            keep_na: self.load.keep_missing.clone(),
            delimiter: self.load.delimiter.map(|d| char::from(d).to_string()),
            decimal: self.load.decimal.map(|mark| mark.char().to_string()),
            thousands: self.load.thousands.map(|separator| separator.char().to_string()),
            text: self.load.text.clone(),
            number: self.load.number.clone(),
            sample_rows: self.sample_rows,
            engine: Some(self.engine),
            no_checks: self.no_checks,
            repeat_check: self.repeat_check,
            probes: self.probes.clone(),
            probe_splits: self.probe_splits,
            figures: self.figures,
            behaviours: self
                .behaviours
                .iter()
                .map(|b| BehaviourEntry { name: b.name.clone(), test: b.test.clone() })
                .collect(),
            chains: self.chains.clone(),
        };
        let fingerprint = read.unwrap_or_else(|| fingerprint(&table));
        let target_of = (selection.target.as_str(), &target);
        let screen = (!self.no_checks && by_column.is_none()).then(|| Screen::new(&table, &rows, target_of, &plan));
        if !self.keep_table {
            table.columns = Vec::new();
        }
        let target_name = selection.target;
        let (threads, engine) = (self.threads, self.engine);
        // In passes no work is one model's own.
        let clock = (self.timings && stored.is_none()).then(|| Clock::new(models.len()));
        Ok(PreparedEvaluation {
            table,
            target,
            rows,
            features,
            plan,
            models,
            metrics,
            claims,
            worst_case,
            rope: self.rope.clone(),
            null: self.null,
            stopping: self.stopping,
            value,
            probes,
            names,
            probe_splits: self.probe_splits,
            repeat_check: self.repeat_check,
            grids,
            warnings,
            config,
            fingerprint,
            screen,
            stored,
            target_name,
            threads,
            engine,
            clock,
            keep_predictions: self.keep_predictions,
        })
    }
}

/// The model that is always there.
const BASELINE: &str = "baseline";

/// Probabilities of all classes for all rows that no machine of today should be asked to hold: 32 GB.
const MOST_PROBABILITIES: f64 = 4e9;

/// Refuses a target of so many classes that their probabilities would not fit into memory.
fn check_classes(target: &Target, name: &str, path: &str) -> Result<()> {
    let (classes, rows) = (target.labels().len(), target.len());
    if classes as f64 * rows as f64 <= MOST_PROBABILITIES {
        return Ok(());
    }
    Err(Error::setting(format!(
        "target '{name}' has {classes} classes in {rows} rows, too many to predict a probability of each"
    ))
    .about(Subject::Column(name.to_owned()))
    .at(path)
    .advise(format!("join rare classes, use fewer rows, or take {} where they are numbers", TASK.to("regression"))))
}

/// The baseline, then the models asked for (the task's usual one where it is wanted and none is), under names that
/// tell them apart.
fn named_models(specs: Vec<ModelSpec>, task: Task, usual: bool) -> Result<Vec<NamedModel>> {
    let specs = if specs.is_empty() && usual { vec![ModelSpec::parse(registry::default_for(task))?] } else { specs };
    let baseline = ModelSpec::parse(BASELINE)?;
    let learner = registry::build(&baseline, task)?.into();
    let mut models = vec![NamedModel { name: BASELINE.into(), spec: Some(baseline), learner, tuned: None }];
    for (i, spec) in specs.iter().enumerate() {
        if specs[..i].iter().any(|other| other.info.name == spec.info.name && other.params == spec.params) {
            return Err(Error::setting(format!("{} is given twice", MODEL.to(&spec.text)))
                .about(MODEL)
                .advise("leave one out"));
        }
        let unique = specs.iter().filter(|other| other.info.name == spec.info.name).count() == 1;
        let name = match &spec.given {
            Some(name) => name.clone(),
            None if unique => spec.info.name.to_owned(),
            None => spec.text.clone(),
        };
        // The baseline alone may be asked for, and is there twice then.
        let baseline = spec.given.is_none() && name == BASELINE;
        if !baseline && models.iter().any(|other| other.name == name) {
            return Err(Error::setting(format!("two models are called '{name}'"))
                .about(MODEL)
                .advise("name one differently"));
        }
        let learner = registry::build(spec, task)?.into();
        models.push(NamedModel { name, spec: Some(spec.clone()), learner, tuned: None });
    }
    Ok(models)
}
