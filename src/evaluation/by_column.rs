//! Tables that are too large to be held: read a column at a time, and fitted in passes over what is stored of them.

use super::Evaluation;
use crate::data::{
    ColumnSource, FeatureBuilder, FeatureOptions, Features, Selection, StoredColumns, Table, TableFingerprint, Target,
    numbers_rows,
};
use crate::error::{Error, Result, Subject};
use crate::metric::{NamedMetric, is_sum};
use crate::run::NamedModel;
use crate::run::memory::{available, size, whole_rows};
use crate::setting::{MEMORY, METRIC, SAMPLE_ROWS};
use crate::split::sample;
use crate::warning::{Code, Warning};

/// A table in memory is there as columns, as features and as the rows that models are fitted to.
const COPIES: u64 = 3;
/// The models that are fitted in passes.
const PASSED: &str = "ols, ridge, lasso, elastic-net, glm, logistic, nb, lda, qda";
/// What is taken of the memory that can be had, where nothing is said: four fifths.
const SHARE: u64 = 5;

/// How a table is read that is not loaded at once.
pub(super) struct ByColumn {
    source: ColumnSource,
    /// What may be taken.
    pub memory: u64,
}

/// Where the features of a run are kept, if not in memory, and what its passes may take.
pub(crate) struct StoredTable {
    pub columns: StoredColumns,
    pub memory: u64,
}

impl Evaluation {
    /// Reads the table, or makes ready to read it a column at a time where it can be and does not fit into memory.
    pub(super) fn read(&self, selection: &Selection) -> Result<(Table, Option<ByColumn>)> {
        let given = self.memory.is_some();
        let memory = self.memory.or_else(|| available().map(|most| most / SHARE * (SHARE - 1))).unwrap_or(u64::MAX);
        let Some(source) = self.dataset.by_column(&self.load, selection)? else {
            let name = self.dataset.name();
            let length = std::fs::metadata(name).ok().filter(std::fs::Metadata::is_file).map_or(0, |file| file.len());
            if given && length > memory {
                return Err(Error::setting(format!(
                    "{name} has {} and {} of memory may be taken",
                    size(length),
                    size(memory)
                ))
                .about(MEMORY)
                .advise("write it as Parquet, which can be read a column at a time"));
            }
            return Ok((self.dataset.load(&self.load, selection)?, None));
        };
        let whole = || Ok((source.whole().map_err(|e| e.about(Subject::File(self.dataset.name().to_owned())))?, None));
        let table = source.bytes();
        if table.saturating_mul(COPIES) <= memory {
            return whole();
        }
        match self.needs_memory() {
            None => {
                let by_column = ByColumn { source, memory };
                Ok((by_column.table(selection)?, Some(by_column)))
            }
            // There may be just enough, and what is not in the table's own copies is not known here.
            Some(_) if table <= memory && !given => whole(),
            Some(why) => Err(Error::setting(format!(
                "{} of {} do not fit into {} of memory, and {why}",
                size(table),
                self.dataset.name(),
                size(memory)
            ))
            .about(MEMORY)
            .advise(format!("leave that out, use fewer columns, or take a sample by {}", SAMPLE_ROWS.to("100000")))),
        }
    }

    /// What is asked for that cannot be done in passes over rows on disk, as the end of a sentence.
    fn needs_memory(&self) -> Option<String> {
        if self.sample_rows.is_some() {
            return None;
        }
        let asked = [
            ("probes look at fitted models", !self.probes.is_empty() || !self.chains.is_empty()),
            ("behaviours look at fitted models", !self.behaviours.is_empty()),
            ("pictures need more than scores", self.figures),
            ("the permutation test needs all rows at once", self.null.is_some()),
            ("a model that is tuned needs all rows at once", !self.tunes.is_empty() || self.reopened.is_some()),
            ("models of one's own need all rows at once", !self.external.is_empty() || !self.learners.is_empty()),
            ("models of one's own need all rows at once", self.hosted.is_some() || self.own_model.is_some()),
            ("what predictions are worth needs all rows at once", self.value.is_some()),
            ("models are fitted twice only in memory", self.repeat_check.is_some_and(|splits| splits > 0)),
            ("predictions are kept only in memory", self.keep_predictions),
            ("what is asked for needs the table itself", self.keep_table),
        ];
        asked.into_iter().find(|(_, asked)| *asked).map(|(why, _)| why.to_owned())
    }
}

impl ByColumn {
    /// The target and what the plan needs.
    fn table(&self, selection: &Selection) -> Result<Table> {
        let plan = selection.plan.iter().chain(&selection.id).map(String::as_str);
        let names: Vec<&str> = plan.chain([selection.target.as_str()]).collect();
        self.source.table(&names)
    }

    /// The features, on disk where `stores`, with the fingerprint of the table and what is to be said of it.
    pub fn features(
        &self,
        table: &Table,
        selection: &Selection,
        rows: &[u32],
        options: &FeatureOptions,
        stores: bool,
    ) -> Result<(Features, Vec<Warning>, Option<StoredTable>, String)> {
        let mut builder = FeatureBuilder::new(table, selection, rows, options)?;
        let mut fingerprint = TableFingerprint::new(table.rows);
        let mut stored = stores.then(StoredColumns::new).transpose()?;
        // A column that names rows and is nothing else is no longer among the columns.
        let is_gone = |name: &str| table.row_names.as_ref().is_some_and(|names| names.column() == name);
        for (at, name) in self.source.names().enumerate() {
            let held = table.columns.iter().find(|column| column.name == name);
            let read = if held.is_none() && !is_gone(name) { Some(self.source.column(at)?) } else { None };
            let column = match (&read, held) {
                (Some(Err((name, kind))), _) => {
                    if !table.unsupported.iter().any(|(known, _)| known == name) {
                        builder.leave_out_type(name, kind);
                    }
                    continue;
                }
                (Some(Ok(column)), _) | (None, Some(column)) => column,
                (None, None) => continue,
            };
            fingerprint.push(column);
            builder.push(table, column, numbers_rows(table, column))?;
            if let Some(stored) = &mut stored {
                let known = stored.len();
                builder.features().parts[known..].iter_mut().try_for_each(|part| stored.push(part))?;
            }
        }
        self.source.check_unchanged()?;
        let (features, warnings) = builder.finish(table)?;
        let stored = stored.map(|columns| StoredTable { columns, memory: self.memory });
        Ok((features, warnings, stored, fingerprint.name()))
    }

    /// Checks that models are fitted by sums over rows alone, and keeps of the metrics those that are such sums.
    pub fn check(
        &self,
        target: &Target,
        models: &[NamedModel],
        metrics: &mut Vec<NamedMetric>,
        are_usual: bool,
    ) -> Result<Warning> {
        let classes = target.labels().len();
        let is_passed =
            |model: &&NamedModel| model.learner.in_passes(classes).is_some() || model.learner.scaling().is_none();
        if let Some(model) = models.iter().find(|model| !is_passed(model)) {
            return Err(Error::setting(format!(
                "model '{}' needs all rows in memory, and {} of columns do not fit into {}",
                model.name,
                size(self.source.bytes()),
                size(self.memory)
            ))
            .about(Subject::Model(model.name.clone()))
            .advise(format!("take a sample by {}, or one of {PASSED}", SAMPLE_ROWS.to("100000"))));
        }
        // Predictions of a split may be in memory where they take less than half of it.
        let fits = whole_rows(target.len(), classes).saturating_mul(models.len() as u64) <= self.memory / 2;
        let can = |metric: &NamedMetric| is_sum(metric, target) || fits && !metric.needs_threshold();
        let left_out: Vec<String> = metrics.iter().filter(|metric| !can(metric)).map(|m| m.name.clone()).collect();
        if let Some(name) = left_out.first().filter(|_| !are_usual) {
            let can: Vec<&str> =
                metrics.iter().map(|m| m.name.as_str()).filter(|n| !left_out.iter().any(|l| l == n)).collect();
            let rest = if can.is_empty() { String::new() } else { format!(", or keep {} alone", can.join(", ")) };
            return Err(Error::setting(format!(
                "metric '{name}' takes the predictions for all rows at once, which do not fit into memory either"
            ))
            .about(METRIC)
            .advise(format!("leave it out{rest}, or take a sample by {}", SAMPLE_ROWS.to("100000"))));
        }
        metrics.retain(|metric| !left_out.contains(&metric.name));
        let without = if left_out.is_empty() { String::new() } else { format!(", without {}", left_out.join(", ")) };
        Ok(Warning::new(
            Code::InPasses,
            format!(
                "the table's {} do not fit three times into {} of memory, so models are fitted in passes over it{without} and without checks of the data",
                size(self.source.bytes()),
                size(self.memory)
            ),
        ))
    }
}

/// Some of the rows, drawn by the seed, with their target.
///
/// # Errors
/// An input error for a sample without a row of some class.
pub(super) fn sampled(
    target: &Target,
    rows: &[u32],
    most: usize,
    seed: u64,
) -> Result<Option<(Target, Vec<u32>, Warning)>> {
    if most < 2 {
        return Err(Error::setting(format!("{} leaves nothing to split", SAMPLE_ROWS.to(most)))
            .about(SAMPLE_ROWS)
            .advise("give at least 2"));
    }
    if most >= rows.len() {
        return Ok(None);
    }
    let drawn = sample(seed, rows.len(), most);
    let of_sample = target.take(&drawn);
    if let Target::Classification { codes, labels, .. } = &of_sample {
        let mut seen = vec![false; labels.len()];
        codes.iter().for_each(|code| seen[*code as usize] = true);
        if let Some(class) = seen.iter().position(|seen| !seen) {
            return Err(Error::setting(format!("a sample of {most} rows has none of class '{}'", labels[class]))
                .about(SAMPLE_ROWS)
                .advise("take more rows"));
        }
    }
    let text = format!("{most} of {} rows are used, drawn by the seed", rows.len());
    let rows = drawn.iter().map(|at| rows[*at as usize]).collect();
    Ok(Some((of_sample, rows, Warning::new(Code::RowsSampled, text))))
}
