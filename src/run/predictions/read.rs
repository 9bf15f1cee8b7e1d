//! Reading predictions, a row group at a time.

use std::collections::HashMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::Array2;
use polars::prelude::{ChunkedArray, DataFrame, Float64Type, ParquetReader, PolarsResult, SerReader, StringType};
use polars_parquet::read::{FileMetadata, read_metadata};

use super::{KEY, MODEL, PREDICTION, PredictionsFooter, ROW, SCHEMA, SPLIT, decision, probability};
use crate::data::start_polars;
use crate::error::{Error, Result};
use crate::model::Predictions;
use crate::run::{KeptModel, KeptSplit};

/// A file of predictions.
pub struct PredictionsFile {
    path: PathBuf,
    /// What its footer says.
    pub footer: PredictionsFooter,
    metadata: FileMetadata,
}

impl PredictionsFile {
    /// Opens a file that was written by [`PredictionsWriter`](super::PredictionsWriter).
    ///
    /// # Errors
    /// An input error where it cannot be read, is something else, cut off, or of another version.
    pub fn open(path: &Path) -> Result<Self> {
        start_polars()?;
        let shown = path.display();
        let mut file = File::open(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::file(format!("{shown}: no such file")).advise("check the path"),
            _ => Error::file(format!("cannot read {shown}: {e}")),
        })?;
        let advice = "give one that eval has written whole";
        let not_parquet =
            || Error::report(format!("{shown} is not a Parquet file, or the end of it was cut off")).advise(advice);
        // The reader may panic on damaged bytes.
        let metadata = catch_unwind(AssertUnwindSafe(|| read_metadata(&mut file))).ok().and_then(PolarsResult::ok);
        let metadata = metadata.ok_or_else(not_parquet)?;
        let pairs = metadata.key_value_metadata().iter().flatten();
        let text = pairs.filter(|pair| pair.key == KEY).find_map(|pair| pair.value.as_deref());
        let text =
            text.ok_or_else(|| Error::report(format!("{shown} is not a file of a run's predictions")).advise(advice))?;
        let damaged = || Error::report(format!("{shown} is damaged: what it says of its run cannot be read"));
        let said: serde_json::Value = serde_json::from_str(text).map_err(|_| damaged())?;
        match said["schema"].as_str() {
            Some(SCHEMA) => {}
            other => {
                let other = other.unwrap_or("none");
                return Err(Error::report(format!("{shown} is of version {other}, and this randsplit reads {SCHEMA}"))
                    .advise("use the version that wrote it"));
            }
        }
        // Numbers are read from the text itself, which has all their digits.
        let footer = serde_json::from_str(text).map_err(|_| damaged())?;
        let metadata = FileMetadata { key_value_metadata: None, ..metadata };
        Ok(Self { path: path.to_owned(), footer, metadata })
    }

    /// Whose predictions of what classes: those of these models, in the order of the run.
    ///
    /// # Errors
    /// An input error, from each batch that is damaged.
    pub fn batches<'f>(
        &'f self,
        models: &'f [&'f str],
        labels: &'f [String],
    ) -> impl Iterator<Item = Result<Vec<KeptSplit>>> + 'f {
        (0..self.metadata.row_groups.len()).map(move |at| self.group(at, models, labels))
    }

    fn group(&self, at: usize, models: &[&str], labels: &[String]) -> Result<Vec<KeptSplit>> {
        let damaged = || {
            Error::report(format!("{} is damaged: row group {at} cannot be read", self.path.display()))
                .advise("take a copy of it, or run eval anew")
        };
        let file = File::open(&self.path).map_err(|e| Error::file(format!("cannot read {}: {e}", self.path.display())));
        let file = file?;
        let read = catch_unwind(AssertUnwindSafe(|| {
            let frame = self.frame(file, at).ok()?;
            Columns::new(&frame, labels).ok()?.splits(models, labels)
        }));
        read.ok().flatten().ok_or_else(damaged)
    }

    fn frame(&self, file: File, at: usize) -> PolarsResult<DataFrame> {
        let group = self.metadata.row_groups[at].clone();
        let rows = group.num_rows();
        let metadata = FileMetadata {
            num_rows: rows,
            max_row_group_height: rows,
            row_groups: vec![group],
            version: self.metadata.version,
            created_by: self.metadata.created_by.clone(),
            key_value_metadata: None,
            schema_descr: self.metadata.schema_descr.clone(),
            column_orders: self.metadata.column_orders.clone(),
            footer_buf: self.metadata.footer_buf.clone(),
        };
        let mut reader = ParquetReader::new(file);
        reader.set_metadata(Arc::new(metadata));
        let mut frame = reader.finish()?;
        frame.rechunk_mut();
        Ok(frame)
    }
}

/// The columns of a row group.
struct Columns {
    splits: Vec<u64>,
    models: ChunkedArray<StringType>,
    rows: Vec<u32>,
    said: Said,
}

/// What was predicted.
enum Said {
    Values(Vec<f64>),
    Classes {
        labels: ChunkedArray<StringType>,
        probabilities: Vec<ChunkedArray<Float64Type>>,
        decisions: Vec<ChunkedArray<Float64Type>>,
    },
}

impl Columns {
    fn new(frame: &DataFrame, labels: &[String]) -> PolarsResult<Self> {
        let numbers = |name: String| -> PolarsResult<ChunkedArray<Float64Type>> { frame.column(&name)?.f64().cloned() };
        let said = if labels.is_empty() {
            Said::Values(frame.column(PREDICTION)?.f64()?.cont_slice()?.to_vec())
        } else {
            Said::Classes {
                labels: frame.column(PREDICTION)?.str()?.clone(),
                probabilities: labels.iter().map(|label| numbers(probability(label))).collect::<PolarsResult<_>>()?,
                decisions: labels.iter().map(|label| numbers(decision(label))).collect::<PolarsResult<_>>()?,
            }
        };
        Ok(Self {
            splits: frame.column(SPLIT)?.u64()?.cont_slice()?.to_vec(),
            models: frame.column(MODEL)?.str()?.clone(),
            rows: frame.column(ROW)?.u32()?.cont_slice()?.to_vec(),
            said,
        })
    }

    /// The splits in it; `None` where the rows are in no such order as they were written in.
    fn splits(&self, models: &[&str], labels: &[String]) -> Option<Vec<KeptSplit>> {
        let places: HashMap<&str, usize> = models.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let codes: HashMap<&str, u32> = labels.iter().zip(0..).map(|(label, code)| (label.as_str(), code)).collect();
        let mut splits: Vec<KeptSplit> = Vec::new();
        let mut from = 0;
        while from < self.rows.len() {
            let (number, name) = (self.splits[from], self.models.get(from)?);
            let same = |at: &usize| self.splits[*at] == number && self.models.get(*at) == Some(name);
            let to = (from..self.rows.len()).find(|at| !same(at)).unwrap_or(self.rows.len());
            if splits.last().is_none_or(|last| last.number != number) {
                splits.push(KeptSplit { number, models: models.iter().map(|_| None).collect() });
            }
            let model = splits.last_mut()?.models.get_mut(*places.get(name)?)?;
            if model.is_some() {
                return None;
            }
            let predictions = self.said.pick(from..to, &codes)?;
            *model = Some(KeptModel { rows: self.rows[from..to].to_vec(), predictions });
            from = to;
        }
        Some(splits)
    }
}

impl Said {
    fn pick(&self, at: std::ops::Range<usize>, codes: &HashMap<&str, u32>) -> Option<Predictions> {
        match self {
            Self::Values(values) => Some(Predictions::Values(values.get(at)?.to_vec())),
            Self::Classes { labels, probabilities, decisions } => {
                let classes = at.clone().map(|i| codes.get(labels.get(i)?).copied()).collect::<Option<_>>()?;
                let cells = |columns: &[ChunkedArray<Float64Type>]| -> Option<Option<Array2<f64>>> {
                    // A model gives them of all rows and classes, or of none.
                    if columns.first()?.get(at.start).is_none() {
                        return Some(None);
                    }
                    let mut cells = Array2::zeros((at.len(), columns.len()));
                    for ((i, class), cell) in cells.indexed_iter_mut() {
                        *cell = columns[class].get(at.start + i)?;
                    }
                    Some(Some(cells))
                };
                let (probabilities, decision) = (cells(probabilities)?, cells(decisions)?);
                Some(Predictions::Classes { labels: classes, probabilities, decision })
            }
        }
    }
}
