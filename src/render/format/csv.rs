//! The scores as a table: a row for each split of each model, the baseline last.

use std::io::{self, Write};

use super::{Format, WriteOptions};
use crate::escape::csv::Cells;
use crate::report::{Model, Report};
use crate::run::columns::Column;

/// A row a split and model.
#[derive(Debug)]
pub struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn summary(&self) -> &'static str {
        "A row a split and model"
    }

    fn good_for(&self) -> &'static str {
        "spreadsheets and data frames"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["csv"]
    }

    fn write(&self, report: &Report, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        write_csv(report, options.cells, out).map_err(io::Error::from)
    }
}

/// Writes columns `model`, `split`, `n_train`, `n_test`, the metrics, the metrics on the train rows
/// as `train_…`, what probes have read, the `setting` of tuned models where there are some, and `failed`.
/// A score that does not exist is an empty cell; `cells` says how texts are written.
fn write_csv(report: &Report, cells: Cells, out: &mut dyn Write) -> csv::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let mut header: Vec<String> = ["model", "split", "n_train", "n_test"].map(String::from).to_vec();
    header.extend(report.metrics.iter().cloned());
    header.extend(report.metrics.iter().map(|m| format!("train_{m}")));
    let probes = |m: &Model| m.probes.keys().cloned().collect::<Vec<String>>();
    let mut read: Vec<String> = report.models.iter().flat_map(probes).collect();
    let mut seen = std::collections::BTreeSet::new();
    read.retain(|name| seen.insert(name.clone()));
    header.extend(read.iter().cloned());
    let tuned = report.models.iter().any(|m| m.tuning.is_some());
    header.extend(tuned.then(|| "setting".into()));
    header.push("failed".into());
    writer.write_record(header.iter().map(|name| cells.write(name).into_owned()))?;
    let number = |v: Option<f64>| v.map_or_else(String::new, |v| v.to_string());
    for model in report.all_models() {
        let splits = &model.splits;
        let mut columns: Vec<Column> = report.metrics.iter().map(|m| splits.scores(m)).collect();
        columns.extend(report.metrics.iter().map(|m| splits.train_scores(m)));
        columns.extend(read.iter().map(|name| splits.probes(name)));
        for k in 0..splits.len() {
            let mut row = vec![cells.write(&model.name).into_owned()];
            row.push(splits.numbers.at(k).to_string());
            let count = |n: u64| if n > 0 { n.to_string() } else { String::new() };
            row.extend([&splits.n_train, &splits.n_test].map(|counts| count(counts.at(k))));
            row.extend(columns.iter().map(|column| number(column.at(k))));
            row.extend(tuned.then(|| cells.write(splits.setting(k).unwrap_or_default()).into_owned()));
            row.push(cells.write(splits.failed(k).unwrap_or_default()).into_owned());
            writer.write_record(&row)?;
        }
    }
    writer.flush()?;
    Ok(())
}
