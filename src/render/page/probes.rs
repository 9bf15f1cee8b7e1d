//! What probes have read.

use super::Page;
use super::table::{Column, Row};
use crate::escape::shorten_name;
use crate::render::number::{decimals_of, show, spread_of};
use crate::report::{Model, Named, Report};

/// Readings of one kind that are listed where space is dear.
const READINGS: usize = 12;

/// Readings of a cascade: what they say at each level stands in a line of its own, and in the JSON.
const CASCADE: &str = "cascade[";

/// A line about the splits that were probed, where these were not all.
fn sampled(report: &Report) -> Option<String> {
    let of = report.plan.done;
    let first = report.config.probe_splits.filter(|first| *first < of)?;
    Some(format!("probes were taken on the first {first} of {of} splits (behaviours on all)"))
}

impl Page {
    /// A row for each number that probes have read, and what they conclude.
    pub(super) fn probes(&mut self, report: &Report, model: &Model) {
        let row = |(name, detail): (&str, bool)| {
            let m = model.probes.get(name)?;
            let mut cells = vec![shorten_name(name).into_owned()];
            cells.extend([m.mean, spread_of(m), m.min, m.max].map(|v| show(v, decimals_of(m))));
            let note = match (m.undefined, m.count) {
                (0, _) => String::new(),
                // On none at all is a warning.
                (undefined, 0) => format!("undefined on {undefined}"),
                (undefined, _) => format!("undefined on {undefined}: {}", m.why_undefined()),
            };
            Some(Row { cells, note, detail, bold: false })
        };
        let rows = readings(model).into_iter().filter_map(row).collect();
        let numbers = ["mean", "sd", "least", "most"].map(Column::numbers);
        self.rows([Column::words("probes")].into_iter().chain(numbers).collect(), rows);
        for note in sampled(report).iter().filter(|_| !model.probes.is_empty()).chain(&model.probe_notes) {
            self.sentence(note);
        }
    }
}

/// The names of readings, each with whether it is left out where space is dear: of a family such as `importance[…]`
/// those of largest mean size are not.
fn readings(model: &Model) -> Vec<(&str, bool)> {
    let mut families: Named<Vec<(&str, f64)>> = Named::new();
    for (name, m) in model.probes.iter().filter(|(name, _)| !name.starts_with(CASCADE)) {
        let family = name.split('[').next().unwrap_or(name);
        families.entry(family.to_owned()).or_default().push((name, m.mean.map_or(0.0, f64::abs)));
    }
    let mut readings = Vec::new();
    for (family, mut names) in families {
        // What was stated or chained is for all to see.
        let whole = family.starts_with("behaviour") || family == "chain";
        let most = if whole { usize::MAX } else { READINGS };
        // Numbered names keep their order; where there are too many, the largest come first.
        if names.len() > most {
            names.sort_by(|a, b| b.1.total_cmp(&a.1));
        }
        readings.extend(names.into_iter().enumerate().map(|(i, (name, _))| (name, i >= most)));
    }
    readings
}
