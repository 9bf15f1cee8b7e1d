//! `name:param=value,…`: a model as asked for, checked against the registry.

use serde::{Deserialize, Serialize};

use super::registry::{self, ModelInfo, ParamKind};
use crate::error::{Error, Result, did_you_mean};

/// The value of a parameter, as it stands in a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParamValue {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Integer(u64),
    /// Any finite number.
    Number(f64),
    /// A word, `none` and `inf` among them.
    Word(String),
}

impl std::fmt::Display for ParamValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(v) => write!(f, "{v}"),
            Self::Integer(v) => write!(f, "{v}"),
            Self::Number(v) if *v != 0.0 && v.abs() < 1e-3 => write!(f, "{v:e}"),
            Self::Number(v) => write!(f, "{v}"),
            Self::Word(v) => f.write_str(v),
        }
    }
}

/// A model with all its parameters resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSpec {
    /// The registry's entry.
    pub info: &'static ModelInfo,
    /// Every parameter with its value, in the registry's order.
    pub params: Vec<(&'static str, ParamValue)>,
    /// What was written, for telling two settings of one model apart.
    pub text: String,
}

impl ModelSpec {
    /// Reads `name` or `name:param=value,…`.
    ///
    /// # Errors
    /// An input error for an unknown model or parameter (with the nearest known one), or a value out
    /// of its range.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let info = registry::find(name).ok_or_else(|| {
            let names = || registry::MODELS.iter().map(|m| m.name);
            let near = did_you_mean(name, names());
            let list =
                if near.is_empty() { format!("; there are {}", names().collect::<Vec<_>>().join(", ")) } else { near };
            Error::input(format!("no model '{name}'{list}"))
        })?;
        let mut params: Vec<(&'static str, ParamValue)> = info
            .params
            .iter()
            .map(|p| (p.name, p.kind.read(p.default).unwrap_or(ParamValue::Word(p.default.into()))))
            .collect();
        let mut given = Vec::new();
        for pair in rest.split(',').filter(|p| !p.trim().is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                Error::input(format!("model '{text}': '{pair}' is no parameter; write {name}:param=value,…"))
            })?;
            let (key, value) = (key.trim(), value.trim());
            let at = info.params.iter().position(|p| p.name == key).ok_or_else(|| {
                let names: Vec<&str> = info.params.iter().map(|p| p.name).collect();
                let near = did_you_mean(key, names.iter().copied());
                let list = match (near.is_empty(), names.is_empty()) {
                    (false, _) => near,
                    (true, false) => format!("; it has {}", names.join(", ")),
                    (true, true) => "; it has none".into(),
                };
                Error::input(format!("model '{name}' has no parameter '{key}'{list}"))
            })?;
            if given.contains(&at) {
                return Err(Error::input(format!("model '{text}': {key} is given twice; leave one out")));
            }
            given.push(at);
            let kind = &info.params[at].kind;
            params[at].1 = kind
                .read(value)
                .ok_or_else(|| Error::input(format!("model '{name}': {key}={value} is not {}", kind.describe())))?;
        }
        Ok(Self { info, params, text: text.trim_end_matches(':').to_owned() })
    }

    pub(super) fn get(&self, name: &str) -> &ParamValue {
        &self.params.iter().find(|(n, _)| *n == name).expect("the registry lists the parameter").1
    }

    pub(super) fn number(&self, name: &str) -> f64 {
        match self.get(name) {
            ParamValue::Number(v) => *v,
            ParamValue::Integer(v) => *v as f64,
            _ => f64::INFINITY,
        }
    }

    /// A whole number; `None` for the word `none`.
    pub(super) fn whole(&self, name: &str) -> Option<usize> {
        match self.get(name) {
            ParamValue::Integer(v) => Some(*v as usize),
            _ => None,
        }
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        *self.get(name) == ParamValue::Flag(true)
    }

    pub(super) fn word(&self, name: &str) -> &str {
        match self.get(name) {
            ParamValue::Word(v) => v,
            _ => "",
        }
    }
}

impl ParamKind {
    /// Reads a value of this kind.
    pub fn read(&self, text: &str) -> Option<ParamValue> {
        match self {
            Self::Number { least, above, infinite } => {
                let v: f64 = text.parse().ok()?;
                if v == f64::INFINITY && *infinite {
                    return Some(ParamValue::Word("inf".into()));
                }
                let fits = v.is_finite() && if *above { v > *least } else { v >= *least };
                fits.then_some(ParamValue::Number(v))
            }
            Self::Share => text.parse().ok().filter(|v| (0.0..=1.0).contains(v)).map(ParamValue::Number),
            Self::Power => {
                text.parse().ok().filter(|v: &f64| *v == 0.0 || (1.0..=10.0).contains(v)).map(ParamValue::Number)
            }
            Self::Whole { least } => text.parse().ok().filter(|v| v >= least).map(ParamValue::Integer),
            Self::WholeOrNone { least } => {
                if text.eq_ignore_ascii_case("none") {
                    return Some(ParamValue::Word("none".into()));
                }
                text.parse().ok().filter(|v| v >= least).map(ParamValue::Integer)
            }
            Self::Flag => match text.to_ascii_lowercase().as_str() {
                "true" => Some(ParamValue::Flag(true)),
                "false" => Some(ParamValue::Flag(false)),
                _ => None,
            },
            Self::Choice(words) => words.contains(&text).then(|| ParamValue::Word(text.to_owned())),
            Self::Features => {
                if ["auto", "sqrt", "log2", "all"].contains(&text) {
                    return Some(ParamValue::Word(text.to_owned()));
                }
                // As in scikit-learn 1 is one column and 1.0 is all of them.
                if let Ok(count) = text.parse::<u64>() {
                    return (count > 0).then_some(ParamValue::Integer(count));
                }
                let share = text.parse().ok().filter(|v: &f64| *v > 0.0 && *v <= 1.0)?;
                // As a number the share 1.0 would be shown, and read back, as one column.
                Some(if share == 1.0 { ParamValue::Word("all".into()) } else { ParamValue::Number(share) })
            }
            Self::NumberOr(word) => {
                if text == *word {
                    return Some(ParamValue::Word(text.to_owned()));
                }
                text.parse().ok().filter(|v: &f64| v.is_finite() && *v > 0.0).map(ParamValue::Number)
            }
        }
    }

    /// What values are allowed, for error messages and lists.
    pub fn describe(&self) -> String {
        match self {
            Self::Number { least, above, infinite } => {
                let bound =
                    if *above { format!("a number above {least}") } else { format!("a number from {least} up") };
                if *infinite { format!("{bound}, or inf") } else { bound }
            }
            Self::Share => "a number from 0 to 1".into(),
            Self::Power => "0 or a number from 1 to 10".into(),
            Self::Whole { least } => format!("a whole number from {least} up"),
            Self::WholeOrNone { least } => format!("a whole number from {least} up, or none"),
            Self::Flag => "true or false".into(),
            Self::Choice(words) => words.join(" or "),
            Self::Features => "auto, sqrt, log2, all, a share such as 0.5, or a whole number from 1 up".into(),
            Self::NumberOr(word) => format!("a number above 0, or {word}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_and_defaults_filled_in() {
        let spec = ModelSpec::parse("elastic-net:alpha=0.5").unwrap();
        assert_eq!(spec.number("alpha"), 0.5);
        assert_eq!(spec.number("l1_ratio"), 0.5);
        assert!(spec.flag("fit_intercept"));
        assert_eq!(ModelSpec::parse("tree:max_depth=none").unwrap().whole("max_depth"), None);
        assert_eq!(ModelSpec::parse("logistic:C=inf").unwrap().number("C"), f64::INFINITY);
    }

    #[test]
    fn one_column_and_all_of_them_are_told_apart() {
        let shown = |text: &str| ModelSpec::parse(text).unwrap().get("max_features").to_string();
        assert_eq!(["1", "1.0", "0.5"].map(|f| shown(&format!("forest:max_features={f}"))), ["1", "all", "0.5"]);
    }

    #[test]
    fn values_are_read_back_as_they_are_shown() {
        for m in &registry::MODELS {
            for p in m.params {
                for text in
                    ["1", "1.0", "3", "0.1", "1e-7", "1e300", "0.30000000000000004", "inf", "none", "true", p.default]
                {
                    if let Some(value) = p.kind.read(text) {
                        assert_eq!(p.kind.read(&value.to_string()), Some(value), "{}:{}={text}", m.name, p.name);
                    }
                }
            }
        }
    }

    #[test]
    fn mistakes_are_named() {
        let err = |t: &str| ModelSpec::parse(t).unwrap_err().to_string();
        assert!(err("rigde").contains("did you mean 'ridge'?"));
        assert!(err("ridge:alhpa=1").contains("did you mean 'alpha'?"));
        assert!(err("ridge:alpha=-1").contains("a number from 0 up"));
        assert!(err("ridge:alpha").contains("param=value"));
        assert!(err("baseline:x=1").contains("it has none"));
        assert!(err("knn:n_neighbors=0").contains("from 1 up"));
    }

    #[test]
    fn every_default_is_a_value_of_its_kind() {
        for m in &registry::MODELS {
            for p in m.params {
                assert!(p.kind.read(p.default).is_some(), "{}:{}={}", m.name, p.name, p.default);
            }
        }
    }
}
