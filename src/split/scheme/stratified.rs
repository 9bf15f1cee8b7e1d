//! The same share of every class, or of every bin of a number, in both parts.

use super::{SchemeInfo, plain};
use crate::error::{Error, Result};
use crate::setting::{SCHEME, STRATIFY, TEST_SIZE, TRAIN_SIZE};
use crate::split::context::SplitContext;
use crate::split::draw::select;
use crate::split::quota::Shares;
use crate::split::random::stream;
use crate::split::resampling::{PlanSetting, Resampling, ScarceClass, Splitter};
use crate::split::split::Split;
use crate::split::strata::Strata;

pub(super) const INFO: SchemeInfo = SchemeInfo {
    name: "stratified",
    form: "stratified",
    summary: "the same share of every class, or of every bin of a number, in both parts",
    read: |rest| plain("stratified", rest, Stratified),
};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Stratified;

impl Resampling for Stratified {
    fn id(&self) -> String {
        "stratified".into()
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[PlanSetting::Stratify, PlanSetting::TestSize, PlanSetting::TrainSize]
    }

    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>> {
        let (test, train) = context.part_sizes()?;
        let strata = context.strata()?;
        check_strata(context, &strata, train)?;
        let shares = Shares::new(&strata.sizes, test, context.options.train_size.map(|_| train));
        Ok(Box::new(Drawn { strata, shares }))
    }

    fn is_independent(&self) -> bool {
        true
    }

    fn is_free(&self) -> bool {
        true
    }

    fn class_advice(&self, class: &ScarceClass) -> String {
        if class.options.stratify.is_none() {
            format!("{} or more has it in every test part", TEST_SIZE.to(class.of_rows.div_ceil(class.rows)))
        } else {
            format!("splits by class, without {STRATIFY}, or {} help", class.larger)
        }
    }
}

/// Every stratum needs a row for each part.
fn check_strata(context: &SplitContext, strata: &Strata, train: usize) -> Result<()> {
    let (table, options) = (context.table, &context.options);
    let otherwise = match options.stratify {
        Some(_) => format!("leave out {STRATIFY}"),
        None => format!("use {}", SCHEME.to("shuffle")),
    };
    if let Some((name, row)) = strata.lone() {
        let lone = strata.sizes.iter().filter(|s| **s < 2).count();
        let of = options.stratify.as_ref().map_or("class".into(), |column| format!("'{column}'"));
        let place = table.place(context.used[row] as usize);
        return Err(Error::setting(if lone == 1 {
            format!(
                "{}: {of} '{name}' has a single row, {place}, and stratified splits need two; remove that row or {otherwise}",
                table.path
            )
        } else {
            format!(
                "{}: {lone} values of {} have a single row each, the first '{name}' at {place}, and stratified splits need \
                 two; {otherwise}",
                table.path,
                options.stratify.as_ref().map_or("the target".into(), |column| format!("'{column}'"))
            )
        }));
    }
    let count = strata.sizes.len();
    if train < count {
        return Err(Error::setting(format!(
            "{train} train rows cannot hold a row of each of the {count} {}",
            options.stratify.as_ref().map_or("classes".into(), |column| format!("strata of '{column}'"))
        ))
        .at(&table.path)
        .advise(format!(
            "{} or {otherwise}",
            match options.train_size {
                Some(_) => format!("give at least {}", TRAIN_SIZE.to(count)),
                None => format!("give at most {}", TEST_SIZE.to(context.rows() - count)),
            }
        )));
    }
    Ok(())
}

struct Drawn {
    strata: Strata,
    shares: Shares,
}

impl Splitter for Drawn {
    fn draw(&self, seed: u64, k: usize) -> Split {
        let mut rng = stream(seed, k as u64);
        let quotas = self.shares.round(&mut rng);
        select(&mut rng, Some(&self.strata.of_row), self.strata.of_row.len(), &quotas)
    }

    fn strata(&self) -> Option<&Strata> {
        Some(&self.strata)
    }
}
