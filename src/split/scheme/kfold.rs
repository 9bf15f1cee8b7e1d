//! Repeated k-fold: repeat r deals the rows anew into K parts, and split k is part k mod K of repeat
//! k div K.

use rand_chacha::ChaCha8Rng;

use super::{Scheme, SchemeInfo};
use crate::data::Target;
use crate::error::{Error, Result};
use crate::setting::{GROUP, SCHEME, STRATIFY};
use crate::split::context::SplitContext;
use crate::split::plan::PlanOptions;
use crate::split::random::{below, shuffle, stream};
use crate::split::resampling::{PlanSetting, Resampling, ScarceClass, Splitter};
use crate::split::split::Split;
use crate::split::strata::Strata;

pub(super) const INFO: SchemeInfo = SchemeInfo {
    name: "kfold",
    form: "kfold:K",
    summary: "repeated K-fold, stratified for classes, by group where groups are given",
    read,
};

fn read(rest: Option<&str>) -> Result<Scheme, String> {
    let folds = rest.ok_or("kfold needs its number of folds, as in kfold:10")?;
    match folds.parse() {
        Ok(folds) if folds >= 2 => Ok(KFold { folds }.into()),
        _ => Err(format!("kfold:{folds} needs a whole number of folds from 2 up, as in kfold:10")),
    }
}

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct KFold {
    /// Number of parts, at least 2.
    pub folds: usize,
}

impl Resampling for KFold {
    fn id(&self) -> String {
        format!("kfold:{}", self.folds)
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[PlanSetting::Group, PlanSetting::Stratify]
    }

    fn check(&self, options: &PlanOptions) -> Result<()> {
        if options.group.is_some() && options.stratify.is_some() {
            return Err(Error::setting(format!("kfold takes {GROUP} or {STRATIFY}, not both"))
                .advise(format!("use {}", SCHEME.to("stratified-group"))));
        }
        Ok(())
    }

    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>> {
        let (folds, rows) = (self.folds, context.rows());
        let groups = context.options.group.as_ref().map(|name| context.groups(name)).transpose()?;
        let units = groups.as_ref().map_or(rows, |g| g.sizes.len());
        if folds > units {
            return Err(Error::setting(format!(
                "kfold:{folds} needs at least {folds} {}, and there are {units}",
                if groups.is_some() { "groups" } else { "rows" }
            ))
            .advise(format!("use at most kfold:{units}")));
        }
        let is_class = matches!(context.target, Target::Classification { .. });
        let stratify = groups.is_none() && (context.options.stratify.is_some() || is_class);
        let strata = if stratify { Some(context.strata()?) } else { None };
        Ok(Box::new(Folds { folds, rows, strata, groups }))
    }

    fn is_free(&self) -> bool {
        true
    }

    fn class_advice(&self, class: &ScarceClass) -> String {
        if class.options.group.is_some() {
            format!("fewer folds help, or {}", SCHEME.to("stratified-group"))
        } else {
            "fewer folds help, or more rows of the class".into()
        }
    }
}

struct Folds {
    folds: usize,
    rows: usize,
    strata: Option<Strata>,
    groups: Option<Strata>,
}

impl Splitter for Folds {
    fn draw(&self, seed: u64, k: usize) -> Split {
        draw(seed, k as u64, self.folds, self.rows, self.strata.as_ref(), self.groups.as_ref())
    }

    fn strata(&self) -> Option<&Strata> {
        self.strata.as_ref()
    }

    fn groups(&self) -> Option<&Strata> {
        self.groups.as_ref()
    }
}

/// Split `k` of `folds`-fold, stratified where strata are given, with whole groups where groups are.
fn draw(seed: u64, k: u64, folds: usize, n: usize, strata: Option<&Strata>, groups: Option<&Strata>) -> Split {
    let mut rng = stream(seed, k / folds as u64);
    let fold = (k % folds as u64) as u32;
    let mut of_row = vec![0u32; n];
    if let Some(groups) = groups {
        // Largest groups first, each to the fold with the fewest rows; random among equals.
        let mut order: Vec<u32> = (0..groups.sizes.len() as u32).collect();
        shuffle(&mut rng, &mut order);
        order.sort_by_key(|g| std::cmp::Reverse(groups.sizes[*g as usize]));
        let mut filled = vec![0usize; folds];
        let mut of_group = vec![0u32; groups.sizes.len()];
        for g in order {
            let least = (0..folds).min_by_key(|f| filled[*f]).unwrap_or(0);
            filled[least] += groups.sizes[g as usize];
            of_group[g as usize] = least as u32;
        }
        // The largest group always came to the first fold: folds of unlike groups are numbered anew.
        if groups.sizes.iter().any(|s| *s != groups.sizes[0]) {
            let mut number: Vec<u32> = (0..folds as u32).collect();
            shuffle(&mut rng, &mut number);
            of_group.iter_mut().for_each(|f| *f = number[*f as usize]);
        }
        (0..n).for_each(|row| of_row[row] = of_group[groups.of_row[row] as usize]);
    } else {
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); strata.map_or(1, |s| s.sizes.len())];
        for row in 0..n {
            members[strata.map_or(0, |s| s.of_row[row] as usize)].push(row as u32);
        }
        deal(&mut rng, &mut members, folds, |row, fold| of_row[row as usize] = fold);
    }
    Split::by(n, |row| of_row[row] == fold)
}

/// Deals rows to folds stratum by stratum, in random order, going on where the last one ended: sizes differ by one at
/// most, overall and within each stratum. Where strata do not go evenly into the folds, the first fold is a random one:
/// the odd rows of a stratum are not always those of the same folds.
pub fn deal(rng: &mut ChaCha8Rng, strata: &mut [Vec<u32>], folds: usize, mut give: impl FnMut(u32, u32)) {
    let even = strata.len() == 1 || strata.iter().all(|rows| rows.len() % folds == 0);
    let mut next = if even { 0 } else { below(rng, folds as u32) };
    for rows in strata {
        shuffle(rng, rows);
        for row in rows {
            give(*row, next);
            next = (next + 1) % folds as u32;
        }
    }
}
