//! What probes have found.

use super::{Code, Page};

pub(super) const PAGES: &[Page] = &[
    (
        Code::ProbeUnfit,
        "RS301",
        "A probe does not apply to a model",
        "Coefficients are read off linear models, impurity and SHAP values off trees that were fitted with shared work, \
      calibration off probabilities; off a model of one's own coef_, feature_importances_ and what the package shap says. The other probes look at predictions and suit every model. {probe=all} leaves out in \
      silence what does not apply.",
    ),
    (
        Code::ProbeFailed,
        "RS302",
        "Probes failed on some splits",
        "The model was fitted and scored, but looking at it ended in an error on these splits; the sentence has the first. \
      Scores are not touched by it. The summary of the probes is over the other splits.",
    ),
    (
        Code::Miscalibrated,
        "RS303",
        "Probabilities are further off than chance would have it",
        "The expected calibration error, averaged over splits, is above 0.02 and more than twice what the same probabilities \
      would show if every one of them were true. A slope below 1 says they are too sure of themselves, one above 1 too \
      unsure. Ranks and labels may still be right; what must not be trusted are the probabilities as such. The table \
      reliability in the JSON shows where they are off.",
    ),
    (
        Code::BiasedResiduals,
        "RS304",
        "Residuals are not 0 on average in some range of predictions",
        "Test rows are ordered by prediction and cut into bins of equal size. In some bin the true values are higher, or lower, \
      than predicted on average: zero is outside the interval of the mean over splits (corrected for overlap and for the \
      number of bins). A relation that bends, or a bound that the model does not know, is the usual reason.",
    ),
    (
        Code::CoverageShort,
        "RS305",
        "Conformal intervals hold fewer test rows than they promise",
        "The intervals are made from errors on train rows that were set aside. They hold the promised share of test rows \
      whenever these are like the train rows, whatever the model. Here a 99 % interval of the mean over splits \
      lies below the promise, so they are not: groups, drift in time, or a plan that makes test rows different.",
    ),
    (
        Code::NeverSeen,
        "RS306",
        "New rows hold what was never seen in training",
        "A level that the report's data does not have is taken as missing; a number outside the data's range makes every model \
      guess, trees by the nearest leaf, linear models by a line that nobody has checked there. The range over split models \
      does not show such an error, since all of them make it.",
    ),
    (
        Code::ReadingUndefined,
        "RS307",
        "A reading of a probe is undefined on every split",
        "A probe was taken, but one of its numbers does not exist on any split; the sentence says why. Often a part of the \
      train rows is too small: for an interval of that coverage (a lower level, or a larger share set aside), for the \
      model, or for every class to occur (a larger share of the learning curve). Such a reading is null in the JSON and \
      cannot make a claim hold.",
    ),
    (
        Code::LeakFound,
        "RS308",
        "A model knows test rows",
        "{probe=leak-check} has changed test rows and fitted the model to the same train rows again, started anew beside a changed \
      copy of the data's file: predictions for rows that were not changed are others. Or it has shuffled the targets of the train \
      rows, and the model still predicts the true ones of the test rows. Either way it has learned from rows that it was \
      not given for the split, and its scores are too good: a scaler, an imputation, a choice of columns or an encoding by the target \
      that was fitted to the whole file beforehand, a model that was fitted before and is not fitted anew, or a worker that \
      looks at the whole of its table. Fit every step inside the pipeline, to the train rows alone. A model may also fail this \
      because its predictions for a row depend on the other rows that are predicted with it.",
    ),
    (
        Code::DiffersFromItself,
        "RS309",
        "A model differs from itself",
        "{repeat_check} has fitted some splits twice, to the same rows in the same order and with the same seed, and predictions were not \
      the same. Such a model draws random numbers that nobody seeds, computes on threads or devices in another order each \
      time, or keeps something from one fit to the next; its scores are not those of the next run. Where the sentence names shares, some splits \
      were fitted with other seeds too: the mean variance of the score within a split is the model's own chance, and the rest of the \
      variance over splits is the choice of rows. Seed the model: a factory of {model=python:FILE:NAME} is given a seed if it has a \
      parameter for it, and commands have it in the place of their word for it.",
    ),
];
