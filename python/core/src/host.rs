//! Python's side of models that run in processes of the caller's own.

use std::sync::Arc;

use pyo3::prelude::*;
use randsplit::model::external::{HostedModels, Meeting, WorkerHost};

/// What has workers connect: an object with `open`, `ended` and `lost`.
pub struct PyHost(Py<PyAny>);

impl WorkerHost for PyHost {
    fn open(&self, meeting: &Meeting) -> Result<(), String> {
        Python::attach(|py| {
            let facts = (&meeting.address, &meeting.token, meeting.threads, Meeting::STRIDE);
            self.0.call_method1(py, "open", facts).map(drop).map_err(|e| e.to_string())
        })
    }

    fn ended(&self) -> Option<String> {
        Python::attach(|py| {
            let said = self.0.call_method0(py, "ended").and_then(|said| said.extract(py));
            said.unwrap_or_else(|e: PyErr| Some(e.to_string()))
        })
    }

    fn lost(&self, process: Option<u64>) {
        // What cannot be ended is left.
        let _ = Python::attach(|py| self.0.call_method1(py, "lost", (process,)).map(drop));
    }
}

/// The models of a host: `(names and sources, host)`.
pub fn hosted(models: Vec<(String, String)>, host: Py<PyAny>) -> HostedModels {
    HostedModels { models, host: Arc::new(PyHost(host)) }
}
