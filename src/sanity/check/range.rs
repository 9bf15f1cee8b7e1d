//! Whether predictions lie where the target does, and are not cut off.

use super::{Finding, SanityCheck, counted, shown};
use crate::data::Target;
use crate::model::{FitError, Predictions};
use crate::sanity::plant::Function;
use crate::sanity::score::{ends, spread};
use crate::sanity::subject::Subject;

/// So large a share of test rows may be predicted far outside of the target's range, as lines do with an odd row.
const MOST_OUTSIDE: f64 = 0.05;
/// Predictions pile up at an end where so large a share of rows is there …
const PILE: f64 = 0.1;
/// … so many times as many as at any other value, of which there are so many.
const STANDS_OUT: usize = 5;
const VALUES: usize = 10;
/// Targets within a pile that differ by more than this share of all are different ones.
const DIFFER: f64 = 0.02;
/// So large a share of labels may be other than the likeliest: probabilities of margins are estimated apart.
const MOST_UNLIKELY: f64 = 0.2;

/// See the module.
pub struct Range;

impl SanityCheck for Range {
    fn name(&self) -> &'static str {
        "range"
    }

    fn summary(&self) -> &'static str {
        "predictions lie in the target's range and are not cut off"
    }

    fn page(&self) -> &'static str {
        "For a number: predictions for test rows of the first split are held against the range of the train targets, and one \
         range beyond each end is allowed, as a line goes on beyond its data. Then the model learns a target that is the sum \
         of the columns, and its predictions for the train rows must not pile up at one end while the targets go on: that is \
         an output that is clipped, a ReLU or a sigmoid at the end of a net for a target that is not in 0..1, or a target \
         that was scaled and not scaled back. For labels: they must be those to which the model gives the largest \
         probability; where they are not, columns of probabilities are probably in another order than the classes."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        let ground = subject.ground;
        let split = ground.split(0);
        let (train, test) = (subject.rows(&split.train, &split.train), subject.rows(&split.test, &split.train));
        let train_target = ground.target.take(&split.train);
        let predicted = subject.fit(&train, &train_target, 0)?.predict(&test)?;
        let (values, taught) = match (&predicted, &train_target) {
            (Predictions::Values(values), Target::Regression { values: taught }) => (values, taught),
            (predicted, _) => return Ok(of_labels(predicted)),
        };
        let (low, high) = ends(taught);
        let range = high - low;
        let outside = values.iter().filter(|p| **p < low - range || **p > high + range).count();
        let (from, to) = ends(values);
        let told = format!(
            "predictions for {} from {} to {}, train targets from {} to {}",
            counted(values.len(), "test row"),
            shown(from),
            shown(to),
            shown(low),
            shown(high)
        );
        let with = |found: Finding| found.with("lowest", from).with("highest", to).with("outside", outside as f64);
        if outside as f64 > MOST_OUTSIDE * values.len() as f64 && outside > 1 {
            let what = format!("{told}: {outside} are more than the whole range beyond it");
            return Ok(with(Finding::fail(what)));
        }
        if let Some(what) = clipped(subject)? {
            return Ok(with(Finding::fail(what)));
        }
        let far = match outside {
            0 => String::new(),
            n => format!("; {n} of them far outside"),
        };
        Ok(with(Finding::pass(format!("{told}{far}; they do not pile up at an end"))))
    }
}

/// What there is to say where predictions of a target without steps are cut off.
fn clipped(subject: &Subject) -> Result<Option<String>, FitError> {
    let Some(planted) = subject.plant(Function::Line, 2) else { return Ok(None) };
    let fitted = subject.fit(&planted.train, &planted.train_target, 0)?;
    let (Predictions::Values(predicted), Target::Regression { values: truth }) =
        (fitted.predict(&planted.train)?, &planted.train_target)
    else {
        return Ok(None);
    };
    let mut order: Vec<usize> = (0..predicted.len()).collect();
    order.sort_by(|a, b| predicted[*a].total_cmp(&predicted[*b]));
    let piles: Vec<&[usize]> = order.chunk_by(|a, b| predicted[*a] == predicted[*b]).collect();
    if piles.len() < VALUES {
        return Ok(None);
    }
    let mut sizes: Vec<usize> = piles[1..piles.len() - 1].iter().map(|pile| pile.len()).collect();
    sizes.sort_unstable();
    let inner = sizes.last().copied().unwrap_or(1);
    for (pile, end) in [(piles[0], "lowest"), (piles[piles.len() - 1], "highest")] {
        let of_pile: Vec<f64> = pile.iter().map(|row| truth[*row]).collect();
        let many = pile.len() as f64 >= PILE * predicted.len() as f64 && pile.len() >= STANDS_OUT * inner;
        if many && spread(&of_pile) > DIFFER * spread(truth) {
            let (low, high) = ends(&of_pile);
            return Ok(Some(format!(
                "of a target without steps {} of {} rows are predicted at the {end} value, {}, though their targets go from {} to {}: the output is cut off there",
                pile.len(),
                predicted.len(),
                shown(predicted[pile[0]]),
                shown(low),
                shown(high)
            )));
        }
    }
    Ok(None)
}

fn of_labels(predicted: &Predictions) -> Finding {
    let Predictions::Classes { labels, probabilities: Some(p), .. } = predicted else {
        return Finding::pass(format!("{} of known classes; no probabilities to hold against them", predicted.rows()));
    };
    let largest = |row: usize| p.row(row).iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let unlikely = (0..labels.len()).filter(|row| p[[*row, labels[*row] as usize]] < largest(*row) - 1e-9).count();
    let of = labels.len();
    let found = if unlikely as f64 > MOST_UNLIKELY * of as f64 {
        Finding::fail(format!(
            "{unlikely} of {of} labels are not those of the largest probability: the columns of probabilities may be in another order than the classes"
        ))
    } else if unlikely > 0 {
        Finding::pass(format!("probabilities and labels agree for {} of {of} test rows", of - unlikely))
    } else {
        Finding::pass(format!("each of {} is that of the largest probability", counted(of, "label")))
    };
    found.with("unlikely_labels", unlikely as f64)
}
