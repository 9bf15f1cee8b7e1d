//! A report, as Python holds it.

use std::path::Path;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use randsplit::{Allowed, ClaimSpec, Error, Format, Report, Style, WriteOptions};

use crate::error::raised;

/// A report.
#[pyclass(frozen)]
pub struct CoreReport {
    /// As the library has it.
    pub report: Report,
}

/// The format of that name.
///
/// # Errors
/// A `ValueError` with the names there are.
pub fn format_of(name: &str) -> PyResult<&'static dyn Format> {
    randsplit::render::format(name).ok_or_else(|| {
        let names: Vec<&str> = randsplit::FORMATS.iter().map(|f| f.name()).collect();
        PyValueError::new_err(format!("there is no format '{name}'; there are {}", names.join(", ")))
    })
}

/// How texts are written.
pub fn options(width: usize, detail: bool, colour: bool, ascii: bool) -> WriteOptions<'static> {
    let mut options = WriteOptions::default();
    options.width = width;
    options.detail = detail;
    options.style = Style { colour, ascii };
    options
}

#[pymethods]
impl CoreReport {
    /// Reads a report that was kept as JSON.
    #[staticmethod]
    fn read(py: Python, path: &str) -> PyResult<Self> {
        let report = py.detach(|| Report::read(Path::new(path))).map_err(|e| raised(py, &e))?;
        Ok(Self { report })
    }

    /// The report in a form, as text.
    #[pyo3(signature = (format, width=80, detail=false, colour=false, ascii=false))]
    fn text(&self, format: &str, width: usize, detail: bool, colour: bool, ascii: bool) -> PyResult<String> {
        let format = format_of(format)?;
        let mut out = Vec::new();
        format
            .write(&self.report, &options(width, detail, colour, ascii), &mut out)
            .map_err(|e| PyValueError::new_err(e.to_string()))?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    /// The verdicts of further claims on this report, as a JSON list.
    #[pyo3(signature = (claims, confidence=None, allow_failed=None))]
    fn judge(
        &self,
        py: Python,
        claims: Vec<String>,
        confidence: Option<f64>,
        allow_failed: Option<&str>,
    ) -> PyResult<String> {
        let judged = || -> randsplit::Result<String> {
            let allowed = match allow_failed {
                Some(text) => text.parse().map_err(|e| Error::setting(format!("allow_failed: {e}")))?,
                None => Allowed::default(),
            };
            let board = self.report.score_table();
            let known = board.known(randsplit::probe::offered());
            let mut results = Vec::new();
            for claim in claims {
                results.extend(ClaimSpec::flag(claim).pose(confidence, allowed, &known)?.judge(&board, 1));
            }
            serde_json::to_string(&results).map_err(|e| Error::internal(e.to_string()))
        };
        judged().map_err(|e| raised(py, &e))
    }
}

/// The probe that gives a reading or a figure of this name; `None` where none does.
#[pyfunction]
pub fn probe_of(name: &str) -> Option<&'static str> {
    randsplit::probe::probe_of(name)
}

/// The title and the page of a code such as `RS001`; `None` where there is no such code.
#[pyfunction]
pub fn explain(code: &str) -> Option<(String, String)> {
    randsplit::explain(code).map(|(_, title, page)| (title.to_owned(), page.to_string()))
}
