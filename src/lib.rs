//! Is a model's score real, or did it get a lucky train/test split?
//!
//! The library behind the `randsplit` command: a table is loaded, split many times from one seed, a model is fitted on the
//! train rows of each split and scored, the scores are summed up, judged and looked into, and all of it makes one document,
//! the [`Report`], which is shown in several forms ([`FORMATS`]).
//!
//! A program's own model is a [`Learner`], its own score a [`Metric`], its own way to split a [`Resampling`]; [`check`] has
//! the contract of each as a test suite.
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

#[doc(inline)]
pub use data::{Dataset, Encoding, FeatureColumn, Features, Scaling, SharedVec, Target, Task, Values};
pub use error::{Error, Problem, Result, Subject};
#[doc(inline)]
pub use evaluation::{Ensemble, Evaluation, PreparedEvaluation, ReportFiles};
#[doc(inline)]
pub use metric::{Direction, Metric, Needs, ScoredRows, Undefined};
#[doc(inline)]
pub use model::{FitContext, FitError, Fitted, Learner, Predictions, TrainTarget};
#[doc(inline)]
pub use render::{FORMATS, Format, Style, WriteOptions};
#[doc(inline)]
pub use report::Report;
#[doc(inline)]
pub use run::{Engine, NullOptions, Part};
#[doc(inline)]
pub use scores::{ScoreRow, ScoreRows, ScoresOptions};
#[doc(inline)]
pub use split::{PlanSetting, Resampling, Scheme, Size, Split, SplitContext, SplitSet, Splitter};
#[doc(inline)]
pub use stopping::StoppingOptions;
#[doc(inline)]
pub use verdict::{Allowed, Behaviour, ClaimSpec, ClaimsFile, Rope, RopeWidth, Verdict};
pub use warning::{Code, Warning, WarningEntry, explain};

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod report;
pub mod sanity;
pub mod setting;

// The stations. What a program needs of them is above and in the modules documented here; the rest is for this project's own
// tests and benchmarks, and changes without notice.
#[doc(hidden)]
pub mod data;
mod digits;
mod error;
#[doc(hidden)]
pub mod escape;
mod evaluation;
#[doc(hidden)]
pub mod inspect;
#[doc(hidden)]
pub mod metric;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod names;
#[doc(hidden)]
pub mod plot;
#[doc(hidden)]
pub mod predict;
#[doc(hidden)]
pub mod probe;
#[doc(hidden)]
pub mod render;
#[doc(hidden)]
pub mod run;
mod scores;
#[doc(hidden)]
pub mod split;
#[doc(hidden)]
pub mod stats;
#[doc(hidden)]
pub mod stopping;
mod threads;
mod toml_file;
#[doc(hidden)]
pub mod verdict;
mod warning;
