//! Python's interpreter, and randsplit's worker in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::pool::WorkerCommand;
use super::scratch::{Folder, cannot_write};

/// The worker and what it imports, so that the interpreter needs nothing of randsplit's.
const FILES: [(&str, &str); 2] = [
    (WORKER, include_str!("../../../python/randsplit/_worker.py")),
    ("_inside.py", include_str!("../../../python/randsplit/_inside.py")),
];
/// The file that is run.
const WORKER: &str = "randsplit_worker.py";

/// Variables that keep libraries from starting a thread a core in every worker.
const THREADS: [&str; 5] =
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"];

/// A variable of the environment with the interpreter to use where no environment is active.
const OWN: &str = "RANDSPLIT_PYTHON";

/// What makes the command of a worker; the folder lives as long as it.
///
/// # Errors
/// Where the worker's files cannot be written.
pub fn command(python: Option<&Path>, folder: Folder) -> Result<WorkerCommand, String> {
    for (name, text) in FILES {
        let file = folder.path().join(name);
        std::fs::write(&file, text).map_err(|e| cannot_write(&file, &e))?;
    }
    let file = folder.path().join(WORKER);
    let python = python.map_or_else(usual, Path::to_path_buf);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(Box::new(move || {
        let _kept = &folder;
        let mut command = Command::new(&python);
        command.arg(&file).env("PYTHONUNBUFFERED", "1");
        let workers = rayon::current_num_threads().max(1);
        for variable in THREADS.into_iter().filter(|variable| std::env::var_os(variable).is_none()) {
            command.env(variable, (cores / workers).max(1).to_string());
        }
        // The order of sets of texts is by a hash that differs from process to process, were it not for this.
        if std::env::var_os("PYTHONHASHSEED").is_none() {
            command.env("PYTHONHASHSEED", "0");
        }
        command
    }))
}

/// The interpreter of the active environment, else the one that is found first.
fn usual() -> PathBuf {
    let inside = |folder: std::ffi::OsString| {
        let folder = PathBuf::from(folder);
        let names = if cfg!(windows) { ["python.exe", "Scripts/python.exe"] } else { ["bin/python", "bin/python3"] };
        names.iter().map(|name| folder.join(name)).find(|path| path.exists())
    };
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(std::env::var_os).find_map(inside);
    // The Python package names the interpreter that it runs in.
    let own = || std::env::var_os(OWN).map(PathBuf::from);
    active.or_else(own).unwrap_or_else(|| PathBuf::from(if cfg!(windows) { "python" } else { "python3" }))
}
