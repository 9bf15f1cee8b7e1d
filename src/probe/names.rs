//! The names that probes give to what they find, known before anything is fitted, so that claims can be checked.

use crate::data::{Encoding, Features, Part, Table, Target};
use crate::metric::{Direction, Metric};

/// What a run is about.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The features of the used rows.
    pub features: &'a Features,
    /// The target of the used rows.
    pub target: &'a Target,
    /// The metrics; the first is the primary one.
    pub metrics: &'a [Metric],
}

/// What probes are made for: the run, and its table.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The run.
    pub scene: Scene<'a>,
    /// The table.
    pub table: &'a Table,
    /// Position of each used row in the table.
    pub used: &'a [u32],
}

impl Scene<'_> {
    /// Names of the used columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.features.used.iter().map(|f| f.name.as_str())
    }

    /// Names of what a linear model has coefficients for, part by part: columns, parts of dates, and each level with
    /// the one for missing last.
    pub(super) fn terms(&self) -> Vec<Vec<String>> {
        let of = |part: &Part| match part {
            Part::Levels { name, levels, encoding: Encoding::OneHot, .. } => {
                let level = |l: &str| format!("{name}={l}");
                levels.iter().map(|l| level(l)).chain([level("(missing)")]).collect()
            }
            Part::Number { name, .. } | Part::Levels { name, .. } => vec![name.clone()],
        };
        let mut terms: Vec<Vec<String>> = self.features.parts.iter().map(of).collect();
        // A column may be called as a level of another is.
        let all: Vec<String> = terms.iter().flatten().cloned().collect();
        for term in terms.iter_mut().filter(|of| of.len() == 1).flatten() {
            if all.iter().filter(|other| *other == term).count() > 1 {
                *term += " (column)";
            }
        }
        terms
    }
}

/// Names that a probe may give. A model that it does not suit has none of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// Of numbers read on each split, with the way in which each gets better.
    pub readings: Vec<(String, Direction)>,
    /// Of what is said of all splits together.
    pub figures: Vec<String>,
}

impl Names {
    /// Adds the name of a reading.
    pub(super) fn reading(&mut self, name: impl Into<String>, direction: Direction) {
        self.readings.push((name.into(), direction));
    }

    /// Adds the readings `prefix[column]`, and the figures of their ranking by the `top`.
    pub(super) fn ranked(&mut self, prefix: &str, top: usize, scene: &Scene) {
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
