//! The metrics by name.

use super::contract::{Direction, Needs, Undefined};
use super::rows::ScoredRows;
use super::{classification, probability, ranking, regression};
use crate::data::{Spelling, Task, place_of_label};
use crate::error::did_you_mean_one_of;
use crate::names::{Relative, advice, same};
use crate::setting::FAIL_ABOVE;
use crate::stats::UNBOUNDED;

/// How a known metric is computed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Formula {
    /// From the rows alone.
    OfRows(fn(&ScoredRows) -> Result<f64, Undefined>),
    /// For one class.
    OfClass(fn(&ScoredRows, u32) -> Result<f64, Undefined>),
}

/// What there is to know of a metric before it is used.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct MetricInfo {
    /// Name on the command line and in reports.
    pub name: &'static str,
    /// What it is computed from, which tells its task.
    pub needs: Needs,
    /// Which way it gets better.
    pub direction: Direction,
    /// What it is, in one line.
    pub summary: &'static str,
    /// The least and the largest value that it can have; infinite where there is none.
    pub bounds: [f64; 2],
    /// Names that others have for it.
    pub aliases: &'static [&'static str],
    /// Names that others have for something near.
    pub related: &'static [Relative],
    /// Where its formula and edge cases come from.
    pub source: &'static str,
    /// Whether it is of one class that must be named, as in `support[yes]`.
    pub needs_label: bool,
    /// Whether a row costs the size of its error, and not its square.
    pub is_absolute: bool,
    /// Whether it is among the metrics of a target of so many classes (0 for numbers) where none is asked for.
    usual: fn(usize) -> bool,
    pub(super) formula: Formula,
}

impl MetricInfo {
    /// A metric of rows, without bounds, aliases and source, and not among the usual ones.
    pub(super) const fn new(
        name: &'static str,
        needs: Needs,
        direction: Direction,
        summary: &'static str,
        score: fn(&ScoredRows) -> Result<f64, Undefined>,
    ) -> Self {
        Self {
            name,
            needs,
            direction,
            summary,
            bounds: UNBOUNDED,
            aliases: &[],
            related: &[],
            source: "",
            needs_label: false,
            is_absolute: false,
            usual: |_| false,
            formula: Formula::OfRows(score),
        }
    }

    /// The same of one class: the positive one, or the one in brackets behind the name.
    pub(super) const fn of_class(
        name: &'static str,
        direction: Direction,
        summary: &'static str,
        score: fn(&ScoredRows, u32) -> Result<f64, Undefined>,
    ) -> Self {
        let of_labels = Self::new(name, Needs::Labels, direction, summary, |_| Err(Undefined("it is of one class")));
        Self { formula: Formula::OfClass(score), ..of_labels }
    }

    /// The same, with a class that must be named.
    pub(super) const fn labelled(self) -> Self {
        Self { needs_label: true, ..self }
    }

    /// The same, of the sizes of errors.
    pub(super) const fn absolute(self) -> Self {
        Self { is_absolute: true, ..self }
    }

    /// The same, of values from `least` to `most`.
    pub(super) const fn between(self, least: f64, most: f64) -> Self {
        Self { bounds: [least, most], ..self }
    }

    /// The same, reported where no metric is asked for, if that is so for a number of classes (0 for numbers).
    pub(super) const fn usual(self, usual: fn(usize) -> bool) -> Self {
        Self { usual, ..self }
    }

    /// The same with names that others have for it.
    pub(super) const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// The same with names that others have for something near.
    pub(super) const fn near(self, related: &'static [Relative]) -> Self {
        Self { related, ..self }
    }

    /// The same with the source of its formula.
    pub(super) const fn source(self, source: &'static str) -> Self {
        Self { source, ..self }
    }

    /// The task that it is for.
    pub fn task(&self) -> Task {
        self.needs.task()
    }

    /// Whether it can be of one class, named in brackets.
    pub fn takes_label(&self) -> bool {
        matches!(self.formula, Formula::OfClass(_))
    }

    /// Whether it goes by a name, in any case or as others have it.
    fn is_called(&self, name: &str) -> bool {
        same(self.name, name) || self.aliases.iter().any(|a| same(a, name))
    }
}

/// Names that others have for something near a metric, and what to write instead.
pub(super) const fn relative(names: &'static [&'static str], advice: &'static str) -> Relative {
    Relative { names, advice }
}

/// All metrics, in the order in which they are listed and reported. A new one is a file and a line here.
pub static METRICS: &[MetricInfo] = &[
    regression::r2::INFO,
    regression::rmse::INFO,
    regression::mse::INFO,
    regression::mae::INFO,
    regression::medae::INFO,
    regression::mape::INFO,
    regression::max_error::INFO,
    regression::explained_variance::INFO,
    regression::poisson_deviance::INFO,
    classification::accuracy::INFO,
    classification::balanced_accuracy::INFO,
    classification::precision::INFO,
    classification::precision::MACRO,
    classification::precision::WEIGHTED,
    classification::recall::INFO,
    classification::recall::MACRO,
    classification::recall::WEIGHTED,
    classification::f1::INFO,
    classification::f1::MACRO,
    classification::f1::WEIGHTED,
    ranking::roc_auc::INFO,
    ranking::average_precision::INFO,
    probability::log_loss::INFO,
    probability::brier::INFO,
    classification::mcc::INFO,
    classification::kappa::INFO,
    classification::support::INFO,
];

/// The entry of that name, in any case, or of a name that others have for it.
pub fn find(name: &str) -> Option<&'static MetricInfo> {
    METRICS.iter().find(|m| m.name == name).or_else(|| METRICS.iter().find(|m| m.is_called(name)))
}

/// Whether there is a metric of that name, with a label in brackets or without.
pub fn is_known(metric: &str) -> bool {
    find(name_and_label(metric).0).is_some()
}

/// Why there is no metric of that name, and what to write instead; `task` is the target's, where there is one.
pub fn unknown_metric(name: &str, task: Option<Task>) -> String {
    if let Some(what) = METRICS.iter().find_map(|m| advice(m.related, name)) {
        return format!("no metric '{name}': {what}");
    }
    // scikit-learn turns what is better when lower, so that all of its scores are better when higher.
    if let Some(info) = name.to_lowercase().strip_prefix("neg_").and_then(find) {
        return format!(
            "no metric '{name}': scores keep their own sign here, so use {} and {FAIL_ABOVE}, better when lower",
            info.name
        );
    }
    let of_task = || METRICS.iter().filter(|m| task.is_none_or(|task| m.task() == task) && !m.needs_label);
    let spellings = |m: &'static MetricInfo| [m.name].into_iter().chain(m.aliases.iter().copied()).map(|s| (s, m.name));
    let near = did_you_mean_one_of(name, of_task().flat_map(spellings));
    let all = || of_task().map(|m| m.name).collect::<Vec<_>>().join(", ");
    format!("no metric '{name}'{}", if near.is_empty() { format!("; there are {}", all()) } else { near })
}

/// A metric's name and the label in its brackets.
pub(super) fn name_and_label(metric: &str) -> (&str, Option<&str>) {
    match metric.strip_suffix(']').and_then(|s| s.split_once('[')) {
        Some((name, label)) => (name, Some(label)),
        None => (metric, None),
    }
}

/// The place of a metric among others, by a name in any case or one that others have for it; the label of one class,
/// where it is a boolean, may be in any spelling.
pub fn place_of_metric<'a>(metric: &str, metrics: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    let place = |metric: &str| metrics.clone().position(|m| m == metric);
    place(metric).or_else(|| {
        let (name, label) = name_and_label(metric);
        let name = find(name).map_or(name, |info| info.name);
        let Some(label) = label else { return place(name) };
        if let Some(at) = place(&format!("{name}[{label}]")) {
            return Some(at);
        }
        let label = Some(label).filter(|l| Spelling::read(l).is_some())?;
        // Those of another name have the empty label, which is no boolean.
        let label_of = |other| match name_and_label(other) {
            (n, Some(l)) if n == name => l,
            _ => "",
        };
        place_of_label(label, metrics.clone().map(label_of))
    })
}

/// The least and the largest value that a metric can have, under any name that others have for it too; infinite where there is
/// none, and for unknown names.
pub fn bounds(metric: &str) -> [f64; 2] {
    let name = name_and_label(metric).0;
    if let Some(info) = find(name) {
        return info.bounds;
    }
    // scikit-learn's scores of what is better when lower have the other sign.
    let turned = name.strip_prefix("neg_").and_then(find);
    turned.map_or(UNBOUNDED, |info| [-info.bounds[1], -info.bounds[0]])
}

/// The metrics that are reported when none is asked for, of classes that are none of them rare; the first is the primary
/// one.
pub(super) fn usual(task: Task, classes: usize) -> impl Iterator<Item = &'static MetricInfo> {
    METRICS.iter().filter(move |m| m.task() == task && (m.usual)(classes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::plain;

    #[test]
    fn no_name_stands_for_two_things() {
        let all = || METRICS.iter();
        let aliases = all().flat_map(|m| m.aliases.iter().copied());
        let related = all().flat_map(|m| m.related.iter().flat_map(|r| r.names.iter().copied()));
        let mut names: Vec<String> = all().map(|m| m.name).chain(aliases).chain(related).map(plain).collect();
        names.sort();
        names.windows(2).for_each(|two| assert_ne!(two[0], two[1]));
    }

    #[test]
    fn metrics_go_by_the_names_of_other_programs() {
        for (theirs, ours) in [
            ("RMSE", "rmse"),
            ("R²", "r2"),
            ("R_squared", "r2"),
            ("mean_absolute_error", "mae"),
            ("AUROC", "roc_auc"),
            ("roc_auc_ovr", "roc_auc"),
            ("logLoss", "log_loss"),
            ("balanced-accuracy", "balanced_accuracy"),
            ("Sensitivity", "recall"),
            ("macro F1", "f1_macro"),
            ("brier_score_loss", "brier"),
        ] {
            assert_eq!(find(theirs).map(|m| m.name), Some(ours), "{theirs}");
        }
        assert!(find("specificity").is_none() && find("neg_log_loss").is_none());
    }

    #[test]
    fn other_metrics_are_told_apart() {
        for (name, words) in [
            ("neg_root_mean_squared_error", "use rmse"),
            ("neg_mean_absolute_error", "use mae"),
            ("neg_log_loss", "use log_loss"),
            ("neg_brier_score", "use brier"),
            ("specificity", "recall[LABEL]"),
            ("f1_micro", "accuracy"),
            ("PR-AUC", "average_precision"),
            ("rmsle", "log of the target"),
            ("root_mean_sqared_error", "did you mean 'rmse'?"),
            ("quality", "; there are r2, rmse"),
        ] {
            let text = unknown_metric(name, Some(Task::Regression));
            assert!(text.contains(words), "{text}");
        }
    }

    #[test]
    fn a_metric_of_a_run_is_found_by_any_of_its_names() {
        let place = |metric| place_of_metric(metric, ["rmse", "f1[yes]", "recall"].into_iter());
        assert_eq!(
            ["RMSE", "f1_score[yes]", "sensitivity", "F1[yes]"].map(place),
            [Some(0), Some(1), Some(2), Some(1)]
        );
        assert_eq!(["mae", "f1", "f1[no]"].map(place), [None; 3]);
    }

    #[test]
    fn bounds_are_those_of_the_definitions() {
        assert_eq!((bounds("recall[a b]"), bounds("roc_auc"), bounds("mcc")), ([0.0, 1.0], [0.0, 1.0], [-1.0, 1.0]));
        assert_eq!((bounds("r2")[1], bounds("rmse")[0], bounds("support[x]")[0]), (1.0, 0.0, 0.0));
        assert_eq!((bounds("neg_log_loss")[1], bounds("R_squared")[1], bounds("AUROC")), (0.0, 1.0, [0.0, 1.0]));
        assert!(METRICS.iter().all(|m| bounds(m.name).iter().any(|b| b.is_finite())));
        assert_eq!(bounds("value_per_row"), [f64::NEG_INFINITY, f64::INFINITY]);
    }

    #[test]
    fn metrics_of_a_boolean_class_are_found_in_any_spelling() {
        let place =
            |metric| place_of_metric(metric, ["f1", "f1[false]", "recall[true]", "f1[true]", "f1[yes]"].into_iter());
        assert_eq!(["f1[true]", "f1[TRUE]", "f1[True]"].map(place), [Some(3); 3]);
        assert_eq!([place("f1"), place("recall[True]"), place("f1[False]")], [Some(0), Some(2), Some(1)]);
        assert_eq!(["f1[tRUE]", "f1[Yes]", "recall[FALSE]", "precision[true]", "f1[]"].map(place), [None; 5]);
    }
}
