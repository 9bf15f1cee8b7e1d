//! When a run ended, and what its claims and comparisons lean on.

use super::{Code, Page};

pub(super) const PAGES: &[Page] = &[
    (
        Code::EndedEarly,
        "RS201",
        "The number of splits was not fixed",
        "With {splits=auto} claims are judged after 50 splits, 100, 200 and so on, and the run ends once all are decided; \
      without claims, once the interval of the mean and the worst split move by no more than {precision}. The looks \
      share the error of a verdict, so that it is wrong no more often than its confidence says, however often one \
      looks. With {fail_fast} the run ends at the first split that breaks a claim on the worst case. The splits done \
      are the first ones of a fixed run.",
    ),
    (
        Code::DependentSplits,
        "RS202",
        "A confidence leans on splits that are not independent",
        "Bounds of quantiles, shares and the worst split take the splits of these rows for independent draws. The folds of \
      one K-fold repetition share out the rows, and the origins of a time series or the splits of a file are few or \
      chosen by someone, so the confidence is only a guide, and the table promises nothing about splits that were not drawn. \
      {scheme=shuffle}, stratified, group and bootstrap draw every split anew.",
    ),
    (
        Code::ClaimAlwaysHolds,
        "RS203",
        "A claim cannot fail",
        "What a metric can be at least and at most is known: an accuracy or a share lies between 0 and 1, an error is not \
      negative, R² is at most 1. A claim such as mean(accuracy) <= 1 holds for any scores, so that it guards nothing. \
      One that is beyond these bounds, as share(r2 > 0.4) >= 95 without its percent sign, is refused.",
    ),
    (
        Code::OtherData,
        "RS204",
        "Two reports are not of the same data or splits",
        "Two reports are compared split by split where their data and plans agree. Data that grow from week to week have \
      the same target and columns and other rows: their scores are compared as those of different splits, and a \
      difference may be one of the data. Reports of another target, task, positive class or scheme, or without a \
      column in common, are refused unless {allow_other_data} is given.",
    ),
];
