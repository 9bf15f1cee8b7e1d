//! How much better a model scores on the rows it has seen.

use super::{Names, Notebook, Probe, Scene};
use crate::metric::Direction;
use crate::run::Seen;

/// For each metric the score on the train rows less that on the test rows, in the direction of better.
pub struct Gap;

impl Probe for Gap {
    fn names(&self, scene: &Scene, names: &mut Names) {
        scene.metrics.iter().for_each(|m| names.reading(format!("gap[{}]", m.name), Direction::Lower));
    }

    fn look(&self, seen: &Seen, notes: &mut Notebook) {
        for ((metric, test), train) in seen.question.metrics.iter().zip(seen.test).zip(seen.train) {
            let sign = metric.direction.sign();
            let gap = test.and_then(|test| train.map(|train| sign * (train - test)));
            notes.read(format!("gap[{}]", metric.name), Direction::Lower, gap);
        }
    }
}
