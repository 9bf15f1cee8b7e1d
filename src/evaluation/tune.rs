//! Tuned models: grids among whose settings every split chooses.

use crate::data::Task;
use crate::error::{Error, Result};
use crate::metric::{Direction, NamedMetric};
use crate::model::{GridSpec, ModelSpec, ParamValue, registry};
use crate::report::Tuning;
use crate::run::{Candidate, NamedModel, Tuned};
use crate::setting::{METRIC, TUNE};

/// The grids as models named `tuned-` and their kind, or the whole text where that is not unique.
///
/// # Errors
/// An input error for a grid that is given twice, and for a primary metric that has no better or worse.
pub fn tuned_models(grids: Vec<GridSpec>, task: Task, metrics: &[NamedMetric]) -> Result<Vec<NamedModel>> {
    if let (Some(grid), Some(metric)) = (grids.first(), metrics.first().filter(|m| m.direction == Direction::None)) {
        return Err(Error::setting(format!(
            "{} cannot choose by {}, which is neither better when higher nor when lower",
            TUNE.to(&grid.text),
            metric.name
        ))
        .about(TUNE)
        .advise(format!("give another {METRIC} first")));
    }
    let params = |grid: &GridSpec| grid.settings.iter().map(|s| s.params.clone()).collect::<Vec<_>>();
    for (i, grid) in grids.iter().enumerate() {
        if grids[..i].iter().any(|other| other.kind() == grid.kind() && params(other) == params(grid)) {
            return Err(Error::setting(format!("{} is given twice", TUNE.to(&grid.text)))
                .about(TUNE)
                .advise("leave one out"));
        }
    }
    let kinds: Vec<&str> = grids.iter().map(GridSpec::kind).collect();
    let tuned = |grid: GridSpec| {
        let kind = grid.kind();
        let unique = kinds.iter().filter(|other| **other == kind).count() == 1;
        let name = format!("tuned-{}", if unique { kind } else { &grid.text });
        let first = grid.settings[0].clone();
        let fixed = grid.fixed();
        let setting = |spec: ModelSpec| {
            Ok(Candidate { name: setting_name(&spec, &fixed), learner: registry::build(&spec, task)?, spec })
        };
        let learner = registry::build(&first, task)?;
        let settings = grid.settings.into_iter().map(setting).collect::<Result<_>>()?;
        Ok(NamedModel {
            name,
            spec: Some(first),
            learner: learner.into(),
            tuned: Some(Tuned { grid: grid.text, settings }),
        })
    };
    grids.into_iter().map(tuned).collect()
}

/// What a setting sets that others do not, in the order of its text.
fn setting_name(spec: &ModelSpec, fixed: &[(&'static str, ParamValue)]) -> String {
    let set = spec.text.split_once(':').map_or("", |(_, set)| set);
    let varies = |item: &&str| !fixed.iter().any(|(name, _)| item.split('=').next() == Some(name));
    set.split(',').filter(varies).collect::<Vec<_>>().join(",")
}

/// The grid of a tuned model in a report, all parameters as they were.
///
/// # Errors
/// An input error where the report says things that this version does not know.
pub fn reopened(tuning: &Tuning) -> Result<GridSpec> {
    let kind = tuning.grid.split(':').next().unwrap_or_default();
    let setting = |s: &crate::report::TunedSetting| {
        let params: Vec<String> = s.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let spec = ModelSpec::parse(&format!("{kind}:{}", params.join(",")))?;
        Ok(ModelSpec { text: format!("{kind}:{}", s.name), ..spec })
    };
    let settings = tuning.settings.iter().map(setting).collect::<Result<Vec<_>>>()?;
    if settings.is_empty() {
        return Err(
            Error::setting("the report's tuned model has no settings").advise("write it anew with randsplit eval")
        );
    }
    Ok(GridSpec { text: tuning.grid.clone(), settings })
}
