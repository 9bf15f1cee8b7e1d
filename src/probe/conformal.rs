//! Split-conformal intervals (Papadopoulos and others 2002; Lei and others, Distribution-free predictive inference for
//! regression, JASA 113, 2018): part of the train rows is set aside, and the absolute errors there say how wide an interval
//! must be to hold the truth.

use super::registry::{NUMBERS, ProbeInfo};
use super::{Conclusion, Names, Probe, ProbeContext, ProbeResults, ProbeSpec, Recorder, part_train, truth_of};
use crate::error::{Error, Result};
use crate::metric::{Direction, Undefined};
use crate::model::Predictions;
use crate::model::registry::{ParamInfo, ParamKind};
use crate::run::FittedSplit;
use crate::split::Split;
use crate::stats::share_below_worst;
use crate::warning::{Code, Warning};

pub(super) const INFO: ProbeInfo = ProbeInfo {
    params: &[
        ParamInfo::new("level", ParamKind::Share, "0.9", "the coverage wanted"),
        ParamInfo::new("aside", ParamKind::Share, "0.25", "share of the train rows that makes the interval"),
    ],
    ..ProbeInfo::new(
        "conformal",
        NUMBERS,
        "coverage and width of a split-conformal interval made on part of the train rows",
        "numbers as predictions",
        &["coverage", "interval_width"],
        make,
    )
};

fn make(spec: &ProbeSpec, _: &ProbeContext) -> Result<Box<dyn Probe>> {
    let (level, auxiliary_fit) = (spec.number("level"), spec.number("aside"));
    if level <= 0.0 || level >= 1.0 || auxiliary_fit <= 0.0 || auxiliary_fit >= 1.0 {
        return Err(Error::probe("probe 'conformal': level and aside must lie between 0 and 1"));
    }
    Ok(Box::new(Conformal { level, auxiliary_fit }))
}

/// The share of test rows inside `prediction ± q`, with q the ⌈(n + 1)·level⌉-th smallest of the n errors set aside.
pub struct Conformal {
    /// The coverage wanted.
    pub level: f64,
    /// Share of the train rows that is set aside.
    pub auxiliary_fit: f64,
}

/// The half width; `None` where so few errors can promise no such coverage.
fn half_width(mut errors: Vec<f64>, level: f64) -> Option<f64> {
    let place = ((errors.len() as f64 + 1.0) * level - 1e-9).ceil() as usize;
    if place == 0 || place > errors.len() {
        return None;
    }
    Some(*errors.select_nth_unstable_by(place - 1, f64::total_cmp).1)
}

impl Conformal {
    /// Coverage and width on the test rows.
    fn measure(&self, fitted: &FittedSplit) -> Result<[f64; 2], Undefined> {
        let (train, auxiliary_fit) = part_train(fitted.seed(3), fitted.split, 1.0 - self.auxiliary_fit);
        let part = Split { train, test: auxiliary_fit.iter().chain(&fitted.split.test).copied().collect() };
        let fit = fitted.fitter.at(fitted.k, &part).fit(fitted.model);
        let fit = fit.map_err(|_| Undefined("the model could not be fitted to part of the train rows"))?;
        let (Predictions::Values(predicted), Some(truth)) =
            (&fit.predictions.test, truth_of(fitted.context.target, &part.test))
        else {
            return Err(Undefined("the predictions are no numbers"));
        };
        let errors: Vec<f64> = truth.iter().zip(predicted).map(|(t, p)| (t - p).abs()).collect();
        let (own, test) = errors.split_at(auxiliary_fit.len());
        let half =
            half_width(own.to_vec(), self.level).ok_or(Undefined("too few rows are set aside for such a coverage"))?;
        let inside = test.iter().filter(|e| **e <= half).count() as f64;
        Ok([inside / test.len() as f64, 2.0 * half])
    }
}

impl Probe for Conformal {
    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names.reading("coverage", Direction::Higher);
        names.reading("interval_width", Direction::Lower);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        if !matches!(fitted.fit.predictions.test, Predictions::Values(_)) {
            return;
        }
        let measured = self.measure(fitted);
        notes.read("coverage", Direction::Higher, measured.map(|m| m[0]));
        notes.read("interval_width", Direction::Lower, measured.map(|m| m[1]));
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        let (coverage, width) = (over.values("coverage"), over.mean("interval_width"));
        let (Some(mean), Some(width)) = (over.mean("coverage"), width) else { return };
        let least = coverage.iter().copied().fold(f64::INFINITY, f64::min);
        let of = 100.0 * share_below_worst(coverage.len(), 0.95);
        conclusion.lines.push(format!(
            "conformal: {:.0} % intervals of mean width {width:.4} hold {:.1} % of test rows, {:.1} % on the worst split (95 % confidence: at most {of:.1} % of random splits of this file lie below)",
            100.0 * self.level,
            100.0 * mean,
            100.0 * least
        ));
        if over.interval(&coverage, 0.99).is_some_and(|(_, [_, high])| high < self.level) {
            let text = format!(
                "intervals of {} that should hold {:.0} % of test rows hold {:.1} %: test rows are unlike train rows",
                over.model,
                100.0 * self.level,
                100.0 * mean
            );
            conclusion.warnings.push(Warning::new(Code::CoverageShort, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_half_width_is_the_order_statistic_that_promises_the_coverage() {
        let errors: Vec<f64> = (1..=19).map(f64::from).collect();
        // ⌈20 · 0.9⌉ = 18.
        assert_eq!(half_width(errors.clone(), 0.9), Some(18.0));
        assert_eq!(half_width(errors, 0.96), None);
        assert_eq!(half_width(vec![], 0.5), None);
    }
}
