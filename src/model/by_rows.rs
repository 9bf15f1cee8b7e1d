//! Models that are given rows of the table by their numbers, not encoded numbers: they know the table themselves and
//! prepare it as they like.

use std::borrow::Cow;
use std::sync::Arc;

use ndarray::{Array2, ArrayView2};

use super::{FitContext, FitError, Learner, Predictions, TrainTarget};
use crate::data::{DatePart, FeatureColumn, Features, MISSING, Values};

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// A model that is fitted to rows of a table that it knows.
pub trait RowLearner: Send + Sync {
    /// Rows as `features` has them: those of the table, or some of them changed for a probe.
    fn rows<'r>(&self, rows: &'r [u32], features: &Features) -> TableRows<'r>;

    /// Where the model comes from, as a report says it.
    fn source(&self) -> String;

    /// The columns that it is given.
    fn columns(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The same model started anew where some rows are others, as far as it can be given other rows; `None` where it
    /// cannot be started anew.
    fn elsewhere(&self, changed: &ChangedRows) -> Option<Result<Box<dyn Learner>, FitError>> {
        let _ = changed;
        None
    }

    /// Whether what failed last on this thread did so because of what was done on another one, such as where workers of
    /// several threads end together; it is told once.
    fn was_interrupted(&self) -> bool {
        false
    }

    /// Fits to the train rows with their answers, one a row.
    ///
    /// # Errors
    /// Where these rows cannot be fitted.
    fn fit_rows(
        &self,
        rows: &TableRows,
        answers: TrainTarget,
        terms: &FitContext,
    ) -> Result<Box<dyn FittedRows>, FitError>;
}

/// Rows that are changed to see whether a model that is not given them knows them.
pub struct ChangedRows<'a> {
    /// Places among the used rows of those whose features are changed.
    pub features: &'a [u32],
    /// Places of those whose targets are changed.
    pub targets: &'a [u32],
    /// The features of all used rows, with the change.
    pub known: Arc<Features>,
}

/// A fitted model that predicts rows of a table that it knows.
pub trait FittedRows {
    /// Predictions, one a row.
    ///
    /// # Errors
    /// Where the model cannot predict these rows.
    fn predict_rows(&self, rows: &TableRows) -> Result<Predictions, FitError>;

    /// Predictions for several parts, which some models make together with less work.
    ///
    /// # Errors
    /// As [`FittedRows::predict_rows`].
    fn predict_parts(&self, parts: &[TableRows]) -> Result<Vec<Predictions>, FitError> {
        parts.iter().map(|part| self.predict_rows(part)).collect()
    }

    /// What was difficult about the fit, in a few words, if anything was.
    fn difficulty(&self) -> Option<String> {
        None
    }

    /// What is inside the model, feature by feature; `rows` are those that SHAP values are of.
    ///
    /// # Errors
    /// Why it does not tell.
    fn inside(&self, what: Inside, rows: &TableRows) -> Result<FeatureValues, Untold> {
        let _ = rows;
        Err(Untold::Unfit(format!("a model that is run elsewhere has to tell its {}", what.described())))
    }
}

/// What a fitted model may tell of its inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inside {
    /// Of each output, the change for one standard deviation of each feature among the train rows (divisor n).
    Coefficients,
    /// A weight a feature, as the model's library defines it.
    Importances,
    /// The mean absolute SHAP value of each feature over some rows and all outputs.
    Shap,
}

impl Inside {
    /// The name of the request for it.
    pub fn request(self) -> &'static str {
        match self {
            Self::Coefficients => "coefficients",
            Self::Importances => "importances",
            Self::Shap => "shap",
        }
    }

    /// What it is, in sentences.
    pub fn described(self) -> &'static str {
        match self {
            Self::Coefficients => "coefficients",
            Self::Importances => "importances",
            Self::Shap => "SHAP values",
        }
    }
}

/// Numbers of a model's own features, which may be others than the columns of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureValues {
    /// The features' names.
    pub names: Vec<String>,
    /// Outputs × features.
    pub values: Array2<f64>,
    /// The classes of the outputs (of a single one: both), ascending; empty for numbers.
    pub classes: Vec<u32>,
}

/// Why a model does not tell what is inside it.
#[derive(Debug, Clone, PartialEq)]
pub enum Untold {
    /// It has no such thing, for this reason.
    Unfit(String),
    /// It could not be asked.
    Failed(FitError),
}

/// Rows of the table, some columns of which may hold other values than the table's.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRows<'a> {
    /// Places among the used rows; `None` for rows that are not of the table, of which all columns are in `changed`.
    pub rows: Option<&'a [u32]>,
    /// Number of rows.
    pub count: usize,
    /// Columns that the model must do without.
    pub without: Vec<String>,
    /// Columns with the values that these rows have in place of the table's, one a row.
    pub changed: Vec<(String, Values)>,
}

impl<'a> TableRows<'a> {
    /// Rows as the table has them.
    pub fn of_table(rows: &'a [u32]) -> Self {
        Self { rows: Some(rows), count: rows.len(), without: Vec::new(), changed: Vec::new() }
    }

    /// Rows as `features` has them, which may lack columns of `known` or hold other values.
    pub fn of_features(rows: &'a [u32], features: &Features, known: &Features) -> Self {
        let mut made = Self::of_table(rows);
        if std::ptr::eq(features, known) {
            return made;
        }
        let (places, own) = (known.parts_of_columns(), features.parts_of_columns());
        let mut cells = None;
        for (feature, parts) in known.used.iter().zip(places) {
            let Some(there) = features.used.iter().position(|other| other.name == feature.name) else {
                made.without.push(feature.name.clone());
                continue;
            };
            let two = features.parts[own[there].clone()].iter().zip(&known.parts[parts]);
            if !two.into_iter().all(|(one, other)| is_same(one, other)) {
                let cells = cells.get_or_insert_with(|| features.cells(rows));
                made.changed.push((feature.name.clone(), values_of(features, there, cells.view())));
            }
        }
        made
    }

    /// The same rows with these [cells](Features::cells) in place of those of `features`; columns whose cells are the same
    /// are not changed.
    pub fn with_cells(mut self, features: &Features, cells: ArrayView2<f64>) -> Self {
        let own = self.rows.map(|rows| features.cells(rows));
        let same =
            |part: usize| own.as_ref().is_some_and(|own| own.column(part).iter().zip(cells.column(part)).all(is_equal));
        for (place, parts) in features.parts_of_columns().into_iter().enumerate() {
            if parts.clone().all(same) {
                continue;
            }
            let name = features.used[place].name.clone();
            self.changed.retain(|(other, _)| *other != name);
            self.changed.push((name, values_of(features, place, cells)));
        }
        self
    }
}

/// Whether two cells are equal; a gap is equal to a gap.
fn is_equal((a, b): (&f64, &f64)) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

/// Whether two columns hold the same, gaps included.
fn is_same(one: &FeatureColumn, other: &FeatureColumn) -> bool {
    match (one, other) {
        (FeatureColumn::Number { values: a, .. }, FeatureColumn::Number { values: b, .. }) => {
            a.len() == b.len() && a.iter().zip(b).all(is_equal)
        }
        (one, other) => one == other,
    }
}

/// The values of a used column that its cells stand for.
fn values_of(features: &Features, place: usize, cells: ArrayView2<f64>) -> Values {
    let (feature, parts) = (&features.used[place], features.parts_of_columns()[place].clone());
    if !feature.calendar.is_empty() {
        // Days since the epoch have the time of day as their fraction, so they say all.
        let days = feature.calendar.iter().position(|part| *part == DatePart::Days).map(|at| parts.start + at);
        let seconds = |day: &f64| (day * DAY * 1e6).round() / 1e6;
        let column = days.map(|part| cells.column(part).iter().map(seconds).collect());
        return Values::Time(column.unwrap_or_else(|| vec![f64::NAN; cells.nrows()].into()), Vec::new());
    }
    let column = cells.column(parts.start);
    match &features.parts[parts.start] {
        FeatureColumn::Levels { levels, .. } => {
            let code = |cell: &f64| if (*cell as usize) < levels.len() { *cell as u32 } else { MISSING };
            Values::Text { codes: column.iter().map(code).collect(), levels: levels.clone() }
        }
        FeatureColumn::Number { .. } if feature.kind == "boolean" => {
            Values::Boolean(column.to_vec().into(), crate::data::Spelling::default())
        }
        FeatureColumn::Number { .. } => Values::Number(column.to_vec().into()),
    }
}

/// A fitted model that takes rows, behind the features that its run has.
pub struct RowPredictor<'a> {
    features: Cow<'a, Features>,
    fitted: Box<dyn FittedRows>,
}

impl<'a> RowPredictor<'a> {
    /// A model fitted to rows with these features.
    pub fn new(features: Cow<'a, Features>, fitted: Box<dyn FittedRows>) -> Self {
        Self { features, fitted }
    }

    /// Predictions for [cells](Features::cells) of used rows, or of rows that are not of the table. What goes wrong unwinds
    /// as a [`FitError`], which the run takes as the split's.
    pub(crate) fn predict(&self, rows: Option<&[u32]>, cells: ArrayView2<f64>) -> Predictions {
        let asked = TableRows { rows, count: cells.nrows(), without: Vec::new(), changed: Vec::new() };
        let predicted = self.fitted.predict_rows(&asked.with_cells(&self.features, cells));
        predicted.unwrap_or_else(|error| std::panic::resume_unwind(Box::new(error)))
    }

    /// What is inside the model, or why it does not tell; `rows` are used rows that SHAP values are of. What goes wrong
    /// unwinds as in [`RowPredictor::predict`].
    pub(crate) fn inside(&self, what: Inside, rows: &[u32]) -> Result<FeatureValues, String> {
        match self.fitted.inside(what, &TableRows::of_table(rows)) {
            Ok(told) => Ok(told),
            Err(Untold::Unfit(why)) => Err(why),
            Err(Untold::Failed(error)) => std::panic::resume_unwind(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, Feature};

    fn features() -> Features {
        let feature = |name: &str, kind, encoding, calendar: &[DatePart]| Feature {
            name: name.into(),
            kind,
            encoding,
            missing: 0,
            calendar: calendar.to_vec(),
        };
        let number = |name: &str, values: &[f64]| FeatureColumn::Number {
            name: name.into(),
            values: values.to_vec().into(),
            has_missing: true,
        };
        let levels = FeatureColumn::Levels {
            name: "t".into(),
            codes: vec![1, 0, MISSING].into(),
            levels: vec!["a".into(), "b".into()],
            encoding: Encoding::OneHot,
        };
        Features {
            used: vec![
                feature("d", "time", Encoding::Calendar, &[DatePart::Month, DatePart::Days]),
                feature("t", "text", Encoding::OneHot, &[]),
                feature("x", "number", Encoding::Numeric, &[]),
            ],
            dropped: Vec::new(),
            parts: vec![
                number("d.month", &[1.0, 1.0, 2.0]),
                number("d.days", &[0.5, 3.25, f64::NAN]),
                levels,
                number("x", &[7.0, f64::NAN, 9.0]),
            ],
            rows: 3,
        }
    }

    #[test]
    fn cells_of_the_table_change_nothing_and_others_become_values() {
        let features = features();
        let rows = [2, 0];
        let cells = features.cells(&rows);
        let same = TableRows::of_table(&rows).with_cells(&features, cells.view());
        assert_eq!(same, TableRows::of_table(&rows));
        let mut other = cells.clone();
        other[[1, 1]] = 2.5;
        other[[0, 2]] = 0.0;
        let changed = TableRows::of_table(&rows).with_cells(&features, other.view()).changed;
        assert_eq!(changed.len(), 2);
        let Values::Time(seconds, _) = &changed[0].1 else { panic!("{:?}", changed[0]) };
        assert!(seconds[0].is_nan());
        assert_eq!(seconds[1], 2.5 * 86_400.0);
        let levels = vec!["a".into(), "b".into()];
        assert_eq!(changed[1], ("t".into(), Values::Text { codes: vec![0, 1].into(), levels }));
    }

    #[test]
    fn new_rows_bring_all_columns() {
        let features = features();
        let cells = features.cells(&[1]);
        let new = TableRows { rows: None, ..TableRows::of_table(&[1]) }.with_cells(&features, cells.view());
        let names: Vec<&str> = new.changed.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["d", "t", "x"]);
    }

    #[test]
    fn other_features_of_a_run_are_told_as_columns_that_are_missing_or_changed() {
        let known = features();
        let without = known.without(&["t".to_owned()]);
        let rows = [0, 1];
        assert_eq!(TableRows::of_features(&rows, &known, &known), TableRows::of_table(&rows));
        let told = TableRows::of_features(&rows, &without, &known);
        assert_eq!((told.without, told.changed.len()), (vec!["t".to_owned()], 0));
        let mut other = known.clone();
        if let FeatureColumn::Number { values, .. } = &mut other.parts[3] {
            values[0] = 8.0;
        }
        let told = TableRows::of_features(&rows, &other, &known);
        assert_eq!(told.changed.len(), 1);
        let (name, Values::Number(values)) = &told.changed[0] else { panic!("{told:?}") };
        assert_eq!((name.as_str(), values[0], values[1].is_nan()), ("x", 8.0, true));
    }
}
