//! What an inspection found, as a document: schema `randsplit.inspection/1`, of the report's family.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metric::Direction;

/// The name of the schema.
pub const SCHEMA: &str = "randsplit.inspection/1";

/// Values by name, in the order in which they were put in.
pub type Named<T> = indexmap::IndexMap<String, T>;

/// What was found about the splits of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub version: String,
    /// The data's path, target and fingerprint.
    pub data: InspectedData,
    /// The model's name in the report.
    pub model: String,
    /// The metric whose splits are told apart.
    pub metric: String,
    /// Which way it gets better.
    pub direction: Direction,
    /// What a row's loss is: `squared error`, `absolute error`, `log loss` or `wrong class`.
    pub loss: String,
    /// Splits with a score.
    pub splits_scored: usize,
    /// The splits asked for.
    pub splits: Vec<SplitFinding>,
    /// What goes with the score over all splits, strongest first.
    pub drivers: Vec<Driver>,
    /// Rows over all splits.
    pub rows: RowFindings,
    /// Where the model is weakest.
    pub slices: Vec<SliceFinding>,
    /// What the test rows of the worst splits have more of.
    pub worst_splits: Vec<ShareFinding>,
    /// Suspicions about the data.
    pub suspicions: Vec<Suspicion>,
    /// Checks that were not made, and why.
    pub notes: Vec<String>,
    /// What stands in the rows that are named, in the order of the file.
    #[serde(default)]
    pub row_values: Vec<RowValues>,
}

/// What stands in a row that is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RowValues {
    /// Position in the file, from 0.
    pub row: u32,
    /// What it is called in the column that names rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Its target.
    pub target: String,
    /// The mean of the predictions of the splits that test it, or the class that most of them say; `null` where none does.
    pub prediction: Option<String>,
    /// Its values in the columns that tell most of the target.
    pub values: Named<String>,
}

/// The data that was inspected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectedData {
    /// Path as given.
    pub path: String,
    /// Target column.
    pub target: String,
    /// Rows of the file.
    pub rows: usize,
    /// Rows with a target.
    pub rows_used: usize,
    /// The report's fingerprint, which is the data's.
    pub fingerprint: String,
    /// The column that names rows, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
}

/// One split against the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitFinding {
    /// Its number.
    pub split: u64,
    /// `best`, `worst`, `outlier`, in so far as it is.
    pub roles: Vec<String>,
    /// Train rows.
    pub n_train: usize,
    /// Test rows.
    pub n_test: usize,
    /// Every metric.
    pub scores: Named<ScorePlace>,
    /// The likeliest reasons for its score, strongest first.
    pub reasons: Vec<Reason>,
    /// How its test rows differ from its train rows: the target first, then the strongest.
    pub drift: Vec<ColumnDrift>,
    /// Its test rows by their share of the loss, largest first.
    pub rows: Vec<CostlyRow>,
    /// How many of its test rows make half of its loss.
    pub half_of_loss: usize,
    /// What is odd about the fit.
    pub fit: FitFinding,
}

/// A score and its place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScorePlace {
    /// On the test rows.
    pub score: Option<f64>,
    /// On the train rows.
    pub train: Option<f64>,
    /// How much better the train rows score.
    pub gap: Option<f64>,
    /// 1 for the best of all splits; equal scores share the mean of their ranks.
    pub rank: Option<f64>,
    /// Splits with a score.
    pub of: usize,
}

/// Why a split scores as it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// What kind of reason: `row`, `loss`, `fit`, `drift`, `rows` or `none`.
    pub kind: String,
    /// One sentence.
    pub text: String,
    /// The row in the file, where it is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row: Option<u32>,
    /// What that row is called in the column that names rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// The rows in the file, where it is several.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rows: Vec<u32>,
    /// The column, where it is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
}

impl Reason {
    /// The rows that it names.
    pub fn named_rows(&self) -> impl Iterator<Item = u32> {
        self.row.iter().chain(&self.rows).copied()
    }
}

/// One column of a split's test rows against its train rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnDrift {
    /// The column.
    pub column: String,
    /// Whether it is the target.
    pub target: bool,
    /// `ks` (Kolmogorov-Smirnov distance) or `cramers_v`.
    pub statistic: String,
    /// Its value; `null` where there is nothing to compare.
    pub value: Option<f64>,
    /// Its p-value.
    pub p: Option<f64>,
    /// The p-value corrected over the columns (Benjamini and Hochberg).
    pub q: Option<f64>,
    /// Share of the other splits in which the statistic is smaller.
    pub place: Option<f64>,
    /// Standardised difference of means, test less train.
    pub difference: Option<f64>,
    /// Means of the test and of the train rows.
    pub means: Option<[f64; 2]>,
    /// The level whose share differs most.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<String>,
    /// Its shares of the test and of the train rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shares: Option<[f64; 2]>,
    /// Share of missing values, test less train.
    pub missing: f64,
    /// The p-value of that, corrected like the others.
    pub missing_q: Option<f64>,
}

/// What sets the worst and the best split of a model apart from the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Extremes {
    /// What a row's loss is: `squared error`, `absolute error`, `log loss` or `wrong class`.
    pub loss: String,
    /// The worst split, then the best.
    pub splits: Vec<Extreme>,
    /// What goes most with the score over splits; absent where nothing does beyond chance.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub driver: Option<ScoreDriver>,
    /// Where the model is weakest.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub slices: Vec<SliceFinding>,
}

/// The worst or the best split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Extreme {
    /// Its number.
    pub split: u64,
    /// What it is among the splits, `worst` or `best`.
    pub role: String,
    /// Its score in the primary metric.
    pub score: f64,
    /// How the numbers of its test rows differ from those of its train rows: the target first, then the strongest.
    pub drift: Vec<ExtremeDrift>,
    /// Its test rows of largest loss.
    pub rows: Vec<CostlyRow>,
}

/// A column of numbers on one split, against all splits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExtremeDrift {
    /// The column.
    pub column: String,
    /// Whether it is the target.
    pub target: bool,
    /// Standardised difference of means, test less train.
    pub difference: f64,
    /// The 5 % quantile, the median and the 95 % quantile of it over all splits.
    pub others: [f64; 3],
    /// The p-value of the drift of this split, corrected over the columns (Benjamini and Hochberg).
    pub q: Option<f64>,
}

/// Something about the test rows that goes with the score, split by split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScoreDriver {
    /// What is measured on each split, such as `mean of carat, test less train`.
    pub what: String,
    /// Spearman's rank correlation with the score.
    pub correlation: f64,
    /// Each split's number and value.
    pub values: Vec<(u64, f64)>,
}

/// A test row and what it costs its split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CostlyRow {
    /// Position in the file, from 0.
    pub row: u32,
    /// What it is called in the column that names rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Its loss.
    pub loss: f64,
    /// Its share of the split's loss.
    pub share: f64,
    /// Its leverage, for the least-squares models: the diagonal of X(XᵀX + αI)⁻¹Xᵀ with the train rows' XᵀX.
    pub leverage: Option<f64>,
    /// Splits that test it.
    pub tested: usize,
    /// In how many of them it is among the worst 5 %.
    pub high: usize,
}

/// What is odd about the fit of a split.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FitFinding {
    /// Steps of an iterative solver.
    pub iterations: Option<usize>,
    /// Largest over smallest singular value of the encoded train rows, columns centred; linear models only.
    pub condition_number: Option<f64>,
    /// Coefficients far from their median over splits, farthest first.
    pub coefficients: Vec<OddCoefficient>,
    /// What was difficult.
    pub difficulty: Option<String>,
    /// What the model measured of itself.
    pub figures: Named<f64>,
    /// The setting that the split picked, of a tuned model.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub setting: Option<String>,
}

/// A coefficient that differs from that of the other splits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OddCoefficient {
    /// The encoded column (and class, for several).
    pub name: String,
    /// Per unit of the column.
    pub value: f64,
    /// Median over splits.
    pub median: f64,
    /// Modified z-score: 0.6745 (value - median) / MAD.
    pub z: f64,
}

/// A property of the test rows that goes with the score over splits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Driver {
    /// What is measured on each split, such as `mean of carat, test less train`.
    pub what: String,
    /// The column.
    pub column: String,
    /// Spearman's rank correlation with how good the score is.
    pub correlation: f64,
    /// Its p-value, corrected over all that was looked at (Benjamini and Hochberg).
    pub q: f64,
}

/// Rows over all splits.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RowFindings {
    /// Rows on which the score depends: those that stand out, filled up to five with the next strongest.
    pub influential: Vec<RowInfluence>,
    /// How many stand out: `p <= 0.05` held against all rows, and a loss beyond noise or a large effect.
    pub influential_count: usize,
    /// Rows with the largest mean loss.
    pub costly: Vec<RowEntry>,
    /// Rows whose prediction varies most over splits.
    pub unstable: Vec<RowEntry>,
    /// Scores regressed on which rows are tested.
    pub explained: ExplainedScores,
    /// Every row, where asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub all: Vec<RowEntry>,
}

/// What a row does to the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowInfluence {
    /// Position in the file, from 0.
    pub row: u32,
    /// What it is called in the column that names rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Splits that test it.
    pub tested: usize,
    /// Splits that train on it.
    pub trained: usize,
    /// Mean score of the splits that test it.
    pub mean_tested: f64,
    /// Mean score of the splits that train on it.
    pub mean_trained: f64,
    /// The second less the first.
    pub influence: f64,
    /// Welch's standard error of that.
    pub error: f64,
    /// z of Wilcoxon's rank sum.
    pub z: f64,
    /// Its p-value times the number of rows, at most 1.
    pub p: f64,
}

/// One row over the splits that test it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowEntry {
    /// Position in the file, from 0.
    pub row: u32,
    /// What it is called in the column that names rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Splits that test it.
    pub tested: usize,
    /// Mean out-of-sample loss; `null` where no split tests it.
    pub loss: Option<f64>,
    /// In how many splits it is among the worst 5 % of the test rows.
    pub high: usize,
    /// Standard deviation of the prediction over splits, or share of splits that disagree with the majority.
    pub spread: Option<f64>,
    /// Mean score where it is trained on less where it is tested.
    pub influence: Option<f64>,
    /// z of that.
    pub z: Option<f64>,
}

/// Scores regressed on which rows are tested.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ExplainedScores {
    /// The rows that entered, in their order.
    pub rows: Vec<ExplainingRow>,
    /// Share of the scores' variance over splits that they explain.
    pub r2: f64,
    /// The same for splits left out one at a time.
    pub r2_left_out: f64,
    /// Share of the scores' variance that goes with how costly the test rows are on the other half of the splits:
    /// squared correlation of a split's score with the mean, over its test rows, of the row's mean loss there.
    pub by_losses: Option<f64>,
}

/// A row that explains scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplainingRow {
    /// Position in the file, from 0.
    pub row: u32,
    /// What it is called in the column that names rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Change of the score where it is tested, the other rows held fixed.
    pub effect: f64,
    /// z when it entered.
    pub z: f64,
}

/// A slice on which the model is weak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SliceFinding {
    /// What is true of its rows.
    pub slice: String,
    /// Its rows.
    pub rows: usize,
    /// Its share of the rows.
    pub share: f64,
    /// Mean loss of its rows.
    pub loss: f64,
    /// Mean loss of the rest.
    pub loss_rest: f64,
    /// 95 % interval of the difference.
    pub ci95: [f64; 2],
    /// The p-value, corrected for the slices judged.
    pub p: f64,
}

/// What the test rows of the worst splits have more of, or less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShareFinding {
    /// What is true of the rows.
    pub slice: String,
    /// Its mean share of the test rows of the worst tenth of the splits.
    pub share_worst: f64,
    /// Its mean share of the test rows of the other splits.
    pub share_other: f64,
    /// Spearman's rank correlation of the share with how good the score is.
    pub correlation: f64,
    /// Its p-value, corrected over all slices looked at (Benjamini and Hochberg).
    pub q: f64,
}

/// Something about the data that random splits bring out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspicion {
    /// A stable code; `randsplit explain CODE` has a page on it.
    pub code: String,
    /// What it is.
    pub title: String,
    /// One sentence with the evidence.
    pub message: String,
    /// The numbers behind it.
    pub evidence: Named<serde_json::Value>,
}
