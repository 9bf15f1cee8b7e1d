//! One tree of a boosted model, grown best split first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::bins::{BinRule, Binned};
use super::boost_split::{Split, Sums, Terms, best_split};
use crate::model::interrupt::check;

/// Bytes of histograms kept for nodes that wait to be split. What does not fit is counted again when it is needed.
const HISTOGRAM_BYTES: usize = 16 << 20;

/// What a node asks of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Left if the number does not exceed `threshold`, that is if its code in the table is below `cut`; `gap` is the code
    /// of a missing cell.
    Number { threshold: f64, cut: u32, gap: u32 },
    /// Left if the bit of the level is set; the last of the `levels` is for missing cells.
    Levels { bits: Box<[u64]>, levels: u32 },
}

/// A node of a tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// A test; the right child follows the left one.
    Inner { column: u32, left: u32, gaps_left: bool, test: Test },
    /// What the leaf adds to the score.
    Leaf(f64),
}

/// A tree: nodes in the order of their making, the root first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BoostTree {
    pub(super) nodes: Vec<Node>,
}

impl BoostTree {
    /// What the tree adds to the score of a row of the table of the fit, given the row's codes by column.
    pub(super) fn by_codes(&self, codes: &[u32]) -> f64 {
        self.follow(|column, gaps_left, test| {
            let code = codes[column];
            match test {
                // Without a branch: which way a row goes is hard to foretell.
                Test::Number { cut, gap, .. } => (code < *cut) | ((code == *gap) & gaps_left),
                Test::Levels { bits, .. } => bits[code as usize / 64] >> (code % 64) & 1 == 1,
            }
        })
    }

    /// What the tree adds to the score of any row; NaN is missing, and a column of levels holds their codes.
    pub(super) fn by_values(&self, x: impl Fn(usize) -> f64) -> f64 {
        self.follow(|column, gaps_left, test| {
            let x = x(column);
            match test {
                Test::Number { .. } if x.is_nan() => gaps_left,
                Test::Number { threshold, .. } => x <= *threshold,
                Test::Levels { bits, levels } => {
                    // NaN fails both comparisons.
                    let known = x >= 0.0 && x < f64::from(*levels);
                    let code = if known { x as u32 } else { levels - 1 };
                    bits[code as usize / 64] >> (code % 64) & 1 == 1
                }
            }
        })
    }

    fn follow(&self, goes_left: impl Fn(usize, bool, &Test) -> bool) -> f64 {
        let mut at = 0;
        loop {
            match &self.nodes[at] {
                Node::Leaf(value) => return *value,
                Node::Inner { column, left, gaps_left, test } => {
                    at = *left as usize + usize::from(!goes_left(*column as usize, *gaps_left, test));
                }
            }
        }
    }
}

/// The test of a split on a binned column.
pub(super) fn test(binned: &Binned, split: &Split) -> Test {
    let bins = &binned.bins[binned.active[split.place]];
    let sides = split.sides(bins.gap_bin());
    match &bins.rule {
        BinRule::Number { thresholds, cuts, gap } => {
            // The last bin ends nowhere: missing cells are split from all others.
            let last = (0..bins.count).rev().find(|bin| sides[*bin]).unwrap_or(0);
            let threshold = thresholds.get(last).copied().unwrap_or(f64::INFINITY);
            Test::Number { threshold, cut: cuts.get(last).copied().unwrap_or(*gap), gap: *gap }
        }
        BinRule::Levels(bin_of_level) => {
            let mut bits = vec![0; bin_of_level.len().div_ceil(64)].into_boxed_slice();
            for (level, bin) in bin_of_level.iter().enumerate() {
                bits[level / 64] |= u64::from(sides[usize::from(*bin)]) << (level % 64);
            }
            Test::Levels { bits, levels: bin_of_level.len() as u32 }
        }
    }
}

/// When growth stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) leaves: usize,
    pub(super) depth: usize,
}

/// A leaf of the last grown tree with its rows.
pub(super) struct Leaf {
    pub(super) node: usize,
    start: usize,
    end: usize,
    depth: usize,
    sums: Sums,
}

/// A node that can be split. The heap gives the one of largest gain, of equal ones the one made earlier.
struct Open {
    leaf: Leaf,
    split: Split,
    histogram: Option<Vec<Sums>>,
}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        self.split.gain.total_cmp(&other.split.gain).then(other.leaf.node.cmp(&self.leaf.node))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Open {}

/// Grows trees on the same binned rows, with work space that is used again.
pub(super) struct Grower<'a> {
    binned: &'a Binned,
    limits: Limits,
    /// Train rows, those of a node next to each other and ascending.
    rows: Vec<u32>,
    spare: Vec<u32>,
    gradients: Vec<i64>,
    hessians: Vec<i64>,
    pool: Vec<Vec<Sums>>,
    /// Histograms that waiting nodes may keep.
    pub(super) most_kept: usize,
    kept: usize,
}

impl<'a> Grower<'a> {
    pub(super) fn new(binned: &'a Binned, limits: Limits) -> Self {
        let bytes = binned.histogram_len().max(1) * size_of::<Sums>();
        Self {
            binned,
            limits,
            rows: Vec::new(),
            spare: vec![0; binned.rows],
            gradients: Vec::new(),
            hessians: Vec::new(),
            pool: Vec::new(),
            most_kept: HISTOGRAM_BYTES / bytes,
            kept: 0,
        }
    }

    /// Grows a tree for gradients and hessians (empty where constant), one per train row. Leaves have their Newton step
    /// as value, not yet times the learning rate; a root that is a leaf has 0.
    pub(super) fn grow(&mut self, terms: &Terms, gradients: &[i64], hessians: &[i64]) -> (BoostTree, Vec<Leaf>) {
        let all = self.binned.rows;
        self.rows.clear();
        self.rows.extend(0..all as u32);
        let sums = Sums { gradient: gradients.iter().sum(), hessian: hessians.iter().sum(), rows: all as u32 };
        let root = Leaf { node: 0, start: 0, end: all, depth: 0, sums };
        let mut tree = BoostTree { nodes: vec![Node::Leaf(0.0)] };
        let (mut open, mut leaves) = (BinaryHeap::new(), Vec::new());
        let histogram = self.may_split(terms, &root).then(|| self.count(&root, gradients, hessians));
        self.place(terms, root, histogram, &mut open, &mut leaves);
        while let Some(Open { leaf, split, histogram }) = open.pop() {
            check();
            self.kept -= usize::from(histogram.is_some());
            let left = tree.nodes.len();
            let full = leaves.len() + open.len() + 2 >= self.limits.leaves;
            let middle = self.part(&leaf, &split);
            let child = |node, start, end, sums| Leaf { node, start, end, depth: leaf.depth + 1, sums };
            let children = [
                child(left, leaf.start, middle, split.left),
                child(left + 1, middle, leaf.end, leaf.sums - split.left),
            ];
            let wanted = children.each_ref().map(|c| !full && self.may_split(terms, c));
            let histograms = self.count_children(histogram, &children, wanted, gradients, hessians);
            for (child, histogram) in children.into_iter().zip(histograms) {
                tree.nodes.push(Node::Leaf(terms.value(child.sums)));
                self.place(terms, child, histogram, &mut open, &mut leaves);
            }
            let column = self.binned.active[split.place] as u32;
            let test = test(self.binned, &split);
            tree.nodes[leaf.node] = Node::Inner { column, left: left as u32, gaps_left: split.gaps_left, test };
            if full {
                break;
            }
        }
        for Open { leaf, histogram, .. } in open {
            self.kept -= usize::from(histogram.is_some());
            self.pool.extend(histogram);
            leaves.push(leaf);
        }
        (tree, leaves)
    }

    /// The train rows of a leaf of the last grown tree, ascending.
    pub(super) fn rows(&self, leaf: &Leaf) -> &[u32] {
        &self.rows[leaf.start..leaf.end]
    }

    /// Whether a split of the node is worth looking for.
    fn may_split(&self, terms: &Terms, node: &Leaf) -> bool {
        let rows = u64::from(node.sums.rows);
        node.depth < self.limits.depth
            && rows >= 2 * u64::from(terms.min_samples_leaf)
            && !self.binned.active.is_empty()
    }

    /// Puts a node with its histogram, if it may be split, in the queue or among the leaves.
    fn place(
        &mut self,
        terms: &Terms,
        node: Leaf,
        histogram: Option<Vec<Sums>>,
        open: &mut BinaryHeap<Open>,
        leaves: &mut Vec<Leaf>,
    ) {
        let split = histogram.as_ref().and_then(|h| best_split(self.binned, h, terms, node.sums, node.node == 0));
        let keep = split.is_some() && self.kept < self.most_kept;
        let histogram = if keep {
            self.kept += usize::from(histogram.is_some());
            histogram
        } else {
            self.pool.extend(histogram);
            None
        };
        match split {
            Some(split) => open.push(Open { leaf: node, split, histogram }),
            None => leaves.push(node),
        }
    }

    /// Parts a node's rows in place, keeping their order on both sides; returns where the right side starts.
    fn part(&mut self, node: &Leaf, split: &Split) -> usize {
        let cells = self.binned.cells(split.place);
        let sides = split.sides(self.binned.bins[self.binned.active[split.place]].gap_bin());
        let rows = &mut self.rows[node.start..node.end];
        let spare = &mut self.spare[..rows.len()];
        let (mut left, mut right) = (0, 0);
        for i in 0..rows.len() {
            let row = rows[i];
            let goes_left = sides[usize::from(cells[row as usize])];
            // Written to both sides and counted on one, so that there is no branch to foretell.
            rows[left] = row;
            spare[right] = row;
            left += usize::from(goes_left);
            right += usize::from(!goes_left);
        }
        rows[left..].copy_from_slice(&spare[..right]);
        node.start + left
    }

    /// Histograms of the wanted children. The smaller child is counted, the other one is what it leaves of the parent.
    fn count_children(
        &mut self,
        parent: Option<Vec<Sums>>,
        children: &[Leaf; 2],
        wanted: [bool; 2],
        gradients: &[i64],
        hessians: &[i64],
    ) -> [Option<Vec<Sums>>; 2] {
        let small = usize::from(children[0].sums.rows >= children[1].sums.rows);
        let mut made = [None, None];
        if !wanted[1 - small] {
            // The smaller child is not wanted then, either.
            self.pool.extend(parent);
            return made;
        }
        let Some(mut rest) = parent else {
            for (i, child) in children.iter().enumerate() {
                made[i] = wanted[i].then(|| self.count(child, gradients, hessians));
            }
            return made;
        };
        let counted = self.count(&children[small], gradients, hessians);
        rest.iter_mut().zip(&counted).for_each(|(r, c)| *r -= *c);
        made[1 - small] = Some(rest);
        if wanted[small] {
            made[small] = Some(counted);
        } else {
            self.pool.push(counted);
        }
        made
    }

    /// The histogram of a node's rows.
    fn count(&mut self, node: &Leaf, gradients: &[i64], hessians: &[i64]) -> Vec<Sums> {
        let mut histogram = self.pool.pop().unwrap_or_else(|| vec![Sums::default(); self.binned.histogram_len()]);
        let rows = &self.rows[node.start..node.end];
        let whole = rows.len() == self.binned.rows;
        // Gradients next to each other are read faster, and every column reads them.
        if !whole {
            self.gradients.clear();
            self.gradients.extend(rows.iter().map(|r| gradients[*r as usize]));
            self.hessians.clear();
            if !hessians.is_empty() {
                self.hessians.extend(rows.iter().map(|r| hessians[*r as usize]));
            }
        }
        let (gradients, hessians) = if whole { (gradients, hessians) } else { (&*self.gradients, &*self.hessians) };
        // A table for every possible u8 needs no check of bounds.
        let mut table = [Sums::default(); 256];
        for place in 0..self.binned.active.len() {
            check();
            let cells = self.binned.cells(place);
            let out = &mut histogram[self.binned.starts[place]..self.binned.starts[place + 1]];
            table[..out.len()].fill(Sums::default());
            match (whole, hessians.is_empty()) {
                (true, true) => add(&mut table, cells.iter().copied(), gradients),
                (true, false) => add_both(&mut table, cells.iter().copied(), gradients, hessians),
                (false, true) => add(&mut table, rows.iter().map(|r| cells[*r as usize]), gradients),
                (false, false) => add_both(&mut table, rows.iter().map(|r| cells[*r as usize]), gradients, hessians),
            }
            out.copy_from_slice(&table[..out.len()]);
        }
        histogram
    }
}

fn add(table: &mut [Sums; 256], bins: impl Iterator<Item = u8>, gradients: &[i64]) {
    for (bin, gradient) in bins.zip(gradients) {
        let cell = &mut table[usize::from(bin)];
        cell.gradient += gradient;
        cell.rows += 1;
    }
}

fn add_both(table: &mut [Sums; 256], bins: impl Iterator<Item = u8>, gradients: &[i64], hessians: &[i64]) {
    for ((bin, gradient), hessian) in bins.zip(gradients).zip(hessians) {
        table[usize::from(bin)] += Sums { gradient: *gradient, hessian: *hessian, rows: 1 };
    }
}
