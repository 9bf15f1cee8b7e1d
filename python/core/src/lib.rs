//! The compiled part of the Python package: tables in, evaluations run, reports out. What a user sees is in `randsplit/*.py`.

mod error;
mod figure;
mod fork;
mod host;
mod judging;
mod metric;
mod plan;
mod prepared;
mod report;
mod run;
mod scores;
mod settings;
mod table;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the program with these arguments, the first of which is its own name, and returns its exit code.
#[pyfunction]
fn main(py: Python, args: Vec<OsString>) -> u8 {
    py.detach(|| randsplit::cli::main(args)).code()
}

/// The compiled part of randsplit.
#[pymodule]
fn _core(module: &Bound<PyModule>) -> PyResult<()> {
    fork::imported();
    // What a panic says comes back as an error; it is not printed as well.
    std::panic::set_hook(Box::new(|_| {}));
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<table::Table>()?;
    module.add_class::<report::CoreReport>()?;
    module.add_class::<plan::CorePlan>()?;
    module.add_class::<prepared::CorePrepared>()?;
    module.add_class::<figure::CoreFigure>()?;
    module.add_function(wrap_pyfunction!(main, module)?)?;
    module.add_function(wrap_pyfunction!(run::evaluate, module)?)?;
    module.add_function(wrap_pyfunction!(prepared::prepare, module)?)?;
    module.add_function(wrap_pyfunction!(run::inspect, module)?)?;
    module.add_function(wrap_pyfunction!(run::sanity, module)?)?;
    module.add_function(wrap_pyfunction!(scores::from_scores, module)?)?;
    module.add_function(wrap_pyfunction!(plan::plan, module)?)?;
    module.add_function(wrap_pyfunction!(report::explain, module)?)?;
    module.add_function(wrap_pyfunction!(figure::figure, module)?)?;
    module.add_function(wrap_pyfunction!(figure::figure_kinds, module)?)?;
    module.add_function(wrap_pyfunction!(report::probe_of, module)?)?;
    module.add_function(wrap_pyfunction!(metric::is_known_metric, module)?)?;
    Ok(())
}
