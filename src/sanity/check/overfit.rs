//! Whether a model can learn a few rows by heart.

use std::collections::HashSet;

use super::{Finding, NO_FEATURES, SanityCheck, score};
use crate::data::Target;
use crate::model::FitError;
use crate::model::registry::Reach;
use crate::sanity::rows::ComposedRows;
use crate::sanity::score::label_skill;
use crate::sanity::subject::{Ground, Subject};

/// Rows that are to be learned, and the fewest with which that says anything.
const ROWS: usize = 8;
const FEWEST: usize = 3;
/// The share of their variance that is enough.
const EXACT: f64 = 0.99;

/// See the module.
pub struct Overfit;

impl SanityCheck for Overfit {
    fn name(&self) -> &'static str {
        "overfit"
    }

    fn summary(&self) -> &'static str {
        "it fits a few rows exactly"
    }

    fn page(&self) -> &'static str {
        "The model is fitted to eight different rows with their true targets and asked for the same rows: it has to explain \
         99 % of their variance, or to give every label right. A net that cannot overfit one small batch has a defect in its \
         loss, its gradients or its data loader, and will not learn from more rows either. Models that smooth by design do \
         not pass: a penalty, a mean of neighbours, leaves of at least twenty rows. For built-in models that are such the \
         check does not apply; of a model of your own it cannot be known, so that a miss is a note and no failure."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        if subject.reach() == Some(Reach::Nothing) {
            return Ok(Finding::not_applicable(NO_FEATURES));
        }
        let ground = subject.ground;
        let split = ground.split(0);
        let all = subject.rows(&split.train, &split.train);
        let places = different(ground, &all, &split.train);
        if places.len() < FEWEST {
            return Ok(Finding::not_applicable("there are too few rows that differ in features and target"));
        }
        let rows = all.take(&places);
        let target = ground.target.take(&places.iter().map(|at| split.train[*at]).collect::<Vec<_>>());
        let n = rows.len();
        let predicted = match subject.fit(&rows, &target, 0).and_then(|fitted| fitted.predict(&rows)) {
            Ok(predicted) => predicted,
            Err(why) => return Ok(refused(subject, n, &why)),
        };
        let fitted = label_skill(&predicted, &target, &target).unwrap_or(0.0);
        let (is_exact, measure) = match target {
            Target::Regression { .. } => (fitted >= EXACT, format!("R² {} on the rows themselves", score(fitted))),
            Target::Classification { .. } => {
                (fitted >= 1.0, format!("it leaves {} of the errors of one class for all", percent(1.0 - fitted)))
            }
        };
        let miss = format!("it does not fit {n} rows exactly: {measure}");
        let found = if is_exact {
            Finding::pass(match target {
                Target::Regression { .. } => format!("it fits {n} rows exactly: {measure}"),
                Target::Classification { .. } => format!("it gives all of {n} rows their own labels"),
            })
        } else {
            match subject.spec.map(|spec| spec.info.inexact) {
                None => Finding::note(format!("{miss}; a model that smooths by design need not, a net should")),
                Some(Some(why)) => Finding::not_applicable(format!("{why} ({measure} for {n} rows)")),
                Some(None) if subject.is_as_shipped() => Finding::fail(miss),
                Some(None) => Finding::note(format!("{miss}; its parameters may be what holds it back")),
            }
        };
        Ok(found.with("skill", fitted).with("rows", n as f64))
    }
}

/// What there is to say where the model cannot be fitted to so few rows: some need more by design.
fn refused(subject: &Subject, rows: usize, why: &FitError) -> Finding {
    match subject.spec.map(|spec| spec.info.inexact) {
        Some(Some(_)) => Finding::not_applicable(format!("it cannot be fitted to {rows} rows: {why}")),
        Some(None) => Finding::fail(format!("it cannot be fitted to {rows} rows: {why}")),
        None => Finding::note(format!("it cannot be fitted to {rows} rows, as some models: {why}")),
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// Some rows that differ in their features, of each class in turn.
fn different(ground: &Ground, rows: &ComposedRows, used: &[u32]) -> Vec<usize> {
    let features = rows.features(ground.features);
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let cells = features.cells(&all);
    let bits = |at: usize| cells.row(at).iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
    let target = ground.target.take(used);
    let class = |at: usize| match &target {
        Target::Regression { .. } => 0,
        Target::Classification { codes, .. } => codes[at] as usize,
    };
    let mut seen = HashSet::new();
    let mut of_class = vec![Vec::new(); ground.classes().max(1)];
    (0..rows.len()).filter(|at| seen.insert(bits(*at))).for_each(|at| of_class[class(at)].push(at));
    let deepest = of_class.iter().map(Vec::len).max().unwrap_or(0);
    let turns = (0..deepest).flat_map(|turn| of_class.iter().filter_map(move |rows| rows.get(turn).copied()));
    let chosen: Vec<usize> = turns.take(ROWS).collect();
    let varies = match &target {
        Target::Regression { values } => chosen.iter().any(|at| values[*at] != values[chosen[0]]),
        Target::Classification { codes, .. } => chosen.iter().any(|at| codes[*at] != codes[chosen[0]]),
    };
    if varies { chosen } else { Vec::new() }
}
