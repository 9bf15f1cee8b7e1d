//! How splits are drawn, models fitted, and their scores made.

use super::{Code, Page};

pub(super) const PAGES: &[Page] = &[
    (
        Code::UndefinedScores,
        "RS007",
        "A score is undefined on some splits",
        "Some scores do not exist on some test sets: ROC AUC when all test rows have one class, R² when the test target \
      does not vary, a deviance when a prediction is not positive. Such a score is null in the JSON, is counted, and is \
      left out of the summary: never replaced by 0. Larger test sets make it rarer, and so do splits that keep the \
      shares of classes ({scheme=stratified}, with {group} stratified-group).",
    ),
    (
        Code::FailedSplits,
        "RS008",
        "The model failed on some splits",
        "Fitting or predicting ended in an error on these splits; the reason stands beside each in the JSON. The summary is \
      over the other splits, which may be the easier ones.",
    ),
    (
        Code::RepeatedSplits,
        "RS009",
        "There are fewer different splits than asked for",
        "With few groups or few time origins the same split is drawn several times. Means, quantiles and \
      extremes of the table are over all of them; intervals, bounds of claims and comparisons count each different split \
      once, since one that is drawn again tells nothing new. Ask for fewer, or for smaller test sets.",
    ),
    (
        Code::Partial,
        "RS010",
        "The run was stopped early",
        "Only the splits that were done are reported. They are the same splits, with the same scores, as in a whole run.",
    ),
    (
        Code::WorstGate,
        "RS011",
        "A gate on the worst split gets stricter with more splits",
        "The worst of N falls as N grows, so {fail_below} on the worst case fails more easily with 1,000 splits than with \
      100. Keep {splits} fixed in CI, or gate a quantile.",
    ),
    (
        Code::HardFit,
        "RS012",
        "The fit was difficult on some splits",
        "The solver met collinear columns, classes that a line separates perfectly, or its iteration limit. The sentence \
      says which. Collinear columns: the solution of least norm is used. Nearly collinear columns: the one solution is \
      used, but its coefficients hang on small differences. Perfect separation without a penalty: coefficients grow \
      without end; use a penalty. Iteration limit: raise max_iter.",
    ),
    (
        Code::SmallTest,
        "RS013",
        "The test sets are very small",
        "A score over fewer than ten rows takes few different values and swings from split to split. Use a larger \
      {test_size}, and read the quantiles rather than the extremes.",
    ),
    (
        Code::ManySplits,
        "RS014",
        "More splits sharpen the tails, not the mean",
        "Splits overlap, so the standard error of the mean has a floor that no number of splits gets below: at 80/20 \
      it is 0.54 standard deviations for 25 splits, 0.50 for 500 and 0.50 for a million. What gains from thousands of \
      splits are the quantiles and the worst case, for these rows. For a narrower interval, get more rows.",
    ),
    (
        Code::FittedAlone,
        "RS016",
        "Splits were fitted without shared work",
        "The model works out what splits have in common once. On some splits a check of its answer against the train rows \
      failed (columns on very different scales, or rows that dwarf all others), so these were fitted from their own rows \
      alone. Their scores are right; they only take longer. {engine=per-split} fits every split so.",
    ),
    (
        Code::GridEdge,
        "RS017",
        "A tuned model picks the end of its grid",
        "On more than half of the splits the inner folds prefer the smallest, or the largest, value that {tune} offers for a \
      parameter (of three or more) to all others, and the parameter could go on there. The best value may lie outside: \
      widen the grid on that side. The scores are honest as they are; a tuned model with a wider grid may have better ones.",
    ),
    (
        Code::ClassNeverTested,
        "RS030",
        "A class is never tested",
        "None of the test parts has a row of the class, so that accuracy, a mean over classes and every other score speak of \
      the other classes alone. Which remedy there is hangs on the scheme, and the sentence names it: stratified splits give \
      each class its share of the test rows on average, however few rows it has, so that more splits or a larger test part \
      reach it; where groups are kept whole, groups of the class must be small enough to be tested.",
    ),
    (
        Code::GroupNeverTested,
        "RS031",
        "A group is never tested",
        "A group of more than twice the rows of the test part is never drawn, since no test part at all would be nearer to the \
      size that was asked for; in time, a group whose rows are all early is not tested either. The scores speak of the other \
      groups alone. A test part of half the group's size lets it be tested, and {scheme=kfold:K} with {group} tests every \
      group once in K splits, whatever its size.",
    ),
    (
        Code::PartsPassedOver,
        "RS032",
        "Parts of a plan file are passed over",
        "The plan has rows in parts such as validation or unused, or in none. randsplit trains on the part train and tests on \
      the part test; the other rows of a split are in neither.",
    ),
    (
        Code::RareClass,
        "RS033",
        "A class is rare, so that accuracy is not the primary metric",
        "A class of at most 5 % of the rows hardly moves accuracy: a model that never predicts it is right on 95 % of them. \
      Where no metric is asked for, the primary one is then average_precision where the rare class is the positive one of two (the area under \
      the curve of precision and recall; by chance it is the class's share of the rows), else balanced_accuracy (the mean \
      recall over classes). Accuracy stays among the metrics. {metric=accuracy} makes it the primary one again, {positive} \
      chooses the positive class.",
    ),
    (
        Code::ClassNeverFound,
        "RS034",
        "A model finds no row of a class",
        "On every split that tests the class, all of its test rows are given other labels: its recall is 0, whatever accuracy \
      says. The class is too rare, or too much like another one, for the model to name it. Ranks may still tell it apart: \
      see average_precision and roc_auc, choose a threshold by what mistakes cost ([value] in a claims file), or get more \
      rows of it.",
    ),
    (
        Code::LevelsJoined,
        "RS035",
        "A model joins levels of a column",
        "boost sorts each column into at most 255 bins. Of a text column with more levels than bins the most frequent ones \
      among a split's train rows have a bin of their own, and all others share one, so that it knows less of the column \
      than a model without this limit, such as ridge or forest. Join levels that mean \
      the same beforehand, give the column a number by {encode=COLUMN=frequency} or ordinal, or compare with a model that \
      keeps them all.",
    ),
    (
        Code::ManyLabels,
        "RS036",
        "There are too many labels for a confusion matrix",
        "Rows are counted by true and predicted label for up to 50 labels. A table of more has thousands of cells for each split, \
      most of them empty. Scores are not touched by it. recall[LABEL], precision[LABEL] and f1[LABEL] are metrics of single \
      labels.",
    ),
    (
        Code::SizesUnknown,
        "RS037",
        "Scores do not say how many rows they are of",
        "Splits of one table share most of their rows, so that their scores are alike, and sd / √N is far too small an error of \
      their mean. The correction needs the number of test rows for each train row. Without it there is no interval for new \
      data, no test of a difference, and a claim about a mean at a confidence stays undecided; means, quantiles, ranks and the worst split \
      need none of it. Give the columns n_train and n_test, {n_train} and {n_test}, or {test_size=0.2}; for k folds the \
      test share is 1 / k.",
    ),
    (
        Code::RowsSampled,
        "RS038",
        "The rows are a sample",
        "{sample_rows} uses so many of the rows that have a target, each set of them equally likely and drawn by the seed, and leaves out \
      the others before anything is fitted. Rows keep the numbers that they have in the file. What is said of these rows is said \
      of the sample; another {seed} draws another one.",
    ),
    (
        Code::InPasses,
        "RS039",
        "The table is read in passes",
        "A table in memory is there three times: as columns, as features and as the rows that models are fitted to. Where {memory} \
      does not hold that, a Parquet file is read a column at a time, its features are kept in a file in the folder for \
      temporary files, and models that need nothing but sums over rows (ols, ridge, lasso, elastic-net, glm, logistic, nb, lda, qda and the \
      baseline) are fitted and scored in passes over it, 64 splits at once. Scores agree with those of a run in memory to rounding. \
      Metrics that are no sums over rows, such as roc_auc and medae, and checks of the data are left out.",
    ),
    (
        Code::TrainUnknown,
        "RS040",
        "Scores on train rows are not known",
        "A file of predictions has what the models said of the test rows, and the scores that the run gave the train rows. By a \
      metric that the run did not have, train rows cannot be scored from it: train_mean, gap_mean and train_scores are null, and a \
      claim about them is refused. All else about the test rows is as in a run that had the metric. Evaluate with the metric where \
      the gap matters.",
    ),
];
