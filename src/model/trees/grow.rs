//! Growing one tree: nodes are split while a split is allowed and the node is not pure.

use ndarray::ArrayView1;
use rand_chacha::ChaCha8Rng;

use super::columns::{Column, Columns};
use super::draw::{below, unit};
use super::runs::Runs;
use super::sample::{Entry, Impurity, Item, Sample, Sums, Truth};
use super::search::{Candidate, Node as Rows, Sides, Test, beats};

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Deepest leaf.
    pub max_depth: usize,
    /// A node with fewer entries is a leaf.
    pub min_samples_split: usize,
    /// No leaf gets fewer entries.
    pub min_samples_leaf: usize,
    /// Least fall of the impurity, weighted by the node's share of the weight.
    pub min_impurity_decrease: f64,
    /// Most leaves: the split with the largest fall of impurity comes first. `None` for no limit.
    pub max_leaf_nodes: Option<usize>,
}

/// Which splits a node may choose from.
pub enum Chooser<'a> {
    /// All of all columns.
    All,
    /// Those of encoded columns drawn for each node.
    Drawn {
        /// Where random numbers come from.
        rng: &'a mut ChaCha8Rng,
        /// Encoded columns: (column, level of a one-hot column).
        encoded: &'a [(usize, Option<u32>)],
        /// How many a node looks at; more where these do not vary in it.
        most: usize,
        /// Whether one threshold of a column is drawn, rather than the best one found.
        random_threshold: bool,
    },
}

/// A node of a grown tree: a leaf where `left` is 0 (the root is nobody's child).
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The column that is tested.
    pub column: u32,
    /// The test; of a leaf, nothing.
    pub test: Test,
    /// Child where the test says left.
    pub left: u32,
    /// The other child.
    pub right: u32,
}

/// A grown tree. `outputs` holds a node's class shares, mean or median, node after node (0 for inner nodes).
#[derive(Debug, Clone, PartialEq)]
pub struct Grown {
    /// The nodes; the first is the root.
    pub nodes: Vec<Node>,
    /// nodes × width.
    pub outputs: Vec<f64>,
    /// Classes, or 1.
    pub width: usize,
}

impl Grown {
    /// The output of a node.
    pub fn output(&self, node: usize) -> &[f64] {
        &self.outputs[node * self.width..(node + 1) * self.width]
    }

    /// The output for a row of the table it was grown from, by rank codes.
    pub fn of_row(&self, columns: &Columns, row: u32) -> &[f64] {
        let mut at = 0;
        while self.nodes[at].left != 0 {
            let node = &self.nodes[at];
            let column = &columns.columns[node.column as usize];
            let left = node.test.is_left(column.codes()[row as usize], column.missing());
            at = if left { node.left } else { node.right } as usize;
        }
        self.output(at)
    }

    /// The output for a row of numbers, NaN for missing, where it was grown from a matrix.
    pub fn of_numbers(&self, row: ArrayView1<f64>) -> &[f64] {
        let mut at = 0;
        while self.nodes[at].left != 0 {
            let node = &self.nodes[at];
            let x = row[node.column as usize];
            let left = match node.test {
                Test::Number { missing_left, .. } if x.is_nan() => missing_left,
                Test::Number { threshold, .. } => x <= threshold,
                Test::Level(level) => x != f64::from(level),
            };
            at = if left { node.left } else { node.right } as usize;
        }
        self.output(at)
    }

    /// Number of leaves.
    pub fn leaves(&self) -> usize {
        self.nodes.iter().filter(|n| n.left == 0).count()
    }
}

/// Nodes with at most this many entries have their codes gathered, and so have all below them.
const SMALL: usize = 256;

/// A node that may still be split.
struct Open {
    node: usize,
    start: usize,
    end: usize,
    depth: usize,
    sums: Sums,
    /// Its stretch of the riders.
    riders: (usize, usize),
    /// Columns (of the first 64) that do not vary here, and so not below.
    constant: u64,
    /// Its best split and the fall of impurity, once looked for.
    split: Option<(Candidate, f64)>,
}

struct Grower<'a, 'b> {
    columns: &'a Columns<'a>,
    truth: Truth<'a>,
    impurity: Impurity,
    limits: Limits,
    chooser: Chooser<'b>,
    sample: Sample,
    runs: Runs,
    sides: Sides,
    spare: Vec<Item>,
    order: Vec<u32>,
    /// Codes of the small node at work, column by column; empty outside of one.
    gathered: Vec<u32>,
    /// Entries of that node.
    gathered_rows: usize,
    /// Rows that are only led along, node by node.
    riders: Vec<u32>,
    spare_riders: Vec<u32>,
    /// Leaf by table row.
    leaves: Vec<u32>,
}

/// A tree with the leaf of each row that grew it or rode along; `u32::MAX` for other rows of the table.
pub struct Grove {
    /// The tree.
    pub tree: Grown,
    /// Leaf by table row.
    pub leaves: Vec<u32>,
}

/// Grows a tree on some entries and takes the `riders` along: rows that teach it nothing and are only led to
/// their leaves, which is cheaper than to send each down the finished tree.
///
/// Of equally good splits the earlier encoded column's smallest threshold wins (levels of a one-hot column in
/// order), so the tree depends on nothing but the data and, with drawn columns, the random numbers.
pub fn grow(
    columns: &Columns,
    entries: impl ExactSizeIterator<Item = Entry> + Clone,
    truth: Truth,
    impurity: Impurity,
    limits: Limits,
    chooser: Chooser,
    riders: Vec<u32>,
) -> Grove {
    let sample = Sample::new(entries, truth);
    let classes = sample.classes;
    let mut grower = Grower {
        columns,
        truth,
        impurity,
        limits,
        chooser,
        runs: Runs::new(classes),
        sides: Sides::new(classes),
        spare: Vec::new(),
        order: Vec::new(),
        gathered: Vec::new(),
        gathered_rows: 0,
        leaves: vec![u32::MAX; columns.rows],
        sample,
        riders,
        spare_riders: Vec::new(),
    };
    let mut tree = Grown { nodes: Vec::new(), outputs: Vec::new(), width: classes.max(1) };
    let mut sums = Sums::new(classes);
    grower.sample.items.iter().for_each(|i| sums.add(i));
    let end = grower.sample.items.len();
    let all_riders = (0, grower.riders.len());
    let root = open(&mut tree, (0, end), all_riders, 0, sums, 0);
    match limits.max_leaf_nodes {
        None => grower.grow_deep(&mut tree, root),
        Some(most) => grower.grow_best(&mut tree, root, most),
    }
    Grove { tree, leaves: grower.leaves }
}

/// Adds a node, a leaf until it is split.
fn open(
    tree: &mut Grown,
    (start, end): (usize, usize),
    riders: (usize, usize),
    depth: usize,
    sums: Sums,
    constant: u64,
) -> Open {
    let node = tree.nodes.len();
    tree.nodes.push(Node { column: 0, test: Test::Level(u32::MAX), left: 0, right: 0 });
    tree.outputs.resize(tree.nodes.len() * tree.width, 0.0);
    Open { node, start, end, depth, sums, riders, constant, split: None }
}

impl Grower<'_, '_> {
    /// Splits node after node, left children first.
    fn grow_deep(&mut self, tree: &mut Grown, root: Open) {
        let mut nodes = vec![root];
        while let Some(mut node) = nodes.pop() {
            if self.gathered.is_empty() && node.end - node.start <= SMALL {
                // A small node and all below it are done at once, on codes that lie close together.
                self.gather(&node);
                self.grow_deep(tree, node);
                self.gathered.clear();
                continue;
            }
            self.search(&mut node);
            match self.split(tree, &node) {
                Some([left, right]) => nodes.extend([right, left]),
                None => self.fill(tree, &node),
            }
        }
    }

    /// Splits the node with the largest fall of impurity first, of equal ones the one made first.
    fn grow_best(&mut self, tree: &mut Grown, mut root: Open, most: usize) {
        self.search(&mut root);
        let mut nodes = vec![root];
        for _ in 1..most {
            let fall = |i: &usize| nodes[*i].split.map_or(f64::NEG_INFINITY, |s| s.1);
            let best = (0..nodes.len()).reduce(|a, b| if fall(&b) > fall(&a) { b } else { a });
            let Some(best) = best.filter(|b| nodes[*b].split.is_some()) else { break };
            let node = nodes.remove(best);
            for mut child in self.split(tree, &node).into_iter().flatten() {
                self.search(&mut child);
                nodes.push(child);
            }
        }
        for node in &nodes {
            self.fill(tree, node);
        }
    }

    fn gather(&mut self, node: &Open) {
        let items = &mut self.sample.items[node.start..node.end];
        self.gathered_rows = items.len();
        for column in &self.columns.columns {
            let codes = column.codes();
            self.gathered.extend(items.iter().map(|i| codes[i.row as usize]));
        }
        items.iter_mut().zip(0..).for_each(|(item, slot)| item.slot = slot);
    }

    fn search(&mut self, node: &mut Open) {
        let rows = node.end - node.start;
        let stop = node.depth >= self.limits.max_depth
            || rows < self.limits.min_samples_split
            || rows < 2 * self.limits.min_samples_leaf
            || self.is_pure(node.start, node.end);
        if !stop {
            node.split = self.best_split(node);
        }
    }

    fn is_pure(&self, start: usize, end: usize) -> bool {
        let items = &self.sample.items[start..end];
        items.iter().all(|i| i.y == items[0].y)
    }

    /// The output of a leaf, from the targets themselves.
    fn fill(&mut self, tree: &mut Grown, leaf: &Open) {
        let rows = self.sample.items[leaf.start..leaf.end].iter().map(|i| i.row);
        for row in rows.chain(self.riders[leaf.riders.0..leaf.riders.1].iter().copied()) {
            self.leaves[row as usize] = leaf.node as u32;
        }
        let out = &mut tree.outputs[leaf.node * tree.width..(leaf.node + 1) * tree.width];
        let (items, weight) = (&self.sample.items[leaf.start..leaf.end], leaf.sums.weight);
        match self.truth {
            Truth::Classes { .. } => {
                out.iter_mut().zip(&leaf.sums.classes).for_each(|(o, c)| *o = *c as f64 / weight as f64);
            }
            Truth::Values(y) if self.impurity == Impurity::AbsoluteError => {
                let mut values: Vec<(f64, u32)> = items.iter().map(|i| (y[i.row as usize], i.weight)).collect();
                values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
                out[0] = weighted_median(&values, weight);
            }
            Truth::Values(y) => {
                let sum: f64 = items.iter().map(|i| f64::from(i.weight) * y[i.row as usize]).sum();
                out[0] = sum / weight as f64;
            }
        }
    }

    /// The best allowed split and by how much the impurity falls, weighted by the node's share.
    fn best_split(&mut self, node: &mut Open) -> Option<(Candidate, f64)> {
        let rows = Rows {
            items: &self.sample.items[node.start..node.end],
            whole: &node.sums,
            impurity: self.impurity,
            min_samples_leaf: self.limits.min_samples_leaf,
        };
        let mut best: Option<Candidate> = None;
        let (gathered, count) = (&self.gathered, self.gathered_rows);
        match &mut self.chooser {
            Chooser::All => {
                for (index, column) in self.columns.columns.iter().enumerate() {
                    if index < 64 && node.constant >> index & 1 == 1 {
                        continue;
                    }
                    let codes = codes_of(column, index, gathered, count);
                    self.runs.collect(codes, rows.items);
                    if self.runs.runs.len() == 1 {
                        if index < 64 {
                            node.constant |= 1 << index;
                        }
                        continue;
                    }
                    if self.impurity == Impurity::AbsoluteError {
                        rows.absolute(index, column, codes, None, &mut best);
                    } else {
                        look(&rows, index, column, None, &self.runs, &mut self.sides, &mut best);
                    }
                    // Two rows can be parted in one way only.
                    if rows.items.len() == 2 && best.is_some() {
                        break;
                    }
                }
            }
            Chooser::Drawn { rng, encoded, most, random_threshold } => {
                self.order.clear();
                self.order.extend(0..encoded.len() as u32);
                let (mut seen, mut varied) = (0, 0);
                // Each drawn column comes from those not drawn so far (a shuffle done only as far as needed).
                while seen < encoded.len() && (seen < *most || varied == 0) {
                    if *most < encoded.len() {
                        let pick = seen + below(rng, (encoded.len() - seen) as u32) as usize;
                        self.order.swap(seen, pick);
                    }
                    let (index, level) = encoded[self.order[seen] as usize];
                    seen += 1;
                    let column = &self.columns.columns[index];
                    let codes = codes_of(column, index, gathered, count);
                    self.runs.collect(codes, rows.items);
                    let varies = match level {
                        None => self.runs.runs.len() > 1,
                        Some(l) => self.runs.runs.len() > 1 && self.runs.runs.iter().any(|r| r.code == l),
                    };
                    varied += usize::from(varies);
                    if !varies {
                        continue;
                    }
                    if *random_threshold && level.is_none() {
                        random_split(&rows, (index, column, codes), &self.runs, rng, &mut self.sides, &mut best);
                        continue;
                    }
                    if *random_threshold {
                        // As a number, 0 or 1, it would have drawn a threshold.
                        unit(rng);
                    }
                    if self.impurity == Impurity::AbsoluteError {
                        rows.absolute(index, column, codes, level, &mut best);
                    } else {
                        look(&rows, index, column, level, &self.runs, &mut self.sides, &mut best);
                    }
                }
            }
        }
        let best = best?;
        let (own, unit) = match (self.impurity, self.sample.classes) {
            (Impurity::AbsoluteError, _) => {
                let items: Vec<&Item> = rows.items.iter().collect();
                (-(super::absolute::cost(&items) as f64), self.sample.unit)
            }
            (_, 0) => (self.impurity.quality(&node.sums), self.sample.unit * self.sample.unit),
            _ => (self.impurity.quality(&node.sums), 1.0),
        };
        let fall = (best.quality - own) * unit / self.sample.weight;
        (fall + f64::EPSILON >= self.limits.min_impurity_decrease).then_some((best, fall))
    }

    /// Parts a node's items, keeping their order, and opens its children.
    fn split(&mut self, tree: &mut Grown, node: &Open) -> Option<[Open; 2]> {
        let (candidate, _) = node.split?;
        let column: &Column = &self.columns.columns[candidate.column];
        let missing = column.missing();
        let codes = codes_of(column, candidate.column, &self.gathered, self.gathered_rows);
        let items = &mut self.sample.items[node.start..node.end];
        let mut left = Sums::new(self.sample.classes);
        let mut right = left.clone();
        self.spare.clear();
        let mut kept = 0;
        for i in 0..items.len() {
            let item = items[i];
            if candidate.test.is_left(codes[item.slot as usize], missing) {
                left.add(&item);
                items[kept] = item;
                kept += 1;
            } else {
                self.spare.push(item);
            }
        }
        items[kept..].copy_from_slice(&self.spare);
        right.set_rest(&node.sums, &left);
        let middle = node.start + kept;
        let (from, to) = node.riders;
        let parted = from
            + part(&mut self.riders[from..to], &mut self.spare_riders, |row| {
                candidate.test.is_left(column.codes()[row as usize], missing)
            });
        let depth = node.depth + 1;
        let first = open(tree, (node.start, middle), (from, parted), depth, left, node.constant);
        let second = open(tree, (middle, node.end), (parted, to), depth, right, node.constant);
        tree.nodes[node.node] = Node {
            column: candidate.column as u32,
            test: candidate.test,
            left: first.node as u32,
            right: second.node as u32,
        };
        Some([first, second])
    }
}

/// Brings the rows that go left to the front, keeping the order on both sides; returns their number.
fn part(rows: &mut [u32], spare: &mut Vec<u32>, is_left: impl Fn(u32) -> bool) -> usize {
    spare.clear();
    let mut kept = 0;
    for i in 0..rows.len() {
        let row = rows[i];
        if is_left(row) {
            rows[kept] = row;
            kept += 1;
        } else {
            spare.push(row);
        }
    }
    rows[kept..].copy_from_slice(spare);
    kept
}

/// The codes of a column at the items' slots.
fn codes_of<'c>(column: &'c Column, index: usize, gathered: &'c [u32], rows: usize) -> &'c [u32] {
    if gathered.is_empty() { column.codes() } else { &gathered[index * rows..(index + 1) * rows] }
}

fn look(
    rows: &Rows,
    index: usize,
    column: &Column,
    level: Option<u32>,
    runs: &Runs,
    sides: &mut Sides,
    best: &mut Option<Candidate>,
) {
    match column {
        Column::Number { .. } => rows.numbers(index, column, runs, sides, best),
        Column::Levels { .. } => rows.levels(index, runs, level, sides, best),
    }
}

/// One threshold, uniform between the least and the largest present number; missing rows right, then left.
fn random_split(
    rows: &Rows,
    (index, column, codes): (usize, &Column, &[u32]),
    runs: &Runs,
    rng: &mut ChaCha8Rng,
    sides: &mut Sides,
    best: &mut Option<Candidate>,
) {
    let Column::Number { values, .. } = column else { return };
    let gaps = runs.runs.last().is_some_and(|r| r.code == column.missing());
    let present = &runs.runs[..runs.runs.len() - usize::from(gaps)];
    let tests: Vec<Test> = match present {
        [] => return,
        // All present numbers are alike: missing against present is the one split there is.
        [_] => vec![Test::Number { threshold: f64::INFINITY, cut: column.missing(), missing_left: false }],
        [first, .., last] => {
            let (low, high) = (values[first.code as usize], values[last.code as usize]);
            let drawn = low + unit(rng) * (high - low);
            let threshold = if drawn < high { drawn } else { low };
            let cut = values.partition_point(|v| *v <= threshold) as u32;
            [false, true]
                .into_iter()
                .take(1 + usize::from(gaps))
                .map(|missing_left| Test::Number { threshold, cut, missing_left })
                .collect()
        }
    };
    for mut test in tests {
        if let Some(quality) = rows.quality_of(column, codes, test, sides)
            && best.is_none_or(|b| beats(quality, b.quality))
        {
            if let (Test::Number { missing_left, .. }, false) = (&mut test, gaps) {
                *missing_left = sides.left_is_heavier();
            }
            *best = Some(Candidate { column: index, test, quality });
        }
    }
}

/// The middle of ascending values by weight, the mean of the two middle ones where it falls between them.
fn weighted_median(values: &[(f64, u32)], weight: u64) -> f64 {
    let mut below = 0;
    for (i, (value, w)) in values.iter().enumerate() {
        below += u64::from(*w);
        if 2 * below > weight {
            return *value;
        }
        if 2 * below == weight {
            return 0.5 * value + 0.5 * values[i + 1].0;
        }
    }
    f64::NAN
}
