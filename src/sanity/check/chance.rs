//! Whether a model that is taught noise predicts no better than chance.

use super::{Finding, NO_FEATURES, SanityCheck, counted, score};
use crate::model::FitError;
use crate::model::registry::Reach;
use crate::sanity::score::{association, skill};
use crate::sanity::subject::Subject;
use crate::split::shuffle;

/// Splits that are fitted one after the other.
const SPLITS: usize = 3;
/// The z-score of an association that chance gives once in 30,000 times.
const CHANCE: f64 = 4.0;
/// The same of one of them.
const OF_ONE: f64 = 4.5;
/// Where a class has few test rows a single hit makes a large z-score; answers that are known make predictions of use, too.
const USEFUL: f64 = 0.05;

/// See the module.
pub struct Chance;

impl SanityCheck for Chance {
    fn name(&self) -> &'static str {
        "chance"
    }

    fn summary(&self) -> &'static str {
        "it does no better than chance on a shuffled target"
    }

    fn page(&self) -> &'static str {
        "The targets of all rows are shuffled once, and the model is fitted to three splits of these rows, one after the \
         other. For test rows it cannot know more than chance does: how well its predictions go with the shuffled targets is \
         held against all ways to deal these targets out to the test rows, as a z-score; above 4 over all splits, or 4.5 on \
         one, with a skill above 0.05 besides, the check fails. A model that does better knows answers that it was not given: \
         rows are in both parts (see the check parts), or it remembers an earlier fit, in which those rows were train rows: \
         weights that go on from where they were, a cache, an estimator that is not made anew."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        if subject.reach() == Some(Reach::Nothing) {
            return Ok(Finding::not_applicable(NO_FEATURES));
        }
        let ground = subject.ground;
        let mut order: Vec<u32> = (0..ground.target.len() as u32).collect();
        shuffle(&mut ground.random(200), &mut order);
        let target = ground.target.take(&order);
        let splits = SPLITS.min(ground.plan.splits());
        let (mut scores, mut skills, mut rows) = (Vec::new(), Vec::new(), 0);
        // The largest z-score of a split whose predictions are of use.
        let mut known = f64::NEG_INFINITY;
        for k in 0..splits {
            let split = ground.split_as_drawn(k);
            let (train, test) = (subject.rows(&split.train, &split.train), subject.rows(&split.test, &split.train));
            let taught = target.take(&split.train);
            let predicted = subject.fit(&train, &taught, k)?.predict(&test)?;
            let truth = target.take(&split.test);
            let (z, of_use) = (association(&predicted, &truth), skill(&predicted, &truth, &taught));
            if of_use.is_some_and(|skill| skill > USEFUL) {
                known = known.max(z.unwrap_or(known));
            }
            scores.extend(z);
            skills.extend(of_use);
            rows += test.len();
        }
        let mean = skills.iter().sum::<f64>() / skills.len().max(1) as f64;
        if scores.is_empty() {
            return Ok(Finding::pass("on a shuffled target it predicts the same for all rows").with("skill", mean));
        }
        let z = scores.iter().sum::<f64>() / (scores.len() as f64).sqrt();
        let of = format!("{} of {}", counted(rows, "test row"), counted(splits, "split"));
        let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let told = format!("z {}, skill {} on {of}", score(z), score(mean));
        let found = if (z > CHANCE && mean > USEFUL) || known > OF_ONE {
            let most = format!("{told}, the largest z of one {}", score(largest));
            Finding::fail(format!("on a shuffled target it does better than chance: {most}"))
        } else {
            Finding::pass(format!("on a shuffled target it does no better than chance: {told}"))
        };
        Ok(found.with("z", z).with("largest_z", largest).with("skill", mean))
    }
}
