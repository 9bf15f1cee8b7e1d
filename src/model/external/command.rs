//! A program that is run for each split: it reads the train rows and the rows to predict from files, and writes its
//! predictions to a third.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ndarray::Array2;
use polars::prelude::Series;

use super::elsewhere::OtherFolder;
use super::output::Listener;
use super::scratch::{Folder, Process, cannot_write, said};
use super::table::{Exchange, labels, series, write};
use super::{ExternalTable, check_probabilities, one_line};
use crate::data::{Column, Dataset, LoadOptions, MISSING, Selection, Values, place_of_label};
use crate::model::by_rows::{FeatureValues, Inside, Untold};
use crate::model::interrupt::{PATIENCE, check};
use crate::model::{FitContext, FitError, FittedRows, Predictions, TableRows, TrainTarget, adapter};

/// The column of predictions.
const PREDICTION: &str = "prediction";

/// A program with places for files in its words.
pub struct Program {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// The table.
    pub table: ExternalTable,
    /// The form of the files.
    pub exchange: Exchange,
    /// How long it may run.
    pub timeout: Option<Duration>,
    /// Takes what it prints.
    pub listener: Option<Listener>,
    /// The folder that it runs in, where it is another than the working one.
    pub elsewhere: Option<Arc<OtherFolder>>,
    folder: Folder,
    runs: AtomicU64,
}

impl Program {
    /// Ready to be run.
    ///
    /// # Errors
    /// Where no folder can be made.
    pub fn new(
        words: Vec<String>,
        table: ExternalTable,
        exchange: Exchange,
        timeout: Option<Duration>,
        listener: Option<Listener>,
    ) -> Result<Self, String> {
        let (folder, runs) = (Folder::new()?, AtomicU64::new(0));
        Ok(Self { words, table, exchange, timeout, listener, elsewhere: None, folder, runs })
    }

    /// Keeps the train rows: the program is run when predictions are wanted.
    pub fn fit(self: &Arc<Self>, rows: &TableRows, answers: TrainTarget, terms: &FitContext) -> Box<dyn FittedRows> {
        let mut train = self.columns(rows);
        train.push(match answers {
            TrainTarget::Values(values) => {
                series(&self.table.target, &Values::Number(values.to_vec().into()), self.exchange)
            }
            TrainTarget::Classes { codes, .. } => {
                labels(&self.table.target, codes, &self.table.labels, self.table.target_kind, self.exchange)
            }
        });
        let (train, count) = (train, rows.count);
        let terms = (super::seed(terms), terms.split);
        Box::new(FittedByProgram { program: Arc::clone(self), without: rows.without.clone(), train, count, terms })
    }

    /// The columns of some rows.
    fn columns(&self, asked: &TableRows) -> Vec<Series> {
        let used: Option<Vec<u32>> = asked.rows.map(|rows| rows.iter().map(|r| self.table.used[*r as usize]).collect());
        let stays = |(name, _): &&(String, Values)| !asked.without.contains(name);
        let column = |(name, values): &(String, Values)| {
            let changed = asked.changed.iter().find(|(other, _)| other == name);
            match (changed, &used) {
                (Some((_, values)), _) => series(name, values, self.exchange),
                (None, Some(rows)) => series(name, &values.take(rows), self.exchange),
                (None, None) => series(name, &Values::Number(vec![f64::NAN; asked.count].into()), self.exchange),
            }
        };
        self.table.columns.iter().filter(stays).map(column).collect()
    }

    /// Runs the program once.
    fn run(
        &self,
        train: (Vec<Series>, usize),
        test: (Vec<Series>, usize),
        (seed, split): (u32, u64),
    ) -> Result<Predictions, FitError> {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let folder = RunFolder(self.folder.path().join(format!("run-{number}")));
        std::fs::create_dir(&folder.0).map_err(|e| FitError(cannot_write(&folder.0, &e)))?;
        let ending = self.exchange.name();
        let file = |name: &str| folder.0.join(format!("{name}.{ending}"));
        let (train_file, test_file, out) = (file("train"), file("test"), file("out"));
        write(&train_file, train.0, train.1, self.exchange).map_err(FitError)?;
        write(&test_file, test.0, test.1, self.exchange).map_err(FitError)?;
        let places = [
            ("{train}", train_file.to_string_lossy().into_owned()),
            ("{test}", test_file.to_string_lossy().into_owned()),
            ("{out}", out.to_string_lossy().into_owned()),
            ("{dir}", folder.0.to_string_lossy().into_owned()),
            ("{seed}", seed.to_string()),
            ("{split}", split.to_string()),
        ];
        let mut words = self.words.iter().map(|word| filled(word, &places));
        let name = words.next().unwrap_or_default();
        let mut command = Command::new(&name);
        command.args(words);
        if let Some(folder) = &self.elsewhere {
            folder.place(&mut command);
        }
        let (process, output) = Process::follow(command, self.listener.as_ref()).map_err(FitError)?;
        let started = Instant::now();
        let mut pause = Duration::from_micros(200);
        let status = loop {
            if let Some(status) = process.ended() {
                break status;
            }
            check();
            if self.timeout.is_some_and(|timeout| started.elapsed() >= timeout) {
                let seconds = self.timeout.unwrap_or_default().as_secs_f64();
                return Err(FitError(format!("'{name}' did not end within {seconds} s, and was ended")));
            }
            std::thread::sleep(pause);
            pause = (2 * pause).min(PATIENCE);
        };
        if !status.success() {
            let how = output.after(&said(status));
            return Err(FitError(one_line(&format!("'{name}' failed: {how}"))));
        }
        self.read(&out, test.1).map_err(|why| FitError(one_line(&why)))
    }

    /// The predictions that the program wrote.
    fn read(&self, out: &Path, rows: usize) -> Result<Predictions, String> {
        if !out.exists() {
            return Err("it wrote no file {out}".into());
        }
        let classes = &self.table.labels;
        // Labels are the cells as they are written: 007 is not 7.
        let levels = if classes.is_empty() { Vec::new() } else { vec![PREDICTION.to_owned()] };
        let name = out.to_string_lossy();
        let shown = |e: crate::Error| e.to_string().replace(&*name, "{out}");
        let selection = Selection { all: true, levels, ..Selection::default() };
        let table = Dataset::from_path(&*name).load(&LoadOptions::default(), &selection).map_err(shown)?;
        if table.rows != rows {
            return Err(format!("{{out}} has {} rows, and {{test}} has {rows}", table.rows));
        }
        let lacks = |or: &str| format!("{{out}} has no column '{PREDICTION}'{or}; it has {}", table.names.join(", "));
        let column = |name: &str| table.columns.iter().find(|column| column.name == name);
        let numbers = |column: &Column| match &column.values {
            Values::Number(v) if v.iter().all(|x| x.is_finite()) => Ok(v.to_vec()),
            Values::Number(v) => {
                let row = v.iter().position(|x| !x.is_finite()).unwrap_or(0);
                Err(format!("'{}' of {{out}} has no finite number in row {row}", column.name))
            }
            _ => Err(format!("'{}' of {{out}} is {}, not numbers", column.name, column.values.kind())),
        };
        if classes.is_empty() {
            let Some(found) = column(PREDICTION) else {
                return Err(lacks(""));
            };
            return numbers(found).map(Predictions::Values);
        }
        let of_classes: Vec<Option<&Column>> = classes.iter().map(|label| column(label)).collect();
        let probabilities = if of_classes.iter().any(Option::is_some) {
            let mut all = Array2::zeros((rows, classes.len()));
            for (place, found) in of_classes.iter().enumerate() {
                let Some(found) = found else {
                    return Err(format!("{{out}} has no column '{}' of that class's probability", classes[place]));
                };
                all.column_mut(place).iter_mut().zip(numbers(found)?).for_each(|(cell, p)| *cell = p);
            }
            check_probabilities(Some(&all)).map_err(|e| e.0)?;
            Some(all)
        } else {
            None
        };
        let labels = match (column(PREDICTION), &probabilities) {
            (Some(found), _) => codes(found, classes)?,
            (None, Some(p)) => p.outer_iter().map(|row| adapter::likeliest(row) as u32).collect(),
            (None, None) => {
                return Err(lacks(", nor one a class"));
            }
        };
        Ok(Predictions::Classes { labels, probabilities, decision: None })
    }
}

/// Predicted labels as classes.
fn codes(column: &Column, classes: &[String]) -> Result<Vec<u32>, String> {
    let (codes, levels) = column.names().as_levels();
    let place = |level: &String| {
        place_of_label(level, classes.iter().map(String::as_str)).or_else(|| {
            // 1.0 is the class 1.
            let number: f64 = level.parse().ok()?;
            classes.iter().position(|class| class.parse::<f64>().is_ok_and(|class| class == number))
        })
    };
    let places: Vec<Option<usize>> = levels.iter().map(place).collect();
    let code = |(row, code): (usize, &u32)| {
        if *code == MISSING {
            return Err(format!("'{PREDICTION}' of {{out}} is missing in row {row}"));
        }
        places[*code as usize].map(|place| place as u32).ok_or_else(|| {
            format!("'{PREDICTION}' of {{out}} is '{}' in row {row}, which is no class", levels[*code as usize])
        })
    };
    codes.iter().enumerate().map(code).collect()
}

/// A word with its places filled, from left to right, so that what fills one is not looked at again.
fn filled(word: &str, places: &[(&str, String)]) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match places.iter().find(|(place, _)| rest.starts_with(place)) {
            Some((place, value)) => {
                out.push_str(value);
                rest = &rest[place.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// The folder of one run, gone with it.
struct RunFolder(PathBuf);

impl Drop for RunFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Train rows that a program is to be fitted to.
struct FittedByProgram {
    program: Arc<Program>,
    without: Vec<String>,
    train: Vec<Series>,
    count: usize,
    terms: (u32, u64),
}

impl FittedByProgram {
    fn asked<'r>(&self, rows: &TableRows<'r>) -> TableRows<'r> {
        TableRows { without: self.without.clone(), ..rows.clone() }
    }
}

impl FittedRows for FittedByProgram {
    fn predict_rows(&self, rows: &TableRows) -> Result<Predictions, FitError> {
        let columns = self.program.columns(&self.asked(rows));
        self.program.run((self.train.clone(), self.count), (columns, rows.count), self.terms)
    }

    fn inside(&self, what: Inside, _: &TableRows) -> Result<FeatureValues, Untold> {
        Err(Untold::Unfit(format!("a command leaves predictions and no {}", what.described())))
    }

    /// One run for all: the parts stand one behind another among the rows to predict.
    fn predict_parts(&self, parts: &[TableRows]) -> Result<Vec<Predictions>, FitError> {
        let mut together: Vec<Series> = Vec::new();
        for part in parts {
            let columns = self.program.columns(&self.asked(part));
            if together.is_empty() {
                together = columns;
                continue;
            }
            for (whole, more) in together.iter_mut().zip(columns) {
                // A column may be whole numbers in one part alone.
                let more = more.cast(whole.dtype()).ok().filter(|_| more.dtype() != whole.dtype()).unwrap_or(more);
                if whole.append(&more).is_err() {
                    return parts.iter().map(|part| self.predict_rows(part)).collect();
                }
            }
        }
        let rows = parts.iter().map(|part| part.count).sum();
        let all = self.program.run((self.train.clone(), self.count), (together, rows), self.terms)?;
        let mut first = 0;
        let mut part = |part: &TableRows| {
            let places: Vec<usize> = (first..first + part.count).collect();
            first += part.count;
            all.pick(&places)
        };
        Ok(parts.iter().map(&mut part).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_words_are_filled_once() {
        let places = [("{train}", "{test}".to_owned()), ("{test}", "b".to_owned())];
        assert_eq!(filled("x={train},{test}{ {other}", &places), "x={test},b{ {other}");
    }

    #[test]
    fn labels_are_matched_as_they_are_written() {
        let classes = ["007", "7", "a"].map(String::from);
        let of = |texts: &[Option<&str>]| codes(&Column::new("p", Values::text(texts.iter().copied())), &classes);
        assert_eq!(of(&[Some("7"), Some("007"), Some("a")]).unwrap(), [1, 0, 2]);
        assert!(of(&[Some("a"), Some("b")]).unwrap_err().contains("'b' in row 1, which is no class"));
        assert!(of(&[Some("a"), None]).unwrap_err().contains("missing in row 1"));
        let numbers = ["0", "1"].map(String::from);
        assert_eq!(codes(&Column::new("p", Values::Number(vec![1.0, 0.0].into())), &numbers).unwrap(), [1, 0]);
    }
}
