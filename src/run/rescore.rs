//! A run again from predictions that were kept: they are scored and looked at as those of a fresh fit are, and nothing is
//! fitted.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::columns::Column;
use super::context::RunContext;
use super::evaluate::{ModelScores, SplitScores, metric_names};
use super::fit::{Fit, guarded};
use super::fitter::Fitter;
use super::one_split::SplitScorer;
use super::part::{Part, Question};
use crate::error::{Error, Result};
use crate::metric::Undefined;
use crate::model::shared::SplitPredictions;
use crate::model::{FitError, Predictions};

/// What a model said of the test rows of a split.
pub struct KeptModel {
    /// The rows, by their positions in the table.
    pub rows: Vec<u32>,
    /// A prediction a row.
    pub predictions: Predictions,
}

/// What all models said on a split.
pub struct KeptSplit {
    /// The split's number in the report.
    pub number: u64,
    /// The models, in the order of the run; `None` for one that failed.
    pub models: Vec<Option<KeptModel>>,
}

/// Why there are no scores on train rows.
const NO_TRAIN: Undefined = Undefined("predictions for train rows are not kept");

/// Scores the predictions of a run, which come in the order of its splits. `kept` is what the run knew of its splits besides,
/// and `used` the positions of the used rows in the table. Scores on train rows are those that the run has of the same metric:
/// `has_train` says of which metrics it has some. A run that is stopped keeps the splits before.
///
/// # Errors
/// An input error where predictions are of other splits or rows than those of the run, a run error if threads cannot be
/// started, and whatever the batches return.
pub fn rescore(
    context: &RunContext,
    used: &[u32],
    asked: Question,
    (kept, has_train): (&Part, &[bool]),
    batches: impl Iterator<Item = Result<Vec<KeptSplit>>>,
    stop: &AtomicBool,
) -> Result<Part> {
    let names = metric_names(context);
    let known = kept.splits();
    let shared: Vec<bool> = known.models.iter().map(|model| model.shared).collect();
    let train_of = |model: usize| {
        let column = |(name, has): (&String, &bool)| has.then(|| known.models[model].train(name));
        names.iter().zip(has_train).map(column).collect()
    };
    let pool = context.pool()?;
    let common = context.common();
    let fitter = Fitter::alone(context, &common);
    let again = Again { context, fitter: &fitter, used, kept, train: (0..shared.len()).map(train_of).collect() };
    let mut part = Part::new(asked);
    let mut add = |of: Vec<(usize, Option<KeptSplit>)>| -> Result<()> {
        let scored: Vec<Result<SplitScores>> =
            pool.install(|| of.into_par_iter().map(|(i, split)| again.split(i, split)).collect());
        for split in scored {
            part.push(&split?, &names, &shared);
        }
        Ok(())
    };
    let mut next = 0;
    for batch in batches {
        if stop.load(Ordering::Relaxed) {
            return Ok(part);
        }
        let mut of = Vec::new();
        for split in batch? {
            // Where every model failed there are no predictions.
            while next < known.len() && known.numbers.at(next) != split.number {
                of.push((next, None));
                next += 1;
            }
            if next == known.len() {
                return Err(other_split(split.number));
            }
            of.push((next, Some(split)));
            next += 1;
        }
        add(of)?;
    }
    add((next..known.len()).map(|i| (i, None)).collect())?;
    part.end(kept.ended());
    Ok(part)
}

/// That the predictions do not fit what is known of their run.
fn other_split(number: u64) -> Error {
    Error::report(format!("the predictions of split #{number} are not those that were written"))
        .advise("take a copy of the file, or run eval anew")
}

/// What splits are scored again with.
struct Again<'a> {
    context: &'a RunContext<'a>,
    fitter: &'a Fitter<'a>,
    used: &'a [u32],
    kept: &'a Part,
    /// By model and metric the scores on train rows, where the run has some.
    train: Vec<Vec<Option<Column>>>,
}

impl Again<'_> {
    /// The `i`-th split of those that were done.
    fn split(&self, i: usize, kept: Option<KeptSplit>) -> Result<SplitScores> {
        let splits = self.kept.splits();
        let k = splits.places.at(i) as usize;
        let split = self.context.plan.draw(k);
        let scorer = SplitScorer::new(self.context, self.fitter, &[], k, &split);
        let number = splits.numbers.at(i);
        let mut of_models = kept.map_or_else(|| splits.models.iter().map(|_| None).collect(), |kept| kept.models);
        let mut models = Vec::new();
        for (m, kept) in of_models.drain(..).enumerate() {
            models.push(match (splits.models[m].failed.at(i), kept) {
                (Some(why), None) => Err(FitError(why.to_owned())),
                (None, Some(kept)) => {
                    let rows = split.test.iter().map(|row| self.used[*row as usize]);
                    let suits = kept.predictions.check_kind(self.context.target, f64::INFINITY).is_ok();
                    if !suits || kept.predictions.not_finite() > 0 || !rows.eq(kept.rows.iter().copied()) {
                        return Err(other_split(number));
                    }
                    guarded(|| Ok(self.score(&scorer, m, i, kept.predictions)))
                }
                _ => return Err(other_split(number)),
            });
        }
        Ok(scorer.scores(models))
    }

    fn score(&self, scorer: &SplitScorer, m: usize, i: usize, test: Predictions) -> ModelScores {
        let model = &self.kept.splits().models[m];
        let train = self.train[m].iter();
        let train = train.map(|known| known.as_ref().and_then(|known| known.at(i)).ok_or(NO_TRAIN)).collect();
        let none = test.pick(&[]);
        let difficulty = model.difficulty.at(i).map(str::to_owned);
        let predictions = SplitPredictions { difficulty, ..SplitPredictions::new(test, none) };
        let alone = model.alone.at(i).map(str::to_owned);
        let scores = scorer.score(m, Fit { predictions, alone, choice: model.choice(i) }, None, None, train);
        let figures = model.figures.at(i);
        // A threshold that the run has chosen is of what it was told predictions are worth.
        let own = figures.iter().filter(|(name, _)| *name != "threshold");
        let own = own.map(|(name, figure)| (Cow::Owned(name.to_owned()), figure.unwrap_or(f64::NAN)));
        ModelScores { figures: own.collect(), ..scores }
    }
}
