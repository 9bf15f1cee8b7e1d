//! Errors of the library as exceptions of the package.

use pyo3::prelude::*;
use randsplit::Error;

/// The exception for an error: one of those in `randsplit/_errors.py`.
pub fn raised(py: Python, error: &Error) -> PyErr {
    let make = || -> PyResult<PyErr> {
        let subject = error.subject().and_then(|subject| serde_json::to_string(subject).ok());
        let made = py.import("randsplit._errors")?.getattr("made")?.call1((
            error.code(),
            error.exit_code(),
            error.to_string(),
            subject,
        ))?;
        Ok(PyErr::from_value(made))
    };
    make().unwrap_or_else(|other| other)
}
