//! Judging a claim: by plain comparison, or at a confidence by the bounds of what it speaks of.
//!
//! At confidence c a claim holds if the lower bound of its margin is on the right side, fails if the
//! upper bound is on the wrong side, and is undecided in between. Bounds are one-sided: the truth lies on
//! one side, so a verdict is wrong with probability 1 - c at most. A mean has bounds for new data, other statistics
//! those of independent draws (these rows); `statistic/` has them. Several statistics in one claim share the error among them (Bonferroni) and are combined by interval
//! arithmetic.

use super::evaluate::{Value, View};
use super::expression::{Comparison, Expression, Operation, Statement, Term};
use crate::setting::ALLOW_FAILED;
use crate::stats::{UNBOUNDED, bounded_interval, mean_and_variance};
use crate::verdict::{Allowed, ScoreTable, Verdict, VerdictOf};

/// How sure a verdict is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The confidence that was asked for, such as 0.95.
    pub confidence: f64,
    /// The probability with which this one judgement may be wrong: 1 - confidence, or less where several
    /// looks share it.
    pub error: f64,
}

impl Level {
    /// For a single judgement.
    pub fn once(confidence: f64) -> Self {
        Self { confidence, error: 1.0 - confidence }
    }

    fn shared(self, among: usize) -> Self {
        Self { error: self.error / among.max(1) as f64, ..self }
    }
}

/// Judges a claim for one model of the board (for claims that name their models: any). It fails where more splits
/// than are `allowed` have no score, and is judged on the others else.
pub fn judge_statement(
    statement: &Statement,
    board: &ScoreTable,
    model: usize,
    level: Option<Level>,
    allowed: Allowed,
) -> VerdictOf {
    let all = board.splits.len();
    let unscored = View { board, model, used: None }.unscored(statement);
    let used: Vec<bool> = (0..all).map(|k| unscored.binary_search(&k).is_err()).collect();
    let view = View { board, model, used: (!unscored.is_empty()).then_some(used.as_slice()) };
    let (left, right) = (view.expression(&statement.left), view.expression(&statement.right));
    // What is observed stands on the left of the threshold.
    let turn = !statement.left.observes();
    let (observed, threshold) = if turn { (right, left) } else { (left, right) };
    let comparison = if turn { statement.comparison.turned() } else { statement.comparison };
    let split = observed.and_then(|v| v.split).or(threshold.and_then(|v| v.split));
    let split = split.map(|i| board.splits.numbers.at(i));
    let sign = if comparison.upward() { 1.0 } else { -1.0 };
    let value = |v: Option<Value>| v.map(|v| v.value);
    let (observed, threshold) = (value(observed), value(threshold));
    let reason = if unscored.len() == all {
        None
    } else if unscored.len() > allowed.of(all) {
        Some(too_few_scores(board, &unscored, allowed))
    } else {
        view.trouble(&statement.left).or_else(|| view.trouble(&statement.right))
    };
    let unscored = unscored.len();
    let (Some(a), Some(b), None) = (observed, threshold, &reason) else {
        let verdict = Verdict::Fails;
        return VerdictOf { verdict, observed, threshold, margin: None, margin_bounds: None, split, unscored, reason };
    };
    let plain = if comparison.holds(a, b) { Verdict::Holds } else { Verdict::Fails };
    let bounds = level.map(|level| {
        let [low, high] = difference_bounds(statement, view, level);
        if statement.comparison.upward() { [low, high] } else { [-high, -low] }
    });
    let strict = matches!(comparison, Comparison::Above | Comparison::Below);
    let verdict = match bounds {
        None => plain,
        Some([low, _]) if low > 0.0 || (low == 0.0 && !strict) => Verdict::Holds,
        Some([_, high]) if high < 0.0 || (high == 0.0 && strict) => Verdict::Fails,
        Some(_) => Verdict::Undecided,
    };
    let finite = |v: f64| v.is_finite().then_some(v);
    VerdictOf {
        verdict,
        observed,
        threshold,
        margin: Some(sign * (a - b)),
        margin_bounds: bounds.map(|b| b.map(finite)),
        split,
        unscored,
        reason: None,
    }
}

fn too_few_scores(board: &ScoreTable, unscored: &[usize], allowed: Allowed) -> String {
    let (count, all) = (unscored.len(), board.splits.len());
    let numbers: Vec<String> = unscored.iter().take(3).map(|k| format!("#{}", board.splits.numbers.at(*k))).collect();
    let more = if count > numbers.len() { ", …" } else { "" };
    let most = match allowed.of(all) {
        0 => "none may lack one".to_owned(),
        most => format!("{most} may lack one ({allowed})"),
    };
    format!(
        "{count} of {all} splits {} no score ({}{more}), and {most}; {} judges the others",
        if count == 1 { "has" } else { "have" },
        numbers.join(", "),
        ALLOW_FAILED.to(count)
    )
}

/// Bounds of left less right.
fn difference_bounds(statement: &Statement, view: View, level: Level) -> [f64; 2] {
    let linear = linear(&statement.left, view).zip(linear(&statement.right, view)).map(|(l, r)| l.plus(r, -1.0));
    if let Some(sum) = linear {
        let means = sum.parts.iter().all(|(_, t)| t.statistic.is_mean());
        match sum.parts.as_slice() {
            [(factor, term)] => return shift(scale(term.statistic.bounds(term, view, level), *factor), sum.constant),
            [] => {}
            _ if means => return shift(mean_bounds(&sum.parts, view, level), sum.constant),
            _ => {}
        }
    }
    let level = level.shared(statement.terms().len());
    let (left, right) = (interval(&statement.left, view, level), interval(&statement.right, view, level));
    combine(left, Operation::Minus, right)
}

/// Factors times statistics, plus a constant.
struct Linear<'a> {
    parts: Vec<(f64, &'a Term)>,
    constant: f64,
}

impl<'a> Linear<'a> {
    fn plus(mut self, other: Linear<'a>, factor: f64) -> Self {
        self.constant += factor * other.constant;
        for (f, term) in other.parts {
            match self.parts.iter_mut().find(|p| p.1 == term) {
                Some(part) => part.0 += factor * f,
                None => self.parts.push((factor * f, term)),
            }
        }
        self
    }

    fn times(mut self, factor: f64) -> Self {
        self.constant *= factor;
        self.parts.iter_mut().for_each(|p| p.0 *= factor);
        self
    }
}

/// An expression as a linear one; `None` where it is not.
fn linear<'a>(expression: &'a Expression, view: View) -> Option<Linear<'a>> {
    match expression {
        Expression::Term(term) => Some(Linear { parts: vec![(1.0, term)], constant: 0.0 }),
        Expression::Negative(inner) => Some(linear(inner, view)?.times(-1.0)),
        Expression::Arithmetic(left, operation, right) => {
            let (a, b) = (linear(left, view)?, linear(right, view)?);
            match operation {
                Operation::Plus => Some(a.plus(b, 1.0)),
                Operation::Minus => Some(a.plus(b, -1.0)),
                Operation::Times if a.parts.is_empty() => Some(b.times(a.constant)),
                Operation::Times if b.parts.is_empty() => Some(a.times(b.constant)),
                Operation::Over if b.parts.is_empty() => Some(a.times(1.0 / b.constant)),
                Operation::Times | Operation::Over => None,
            }
        }
        number => Some(Linear { parts: Vec::new(), constant: view.expression(number)?.value }),
    }
}

fn scale([low, high]: [f64; 2], factor: f64) -> [f64; 2] {
    match factor {
        0.0 => [0.0, 0.0],
        f if f < 0.0 => [high * f, low * f],
        f => [low * f, high * f],
    }
}

fn shift(bounds: [f64; 2], by: f64) -> [f64; 2] {
    bounds.map(|b| b + by)
}

/// Corrected bounds of a sum of means, over the different splits on which all have a score.
pub(super) fn mean_bounds(parts: &[(f64, &Term)], view: View, level: Level) -> [f64; 2] {
    let series: Vec<(f64, Vec<Option<f64>>)> =
        parts.iter().map(|(factor, term)| (*factor, view.series(term))).collect();
    let sum = |i: usize| series.iter().map(|(f, v)| Some(f * v.get(i).copied()??)).sum::<Option<f64>>();
    let sums: Vec<Option<f64>> = (0..view.board.splits.len()).map(sum).collect();
    let known = view.board.different(&sums);
    let n = known.len();
    if n < 2 {
        return UNBOUNDED;
    }
    let (mean, variance) = mean_and_variance(&known);
    let Some(ratio) = view.board.test_to_train_of(&sums) else { return UNBOUNDED };
    // A mean alone, of a metric that ends at both sides, has the bounds of its logit.
    let ends = match parts {
        [(_, term)] if !term.statistic.needs_train() => view.board.bounds(&term.score.metric),
        _ => UNBOUNDED,
    };
    bounded_interval(mean, variance.sqrt(), n, ratio, 1.0 - 2.0 * level.error, ends).unwrap_or(UNBOUNDED)
}

fn interval(expression: &Expression, view: View, level: Level) -> [f64; 2] {
    match expression {
        Expression::Term(term) => term.statistic.bounds(term, view, level),
        Expression::Negative(inner) => scale(interval(inner, view, level), -1.0),
        Expression::Arithmetic(left, operation, right) => {
            combine(interval(left, view, level), *operation, interval(right, view, level))
        }
        number => view.expression(number).map_or(UNBOUNDED, |v| [v.value; 2]),
    }
}

/// Interval arithmetic (Moore 1966); what cannot be bounded is not.
pub(super) fn combine(a: [f64; 2], operation: Operation, b: [f64; 2]) -> [f64; 2] {
    let corners = |f: fn(f64, f64) -> f64| {
        let all = [f(a[0], b[0]), f(a[0], b[1]), f(a[1], b[0]), f(a[1], b[1])];
        if all.iter().any(|v| v.is_nan()) {
            return UNBOUNDED;
        }
        [all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(f64::NEG_INFINITY, f64::max)]
    };
    match operation {
        Operation::Plus => [a[0] + b[0], a[1] + b[1]],
        Operation::Minus => [a[0] - b[1], a[1] - b[0]],
        Operation::Times => corners(|x, y| x * y),
        Operation::Over if b[0] <= 0.0 && b[1] >= 0.0 => UNBOUNDED,
        Operation::Over => corners(|x, y| x / y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Direction;
    use crate::run::columns::Column;
    use crate::verdict::{ModelColumn, SplitSize};

    fn board(r2: &[f64], rmse: &[f64]) -> ScoreTable {
        let some = |v: &[f64]| v.iter().map(|v| Some(*v)).collect::<Column>();
        let entrant = |name: &str, by: f64| {
            let up: Vec<f64> = r2.iter().map(|v| v + by).collect();
            ModelColumn {
                name: name.into(),
                test: vec![some(&up), some(rmse)],
                train: vec![some(&up.iter().map(|v| v + 0.05).collect::<Vec<_>>()), some(rmse)],
                ..ModelColumn::default()
            }
        };
        ScoreTable {
            metrics: vec![("r2".into(), Direction::Higher), ("rmse".into(), Direction::Lower)],
            own_bounds: Vec::new(),
            models: vec![entrant("ridge", 0.0), entrant("forest", 0.1), entrant("baseline", -0.5)],
            constants: vec![("cost".into(), 2.0)],
            readings: Vec::new(),
            without_baseline: false,
            test_share: None,
            splits: (0..r2.len()).map(|i| SplitSize::new(10 + i as u64, 80, 20)).collect(),
        }
    }

    fn judged(text: &str, board: &ScoreTable, confidence: Option<f64>) -> VerdictOf {
        judge_statement(&Statement::parse(text).unwrap(), board, 0, confidence.map(Level::once), Allowed::default())
    }

    #[test]
    fn plain_claims_compare_what_was_observed() {
        let board = board(&[0.2, 0.5, 0.4, 0.3], &[3.0, 1.0, 2.0, 4.0]);
        for (text, observed, margin, split) in [
            ("worst(r2) >= 0.15", 0.2, 0.05, Some(10)),
            ("best(r2) <= 0.6", 0.5, 0.1, Some(11)),
            ("worst(rmse) < 5", 4.0, 1.0, Some(13)),
            ("best(rmse) >= 1", 1.0, 0.0, Some(11)),
            ("min(rmse) > 0", 1.0, 1.0, Some(11)),
            ("max(r2) > 0.4", 0.5, 0.1, Some(11)),
            ("mean(r2) > 0.3", 0.35, 0.05, None),
            ("median(r2) >= 0.3", 0.35, 0.05, Some(13)),
            ("p25(r2) > 0.2", 0.275, 0.075, Some(13)),
            ("share(r2 > 0.25) >= 75%", 0.75, 0.0, Some(10)),
            ("share(r2 > baseline.r2) >= 1", 1.0, 0.0, Some(10)),
            ("gap(r2) < 0.1", 0.05, 0.05, None),
            ("0.3 < mean(r2)", 0.35, 0.05, None),
            ("mean(forest.r2) - mean(r2) > 0.05", 0.1, 0.05, None),
            ("forest.mean(r2) > ridge.mean(r2) + 2 * 0.01", 0.45, 0.08, None),
            ("mean(rmse) / cost < 1.5", 1.25, 0.25, None),
            ("-mean(r2) < 0", -0.35, 0.35, None),
        ] {
            let v = judged(text, &board, None);
            assert_eq!((v.verdict, v.split), (Verdict::Holds, split), "{text}: {v:?}");
            assert!((v.observed.unwrap() - observed).abs() < 1e-12, "{text}: {v:?}");
            assert!((v.margin.unwrap() - margin).abs() < 1e-12, "{text}: {v:?}");
        }
        let sd = judged("sd(r2) < 0.02", &board, None);
        assert!(sd.verdict == Verdict::Fails && (sd.observed.unwrap() - (0.05f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(judged("worst(r2) > 0.2", &board, None).verdict, Verdict::Fails);
        assert_eq!(judged("mean(r2) / (cost - 2) > 0", &board, None).verdict, Verdict::Fails);
    }

    #[test]
    fn a_split_without_a_score_meets_no_share_and_none_is_no_pass() {
        let mut board = board(&[0.2, 0.5], &[1.0, 1.0]);
        board.models[0].test[0] = [None, Some(0.5)].into_iter().collect();
        assert_eq!(judged("share(r2 > 0) >= 0.6", &board, None).observed, Some(0.5));
        board.models[0].test[0] = [None; 2].into_iter().collect();
        for text in ["worst(r2) > -100", "mean(r2) < 100", "share(r2 < 5) >= 0"] {
            assert_eq!(judged(text, &board, None).verdict, Verdict::Fails, "{text}");
            assert_eq!(judged(text, &board, Some(0.95)).verdict, Verdict::Fails, "{text}");
        }
    }

    #[test]
    fn bounds_decide_where_a_confidence_is_asked_for() {
        let r2: Vec<f64> = (0..100).map(|i| 0.3 + 0.002 * f64::from(i * 37 % 100)).collect();
        let board = board(&r2, &vec![1.0; 100]);
        let verdict = |text: &str| judged(text, &board, Some(0.95)).verdict;
        // Mean 0.399, sd 0.058, corrected standard error 0.0296; one-sided t(99) = 1.6604: ±0.0492.
        let v = judged("mean(r2) >= 0.36", &board, Some(0.95));
        let half = 1.660_391_2 * 0.002 * (100.0 * 101.0 / 12.0f64).sqrt() * (0.01 + 0.25f64).sqrt();
        assert_eq!(v.verdict, Verdict::Undecided);
        assert!((v.margin_bounds.unwrap()[0].unwrap() - (0.039 - half)).abs() < 1e-6, "{v:?}");
        assert_eq!((verdict("mean(r2) >= 0.34"), verdict("mean(r2) >= 0.46")), (Verdict::Holds, Verdict::Fails));
        // A difference of means on the same splits does not vary at all.
        assert_eq!(verdict("mean(forest.r2) - mean(r2) > 0.09"), Verdict::Holds);
        assert_eq!(verdict("mean(r2) > mean(baseline.r2) + 0.49"), Verdict::Holds);
        // As a ratio it is less sure, but sure enough.
        assert_eq!(verdict("mean(r2) / mean(forest.r2) < 1.5"), Verdict::Holds);
        assert_eq!(verdict("mean(r2) / mean(forest.r2) < 0.8"), Verdict::Undecided);
        // Order statistics: the 5 % quantile lies between the 2nd and the 10th value.
        let v = judged("p05(r2) >= 0.31", &board, Some(0.95)).margin_bounds.unwrap();
        assert!((v[0].unwrap() - (0.302 - 0.31)).abs() < 1e-12 && (v[1].unwrap() - 0.008).abs() < 1e-12);
        // The worst of 100 is enough for 95 %, that of 50 is not; a counterexample always is.
        assert_eq!((verdict("worst(r2) >= 0.3"), verdict("worst(r2) >= 0.301")), (Verdict::Holds, Verdict::Fails));
        let fifty = board.first(50);
        assert_eq!(judged("worst(r2) >= 0.2", &fifty, Some(0.95)).verdict, Verdict::Undecided);
        assert_eq!(judged("worst(r2) >= 0.4", &fifty, Some(0.95)).verdict, Verdict::Fails);
        assert_eq!(judged("share(r2 >= 0.2) >= 0.95", &fifty, Some(0.95)).verdict, Verdict::Undecided);
        assert_eq!(judged("share(r2 >= 0.2) >= 0.95", &board.first(59), Some(0.95)).verdict, Verdict::Holds);
    }
}
