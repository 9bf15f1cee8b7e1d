//! Notes and warnings: a stable code for each, and the page that `randsplit explain` prints.

mod data;
mod judgement;
mod probe;
mod run;
mod suspicion;

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
    /// Some rows were drawn to be used.
    RowsSampled,
    /// The table is not in memory.
    InPasses,
    /// Scores on train rows are not known, since predictions for test rows alone were kept.
    TrainUnknown,
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

/// A code, its name, its title and its text.
type Page = (Code, &'static str, &'static str, &'static str);

/// The pages of each family, in order of their codes.
const FAMILIES: [&[Page]; 5] = [data::PAGES, run::PAGES, suspicion::PAGES, judgement::PAGES, probe::PAGES];

fn pages() -> impl Iterator<Item = &'static Page> {
    FAMILIES.into_iter().flatten()
}

impl Code {
    fn page(self) -> &'static Page {
        // Every variant has a page: the test below goes through all of them.
        pages().find(|p| p.0 == self).unwrap_or(&data::PAGES[0])
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
        let mut all: Vec<_> = pages().collect();
        all.sort_by_key(|p| p.1);
        all.into_iter().map(|p| (p.1, spelled(p.2)))
    }
}

/// Title and text of the page of a code, by its id in any case.
pub fn explain(id: &str) -> Option<(&'static str, String, String)> {
    pages().find(|p| p.1.eq_ignore_ascii_case(id)).map(|p| (p.1, spelled(p.2), spelled(p.3)))
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
        let mut all: Vec<_> = pages().collect();
        all.sort_by_key(|page| page.1);
        for (i, page) in all.iter().enumerate() {
            // Codes ascend as their variants do, and a family keeps their order.
            assert!(i == 0 || all[i - 1].1 < page.1);
            assert!(page.1.len() == 5 && page.1.starts_with("RS"));
            assert_eq!(page.0 as usize, i);
            assert_eq!(page.0.id(), page.1);
        }
        assert!(FAMILIES.iter().all(|family| family.is_sorted_by_key(|page| page.1)));
        assert!(explain("rs004").is_some() && explain("RS999").is_none());
    }
}
