//! Notes and warnings: a stable code for each, and the page that `randsplit explain` prints.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::setting::spelled;

/// The kinds of warnings. A code never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// Rows without a target were left out.
    TargetMissing,
    /// The task was told from a whole-number target.
    TaskGuessed,
    /// A column with one value, or none, was left out.
    ConstantColumn,
    /// A column that names rows was left out.
    IdColumn,
    /// A column of a type that cannot be used was left out.
    ColumnUnsupported,
    /// Infinities and NaN were taken as missing.
    NonFinite,
    /// A score could not be computed on some splits.
    UndefinedScores,
    /// The model failed on some splits.
    FailedSplits,
    /// Fewer distinct splits exist than were asked for.
    RepeatedSplits,
    /// The run was stopped early.
    Partial,
    /// A worst-case gate gets stricter with the number of splits.
    WorstGate,
    /// A model did not converge or was ill-conditioned on some splits.
    HardFit,
    /// The test sets are too small for their scores to mean much.
    SmallTest,
    /// More splits than the mean can gain from.
    ManySplits,
    /// A column of numbers is taken as text for the sake of a few cells.
    MostlyNumbers,
    /// Splits were fitted on their own because shared work would have lost digits.
    FittedAlone,
    /// Most splits of a tuned model pick a setting at one end of its grid.
    GridEdge,
    /// Numbers are read without signs of percent, currency or thousands.
    NumbersRead,
    /// Numbers of a column could be read in two ways.
    AmbiguousNumbers,
    /// A column of numbers is taken as text: codes, lists, or mixed signs.
    NumbersAsText,
    /// Words of a text column are taken as missing.
    MissingWords,
    /// A text that was to be missing is found in no column.
    MissingNotFound,
    /// A quoted cell over several lines holds what look like rows.
    QuotedLines,
    /// A column of dates is taken as text for the sake of a few cells.
    MostlyDates,
    /// A column holds dates in a spelling that is not read.
    UnreadDates,
    /// A date at the end of all years stands for none.
    StandInDate,
    /// A column of a Parquet file holds numbers as text.
    TextOfNumbers,
    /// No test part has a row of a class.
    ClassNeverTested,
    /// No test part can have a group.
    GroupNeverTested,
    /// A plan file has parts besides train and test.
    PartsPassedOver,
    /// The primary metric was chosen for the sake of a rare class.
    RareClass,
    /// A model finds no row of a class on any split.
    ClassNeverFound,
    /// A model keeps fewer levels of a column apart than there are.
    LevelsJoined,
    /// There are too many labels for a table of true and predicted ones.
    ManyLabels,
    /// Scores do not say how many rows they are of.
    SizesUnknown,
    /// Equal rows stand in train and test, and the score falls when they are kept together.
    TwinsStraddle,
    /// A column alone predicts the target almost perfectly.
    ColumnLeaks,
    /// A column of numbers only counts the rows.
    ColumnCounts,
    /// Rows with the same value of a column stand in train and test, and the score falls when they are kept together.
    GroupsStraddle,
    /// The score falls when later rows are predicted from earlier ones.
    FutureHarder,
    /// A class is absent from some parts.
    ClassAbsent,
    /// The scores have heavy tails.
    HeavyTails,
    /// The scores have two modes.
    TwoModes,
    /// A permutation test has few different arrangements of the target.
    FewArrangements,
    /// A run had reason to check its data further, and too few fits for it.
    CheckLeftOut,
    /// The run ended by itself before its last split, or went on to the most it was allowed.
    EndedEarly,
    /// A confidence leans on independent splits, and these are not.
    DependentSplits,
    /// A claim holds whatever the scores are.
    ClaimAlwaysHolds,
    /// Two reports that are compared are of other rows, columns or splits.
    OtherData,
    /// A probe that was asked for does not apply to a model.
    ProbeUnfit,
    /// Probes could not look at a model on some splits.
    ProbeFailed,
    /// Probabilities are further off than chance would have it.
    Miscalibrated,
    /// Residuals are not 0 on average in some range of predictions.
    BiasedResiduals,
    /// Conformal intervals hold fewer test rows than they promise.
    CoverageShort,
    /// New rows hold what no train row did.
    NeverSeen,
    /// A reading of a probe exists on no split.
    ReadingUndefined,
    /// A model knows rows that it was not given.
    LeakFound,
    /// A model differs from itself on the same split with the same seed.
    DiffersFromItself,
}

const PAGES: &[(Code, &str, &str, &str)] = &[
    (
        Code::TargetMissing,
        "RS001",
        "Rows without a target are left out",
        "A row whose target is missing can neither teach nor test a model. Such rows are left out before any split is \
      drawn; row numbers in the output still count all rows of the file. If many are missing, ask why: scores speak \
      only of rows like those that have a target.",
    ),
    (
        Code::TaskGuessed,
        "RS002",
        "A whole-number target is taken as classes",
        "A target of at most ten distinct whole numbers, each seen three times on average, is usually a label. If it is a \
      quantity (a count, a rating), say {task} regression.",
    ),
    (
        Code::ConstantColumn,
        "RS003",
        "A column that never varies is left out",
        "A column with the same value in every used row, or with none, cannot help any model.",
    ),
    (
        Code::IdColumn,
        "RS004",
        "A column that looks like an id or free text is left out",
        "A text column is left out when it has more than 256 levels, or more than 10 levels and more of them than half the \
      rows that have a value; so is a column that numbers the rows: an index of pandas, R or polars (no name, Unnamed: 0, \
      __index_level_0__, or index, id, rownames and the like where each whole number is there once). One-hot columns for such levels are seen \
      in train or in test, rarely in both. Keep it with {encode=COLUMN=onehot}, ordinal or frequency. Thousands of \
      different texts in a column that should hold numbers often mean a stray mark for missing values: name it with {na}.",
    ),
    (
        Code::ColumnUnsupported,
        "RS005",
        "A column of an unsupported type is left out",
        "Lists, structs, binary data, times of day and durations have no obvious reading as a feature. Convert them to \
      numbers, text or dates first. In a table of scores a column of text is no metric.",
    ),
    (
        Code::NonFinite,
        "RS006",
        "Infinite values are treated as missing",
        "No model can learn from an infinity. Such cells get the median of the train rows, like other gaps. Check the \
      program that wrote them: a division by zero is the usual cause.",
    ),
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
        Code::MostlyNumbers,
        "RS015",
        "A column of numbers is taken as text",
        "Four fifths of the column's values or more are numbers, and the rest are not, so all of it is text and becomes \
      one 0/1 column for each value. If the rest stand for missing values, name them with {na}; if they are mistakes, \
      correct them.",
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
        Code::NumbersRead,
        "RS018",
        "How the numbers of a column were read",
        "Signs of percent and currency, separators of thousands, parentheses for amounts below 0 and, in a file of commas, \
      decimal commas are no part of a number's value: $1,234.50 is 1234.5, and 12.5% is 12.5, the number as it is written, \
      not 0.125. The sentence shows one cell of each such column with the number it became. Whole numbers beyond 2^53 that are \
      times in nanoseconds since 1970, as pandas writes them, are read as numbers too. docs/reading.md has the rules; {text} \
      COLUMN reads a column as text instead.",
    ),
    (
        Code::AmbiguousNumbers,
        "RS019",
        "Numbers could be read in two ways",
        "1,126 is 1126 in one country and 1.126 in another. All cells of the column, the other columns and the delimiter are \
      asked; where they leave it open, or contradict each other, the sentence says how the column was read and which flag \
      settles it: {decimal='.'} or ',' says what stands before decimals, {thousands} what stands between groups of three digits. \
      {text=COLUMN} reads the cells as text.",
    ),
    (
        Code::NumbersAsText,
        "RS020",
        "A column of numbers is taken as text",
        "Digits that begin with a 0 (01234) are codes, and 1234 is another one; whole numbers beyond 2^53 would run together as \
      floats; numbers with and without a percent sign, or with several currencies, are not one quantity; cells such as 3,7 are \
      lists where other columns write decimals with a point. {number=COLUMN} reads codes and long ids as numbers.",
    ),
    (
        Code::MissingWords,
        "RS021",
        "Words of a text column are taken as missing",
        "None, NA, null, NaN and their like stand for missing values in most files, as pandas reads them. In a column of text \
      they may be answers like others. {keep_na=WORD} keeps one as a value, {keep_na=all} keeps all; empty cells are missing \
      in any case.",
    ),
    (
        Code::MissingNotFound,
        "RS022",
        "A text of {na} is in no column",
        "{na} compares whole cells, without blanks around them; a number is found in any spelling (-999 finds -999.0). A text \
      that no column holds is often misspelt. Columns that are not read ({drop}, {features}) are not looked at.",
    ),
    (
        Code::QuotedLines,
        "RS023",
        "A quoted cell holds what look like rows",
        "Between two quotes a cell may hold line breaks and delimiters. Where its lines have just as many delimiters as the rows \
      of the table, the quotes are probably stray (an inch sign, say) and have swallowed rows. Remove them, or double them \
      inside a quoted cell.",
    ),
    (
        Code::MostlyDates,
        "RS024",
        "A column of dates is taken as text",
        "Four fifths of the column's values or more are dates, and the rest are not, so all of it is text. If the rest stand for \
      missing values, name them with {na}; if they are mistakes, correct them.",
    ),
    (
        Code::UnreadDates,
        "RS025",
        "A column holds dates in a spelling that is not read",
        "Dates are read with the year first: 2024-01-31, with or without a time of day and an offset. Of 03/04/2024 nobody but \
      its writer knows whether it is in March or April, so it is not guessed; 20240131 is a number as good as any. Such a \
      column is text or a number. Write its dates as YYYY-MM-DD to have their year, month, day of the week and order.",
    ),
    (
        Code::StandInDate,
        "RS026",
        "A date at the end of all years stands for none",
        "Dates such as 9999-12-31 and 0001-01-01 are often written where there is no date. As dates they are thousands of years \
      from all others, and linear models follow them. Name them with {na} to have them taken as missing.",
    ),
    (
        Code::TextOfNumbers,
        "RS027",
        "A column of a Parquet file holds numbers as text",
        "A CSV file does not say what is text, so that digits are numbers there. A Parquet file does, and whoever wrote digits as \
      text may have meant codes. The column is taken as text, as the file says. If it holds numbers, write it as numbers.",
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
        "boost sorts each column into at most 255 bins, one of them for what is missing. Of a text column with more levels \
      than bins the most frequent ones among a split's train rows have a bin of their own, and all others count as missing, \
      so that it knows less of the column than a model without this limit, such as ridge or forest. Join levels that mean \
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
    (
        Code::ProbeUnfit,
        "RS301",
        "A probe does not apply to a model",
        "Coefficients are read off linear models, impurity and SHAP values off trees that were fitted with shared work, \
      calibration off probabilities. The other probes look at predictions and suit every model. {probe=all} leaves out in \
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

impl Code {
    fn page(self) -> &'static (Self, &'static str, &'static str, &'static str) {
        // Every variant has a page: the test below goes through all of them.
        PAGES.iter().find(|p| p.0 == self).unwrap_or(&PAGES[0])
    }

    /// The stable code, such as `RS001`.
    pub fn id(self) -> &'static str {
        self.page().1
    }

    /// What it is, in a few words.
    pub fn title(self) -> String {
        spelled(self.page().2)
    }

    /// All codes as written, with their titles, in order.
    pub fn all() -> impl Iterator<Item = (&'static str, String)> {
        PAGES.iter().map(|p| (p.1, spelled(p.2)))
    }
}

/// Title and text of the page of a code, by its id in any case.
pub fn explain(id: &str) -> Option<(&'static str, String, String)> {
    PAGES.iter().find(|p| p.1.eq_ignore_ascii_case(id)).map(|p| (p.1, spelled(p.2), spelled(p.3)))
}

/// One warning of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind.
    pub code: Code,
    /// The sentence, with names and numbers.
    pub message: String,
}

impl Warning {
    /// A warning with its sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// A warning as it stands in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct WarningEntry {
    /// The stable code (`RS001` …).
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl From<&Warning> for WarningEntry {
    fn from(w: &Warning) -> Self {
        Self { code: w.code.id().to_owned(), message: w.message.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_page() {
        for (i, page) in PAGES.iter().enumerate() {
            // Codes ascend, and each kind of warning has a range of its own.
            assert!(i == 0 || PAGES[i - 1].1 < page.1);
            assert!(page.1.len() == 5 && page.1.starts_with("RS"));
            assert_eq!(page.0 as usize, i);
            assert_eq!(page.0.id(), page.1);
        }
        assert!(explain("rs004").is_some() && explain("RS999").is_none());
    }
}
