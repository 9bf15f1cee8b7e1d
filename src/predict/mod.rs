//! New rows: predicted by the models of all splits of a report, or by a model file, which holds a model that was fitted to
//! all rows.

mod file;
mod interval;
mod known;
mod new_rows;
mod of_file;
mod of_report;
pub mod onnx;
mod read;
mod said;
mod table;

pub use file::{
    MODEL_SCHEMA, ModelFile, ReadOptions, SavedData, SavedModel, SavedPlan, SavedScore, SavedScores, SavedTarget,
    SavedTuning, SplitModel, model_schema,
};
pub use interval::Residuals;
pub use known::{CellColumn, KnownFeature, KnownFeatures, ReadAs};
pub use new_rows::NewRows;
pub use of_report::predict;
pub(crate) use of_report::{MOST_ERRORS, absolute_errors};
pub use read::is_model_file;
pub use said::{ClassProbability, Predicted, Range, RowPrediction};
