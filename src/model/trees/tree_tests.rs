//! Trees and forests against a reference written for clarity: every column, every threshold, every
//! side for what is missing, with sums taken anew for each.

use std::borrow::Cow;

use ndarray::{Array1, Array2};

use super::draw::Generator;
use super::impurity::Quantised;
use super::search::TIE;
use super::*;

/// A cell of a column: a number, a missing number, or a level.
#[derive(Debug, Clone)]
enum Raw {
    Numbers(Vec<f64>),
    Levels(Vec<u32>, usize),
}

#[derive(Debug, Clone)]
struct Table {
    raw: Vec<Raw>,
    entries: Vec<Entry>,
    values: Vec<f64>,
    classes: Vec<u32>,
}

const CLASSES: usize = 3;

fn random_table(d: &mut Generator) -> Table {
    let rows = 2 + d.below(24) as usize;
    let train = 1 + d.below(rows as u32 * 2) as usize;
    let kinds = 1 + d.below(4) as usize;
    let raw = (0..kinds)
        .map(|_| {
            // Wide columns are sorted, narrow ones counted.
            let most = [9, 9, 200][d.below(3) as usize];
            let width = 1 + d.below(most);
            let gaps = d.below(3);
            if d.below(3) == 0 {
                return Raw::Levels((0..rows).map(|_| d.below(width)).collect(), width as usize + 1);
            }
            let number = |_| {
                if gaps > 0 && d.below(4) < gaps { f64::NAN } else { f64::from(d.below(width)) * 0.3 - 1.0 }
            };
            Raw::Numbers((0..rows).map(number).collect())
        })
        .collect();
    let spread = 2 + d.below(20);
    Table {
        raw,
        entries: (0..train).map(|_| Entry { row: d.below(rows as u32), weight: 1 + d.below(3) }).collect(),
        values: (0..rows).map(|_| f64::from(d.below(spread))).collect(),
        classes: (0..rows).map(|_| d.below(CLASSES as u32)).collect(),
    }
}

impl Table {
    fn rows(&self) -> usize {
        self.values.len()
    }

    fn columns(&self) -> Columns<'static> {
        let column = |raw: &Raw| match raw {
            Raw::Numbers(numbers) => Column::ranked(numbers),
            Raw::Levels(codes, levels) => Column::Levels { codes: Cow::Owned(codes.clone()), levels: *levels },
        };
        Columns { columns: self.raw.iter().map(column).collect(), rows: self.rows() }
    }

    /// The encoded columns as numbers.
    fn encoded(&self, rows: &[u32]) -> Vec<Vec<f64>> {
        let mut all = Vec::new();
        for raw in &self.raw {
            match raw {
                Raw::Numbers(numbers) => all.push(numbers.clone()),
                Raw::Levels(codes, levels) => {
                    for level in 0..*levels as u32 {
                        if rows.iter().any(|r| codes[*r as usize] == level) {
                            all.push(codes.iter().map(|c| f64::from(u8::from(*c == level))).collect());
                        }
                    }
                }
            }
        }
        all
    }

    fn truth(&self, impurity: Impurity) -> Truth<'_> {
        match impurity {
            Impurity::Gini | Impurity::Entropy => Truth::Classes { codes: &self.classes, classes: CLASSES },
            _ => Truth::Values(&self.values),
        }
    }

    fn train(&self) -> Vec<u32> {
        self.entries.iter().map(|e| e.row).collect()
    }
}

/// Which columns the reference may use.
enum Picks<'a> {
    All,
    Some { wanted: usize, one_threshold: bool, draws: &'a mut Generator },
}

struct Reference<'a> {
    table: &'a Table,
    columns: Vec<Vec<f64>>,
    impurity: Impurity,
    limits: Limits,
    quantised: Vec<i64>,
    unit: f64,
    /// The place of each column where splits are equally good.
    places: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq)]
struct RefNode {
    split: Option<(usize, f64, bool, usize, usize)>,
    output: Vec<f64>,
}

struct Candidate {
    gain: f64,
    column: usize,
    threshold: f64,
    missing_left: bool,
}

struct Work {
    node: usize,
    entries: Vec<Entry>,
    depth: usize,
}

fn n_log_n(n: u64) -> f64 {
    if n == 0 { 0.0 } else { n as f64 * (n as f64).log2() }
}

impl Reference<'_> {
    fn class_weights(&self, side: &[Entry]) -> Vec<u64> {
        let weight =
            |c: u32| side.iter().filter(|e| self.table.classes[e.row as usize] == c).map(|e| u64::from(e.weight)).sum();
        (0..CLASSES as u32).map(weight).collect()
    }

    /// By how much two sides lower weight × impurity, from whole numbers without rounding where that is possible.
    fn gain(&self, left: &[Entry], right: &[Entry]) -> f64 {
        let whole = [left, right].concat();
        let weight = |side: &[Entry]| side.iter().map(|e| i128::from(e.weight)).sum::<i128>();
        let (all, own, other) = (weight(&whole), weight(left), weight(right));
        // (sum of a side × weight of the node - sum of the node × weight of the side)².
        let apart = |sum: &dyn Fn(&[Entry]) -> i128| (sum(left) * all - sum(&whole) * own) as f64;
        let divisor = own as f64 * other as f64 * all as f64;
        match self.impurity {
            Impurity::SquaredError => {
                let target = |e: &Entry| i128::from(self.quantised[e.row as usize]) * i128::from(e.weight);
                apart(&|side| side.iter().map(target).sum()).powi(2) / divisor
            }
            Impurity::Gini => {
                let of = |c: usize| apart(&|side| i128::from(self.class_weights(side)[c]));
                (0..CLASSES).map(|c| of(c).powi(2)).sum::<f64>() / divisor
            }
            Impurity::Entropy => {
                let mixed = |side: &[Entry]| {
                    let logs: f64 = self.class_weights(side).iter().map(|c| n_log_n(*c)).sum();
                    n_log_n(weight(side) as u64) - logs
                };
                mixed(&whole) - mixed(left) - mixed(right)
            }
            Impurity::AbsoluteError => (self.distances(&whole) - self.distances(left) - self.distances(right)) as f64,
        }
    }

    /// Gains that are no further apart are equal.
    fn tie(&self, entries: &[Entry], gain: f64) -> f64 {
        let weight = entries.iter().map(|e| u64::from(e.weight)).sum();
        let slack = if self.impurity == Impurity::Entropy { 4.0 * f64::EPSILON * n_log_n(weight) } else { 0.0 };
        TIE * gain + slack
    }

    fn distances(&self, side: &[Entry]) -> i64 {
        let repeat = |e: &Entry| vec![self.quantised[e.row as usize]; e.weight as usize];
        let mut all: Vec<i64> = side.iter().flat_map(repeat).collect();
        all.sort_unstable();
        all.iter().map(|v| (v - all[all.len() / 2]).abs()).sum()
    }

    fn output(&self, entries: &[Entry]) -> Vec<f64> {
        let weight: u32 = entries.iter().map(|e| e.weight).sum();
        let value = |e: &Entry| self.table.values[e.row as usize];
        match self.impurity {
            Impurity::SquaredError => {
                vec![entries.iter().map(|e| f64::from(e.weight) * value(e)).sum::<f64>() / f64::from(weight)]
            }
            Impurity::AbsoluteError => {
                let mut all: Vec<f64> = entries.iter().flat_map(|e| vec![value(e); e.weight as usize]).collect();
                all.sort_by(f64::total_cmp);
                vec![(all[(all.len() - 1) / 2] + all[all.len() / 2]) / 2.0]
            }
            _ => self.class_weights(entries).iter().map(|c| *c as f64 / f64::from(weight)).collect(),
        }
    }

    fn pure(&self, entries: &[Entry]) -> bool {
        let key = |e: &Entry| match self.impurity {
            Impurity::Gini | Impurity::Entropy => f64::from(self.table.classes[e.row as usize]),
            _ => self.table.values[e.row as usize],
        };
        entries.iter().all(|e| key(e) == key(&entries[0]))
    }

    fn part(&self, entries: &[Entry], column: usize, threshold: f64, missing_left: bool) -> [Vec<Entry>; 2] {
        let left = |e: &Entry| goes_left(self.columns[column][e.row as usize], threshold, missing_left);
        let (left, right) = entries.iter().partition(|e| left(e));
        [left, right]
    }

    fn candidates(&self, entries: &[Entry], column: usize, thresholds: &[f64]) -> Vec<Candidate> {
        let mut found = Vec::new();
        for threshold in thresholds.iter().copied().chain([f64::INFINITY]) {
            for missing_left in [false, true] {
                let [left, right] = self.part(entries, column, threshold, missing_left);
                let gaps = entries.iter().any(|e| self.columns[column][e.row as usize].is_nan());
                if left.len().min(right.len()) >= self.limits.min_samples_leaf.max(1) && (gaps || !missing_left) {
                    let gain = self.gain(&left, &right);
                    found.push(Candidate { gain, column, threshold, missing_left });
                }
            }
        }
        found
    }

    /// The distinct numbers of a column in a node, and whether some are missing.
    fn distinct(&self, entries: &[Entry], column: usize) -> (Vec<f64>, bool) {
        let all = entries.iter().map(|e| self.columns[column][e.row as usize]);
        let mut present: Vec<f64> = all.clone().filter(|v| !v.is_nan()).collect();
        present.sort_by(f64::total_cmp);
        present.dedup();
        (present, all.into_iter().any(f64::is_nan))
    }

    fn search(&self, work: &Work, picks: &mut Picks) -> Option<Candidate> {
        let mut found = Vec::new();
        let middles = |v: &[f64]| v.windows(2).map(|w| 0.5 * w[0] + 0.5 * w[1]).collect::<Vec<_>>();
        match picks {
            Picks::All => {
                for column in 0..self.columns.len() {
                    let (values, _) = self.distinct(&work.entries, column);
                    found.extend(self.candidates(&work.entries, column, &middles(&values)));
                }
            }
            Picks::Some { wanted, one_threshold, draws } => {
                let mut list: Vec<usize> = (0..self.columns.len()).collect();
                let mut varied = false;
                for i in 0..list.len() {
                    if i >= *wanted && varied {
                        break;
                    }
                    let other = i + draws.below((list.len() - i) as u32) as usize;
                    list.swap(i, other);
                    let (values, gaps) = self.distinct(&work.entries, list[i]);
                    if values.len() + usize::from(gaps) == 1 {
                        continue;
                    }
                    varied = true;
                    if !*one_threshold || (values.len() == 1 && draws.below(2) == 1) {
                        found.extend(self.candidates(&work.entries, list[i], &middles(&values)));
                        continue;
                    }
                    if values.len() == 1 {
                        continue;
                    }
                    let share = draws.uniform();
                    let threshold = (1.0 - share) * values[0] + share * values[values.len() - 1];
                    let side = gaps && draws.below(2) == 0;
                    let drawn = |c: &Candidate| c.threshold == threshold && c.missing_left == side;
                    found.extend(self.candidates(&work.entries, list[i], &[threshold]).into_iter().filter(drawn));
                }
            }
        }
        // Columns may come in any order, thresholds of one column ascend.
        found.sort_by_key(|c| self.places[c.column]);
        found
            .into_iter()
            .reduce(|best, next| if next.gain > best.gain + self.tie(&work.entries, best.gain) { next } else { best })
    }

    fn grow(&self, entries: &[Entry], picks: &mut Picks) -> Vec<RefNode> {
        let mut nodes = vec![RefNode { split: None, output: self.output(entries) }];
        let all: f64 = entries.iter().map(|e| f64::from(e.weight)).sum();
        let root = Work { node: 0, entries: entries.to_vec(), depth: 0 };
        let mut waiting = vec![root];
        let mut ready: Vec<(f64, Work, Candidate)> = Vec::new();
        let mut leaves = 1;
        let limits = &self.limits;
        loop {
            // Depth first: split as soon as searched. Best first: search all that waits, split the best.
            if let Some(work) = waiting.pop() {
                let few = work.entries.len() < limits.min_samples_split.max(2 * limits.min_samples_leaf);
                if work.depth >= limits.max_depth || few || self.pure(&work.entries) {
                    continue;
                }
                let Some(best) = self.search(&work, picks) else { continue };
                let gain = best.gain.max(0.0) * self.unit / all;
                if gain + f64::EPSILON < limits.min_impurity_decrease {
                    continue;
                }
                ready.push((gain, work, best));
                if limits.max_leaf_nodes.is_some() {
                    continue;
                }
            }
            if ready.is_empty() || limits.max_leaf_nodes.is_some_and(|most| leaves >= most) {
                return nodes;
            }
            let better = |a: usize, b: usize| {
                if (ready[b].0, ready[a].1.node) > (ready[a].0, ready[b].1.node) { b } else { a }
            };
            let at = (0..ready.len()).reduce(better).unwrap();
            let (_, work, best) = ready.remove(at);
            let [left, right] = self.part(&work.entries, best.column, best.threshold, best.missing_left);
            let weight = |side: &[Entry]| side.iter().map(|e| e.weight).sum::<u32>();
            let gaps = self.distinct(&work.entries, best.column).1;
            let missing_left = if gaps { best.missing_left } else { weight(&left) >= weight(&right) };
            leaves += 1;
            let first = nodes.len();
            nodes[work.node].split = Some((best.column, best.threshold, missing_left, first, first + 1));
            let mut children = Vec::new();
            for (i, entries) in [left, right].into_iter().enumerate() {
                nodes.push(RefNode { split: None, output: self.output(&entries) });
                children.push(Work { node: first + i, entries, depth: work.depth + 1 });
            }
            children.reverse();
            waiting.extend(children);
        }
    }
}

fn goes_left(value: f64, threshold: f64, missing_left: bool) -> bool {
    if value.is_nan() { missing_left } else { value <= threshold }
}

fn reference<'a>(table: &'a Table, train: &[Entry], impurity: Impurity, limits: Limits) -> Reference<'a> {
    let rows: Vec<u32> = train.iter().map(|e| e.row).collect();
    let weight = train.iter().map(|e| u64::from(e.weight)).sum();
    let q = Quantised::new(&table.values, train.iter().map(|e| (e.row, e.weight)), weight);
    let unit = match impurity {
        Impurity::SquaredError => q.unit() * q.unit(),
        Impurity::AbsoluteError => q.unit(),
        _ => 1.0,
    };
    let columns = table.encoded(&rows);
    let places = (0..columns.len() as u32).collect();
    Reference {
        table,
        columns,
        impurity,
        limits,
        quantised: table.values.iter().map(|v| q.of(*v)).collect(),
        unit,
        places,
    }
}

/// Nodes and outputs, and the leaf of every row of the table, are those of the reference.
fn assert_same(grown: &Grown, expected: &[RefNode], r: &Reference, what: &str) {
    let columns = r.table.columns();
    let as_ref = |i: usize| {
        let n = &grown.nodes[i];
        let threshold = if n.level { f64::NAN } else { n.threshold };
        let split = (n.column as usize, threshold, n.missing_left, n.left as usize, n.left as usize + 1);
        ((n.left != 0).then_some(split), n)
    };
    assert_eq!(grown.nodes.len(), expected.len(), "{what}");
    for (i, e) in expected.iter().enumerate() {
        let (split, node) = as_ref(i);
        if split.is_none() {
            assert_eq!(grown.output(node.cut as usize), e.output, "{what}: node {i}");
        }
        // What the side of missing numbers is for a level is nothing.
        let (split, wanted) = match node.level {
            true => {
                (split.map(|s| (s.0, node.threshold, false, s.3, s.4)), e.split.map(|s| (s.0, s.1, false, s.3, s.4)))
            }
            false => (split, e.split),
        };
        assert_eq!(split, wanted, "{what}: node {i}");
    }
    for row in 0..r.table.rows() {
        let mut at = 0;
        // Levels that occur in no train row are 0 in all encoded columns.
        while let Some((column, threshold, missing_left, left, right)) = expected[at].split {
            at = if goes_left(r.columns[column][row], threshold, missing_left) { left } else { right };
        }
        assert_eq!(grown.leaf_of_row(&columns, row), &expected[at].output[..], "{what}: row {row}");
        if r.table.raw.iter().all(|raw| matches!(raw, Raw::Numbers(_))) {
            let numbers: Array1<f64> = r.columns.iter().map(|c| c[row]).collect();
            assert_eq!(grown.leaf(numbers.view()), &expected[at].output[..], "{what}: row {row}");
        }
    }
}

const IMPURITIES: [Impurity; 4] = [Impurity::Gini, Impurity::Entropy, Impurity::SquaredError, Impurity::AbsoluteError];

const FREE: Limits = Limits {
    max_depth: usize::MAX,
    min_samples_split: 2,
    min_samples_leaf: 1,
    min_impurity_decrease: 0.0,
    max_leaf_nodes: None,
};

fn random_limits(d: &mut Generator) -> Limits {
    let mut limits = FREE;
    match d.below(7) {
        0 => limits.max_depth = d.below(4) as usize,
        1 => limits.min_samples_split = d.below(9) as usize,
        2 => limits.min_samples_leaf = 1 + d.below(5) as usize,
        3 => limits.min_impurity_decrease = 0.02 * f64::from(d.below(6)),
        4 | 5 => limits.max_leaf_nodes = Some(1 + d.below(8) as usize),
        _ => (),
    }
    if d.below(4) == 0 {
        limits.min_samples_leaf = 2;
    }
    limits
}

#[test]
fn trees_are_those_of_the_reference() {
    for case in 0..6_000 {
        let mut d = Generator::new(1, case);
        let table = random_table(&mut d);
        let limits = random_limits(&mut d);
        let impurity = IMPURITIES[case % 4];
        let r = reference(&table, &table.entries, impurity, limits);
        let columns = table.columns();
        let truth = table.truth(impurity);
        let what = format!("case {case}: {table:?} {impurity:?} {limits:?}");
        let grown = grow(&columns, &table.entries, truth, impurity, limits, FeatureSampler::All);
        assert_same(&grown, &r.grow(&table.entries, &mut Picks::All), &r, &what);
        let wanted = 1 + d.below(4) as usize;
        for one_threshold in [false, true] {
            let (mut ours, mut theirs) = (Generator::new(2, case), Generator::new(2, case));
            let sampler = match one_threshold {
                false => FeatureSampler::Subset(wanted, &mut ours),
                true => FeatureSampler::Thresholds(wanted, &mut ours),
            };
            let grown = grow(&columns, &table.entries, truth, impurity, limits, sampler);
            let mut picks = Picks::Some { wanted, one_threshold, draws: &mut theirs };
            assert_same(&grown, &r.grow(&table.entries, &mut picks), &r, &format!("{what} {wanted} {one_threshold}"));
        }
    }
}

/// Everything that does not depend on how levels are stored.
fn shape(grown: &Grown) -> (Vec<[f64; 3]>, &[f64]) {
    let node = |n: &Node| [f64::from(n.column), n.threshold, f64::from(n.left)];
    (grown.nodes.iter().map(node).collect(), &grown.outputs)
}

#[test]
fn levels_are_their_one_hot_columns_and_other_rows_are_not_read() {
    for case in 0..1_000 {
        let mut d = Generator::new(3, case);
        let table = random_table(&mut d);
        let impurity = IMPURITIES[case % 4];
        let encoded = table.encoded(&table.train());
        let dense = Columns { columns: encoded.iter().map(|c| Column::ranked(c)).collect(), rows: table.rows() };
        let mut other = table.clone();
        for row in (0..table.rows()).filter(|r| !table.train().contains(&(*r as u32))) {
            (other.values[row], other.classes[row]) = (f64::NAN, u32::MAX);
            // Neither may their cells matter, so long as thresholds stay midpoints of train values.
            other.raw.iter_mut().for_each(|raw| match raw {
                Raw::Numbers(numbers) => numbers[row] = 0.123 * row as f64,
                Raw::Levels(codes, levels) => codes[row] = *levels as u32 - 1,
            });
        }
        for kind in 0..3 {
            let grown = |columns: &Columns, table: &Table| {
                let mut draws = Generator::new(4, case);
                let sampler = match kind {
                    0 => FeatureSampler::All,
                    1 => FeatureSampler::Subset(2, &mut draws),
                    _ => FeatureSampler::Thresholds(2, &mut draws),
                };
                grow(columns, &table.entries, table.truth(impurity), impurity, FREE, sampler)
            };
            let ours = grown(&table.columns(), &table);
            assert_eq!(shape(&ours), shape(&grown(&dense, &table)), "case {case} {kind}: {table:?}");
            assert_eq!(shape(&ours), shape(&grown(&other.columns(), &other)), "case {case} {kind}: {table:?}");
        }
    }
}

/// Grows a tree and checks that every row's leaf is where it falls.
fn grow(
    columns: &Columns,
    entries: &[Entry],
    truth: Truth,
    impurity: Impurity,
    limits: Limits,
    sampler: FeatureSampler,
) -> Grown {
    let drawn: Vec<u32> = entries.iter().map(|e| e.row).collect();
    let passive: Vec<u32> = (0..columns.rows as u32).filter(|r| !drawn.contains(r)).collect();
    let task = TreeData::new(columns, entries.iter().copied(), truth, impurity);
    let grown_tree =
        task.grow(entries.iter().copied(), Growth { limits, sampler, passive, keep_nodes: true, places: None });
    (0..columns.rows)
        .for_each(|row| assert_eq!(grown_tree.output(row as u32), grown_tree.tree.leaf_of_row(columns, row)));
    grown_tree.tree
}

fn forest(impurity: Impurity, extra: bool, bootstrap: bool) -> Forest {
    let tree = Tree {
        criterion: impurity,
        max_depth: None,
        min_samples_split: 2,
        min_samples_leaf: 1,
        min_impurity_decrease: 0.0,
        max_leaf_nodes: None,
    };
    Forest { extra, n_estimators: 4, max_features: MaxFeatures::Count(2), bootstrap, oob_score: true, seed: 9, tree }
}

#[test]
fn forests_are_those_of_the_reference() {
    for case in 0..800 {
        let table = random_table(&mut Generator::new(5, case));
        let impurity = IMPURITIES[case % 4];
        let forest = Forest { seed: case as u64, ..forest(impurity, case % 3 == 0, case % 5 != 0) };
        let (columns, train, truth) = (table.columns(), table.train(), table.truth(impurity));
        let (trees, own_oob) = forest.fit_columns(&columns, &train, truth);
        let all: Vec<u32> = (0..table.rows() as u32).collect();
        let Votes { train: own, others: predictions, oob_score: oob } =
            forest.fit_predict(&columns, &train, truth, &all);
        assert_eq!(oob, own_oob);
        let once: Vec<Entry> = train.iter().map(|r| Entry { row: *r, weight: 1 }).collect();
        let mut r = reference(&table, &once, impurity, FREE);
        let mut means = Array2::<f64>::zeros(predictions.dim());
        let mut outside = vec![Vec::new(); train.len()];
        for (tree, grown) in trees.iter().enumerate() {
            let mut draws = Generator::new(forest.seed, tree);
            let mut entries = once.clone();
            if forest.bootstrap {
                entries.iter_mut().for_each(|e| e.weight = 0);
                (0..train.len()).for_each(|_| entries[draws.below(train.len() as u32) as usize].weight += 1);
            }
            let absent: Vec<usize> = (0..train.len()).filter(|i| entries[*i].weight == 0).collect();
            entries.retain(|e| e.weight > 0);
            r.places = draws.order(r.columns.len());
            let wanted = 2.min(r.columns.len());
            let mut picks = Picks::Some { wanted, one_threshold: forest.extra, draws: &mut draws };
            assert_same(grown, &r.grow(&entries, &mut picks), &r, &format!("case {case}: {table:?}"));
            let leaf = |row: u32| grown.leaf_of_row(&columns, row as usize);
            all.iter().zip(means.outer_iter_mut()).for_each(|(row, mut m)| m += &ndarray::aview1(leaf(*row)));
            absent.iter().for_each(|i| outside[*i].push(leaf(train[*i]).to_vec()));
        }
        assert_eq!(predictions, means / 4.0);
        train.iter().zip(own.outer_iter()).for_each(|(row, said)| assert_eq!(said, predictions.row(*row as usize)));
        // By hand: rows that some tree did not draw.
        let mean = |p: &Vec<Vec<f64>>, c: usize| p.iter().map(|p| p[c]).sum::<f64>() / p.len() as f64;
        let scored: Vec<usize> = (0..train.len()).filter(|i| !outside[*i].is_empty()).collect();
        let expected = match truth {
            Truth::Values(values) => {
                let y: Vec<f64> = scored.iter().map(|i| values[train[*i] as usize]).collect();
                let centre = y.iter().sum::<f64>() / y.len() as f64;
                let error: f64 = scored.iter().zip(&y).map(|(i, y)| (y - mean(&outside[*i], 0)).powi(2)).sum();
                let spread: f64 = y.iter().map(|y| (y - centre).powi(2)).sum();
                (spread > 0.0).then(|| 1.0 - error / spread)
            }
            Truth::Classes { codes, .. } => {
                let winner = |i: usize| {
                    let m: Vec<f64> = (0..CLASSES).map(|c| mean(&outside[i], c)).collect();
                    m.iter().position(|v| *v == m.iter().copied().fold(0.0, f64::max)).unwrap()
                };
                let right = scored.iter().filter(|i| winner(**i) == codes[train[**i] as usize] as usize).count();
                (!scored.is_empty()).then(|| right as f64 / scored.len() as f64)
            }
        };
        assert_eq!(oob, expected);
    }
}
