//! What predictions are worth: a gain (or, negative, a cost) for each cell of the confusion matrix, or for
//! each unit by which a number is missed.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::{Target, place_of_label};
use crate::error::{Error, Result, did_you_mean};
use crate::model::Predictions;
use crate::stats::{mean, weighted_mean};

use super::contract::{Direction, Metric, Needs, Undefined};
use super::rows::ScoredRows;

/// What a prediction is worth, as stated; labels are not yet checked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ValueSpec {
    /// Rows that are predicted in a year.
    pub rows_per_year: f64,
    /// What it costs to run the model for a year.
    pub cost_per_year: f64,
    /// Gain of each cell that has one, by true and predicted label.
    pub cells: Vec<(String, String, f64)>,
    /// Gain of every cell, true (row) by predicted (column) label in the order of the target's, as a report holds them.
    pub matrix: Option<Vec<Vec<f64>>>,
    /// Gains of the two-class cells: true positive, false positive, false negative, true negative.
    pub binary: Option<[f64; 4]>,
    /// For numbers: gain of any row, and gain for each unit of error over and under the true value.
    pub errors: Option<[f64; 3]>,
    /// Which probability makes a row positive.
    pub threshold: Threshold,
    /// Where it is stated, for messages.
    pub place: String,
}

/// What predictions are worth, as it stands in a report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// For labels: the gain of each true (row) and predicted (column) one, in the order of the target's labels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gains: Option<Vec<Vec<f64>>>,
    /// For numbers: the gain of any row, and of each unit of error.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub errors: Option<OfErrors>,
    /// The probability from which a row is positive, or `best`; absent where the model's own labels are taken.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub threshold: Option<StatedThreshold>,
}

/// What predictions of numbers are worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OfErrors {
    /// Gain of any row.
    pub per_row: f64,
    /// Gain for each unit by which the prediction is over the true value.
    pub over: f64,
    /// The same for each unit under it.
    pub under: f64,
}

/// A threshold as it stands in a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum StatedThreshold {
    /// A probability.
    At(f64),
    /// `best`.
    Word(String),
}

/// Which probability of the positive class makes a row positive.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Threshold {
    /// The model's own labels are taken.
    #[default]
    Labels,
    /// This one.
    Fixed(f64),
    /// The one that is worth most, on each split, by inner folds of its train rows.
    Best,
}

/// What predictions of one target are worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Rows a year.
    pub rows_per_year: f64,
    /// Cost a year.
    pub cost_per_year: f64,
    kind: Kind,
    threshold: Threshold,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// By true (row) and predicted (column) class.
    Cells {
        gains: Vec<f64>,
        classes: usize,
        positive: Option<usize>,
    },
    Errors {
        row: f64,
        over: f64,
        under: f64,
    },
}

impl ValueSpec {
    /// As it was when a report was made.
    pub fn of_report(rows_per_year: f64, cost_per_year: f64, terms: &Terms) -> Self {
        Self {
            rows_per_year,
            cost_per_year,
            matrix: terms.gains.clone(),
            errors: terms.errors.map(|of| [of.per_row, of.over, of.under]),
            threshold: match terms.threshold {
                None => Threshold::Labels,
                Some(StatedThreshold::At(t)) => Threshold::Fixed(t),
                Some(StatedThreshold::Word(_)) => Threshold::Best,
            },
            place: "the report's [value]".into(),
            ..Self::default()
        }
    }

    /// Checks it against a target.
    ///
    /// # Errors
    /// An input error where it is of the other task, or names an unknown label.
    pub fn resolve(&self, target: &Target) -> Result<Arc<Value>> {
        let kind = match target {
            Target::Regression { .. } => {
                if self.binary.is_some() || !self.cells.is_empty() || self.threshold != Threshold::Labels {
                    let what =
                        "[value]: the target is a number; give absolute_error, or over and under, instead of cells";
                    return Err(Error::metric(what));
                }
                let [row, over, under] = self.errors.ok_or_else(|| {
                    Error::metric("[value]: say what a unit of error is worth: absolute_error, or over and under")
                })?;
                Kind::Errors { row, over, under }
            }
            Target::Classification { labels, positive, .. } => self.cells_of(labels, positive.map(|p| p as usize))?,
        };
        let (rows_per_year, cost_per_year) = (self.rows_per_year, self.cost_per_year);
        Ok(Arc::new(Value { rows_per_year, cost_per_year, kind, threshold: self.threshold }))
    }

    fn cells_of(&self, labels: &[String], positive: Option<usize>) -> Result<Kind> {
        if self.errors.is_some() {
            return Err(
                Error::metric("[value]: the target is a label").advise("give cells instead of a worth of errors")
            );
        }
        let classes = labels.len();
        let mut gains = vec![0.0; classes * classes];
        match (self.binary, positive) {
            (None, _) => {}
            (Some([tp, fp, fneg, tn]), Some(yes)) => {
                let no = 1 - yes;
                for (truth, called, gain) in [(yes, yes, tp), (no, yes, fp), (yes, no, fneg), (no, no, tn)] {
                    gains[truth * classes + called] = gain;
                }
            }
            (Some(_), None) => {
                return Err(Error::metric(format!(
                    "[value]: true_positive and the like need two classes, and there are {classes}"
                ))
                .advise("use [value.cells]"));
            }
        }
        let find = |label: &str| {
            place_of_label(label, labels.iter().map(String::as_str)).ok_or_else(|| {
                let near = did_you_mean(label, labels.iter().map(String::as_str));
                Error::metric(format!("[value.cells]: no label '{label}'{near}"))
                    .advise(format!("the labels are {}", labels.join(", ")))
            })
        };
        if let Some(matrix) = &self.matrix {
            if matrix.len() != classes || matrix.iter().any(|row| row.len() != classes) {
                return Err(Error::metric(format!(
                    "[value]: the gains are of other classes than the {classes} of the target"
                )));
            }
            gains = matrix.concat();
        }
        for (truth, called, gain) in &self.cells {
            gains[find(truth)? * classes + find(called)?] = *gain;
        }
        if self.threshold != Threshold::Labels && positive.is_none() {
            return Err(Error::metric(format!("[value]: a threshold needs two classes, and there are {classes}")));
        }
        Ok(Kind::Cells { gains, classes, positive })
    }
}

impl Value {
    /// What it says of single predictions.
    pub fn terms(&self) -> Terms {
        let threshold = match self.threshold {
            Threshold::Labels => None,
            Threshold::Fixed(t) => Some(StatedThreshold::At(t)),
            Threshold::Best => Some(StatedThreshold::Word("best".into())),
        };
        match &self.kind {
            Kind::Cells { gains, classes, .. } => {
                let gains = gains.chunks(*classes).map(<[f64]>::to_vec).collect();
                Terms { gains: Some(gains), errors: None, threshold }
            }
            Kind::Errors { row, over, under } => {
                let errors = OfErrors { per_row: *row, over: *over, under: *under };
                Terms { gains: None, errors: Some(errors), threshold }
            }
        }
    }

    /// How labels come from probabilities.
    pub fn threshold(&self) -> Threshold {
        self.threshold
    }

    /// Whether a threshold is to be chosen on train rows.
    pub fn chooses(&self) -> bool {
        self.threshold == Threshold::Best
    }

    /// What predictions of numbers are worth a row.
    pub fn of_numbers(&self, truth: &[f64], predicted: &[f64]) -> Result<f64, Undefined> {
        let Kind::Errors { row, over, under } = self.kind else {
            return Err(Undefined("it is for classification"));
        };
        let one = |(t, p): (&f64, &f64)| if p > t { over * (p - t) } else { under * (t - p) };
        Ok(row + weighted_mean(truth.iter().zip(predicted).map(|pair| (one(pair), 1.0))))
    }

    /// What predicted classes are worth a row; `chosen` is the threshold that inner folds chose.
    pub fn of_classes(&self, truth: &[u32], predictions: &Predictions, chosen: Option<f64>) -> Result<f64, Undefined> {
        let Kind::Cells { gains, classes, positive } = &self.kind else {
            return Err(Undefined("it is for regression"));
        };
        let Predictions::Classes { labels, probabilities, .. } = predictions else {
            return Err(Undefined("the predictions are of the other task"));
        };
        let threshold = match self.threshold {
            Threshold::Labels => None,
            Threshold::Fixed(t) => Some(t),
            Threshold::Best => Some(chosen.ok_or(match probabilities {
                Some(_) => Undefined("inner folds of the train rows give no threshold"),
                None => Undefined("the model gives no probabilities"),
            })?),
        };
        let called = |i: usize| match (threshold, probabilities, positive) {
            (None, ..) => Ok(labels[i] as usize),
            (Some(t), Some(p), Some(yes)) => Ok(if p[[i, *yes]] >= t { *yes } else { 1 - yes }),
            _ => Err(Undefined("the model gives no probabilities")),
        };
        let gain = |(i, t): (usize, &u32)| Ok(gains[*t as usize * classes + called(i)?]);
        Ok(mean(&truth.iter().enumerate().map(gain).collect::<Result<Vec<f64>, Undefined>>()?))
    }

    /// The probabilities of the positive class; `None` where there are none.
    pub fn positive(&self, predictions: &Predictions) -> Option<Vec<f64>> {
        let Kind::Cells { positive: Some(yes), .. } = &self.kind else { return None };
        let Predictions::Classes { probabilities: Some(p), .. } = predictions else { return None };
        Some(p.column(*yes).to_vec())
    }

    /// The labels by the threshold that is stated or `chosen`; `None` where the model's own are taken.
    pub fn labels(&self, predictions: &Predictions, chosen: Option<f64>) -> Option<Vec<u32>> {
        let Kind::Cells { positive: Some(yes), .. } = &self.kind else { return None };
        let threshold = match self.threshold {
            Threshold::Labels => return None,
            Threshold::Fixed(t) => t,
            Threshold::Best => chosen?,
        };
        let label = |p: &f64| if *p >= threshold { *yes as u32 } else { 1 - *yes as u32 };
        Some(self.positive(predictions)?.iter().map(label).collect())
    }

    /// Puts the labels by the threshold that is stated or `chosen` in the place of the model's own, and returns it.
    pub fn relabel(&self, predictions: &mut Predictions, chosen: Option<f64>) -> Option<f64> {
        let own = self.labels(predictions, chosen)?;
        if let Predictions::Classes { labels, .. } = predictions {
            *labels = own;
        }
        match self.threshold {
            Threshold::Fixed(t) => Some(t),
            _ => chosen,
        }
    }

    /// The threshold that is worth most on these rows, given the probability of the positive class of each: halfway
    /// between two of them, of equal ones the highest. Above 1 no row is positive.
    pub fn best_threshold(&self, truth: &[u32], chances: &[f64]) -> Option<f64> {
        let Kind::Cells { gains, classes, positive: Some(yes) } = &self.kind else { return None };
        let of = |i: usize| chances[i];
        let mut order: Vec<usize> = (0..truth.len()).collect();
        order.sort_by(|a, b| of(*b).total_cmp(&of(*a)));
        // From no positive row on, one more at a time: what it is worth to call this row positive.
        let gain = |i: usize| {
            let t = truth[i] as usize * classes;
            gains[t + yes] - gains[t + 1 - yes]
        };
        let (mut best, mut best_sum, mut sum) = (1.01, 0.0, 0.0);
        for (place, i) in order.iter().enumerate() {
            sum += gain(*i);
            let next = order.get(place + 1).map_or(0.0, |j| of(*j));
            // Rows of one probability stand on one side.
            let parts = place + 1 == order.len() || next < of(*i);
            if parts && sum > best_sum {
                best_sum = sum;
                best = if place + 1 == order.len() { 0.0 } else { 0.5 * (of(*i) + next) };
            }
        }
        Some(best)
    }
}

/// What predictions are worth, as a metric.
#[derive(Debug)]
pub(super) struct ValueMetric {
    pub name: &'static str,
    /// So many rows' worth.
    pub rows: f64,
    pub value: Arc<Value>,
}

impl Metric for ValueMetric {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn direction(&self) -> Direction {
        Direction::Higher
    }

    fn needs(&self) -> Needs {
        match self.value.kind {
            Kind::Cells { .. } => Needs::Labels,
            Kind::Errors { .. } => Needs::Numbers,
        }
    }

    fn score(&self, rows: &ScoredRows) -> Result<f64, Undefined> {
        let worth = match self.value.kind {
            Kind::Cells { .. } => {
                let (truth, _) = rows.labels()?;
                self.value.of_classes(truth, rows.predictions()?, rows.threshold())?
            }
            Kind::Errors { .. } => {
                let (truth, predicted) = rows.numbers()?;
                self.value.of_numbers(truth, predicted)?
            }
        };
        Ok(self.rows * worth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn target() -> Target {
        Target::Classification { codes: vec![], labels: vec!["no".into(), "yes".into()], positive: Some(1) }
    }

    fn predictions(p: &[f64]) -> Predictions {
        Predictions::Classes {
            labels: p.iter().map(|p| u32::from(*p >= 0.5)).collect(),
            probabilities: Some(Array2::from_shape_fn((p.len(), 2), |(i, c)| if c == 1 { p[i] } else { 1.0 - p[i] })),
            decision: None,
        }
    }

    #[test]
    fn cells_add_up_and_the_best_threshold_is_the_best_of_all() {
        let spec = ValueSpec { binary: Some([10.0, -1.0, -5.0, 0.5]), ..ValueSpec::default() };
        let (truth, p) = ([1, 0, 1, 0, 0], [0.9, 0.8, 0.3, 0.3, 0.1]);
        // Called yes at 0.5: one hit, one false alarm, one miss, two rightly no.
        let plain = spec.resolve(&target()).unwrap();
        assert_eq!(plain.of_classes(&truth, &predictions(&p), None).unwrap(), (10.0 - 1.0 - 5.0 + 1.0) / 5.0);
        let best = ValueSpec { threshold: Threshold::Best, ..spec.clone() }.resolve(&target()).unwrap();
        let chosen = best.best_threshold(&truth, &p).unwrap();
        let worth = best.of_classes(&truth, &predictions(&p), Some(chosen)).unwrap();
        for t in [0.0, 0.05, 0.2, 0.5, 0.85, 0.95, 1.01] {
            let other = ValueSpec { threshold: Threshold::Fixed(t), ..spec.clone() }.resolve(&target()).unwrap();
            assert!(other.of_classes(&truth, &predictions(&p), None).unwrap() <= worth, "{t}");
        }
        assert!((chosen - 0.2).abs() < 1e-12 && worth == (10.0 - 1.0 + 10.0 - 1.0 + 0.5) / 5.0);
        // Where every alarm costs, there is none.
        let dear =
            ValueSpec { binary: Some([1.0, -9.0, 0.0, 0.0]), threshold: Threshold::Best, ..ValueSpec::default() };
        let dear = dear.resolve(&target()).unwrap();
        assert_eq!(dear.best_threshold(&[0, 0], &[0.9, 0.2]), Some(1.01));
    }

    #[test]
    fn numbers_are_worth_less_for_each_unit_over_and_under() {
        let spec = ValueSpec { errors: Some([10.0, -1.0, -3.0]), ..ValueSpec::default() };
        let value = spec.resolve(&Target::Regression { values: vec![] }).unwrap();
        assert_eq!(value.of_numbers(&[1.0, 1.0, 1.0], &[3.0, 0.0, 1.0]).unwrap(), 10.0 - 5.0 / 3.0);
        assert!(spec.resolve(&target()).unwrap_err().to_string().contains("give cells"));
        let cells = ValueSpec { cells: vec![("yse".into(), "no".into(), 1.0)], ..ValueSpec::default() };
        assert!(cells.resolve(&target()).unwrap_err().to_string().contains("did you mean 'yes'?"));
    }
}
