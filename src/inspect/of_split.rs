//! One split against the others.

use ndarray::{Array2, ArrayView2, Axis};

use super::columns::{Content, Watched};
use super::document::{ColumnDrift, CostlyRow, FitFinding, Named, OddCoefficient, ScorePlace, SplitFinding};
use super::drift::{Drift, corrected, exact, place_among};
use super::driver::Signal;
use super::look::Look;
use super::membership::Influence;
use super::reason::{Case, reasons};
use super::rows::Tested;
use super::subject::Subject;
use crate::data::{Encoder, MISSING, Scaling};
use crate::error::{Error, Result};
use crate::model::{Cholesky, ModelSpec, ParamValue, symmetric_eigen};
use crate::run::Fitter;
use crate::stats::median;
use crate::stats::p_values::{normal_quantile, ranks, spearman};

/// A coefficient is odd beyond this modified z-score, where there are so many splits that it means something.
const ODD: f64 = 3.5;
const LEAST: usize = 10;
/// Encoded columns up to which leverage and condition number are worked out.
const MAX_WIDTH: usize = 500;

/// How much of a split is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Columns, besides the target.
    pub columns: usize,
    /// Test rows.
    pub rows: usize,
}

/// What all splits are compared with.
pub struct Others<'a> {
    /// The model and its scores.
    pub subject: &'a Subject<'a>,
    /// The model, ready for splits.
    pub fitter: &'a Fitter<'a>,
    /// The columns.
    pub columns: &'a [Watched<'a>],
    /// The pass over all splits.
    pub look: &'a Look,
    /// The rows that stand out by their influence.
    pub named: &'a [Influence],
    /// What goes with the score.
    pub signals: &'a [Signal],
    /// How hard the test rows of each split are on other splits; empty where that is not known.
    pub hardness: &'a [f64],
    /// What each entry of the coefficients belongs to.
    pub names: &'a [Option<String>],
}

/// Looks at one split, which is the `at`-th of those with a score.
///
/// # Errors
/// A run error where the model cannot be fitted to it any more.
pub fn split_finding(others: &Others, at: usize, roles: Vec<String>, depth: Depth) -> Result<SplitFinding> {
    let Others { subject, look, columns, .. } = *others;
    let context = &subject.evaluation;
    let k = look.scored[at];
    let number = subject.splits.numbers.at(k);
    let split = context.plan.draw(k);
    let fit = match others.fitter.at(k, &split).fit(0) {
        Ok(fit) => Some(fit),
        Err(_) if subject.is_absent() => None,
        Err(e) => return Err(Error::run(format!("split #{number} can no longer be fitted: {e}"))),
    };
    let predictions = fit.as_ref().map(|fit| &fit.predictions);
    let tested = predictions.map(|predictions| {
        let losses = look.loss.of(context.target, &split.test, &predictions.test);
        Tested::new(context.target, split.test.clone(), losses, &predictions.test)
    });
    let middle = median(&look.goodness);
    let own = predictions.map_or_else(Vec::new, |predictions| predictions.coefficients.concat());
    let coefficients = odd_coefficients(others, &own, depth.columns);
    let case = Case {
        at: Some(at),
        split: &split,
        bad: look.goodness[at] < middle,
        tested: tested.as_ref(),
        loss: look.loss.name(),
        drift: &look.drifts[at],
        coefficient: coefficients.first(),
        hardness: others.hardness,
        hardness_goes: goes_with(others.hardness, &look.goodness),
    };
    let model = &context.models[0];
    let choice = fit.as_ref().and_then(|fit| fit.choice.as_ref());
    let leverage = model.spec_of(choice).and_then(|spec| leverages(subject, spec, &split));
    let (rows, half_of_loss) = tested
        .as_ref()
        .map_or((Vec::new(), 0), |tested| costly_rows(subject, look, tested, leverage.as_deref(), depth.rows));
    Ok(SplitFinding {
        split: number,
        roles,
        n_train: split.train.len(),
        n_test: split.test.len(),
        scores: scores(subject, k),
        reasons: reasons(subject, columns, others.named, others.signals, &case),
        drift: drifts(
            columns,
            look,
            at,
            &exact(columns, &split, context.features.rows, &look.drifts[at]),
            depth.columns,
        ),
        rows,
        half_of_loss,
        fit: FitFinding {
            iterations: predictions.and_then(|p| p.iterations),
            condition_number: condition_number(subject, &split),
            coefficients,
            difficulty: predictions.and_then(|p| p.difficulty.clone()),
            figures: predictions.iter().flat_map(|p| &p.figures).map(|(n, v)| ((*n).to_owned(), *v)).collect(),
            setting: model.setting_of(choice).map(str::to_owned),
        },
    })
}

/// The test rows of largest loss, and how many of them make half of it.
fn costly_rows(
    subject: &Subject,
    look: &Look,
    tested: &Tested,
    leverage: Option<&[f64]>,
    most: usize,
) -> (Vec<CostlyRow>, usize) {
    let total = tested.total();
    let mut order: Vec<usize> = (0..tested.rows.len()).collect();
    order.sort_by(|a, b| tested.losses[*b].total_cmp(&tested.losses[*a]).then(a.cmp(b)));
    let row = |i: &usize| {
        let record = look.rows.row(tested.rows[*i]);
        CostlyRow {
            row: subject.row(tested.rows[*i]),
            id: subject.row_name(tested.rows[*i]),
            loss: tested.losses[*i],
            share: if total > 0.0 { tested.losses[*i] / total } else { 0.0 },
            leverage: leverage.map(|l| l[*i]),
            tested: record.map_or(0, |r| r.tested),
            high: record.map_or(0, |r| r.high),
        }
    };
    let mut seen = 0.0;
    let half = order.iter().position(|i| {
        seen += tested.losses[*i];
        seen >= 0.5 * total
    });
    (order.iter().take(most).map(row).collect(), half.map_or(0, |i| i + 1))
}

/// Whether hard test rows go with worse scores over the splits.
fn goes_with(hardness: &[f64], goodness: &[f64]) -> bool {
    let both = hardness.len() == goodness.len();
    both && spearman(hardness, goodness).is_some_and(|(r, p)| r < 0.0 && p <= super::driver::LEVEL)
}

fn scores(subject: &Subject, k: usize) -> Named<ScorePlace> {
    let of_metric = |(m, metric): (usize, &crate::metric::NamedMetric)| {
        let sign = metric.direction.sign();
        let (test, train) = (&subject.splits.test[m], &subject.splits.train[m]);
        let (score, train) = (test.at(k), train.at(k));
        let all: Vec<f64> = test.iter().flatten().map(|s| -sign * s).collect();
        let place = score.map(|s| {
            let below = all.iter().filter(|other| **other < -sign * s).count();
            let equal = all.iter().filter(|other| **other == -sign * s).count();
            below as f64 + (equal as f64 + 1.0) / 2.0
        });
        let gap = score.zip(train).map(|(s, t)| sign * (t - s));
        (metric.name.clone(), ScorePlace { score, train, gap, rank: place, of: all.len() })
    };
    subject.evaluation.metrics.iter().enumerate().map(of_metric).collect()
}

fn known(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The columns of a split: the target, then the strongest by p-value and place.
fn drifts(columns: &[Watched], look: &Look, at: usize, here: &[Drift], most: usize) -> Vec<ColumnDrift> {
    let q = corrected(here);
    let place = |c: usize| {
        let others = look.drifts.iter().enumerate().filter(|(i, _)| *i != at);
        place_among(here[c].strength, others.map(|(_, d)| d[c].strength))
    };
    let places: Vec<f64> = (0..columns.len()).map(place).collect();
    let mut order: Vec<usize> = (0..columns.len()).collect();
    let key = |c: usize| if here[c].p.is_nan() { 2.0 } else { here[c].p };
    order.sort_by(|a, b| {
        let target = columns[*b].is_target.cmp(&columns[*a].is_target);
        target.then(key(*a).total_cmp(&key(*b))).then(places[*b].total_cmp(&places[*a])).then(a.cmp(b))
    });
    order.truncate(most + 1);
    let entry = |c: usize| {
        let (d, column): (&Drift, &Watched) = (&here[c], &columns[c]);
        let is_number = matches!(column.content, Content::Numbers { .. });
        let level = d.level.map(|(level, shares)| match &column.content {
            Content::Levels { levels, .. } if level != MISSING => (levels[level as usize].clone(), shares),
            _ => ("missing".to_owned(), shares),
        });
        ColumnDrift {
            column: column.name.to_owned(),
            target: column.is_target,
            statistic: if is_number { "ks" } else { "cramers_v" }.into(),
            value: known(d.strength),
            p: known(d.p),
            q: known(q[c][0]),
            place: known(places[c]),
            difference: known(d.difference),
            means: Some(d.means).filter(|m| m.iter().all(|v| v.is_finite())),
            shares: level.as_ref().map(|l| l.1),
            level: level.map(|l| l.0),
            missing: d.missing,
            missing_q: known(q[c][1]),
        }
    };
    order.into_iter().map(entry).collect()
}

/// Coefficients of a split that lie far from those of the other splits.
fn odd_coefficients(others: &Others, here: &[f64], most: usize) -> Vec<OddCoefficient> {
    let size = others.names.len();
    let target = others.subject.evaluation.target;
    let classes = target.labels();
    // The one predictor of two classes is shown as that of the positive one, whichever the solver takes.
    let turned = here.len() == size && target.positive() == Some(0);
    let sign = if turned { -1.0 } else { 1.0 };
    let mut odd: Vec<OddCoefficient> = Vec::new();
    if others.look.coefficients.len() < LEAST {
        return odd;
    }
    // The largest of many is held against as many (Bonferroni).
    let limit = ODD.max(normal_quantile(1.0 - 0.025 / here.len().max(1) as f64));
    for (i, value) in here.iter().enumerate() {
        let Some(name) = &others.names[i % size] else { continue };
        let all: Vec<f64> = others.look.coefficients.iter().filter_map(|c| c.get(i).copied()).collect();
        let middle = median(&all);
        let mad = median(&all.iter().map(|v| (v - middle).abs()).collect::<Vec<_>>());
        let z = 0.6745 * (value - middle) / mad;
        if z.is_finite() && z.abs() > limit && mad > 1e-12 * middle.abs() {
            let class = if here.len() > size { format!(" for {}", classes[i / size]) } else { String::new() };
            let name = format!("{name}{class}");
            odd.push(OddCoefficient { name, value: sign * value, median: sign * middle, z: sign * z });
        }
    }
    odd.sort_by(|a, b| b.z.abs().total_cmp(&a.z.abs()));
    odd.truncate(most);
    odd
}

/// The encoded train and test rows of a linear model, train columns centred; `None` for other models and
/// wide tables.
fn centred(subject: &Subject, split: &crate::split::Split) -> Option<(Array2<f64>, Array2<f64>)> {
    let model = &subject.evaluation.models[0];
    let linear = ["ols", "ridge", "lasso", "elastic-net", "glm", "logistic", "multinomial"];
    if !model.kind().is_some_and(|kind| linear.contains(&kind)) {
        return None;
    }
    let features = subject.evaluation.features;
    let encoder = Encoder::fit(features, &split.train, Scaling::Standard);
    if encoder.width() > MAX_WIDTH {
        return None;
    }
    let (mut train, mut test) = (encoder.transform(features, &split.train), encoder.transform(features, &split.test));
    let mean = train.mean_axis(Axis(0))?;
    train -= &mean;
    test -= &mean;
    Some((train, test))
}

/// 1/n + x(XᵀX + αI)⁻¹xᵀ of each test row, for the least-squares models (Hoaglin and Welsch 1978; for ridge,
/// Walker and Birch 1988).
fn leverages(subject: &Subject, spec: &ModelSpec, split: &crate::split::Split) -> Option<Vec<f64>> {
    let alpha = match (spec.info.name, spec.params.iter().find(|(name, _)| *name == "alpha")) {
        ("ols", _) => 0.0,
        ("ridge", Some((_, ParamValue::Number(alpha)))) => *alpha,
        _ => return None,
    };
    let (train, test) = centred(subject, split)?;
    // With as many columns as rows the least-norm fit has no inverse of this form.
    if alpha == 0.0 && train.ncols() + 1 >= train.nrows() {
        return None;
    }
    let mut gram = train.t().dot(&train);
    // Levels add up to the intercept: the least weight that settles their direction leaves the others as they are.
    let least = 1e-10 * gram.diag().iter().fold(0.0f64, |m, d| m.max(*d));
    gram.diag_mut().mapv_inplace(|d| d + alpha.max(least));
    let factor = Cholesky::new(gram.view())?;
    let n = split.train.len() as f64;
    Some(test.outer_iter().map(|x| 1.0 / n + x.dot(&factor.solve(x))).collect())
}

/// Largest over smallest singular value of the centred train columns; columns that do not vary, and the
/// dependence of levels on the intercept, are left out.
fn condition_number(subject: &Subject, split: &crate::split::Split) -> Option<f64> {
    let (train, _) = centred(subject, split)?;
    condition(train.view())
}

fn condition(x: ArrayView2<f64>) -> Option<f64> {
    let (values, _) = symmetric_eigen(x.t().dot(&x).view())?;
    let largest = values.iter().fold(0.0f64, |m, v| m.max(*v));
    let smallest = values.iter().copied().filter(|v| *v > 1e-12 * largest).fold(f64::INFINITY, f64::min);
    (largest > 0.0).then(|| (largest / smallest).sqrt())
}

/// The rank of each split by how good it is, 1 for the best.
pub fn standing(goodness: &[f64]) -> Vec<f64> {
    ranks(&goodness.iter().map(|g| -g).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_condition_number_is_that_of_the_singular_values() {
        // Orthogonal columns of lengths 3 and 1.
        let x = array![[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
        assert!((condition(x.view()).unwrap() - 3.0).abs() < 1e-12);
    }
}
