//! Whole groups: rows of one patient, subject or shop are all in one part.

use super::{GroupTime, Scheme, SchemeInfo, plain};
use crate::error::Result;
use crate::setting::{SCHEME, TEST_SIZE};
use crate::split::context::SplitContext;
use crate::split::group::{GroupDraw, cross, fits};
use crate::split::random::stream;
use crate::split::resampling::{PlanSetting, Resampling, ScarceClass, Splitter};
use crate::split::split::Split;
use crate::split::strata::Strata;

pub(super) const INFO: SchemeInfo = SchemeInfo {
    name: "group",
    form: "group",
    summary: "whole groups of rows with one value of a column",
    read: |rest| plain("group", rest, Group),
};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Group;

impl Resampling for Group {
    fn id(&self) -> String {
        "group".into()
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[PlanSetting::Group, PlanSetting::TestSize]
    }

    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>> {
        Ok(Box::new(WholeGroups::new(context, false)?))
    }

    fn is_independent(&self) -> bool {
        true
    }

    fn with_group_and_time(&self) -> Option<Scheme> {
        Some(GroupTime { rolling: false }.into())
    }

    fn class_advice(&self, class: &ScarceClass) -> String {
        format!("{} or {} helps", class.larger, SCHEME.to("stratified-group"))
    }
}

/// Draws whole groups, with or without heed to strata.
pub(super) struct WholeGroups {
    groups: Strata,
    strata: Option<Strata>,
    draw: GroupDraw,
}

impl WholeGroups {
    pub(super) fn new(context: &mut SplitContext, stratified: bool) -> Result<Self> {
        let (n_test, _) = context.part_sizes()?;
        let name = context.group_name()?;
        let strata = if stratified { Some(context.strata()?) } else { None };
        let groups = context.groups(&name)?;
        let crossed = strata.as_ref().map(|s| cross(&groups, s));
        let draw = GroupDraw::new(groups.sizes.clone(), crossed.as_deref(), n_test);
        Ok(Self { groups, strata, draw })
    }
}

impl Splitter for WholeGroups {
    fn draw(&self, seed: u64, k: usize) -> Split {
        Split::of_groups(&self.groups, &self.draw.draw(&mut stream(seed, k as u64)))
    }

    fn strata(&self) -> Option<&Strata> {
        self.strata.as_ref()
    }

    fn groups(&self) -> Option<&Strata> {
        Some(&self.groups)
    }

    fn untestable_groups(&self) -> Option<(&Strata, Vec<usize>, String)> {
        let (sizes, n_test) = (&self.groups.sizes, self.draw.n_test());
        let which: Vec<usize> = (0..sizes.len()).filter(|g| !fits(sizes[*g], n_test)).collect();
        let most = which.iter().map(|g| sizes[*g]).max().unwrap_or(0);
        let folds = sizes.len().min(5);
        let advice = format!(
            "more than twice the test part of {n_test} rows; {} or {} tests every group",
            TEST_SIZE.to(most.div_ceil(2)),
            SCHEME.to(format!("kfold:{folds}"))
        );
        Some((&self.groups, which, advice))
    }
}
