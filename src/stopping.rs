//! How long a run goes on: until every claim is decided, or until more splits change nothing.

use std::sync::{Mutex, PoisonError};

use crate::evaluation::PreparedEvaluation;
use crate::probe::is_sampled;
use crate::report::{Report, SplitTable};
use crate::run::{ModelSplits, Part, Splits, StoppingRule, looks};
use crate::verdict::{Allowed, Claim, ClaimResult, ModelColumn, ScoreTable, SplitSizes, Verdict};

/// `--splits auto` and `--fail-fast`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StoppingOptions {
    /// Go on only until the claims are decided; the plan's splits are the most.
    pub auto: bool,
    /// Without claims: the change of the interval and of the worst split that counts as none.
    pub precision: f64,
    /// End at the first split that breaks a claim on the worst case.
    pub fail_fast: bool,
}

/// The change that counts as none where nothing is said.
pub const PRECISION: f64 = 0.01;

impl StoppingOptions {
    /// The numbers of splits at which a run of at most `most` is looked at.
    pub fn looks(&self, most: usize) -> Vec<usize> {
        if self.auto { looks(most) } else { vec![most] }
    }
}

/// The scores of some splits as claims want them.
pub fn board(prepared: &PreparedEvaluation, splits: &Splits) -> ScoreTable {
    let order = (1..prepared.models.len()).chain([0]);
    let names = &prepared.names.readings;
    let read = |model: &ModelSplits, name: &str| {
        let sample = prepared.probe_splits.filter(|_| is_sampled(name)).unwrap_or(usize::MAX);
        model.reading(name).first(sample)
    };
    let metrics = || prepared.metrics.iter().map(|metric| metric.name.as_str());
    let entrant = |m: usize| {
        let of = &splits.models[m];
        ModelColumn {
            name: prepared.models[m].name.clone(),
            test: metrics().map(|name| of.test(name)).collect(),
            train: metrics().map(|name| of.train(name)).collect(),
            readings: names.iter().map(|(name, _)| read(of, name)).collect(),
            // What is said of all splits together is not known before their end.
            figures: Vec::new(),
        }
    };
    ScoreTable {
        own_bounds: prepared.metrics.iter().filter_map(|m| Some((m.name.clone(), m.own_bounds()?))).collect(),
        metrics: prepared.metrics.iter().map(|m| (m.name.clone(), m.direction)).collect(),
        models: order.map(entrant).collect(),
        constants: prepared.constants(),
        readings: names.clone(),
        without_baseline: false,
        test_share: None,
        splits: sizes(splits),
    }
}

/// Numbers and sizes of splits, those with the same rows as one before it known as such.
fn sizes(splits: &Splits) -> SplitSizes {
    SplitSizes {
        numbers: splits.numbers.clone(),
        train: splits.distinct_train.clone(),
        test: splits.n_test.clone(),
        same_as: splits.same_as(),
    }
}

/// Whether every claim is decided by the splits of a board, at its confidence.
pub fn decided(claims: &[Claim], board: &ScoreTable, looks: usize) -> bool {
    let open = |claim: &Claim| {
        // A bound given as a flag is judged plainly, but looked at as surely as the others.
        let sure = Claim { confidence: claim.confidence.or(Some(0.95)), ..claim.clone() };
        // With more splits a share of them that have no score may fall again.
        let may_fall =
            |c: &ClaimResult| c.unscored > 0 && c.reason.is_some() && matches!(claim.allowed, Allowed::Share(_));
        sure.judge(board, looks).iter().any(|c| c.verdict == Verdict::Undecided || may_fall(c))
    };
    // A claim about a figure of all splits has no bounds that more splits would narrow.
    !claims.iter().filter(|c| c.statement.figures().is_empty()).any(open)
}

/// Whether the corrected interval and the worst split of the primary metric moved by no more than
/// `precision` since half as many splits, for every model.
pub fn settled(report: &Report, half: &Report, precision: f64) -> bool {
    let Some(metric) = report.metrics.first() else { return true };
    report.models.iter().zip(&half.models).all(|(now, before)| {
        let (Some(a), Some(b)) = (now.metrics.get(metric), before.metrics.get(metric)) else { return false };
        let (Some(ca), Some(cb), Some(wa), Some(wb)) = (a.ci95, b.ci95, a.worst, b.worst) else { return false };
        [ca[0] - cb[0], ca[1] - cb[1], wa.score - wb.score].iter().all(|d| d.abs() <= precision)
    })
}

impl PreparedEvaluation {
    /// Runs `with` the pace that was asked for.
    pub(crate) fn paced<T>(&self, with: impl FnOnce(&StoppingRule) -> T) -> T {
        let looks = self.stopping.looks(self.plan.splits());
        let count = looks.len();
        // What the report said at the look before.
        let before: Mutex<Option<Report>> = Mutex::new(None);
        let enough = |part: &Part| {
            if !self.claims.is_empty() {
                return decided(&self.claims, &board(self, part.splits()), count);
            }
            let mut report = self.bare_report(part);
            // The summaries are enough; scores that two hold are copied when one goes on.
            report.models.iter_mut().chain(&mut report.baseline).for_each(|m| m.splits = SplitTable::default());
            let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
            let enough = before.as_ref().is_some_and(|half| settled(&report, half, self.stopping.precision));
            *before = Some(report);
            enough
        };
        let ends = |one: &Splits| {
            let one = board(self, one);
            self.claims.iter().any(|c| c.broken_by(&one))
        };
        let ends: Option<&(dyn Fn(&Splits) -> bool + Sync)> = if self.stopping.fail_fast { Some(&ends) } else { None };
        with(&StoppingRule { looks: looks.clone(), enough: &enough, ends })
    }
}
