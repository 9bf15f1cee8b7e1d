//! Test rows later than train rows, and of groups that no train row is of: new customers next year.

use rand_chacha::ChaCha8Rng;

use super::time::longer;
use super::{SchemeInfo, rolling};
use crate::error::{Error, Result};
use crate::setting::{GROUP, TIME, TRAIN_SIZE};
use crate::split::context::SplitContext;
use crate::split::group_timeline::GroupTimeline;
use crate::split::permute::Blocks;
use crate::split::random::stream;
use crate::split::resampling::{PlanSetting, Resampling, ScarceClass, Splitter};
use crate::split::size::Size;
use crate::split::split::Split;
use crate::split::strata::Strata;

pub(super) const INFO: SchemeInfo = SchemeInfo {
    name: "group-time",
    form: "group-time[:rolling]",
    summary: "test rows later than train rows, and of other groups",
    read: |rest| Ok(GroupTime { rolling: rolling("group-time", rest)? }.into()),
};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct GroupTime {
    /// A window of fixed length rather than all earlier rows.
    pub rolling: bool,
}

impl Resampling for GroupTime {
    fn id(&self) -> String {
        if self.rolling { "group-time:rolling".into() } else { "group-time:expanding".into() }
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[PlanSetting::Group, PlanSetting::Time, PlanSetting::Gap, PlanSetting::TestSize, PlanSetting::TrainSize]
    }

    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>> {
        let (name, gap) = (context.time_name()?, context.gap()?);
        let timeline = context.timeline(&name)?;
        let (n_test, n_train) = (context.test_rows()?, context.train_rows()?);
        let group = context.group_name()?;
        let made = GroupTimeline::new(context.groups(&group)?, timeline, n_test, n_train, gap, self.rolling);
        let timeline = made.map_err(|why| {
            Error::setting(format!("{} with {}: {why}", GROUP.to(format!("'{group}'")), TIME.to(format!("'{name}'"))))
                .at(&context.table.path)
        })?;
        context.options.train_size = Some(Size::Rows(timeline.n_train));
        Ok(Box::new(Origins(timeline)))
    }

    fn class_advice(&self, class: &ScarceClass) -> String {
        longer(class)
    }
}

struct Origins(GroupTimeline);

impl Splitter for Origins {
    fn draw(&self, seed: u64, k: usize) -> Split {
        self.0.draw(&mut stream(seed, k as u64))
    }

    fn inner(&self, rng: &mut ChaCha8Rng, rows: &[u32], folds: usize) -> Option<Result<Vec<Split>, String>> {
        Some(self.0.inner(rng, rows, folds).ok_or_else(|| {
            "inner folds need a time among the train rows that two groups have rows after, each with other groups' rows before"
                .into()
        }))
    }

    fn exchangeable(&self, targets: Vec<u32>) -> Blocks {
        self.0.exchangeable(targets)
    }

    fn untestable_groups(&self) -> Option<(&Strata, Vec<usize>, String)> {
        let advice = format!("no rows are late enough; a smaller {TRAIN_SIZE} lets test parts begin earlier");
        Some((&self.0.groups, self.0.untested(), advice))
    }
}
