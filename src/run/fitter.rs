//! The models of a run, with the work done that all splits, or those of a block, have in common.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::clock::timed;
use super::context::{Engine, NamedModel, RunContext};
use super::fit::SplitFitter;
use super::memory::{available, size};
use crate::data::{FeatureColumn, Target};
use crate::error::{Error, Result, Subject};
use crate::model::Learner;
use crate::model::shared::{SharedCache, SharedSolver};
use crate::setting::{DROP, ENCODE, ENGINE, FEATURES};
use crate::split::{BLOCK, Split, SplitBlock};

/// Bytes of matrices that any machine has.
const SMALL: u64 = 64 << 20;

/// The models of a run, with the work done that splits have in common.
pub struct Fitter<'a> {
    pub(super) context: &'a RunContext<'a>,
    common: &'a SharedCache<'a>,
    /// For each model what can be fitted: itself, or each of its settings.
    pub(super) units: Vec<Vec<Unit<'a>>>,
}

/// A model, or a setting of one, with its shared work.
pub(super) struct Unit<'a> {
    pub(super) learner: &'a dyn Learner,
    pub(super) solver: Option<Box<dyn SharedSolver + 'a>>,
}

impl<'a> Fitter<'a> {
    /// Does the shared work, where the engine wants it and the model can.
    ///
    /// # Errors
    /// An input error where shared work is asked for and a model cannot.
    pub fn new(context: &'a RunContext<'a>, common: &'a SharedCache<'a>) -> Result<Self> {
        let unit = |learner: &'a dyn Learner, name: &str| {
            if context.engine == Engine::PerSplit {
                return Ok(Unit { learner, solver: None });
            }
            let solver = catch_unwind(AssertUnwindSafe(|| learner.share(common))).unwrap_or(None);
            // The baseline is always there, and there is nothing to share in it.
            if solver.is_none() && context.engine == Engine::Shared && learner.scaling().is_some() {
                return Err(Error::setting(format!("model '{name}' shares no work over splits"))
                    .about(Subject::Model(name.to_string()))
                    .advise(format!("leave out {}, which then uses it where it can", ENGINE.to("shared"))));
            }
            Ok(Unit { learner, solver })
        };
        let units = |(at, model): (usize, &'a NamedModel)| {
            timed(context.clock, at, || model.learners().map(|learner| unit(learner, &model.name)).collect())
        };
        let units = context.models.iter().enumerate().map(units).collect::<Result<_>>()?;
        let fitter = Self { context, common, units };
        fitter.check_matrices()?;
        Ok(fitter)
    }

    /// Refuses models that are fitted to encoded matrices where no memory is left for these.
    fn check_matrices(&self) -> Result<()> {
        let (features, threads) = (self.context.features, rayon::current_num_threads());
        let scaling = |unit: &Unit| unit.learner.scaling().filter(|_| unit.learner.by_rows().is_none());
        let width = |unit: &Unit| scaling(unit).map_or(0, |scaling| scaling.width(features) as u64);
        let numbers = |unit: &Unit| match unit.solver.as_ref().and_then(|solver| solver.squares()) {
            Some(squares) => squares as u64 * width(unit).saturating_pow(2),
            // Of a split's train and test rows, and the model's own of its train rows.
            None => 2 * (features.rows as u64).saturating_mul(width(unit)),
        };
        let Some(largest) = self.units.iter().flatten().max_by_key(|unit| numbers(unit)) else { return Ok(()) };
        let (width, need) = (width(largest), numbers(largest).saturating_mul(8 * threads as u64));
        // Small ones are not worth a look at the system's files.
        let Some(most) = available().filter(|most| need > SMALL && need > *most) else { return Ok(()) };
        let levels = |part: &FeatureColumn| {
            if let FeatureColumn::Levels { name, levels, .. } = part {
                Some((levels.len(), name.clone()))
            } else {
                None
            }
        };
        let widest = features.parts.iter().filter_map(levels).max_by_key(|(levels, _)| *levels);
        let advice = match widest {
            Some((levels, name)) if levels as u64 > width / 2 => format!(
                "column '{name}' has {levels} levels: {} takes one column for all of them, as does frequency",
                ENCODE.item(&format!("{name}=ordinal"))
            ),
            _ => format!("use fewer columns ({FEATURES}, {DROP})"),
        };
        Err(Error::setting(format!(
            "{} rows of {width} encoded columns need {} of memory on {threads} thread{}, and {} can be had",
            features.rows,
            size(need),
            if threads == 1 { "" } else { "s" },
            size(most)
        ))
        .advise(&advice))
    }

    /// Without shared work, for a split or two.
    pub fn alone(context: &'a RunContext<'a>, common: &'a SharedCache<'a>) -> Self {
        let units = |model: &'a NamedModel| model.learners().map(|learner| Unit { learner, solver: None }).collect();
        Self { context, common, units: context.models.iter().map(units).collect() }
    }

    /// What all splits have in common.
    pub fn common(&self) -> &'a SharedCache<'a> {
        self.common
    }

    /// The target of all used rows.
    pub fn target(&self) -> &'a Target {
        self.context.target
    }

    /// For each model whether it shares work over splits.
    pub fn shares(&self) -> Vec<bool> {
        self.units.iter().map(|units| units.iter().any(|unit| unit.solver.is_some())).collect()
    }

    /// The solver of each model that is fitted to the split itself: what tunes a model is done on its inner folds.
    fn solvers(&self) -> impl Iterator<Item = Option<&(dyn SharedSolver + 'a)>> {
        let models = self.context.models.iter().zip(&self.units);
        models.map(|(model, units)| units[0].solver.as_deref().filter(|_| model.tuned.is_none()))
    }

    /// How many consecutive splits are worked on together.
    pub(super) fn at_once(&self) -> usize {
        self.solvers().flatten().map(SharedSolver::at_once).max().unwrap_or(1).clamp(1, BLOCK)
    }

    /// Works out what the splits of a block have in common.
    pub(super) fn block<'b>(&'b self, block: &'b SplitBlock) -> BlockFitter<'b> {
        let of = |(at, solver): (usize, Option<&'b (dyn SharedSolver + 'a)>)| {
            // What breaks down for a block is tried split by split.
            let work = |solver: &'b (dyn SharedSolver + 'a)| {
                timed(self.context.clock, at, || catch_unwind(AssertUnwindSafe(|| solver.block(block))).unwrap_or(None))
            };
            solver.and_then(work)
        };
        BlockFitter { fitter: self, solvers: self.solvers().enumerate().map(of).collect() }
    }

    /// Ready to fit to split `k`, which is given as drawn.
    pub fn at<'s>(&'s self, k: usize, split: &'s Split) -> SplitFitter<'s> {
        SplitFitter::new(self, k, split, &[])
    }
}

/// The models of a run at the splits of a block.
pub(super) struct BlockFitter<'b> {
    fitter: &'b Fitter<'b>,
    /// By model, of those that share work over the block.
    solvers: Vec<Option<Box<dyn SharedSolver + 'b>>>,
}

impl BlockFitter<'_> {
    /// Ready to fit to split `k` of the block, which is given as drawn.
    pub(super) fn at<'s>(&'s self, k: usize, split: &'s Split) -> SplitFitter<'s> {
        SplitFitter::new(self.fitter, k, split, &self.solvers)
    }
}
