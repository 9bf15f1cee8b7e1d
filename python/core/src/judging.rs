//! How scores are judged, of an evaluation and of scores that were made elsewhere.

use randsplit::{Allowed, Behaviour, ClaimsFile, Error, Result, Rope};
use serde::Deserialize;

/// Claims, bounds and what counts as equal, each by its keyword.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Judging {
    /// Bounds on the worst split, as `METRIC=BOUND`.
    pub fail_below: Vec<String>,
    /// The same of metrics that are better when lower.
    pub fail_above: Vec<String>,
    /// At which claims are judged that say no other.
    pub confidence: Option<f64>,
    claims: Vec<String>,
    claims_files: Vec<String>,
    allow_failed: Option<String>,
    rope: Vec<String>,
}

impl Judging {
    /// What is claimed, in texts, files and objects with the keys of a behaviour.
    ///
    /// # Errors
    /// An input error that names the place.
    pub fn claims(&self, behaviours: &[serde_json::Value]) -> Result<ClaimsFile> {
        let mut all = ClaimsFile::gathered(&self.claims, &self.claims_files)?;
        for (at, stated) in behaviours.iter().enumerate() {
            let place = format!("behaviours[{at}]");
            let behaviour = Behaviour::from_json(stated, &place)?;
            if all.behaviours.iter().any(|other| other.name == behaviour.name) {
                let text = format!("there are two behaviours '{}'", behaviour.name);
                return Err(Error::claim(text).at(place).advise("rename one"));
            }
            all.behaviours.push(behaviour);
        }
        Ok(all)
    }

    /// How many splits may have no score, where it is said.
    ///
    /// # Errors
    /// An input error for what is neither a number nor a share.
    pub fn allowed(&self) -> Result<Option<Allowed>> {
        let read = |text: &String| text.parse().map_err(|e| Error::setting(format!("allow_failed: {e}")));
        self.allow_failed.as_ref().map(read).transpose()
    }

    /// What counts as equal.
    ///
    /// # Errors
    /// An input error for what is no difference.
    pub fn rope(&self) -> Result<Rope> {
        if self.rope.is_empty() { Ok(Rope::default()) } else { Rope::parse(&self.rope) }
    }
}
