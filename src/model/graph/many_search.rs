//! The walk through a row's candidates for many splits, a register of them at a time.

use pulp::{Simd, WithSimd};

use super::candidates::BLOCK;
use super::many::{Besides, LARGEST, ManyNearest, ManySplits};
use crate::model::LANES;
use crate::model::ties::SHARE;

/// Relative rounding slack of the acceptance bound.
const SLACK: f64 = 1e-9;
/// Where candidates were not enough in so many splits, a table of so few rows is gone through for all of them at once.
const MANY_OPEN: u32 = 4;
const FEW_ROWS: usize = 4096;

/// The search for one row's neighbours.
pub(super) struct Search<'s> {
    many: &'s ManySplits<'s>,
    place: usize,
    k: usize,
    near: &'s mut ManyNearest,
}

impl<'s> Search<'s> {
    /// Of the k nearest of the row at a place, which are put into `near`.
    pub fn new(many: &'s ManySplits<'s>, place: usize, k: usize, near: &'s mut ManyNearest) -> Self {
        Self { many, place, k, near }
    }
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
            for (register, sum) in (first..).zip(sums[i]) {
                self.insert::<S>(simd, register, *candidate as usize, sum, words[i]);
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
            // Nothing is nearer than rows that are alike, and there are more of them than are asked for.
            let are_alike = simd.less_than_or_equal_f64s(next, zero);
            let is_settled = simd.or_m64s(is_settled, are_alike);
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
