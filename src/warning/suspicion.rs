//! What is suspicious of the data, or of the distribution of the scores.

use super::{Code, Page};

pub(super) const PAGES: &[Page] = &[
    (
        Code::TwinsStraddle,
        "RS101",
        "Equal rows stand in train and test",
        "At least 1 % of the rows are equal to another one in every column, the target included, and the score falls by more \
      than a quarter of its standard deviation over splits, and by more than four standard errors, when equal rows are kept \
      on one side of 30 splits. A model that has seen a row's twin is asked what it was told. Remove the copies, or find out \
      why rows repeat (a join, an oversampling before the split) and keep them together with {group}.",
    ),
    (
        Code::ColumnLeaks,
        "RS102",
        "A column alone predicts the target almost perfectly",
        "Taught by every other row, the column alone explains 98 % of the target's variance in the other rows, or finds 98 % of \
      the rows of each class on average. Columns so good are often made from the target, or filled in after it was known. If \
      it is not known when a prediction is needed, leave it out with {drop}.",
    ),
    (
        Code::ColumnCounts,
        "RS103",
        "A column of numbers only counts the rows",
        "Every row has a different whole number, and these fill at least half of their range: an id, or a row number. A model can \
      use it only to learn the order in which rows were written, which will not hold for new rows. Leave it out with {drop}.",
    ),
    (
        Code::GroupsStraddle,
        "RS104",
        "Rows that belong together stand in train and test",
        "A column of at least ten repeated values (a patient, a shop, a batch) parts the rows into groups. When groups are kept \
      whole in 30 splits, the score falls by more than a standard deviation over splits and more than four standard errors: \
      the model knows the groups it is tested on. If it will meet new groups, use {group=COLUMN}; if it will only ever meet \
      these, random splits are right.",
    ),
    (
        Code::FutureHarder,
        "RS105",
        "The score falls when the future is predicted from the past",
        "In order of a time column, of a column that rises from row to row, or of the rows themselves, four blocks of rows are \
      predicted from all rows before them, and from as many rows of any time, drawn 20 times. By chance alone the earlier \
      rows would teach so badly in less than 1 of 100 tables; the loss is also larger by a quarter. If the model is to predict what comes, use {time=COLUMN}.",
    ),
    (
        Code::ClassAbsent,
        "RS106",
        "A class is absent from some parts",
        "Some test parts hold no row of a class, so that their scores say nothing about it and some metrics do not exist; or some \
      train parts do, and the model cannot know it. The sentence says what helps under the scheme of the splits; more rows of \
      the class always do.",
    ),
    (
        Code::HeavyTails,
        "RS107",
        "The scores have heavy tails",
        "At least 1 % of the splits, and three, lie beyond 3.5 robust standard deviations; 0.05 % of a normal sample would. Mean \
      and standard deviation of the scores then hang on a few splits, and these often on a few rows: see the rows with the \
      most influence. Medians and quantiles say more.",
    ),
    (
        Code::TwoModes,
        "RS108",
        "The scores have two modes",
        "Two normal distributions, far apart (Ashman's distance above 3) and neither of less than 5 %, describe the scores better \
      than one (Bayes's information criterion, by more than 10). Something is either in a split or not: usually a row, or a \
      small group of rows, in train or in test. The sentence names the row or column that parts the modes, if one does.",
    ),
    (
        Code::FewArrangements,
        "RS109",
        "The permutation test has few arrangements of the target",
        "{null=permutation:N} holds the score against those with the target exchanged as the scheme allows: within groups \
      and between groups of equal size, between whole groups where the target does not vary within any, in pieces along \
      time, else between any rows. Where most groups differ in size, or nearly all targets are equal, few different \
      arrangements exist. With A of them no p is below 1/A, however strong the pattern: below 20 the test cannot reach \
      0.05. Each is then made once, and p is exact. If rows of a group are not alike, test without {group}; a rare class \
      needs more of its rows.",
    ),
    (
        Code::CheckLeftOut,
        "RS110",
        "A check of the data was left out for want of fits",
        "Equal rows, groups and a course of time are checked by fits to other splits, where the table gives reason to. A run spares a \
      tenth of its own fits for them, or a few more of a model that fits in no time. Where that is too few, the sentence says what \
      was not looked at: randsplit inspect looks at it with as many fits as it takes, and so does a run with more {splits}.",
    ),
];
