//! Exact nearest neighbours by a k-d tree with bounding boxes (Friedman, Bentley and Finkel, An
//! Algorithm for Finding Best Matches in Logarithmic Expected Time, 1977).
//!
//! A box's distance is summed in the same order as a point's, from terms that are no larger, so it is
//! a lower bound in floating point too: no neighbour is lost to rounding.

use ndarray::{ArrayView1, ArrayView2};

use super::ties::{Ties, rounding};

/// Points of a leaf: few enough to look at all, many enough to keep the tree small.
const LEAF: usize = 24;

#[derive(Debug, Clone, PartialEq)]
struct Node {
    /// Points `start..end`.
    start: u32,
    end: u32,
    /// The smallest row number among them.
    first_row: u32,
    /// The second child; the first one is the next node. 0 for a leaf.
    second: u32,
    /// Whether all points are alike.
    alike: bool,
}

/// An index of points.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    width: usize,
    /// Length of the row of zeros before scaling.
    origin: f64,
    /// Points in the order of the leaves, row-major.
    points: Vec<f64>,
    /// Row number of each point.
    rows: Vec<u32>,
    nodes: Vec<Node>,
    /// For each node the least and the largest value of every column.
    boxes: Vec<f64>,
}

/// The k nearest so far, by ascending (squared distance, row number).
#[derive(Debug, Default)]
pub struct Nearest {
    k: usize,
    /// The neighbours.
    pub list: Vec<(f64, u32)>,
}

impl Nearest {
    /// Makes room for the k nearest of another point.
    pub fn reset(&mut self, k: usize) {
        self.k = k;
        self.list.clear();
    }

    /// What a point must not exceed to be among them.
    fn last(&self) -> (f64, u32) {
        if self.list.len() < self.k { (f64::INFINITY, u32::MAX) } else { self.list[self.k - 1] }
    }

    fn offer(&mut self, distance: f64, row: u32) {
        let at = self.list.partition_point(|(d, r)| *d < distance || (*d == distance && *r < row));
        if at < self.k {
            self.list.truncate(self.k - 1);
            self.list.insert(at, (distance, row));
        }
    }
}

impl Neighbours {
    /// Indexes the rows of `x` (rows × columns); `origin` is the length of what was a row of zeros before scaling.
    pub fn new(x: ArrayView2<f64>, origin: f64) -> Self {
        let (n, width) = x.dim();
        let mut rows: Vec<u32> = (0..n as u32).collect();
        let mut index =
            Self { width, origin, points: Vec::new(), rows: Vec::new(), nodes: Vec::new(), boxes: Vec::new() };
        index.grow(x, &mut rows, 0);
        index.points = rows.iter().flat_map(|r| x.row(*r as usize).to_vec()).collect();
        index.rows = rows;
        index
    }

    /// The points, in the order of their row numbers.
    pub fn rows(&self) -> Vec<Vec<f64>> {
        let mut rows = vec![Vec::new(); self.rows.len()];
        for (at, row) in self.rows.iter().enumerate() {
            rows[*row as usize] = self.points[at * self.width..(at + 1) * self.width].to_vec();
        }
        rows
    }

    fn grow(&mut self, x: ArrayView2<f64>, rows: &mut [u32], start: usize) {
        let node = self.nodes.len();
        let first_row = rows.iter().copied().min().unwrap_or(0);
        self.nodes.push(Node {
            start: start as u32,
            end: (start + rows.len()) as u32,
            first_row,
            second: 0,
            alike: false,
        });
        let mut sides = [vec![f64::INFINITY; self.width], vec![f64::NEG_INFINITY; self.width]];
        for row in rows.iter() {
            for (j, v) in x.row(*row as usize).iter().enumerate() {
                sides[0][j] = sides[0][j].min(*v);
                sides[1][j] = sides[1][j].max(*v);
            }
        }
        let spread = |j: usize| sides[1][j] - sides[0][j];
        let widest = (0..self.width).fold(0, |best, j| if spread(j) > spread(best) { j } else { best });
        let alike = self.width == 0 || spread(widest) <= 0.0;
        let part = rows.len() > LEAF && !alike;
        self.nodes[node].alike = alike;
        sides.iter().for_each(|side| self.boxes.extend(side));
        if part {
            let middle = rows.len() / 2;
            let value = |r: &u32| x[[*r as usize, widest]];
            // The row number as a second key: the tree is the same whatever order the parts come in.
            rows.select_nth_unstable_by(middle, |a, b| value(a).total_cmp(&value(b)).then(a.cmp(b)));
            let (left, right) = rows.split_at_mut(middle);
            self.grow(x, left, start);
            self.nodes[node].second = self.nodes.len() as u32;
            self.grow(x, right, start + middle);
        } else {
            rows.sort_unstable();
        }
    }

    /// Squared distance of a point to a node's box.
    fn to_box(&self, point: &[f64], node: usize) -> f64 {
        let (low, high) = self.boxes[2 * node * self.width..][..2 * self.width].split_at(self.width);
        let mut sum = 0.0;
        for ((p, l), h) in point.iter().zip(low).zip(high) {
            let outside = (l - p).max(p - h).max(0.0);
            sum += outside * outside;
        }
        sum
    }

    /// Finds the `k` rows nearest to `point` by Euclidean distance; of equally near ones the first are taken.
    pub fn search(&self, point: ArrayView1<f64>, k: usize, near: &mut Nearest) {
        // One more than wanted shows whether the last of them is one of several as near.
        near.reset(k + 1);
        if !self.nodes.is_empty() && k > 0 {
            let point = point.to_vec();
            let to_all = self.to_box(&point, 0);
            self.visit(&point, 0, to_all, near);
            let length = point.iter().map(|v| v * v).sum::<f64>().sqrt();
            if let Some(mut ties) = Ties::among(&near.list, k, rounding(length, self.origin)) {
                self.visit_ties(&point, 0, to_all, &mut ties);
                ties.settle(&mut near.list);
            }
        }
        near.list.truncate(k);
    }

    /// The points of a leaf with their squared distances; of points that are alike it is worked out once.
    fn of_leaf(&self, point: &[f64], node: &Node) -> impl Iterator<Item = (f64, u32)> {
        let mut last = None;
        (node.start as usize..node.end as usize).map(move |i| {
            let to = |i: usize| {
                let candidate = &self.points[i * self.width..][..self.width];
                point.iter().zip(candidate).map(|(a, b)| (a - b) * (a - b)).sum()
            };
            let distance = last.filter(|_| node.alike).unwrap_or_else(|| to(i));
            last = Some(distance);
            (distance, self.rows[i])
        })
    }

    fn visit(&self, point: &[f64], at: usize, distance: f64, near: &mut Nearest) {
        let node = &self.nodes[at];
        let (limit, last_row) = near.last();
        if distance > limit || (distance == limit && node.first_row > last_row) {
            return;
        }
        if node.second > 0 {
            let (first, second) = (at + 1, node.second as usize);
            let (a, b) = (self.to_box(point, first), self.to_box(point, second));
            let ((near_node, d), (far_node, e)) =
                if a <= b { ((first, a), (second, b)) } else { ((second, b), (first, a)) };
            self.visit(point, near_node, d, near);
            self.visit(point, far_node, e, near);
            return;
        }
        for (distance, row) in self.of_leaf(point, node) {
            let (limit, last_row) = near.last();
            if distance < limit || (distance == limit && row < last_row) {
                near.offer(distance, row);
            } else if node.alike {
                // The next rows are as far, and come later.
                return;
            }
        }
    }

    /// Offers the points of a node that may tie.
    fn visit_ties(&self, point: &[f64], at: usize, distance: f64, ties: &mut Ties) {
        let node = &self.nodes[at];
        if distance > ties.high || node.first_row >= ties.last_row() {
            return;
        }
        if node.second > 0 {
            let (first, second) = (at + 1, node.second as usize);
            // The one with the lower rows first: they are taken.
            let in_order = self.nodes[first].first_row < self.nodes[second].first_row;
            for child in if in_order { [first, second] } else { [second, first] } {
                self.visit_ties(point, child, self.to_box(point, child), ties);
            }
            return;
        }
        for (distance, row) in self.of_leaf(point, node) {
            if row >= ties.last_row() {
                // Rows of a leaf ascend.
                return;
            }
            ties.offer(distance, row, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use proptest::prelude::*;

    /// Every distance, sorted.
    fn by_hand(x: &Array2<f64>, point: ArrayView1<f64>, k: usize) -> Vec<(f64, u32)> {
        let distance = |row: ArrayView1<f64>| point.iter().zip(row).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let mut all: Vec<(f64, u32)> = x.outer_iter().enumerate().map(|(i, r)| (distance(r), i as u32)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // Of rows as far as the k-th but for rounding the first are taken.
        let kth = all[..k.min(all.len())].last().map_or(0.0, |last| last.0.sqrt());
        let as_far = |d: f64| kth > 0.0 && (d.sqrt() - kth).abs() <= 1e-12 * kth + 1e-14;
        let (mut ties, nearer): (Vec<_>, Vec<_>) = all.into_iter().partition(|(d, _)| as_far(*d));
        let mut taken: Vec<(f64, u32)> = nearer.into_iter().filter(|(d, _)| d.sqrt() <= kth).collect();
        ties.sort_by_key(|(_, row)| *row);
        taken.extend(ties);
        taken.truncate(k);
        taken
    }

    proptest! {
        #[test]
        fn the_neighbours_are_those_of_a_search_through_all_rows(
            // Small whole numbers tie often, and many rows are the same.
            cells in proptest::collection::vec(prop_oneof![(0i32..4).prop_map(f64::from), -3.0..3.0f64], 3..900),
            width in 1usize..4,
            k in 1usize..12,
        ) {
            let n = cells.len() / width;
            let x = Array2::from_shape_vec((n, width), cells[..n * width].to_vec()).unwrap();
            let index = Neighbours::new(x.view(), 0.0);
            let mut near = Nearest::default();
            for i in 0..n.min(40) {
                let row = x.row(i);
                let moved = &row + 0.25;
                for point in [row.view(), moved.view()] {
                    index.search(point, k, &mut near);
                    // Rows as far but for rounding come in any order.
                    let by_row = |mut list: Vec<(f64, u32)>| {
                        list.sort_by_key(|(_, row)| *row);
                        list
                    };
                    prop_assert_eq!(by_row(near.list.clone()), by_row(by_hand(&x, point, k)));
                }
            }
        }
    }
}
