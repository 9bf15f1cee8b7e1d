//! A fitted encoding as a value that is written to a model file and read again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::encode::{Encoder, Fitted};
use super::{FeatureColumn, Features, MISSING};

/// How one column of the features became encoded columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SavedEncoding {
    /// One encoded column: `(x - mean) / scale`, with `fill` in the place of a missing x.
    Number {
        /// What a missing number becomes.
        fill: f64,
        /// What is taken off.
        mean: f64,
        /// What the rest is divided by.
        scale: f64,
    },
    /// One encoded column for each level that the train rows have: 1 in rows of the level, 0 elsewhere.
    OneHot {
        /// For each level, and last for a missing one, the place among the encoded columns of this feature; `null` where no
        /// train row has the level, so that all of them are 0.
        places: Vec<Option<u32>>,
    },
    /// One encoded column: `(value - mean) / scale`, where each level stands for a value.
    Value {
        /// For each level, and last for a missing one.
        values: Vec<f64>,
        /// The value of what is none of these.
        unknown: f64,
        /// What is taken off.
        mean: f64,
        /// What the rest is divided by.
        scale: f64,
    },
}

impl Encoder {
    /// The encoding of features of which none is looked at.
    pub fn none() -> Self {
        Self::of(Vec::new(), 0)
    }

    /// As it is written, part by part.
    pub fn saved(&self) -> Vec<SavedEncoding> {
        let of = |part: &Fitted| match part {
            Fitted::Number { median, mean, scale } => {
                SavedEncoding::Number { fill: *median, mean: *mean, scale: *scale }
            }
            Fitted::OneHot { slot, .. } => {
                SavedEncoding::OneHot { places: slot.iter().map(|s| Some(*s).filter(|s| *s != MISSING)).collect() }
            }
            Fitted::Value { of_level, unknown, mean, scale } => {
                SavedEncoding::Value { values: of_level.clone(), unknown: *unknown, mean: *mean, scale: *scale }
            }
        };
        self.fitted().iter().map(of).collect()
    }

    /// From what was written, for these features; none at all is the encoding of a model that looks at no feature.
    ///
    /// # Errors
    /// In a few words: what does not fit together.
    pub fn restore(saved: &[SavedEncoding], features: &Features) -> Result<Self, String> {
        if saved.is_empty() {
            return Ok(Self::none());
        }
        if saved.len() != features.parts.len() {
            return Err(format!("{} encodings for {} columns", saved.len(), features.parts.len()));
        }
        let scales = |scale: f64| if scale > 0.0 { Ok(scale) } else { Err(format!("a scale of {scale:?}")) };
        let mut width = 0;
        let mut parts = Vec::with_capacity(saved.len());
        for (saved, part) in saved.iter().zip(&features.parts) {
            let (fitted, columns) = match (saved, part) {
                (SavedEncoding::Number { fill, mean, scale }, FeatureColumn::Number { .. }) => {
                    (Fitted::Number { median: *fill, mean: *mean, scale: scales(*scale)? }, 1)
                }
                (SavedEncoding::OneHot { places }, FeatureColumn::Levels { levels, .. })
                    if places.len() == levels.len() + 1 =>
                {
                    let known = || places.iter().flatten();
                    if !known().copied().eq(0..known().count() as u32) {
                        return Err("places of levels that are not 0, 1, 2 …".into());
                    }
                    let slot = places.iter().map(|place| place.unwrap_or(MISSING)).collect();
                    (Fitted::OneHot { slot, width: known().count() }, known().count())
                }
                (SavedEncoding::Value { values, unknown, mean, scale }, FeatureColumn::Levels { levels, .. })
                    if values.len() == levels.len() + 1 =>
                {
                    let of_level = values.clone();
                    (Fitted::Value { of_level, unknown: *unknown, mean: *mean, scale: scales(*scale)? }, 1)
                }
                _ => return Err("an encoding that is not one of its column".into()),
            };
            width += columns;
            parts.push(fitted);
        }
        Ok(Self::of(parts, width))
    }
}
