//! What probes have read, for people.

use crate::report::{Model, Named, Report};

/// Readings of a cascade: what they say at each level stands in a line of its own, and in the JSON.
pub const CASCADE: &str = "cascade[";

/// A line about the splits that were probed, where these were not all.
pub fn sampled(report: &Report) -> Option<String> {
    let of = report.plan.done;
    let first = report.config.probe_splits.filter(|first| *first < of)?;
    Some(format!("probes were taken on the first {first} of {of} splits (behaviours on all)"))
}

/// The names of readings as they are shown: of a family such as `importance[…]` those of largest mean size, and
/// how many of it are left out.
pub fn shown(model: &Model, most: usize) -> Vec<(&str, usize)> {
    let family_of = |name: &str| name.split('[').next().unwrap_or(name).to_owned();
    let mut families: Named<Vec<(&str, f64)>> = Named::new();
    for (name, m) in model.probes.iter().filter(|(name, _)| !name.starts_with(CASCADE)) {
        let size = m.mean.map_or(0.0, f64::abs);
        families.entry(family_of(name)).or_default().push((name, size));
    }
    let mut shown = Vec::new();
    for (family, mut names) in families {
        // What was stated or chained is for all to see.
        let whole = family.starts_with("behaviour") || family == "chain";
        let left = if whole { 0 } else { names.len().saturating_sub(most) };
        // Numbered names keep their order; where there are too many, the largest come first.
        if left > 0 {
            names.sort_by(|a, b| b.1.total_cmp(&a.1));
            names.truncate(most);
        }
        let last = names.len() - 1;
        shown.extend(names.iter().enumerate().map(|(i, (name, _))| (*name, if i == last { left } else { 0 })));
    }
    shown
}
