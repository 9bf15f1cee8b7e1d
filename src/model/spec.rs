//! `name:param=value,…`: a model as asked for, checked against the registry.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::registry::{self, Alias, ModelInfo, ParamKind};
use crate::error::{Error, Result, Subject};
use crate::names::is_model_name;

/// The value of a parameter, as it stands in a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// What was written, in the registry's names, for telling two settings of one model apart.
    pub text: String,
    /// The name that was written, where it is another program's.
    pub alias: Option<&'static Alias>,
    /// The name that reports and claims have for it, where it was given one.
    pub given: Option<String>,
}

/// The name before `=`, where a model's own name follows, and the rest.
fn named(text: &str) -> (Option<&str>, &str) {
    let model = |rest: &str| registry::find(rest.split(':').next().unwrap_or(rest).trim()).is_some();
    match text.split_once('=') {
        Some((name, rest)) if is_model_name(name.trim()) && model(rest) => (Some(name.trim()), rest.trim()),
        _ => (None, text),
    }
}

impl ModelSpec {
    /// Reads `name` or `name:param=value,…`, names in any case or as other programs have them, with `NAME=` before it or not.
    ///
    /// # Errors
    /// An input error for an unknown model or parameter (with the nearest known one), or a value out
    /// of its range.
    pub fn parse(text: &str) -> Result<Self> {
        let (given, text) = named(text);
        let name = text.split(':').next().unwrap_or(text).trim();
        let read = Self::read(text).map_err(|e| e.about(Subject::Model(name.to_owned())))?;
        Ok(Self { given: given.map(str::to_owned), ..read })
    }

    fn read(text: &str) -> Result<Self> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::model("a model has no name").advise("`randsplit models` lists them"));
        }
        let (info, alias) = registry::find(name).ok_or_else(|| {
            Error::model(match name.split_once(',') {
                Some((model, params)) if registry::find(model.trim()).is_some() => {
                    format!("model '{name}': parameters follow a colon; write {}:{}", model.trim(), params.trim())
                }
                _ => registry::unknown_model(name),
            })
        })?;
        let mut params: Vec<(&'static str, ParamValue)> = info
            .params
            .iter()
            .map(|p| (p.name, p.kind.read(p.default).unwrap_or(ParamValue::Word(p.default.into()))))
            .collect();
        let mut given: Vec<(usize, &str)> = Vec::new();
        for pair in rest.split(',').filter(|p| !p.trim().is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                let word = pair.trim();
                Error::model(match registry::place_of_param(info.params, word).map(|at| &info.params[at]) {
                    Some(p) => format!("model '{text}': '{word}' has no value; write {name}:{}={}", p.name, p.default),
                    None => {
                        let example = info.params.first().map_or("param", |p| p.name);
                        format!("model '{text}': '{word}' is not a parameter; write {name}:{example}=…")
                    }
                })
            })?;
            let (key, value) = (key.trim(), value.trim());
            let at = registry::place_of_param(info.params, key).ok_or_else(|| {
                let what = registry::unknown_param(info.params, key);
                Error::model(format!("model '{name}' has no parameter '{key}'{what}"))
            })?;
            if given.iter().any(|g| g.0 == at) {
                return Err(Error::model(format!("model '{text}': {key} is given twice")).advise("leave one out"));
            }
            given.push((at, value));
            let kind = &info.params[at].kind;
            params[at].1 = kind
                .read(value)
                .ok_or_else(|| Error::model(format!("model '{name}': {key}={value} is not {}", kind.describe())))?;
        }
        // What the name says of a parameter holds where nothing else is said of it.
        for (key, value) in alias.iter().flat_map(|a| a.sets.split_once('=')) {
            let at = registry::place_of_param(info.params, key).filter(|at| !given.iter().any(|g| g.0 == *at));
            if let Some((at, read)) = at.and_then(|at| Some((at, info.params[at].kind.read(value)?))) {
                params[at].1 = read;
                given.insert(0, (at, value));
            }
        }
        let set: Vec<String> = given.iter().map(|(at, value)| format!("{}={value}", info.params[*at].name)).collect();
        let colon = if set.is_empty() { "" } else { ":" };
        Ok(Self { info, params, text: format!("{}{colon}{}", info.name, set.join(",")), alias, given: None })
    }

    /// Models that are parted by commas, as `ridge,forest:n_estimators=10,max_depth=3,knn`: a comma after parameters
    /// begins a new model only where a model's name follows it.
    pub fn split_list(text: &str) -> Vec<&str> {
        let names_model = |item: &str| {
            let name = item.split(':').next().unwrap_or(item);
            !name.contains('=') && registry::find(name.trim()).is_some()
        };
        let mut list: Vec<(usize, usize)> = Vec::new();
        let mut start = 0;
        for item in text.split(',') {
            let end = start + item.len();
            match list.last_mut() {
                // What has no parameters ends at the comma.
                Some(last) if !names_model(item) && (text[last.0..last.1].contains(':') || item.contains('=')) => {
                    last.1 = end;
                }
                _ => list.push((start, end)),
            }
            start = end + 1;
        }
        list.into_iter().map(|(start, end)| text[start..end].trim()).filter(|item| !item.is_empty()).collect()
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
            Self::Count { most } => text.parse().ok().filter(|v| (1..=*most).contains(v)).map(ParamValue::Integer),
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
            Self::Choice(words) => {
                let word = words.iter().find(|word| word.eq_ignore_ascii_case(text))?;
                Some(ParamValue::Word((*word).to_owned()))
            }
            Self::Features => {
                let text = text.to_ascii_lowercase();
                if ["auto", "sqrt", "log2", "all"].contains(&text.as_str()) {
                    return Some(ParamValue::Word(text));
                }
                // scikit-learn's word for all of them.
                if text == "none" {
                    return Some(ParamValue::Word("all".into()));
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
                if text.eq_ignore_ascii_case(word) {
                    return Some(ParamValue::Word((*word).to_owned()));
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
            Self::Count { most } => format!("a whole number from 1 to {most}"),
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
    fn other_programs_names_mean_the_same_model() {
        for (theirs, ours) in [
            ("LinearRegression", "ols"),
            ("Ridge:alpha=2", "ridge:alpha=2"),
            ("RandomForestRegressor:ntree=10,mtry=3", "forest:n_estimators=10,max_features=3"),
            ("random_forest:max_depth=None", "forest:max_depth=None"),
            ("HistGradientBoostingClassifier:max_iter=30,l2_regularization=1", "boost:n_estimators=30,l2=1"),
            ("PoissonRegressor", "glm:power=1"),
            ("GammaRegressor:lambda=0", "glm:power=2,alpha=0"),
            ("TweedieRegressor:power=1.5", "glm:power=1.5"),
            ("K-Nearest-Neighbors:k=3", "knn:n_neighbors=3"),
            ("SVC:c=3,kernel=RBF", "svm:C=3,kernel=RBF"),
            ("svmLinear:cost=2", "svm:kernel=linear,C=2"),
        ] {
            let [a, b] = [theirs, ours].map(|text| ModelSpec::parse(text).unwrap());
            assert_eq!((a.info.name, a.params, a.text.as_str()), (b.info.name, b.params, ours), "{theirs}");
        }
    }

    #[test]
    fn other_programs_names_for_something_else_are_told_apart() {
        let err = |t: &str| ModelSpec::parse(t).unwrap_err().to_string();
        for (text, words) in [
            ("xgboost", "use boost"),
            ("GradientBoostingRegressor", "use boost"),
            ("RidgeCV", "--tune ridge:alpha=0.1,1,10"),
            ("MLPClassifier", "no neural network"),
            ("LogisticRegresion", "did you mean 'logistic'?"),
            ("boost:subsample=0.5", "all rows and columns"),
            ("logistic:penalty=l2", "C=inf for no penalty"),
            ("forest:random_state=1", "--seed"),
            ("forest:n_jobs=4", "--threads"),
            ("tree:ccp_alpha=0.1", "not pruned"),
            ("forest:n_estimator=5", "did you mean 'n_estimators'?"),
        ] {
            assert!(err(text).contains(words), "{text}: {}", err(text));
        }
    }

    #[test]
    fn a_comma_parts_models_where_a_name_follows_it() {
        for (text, list) in [
            ("ridge,lasso", &["ridge", "lasso"][..]),
            ("forest:n_estimators=10,max_depth=3,ridge", &["forest:n_estimators=10,max_depth=3", "ridge"]),
            ("Ridge:alpha=1, lasso:alpha=2,knn", &["Ridge:alpha=1", "lasso:alpha=2", "knn"]),
            ("ridge,rigde", &["ridge", "rigde"]),
            ("ridge,alpha=1", &["ridge,alpha=1"]),
            ("forest:n_estimators=10,rigde", &["forest:n_estimators=10,rigde"]),
            ("ridge:alpha=1", &["ridge:alpha=1"]),
            ("ridge,", &["ridge"]),
        ] {
            assert_eq!(ModelSpec::split_list(text), list, "{text}");
        }
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
        assert!(err("ridge:alpha").contains("'alpha' has no value; write ridge:alpha=1"));
        assert!(err("ridge:0.5").contains("'0.5' is not a parameter; write ridge:alpha=…"));
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
