//! Growing one tree: nodes are split while a split is allowed and the node is not pure.
//!
//! Of equally good splits the smallest threshold of the earliest encoded column wins (levels of a one-hot
//! column in order), where columns are in the order that was given, so a tree depends on nothing but the
//! data and the random numbers of its forest.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::rc::Rc;

use super::codes::Codes;
use super::grown::{Grown, Node};
use super::impurity::{Impurity, Truth};
use super::partition::{half_way, part};
use super::search::{Best, Item, Split, Splitter};
use super::task::{FeatureSampler, Growth, Limits, TreeData};
use crate::model::interrupt::check;

/// One threshold of each column is tried for all columns at once where at least one in so many is wanted.
const WIDE_SHARE: usize = 4;

/// A node that is not yet known to be a leaf.
pub(super) struct Open {
    /// Its number, in the order in which nodes were made.
    node: u32,
    depth: u32,
    /// Its stretch of the items.
    pub(super) items: (u32, u32),
    /// Its stretch of the riders.
    passive: (u32, u32),
    /// What columns to look at: sources for [`FeatureSampler::All`], else encoded columns.
    pub(super) columns: Rc<Vec<u32>>,
    /// What a gain of 1 stands for.
    unit: f64,
}

/// A node with its best split, in the order in which best-first growth takes them.
struct Ready {
    decrease: f64,
    split: Split,
    open: Open,
}

pub(super) fn range((start, end): (u32, u32)) -> Range<usize> {
    start as usize..end as usize
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

/// A tree with the leaf of each row that grew it or rode along.
#[derive(Debug, Clone, PartialEq)]
pub struct GrownTree {
    /// The tree; without nodes where they were not to be kept.
    pub tree: Grown,
    /// Leaf number by table row; `u32::MAX` for rows that took no part.
    pub leaves: Vec<u32>,
}

impl GrownTree {
    /// The outputs of a row's leaf, if it took part.
    pub fn output(&self, row: u32) -> &[f64] {
        self.tree.output(self.leaves[row as usize] as usize)
    }
}

/// The growing of one tree.
pub(super) struct Grower<'t, 'c, S: Splitter> {
    pub(super) task: &'t TreeData<'t>,
    limits: Limits,
    pub(super) sampler: FeatureSampler<'c>,
    pub(super) splitter: S,
    /// Each node has one stretch, in the order of the entries.
    pub(super) items: Vec<Item<S::Value>>,
    spare: Vec<Item<S::Value>>,
    /// Likewise.
    passive: Vec<u32>,
    spare_passive: Vec<u32>,
    /// Nodes made so far.
    made: u32,
    keep_nodes: bool,
    /// The place of each encoded column where splits are equally good.
    pub(super) places: Vec<u32>,
    leaves: Vec<u32>,
    pub(super) codes: Codes,
    /// All encoded columns, brought out of order by drawing and put back.
    pub(super) pool: Vec<u32>,
    pub(super) picks: Vec<u32>,
    /// By column its least and its largest number in the node at work, and its threshold.
    pub(super) spans: [Vec<f64>; 3],
    /// What was found constant in the node at work.
    pub(super) constant: Vec<u32>,
    /// Of all entries.
    weight: f64,
    tree: Grown,
}

impl<'t, 'c, S: Splitter> Grower<'t, 'c, S> {
    pub(super) fn new(task: &'t TreeData<'t>, growth: Growth<'c>, splitter: S, items: Vec<Item<S::Value>>) -> Self {
        let Growth { limits, sampler, passive, keep_nodes, places } = growth;
        let width = if let Truth::Classes { classes, .. } = task.truth { classes } else { 1 };
        Self {
            task,
            limits,
            sampler,
            splitter,
            spare: items[..items.len() / 2 + 1].to_vec(),
            weight: items.iter().map(|item| f64::from(item.weight)).sum(),
            items,
            spare_passive: vec![0; passive.len() / 2 + 1],
            passive,
            made: 1,
            keep_nodes,
            places: places.unwrap_or_else(|| (0..task.encoded.len() as u32).collect()),
            leaves: vec![u32::MAX; task.rows],
            codes: Codes::default(),
            pool: (0..task.encoded.len() as u32).collect(),
            picks: Vec::new(),
            spans: Default::default(),
            constant: Vec::new(),
            tree: Grown { nodes: Vec::new(), outputs: Vec::new(), width },
        }
    }

    /// Grows the tree; `unit` is what a gain of 1 stands for at the root.
    pub(super) fn grow(mut self, unit: f64) -> GrownTree {
        let columns = match self.sampler {
            FeatureSampler::All => self.task.sources.len(),
            _ => self.task.encoded.len(),
        };
        let columns = Rc::new((0..columns as u32).collect());
        let (items, passive) = ((0, self.items.len() as u32), (0, self.passive.len() as u32));
        let root = Open { node: 0, depth: 0, items, passive, columns, unit };
        if self.keep_nodes {
            self.tree.nodes.push(Node::LEAF);
        }
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
                let mut ready: BinaryHeap<Ready> = self.prepare(root).into_iter().collect();
                for _ in 1..most {
                    let Some(next) = ready.pop() else { break };
                    let (left, right) = self.split(next);
                    ready.extend(self.prepare(left));
                    ready.extend(self.prepare(right));
                }
                ready.into_iter().for_each(|Ready { open, .. }| self.close(&open));
            }
        }
        GrownTree { tree: self.tree, leaves: self.leaves }
    }

    /// Makes a node a leaf: its output, and its number for its rows.
    fn close(&mut self, leaf: &Open) {
        let items = &self.items[range(leaf.items)];
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
        let number = (first / self.tree.width) as u32;
        items.iter().for_each(|item| self.leaves[item.row as usize] = number);
        self.passive[range(leaf.passive)].iter().for_each(|row| self.leaves[*row as usize] = number);
        if self.keep_nodes {
            self.tree.nodes[leaf.node as usize].cut = number;
        }
    }

    /// A node with its best split; closes it where it is to be a leaf.
    fn prepare(&mut self, mut open: Open) -> Option<Ready> {
        check();
        let best = self.search(&mut open);
        let Some((split, decrease)) = best else {
            self.close(&open);
            return None;
        };
        let columns = if self.constant.is_empty() {
            open.columns
        } else {
            self.constant.sort_unstable();
            Rc::new(open.columns.iter().copied().filter(|c| self.constant.binary_search(c).is_err()).collect())
        };
        Some(Ready { decrease, split, open: Open { columns, ..open } })
    }

    /// The best split of a node and by how much it lowers the impurity, unless it is to be a leaf.
    fn search(&mut self, open: &mut Open) -> Option<(Split, f64)> {
        let items = &mut self.items[range(open.items)];
        if open.depth as usize >= self.limits.max_depth
            || items.len() < self.limits.min_samples_split
            || items.len() < self.limits.min_samples_leaf.saturating_mul(2)
        {
            return None;
        }
        open.unit = self.splitter.sharpen(items, self.task.truth).unwrap_or(open.unit);
        if items.iter().all(|item| item.value == items[0].value) {
            return None;
        }
        let slack = self.splitter.begin(items);
        let least_entries = u32::try_from(self.limits.min_samples_leaf).unwrap_or(u32::MAX);
        let mut best = Best { least_entries, slack, ..Best::default() };
        self.constant.clear();
        match self.sampler {
            FeatureSampler::All => self.try_all(open, &mut best),
            FeatureSampler::Thresholds(wanted, _) if S::WIDE && wanted >= self.pool.len().div_ceil(WIDE_SHARE) => {
                match self.task.wide() {
                    Some(wide) => self.try_thresholds(wide, open, &mut best),
                    None => self.try_some(open, &mut best),
                }
            }
            FeatureSampler::Subset(..) | FeatureSampler::Thresholds(..) => self.try_some(open, &mut best),
        }
        let split = best.split?;
        // A split never raises the impurity; rounding may say so.
        let decrease = split.gain.max(0.0) * open.unit / self.weight;
        (decrease + f64::EPSILON >= self.limits.min_impurity_decrease).then_some((split, decrease))
    }

    /// Turns a node into an inner one and creates its children.
    fn split(&mut self, ready: Ready) -> (Open, Open) {
        let Ready { decrease, split, open } = ready;
        let (at, level) = self.task.encoded[split.column as usize];
        let source = &self.task.sources[at as usize];
        let (threshold, cut) = match source.values {
            None => (split.threshold.unwrap_or(0.5), level),
            Some(_) if split.upper == source.missing => (f64::INFINITY, source.missing),
            Some(values) => {
                let (lower, upper) = (split.lower as usize, split.upper as usize);
                let threshold = split.threshold.unwrap_or_else(|| half_way(values.at(lower), values.at(upper)));
                // Numbers of rows outside the node may lie between: they go where the threshold says.
                let cut = if self.keep_nodes { values.up_to(threshold, lower + 1, upper) } else { lower + 1 };
                (threshold, cut as u32)
            }
        };
        let left = self.made;
        let mut node = Node {
            column: split.column,
            source: at,
            threshold,
            cut,
            level: source.slot.is_some(),
            missing_left: split.missing_left,
            left,
            decrease,
        };
        let items = &mut self.items[range(open.items)];
        let (mut gaps, mut balance) = (false, 0i64);
        part(items, &mut self.spare, split.left as usize, |item| {
            let code = source.codes[item.row as usize];
            let goes_left = node.sends_left(code, source.missing);
            gaps |= code == source.missing;
            balance += if goes_left { i64::from(item.weight) } else { -i64::from(item.weight) };
            goes_left
        });
        // What was never missing here goes with the heavier side.
        if !gaps && !node.level {
            node.missing_left = balance >= 0;
        }
        let rides_left = |row: &u32| {
            let code = source.codes[*row as usize];
            match source.values {
                Some(values) if node.cut <= code && code < split.upper => values.of(*row, code) <= threshold,
                _ => node.sends_left(code, source.missing),
            }
        };
        let passive = &mut self.passive[range(open.passive)];
        let rode = passive.iter().filter(|row| rides_left(row)).count();
        part(passive, &mut self.spare_passive, rode, rides_left);
        self.made += 2;
        if self.keep_nodes {
            self.tree.nodes[open.node as usize] = node;
            self.tree.nodes.extend([Node::LEAF; 2]);
        }
        let child = |node, items, passive| {
            let columns = Rc::clone(&open.columns);
            Open { node, depth: open.depth + 1, items, passive, columns, unit: open.unit }
        };
        let (items, passive) = (open.items.0 + split.left, open.passive.0 + rode as u32);
        (
            child(left, (open.items.0, items), (open.passive.0, passive)),
            child(left + 1, (items, open.items.1), (passive, open.passive.1)),
        )
    }
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
