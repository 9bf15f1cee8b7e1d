//! Boosting again, written for clarity: every candidate of every node adds up its rows anew, without bins, histograms or
//! subtraction. Whole models must be the same, bit for bit.

use std::borrow::Cow;

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::boost::{Boost, EarlyStopping};
use super::boost_tree::{BoostTree, Node, Test};
use super::boosted::Boosted;
use super::columns::{Column, Columns, Values};
use super::impurity::Truth;
use super::loss::{Loss, Objective};
use super::step::{STEP_BITS, Units};
use super::thresholds::plain::thresholds;

/// A random table with its target.
pub(super) struct Sample {
    pub(super) columns: Columns<'static>,
    pub(super) train: Vec<u32>,
    pub(super) numbers: Vec<f64>,
    pub(super) codes: Vec<u32>,
    pub(super) classes: usize,
}

impl Sample {
    pub(super) fn random(random: &mut ChaCha8Rng) -> Self {
        let rows = random.gen_range(8..150);
        let columns = (0..random.gen_range(1..5)).map(|_| random_column(random, rows)).collect();
        let mut train: Vec<u32> = (0..rows as u32).filter(|_| random.gen_bool(0.7)).collect();
        for _ in 0..random.gen_range(0..rows) {
            train.push(random.gen_range(0..rows) as u32);
        }
        train.push(0);
        train.sort_unstable();
        let columns = Columns { columns, rows };
        let classes = random.gen_range(2..5);
        let coarse = random.gen_bool(0.5);
        // Targets that lean on the first column, so that there is something to find.
        let lean: Vec<f64> = columns.columns[0].codes().iter().map(|c| f64::from(*c % 7)).collect();
        let noise = |r: &mut ChaCha8Rng| if coarse { f64::from(r.gen_range(0..4)) } else { r.gen_range(0.0..4.0) };
        let numbers: Vec<f64> = lean.iter().map(|l| l + noise(random)).collect();
        let codes = numbers.iter().map(|y| (*y as u32 + random.gen_range(0..2)) % classes as u32).collect();
        Self { columns, train, numbers, codes, classes }
    }

    pub(super) fn truth(&self, loss: Loss) -> Truth<'_> {
        match loss {
            Loss::Log => Truth::Classes { codes: &self.codes, classes: self.classes },
            _ => Truth::Values(&self.numbers),
        }
    }

    /// The cells as numbers: values, or codes of levels.
    pub(super) fn matrix(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.columns.rows, self.columns.columns.len()), |(i, j)| {
            match &self.columns.columns[j] {
                Column::Number { codes, values } => cell(values, codes[i]).unwrap_or(f64::NAN),
                Column::Levels { codes, .. } => f64::from(codes[i]),
            }
        })
    }
}

fn random_column(random: &mut ChaCha8Rng, rows: usize) -> Column<'static> {
    let gaps = if random.gen_bool(0.4) { random.gen_range(0.0..0.6) } else { 0.0 };
    let kind = random.gen_range(0..6);
    if kind == 0 {
        let levels = random.gen_range(1..9);
        let codes = (0..rows)
            .map(|_| if random.gen_bool(gaps) { levels as u32 - 1 } else { random.gen_range(0..levels) as u32 })
            .collect();
        return Column::Levels { codes: Cow::Owned(codes), levels };
    }
    let cells: Vec<f64> = (0..rows)
        .map(|_| match kind {
            _ if random.gen_bool(gaps) => f64::NAN,
            1 => f64::from(random.gen_range(0..6)),
            2 => f64::from(random.gen_range(0..40)) / 8.0,
            // Some numbers are heavy, others rare.
            3 if random.gen_bool(0.8) => 0.0,
            4 if random.gen_bool(0.6) => f64::from(random.gen_range(0..4)) / 2.0 - 1.0,
            _ => random.gen_range(-1.0..1.0),
        })
        .collect();
    Column::ranked(&cells)
}

pub(super) fn random_boost(random: &mut ChaCha8Rng, loss: Loss) -> Boost {
    Boost {
        learning_rate: [0.1, 0.5, 1.0][random.gen_range(0..3)],
        n_estimators: random.gen_range(1..5),
        max_leaf_nodes: [None, Some(2), Some(3), Some(6), Some(31)][random.gen_range(0..5)],
        max_depth: [None, None, Some(1), Some(3)][random.gen_range(0..4)],
        min_samples_leaf: [1, 1, 2, 5, 20][random.gen_range(0..5)],
        l2: [0.0, 0.0, 1.5][random.gen_range(0..3)],
        max_bins: [2, 3, 7, 255][random.gen_range(0..4)],
        early_stopping: EarlyStopping::Off,
        ..Boost::new(loss)
    }
}

/// One column of the train rows: the group of each, `None` if missing.
struct Groups {
    of_row: Vec<Option<usize>>,
    count: usize,
    thresholds: Option<Vec<f64>>,
    of_level: Vec<Option<usize>>,
}

/// The number behind a code, unless it is missing.
fn cell(values: &Values, code: u32) -> Option<f64> {
    (code < values.count() as u32).then(|| values.at(code as usize))
}

fn groups(column: &Column, train: &[u32], max_bins: usize) -> Groups {
    match column {
        Column::Number { codes, values } => {
            let mut sorted: Vec<f64> = train.iter().filter_map(|r| cell(values, codes[*r as usize])).collect();
            sorted.sort_by(f64::total_cmp);
            let thresholds = thresholds(&sorted, max_bins);
            let group = |x: f64| thresholds.iter().filter(|t| **t < x).count();
            let of_row = train.iter().map(|r| cell(values, codes[*r as usize]).map(group)).collect();
            Groups { of_row, count: thresholds.len() + 1, thresholds: Some(thresholds), of_level: Vec::new() }
        }
        Column::Levels { codes, levels } => {
            let often = |level: usize| train.iter().filter(|r| codes[**r as usize] as usize == level).count();
            let mut known: Vec<usize> = (0..levels - 1).filter(|level| often(*level) > 0).collect();
            known.sort_by_key(|level| (usize::MAX - often(*level), *level));
            let rare = if known.len() > max_bins { known.split_off(max_bins - 1) } else { Vec::new() };
            known.sort_unstable();
            let of_level: Vec<Option<usize>> = (0..*levels)
                .map(|l| if rare.contains(&l) { Some(known.len()) } else { known.iter().position(|k| *k == l) })
                .collect();
            let count = known.len() + usize::from(!rare.is_empty());
            let of_row = train.iter().map(|r| of_level[codes[*r as usize] as usize]).collect();
            Groups { of_row, count, thresholds: None, of_level }
        }
    }
}

struct Reference<'a> {
    boost: &'a Boost,
    columns: &'a Columns<'a>,
    groups: Vec<Groups>,
    gradients: Vec<i64>,
    hessians: Vec<i64>,
    units: Units,
}

struct Found {
    gain: f64,
    column: usize,
    left_groups: Vec<usize>,
    gaps_left: bool,
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Reference<'_> {
    fn sums(&self, rows: &[usize]) -> (f64, f64) {
        let gradient: i64 = rows.iter().map(|i| self.gradients[*i]).sum();
        let hessian: i64 = if self.hessians.is_empty() { 0 } else { rows.iter().map(|i| self.hessians[*i]).sum() };
        let h = if self.hessians.is_empty() { rows.len() as f64 } else { hessian as f64 * self.units.hessian };
        (gradient as f64 * self.units.gradient, h)
    }

    fn value(&self, rows: &[usize]) -> f64 {
        let (g, h) = self.sums(rows);
        -g / (h + self.boost.l2 + 1e-15)
    }

    fn gain(&self, left: &[usize], right: &[usize]) -> f64 {
        let l2 = self.boost.l2;
        let ((gl, hl), (gr, hr)) = (self.sums(left), self.sums(right));
        let (a, b) = (hl + l2, hr + l2);
        let whole = |rows: &[usize]| rows.iter().map(|i| i128::from(self.gradients[*i])).sum::<i128>();
        let mut apart = gl * b - gr * a;
        if self.hessians.is_empty() && l2 == 0.0 {
            let exact = whole(left) * right.len() as i128 - whole(right) * left.len() as i128;
            apart = exact as f64 * self.units.gradient;
        } else if apart.abs() <= 4.0 * f64::EPSILON * ((gl * b).abs() + (gr * a).abs()) {
            apart = 0.0;
        }
        let gain = apart * apart / (a * b * (a + b));
        if l2 == 0.0 { gain } else { gain - l2 * (gl + gr) * (gl + gr) / ((a + b) * (a + b - l2)) }
    }

    fn best(&self, rows: &[usize], root: bool) -> Option<Found> {
        let least = if root { self.sums(rows).0 * self.value(rows) } else { 0.0 };
        let mut best: Option<Found> = None;
        for column in 0..self.groups.len() {
            for (left_groups, gaps_left) in self.candidates(column, rows) {
                let goes_left = |i: &usize| match self.groups[column].of_row[*i] {
                    Some(group) => left_groups.contains(&group),
                    None => gaps_left,
                };
                let (left, right): (Vec<usize>, Vec<usize>) = rows.iter().partition(|i| goes_left(i));
                let enough = |side: &[usize]| side.len() >= self.boost.min_samples_leaf && self.sums(side).1 >= 1e-3;
                if !enough(&left) || !enough(&right) {
                    continue;
                }
                let gain = self.gain(&left, &right);
                if gain > best.as_ref().map_or(least, |b| b.gain) {
                    best = Some(Found { gain, column, left_groups, gaps_left, left, right });
                }
            }
        }
        let mut best = best?;
        if rows.iter().all(|i| self.groups[best.column].of_row[*i].is_some()) {
            best.gaps_left = best.left.len() > best.right.len();
        }
        Some(best)
    }

    /// The groups that go left, and whether missing cells do, in the order in which ties are settled.
    fn candidates(&self, column: usize, rows: &[usize]) -> Vec<(Vec<usize>, bool)> {
        let groups = &self.groups[column];
        let with = |group: Option<usize>| -> Vec<usize> {
            rows.iter().copied().filter(|i| groups.of_row[*i] == group).collect()
        };
        let mut made = Vec::new();
        if groups.thresholds.is_some() {
            for last in (0..groups.count).filter(|g| !with(Some(*g)).is_empty()) {
                made.push(((0..=last).collect(), false));
                if !with(None).is_empty() {
                    made.push(((0..=last).collect(), true));
                }
            }
            return made;
        }
        let scale = rows.len() as f64 / self.sums(rows).1;
        let all = (0..groups.count).map(Some).chain([None]);
        let mut order: Vec<(f64, Option<usize>)> = Vec::new();
        for group in all {
            let (g, h) = self.sums(&with(group));
            if h * scale >= 10.0 {
                order.push((g / (h + 10.0), group));
            }
        }
        order.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap());
        let half = order.len().div_ceil(2);
        if order.len() < 2 {
            return made;
        }
        let set = |part: &[(f64, Option<usize>)]| {
            (part.iter().filter_map(|p| p.1).collect(), part.iter().any(|p| p.1.is_none()))
        };
        (1..=half).for_each(|k| made.push(set(&order[..k])));
        (1..half).for_each(|k| made.push(set(&order[order.len() - k..])));
        made
    }

    fn test(&self, found: &Found) -> Test {
        let groups = &self.groups[found.column];
        match &self.columns.columns[found.column] {
            Column::Number { values, .. } => {
                let last = *found.left_groups.iter().max().unwrap();
                let threshold = groups.thresholds.as_ref().unwrap().get(last).copied().unwrap_or(f64::INFINITY);
                let cut = (0..values.count()).filter(|c| values.at(*c) <= threshold).count() as u32;
                Test::Number { threshold, cut, gap: values.count() as u32 }
            }
            Column::Levels { levels, .. } => {
                let mut bits = vec![0; levels.div_ceil(64)].into_boxed_slice();
                for level in 0..*levels {
                    let left = groups.of_level[level].map_or(found.gaps_left, |g| found.left_groups.contains(&g));
                    bits[level / 64] |= u64::from(left) << (level % 64);
                }
                Test::Levels { bits, levels: *levels as u32 }
            }
        }
    }

    fn grow(&self) -> (BoostTree, Vec<(usize, Vec<usize>)>) {
        let mut nodes = vec![Node::Leaf(0.0)];
        // (node, depth, rows), in the order of their making.
        let mut leaves = vec![(0, 0, (0..self.gradients.len()).collect::<Vec<_>>())];
        while leaves.len() < self.boost.max_leaf_nodes.unwrap_or(usize::MAX) {
            let mut best: Option<(usize, Found)> = None;
            for (place, (node, depth, rows)) in leaves.iter().enumerate() {
                if self.boost.max_depth.is_none_or(|most| *depth < most)
                    && let Some(found) = self.best(rows, *node == 0)
                    && best.as_ref().is_none_or(|(_, b)| found.gain > b.gain)
                {
                    best = Some((place, found));
                }
            }
            let Some((place, found)) = best else { break };
            let (node, depth, _) = leaves.remove(place);
            let (left, column) = (nodes.len() as u32, found.column as u32);
            nodes[node] = Node::Inner { column, left, gaps_left: found.gaps_left, test: self.test(&found) };
            for rows in [found.left, found.right] {
                nodes.push(Node::Leaf(self.value(&rows)));
                leaves.push((nodes.len() - 1, depth + 1, rows));
            }
        }
        (BoostTree { nodes }, leaves.into_iter().map(|(node, _, rows)| (node, rows)).collect())
    }
}

pub(super) fn reference(boost: &Boost, columns: &Columns, train: &[u32], truth: Truth) -> Boosted {
    let mut present = Vec::new();
    let mut classes = 0;
    if let Truth::Classes { codes, classes: all } = truth {
        classes = all;
        present = train.iter().map(|r| codes[*r as usize]).collect();
        present.sort_unstable();
        present.dedup();
    }
    let objective = Objective::new(boost.loss, truth, &present, train).unwrap();
    let n = train.len();
    let baseline = objective.baseline(train);
    let mut scores: Vec<f64> = baseline.iter().flat_map(|b| vec![*b; n]).collect();
    let mut trees = Vec::new();
    let iterations = if classes > 0 && present.len() < 2 { 0 } else { boost.n_estimators };
    for _ in 0..iterations {
        let mut norms = Vec::new();
        objective.norms(&scores, &mut norms);
        for k in 0..objective.outputs() {
            let scores = &mut scores[k * n..][..n];
            let mut steps = Vec::new();
            let units = objective.steps(k, train, scores, &norms, &mut steps);
            let gradients = steps.iter().map(|s| s[0]).collect();
            let constant = objective.constant_hessian();
            let hessians = if constant { Vec::new() } else { steps.iter().map(|s| s[1] >> STEP_BITS).collect() };
            let groups = columns.columns.iter().map(|c| groups(c, train, boost.max_bins)).collect();
            let (mut tree, leaves) = Reference { boost, columns, groups, gradients, hessians, units }.grow();
            for (node, rows) in leaves {
                let Node::Leaf(value) = &mut tree.nodes[node] else { unreachable!() };
                if let (Loss::Absolute, Truth::Values(y)) = (boost.loss, truth) {
                    let mut rest: Vec<f64> = rows.iter().map(|i| y[train[*i] as usize] - scores[*i]).collect();
                    rest.sort_by(f64::total_cmp);
                    *value = (rest[(rest.len() - 1) / 2] + rest[rest.len() / 2]) / 2.0;
                }
                *value *= boost.learning_rate;
                rows.iter().for_each(|i| scores[*i] += *value);
            }
            trees.push(tree);
        }
    }
    Boosted { loss: boost.loss, baseline, trees, present, classes, validation: Vec::new() }
}

#[test]
fn whole_models_are_those_of_plain_loops() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut inner, mut level_tests, mut gap_tests) = (0, 0, 0);
    for case in 0..800 {
        let sample = Sample::random(&mut random);
        let loss = [Loss::Squared, Loss::Absolute, Loss::Poisson, Loss::Log][case % 4];
        let boost = random_boost(&mut random, loss);
        let fitted = boost.fit_columns(&sample.columns, &sample.train, sample.truth(loss)).unwrap();
        let expected = reference(&boost, &sample.columns, &sample.train, sample.truth(loss));
        assert_eq!(fitted, expected, "case {case}: {boost:?}");
        for node in fitted.trees.iter().flat_map(|t| &t.nodes) {
            if let Node::Inner { gaps_left, test, .. } = node {
                inner += 1;
                level_tests += usize::from(matches!(test, Test::Levels { .. }));
                gap_tests += usize::from(*gaps_left);
            }
        }
        let raw = fitted.raw_rows(&sample.columns, &(0..sample.columns.rows as u32).collect::<Vec<_>>());
        assert_eq!(raw, fitted.raw_matrix(sample.matrix().view()), "case {case}");
    }
    // The samples are not trivial.
    assert!(inner > 8000 && level_tests > 500 && gap_tests > 1000, "{inner} {level_tests} {gap_tests}");
}
