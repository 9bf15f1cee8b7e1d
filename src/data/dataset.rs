//! Where rows come from: a file, bytes, columns in memory, or Arrow.

use std::io::Read;
use std::sync::Arc;

use polars::prelude::{ArrayRef, ArrowField};

use super::select::check_distinct;
use super::source::ColumnSource;
use super::typed_column::TypedColumn;
use super::{LoadOptions, Selection, Table, Values, arrow, source};
use crate::error::{Error, Result, Subject};

/// A table to be evaluated, before it is known which of its columns are read and how.
///
/// A path is a dataset too: `Evaluation::new("data.csv", "y")`.
#[derive(Debug, Clone)]
pub struct Dataset {
    name: String,
    rows: Source,
}

#[derive(Debug, Clone)]
enum Source {
    /// The name is a path.
    Path,
    Bytes(Arc<Bytes>),
    Columns(Arc<Columns>),
}

/// A file in memory.
struct Bytes(Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// Columns in memory.
struct Columns {
    names: Vec<String>,
    held: Vec<Held>,
    rows: usize,
}

/// A column, or its type where no feature can be made of it.
pub(super) type Held = std::result::Result<TypedColumn, String>;

// Not with all of its cells.
impl std::fmt::Debug for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Columns").field("names", &self.names).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Default for Dataset {
    fn default() -> Self {
        Self::from_path("")
    }
}

impl<S: Into<String>> From<S> for Dataset {
    fn from(path: S) -> Self {
        Self::from_path(path)
    }
}

impl Dataset {
    /// A CSV file (gzipped or not) or a Parquet file; `-` is standard input. It is read when the evaluation is prepared.
    pub fn from_path(path: impl Into<String>) -> Self {
        Self { name: path.into(), rows: Source::Path }
    }

    /// A CSV or Parquet file that is read from anything, to its end. The name stands for it in reports and errors.
    ///
    /// # Errors
    /// An input error where it cannot be read.
    pub fn from_reader(name: impl Into<String>, mut reader: impl Read) -> Result<Self> {
        let name = name.into();
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|e| source::cannot_read(&name, &e))?;
        Ok(Self { name, rows: Source::Bytes(Arc::new(Bytes(bytes))) })
    }

    /// Columns in memory, each a name and its values, one a row:
    ///
    /// ```
    /// use randsplit::Evaluation;
    /// use randsplit::{Dataset, Values};
    ///
    /// let x: Vec<f64> = (0..60).map(f64::from).collect();
    /// let y: Vec<f64> = x.iter().map(|x| 3.0 * x + 1.0).collect();
    /// let line = Dataset::from_columns("line", [("x", Values::from(x)), ("y", Values::from(y))])?;
    /// let report = Evaluation::new(line, "y").models(["ols"]).splits(10).run()?;
    /// assert!(report.models[0].metrics["r2"].worst.unwrap().score > 0.999);
    /// # Ok::<(), randsplit::Error>(())
    /// ```
    ///
    /// They are read as those of a Parquet file: NaN is missing, and text that holds dates alone is dates.
    ///
    /// # Errors
    /// An input error where there are no columns or no rows, columns differ in length, or two have one name.
    pub fn from_columns<N: Into<String>>(
        name: impl Into<String>,
        columns: impl IntoIterator<Item = (N, Values)>,
    ) -> Result<Self> {
        let column = |(name, values): (N, Values)| {
            let name = name.into();
            (name.clone(), Ok(TypedColumn::new(name, values)))
        };
        let (names, held) = columns.into_iter().map(column).unzip();
        Self::of_columns(name.into(), names, held)
    }

    /// Arrow arrays: the fields of a schema, and batches with one array a field. They are read as those of a Parquet
    /// file; columns of types that no feature can be made of are left out and named.
    ///
    /// Arrays of other Arrow libraries come in by Arrow's C data interface (`polars_arrow::ffi`).
    ///
    /// # Errors
    /// An input error where there are no fields or no rows, two fields have one name, or a batch does not fit the fields.
    pub fn from_arrow(
        name: impl Into<String>,
        fields: &[ArrowField],
        batches: impl IntoIterator<Item = Vec<ArrayRef>>,
    ) -> Result<Self> {
        let name = name.into();
        source::start_polars()?;
        let mut chunks: Vec<Vec<ArrayRef>> = vec![Vec::new(); fields.len()];
        for (at, batch) in batches.into_iter().enumerate() {
            let rows = batch.first().map_or(0, |array| array.len());
            if batch.len() != fields.len() || batch.iter().any(|array| array.len() != rows) {
                return Err(Error::file(format!(
                    "{name}: batch {at} does not have an array of {rows} rows for each of {} fields",
                    fields.len()
                ))
                .advise("make the batches alike"));
            }
            chunks.iter_mut().zip(batch).for_each(|(chunks, array)| chunks.push(array));
        }
        let held = fields.iter().zip(chunks).map(|(field, chunks)| arrow::typed(&name, field, chunks));
        let held = held.collect::<Result<_>>()?;
        Self::of_columns(name, fields.iter().map(|field| field.name.to_string()).collect(), held)
    }

    fn of_columns(name: String, names: Vec<String>, held: Vec<Held>) -> Result<Self> {
        if names.is_empty() {
            return Err(Error::file(format!("{name} has no columns")).advise("give it some"));
        }
        check_distinct(&names, &name)?;
        let usable = || held.iter().flatten();
        let rows = usable().next().map_or(0, |column| column.values.len());
        if let (Some(first), Some(other)) = (usable().next(), usable().find(|column| column.values.len() != rows)) {
            return Err(Error::file(format!(
                "{name}: column '{}' has {rows} rows and column '{}' has {}",
                first.name,
                other.name,
                other.values.len()
            ))
            .advise("give them as many values"));
        }
        if rows == 0 && held.iter().all(Held::is_ok) {
            return Err(Error::file(format!("{name} has columns but no rows")).advise("give it some"));
        }
        Ok(Self { name, rows: Source::Columns(Arc::new(Columns { names, held, rows })) })
    }

    /// The path, or the name given for what is no file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the columns that are selected.
    ///
    /// # Errors
    /// An input error that names the file, and the line or column where there is one, for everything that cannot be read.
    pub fn load(&self, options: &LoadOptions, selection: &Selection) -> Result<Table> {
        let loaded = match &self.rows {
            Source::Path => source::load(&self.name, options, selection),
            Source::Bytes(bytes) => source::from_bytes(&self.name, bytes.0.clone(), options, selection),
            Source::Columns(columns) => columns.load(&self.name, options, selection),
        };
        loaded.map_err(|e| e.about(Subject::File(self.name.clone())))
    }
}

impl Dataset {
    /// Opens the dataset to read a column at a time, where it is Parquet files; `None` where it is not.
    ///
    /// # Errors
    /// As [`Dataset::load`].
    pub(crate) fn by_column(&self, options: &LoadOptions, selection: &Selection) -> Result<Option<ColumnSource>> {
        match &self.rows {
            Source::Path => ColumnSource::open(&self.name, options, selection)
                .map_err(|e| e.about(Subject::File(self.name.clone()))),
            Source::Bytes(_) | Source::Columns(_) => Ok(None),
        }
    }
}

impl Columns {
    fn load(&self, name: &str, options: &LoadOptions, selection: &Selection) -> Result<Table> {
        let needed = selection.needed(&self.names, name)?;
        let pinned = options.pinned(&self.names, name, selection)?;
        let mut table = Table::new(name, self.names.clone(), self.rows);
        for (at, held) in self.held.iter().enumerate().filter(|(at, _)| needed[*at]) {
            match held {
                Ok(typed) => table.columns.push(typed.clone().read(name, options, pinned[at])?),
                Err(kind) => table.unsupported.push((self.names[at].clone(), kind.clone())),
            }
        }
        Ok(table)
    }
}
