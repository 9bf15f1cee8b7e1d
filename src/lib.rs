//! Is a model's score real, or did it get a lucky train/test split?
//!
//! The library behind the `randsplit` command: a table is loaded ([`data`]), split many times from
//! one seed ([`split`]), a model is fitted on the train rows of each split ([`model`]) and scored
//! ([`metric`], [`run`]) and probed ([`probe`]), the scores are summed up ([`stats`]), judged ([`verdict`]) and looked into
//! ([`inspect`]), and all of it makes one document ([`report`]), which is shown in several forms ([`render`]). Each module uses only those before it.
//!
//! [`Evaluation`] puts the stations in a row:
//!
//! ```
//! use randsplit::Evaluation;
//!
//! let report = Evaluation::new("data/diabetes.csv", "target").models(["ridge"]).splits(20).run()?;
//! let r2 = &report.models[0].metrics["r2"];
//! assert!(r2.worst.unwrap().score < r2.mean.unwrap());
//! # Ok::<(), randsplit::Error>(())
//! ```

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod data;
mod error;
pub mod escape;
mod evaluation;
pub mod inspect;
pub mod metric;
pub mod model;
pub mod names;
pub mod predict;
pub mod probe;
pub mod render;
pub mod report;
pub mod run;
mod shell;
pub mod split;
pub mod stats;
pub mod stopping;
mod threads;
pub mod verdict;
mod warning;

pub use error::{Error, Result};
pub use evaluation::{Evaluation, PreparedEvaluation, ReportFiles};
pub use warning::{Code, Warning, WarningEntry};
