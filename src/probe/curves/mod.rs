//! Curves of each split, and counts over all of them: what pictures of predictions are drawn from.
//!
//! A curve is kept of each of the first [`MOST_SPLITS`] splits, at places that are the same on all, so that splits can be
//! summed up place by place. Counts are sums over all splits.

mod gain;
mod precision_recall;
pub mod predicted;
pub mod reliability;
mod roc;
mod threshold;

use super::calibration;
use super::registry::{BOTH, ProbeInfo};
use super::{Conclusion, Names, Probe, ProbeContext, ProbeResults, Recorder, truth_of};
use crate::data::Target;
use crate::metric::Ranking;
use crate::model::Predictions;
use crate::run::FittedSplit;
use crate::stats::quantile;

pub(super) const INFO: ProbeInfo = ProbeInfo {
    of_predictions: true,
    ..ProbeInfo::new(
        NAME,
        BOTH,
        "ROC, precision-recall, gain and threshold curves, reliability, predicted against true numbers, for pictures",
        "numbers as predictions, or what ranks rows by class",
        &[],
        |_, scene| Ok(Box::new(Curves::new(scene.target, true))),
    )
};

/// The probe's name.
pub(super) const NAME: &str = "curves";

/// Splits of a plan whose curves are kept: the first.
pub const MOST_SPLITS: usize = 1000;

/// More classes than these have no curves of one against the rest.
pub(super) const MOST_CLASSES: usize = 20;

/// Steps from 0 to 1 at whose ends a curve is kept.
const STEPS: usize = 100;

/// What is known of a curve before it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveInfo {
    /// Its name.
    pub name: String,
    /// What the horizontal axis shows.
    pub x_name: String,
    /// What the vertical axis shows.
    pub y_name: String,
    /// The places at which it is kept.
    pub x: Vec<f64>,
    /// What the places are, where they are no numbers.
    pub levels: Vec<String>,
}

/// The ends of equal steps from 0 to 1.
fn steps() -> impl ExactSizeIterator<Item = f64> + Clone {
    (0..STEPS + 1).map(|i| i as f64 / STEPS as f64)
}

impl CurveInfo {
    fn from_0_to_1(name: String, x_name: &str, y_name: &str) -> Self {
        Self { name, x_name: x_name.into(), y_name: y_name.into(), x: steps().collect(), levels: Vec::new() }
    }
}

/// A curve of an order of rows, with the names of its axes.
struct OfRanking {
    name: &'static str,
    axes: [&'static str; 2],
    curve: fn(&Ranking) -> Vec<f64>,
}

/// The curves of each class against the rest.
static OF_CLASS: [OfRanking; 2] = [roc::ROC, precision_recall::PRECISION_RECALL];

/// The probe.
pub(super) struct Curves {
    curves: Vec<CurveInfo>,
    /// The range of predicted and true numbers.
    range: Option<[f64; 2]>,
    /// Whether it says something in words.
    told: bool,
}

impl Curves {
    /// For a target; `told` where it was asked for, and not only pictures.
    pub fn new(target: &Target, told: bool) -> Self {
        let of_ranking = |of: &OfRanking, class: Option<&str>| {
            let name = class.map_or(of.name.to_owned(), |class| format!("{}[{class}]", of.name));
            CurveInfo::from_0_to_1(name, of.axes[0], of.axes[1])
        };
        let mut curves = Vec::new();
        match target {
            Target::Classification { positive: Some(_), .. } => {
                curves.extend(OF_CLASS.iter().chain([&gain::GAIN]).map(|of| of_ranking(of, None)));
                let of_threshold = |name: &&str| CurveInfo::from_0_to_1(threshold::curve_name(name), "threshold", name);
                curves.extend(threshold::SCORES.iter().map(of_threshold));
            }
            Target::Classification { labels, .. } if labels.len() <= MOST_CLASSES => {
                for label in labels {
                    curves.extend(OF_CLASS.iter().map(|of| of_ranking(of, Some(label))));
                }
            }
            Target::Classification { .. } | Target::Regression { .. } => {}
        }
        Self { curves, range: predicted::range(target), told }
    }

    /// Curves of one class against the rest, under their names; none where the rows are all of one kind.
    fn of_class<'o>(
        (truth, class): (&[u32], u32),
        scores: ndarray::ArrayView1<f64>,
        kinds: impl IntoIterator<Item = &'o OfRanking>,
        name: impl Fn(&str) -> String,
        notes: &mut Recorder,
    ) {
        let ranking = Ranking::new(truth, class, scores);
        if ranking.positives > 0.0 && ranking.negatives > 0.0 {
            kinds.into_iter().for_each(|of| notes.curve(name(of.name), (of.curve)(&ranking)));
        }
    }

    /// The curves of labels.
    fn look_at_labels(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let (rows, predictions) = (&fitted.split.test, &fitted.fit.predictions.test);
        let Target::Classification { codes, labels, positive } = fitted.context.target else { return };
        let Predictions::Classes { probabilities, decision, .. } = predictions else { return };
        let (Some(scores), false) = (probabilities.as_ref().or(decision.as_ref()), self.curves.is_empty()) else {
            return;
        };
        let truth: Vec<u32> = rows.iter().map(|row| codes[*row as usize]).collect();
        let Some(positive) = *positive else {
            for (class, label) in labels.iter().enumerate() {
                let name = |name: &str| format!("{name}[{label}]");
                Self::of_class((&truth, class as u32), scores.column(class), &OF_CLASS, name, notes);
            }
            return;
        };
        let kinds = OF_CLASS.iter().chain([&gain::GAIN]);
        Self::of_class((&truth, positive), scores.column(positive as usize), kinds, str::to_owned, notes);
        let Some(probabilities) = probabilities else { return };
        let came: Vec<bool> = truth.iter().map(|class| *class == positive).collect();
        if came.contains(&true) && came.contains(&false) {
            let of_scores = threshold::curves(probabilities.column(positive as usize), &came);
            for (name, curve) in threshold::SCORES.iter().zip(of_scores) {
                notes.curve(threshold::curve_name(name), curve);
            }
        }
    }
}

impl Probe for Curves {
    fn names(&self, _: &ProbeContext, _: &mut Names) {}

    fn curves(&self) -> &[CurveInfo] {
        &self.curves
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let (target, predictions, rows) = (fitted.context.target, &fitted.fit.predictions.test, &fitted.split.test);
        if fitted.k < MOST_SPLITS {
            self.look_at_labels(fitted, notes);
        }
        if let Some((p, came)) = calibration::pairs(target, predictions, rows) {
            let (at, values) = reliability::sums(&p, &came);
            notes.sums_of(reliability::KEY, reliability::ROWS, reliability::WIDTH, at, values);
        }
        if let (Some(range), Predictions::Values(predicted), Some(truth)) =
            (self.range, predictions, truth_of(target, rows))
            && predicted.iter().all(|value| value.is_finite())
        {
            let (at, values) = predicted::sums(range, predicted, &truth);
            notes.sums_of(predicted::KEY, predicted::ROWS, 1, at, values);
        }
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        // A tenth of the negatives is a usual price.
        const AT: usize = STEPS / 10;
        let mut found: Vec<f64> = over.curves.of(roc::ROC.name).map(|(_, curve)| f64::from(curve[AT])).collect();
        if !self.told || found.is_empty() {
            return;
        }
        found.sort_by(f64::total_cmp);
        let [low, middle, high] = [0.05, 0.5, 0.95].map(|q| 100.0 * quantile(&found, q));
        conclusion.lines.push(format!(
            "curves: where 10 % of the negative rows are taken for positive ones, {middle:.1} % of the positive rows are found (median; {low:.1} to {high:.1} % on 90 % of splits)"
        ));
    }
}
