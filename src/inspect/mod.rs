//! Why splits score as they do: what sets one apart from the others, which rows and columns the score
//! depends on, where the model is weak, and what random splits give away about the data.
//!
//! Splits are drawn again from the plan and fitted again with the work shared that they have in common; nothing
//! is kept of a split but a bit for each row and sums over rows, so the cost is linear in splits × rows.

mod columns;
mod condition;
mod document;
mod drift;
mod driver;
mod explain;
mod export;
mod extremes;
mod look;
mod loss;
mod membership;
mod of_split;
mod pass;
mod reason;
mod row_values;
mod rows;
mod short;
mod slices;
mod subject;
mod survey;
mod suspect;

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

pub use document::{
    ColumnDrift, CostlyRow, Driver, ExplainedScores, ExplainingRow, Extreme, ExtremeDrift, Extremes, FitFinding,
    InspectedData, Inspection, Named, OddCoefficient, Reason, RowEntry, RowFindings, RowInfluence, RowValues, SCHEMA,
    ScoreDriver, ScorePlace, ShareFinding, SliceFinding, SplitFinding, Suspicion,
};
pub use driver::number;
pub use export::{Exported, export, write_part};
pub use loss::Loss;
pub use reason::percent as whole_percent;
pub use row_values::RowTelling;
pub use short::{ShortFindings, ShortWhy, short_findings};
pub use subject::{ScoredSplits, Subject};
pub use suspect::{CHECKS, Check, Screen, suspicions_of_run};

use crate::stats::p_values::{benjamini_hochberg, spearman};
use columns::Watched;
use condition::Binned;
use driver::Signal;
use look::Look;
use membership::Influence;
use of_split::{Depth, split_finding, standing};
use row_values::named_rows;
use slices::weakest;
use survey::Survey;
use suspect::{SuspicionContext, suspicions, twins};

use crate::error::{Error, Result};
use crate::metric::Direction;
use crate::run::Fitter;
use crate::setting::{FEATURES, METRIC, SPLIT};
use crate::stats::{mean, outliers};

/// Outlier splits that are shown one by one.
const MOST_OUTLIERS: usize = 5;
/// Rows and columns in lists.
const LISTED: usize = 10;
/// The same for the splits of an overview.
const BRIEF: Depth = Depth { columns: 4, rows: 5 };
/// And for one split that is looked at whole.
const WHOLE: Depth = Depth { columns: usize::MAX - 1, rows: 20 };

/// Which splits are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wanted {
    /// The best, the worst, and the outliers.
    #[default]
    Extremes,
    /// The best one.
    Best,
    /// The worst one.
    Worst,
    /// The outliers on either side.
    Outliers,
    /// The one of this number.
    Number(u64),
}

impl std::str::FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "best" => Ok(Self::Best),
            "worst" => Ok(Self::Worst),
            "outliers" => Ok(Self::Outliers),
            _ => text
                .trim_start_matches('#')
                .parse()
                .map(Self::Number)
                .map_err(|_| format!("'{text}' is not a split; give its number from 0 up, best, worst or outliers")),
        }
    }
}

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The splits that are shown.
    pub wanted: Wanted,
    /// Whether every row is listed.
    pub all_rows: bool,
}

/// Looks into the splits of a model.
///
/// `each` is told after each split that was fitted again.
///
/// # Errors
/// An input error where no split has a score or the one asked for does not exist or has none; a run error where
/// `stop` is set.
pub fn inspect(
    subject: &Subject,
    data: InspectedData,
    options: Options,
    stop: &AtomicBool,
    each: impl FnMut(),
) -> Result<Inspection> {
    let context = &subject.evaluation;
    let metric = subject.metric_name().to_owned();
    subject.some_scored()?;
    let pool = context.pool()?;
    let common = context.common();
    let fitter = pool.install(|| Fitter::new(context, &common))?;
    let survey = Survey::new(subject, &fitter, &pool, stop, each)?;
    let Survey { columns, look: seen, signals, losses, eligible, named, hardness, .. } = &survey;
    if seen.differing > 0 && !subject.is_absent() {
        return Err(other_run(seen.differing, seen.scored.len()));
    }
    let others = survey.others(subject, &fitter);
    let chosen = chosen(subject, seen, options.wanted)?;
    let one = matches!(options.wanted, Wanted::Number(_) | Wanted::Best | Wanted::Worst);
    let splits = pool.install(|| {
        let depth = if one { WHOLE } else { BRIEF };
        chosen.into_iter().map(|(at, roles)| split_finding(&others, at, roles, depth)).collect::<Result<Vec<_>>>()
    })?;
    let groups = group_codes(subject);
    let units = groups.unwrap_or_else(|| twins(subject.table, subject.used));
    let weak = if subject.is_absent() { Vec::new() } else { pool.install(|| weakest(columns, losses, &units)) };
    let mut notes = Vec::new();
    if subject.is_absent() {
        notes.push(format!(
            "{} is not at hand, so nothing was fitted: what rows cost, slices, the fit, and suspicions that need fits are left out",
            context.models[0].name
        ));
    }
    if columns.len() <= context.features.parts.len() {
        notes.push(format!(
            "only the first {} of {} columns were compared, for there are {} splits; evaluate with other {FEATURES} to compare others",
            columns.len() - 1,
            context.features.parts.len(),
            seen.scored.len()
        ));
    }
    if context.features.rows < 60 && !subject.is_absent() {
        notes.push("fewer than 60 rows: no slices were looked for".into());
    }
    let scene = SuspicionContext { subject, columns, look: seen, signals, fitter: &fitter, pool: &pool, stop };
    let suspicions = suspicions(&scene, &mut notes)?;
    let mut found = Inspection {
        schema: SCHEMA.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        data,
        model: context.models[0].name.clone(),
        metric,
        direction: context.metrics[subject.metric].direction,
        loss: seen.loss.name().into(),
        splits_scored: seen.scored.len(),
        splits,
        drivers: drivers(columns, signals),
        rows: pool.install(|| row_findings(subject, seen, named, eligible, hardness, options.all_rows)),
        worst_splits: pool.install(|| over_represented(columns, seen, &weak)),
        slices: weak.into_iter().map(|slice| slice.found(context.features.rows)).collect(),
        suspicions,
        notes,
        row_values: Vec::new(),
    };
    found.row_values = pool.install(|| RowTelling::of(subject).values(named_rows(&found), Some(&seen.rows)));
    Ok(found)
}

/// What is wrong where splits, drawn and fitted again, do not score as the report says.
pub(crate) fn other_run(differing: usize, of: usize) -> Error {
    Error::setting(format!("{differing} of {of} splits do not score as the report says: its plan file, its settings or randsplit's version have changed since")).advise("evaluate anew")
}

/// The splits to show, as places among those with a score, with what they are.
fn chosen(subject: &Subject, seen: &Look, wanted: Wanted) -> Result<Vec<(usize, Vec<String>)>> {
    let ranks = standing(&seen.goodness);
    let n = seen.scored.len();
    let best = (0..n).fold(0, |best, i| if ranks[i] < ranks[best] { i } else { best });
    let worst = (0..n).fold(0, |worst, i| if ranks[i] > ranks[worst] { i } else { worst });
    let mut out = outliers(&seen.goodness, Direction::Higher).list;
    out.sort_by(|a, b| b.z.abs().total_cmp(&a.z.abs()).then(a.at.cmp(&b.at)));
    let roles = |at: usize| {
        let role = |is: bool, name: &str| is.then(|| name.to_owned());
        let is_outlier = out.iter().any(|o| o.at == at);
        [role(at == worst, "worst"), role(at == best, "best"), role(is_outlier, "outlier")]
            .into_iter()
            .flatten()
            .collect()
    };
    let mut places: Vec<usize> = Vec::new();
    match wanted {
        Wanted::Best => places.push(best),
        Wanted::Worst => places.push(worst),
        Wanted::Extremes => {
            places.extend([worst, best]);
            places.extend(out.iter().map(|o| o.at).take(MOST_OUTLIERS));
        }
        Wanted::Outliers => {
            if out.is_empty() {
                return Err(Error::setting(format!("no split stands out in {}", subject.metric_name()))
                    .advise(format!("{} shows the worst one", SPLIT.to("worst"))));
            }
            places.extend(out.iter().map(|o| o.at));
        }
        Wanted::Number(number) => {
            let k = subject.place_of_split(number)?;
            let Some(at) = seen.scored.iter().position(|s| *s == k) else {
                return Err(Error::setting(format!("split {number} has no {}", subject.metric_name()))
                    .advise(format!("choose another split or {METRIC}")));
            };
            places.push(at);
        }
    }
    let mut shown: Vec<usize> = Vec::new();
    for at in places {
        if !shown.contains(&at) {
            shown.push(at);
        }
    }
    Ok(shown.into_iter().map(|at| (at, roles(at))).collect())
}

fn drivers(columns: &[Watched], signals: &[Signal]) -> Vec<Driver> {
    let told = signals.iter().filter(|s| s.q <= driver::LEVEL).take(LISTED);
    told.map(|s| Driver {
        what: s.what(columns),
        column: columns[s.column].name.to_owned(),
        correlation: s.correlation,
        q: s.q,
    })
    .collect()
}

/// The group of each used row, where the plan keeps groups together.
fn group_codes(subject: &Subject) -> Option<Vec<u32>> {
    let name = subject.evaluation.plan.options.group.as_ref()?;
    let column = subject.table.columns.iter().find(|c| c.name == *name)?;
    Some(column.values.take(subject.used).as_levels().0.into_vec())
}

fn row_findings(
    subject: &Subject,
    seen: &Look,
    named: &[Influence],
    eligible: &[bool],
    hardness: &[f64],
    all: bool,
) -> RowFindings {
    let members = &seen.memberships;
    let entry = |row: u32| {
        let (record, influence) = (seen.rows.row(row), members.influence(row));
        RowEntry {
            row: subject.row(row),
            id: subject.row_name(row),
            tested: record.map_or(0, |r| r.tested),
            loss: record.map(|r| r.loss),
            high: record.map_or(0, |r| r.high),
            spread: record.map(|r| r.spread),
            influence: influence.map(|i| i.difference),
            z: influence.map(|i| i.z),
        }
    };
    let rows = subject.evaluation.features.rows;
    let mut shown: Vec<Influence> = named.iter().take(LISTED).copied().collect();
    for i in members.strongest(LISTED) {
        if shown.len() < LISTED / 2 && !shown.iter().any(|s| s.row == i.row) {
            shown.push(i);
        }
    }
    let explained = members.explain(eligible);
    RowFindings {
        influential: shown
            .into_iter()
            .map(|i| RowInfluence {
                row: subject.row(i.row),
                id: subject.row_name(i.row),
                tested: i.splits[0],
                trained: i.splits[1],
                mean_tested: i.means[0],
                mean_trained: i.means[1],
                influence: i.difference,
                error: i.error,
                z: i.z,
                p: i.p,
            })
            .collect(),
        influential_count: named.len(),
        costly: seen.rows.largest(LISTED, |r| r.loss).iter().map(|r| entry(r.row)).collect(),
        unstable: seen.rows.largest(LISTED, |r| r.spread).iter().map(|r| entry(r.row)).collect(),
        explained: ExplainedScores {
            rows: explained
                .rows
                .iter()
                .map(|(row, effect, z)| ExplainingRow {
                    row: subject.row(*row),
                    id: subject.row_name(*row),
                    effect: *effect,
                    z: *z,
                })
                .collect(),
            r2: explained.r2,
            r2_left_out: explained.r2_left_out,
            by_losses: seen.explained_by(hardness),
        },
        all: if all { (0..rows as u32).into_par_iter().map(entry).collect() } else { Vec::new() },
    }
}

/// What the test rows of the worst tenth of the splits have more of than those of the others: every condition
/// on one column, and the weak slices.
fn over_represented(columns: &[Watched], seen: &Look, weak: &[slices::Slice]) -> Vec<ShareFinding> {
    let n = seen.scored.len();
    if n < 20 {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| seen.goodness[*a].total_cmp(&seen.goodness[*b]));
    let worst = &order[..(n / 10).max(2)];
    let mut sets: Vec<(String, Vec<u64>)> = columns
        .par_iter()
        .flat_map_iter(|column| {
            let binned = Binned::new(column);
            let rows = binned.bin.len();
            let sets: Vec<(String, Vec<u64>)> = binned
                .conditions
                .iter()
                .map(|c| (c.text.clone(), membership::bits(rows, (0..rows).filter(|r| binned.holds(c, *r)))))
                .collect();
            sets
        })
        .collect();
    let rows = columns.first().map_or(0, |c| c.counts.iter().sum::<u32>() as usize);
    sets.extend(weak.iter().map(|s| (s.text.clone(), membership::bits(rows, s.rows.iter().map(|r| *r as usize)))));
    sets.dedup_by(|a, b| a.0 == b.0);
    let found = sets.into_par_iter().filter_map(|(slice, set)| {
        let shares = seen.memberships.shares(&set);
        let (correlation, p) = spearman(&shares, &seen.goodness)?;
        let mean_of = |of: &[usize]| mean(&of.iter().map(|i| shares[*i]).collect::<Vec<_>>());
        let (share_worst, share_other) = (mean_of(worst), mean_of(&order[worst.len()..]));
        Some(ShareFinding { slice, share_worst, share_other, correlation, q: p })
    });
    let mut found: Vec<ShareFinding> = found.collect();
    let q = benjamini_hochberg(&found.iter().map(|f| f.q).collect::<Vec<_>>());
    found.iter_mut().zip(q).for_each(|(f, q)| f.q = q);
    // Of a condition and its opposite the one with more of it in the worst splits is told.
    found.retain(|f| f.q <= driver::LEVEL && f.correlation < 0.0 && f.share_worst > f.share_other);
    found.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()).then(a.slice.cmp(&b.slice)));
    found.truncate(LISTED / 2);
    found
}
