//! From a report back to the evaluation that it is of, so that its splits can be drawn again.

use std::collections::HashSet;
use std::path::Path;

use super::{Evaluation, PreparedEvaluation, tune};
use crate::data::{FeatureOptions, LoadOptions, Mark, Selection, TargetOptions, Thousands};
use crate::error::{Error, Result, suggestion_or_list};
use crate::inspect::ScoredSplits;
use crate::metric::{ValueSpec, is_known, place_of_metric};
use crate::model::registry;
use crate::report::{EXTERNAL, Model, OWN, Report};
use crate::run::Engine;
use crate::setting::DATA;
use crate::split::{PlanOptions, Size};

fn size(value: f64) -> Result<Size> {
    // A share lies strictly between 0 and 1, and no table has more rows than a row number can tell.
    match value {
        v if v > 0.0 && v < 1.0 => Ok(Size::Share(v)),
        v if v >= 1.0 && v.fract() == 0.0 && v <= f64::from(u32::MAX) => Ok(Size::Rows(v as usize)),
        v => Err(Error::report(format!("the report's plan has a part of {v:?} rows")).advise("evaluate anew")),
    }
}

fn pair(text: &str) -> (String, String) {
    let (column, how) = text.rsplit_once('=').unwrap_or((text, ""));
    (column.to_owned(), how.to_owned())
}

/// A model as it can be asked for again.
fn spec(model: &Model) -> String {
    let params: Vec<String> = model.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let params = params.join(",");
    match &model.kind {
        Some(kind) => format!("{}={kind}:{params}", model.name),
        None => format!("{}:{params}", model.name.split(':').next().unwrap_or_default()),
    }
}

/// The engine that fits a model as it was fitted: rounding must not tell another label or choose another setting.
fn engine(report: &Report, model: &Model) -> Engine {
    match report.config.engine {
        // Where every model had to share its work, this one does.
        Some(Engine::Shared) => Engine::Auto,
        Some(engine) => engine,
        None if model.engine == "linfa" => Engine::PerSplit,
        None => Engine::Auto,
    }
}

impl Report {
    /// The model of that name, or the first one asked for; the baseline can be named too.
    ///
    /// # Errors
    /// An input error with the names there are.
    pub fn model(&self, name: Option<&str>) -> Result<&Model> {
        let all = || self.all_models();
        match name {
            None => self.models.first().ok_or_else(|| Error::report("the report has no model")),
            Some(name) => all().find(|m| m.name == name).or_else(|| self.model_called(name)).ok_or_else(|| {
                let names = || all().map(|m| m.name.as_str());
                Error::report(format!("the report has no model '{name}'{}", suggestion_or_list(name, names)))
            }),
        }
    }
}

impl Report {
    /// The model whose primary metric is best on average, the first of equal ones. One that failed on every split is none.
    ///
    /// # Errors
    /// An input error where the report has no model, or none that was fitted.
    pub fn leader(&self) -> Result<&Model> {
        let good = |model: &Model| {
            let (_, summary) = self.primary(model)?;
            Some(summary.direction.sign() * summary.mean?)
        };
        if self.models.is_empty() {
            return Err(Error::report("the report has no model"));
        }
        let fitted = self.models.iter().filter(|model| model.failed < model.splits.len());
        let better = |best, model| if good(model) > good(best) { model } else { best };
        fitted
            .reduce(better)
            .ok_or_else(|| Error::report("every model failed on every split").advise("evaluate others"))
    }

    /// The splits of one of its models with their scores.
    pub fn scored_splits(&self, model: &Model) -> ScoredSplits {
        let (splits, names) = (&model.splits, &self.metrics);
        ScoredSplits {
            numbers: splits.numbers.clone(),
            test: names.iter().map(|name| splits.scores(name)).collect(),
            train: names.iter().map(|name| splits.train_scores(name)).collect(),
        }
    }

    /// The model of a name in any case, or that other programs have for it, where the report has one of that kind.
    fn model_called(&self, name: &str) -> Option<&Model> {
        let kind = registry::find(name)?.0.name;
        self.all_models().find(|m| m.name == kind)
    }

    /// The place of a metric; a boolean label in it may be in any spelling.
    pub fn metric(&self, name: &str) -> Option<usize> {
        place_of_metric(name, self.metrics.iter().map(String::as_str))
    }
}

impl Evaluation {
    /// The evaluation that a report is of, with one of its models. `data` is where the file is now, if it has
    /// moved.
    ///
    /// # Errors
    /// An input error where the report says things that this version does not know.
    pub fn from_report(report: &Report, model: &Model, data: Option<&str>) -> Result<Self> {
        let (d, p, config) = (report.table()?, &report.plan, &report.config);
        let path = data.unwrap_or(&d.path);
        if data.is_none() && path == "-" {
            return Err(Error::report("the report's data came from standard input")
                .advise(format!("name its file with {DATA}")));
        }
        if data.is_none() && !Path::new(path).exists() && !path.contains(['*', '?']) {
            return Err(Error::report("the report's data is no longer there")
                .at(path)
                .advise(format!("name its file with {DATA}")));
        }
        let mut evaluation = Self::new(path, &d.target);
        let delimiter = config.delimiter.as_deref().and_then(|d| d.bytes().next());
        let first = |text: &Option<String>| text.as_deref().and_then(|text| text.chars().next());
        evaluation.load = LoadOptions {
            delimiter,
            missing: config.na.clone(),
            keep_missing: config.keep_na.clone(),
            decimal: first(&config.decimal).and_then(Mark::from_char),
            thousands: first(&config.thousands).and_then(Thousands::from_char),
            text: config.text.clone(),
            number: config.number.clone(),
            known: Vec::new(),
        };
        evaluation.selection = Selection {
            target: d.target.clone(),
            features: config.features.clone(),
            drop: config.drop.clone(),
            id: config.id.clone(),
            ..Selection::default()
        };
        evaluation.target = TargetOptions { task: Some(d.task), positive: d.positive.clone() };
        evaluation.encode = FeatureOptions { encode: config.encode.iter().map(|e| pair(e)).collect() };
        let scheme = p.scheme.parse().map_err(|e| Error::report(format!("the report's scheme is unknown: {e}")))?;
        evaluation.plan = PlanOptions {
            splits: Some(p.splits),
            scheme: Some(scheme),
            test_size: p.test_size.map(size).transpose()?,
            train_size: p.train_size.map(size).transpose()?,
            seed: p.seed.ok_or_else(|| Error::report("the report's plan has no seed").advise("evaluate anew"))?,
            group: p.group.clone(),
            // Splits are stratified on the target without being told so.
            stratify: p.stratify.clone().filter(|column| column != "target"),
            time: p.time.clone(),
            gap: p.gap,
            overlaps: false,
        };
        evaluation.sample_rows = config.sample_rows;
        evaluation.keep_table = true;
        // What behaviours looked at was read too, and is in the fingerprint.
        let looked = config.behaviours.iter().filter_map(|b| b.test.table_column());
        evaluation.also_read = looked.map(str::to_owned).collect();
        // What predictions are worth is stated elsewhere, and stands after all other metrics.
        let metrics = report.metrics.iter().map(String::as_str).filter(|name| !name.starts_with("value_per_"));
        if let Some(own) = metrics.clone().find(|name| !is_known(name)) {
            return Err(Error::report(format!(
                "the report's metric '{own}' is a program's own, which cannot be computed here"
            ))
            .advise("evaluate anew without it"));
        }
        let mut evaluation = evaluation.checks(false).metrics(metrics).engine(engine(report, model));
        evaluation.value = report.value.as_ref().and_then(|worth| {
            Some(ValueSpec::of_report(worth.rows_per_year, worth.cost_per_year, worth.terms.as_ref()?))
        });
        // A report never starts a program: who has the model states it anew.
        if model.engine == OWN || model.engine == EXTERNAL {
            return Ok(Self { own_model: Some(model.name.clone()), ..evaluation });
        }
        let Some(tuning) = &model.tuning else { return Ok(evaluation.models([spec(model)])) };
        Ok(Self { reopened: Some(tune::reopened(tuning)?), ..evaluation })
    }
}

impl PreparedEvaluation {
    /// Checks that the data is the report's.
    ///
    /// # Errors
    /// An input error that says what differs: rows, columns or content.
    pub fn check_data(&self, report: &Report) -> Result<()> {
        let d = report.table()?;
        if self.fingerprint == d.fingerprint {
            return Ok(());
        }
        let path = &self.table.path;
        if self.table.rows != d.rows {
            return Err(Error::report(format!(
                "{path} has {} rows, and the report is about {}",
                self.table.rows, d.rows
            ))
            .advise(format!("name the report's data with {DATA}")));
        }
        let named: HashSet<&str> = self.features.used.iter().map(|f| f.name.as_str()).collect();
        if let Some(gone) = d.features.iter().find(|f| !named.contains(f.name.as_str())) {
            return Err(Error::report(format!("{path} has no usable column '{}' as the report's data had", gone.name))
                .advise(format!("name the report's data with {DATA}")));
        }
        let known: HashSet<&str> = d.features.iter().map(|f| f.name.as_str()).collect();
        if let Some(new) = self.features.used.iter().find(|f| !known.contains(f.name.as_str())) {
            return Err(Error::report(format!(
                "{path} has a column '{}' that the report's data did not have",
                new.name
            ))
            .advise(format!("name the report's data with {DATA}")));
        }
        Err(Error::report(format!("{path} has the rows and columns of the report's data but other values (fingerprint {}, the report's is {})", self.fingerprint, d.fingerprint)).advise(format!("name the report's data with {DATA}, or evaluate anew")))
    }
}
