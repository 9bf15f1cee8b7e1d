//! Writing a plan as a table, so that any other tool can use the very same splits.

use std::io::Write;

use polars::prelude::{DataFrame, DataType, Field, NamedFrom, ParquetWriter, PlSmallStr, Schema, Series};

use super::Plan;
use crate::data::start_polars;
use crate::error::{Error, Result};

/// The format of a written plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanFormat {
    /// Text with a header line.
    Csv,
    /// Parquet, a row group for every batch of splits.
    Parquet,
}

/// Rows of a plan that are held in memory at a time.
const BATCH: usize = 4_000_000;

/// Writes columns `split`, `row` (position in the data file from 0) and `part` (`train` or `test`;
/// a row that is in neither is not written; a row drawn twice by the bootstrap is written twice).
/// `used` maps the plan's rows to positions in the file.
///
/// # Errors
/// A run error where writing fails.
pub fn write_plan(
    plan: &Plan,
    used: &[u32],
    format: PlanFormat,
    out: &mut (impl Write + Send),
    place: &str,
) -> Result<()> {
    let splits = (0..plan.splits()).map(|k| (plan.number(k), plan.draw(k)));
    match format {
        PlanFormat::Csv => {
            let failed = |e: std::io::Error| Error::writing(place, &e);
            writeln!(out, "split,row,part").map_err(failed)?;
            for (number, split) in splits {
                for (part, rows) in [("train", &split.train), ("test", &split.test)] {
                    for row in rows {
                        writeln!(out, "{number},{},{part}", used[*row as usize]).map_err(failed)?;
                    }
                }
            }
            out.flush().map_err(failed)
        }
        PlanFormat::Parquet => {
            start_polars()?;
            let failed = |e: polars::error::PolarsError| Error::writing_table(place, &e);
            let schema: Schema = [("split", DataType::UInt32), ("row", DataType::UInt32), ("part", DataType::String)]
                .into_iter()
                .map(|(name, kind)| Field::new(PlSmallStr::from_static(name), kind))
                .collect();
            let mut writer = ParquetWriter::new(out).batched(&schema).map_err(failed)?;
            let mut batch: (Vec<u32>, Vec<u32>, Vec<&str>) = Default::default();
            let mut flush = |batch: &mut (Vec<u32>, Vec<u32>, Vec<&str>)| -> Result<()> {
                let columns = vec![
                    Series::new("split".into(), &batch.0).into(),
                    Series::new("row".into(), &batch.1).into(),
                    Series::new("part".into(), &batch.2).into(),
                ];
                let frame = DataFrame::new(batch.0.len(), columns).map_err(failed)?;
                *batch = Default::default();
                writer.write_batch(&frame).map_err(failed)
            };
            for (number, split) in splits {
                for (part, rows) in [("train", &split.train), ("test", &split.test)] {
                    batch.0.extend(std::iter::repeat_n(number as u32, rows.len()));
                    batch.1.extend(rows.iter().map(|r| used[*r as usize]));
                    batch.2.extend(std::iter::repeat_n(part, rows.len()));
                }
                if batch.0.len() >= BATCH {
                    flush(&mut batch)?;
                }
            }
            if !batch.0.is_empty() {
                flush(&mut batch)?;
            }
            writer.finish().map_err(failed).map(|_| ())
        }
    }
}
