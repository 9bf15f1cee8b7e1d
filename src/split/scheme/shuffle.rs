//! Any rows: every test part of the size that was asked for is equally likely.

use super::{SchemeInfo, plain};
use crate::error::Result;
use crate::setting::SCHEME;
use crate::split::context::SplitContext;
use crate::split::draw::select;
use crate::split::quota::Shares;
use crate::split::random::stream;
use crate::split::resampling::{PlanSetting, Resampling, ScarceClass, Splitter};
use crate::split::split::Split;

pub(super) const INFO: SchemeInfo =
    SchemeInfo { name: "shuffle", form: "shuffle", summary: "any rows", read: |rest| plain("shuffle", rest, Shuffle) };

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Shuffle;

impl Resampling for Shuffle {
    fn id(&self) -> String {
        "shuffle".into()
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[PlanSetting::TestSize, PlanSetting::TrainSize]
    }

    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>> {
        let (test, train) = context.part_sizes()?;
        let rows = context.rows();
        let shares = Shares::new(&[rows], test, context.options.train_size.map(|_| train));
        Ok(Box::new(Shuffled { rows, shares }))
    }

    fn is_independent(&self) -> bool {
        true
    }

    fn is_free(&self) -> bool {
        true
    }

    fn class_advice(&self, class: &ScarceClass) -> String {
        let or = if class.absent_train == 0 { format!(" or {}", class.larger) } else { String::new() };
        format!("{}{or} helps", SCHEME.to("stratified"))
    }
}

struct Shuffled {
    rows: usize,
    shares: Shares,
}

impl Splitter for Shuffled {
    fn draw(&self, seed: u64, k: usize) -> Split {
        let mut rng = stream(seed, k as u64);
        let quotas = self.shares.round(&mut rng);
        select(&mut rng, None, self.rows, &quotas)
    }
}
