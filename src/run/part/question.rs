//! What was asked, as far as it decides what comes of a split.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that decides what comes of split k, by name: the version, the data, the plan but for its number of
/// splits, models, metrics and probes. Claims and the number of splits are asked of all splits together, and are not in
/// it: what was done for some of them is good for others.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Question(IndexMap<String, Value>);

impl Question {
    /// Adds what decides. What cannot be written as JSON is not compared.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.0.insert(name.into(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }

    /// What it says of one thing.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The same without some of the things.
    #[cfg(feature = "cli")]
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| !names.contains(&name.as_str()));
        self
    }

    /// The first thing in which another question differs, in words; `None` where they are the same.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let names = self.0.keys().chain(other.0.keys());
        let [mine, theirs] = [self, other].map(|question| move |name: &String| question.get(name));
        let name = names.into_iter().find(|name| mine(name) != theirs(name))?;
        let words = name.replace('_', " ");
        let shown = |value: Option<&Value>| match value {
            None | Some(Value::Null) => Some("not given".to_owned()),
            Some(Value::String(text)) => Some(text.clone()),
            Some(value @ (Value::Bool(_) | Value::Number(_))) => Some(value.to_string()),
            Some(Value::Array(_) | Value::Object(_)) => None,
        };
        Some(match (shown(mine(name)), shown(theirs(name))) {
            (Some(mine), Some(theirs)) => format!("{words} is {mine} in one and {theirs} in the other"),
            _ => format!("they differ in {words}"),
        })
    }
}
