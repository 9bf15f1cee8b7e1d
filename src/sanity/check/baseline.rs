//! Whether a model is better than the baseline on the true target.

use super::{Finding, NO_FEATURES, SanityCheck, counted, learned, score};
use crate::model::registry::{self, Reach};
use crate::model::{FitError, Learner, ModelSpec};
use crate::sanity::score::{association, skill};
use crate::sanity::subject::Subject;

/// Splits over which the skill is averaged.
const SPLITS: usize = 5;
/// What is no better by more than this is as good.
const ROUNDING: f64 = 1e-9;
/// A z-score that chance seldom gives.
const SOMETHING: f64 = 3.0;
/// With fewer train rows a model that learns may still find nothing.
const FEW: usize = 60;
/// A model that gives each row the target of another like it has twice the variance of the baseline.
const WORST: f64 = -1.0;
/// Models of two kinds that tell whether there is anything to find.
const OTHERS: [&str; 2] = ["", "forest:n_estimators=30"];

/// See the module.
pub struct Baseline;

impl SanityCheck for Baseline {
    fn name(&self) -> &'static str {
        "baseline"
    }

    fn summary(&self) -> &'static str {
        "it is better than the baseline on the true target"
    }

    fn page(&self) -> &'static str {
        "The model is fitted to up to 400 train rows of five splits with their true targets. Its loss on test rows (squared \
         error, Brier's score, or errors where there are labels alone) is held against that of the mean of the train rows, or \
         of their class shares: the skill is one less their ratio, and has to be above 0 on average. Where it is not, but the \
         order of the predictions goes with the truth, that is a note: the model has found something, and its predictions are \
         too large or too sure, as those of a tree that is fully grown; so it is where a built-in model, or one with fewer than \
         60 train rows, learns the target of the check linear and not this one. Where a linear model and a forest find nothing \
         either, the rows tell nothing of the target, and the check does not apply."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        if subject.reach() == Some(Reach::Nothing) {
            return Ok(Finding::not_applicable(NO_FEATURES));
        }
        let ground = subject.ground;
        let splits = SPLITS.min(ground.plan.splits());
        let own = Tried::new(subject, subject.learner, splits)?;
        let better = own.skills.iter().filter(|skill| **skill > ROUNDING).count();
        let told = format!(
            "skill {} on average, above 0 on {better} of {}",
            score(own.skill),
            counted(own.skills.len(), "split")
        );
        let found = if own.skills.is_empty() {
            Finding::not_applicable("the target does not vary among the test rows")
        } else if own.skill > ROUNDING {
            Finding::pass(format!("it is better than the baseline: {told}"))
        } else if own.z > SOMETHING && own.skill > WORST {
            Finding::note(format!(
                "it is no better than the baseline ({told}), though its predictions go with the truth (z {}): they are too large, or too sure",
                score(own.z)
            ))
        } else {
            let mut best = f64::NEG_INFINITY;
            for other in OTHERS {
                let task = ground.target.task();
                let name = if other.is_empty() { registry::default_for(task) } else { other };
                let learner = ModelSpec::parse(name).and_then(|spec| registry::build(&spec, task));
                let Ok(learner) = learner else { continue };
                // Models of ours take rows of any kind.
                best = Tried::new(subject, learner.as_ref(), splits).map_or(best, |other| best.max(other.skill));
            }
            if best > 0.0 {
                let other = registry::default_for(ground.target.task());
                let miss =
                    format!("it is no better than the baseline: {told}; {other} or a forest reach {}", score(best));
                let rows = ground.split(0).train.len();
                // What is known to learn, or has few rows, may not suit these.
                let may_be = subject.spec.is_some() || rows < FEW;
                if may_be && learned::learns_a_sum(subject, 9) {
                    Finding::note(format!("{miss}; {rows} train rows may be too few for it, or call for another model"))
                } else {
                    Finding::fail(miss)
                }
            } else {
                Finding::not_applicable(format!(
                    "there is little to find: {told}, and {} and a forest do no better than the baseline either",
                    registry::default_for(ground.target.task())
                ))
            }
        };
        Ok(found.with("skill", own.skill).with("z", own.z).with("better_splits", better as f64))
    }
}

/// How a model does on some splits.
struct Tried {
    skills: Vec<f64>,
    skill: f64,
    z: f64,
}

impl Tried {
    fn new(subject: &Subject, learner: &dyn Learner, splits: usize) -> Result<Self, FitError> {
        let ground = subject.ground;
        let (mut skills, mut scores) = (Vec::new(), Vec::new());
        for k in 0..splits {
            let split = ground.split(k);
            let (train, test) = (subject.rows(&split.train, &split.train), subject.rows(&split.test, &split.train));
            let taught = ground.target.take(&split.train);
            let predicted = subject.fit_by(learner, &train, &taught, subject.terms(k, 0))?.predict(&test)?;
            let truth = ground.target.take(&split.test);
            skills.extend(skill(&predicted, &truth, &taught));
            scores.extend(association(&predicted, &truth));
        }
        let skill = skills.iter().sum::<f64>() / skills.len().max(1) as f64;
        let z = scores.iter().sum::<f64>() / (scores.len().max(1) as f64).sqrt();
        Ok(Self { skills, skill, z })
    }
}
