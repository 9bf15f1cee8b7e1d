//! Reading a model file. It may come from a stranger: nothing in it is used before it is checked.

use std::fmt;
use std::path::Path;

use serde::Deserializer;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};

use super::file::{MODEL_SCHEMA, ModelFile, ReadOptions};
use super::known::KnownFeatures;
use crate::data::{LoadOptions, Mark, Task, Thousands};
use crate::error::{Error, Result};
use crate::model::saved::Layout;

/// Reads a document as far as the name of its schema.
struct SchemaName<'a>(&'a mut Option<String>);

impl<'de> Visitor<'de> for SchemaName<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "schema" {
                *self.0 = Some(map.next_value()?);
                // What follows is not looked at.
                return Err(A::Error::custom("found"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Whether a file is a model file, by the name of its schema. One that cannot be read is none, nor is a pipe, which can be
/// read but once.
pub fn is_model_file(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let Ok(file) = std::fs::File::open(path) else { return false };
    let mut schema = None;
    let mut reader = serde_json::Deserializer::from_reader(std::io::BufReader::new(file));
    let _ = reader.deserialize_map(SchemaName(&mut schema));
    schema.is_some_and(|name| name.split('/').next() == MODEL_SCHEMA.split('/').next())
}

impl ModelFile {
    /// Reads and checks a model file.
    ///
    /// # Errors
    /// An input error where the file cannot be read, is of another schema, or is damaged.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read(path)
            .map_err(|e| Error::file(format!("cannot be read: {e}")).at(path.display().to_string()))?;
        Self::from_bytes(&text).map_err(|e| e.within(&path.display().to_string()))
    }

    /// Reads and checks what a model file holds.
    ///
    /// # Errors
    /// As [`ModelFile::read`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let advice = "write it anew with randsplit fit";
        let mut schema = None;
        let _ = serde_json::Deserializer::from_slice(bytes).deserialize_map(SchemaName(&mut schema));
        if let Some(other) = schema.filter(|schema| schema != MODEL_SCHEMA) {
            return Err(Error::report(format!("the schema is '{other}', and {MODEL_SCHEMA} is needed")).advise(advice));
        }
        let file: Self = serde_json::from_slice(bytes)
            .map_err(|e| Error::report(format!("it is not a whole model file ({e})")).advise(advice))?;
        file.check().map_err(|why| Error::report(format!("the model file is damaged: {why}")).advise(advice))?;
        Ok(file)
    }

    /// The features as new rows are read for them.
    ///
    /// # Errors
    /// In a few words: what does not fit together.
    pub(super) fn known(&self) -> std::result::Result<KnownFeatures, String> {
        KnownFeatures::restore(self.features.clone())
    }

    fn check(&self) -> std::result::Result<(), String> {
        let target = &self.target;
        let classes = target.labels.len();
        if (target.task == Task::Classification) != (classes > 0) || classes > u32::MAX as usize {
            return Err("its labels do not suit its task".into());
        }
        if target.positive.as_ref().is_some_and(|positive| classes != 2 || !target.labels.contains(positive)) {
            return Err("its positive label is none of two".into());
        }
        let thresholds = self.ensemble.iter().map(|model| model.threshold).chain([self.threshold]);
        if thresholds.flatten().count() > 0 && target.positive.is_none() {
            return Err("it has a threshold and no positive label".into());
        }
        let known = self.known()?;
        let layout = Layout { features: &known.features, classes };
        self.learned.restore(layout)?;
        for model in &self.ensemble {
            model.learned.restore(layout).map_err(|why| format!("split {}: {why}", model.split))?;
        }
        if let Some(residuals) = &self.residuals {
            if classes > 0 {
                return Err("it has half widths for labels".into());
            }
            residuals.check()?;
        }
        Ok(())
    }
}

impl ReadOptions {
    /// How new rows are read.
    pub fn load_options(&self) -> LoadOptions {
        let first = |text: &Option<String>| text.as_deref().and_then(|text| text.chars().next());
        LoadOptions {
            delimiter: self.delimiter.as_deref().and_then(|d| d.bytes().next()),
            missing: self.na.clone(),
            keep_missing: self.keep_na.clone(),
            decimal: first(&self.decimal).and_then(Mark::from_char),
            thousands: first(&self.thousands).and_then(Thousands::from_char),
            ..LoadOptions::default()
        }
    }
}
