//! The workers of a run: one a thread, started when the thread first needs one, and anew where one is lost.

use std::collections::{HashMap, HashSet};
use std::process::Command;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::connection::Reception;
use super::frame::Sent;
use super::host::WorkerHost;
use super::output::Listener;
use super::scratch::Folder;
use super::table::{Exchange, series, write};
use super::worker::{RowsMessage, Trouble, Worker};
use super::{ExternalTable, answer, one_line};
use crate::model::by_rows::{FeatureValues, Inside, Untold};
use crate::model::{FitContext, FitError, FittedRows, Predictions, TableRows, TrainTarget};
use crate::threads::lock;

/// After so many workers lost one after another no new one is started.
const MOST_LOST: u32 = 5;

/// Makes the command of a worker.
pub type WorkerCommand = Box<dyn Fn() -> Command + Send + Sync>;

/// Where workers come from.
pub enum WorkerSource {
    /// A program is started for each.
    Program(WorkerCommand),
    /// The caller has them connect.
    Host {
        /// Who does.
        host: Arc<dyn WorkerHost>,
        /// The place from which on they are for this model.
        first: u64,
        /// What all models of the host have lost.
        losses: Arc<Losses>,
    },
}

/// The starts of a host's workers that are over. Where one worker ends, the host ends the others of its start, so that the
/// first that is missed is to blame.
#[derive(Default)]
pub struct Losses(Mutex<HashSet<u64>>);

impl Losses {
    /// Notes the loss of a worker of a start; whether another one was lost before.
    fn follows(&self, start: u64) -> bool {
        !lock(&self.0).insert(start)
    }
}

/// The workers of one model.
pub struct Pool {
    table: ExternalTable,
    source: WorkerSource,
    /// What a worker is told of the model.
    model: Value,
    timeout: Option<Duration>,
    listener: Option<Listener>,
    reception: Arc<Reception>,
    folder: Folder,
    /// The table's file, by the form.
    files: [OnceLock<Result<String, String>>; 3],
    places: Mutex<HashMap<u64, Arc<Mutex<Place>>>>,
    lost: AtomicU32,
    models: AtomicU64,
}

/// The worker of one thread.
#[derive(Default)]
struct Place {
    worker: Option<Worker>,
    /// How many workers the place has had.
    generation: u64,
    /// Whether a request is under way: one that was given up leaves an answer that nobody takes.
    at_work: bool,
    /// Whether the worker was last lost because of another one.
    interrupted: bool,
}

impl Pool {
    /// Without a worker yet.
    ///
    /// # Errors
    /// Where no folder can be had.
    pub fn new(
        table: ExternalTable,
        source: WorkerSource,
        model: Value,
        timeout: Option<Duration>,
        listener: Option<Listener>,
        reception: Arc<Reception>,
    ) -> Result<Self, String> {
        let folder = Folder::new()?;
        Ok(Self {
            table,
            source,
            model,
            timeout,
            listener,
            reception,
            folder,
            files: Default::default(),
            places: Mutex::default(),
            lost: AtomicU32::new(0),
            models: AtomicU64::new(0),
        })
    }

    /// Starts the first worker, so that what is wrong with the model is known before the run.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), String> {
        let place = self.place();
        let mut place = lock(&place);
        self.fill(&mut place).map_err(|(Trouble::Refused(why) | Trouble::Lost(why))| why)
    }

    /// The place of this thread.
    fn place(&self) -> Arc<Mutex<Place>> {
        let thread = rayon::current_thread_index().unwrap_or(0) as u64;
        Arc::clone(lock(&self.places).entry(thread).or_default())
    }

    /// Starts a worker where the place has none.
    fn fill(&self, place: &mut Place) -> Result<(), Trouble> {
        if place.at_work {
            self.give_up(place);
            place.at_work = false;
        }
        // What ended while it had nothing to do has cost nothing.
        if place.worker.as_ref().is_some_and(Worker::is_gone) {
            place.worker = None;
        }
        if place.worker.is_none() {
            if self.lost.load(Ordering::Relaxed) >= MOST_LOST {
                let why = format!("{MOST_LOST} workers were lost one after another, so none is started any more");
                return Err(Trouble::Lost(why));
            }
            let thread = rayon::current_thread_index().unwrap_or(0) as u64;
            let started = match &self.source {
                WorkerSource::Program(command) => {
                    Worker::start(command(), thread, &self.reception, self.listener.as_ref())
                }
                WorkerSource::Host { host, first, .. } => {
                    Worker::hosted(first + thread, &self.reception, host.as_ref())
                }
            };
            let mut worker = started.map_err(Trouble::Lost)?;
            place.generation += 1;
            let opened = self.open(&mut worker);
            if !matches!(opened, Err(Trouble::Refused(_))) {
                place.worker = Some(worker);
            }
            opened?;
        }
        Ok(())
    }

    fn give_up(&self, place: &mut Place) {
        if let (Some(worker), WorkerSource::Host { host, .. }) = (place.worker.take(), &self.source) {
            host.lost(worker.process());
        }
    }

    /// Whether the worker of a place is lost because of another one.
    fn is_innocent(&self, place: &Place) -> bool {
        let start = place.worker.as_ref().and_then(Worker::start_number);
        match (&self.source, start) {
            (WorkerSource::Host { losses, .. }, Some(start)) => losses.follows(start),
            _ => false,
        }
    }

    /// Whether what failed last on this thread did so because another worker was lost; it is told once.
    pub fn was_interrupted(&self) -> bool {
        std::mem::take(&mut lock(&self.place()).interrupted)
    }

    /// Tells a new worker what it is about.
    fn open(&self, worker: &mut Worker) -> Result<(), Trouble> {
        let table = &self.table;
        let known = [Exchange::Arrow, Exchange::Parquet, Exchange::Csv];
        let form = known.into_iter().find(|form| worker.reads.iter().any(|name| name == form.name()));
        let file = form.map(|form| Ok((form, self.file(form)?))).transpose().map_err(Trouble::Lost)?;
        let columns = table.columns.iter().map(|(name, values)| json!({"name": name, "kind": values.kind()}));
        let mut head = Map::new();
        head.insert("task".into(), table.task.name().into());
        head.insert("target".into(), table.target.clone().into());
        head.insert("target_kind".into(), table.target_kind.into());
        head.insert("classes".into(), table.labels.clone().into());
        head.insert("rows".into(), table.columns.first().map_or(0, |(_, values)| values.len()).into());
        head.insert("columns".into(), columns.collect());
        head.insert("model".into(), self.model.clone());
        if let Some((form, path)) = file {
            head.insert("table".into(), json!({"format": form.name(), "path": path}));
        }
        worker.ask("open", head, &[], None).map(drop)
    }

    /// The table's file in a form.
    fn file(&self, form: Exchange) -> Result<String, String> {
        let written = self.files[form as usize].get_or_init(|| {
            let path = self.folder.path().join(format!("table.{}", form.name()));
            let columns = self.table.columns.iter().map(|(name, values)| series(name, values, form)).collect();
            let rows = self.table.columns.first().map_or(0, |(_, values)| values.len());
            write(&path, columns, rows, form)?;
            Ok(path.to_string_lossy().into_owned())
        });
        written.clone()
    }

    /// Works with this thread's worker; one that is lost is given up.
    fn with<T>(
        &self,
        place: &Mutex<Place>,
        of: Option<u64>,
        work: impl FnOnce(&mut Worker) -> Result<T, Trouble>,
    ) -> Result<(T, u64), FitError> {
        let mut place = lock(place);
        let ready = match of {
            None => self.fill(&mut place),
            Some(generation) if generation == place.generation && place.worker.is_some() && !place.at_work => Ok(()),
            Some(_) => return Err(FitError::new("the worker that had the model is gone")),
        };
        let result = ready.and_then(|()| {
            place.at_work = true;
            let worker = place.worker.as_mut().ok_or_else(|| Trouble::Lost("there is no worker".into()))?;
            let result = work(worker);
            place.at_work = false;
            result
        });
        match result {
            Ok(done) => {
                self.lost.store(0, Ordering::Relaxed);
                Ok((done, place.generation))
            }
            Err(Trouble::Refused(why)) => {
                self.lost.store(0, Ordering::Relaxed);
                Err(FitError(one_line(&why)))
            }
            Err(Trouble::Lost(why)) => {
                place.interrupted = self.is_innocent(&place);
                if !place.interrupted {
                    self.lost.fetch_add(1, Ordering::Relaxed);
                }
                self.give_up(&mut place);
                Err(FitError(one_line(&why)))
            }
        }
    }

    /// Fits on this thread's worker.
    pub fn fit(
        self: &Arc<Self>,
        rows: &TableRows,
        answers: TrainTarget,
        terms: &FitContext,
    ) -> Result<Box<dyn FittedRows>, FitError> {
        let place = self.place();
        let model = self.models.fetch_add(1, Ordering::Relaxed);
        let message = RowsMessage::new(rows, &self.table.used);
        let (mut head, mut arrays) = (Map::new(), Vec::new());
        message.add(&mut head, &mut arrays);
        head.insert("model".into(), model.into());
        head.insert("seed".into(), super::seed(terms).into());
        head.insert("split".into(), terms.split.into());
        arrays.push((
            "target".into(),
            match answers {
                TrainTarget::Values(values) => Sent::Numbers(values),
                TrainTarget::Classes { codes, .. } => Sent::Whole(codes),
            },
        ));
        let work = |worker: &mut Worker| worker.ask("fit", head, &arrays, self.timeout);
        let (answer, generation) = self.with(&place, None, work)?;
        let warnings = answer.head.get("warnings").and_then(Value::as_array).into_iter().flatten();
        let difficulty = warnings.filter_map(Value::as_str).next().map(one_line);
        Ok(Box::new(FittedByWorker { pool: Arc::clone(self), place, generation, model, difficulty }))
    }
}

/// A model that a worker has.
struct FittedByWorker {
    pool: Arc<Pool>,
    place: Arc<Mutex<Place>>,
    generation: u64,
    model: u64,
    difficulty: Option<String>,
}

impl Drop for FittedByWorker {
    fn drop(&mut self) {
        let mut place = lock(&self.place);
        if place.generation == self.generation
            && let Some(worker) = &mut place.worker
        {
            worker.forget.push(self.model);
        }
    }
}

impl FittedRows for FittedByWorker {
    fn predict_rows(&self, rows: &TableRows) -> Result<Predictions, FitError> {
        let message = RowsMessage::new(rows, &self.pool.table.used);
        let (mut head, mut arrays) = (Map::new(), Vec::new());
        message.add(&mut head, &mut arrays);
        head.insert("model".into(), self.model.into());
        let work = |worker: &mut Worker| worker.ask("predict", head, &arrays, self.pool.timeout);
        let (answer, _) = self.pool.with(&self.place, Some(self.generation), work)?;
        answer::predictions(&answer, rows.count, self.pool.table.labels.len())
    }

    fn inside(&self, what: Inside, rows: &TableRows) -> Result<FeatureValues, Untold> {
        let message = RowsMessage::new(rows, &self.pool.table.used);
        let (mut head, mut arrays) = (Map::new(), Vec::new());
        if what == Inside::Shap {
            message.add(&mut head, &mut arrays);
        }
        head.insert("model".into(), self.model.into());
        let work = |worker: &mut Worker| {
            let asked = worker.can(what.request());
            asked.then(|| worker.ask(what.request(), head, &arrays, self.pool.timeout)).transpose()
        };
        let (told, _) = self.pool.with(&self.place, Some(self.generation), work).map_err(Untold::Failed)?;
        match told {
            None => Err(Untold::Unfit(format!("its worker does not tell {}", what.described()))),
            Some(told) => answer::inside(&told, what, self.pool.table.labels.len()),
        }
    }

    fn difficulty(&self) -> Option<String> {
        self.difficulty.clone()
    }
}
