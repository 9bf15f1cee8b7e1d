//! Parquet files into typed columns: one file, or several whose rows follow each other.

use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use polars::prelude::{ArrayRef, ArrowSchema, Column as PolarsColumn, PolarsError, PolarsResult, Series};
use rayon::prelude::*;

use super::parquet_schema::{Described, FileSchema, Stored};
use super::select::check_distinct;
use super::series::{self, is_out_of_range};
use super::typed_column::Pinned;
use super::{Column, LoadOptions, Selection, Table};
use crate::error::{Error, Result};
use crate::threads::{lock, pool};

/// What a file is read from.
pub trait ParquetSource: Read + Seek + Send {}

impl<T: Read + Seek + Send> ParquetSource for T {}

/// A file of which the footer is read.
struct Opened {
    path: String,
    schema: FileSchema,
    source: Mutex<Box<dyn ParquetSource>>,
}

/// A table in one file or several, of which a column at a time is read.
pub struct ParquetTable {
    path: String,
    files: Vec<Opened>,
    /// The names of all columns.
    pub names: Vec<String>,
    /// Number of rows.
    pub rows: usize,
    /// The columns that are needed and can be read: their places in the file.
    wanted: Vec<usize>,
    /// What is said of their types.
    pins: Vec<Pinned>,
    /// The needed columns that cannot be read, with their type.
    unsupported: Vec<(String, String)>,
    /// The types of the wanted columns, file by file.
    fields: Vec<ArrowSchema>,
    pool: rayon::ThreadPool,
}

/// A column, or its name and type where no feature can be made of it.
pub type ReadColumn = std::result::Result<Column, (String, String)>;

fn broken(path: &str, why: &str) -> Error {
    Error::file(format!("{path} is a broken Parquet file ({why})")).advise("write it again")
}

fn of_polars(path: &str, error: &PolarsError) -> Error {
    broken(path, error.to_string().lines().next().unwrap_or(""))
}

/// Does what may panic on damaged bytes.
fn guarded<T>(path: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(broken(path, "its contents do not parse")))
}

/// Reads the needed columns of files whose rows follow each other; `path` stands for all of them.
///
/// # Errors
/// An input error for whatever cannot be read, and for files that do not have the columns of the first.
pub fn read(
    path: &str,
    files: Vec<(String, Box<dyn ParquetSource>)>,
    options: &LoadOptions,
    selection: &Selection,
) -> Result<Table> {
    ParquetTable::open(path, files, options, selection)?.whole(options)
}

impl ParquetTable {
    /// Reads the footers.
    ///
    /// # Errors
    /// As [`read`].
    pub fn open(
        path: &str,
        files: Vec<(String, Box<dyn ParquetSource>)>,
        options: &LoadOptions,
        selection: &Selection,
    ) -> Result<Self> {
        let open = |(path, mut source): (String, Box<dyn ParquetSource>)| {
            let schema = guarded(&path, || FileSchema::read(&mut source).map_err(|e| of_polars(&path, &e)))?;
            Ok(Opened { path, schema, source: Mutex::new(source) })
        };
        let files = files.into_iter().map(open).collect::<Result<Vec<Opened>>>()?;
        let Some(first) = files.first() else {
            return Err(Error::file(format!("{path} has no Parquet file")).advise("name one that has"));
        };
        let names: Vec<String> = first.schema.columns.iter().map(|c| c.name.clone()).collect();
        check_distinct(&names, &first.path)?;
        if names.is_empty() {
            return Err(Error::file(format!("{path} has no columns")).advise("write it with data"));
        }
        for other in &files[1..] {
            check_alike(first, other)?;
        }
        let needed = selection.needed(&names, path)?;
        let pinned = options.pinned(&names, path, selection)?;
        let rows = files.iter().map(|file| file.schema.rows).sum();
        if rows == 0 {
            return Err(Error::file(format!("{path} has columns but no rows")).advise("write it with data"));
        }
        let (mut wanted, mut pins, mut unsupported) = (Vec::new(), Vec::new(), Vec::new());
        for (at, column) in first.schema.columns.iter().enumerate().filter(|(at, _)| needed[*at]) {
            match &column.stored {
                Stored::Unusable(kind) => unsupported.push((column.name.clone(), kind.clone())),
                _ => {
                    wanted.push(at);
                    pins.push(pinned[at]);
                }
            }
        }
        let fields = |file: &Opened| {
            let columns: Vec<&Described> = wanted.iter().map(|at| &file.schema.columns[*at]).collect();
            guarded(&file.path, || file.schema.fields(&columns).map_err(|e| of_polars(&file.path, &e)))
        };
        let fields = files.iter().map(fields).collect::<Result<_>>()?;
        Ok(Self { path: path.to_owned(), files, names, rows, wanted, pins, unsupported, fields, pool: pool(0)? })
    }

    /// Reads all needed columns.
    ///
    /// # Errors
    /// As [`ParquetTable::column`].
    pub fn whole(&self, options: &LoadOptions) -> Result<Table> {
        let mut table = self.without_columns();
        // As many columns at a time as it takes to keep all threads busy: what is decoded and not yet converted is held twice.
        let groups: usize = self.files.iter().map(|file| file.schema.groups()).sum();
        let at_once = self.pool.current_num_threads().div_ceil(groups.max(1));
        for places in (0..self.wanted.len()).collect::<Vec<_>>().chunks(at_once) {
            let read = || places.par_iter().map(|at| self.read_column(*at, options)).collect::<Result<Vec<_>>>();
            for column in self.pool.install(read)? {
                match column {
                    Ok(column) => table.columns.push(column),
                    Err(unusable) => table.unsupported.push(unusable),
                }
            }
        }
        Ok(table)
    }

    /// The names of the needed columns that can be read, in file order.
    pub fn names_of_needed(&self) -> impl Iterator<Item = &str> {
        self.wanted.iter().map(|at| self.names[*at].as_str())
    }

    /// The table with no column yet.
    pub fn without_columns(&self) -> Table {
        let mut table = Table::new(&self.path, self.names.clone(), self.rows);
        table.index = self.files.first().map_or(Vec::new(), |file| file.schema.index.clone());
        table.unsupported.clone_from(&self.unsupported);
        table
    }

    /// Reads one of the needed columns.
    ///
    /// # Errors
    /// An input error where the file is damaged, and for a text in a column that is to be numbers.
    pub fn column(&self, at: usize, options: &LoadOptions) -> Result<ReadColumn> {
        self.pool.install(|| self.read_column(at, options))
    }

    fn read_column(&self, at: usize, options: &LoadOptions) -> Result<ReadColumn> {
        let (mut all, mut order, mut is_beyond): (Option<Series>, Vec<String>, bool) = Default::default();
        for (file, fields) in self.files.iter().zip(&self.fields) {
            let column = &file.schema.columns[self.wanted[at]];
            guarded(&file.path, || {
                let (series, levels) = file.read(column, fields, at)?;
                is_beyond |= column.nanoseconds && is_out_of_range(&PolarsColumn::from(series.clone()));
                order.extend(levels.into_iter().filter(|level| !order.contains(level)).collect::<Vec<_>>());
                match &mut all {
                    None => all = Some(series),
                    Some(all) => {
                        all.append_owned(series).map_err(|e| of_polars(&file.path, &e))?;
                    }
                }
                Ok(())
            })?;
        }
        let column = &self.files[0].schema.columns[self.wanted[at]];
        let Some(series) = all.map(PolarsColumn::from) else {
            return Err(broken(&self.path, "it has no values"));
        };
        if is_beyond {
            return Ok(Err((column.name.clone(), "time beyond the years 1678 to 2262 as int96".into())));
        }
        match series::typed(&column.name, &column.stored, column.zone.as_deref(), order, &series) {
            Some(typed) => Ok(Ok(typed.read(&self.path, options, self.pins[at])?)),
            None => Ok(Err((column.name.clone(), series.dtype().to_string()))),
        }
    }
}

impl Opened {
    /// The values of a column and the levels that the file lists, in its order.
    fn read(&self, column: &Described, fields: &ArrowSchema, at: usize) -> Result<(Series, Vec<String>)> {
        let error = |e: PolarsError| of_polars(&self.path, &e);
        let Some((_, field)) = fields.get_at_index(at) else { return Err(broken(&self.path, "a column is not there")) };
        let levels = self.schema.levels_in_order(column, &mut *lock(&self.source));
        // The bytes are read one after the other, and decoded side by side.
        let group = |group| self.schema.chunk(group, column, field, &self.source);
        let arrays = (0..self.schema.groups()).into_par_iter().map(group).collect::<PolarsResult<Vec<Vec<ArrayRef>>>>();
        let arrays: Vec<ArrayRef> = arrays.map_err(error)?.into_iter().flatten().collect();
        let series = Series::try_from((field, arrays)).map_err(error)?;
        // A damaged page may decode to fewer values than the file's footer promises.
        if series.len() != self.schema.rows {
            let (held, rows) = (series.len(), self.schema.rows);
            return Err(broken(&self.path, &format!("column '{}' has {held} of {rows} values", column.name)));
        }
        Ok((series, levels))
    }
}

/// Refuses a file that does not have the columns of the first one.
fn check_alike(first: &Opened, other: &Opened) -> Result<()> {
    let columns = |file: &Opened| file.schema.columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    let (ours, theirs) = (columns(first), columns(other));
    let what = if let Some(name) = ours.iter().find(|name| !theirs.contains(name)) {
        format!("has no column '{name}'")
    } else if let Some(name) = theirs.iter().find(|name| !ours.contains(name)) {
        format!("has a column '{name}' more")
    } else if ours != theirs {
        "has its columns in another order".to_owned()
    } else {
        let pairs = first.schema.columns.iter().zip(&other.schema.columns);
        match pairs.into_iter().find(|(a, b)| !a.is_stored_as(b)) {
            Some((column, _)) => format!("stores column '{}' in another way", column.name),
            None => return Ok(()),
        }
    };
    Err(Error::file(format!("{} {what} than {}, and files of one table have the same columns", other.path, first.path))
        .advise("write them alike, or name those that are"))
}
