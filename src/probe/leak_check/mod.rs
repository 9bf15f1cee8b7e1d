//! Whether a model knows more than the train rows that it is given.
//!
//! Two questions, for a model that is not ours may know the table, or the file that it came from:
//!
//! - Test rows are changed, features of half of them and targets of all, and the model is fitted again, an external one
//!   started anew beside a changed file. Predictions for train rows, and for test rows whose features are as before, must
//!   stay as they were.
//! - The targets of the train rows are shuffled. A model that still predicts the true targets of the test rows has them from
//!   elsewhere.

mod change;
mod moved;
mod shuffled;

use super::registry::{BOTH, ProbeInfo};
use super::{Conclusion, Line, Names, Probe, ProbeContext, ProbeResults, Recorder};
use crate::model::registry::{ParamInfo, ParamKind};
use crate::run::FittedSplit;
use crate::stats::mean;
use crate::warning::{Code, Warning};

pub(super) const INFO: ProbeInfo = ProbeInfo {
    params: &[ParamInfo::new(
        "splits",
        ParamKind::Whole { least: 1 },
        "3",
        "how many splits are looked at, the first ones",
    )],
    ..ProbeInfo::new(
        "leak-check",
        BOTH,
        "whether a model knows test rows: what it predicts once they are changed, and once train targets are shuffled",
        "predictions",
        &["leak"],
        |spec, _| Ok(Box::new(LeakCheck { splits: spec.whole("splits") })),
    )
};

/// Of what a model predicts with the true targets, it predicts so much with shuffled ones only if it knows them.
const KNOWN: f64 = 0.25;
/// And no less than this, of 1 for perfect predictions.
const LEAST: f64 = 0.02;

/// For each split that is looked at, whether each of the three numbers is there, and the number.
const WIDTH: usize = 6;

/// Looks at the first splits.
pub struct LeakCheck {
    splits: usize,
}

impl Probe for LeakCheck {
    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names.figures.extend(["leak.moved", "leak.shuffled", "leak.true"].map(String::from));
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        if fitted.k >= self.splits {
            return;
        }
        let own = shuffled::skill(fitted.context.target, &fitted.split.test, &fitted.fit.predictions.test);
        let numbers = [moved::moved(fitted), shuffled::with_shuffled_targets(fitted), own];
        let values = numbers.into_iter().flat_map(|number| number.map_or([0.0; 2], |number| [1.0, number]));
        // No readings, which claims would miss on all other splits.
        notes.row_sums_of(self.splits, WIDTH, vec![fitted.k as u32], values.collect());
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        let Some((_, sums)) = over.total.as_ref().filter(|(width, _)| *width == WIDTH) else { return };
        let splits: Vec<Looked> = sums.chunks_exact(WIDTH).filter_map(Looked::of).collect();
        conclude_moved(&splits, over, conclusion);
        conclude_shuffled(&splits, over, conclusion);
        let line = |looked: &Looked| {
            let cells = [("moved", looked.moved), ("shuffled", looked.shuffled), ("true", looked.own)];
            cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Line>()
        };
        conclusion.tables.push(("leak".into(), splits.iter().map(line).collect()));
    }
}

/// What was seen on one split.
struct Looked {
    moved: Option<f64>,
    shuffled: Option<f64>,
    own: Option<f64>,
}

impl Looked {
    /// `None` where the split was not looked at.
    fn of(sums: &[f64]) -> Option<Self> {
        let number = |at: usize| (sums[2 * at] > 0.0).then(|| sums[2 * at + 1]);
        let looked = Self { moved: number(0), shuffled: number(1), own: number(2) };
        sums.iter().step_by(2).any(|there| *there > 0.0).then_some(looked)
    }
}

/// Whether test rows move predictions for others.
fn conclude_moved(splits: &[Looked], over: &ProbeResults, conclusion: &mut Conclusion) {
    let moved: Vec<f64> = splits.iter().filter_map(|looked| looked.moved).collect();
    if moved.is_empty() {
        conclusion.lines.push("leak-check: the model could not be fitted again with other test rows".into());
        return;
    }
    let (most, count) = (moved.iter().copied().fold(0.0, f64::max), moved.len());
    conclusion.figures.push(("leak.moved".into(), most));
    let what = "predictions for rows that are not changed";
    let s = if count == 1 { "" } else { "s" };
    if most == 0.0 {
        conclusion.lines.push(format!("leak-check: {what} stay when test rows change, on {count} split{s}"));
        return;
    }
    let moving = moved.iter().filter(|by| **by > 0.0).count();
    let by = if over.target.labels().is_empty() { " standard deviations" } else { "" };
    let text =
        format!("{what} move by up to {most:.4}{by} once test rows are changed, on {moving} of {count} split{s}");
    conclusion.lines.push(format!("leak-check: {text}"));
    conclusion.warnings.push(Warning::new(Code::LeakFound, format!("{} knows test rows: {text}", over.model)));
}

/// Whether shuffled targets leave something of the true ones.
fn conclude_shuffled(splits: &[Looked], over: &ProbeResults, conclusion: &mut Conclusion) {
    let both: Vec<[f64; 2]> = splits.iter().filter_map(|looked| Some([looked.shuffled?, looked.own?])).collect();
    if both.is_empty() {
        return;
    }
    let [still, own] = [0, 1].map(|at| mean(&both.iter().map(|skills| skills[at]).collect::<Vec<_>>()));
    conclusion.figures.push(("leak.shuffled".into(), still));
    conclusion.figures.push(("leak.true".into(), own));
    let of = if over.target.labels().is_empty() { "R²" } else { "kappa" };
    conclusion.lines.push(format!(
        "leak-check: {of} of the true test targets is {still:.4} where train targets are shuffled, {own:.4} where not"
    ));
    if still >= LEAST && still >= KNOWN * own && both.iter().all(|[still, _]| *still > 0.0) {
        let text = format!(
            "{} knows targets of test rows: fitted to shuffled train targets it still predicts the true ones, with {of} of {still:.4} ({own:.4} where they are not shuffled)",
            over.model
        );
        conclusion.warnings.push(Warning::new(Code::LeakFound, text));
    }
}
