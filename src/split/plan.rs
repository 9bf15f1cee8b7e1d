//! A split plan: from what was asked to something that can draw split k.

use super::context::SplitContext;
use super::permute::{Blocks, numbered};
use super::random::stream;
use super::resampling::{PlanSetting, ScarceClass, Splitter};
use super::scheme::{Group, Scheme, Shuffle, Stratified, StratifiedGroup, Time};
use super::size::Size;
use super::split::Split;
use crate::data::{Table, Target};
use crate::error::{Error, Result};
use crate::setting::{GAP, GROUP, SCHEME, SPLITS, STRATIFY, TEST_SIZE, TIME, TRAIN_SIZE};

/// What was asked of the splits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanOptions {
    /// Whether splits are taken that have rows in both parts, which are refused otherwise: for a check that says which.
    pub overlaps: bool,
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

/// Splits that a scheme of the user's own must draw rightly before a run.
const TRIED: usize = 10;

/// Everything needed to draw any split of a run.
pub struct Plan {
    /// The scheme, resolved.
    pub scheme: Scheme,
    /// The options as resolved: defaults written out where they apply.
    pub options: PlanOptions,
    pub(super) splits: usize,
    pub(super) rows: usize,
    pub(super) splitter: Box<dyn Splitter>,
}

impl Plan {
    /// Makes the plan for a table's used rows.
    ///
    /// # Errors
    /// An input error where the options do not fit together or do not fit the data.
    pub fn new(options: &PlanOptions, table: &Table, target: &Target, used: &[u32]) -> Result<Self> {
        let scheme = choose_scheme(options, target);
        check_options(options, &scheme)?;
        let mut context = SplitContext { options: options.clone(), table, target, used, id: scheme.id() };
        let splitter = scheme.prepare(&mut context).map_err(|e| e.about(SCHEME))?;
        let mut options = context.options;
        let available = splitter.available().unwrap_or(MAX_DRAWN);
        let splits = match options.splits {
            Some(0) => {
                return Err(Error::setting(format!("{} asks for nothing", SPLITS.to(0)))
                    .about(SPLITS)
                    .advise("give at least 1"));
            }
            Some(s) if s > available => {
                return Err(Error::setting(format!("{} is more than the {available} there can be", SPLITS.to(s)))
                    .about(SPLITS)
                    .advise(format!("give at most {available}")));
            }
            Some(s) => s,
            None => splitter.available().unwrap_or(DEFAULT_SPLITS),
        };
        options.splits = Some(splits);
        if !scheme.is_known() && !options.overlaps {
            // A scheme of the user's own is tried first: what is no split would break a run in odd places.
            for k in 0..splits.min(TRIED) {
                let split = splitter.draw(options.seed, k);
                split
                    .check(used.len())
                    .map_err(|why| Error::setting(format!("scheme {scheme}: split {k} {why}")).about(SCHEME))?;
            }
        }
        Ok(Self { scheme, options, splits, rows: used.len(), splitter })
    }

    /// Number of splits.
    pub fn splits(&self) -> usize {
        self.splits
    }

    /// Number of rows that are split.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number under which the `k`-th split is reported: `k`, or the plan file's own.
    pub fn number(&self, k: usize) -> u64 {
        self.splitter.number(k)
    }

    /// A seed for the models of split k, from another stream than the one that draws it.
    pub fn model_seed(&self, k: usize) -> u64 {
        use rand::RngCore;
        stream(self.options.seed, self.number(k) | 1 << 63).next_u64()
    }

    /// Draws split `k`.
    pub fn draw(&self, k: usize) -> Split {
        self.splitter.draw(self.options.seed, k)
    }

    /// Whether splits keep the shares of strata, and of what: a column's name or `target`.
    pub fn stratified_on(&self) -> Option<String> {
        self.splitter.strata().map(|_| self.options.stratify.clone().unwrap_or_else(|| "target".into()))
    }

    /// Which rows may exchange their targets where there is no pattern.
    pub fn exchangeable(&self, target: &Target) -> Blocks {
        self.splitter.exchangeable(numbered(target))
    }

    /// Groups that no split can test, by name with their rows, and what would let them be tested.
    pub fn untestable_groups(&self) -> (Vec<(&str, usize)>, String) {
        let Some((groups, which, advice)) = self.splitter.untestable_groups() else { return Default::default() };
        (which.into_iter().map(|g| (groups.names[g].as_str(), groups.sizes[g])).collect(), advice)
    }

    /// What helps where a class of `rows` rows is absent from `test` test parts and `train` train parts: nothing that is
    /// done already.
    pub fn class_advice(&self, rows: usize, test: usize, train: usize) -> String {
        if rows == 1 {
            return "a class of one row is never in both parts: give it more rows, or leave it out".into();
        }
        let larger = &format!("a {} {TEST_SIZE}", if test > 0 { "larger" } else { "smaller" });
        let options = &self.options;
        self.scheme.class_advice(&ScarceClass { rows, of_rows: self.rows, absent_train: train, larger, options })
    }

    /// Rows of a plan file in parts that are neither train nor test, by the part's name.
    pub fn passed_over(&self) -> &[(String, usize)] {
        self.splitter.passed_over()
    }

    /// Rows of a plan file that have no target and were left out.
    pub fn left_out(&self) -> usize {
        self.splitter.left_out()
    }
}

/// The scheme that was asked for, else the one that the other options and the task call for.
fn choose_scheme(options: &PlanOptions, target: &Target) -> Scheme {
    let is_class = matches!(target, Target::Classification { .. });
    let scheme = match (&options.scheme, &options.group, &options.stratify, &options.time) {
        (Some(scheme), ..) => scheme.clone(),
        (None, Some(_), _, Some(_)) => Group.into(),
        (None, Some(_), Some(_), None) => StratifiedGroup.into(),
        (None, Some(_), None, None) => Group.into(),
        (None, None, _, Some(_)) => Time { rolling: false }.into(),
        (None, None, Some(_), None) => Stratified.into(),
        (None, None, None, None) if is_class => Stratified.into(),
        (None, None, None, None) => Shuffle.into(),
    };
    // Groups and times together are a scheme of their own, whichever of the two was named.
    let both = options.group.is_some() && options.time.is_some();
    scheme.with_group_and_time().filter(|_| both).unwrap_or(scheme)
}

/// Options that the scheme would not heed are errors: silence would let people believe they did.
fn check_options(options: &PlanOptions, scheme: &Scheme) -> Result<()> {
    let given = [
        (GROUP, options.group.is_some(), PlanSetting::Group),
        (STRATIFY, options.stratify.is_some(), PlanSetting::Stratify),
        (TIME, options.time.is_some(), PlanSetting::Time),
        (GAP, options.gap > 0, PlanSetting::Gap),
        (TEST_SIZE, options.test_size.is_some(), PlanSetting::TestSize),
        (TRAIN_SIZE, options.train_size.is_some(), PlanSetting::TrainSize),
    ];
    let used = scheme.settings();
    match given.iter().find(|(_, given, setting)| *given && !used.contains(setting)) {
        Some((setting, ..)) => Err(Error::setting(format!("{setting} has no effect with {}", SCHEME.to(scheme)))
            .about(*setting)
            .advise("leave one of them out")),
        None => scheme.check(options).map_err(|e| e.about(SCHEME)),
    }
}
