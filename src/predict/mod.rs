//! New rows, predicted by the models of all splits: their spread is what the choice of train rows alone does to a
//! prediction.

mod new_rows;
mod table;

use ndarray::Array2;
use rayon::prelude::*;

use crate::data::Target;
use crate::error::{Error, Result};
use crate::inspect::{Subject, other_run};
use crate::metric::Metric;
use crate::model::Predictions;
use crate::run::Fitter;
use crate::summary::{mean, quantile, standard_deviation};

pub use new_rows::NewRows;

/// What the split models say about one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// A number.
    Number {
        /// Mean over split models.
        mean: f64,
        /// Standard deviation (divisor n - 1); `None` for one model.
        sd: Option<f64>,
        /// The quantiles 2.5 % and 97.5 % over split models.
        range: [f64; 2],
    },
    /// A class.
    Class {
        /// The one that most models say; of equals, that of larger mean probability, then the first.
        label: u32,
        /// The share of models that say it.
        agreement: f64,
        /// Of each class, mean probability with its quantiles 2.5 % and 97.5 %; empty where the model gives none.
        probabilities: Vec<[f64; 3]>,
    },
}

/// The predictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    /// Row by row.
    pub rows: Vec<Said>,
    /// Numbers of the splits whose models were asked, ascending.
    pub splits: Vec<u64>,
    /// Splits on which the model could not be fitted, or has no finite prediction for some row.
    pub failed: usize,
    /// Where labels are by a threshold of the positive class and not the model's own: lowest, median and highest over
    /// the split models.
    pub thresholds: Option<[f64; 3]>,
}

/// What the model of one split says, whether its score is the report's, and the threshold of its labels.
type OfSplit = (Predictions, Option<bool>, Option<f64>);

/// Mean and 95 % range of values, which are brought into order.
fn spread(values: &mut [f64]) -> [f64; 3] {
    let mean = mean(values);
    values.sort_unstable_by(f64::total_cmp);
    [mean, quantile(values, 0.025), quantile(values, 0.975)]
}

fn numbers(by_split: &[Vec<f64>], row: usize) -> Said {
    let mut values: Vec<f64> = by_split.iter().map(|v| v[row]).collect();
    let [mean, low, high] = spread(&mut values);
    Said::Number { mean, sd: standard_deviation(&values), range: [low, high] }
}

fn classes(by_split: &[(Vec<u32>, Option<Array2<f64>>)], row: usize, classes: usize) -> Said {
    let mut votes = vec![0.0; classes];
    by_split.iter().for_each(|(labels, _)| votes[labels[row] as usize] += 1.0);
    let of = |class: usize| by_split.iter().map(|(_, p)| Some(p.as_ref()?[[row, class]])).collect::<Option<Vec<f64>>>();
    let probabilities: Vec<[f64; 3]> = (0..classes).filter_map(|c| of(c).map(|mut p| spread(&mut p))).collect();
    let key = |c: usize| (votes[c], probabilities.get(c).map_or(0.0, |p| p[0]));
    let first = (1..classes).fold(0, |best, c| if key(c) > key(best) { c } else { best });
    Said::Class { label: first as u32, agreement: votes[first] / by_split.len() as f64, probabilities }
}

/// Fits the model to the splits again, to all or to the `best` of largest score, and asks each about the rows.
///
/// # Errors
/// A run error if threads cannot be started or the model fits on no split; an input error where the best are asked for
/// and none has a score, or where splits no longer score as the report says.
pub fn predict(subject: &Subject, new: &NewRows, best: Option<usize>) -> Result<Predicted> {
    let mut chosen: Vec<usize> = (0..subject.splits.len()).collect();
    if let Some(best) = best {
        chosen = subject.some_scored()?;
        let goodness = |k: &usize| subject.sign() * subject.score(*k).unwrap_or(f64::NEG_INFINITY);
        chosen.sort_by(|a, b| goodness(b).total_cmp(&goodness(a)).then(a.cmp(b)));
        chosen.truncate(best);
        chosen.sort_unstable();
    }
    let question = &subject.evaluation;
    let common = question.common();
    let pool = question.pool()?;
    let value = question.metrics.iter().find_map(Metric::value);
    let said: Vec<Option<OfSplit>> = pool.install(|| {
        let fitter = Fitter::new(question, &common)?;
        let of = |k: &usize| {
            let split = question.plan.draw(*k);
            let mut here = fitter.at(*k, &split);
            let (fit, model) = here.fit_and_keep(0).ok()?;
            let agrees = subject.scores_again(*k, &split.test, &fit.predictions.test);
            let mut predictions = model.predict(new.cells.view());
            // As where a split's own rows are predicted: a model that has no number for a row has failed.
            if predictions.not_finite() > 0 {
                return None;
            }
            let threshold = value.and_then(|value| value.relabel(&mut predictions, here.threshold(0, &fit)));
            Some((predictions, agrees, threshold))
        };
        Ok::<_, Error>(chosen.par_iter().map(of).collect())
    })?;
    // Models that the report does not speak of are no answer.
    let differing = said.iter().flatten().filter(|s| s.1 == Some(false)).count();
    if differing > 0 {
        return Err(other_run(differing, chosen.len()));
    }
    let mut thresholds: Vec<f64> = said.iter().flatten().filter_map(|s| s.2).collect();
    thresholds.sort_unstable_by(f64::total_cmp);
    let thresholds = (!thresholds.is_empty()).then(|| [0.0, 0.5, 1.0].map(|share| quantile(&thresholds, share)));
    let said: Vec<Option<Predictions>> = said.into_iter().map(|s| s.map(|s| s.0)).collect();
    let failed = said.iter().filter(|s| s.is_none()).count();
    let splits: Vec<u64> =
        chosen.iter().zip(&said).filter(|(_, s)| s.is_some()).map(|(k, _)| subject.splits.numbers.at(*k)).collect();
    if splits.is_empty() {
        return Err(Error::run("the model could not be fitted on any split, or has no finite prediction for some row"));
    }
    let count = new.cells.nrows();
    let rows = match question.target {
        Target::Regression { .. } => {
            let of = |s: Predictions| if let Predictions::Values(values) = s { Some(values) } else { None };
            let by_split: Vec<Vec<f64>> = said.into_iter().flatten().filter_map(of).collect();
            (0..count).map(|row| numbers(&by_split, row)).collect()
        }
        Target::Classification { labels: names, .. } => {
            let of = |s: Predictions| match s {
                Predictions::Classes { labels, probabilities, .. } => Some((labels, probabilities)),
                Predictions::Values(_) => None,
            };
            let by_split: Vec<_> = said.into_iter().flatten().filter_map(of).collect();
            (0..count).map(|row| classes(&by_split, row, names.len())).collect()
        }
    };
    Ok(Predicted { rows, splits, failed, thresholds })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn models_are_summed_up_row_by_row() {
        let by_split = vec![vec![1.0, 5.0], vec![3.0, 5.0], vec![2.0, 5.0]];
        let want = Said::Number { mean: 2.0, sd: Some(1.0), range: [1.05, 2.95] };
        assert_eq!(numbers(&by_split, 0), want);
        assert_eq!(numbers(&by_split, 1), Said::Number { mean: 5.0, sd: Some(0.0), range: [5.0, 5.0] });
        let said = |label, p: f64| (vec![label], Some(array![[1.0 - p, p]]));
        // One vote each: the larger mean probability decides.
        let Said::Class { label, agreement, probabilities } = classes(&[said(0, 0.4), said(1, 0.9)], 0, 2) else {
            panic!()
        };
        assert_eq!((label, agreement), (1, 0.5));
        assert!((probabilities[1][0] - 0.65).abs() < 1e-12);
    }
}
