//! Predictions as a table, and its forms.

use std::io::{self, Write};

use polars::prelude::{DataFrame, NamedFrom, Series};

use super::said::{ClassProbability, Predicted, Range, RowPrediction};
use crate::error::{Error, Result};
use crate::escape::csv::Cells;

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell<'a> {
    Number(f64),
    Label(&'a str),
    Nothing,
}

impl From<Option<f64>> for Cell<'_> {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }
}

/// Which columns there are: those that some row has something for.
#[derive(Debug, Clone, Copy, Default)]
struct Shape {
    classes: bool,
    probabilities: bool,
    ranges: bool,
    interval: bool,
}

impl Predicted {
    fn shape(&self, labels: &[String]) -> Shape {
        let mut shape = Shape { classes: !labels.is_empty(), interval: self.half_width.is_some(), ..Shape::default() };
        for row in &self.rows {
            match row {
                RowPrediction::Number { range, .. } => shape.ranges |= range.is_some(),
                RowPrediction::Class { agreement, probabilities, .. } => {
                    shape.ranges |= agreement.is_some();
                    shape.probabilities |= !probabilities.is_empty();
                }
            }
        }
        shape
    }

    /// The name of the column that names rows, made one that no other column has.
    fn id(&self, labels: &[String]) -> Option<String> {
        let mut name = self.row_names.as_ref()?.column().to_owned();
        let names = self.names(labels);
        while name == "row" || names.contains(&name) {
            name.push('_');
        }
        Some(name)
    }

    /// What a row is called, where rows have names.
    fn called(&self, row: usize) -> Option<String> {
        self.row_names.as_ref()?.of(row)
    }

    /// Names of the columns behind `row` and that of names of rows. Numbers: `prediction`, `range_low`, `range_high` and `range_sd` over split models,
    /// `interval_low` and `interval_high` for the true value. Classes: `prediction`, `agreement`, and for each label
    /// `probability_LABEL` with `range_low_LABEL` and `range_high_LABEL`. What there is not is left out. `labels` are those
    /// of the target.
    pub fn names(&self, labels: &[String]) -> Vec<String> {
        let shape = self.shape(labels);
        let mut names = vec!["prediction".to_owned()];
        if shape.classes {
            names.extend(shape.ranges.then(|| "agreement".to_owned()));
            for label in labels.iter().filter(|_| shape.probabilities) {
                names.push(format!("probability_{label}"));
                if shape.ranges {
                    names.extend(["low", "high"].map(|end| format!("range_{end}_{label}")));
                }
            }
            return names;
        }
        if shape.ranges {
            names.extend(["range_low", "range_high", "range_sd"].map(String::from));
        }
        if shape.interval {
            names.extend(["interval_low", "interval_high"].map(String::from));
        }
        names
    }

    /// The cells of one row, in the order of the names.
    fn cells<'a>(&self, row: &RowPrediction, shape: Shape, labels: &'a [String]) -> Vec<Cell<'a>> {
        let ends = |range: &Option<Range>| [range.map(|r| r.low), range.map(|r| r.high)].map(Cell::from);
        match row {
            RowPrediction::Number { prediction, range } => {
                let mut cells = vec![Cell::Number(*prediction)];
                if shape.ranges {
                    cells.extend(ends(range));
                    cells.push(range.and_then(|r| r.sd).into());
                }
                if let Some(half) = self.half_width {
                    cells.extend([Cell::Number(prediction - half), Cell::Number(prediction + half)]);
                }
                cells
            }
            RowPrediction::Class { label, agreement, probabilities } => {
                let mut cells = vec![Cell::Label(&labels[*label as usize])];
                if shape.ranges {
                    cells.push((*agreement).into());
                }
                if shape.probabilities {
                    for ClassProbability { probability, range } in probabilities {
                        cells.push(Cell::Number(*probability));
                        if shape.ranges {
                            cells.extend(ends(range));
                        }
                    }
                }
                cells
            }
        }
    }

    /// Column `row`, that of names of rows where there is one, and those of [`Predicted::names`].
    ///
    /// # Errors
    /// A run error where the table cannot be laid out.
    pub fn table(&self, labels: &[String]) -> Result<DataFrame> {
        let (names, shape) = (self.names(labels), self.shape(labels));
        let places: Vec<u32> = (0..self.rows.len() as u32).collect();
        let mut columns = vec![Series::new("row".into(), places).into()];
        if let Some(id) = self.id(labels) {
            let called: Vec<Option<String>> = (0..self.rows.len()).map(|row| self.called(row)).collect();
            columns.push(Series::new(id.into(), called).into());
        }
        let rows: Vec<Vec<Cell>> = self.rows.iter().map(|row| self.cells(row, shape, labels)).collect();
        for (at, name) in names.iter().enumerate() {
            let of = || rows.iter().map(|cells| cells[at]);
            let is_label = of().any(|cell| matches!(cell, Cell::Label(_)));
            let series = if is_label {
                let text = |cell| if let Cell::Label(text) = cell { Some(text) } else { None };
                Series::new(name.as_str().into(), of().map(text).collect::<Vec<_>>())
            } else {
                let number = |cell| if let Cell::Number(number) = cell { Some(number) } else { None };
                Series::new(name.as_str().into(), of().map(number).collect::<Vec<_>>())
            };
            columns.push(series.into());
        }
        DataFrame::new(self.rows.len(), columns).map_err(|e| Error::run(format!("cannot lay out the predictions: {e}")))
    }

    /// The same as CSV; `cells` says how texts are written.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_csv(&self, labels: &[String], cells: Cells, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        let id = self.id(labels);
        let names = id.iter().cloned().chain(self.names(labels));
        writer.write_record(std::iter::once("row".into()).chain(names.map(|name| cells.write(&name).into_owned())))?;
        let shape = self.shape(labels);
        for (place, row) in self.rows.iter().enumerate() {
            writer.write_field(place.to_string())?;
            if id.is_some() {
                writer.write_field(cells.write(&self.called(place).unwrap_or_default()).as_ref())?;
            }
            for cell in self.cells(row, shape, labels) {
                match cell {
                    Cell::Number(number) => writer.write_field(number.to_string())?,
                    Cell::Label(label) => writer.write_field(cells.write(label).as_ref())?,
                    Cell::Nothing => writer.write_field("")?,
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
        writer.flush()
    }

    /// The same as a JSON array with an object a row, one on each line; `null` where there is nothing.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_json(&self, labels: &[String], out: &mut dyn Write) -> io::Result<()> {
        let (id, names, shape) = (self.id(labels), self.names(labels), self.shape(labels));
        out.write_all(b"[")?;
        for (place, row) in self.rows.iter().enumerate() {
            let value = |cell| match cell {
                Cell::Number(number) => serde_json::Value::from(number),
                Cell::Label(label) => label.into(),
                Cell::Nothing => serde_json::Value::Null,
            };
            let mut object = serde_json::Map::new();
            object.insert("row".into(), place.into());
            if let Some(id) = &id {
                object.insert(id.clone(), self.called(place).into());
            }
            object.extend(names.iter().cloned().zip(self.cells(row, shape, labels).into_iter().map(value)));
            out.write_all(if place == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, &object)?;
        }
        out.write_all(b"\n]\n")
    }
}
