//! The rows of a split as tables: every column that was read, and what the model says of each row.

use std::borrow::Cow;
use std::io::Write;

use polars::prelude::{CsvWriter, DataFrame, NamedFrom, ParquetWriter, SerWriter, Series};

use super::loss::Loss;
use super::subject::Subject;
use crate::data::{Column, MISSING, Spelling, Target, Time, Values, start_polars};
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

/// Booleans as the data spells them in a text file, and as themselves in one that has a type for them.
fn booleans(name: &str, values: Vec<Option<bool>>, spelling: Spelling, format: PlanFormat) -> Series {
    match format {
        PlanFormat::Csv => {
            let words: Vec<_> = values.into_iter().map(|b| b.map(|b| spelling.word(b))).collect();
            Series::new(name.into(), words)
        }
        PlanFormat::Parquet => Series::new(name.into(), values),
    }
}

fn series(column: &Column, rows: &[u32], format: PlanFormat) -> Series {
    let name = column.name.as_str().into();
    let numbers = |v: &[f64]| rows.iter().map(|r| Some(v[*r as usize]).filter(|x| !x.is_nan())).collect::<Vec<_>>();
    match column.names() {
        Values::Number(v) if v.iter().all(|x| x.is_nan() || (x.fract() == 0.0 && x.abs() < 1e15)) => {
            Series::new(name, numbers(v).into_iter().map(|x| x.map(|x| x as i64)).collect::<Vec<_>>())
        }
        Values::Number(v) => Series::new(name, numbers(v)),
        Values::Boolean(v, spelling) => {
            booleans(&name, numbers(v).into_iter().map(|x| x.map(|x| x != 0.0)).collect(), *spelling, format)
        }
        Values::Time(..) => {
            let times = rows.iter().map(|r| column.values.time(*r as usize));
            let known = |t: &Time| !t.seconds.is_nan();
            let clock = times.clone().filter(known).any(Time::has_clock);
            Series::new(name, times.map(|t| Some(t).filter(known).map(|t| t.text(clock))).collect::<Vec<_>>())
        }
        Values::Text { codes, levels } => {
            let text =
                |r: &u32| Some(codes[*r as usize]).filter(|c| *c != MISSING).map(|c| levels[c as usize].as_str());
            Series::new(name, rows.iter().map(text).collect::<Vec<_>>())
        }
    }
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
    columns.extend(subject.table.columns.iter().map(|c| series(c, &of_file, format).into()));
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
            let as_boolean = || text.iter().map(|t| Spelling::read(t).map(|b| b.0)).collect();
            let wrong = || Loss::Wrong.of(target, rows, said).iter().map(|l| Some(*l > 0.0)).collect();
            add(&mut columns, "prediction", &|name| match spelling {
                Some(spelling) => booleans(name, as_boolean(), spelling, format),
                None => Series::new(name.into(), &text),
            });
            let spelling = spelling.unwrap_or(Spelling::Lower);
            add(&mut columns, "error", &|name| booleans(name, wrong(), spelling, format));
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
