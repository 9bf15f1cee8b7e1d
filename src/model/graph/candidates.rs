//! The nearest rows of every row in the reference scaling, as candidates for every split.

use rayon::prelude::*;

use super::bound::{Bound, Query};
use super::points::{PartScale, PointPart, Points, SplitScale};
use super::search::{Nearest, visit, visit_ties};
use super::tree::Tree;
use crate::model::interrupt::check;
use crate::model::ties::Ties;

/// Candidates between which a search asks whether it is over.
pub(crate) const BLOCK: usize = 8;

/// Columns beyond these hardly make rows that are near more numerous: few tables fill more dimensions.
const DIMENSIONS: i32 = 32;

/// All rows and, for each, its nearest other rows in the reference scaling.
#[derive(Debug)]
pub struct Graph {
    pub(crate) tree: Tree,
    pub(crate) degree: usize,
    /// Places of the candidates of the row at each place, nearest first: places × degree.
    pub(crate) candidates: Vec<u32>,
    /// For each place and each [`BLOCK`] of its candidates: no row that is not among them or those before is nearer in the
    /// reference scaling. Rounded down.
    radii: Vec<f32>,
}

/// How many candidates a row should have so that nearly all rows of a table of continuous numbers are settled by them, if
/// `train_share` of the rows (above 0) are train rows.
pub fn degree_for(k: usize, train_share: f64, rows: usize) -> usize {
    let k = k as f64;
    // As many as have k train rows among them on average, four standard deviations of that number,
    // and some for the distance that the scaling takes off: the more neighbours, the closer they follow.
    let spread = (k * (1.0 - train_share).max(0.0)).sqrt() / train_share;
    let degree = (k / train_share + 4.0 * spread + 0.25 * k + 1.0).ceil();
    (degree as usize).min(rows.saturating_sub(1))
}

/// How many times as many rows are as near as a distance may seem in a split, where the scale of a column strays: three
/// standard errors of it, by the column's fourth moment.
pub fn crowding(points: &Points, reference: &SplitScale, train_share: f64) -> f64 {
    let (mut largest, mut numbers) = (1.0_f64, 0);
    for (part, scale) in points.parts.iter().zip(&reference.parts) {
        if let (PointPart::Number(values), PartScale::Number { mean, scale, .. }) = (part, scale) {
            let fourth = values.iter().filter(|v| !v.is_nan()).map(|v| ((v - mean) / scale).powi(4)).sum::<f64>();
            let excess = (fourth / points.rows as f64 - 1.0).max(0.0);
            largest =
                largest.max(1.0 + 1.5 * (excess * (1.0 - train_share) / (train_share * points.rows as f64)).sqrt());
            numbers += 1;
        }
    }
    largest.powi(numbers.min(DIMENSIONS))
}

impl Graph {
    /// Builds the graph, on all threads; `degree` candidates a row, or fewer if there are not as many rows.
    /// It takes 4 bytes a candidate, and 12 a row and 4 for each of its levels besides.
    ///
    /// `reference` is the scaling of a split in which all rows are train rows, all levels known. A copy of the
    /// scaled rows is dropped when the graph is built. With degree 0 there are no
    /// candidates, and every search walks the tree.
    pub fn new(points: &Points, reference: &SplitScale, degree: usize) -> Self {
        let tree = Tree::new(points, reference);
        let degree = degree.min(points.rows.saturating_sub(1));
        let mut graph = Self { tree, degree, candidates: Vec::new(), radii: Vec::new() };
        if degree > 0 {
            (graph.candidates, graph.radii) = candidates(&graph.tree, points, reference, degree);
        }
        graph
    }

    /// The rows in an order in which queries find what they need in the cache.
    pub fn order(&self) -> &[u32] {
        &self.tree.order
    }

    /// How near rows may be, in the reference scaling, beyond each block of the candidates of the row at a place.
    pub(crate) fn radii(&self, place: usize) -> &[f32] {
        let blocks = self.degree.div_ceil(BLOCK);
        &self.radii[place * blocks..][..blocks]
    }

    /// How many rows are like so many others that these do not fit into a block of candidates.
    pub fn crowded(&self) -> usize {
        (0..self.tree.order.len()).filter(|place| self.radii(*place).first() == Some(&0.0)).count()
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
            let radius = self.radii(place).last().map_or(0.0, |radius| f64::from(*radius));
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
fn candidates(tree: &Tree, points: &Points, reference: &SplitScale, degree: usize) -> (Vec<u32>, Vec<f32>) {
    let bound = Bound::of(tree, points, reference, &vec![1; points.rows], true);
    let mut candidates = vec![0; points.rows * degree];
    let blocks = degree.div_ceil(BLOCK);
    let mut radii = vec![f32::INFINITY; points.rows * blocks];
    // One for the row itself, and one that bounds the distance of all that are left out.
    let (k, none) = (degree + 2, (f64::INFINITY, u32::MAX));
    let each = candidates.par_chunks_mut(degree).zip(radii.par_chunks_mut(blocks)).enumerate();
    each.for_each_init(Vec::new, |near, (at, (to, radii))| {
        check();
        let query = bound.query(at);
        let mut nearest = Nearest::new(k, near, none);
        visit(&bound, &query, 0, 0.0, &mut nearest);
        // Among many like rows the row itself may not have been found.
        let others = || near.iter().filter(|(_, row)| *row != tree.order[at]);
        to.iter_mut().zip(others()).for_each(|(to, (_, row))| *to = tree.place[*row as usize]);
        // Those beyond a block are as far as the first of the next one.
        for (radius, (distance, _)) in radii.iter_mut().zip(others().skip(BLOCK).step_by(BLOCK)) {
            *radius = rounded_down((distance.sqrt() - query.rounding()).max(0.0));
        }
        if let (Some(radius), true) = (radii.last_mut(), near.len() == k) {
            *radius = rounded_down((near[k - 1].0.sqrt() - query.rounding()).max(0.0));
        }
    });
    (candidates, radii)
}

fn rounded_down(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value { near.next_down() } else { near }
}
