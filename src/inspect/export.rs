//! The rows of a split as tables: every column that was read, and what the model says of each row.

use std::borrow::Cow;
use std::io::Write;

use polars::prelude::{CsvWriter, DataFrame, NamedFrom, ParquetWriter, SerWriter, Series};

use super::loss::Loss;
use super::subject::Subject;
use crate::data::{SeriesTypes, Spelling, Target, Values, start_polars, to_series};
use crate::error::{Error, Result};
use crate::escape::csv::{Cells, spreadsheet};
use crate::metric::NamedMetric;
use crate::model::Predictions;
use crate::run::Fitter;
use crate::split::PlanFormat;

/// The two parts of a split with predictions.
pub struct Exported {
    /// The train rows; a row that the bootstrap drew twice is there twice.
    pub train: DataFrame,
    /// The test rows.
    pub test: DataFrame,
    /// The probability from which a row is called positive, where labels are by one and not the model's own.
    pub threshold: Option<f64>,
}

/// Booleans as the data spells them in a text file, and as themselves in one that has a type for them. Times are text, as
/// people read them.
fn types(format: PlanFormat) -> SeriesTypes {
    SeriesTypes { booleans: format == PlanFormat::Parquet, moments: false, integers_with_gaps: true }
}

/// A name that no column has: underscores are put behind it until it is new.
fn free(name: &str, taken: &[String]) -> String {
    let mut name = name.to_owned();
    while taken.contains(&name) {
        name.push('_');
    }
    name
}

/// Rows with what the model says of each, where it is at hand.
fn part(subject: &Subject, rows: &[u32], predictions: Option<&Predictions>, format: PlanFormat) -> Result<DataFrame> {
    let target = subject.evaluation.target;
    let of_file: Vec<u32> = rows.iter().map(|r| subject.row(*r)).collect();
    let mut taken: Vec<String> = subject.table.columns.iter().map(|c| c.name.clone()).collect();
    let mut columns = Vec::new();
    let mut add = |columns: &mut Vec<_>, name: &str, make: &dyn Fn(&str) -> Series| {
        let name = free(name, &taken);
        columns.push(make(&name).into());
        taken.push(name);
    };
    add(&mut columns, "row", &|name| Series::new(name.into(), &of_file));
    let types = types(format);
    let of_table = subject.table.columns.iter().map(|c| to_series(&c.name, c.names(), Some(&of_file), types).into());
    columns.extend(of_table);
    match (target, predictions) {
        (Target::Regression { values }, Some(Predictions::Values(predicted))) => {
            let error: Vec<f64> = predicted.iter().zip(rows).map(|(p, r)| p - values[*r as usize]).collect();
            add(&mut columns, "prediction", &|name| Series::new(name.into(), predicted));
            add(&mut columns, "error", &|name| Series::new(name.into(), &error));
        }
        (
            Target::Classification { labels, .. },
            Some(said @ Predictions::Classes { labels: predicted, probabilities, .. }),
        ) => {
            let spelling = match &subject.table.column(subject.target_name)?.values {
                Values::Boolean(_, spelling) => Some(*spelling),
                _ => None,
            };
            let text: Vec<&str> = predicted.iter().map(|p| labels[*p as usize].as_str()).collect();
            let bit = |b: bool| f64::from(u8::from(b));
            let as_boolean = || text.iter().map(|t| Spelling::read(t).map_or(f64::NAN, |b| bit(b.0))).collect();
            let wrong = || Loss::Wrong.of(target, rows, said).iter().map(|l| bit(*l > 0.0)).collect();
            add(&mut columns, "prediction", &|name| match spelling {
                Some(spelling) => to_series(name, &Values::Boolean(as_boolean(), spelling), None, types),
                None => Series::new(name.into(), &text),
            });
            let spelling = spelling.unwrap_or(Spelling::Lower);
            add(&mut columns, "error", &|name| to_series(name, &Values::Boolean(wrong(), spelling), None, types));
            for (c, label) in labels.iter().enumerate().filter(|_| probabilities.is_some()) {
                let of_class: Vec<f64> = probabilities.iter().flat_map(|p| p.column(c).to_vec()).collect();
                add(&mut columns, &format!("p({label})"), &|name| Series::new(name.into(), &of_class));
            }
        }
        _ => {}
    }
    DataFrame::new(rows.len(), columns).map_err(|e| Error::run(format!("cannot lay out the rows: {e}")))
}

/// The rows of split `number`, fitted again; in a CSV file booleans are texts.
///
/// # Errors
/// An input error where the report has no such split; a run error where the model cannot be fitted to it. Of one that is not
/// at hand there are no predictions.
pub fn export(subject: &Subject, number: u64, format: PlanFormat) -> Result<Exported> {
    let context = &subject.evaluation;
    let k = subject.place_of_split(number)?;
    let pool = context.pool()?;
    pool.install(|| {
        let common = context.common();
        let fitter = Fitter::new(context, &common)?;
        let split = context.plan.draw(k);
        if subject.is_absent() {
            let part = |rows: &[u32]| part(subject, rows, None, format);
            return Ok(Exported { threshold: None, train: part(&split.train)?, test: part(&split.test)? });
        }
        let mut here = fitter.at(k, &split);
        let fit = here.fit(0);
        let mut fit = fit.map_err(|e| Error::run(format!("split #{number} cannot be fitted: {e}")))?;
        if subject.scores_again(k, &split.test, &fit.predictions.test) == Some(false) {
            return Err(super::other_run(1, 1));
        }
        let value = context.metrics.iter().find_map(NamedMetric::value);
        let threshold = value.and_then(|value| {
            let chosen = here.threshold(0, &fit);
            value.relabel(&mut fit.predictions.train, chosen);
            value.relabel(&mut fit.predictions.test, chosen)
        });
        Ok(Exported {
            threshold,
            train: part(subject, &split.train, Some(&fit.predictions.train), format)?,
            test: part(subject, &split.test, Some(&fit.predictions.test), format)?,
        })
    })
}

/// The table with texts and names of columns that no spreadsheet takes for a formula.
fn for_spreadsheets(frame: &DataFrame) -> polars::error::PolarsResult<DataFrame> {
    let safe = |column: &polars::prelude::Column| {
        let name = spreadsheet(column.name()).into_owned();
        match column.str() {
            Ok(texts) => {
                let texts: Vec<Option<Cow<str>>> = texts.iter().map(|text| text.map(spreadsheet)).collect();
                Series::new(name.into(), texts.iter().map(Option::as_deref).collect::<Vec<_>>()).into()
            }
            Err(_) => column.clone().with_name(name.into()),
        }
    };
    DataFrame::new(frame.height(), frame.columns().iter().map(safe).collect())
}

/// Writes one part; `cells` says how texts are written to CSV.
///
/// # Errors
/// A run error where writing fails.
pub fn write_part(
    frame: &mut DataFrame,
    format: PlanFormat,
    cells: Cells,
    out: &mut (impl Write + Send),
    place: &str,
) -> Result<()> {
    start_polars()?;
    let failed = |e: polars::error::PolarsError| Error::writing_table(place, &e);
    match format {
        PlanFormat::Csv if cells.spreadsheet => {
            CsvWriter::new(out).finish(&mut for_spreadsheets(frame).map_err(failed)?).map_err(failed)
        }
        PlanFormat::Csv => CsvWriter::new(out).finish(frame).map_err(failed),
        PlanFormat::Parquet => ParquetWriter::new(out).finish(frame).map(drop).map_err(failed),
    }
}
