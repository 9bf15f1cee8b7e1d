//! Writing predictions, a row group when enough splits are there for one.

use std::io::Write;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{Column, DataFrame, DataType, Field, NamedFrom, ParquetWriter, PolarsError, Schema, Series};
use polars_parquet::write::{KeyValue, schema_to_metadata_key};

use super::{KEY, MODEL, PREDICTION, PredictionsFooter, ROW, SPLIT, decision, probability};
use crate::data::{Target, start_polars};
use crate::error::{Error, Result};
use crate::model::Predictions;
use crate::run::{NamedModel, SplitScores};

/// Cells of a row group, and rows at most: 64 MB, or a million rows.
const CELLS: usize = 8 << 20;
const ROWS: usize = 1 << 20;

/// A file of predictions that is written.
pub struct PredictionsWriter<'r, W: Write> {
    writer: BatchedWriter<W>,
    place: String,
    /// Positions of the used rows in the table.
    used: &'r [u32],
    models: Vec<&'r str>,
    labels: &'r [String],
    group: Group<'r>,
}

/// The splits of the next row group.
#[derive(Default)]
struct Group<'r> {
    splits: Vec<u64>,
    models: Vec<&'r str>,
    rows: Vec<u32>,
    values: Vec<f64>,
    classes: Vec<&'r str>,
    /// By class.
    probabilities: Vec<Vec<Option<f64>>>,
    decisions: Vec<Vec<Option<f64>>>,
}

impl<'r, W: Write> PredictionsWriter<'r, W> {
    /// Begins a file; `place` is its name in errors.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn new(out: W, place: String, models: &'r [NamedModel], target: &'r Target, used: &'r [u32]) -> Result<Self> {
        start_polars()?;
        let labels = target.labels();
        let kind = if labels.is_empty() { DataType::Float64 } else { DataType::String };
        let field = |name: &str, kind| Field::new(name.into(), kind);
        let usual = [
            field(SPLIT, DataType::UInt64),
            field(MODEL, DataType::String),
            field(ROW, DataType::UInt32),
            field(PREDICTION, kind),
        ];
        let of_classes = |name: fn(&str) -> String| {
            labels.iter().map(move |label| Field::new(name(label).into(), DataType::Float64))
        };
        let schema: Schema = usual.into_iter().chain(of_classes(probability)).chain(of_classes(decision)).collect();
        let writer = ParquetWriter::new(out).batched(&schema).map_err(|e| Error::writing_table(&place, &e))?;
        let models = models.iter().map(|model| model.name.as_str()).collect();
        Ok(Self { writer, place, used, models, labels, group: Group::of(labels.len()) })
    }

    /// Adds a split, the next of the plan.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn add(&mut self, split: &SplitScores) -> Result<()> {
        let Some(rows) = &split.test_rows else {
            return Err(Error::internal("the run keeps no predictions"));
        };
        for (name, scores) in self.models.iter().zip(&split.models) {
            let Some(predictions) = scores.as_ref().ok().and_then(|scores| scores.predictions.as_ref()) else {
                continue;
            };
            let group = &mut self.group;
            group.splits.extend(std::iter::repeat_n(split.number, rows.len()));
            group.models.extend(std::iter::repeat_n(*name, rows.len()));
            group.rows.extend(rows.iter().map(|row| self.used[*row as usize]));
            group.add(predictions, self.labels);
        }
        let cells = self.group.rows.len() * (4 + 2 * self.labels.len());
        if cells >= CELLS || self.group.rows.len() >= ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the file; what is written to is given back when it goes.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn finish(mut self, footer: &PredictionsFooter) -> Result<()> {
        self.flush()?;
        let text = serde_json::to_string(footer)
            .map_err(|e| Error::run(format!("what {} is of cannot be written as JSON: {e}", self.place)))?;
        let mut writer = self.writer.get_writer().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let arrow = schema_to_metadata_key(writer.schema());
        let footer = KeyValue { key: KEY.to_owned(), value: Some(text) };
        writer.end(Some(vec![arrow, footer])).map(drop).map_err(|e| Error::writing_table(&self.place, &e))
    }

    fn flush(&mut self) -> Result<()> {
        let group = std::mem::replace(&mut self.group, Group::of(self.labels.len()));
        if group.rows.is_empty() {
            return Ok(());
        }
        let written = group.frame(self.labels).and_then(|frame| self.writer.write_batch(&frame));
        written.map_err(|e| Error::writing_table(&self.place, &e))
    }
}

impl Group<'_> {
    /// An empty one for so many classes.
    fn of(classes: usize) -> Self {
        let columns = || vec![Vec::new(); classes];
        Self { probabilities: columns(), decisions: columns(), ..Self::default() }
    }
}

impl<'r> Group<'r> {
    fn add(&mut self, predictions: &Predictions, labels: &'r [String]) {
        match predictions {
            Predictions::Values(values) => self.values.extend(values),
            Predictions::Classes { labels: classes, probabilities, decision } => {
                self.classes.extend(classes.iter().map(|class| labels[*class as usize].as_str()));
                for (columns, cells) in [(&mut self.probabilities, probabilities), (&mut self.decisions, decision)] {
                    for (class, column) in columns.iter_mut().enumerate() {
                        match cells {
                            Some(cells) => column.extend(cells.column(class).iter().copied().map(Some)),
                            None => column.extend(std::iter::repeat_n(None, classes.len())),
                        }
                    }
                }
            }
        }
    }

    fn frame(self, labels: &[String]) -> Result<DataFrame, PolarsError> {
        let count = self.rows.len();
        let mut columns: Vec<Column> = vec![
            Series::new(SPLIT.into(), self.splits).into(),
            Series::new(MODEL.into(), self.models).into(),
            Series::new(ROW.into(), self.rows).into(),
        ];
        columns.push(match labels.is_empty() {
            true => Series::new(PREDICTION.into(), self.values).into(),
            false => Series::new(PREDICTION.into(), self.classes).into(),
        });
        for (name, of) in [(probability as fn(&str) -> String, self.probabilities), (decision, self.decisions)] {
            columns.extend(labels.iter().zip(of).map(|(label, of)| Series::new(name(label).into(), of).into()));
        }
        DataFrame::new(count, columns)
    }
}
