//! A k-d tree of all rows, split once in the reference scaling (Friedman, Bentley and Finkel, An
//! Algorithm for Finding Best Matches in Logarithmic Expected Time, 1977). Only the grouping of rows is
//! kept: the boxes around the groups are each split's own (see [`super::Bound`]).

use super::points::{PartScale, PointPart, Points, SplitScale};

/// Rows of a leaf: few enough to look at all, many enough to keep the tree and its boxes small.
const LEAF: usize = 128;

#[derive(Debug)]
pub(crate) struct Node {
    /// Places `start..end`.
    pub start: u32,
    pub end: u32,
    /// The smallest row number among them.
    pub first_row: u32,
    /// The second child; the first one is the next node. 0 for a leaf.
    pub second: u32,
    /// Whether all rows are alike, gaps and levels included, and so equally far from any row in every
    /// split. Such a leaf may be of any size.
    pub alike: bool,
}

/// What the reference scaling made of a number column.
#[derive(Debug)]
pub(crate) struct Reference {
    pub fill: f64,
    pub scale: f64,
    /// Whether some number is missing.
    pub gaps: bool,
    /// Whether any two rows differ.
    pub varies: bool,
}

/// What a part is, and the how-manieth of its kind.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PartKind {
    /// A number.
    Number(usize),
    /// A level.
    Level(usize),
}

/// All rows, grouped. A row's place is its position in the order of the leaves; within a leaf rows ascend.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Parents before children.
    pub nodes: Vec<Node>,
    /// The row at each place.
    pub order: Vec<u32>,
    /// The place of each row.
    pub place: Vec<u32>,
    /// The leaf of each place, by its number among the nodes.
    pub leaf: Vec<u32>,
    /// Level codes, places × level parts.
    pub codes: Vec<u32>,
    /// Level parts.
    pub levels: usize,
    /// The parts in order.
    pub kinds: Vec<PartKind>,
    /// The part of each number.
    pub part_of: Vec<usize>,
    /// One a number part.
    pub references: Vec<Reference>,
    /// Whether any two rows differ in a level.
    pub levels_vary: bool,
}

/// A column of a group of rows.
struct Spread {
    /// Sum of the encoded columns' variances, in the reference scaling.
    variance: f64,
    varies: bool,
    /// Some, but not all, are missing.
    gaps_differ: bool,
    /// Filled numbers, or codes, differ.
    keys_differ: bool,
}

impl Tree {
    /// Groups all rows.
    pub fn new(points: &Points, reference: &SplitScale) -> Self {
        assert_eq!(points.parts.len(), reference.parts.len(), "a scale for each part");
        let mut tree = Self {
            nodes: Vec::new(),
            order: Vec::new(),
            place: vec![0; points.rows],
            leaf: vec![0; points.rows],
            codes: Vec::new(),
            levels: 0,
            kinds: Vec::new(),
            part_of: Vec::new(),
            references: Vec::new(),
            levels_vary: false,
        };
        let mut order: Vec<u32> = (0..points.rows as u32).collect();
        for (part, scale) in points.parts.iter().zip(&reference.parts) {
            let varies = spread(part, scale, &order).varies;
            match (part, scale) {
                (PointPart::Number(values), PartScale::Number { fill, scale, .. }) => {
                    assert_eq!(values.len(), points.rows, "a number for each row");
                    let gaps = values.iter().any(|v| v.is_nan());
                    tree.references.push(Reference { fill: *fill, scale: *scale, gaps, varies });
                    tree.part_of.push(tree.kinds.len());
                    tree.kinds.push(PartKind::Number(tree.part_of.len() - 1));
                }
                (PointPart::Level { codes, .. }, PartScale::Level { .. }) => {
                    assert_eq!(codes.len(), points.rows, "a level for each row");
                    tree.levels += 1;
                    tree.levels_vary |= varies;
                    tree.kinds.push(PartKind::Level(tree.levels - 1));
                }
                _ => panic!("a number is scaled as a number, a level as a level"),
            }
        }
        if !order.is_empty() {
            tree.grow(points, reference, &mut order, 0);
        }
        order.iter().enumerate().for_each(|(at, row)| tree.place[*row as usize] = at as u32);
        tree.codes = vec![0; points.rows * tree.levels];
        let coded = points.parts.iter().filter_map(|part| match part {
            PointPart::Level { codes, .. } => Some(codes),
            PointPart::Number(_) => None,
        });
        for (l, codes) in coded.enumerate() {
            order.iter().enumerate().for_each(|(at, row)| tree.codes[at * tree.levels + l] = codes[*row as usize]);
        }
        tree.order = order;
        tree
    }

    /// A squared distance, part by part in order, so that it is that of the encoded columns to the last bit: how far each number
    /// is off, and for a level that is another one what it adds besides 1.
    #[inline]
    pub fn add_up(&self, off: impl Fn(usize) -> f64, other: impl Fn(usize) -> Option<f64>) -> f64 {
        let mut sum = 0.0;
        for kind in &self.kinds {
            match *kind {
                PartKind::Number(j) => {
                    let off = off(j);
                    sum += off * off;
                }
                PartKind::Level(l) => {
                    if let Some(weight) = other(l) {
                        sum += weight;
                        sum += 1.0;
                    }
                }
            }
        }
        sum
    }

    /// Number parts.
    pub fn numbers(&self) -> usize {
        self.references.len()
    }

    fn grow(&mut self, points: &Points, reference: &SplitScale, rows: &mut [u32], start: usize) {
        let node = self.nodes.len();
        let mut widest: Option<(usize, Spread)> = None;
        for (j, (part, scale)) in points.parts.iter().zip(&reference.parts).enumerate() {
            let here = spread(part, scale, rows);
            if here.varies && widest.as_ref().is_none_or(|(_, w)| here.variance > w.variance) {
                widest = Some((j, here));
            }
        }
        self.nodes.push(Node {
            start: start as u32,
            end: (start + rows.len()) as u32,
            first_row: rows.iter().copied().min().unwrap_or(0),
            second: 0,
            alike: widest.is_none(),
        });
        let Some((j, spread)) = widest.filter(|_| rows.len() > LEAF) else {
            rows.sort_unstable();
            self.leaf[start..start + rows.len()].fill(node as u32);
            return;
        };
        let middle = match &points.parts[j] {
            PointPart::Number(values) if !spread.keys_differ && spread.gaps_differ => {
                // A number that happens to be the fill parts from it in other splits.
                divide(rows, |r| !values[r as usize].is_nan())
            }
            part => cut(rows, |r| key(part, &reference.parts[j], r)),
        };
        let (left, right) = rows.split_at_mut(middle);
        self.grow(points, reference, left, start);
        self.nodes[node].second = self.nodes.len() as u32;
        self.grow(points, reference, right, start + middle);
    }
}

/// What a row is sorted by: the filled number, or the code.
fn key(part: &PointPart, scale: &PartScale, row: u32) -> f64 {
    match (part, scale) {
        (PointPart::Number(values), PartScale::Number { fill, .. }) => {
            let value = values[row as usize];
            if value.is_nan() { *fill } else { value }
        }
        (PointPart::Level { codes, .. }, _) => f64::from(codes[row as usize]),
        _ => unreachable!("checked when the tree was made"),
    }
}

fn spread(part: &PointPart, scale: &PartScale, rows: &[u32]) -> Spread {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let n = rows.len() as f64;
    let (variance, gaps) = match (part, scale) {
        (PointPart::Number(values), PartScale::Number { scale: unit, .. }) => {
            let origin = rows.first().map_or(0.0, |r| key(part, scale, *r));
            let (mut sum, mut squares, mut gaps) = (0.0, 0.0, 0);
            for row in rows {
                let value = key(part, scale, *row);
                (low, high) = (low.min(value), high.max(value));
                let off = (value - origin) / unit;
                sum += off;
                squares += off * off;
                gaps += usize::from(values[*row as usize].is_nan());
            }
            (squares / n - (sum / n) * (sum / n), gaps)
        }
        _ => {
            // Codes are folded into 64 bins: only the choice of the column to split depends on it.
            let mut bins = [0.0; 64];
            for row in rows {
                let code = key(part, scale, *row);
                (low, high) = (low.min(code), high.max(code));
                bins[code as usize % 64] += 1.0;
            }
            (1.0 - bins.iter().map(|c| (c / n) * (c / n)).sum::<f64>(), 0)
        }
    };
    let (keys_differ, gaps_differ) = (low < high, gaps > 0 && gaps < rows.len());
    Spread { variance, varies: keys_differ || gaps_differ, gaps_differ, keys_differ }
}

/// Puts those that `first` holds for first, and says how many they are.
fn divide(rows: &mut [u32], first: impl Fn(u32) -> bool) -> usize {
    let mut count = 0;
    for i in 0..rows.len() {
        if first(rows[i]) {
            rows.swap(i, count);
            count += 1;
        }
    }
    count
}

/// Sorts rows to two sides by their keys, as near to the middle as can be without parting equal keys, so
/// that like rows stay together. At least two keys differ; both sides have rows.
fn cut(rows: &mut [u32], key: impl Fn(u32) -> f64) -> usize {
    let n = rows.len();
    let (_, middle, _) = rows.select_nth_unstable_by(n / 2, |a, b| key(*a).total_cmp(&key(*b)));
    let middle = key(*middle);
    let below = rows.iter().filter(|r| key(**r) < middle).count();
    let upto = rows.iter().filter(|r| key(**r) <= middle).count();
    if below > 0 && (upto == n || (n / 2).abs_diff(below) <= (n / 2).abs_diff(upto)) {
        divide(rows, |r| key(r) < middle)
    } else {
        divide(rows, |r| key(r) <= middle)
    }
}
