//! New rows, predicted by the models of all splits: their spread is what the choice of train rows alone does to a
//! prediction.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::NewRows;
use super::interval::Residuals;
use super::said::{ClassProbability, Predicted, Range, RowPrediction};
use crate::data::Target;
use crate::error::{Error, Result, Subject as About};
use crate::inspect::{Subject, other_run};
use crate::metric::NamedMetric;
use crate::model::Predictions;
use crate::run::{Fitter, guarded};
use crate::setting::DROP;
use crate::stats::quantile;

/// Numbers of all split models that are held at a time: 512 MiB.
const MOST_HELD: usize = 1 << 26;

/// Errors of test rows that are kept at most; those of further splits say nothing new then.
pub(crate) const MOST_ERRORS: usize = 1 << 24;

/// Why there is no interval.
pub(super) const FEW_ROWS: &str = "so few rows can promise no such coverage";

/// What the model of one split says.
struct OfSplit {
    /// Its predictions for the first of the rows, as many as are kept.
    predictions: Predictions,
    /// Whether its score is the report's.
    agrees: Option<bool>,
    /// The threshold of its labels.
    threshold: Option<f64>,
    /// Its test rows with their absolute errors, where they are wanted.
    errors: Vec<(u32, f64)>,
}

fn numbers(by_split: &[Vec<f64>], row: usize) -> RowPrediction {
    let mut values: Vec<f64> = by_split.iter().map(|v| v[row]).collect();
    let (prediction, range) = Range::of(&mut values);
    RowPrediction::Number { prediction, range: Some(range) }
}

fn classes(by_split: &[(Vec<u32>, Option<Array2<f64>>)], row: usize, classes: usize) -> RowPrediction {
    let mut votes = vec![0.0; classes];
    by_split.iter().for_each(|(labels, _)| votes[labels[row] as usize] += 1.0);
    let of = |class: usize| by_split.iter().map(|(_, p)| Some(p.as_ref()?[[row, class]])).collect::<Option<Vec<f64>>>();
    let probability = |mut p: Vec<f64>| {
        let (probability, range) = Range::of(&mut p);
        ClassProbability { probability, range: Some(range) }
    };
    let probabilities: Vec<_> = (0..classes).filter_map(|c| of(c).map(probability)).collect();
    let key = |c: usize| (votes[c], probabilities.get(c).map_or(0.0, |p| p.probability));
    let first = (1..classes).fold(0, |best, c| if key(c) > key(best) { c } else { best });
    let agreement = Some(votes[first] / by_split.len() as f64);
    RowPrediction::Class { label: first as u32, agreement, probabilities }
}

/// The absolute errors of predictions for rows; none of classes.
pub(crate) fn absolute_errors(target: &Target, rows: &[u32], predictions: &Predictions) -> Vec<(u32, f64)> {
    let (Target::Regression { values }, Predictions::Values(predicted)) = (target, predictions) else {
        return Vec::new();
    };
    rows.iter().zip(predicted).map(|(row, p)| (*row, (values[*row as usize] - p).abs())).collect()
}

/// Fits the model to the splits again, to all or to the `best` of largest score, and asks each about the rows. The interval
/// around numbers is to hold the share `coverage` of new rows; there is none where the best splits are chosen, whose errors
/// are smaller than those of new rows.
///
/// # Errors
/// A run error if threads cannot be started or the model fits on no split; an input error where the best are asked for
/// and none has a score, or where splits no longer score as the report says.
pub fn predict(subject: &Subject, new: &NewRows, best: Option<usize>, coverage: f64) -> Result<Predicted> {
    let model = &subject.evaluation.models[0];
    let known = |column: &&str| subject.evaluation.features.used.iter().any(|feature| feature.name == **column);
    if let Some(rows) = model.learner.by_rows()
        && let Some(odd) = rows.columns().into_iter().find(|column| !known(column))
    {
        let text =
            format!("model '{}' uses column '{odd}', of which randsplit makes no feature for new rows", model.name);
        return Err(Error::setting(text)
            .about(About::Column(odd.to_owned()))
            .advise(format!("evaluate with {}", DROP.item(odd))));
    }
    let mut chosen: Vec<usize> = (0..subject.splits.len()).collect();
    if let Some(best) = best {
        chosen = subject.some_scored()?;
        let goodness = |k: &usize| subject.sign() * subject.score(*k).unwrap_or(f64::NEG_INFINITY);
        chosen.sort_by(|a, b| goodness(b).total_cmp(&goodness(a)).then(a.cmp(b)));
        chosen.truncate(best);
        chosen.sort_unstable();
    }
    let evaluation = &subject.evaluation;
    let common = evaluation.common();
    let pool = evaluation.pool()?;
    pool.install(|| {
        let fitter = Fitter::new(evaluation, &common)?;
        let coverage = best.is_none().then_some(coverage);
        Asked { subject, fitter: &fitter, chosen: &chosen, coverage }.all(new, MOST_HELD)
    })
}

/// The splits whose models are asked.
struct Asked<'a> {
    subject: &'a Subject<'a>,
    fitter: &'a Fitter<'a>,
    chosen: &'a [usize],
    /// The share of new rows that intervals are to hold, where there are to be any.
    coverage: Option<f64>,
}

impl Asked<'_> {
    /// Asks about all rows, holding about `most` numbers at a time: where there are more, models are fitted again for each
    /// further block of rows.
    fn all(&self, new: &NewRows, most: usize) -> Result<Predicted> {
        let cells = new.cells.view();
        let labels = self.subject.evaluation.target.labels().len();
        let width = self.chosen.len() * (labels + 1);
        let block = (most / width.max(1)).max(1);
        // A model that has no finite prediction for some row is left out of all, so that all rows are looked at first.
        let mut first: Vec<Option<OfSplit>> = self.ask(self.chosen, cells, block, self.coverage.is_some());
        // Models that the report does not speak of are no answer.
        let differing = first.iter().flatten().filter(|s| s.agrees == Some(false)).count();
        if differing > 0 {
            return Err(other_run(differing, self.chosen.len()));
        }
        let failed = first.iter().filter(|s| s.is_none()).count();
        let fitted: Vec<usize> = self.chosen.iter().zip(&first).filter(|(_, s)| s.is_some()).map(|(k, _)| *k).collect();
        if fitted.is_empty() {
            return Err(Error::run(
                "the model could not be fitted on any split, or has no finite prediction for some row",
            ));
        }
        let mut thresholds: Vec<f64> = first.iter().flatten().filter_map(|s| s.threshold).collect();
        thresholds.sort_unstable_by(f64::total_cmp);
        let thresholds = (!thresholds.is_empty()).then(|| [0.0, 0.5, 1.0].map(|share| quantile(&thresholds, share)));
        let measured = first.iter().flatten().filter(|s| !s.errors.is_empty()).count();
        let errors = first.iter_mut().flatten().flat_map(|s| std::mem::take(&mut s.errors)).collect();
        let residuals = Residuals::pooled(errors, measured);
        let half_width = residuals.as_ref().zip(self.coverage).and_then(|(r, coverage)| r.half_width(coverage));
        let no_interval = match (labels, half_width, self.coverage) {
            (1.., ..) | (_, Some(_), _) => None,
            (_, _, None) => Some("the best splits miss their test rows by less than new rows"),
            _ => Some(FEW_ROWS),
        };
        let mut rows = self.rows(first, block.min(cells.nrows()));
        for cells in cells.axis_chunks_iter(Axis(0), block).skip(1) {
            rows.extend(self.rows(self.ask(&fitted, cells, block, false), cells.nrows()));
        }
        let splits = fitted.iter().map(|k| self.subject.splits.numbers.at(*k)).collect();
        let row_names = new.row_names.clone();
        Ok(Predicted { rows, splits, failed, thresholds, half_width, no_interval, row_names })
    }

    /// What the model of each split says of some rows; `None` where it cannot be fitted, or has no finite prediction for
    /// one of them. Predictions are given up at once but for those of the first rows, which are kept.
    fn ask(&self, splits: &[usize], cells: ArrayView2<f64>, kept: usize, errors: bool) -> Vec<Option<OfSplit>> {
        let evaluation = &self.subject.evaluation;
        let value = evaluation.metrics.iter().find_map(NamedMetric::value);
        let of = |(place, k): (usize, &usize)| {
            let split = evaluation.plan.draw(*k);
            let mut here = self.fitter.at(*k, &split);
            let (fit, model) = here.fit_and_keep(0).ok()?;
            let agrees = self.subject.scores_again(*k, &split.test, &fit.predictions.test);
            let mut predictions = guarded(|| Ok(model.predict(None, cells))).ok()?;
            // As where a split's own rows are predicted: a model that has no number for a row has failed.
            if predictions.not_finite() > 0 {
                return None;
            }
            let threshold = value.and_then(|value| value.relabel(&mut predictions, here.threshold(0, &fit)));
            if predictions.rows() > kept {
                predictions = predictions.pick(&(0..kept).collect::<Vec<usize>>());
            }
            let wanted = errors && (place + 1) * split.test.len() <= MOST_ERRORS;
            let errors = if wanted {
                absolute_errors(evaluation.target, &split.test, &fit.predictions.test)
            } else {
                Vec::new()
            };
            Some(OfSplit { predictions, agrees, threshold, errors })
        };
        splits.par_iter().enumerate().map(of).collect()
    }

    /// Sums up what the splits say of each of `count` rows.
    fn rows(&self, asked: Vec<Option<OfSplit>>, count: usize) -> Vec<RowPrediction> {
        let predictions = asked.into_iter().flatten().map(|s| s.predictions);
        match self.subject.evaluation.target {
            Target::Regression { .. } => {
                let of = |s: Predictions| if let Predictions::Values(values) = s { Some(values) } else { None };
                let by_split: Vec<Vec<f64>> = predictions.filter_map(of).collect();
                (0..count).map(|row| numbers(&by_split, row)).collect()
            }
            Target::Classification { labels: names, .. } => {
                let of = |s: Predictions| match s {
                    Predictions::Classes { labels, probabilities, .. } => Some((labels, probabilities)),
                    Predictions::Values(_) => None,
                };
                let by_split: Vec<_> = predictions.filter_map(of).collect();
                (0..count).map(|row| classes(&by_split, row, names.len())).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evaluation;
    use crate::data::{LoadOptions, Task};
    use crate::inspect::ScoredSplits;
    use crate::predict::KnownFeatures;
    use ndarray::array;

    #[test]
    fn blocks_of_rows_give_what_all_rows_at_once_give() {
        for (data, target, task, model) in [
            ("data/iris.csv", "target", Task::Classification, "nb"),
            ("data/mtcars.csv", "mpg", Task::Regression, "tree:max_depth=3"),
        ] {
            let evaluation = Evaluation::new(data, target).task(task).models([model]).splits(7);
            let report = evaluation.run().unwrap();
            let recalled = Evaluation::from_report(&report, &report.models[0], None).unwrap();
            let prepared = recalled.prepare().unwrap();
            let (splits, names) = (&report.models[0].splits, &report.metrics);
            let splits = ScoredSplits {
                numbers: splits.numbers.clone(),
                test: names.iter().map(|name| splits.scores(name)).collect(),
                train: names.iter().map(|name| splits.train_scores(name)).collect(),
            };
            let subject = prepared.subject(&prepared.models[1..2], 0, &splits);
            let new = NewRows::read(
                data,
                &LoadOptions::default(),
                &KnownFeatures::of(&prepared.features, &prepared.table),
                None,
            )
            .unwrap();
            let common = subject.evaluation.common();
            let fitter = Fitter::new(&subject.evaluation, &common).unwrap();
            let chosen: Vec<usize> = (0..7).collect();
            let asked = Asked { subject: &subject, fitter: &fitter, chosen: &chosen, coverage: Some(0.5) };
            let whole = asked.all(&new, MOST_HELD).unwrap();
            assert_eq!(whole.rows.len(), new.cells.nrows());
            for most in [1, 100, 300] {
                assert_eq!(asked.all(&new, most).unwrap(), whole, "{data} {most}");
            }
        }
    }

    #[test]
    fn models_are_summed_up_row_by_row() {
        let by_split = vec![vec![1.0, 5.0], vec![3.0, 5.0], vec![2.0, 5.0]];
        let number = |prediction, low, high, sd| RowPrediction::Number {
            prediction,
            range: Some(Range { low, high, sd: Some(sd) }),
        };
        assert_eq!(numbers(&by_split, 0), number(2.0, 1.05, 2.95, 1.0));
        assert_eq!(numbers(&by_split, 1), number(5.0, 5.0, 5.0, 0.0));
        let said = |label, p: f64| (vec![label], Some(array![[1.0 - p, p]]));
        // One vote each: the larger mean probability decides.
        let RowPrediction::Class { label, agreement, probabilities } = classes(&[said(0, 0.4), said(1, 0.9)], 0, 2)
        else {
            panic!()
        };
        assert_eq!((label, agreement), (1, Some(0.5)));
        assert!((probabilities[1].probability - 0.65).abs() < 1e-12);
    }
}
