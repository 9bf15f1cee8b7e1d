//! The settings of an evaluation by name, and how a front end spells them: the core writes `{TEST_SIZE}` in a sentence, the
//! program prints `--test-size`, a library call reads `test_size`.

use std::fmt;
use std::sync::{PoisonError, RwLock};

/// Something that a user sets, under its name in a call of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The name as a keyword, such as `test_size`; plural where several may be given, such as `metrics`.
    pub keyword: &'static str,
    /// The name for one of several, such as `metric`; else the keyword.
    pub singular: &'static str,
}

/// How a front end writes settings in sentences.
pub trait SettingSpelling: Sync {
    /// The setting alone.
    fn name(&self, setting: Setting) -> String;

    /// The setting with a value; a text among the values stands in quotes already.
    fn with_value(&self, setting: Setting, value: &str) -> String;

    /// The setting with one text of several, which may hold any character: what the user can copy.
    fn with_item(&self, setting: Setting, item: &str) -> String;
}

/// As arguments of a call: `test_size`, `test_size=0.2`, `na=["?"]`.
#[derive(Debug)]
struct Keywords;

impl SettingSpelling for Keywords {
    fn name(&self, setting: Setting) -> String {
        setting.keyword.to_owned()
    }

    fn with_value(&self, setting: Setting, value: &str) -> String {
        let quoted = value.starts_with('\'') || value.parse::<f64>().is_ok();
        let value = if quoted { value.to_owned() } else { serde_json::Value::from(value).to_string() };
        let several = setting.keyword != setting.singular;
        if several { format!("{}=[{value}]", setting.keyword) } else { format!("{}={value}", setting.keyword) }
    }

    fn with_item(&self, setting: Setting, item: &str) -> String {
        format!("{}=[{}]", setting.keyword, serde_json::Value::from(item))
    }
}

/// Unit tests read sentences as the program prints them.
#[cfg(all(test, feature = "cli"))]
static SPELLING: RwLock<&dyn SettingSpelling> = RwLock::new(&crate::cli::spelling::Flags);
#[cfg(not(all(test, feature = "cli")))]
static SPELLING: RwLock<&dyn SettingSpelling> = RwLock::new(&Keywords);

/// Makes all sentences of this process write settings this way. A front end calls it once, before anything else; without
/// it settings are written as keywords.
pub fn spell_settings(spelling: &'static dyn SettingSpelling) {
    *SPELLING.write().unwrap_or_else(PoisonError::into_inner) = spelling;
}

fn spelling() -> &'static dyn SettingSpelling {
    *SPELLING.read().unwrap_or_else(PoisonError::into_inner)
}

impl Setting {
    const fn one(keyword: &'static str) -> Self {
        Self { keyword, singular: keyword }
    }

    const fn several(keyword: &'static str, singular: &'static str) -> Self {
        Self { keyword, singular }
    }

    /// The setting with this value.
    pub fn to(self, value: impl fmt::Display) -> String {
        spelling().with_value(self, &value.to_string())
    }

    /// The setting with this text, one of several that it may hold.
    pub fn item(self, text: &str) -> String {
        spelling().with_item(self, text)
    }

    /// The setting of this singular name.
    fn find(name: &str) -> Option<Self> {
        ALL.iter().find(|s| s.singular == name).copied()
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(&spelling().name(*self))
    }
}

/// A text with settings in braces, spelled: `{seed}`, `{tune=ridge:alpha=1,10}`. Other braces stay.
pub fn spelled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let place = after.split_once('}').and_then(|(place, rest)| {
            let (name, value) = place.split_once('=').map_or((place, None), |(name, value)| (name, Some(value)));
            let setting = Setting::find(name)?;
            Some((value.map_or_else(|| setting.to_string(), |value| setting.to(value)), rest))
        });
        out.push_str(before);
        match place {
            Some((setting, behind)) => {
                out.push_str(&setting);
                rest = behind;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

/// Declares the settings and the list of all.
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident = $kind:ident($($word:literal),+);)+) => {
        $($(#[$doc])* pub const $name: Setting = Setting::$kind($($word),+);)+

        /// All settings.
        pub const ALL: &[Setting] = &[$($name),+];
    };
}

settings! {
    /// Splits without a score that a claim allows.
    ALLOW_FAILED = one("allow_failed");
    /// Compares reports of different tables all the same.
    ALLOW_OTHER_DATA = one("allow_other_data");
    /// A column to take from the predictions of an upstream model.
    CHAIN = several("chains", "chain");
    /// The model that others are held against.
    BASELINE = one("baseline");
    /// Checks of models in the making.
    CHECK = several("checks", "check");
    /// A statement about the scores.
    CLAIM = several("claims", "claim");
    /// Files of claims.
    CLAIMS = several("claims_files", "claims");
    /// The data file of a report.
    DATA = one("data");
    /// The sign before decimals.
    DECIMAL = one("decimal");
    /// Columns that are no features.
    DROP = one("drop");
    /// Shows all that a table leaves out.
    DETAIL = one("detail");
    /// How a column becomes numbers.
    ENCODE = one("encode");
    /// Whether work is shared over splits.
    ENGINE = one("engine");
    /// A bound above which the worst score fails.
    FAIL_ABOVE = one("fail_above");
    /// A bound below which the worst score fails.
    FAIL_BELOW = one("fail_below");
    /// Ends a run at the first broken claim on the worst case.
    FAIL_FAST = one("fail_fast");
    /// The columns to learn from.
    FEATURES = one("features");
    /// Rows between train and test parts along time.
    GAP = one("gap");
    /// Metrics that are better when higher.
    GREATER_IS_BETTER = one("greater_is_better");
    /// A grid of models.
    GRID = several("grids", "grid");
    /// The column of groups.
    GROUP = one("group");
    /// The column that names rows.
    ID = one("id");
    /// Words that stay values where they could mean a missing one.
    KEEP_NA = one("keep_na");
    /// Metrics that are better when lower.
    LOWER_IS_BETTER = one("lower_is_better");
    /// How much memory may be taken.
    MEMORY = one("memory");
    /// The metrics.
    METRIC = several("metrics", "metric");
    /// The models.
    MODEL = several("models", "model");
    /// Texts to read as missing.
    NA = one("na");
    /// Test rows of each split.
    N_TEST = one("n_test");
    /// Train rows of each split.
    N_TRAIN = one("n_train");
    /// The test against shuffled targets.
    NULL = one("null");
    /// Columns to read as numbers.
    NUMBER = one("number");
    /// The class that metrics of two classes are about.
    POSITIVE = one("positive");
    /// How still the estimates have to be before a run ends by itself.
    PRECISION = one("precision");
    /// Secondary measures of fitted models.
    PROBE = several("probes", "probe");
    /// On how many splits models are fitted twice.
    REPEAT_CHECK = one("repeat_check");
    /// Differences that count as none.
    ROPE = one("rope");
    /// How many rows are used, drawn by the seed.
    SAMPLE_ROWS = one("sample_rows");
    /// The split scheme.
    SCHEME = one("scheme");
    /// The seed.
    SEED = one("seed");
    /// Checks that are left out.
    SKIP = one("skip");
    /// Which split to look into.
    SPLIT = one("split");
    /// The number of splits.
    SPLITS = one("splits");
    /// The column to stratify by.
    STRATIFY = one("stratify");
    /// The column to predict.
    TARGET = one("target");
    /// Regression or classification.
    TASK = one("task");
    /// The size of the test part.
    TEST_SIZE = one("test_size");
    /// Columns to read as text.
    TEXT = one("text");
    /// The sign between thousands.
    THOUSANDS = one("thousands");
    /// The number of threads.
    THREADS = one("threads");
    /// The column of times.
    TIME = one("time");
    /// The size of the train part.
    TRAIN_SIZE = one("train_size");
    /// A model tuned by nested cross-validation.
    TUNE = several("tunes", "tune");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_what_a_call_takes() {
        let keywords = &Keywords;
        assert_eq!(keywords.name(TEST_SIZE), "test_size");
        assert_eq!(keywords.with_value(TEST_SIZE, "0.2"), "test_size=0.2");
        assert_eq!(keywords.with_value(SCHEME, "kfold:5"), "scheme=\"kfold:5\"");
        assert_eq!(keywords.with_value(METRIC, "r2"), "metrics=[\"r2\"]");
        assert_eq!(keywords.with_value(TIME, "'day'"), "time='day'");
        assert_eq!(keywords.with_item(NA, "a\"b"), "na=[\"a\\\"b\"]");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn settings_in_braces_are_spelled_and_other_braces_stay() {
        assert_eq!(spelled("the seed is {seed}"), "the seed is --seed");
        assert_eq!(spelled("is {tune=ridge:alpha=0.1,1}, {so} {"), "is --tune ridge:alpha=0.1,1, {so} {");
    }
}
