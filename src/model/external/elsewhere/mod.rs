//! An external model started anew where some rows are others: in the table that it is given, and in the data's file, which
//! it may read by itself. A model that uses only what it is given for a split does not notice.

mod file;
mod folder;
mod values;

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use ndarray::Array2;

use super::pool::WorkerCommand;
use super::{External, ExternalOptions, ExternalSpec, ExternalTable};
use crate::data::{Features, Scaling};
use crate::error::Error;
use crate::model::by_rows::ChangedRows;
use crate::model::{FitContext, FitError, Fitted, FittedRows, Learner, RowLearner, TableRows, TrainTarget};

pub use folder::OtherFolder;

/// The file that a table was read from.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// Where it is.
    pub path: PathBuf,
    /// The names of its columns.
    pub names: Vec<String>,
    /// Number of rows.
    pub rows: usize,
}

/// What is changed, by rows of the file.
struct Change<'a> {
    features: HashSet<u32>,
    targets: HashSet<u32>,
    target: &'a str,
}

impl Change<'_> {
    /// The rows of a column that are changed.
    fn rows(&self, column: &str) -> &HashSet<u32> {
        if column == self.target { &self.targets } else { &self.features }
    }
}

/// An external model that can be started anew.
pub struct Restartable {
    running: External,
    spec: ExternalSpec,
    table: ExternalTable,
    options: ExternalOptions,
    file: Option<DataFile>,
}

impl Restartable {
    /// Starts the model as far as to know that it works.
    ///
    /// # Errors
    /// As [`External::open`].
    pub fn open(
        spec: &ExternalSpec,
        table: ExternalTable,
        options: &ExternalOptions,
        file: Option<DataFile>,
    ) -> Result<Self, Error> {
        let running = External::open(spec, table.clone(), options)?;
        Ok(Self { running, spec: spec.clone(), table, options: options.clone(), file })
    }

    fn start(&self, changed: &ChangedRows) -> Result<External, FitError> {
        let of_file = |rows: &[u32]| rows.iter().map(|row| self.table.used[*row as usize]).collect();
        let change = Change {
            features: of_file(changed.features),
            targets: of_file(changed.targets),
            target: &self.table.target,
        };
        let columns = self.table.columns.iter();
        let columns = columns.map(|(name, values)| (name.clone(), values::changed(values, &change.features)));
        let table = ExternalTable {
            columns: Arc::new(columns.collect()),
            features: Arc::clone(&changed.known),
            ..self.table.clone()
        };
        let mut options = self.options.clone();
        if let Some(file) = &self.file
            && let Some(bytes) = file::changed(file, &change)
        {
            let folder = OtherFolder::new(&file.path, &bytes).map_err(FitError::new)?;
            options.folder = Some(Arc::new(folder));
        }
        External::open(&self.spec, table, &options).map_err(FitError::new)
    }
}

/// A command that is run in another folder, where there is one.
pub fn inside(folder: Option<&Arc<OtherFolder>>, command: WorkerCommand) -> WorkerCommand {
    let Some(folder) = folder.map(Arc::clone) else { return command };
    Box::new(move || {
        let mut command: Command = command();
        folder.place(&mut command);
        command
    })
}

impl Learner for Restartable {
    fn scaling(&self) -> Option<Scaling> {
        self.running.scaling()
    }

    fn fit(&self, x: Array2<f64>, answers: TrainTarget, terms: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        self.running.fit(x, answers, terms)
    }

    fn by_rows(&self) -> Option<&dyn RowLearner> {
        Some(self)
    }
}

impl RowLearner for Restartable {
    fn rows<'r>(&self, rows: &'r [u32], features: &Features) -> TableRows<'r> {
        self.running.rows(rows, features)
    }

    fn source(&self) -> String {
        self.running.source()
    }

    fn columns(&self) -> Vec<&str> {
        self.table.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn elsewhere(&self, changed: &ChangedRows) -> Option<Result<Box<dyn Learner>, FitError>> {
        Some(self.start(changed).map(|started| Box::new(started) as Box<dyn Learner>))
    }

    fn fit_rows(
        &self,
        rows: &TableRows,
        answers: TrainTarget,
        terms: &FitContext,
    ) -> Result<Box<dyn FittedRows>, FitError> {
        self.running.fit_rows(rows, answers, terms)
    }
}
