//! `name:param=value,value,…`: a model with several settings.

use super::spec::{ModelSpec, ParamValue};
use crate::error::{Error, Result};
use crate::setting::Setting;

/// The most settings of one grid: each is fitted on every split.
const MOST: usize = 1000;

/// All combinations of the values given for each parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct GridSpec {
    /// What was written.
    pub text: String,
    /// The settings, the last parameter varying fastest.
    pub settings: Vec<ModelSpec>,
}

impl GridSpec {
    /// Reads `name:param=value,value,param=value,…`, as the setting gives it; a value without a name is another one of the
    /// parameter before it.
    ///
    /// # Errors
    /// An input error for an unknown model or parameter, a value out of its range or given twice, and a grid of
    /// one setting.
    pub fn parse(setting: Setting, text: &str) -> Result<Self> {
        Self::read(setting, text).map_err(|e| e.about(setting))
    }

    fn read(setting: Setting, text: &str) -> Result<Self> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let said = setting.to(text);
        let mut axes: Vec<(&str, Vec<&str>)> = Vec::new();
        for item in rest.split(',').map(str::trim).filter(|i| !i.is_empty()) {
            match (item.split_once('='), axes.last_mut()) {
                (Some((key, value)), _) => axes.push((key.trim(), vec![value.trim()])),
                (None, Some((_, values))) => values.push(item),
                (None, None) => {
                    return Err(Error::model(format!("{said}: '{item}' belongs to no parameter"))
                        .advise(format!("write {name}:param=value,value,…")));
                }
            }
        }
        let count = axes.iter().fold(1usize, |n, (_, values)| n.saturating_mul(values.len()));
        if count > MOST {
            return Err(Error::model(format!("{said} has {count} settings")).advise(format!("give at most {MOST}")));
        }
        let mut texts = vec![String::new()];
        for (key, values) in &axes {
            let longer = |head: &String| {
                let comma = if head.is_empty() { "" } else { "," };
                values.iter().map(move |v| format!("{head}{comma}{key}={v}")).collect::<Vec<_>>()
            };
            texts = texts.iter().flat_map(longer).collect();
        }
        let settings = texts.iter().map(|t| ModelSpec::parse(&format!("{name}:{t}"))).collect::<Result<Vec<_>>>()?;
        if count < 2 {
            return Err(Error::model(format!("{said} has one setting"))
                .advise("give a parameter several values, as in ridge:alpha=0.1,1,10"));
        }
        for (i, setting) in settings.iter().enumerate() {
            if settings[..i].iter().any(|other| other.params == setting.params) {
                return Err(Error::model(format!("{said}: {} is there twice", setting.text)).advise("leave one out"));
            }
        }
        Ok(Self { text: text.to_owned(), settings })
    }

    /// The kind of model.
    pub fn kind(&self) -> &'static str {
        self.settings[0].info.name
    }

    /// The parameters that are the same in all settings.
    pub fn fixed(&self) -> Vec<(&'static str, ParamValue)> {
        let first = &self.settings[0];
        let same = |at: usize| self.settings.iter().all(|s| s.params[at] == first.params[at]);
        (0..first.params.len()).filter(|at| same(*at)).map(|at| first.params[at].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_combined_in_order() {
        let grid = GridSpec::parse(crate::setting::GRID, "elastic-net:alpha=0.1,1,l1_ratio=0.2,0.5,0.8").unwrap();
        let texts: Vec<&str> = grid.settings.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts.len(), 6);
        assert_eq!(texts[1], "elastic-net:alpha=0.1,l1_ratio=0.5");
    }

    #[test]
    fn mistakes_are_named() {
        let err = |t: &str| GridSpec::parse(crate::setting::TUNE, t).unwrap_err().to_string();
        assert!(err("rigde:alpha=1,2").contains("did you mean 'ridge'?"));
        assert!(err("ridge:alhpa=1,2").contains("did you mean 'alpha'?"));
        assert!(err("ridge:alpha=1,-2").contains("a number from 0 up"));
        assert!(err("ridge:alpha=1,1.0").contains("twice"));
        assert!(
            err("ridge:alpha=1").starts_with("--tune ridge:alpha=1 has one setting; give a parameter several values")
        );
        assert!(err("ridge:1,2").contains("belongs to no parameter"));
    }
}
