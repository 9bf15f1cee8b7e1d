//! Metrics that are functions of Python's.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use ndarray::ArrayView2;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use randsplit::metric::MetricSpec;
use randsplit::{Direction, Metric, Needs, ScoredRows, Undefined};

/// A metric as `(name, greater_is_better, needs, function)`.
pub type OwnMetric = (String, bool, String, Py<PyAny>);

/// A function of true values and predictions, as a metric.
pub struct PyMetric {
    name: String,
    direction: Direction,
    needs: Needs,
    call: Arc<Py<PyAny>>,
    /// The texts of the classes, once they are known.
    classes: OnceLock<Py<PyList>>,
}

impl fmt::Debug for PyMetric {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("PyMetric").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PyMetric {
    /// A metric of `(name, greater_is_better, needs, function)`; what it needs is of labels.
    pub fn spec((name, greater_is_better, needs, call): OwnMetric) -> MetricSpec {
        let needs = match needs.as_str() {
            "probabilities" => Needs::Probabilities,
            "ranks" => Needs::Ranks,
            _ => Needs::Labels,
        };
        let direction = if greater_is_better { Direction::Higher } else { Direction::Lower };
        let call = Arc::new(call);
        let of = |needs| -> Arc<dyn Metric> {
            let (name, call) = (name.clone(), Arc::clone(&call));
            Arc::new(Self { name, direction, needs, call, classes: OnceLock::new() })
        };
        MetricSpec::OfTask { numbers: of(Needs::Numbers), labels: of(needs) }
    }

    /// The texts of the classes.
    fn classes_of(&self, py: Python, rows: &ScoredRows) -> Result<Py<PyList>, Undefined> {
        if let Some(known) = self.classes.get() {
            return Ok(known.clone_ref(py));
        }
        let list = PyList::new(py, rows.classes()).map_err(|_| Undefined("the classes have no texts"))?.unbind();
        Ok(self.classes.get_or_init(|| list).clone_ref(py))
    }

    fn called(&self, rows: &ScoredRows) -> Result<f64, Undefined> {
        let probabilities = rows.probabilities().ok();
        let ranks = rows.ranks().ok();
        match self.needs {
            Needs::Probabilities if probabilities.is_none() => {
                return Err(Undefined("the model gives no probabilities"));
            }
            Needs::Ranks if ranks.is_none() => return Err(Undefined("the model ranks no rows")),
            _ => {}
        }
        Python::attach(|py| {
            let result = if self.needs == Needs::Numbers {
                let (truth, predicted) = rows.numbers()?;
                self.call.call1(py, (bytes_of(py, truth), bytes_of(py, predicted), py.None(), 0, py.None()))
            } else {
                let (truth, predicted) = rows.labels()?;
                let classes = self.classes_of(py, rows)?;
                // The function is told what it gets: decisions rank rows where there are no probabilities.
                let (matrix, kind) = match (probabilities, ranks) {
                    (Some(p), _) => (matrix(py, p), 1),
                    (None, Some(r)) => (matrix(py, r), 2),
                    (None, None) => (py.None(), 0),
                };
                self.call.call1(py, (bytes_of(py, truth), bytes_of(py, predicted), matrix, kind, classes))
            };
            let score: PyResult<f64> = result.and_then(|score| score.extract(py));
            match score {
                Ok(score) if score.is_finite() => Ok(score),
                Ok(_) => Err(Undefined("the function of the metric returned no finite number")),
                Err(error) => Err(Undefined(kept(&format!("the function of the metric failed: {error}")))),
            }
        })
    }
}

fn bytes_of<'py, T: bytemuck::NoUninit>(py: Python<'py>, values: &[T]) -> Bound<'py, PyBytes> {
    PyBytes::new(py, bytemuck::cast_slice(values))
}

fn matrix(py: Python, values: ArrayView2<f64>) -> Py<PyAny> {
    let values: Vec<f64> = values.iter().copied().collect();
    bytes_of(py, &values).into_any().unbind()
}

/// The text for as long as the program runs; each text is kept once, and of very many different ones none.
fn kept(text: &str) -> &'static str {
    const MOST: usize = 100;
    static TEXTS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut texts = TEXTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let texts = texts.get_or_insert_default();
    if let Some(known) = texts.get(text) {
        return known;
    }
    if texts.len() >= MOST {
        return "the function of the metric failed";
    }
    let new: &'static str = Box::leak(text.to_owned().into_boxed_str());
    texts.insert(new);
    new
}

impl Metric for PyMetric {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn direction(&self) -> Direction {
        self.direction
    }

    fn needs(&self) -> Needs {
        self.needs
    }

    fn score(&self, rows: &ScoredRows) -> Result<f64, Undefined> {
        self.called(rows)
    }
}

/// Whether a metric of this name is built in.
#[pyfunction]
pub fn is_known_metric(name: &str) -> bool {
    randsplit::metric::is_known(name)
}
