//! What a scheme is: a way to draw splits, ours or a user's own.

use std::fmt::Debug;

use rand_chacha::ChaCha8Rng;

use super::context::SplitContext;
use super::permute::Blocks;
use super::plan::PlanOptions;
use super::scheme::Scheme;
use super::split::Split;
use super::strata::Strata;
use crate::error::Result;

/// An option of the plan that not every scheme uses. Giving one to a scheme that does not use it is an error: silence
/// would let people believe it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanSetting {
    /// The column whose equal values stay together.
    Group,
    /// The column to stratify on.
    Stratify,
    /// The column that orders rows in time.
    Time,
    /// Rows left out between train and test part.
    Gap,
    /// Size of the test part.
    TestSize,
    /// Size of the train part.
    TrainSize,
}

/// A class that is absent from some parts, for [`Resampling::class_advice`].
#[derive(Debug, Clone, Copy)]
pub struct ScarceClass<'a> {
    /// Rows of the class.
    pub rows: usize,
    /// Rows of the table that are used.
    pub of_rows: usize,
    /// Train parts without it.
    pub absent_train: usize,
    /// What would give the part that lacks it more rows.
    pub larger: &'a str,
    /// The options of the plan.
    pub options: &'a PlanOptions,
}

/// A scheme: how splits are drawn. Each of ours has a file in `scheme/`.
pub trait Resampling: Debug + Send + Sync {
    /// Its name with its argument, such as `kfold:5`, as reports have it.
    fn id(&self) -> String;

    /// The options of the plan that it uses.
    fn settings(&self) -> &'static [PlanSetting];

    /// Makes it ready for a table.
    ///
    /// # Errors
    /// An input error where the options do not fit the table.
    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>>;

    /// Checks options that do not go together.
    ///
    /// # Errors
    /// An input error that names them.
    fn check(&self, options: &PlanOptions) -> Result<()> {
        let _ = options;
        Ok(())
    }

    /// Whether splits are independent draws, given the rows, as the bounds of claims take them to be.
    fn is_independent(&self) -> bool {
        false
    }

    /// Whether any row may be in either part, whatever its group and time.
    fn is_free(&self) -> bool {
        false
    }

    /// The file that splits are read from, if any.
    fn file(&self) -> Option<&str> {
        None
    }

    /// The scheme that takes its place where a group and a time column are both given.
    fn with_group_and_time(&self) -> Option<Scheme> {
        None
    }

    /// What helps where a class is absent from some parts; nothing that is done already.
    fn class_advice(&self, class: &ScarceClass) -> String {
        format!("{} may help", class.larger)
    }
}

/// A scheme made ready for a table: draws its splits.
pub trait Splitter: Send + Sync {
    /// Draws split `k`, which depends on the seed and on `k` alone: use [`stream`](super::stream) with both. Rows are
    /// positions among the used rows, ascending; neither part is empty, and no row is in both.
    fn draw(&self, seed: u64, k: usize) -> Split;

    /// How many splits there are, where there is an end of them.
    fn available(&self) -> Option<usize> {
        None
    }

    /// The number under which split `k` is reported.
    fn number(&self, k: usize) -> u64 {
        k as u64
    }

    /// The strata whose shares both parts keep.
    fn strata(&self) -> Option<&Strata> {
        None
    }

    /// The groups that stay whole.
    fn groups(&self) -> Option<&Strata> {
        None
    }

    /// Parts train rows (ascending, each once) into inner folds in a way of its own; `None` leaves it to the groups and
    /// strata.
    ///
    /// # Errors
    /// A sentence that says why there are not two folds.
    fn inner(&self, rng: &mut ChaCha8Rng, rows: &[u32], folds: usize) -> Option<Result<Vec<Split>, String>> {
        let _ = (rng, rows, folds);
        None
    }

    /// Which rows may exchange their targets where there is no pattern. `targets` numbers the different targets, by row.
    fn exchangeable(&self, targets: Vec<u32>) -> Blocks {
        match self.groups() {
            Some(groups) => Blocks::groups(&groups.of_row, targets),
            None => Blocks::all(targets),
        }
    }

    /// Groups that no split can test, and what would let them be tested.
    fn untestable_groups(&self) -> Option<(&Strata, Vec<usize>, String)> {
        None
    }

    /// Rows given in parts that are neither train nor test, by the part's name.
    fn passed_over(&self) -> &[(String, usize)] {
        &[]
    }

    /// Rows given that have no target and were left out.
    fn left_out(&self) -> usize {
        0
    }
}
