//! Growing a classification or regression tree exactly (Breiman, Friedman, Olshen and Stone 1984).
//!
//! Columns are sorted once; each node keeps its rows as one stretch of every sorted column, and a
//! split parts these stretches without reordering. Candidate thresholds are the midpoints between
//! neighbouring values of the node's own rows. Of equally good splits the first column's smallest
//! threshold wins, so the tree depends on nothing but the data.

use ndarray::ArrayView2;

/// How mixed a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impurity {
    /// Σ p(1 - p) over classes.
    Gini,
    /// -Σ p log₂ p over classes.
    Entropy,
    /// Variance of a number.
    SquaredError,
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    pub max_depth: usize,
    pub min_samples_split: usize,
    pub min_samples_leaf: usize,
    /// Least fall of the impurity, weighted by the node's share of the rows.
    pub min_impurity_decrease: f64,
}

/// A node: a leaf where `left` is 0 (the root is nobody's child).
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub column: u32,
    /// Rows with values up to this go left.
    pub threshold: f64,
    pub left: u32,
    pub right: u32,
}

/// A grown tree. `outputs` holds a node's class shares or its mean, node after node.
#[derive(Debug, Clone, PartialEq)]
pub struct Grown {
    pub nodes: Vec<Node>,
    pub outputs: Vec<f64>,
    pub width: usize,
}

impl Grown {
    /// The outputs of the leaf that a row falls into.
    pub fn leaf(&self, row: ndarray::ArrayView1<f64>) -> &[f64] {
        let mut at = 0;
        while self.nodes[at].left != 0 {
            let node = &self.nodes[at];
            at = if row[node.column as usize] <= node.threshold { node.left } else { node.right } as usize;
        }
        &self.outputs[at * self.width..(at + 1) * self.width]
    }
}

/// Sums over the rows of one side: counts by class, or count and sum of a number.
#[derive(Clone)]
struct Sums {
    rows: f64,
    by_class: Vec<f64>,
    /// Σ p² n over classes, kept up to date for Gini: Σ c².
    squares: f64,
}

impl Sums {
    fn new(width: usize) -> Self {
        Self { rows: 0.0, by_class: vec![0.0; width], squares: 0.0 }
    }

    fn clear(&mut self) {
        self.rows = 0.0;
        self.squares = 0.0;
        self.by_class.fill(0.0);
    }
}

/// The growing of one tree.
struct Grower<'a> {
    x: ArrayView2<'a, f64>,
    /// Class codes as numbers, or centred target values.
    y: &'a [f64],
    impurity: Impurity,
    limits: Limits,
    /// For each column, rows in ascending order of its values.
    order: Vec<Vec<u32>>,
    goes_left: Vec<bool>,
    spare: Vec<u32>,
    left: Sums,
    right: Sums,
}

struct Split {
    column: usize,
    threshold: f64,
    /// Rows on the left.
    count: usize,
    quality: f64,
}

impl Grower<'_> {
    fn add(&self, sums: &mut Sums, row: u32, sign: f64) {
        let y = self.y[row as usize];
        sums.rows += sign;
        if self.impurity == Impurity::SquaredError {
            sums.by_class[0] += sign * y;
        } else {
            let c = &mut sums.by_class[y as usize];
            sums.squares += sign * 2.0 * *c + 1.0;
            *c += sign;
        }
    }

    /// What is to be made large: minus the rows × impurity, up to a constant of the node.
    fn quality(&self, s: &Sums) -> f64 {
        match self.impurity {
            Impurity::Gini => s.squares / s.rows,
            Impurity::SquaredError => s.by_class[0] * s.by_class[0] / s.rows,
            Impurity::Entropy => {
                let of = |c: &f64| if *c > 0.0 { c * c.log2() } else { 0.0 };
                s.by_class.iter().map(of).sum::<f64>() - s.rows * s.rows.log2()
            }
        }
    }

    /// The best split of the rows `start..end` of every order, and the quality of not splitting.
    fn best_split(&mut self, start: usize, end: usize, whole: &Sums) -> Option<Split> {
        let mut best: Option<Split> = None;
        let leaf = self.limits.min_samples_leaf;
        let (mut left, mut right) =
            (std::mem::replace(&mut self.left, Sums::new(0)), std::mem::replace(&mut self.right, Sums::new(0)));
        for column in 0..self.order.len() {
            let order = &self.order[column][start..end];
            let value = |i: usize| self.x[[order[i] as usize, column]];
            if value(0) == value(order.len() - 1) {
                continue;
            }
            left.clear();
            right.clone_from(whole);
            for i in 0..order.len() - 1 {
                self.add(&mut left, order[i], 1.0);
                self.add(&mut right, order[i], -1.0);
                if i + 1 < leaf || order.len() - i - 1 < leaf || value(i) == value(i + 1) {
                    continue;
                }
                let quality = self.quality(&left) + self.quality(&right);
                if best.as_ref().is_none_or(|b| quality > b.quality) {
                    // The midpoint may round up to the larger value: then the smaller one parts them.
                    let middle = 0.5 * value(i) + 0.5 * value(i + 1);
                    let threshold = if middle < value(i + 1) { middle } else { value(i) };
                    best = Some(Split { column, threshold, count: i + 1, quality });
                }
            }
        }
        (self.left, self.right) = (left, right);
        best
    }

    /// Parts the stretch `start..end` of every order into left rows and right rows.
    fn part(&mut self, start: usize, end: usize, split: &Split) {
        for (i, row) in self.order[split.column][start..end].iter().enumerate() {
            self.goes_left[*row as usize] = i < split.count;
        }
        for order in &mut self.order {
            self.spare.clear();
            let mut at = start;
            for i in start..end {
                let row = order[i];
                if self.goes_left[row as usize] {
                    order[at] = row;
                    at += 1;
                } else {
                    self.spare.push(row);
                }
            }
            order[at..end].copy_from_slice(&self.spare);
        }
    }

    fn is_pure(&self, start: usize, end: usize) -> bool {
        let rows = &self.order[0][start..end];
        let first = self.y[rows[0] as usize];
        rows.iter().all(|r| self.y[*r as usize] == first)
    }
}

/// Grows a tree on rows `x` with class codes (as whole numbers below `classes`) or, for squared
/// error, target values. `x` has at least one row and one column.
pub fn grow(x: ArrayView2<f64>, y: &[f64], classes: usize, impurity: Impurity, limits: Limits) -> Grown {
    let n = y.len();
    let number = impurity == Impurity::SquaredError;
    let width = if number { 1 } else { classes };
    // Centring keeps the squares of sums from losing digits.
    let mean = if number { y.iter().sum::<f64>() / n as f64 } else { 0.0 };
    let y: Vec<f64> = y.iter().map(|v| v - mean).collect();
    let order = (0..x.ncols())
        .map(|j| {
            let mut rows: Vec<u32> = (0..n as u32).collect();
            rows.sort_by(|a, b| x[[*a as usize, j]].total_cmp(&x[[*b as usize, j]]));
            rows
        })
        .collect();
    let mut grower = Grower {
        x: x.view(),
        y: &y,
        impurity,
        limits,
        order,
        goes_left: vec![false; n],
        spare: Vec::with_capacity(n),
        left: Sums::new(width),
        right: Sums::new(width),
    };
    let mut tree = Grown { nodes: Vec::new(), outputs: Vec::new(), width };
    let leaf = Node { column: 0, threshold: 0.0, left: 0, right: 0 };
    tree.nodes.push(leaf.clone());
    tree.outputs.resize(width, 0.0);
    let mut open = vec![(0usize, 0usize, n, 0usize)];
    while let Some((node, start, end, depth)) = open.pop() {
        let mut whole = Sums::new(width);
        for i in start..end {
            let row = grower.order[0][i];
            grower.add(&mut whole, row, 1.0);
        }
        for (k, total) in whole.by_class.iter().enumerate() {
            tree.outputs[node * width + k] = total / whole.rows + mean;
        }
        let rows = end - start;
        let stop = depth >= limits.max_depth
            || rows < limits.min_samples_split
            || rows < 2 * limits.min_samples_leaf
            || grower.is_pure(start, end);
        let split = if stop { None } else { grower.best_split(start, end, &whole) };
        let Some(split) = split else { continue };
        let decrease = (split.quality - grower.quality(&whole)) / n as f64;
        if decrease + f64::EPSILON < limits.min_impurity_decrease {
            continue;
        }
        grower.part(start, end, &split);
        let left = tree.nodes.len();
        tree.nodes[node] =
            Node { column: split.column as u32, threshold: split.threshold, left: left as u32, right: left as u32 + 1 };
        tree.nodes.extend([leaf.clone(), leaf.clone()]);
        tree.outputs.resize(tree.nodes.len() * width, 0.0);
        open.push((left + 1, start + split.count, end, depth + 1));
        open.push((left, start, start + split.count, depth + 1));
    }
    tree
}
