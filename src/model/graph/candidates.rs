//! The nearest rows of every row in the reference scaling, as candidates for every split.

use rayon::prelude::*;

use super::bound::{Bound, Query};
use super::points::{Points, SplitScale};
use super::search::{Nearest, visit, visit_ties};
use super::tree::Tree;
use crate::model::interrupt::check;
use crate::model::ties::Ties;

/// All rows and, for each, its nearest other rows in the reference scaling.
#[derive(Debug)]
pub struct Graph {
    pub(crate) tree: Tree,
    degree: usize,
    /// Places of the candidates of the row at each place, nearest first: places × degree.
    candidates: Vec<u32>,
    /// No row that is not a candidate is nearer in the reference scaling. One a place, rounded down.
    radius: Vec<f32>,
}

/// How many candidates a row should have so that about 99 of 100 rows of a table of continuous numbers are
/// settled by them, if `train_share` of the rows (above 0) are train rows.
pub fn degree_for(k: usize, train_share: f64, rows: usize) -> usize {
    let k = k as f64;
    // As many as have k train rows among them on average, two and a half standard deviations of that number,
    // and some for the distance that the scaling takes off: the more neighbours, the closer they follow.
    let spread = (k * (1.0 - train_share).max(0.0)).sqrt() / train_share;
    let degree = (k / train_share + 2.5 * spread + 0.25 * k + 1.0).ceil();
    (degree as usize).min(rows.saturating_sub(1))
}

impl Graph {
    /// Builds the graph, on all threads; `degree` candidates a row, or fewer if there are not as many rows.
    /// It takes 4 bytes a candidate, and 12 a row and 4 for each of its levels besides.
    ///
    /// `reference` is the scaling of a split in which all rows are train rows, all levels known. `copy`: see
    /// [`Bound::new`]; the copy is dropped when the graph is built. With degree 0 there are no
    /// candidates, and every search walks the tree.
    pub fn new(points: &Points, reference: &SplitScale, degree: usize, copy: bool) -> Self {
        let tree = Tree::new(points, reference);
        let degree = degree.min(points.rows.saturating_sub(1));
        let mut graph = Self { tree, degree, candidates: Vec::new(), radius: Vec::new() };
        if degree > 0 {
            (graph.candidates, graph.radius) = candidates(&graph.tree, points, reference, degree, copy);
        }
        graph
    }

    /// The rows in an order in which queries find what they need in the cache.
    pub fn order(&self) -> &[u32] {
        &self.tree.order
    }

    /// Puts the k nearest train rows of `row` into `near`, as (squared distance, row) in ascending order; a
    /// row that is in the train part several times takes several places, next to each other. Fewer than k
    /// if the train part is smaller. `bound` must be of this graph.
    ///
    /// The answer is exact. The return value says whether the candidates were enough for it; if not, the
    /// tree was walked.
    pub fn nearest(&self, bound: &Bound, row: usize, k: usize, near: &mut Vec<(f64, u32)>) -> bool {
        assert!(std::ptr::eq(bound.tree, &raw const self.tree), "a split of this graph");
        near.clear();
        if k == 0 {
            return true;
        }
        let place = self.tree.place[row] as usize;
        let query = bound.query(place);
        let rounding = bound.rounding(&query);
        let mut cap = (f64::INFINITY, u32::MAX);
        if self.degree > 0 {
            // One more than wanted shows whether the last of them is one of several as near.
            let mut nearest = Nearest::new(k + 1, near, cap);
            self.candidates_of(bound, &query, place, |distance, row, count| {
                let (limit, last_row) = nearest.last();
                if distance < limit || (distance == limit && row < last_row) {
                    nearest.offer(distance, row, count);
                }
            });
            cap = nearest.last();
            let radius = f64::from(self.radius[place]);
            match near.get(k - 1) {
                Some(kth) if bound.settled(&query, radius, Ties::reach(kth.0, rounding)) => {
                    if let Some(mut ties) = Ties::among(near, k, rounding) {
                        self.candidates_of(bound, &query, place, |distance, row, count| {
                            ties.offer(distance, row, count);
                        });
                        ties.settle(near);
                    }
                    near.truncate(k);
                    return true;
                }
                // All rows are candidates.
                None if radius == f64::INFINITY => return true,
                _ => {}
            }
        }
        let mut nearest = Nearest::new(k + 1, near, cap);
        visit(bound, &query, 0, 0.0, &mut nearest);
        if let Some(mut ties) = Ties::among(near, k, rounding) {
            visit_ties(bound, &query, 0, 0.0, &mut ties);
            ties.settle(near);
        }
        near.truncate(k);
        false
    }

    /// Calls `each` with the squared distance, number and count of the row itself and its candidates in train.
    fn candidates_of(&self, bound: &Bound, query: &Query, place: usize, mut each: impl FnMut(f64, u32, u16)) {
        if bound.count[place] > 0 {
            each(0.0, self.tree.order[place], bound.count[place]);
        }
        for candidate in &self.candidates[place * self.degree..][..self.degree] {
            let candidate = *candidate as usize;
            if bound.count[candidate] > 0 {
                each(bound.distance(query, candidate), self.tree.order[candidate], bound.count[candidate]);
            }
        }
    }
}

/// The candidates and radii of all rows.
fn candidates(tree: &Tree, points: &Points, reference: &SplitScale, degree: usize, copy: bool) -> (Vec<u32>, Vec<f32>) {
    let bound = Bound::of(tree, points, reference, &vec![1; points.rows], copy);
    let mut candidates = vec![0; points.rows * degree];
    let mut radius = vec![f32::INFINITY; points.rows];
    // One for the row itself, and one that bounds the distance of all that are left out.
    let (k, none) = (degree + 2, (f64::INFINITY, u32::MAX));
    let each = candidates.par_chunks_mut(degree).zip(&mut radius).enumerate();
    each.for_each_init(Vec::new, |near, (at, (to, radius))| {
        check();
        let query = bound.query(at);
        let mut nearest = Nearest::new(k, near, none);
        visit(&bound, &query, 0, 0.0, &mut nearest);
        if near.len() == k {
            *radius = rounded_down((near[k - 1].0.sqrt() - query.rounding()).max(0.0));
        }
        // Among many like rows the row itself may not have been found.
        let others = near.iter().filter(|(_, row)| *row != tree.order[at]);
        to.iter_mut().zip(others).for_each(|(to, (_, row))| *to = tree.place[*row as usize]);
    });
    (candidates, radius)
}

fn rounded_down(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value { near.next_down() } else { near }
}
