//! Passes for convex objectives: first for the optimum of all rows, where the searches for splits start, then for these.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::{Line, Rows, Stretch, stretches};
use crate::data::Target;
use crate::error::Result;
use crate::model::shared::{
    Convex, Frame, ManyPredictors, Optimum, PassModel, PassSums, SharedCache, SplitState, SplitSums, slopes,
};
use crate::run::context::RunContext;
use crate::split::{Membership, Split, SplitRows};

/// Rows whose predictors are at hand at a time: they stay in the cache.
const ROWS: usize = 256;

/// By model the frame of its searches: that of a model which has none, or for which there is no optimum, is `None`. Nothing
/// where the run is stopped.
///
/// # Errors
/// A run error where the stored columns cannot be read.
pub fn frames(
    (context, rows): (&RunContext, Rows),
    (common, all): (&SharedCache, &PassSums),
    models: &[Option<PassModel>],
    pool: &rayon::ThreadPool,
    halt: &AtomicBool,
) -> Result<Option<Vec<Option<Arc<Frame>>>>> {
    let mut frames = vec![None; models.len()];
    if !models.iter().any(|model| matches!(model, Some(PassModel::Convex(_)))) {
        return Ok(Some(frames));
    }
    let count = context.features.rows;
    let everything = Split { train: (0..count as u32).collect(), test: Vec::new() };
    // Of a block without splits every bit trains on all rows.
    let medians = rows.medians(context, common, 1, &Membership::new(count))?;
    let sums = SplitSums::new(all.moments().clone(), medians.into_iter().flatten().collect());
    let work = SplitState::with_sums(common, 0, SplitRows::given(&everything), 0, sums);
    let base = &common.linear().base;
    let places: Vec<_> = stretches(count).collect();
    for (model, frame) in models.iter().zip(&mut frames) {
        let Some(PassModel::Convex(convex)) = model else { continue };
        let Some(mut optimum) = Optimum::new(*convex, &work) else { continue };
        while optimum.is_open() {
            let mut total = None;
            for some in places.chunks(pool.current_num_threads()) {
                if halt.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                let sums = |place: &(usize, usize)| {
                    let stretch = rows.read(context, *place)?;
                    Ok(optimum.sums_of(stretch.matrix(), stretch.first, context.target))
                };
                // Joined in the order of the rows.
                for sums in pool.install(|| some.par_iter().map(sums).collect::<Result<Vec<_>>>())? {
                    match &mut total {
                        None => total = Some(sums),
                        Some(total) => total.join(&sums),
                    }
                }
            }
            match total {
                Some(total) => optimum.takes(base, &total),
                None => break,
            }
        }
        *frame = optimum.frame().map(Arc::new);
    }
    Ok(Some(frames))
}

/// One pass of a model's searches that are open.
pub struct SlopePass {
    model: usize,
    convex: Convex,
    /// By search the split's place among the lines, which is its bit too.
    bits: Vec<usize>,
    predictors: ManyPredictors,
    pulls: ManyPredictors,
}

impl SlopePass {
    /// Of a model; `None` where no search is open.
    pub fn new(model: usize, lines: &[Line], size: usize) -> Option<Self> {
        let open = lines.iter().filter(|line| !line.settled[model]);
        let of_line = |line: &Line| line.fits[model].0.search().map(|(convex, of_split)| (line.bit, convex, of_split));
        let wanted: Vec<_> = open.filter_map(of_line).collect();
        let (_, convex, of_first) = wanted.first()?;
        let fits = wanted.len().next_multiple_of(8);
        let mut coefficients: Vec<&[f64]> = vec![&[]; of_first.len() * fits];
        for (at, (_, _, of_split)) in wanted.iter().enumerate() {
            of_split.iter().enumerate().for_each(|(output, c)| coefficients[output * fits + at] = c);
        }
        let bits = wanted.iter().map(|(bit, ..)| *bit).collect();
        let predictors = ManyPredictors::new(&coefficients, size);
        let pulls = ManyPredictors::zeros(predictors.lanes(), size);
        Some(Self { model, convex: *convex, bits, predictors, pulls })
    }

    fn fits(&self) -> usize {
        self.bits.len().next_multiple_of(8)
    }

    /// The sums over a stretch of rows.
    pub fn sums_of(&self, stretch: &Stretch, target: &Target, members: &Membership) -> ManyPredictors {
        let (matrix, lanes, fits) = (stretch.matrix(), self.predictors.lanes(), self.fits());
        let mut pulls = ManyPredictors::zeros(lanes, matrix.size);
        let (mut cells, mut times) = (vec![0.0; ROWS * lanes], vec![0.0; ROWS * fits]);
        for first in stretch.rows.clone().step_by(ROWS) {
            let rows = first..stretch.rows.end.min(first + ROWS);
            let in_table = stretch.in_table(rows.start)..stretch.in_table(rows.end);
            let (cells, times) = (&mut cells[..rows.len() * lanes], &mut times[..rows.len() * fits]);
            self.predictors.predict(matrix, rows.clone(), cells);
            for (row, times) in in_table.clone().zip(times.chunks_exact_mut(fits)) {
                times.iter_mut().zip(&self.bits).for_each(|(t, bit)| *t = f64::from(members.uses(*bit, row).1));
            }
            slopes(self.convex.family, target, in_table, times, cells, fits);
            pulls.pull(matrix, rows, cells);
        }
        pulls
    }

    /// Adds the sums over the next rows.
    pub fn add(&mut self, pulls: &ManyPredictors) {
        self.pulls.join(pulls);
    }

    /// Gives the lines what the pass has found.
    pub fn give(self, lines: &mut [Line]) {
        let fits = self.fits();
        for (at, bit) in self.bits.iter().enumerate() {
            let outputs = self.pulls.lanes() / fits;
            let pulls = (0..outputs).map(|output| self.pulls.lane(output * fits + at)).collect();
            lines[*bit].fits[self.model].0.set_slopes(pulls);
        }
    }
}
