//! Residuals along the prediction: a bias in some range, and a spread that changes.

use super::registry::{NUMBERS, ProbeInfo};
use super::{Conclusion, Names, Probe, ProbeContext, ProbeResults, Recorder, truth_of};
use crate::metric::{Direction, Undefined};
use crate::model::Predictions;
use crate::model::registry::{ParamInfo, ParamKind};
use crate::run::FittedSplit;
use crate::stats::{mean, spearman};
use crate::warning::{Code, Warning};

pub(super) const INFO: ProbeInfo = ProbeInfo {
    of_predictions: true,
    params: &[ParamInfo::new("bins", ParamKind::Whole { least: 2 }, "5", "bins of equally many rows, by prediction")],
    ..ProbeInfo::new(
        "residuals",
        NUMBERS,
        "bias of the residuals along the prediction, and whether their spread changes",
        "numbers as predictions",
        &["residual", "residual_spread_trend"],
        |spec, _| Ok(Box::new(Residuals { bins: spec.whole("bins") })),
    )
};

/// The mean residual (true less predicted) in each of some bins of equally many test rows, ordered by
/// prediction, and Spearman's rank correlation of |residual| with the prediction.
pub struct Residuals {
    /// Number of bins.
    pub bins: usize,
}

impl Probe for Residuals {
    fn names(&self, _: &ProbeContext, names: &mut Names) {
        (1..=self.bins).for_each(|bin| names.reading(format!("residual[{bin}]"), Direction::None));
        names.reading("residual_spread_trend", Direction::None);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let Predictions::Values(predicted) = &fitted.fit.predictions.test else { return };
        let Some(truth) = truth_of(fitted.context.target, &fitted.split.test) else { return };
        let residuals: Vec<f64> = truth.iter().zip(predicted).map(|(t, p)| t - p).collect();
        let mut order: Vec<usize> = (0..predicted.len()).collect();
        order.sort_by(|a, b| predicted[*a].total_cmp(&predicted[*b]));
        for bin in 0..self.bins {
            let (from, to) = (bin * order.len() / self.bins, (bin + 1) * order.len() / self.bins);
            let own = &order[from..to];
            let mean = if own.is_empty() {
                Err(Undefined("there are fewer test rows than bins"))
            } else {
                Ok(mean(&own.iter().map(|i| residuals[*i]).collect::<Vec<_>>()))
            };
            notes.read(format!("residual[{}]", bin + 1), Direction::None, mean);
        }
        let sizes: Vec<f64> = residuals.iter().map(|r| r.abs()).collect();
        let trend = spearman(&sizes, predicted).ok_or(Undefined("predictions or errors do not vary"));
        notes.read("residual_spread_trend", Direction::None, trend);
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        // Of several bins one is off by chance more often than a single one: Bonferroni's correction.
        let confidence = 1.0 - 0.05 / self.bins as f64;
        let off = |(name, values): &(&str, &[Option<f64>])| {
            let values: Vec<f64> = values.iter().flatten().copied().collect();
            let (mean, interval) = over.interval(&values, confidence)?;
            (interval[0] > 0.0 || interval[1] < 0.0).then(|| format!("{name} ({mean:+.3})"))
        };
        let bins = over.bracketed("residual");
        let biased: Vec<String> = bins.iter().filter_map(off).collect();
        let trend = over.values("residual_spread_trend");
        let Some((rho, sure)) = over.interval(&trend, 0.95) else { return };
        let growing = if sure[0] > 0.0 {
            "grow with the prediction"
        } else if sure[1] < 0.0 {
            "shrink with the prediction"
        } else {
            "do not change with the prediction"
        };
        let bias = if biased.is_empty() {
            format!("no bias in any {} of the predictions", part(bins.len()))
        } else {
            format!("bias in {} of {} bins by size of the prediction: {}", biased.len(), bins.len(), biased.join(", "))
        };
        conclusion.lines.push(format!("residuals: {bias}; errors {growing} (Spearman {rho:+.2})"));
        if !biased.is_empty() {
            let text = format!(
                "residuals of {} are not 0 on average in bins {} of {} by prediction",
                over.model,
                biased.join(", "),
                bins.len()
            );
            conclusion.warnings.push(Warning::new(Code::BiasedResiduals, text));
        }
    }
}
/// One of so many equal parts, in words.
fn part(of: usize) -> String {
    match of {
        2 => "half".into(),
        3 => "third".into(),
        4 => "quarter".into(),
        5 => "fifth".into(),
        10 => "tenth".into(),
        n => format!("of {n} parts"),
    }
}
