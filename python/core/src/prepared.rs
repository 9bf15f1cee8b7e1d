//! Evaluations in parts: some splits here, others elsewhere, and one report of all.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use randsplit::{Part, PreparedEvaluation, Result, SplitSet};

use crate::error::raised;
use crate::metric::OwnMetric;
use crate::report::CoreReport;
use crate::run::{Hosted, asked, watched};
use crate::table::Table;

/// An evaluation whose data is loaded and whose settings have been checked, with the parts of it that have come in.
#[pyclass(frozen)]
pub struct CorePrepared {
    evaluation: PreparedEvaluation,
    parts: Mutex<Vec<Part>>,
}

/// Loads the data and checks every setting.
#[pyfunction]
pub fn prepare(
    py: Python,
    table: &Table,
    settings: &str,
    metrics: Vec<OwnMetric>,
    models: Option<Hosted>,
    tick: Py<PyAny>,
) -> PyResult<CorePrepared> {
    let evaluation = asked(table, settings, metrics, models).map_err(|e| raised(py, &e))?;
    let (evaluation, _) = watched(py, &tick, |_| evaluation.prepare())?;
    Ok(CorePrepared { evaluation, parts: Mutex::default() })
}

#[pymethods]
impl CorePrepared {
    /// Number of splits of the plan.
    #[getter]
    fn splits(&self) -> usize {
        self.evaluation.plan.splits()
    }

    /// Evaluates splits by their places and returns what was done as the bytes of a part; fewer after an interrupt.
    fn run_part(&self, py: Python, places: Vec<usize>, tick: Py<PyAny>) -> PyResult<Py<PyBytes>> {
        let set: SplitSet = places.into_iter().collect();
        let (text, _) = watched(py, &tick, |progress| {
            progress.of.store(set.len(), Ordering::Relaxed);
            let part = self.evaluation.run_splits(set, &progress.stop, |_| {
                progress.done.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })?;
            part.to_text()
        })?;
        Ok(PyBytes::new(py, text.as_bytes()).unbind())
    }

    /// Keeps the bytes of a part for the report, and returns the places of its splits.
    fn add(&self, py: Python, part: &[u8]) -> PyResult<Vec<u64>> {
        let part = py.detach(|| Part::from_text(part)).map_err(|e| raised(py, &e))?;
        let places = part.splits().places.iter().collect();
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).push(part);
        Ok(places)
    }

    /// Takes over the parts of another one, which asks the same.
    fn adopt(&self, other: &Self) {
        let parts = other.taken();
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).extend(parts);
    }

    /// The report of all parts, in whatever order they came; of a run that was stopped nothing is fitted for it.
    fn report(&self, py: Python, stopped: bool, tick: Py<PyAny>) -> PyResult<CoreReport> {
        let parts = self.taken();
        let (report, _) = watched(py, &tick, |progress| {
            progress.stop.fetch_or(stopped, Ordering::SeqCst);
            let mut report = self.evaluation.report(&joined(&self.evaluation, parts)?, &progress.stop)?;
            self.evaluation.test_null(&mut report, &progress.stop)?;
            Ok(report)
        })?;
        Ok(CoreReport { report })
    }
}

impl CorePrepared {
    fn taken(&self) -> Vec<Part> {
        std::mem::take(&mut *self.parts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// All parts as one; without any, one that has nothing.
fn joined(evaluation: &PreparedEvaluation, mut parts: Vec<Part>) -> Result<Part> {
    // Of parts that follow each other none is moved, only added to.
    parts.sort_by_key(|part| part.splits().places.iter().next());
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        return evaluation.run_splits(SplitSet::default(), &Default::default(), |_| Ok(()));
    };
    parts.try_fold(first, Part::join)
}
