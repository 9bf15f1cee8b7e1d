//! The short form of an inspection: why the split that stands out most does so, for the table of a run.

use std::sync::atomic::AtomicBool;

use super::BRIEF;
use super::columns::watched;
use super::document::{Extremes, Reason};
use super::drift::{Totals, drift};
use super::driver::signals;
use super::extremes::extremes;
use super::loss::Loss;
use super::membership::{Influence, LEVEL, Memberships};
use super::of_split::split_finding;
use super::pass::over_splits;
use super::reason::{Case, reasons};
use super::rows::{RowSums, Tested};
use super::subject::Subject;
use super::survey::Survey;
use crate::error::{Error, Result};
use crate::model::Predictions;
use crate::run::{Engine, Fitter};
use crate::split::Split;
use crate::stats::{Outlier, Side, outliers};

/// Splits whose columns are compared, as far as the table's size allows, and at least.
const COMPARED: usize = 500;
const LEAST_COMPARED: usize = 100;
/// Cells that are looked at for it: about a second's work; a fit takes some times as long.
const CELLS: usize = 500_000_000;
/// Comparisons of a column on a split that are kept for it: 512 MB of them.
const COMPARISONS: usize = 4 << 20;
/// Cells of a table whose splits are fitted without shared work.
const SMALL: usize = 4_000_000;
/// Rows whose influence is looked at.
const ROWS: usize = 10;
/// Splits below which nothing is said: hardly anything sets one of so few apart beyond chance.
const LEAST: usize = 10;
/// Models whose fits cost a hundred times those of the others.
const DEAR: [&str; 5] = ["forest", "extra-trees", "boost", "svm", "tree"];

/// Why one split stands out.
pub struct ShortWhy {
    /// Its place in the plan.
    pub k: usize,
    /// The likeliest reasons, strongest first.
    pub reasons: Vec<Reason>,
    /// Sums over all splits, where they were fitted again.
    pub(crate) rows: Option<RowSums>,
}

/// What is said of the splits of a model without being asked.
#[derive(Default)]
pub struct ShortFindings {
    /// Of the split that stands out most on the worse side (else on the better one) the likeliest reasons; `None` where none
    /// stands out.
    pub why: Option<ShortWhy>,
    /// What sets the worst and the best split apart, where pictures are to be drawn of it and it costs little.
    pub extremes: Option<Extremes>,
}

/// Looks at the splits of a model; draws them again, and fits as many as can be afforded, each once.
///
/// # Errors
/// A run error if threads cannot be started or `stop` is set.
pub fn short_findings(subject: &Subject, pictures: bool, stop: &AtomicBool) -> Result<ShortFindings> {
    let scored = subject.scored();
    if scored.len() < LEAST {
        return Ok(ShortFindings::default());
    }
    let goodness = subject.goodness(&scored);
    let found = outliers(&goodness, crate::metric::Direction::Higher).list;
    let farthest =
        |side: Side| found.iter().filter(|o| o.side == side).reduce(|a, b| if b.z.abs() > a.z.abs() { b } else { a });
    let outlier = farthest(Side::Bad).or_else(|| farthest(Side::Good));
    if affordable(subject, scored.len()) && (pictures || outlier.is_some()) {
        return whole(subject, outlier.map(|outlier| (scored[outlier.at], outlier.at)), pictures, stop);
    }
    let Some(outlier) = outlier else { return Ok(ShortFindings::default()) };
    let reasons = in_part(subject, &scored, &goodness, outlier, stop)?;
    Ok(ShortFindings { why: Some(ShortWhy { k: scored[outlier.at], reasons, rows: None }), extremes: None })
}

/// Whether all splits can be fitted again for the sake of one: what the run itself cost, a tenth of a second for models
/// whose splits share their work.
fn affordable(subject: &Subject, splits: usize) -> bool {
    let context = &subject.evaluation;
    let model = &context.models[0];
    // Nothing is known of a learner of the caller's own.
    let dear = model.kind().is_none_or(|kind| DEAR.contains(&kind));
    let slow = model.tuned.is_some() || dear || context.engine == Engine::PerSplit;
    let cells = context.features.rows * context.features.parts.len().max(1) * splits;
    cells <= if slow { CELLS / 100 } else { CELLS / 25 }
}

/// The reasons that `inspect` gives for a split, given with its place among those with a score, and what pictures need; all
/// splits are fitted again for it.
fn whole(
    subject: &Subject,
    outlier: Option<(usize, usize)>,
    pictures: bool,
    stop: &AtomicBool,
) -> Result<ShortFindings> {
    let context = &subject.evaluation;
    let pool = context.pool()?;
    let common = context.common();
    let fitter = pool.install(|| Fitter::new(context, &common))?;
    let survey = Survey::new(subject, &fitter, &pool, stop, || ())?;
    let others = survey.others(subject, &fitter);
    let extremes = pictures.then(|| extremes(&survey, &others, &pool)).transpose()?;
    let reasons = |(k, at)| Ok::<_, Error>((k, split_finding(&others, at, Vec::new(), BRIEF)?.reasons));
    let found = pool.install(|| outlier.map(reasons).transpose())?;
    let why = found.map(|(k, reasons)| ShortWhy { k, reasons, rows: Some(survey.look.rows) });
    Ok(ShortFindings { why, extremes })
}

/// Reasons for a split of a run that is too dear to be fitted again: from the draws of all splits and a fit of this one.
/// What needs the losses of all splits is not among them.
fn in_part(
    subject: &Subject,
    scored: &[usize],
    goodness: &[f64],
    outlier: &Outlier,
    stop: &AtomicBool,
) -> Result<Vec<Reason>> {
    let (k, bad) = (scored[outlier.at], outlier.side == Side::Bad);
    let context = &subject.evaluation;
    let pool = context.pool()?;
    let rows = context.features.rows;
    let split = context.plan.draw(k);
    // One thing after the other, each given up before the next: at a million rows they would add up.
    let tested = pool.install(|| refit(subject, k, &split))?;
    let named = named(subject, scored, &pool, stop)?;

    let columns = pool.install(|| watched(context.features, context.target, subject.target_name));
    let totals = Totals::new(&columns);
    let kept = (COMPARISONS / columns.len()).max(LEAST);
    let most = (CELLS / (rows * columns.len()).max(1)).clamp(LEAST_COMPARED, COMPARED).min(kept);
    let mut compared: Vec<usize> = (0..scored.len()).take(most).collect();
    if outlier.at >= most {
        compared.push(outlier.at);
    }
    let numbers: Vec<usize> = compared.iter().map(|i| scored[*i]).collect();
    let mut drifts = Vec::new();
    over_splits(
        &pool,
        &numbers,
        stop,
        |k| Ok(drift(&columns, &totals, &context.plan.draw(k), rows)),
        |_, drift| drifts.push(drift),
    )?;
    let good: Vec<f64> = compared.iter().map(|i| goodness[*i]).collect();
    let signals = pool.install(|| signals(&columns, &drifts, &good));
    let at = compared.iter().position(|i| *i == outlier.at);
    let case = Case {
        at,
        split: &split,
        bad,
        loss: tested.as_ref().map_or("", |(loss, _)| loss.name()),
        tested: tested.as_ref().map(|(_, tested)| tested),
        drift: &drifts[at.unwrap_or(0)],
        coefficient: None,
        hardness: &[],
        hardness_goes: false,
    };
    let mut found = reasons(subject, &columns, &named, &signals, &case);
    if found[0].kind == "none" {
        found[0].text =
            "no row or column of its test rows sets it apart beyond chance; inspect looks at all splits".into();
    }
    Ok(found)
}

/// The test rows of split k with their losses; `None` where the model cannot be fitted to it.
fn refit(subject: &Subject, k: usize, split: &Split) -> Result<Option<(Loss, Tested)>> {
    let context = &subject.evaluation;
    let common = context.common();
    // A small split is fitted at once; the matrices of a large one would take more memory than the shared work, and the
    // many fits of a tuned one more time.
    let small = context.features.rows * context.features.parts.len() <= SMALL && context.models[0].tuned.is_none();
    let fitter = if small { Fitter::alone(context, &common) } else { Fitter::new(context, &common)? };
    let Ok(fit) = fitter.at(k, split).fit(0) else { return Ok(None) };
    let predictions = &fit.predictions.test;
    let has = matches!(predictions, Predictions::Classes { probabilities: Some(_), .. });
    let loss = Loss::of_metric(&context.metrics[subject.metric], has);
    let losses = loss.of(context.target, &split.test, predictions);
    Ok(Some((loss, Tested::new(context.target, split.test.clone(), losses, predictions))))
}

/// The rows that move the mean score most: whether a row's own loss is beyond noise is not known here.
fn named(subject: &Subject, scored: &[usize], pool: &rayon::ThreadPool, stop: &AtomicBool) -> Result<Vec<Influence>> {
    let context = &subject.evaluation;
    let rows = context.features.rows;
    let scores: Vec<f64> = scored.iter().filter_map(|k| subject.score(*k)).collect();
    let mut memberships = Memberships::sums_only(rows, &scores);
    over_splits(pool, scored, stop, |k| Ok(context.plan.draw(k)), |_, split| memberships.add(&split))?;
    let unknown = vec![false; rows];
    let stands_out = |i: &Influence| i.p <= LEVEL && memberships.stands_out(i.row, &unknown, subject.sign());
    Ok(pool.install(|| memberships.strongest(ROWS).into_iter().filter(stands_out).collect()))
}
