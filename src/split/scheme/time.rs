//! Test rows later than train rows; a rolling origin trains on a window of fixed length.

use rand_chacha::ChaCha8Rng;

use super::{GroupTime, Scheme, SchemeInfo, rolling};
use crate::error::Result;
use crate::split::context::SplitContext;
use crate::split::permute::Blocks;
use crate::split::random::stream;
use crate::split::resampling::{PlanSetting, Resampling, ScarceClass, Splitter};
use crate::split::size::Size;
use crate::split::split::Split;
use crate::split::timeline::Timeline;

pub(super) const INFO: SchemeInfo = SchemeInfo {
    name: "time",
    form: "time[:rolling]",
    summary: "test rows later than train rows",
    read: |rest| Ok(Time { rolling: rolling("time", rest)? }.into()),
};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    /// A window of fixed length rather than all earlier rows.
    pub rolling: bool,
}

impl Resampling for Time {
    fn id(&self) -> String {
        if self.rolling { "time:rolling".into() } else { "time:expanding".into() }
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[PlanSetting::Time, PlanSetting::Gap, PlanSetting::TestSize, PlanSetting::TrainSize]
    }

    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>> {
        let (name, gap) = (context.time_name()?, context.gap()?);
        let timeline = context.timeline(&name)?;
        let (n_test, n_train) = (context.test_rows()?, context.train_rows()?);
        let origins = timeline.with_origins(n_test, n_train, gap, self.rolling);
        let (timeline, n_train) = origins.map_err(|why| context.unfit_time(&name, &why))?;
        context.options.train_size = Some(Size::Rows(n_train));
        Ok(Box::new(Origins { timeline, gap }))
    }

    fn with_group_and_time(&self) -> Option<Scheme> {
        Some(GroupTime { rolling: self.rolling }.into())
    }

    fn class_advice(&self, class: &ScarceClass) -> String {
        longer(class)
    }
}

/// What helps along time.
pub(super) fn longer(class: &ScarceClass) -> String {
    format!("{} or rows over a longer time help, if the class occurs both early and late", class.larger)
}

struct Origins {
    timeline: Timeline,
    gap: usize,
}

impl Splitter for Origins {
    fn draw(&self, seed: u64, k: usize) -> Split {
        self.timeline.draw(&mut stream(seed, k as u64))
    }

    fn inner(&self, _: &mut ChaCha8Rng, rows: &[u32], folds: usize) -> Option<Result<Vec<Split>, String>> {
        Some(self.timeline.inner(rows, folds).ok_or_else(|| {
            format!(
                "inner folds need three different times among the train rows{}",
                if self.gap > 0 { ", and more rows than the gap" } else { "" }
            )
        }))
    }

    fn exchangeable(&self, targets: Vec<u32>) -> Blocks {
        self.timeline.pieces(targets)
    }
}
