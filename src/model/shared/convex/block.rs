//! The splits of a block searched for at once: predictors of all of them, and the sums of their slopes times rows, are two
//! products of a stretch of rows with a matrix.

use std::ops::Range;
use std::sync::Mutex;

use super::super::encoding::RowSums;
use super::super::many::ManyPredictors;
use super::super::{Fallback, SharedCache, SharedSolver, SplitEncoding, SplitPredictions, SplitState, keep_linear};
use super::frame::Frame;
use super::lane::Lane;
use super::newton::NewtonSolver;
use super::{Convex, kernel};
use crate::data::Target;
use crate::model::FittedPredictor;
use crate::model::interrupt::check;
use crate::split::SplitBlock;
use crate::threads::lock;

/// Rows whose predictors are at hand at a time: they stay in the cache.
const ROWS: usize = 256;
/// Splits whose predictors are made at a time.
const GROUP: usize = 8;
/// Predictions that are kept for splits to come.
const KEPT: usize = 4 << 20;

/// The fits to the splits of a block.
pub struct BlockSolver<'b> {
    common: &'b SharedCache<'b>,
    alone: &'b NewtonSolver,
    /// The place of the first split in the plan.
    first: usize,
    /// By split, what was found; `None` where it has to be searched for alone.
    fits: Vec<Option<Found>>,
    /// The predictions of a group of splits, and which group.
    predicted: Mutex<Option<(usize, Vec<f64>)>>,
    /// Splits of a group, up to [`GROUP`].
    kept: usize,
}

/// The optimum of a split.
struct Found {
    /// Base coefficients of each output.
    coefficients: Vec<Vec<f64>>,
    gradients: usize,
}

/// How often the splits of a block train on rows.
struct Weights<'b> {
    tests: &'b [u64],
    times: Option<&'b [Vec<u64>]>,
}

impl Weights<'_> {
    /// Of these bits on consecutive rows: rows × lanes, 0 beyond the bits.
    fn fill(&self, rows: Range<usize>, bits: &[u32], lanes: usize, out: &mut [f64]) {
        let mut masks: Vec<u64> = bits.iter().map(|bit| 1 << bit).collect();
        masks.resize(lanes, 0);
        match self.times {
            None => kernel::multiplicities(&[&self.tests[rows]], true, &masks, out),
            Some(digits) => {
                let digits: Vec<&[u64]> = digits.iter().map(|words| &words[rows.clone()]).collect();
                kernel::multiplicities(&digits, false, &masks, out);
            }
        }
    }
}

/// The stretches of all rows.
fn stretches(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(ROWS).map(move |first| first..rows.min(first + ROWS))
}

impl<'b> BlockSolver<'b> {
    /// Searches for the optima of all splits of a block.
    pub fn new(common: &'b SharedCache<'b>, alone: &'b NewtonSolver, frame: &'b Frame, block: &'b SplitBlock) -> Self {
        let weights = Weights { tests: block.tests(), times: block.train_times() };
        let places = block.places();
        let mut lanes = lanes(common, &alone.convex, frame, block, &weights);
        while lanes.iter().flatten().any(|(_, lane)| lane.search().is_open()) {
            pass(common, &alone.convex, frame, &weights, &mut lanes);
        }
        let found = |lane: Option<(u32, Lane)>| {
            let (_, lane) = lane.filter(|(_, lane)| lane.search().is_done())?;
            Some(Found { coefficients: lane.coefficients(frame), gradients: lane.search().gradients() })
        };
        let fits = lanes.into_iter().map(found).collect();
        let numbers = frame.outputs() * common.features.rows;
        let kept = (KEPT / numbers.max(1)).clamp(1, GROUP);
        Self { common, alone, first: places.start, fits, predicted: Mutex::default(), kept }
    }

    /// The predictions of a group of splits, for each split, output and row.
    fn predict(&self, group: usize) -> Vec<f64> {
        let base = &self.common.linear().base;
        let family = self.alone.convex.family;
        let outputs = family.outputs();
        let mut coefficients: Vec<&[f64]> = vec![&[]; outputs * GROUP];
        for (lane, fit) in self.fits.iter().skip(group * self.kept).take(self.kept).enumerate() {
            for (output, c) in fit.iter().flat_map(|fit| fit.coefficients.iter().enumerate()) {
                coefficients[output * GROUP + lane] = c;
            }
        }
        let many = ManyPredictors::new(&coefficients, base.size);
        let mut all = vec![0.0; self.kept * outputs * base.rows];
        let mut cells = vec![0.0; ROWS * many.lanes()];
        for rows in stretches(base.rows) {
            check();
            let cells = &mut cells[..rows.len() * many.lanes()];
            many.predict(base, rows.clone(), cells);
            kernel::predictions(family, cells, GROUP);
            for lane in 0..self.kept {
                for output in 0..outputs {
                    let at = (lane * outputs + output) * base.rows;
                    let from = cells[output * GROUP + lane..].iter().step_by(many.lanes());
                    all[at + rows.start..at + rows.end].iter_mut().zip(from).for_each(|(to, from)| *to = *from);
                }
            }
        }
        all
    }
}

/// The search for each split of a block, ready to begin; `None` for a split that it does not suit.
fn lanes(
    common: &SharedCache,
    convex: &Convex,
    frame: &Frame,
    block: &SplitBlock,
    weights: &Weights,
) -> Vec<Option<(u32, Lane)>> {
    let base = &common.linear().base;
    let places = block.places();
    let bits: Vec<u32> = places.clone().map(|k| (k % crate::split::BLOCK) as u32).collect();
    let width = bits.len().next_multiple_of(8);
    let mut sums = ManyPredictors::zeros(width, base.size);
    let mut squares = ManyPredictors::zeros(width, base.size);
    let (mut cells, mut dense) = (vec![0.0; ROWS * width], Vec::new());
    for rows in stretches(base.rows) {
        check();
        let cells = &mut cells[..rows.len() * width];
        weights.fill(rows.clone(), &bits, width, cells);
        sums.pull(base, rows.clone(), cells);
        squares.pull_squares(base, rows, cells, &mut dense);
    }
    let lane = |(lane, k): (usize, usize)| {
        let split = block.split(k);
        let work = SplitState::new(common, k, &split, 0);
        convex.family.check(&work).ok()?;
        let (sums, mut squares) = (sums.lane(lane), squares.lane(lane));
        squares.truncate(base.width);
        let encoding = SplitEncoding::fit(&work, &RowSums { sums, squares });
        let unit = convex.family.gradient_unit(&work);
        Some((bits[lane], Lane::new(convex, frame, encoding, split.train.len() as f64, unit)))
    };
    places.enumerate().map(lane).collect()
}

/// Goes through all rows once for the searches that are open.
fn pass(common: &SharedCache, convex: &Convex, frame: &Frame, weights: &Weights, lanes: &mut [Option<(u32, Lane)>]) {
    let (base, outputs) = (&common.linear().base, frame.outputs());
    let mut open: Vec<&mut (u32, Lane)> =
        lanes.iter_mut().flatten().filter(|(_, lane)| lane.search().is_open()).collect();
    let bits: Vec<u32> = open.iter().map(|(bit, _)| *bit).collect();
    let fits = bits.len().next_multiple_of(8);
    let coefficients: Vec<Vec<Vec<f64>>> = open.iter().map(|(_, lane)| lane.coefficients(frame)).collect();
    let mut flat: Vec<&[f64]> = vec![&[]; outputs * fits];
    for (at, of_lane) in coefficients.iter().enumerate() {
        of_lane.iter().enumerate().for_each(|(output, c)| flat[output * fits + at] = c);
    }
    let many = ManyPredictors::new(&flat, base.size);
    let mut pulls = ManyPredictors::zeros(many.lanes(), base.size);
    let mut cells = vec![0.0; ROWS * many.lanes()];
    let mut times = vec![0.0; ROWS * fits];
    for rows in stretches(base.rows) {
        check();
        let (cells, times) = (&mut cells[..rows.len() * many.lanes()], &mut times[..rows.len() * fits]);
        many.predict(base, rows.clone(), cells);
        weights.fill(rows.clone(), &bits, fits, times);
        kernel::slopes(convex.family, common.target, rows.clone(), times, cells, fits);
        pulls.pull(base, rows, cells);
    }
    let mut turning = Vec::new();
    for (at, (_, lane)) in open.iter_mut().map(|open| &mut **open).enumerate() {
        let own: Vec<Vec<f64>> = (0..outputs).map(|output| pulls.lane(output * fits + at)).collect();
        if lane.takes(frame, &own) {
            turning.push(lane);
        }
    }
    Lane::turn(frame, &mut turning);
}

impl SharedSolver for BlockSolver<'_> {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        let lane = work.k - self.first;
        let Some(found) = &self.fits[lane] else { return self.alone.fit_predict(work) };
        let mut predicted = lock(&self.predicted);
        let group = lane / self.kept;
        if predicted.as_ref().is_none_or(|(known, _)| *known != group) {
            *predicted = None;
            *predicted = Some((group, self.predict(group)));
        }
        let (outputs, rows) = (self.alone.convex.family.outputs(), self.common.features.rows);
        let all = predicted.as_ref().map_or(&[][..], |(_, all)| all);
        let own = &all[lane % self.kept * outputs * rows..][..outputs * rows];
        let (test, train) = match work.common.target {
            Target::Regression { .. } => work.values(own),
            Target::Classification { labels, .. } => work.classes(labels.len(), |row, cells| {
                if outputs == 1 {
                    cells.copy_from_slice(&kernel::probabilities(own[row]));
                } else {
                    cells.iter_mut().enumerate().for_each(|(class, cell)| *cell = own[class * rows + row]);
                }
            }),
        };
        let (coefficients, iterations) = (found.coefficients.clone(), Some(found.gradients));
        Ok(SplitPredictions { coefficients, iterations, ..SplitPredictions::new(test, train) })
    }

    fn fit_and_keep(
        &self,
        work: &SplitState,
    ) -> Result<(SplitPredictions, Option<FittedPredictor<'static>>), Fallback> {
        Ok(keep_linear(work, self.fit_predict(work)?, self.alone.convex.response()))
    }
}
