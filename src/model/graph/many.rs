//! Exact nearest neighbours in many splits at once: registers hold a row's distances in several splits.
//!
//! The squared distance of two rows in a split is a sum over number columns of their squared difference, over the squared
//! scale of the split. So the differences are taken once for all splits, and each is multiplied by as many weights.

use pulp::{Arch, Simd, WithSimd};

use super::candidates::{BLOCK, Graph};
use super::points::{PartScale, PointPart, Points, SplitScale};
use super::tree::PartKind;
use crate::model::ties::{SHARE, rounding};

/// Numbers that the widest registers hold.
const LANES: usize = 8;
/// Relative rounding slack of the acceptance bound.
const SLACK: f64 = 1e-9;
/// Squares beyond are left to a search in the one split, since products of them may not be finite.
const LARGEST: f64 = 1e100;
/// Where candidates were not enough in so many splits, a table of so few rows is gone through for all of them at once.
const MANY_OPEN: u32 = 4;
const FEW_ROWS: usize = 4096;
/// Columns of numbers that are copied row by row, up to so many numbers; of more, each is fetched from its column.
const COPIED: usize = 16 << 20;

/// The numbers of all rows, before any split's scaling.
#[derive(Debug)]
pub struct RawRows<'a> {
    columns: Vec<&'a [f64]>,
    /// Places × columns.
    copy: Option<Vec<f64>>,
    /// The largest distance from a number that no number of the column is beyond: the middle, and how far.
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
    fn row<'r>(&'r self, graph: &Graph, place: usize, out: &'r mut Vec<f64>) -> &'r [f64] {
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
    graph: &'a Graph,
    raw: &'a RawRows<'a>,
    /// Whole registers of lanes.
    lanes: usize,
    /// The lanes that are searched in.
    valid: u64,
    /// Numbers × lanes: one over the squared scale, and what stands for a missing number.
    weights: Vec<f64>,
    fills: Vec<f64>,
    /// Levels × lanes: 1 for a known level, 0 for another; and where the levels of each level part begin.
    known: Vec<f64>,
    starts: Vec<usize>,
    /// Reference distances shrink at most by this factor, gaps apart.
    rho: Vec<f64>,
    /// Number parts with gaps that are filled with another number than in the reference: how far the fill moved, squared and
    /// scaled, by lane.
    refilled: Vec<(usize, Vec<f64>)>,
    /// What a distance may be off by.
    off: Vec<f64>,
    /// By place the lanes that train on one number alone in some column, where the row has another: the reference says nothing
    /// about its distances there. None where there are no such lanes.
    odd: Vec<u64>,
    /// By place how often each lane trains on the row, in binary.
    times: &'a [Vec<u64>],
}

/// The nearest rows of one row in each lane: work space of a thread.
#[derive(Debug, Default)]
pub struct ManyNearest {
    lanes: usize,
    /// Neighbours × lanes, one more than is asked for.
    distances: Vec<f64>,
    places: Vec<f64>,
    /// The row's numbers, and those of a candidate where these are fetched.
    own: Vec<f64>,
    there: Vec<f64>,
    /// Of two candidates the squared differences, and what else there is in each lane.
    squares: [Vec<f64>; 2],
    besides: [Vec<Besides>; 2],
    /// How many levels of the row are unknown.
    unknown: Vec<f64>,
}

/// What a candidate's distance has besides squared differences of numbers.
#[derive(Debug, Clone, Copy)]
enum Besides {
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
            let (mut start, mut level_part) = (0, 0);
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
                        level_part += 1;
                    }
                    _ => panic!("a number is scaled as a number, a level as a level"),
                }
            }
            debug_assert_eq!(level_part, tree.levels);
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
        Arch::new().dispatch(Search { many: self, place, k, near })
    }

    /// The lanes that train on the row at a place at least so often.
    #[inline(always)]
    fn trains(&self, place: usize, least: usize) -> u64 {
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

struct Search<'s> {
    many: &'s ManySplits<'s>,
    place: usize,
    k: usize,
    near: &'s mut ManyNearest,
}

impl WithSimd for Search<'_> {
    type Output = u64;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> u64 {
        let (graph, valid) = (self.many.graph, self.many.valid);
        let odd = self.many.odd.get(self.place).map_or(0, |odd| odd & valid);
        let (mut open, mut tied) = (valid & !odd, 0);
        let own = self.many.trains(self.place, 1) & open;
        for register in (0..self.many.lanes / S::F64_LANES).filter(|_| own != 0) {
            self.insert::<S>(simd, register, self.place, simd.splat_f64s(0.0), own);
        }
        let candidates = &graph.candidates[self.place * graph.degree..][..graph.degree];
        for (some, radius) in candidates.chunks(BLOCK).zip(graph.radii(self.place)) {
            some.chunks(2).for_each(|pair| self.offer_pair::<S>(simd, pair, open));
            let [settled, ties] = self.settled::<S>(simd, f64::from(*radius), open);
            open &= !settled;
            tied |= ties & settled;
            if open == 0 {
                break;
            }
        }
        open |= odd;
        if open.count_ones() >= MANY_OPEN && graph.tree.order.len() <= FEW_ROWS {
            self.forget(open);
            for first in (0..graph.tree.order.len() as u32).step_by(2) {
                let pair = [first, first + 1];
                let pair = &pair[..pair.len().min(graph.tree.order.len() - first as usize)];
                self.offer_pair::<S>(simd, pair, open);
            }
            let [settled, ties] = self.settled::<S>(simd, f64::INFINITY, open);
            open &= !settled;
            tied |= ties & settled;
        }
        valid & !open & !tied
    }
}

/// The bit of each lane.
const BITS: [u64; 64] = {
    let (mut bits, mut lane) = ([0; 64], 0);
    while lane < 64 {
        bits[lane] = 1 << lane;
        lane += 1;
    }
    bits
};

impl Search<'_> {
    /// Works out what the row and a candidate differ in.
    #[inline(always)]
    fn compare(&mut self, i: usize, candidate: usize) {
        let (tree, near) = (&self.many.graph.tree, &mut *self.near);
        let (squares, besides) = (&mut near.squares[i], &mut near.besides[i]);
        squares.resize(near.own.len(), 0.0);
        besides.clear();
        let there = self.many.raw.row(self.many.graph, candidate, &mut near.there);
        let mut gaps = false;
        for ((square, there), own) in squares.iter_mut().zip(there).zip(&near.own) {
            let off = there - own;
            *square = off * off;
            gaps |= off.is_nan();
        }
        for (j, square) in squares.iter_mut().enumerate().filter(|_| gaps) {
            if square.is_nan() {
                *square = 0.0;
                let known = if there[j].is_nan() { near.own[j] } else { there[j] };
                besides.extend((!known.is_nan()).then_some(Besides::Gap(j, known)));
            }
        }
        for (l, start) in self.many.starts.iter().enumerate() {
            let code = |place: usize| tree.codes[place * tree.levels + l];
            if code(self.place) != code(candidate) {
                besides.push(Besides::Level(start + code(self.place) as usize));
            }
        }
    }

    /// Offers two candidates, or one, to the open lanes that train on them.
    #[inline(always)]
    fn offer_pair<S: Simd>(&mut self, simd: S, pair: &[u32], open: u64) {
        let mut words = [0; 2];
        for (i, candidate) in pair.iter().enumerate() {
            words[i] = self.many.trains(*candidate as usize, 1) & open;
            if words[i] != 0 {
                self.compare(i, *candidate as usize);
            }
        }
        let (mut first, groups) = (0, self.many.lanes / S::F64_LANES);
        while first < groups && words != [0; 2] {
            if first + 4 <= groups {
                self.offer::<S, 4>(simd, first, pair, words);
                first += 4;
            } else {
                self.offer::<S, 1>(simd, first, pair, words);
                first += 1;
            }
        }
    }

    /// Begins anew in these lanes.
    fn forget(&mut self, open: u64) {
        for distances in self.near.distances.chunks_exact_mut(self.many.lanes) {
            let lanes = distances.iter_mut().zip(BITS).filter(|(_, bit)| open & bit != 0);
            lanes.for_each(|(distance, _)| *distance = f64::INFINITY);
        }
    }

    /// Offers two candidates, or one, to some registers of lanes.
    #[inline(always)]
    fn offer<S: Simd, const N: usize>(&mut self, simd: S, first: usize, pair: &[u32], words: [u64; 2]) {
        let (many, at) = (self.many, first * S::F64_LANES);
        let mut sums = [[simd.splat_f64s(0.0); N]; 2];
        let [one, two] = &self.near.squares;
        if words[0] != 0 && words[1] != 0 {
            for (j, (one, two)) in one.iter().zip(two).enumerate() {
                let weights = registers::<S, N>(simd, &many.weights, j * many.lanes + at);
                let (one, two) = (simd.splat_f64s(*one), simd.splat_f64s(*two));
                for n in 0..N {
                    sums[0][n] = simd.add_f64s(sums[0][n], simd.mul_f64s(one, weights[n]));
                    sums[1][n] = simd.add_f64s(sums[1][n], simd.mul_f64s(two, weights[n]));
                }
            }
        } else {
            let i = usize::from(words[0] == 0);
            for (j, square) in self.near.squares[i].iter().enumerate() {
                let (weights, square) =
                    (registers::<S, N>(simd, &many.weights, j * many.lanes + at), simd.splat_f64s(*square));
                for n in 0..N {
                    sums[i][n] = simd.add_f64s(sums[i][n], simd.mul_f64s(square, weights[n]));
                }
            }
        }
        for (i, candidate) in pair.iter().enumerate().filter(|(i, _)| words[*i] != 0) {
            for besides in &self.near.besides[i] {
                match *besides {
                    Besides::Gap(j, known) => {
                        let (weights, fills) = (
                            registers::<S, N>(simd, &many.weights, j * many.lanes + at),
                            registers::<S, N>(simd, &many.fills, j * many.lanes + at),
                        );
                        for n in 0..N {
                            let off = simd.sub_f64s(simd.splat_f64s(known), fills[n]);
                            sums[i][n] = simd.add_f64s(sums[i][n], simd.mul_f64s(simd.mul_f64s(off, off), weights[n]));
                        }
                    }
                    Besides::Level(level) => {
                        let known = registers::<S, N>(simd, &many.known, level * many.lanes + at);
                        for n in 0..N {
                            let added = simd.add_f64s(known[n], simd.splat_f64s(1.0));
                            sums[i][n] = simd.add_f64s(sums[i][n], added);
                        }
                    }
                }
            }
            for n in 0..N {
                self.insert::<S>(simd, first + n, *candidate as usize, sums[i][n], words[i]);
            }
        }
    }

    /// Puts a row in its place among the nearest in a register of lanes, where it is one of them, as often as it counts.
    #[inline(always)]
    fn insert<S: Simd>(&mut self, simd: S, register: usize, place: usize, distance: S::f64s, word: u64) {
        let first = register * S::F64_LANES;
        let here = u64::MAX >> (64 - S::F64_LANES) << first;
        let (mut word, mut least) = (word & here, 1);
        while word != 0 {
            self.insert_once::<S>(simd, first, place, distance, word);
            if self.many.times.len() == 1 || least > self.k {
                return;
            }
            least += 1;
            word &= self.many.trains(place, least);
        }
    }

    #[inline(always)]
    fn insert_once<S: Simd>(&mut self, simd: S, first: usize, place: usize, distance: S::f64s, word: u64) {
        let lanes = self.many.lanes;
        let infinity = simd.splat_f64s(f64::INFINITY);
        let bits = S::as_simd_u64s(&BITS[first..first + S::F64_LANES]).0[0];
        let is_out = simd.equal_u64s(simd.and_u64s(bits, simd.splat_u64s(word)), simd.splat_u64s(0));
        let distance = simd.select_f64s(is_out, infinity, distance);
        let place = simd.splat_f64s(place as f64);
        let (distances, places) = (&mut self.near.distances[..], &mut self.near.places[..]);
        let mut t = self.k;
        let mut held = load::<S>(distances, t * lanes + first);
        let mut is_nearer = simd.less_than_f64s(distance, held);
        if simd.first_true_m64s(is_nearer) == S::F64_LANES {
            return;
        }
        // From the farthest to the nearest, as long as any lane has a farther one to push on.
        loop {
            let at = t * lanes + first;
            let held_place = load::<S>(places, at);
            if t == 0 {
                store::<S>(distances, at, simd.select_f64s(is_nearer, distance, held));
                store::<S>(places, at, simd.select_f64s(is_nearer, place, held_place));
                return;
            }
            let before = load::<S>(distances, at - lanes);
            let pushes = simd.less_than_f64s(distance, before);
            let own = simd.select_f64s(is_nearer, distance, held);
            let own_place = simd.select_f64s(is_nearer, place, held_place);
            store::<S>(distances, at, simd.select_f64s(pushes, before, own));
            store::<S>(places, at, simd.select_f64s(pushes, load::<S>(places, at - lanes), own_place));
            if simd.first_true_m64s(pushes) == S::F64_LANES {
                return;
            }
            (t, held, is_nearer) = (t - 1, before, pushes);
        }
    }

    /// The open lanes in which no row at a reference distance of at least `radius` can be as near as the k-th, as
    /// [`Bound::settled`](super::Bound) has it for one split; and those in which the next one is as near but for rounding.
    #[inline(always)]
    fn settled<S: Simd>(&self, simd: S, radius: f64, open: u64) -> [u64; 2] {
        let (many, near, lanes) = (self.many, &*self.near, self.many.lanes);
        let (one, zero) = (simd.splat_f64s(1.0 - SLACK), simd.splat_f64s(0.0));
        let mut words = [0; 2];
        for first in (0..lanes).step_by(S::F64_LANES) {
            if open >> first & (u64::MAX >> (64 - S::F64_LANES)) == 0 {
                continue;
            }
            let (kth, next) = (
                load::<S>(&near.distances, (self.k - 1) * lanes + first),
                load::<S>(&near.distances, self.k * lanes + first),
            );
            let off = load::<S>(&many.off, first);
            let root = simd.mul_f64s(simd.sqrt_f64s(kth), simd.splat_f64s(1.0 + 4.0 * SHARE));
            let reach = simd.add_f64s(root, off);
            let reach = simd.mul_f64s(reach, reach);
            let is_small = simd.less_than_f64s(kth, simd.splat_f64s(LARGEST));
            let mut is_settled = is_small;
            if radius < f64::INFINITY {
                let unknown = if near.unknown.is_empty() { zero } else { load::<S>(&near.unknown, first) };
                let left =
                    simd.sub_f64s(simd.splat_f64s(radius * radius * (1.0 - SLACK)), simd.add_f64s(unknown, unknown));
                let left = simd.sqrt_f64s(simd.max_f64s(left, zero));
                let mut moved = zero;
                for (part, of_lanes) in &many.refilled {
                    let own = near.own[*part];
                    let at = part * lanes + first;
                    let off = simd.sub_f64s(simd.splat_f64s(own), load::<S>(&many.fills, at));
                    let square = simd.mul_f64s(simd.mul_f64s(off, off), load::<S>(&many.weights, at));
                    let is_far = simd.greater_than_f64s(square, simd.mul_f64s(reach, simd.splat_f64s(1.0 + SLACK)));
                    moved = simd.add_f64s(moved, simd.select_f64s(is_far, zero, load::<S>(of_lanes, first)));
                }
                let moved = simd.mul_f64s(simd.sqrt_f64s(moved), simd.splat_f64s(1.0 + SLACK));
                let least = simd.sub_f64s(simd.mul_f64s(load::<S>(&many.rho, first), left), moved);
                let least = simd.sub_f64s(simd.mul_f64s(least, one), off);
                let bound = simd.mul_f64s(simd.add_f64s(simd.mul_f64s(least, least), unknown), one);
                let is_beyond = simd.and_m64s(simd.greater_than_f64s(least, zero), simd.less_than_f64s(reach, bound));
                is_settled = simd.and_m64s(is_settled, is_beyond);
            }
            let is_tied = simd.less_than_or_equal_f64s(next, reach);
            let bits = S::as_simd_u64s(&BITS[first..first + S::F64_LANES]).0[0];
            for (word, mask) in words.iter_mut().zip([is_settled, is_tied]) {
                let mut each = [0; LANES];
                S::as_mut_simd_u64s(&mut each).0[0] = simd.select_u64s(mask, bits, simd.splat_u64s(0));
                *word |= each.iter().fold(0, |all, bit| all | bit);
            }
        }
        words.map(|word| word & open)
    }
}

/// `N` registers of consecutive numbers.
#[inline(always)]
fn registers<S: Simd, const N: usize>(simd: S, flat: &[f64], at: usize) -> [S::f64s; N] {
    let mut out = [simd.splat_f64s(0.0); N];
    let cells = S::as_simd_f64s(&flat[at..at + N * S::F64_LANES]).0;
    for (out, cell) in out.iter_mut().zip(cells) {
        *out = *cell;
    }
    out
}

#[inline(always)]
fn load<S: Simd>(flat: &[f64], at: usize) -> S::f64s {
    S::as_simd_f64s(&flat[at..at + S::F64_LANES]).0[0]
}

#[inline(always)]
fn store<S: Simd>(flat: &mut [f64], at: usize, value: S::f64s) {
    S::as_mut_simd_f64s(&mut flat[at..at + S::F64_LANES]).0[0] = value;
}
