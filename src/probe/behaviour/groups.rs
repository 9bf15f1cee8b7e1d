//! Tests of some of the rows: a slice that must reach a score, and groups that must be treated alike.

use super::{BehaviourContext, NO_PROBABILITIES, names, outcome, score};
use crate::data::{MISSING, Target, Values, place_of_label};
use crate::error::{Result, suggestion_or_list};
use crate::metric::{Direction, NamedMetric, Undefined};
use crate::probe::{Names, Probe, ProbeContext, Recorder};
use crate::run::FittedSplit;
use crate::stats::mean;
use crate::verdict::behaviour::{Measure, Within};

/// A column with more levels than this makes no groups.
const MOST_GROUPS: usize = 50;

/// The score of a slice of the test rows.
pub struct Slice {
    name: String,
    metric: NamedMetric,
    /// For each used row whether it is in the slice.
    inside: Vec<bool>,
}

/// The smallest figure of a group to the largest.
pub struct Parity {
    name: String,
    measure: Measure,
    metric: NamedMetric,
    class: Option<u32>,
    least: usize,
    /// The group of each used row; [`MISSING`] for none.
    of_row: Vec<u32>,
    groups: Vec<String>,
}

impl BehaviourContext<'_> {
    /// A column of the table on the used rows.
    fn values(&self, column: &str) -> Result<Values> {
        match self.ground.table.column(column) {
            Ok(found) => Ok(found.values.take(self.ground.used)),
            Err(e) => self.wrong(e),
        }
    }
}

impl Slice {
    pub fn new(stage: &BehaviourContext, rows: &Within, metric: Option<&str>) -> Result<Self> {
        let values = stage.values(&rows.column)?;
        let inside: Vec<bool> = if let Some(level) = &rows.level {
            let (codes, levels) = values.as_levels();
            let Some(at) = place_of_label(level, names(&levels)) else {
                let list = suggestion_or_list(level, || names(&levels));
                return stage.wrong(format!("column '{}' has no level '{level}'{list}", rows.column));
            };
            codes.iter().map(|c| *c as usize == at).collect()
        } else {
            let Some(numbers) = values.numbers() else {
                let text = format!("column '{}' is {}, not a number; use level", rows.column, values.kind());
                return stage.wrong(text);
            };
            let (from, to) = (rows.from.unwrap_or(f64::NEG_INFINITY), rows.to.unwrap_or(f64::INFINITY));
            numbers.iter().map(|v| *v >= from && *v <= to).collect()
        };
        if !inside.contains(&true) {
            return stage.wrong("no row of the table is in the slice");
        }
        Ok(Self { name: stage.behaviour.name.clone(), metric: stage.metric(metric)?, inside })
    }
}

impl Probe for Slice {
    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names.reading(format!("behaviour[{}]", self.name), self.metric.direction);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let test = &fitted.split.test;
        let at: Vec<usize> = (0..test.len()).filter(|i| self.inside[test[*i] as usize]).collect();
        let rows: Vec<u32> = at.iter().map(|i| test[*i]).collect();
        let predictions = &fitted.fit.predictions;
        let value = if at.is_empty() {
            Err(Undefined("no test row is in the slice"))
        } else {
            score(fitted, &self.metric, &rows, &predictions.test.pick(&at), fitted.threshold)
        };
        notes.read(format!("behaviour[{}]", self.name), self.metric.direction, value);
    }
}

impl Parity {
    pub fn new(
        stage: &BehaviourContext,
        column: &str,
        measure: Measure,
        metric: Option<&str>,
        class: Option<u32>,
        least: usize,
    ) -> Result<Self> {
        let (of_row, groups) = stage.values(column)?.as_levels();
        let mut sizes = vec![0usize; groups.len()];
        of_row.iter().filter(|c| **c != MISSING).for_each(|c| sizes[*c as usize] += 1);
        let filled = sizes.iter().filter(|s| **s > 0).count();
        if !(2..=MOST_GROUPS).contains(&filled) {
            let text =
                format!("column '{column}' has {filled} different values; groups are 2 to {MOST_GROUPS} of them");
            return stage.wrong(text);
        }
        if sizes.iter().filter(|s| **s >= least).count() < 2 {
            return stage.wrong(format!("fewer than two groups have {least} rows; lower least"));
        }
        let (name, metric) = (stage.behaviour.name.clone(), stage.metric(metric)?);
        Ok(Self { name, measure, metric, class, least, of_row, groups })
    }

    /// The figure of some of the test rows, by their places.
    fn figure(&self, fitted: &FittedSplit, at: &[usize]) -> Result<f64, Undefined> {
        let rows: Vec<u32> = at.iter().map(|i| fitted.split.test[*i]).collect();
        let predictions = &fitted.fit.predictions;
        let own = predictions.test.pick(at);
        match self.measure {
            Measure::Score => score(fitted, &self.metric, &rows, &own, fitted.threshold),
            Measure::Rate => Ok(match &own {
                crate::model::Predictions::Classes { labels, .. } => {
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

impl Probe for Parity {
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
