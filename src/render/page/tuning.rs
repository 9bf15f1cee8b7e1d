//! What the splits of a tuned model have chosen, in words.

use crate::render::number::{decimals_of, percent, show};
use crate::report::{Model, TunedSetting};

/// Settings that are listed by name.
const LISTED: usize = 4;

/// What was chosen, and how much better the inner scores looked, in two sentences.
pub(super) fn tuning_lines(model: &Model) -> Vec<String> {
    let Some(tuning) = &model.tuning else { return Vec::new() };
    let mut picked: Vec<&TunedSetting> = tuning.settings.iter().filter(|s| s.picked > 0.0).collect();
    picked.sort_by(|a, b| b.picked.total_cmp(&a.picked));
    let list: Vec<String> =
        picked.iter().take(LISTED).map(|s| format!("{} on {}", s.name, percent(s.picked))).collect();
    let more = picked.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(", {more} more on the others") } else { String::new() };
    let mut lines = vec![format!(
        "tuned by {} inner folds of each split's train rows, best mean {} of {} settings: {}{more}",
        tuning.folds,
        tuning.metric,
        tuning.settings.len(),
        list.join(", ")
    )];
    let failed: Vec<String> = tuning
        .settings
        .iter()
        .filter(|s| s.failed > 0.0)
        .take(LISTED)
        .map(|s| format!("{} on {}", s.name, percent(s.failed)))
        .collect();
    if !failed.is_empty() {
        lines.push(format!(
            "could not be picked, for want of a fit or a score on some inner fold: {}",
            failed.join(", ")
        ));
    }
    if let (Some(inner), Some(optimism)) = (tuning.inner_mean, tuning.optimism) {
        let d = model.metrics.get(&tuning.metric).map_or(4, decimals_of);
        lines.push(format!(
            "inner {} of the picked settings: {} on average, {} {} than on the test rows",
            tuning.metric,
            show(Some(inner), d),
            show(Some(optimism.abs()), d),
            if optimism < 0.0 { "worse" } else { "better" }
        ));
    }
    lines
}
