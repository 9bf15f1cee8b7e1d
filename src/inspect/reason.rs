//! The likeliest reasons for one split's score.
//!
//! A reason must have been able to fail: a row is named where its influence passes the test against all
//! rows, or where it makes a large part of the split's loss; a property of the test rows where it goes
//! with the score over all splits and is far from usual in this one.

use statrs::distribution::{Beta, ContinuousCDF};

use super::columns::Watched;
use super::document::{OddCoefficient, Reason};
use super::drift::Drift;
use super::driver::{self, Signal, number};
use super::loss::Loss;
use super::membership::{Influence, LEVEL};
use super::rows::Tested;
use super::subject::Subject;
use crate::split::Split;
use crate::stats::median;

/// A row that makes at least this share of a split's loss, and this many times the mean row's, is named.
const LARGE_SHARE: f64 = 0.2;
const TIMES_FAIR: f64 = 5.0;
/// A signal's part in a score, correlation × z, from which it is told.
const TELLING: f64 = 0.75;
/// A row's means must differ by so many standard errors to be told.
const CLEAR: f64 = 2.0;
/// Test rows are hard (or easy) where they cost more (or less) elsewhere than those of this share of the splits.
const HARD: f64 = 0.9;
/// Reasons that are told.
const MOST: usize = 3;

/// What is known about one split.
pub struct Case<'a> {
    /// Its place in the signals' values, where they cover it.
    pub at: Option<usize>,
    /// The split.
    pub split: &'a Split,
    /// Whether its score is worse than the median.
    pub bad: bool,
    /// Its test rows with their losses; `None` where the model failed.
    pub tested: Option<&'a Tested>,
    /// The name of the loss.
    pub loss: &'a str,
    /// The coefficient that is farthest from its median over splits, where one is odd.
    pub coefficient: Option<&'a OddCoefficient>,
    /// How hard the test rows of each split are on other splits, at the places of the signals' values; empty
    /// where that is not known.
    pub hardness: &'a [f64],
    /// Whether over all splits hard test rows go with worse scores, beyond chance.
    pub hardness_goes: bool,
    /// Its columns.
    pub drift: &'a [Drift],
}

/// A share as a whole percentage; only a whole is 100 %.
pub fn percent(share: f64) -> String {
    match 100.0 * share {
        p if p >= 99.5 && share < 1.0 => format!("{:.1} %", p.min(99.9)),
        p => format!("{p:.0} %"),
    }
}

fn reason(kind: &str, text: String) -> Reason {
    Reason { kind: kind.into(), text, row: None, id: None, rows: Vec::new(), column: None }
}

/// The reasons, strongest first; one of kind `none` where there is none. `named` are the rows that stand out by
/// their influence.
pub fn reasons(
    subject: &Subject,
    columns: &[Watched],
    named: &[Influence],
    signals: &[Signal],
    case: &Case,
) -> Vec<Reason> {
    let mut found: Vec<Reason> = Vec::new();
    found.extend(influential_row(subject, named, case));
    found.extend(costly_rows(subject, case));
    found.extend(odd_fit(case));
    found.extend(telling_signal(columns, signals, case));
    found.extend(hard_rows(case));
    found.truncate(MOST);
    if found.is_empty() {
        found.push(reason("none", "nothing that was looked at sets it apart beyond chance".into()));
    }
    found
}

fn influential_row(subject: &Subject, named: &[Influence], case: &Case) -> Option<Reason> {
    // Ranks may differ where means hardly do; a sentence about means needs both.
    let clear = |i: &&Influence| i.difference.abs() > CLEAR * i.error && i.z * i.difference > 0.0;
    let found = named.iter().filter(clear).find_map(|i| {
        // A row that is hard hurts where it is tested; one that misleads the model hurts where it is trained on.
        let hurts_tested = subject.sign() * i.difference > 0.0;
        let side = if hurts_tested == case.bad { &case.split.test } else { &case.split.train };
        side.binary_search(&i.row).is_ok().then_some((i, hurts_tested == case.bad))
    })?;
    let (i, tested) = found;
    let row = subject.row_text(i.row);
    let text = format!(
        "row {row} is among its {} rows: mean {} is {} where it is tested ({} splits), {} where it is trained on (z {:.1})",
        if tested { "test" } else { "train" },
        subject.metric_name(),
        number(i.means[0]),
        i.splits[0],
        number(i.means[1]),
        i.z.abs(),
    );
    Some(Reason { row: Some(subject.row(i.row)), id: subject.row_name(i.row), ..reason("row", text) })
}

fn costly_rows(subject: &Subject, case: &Case) -> Option<Reason> {
    let tested = case.tested.filter(|_| case.bad)?;
    let total = tested.total();
    let mut order: Vec<usize> = (0..tested.rows.len()).collect();
    order.sort_by(|a, b| tested.losses[*b].total_cmp(&tested.losses[*a]).then(a.cmp(b)));
    let share = |i: usize| tested.losses[order[i]] / total;
    let fair = 1.0 / tested.rows.len() as f64;
    // Every wrong class costs the same.
    if total <= 0.0 || !total.is_finite() || case.loss == Loss::Wrong.name() {
        return None;
    }
    let beyond_chance = case.loss != Loss::Squared.name() || chance_of_share(share(0), tested.rows.len()) <= LEVEL;
    if share(0) >= LARGE_SHARE && share(0) >= TIMES_FAIR * fair && beyond_chance {
        let first = tested.rows[order[0]];
        let text = format!(
            "row {} alone is {} of its {} ({} test rows)",
            subject.row_text(first),
            percent(share(0)),
            case.loss,
            tested.rows.len()
        );
        return Some(Reason { row: Some(subject.row(first)), id: subject.row_name(first), ..reason("loss", text) });
    }
    let few = tested.rows.len() / 20;
    let of_few: f64 = (0..few.min(5)).map(share).sum();
    (few > 1 && of_few >= 0.5).then(|| {
        let those = || order[..few.min(5)].iter().map(|i| tested.rows[*i]);
        let called: Vec<String> = those().map(|row| subject.row_text(row)).collect();
        let text = format!("rows {} are {} of its {}", called.join(", "), percent(of_few), case.loss);
        Reason { rows: those().map(|row| subject.row(row)).collect(), ..reason("loss", text) }
    })
}

/// A bound on the chance that one of `n` normal errors makes this share of the sum of their squares: n times that of a
/// given one, which is a beta variable (Cochran 1941).
fn chance_of_share(share: f64, n: usize) -> f64 {
    let beta = Beta::new(0.5, 0.5 * (n as f64 - 1.0));
    beta.map_or(1.0, |beta| n as f64 * beta.sf(share.min(1.0)))
}

fn hard_rows(case: &Case) -> Option<Reason> {
    let here = *case.hardness.get(case.at?)?;
    let others = || case.hardness.iter().copied().filter(|h| if case.bad { *h < here } else { *h > here });
    let share = others().count() as f64 / case.hardness.len() as f64;
    // Of splits whose scores go with nothing, a tenth have rows as hard.
    let goes = case.hardness_goes;
    (goes && share >= HARD).then(|| {
        let text = format!(
            "its test rows are {} to predict: on other splits their mean {} is {}, that of test rows in general {} ({} than in {} of the splits)",
            if case.bad { "hard" } else { "easy" },
            case.loss,
            number(here),
            number(median(case.hardness)),
            if case.bad { "more" } else { "less" },
            percent(share),
        );
        reason("rows", text)
    })
}

fn odd_fit(case: &Case) -> Option<Reason> {
    let odd = case.coefficient.filter(|_| case.bad)?;
    let text = format!(
        "the model fitted here is unlike the others: the coefficient of {} is {}, its median over splits {} (z {:+.1})",
        odd.name,
        number(odd.value),
        number(odd.median),
        odd.z,
    );
    Some(reason("fit", text))
}

fn telling_signal(columns: &[Watched], signals: &[Signal], case: &Case) -> Option<Reason> {
    let at = case.at?;
    let part = |s: &Signal| s.correlation * s.z(at) * if case.bad { -1.0 } else { 1.0 };
    let telling = signals.iter().filter(|s| s.q <= driver::LEVEL && part(s) >= TELLING);
    let strongest = telling.reduce(|a, b| if part(b) > part(a) { b } else { a })?;
    let direction = if strongest.z(at) > 0.0 { "higher" } else { "lower" };
    let text = format!(
        "the {} in its test rows, against its train rows, is {direction} than usual ({}), and splits like that score {} (rank correlation {:.2})",
        strongest.what(columns),
        strongest.sides(&case.drift[strongest.column]),
        if case.bad { "worse" } else { "better" },
        strongest.correlation.abs(),
    );
    let column = columns[strongest.column].name.to_owned();
    Some(Reason { column: Some(column), ..reason("drift", text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_few_errors_is_often_most_of_their_squares() {
        // scipy.stats.beta.sf(share, 0.5, (n - 1) / 2) * n
        for (share, n, want) in
            [(0.73, 7, 0.04828883267388889), (0.5, 10, 0.14956363910414214), (0.2, 89, 0.0008825618959755591)]
        {
            let found = chance_of_share(share, n);
            assert!((found - want).abs() < 1e-9 * (1.0 + want), "{found}");
        }
        assert_eq!(percent(0.9975), "99.8 %");
        assert_eq!(
            (percent(0.9999).as_str(), percent(1.0).as_str(), percent(0.214).as_str()),
            ("99.9 %", "100 %", "21 %")
        );
    }
}
