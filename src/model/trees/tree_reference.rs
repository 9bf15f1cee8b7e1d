//! A reference for trees that was written for clarity: every column, every threshold, every side for what is missing, with
//! sums taken anew for each; and random tables to grow trees of.

use std::borrow::Cow;

use super::draw::Generator;
use super::impurity::Quantised;
use super::search::TIE;
use super::*;

/// A cell of a column: a number, a missing number, or a level.
#[derive(Debug, Clone)]
pub(super) enum Raw {
    Numbers(Vec<f64>),
    Levels(Vec<u32>, usize),
}

#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) raw: Vec<Raw>,
    pub(super) entries: Vec<Entry>,
    pub(super) values: Vec<f64>,
    pub(super) classes: Vec<u32>,
}

pub(super) const CLASSES: usize = 3;

pub(super) fn random_table(d: &mut Generator) -> Table {
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
    pub(super) fn rows(&self) -> usize {
        self.values.len()
    }

    pub(super) fn columns(&self) -> Columns<'static> {
        let column = |raw: &Raw| match raw {
            Raw::Numbers(numbers) => Column::ranked(numbers),
            Raw::Levels(codes, levels) => Column::Levels { codes: Cow::Owned(codes.clone()), levels: *levels },
        };
        Columns { columns: self.raw.iter().map(column).collect(), rows: self.rows() }
    }

    /// The encoded columns as numbers.
    pub(super) fn encoded(&self, rows: &[u32]) -> Vec<Vec<f64>> {
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

    pub(super) fn truth(&self, impurity: Impurity) -> Truth<'_> {
        match impurity {
            Impurity::Gini | Impurity::Entropy => Truth::Classes { codes: &self.classes, classes: CLASSES },
            _ => Truth::Values(&self.values),
        }
    }

    pub(super) fn train(&self) -> Vec<u32> {
        self.entries.iter().map(|e| e.row).collect()
    }
}

/// Which columns the reference may use.
pub(super) enum Picks<'a> {
    All,
    Some { wanted: usize, one_threshold: bool, draws: &'a mut Generator },
}

pub(super) struct Reference<'a> {
    pub(super) table: &'a Table,
    pub(super) columns: Vec<Vec<f64>>,
    impurity: Impurity,
    limits: Limits,
    quantised: Vec<i64>,
    unit: f64,
    /// The place of each column where splits are equally good.
    pub(super) places: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct RefNode {
    pub(super) split: Option<(usize, f64, bool, usize, usize)>,
    pub(super) output: Vec<f64>,
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

    pub(super) fn grow(&self, entries: &[Entry], picks: &mut Picks) -> Vec<RefNode> {
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

pub(super) fn goes_left(value: f64, threshold: f64, missing_left: bool) -> bool {
    if value.is_nan() { missing_left } else { value <= threshold }
}

pub(super) fn reference<'a>(table: &'a Table, train: &[Entry], impurity: Impurity, limits: Limits) -> Reference<'a> {
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
