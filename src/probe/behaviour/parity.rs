//! Groups that must be treated alike.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::context::BehaviourContext;
use super::outcome::{NO_PROBABILITIES, outcome, score};
use super::{BehaviourInfo, BehaviourTest, Reader, Test, key};
use crate::data::{MISSING, Target};
use crate::error::Result;
use crate::metric::{Direction, NamedMetric, Undefined};
use crate::model::Predictions;
use crate::probe::{Names, Probe, ProbeContext, Recorder};
use crate::run::FittedSplit;
use crate::stats::mean;

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "parity",
    summary: "groups of rows are treated alike: the smallest figure of a group to the largest",
    keys: &[
        key("column", "", "the column whose values are the groups"),
        key("measure", "", "score, rate or calibration"),
        key("metric", "primary", "metric of a score"),
        key("label", "", "label of a rate or calibration; the positive one without it"),
        key("least", "10", "test rows that a group needs"),
        key("ratio", "", "least mean of the smallest figure of a group to the largest"),
    ],
    example: "column = \"sex\"\nmeasure = \"rate\"\nratio = 0.8",
    gives: &["behaviour", "behaviour_group"],
    confidence: None,
    read,
};

/// Test rows that a group needs, where nothing is said.
const LEAST: f64 = 10.0;

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let measures = [("score", Measure::Score), ("rate", Measure::Rate), ("calibration", Measure::Calibration)];
    let measure = reader.choice("measure", &measures)?;
    let idle = if measure == Measure::Score { "label" } else { "metric" };
    if reader.table.contains_key(idle) {
        return reader.wrong(format!("{idle} has no effect on this measure; leave it out"));
    }
    let least = reader.bounded("least", 1.0, f64::from(u32::MAX))?.unwrap_or(LEAST);
    let test = Parity {
        column: reader.needed("column", "\"sex\"")?,
        measure,
        metric: reader.text("metric")?,
        label: reader.text("label")?,
        least: least as usize,
    };
    let expr = reader.asked(&["ratio"], || match reader.bounded("ratio", 0.0, 1.0)? {
        Some(ratio) => Ok(format!("mean({reading}) >= {ratio}")),
        None => reader.wrong("there is no ratio; add one such as ratio = 0.8, the smallest group to the largest"),
    })?;
    Ok((test.into(), expr))
}

/// What is looked at in each group of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// A metric.
    Score,
    /// The share of rows predicted as a label, or the mean prediction.
    Rate,
    /// The share of rows with a label to its mean probability, or the mean of the target to the mean prediction.
    Calibration,
}

/// Groups of rows are treated alike: the smallest figure of a group to the largest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Parity {
    /// The column whose levels are the groups.
    column: String,
    /// What is looked at.
    measure: Measure,
    /// The metric of a score; the primary one where `None`.
    metric: Option<String>,
    /// The label of a rate or calibration; the positive one where `None`.
    label: Option<String>,
    /// Groups with fewer test rows are left out of a split's figure.
    least: usize,
}

/// A column with more levels than this makes no groups.
const MOST_GROUPS: usize = 50;

impl BehaviourTest for Parity {
    fn table_column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn is_of_predictions(&self) -> bool {
        true
    }

    fn probe(&self, context: &mut BehaviourContext) -> Result<Box<dyn Probe>> {
        let class = if self.measure == Measure::Score { None } else { context.class(self.label.as_deref())? };
        let (of_row, groups) = context.values(&self.column)?.as_levels();
        let mut sizes = vec![0usize; groups.len()];
        of_row.iter().filter(|c| **c != MISSING).for_each(|c| sizes[*c as usize] += 1);
        let filled = sizes.iter().filter(|s| **s > 0).count();
        if !(2..=MOST_GROUPS).contains(&filled) {
            let text = format!(
                "column '{}' has {filled} different values; groups are 2 to {MOST_GROUPS} of them",
                self.column
            );
            return context.wrong(text);
        }
        if sizes.iter().filter(|s| **s >= self.least).count() < 2 {
            return context.wrong(format!("fewer than two groups have {} rows; lower least", self.least));
        }
        Ok(Box::new(ParityProbe {
            name: context.name.to_owned(),
            measure: self.measure,
            metric: context.metric(self.metric.as_deref())?,
            class,
            least: self.least,
            of_row: of_row.into_vec(),
            groups,
        }))
    }
}

/// The smallest figure of a group to the largest.
struct ParityProbe {
    name: String,
    measure: Measure,
    metric: NamedMetric,
    class: Option<u32>,
    least: usize,
    /// The group of each used row; [`MISSING`] for none.
    of_row: Vec<u32>,
    groups: Vec<String>,
}

impl ParityProbe {
    /// The figure of some of the test rows, by their places.
    fn figure(&self, fitted: &FittedSplit, at: &[usize]) -> Result<f64, Undefined> {
        let rows: Vec<u32> = at.iter().map(|i| fitted.split.test[*i]).collect();
        let predictions = &fitted.fit.predictions;
        let own = predictions.test.pick(at);
        match self.measure {
            Measure::Score => score(fitted, &self.metric, &rows, &own, fitted.threshold),
            Measure::Rate => Ok(match &own {
                Predictions::Classes { labels, .. } => {
                    labels.iter().filter(|l| Some(**l) == self.class).count() as f64 / labels.len() as f64
                }
                values => mean(&outcome(values, None).map_err(|_| NO_PROBABILITIES)?),
            }),
            Measure::Calibration => {
                let truth: Vec<f64> = match fitted.context.target {
                    Target::Regression { values } => rows.iter().map(|r| values[*r as usize]).collect(),
                    Target::Classification { codes, .. } => {
                        rows.iter().map(|r| f64::from(u8::from(Some(codes[*r as usize]) == self.class))).collect()
                    }
                };
                let predicted = mean(&outcome(&own, self.class)?);
                if predicted == 0.0 {
                    return Err(Undefined("the mean prediction of a group is 0"));
                }
                Ok(mean(&truth) / predicted)
            }
        }
    }
}

/// The smallest to the largest.
fn ratio(figures: &[f64]) -> Result<f64, Undefined> {
    let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let most = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match (least, most) {
        _ if figures.len() < 2 => Err(Undefined("fewer than two groups have test rows enough")),
        (least, _) if least < 0.0 => Err(Undefined("a group's figure is below 0, so that there is no ratio")),
        // Nobody gets it.
        (_, 0.0) => Ok(1.0),
        (least, most) => Ok(least / most),
    }
}

impl Probe for ParityProbe {
    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names.reading(format!("behaviour[{}]", self.name), Direction::Higher);
        let of = |group: &String| (format!("behaviour_group[{}: {group}]", self.name), Direction::None);
        names.readings.extend(self.groups.iter().map(of));
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let mut members = vec![Vec::new(); self.groups.len()];
        for (i, row) in fitted.split.test.iter().enumerate() {
            if let Some(group) = members.get_mut(self.of_row[*row as usize] as usize) {
                group.push(i);
            }
        }
        let figures: Vec<Option<Result<f64, Undefined>>> =
            members.iter().map(|at| (at.len() >= self.least).then(|| self.figure(fitted, at))).collect();
        let known: Result<Vec<f64>, Undefined> = figures.iter().flatten().copied().collect();
        notes.read(format!("behaviour[{}]", self.name), Direction::Higher, known.and_then(|known| ratio(&known)));
        for (group, figure) in self.groups.iter().zip(figures) {
            let figure = figure.unwrap_or(Err(Undefined("the group has too few test rows")));
            notes.read(format!("behaviour_group[{}: {group}]", self.name), Direction::None, figure);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_of_the_smallest_to_the_largest() {
        assert_eq!(ratio(&[0.5, 0.2, 0.4]), Ok(0.4));
        assert_eq!(ratio(&[0.0, 0.0]), Ok(1.0));
        assert_eq!(ratio(&[0.0, 0.1]), Ok(0.0));
        assert!(ratio(&[0.5]).is_err() && ratio(&[-0.1, 0.5]).is_err());
    }
}
