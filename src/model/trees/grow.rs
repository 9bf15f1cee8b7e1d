//! Growing one tree: nodes are split while a split is allowed and the node is not pure.
//!
//! Of equally good splits the earlier encoded column's smallest threshold wins (levels of a one-hot
//! column in order), so a tree depends on nothing but the data and, with drawn columns, the random
//! numbers.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::rc::Rc;

use super::grown::{Grown, Node};
use super::impurity::{Impurity, Truth};
use super::search::{Best, Codes, Item, Split, Splitter};
use super::task::{Chooser, Limits, Task};

/// A node that can be split.
struct Open {
    node: u32,
    depth: usize,
    /// What columns to look at: sources for [`Chooser::All`], else encoded columns.
    columns: Rc<Vec<u32>>,
}

/// A node with its best split, in the order in which best-first growth takes them.
struct Ready {
    decrease: f64,
    split: Split,
    open: Open,
}

impl Ord for Ready {
    fn cmp(&self, other: &Self) -> Ordering {
        self.decrease.total_cmp(&other.decrease).then(other.open.node.cmp(&self.open.node))
    }
}

impl PartialOrd for Ready {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ready {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ready {}

/// A tree with the leaf of each row that grew it or rode along; `u32::MAX` for other rows of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Grove {
    /// The tree.
    pub tree: Grown,
    /// Leaf by table row.
    pub leaves: Vec<u32>,
}

/// The growing of one tree.
pub(super) struct Grower<'t, 'c, S: Splitter> {
    task: &'t Task<'t>,
    limits: Limits,
    chooser: Chooser<'c>,
    splitter: S,
    /// Each node has one stretch, in the order of the entries.
    items: Vec<Item<S::Value>>,
    spare: Vec<Item<S::Value>>,
    /// Likewise.
    riders: Vec<u32>,
    spare_riders: Vec<u32>,
    /// By node: its stretches of items and of riders.
    stretches: Vec<[Range<usize>; 2]>,
    codes: Codes,
    /// All encoded columns, brought out of order by drawing and put back.
    pool: Vec<u32>,
    picks: Vec<u32>,
    /// What was found constant in the node at work.
    constant: Vec<u32>,
    /// What a quality of 1 stands for: targets, as a share of the weight of all entries.
    unit: f64,
    tree: Grown,
}

impl<'t, 'c, S: Splitter> Grower<'t, 'c, S> {
    pub(super) fn new(
        task: &'t Task<'t>,
        limits: Limits,
        chooser: Chooser<'c>,
        splitter: S,
        items: Vec<Item<S::Value>>,
        riders: Vec<u32>,
        unit: f64,
    ) -> Self {
        let width = if let Truth::Classes { classes, .. } = task.truth { classes } else { 1 };
        Self {
            task,
            limits,
            chooser,
            splitter,
            spare: items.clone(),
            items,
            spare_riders: riders.clone(),
            riders,
            stretches: Vec::new(),
            codes: Codes::default(),
            pool: (0..task.encoded.len() as u32).collect(),
            picks: Vec::new(),
            constant: Vec::new(),
            unit,
            tree: Grown { nodes: Vec::new(), outputs: Vec::new(), width },
        }
    }

    pub(super) fn grow(mut self) -> Grove {
        let columns = match self.chooser {
            Chooser::All => self.task.sources.len(),
            _ => self.task.encoded.len(),
        };
        let columns = Rc::new((0..columns as u32).collect());
        let root = Open { node: 0, depth: 0, columns };
        self.create(0..self.items.len(), 0..self.riders.len());
        match self.limits.max_leaf_nodes {
            None => {
                let mut open = vec![root];
                while let Some(next) = open.pop() {
                    if let Some(ready) = self.prepare(next) {
                        let (left, right) = self.split(ready);
                        open.extend([right, left]);
                    }
                }
            }
            Some(most) => {
                let mut leaves = 1;
                let mut ready: BinaryHeap<Ready> = self.prepare(root).into_iter().collect();
                while leaves < most
                    && let Some(next) = ready.pop()
                {
                    leaves += 1;
                    let (left, right) = self.split(next);
                    ready.extend(self.prepare(left));
                    ready.extend(self.prepare(right));
                }
            }
        }
        let mut leaves = vec![u32::MAX; self.task.rows];
        for (node, [items, riders]) in (0..).zip(&self.stretches) {
            if self.tree.nodes[node as usize].left == 0 {
                let rows = self.items[items.clone()].iter().map(|i| i.row);
                rows.chain(self.riders[riders.clone()].iter().copied()).for_each(|row| leaves[row as usize] = node);
            }
        }
        Grove { tree: self.tree, leaves }
    }

    /// Adds a node as a leaf.
    fn create(&mut self, items: Range<usize>, riders: Range<usize>) {
        self.tree.nodes.push(Node::LEAF);
        self.stretches.push([items.clone(), riders]);
        let items = &self.items[items];
        let outputs = &mut self.tree.outputs;
        let first = outputs.len();
        match self.task.truth {
            Truth::Classes { codes, .. } => {
                outputs.resize(first + self.tree.width, 0.0);
                for item in items {
                    outputs[first + codes[item.row as usize] as usize] += f64::from(item.weight);
                }
                let weight: f64 = outputs[first..].iter().sum();
                outputs[first..].iter_mut().for_each(|o| *o /= weight);
            }
            Truth::Values(values) if self.task.impurity == Impurity::AbsoluteError => {
                outputs.push(median(items.iter().map(|i| (values[i.row as usize], i.weight)).collect()));
            }
            Truth::Values(values) => {
                let (sum, weight) = items.iter().fold((0.0, 0), |(sum, weight), item| {
                    (sum + f64::from(item.weight) * values[item.row as usize], weight + item.weight)
                });
                outputs.push(sum / f64::from(weight));
            }
        }
    }

    /// The best split of a node, unless it is to be a leaf.
    fn prepare(&mut self, open: Open) -> Option<Ready> {
        let items = &self.items[self.stretches[open.node as usize][0].clone()];
        let stop = open.depth >= self.limits.max_depth
            || items.len() < self.limits.min_samples_split
            || items.len() < self.limits.min_samples_leaf.saturating_mul(2)
            || items.iter().all(|item| item.value == items[0].value);
        if stop {
            return None;
        }
        self.splitter.begin(items);
        let least_entries = u32::try_from(self.limits.min_samples_leaf).unwrap_or(u32::MAX);
        let mut best = Best { least_entries, ..Best::default() };
        self.constant.clear();
        match self.chooser {
            Chooser::All => self.try_all(&open, &mut best),
            Chooser::Subset(..) | Chooser::Thresholds(..) => self.try_some(&open, &mut best),
        }
        let split = best.split?;
        // A split never raises the impurity; rounding may say so.
        let decrease = (split.quality - self.splitter.whole()).max(0.0) * self.unit;
        if decrease + f64::EPSILON < self.limits.min_impurity_decrease {
            return None;
        }
        let columns = if self.constant.is_empty() {
            open.columns
        } else {
            self.constant.sort_unstable();
            Rc::new(open.columns.iter().copied().filter(|c| self.constant.binary_search(c).is_err()).collect())
        };
        Some(Ready { decrease, split, open: Open { columns, ..open } })
    }

    fn try_all(&mut self, open: &Open, best: &mut Best) {
        let items = &self.items[self.stretches[open.node as usize][0].clone()];
        for at in open.columns.iter() {
            let source = &self.task.sources[*at as usize];
            self.codes.read(source.codes, items, source.missing, source.gaps);
            if self.codes.constant() {
                self.constant.push(*at);
                continue;
            }
            let Some(slot) = source.slot else {
                best.column = source.encoded[0];
                self.splitter.thresholds(items, &self.codes, best);
                continue;
            };
            self.splitter.tabulate(slot, items, &self.codes);
            for i in 0..self.splitter.present(slot).len() {
                let level = self.splitter.present(slot)[i];
                best.column = source.encoded[level as usize];
                self.splitter.level(slot, level, items, best);
            }
        }
    }

    fn try_some(&mut self, open: &Open, best: &mut Best) {
        let (wanted, draws, one_threshold) = match &mut self.chooser {
            Chooser::All => return,
            Chooser::Subset(wanted, draws) => (*wanted, draws, false),
            Chooser::Thresholds(wanted, draws) => (*wanted, draws, true),
        };
        let items = &self.items[self.stretches[open.node as usize][0].clone()];
        self.picks.clear();
        let mut tabulated = vec![false; self.task.levels.len()];
        let mut varied = false;
        for i in 0..self.pool.len() {
            if i >= wanted && varied {
                break;
            }
            let pick = i as u32 + draws.below((self.pool.len() - i) as u32);
            self.pool.swap(i, pick as usize);
            self.picks.push(pick);
            best.column = self.pool[i];
            best.threshold = None;
            if open.columns.binary_search(&best.column).is_err() {
                continue;
            }
            let (source, level) = self.task.encoded[best.column as usize];
            let source = &self.task.sources[source as usize];
            let untouched = source.slot.is_none_or(|slot| !std::mem::replace(&mut tabulated[slot], true));
            if untouched {
                self.codes.read(source.codes, items, source.missing, source.gaps);
            }
            let constant = match source.slot {
                None => self.codes.constant(),
                Some(slot) => {
                    if untouched {
                        self.splitter.tabulate(slot, items, &self.codes);
                    }
                    let with = self.splitter.level_entries(slot, level);
                    with == 0 || with as usize == items.len()
                }
            };
            if constant {
                self.constant.push(best.column);
                continue;
            }
            varied = true;
            match source.slot {
                Some(slot) => {
                    best.threshold = one_threshold.then(|| between(0.0, 1.0, draws.uniform()));
                    self.splitter.level(slot, level, items, best);
                }
                None if one_threshold => {
                    let (least, largest) = (self.codes.least, self.codes.largest);
                    let value = |code: u32| source.values[code as usize];
                    best.threshold = (least < largest).then(|| between(value(least), value(largest), draws.uniform()));
                    let cut = best.threshold.map(|t| source.values.partition_point(|v| *v <= t) as u32);
                    self.splitter.threshold(items, &self.codes, cut, best);
                }
                None => self.splitter.thresholds(items, &self.codes, best),
            }
        }
        for (i, pick) in self.picks.iter().enumerate().rev() {
            self.pool.swap(i, *pick as usize);
        }
    }

    /// Turns a node into an inner one and creates its children.
    fn split(&mut self, ready: Ready) -> (Open, Open) {
        let Ready { split, open, .. } = ready;
        let (at, level) = self.task.encoded[split.column as usize];
        let source = &self.task.sources[at as usize];
        let (threshold, cut) = match source.slot {
            Some(_) => (split.threshold.unwrap_or(0.5), level),
            None if split.upper == source.missing => (f64::INFINITY, source.missing),
            None => {
                let value = |code: u32| source.values[code as usize];
                let threshold = split.threshold.unwrap_or_else(|| middle(value(split.lower), value(split.upper)));
                (threshold, source.values.partition_point(|v| *v <= threshold) as u32)
            }
        };
        let left = self.tree.nodes.len() as u32;
        let mut node = Node {
            column: split.column,
            source: at,
            threshold,
            cut,
            level: source.slot.is_some(),
            missing_left: split.missing_left,
            left,
            right: left + 1,
        };
        let [entries, riders] = self.stretches[open.node as usize].clone();
        let items = &mut self.items[entries.clone()];
        let (mut lefts, mut rights, mut gaps) = (0, 0, false);
        // Positive where the left is heavier.
        let mut balance = 0i64;
        for i in 0..items.len() {
            let item = items[i];
            let code = source.codes[item.row as usize];
            let goes_left = node.sends_left(code, source.missing);
            gaps |= code == source.missing;
            // Both are written and one is kept: no branch for the processor to guess wrong.
            items[lefts] = item;
            self.spare[rights] = item;
            lefts += usize::from(goes_left);
            rights += usize::from(!goes_left);
            balance += if goes_left { i64::from(item.weight) } else { -i64::from(item.weight) };
        }
        items[lefts..].copy_from_slice(&self.spare[..rights]);
        if !gaps && !node.level {
            node.missing_left = balance >= 0;
        }
        let parted = riders.start
            + part(&mut self.riders[riders.clone()], &mut self.spare_riders, |row| {
                node.sends_left(source.codes[row as usize], source.missing)
            });
        self.tree.nodes[open.node as usize] = node;
        let middle = entries.start + lefts;
        self.create(entries.start..middle, riders.start..parted);
        self.create(middle..entries.end, parted..riders.end);
        let child = |node| Open { node, depth: open.depth + 1, columns: Rc::clone(&open.columns) };
        (child(left), child(left + 1))
    }
}

/// Brings the rows that go left to the front, keeping the order on both sides; returns their number.
fn part(rows: &mut [u32], spare: &mut [u32], goes_left: impl Fn(u32) -> bool) -> usize {
    let (mut lefts, mut rights) = (0, 0);
    for i in 0..rows.len() {
        let row = rows[i];
        let left = goes_left(row);
        rows[lefts] = row;
        spare[rights] = row;
        lefts += usize::from(left);
        rights += usize::from(!left);
    }
    rows[lefts..].copy_from_slice(&spare[..rights]);
    lefts
}

/// Halfway between two numbers, or the smaller one where that rounds to the larger.
fn middle(lower: f64, upper: f64) -> f64 {
    let middle = 0.5 * lower + 0.5 * upper;
    if lower <= middle && middle < upper { middle } else { lower }
}

/// The number at `share` of the way from `least` to `largest`, below `largest`.
fn between(least: f64, largest: f64, share: f64) -> f64 {
    let number = (1.0 - share) * least + share * largest;
    if least <= number && number < largest { number } else { least }
}

/// The mean of the two middle ones of numbers that are each there as often as their weight says.
fn median(mut numbers: Vec<(f64, u32)>) -> f64 {
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let weight: u64 = numbers.iter().map(|n| u64::from(n.1)).sum();
    let at = |place: u64| {
        let mut below = 0;
        let holds = |n: &&(f64, u32)| {
            below += u64::from(n.1);
            below > place
        };
        numbers.iter().find(holds).map_or(0.0, |n| n.0)
    };
    let (lower, upper) = (at((weight - 1) / 2), at(weight / 2));
    if lower == upper { lower } else { 0.5 * (lower + upper) }
}
