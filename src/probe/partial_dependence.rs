//! Partial dependence (Friedman, Greedy function approximation, Annals of Statistics 29, 2001): the mean prediction for the
//! test rows where all of them have one value in a column, as in scikit-learn's `partial_dependence(method="brute")`.

use ndarray::Array2;

use super::curves::{CurveInfo, MOST_CLASSES, MOST_SPLITS};
use super::registry::{BOTH, ProbeInfo};
use super::{Conclusion, Names, Probe, ProbeContext, ProbeResults, ProbeSpec, Recorder, sample};
use crate::data::{FeatureColumn, Features, Target};
use crate::error::{Error, Result};
use crate::model::registry::{ParamInfo, ParamKind};
use crate::model::{FittedPredictor, Predictions};
use crate::run::FittedSplit;
use crate::setting::PROBE;
use crate::stats::{mean, quantile};

pub(super) const INFO: ProbeInfo = ProbeInfo {
    params: &[
        ParamInfo::new(
            "top",
            ParamKind::Whole { least: 1 },
            "8",
            "columns, the first of the table, where none is named",
        ),
        ParamInfo::new("rows", ParamKind::Whole { least: 1 }, "500", "most test rows a split"),
    ],
    names_column: true,
    ..ProbeInfo::new(
        NAME,
        BOTH,
        "mean prediction where all test rows have one value in a column, for pictures",
        "numbers or probabilities as predictions",
        &[],
        |spec, scene| Ok(Box::new(PartialDependence::new(spec, scene)?)),
    )
};

const NAME: &str = "partial-dependence";

/// Most values at which a column is looked at.
const MOST: usize = 20;

/// The quantiles between which numbers of many different values are looked at.
const ENDS: [f64; 2] = [0.05, 0.95];

/// A column and the values that all rows are given in it.
struct Grid {
    column: String,
    part: usize,
    /// As cells.
    values: Vec<f64>,
    /// What the values are called, where they are no numbers.
    levels: Vec<String>,
}

impl Grid {
    /// Of a used column; `None` for a date, whose parts move together.
    fn new(features: &Features, at: usize) -> Option<Self> {
        let feature = &features.used[at];
        if !feature.calendar.is_empty() {
            return None;
        }
        let part = features.parts_of_columns()[at].start;
        let (values, levels) = match &features.parts[part] {
            FeatureColumn::Number { .. } if feature.kind == "boolean" => {
                (vec![0.0, 1.0], ["false", "true"].map(str::to_owned).to_vec())
            }
            FeatureColumn::Number { values, .. } => (grid_of_numbers(values), Vec::new()),
            FeatureColumn::Levels { codes, levels, .. } => {
                let frequent = most_frequent(codes, levels.len(), 1, MOST);
                (
                    frequent.iter().map(|code| *code as f64).collect(),
                    frequent.iter().map(|c| levels[*c].clone()).collect(),
                )
            }
        };
        Some(Self { column: feature.name.clone(), part, values, levels })
    }
}

/// All values, where they are few; else quantiles.
fn grid_of_numbers(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    if distinct.len() <= MOST {
        return distinct;
    }
    let share = |i: usize| ENDS[0] + (ENDS[1] - ENDS[0]) * i as f64 / (MOST - 1) as f64;
    let mut grid: Vec<f64> = (0..MOST).map(|i| quantile(&sorted, share(i))).collect();
    grid.dedup();
    grid
}

/// A number with at most four decimals.
fn tidy(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// At most so many of the levels that at least `least` rows have, the most frequent first; of equally frequent ones the first.
pub(super) fn most_frequent(codes: &[u32], levels: usize, least: usize, most: usize) -> Vec<usize> {
    let mut rows = vec![0usize; levels];
    codes.iter().filter(|code| (**code as usize) < levels).for_each(|code| rows[*code as usize] += 1);
    let mut order: Vec<usize> = (0..levels).filter(|level| rows[*level] >= least).collect();
    order.sort_by_key(|level| std::cmp::Reverse(rows[*level]));
    order.truncate(most);
    order
}

/// The probe.
struct PartialDependence {
    grids: Vec<Grid>,
    /// By column and output, as [`PartialDependence::outputs`] has them.
    curves: Vec<CurveInfo>,
    /// The classes whose probability is looked at; none for numbers.
    classes: Vec<usize>,
    /// Most test rows of a split.
    rows: usize,
    /// Columns that are passed over, where none was named.
    others: usize,
}

impl PartialDependence {
    fn new(spec: &ProbeSpec, scene: &ProbeContext) -> Result<Self> {
        let features = scene.features;
        let grids: Vec<Grid> = match &spec.column {
            Some(column) => {
                let at = features.place_of(column).map_err(|why| Error::probe(format!("probe '{NAME}': {why}")))?;
                let grid = Grid::new(features, at).ok_or_else(|| {
                    Error::probe(format!("probe '{NAME}': column '{column}' is a date"))
                        .advise("name a number or a text")
                })?;
                vec![grid]
            }
            None => (0..features.used.len()).filter_map(|at| Grid::new(features, at)).take(spec.whole("top")).collect(),
        };
        let (classes, of): (Vec<usize>, Vec<String>) = match scene.target {
            Target::Classification { positive: Some(class), .. } => (vec![*class as usize], Vec::new()),
            Target::Classification { labels, .. } if labels.len() <= MOST_CLASSES => {
                ((0..labels.len()).collect(), labels.iter().map(|label| format!("{label}: ")).collect())
            }
            Target::Classification { labels, .. } => {
                let text =
                    format!("probe '{NAME}' is for up to {MOST_CLASSES} classes, and there are {}", labels.len());
                return Err(Error::probe(text));
            }
            Target::Regression { .. } => (Vec::new(), Vec::new()),
        };
        let labels = scene.target.labels();
        let outputs = classes.len().max(1);
        let curve = |grid: &Grid, output: usize| CurveInfo {
            name: format!("partial_dependence[{}{}]", of.get(output).map_or("", String::as_str), grid.column),
            x_name: grid.column.clone(),
            y_name: match classes.get(output) {
                Some(class) => format!("mean probability of {}", labels[*class]),
                None => "mean prediction".to_owned(),
            },
            x: if grid.levels.is_empty() {
                grid.values.clone()
            } else {
                (0..grid.levels.len()).map(|i| i as f64).collect()
            },
            levels: grid.levels.clone(),
        };
        let curves = grids.iter().flat_map(|grid| (0..outputs).map(|output| curve(grid, output)).collect::<Vec<_>>());
        let curves = curves.collect();
        let others = if spec.column.is_some() { 0 } else { features.used.len() - grids.len() };
        Ok(Self { grids, curves, classes, rows: spec.whole("rows"), others })
    }

    /// The mean prediction, or the mean probability of each class; `None` where the model gives none.
    fn outputs(&self, predictions: &Predictions) -> Option<Vec<f64>> {
        match predictions {
            Predictions::Values(values) => Some(vec![mean(values)]),
            Predictions::Classes { probabilities: Some(p), .. } => {
                Some(self.classes.iter().map(|class| mean(&p.column(*class).to_vec())).collect())
            }
            Predictions::Classes { .. } => None,
        }
    }

    /// For each output the curve of a column; `cells` are as they were when it is done.
    fn curves_of(&self, grid: &Grid, model: &FittedPredictor, rows: &[u32], cells: &mut Array2<f64>) -> Vec<Vec<f64>> {
        let before = cells.column(grid.part).to_owned();
        let mut curves = vec![Vec::new(); self.classes.len().max(1)];
        for value in &grid.values {
            cells.column_mut(grid.part).fill(*value);
            let outputs = self.outputs(&model.predict(Some(rows), cells.view())).unwrap_or_default();
            curves.iter_mut().zip(outputs).for_each(|(curve, output)| curve.push(output));
        }
        cells.column_mut(grid.part).assign(&before);
        curves
    }
}

impl Probe for PartialDependence {
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, _: &ProbeContext, _: &mut Names) {}

    fn curves(&self) -> &[CurveInfo] {
        &self.curves
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let Some(model) = fitted.rows.filter(|_| fitted.k < MOST_SPLITS) else { return };
        if self.outputs(&fitted.fit.predictions.test).is_none() {
            return;
        }
        let rows = sample(fitted.seed(5), &fitted.split.test, self.rows);
        let mut cells = fitted.context.features.cells(&rows);
        let curves = self.grids.iter().flat_map(|grid| self.curves_of(grid, model, &rows, &mut cells));
        let named: Vec<_> = self.curves.iter().map(|curve| &curve.name).zip(curves).collect();
        named.into_iter().for_each(|(name, curve)| notes.curve(name.as_str(), curve));
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        // A line for each of several classes would be too many.
        for info in self.curves.iter().filter(|_| self.classes.len() <= 1) {
            let curves: Vec<&[f32]> = over.curves.of(&info.name).map(|(_, curve)| curve).collect();
            let mean_at = |i: usize| mean(&curves.iter().map(|curve| f64::from(curve[i])).collect::<Vec<_>>());
            let means: Vec<f64> = (0..info.x.len()).filter(|_| !curves.is_empty()).map(mean_at).collect();
            let by = |a: &usize, b: &usize| means[*a].total_cmp(&means[*b]);
            let (Some(low), Some(high)) = ((0..means.len()).min_by(by), (0..means.len()).max_by(by)) else { continue };
            let place = |i: usize| info.levels.get(i).map_or_else(|| tidy(info.x[i]), String::clone);
            conclusion.lines.push(format!(
                "partial dependence on {}: {} from {:.4} (at {}) to {:.4} (at {})",
                info.x_name,
                info.y_name,
                means[low],
                place(low),
                means[high],
                place(high)
            ));
        }
        if self.others > 0 {
            let column = PROBE.to(format!("{NAME}:COLUMN"));
            conclusion.lines.push(format!("partial dependence on {} more columns: {column} names one", self.others));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_looked_at_at_all_values_or_at_quantiles() {
        assert_eq!(grid_of_numbers(&[3.0, f64::NAN, 1.0, 3.0, 2.0]), [1.0, 2.0, 3.0]);
        let many: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let grid = grid_of_numbers(&many);
        assert_eq!(grid.len(), MOST);
        assert!((grid[0] - 5.0).abs() < 1e-12 && (grid[19] - 95.0).abs() < 1e-12);
        assert!((grid[1] - 5.0 - 90.0 / 19.0).abs() < 1e-12);
        // Quantiles that are equal are one.
        let mut skewed = vec![0.0; 1000];
        skewed.extend((1..30).map(f64::from));
        assert_eq!(grid_of_numbers(&skewed), [0.0]);
    }

    #[test]
    fn values_are_told_without_needless_digits() {
        assert_eq!([57.0, -0.04464, 2.5, 100.0, 0.0].map(tidy), ["57", "-0.0446", "2.5", "100", "0"]);
    }

    #[test]
    fn the_most_frequent_levels_come_first() {
        assert_eq!(most_frequent(&[1, 2, 2, u32::MAX, 0, 4], 5, 1, MOST), [2, 0, 1, 4]);
        let many: Vec<u32> = (0..50).chain([49]).collect();
        let frequent = most_frequent(&many, 50, 1, MOST);
        assert_eq!((frequent.len(), frequent[0], frequent[1]), (MOST, 49, 0));
    }
}
