//! The keys of a behaviour in a claims file.

use toml::{Table, Value};

use super::{BEHAVIOURS, BehaviourInfo};
use crate::error::{Error, Result, suggestion_or_all};
use crate::toml_file::{check_keys, number};

/// A table of a file, with the words for messages.
pub(crate) struct Reader<'t> {
    pub table: &'t Table,
    pub place: String,
}

impl<'t> Reader<'t> {
    pub fn new(table: &'t Table, place: impl Into<String>) -> Self {
        Self { table, place: place.into() }
    }

    pub fn wrong<T>(&self, what: impl std::fmt::Display) -> Result<T> {
        Err(Error::claim(what.to_string()).at(&self.place))
    }

    pub fn text(&self, key: &str) -> Result<Option<String>> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => self.wrong(format!("{key} = {other} must be a string; put it in quotes")),
        }
    }

    pub fn needed(&self, key: &str, example: &str) -> Result<String> {
        match self.text(key)? {
            Some(text) => Ok(text),
            None => self.wrong(format!("there is no {key}; add one such as {key} = {example}")),
        }
    }

    pub fn number(&self, key: &str) -> Result<Option<f64>> {
        match self.table.get(key) {
            None => Ok(None),
            Some(value) => match number(value) {
                Some(v) => Ok(Some(v)),
                None => self.wrong(format!("{key} = {value} must be a number")),
            },
        }
    }

    /// A number from `least` up to `most`.
    pub fn bounded(&self, key: &str, least: f64, most: f64) -> Result<Option<f64>> {
        match self.number(key)? {
            Some(v) if !(v >= least && v <= most) => {
                let upto = if most.is_finite() { format!(" to {most}") } else { " up".into() };
                self.wrong(format!("{key} = {v} is not from {least}{upto}"))
            }
            v => Ok(v),
        }
    }

    pub fn whole(&self, key: &str) -> Result<Option<usize>> {
        match self.number(key)? {
            Some(v) if v < 0.0 || v.fract() != 0.0 || v > f64::from(u32::MAX) => {
                self.wrong(format!("{key} = {v} is not a whole number from 0 up"))
            }
            v => Ok(v.map(|v| v as usize)),
        }
    }

    /// One of the words of a list.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<T> {
        let list = || choices.iter().map(|c| c.0);
        let text = self.needed(key, &format!("\"{}\"", choices[0].0))?;
        match choices.iter().find(|c| c.0 == text) {
            Some((_, choice)) => Ok(*choice),
            None => self.wrong(format!("no {key} '{text}'{}", suggestion_or_all(&text, list))),
        }
    }

    /// The kind that the table names, once all its keys are known ones.
    pub fn kind(&self) -> Result<&'static BehaviourInfo> {
        let name = self.needed("test", "\"direction\"")?;
        let Some(kind) = BEHAVIOURS.iter().find(|kind| kind.name == name) else {
            let list = suggestion_or_all(&name, || BEHAVIOURS.iter().map(|kind| kind.name));
            return self.wrong(format!("no test '{name}'{list}"));
        };
        let own = kind.keys.iter().map(|key| key.name);
        let keys: Vec<&str> = ["name", "why", "test", "expr", "confidence"].into_iter().chain(own).collect();
        check_keys(self.table, &keys, &self.place)?;
        Ok(kind)
    }

    /// A range of which one end is needed.
    pub fn range(&self) -> Result<[Option<f64>; 2]> {
        let ends = [self.number("at_least")?, self.number("at_most")?];
        match ends {
            [Some(low), Some(high)] if low > high => {
                self.wrong(format!("at_least = {low} is above at_most = {high}; nothing can be both"))
            }
            ends => Ok(ends),
        }
    }

    /// The claim about the reading: `expr`, where it is given, or the usual one. `keys` make the usual one.
    pub fn asked(&self, keys: &[&str], usual: impl FnOnce() -> Result<String>) -> Result<String> {
        let Some(expr) = self.text("expr")? else { return usual() };
        match keys.iter().find(|key| self.table.contains_key(**key)) {
            Some(key) => self.wrong(format!("{key} and expr both say what is asked; leave one out")),
            None => Ok(expr),
        }
    }

    /// A share of rows that is asked of the worst split.
    pub fn asked_share(&self, reading: &str) -> Result<String> {
        self.asked(&["share"], || {
            Ok(format!("worst({reading}) >= {}", self.bounded("share", 0.0, 1.0)?.unwrap_or(1.0)))
        })
    }
}
