//! Split plans for other libraries.

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use randsplit::PreparedEvaluation;

use crate::error::raised;
use crate::settings::Settings;
use crate::table::Table;

/// The splits of a table.
#[pyclass(frozen)]
pub struct CorePlan {
    prepared: PreparedEvaluation,
}

#[pymethods]
impl CorePlan {
    /// How many splits there are.
    fn __len__(&self) -> usize {
        self.prepared.plan.splits()
    }

    /// The train and the test rows of a split, counted from 0 in the table, as unsigned 32-bit numbers.
    fn split<'py>(&self, py: Python<'py>, k: usize) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
        if k >= self.prepared.plan.splits() {
            return Err(PyIndexError::new_err(format!("there is no split {k}")));
        }
        let split = self.prepared.plan.draw(k);
        let rows = |part: &[u32]| {
            let rows: Vec<u32> = part.iter().map(|row| self.prepared.rows[*row as usize]).collect();
            PyBytes::new(py, bytemuck::cast_slice(&rows))
        };
        Ok((rows(&split.train), rows(&split.test)))
    }

    /// The scheme, as it was resolved.
    #[getter]
    fn scheme(&self) -> String {
        self.prepared.plan.scheme.to_string()
    }
}

/// The split plan of a table.
#[pyfunction]
pub fn plan(py: Python, table: &Table, settings: &str) -> PyResult<CorePlan> {
    let dataset = table.dataset.clone();
    let prepared = py.detach(|| Settings::read(settings)?.evaluation(dataset, Vec::new())?.prepare());
    Ok(CorePlan { prepared: prepared.map_err(|e| raised(py, &e))? })
}
