//! External models: a Python object, a program that speaks the protocol of workers, or a command that is run for each
//! split. They get rows of the table by number, train rows with their targets and test rows without.

mod answer;
mod command;
mod connection;
mod elsewhere;
mod frame;
mod host;
mod output;
mod pool;
mod python;
mod scratch;
mod spec;
mod table;
mod worker;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use ndarray::Array2;
use serde_json::{Value, json};

pub(crate) use elsewhere::{DataFile, Restartable};
pub use host::{HostedModels, Meeting, Wanted, WorkerHost};
pub use output::Listener;
pub use scratch::end_all;
pub use spec::{ExternalKind, ExternalSpec};
pub use table::Exchange;

use super::{FitContext, FitError, Fitted, FittedRows, Learner, RowLearner, TableRows, TrainTarget};
use crate::data::{Features, Scaling, Task, Values};
use crate::error::{Error, Result};
use command::Program;
use connection::Reception;
use elsewhere::{OtherFolder, inside};
use pool::{Losses, Pool, WorkerSource};

/// How far the probabilities of a row may sum to other than 1: nets compute with half as many digits.
const SUM_TOLERANCE: f64 = 1e-3;
/// Bytes of a model's message that an error repeats.
const LONGEST: usize = 300;

/// How external models are run.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ExternalOptions {
    /// The Python interpreter; that of the active environment where not given.
    pub python: Option<PathBuf>,
    /// How long one fit or prediction may take; for ever where not given.
    pub timeout: Option<Duration>,
    /// The form of the files of commands.
    pub exchange: Exchange,
    /// Takes what models print; nobody does where not given.
    pub listener: Option<Listener>,
    /// The folder that programs run in, where it is another than the working one.
    folder: Option<Arc<OtherFolder>>,
}

impl std::fmt::Debug for ExternalOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalOptions")
            .field("python", &self.python)
            .field("timeout", &self.timeout)
            .field("exchange", &self.exchange)
            .finish_non_exhaustive()
    }
}

/// What an external model is about.
#[derive(Debug, Clone)]
pub struct ExternalTable {
    /// The columns that models may use, with all rows of the file.
    pub columns: Arc<Vec<(String, Values)>>,
    /// The row of the file of each used row.
    pub used: Arc<Vec<u32>>,
    /// The features of the used rows, as probes change them.
    pub features: Arc<Features>,
    /// The name of the target.
    pub target: String,
    /// `number`, `boolean`, `text` or `time`.
    pub target_kind: &'static str,
    /// Regression or classification.
    pub task: Task,
    /// The classes' texts; none for numbers.
    pub labels: Vec<String>,
}

/// An external model as a learner.
pub struct External {
    backend: Backend,
    features: Arc<Features>,
    source: String,
}

enum Backend {
    Workers(Arc<Pool>),
    Program(Arc<Program>),
}

impl External {
    /// Starts what a specification says, as far as to know that it works.
    ///
    /// # Errors
    /// An error that says what is wrong with it.
    pub fn open(spec: &ExternalSpec, table: ExternalTable, options: &ExternalOptions) -> Result<Self> {
        let failed = |why: String| Error::model(format!("model '{}': {}", spec.name, one_line(&why)));
        let features = Arc::clone(&table.features);
        let (timeout, listener, source_text) = (options.timeout, options.listener.clone(), spec.text.clone());
        let workers = |source: WorkerSource, model: Value| {
            let reception = Arc::new(Reception::open().map_err(|e| failed(e.to_string()))?);
            let pool = Pool::new(table.clone(), source, model, timeout, listener.clone(), reception);
            let pool = pool.map_err(failed)?;
            pool.check().map_err(failed)?;
            let backend = Backend::Workers(Arc::new(pool));
            Ok(Self { backend, features: Arc::clone(&features), source: source_text.clone() })
        };
        match &spec.kind {
            ExternalKind::Python { source, name } => {
                let folder = scratch::Folder::new().map_err(failed)?;
                let command = python::command(options.python.as_deref(), folder).map_err(failed)?;
                let command = inside(options.folder.as_ref(), command);
                workers(WorkerSource::Program(command), json!({"python": source, "name": name}))
            }
            ExternalKind::Worker(words) => {
                let words = words.clone();
                let command = move || {
                    let mut command = Command::new(&words[0]);
                    command.args(&words[1..]);
                    command
                };
                let command = inside(options.folder.as_ref(), Box::new(command));
                workers(WorkerSource::Program(command), Value::Null)
            }
            ExternalKind::Command(words) => {
                let program = Program::new(words.clone(), table, options.exchange, timeout, listener);
                let mut program = program.map_err(failed)?;
                program.elsewhere.clone_from(&options.folder);
                let backend = Backend::Program(Arc::new(program));
                Ok(Self { backend, features, source: spec.text.clone() })
            }
        }
    }
}

impl External {
    /// Models of the caller's own, whose workers it has connect.
    ///
    /// # Errors
    /// An error that says what is wrong with them.
    pub fn open_hosted(
        hosted: &HostedModels,
        table: &ExternalTable,
        threads: usize,
        wanted: Wanted,
        options: &ExternalOptions,
    ) -> Result<Vec<Self>> {
        let failed = |name: &str, why: &str| Error::model(format!("model '{name}': {}", one_line(why)));
        let first = hosted.models.first().map_or("", |(name, _)| name.as_str());
        let reception = Arc::new(Reception::open().map_err(|e| failed(first, &e.to_string()))?);
        let (address, token) = reception.address();
        let meeting = Meeting { address, token, threads };
        hosted.host.open(&meeting).map_err(|why| failed(first, &why))?;
        let losses = Arc::new(Losses::default());
        let open = |(at, (name, source)): (usize, &(String, String))| {
            let first = at as u64 * Meeting::STRIDE;
            let workers = WorkerSource::Host { host: Arc::clone(&hosted.host), first, losses: Arc::clone(&losses) };
            let (reception, listener) = (Arc::clone(&reception), options.listener.clone());
            let model = json!({"probabilities": wanted.probabilities});
            let pool = Pool::new(table.clone(), workers, model, options.timeout, listener, reception);
            let pool = pool.map_err(|why| failed(name, &why))?;
            pool.check().map_err(|why| failed(name, &why))?;
            let backend = Backend::Workers(Arc::new(pool));
            Ok(Self { backend, features: Arc::clone(&table.features), source: source.clone() })
        };
        hosted.models.iter().enumerate().map(open).collect()
    }
}

impl Learner for External {
    // Its rows are not encoded; that it looks at features is all that this says.
    fn scaling(&self) -> Option<Scaling> {
        Some(Scaling::Gaps)
    }

    fn fit(&self, _: Array2<f64>, _: TrainTarget, _: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        Err(FitError::new("the model is given rows of the table, not encoded columns"))
    }

    fn by_rows(&self) -> Option<&dyn RowLearner> {
        Some(self)
    }
}

impl RowLearner for External {
    fn source(&self) -> String {
        self.source.clone()
    }

    fn was_interrupted(&self) -> bool {
        match &self.backend {
            Backend::Workers(pool) => pool.was_interrupted(),
            Backend::Program(_) => false,
        }
    }

    fn rows<'r>(&self, rows: &'r [u32], features: &Features) -> TableRows<'r> {
        TableRows::of_features(rows, features, &self.features)
    }

    fn fit_rows(
        &self,
        rows: &TableRows,
        answers: TrainTarget,
        terms: &FitContext,
    ) -> Result<Box<dyn FittedRows>, FitError> {
        match &self.backend {
            Backend::Workers(pool) => pool.fit(rows, answers, terms),
            Backend::Program(program) => Ok(program.fit(rows, answers, terms)),
        }
    }
}

/// The seed of a split's models, as small as other programs take them.
fn seed(terms: &FitContext) -> u32 {
    (terms.seed ^ (terms.seed >> 32)) as u32
}

/// A message of another program as one line of a bearable length.
fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// Refuses what are no probabilities.
fn check_probabilities(probabilities: Option<&Array2<f64>>) -> Result<(), FitError> {
    for (row, of_row) in probabilities.into_iter().flat_map(Array2::outer_iter).enumerate() {
        let sum: f64 = of_row.iter().sum();
        if of_row.iter().any(|p| !p.is_finite() || *p < -SUM_TOLERANCE) {
            return Err(FitError(format!("a probability of predicted row {row} is not a number from 0 to 1")));
        }
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(FitError(format!("the probabilities of predicted row {row} sum to {sum}, not to 1")));
        }
    }
    Ok(())
}
