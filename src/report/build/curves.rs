//! From the curves of each split to those of the document, and the counts of predictions.

use super::Run;
use crate::probe::CurveInfo;
use crate::probe::curves::{predicted, reliability};
use crate::report::document::{
    CountGrid, CurveSummary, Model, PredictedCounts, ReliabilityBin, ReliabilityBins, SplitCurve,
};
use crate::stats::{mean, quantile};

/// The digits that a number of a curve is told with: a part keeps seven of each.
const DIGITS: usize = 6;

/// Puts curves and counts of predictions into a model's entry.
pub(super) fn add_curves(run: &Run, m: usize, model: &mut Model) {
    let of_model = &run.part.splits().models[m];
    for info in run.probes.curves() {
        model.curves.extend(summary(run, m, info).map(|summary| (info.name.clone(), summary)));
    }
    let totals = |key: &str| of_model.totals.get(key);
    model.reliability_bins =
        totals(reliability::KEY).and_then(reliability::read).map(|(splits, bins)| ReliabilityBins {
            label: run.target.positive().map(|class| run.target.labels()[class as usize].clone()),
            splits,
            bins: bins.iter().map(bin).collect(),
        });
    model.predicted = totals(predicted::KEY).and_then(|totals| predicted::read(run.target, totals)).map(
        |(splits, truth, residual)| PredictedCounts {
            splits,
            truth: grid(truth, run.target_name),
            residual: grid(residual, "residual"),
        },
    );
}

/// A curve over the splits that have it.
fn summary(run: &Run, m: usize, info: &CurveInfo) -> Option<CurveSummary> {
    let splits = run.part.splits();
    let of_model = &splits.models[m];
    let (places, curves): (Vec<usize>, Vec<&[f32]>) = of_model.curves.of(&info.name).unzip();
    if places.is_empty() || curves[0].len() != info.x.len() {
        return None;
    }
    let mut at_places: [Vec<f64>; 6] = Default::default();
    for i in 0..info.x.len() {
        let mut values: Vec<f64> = curves.iter().map(|curve| f64::from(curve[i])).collect();
        values.sort_unstable_by(f64::total_cmp);
        let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(|q| quantile(&values, q));
        let summary = [mean(&values)].into_iter().chain(quantiles);
        at_places.iter_mut().zip(summary).for_each(|(list, value)| list.push(rounded(value)));
    }
    let metric = &run.metrics[0];
    let scores = of_model.test(&metric.name);
    let scored = || places.iter().enumerate().filter_map(|(i, k)| Some((i, scores.at(*k)?)));
    let sign = metric.direction.sign();
    // The first of equal ones.
    let first = |sign: f64| scored().reduce(|found, next| if sign * next.1 > sign * found.1 { next } else { found });
    let of_split = |(i, score): (usize, f64)| SplitCurve {
        split: splits.numbers.at(places[i]),
        score,
        y: curves[i].iter().map(|value| rounded(f64::from(*value))).collect(),
    };
    let [mean, p05, p25, median, p75, p95] = at_places;
    Some(CurveSummary {
        x_name: info.x_name.clone(),
        y_name: info.y_name.clone(),
        x: info.x.clone(),
        levels: info.levels.clone(),
        splits: places.len(),
        mean,
        p05,
        p25,
        median,
        p75,
        p95,
        best: first(sign).map(of_split),
        worst: first(-sign).map(of_split),
    })
}

/// The number with as many digits as are told.
fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

fn bin(bin: &reliability::Bin) -> ReliabilityBin {
    let share = |sum: f64| (bin.rows > 0).then(|| sum / bin.rows as f64);
    ReliabilityBin {
        from: bin.edges[0],
        to: bin.edges[1],
        rows: bin.rows,
        positives: bin.came,
        probability_sum: bin.probability,
        predicted: share(bin.probability),
        observed: share(bin.came as f64),
    }
}

fn grid(grid: predicted::Grid, y_name: &str) -> CountGrid {
    let predicted::Grid { x, y, counts, outside } = grid;
    CountGrid { x_name: "prediction".into(), y_name: y_name.into(), x_range: x, y_range: y, counts, outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_told() {
        for (value, want) in [
            (f64::from(0.309_524_f32), 0.309_524),
            (1.0 / 3.0, 0.333_333),
            (0.0, 0.0),
            (-1_234_567.8, -1_234_570.0),
            (f64::from(1.5e-7_f32), 1.5e-7),
        ] {
            assert_eq!(rounded(value), want);
        }
    }
}
