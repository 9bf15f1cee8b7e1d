//! A split plan: from what was asked to something that can draw split k.

use super::draw::select;
use super::file::{self, GivenSplits};
use super::group::{GroupDraw, cross, fits};
use super::group_time::GroupTimeline;
use super::permute::{Blocks, numbered};
use super::quota::Shares;
use super::random::stream;
use super::size::Size;
use super::strata::Strata;
use super::time::Timeline;
use super::{bootstrap, fold};
use crate::data::{Table, Target, Values};
use crate::error::{Error, Result, did_you_mean};

/// One split: positions among the used rows, ascending. Train rows repeat under the bootstrap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows to learn from.
    pub train: Vec<u32>,
    /// Rows to score on.
    pub test: Vec<u32>,
}

impl Split {
    /// Parts `n` rows by a rule that says which are test rows.
    pub(super) fn by(n: usize, is_test: impl Fn(usize) -> bool) -> Self {
        let (test, train) = (0..n as u32).partition(|row| is_test(*row as usize));
        Self { train, test }
    }

    /// A number that two splits share where they have the same train rows (repeats counted) and the same test rows.
    pub fn fingerprint(&self) -> u64 {
        let fold = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
        // Eight chains at once: a processor waits for each multiplication of a single one.
        let of = |rows: &[u32], seed: u64| {
            let mut lanes = [seed; 8];
            for rows in rows.chunks(8) {
                lanes.iter_mut().zip(rows).for_each(|(lane, row)| *lane = fold(*lane, u64::from(*row)));
            }
            lanes.into_iter().fold(rows.len() as u64, fold)
        };
        of(&self.train, of(&self.test, 1))
    }

    /// Number of different train rows: fewer than there are under the bootstrap, which draws rows repeatedly.
    pub fn distinct_train(&self) -> usize {
        self.train.chunk_by(|a, b| a == b).count()
    }
}

/// How splits are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// Any rows.
    Shuffle,
    /// The same share of every class (or bin) in both parts.
    Stratified,
    /// Whole groups.
    Group,
    /// Whole groups, with class shares as equal as these allow.
    StratifiedGroup,
    /// Repeated K-fold.
    KFold(usize),
    /// Test rows later than train rows; `rolling` trains on a window of fixed length.
    Time {
        /// Fixed window rather than all earlier rows.
        rolling: bool,
    },
    /// Test rows later than train rows, and of groups that no train row is of.
    GroupTime {
        /// Fixed window rather than all earlier rows.
        rolling: bool,
    },
    /// Train rows with replacement, test rows those never drawn.
    Bootstrap,
    /// Splits read from a file.
    File(String),
}

/// Names of the schemes.
pub const SCHEMES: [&str; 9] =
    ["shuffle", "stratified", "group", "stratified-group", "kfold", "time", "group-time", "bootstrap", "file"];

impl std::str::FromStr for Scheme {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').map_or((text, None), |(n, r)| (n, Some(r)));
        let scheme = match (name, rest) {
            ("shuffle", None) => Self::Shuffle,
            ("stratified", None) => Self::Stratified,
            ("group", None) => Self::Group,
            ("stratified-group", None) => Self::StratifiedGroup,
            ("time", None | Some("expanding")) => Self::Time { rolling: false },
            ("time", Some("rolling")) => Self::Time { rolling: true },
            ("time", Some(_)) => return Err("time is time:expanding or time:rolling".into()),
            ("group-time", None | Some("expanding")) => Self::GroupTime { rolling: false },
            ("group-time", Some("rolling")) => Self::GroupTime { rolling: true },
            ("group-time", Some(_)) => return Err("group-time is group-time:expanding or group-time:rolling".into()),
            ("bootstrap", None) => Self::Bootstrap,
            ("kfold", Some(k)) => match k.parse() {
                Ok(k) if k >= 2 => Self::KFold(k),
                _ => return Err(format!("kfold:{k} needs a whole number of folds from 2 up, as in kfold:10")),
            },
            ("kfold", None) => return Err("kfold needs its number of folds, as in kfold:10".into()),
            ("file", Some(path)) if !path.is_empty() => Self::File(path.into()),
            ("file", _) => return Err("file needs a path, as in file:plan.parquet".into()),
            (known, Some(rest)) if SCHEMES.contains(&known) => {
                return Err(format!("scheme {known} takes no '{rest}'; write --scheme {known}"));
            }
            _ => {
                return Err(format!(
                    "no scheme '{name}'{}; there are shuffle, stratified, group, stratified-group, kfold:K, time[:rolling], group-time[:rolling], bootstrap and file:PLAN",
                    did_you_mean(name, SCHEMES)
                ));
            }
        };
        Ok(scheme)
    }
}

impl std::fmt::Display for Scheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shuffle => f.write_str("shuffle"),
            Self::Stratified => f.write_str("stratified"),
            Self::Group => f.write_str("group"),
            Self::StratifiedGroup => f.write_str("stratified-group"),
            Self::KFold(k) => write!(f, "kfold:{k}"),
            Self::Time { rolling: false } => f.write_str("time:expanding"),
            Self::Time { rolling: true } => f.write_str("time:rolling"),
            Self::GroupTime { rolling: false } => f.write_str("group-time:expanding"),
            Self::GroupTime { rolling: true } => f.write_str("group-time:rolling"),
            Self::Bootstrap => f.write_str("bootstrap"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

/// What was asked of the splits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanOptions {
    /// How many; 100 where `None`, or all of a plan file.
    pub splits: Option<usize>,
    /// The scheme; chosen from the other options and the task where `None`.
    pub scheme: Option<Scheme>,
    /// Size of the test part; a fifth where `None`.
    pub test_size: Option<Size>,
    /// Size of the train part; the rest where `None`.
    pub train_size: Option<Size>,
    /// The seed.
    pub seed: u64,
    /// Column whose equal values stay together.
    pub group: Option<String>,
    /// Column to stratify on, instead of the target.
    pub stratify: Option<String>,
    /// Column that orders rows in time.
    pub time: Option<String>,
    /// Rows left out between train and test part of a time split.
    pub gap: usize,
}

/// The largest number of splits of one run.
pub const MAX_DRAWN: usize = 10_000_000;

const DEFAULT_SPLITS: usize = 100;

/// What a scheme needs to draw its splits.
pub(super) enum Drawing {
    Select { strata: Option<Strata>, shares: Shares },
    Group { groups: Strata, strata: Option<Strata>, draw: GroupDraw },
    KFold { folds: usize, strata: Option<Strata>, groups: Option<Strata> },
    Time(Timeline),
    GroupTime(GroupTimeline),
    Bootstrap { n_train: usize },
    Given(GivenSplits),
}

/// Everything needed to draw any split of a run.
pub struct Plan {
    /// The scheme, resolved.
    pub scheme: Scheme,
    /// The options as resolved: defaults written out where they apply.
    pub options: PlanOptions,
    splits: usize,
    pub(super) rows: usize,
    pub(super) drawing: Drawing,
}

impl Plan {
    /// Makes the plan for a table's used rows.
    ///
    /// # Errors
    /// An input error where the options do not fit together or do not fit the data.
    pub fn new(options: &PlanOptions, table: &Table, target: &Target, used: &[u32]) -> Result<Self> {
        let mut options = options.clone();
        let scheme = choose_scheme(&options, target)?;
        check_options(&options, &scheme)?;
        let n = used.len();
        let column = |name: &String| -> Result<Values> { Ok(table.column(name)?.values.take(used)) };
        let strata = || -> Result<Strata> {
            Ok(match (&options.stratify, target) {
                (Some(name), _) => Strata::from_values(&column(name)?),
                (None, Target::Classification { codes, labels, .. }) => Strata::from_codes(codes, labels),
                (None, Target::Regression { values }) => Strata::from_quantiles(values),
            })
        };
        let groups = |name: &String| -> Result<Strata> {
            let values = table.column(name)?.names().take(used);
            if let Some(row) = (0..n).find(|r| values.is_missing(*r)) {
                return Err(Error::input(format!(
                    "{} {}: group column '{name}' is missing there; give every row a group",
                    table.path,
                    table.place(used[row] as usize)
                )));
            }
            let (codes, levels) = values.as_levels();
            let groups = Strata::from_codes(&codes, &levels);
            if groups.sizes.len() < 2 {
                return Err(Error::input(format!(
                    "{}: group column '{name}' has only one group, '{}', and a split needs two; choose another --group",
                    table.path, groups.names[0]
                )));
            }
            Ok(groups)
        };
        let sizes = |options: &PlanOptions| part_sizes(options, n);
        let drawing = match &scheme {
            Scheme::Shuffle => {
                let (test, train) = sizes(&options)?;
                Drawing::Select { strata: None, shares: Shares::new(&[n], test, options.train_size.map(|_| train)) }
            }
            Scheme::Stratified => {
                let (test, train) = sizes(&options)?;
                let strata = strata()?;
                let otherwise =
                    if options.stratify.is_some() { "leave out --stratify" } else { "use --scheme shuffle" };
                if let Some((name, row)) = strata.lone() {
                    let lone = strata.sizes.iter().filter(|s| **s < 2).count();
                    let of = options.stratify.as_ref().map_or("class".into(), |column| format!("'{column}'"));
                    let place = table.place(used[row] as usize);
                    return Err(Error::input(if lone == 1 {
                        format!(
                            "{}: {of} '{name}' has a single row, {place}, and stratified splits need two; remove that row or {otherwise}",
                            table.path
                        )
                    } else {
                        format!(
                            "{}: {lone} values of {} have a single row each, the first '{name}' at {place}, and stratified splits need \
                             two; {otherwise}",
                            table.path,
                            options.stratify.as_ref().map_or("the target".into(), |column| format!("'{column}'"))
                        )
                    }));
                }
                let count = strata.sizes.len();
                if train < count {
                    return Err(Error::input(format!(
                        "{}: {train} train rows cannot hold a row of each of the {count} {}; {} or {otherwise}",
                        table.path,
                        options.stratify.as_ref().map_or("classes".into(), |column| format!("strata of '{column}'")),
                        match options.train_size {
                            Some(_) => format!("give at least --train-size {count}"),
                            None => format!("give at most --test-size {}", n - count),
                        }
                    )));
                }
                let shares = Shares::new(&strata.sizes, test, options.train_size.map(|_| train));
                Drawing::Select { strata: Some(strata), shares }
            }
            Scheme::Group | Scheme::StratifiedGroup => {
                let (n_test, _) = sizes(&options)?;
                let name = options.group.as_ref().ok_or_else(|| missing_option(&scheme, "--group COLUMN"))?;
                let strata = if scheme == Scheme::StratifiedGroup { Some(strata()?) } else { None };
                let groups = groups(name)?;
                let crossed = strata.as_ref().map(|s| cross(&groups, s));
                let draw = GroupDraw::new(groups.sizes.clone(), crossed.as_deref(), n_test);
                Drawing::Group { groups, strata, draw }
            }
            Scheme::KFold(folds) => {
                let groups = options.group.as_ref().map(groups).transpose()?;
                let units = groups.as_ref().map_or(n, |g| g.sizes.len());
                if *folds > units {
                    return Err(Error::input(format!(
                        "kfold:{folds} needs at least {folds} {}, and there are {units}; use at most kfold:{units}",
                        if groups.is_some() { "groups" } else { "rows" }
                    )));
                }
                let stratify =
                    groups.is_none() && (options.stratify.is_some() || matches!(target, Target::Classification { .. }));
                let strata = if stratify { Some(strata()?) } else { None };
                Drawing::KFold { folds: *folds, strata, groups }
            }
            Scheme::Time { rolling } | Scheme::GroupTime { rolling } => {
                let name = options.time.as_ref().ok_or_else(|| missing_option(&scheme, "--time COLUMN"))?;
                let unfit = |why: String| Error::input(format!("{}: time column '{name}' {why}", table.path));
                let timeline = Timeline::new(&times(table, name, used)?).map_err(unfit)?;
                let n_test = options.test_size.unwrap_or(Size::Share(0.2)).rows(n, true);
                let n_train = options.train_size.map(|size| size.rows(n, false));
                let (drawing, n_train) = if let Scheme::GroupTime { .. } = scheme {
                    let group = options.group.as_ref().ok_or_else(|| missing_option(&scheme, "--group COLUMN"))?;
                    let unfit =
                        |why| Error::input(format!("{}: --group '{group}' with --time '{name}': {why}", table.path));
                    let drawing = GroupTimeline::new(groups(group)?, timeline, n_test, n_train, options.gap, *rolling);
                    let drawing = drawing.map_err(unfit)?;
                    let n_train = drawing.n_train;
                    (Drawing::GroupTime(drawing), n_train)
                } else {
                    let made = timeline.with_origins(n_test, n_train, options.gap, *rolling);
                    made.map(|(timeline, n_train)| (Drawing::Time(timeline), n_train)).map_err(unfit)?
                };
                options.train_size = Some(Size::Rows(n_train));
                drawing
            }
            Scheme::Bootstrap => {
                if n < 2 {
                    return Err(Error::input(format!("{n} row cannot be split; add rows")));
                }
                let n_train = options.train_size.map_or(n, |s| s.rows(n, false));
                let most = bootstrap::most_train_rows(n);
                if n_train == 0 || n_train > most {
                    return Err(Error::input(format!(
                        "{n_train} rows drawn from {n} leave {} part without rows; give a --train-size from 1 to {most}",
                        if n_train == 0 { "the train" } else { "nearly every test" }
                    )));
                }
                Drawing::Bootstrap { n_train }
            }
            Scheme::File(path) => Drawing::Given(file::read(path, table.rows, used)?),
        };
        let available = match &drawing {
            Drawing::Given(given) => given.splits.len(),
            _ => MAX_DRAWN,
        };
        let splits = match (options.splits, &scheme) {
            (Some(0), _) => return Err(Error::input("--splits 0 asks for nothing; give at least 1")),
            (Some(s), _) if s > available => {
                return Err(Error::input(format!(
                    "--splits {s} is more than the {available} there can be; give at most {available}"
                )));
            }
            (Some(s), _) => s,
            (None, Scheme::File(_)) => available,
            (None, _) => DEFAULT_SPLITS,
        };
        if !matches!(scheme, Scheme::KFold(_) | Scheme::Bootstrap | Scheme::File(_)) && options.test_size.is_none() {
            // A train size alone leaves the rest to the test part.
            let rest = options
                .train_size
                .filter(|_| !matches!(scheme, Scheme::Time { .. } | Scheme::GroupTime { .. }))
                .map(|t| Size::Rows(n - t.rows(n, false)));
            options.test_size = Some(rest.unwrap_or(Size::Share(0.2)));
        }
        options.splits = Some(splits);
        Ok(Self { scheme, options, splits, rows: n, drawing })
    }

    /// Number of splits.
    pub fn splits(&self) -> usize {
        self.splits
    }

    /// The number under which the `k`-th split is reported: `k`, or the plan file's own.
    pub fn number(&self, k: usize) -> u64 {
        match &self.drawing {
            Drawing::Given(given) => given.numbers[k],
            _ => k as u64,
        }
    }

    /// A seed for the models of split k, from another stream than the one that draws it.
    pub fn model_seed(&self, k: usize) -> u64 {
        use rand::RngCore;
        stream(self.options.seed, self.number(k) | 1 << 63).next_u64()
    }

    /// Draws split `k`.
    pub fn draw(&self, k: usize) -> Split {
        let seed = self.options.seed;
        let mut rng = stream(seed, k as u64);
        match &self.drawing {
            Drawing::Select { strata, shares } => {
                let quotas = shares.round(&mut rng);
                select(&mut rng, strata.as_ref().map(|s| s.of_row.as_slice()), self.rows, &quotas)
            }
            Drawing::Group { groups, draw, .. } => Split::of_groups(groups, &draw.draw(&mut rng)),
            Drawing::KFold { folds, strata, groups } => {
                fold::draw(seed, k as u64, *folds, self.rows, strata.as_ref(), groups.as_ref())
            }
            Drawing::Time(timeline) => timeline.draw(&mut rng),
            Drawing::GroupTime(timeline) => timeline.draw(&mut rng),
            Drawing::Bootstrap { n_train } => bootstrap::draw(&mut rng, self.rows, *n_train),
            Drawing::Given(given) => given.splits[k].clone(),
        }
    }

    /// Whether splits keep the shares of strata, and of what: a column's name or `target`.
    pub fn stratified_on(&self) -> Option<String> {
        let strata = match &self.drawing {
            Drawing::Select { strata, .. } | Drawing::Group { strata, .. } | Drawing::KFold { strata, .. } => strata,
            _ => return None,
        };
        strata.as_ref().map(|_| self.options.stratify.clone().unwrap_or_else(|| "target".into()))
    }

    /// Which rows may exchange their targets where there is no pattern.
    pub fn exchangeable(&self, target: &Target) -> Blocks {
        let targets = numbered(target);
        match &self.drawing {
            Drawing::Group { groups, .. } | Drawing::KFold { groups: Some(groups), .. } => {
                Blocks::groups(&groups.of_row, targets)
            }
            Drawing::Time(timeline) => timeline.pieces(targets),
            Drawing::GroupTime(timeline) => timeline.exchangeable(targets),
            _ => Blocks::all(targets),
        }
    }

    /// Groups that no split can test, by name with their rows, and what would let them be tested.
    pub fn untestable_groups(&self) -> (Vec<(&str, usize)>, String) {
        let named = |groups: &'_ Strata, which: Vec<usize>| -> Vec<(usize, usize)> {
            which.into_iter().map(|g| (g, groups.sizes[g])).collect()
        };
        let (groups, found, advice) = match &self.drawing {
            Drawing::Group { groups, draw, .. } => {
                let n_test = draw.n_test();
                let which = (0..groups.sizes.len()).filter(|g| !fits(groups.sizes[*g], n_test)).collect();
                let found = named(groups, which);
                let most = found.iter().map(|(_, rows)| *rows).max().unwrap_or(0);
                let folds = groups.sizes.len().min(5);
                let advice = format!(
                    "more than twice the test part of {n_test} rows; --test-size {} or --scheme kfold:{folds} tests every group",
                    most.div_ceil(2)
                );
                (groups, found, advice)
            }
            Drawing::GroupTime(timeline) => {
                let found = named(&timeline.groups, timeline.untested());
                (
                    &timeline.groups,
                    found,
                    "no rows are late enough; a smaller --train-size lets test parts begin earlier".into(),
                )
            }
            _ => return (Vec::new(), String::new()),
        };
        (found.into_iter().map(|(g, rows)| (groups.names[g].as_str(), rows)).collect(), advice)
    }

    /// What helps where a class of `rows` rows is absent from `test` test parts and `train` train parts: nothing that is
    /// done already.
    pub fn class_advice(&self, rows: usize, test: usize, train: usize) -> String {
        let on_target = self.options.stratify.is_none();
        if rows == 1 {
            return "a class of one row is never in both parts: give it more rows, or leave it out".into();
        }
        let larger = if test > 0 { "a larger --test-size" } else { "a smaller --test-size" };
        match &self.scheme {
            Scheme::Shuffle => {
                format!("--scheme stratified{} helps", if train == 0 { format!(" or {larger}") } else { String::new() })
            }
            Scheme::Stratified if on_target => {
                format!("--test-size {} or more has it in every test part", self.rows.div_ceil(rows))
            }
            Scheme::Stratified => format!("splits by class, without --stratify, or {larger} help"),
            Scheme::Group => format!("{larger} or --scheme stratified-group helps"),
            Scheme::StratifiedGroup if on_target => {
                format!("{larger} helps, or more groups that have the class")
            }
            Scheme::StratifiedGroup => format!("splits by class, without --stratify, or {larger} help"),
            Scheme::KFold(_) if self.options.group.is_some() => "fewer folds help, or --scheme stratified-group".into(),
            Scheme::KFold(_) => "fewer folds help, or more rows of the class".into(),
            Scheme::Time { .. } | Scheme::GroupTime { .. } => {
                format!("{larger} or rows over a longer time help, if the class occurs both early and late")
            }
            Scheme::Bootstrap => "--scheme stratified helps, or more rows of the class".into(),
            Scheme::File(path) => format!("the splits are those of {path}: draw others there"),
        }
    }

    /// Rows of a plan file in parts that are neither train nor test, by the part's name.
    pub fn passed_over(&self) -> &[(String, usize)] {
        match &self.drawing {
            Drawing::Given(given) => &given.passed_over,
            _ => &[],
        }
    }

    /// Rows of a plan file that have no target and were left out.
    pub fn left_out(&self) -> usize {
        match &self.drawing {
            Drawing::Given(given) => given.left_out,
            _ => 0,
        }
    }
}

fn choose_scheme(options: &PlanOptions, target: &Target) -> Result<Scheme> {
    // Groups and times together are a scheme of their own, whichever of the two was named.
    let both = options.group.is_some() && options.time.is_some();
    match &options.scheme {
        Some(Scheme::Time { rolling }) if both => return Ok(Scheme::GroupTime { rolling: *rolling }),
        None | Some(Scheme::Group) if both => return Ok(Scheme::GroupTime { rolling: false }),
        Some(scheme) => return Ok(scheme.clone()),
        None => {}
    }
    Ok(if options.group.is_some() && options.stratify.is_some() {
        Scheme::StratifiedGroup
    } else if options.group.is_some() {
        Scheme::Group
    } else if options.time.is_some() {
        Scheme::Time { rolling: false }
    } else if options.stratify.is_some() || matches!(target, Target::Classification { .. }) {
        Scheme::Stratified
    } else {
        Scheme::Shuffle
    })
}

/// The times of the used rows.
fn times(table: &Table, name: &str, used: &[u32]) -> Result<Vec<f64>> {
    let values = table.column(name)?.values.take(used);
    if let Some(row) = (0..used.len()).find(|r| values.is_missing(*r)) {
        return Err(Error::input(format!(
            "{} {}: time column '{name}' is missing there; give every row a time",
            table.path,
            table.place(used[row] as usize)
        )));
    }
    match values {
        Values::Number(v) | Values::Time(v, _) | Values::Boolean(v, _) => Ok(v),
        Values::Text { .. } => Err(Error::input(format!(
            "{}: time column '{name}' is text; write times as numbers or ISO dates (2024-01-31)",
            table.path
        ))),
    }
}

fn missing_option(scheme: &Scheme, option: &str) -> Error {
    Error::input(format!("--scheme {scheme} needs {option}"))
}

/// Options that the scheme would not heed are errors: silence would let people believe they did.
fn check_options(options: &PlanOptions, scheme: &Scheme) -> Result<()> {
    use Scheme::{Bootstrap, File, Group, GroupTime, KFold, Shuffle, Stratified, StratifiedGroup, Time};
    let unused = [
        ("--group", options.group.is_some(), matches!(scheme, Group | StratifiedGroup | KFold(_) | GroupTime { .. })),
        ("--stratify", options.stratify.is_some(), matches!(scheme, Stratified | StratifiedGroup | KFold(_))),
        ("--time", options.time.is_some(), matches!(scheme, Time { .. } | GroupTime { .. })),
        ("--gap", options.gap > 0, matches!(scheme, Time { .. } | GroupTime { .. })),
        ("--test-size", options.test_size.is_some(), !matches!(scheme, KFold(_) | Bootstrap | File(_))),
        (
            "--train-size",
            options.train_size.is_some(),
            matches!(scheme, Shuffle | Stratified | Time { .. } | GroupTime { .. } | Bootstrap),
        ),
    ];
    match unused.iter().find(|(_, given, heeded)| *given && !*heeded) {
        Some((option, ..)) => {
            Err(Error::input(format!("{option} has no effect with --scheme {scheme}; leave one of them out")))
        }
        None if matches!(scheme, KFold(_)) && options.group.is_some() && options.stratify.is_some() => {
            Err(Error::input("kfold takes --group or --stratify, not both; use --scheme stratified-group"))
        }
        None => Ok(()),
    }
}

/// Rows of the test and the train part.
fn part_sizes(options: &PlanOptions, n: usize) -> Result<(usize, usize)> {
    let size = options.test_size.unwrap_or(Size::Share(0.2));
    let test = match (options.test_size, options.train_size) {
        // A train share alone leaves the rest to the test part, as in scikit-learn.
        (None, Some(train)) => n.saturating_sub(train.rows(n, false)),
        _ => size.rows(n, true),
    };
    let train = match options.train_size {
        Some(train) => train.rows(n, false),
        None => n.saturating_sub(test),
    };
    if test == 0 || train == 0 || test + train > n {
        return Err(Error::input(format!(
            "{n} rows cannot give {test} test rows and {} to train on; change --test-size{} or add rows",
            if options.train_size.is_some() { train.to_string() } else { "leave any".into() },
            if options.train_size.is_some() { " or --train-size" } else { "" }
        )));
    }
    Ok((test, train))
}
