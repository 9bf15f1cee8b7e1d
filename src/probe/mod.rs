//! Probes: secondary measures of a fitted model, taken on every split.
//!
//! A probe sees each model on each split while the run has it, so that it shares the run's fits; it reads
//! numbers off it, which are summed up over splits like scores, and draws conclusions from all splits
//! together. docs/probes.md has the formula, units and source of each.

pub mod behaviour;
mod calibration;
mod cascade;
mod chain;
mod churn;
mod coefficients;
mod conformal;
pub mod curves;
mod gap;
mod importance;
mod impurity;
mod inside;
mod leak_check;
mod learning;
mod names;
mod partial_dependence;
mod ranking;
mod registry;
mod residuals;
mod shap;
mod spec;

use ndarray::Array2;

use crate::data::{Table, Target};
use crate::error::Error;
use crate::metric::{Direction, Undefined};
use crate::run::columns::CurveTable;
use crate::run::{AuxiliaryFit, FittedSplit, ModelSplits, Observation, Reading, RowSums, SplitObserver};
use crate::setting::CHAIN;
use crate::split::Split;
use crate::stats::{corrected_interval, mean, mean_and_variance};
use crate::warning::{Code, Warning};

use behaviour::StatedTest;
pub use cascade::reading as cascade_reading;
pub use curves::CurveInfo;
use curves::Curves;
pub use names::{Names, ProbeContext, ProbeGround};
pub use registry::{PROBES, ProbeInfo, offered, probe_of};
pub use spec::ProbeSpec;

/// What a probe leaves of one split.
pub struct Recorder<'n> {
    probe: &'static str,
    observation: &'n mut Observation,
}

impl Recorder<'_> {
    /// Notes a number.
    fn read(&mut self, name: impl Into<String>, direction: Direction, value: Result<f64, Undefined>) {
        let value = value.and_then(|v| if v.is_finite() { Ok(v) } else { Err(Undefined("it is not a finite number")) });
        self.observation.readings.push(Reading { probe: self.probe, name: name.into(), direction, value });
    }

    /// Notes why there is nothing to read off the model.
    fn unfit(&mut self, why: String) {
        self.observation.unfit.push((self.probe, why));
    }

    /// Notes `width` numbers for each of the rows `at`, of `rows` there are, to be added up over splits.
    fn row_sums_of(&mut self, rows: usize, width: usize, at: Vec<u32>, values: Vec<f64>) {
        self.sums_of(self.probe, rows, width, at, values);
    }

    /// The same of a probe that adds up several things, each under its own key: the probe's name, a point, and more.
    fn sums_of(&mut self, key: &'static str, rows: usize, width: usize, at: Vec<u32>, values: Vec<f64>) {
        self.observation.row_sums.push(RowSums { probe: key, rows, width, at, values });
    }

    /// Notes a curve, at the places that [`Probe::curves`] says. One with a number that is not finite is none.
    fn curve(&mut self, name: impl Into<String>, values: Vec<f64>) {
        let values = values.into_iter().map(|value| value as f32).collect();
        self.observation.curves.push((name.into(), values));
    }
}

/// A probe with its parameters.
trait Probe: Send + Sync {
    /// Whether it needs the model itself, and not only its predictions.
    fn needs_model(&self) -> bool {
        false
    }

    /// The names that it may give.
    fn names(&self, scene: &ProbeContext, names: &mut Names);

    /// The curves that it may give.
    fn curves(&self) -> &[CurveInfo] {
        &[]
    }

    /// Looks at a model on a split; notes nothing where it does not suit the model.
    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder);

    /// Draws conclusions from all splits of a model.
    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        let _ = (over, conclusion);
    }
}

/// What one probe has noted of one model over all splits.
pub struct ProbeResults<'o> {
    /// The model's name.
    pub model: &'o str,
    /// The primary metric's name.
    pub metric: &'o str,
    /// The target.
    pub target: &'o Target,
    /// Position of each used row in the table.
    pub used: &'o [u32],
    /// The table, for the names of rows.
    pub table: &'o Table,
    /// Numbers by name, each with its values by split.
    readings: Vec<(&'o str, Vec<Option<f64>>)>,
    /// Mean of n_test / n_train.
    pub test_to_train: f64,
    /// Sums over splits by row, so many numbers a row.
    total: Option<(usize, Vec<f64>)>,
    /// Curves of splits.
    curves: &'o CurveTable,
}

impl ProbeResults<'_> {
    /// The values of a reading on the splits that have it.
    fn values(&self, name: &str) -> Vec<f64> {
        let of = self.readings.iter().find(|(n, _)| *n == name);
        of.map_or_else(Vec::new, |(_, values)| values.iter().flatten().copied().collect())
    }

    /// Mean of values over splits and its corrected interval; `None` for fewer than two.
    fn interval(&self, values: &[f64], confidence: f64) -> Option<(f64, [f64; 2])> {
        if values.len() < 2 {
            return None;
        }
        let (mean, variance) = mean_and_variance(values);
        let interval = corrected_interval(mean, variance.sqrt(), values.len(), self.test_to_train, confidence)?;
        Some((mean, interval))
    }

    fn mean(&self, name: &str) -> Option<f64> {
        let values = self.values(name);
        (!values.is_empty()).then(|| mean(&values))
    }

    /// The readings called `prefix[…]`, by what stands in the brackets.
    fn bracketed<'b>(&'b self, prefix: &'b str) -> Vec<(&'b str, &'b [Option<f64>])> {
        let inner = |name: &'b str| name.strip_prefix(prefix)?.strip_prefix('[')?.strip_suffix(']');
        self.readings.iter().filter_map(|(name, values)| Some((inner(name)?, values.as_slice()))).collect()
    }
}

/// A row of a table of figures.
pub type Line = indexmap::IndexMap<String, Option<f64>>;

/// What a model's splits say together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conclusion {
    /// Figures over all splits, such as `importance.kendall_w`.
    pub figures: Vec<(String, f64)>,
    /// Tables, such as `reliability`.
    pub tables: Vec<(String, Vec<Line>)>,
    /// The same in words.
    pub lines: Vec<String>,
    /// What needs attention.
    pub warnings: Vec<Warning>,
}

/// One of the probes of a run.
struct ActiveProbe {
    name: &'static str,
    /// What a model must be, where it is a mistake if it is not.
    needs: Option<&'static str>,
    probe: Box<dyn Probe>,
}

/// The probes of a run.
#[derive(Default)]
pub struct Probes {
    list: Vec<ActiveProbe>,
    /// Splits that are looked at, the first of the run; all where `None`.
    first: Option<usize>,
    auxiliary: Vec<AuxiliaryFit>,
    /// Columns that are made wrong, each with the levels of noise from 0 up.
    cascades: Vec<(String, Vec<f64>)>,
}

/// The probe of behaviours, which are claims and are tried on every split.
const BEHAVIOUR: &str = "behaviour";

/// Whether a reading is taken on a sample of the splits, where one is asked for.
pub fn is_sampled(reading: &str) -> bool {
    !reading.starts_with(BEHAVIOUR)
}

/// What is asked of a model besides its scores.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProbeRequest<'w> {
    /// Probes.
    pub probes: Vec<ProbeSpec>,
    /// Behaviours that were stated.
    pub behaviours: Vec<StatedTest<'w>>,
    /// Chains of two models, as `COLUMN` or `COLUMN=MODEL`.
    pub chains: &'w [String],
    /// How many splits are looked at, the first of the run, but for behaviours; all where `None`.
    pub first: Option<usize>,
    /// Whether there are to be curves where the task and a model have some, whatever the probes.
    pub figures: bool,
}

impl Probes {
    /// From what was asked for.
    ///
    /// # Errors
    /// An input error for a probe of the other task, and for a column, level or label that is not there.
    pub fn new(request: ProbeRequest, ground: &ProbeGround) -> crate::Result<Self> {
        let mut probes = Self { first: request.first, ..Self::default() };
        for spec in request.probes {
            if let Some(column) = &spec.column {
                probes.cascades.push((column.clone(), spec.shares.clone()));
            }
            if let Some(probe) = registry::build(&spec, &ground.scene)? {
                let needs = (!spec.among_all).then_some(spec.info.needs);
                probes.list.push(ActiveProbe { name: spec.info.name, needs, probe });
            }
        }
        if request.figures && !probes.are_drawn() {
            let probe = Box::new(Curves::new(ground.scene.target, false));
            probes.list.push(ActiveProbe { name: curves::NAME, needs: None, probe });
        }
        let mut chained: Vec<String> = Vec::new();
        for text in request.chains {
            let probe =
                Box::new(chain::Chain::new(text, &ground.scene, &mut probes.auxiliary).map_err(|e| e.about(CHAIN))?);
            if chained.iter().any(|other| other == probe.column()) {
                return Err(Error::probe(format!("{} is given twice", CHAIN.to(probe.column())))
                    .about(CHAIN)
                    .advise("leave one out"));
            }
            chained.push(probe.column().to_owned());
            probes.list.push(ActiveProbe { name: "chain", needs: None, probe });
        }
        for stated in request.behaviours {
            let probe = behaviour::build(&stated, ground, &mut probes.auxiliary)?;
            probes.list.push(ActiveProbe { name: BEHAVIOUR, needs: None, probe });
        }
        Ok(probes)
    }

    /// Whether a probe looks at the `k`-th split.
    fn looks(&self, asked: &ActiveProbe, k: usize) -> bool {
        asked.name == BEHAVIOUR || self.first.is_none_or(|first| k < first)
    }

    /// Columns that are made wrong, each with the levels of noise from 0 up.
    pub fn cascades(&self) -> &[(String, Vec<f64>)] {
        &self.cascades
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether pictures are to be drawn of predictions.
    pub fn are_drawn(&self) -> bool {
        self.list.iter().any(|asked| asked.name == curves::NAME)
    }

    /// The curves that they may give.
    pub fn curves(&self) -> impl Iterator<Item = &CurveInfo> {
        self.list.iter().flat_map(|asked| asked.probe.curves())
    }

    /// The names that they may give.
    pub fn names(&self, scene: &ProbeContext) -> Names {
        let mut names = Names::default();
        self.list.iter().for_each(|asked| asked.probe.names(scene, &mut names));
        names
    }

    /// Concludes about a model from what was noted of it on its splits (`None` where it failed).
    pub fn conclude(&self, over: &AllSplits) -> Conclusion {
        let mut conclusion = Conclusion::default();
        let failures = &over.splits.unseen;
        if let Some((_, why)) = failures.iter().next() {
            let text = format!("probes of {} failed on {} splits: {why}", over.model, failures.len());
            conclusion.warnings.push(Warning::new(Code::ProbeFailed, text));
        }
        for asked in &self.list {
            let name = asked.name;
            let of_probe = ProbeResults {
                model: over.model,
                metric: over.metric,
                target: over.target,
                used: over.used,
                table: over.table,
                readings: over.readings(name),
                test_to_train: over.test_to_train,
                total: over.splits.totals.get(name).map(|totals| (totals.width, totals.values())),
                curves: &over.splits.curves,
            };
            let is_of_probe =
                |key: &String| key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let has_sums = over.splits.totals.keys().any(is_of_probe);
            let has_curves = asked.probe.curves().iter().any(|curve| over.splits.curves.has(&curve.name));
            if of_probe.readings.is_empty() && !has_sums && !has_curves {
                if let Some(needs) = asked.needs.filter(|_| failures.is_empty()) {
                    let told = over.splits.unfit.get(name).and_then(|words| words.iter().next());
                    let why = told.map_or_else(|| format!("it needs {needs}"), |(_, why)| why.to_owned());
                    let text = format!("probe {name} does not apply to {}: {why}", over.model);
                    conclusion.warnings.push(Warning::new(Code::ProbeUnfit, text));
                }
                continue;
            }
            asked.probe.conclude(&of_probe, &mut conclusion);
        }
        conclusion
    }
}

/// What was noted of one model on all splits.
pub struct AllSplits<'o> {
    /// The model's name.
    pub model: &'o str,
    /// The primary metric's name.
    pub metric: &'o str,
    /// The target.
    pub target: &'o Target,
    /// Position of each used row in the table.
    pub used: &'o [u32],
    /// The table, for the names of rows.
    pub table: &'o Table,
    /// Mean of n_test / n_train.
    pub test_to_train: f64,
    /// Split by split.
    pub splits: &'o ModelSplits,
}

impl<'o> AllSplits<'o> {
    fn readings(&self, probe: &str) -> Vec<(&'o str, Vec<Option<f64>>)> {
        let of_probe = self.splits.kinds().filter(|(_, by, ..)| *by == probe);
        of_probe.map(|(name, ..)| (name, self.splits.reading(name).iter().collect())).collect()
    }
}

impl SplitObserver for Probes {
    fn auxiliary(&self) -> &[AuxiliaryFit] {
        &self.auxiliary
    }

    fn observes(&self, k: usize) -> bool {
        self.list.iter().any(|asked| self.looks(asked, k))
    }

    fn needs_model(&self) -> bool {
        self.list.iter().any(|asked| asked.probe.needs_model())
    }

    fn observe(&self, fitted: &FittedSplit) -> Observation {
        let mut observation = Observation::default();
        for asked in self.list.iter().filter(|asked| self.looks(asked, fitted.k)) {
            asked.probe.look(fitted, &mut Recorder { probe: asked.name, observation: &mut observation });
        }
        observation
    }
}

/// A random sample of at most `most` rows, ascending.
fn sample(seed: u64, rows: &[u32], most: usize) -> Vec<u32> {
    if rows.len() <= most {
        return rows.to_vec();
    }
    let mut order = rows.to_vec();
    crate::split::shuffle(&mut crate::split::stream(seed, 0), &mut order);
    order.truncate(most);
    order.sort_unstable();
    order
}

/// Parts the train rows at random by distinct row: about `share` of them, with all their repeats, and the
/// distinct others.
fn part_train(seed: u64, split: &Split, share: f64) -> (Vec<u32>, Vec<u32>) {
    let mut distinct = split.train.clone();
    distinct.dedup();
    let wanted = ((share * distinct.len() as f64).round() as usize).clamp(0, distinct.len());
    let mut order = distinct;
    crate::split::shuffle(&mut crate::split::stream(seed, 0), &mut order);
    let mut rest = order.split_off(wanted);
    order.sort_unstable();
    rest.sort_unstable();
    let kept = split.train.iter().copied().filter(|r| order.binary_search(r).is_ok()).collect();
    (kept, rest)
}

/// Standard deviation (divisor n) of the numbers that are there.
fn spread(values: &[f64]) -> f64 {
    let known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    let centre = mean(&known);
    mean(&known.iter().map(|v| (v - centre) * (v - centre)).collect::<Vec<_>>()).sqrt()
}

/// Names of the used columns and the parts each became.
fn columns(fitted: &FittedSplit) -> Vec<(String, std::ops::Range<usize>)> {
    let features = fitted.context.features;
    features.used.iter().map(|f| f.name.clone()).zip(features.parts_of_columns()).collect()
}

/// True values of some rows, of a target that is a number.
fn truth_of(target: &Target, rows: &[u32]) -> Option<Vec<f64>> {
    match target {
        Target::Regression { values } => Some(rows.iter().map(|r| values[*r as usize]).collect()),
        Target::Classification { .. } => None,
    }
}

/// The cells of the rows, and of a column the cells of other rows in their place.
fn exchange(cells: &mut Array2<f64>, from: &Array2<f64>, parts: std::ops::Range<usize>, order: &[u32]) {
    for part in parts {
        for (i, other) in order.iter().enumerate() {
            cells[[i, part]] = from[[*other as usize, part]];
        }
    }
}
