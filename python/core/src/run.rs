//! Evaluations and inspections. The work is done on a thread of its own, while Python's main thread looks at signals.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use randsplit::inspect::{Options, Wanted};
use randsplit::render::Page;
use randsplit::sanity::SanityOptions;
use randsplit::{Error, Evaluation, Report, Result};

use crate::error::raised;
use crate::fork;
use crate::host::hosted;
use crate::metric::{OwnMetric, PyMetric};
use crate::report::{CoreReport, format_of, options};
use crate::settings::Settings;
use crate::table::Table;

/// How long signals wait at most.
const TICK: Duration = Duration::from_millis(50);

/// Models that run in Python's processes: names and sources, and what has their workers connect.
pub type Hosted = (Vec<(String, String)>, Py<PyAny>);

/// The evaluation that the package asks for.
///
/// # Errors
/// An input error for a value that a setting does not have.
pub fn asked(table: &Table, settings: &str, metrics: Vec<OwnMetric>, models: Option<Hosted>) -> Result<Evaluation> {
    let own = metrics.into_iter().map(PyMetric::spec).map(Some).collect();
    let mut evaluation = Settings::read(settings)?.evaluation(table.dataset.clone(), own)?;
    if let Some((models, host)) = models {
        evaluation = evaluation.hosted(hosted(models, host));
    }
    Ok(evaluation)
}

/// How far a run is.
#[derive(Default)]
pub struct Progress {
    /// Set to true to end it.
    pub stop: AtomicBool,
    /// Splits that are done.
    pub done: AtomicUsize,
    /// Their number.
    pub of: AtomicUsize,
}

/// Does work on another thread. `tick` is called with the splits that are done and with their number, and ends the work by
/// returning true; an interrupt ends it too, and with it the wait for what was done.
pub fn watched<T: Send>(
    py: Python,
    tick: &Py<PyAny>,
    work: impl FnOnce(&Progress) -> Result<T> + Send,
) -> PyResult<(T, bool)> {
    let progress = Progress::default();
    let (sender, receiver) = sync_channel(1);
    let receiver = Mutex::new(receiver);
    let mut interrupted = None;
    let result = std::thread::scope(|scope| {
        let progress = &progress;
        scope.spawn(move || {
            fork::heed();
            let done = catch_unwind(AssertUnwindSafe(|| work(progress)));
            let _ = sender.send(done.unwrap_or_else(|panic| {
                let said = panic.downcast_ref::<String>().map(String::as_str);
                let why = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words");
                Err(Error::internal(format!("internal error (a bug in randsplit): {why}")).advise("please report it"))
            }));
        });
        loop {
            match py.detach(|| wait(&receiver)) {
                Ok(result) => return Some(result),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    let (done, of) = (progress.done.load(Ordering::Relaxed), progress.of.load(Ordering::Relaxed));
                    let told = py.check_signals().and_then(|()| tick.call1(py, (done, of))?.extract::<bool>(py));
                    match told {
                        Ok(false) => {}
                        Ok(true) => progress.stop.store(true, Ordering::SeqCst),
                        Err(error) => {
                            progress.stop.store(true, Ordering::SeqCst);
                            interrupted.get_or_insert(error);
                        }
                    }
                }
            }
        }
    });
    let stopped = progress.stop.load(Ordering::SeqCst);
    match (result, interrupted) {
        (Some(Ok(done)), None) => Ok((done, stopped)),
        // What was done until the interrupt is of use.
        (Some(Ok(done)), Some(error)) if error.is_instance_of::<pyo3::exceptions::PyKeyboardInterrupt>(py) => {
            Ok((done, stopped))
        }
        (_, Some(error)) => Err(error),
        (Some(Err(error)), None) => Err(raised(py, &error)),
        (None, None) => Err(raised(py, &Error::internal("the thread of the run ended without a result"))),
    }
}

/// What comes within a tick.
fn wait<T>(receiver: &Mutex<Receiver<T>>) -> std::result::Result<T, RecvTimeoutError> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(TICK)
}

/// Evaluates; returns the report, and whether it was stopped before its end.
#[pyfunction]
pub fn evaluate(
    py: Python,
    table: &Table,
    settings: &str,
    metrics: Vec<OwnMetric>,
    models: Option<Hosted>,
    tick: Py<PyAny>,
) -> PyResult<(CoreReport, bool)> {
    let evaluation = asked(table, settings, metrics, models).map_err(|e| raised(py, &e))?;
    let (report, stopped) = watched(py, &tick, |progress| {
        let prepared = evaluation.prepare()?;
        progress.of.store(prepared.plan.splits(), Ordering::Relaxed);
        let outcome = prepared.run(&progress.stop, |_| {
            progress.done.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })?;
        let mut report = prepared.report(&outcome.part, &progress.stop)?;
        prepared.test_null(&mut report, &progress.stop)?;
        Ok(report)
    })?;
    Ok((CoreReport { report }, stopped))
}

/// Looks into the splits of a report that these settings made; returns what was found as JSON and as text.
#[pyfunction]
#[pyo3(signature = (table, settings, metrics, models, tick, report, model, metric, split, width=80))]
#[expect(clippy::too_many_arguments, reason = "the package's own call, by position")]
pub fn inspect(
    py: Python,
    table: &Table,
    settings: &str,
    metrics: Vec<OwnMetric>,
    models: Option<Hosted>,
    tick: Py<PyAny>,
    report: &CoreReport,
    model: Option<&str>,
    metric: Option<&str>,
    split: Option<&str>,
    width: usize,
) -> PyResult<(String, String)> {
    let evaluation = asked(table, settings, metrics, models).map_err(|e| raised(py, &e))?;
    let wanted = match split {
        None => Wanted::Extremes,
        Some(text) => text.parse().map_err(|why: String| raised(py, &Error::setting(format!("split: {why}"))))?,
    };
    let of = &report.report;
    let found = watched(py, &tick, |progress| look(&evaluation, of, model, metric, wanted, progress))?.0;
    let json = serde_json::to_string(&found).map_err(|e| raised(py, &Error::internal(e.to_string())))?;
    let page = randsplit::render::inspection_page(&found, wanted != Wanted::Extremes, false);
    Ok((json, text_of(py, &page, width)?))
}

/// Checks models in the making; returns what was found as JSON and as text.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "the package's own call, by position")]
pub fn sanity(
    py: Python,
    table: &Table,
    settings: &str,
    models: Option<Hosted>,
    tick: Py<PyAny>,
    checks: Vec<String>,
    skip: Vec<String>,
    width: usize,
) -> PyResult<(String, String)> {
    let evaluation = asked(table, settings, Vec::new(), models).map_err(|e| raised(py, &e))?;
    let chosen = SanityOptions::default().checks(checks).skip(skip);
    let found = watched(py, &tick, |progress| {
        evaluation.sanity_watched(&chosen, &progress.stop, |_, _| {
            progress.done.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
    })?
    .0;
    let json = serde_json::to_string(&found).map_err(|e| raised(py, &Error::internal(e.to_string())))?;
    Ok((json, text_of(py, &randsplit::render::sanity_page(&found), width)?))
}

/// A page as plain text.
fn text_of(py: Python, page: &Page, width: usize) -> PyResult<String> {
    let mut text = Vec::new();
    if let Some(write) = format_of("table")?.page() {
        write(page, &options(width, false, false, false), &mut text)
            .map_err(|e| raised(py, &Error::internal(e.to_string())))?;
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn look(
    evaluation: &Evaluation,
    report: &Report,
    model: Option<&str>,
    metric: Option<&str>,
    wanted: Wanted,
    progress: &Progress,
) -> Result<randsplit::inspect::Inspection> {
    let model = report.model(model)?;
    let metric = match metric {
        None => 0,
        Some(name) => report.metric(name).ok_or_else(|| {
            Error::setting(format!("the report has no metric '{name}'")).advise(report.metrics.join(", "))
        })?,
    };
    let prepared = evaluation.clone().keep_table(true).checks(false).prepare()?;
    prepared.check_data(report)?;
    let place = prepared
        .models
        .iter()
        .position(|other| other.name == model.name)
        .ok_or_else(|| Error::report(format!("the evaluation has no model '{}'", model.name)))?;
    let splits = report.scored_splits(model);
    progress.of.store(splits.len(), Ordering::Relaxed);
    let data = prepared.inspected_data(report)?;
    let subject = prepared.subject(&prepared.models[place..=place], metric, &splits);
    randsplit::inspect::inspect(&subject, data, Options { wanted, all_rows: true }, &progress.stop, || {
        progress.done.fetch_add(1, Ordering::Relaxed);
    })
}
