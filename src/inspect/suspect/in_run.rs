//! What a run suspects of its data by itself: the checks that cost little beside it.
//!
//! A column that leaks, one that counts the rows, and classes that are absent are looked at in every run. What needs fits,
//! equal rows, groups and time, is tried only where the table gives reason to (see [`Screen`]), with the first model, and
//! with no more fits than a tenth of those of the run, or of little work for models that fit in no time. What is tried
//! hangs on sizes alone, never on a clock, so that a report is the same on any machine.

use std::sync::atomic::AtomicBool;

use super::{Finding, Screen, Trial, classes, duplicates, groups, identity, leak, order};
use crate::error::Result;
use crate::inspect::loss::Loss;
use crate::inspect::subject::Subject;
use crate::metric::Direction;
use crate::names::listed;
use crate::run::{Engine, Fitter, Splits};
use crate::warning::{Code, Warning};

/// Fits of a run for one of its checks.
const TENTH: usize = 10;
/// Models whose fits cost a hundred times those of the others, or more with the number of rows.
const DEAR: [&str; 7] = ["forest", "extra-trees", "boost", "svm", "tree", "linfa-tree", "knn"];
/// Cells of train rows that other models go through in no time, a few milliseconds, and the fits that this may give.
const CHEAP: usize = 2_000_000;
const MOST: usize = 150;
/// The same for dear models.
const CHEAP_OF_DEAR: usize = 20_000;
const MOST_OF_DEAR: usize = 24;
/// Rows beyond which neighbours are not looked up again: that is most of what a run of such a model does.
const FEW_ROWS: usize = 2_000;
/// Sentences of one kind.
const TOLD: usize = 3;

/// What is suspected of the data of a run, one model of which is given, with the splits that were done. `models` is the
/// number of models of the run.
///
/// # Errors
/// A run error if threads cannot be started or `stop` is set.
pub fn suspicions_of_run(
    subject: &Subject,
    screen: &Screen,
    splits: &Splits,
    models: usize,
    stop: &AtomicBool,
) -> Result<Vec<Warning>> {
    let context = &subject.evaluation;
    let Tried { twins, grouped, later, left_out } = tried(subject, screen, models, stop)?;
    let absent = if may_be_absent(subject, splits) {
        let places: Vec<usize> = splits.places.iter().map(|place| place as usize).collect();
        classes::judge(context.plan, context.target, places.into_iter(), true)
    } else {
        None
    };
    // A table that is sorted by the target may be so by the column that leaks it.
    let is_time = |order: &&order::Order| !order::is_sorted_along(order, context.target);
    let times: Vec<&str> = screen.orders.iter().filter(is_time).filter_map(|order| order.column.as_deref()).collect();
    let mut warnings = Vec::new();
    for (code, found) in [
        (Code::TwinsStraddle, twins),
        (Code::ColumnLeaks, leak::in_run(context.features, context.target, &times)),
        (Code::ColumnCounts, identity::in_run(context.features)),
        (Code::GroupsStraddle, grouped),
        (Code::FutureHarder, later),
        (Code::ClassAbsent, absent.into_iter().collect()),
    ] {
        let more = found.len().saturating_sub(TOLD);
        for (i, Finding { mut message, .. }) in found.into_iter().take(TOLD).enumerate() {
            if i + 1 == TOLD && more > 0 {
                message.push_str(&format!(" (and so of {more} more)"));
            }
            warnings.push(Warning::new(code, message));
        }
    }
    if !left_out.is_empty() {
        let text = format!(
            "not looked at, for it takes more fits than a run spares: {}; inspect looks at it",
            listed(&left_out, "and")
        );
        warnings.push(Warning::new(Code::CheckLeftOut, text));
    }
    Ok(warnings)
}

/// What the checks that need fits have found, and which of them there was reason for but too few fits.
#[derive(Default)]
struct Tried {
    twins: Vec<Finding>,
    grouped: Vec<Finding>,
    later: Vec<Finding>,
    left_out: Vec<String>,
}

/// What needs fits: equal rows, groups and time.
fn tried(subject: &Subject, screen: &Screen, models: usize, stop: &AtomicBool) -> Result<Tried> {
    let mut found = Tried::default();
    if subject.is_absent() {
        return Ok(found);
    }
    let fits = affordable(subject, models);
    let nothing = screen.twins.is_none() && screen.groups.is_empty() && screen.orders.is_empty();
    let Some((loss, losses)) = losses(subject).filter(|_| !nothing) else { return Ok(found) };
    let context = &subject.evaluation;
    let goodness = subject.goodness(&subject.scored());
    let pool = context.pool()?;
    let common = context.common();
    let fitter = pool.install(|| Fitter::new(context, &common))?;
    let trial = |fits: usize| Trial {
        subject,
        fitter: &fitter,
        pool: &pool,
        stop,
        loss,
        losses: &losses,
        goodness: &goodness,
        fits,
    };
    // Those that are tried share the fits; what one does not need is left to the next.
    let (mut left, mut checks) =
        (fits, usize::from(screen.twins.is_some()) + screen.groups.len() + screen.orders.len());
    let mut share = |needs: usize| {
        let share = (left / checks.max(1)).min(needs);
        (left, checks) = (left - share, checks.saturating_sub(1));
        share
    };
    if let Some(twins) = &screen.twins {
        let fits = share(Trial::most_groups());
        found.left_out.extend((fits < Trial::LEAST_GROUPS).then(|| "equal rows (RS101)".to_owned()));
        found.twins.extend(duplicates::judge(&trial(fits), twins)?);
    }
    for (column, codes) in &screen.groups {
        let fits = share(Trial::most_groups());
        found.left_out.extend((fits < Trial::LEAST_GROUPS).then(|| format!("groups by '{column}' (RS104)")));
        found.grouped.extend(groups::judge(&trial(fits), column, codes)?);
    }
    for order in &screen.orders {
        let fits = share(usize::MAX);
        found.left_out.extend((order::fits(fits) == 0).then(|| format!("the {} (RS105)", order.name)));
        found.later.extend(order::judge(&trial(fits), order)?);
    }
    Ok(found)
}

/// How many fits there may be beside the run.
fn affordable(subject: &Subject, models: usize) -> usize {
    let context = &subject.evaluation;
    let model = &context.models[0];
    let kind = model.kind().unwrap_or_default();
    let (rows, columns) = (context.features.rows, context.features.parts.len().max(1));
    if kind == "knn" && rows > FEW_ROWS {
        return 0;
    }
    // Nothing is known of a learner of the caller's own.
    let slow = kind.is_empty() || DEAR.contains(&kind) || model.tuned.is_some() || context.engine == Engine::PerSplit;
    let (cells, most) = if slow { (CHEAP_OF_DEAR, MOST_OF_DEAR) } else { (CHEAP, MOST) };
    let free = (cells / (rows * columns).max(1)).min(most);
    free.max(subject.splits.len() * models / TENTH)
}

/// The mean loss of a row on each split of the run, from a metric that is one; `None` where no metric is.
fn losses(subject: &Subject) -> Option<(Loss, Vec<f64>)> {
    type Of = fn(f64) -> f64;
    let known: [(&str, Loss, Of); 5] = [
        ("mse", Loss::Squared, |v| v),
        ("rmse", Loss::Squared, |v| v * v),
        ("mae", Loss::Absolute, |v| v),
        ("log_loss", Loss::Log, |v| v),
        ("accuracy", Loss::Wrong, |v| 1.0 - v),
    ];
    let metrics = subject.evaluation.metrics;
    // The error that the metric is about.
    let wanted = |loss: Loss| {
        let absolute = metrics[subject.metric].is_absolute();
        (loss != Loss::Absolute || absolute) && (loss != Loss::Squared || !absolute)
    };
    let found = |(name, loss, of): (&str, Loss, Of)| {
        let at = metrics.iter().position(|metric| metric.name == name && metric.direction != Direction::None)?;
        let losses: Vec<f64> = subject.splits.test[at].iter().flatten().map(of).collect();
        (!losses.is_empty()).then_some((loss, losses))
    };
    known.into_iter().filter(|(_, loss, _)| wanted(*loss)).find_map(found).or_else(|| known.into_iter().find_map(found))
}

/// Whether a class may be absent from some test or train part: from what was counted, without drawing a split.
fn may_be_absent(subject: &Subject, splits: &Splits) -> bool {
    let labels = subject.evaluation.target.labels().len();
    let Some(tables) = splits.models.first().map(|baseline| &baseline.confusions).filter(|_| labels > 0) else {
        return false;
    };
    if tables.len() < splits.len() || tables.size() != labels {
        return true;
    }
    let mut most = vec![0u64; labels];
    for (_, table) in tables.iter() {
        for (row, most) in table.chunks_exact(labels).zip(&mut most) {
            let tested: u64 = row.iter().map(|count| u64::from(*count)).sum();
            if tested == 0 {
                return true;
            }
            *most = tested.max(*most);
        }
    }
    let rows = subject.used.len() as u64;
    let left_out = |k: usize| rows.saturating_sub(splits.distinct_train.at(k) + splits.n_test.at(k));
    let left_out = (0..splits.len()).map(left_out).max().unwrap_or(0);
    let crate::data::Target::Classification { codes, .. } = subject.evaluation.target else { return false };
    let mut of_class = vec![0u64; labels];
    codes.iter().for_each(|class| of_class[*class as usize] += 1);
    of_class.iter().zip(&most).any(|(rows, tested)| *rows <= tested + left_out)
}
