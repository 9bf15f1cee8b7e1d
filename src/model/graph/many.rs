//! Exact nearest neighbours in many splits at once: registers hold a row's distances in several splits.
//!
//! The squared distance of two rows in a split is a sum over number columns of their squared difference, over the squared
//! scale of the split. So the differences are taken once for all splits, and each is multiplied by as many weights.

use pulp::Arch;

use super::candidates::Graph;
use super::many_search::Search;
use super::points::{PartScale, PointPart, Points, SplitScale};
use super::tree::PartKind;
use crate::model::LANES;
use crate::model::ties::rounding;

/// Squares beyond are left to a search in the one split, since products of them may not be finite.
pub(super) const LARGEST: f64 = 1e100;
/// Columns of numbers that are copied row by row, up to so many numbers; of more, each is fetched from its column.
const COPIED: usize = 16 << 20;

/// The numbers of all rows, before any split's scaling.
#[derive(Debug)]
pub struct RawRows<'a> {
    columns: Vec<&'a [f64]>,
    /// Places × columns.
    copy: Option<Vec<f64>>,
    /// By column a number in its middle, and how far any number is from it.
    spans: Vec<(f64, f64)>,
}

impl<'a> RawRows<'a> {
    /// Of the rows that a graph was built of.
    pub fn new(graph: &Graph, points: &Points<'a>) -> Self {
        let number = |part: &PointPart<'a>| match part {
            PointPart::Number(values) => Some(*values),
            PointPart::Level { .. } => None,
        };
        let columns: Vec<&[f64]> = points.parts.iter().filter_map(number).collect();
        let order = &graph.tree.order;
        let copy = (order.len() * columns.len() <= COPIED)
            .then(|| order.iter().flat_map(|row| columns.iter().map(|column| column[*row as usize])).collect());
        let span = |column: &&[f64]| {
            let known = || column.iter().filter(|v| !v.is_nan());
            let (low, high) =
                (known().copied().fold(f64::INFINITY, f64::min), known().copied().fold(f64::NEG_INFINITY, f64::max));
            if low <= high { (0.5 * low + 0.5 * high, 0.5 * high - 0.5 * low) } else { (0.0, 0.0) }
        };
        let spans = columns.iter().map(span).collect();
        Self { columns, copy, spans }
    }

    /// The numbers of the row at a place, which are fetched to `out` where there is no copy.
    #[inline(always)]
    pub(super) fn row<'r>(&'r self, graph: &Graph, place: usize, out: &'r mut Vec<f64>) -> &'r [f64] {
        match &self.copy {
            Some(copy) => &copy[place * self.columns.len()..][..self.columns.len()],
            None => {
                let row = graph.tree.order[place] as usize;
                out.clear();
                out.extend(self.columns.iter().map(|column| column[row]));
                out
            }
        }
    }
}

/// Splits that neighbours are searched for in together, each a lane.
#[derive(Debug)]
pub struct ManySplits<'a> {
    pub(super) graph: &'a Graph,
    pub(super) raw: &'a RawRows<'a>,
    /// Whole registers of lanes.
    pub(super) lanes: usize,
    /// The lanes that are searched in.
    pub(super) valid: u64,
    /// Numbers × lanes: one over the squared scale, and what stands for a missing number.
    pub(super) weights: Vec<f64>,
    pub(super) fills: Vec<f64>,
    /// Levels × lanes: 1 for a known level, 0 for another; and where the levels of each level part begin.
    pub(super) known: Vec<f64>,
    pub(super) starts: Vec<usize>,
    /// Reference distances shrink at most by this factor, gaps apart.
    pub(super) rho: Vec<f64>,
    /// Number parts with gaps that are filled with another number than in the reference: how far the fill moved, squared and
    /// scaled, by lane.
    pub(super) refilled: Vec<(usize, Vec<f64>)>,
    /// What a distance may be off by.
    pub(super) off: Vec<f64>,
    /// By place the lanes that train on one number alone in some column, where the row has another: the reference says nothing
    /// about its distances there. None where there are no such lanes.
    pub(super) odd: Vec<u64>,
    /// By place how often each lane trains on the row, in binary.
    pub(super) times: &'a [Vec<u64>],
}

/// The nearest rows of one row in each lane: work space of a thread.
#[derive(Debug, Default)]
pub struct ManyNearest {
    pub(super) lanes: usize,
    /// Neighbours × lanes, one more than is asked for.
    pub(super) distances: Vec<f64>,
    pub(super) places: Vec<f64>,
    /// The row's numbers, and those of a candidate where these are fetched.
    pub(super) own: Vec<f64>,
    pub(super) there: Vec<f64>,
    /// Of two candidates the squared differences, and what else there is in each lane.
    pub(super) squares: [Vec<f64>; 2],
    pub(super) besides: [Vec<Besides>; 2],
    /// How many levels of the row are unknown.
    pub(super) unknown: Vec<f64>,
}

/// What a candidate's distance has besides squared differences of numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Besides {
    /// One of two numbers is missing: the other, and its part.
    Gap(usize, f64),
    /// Another level than this one of the row, by its place in `known`.
    Level(usize),
}

impl ManyNearest {
    /// The place of the `i`-th neighbour in a lane.
    pub fn place(&self, i: usize, lane: usize) -> usize {
        self.places[i * self.lanes + lane] as usize
    }
}

impl<'a> ManySplits<'a> {
    /// Prepares splits of the rows that `graph` was built of; `times` says by digit and place how often each trains on the
    /// row, a bit a lane, from lane 0 on.
    pub fn new(graph: &'a Graph, raw: &'a RawRows<'a>, scales: &[SplitScale], times: &'a [Vec<u64>]) -> Self {
        let (tree, lanes) = (&graph.tree, scales.len().next_multiple_of(LANES));
        let numbers = tree.numbers();
        let mut many = Self {
            graph,
            raw,
            lanes,
            valid: u64::MAX >> (64 - scales.len()),
            weights: vec![1.0; numbers * lanes],
            fills: vec![0.0; numbers * lanes],
            known: Vec::new(),
            starts: Vec::new(),
            rho: vec![1.0; lanes],
            refilled: Vec::new(),
            off: vec![0.0; lanes],
            odd: Vec::new(),
            times,
        };
        let is_tame = |v: f64| v == 0.0 || (v.abs() > 1.0 / LARGEST && v.abs() < LARGEST);
        let mut moves = vec![vec![0.0; lanes]; numbers];
        for (lane, split) in scales.iter().enumerate() {
            let mut rho = if tree.levels_vary { 1.0 } else { f64::INFINITY };
            let (mut length, mut origin) = (0.0, 0.0);
            let mut start = 0;
            for (kind, scale) in tree.kinds.iter().zip(&split.parts) {
                match (kind, scale) {
                    (PartKind::Number(j), PartScale::Number { fill, mean, scale }) => {
                        let (reference, at, (middle, reach)) = (&tree.references[*j], j * lanes + lane, raw.spans[*j]);
                        many.weights[at] = 1.0 / (scale * scale);
                        many.fills[at] = *fill;
                        let is_constant = reference.varies && *scale == 1.0 && many.marks_odd(*j, lane);
                        if reference.varies && !is_constant {
                            rho = f64::min(rho, reference.scale / scale);
                        }
                        if reference.varies && reference.gaps && *fill != reference.fill {
                            let moved = (fill - reference.fill) / scale;
                            moves[*j][lane] = moved * moved;
                        }
                        let farthest = (reach + (middle - mean).abs().max((fill - mean).abs())) / scale;
                        length += farthest * farthest;
                        origin += (mean / scale) * (mean / scale);
                        if !is_tame(*scale) || !is_tame(reach) {
                            many.valid &= !(1 << lane);
                        }
                    }
                    (PartKind::Level(_), PartScale::Level { known }) => {
                        if lane == 0 {
                            many.starts.push(start);
                            many.known.resize((start + known.len()) * lanes, 0.0);
                        }
                        let of = known.iter().enumerate();
                        of.for_each(|(i, known)| many.known[(start + i) * lanes + lane] = f64::from(u8::from(*known)));
                        start += known.len();
                    }
                    _ => panic!("a number is scaled as a number, a level as a level"),
                }
            }
            many.rho[lane] = if rho.is_finite() { rho } else { 1.0 };
            // Twice what it may be in the search in the one split, since distances are added up in another way.
            many.off[lane] = 8.0 * rounding(length.sqrt(), origin.sqrt());
        }
        let moved = moves.into_iter().enumerate();
        many.refilled = moved.filter(|(_, of)| of.iter().any(|moved| *moved > 0.0)).collect();
        many
    }

    /// Whether a lane trains on one number alone in a column without gaps; notes the rows that have another.
    fn marks_odd(&mut self, j: usize, lane: usize) -> bool {
        let column = self.raw.columns[j];
        let order = &self.graph.tree.order;
        let trains = |place: &usize| self.trains(*place, 1) >> lane & 1 == 1;
        let number = |place: usize| column[order[place] as usize];
        let Some(of_all) = (0..order.len()).find(trains).map(number) else { return false };
        if self.graph.tree.references[j].gaps || (0..order.len()).filter(trains).any(|place| number(place) != of_all) {
            return false;
        }
        let odd: Vec<usize> = (0..order.len()).filter(|place| number(*place) != of_all).collect();
        self.odd.resize(order.len(), 0);
        odd.iter().for_each(|place| self.odd[*place] |= 1 << lane);
        true
    }

    /// Searches for the k nearest train rows of the row at a place, at least 1, in all lanes. Returns the lanes for which they
    /// were found for certain; in others, rows may be equally near, or one that is no candidate may be nearer.
    pub fn nearest(&self, place: usize, k: usize, near: &mut ManyNearest) -> u64 {
        near.lanes = self.lanes;
        near.distances.clear();
        near.distances.resize((k + 1) * self.lanes, f64::INFINITY);
        near.places.resize((k + 1) * self.lanes, 0.0);
        let own = self.raw.row(self.graph, place, &mut near.there);
        near.own.clear();
        near.own.extend(own);
        near.unknown.clear();
        near.unknown.resize(if self.starts.is_empty() { 0 } else { self.lanes }, 0.0);
        for (code, start) in self.graph.tree.codes[place * self.starts.len()..].iter().zip(&self.starts) {
            let known = &self.known[(start + *code as usize) * self.lanes..][..self.lanes];
            near.unknown.iter_mut().zip(known).for_each(|(unknown, known)| *unknown += 1.0 - known);
        }
        Arch::new().dispatch(Search::new(self, place, k, near))
    }

    /// The lanes that train on the row at a place at least so often.
    #[inline(always)]
    pub(super) fn trains(&self, place: usize, least: usize) -> u64 {
        let (mut above, mut equal) = (0, u64::MAX);
        for (j, digits) in self.times.iter().enumerate().rev() {
            let digit = digits[place];
            if least >> j & 1 == 0 {
                above |= equal & digit;
                equal &= !digit;
            } else {
                equal &= digit;
            }
        }
        if least >> self.times.len() == 0 { above | equal } else { 0 }
    }
}
