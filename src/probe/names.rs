//! The names that probes give to what they find, known before anything is fitted, so that claims can be checked.

use std::collections::{HashMap, HashSet};

use crate::data::{Encoding, FeatureColumn, Features, Table, Target};
use crate::metric::{Direction, NamedMetric};

/// What a run is about.
#[derive(Clone, Copy)]
pub struct ProbeContext<'a> {
    /// The features of the used rows.
    pub features: &'a Features,
    /// The target of the used rows.
    pub target: &'a Target,
    /// The metrics; the first is the primary one.
    pub metrics: &'a [NamedMetric],
}

/// What probes are made for: the run, and its table.
#[derive(Clone, Copy)]
pub struct ProbeGround<'a> {
    /// The run.
    pub scene: ProbeContext<'a>,
    /// The table.
    pub table: &'a Table,
    /// Position of each used row in the table.
    pub used: &'a [u32],
}

impl ProbeContext<'_> {
    /// Names of the used columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.features.used.iter().map(|f| f.name.as_str())
    }

    /// Names of what a linear model has coefficients for, part by part: columns, parts of dates, and each level with
    /// the one for missing last. No two are the same, whatever columns and levels are called.
    pub(super) fn terms(&self) -> Vec<Vec<String>> {
        let mut names = distinct(self.raw_terms()).into_iter();
        let width = |part: &FeatureColumn| match part {
            FeatureColumn::Levels { levels, encoding: Encoding::OneHot, .. } => levels.len() + 1,
            FeatureColumn::Number { .. } | FeatureColumn::Levels { .. } => 1,
        };
        self.features.parts.iter().map(|part| names.by_ref().take(width(part)).collect()).collect()
    }

    /// The terms with the names that each would have if it were alone.
    fn raw_terms(&self) -> Vec<Term> {
        let mut terms = Vec::new();
        for (feature, parts) in self.features.used.iter().zip(self.features.parts_of_columns()) {
            for part in &self.features.parts[parts] {
                let column = &feature.name;
                let mut term =
                    |name: &str, kind| terms.push(Term { name: name.to_owned(), kind, column: column.clone() });
                match part {
                    FeatureColumn::Levels { name, levels, encoding: Encoding::OneHot, .. } => {
                        levels.iter().for_each(|level| term(&format!("{name}={level}"), Kind::Level));
                        term(&format!("{name}=(missing)"), Kind::Missing);
                    }
                    FeatureColumn::Number { name, .. } if !feature.calendar.is_empty() => term(name, Kind::DatePart),
                    FeatureColumn::Number { name, .. } | FeatureColumn::Levels { name, .. } => term(name, Kind::Column),
                }
            }
        }
        terms
    }
}

/// What a coefficient belongs to. Of terms with one name, the one whose kind stands first here keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Missing,
    DatePart,
    Level,
    Column,
}

/// A term with the name that it would have if it were alone.
struct Term {
    name: String,
    kind: Kind,
    column: String,
}

impl Term {
    /// The name with what tells it from others of the same name.
    fn told_apart(&self) -> String {
        let Self { name, kind, column } = self;
        match kind {
            Kind::Missing => format!("{name} (missing in {column})"),
            Kind::DatePart => format!("{name} (part of {column})"),
            Kind::Level => format!("{name} (level of {column})"),
            Kind::Column => format!("{name} (column)"),
        }
    }
}

/// Names of the terms, each another one.
fn distinct(terms: Vec<Term>) -> Vec<String> {
    let mut same: HashMap<&str, Vec<usize>> = HashMap::new();
    terms.iter().enumerate().for_each(|(at, term)| same.entry(&term.name).or_default().push(at));
    let keeps = |at: usize| {
        let others = &same[terms[at].name.as_str()];
        others.iter().all(|other| *other == at || terms[*other].kind > terms[at].kind)
    };
    let mut taken: HashSet<String> = HashSet::new();
    let mut names: Vec<Option<String>> = (0..terms.len()).map(|at| keeps(at).then(|| terms[at].name.clone())).collect();
    taken.extend(names.iter().flatten().cloned());
    for (name, term) in names.iter_mut().zip(&terms) {
        if name.is_none() {
            let base = term.told_apart();
            let numbered = (2..).map(|n| format!("{base} {n}"));
            *name = std::iter::once(base.clone()).chain(numbered).find(|name| taken.insert(name.clone()));
        }
    }
    names.into_iter().flatten().collect()
}

/// Names that a probe may give. A model that it does not suit has none of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// Of numbers read on each split, with the way in which each gets better.
    pub readings: Vec<(String, Direction)>,
    /// Of what is said of all splits together.
    pub figures: Vec<String>,
    /// Families of readings, such as `coefficient`, whose names external models choose.
    pub open: Vec<&'static str>,
}

impl Names {
    /// Adds the name of a reading.
    pub(super) fn reading(&mut self, name: impl Into<String>, direction: Direction) {
        self.readings.push((name.into(), direction));
    }

    /// Adds the readings `prefix[column]`, and the figures of their ranking by the `top`.
    pub(super) fn ranked(&mut self, prefix: &str, top: usize, scene: &ProbeContext) {
        let columns: Vec<&str> = scene.columns().collect();
        self.readings.extend(columns.iter().map(|c| (format!("{prefix}[{c}]"), Direction::None)));
        let k = top.min(columns.len().saturating_sub(1));
        if k > 0 {
            let measures = ["kendall_w".into(), format!("jaccard_top{k}"), format!("nogueira_top{k}")];
            self.figures.extend(measures.iter().map(|m| format!("{prefix}.{m}")));
            self.figures.extend(columns.iter().map(|c| format!("{prefix}.top{k}[{c}]")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_one_name_are_told_apart() {
        let term = |name: &str, kind, column: &str| Term { name: name.into(), kind, column: column.into() };
        let names = distinct(vec![
            term("d.days", Kind::DatePart, "d"),
            term("d.days", Kind::Column, "d.days"),
            term("t=(missing)", Kind::Level, "t"),
            term("t=(missing)", Kind::Missing, "t"),
            term("a=b=c", Kind::Level, "a"),
            term("a=b=c", Kind::Level, "a=b"),
            term("d.days (column)", Kind::Column, "d.days (column)"),
            term("x", Kind::Column, "x"),
        ]);
        let want = [
            "d.days",
            "d.days (column) 2",
            "t=(missing) (level of t)",
            "t=(missing)",
            "a=b=c (level of a)",
            "a=b=c (level of a=b)",
            "d.days (column)",
            "x",
        ];
        assert_eq!(names, want);
    }
}
