//! `name:param=value,…`: a probe as asked for, checked against the registry.

use super::registry::{PROBES, ProbeInfo};
use crate::error::{Error, Result, Subject, did_you_mean, suggestion_or_list};
use crate::model::ParamValue;
use crate::model::registry::ParamInfo;
use crate::setting::PROBE;

/// A probe as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeSpec {
    /// The registry's entry.
    pub info: &'static ProbeInfo,
    /// Every parameter with its value.
    pub params: Vec<(&'static str, ParamValue)>,
    /// The shares (or levels of noise), ascending, of a probe that takes some.
    pub shares: Vec<f64>,
    /// The column of a probe that is of one.
    pub column: Option<String>,
    /// Whether `all` asked for it, so that it need not suit the task and every model.
    pub among_all: bool,
}

impl ProbeSpec {
    /// Reads what was asked for: `name`, `name:param=value,…` or `all`; a probe that is also named keeps the
    /// parameters given there.
    ///
    /// # Errors
    /// An input error for an unknown probe or parameter (with the nearest known one), a value out of its
    /// range, or a probe that is named twice.
    pub fn parse_all(texts: &[String]) -> Result<Vec<Self>> {
        let mut specs: Vec<Self> = Vec::new();
        for text in texts.iter().filter(|t| t.trim() != "all") {
            let spec = Self::parse(text.trim())?;
            if specs.iter().any(|other| other.info.name == spec.info.name && other.column == spec.column) {
                return Err(
                    Error::probe(format!("{} is given twice", PROBE.to(spec.info.name))).advise("leave one out")
                );
            }
            specs.push(spec);
        }
        if texts.iter().any(|t| t.trim() == "all") {
            for info in PROBES.iter().filter(|info| !info.of_column && !info.names_column) {
                if !specs.iter().any(|s| s.info.name == info.name) {
                    specs.push(Self { among_all: true, ..Self::parse(info.name)? });
                }
            }
        }
        // In the registry's order, whatever order they were asked for in.
        specs.sort_by_key(|s| PROBES.iter().position(|p| p.name == s.info.name));
        Ok(specs)
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let name = text.split(':').next().unwrap_or(text);
        Self::read(text).map_err(|e| e.about(Subject::Probe(name.to_owned())))
    }

    fn read(text: &str) -> Result<Self> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let info = PROBES.iter().find(|p| p.name == name).ok_or_else(|| {
            let near = did_you_mean(name, PROBES.iter().map(|p| p.name).chain(["all"]));
            Error::probe(format!("no probe '{name}'{near}")).advise("`randsplit probes` lists them")
        })?;
        let read = |p: &ParamInfo| (p.name, p.kind.read(p.default).unwrap_or(ParamValue::Word(p.default.into())));
        let mut params: Vec<(&'static str, ParamValue)> = info.params.iter().map(read).collect();
        let (mut shares, mut column) = (Vec::new(), None);
        let mut rest = rest;
        if info.of_column {
            let (name, levels) = column_and_levels(rest);
            column = (!name.is_empty()).then(|| name.to_owned());
            rest = levels;
        } else if info.names_column {
            let (name, params) = column_and_params(rest, info.params);
            column = (!name.is_empty()).then(|| name.to_owned());
            rest = params;
        }
        for item in rest.split(',').map(str::trim).filter(|i| !i.is_empty()) {
            match (item.split_once('='), info.shares) {
                (None, Some(_)) if info.of_column => shares.extend(noise(name, item)?),
                (None, Some(_)) => shares.push(share(name, item)?),
                (None, None) => {
                    let example = info.params.first().map_or(name.into(), |p| format!("{name}:{}=…", p.name));
                    return Err(Error::probe(format!("probe '{text}': '{item}' is not a parameter"))
                        .advise(format!("write {example}")));
                }
                (Some((key, value)), _) => {
                    let (key, value) = (key.trim(), value.trim());
                    let at = info.params.iter().position(|p| p.name == key).ok_or_else(|| {
                        let near = if info.params.is_empty() {
                            "; it has none".into()
                        } else {
                            suggestion_or_list(key, || info.params.iter().map(|p| p.name))
                        };
                        Error::probe(format!("probe '{name}' has no parameter '{key}'{near}"))
                    })?;
                    let kind = &info.params[at].kind;
                    params[at].1 = kind.read(value).ok_or_else(|| {
                        Error::probe(format!("probe '{name}': {key}={value} is not {}", kind.describe()))
                    })?;
                }
            }
        }
        if let Some(default) = info.shares {
            if info.of_column {
                if column.is_none() {
                    let text = format!("probe '{name}' is of a column: name it, as in {name}:COLUMN,{default}");
                    return Err(Error::probe(text));
                }
                if shares.is_empty() {
                    shares = noise(name, default)?;
                }
                // What is changed is held against what is not.
                shares.push(0.0);
            } else if shares.is_empty() {
                shares = default.split(',').map(|s| share(name, s)).collect::<Result<_>>()?;
            }
            shares.sort_by(f64::total_cmp);
            shares.dedup();
        }
        Ok(Self { info, params, shares, column, among_all: false })
    }

    pub(super) fn whole(&self, name: &str) -> usize {
        match self.params.iter().find(|(n, _)| *n == name) {
            Some((_, ParamValue::Integer(v))) => usize::try_from(*v).unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    pub fn number(&self, name: &str) -> f64 {
        match self.params.iter().find(|(n, _)| *n == name) {
            Some((_, ParamValue::Number(v))) => *v,
            _ => 0.0,
        }
    }
}

fn share(name: &str, text: &str) -> Result<f64> {
    let fits = |v: &f64| *v > 0.0 && *v <= 1.0;
    text.parse().ok().filter(fits).ok_or_else(|| {
        Error::probe(format!("probe '{name}': '{text}' is not a share above 0 and up to 1, as in {name}:0.1,0.3,1.0"))
    })
}

/// What stands before the parameters is the column, whatever signs its name has.
fn column_and_params<'t>(text: &'t str, params: &[ParamInfo]) -> (&'t str, &'t str) {
    let is_param =
        |item: &str| item.split_once('=').is_some_and(|(key, _)| params.iter().any(|p| p.name == key.trim()));
    let mut start = text.len();
    loop {
        let before = text[..start].trim_end_matches(',');
        let from = before.rfind(',').map_or(0, |comma| comma + 1);
        if start == 0 || !is_param(&before[from..]) {
            return (text[..start].trim_end_matches(',').trim(), &text[start..]);
        }
        start = from;
    }
}

/// What stands before the levels of noise is the column, whatever signs its name has.
fn column_and_levels(text: &str) -> (&str, &str) {
    let is_level = |item: &str| item.trim().starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    let mut end = text.len();
    while let Some(comma) = text[..end].rfind(',') {
        if !is_level(&text[comma + 1..end]) {
            break;
        }
        end = comma;
    }
    (text[..end].trim(), text[end..].trim_start_matches(','))
}

/// Steps of a range of noise.
const STEPS: usize = 5;

/// Reads a level of noise, or a range `from..to`, which is walked in five equal steps.
fn noise(name: &str, text: &str) -> Result<Vec<f64>> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|v| *v >= 0.0 && v.is_finite());
    let range = match text.split_once("..") {
        None => number(text).map(|v| vec![v]),
        Some((from, to)) => match (number(from), number(to)) {
            (Some(from), Some(to)) if to > from => {
                let at = |i: usize| from + (to - from) * i as f64 / STEPS as f64;
                // Rounding should not show in names.
                let tidy = |v: f64| format!("{v:.12}").parse().unwrap_or(v);
                Some((0..=STEPS).map(|i| tidy(at(i))).collect())
            }
            _ => None,
        },
    };
    range.ok_or_else(|| {
        Error::probe(format!("probe '{name}': '{text}' is neither a level of noise from 0 up nor a range"))
            .advise("write 0.2 or 0..0.5")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(texts: &[&str]) -> Result<Vec<ProbeSpec>> {
        ProbeSpec::parse_all(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn parameters_are_read_and_all_adds_the_rest() {
        let specs = parse(&["all", "importance:repeats=20"]).unwrap();
        assert_eq!(specs.len(), PROBES.iter().filter(|p| !p.of_column && !p.names_column).count());
        let importance = specs.iter().find(|s| s.info.name == "importance").unwrap();
        assert!((importance.whole("repeats"), importance.among_all) == (20, false) && specs[0].among_all);
        assert_eq!(parse(&["learning:1,0.2"]).unwrap()[0].shares, [0.2, 1.0]);
        assert_eq!(parse(&["learning"]).unwrap()[0].shares, [0.1, 0.3, 1.0]);
        let specs = parse(&["cascade:x,0..0.3,2", "cascade:z"]).unwrap();
        assert_eq!(parse(&["cascade:g=h, i,0.1"]).unwrap()[0].column.as_deref(), Some("g=h, i"));
        let [x, z] = [0, 1].map(|i| (specs[i].column.as_deref(), specs[i].shares.as_slice()));
        assert_eq!(x, (Some("x"), &[0.0, 0.06, 0.12, 0.18, 0.24, 0.3, 2.0][..]));
        assert_eq!(z, (Some("z"), &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5][..]));
    }

    #[test]
    fn a_column_may_stand_before_the_parameters() {
        let read = |text: &str| {
            let spec = parse(&[text]).unwrap().remove(0);
            (spec.column.clone().unwrap_or_default(), spec.whole("top"), spec.whole("rows"))
        };
        assert_eq!(read("partial-dependence"), (String::new(), 8, 500));
        assert_eq!(read("partial-dependence:top=3"), (String::new(), 3, 500));
        assert_eq!(read("partial-dependence:rows=20,top=3"), (String::new(), 3, 20));
        assert_eq!(read("partial-dependence:bmi"), ("bmi".into(), 8, 500));
        assert_eq!(read("partial-dependence:a=b, c,rows=9"), ("a=b, c".into(), 8, 9));
        assert_eq!(parse(&["partial-dependence:x", "partial-dependence:z"]).unwrap().len(), 2);
        assert!(!parse(&["all"]).unwrap().iter().any(|spec| spec.info.name == "partial-dependence"));
    }

    #[test]
    fn mistakes_are_named() {
        let err = |t: &[&str]| parse(t).unwrap_err().to_string();
        assert!(err(&["importence"]).contains("did you mean 'importance'?"));
        assert!(err(&["shap:row=3"]).contains("did you mean 'rows'?"));
        assert!(err(&["shap:rows=0"]).contains("from 1 up"));
        assert!(err(&["learning:1.5"]).contains("a share above 0"));
        assert!(err(&["gap", "gap"]).contains("twice"));
        assert!(err(&["gap:x=1"]).contains("it has none"));
        assert!(err(&["cascade"]).contains("of a column: name it, as in cascade:COLUMN,0..0.5"));
        assert!(err(&["cascade:x,0.5..0.1"]).contains("neither a level of noise"));
        assert!(err(&["cascade:x", "cascade:x,0.3"]).contains("twice"));
        assert!(err(&["partial-dependence:x", "partial-dependence:x,rows=3"]).contains("twice"));
        assert!(err(&["importance:5"]).contains("importance:repeats="));
    }
}
