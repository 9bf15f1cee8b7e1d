//! Models held against each other and against the baseline, split by split.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ModelColumn, Rope, ScoreTable};
use crate::metric::Direction;
use crate::run::NullScores;
use crate::run::columns::Column;
use crate::stats::{Difference, holm, mean, ranks_from_largest, standard_deviation};

/// One metric of two models. Differences are positive where `a` is better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The first model.
    pub a: String,
    /// The second model.
    pub b: String,
    /// The metric.
    pub metric: String,
    /// Whether both were scored on the same splits.
    pub paired: bool,
    /// Splits on which both have a score (unpaired: the fewer of the two).
    pub splits: usize,
    /// Share of splits on which `a` is better; `null` where splits differ.
    pub won: Option<f64>,
    /// Share of splits on which they are equal.
    pub tied: Option<f64>,
    /// How much better `a` is on average.
    pub mean_difference: f64,
    /// Its corrected 95 % interval.
    pub ci95: [f64; 2],
    /// The corrected t; `null` where differences do not vary.
    pub t: Option<f64>,
    /// Two-sided p-value of the corrected resampled t test.
    pub p: f64,
    /// The same by Holm over all pairs of the metric, where there are several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p_holm: Option<f64>,
    /// Differences up to this, in the unit of the metric, are taken as practically equal.
    pub rope: f64,
    /// Probability that `a` is better by more than that.
    pub better: f64,
    /// Probability that they are practically equal.
    pub equal: f64,
    /// Probability that `a` is worse by more than that.
    pub worse: f64,
}

impl Comparison {
    /// The same with the models in the other order.
    pub fn turned(&self) -> Self {
        let [low, high] = self.ci95;
        Self {
            a: self.b.clone(),
            b: self.a.clone(),
            won: self.won.map(|won| (1.0 - won - self.tied.unwrap_or(0.0)).max(0.0)),
            mean_difference: -self.mean_difference,
            ci95: [-high, -low],
            t: self.t.map(|t| -t),
            better: self.worse,
            worse: self.better,
            ..self.clone()
        }
    }
}

/// How a model stands among several in one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// The metric.
    pub metric: String,
    /// The model.
    pub model: String,
    /// Mean rank over splits; 1 is the best.
    pub rank_mean: f64,
    /// Standard deviation of the rank over splits.
    pub rank_sd: Option<f64>,
    /// Share of splits on which it is the best; equal ones share a split.
    pub best: f64,
}

fn sign(direction: Direction) -> Option<f64> {
    match direction {
        Direction::Higher => Some(1.0),
        Direction::Lower => Some(-1.0),
        Direction::None => None,
    }
}

/// A comparison from a difference that has been worked out.
fn entry(names: [&str; 2], metric: &str, d: Difference, rope: f64) -> Comparison {
    let posterior = d.posterior(rope);
    Comparison {
        a: names[0].to_owned(),
        b: names[1].to_owned(),
        metric: metric.to_owned(),
        paired: true,
        splits: 0,
        won: None,
        tied: None,
        mean_difference: d.mean,
        ci95: d.ci95,
        t: d.t,
        p: d.p,
        p_holm: None,
        rope,
        better: posterior.better,
        equal: posterior.equal,
        worse: posterior.worse,
    }
}

/// Compares one metric of two models on the same splits of a board; `None` where fewer than two splits
/// have both scores, the metric has no direction, or the numbers of train and test rows are not known.
pub fn paired(
    board: &ScoreTable,
    a: &ModelColumn,
    b: &ModelColumn,
    metric: usize,
    rope: f64,
) -> Option<(Comparison, Difference)> {
    let (name, direction) = &board.metrics[metric];
    let sign = sign(*direction)?;
    let both: Vec<Option<f64>> =
        a.test[metric].iter().zip(b.test[metric].iter()).map(|(a, b)| Some(sign * (a? - b?))).collect();
    let known: Vec<f64> = both.iter().copied().flatten().collect();
    let d = Difference::paired(&board.different(&both), board.test_to_train_of(&both)?)?;
    let share = |of: fn(&f64) -> bool| Some(known.iter().filter(|d| of(d)).count() as f64 / known.len() as f64);
    let comparison = Comparison {
        splits: known.len(),
        won: share(|d| *d > 0.0),
        tied: share(|d| *d == 0.0),
        ..entry([&a.name, &b.name], name, d, rope)
    };
    Some((comparison, d))
}

/// Compares one metric of two models on boards with different splits.
pub fn unpaired(
    (first, a): (&ScoreTable, &ModelColumn),
    (second, b): (&ScoreTable, &ModelColumn),
    metric: &str,
    rope: f64,
) -> Option<(Comparison, Difference)> {
    let (i, j) = (first.metric(metric)?, second.metric(metric)?);
    let sign = sign(first.metrics[i].1)?;
    let side = |board: &ScoreTable, scores: &Column| {
        let scores: Vec<Option<f64>> = scores.iter().collect();
        let known: Vec<f64> = board.different(&scores).into_iter().map(|s| sign * s).collect();
        Some((known, board.test_to_train_of(&scores)?))
    };
    let ((x, rx), (y, ry)) = (side(first, &a.test[i])?, side(second, &b.test[j])?);
    let d = Difference::unpaired((&x, rx), (&y, ry))?;
    let comparison =
        Comparison { paired: false, splits: x.len().min(y.len()), ..entry([&a.name, &b.name], metric, d, rope) };
    Some((comparison, d))
}

/// Every model against the baseline, where there is one.
pub fn against_baseline(board: &ScoreTable, rope: &Rope) -> Vec<Comparison> {
    let Some(baseline) = board.baseline() else { return Vec::new() };
    let widths = rope.of_board(board);
    let of = |model| {
        widths.iter().enumerate().filter_map(move |(m, rope)| Some(paired(board, model, baseline, m, *rope)?.0))
    };
    board.asked().iter().flat_map(of).collect()
}

/// Every pair of models, with Holm's correction over the pairs of each metric.
pub fn pairs(board: &ScoreTable, models: &[&ModelColumn], rope: &Rope) -> Vec<Comparison> {
    let mut all = Vec::new();
    for (metric, rope) in rope.of_board(board).into_iter().enumerate() {
        let mut list = Vec::new();
        for (i, a) in models.iter().enumerate() {
            list.extend(models[i + 1..].iter().filter_map(|b| Some(paired(board, a, b, metric, rope)?.0)));
        }
        let adjusted = holm(&list.iter().map(|c| c.p).collect::<Vec<_>>());
        list.iter_mut().zip(adjusted).for_each(|(c, p)| c.p_holm = Some(p));
        all.extend(list);
    }
    all
}

/// The ranks of several models over the splits on which all have a score.
pub fn standings(board: &ScoreTable, models: &[&ModelColumn]) -> Vec<Standing> {
    let mut all = Vec::new();
    for (metric, (name, direction)) in board.metrics.iter().enumerate() {
        let Some(sign) = sign(*direction) else { continue };
        let row = |k: usize| models.iter().map(|m| Some(sign * m.test[metric].at(k)?)).collect::<Option<Vec<f64>>>();
        let rows: Vec<Vec<f64>> = (0..board.splits.len()).filter_map(row).collect();
        if rows.is_empty() {
            continue;
        }
        let ranked: Vec<Vec<f64>> = rows.iter().map(|r| ranks_from_largest(r)).collect();
        for (m, model) in models.iter().enumerate() {
            let own: Vec<f64> = ranked.iter().map(|r| r[m]).collect();
            let first = |r: &Vec<f64>| {
                let top = r.iter().copied().fold(f64::INFINITY, f64::min);
                if r[m] == top { 1.0 / r.iter().filter(|o| **o == top).count() as f64 } else { 0.0 }
            };
            all.push(Standing {
                metric: name.clone(),
                model: model.name.clone(),
                rank_mean: mean(&own),
                rank_sd: standard_deviation(&own),
                best: mean(&ranked.iter().map(first).collect::<Vec<_>>()),
            });
        }
    }
    all
}

/// Whether there is a pattern at all: the mean score against those with the target permuted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NullTest {
    /// The model.
    pub model: String,
    /// The metric.
    pub metric: String,
    /// Number of permutations that were made.
    pub permutations: usize,
    /// Number of splits, the first of the run, over which scores are averaged.
    pub splits: usize,
    /// What exchanges targets: `rows`; `groups` (rows within each, and groups of equal size as wholes); `whole groups` of
    /// any size; or `pieces of time`.
    pub within: String,
    /// Different arrangements of the target that such exchanges give, the true one among them (along time the most there
    /// can be); absent beyond 2⁵³.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arrangements: Option<u64>,
    /// Whether every one of them was made, so that p is exact.
    #[serde(default)]
    pub exact: bool,
    /// Mean score with the true target on these splits.
    pub observed: f64,
    /// Mean over the permutations.
    pub null_mean: f64,
    /// Standard deviation over the permutations.
    pub null_sd: Option<f64>,
    /// (1 + permutations at least as good) / (1 + permutations).
    pub p: f64,
    /// The smallest p that so many permutations and arrangements can give.
    pub resolution: f64,
}

/// The permutation tests of a board; `chance` holds for each permutation the mean scores by model (the baseline first)
/// and metric.
pub fn null_tests(board: &ScoreTable, chance: &NullScores, splits: usize) -> Vec<NullTest> {
    let null = &chance.scores;
    let few = chance.arrangements.map_or(0.0, |count| 1.0 / count as f64);
    let mean_of = |values: &[f64]| (!values.is_empty()).then(|| mean(values));
    let mut tests = Vec::new();
    for (m, model) in board.asked().iter().enumerate() {
        for (metric, (name, direction)) in board.metrics.iter().enumerate() {
            let Some(sign) = sign(*direction) else { continue };
            let scores: Vec<f64> = model.test[metric].iter().take(splits).flatten().collect();
            let Some(observed) = mean_of(&scores) else { continue };
            let scores: Vec<f64> = null.iter().filter_map(|of| of[m + 1][metric]).collect();
            // Where there is but one arrangement, it is all that chance can give.
            let Some(centre) = mean_of(&scores).or(null.is_empty().then_some(observed)) else { continue };
            // A permutation without a score is none against the pattern, so it counts as one that is.
            // Nor does rounding part equal scores.
            let least = -1e-12 * observed.abs();
            let better =
                null.iter().filter(|of| of[m + 1][metric].is_none_or(|s| sign * (s - observed) >= least)).count();
            let all = (1 + null.len()) as f64;
            tests.push(NullTest {
                model: model.name.clone(),
                metric: name.clone(),
                permutations: null.len(),
                splits: splits.min(board.splits.len()),
                within: chance.within.to_owned(),
                arrangements: chance.arrangements,
                exact: chance.exact,
                observed,
                null_mean: centre,
                null_sd: standard_deviation(&scores),
                p: few.max((1 + better) as f64 / all),
                resolution: few.max(1.0 / all),
            });
        }
    }
    tests
}
