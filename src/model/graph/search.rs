//! The k nearest so far, and a walk of the tree for them.

use super::bound::{Bound, Query};
use crate::model::ties::Ties;

/// The k nearest so far, ascending by (squared distance, row).
pub(crate) struct Nearest<'n> {
    k: usize,
    pub list: &'n mut Vec<(f64, u32)>,
    /// What the k-th is known not to exceed.
    cap: (f64, u32),
    /// Work space: distances to the rows of a leaf.
    of_leaf: Vec<f64>,
}

impl<'n> Nearest<'n> {
    /// Starts afresh. There must be k rows up to `cap`, which may be among them.
    pub fn new(k: usize, list: &'n mut Vec<(f64, u32)>, cap: (f64, u32)) -> Self {
        list.clear();
        Self { k, list, cap, of_leaf: Vec::new() }
    }

    /// The k-th, if there are k.
    pub fn kth(&self) -> Option<(f64, u32)> {
        self.list.get(self.k - 1).copied()
    }

    /// What a row must not exceed to be among them.
    pub fn last(&self) -> (f64, u32) {
        self.kth().unwrap_or(self.cap)
    }

    /// Adds a row `count` times, if it is near enough. A row is offered once.
    pub fn offer(&mut self, distance: f64, row: u32, count: u16) {
        let at = self.list.partition_point(|(d, r)| *d < distance || (*d == distance && *r < row));
        let copies = usize::from(count).min(self.k - at);
        self.list.truncate(self.k - copies);
        for _ in 0..copies {
            self.list.insert(at, (distance, row));
        }
    }
}

/// Walks a node's train rows, at least `distance` away, leaving out what is too far.
pub(crate) fn visit(bound: &Bound, query: &Query, at: usize, distance: f64, near: &mut Nearest) {
    let node = &bound.tree.nodes[at];
    let (limit, last_row) = near.last();
    if distance > limit || (distance == limit && node.first_row > last_row) {
        return;
    }
    if node.second > 0 {
        let (first, second) = (at + 1, node.second as usize);
        let (a, b) = (bound.to_box(query, first), bound.to_box(query, second));
        // Of two boxes at the same distance the one with the lower rows first: ties go to them.
        let in_order = a < b || (a == b && bound.tree.nodes[first].first_row < bound.tree.nodes[second].first_row);
        let [(nearer, d), (farther, e)] = if in_order { [(first, a), (second, b)] } else { [(second, b), (first, a)] };
        visit(bound, query, nearer, d, near);
        visit(bound, query, farther, e, near);
        return;
    }
    if node.alike {
        let mut places = bound.train_places(node).peekable();
        let distance = places.peek().map_or(0.0, |first| bound.distance(query, *first));
        for place in places {
            let ((limit, last_row), row) = (near.last(), bound.tree.order[place]);
            if distance > limit || (distance == limit && row > last_row) {
                // The next rows are as far, and come later.
                return;
            }
            near.offer(distance, row, bound.count[place]);
        }
        return;
    }
    if !bound.distances(query, at, limit, &mut near.of_leaf) {
        return;
    }
    for (i, place) in (node.start as usize..node.end as usize).enumerate() {
        let ((limit, last_row), distance) = (near.last(), near.of_leaf[i]);
        if distance > limit || bound.count[place] == 0 {
            continue;
        }
        let row = bound.tree.order[place];
        if distance < limit || row <= last_row {
            near.offer(distance, row, bound.count[place]);
        }
    }
}

/// Offers the train rows of a node, at least `distance` away, that may tie.
pub(crate) fn visit_ties(bound: &Bound, query: &Query, at: usize, distance: f64, ties: &mut Ties) {
    let node = &bound.tree.nodes[at];
    if distance > ties.high || node.first_row >= ties.last_row() {
        return;
    }
    if node.second > 0 {
        let (first, second) = (at + 1, node.second as usize);
        // The one with the lower rows first: they are taken.
        let in_order = bound.tree.nodes[first].first_row < bound.tree.nodes[second].first_row;
        for child in if in_order { [first, second] } else { [second, first] } {
            visit_ties(bound, query, child, bound.to_box(query, child), ties);
        }
        return;
    }
    let mut alike = None;
    for place in bound.train_places(node) {
        let row = bound.tree.order[place];
        if row >= ties.last_row() {
            // Rows of a leaf ascend.
            return;
        }
        let distance = alike.unwrap_or_else(|| bound.distance(query, place));
        ties.offer(distance, row, bound.count[place]);
        if node.alike {
            alike = Some(distance);
        }
    }
}
