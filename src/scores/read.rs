//! From a table to scores. In the long form a row has one score (columns split, model, metric, score); in the wide form it
//! has those of one model on one split, a column a metric. Names of columns are found in any case.

use super::{ScoreRow, ScoreRows};
use crate::data::{Column, Dataset, LoadOptions, MISSING, Selection, Table, Values};
use crate::error::{Error, Result, Subject};
use crate::names::listed;
use crate::setting::METRIC;
use crate::warning::{Code, Warning};

/// What a model is called where no column says.
const UNNAMED: &str = "model";

/// Columns that say something of a row, and are no metrics.
const OF_ROW: [&str; 5] = ["split", "model", "n_train", "n_test", "failed"];

/// What scikit-learn's `cross_validate` writes beside scores.
const TIMES: [&str; 2] = ["fit_time", "score_time"];

/// How the forms are written, for messages.
const FORMS: &str = "write columns split, model, metric and score, or split, model and a column for each metric";

impl ScoreRows {
    /// Reads scores from a CSV or Parquet file, columns in memory or Arrow, in the long or the wide form. Where `metrics` are
    /// named, no other column of the wide form is looked at.
    ///
    /// # Errors
    /// An input error where it cannot be read, a column is not there, or a cell is no score, split or number of rows.
    pub fn read(dataset: &Dataset, options: &LoadOptions, metrics: &[String]) -> Result<Self> {
        let table = dataset.load(options, &Selection { all: true, ..Selection::default() })?;
        let of = Reader { table: &table };
        let mut scores = Self { name: table.path.clone(), table_rows: table.rows, ..Self::default() };
        if of.column("metric")?.is_some() {
            of.long(&mut scores)?;
        } else {
            of.wide(metrics, &mut scores)?;
        }
        scores.lines = table.lines;
        Ok(scores)
    }
}

struct Reader<'t> {
    table: &'t Table,
}

/// Texts of a column, one a row.
struct Texts {
    codes: Vec<u32>,
    levels: Vec<String>,
}

impl Texts {
    fn at(&self, row: usize) -> Option<&str> {
        Some(self.codes[row]).filter(|code| *code != MISSING).map(|code| self.levels[code as usize].as_str())
    }
}

impl<'t> Reader<'t> {
    /// The column of a name in any case.
    fn column(&self, name: &str) -> Result<Option<&'t Column>> {
        let named: Vec<&String> = self.table.names.iter().filter(|n| n.eq_ignore_ascii_case(name)).collect();
        let chosen = match named.as_slice() {
            [] => return Ok(None),
            [one] => *one,
            several => *several.iter().find(|n| **n == name).ok_or_else(|| {
                let names: Vec<String> = several.iter().map(|name| format!("'{name}'")).collect();
                Error::file(format!("columns {} have one name but for its case", listed(&names, "and")))
                    .at(&self.table.path)
                    .advise("rename one")
            })?,
        };
        self.table.column(chosen).map(Some)
    }

    fn needed(&self, name: &str) -> Result<&'t Column> {
        if let Some(column) = self.column(name)? {
            return Ok(column);
        }
        let about = Subject::Column(name.to_owned());
        let index = self.table.columns.first().is_some_and(|column| column.unnamed);
        let advice = if name == "split" && index {
            "its first column has no name; name it split (in pandas to_csv(index_label=\"split\"))"
        } else {
            FORMS
        };
        Err(Error::file(format!("there is no column '{name}'")).about(about).at(&self.table.path).advise(advice))
    }

    fn place(&self, row: usize) -> String {
        format!("{} {}", self.table.path, self.table.place(row))
    }

    fn texts(&self, column: &Column) -> Texts {
        let (codes, levels) = column.names().as_levels();
        Texts { codes: codes.into_vec(), levels }
    }

    /// The text of a column that each row must have.
    fn named(&self, name: &str) -> Result<Texts> {
        let texts = self.texts(self.needed(name)?);
        match texts.codes.iter().position(|code| *code == MISSING) {
            None => Ok(texts),
            Some(row) => Err(Error::file(format!("there is no {name}"))
                .about(Subject::Column(name.to_owned()))
                .at(self.place(row))
                .advise("fill in the cell")),
        }
    }

    /// The model of each row.
    fn models(&self) -> Result<Texts> {
        match self.column("model")? {
            Some(_) => self.named("model"),
            None => Ok(Texts { codes: vec![0; self.table.rows], levels: vec![UNNAMED.to_owned()] }),
        }
    }

    /// The numbers of a column; NaN where there is none.
    fn numbers(&self, column: &Column) -> Result<Vec<f64>> {
        let (codes, levels) = match &column.values {
            Values::Number(numbers) | Values::Boolean(numbers, _) => return Ok(numbers.to_vec()),
            Values::Text { codes, levels } => (codes, levels),
            Values::Time(..) => {
                return Err(Error::file(format!("column '{}' holds dates and no scores", column.name))
                    .about(Subject::Column(column.name.clone()))
                    .at(&self.table.path)
                    .advise("check the column"));
            }
        };
        let number = |(row, code): (usize, &u32)| {
            let Some(text) = levels.get(*code as usize) else { return Ok(f64::NAN) };
            text.trim().parse().map_err(|_| {
                Error::file(format!("{} is '{text}', which is not a number", column.name))
                    .about(Subject::Column(column.name.clone()))
                    .at(self.place(row))
                    .advise("correct it, or leave the cell empty where there is no score")
            })
        };
        codes.iter().enumerate().map(number).collect()
    }

    /// The numbers of rows that a column holds, where there is one.
    fn counts(&self, name: &str) -> Result<Vec<Option<usize>>> {
        let Some(column) = self.column(name)? else { return Ok(vec![None; self.table.rows]) };
        let count = |(row, n): (usize, f64)| match n {
            n if n.is_nan() => Ok(None),
            n if n >= 1.0 && n.fract() == 0.0 && n <= 1e15 => Ok(Some(n as usize)),
            n => Err(Error::file(format!("{name} is {n}"))
                .about(Subject::Column(name.to_owned()))
                .at(self.place(row))
                .advise("give a whole number of rows from 1 up")),
        };
        self.numbers(column)?.into_iter().enumerate().map(count).collect()
    }

    fn long(&self, scores: &mut ScoreRows) -> Result<()> {
        let (splits, models, metrics) = (self.named("split")?, self.models()?, self.named("metric")?);
        let test = self.numbers(self.needed("score")?)?;
        let train = self.column("train_score")?.map(|column| self.numbers(column)).transpose()?;
        let (n_train, n_test) = (self.counts("n_train")?, self.counts("n_test")?);
        let failed = self.column("failed")?.map(|column| self.texts(column));
        let text = |texts: &Texts, row: usize| texts.at(row).unwrap_or_default().to_owned();
        scores.rows = (0..self.table.rows)
            .map(|row| ScoreRow {
                split: text(&splits, row),
                model: text(&models, row),
                metric: text(&metrics, row),
                score: known(test[row]),
                train_score: train.as_ref().and_then(|train| known(train[row])),
                n_train: n_train[row],
                n_test: n_test[row],
                failed: failed.as_ref().and_then(|texts| texts.at(row)).map(str::to_owned),
                row: Some(row),
            })
            .collect();
        Ok(())
    }

    fn wide(&self, only: &[String], scores: &mut ScoreRows) -> Result<()> {
        let (splits, models) = (self.named("split")?, self.models()?);
        let (n_train, n_test) = (self.counts("n_train")?, self.counts("n_test")?);
        let failed = self.column("failed")?.map(|column| self.texts(column));
        let metrics = self.metrics(only, &mut scores.notes)?;
        let text = |texts: &Texts, row: usize| texts.at(row).unwrap_or_default().to_owned();
        for (metric, test, train) in &metrics {
            scores.rows.extend((0..self.table.rows).map(|row| ScoreRow {
                split: text(&splits, row),
                model: text(&models, row),
                metric: metric.clone(),
                score: known(test[row]),
                train_score: train.as_ref().and_then(|train| known(train[row])),
                n_train: n_train[row],
                n_test: n_test[row],
                failed: failed.as_ref().and_then(|texts| texts.at(row)).map(str::to_owned),
                row: Some(row),
            }));
        }
        Ok(())
    }

    /// The metrics of the wide form, each with its scores on test and train rows.
    #[expect(clippy::type_complexity, reason = "a name, and a list for each part")]
    fn metrics(&self, only: &[String], notes: &mut Vec<Warning>) -> Result<Vec<(String, Vec<f64>, Option<Vec<f64>>)>> {
        let columns = &self.table.columns;
        let is = |column: &Column, names: &[&str]| names.iter().any(|name| column.name.eq_ignore_ascii_case(name));
        let of_scikit_learn = columns.iter().any(|column| column.name.starts_with("test_"));
        // `test_r2` is r2, as `cross_validate` calls it.
        let metric = |column: &Column| column.name.strip_prefix("test_").unwrap_or(&column.name).to_owned();
        let is_asked = |name: &str| only.is_empty() || only.iter().any(|asked| asked.eq_ignore_ascii_case(name));
        let mut found = Vec::new();
        let mut texts = Vec::new();
        for column in columns {
            let is_index = column.unnamed || self.table.index.contains(&column.name);
            if is(column, &OF_ROW) || is_index || (of_scikit_learn && is(column, &TIMES)) {
                continue;
            }
            let of_train = column.name.strip_prefix("train_");
            if of_train.is_some_and(|name| columns.iter().any(|other| metric(other) == name)) {
                continue;
            }
            let name = metric(column);
            if !is_asked(&name) && !is_asked(&column.name) {
                continue;
            }
            let is_text = match &column.values {
                Values::Number(_) => false,
                // A number among the texts was to be a score.
                Values::Text { levels, .. } => !levels.is_empty() && levels.iter().all(|l| l.parse::<f64>().is_err()),
                _ => true,
            };
            if is_text && only.is_empty() {
                texts.push(format!("'{}'", column.name));
                continue;
            }
            let train = columns.iter().find(|other| other.name == format!("train_{name}"));
            let train = train.map(|column| self.numbers(column)).transpose()?;
            found.push((name, self.numbers(column)?, train));
        }
        if found.is_empty() {
            let wanted = if only.is_empty() { String::new() } else { format!(" of {}", METRIC.to(only.join(","))) };
            return Err(Error::file(format!("there is no column of scores{wanted}"))
                .at(&self.table.path)
                .advise(FORMS));
        }
        if !texts.is_empty() {
            let s = if texts.len() == 1 { " holds no numbers and is" } else { "s hold no numbers and are" };
            let texts = listed(&texts, "and");
            notes.push(Warning::new(Code::ColumnUnsupported, format!("column{s} left out: {texts}")));
        }
        Ok(found)
    }
}

fn known(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}
