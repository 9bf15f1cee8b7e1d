//! How much better a model scores on the rows it has seen.

use super::registry::{BOTH, ProbeInfo};
use super::{Names, Probe, ProbeContext, Recorder};
use crate::metric::Direction;
use crate::run::FittedSplit;

pub(super) const INFO: ProbeInfo = ProbeInfo::new(
    "gap",
    BOTH,
    "how much better each metric is on the train rows, split by split",
    "predictions",
    &["gap"],
    |_, _| Ok(Box::new(Gap)),
);

/// For each metric the score on the train rows less that on the test rows, in the direction of better.
pub struct Gap;

impl Probe for Gap {
    fn names(&self, scene: &ProbeContext, names: &mut Names) {
        scene.metrics.iter().for_each(|m| names.reading(format!("gap[{}]", m.name), Direction::Lower));
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        for ((metric, test), train) in fitted.context.metrics.iter().zip(fitted.test).zip(fitted.train) {
            let sign = metric.direction.sign();
            let gap = test.and_then(|test| train.map(|train| sign * (train - test)));
            notes.read(format!("gap[{}]", metric.name), Direction::Lower, gap);
        }
    }
}
