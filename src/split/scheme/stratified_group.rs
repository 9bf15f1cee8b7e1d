//! Whole groups, with class shares as equal as these allow.

use super::group::WholeGroups;
use super::{SchemeInfo, plain};
use crate::error::Result;
use crate::setting::STRATIFY;
use crate::split::context::SplitContext;
use crate::split::resampling::{PlanSetting, Resampling, ScarceClass, Splitter};

pub(super) const INFO: SchemeInfo = SchemeInfo {
    name: "stratified-group",
    form: "stratified-group",
    summary: "whole groups, with class shares as equal as these allow",
    read: |rest| plain("stratified-group", rest, StratifiedGroup),
};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct StratifiedGroup;

impl Resampling for StratifiedGroup {
    fn id(&self) -> String {
        "stratified-group".into()
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[PlanSetting::Group, PlanSetting::Stratify, PlanSetting::TestSize]
    }

    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>> {
        Ok(Box::new(WholeGroups::new(context, true)?))
    }

    fn is_independent(&self) -> bool {
        true
    }

    fn class_advice(&self, class: &ScarceClass) -> String {
        if class.options.stratify.is_none() {
            format!("{} helps, or more groups that have the class", class.larger)
        } else {
            format!("splits by class, without {STRATIFY}, or {} help", class.larger)
        }
    }
}
