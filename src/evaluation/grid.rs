//! The settings of grids as models of the run.

use crate::error::Result;
use crate::model::{GridSpec, ModelSpec};
use crate::run::NamedModel;

/// A grid whose settings are among the models, by the places that they have there.
pub struct PlacedGrid {
    text: String,
    base: usize,
    settings: Vec<usize>,
}

/// A grid by the names of its models.
pub struct NamedGrid {
    /// What was asked for.
    pub text: String,
    /// The model that settings are held against.
    pub base: String,
    /// The settings.
    pub settings: Vec<String>,
}

/// Adds the base (the first model of that kind asked for, or else the defaults) and the settings of each grid to
/// the models, where they are not there already.
pub fn add_settings(grids: Vec<GridSpec>, specs: &mut Vec<ModelSpec>) -> Result<Vec<PlacedGrid>> {
    let place = |spec: ModelSpec, specs: &mut Vec<ModelSpec>| {
        let same = |s: &ModelSpec| s.info.name == spec.info.name && s.params == spec.params;
        specs.iter().position(same).unwrap_or_else(|| {
            specs.push(spec);
            specs.len() - 1
        })
    };
    let mut placed = Vec::new();
    for GridSpec { text, settings } in grids {
        let kind = settings[0].info.name;
        let base = match specs.iter().position(|s| s.info.name == kind) {
            Some(at) => at,
            None => place(ModelSpec::parse(kind)?, specs),
        };
        let settings = settings.into_iter().map(|spec| place(spec, specs)).collect();
        placed.push(PlacedGrid { text, base, settings });
    }
    Ok(placed)
}

impl PlacedGrid {
    /// With the names of the run's models, the first of which is the baseline.
    pub fn named(self, models: &[NamedModel]) -> NamedGrid {
        let name = |at: &usize| models[at + 1].name.clone();
        NamedGrid { text: self.text, base: name(&self.base), settings: self.settings.iter().map(name).collect() }
    }
}
