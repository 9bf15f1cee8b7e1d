//! Metrics that take all rows of a part at once, scored in further passes once models are fitted: a few splits at a time, as
//! their predictions are in memory then.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::{Line, Passes, stretches};
use crate::error::Result;
use crate::metric::{Scorer, Undefined, is_sum};
use crate::model::Predictions;
use crate::run::fit::guarded;
use crate::run::memory::whole_rows;
use crate::split::{Membership, Split};

/// A model's scores on the test and the train rows, by metric.
pub type WholeScores = Option<[Vec<Result<f64, Undefined>>; 2]>;

impl Passes<'_> {
    /// The scores by metrics that are no sums, of each line and each of its models; nothing where all are sums, and of a fit
    /// that failed.
    ///
    /// # Errors
    /// A run error where the stored columns cannot be read.
    pub(super) fn whole(
        &self,
        lines: &mut [Line],
        members: &Membership,
        halt: &AtomicBool,
    ) -> Result<Option<Vec<Vec<WholeScores>>>> {
        let context = self.context;
        // Rows in memory are scored elsewhere.
        if self.alone.is_some() || context.metrics.iter().all(|metric| is_sum(metric, context.target)) {
            return Ok(None);
        }
        let bytes = whole_rows(context.features.rows, context.target.labels().len()) * context.models.len() as u64;
        let at_once = (self.memory / 2 / bytes.max(1)).clamp(1, lines.len() as u64) as usize;
        let mut all = Vec::with_capacity(lines.len());
        for some in lines.chunks_mut(at_once) {
            let none_yet = |line: &Line| line.fits.iter().map(|_| Some(Vec::new())).collect();
            let mut predicted: Vec<Vec<Option<Vec<Predictions>>>> = some.iter().map(none_yet).collect();
            for place in stretches(context.features.rows) {
                if halt.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                let stretch = self.rows.read(context, place)?;
                some.par_iter_mut().zip(&mut predicted).for_each(|(line, predicted)| {
                    let Some(state) = &line.state else { return };
                    for ((fit, _), predicted) in line.fits.iter().zip(predicted) {
                        match (
                            guarded(|| Ok(fit.predict_all(state, stretch.matrix(), stretch.rows.clone()))),
                            predicted.as_mut(),
                        ) {
                            (Ok(Some(more)), Some(all)) => all.push(more),
                            _ => *predicted = None,
                        }
                    }
                });
            }
            let scores = some.par_iter_mut().zip(predicted).map(|(line, predicted)| {
                let split = members.split(line.bit);
                predicted.into_iter().map(|stretches| self.scores_of(&split, stretches?)).collect()
            });
            all.extend(scores.collect::<Vec<Vec<WholeScores>>>());
        }
        Ok(Some(all))
    }

    fn scores_of(&self, split: &Split, stretches: Vec<Predictions>) -> WholeScores {
        let predictions = Predictions::joined(stretches)?;
        let score = |rows: &Vec<u32>| {
            let at: Vec<usize> = rows.iter().map(|row| *row as usize).collect();
            Scorer::new(self.context.metrics, self.context.target, rows).score(&predictions.pick(&at))
        };
        guarded(|| Ok([score(&split.test), score(&split.train)])).ok()
    }
}
