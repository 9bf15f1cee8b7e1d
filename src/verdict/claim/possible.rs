//! Claims that cannot hold, or cannot fail, whatever the scores are: a gate that is always open is worse than none, and
//! most are a percent sign that is missing.

use super::expression::{Comparison, Expression, Offset, Operation, Statement};
use super::judge::combine;
use super::token::Mistake;
use crate::metric::bounds;
use crate::stats::UNBOUNDED;

/// The least and the largest value of a score: a metric, or a number that a probe reads.
fn range_of_score(name: &str) -> [f64; 2] {
    match name.split('[').next() {
        // What is not as it should be has a size; others of a behaviour may be a share of rows, a score or a prediction.
        Some("behaviour_size") => [0.0, f64::INFINITY],
        _ => bounds(name),
    }
}

/// What an expression can be at least and at most.
fn range(expression: &Expression) -> [f64; 2] {
    match expression {
        Expression::Number(v) => [*v; 2],
        Expression::Percent(v) => [v / 100.0; 2],
        Expression::Term(term) => term.statistic.range(range_of_score(&term.score.metric)),
        Expression::Score(score) => range_of_score(&score.metric),
        Expression::Constant(..) | Expression::Figure(_) => UNBOUNDED,
        Expression::Negative(inner) => {
            let [low, high] = range(inner);
            [-high, -low]
        }
        Expression::Arithmetic(left, operation, right) => {
            let range = combine(range(left), *operation, range(right));
            if range.iter().any(|end| end.is_nan()) { UNBOUNDED } else { range }
        }
    }
}

/// By how much the left side can be on the right side.
fn margin(left: &Expression, comparison: Comparison, right: &Expression) -> [f64; 2] {
    let [low, high] = combine(range(left), Operation::Minus, range(right));
    match (low.is_nan() || high.is_nan(), comparison.upward()) {
        (true, _) => UNBOUNDED,
        (_, true) => [low, high],
        (_, false) => [-high, -low],
    }
}

fn strict(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::Above | Comparison::Below)
}

/// Whether a claim holds whatever the scores are, by touching the end of what they can be, as in `accuracy <= 1`.
pub fn cannot_fail(statement: &Statement) -> bool {
    let [low, _] = margin(&statement.left, statement.comparison, &statement.right);
    low > 0.0 || (low == 0.0 && !strict(statement.comparison))
}

/// Refuses a claim that cannot hold, or that is beyond all that its scores can be.
///
/// # Errors
/// The sentence, at the place of the statistic.
pub fn check_possible(statement: &Statement) -> Result<(), Mistake> {
    for term in statement.terms() {
        if let Some((comparison, than)) = term.statistic.compared() {
            let score = Expression::Score(term.score.clone());
            check_sides(&score, comparison, than, term.score.place)?;
        }
    }
    let place = statement.terms().first().map_or(Offset::default(), |term| term.score.place);
    check_sides(&statement.left, statement.comparison, &statement.right, place)
}

fn check_sides(left: &Expression, comparison: Comparison, right: &Expression, place: Offset) -> Result<(), Mistake> {
    let [low, high] = margin(left, comparison, right);
    let never = high < 0.0 || (high == 0.0 && strict(comparison));
    if !never && low <= 0.0 {
        return Ok(());
    }
    let [from, to] = range(right);
    let (expression, number) = if from == to { (left, from) } else { (right, range(left)[0]) };
    let [least, most] = range(expression);
    let lies = match (least.is_finite(), most.is_finite()) {
        (true, true) => format!("{expression} lies between {least} and {most}"),
        (true, false) => format!("{expression} is at least {least}"),
        _ => format!("{expression} is at most {most}"),
    };
    let what = if never { "cannot hold" } else { "cannot fail" };
    // What was meant as percent.
    let percent = least >= -1.0 && most <= 1.0 && number > 1.0 && number <= 100.0;
    let advice = if percent { format!("; write {number}% or {}", number / 100.0) } else { String::new() };
    Err(Mistake::new(place.0, format!("{lies}, so that {left} {} {right} {what}{advice}", comparison.symbol())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        check_possible(&Statement::parse(text).unwrap()).map_or_else(|m| m.what, |()| String::new())
    }

    #[test]
    fn percent_that_lacks_its_sign_is_named() {
        for text in [
            "share(r2 < 0.9) <= 5",
            "share(accuracy > 0.8) >= 95",
            "5 >= share(r2 < 0.9)",
            "share(r2 > 0) - share(baseline.r2 > 0) <= 5",
            "mean(accuracy) > 80",
            "p05(roc_auc) >= 70",
            "share(accuracy >= 80) >= 95%",
        ] {
            let what = refused(text);
            assert!(
                what.contains("lies between") && what.contains("write ") && what.contains("% or 0."),
                "{text}: {what}"
            );
        }
        assert!(refused("share(r2 < 0.9) <= 5").contains("cannot fail; write 5% or 0.05"));
        assert!(refused("mean(f1) >= 80").contains("cannot hold; write 80% or 0.8"));
    }

    #[test]
    fn what_no_score_can_be_is_refused() {
        for (text, what) in [
            ("worst(rmse) >= -1", "cannot fail"),
            ("worst(r2) <= 1.5", "cannot fail"),
            ("mean(r2) > 1", "cannot hold"),
            ("sd(mae) < 0", "cannot hold"),
            ("sd(accuracy) <= 0.8", "cannot fail"),
            ("share(r2 > 0) > 100%", "cannot hold"),
            ("max(rmse) <= -3", "cannot hold"),
            ("gap(accuracy) < 1.5", "cannot fail"),
            ("mean(mcc) >= -1.5", "cannot fail"),
            ("-mean(rmse) > 0.5", "cannot hold"),
        ] {
            assert!(refused(text).contains(what), "{text}: {}", refused(text));
        }
    }

    #[test]
    fn what_scores_can_decide_is_left_alone() {
        for text in [
            "share(r2 > 0.4) >= 95%",
            "share(r2 < 0.9) <= 0.05",
            "share(r2 > 0) >= 1",
            "share(r2 > 0) * 100 >= 95",
            "share(a.r2 > 0) > share(b.r2 > 0)",
            "share(r2 > baseline.r2) >= 95%",
            "mean(rmse) < 0.9 * mean(baseline.rmse)",
            "mean(f1) / mean(baseline.f1) >= 1.1",
            "worst(r2) >= -100",
            "p05(value_per_year) > cost",
            "min(support[b]) > 80",
            "mean(rmse) > 80",
            "mean(importance[x]) > 80",
            "accuracy.max > 3",
            "p05(behaviour_size[steady]) <= 90",
            "max(behaviour_most[freezing]) <= -1",
        ] {
            assert_eq!(refused(text), "", "{text}");
        }
        let open = |text: &str| cannot_fail(&Statement::parse(text).unwrap());
        assert!(open("mean(accuracy) <= 1") && open("share(r2 > 0) >= 0") && open("worst(rmse) >= 0"));
        assert!(!open("mean(accuracy) < 1") && !open("worst(r2) >= 0") && !open("mean(rmse) <= 3"));
    }
}
