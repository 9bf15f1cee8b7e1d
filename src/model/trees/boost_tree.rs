//! One tree of a boosted model, grown best split first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::bins::{BinRule, Binned, GROUP};
use super::boost_split::{Split, Sums, Terms, best_split};
use super::histogram::Counter;
use super::step::Step;
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
    train: Range<usize>,
    others: Range<usize>,
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
    /// The binned rows, train rows before the others; of each kind those of a node next to each other and ascending.
    rows: Vec<u32>,
    spare: Vec<u32>,
    counter: Counter,
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
            spare: vec![0; binned.rows.max(binned.others)],
            counter: Counter::new(),
            pool: Vec::new(),
            most_kept: HISTOGRAM_BYTES / bytes,
            kept: 0,
        }
    }

    /// Grows a tree for the steps of the train rows. Leaves have their Newton step as value, not yet times the learning
    /// rate; a root that is a leaf has 0.
    pub(super) fn grow(&mut self, terms: &Terms, steps: &[Step]) -> (BoostTree, Vec<Leaf>) {
        let all = self.binned.all();
        self.rows.clear();
        self.rows.extend(0..all as u32);
        let sums = Sums { rows: self.binned.rows as u32, ..Sums::default() };
        let mut root = Leaf { node: 0, train: 0..self.binned.rows, others: self.binned.rows..all, depth: 0, sums };
        let mut tree = BoostTree { nodes: vec![Node::Leaf(0.0)] };
        let (mut open, mut leaves) = (BinaryHeap::new(), Vec::new());
        let histogram = self.may_split(terms, &root).then(|| self.count(&root, steps));
        if let Some(histogram) = &histogram {
            // Every row is in one bin of the first column.
            root.sums = Sums::default();
            histogram[..self.binned.starts[1]].iter().for_each(|cell| root.sums += *cell);
        }
        self.place(terms, root, histogram, &mut open, &mut leaves);
        while let Some(Open { leaf, split, histogram }) = open.pop() {
            check();
            self.kept -= usize::from(histogram.is_some());
            let left = tree.nodes.len();
            let full = leaves.len() + open.len() + 2 >= self.limits.leaves;
            let [train, others] = [&leaf.train, &leaf.others].map(|rows| self.part(rows, &split));
            let depth = leaf.depth + 1;
            let children = [
                Leaf {
                    node: left,
                    train: leaf.train.start..train,
                    others: leaf.others.start..others,
                    depth,
                    sums: split.left,
                },
                Leaf {
                    node: left + 1,
                    train: train..leaf.train.end,
                    others: others..leaf.others.end,
                    depth,
                    sums: leaf.sums - split.left,
                },
            ];
            let wanted = children.each_ref().map(|c| !full && self.may_split(terms, c));
            let histograms = self.count_children(histogram, &children, wanted, steps);
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

    /// The train rows of a leaf of the last grown tree, ascending, as places among the train rows.
    pub(super) fn rows(&self, leaf: &Leaf) -> &[u32] {
        &self.rows[leaf.train.clone()]
    }

    /// The other rows of a leaf of the last grown tree, ascending; the first of all has the number of train rows.
    pub(super) fn others(&self, leaf: &Leaf) -> &[u32] {
        &self.rows[leaf.others.clone()]
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

    /// Parts some of a node's rows in place, keeping their order on both sides; returns where the right side starts.
    fn part(&mut self, of_node: &Range<usize>, split: &Split) -> usize {
        let cells = self.binned.cells(split.place / GROUP);
        let within = split.place % GROUP;
        let sides = split.sides(self.binned.bins[self.binned.active[split.place]].gap_bin());
        let rows = &mut self.rows[of_node.clone()];
        let spare = &mut self.spare[..rows.len()];
        let (mut left, mut right) = (0, 0);
        for i in 0..rows.len() {
            let row = rows[i];
            let goes_left = sides[usize::from(cells[row as usize][within])];
            // Written to both sides and counted on one, so that there is no branch to foretell.
            rows[left] = row;
            spare[right] = row;
            left += usize::from(goes_left);
            right += usize::from(!goes_left);
        }
        rows[left..].copy_from_slice(&spare[..right]);
        of_node.start + left
    }

    /// Histograms of the wanted children. The smaller child is counted, the other one is what it leaves of the parent.
    fn count_children(
        &mut self,
        parent: Option<Vec<Sums>>,
        children: &[Leaf; 2],
        wanted: [bool; 2],
        steps: &[Step],
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
                made[i] = wanted[i].then(|| self.count(child, steps));
            }
            return made;
        };
        let counted = self.count(&children[small], steps);
        rest.iter_mut().zip(&counted).for_each(|(r, c)| *r -= *c);
        made[1 - small] = Some(rest);
        if wanted[small] {
            made[small] = Some(counted);
        } else {
            self.pool.push(counted);
        }
        made
    }

    /// The histogram of a node's train rows.
    fn count(&mut self, node: &Leaf, steps: &[Step]) -> Vec<Sums> {
        let mut histogram = self.pool.pop().unwrap_or_else(|| vec![Sums::default(); self.binned.histogram_len()]);
        self.counter.count(self.binned, &self.rows[node.train.clone()], steps, &mut histogram);
        histogram
    }
}
