//! `python:FILE:NAME`, `worker:COMMAND`, `cmd:COMMAND`: a model of the user's own as it is written.

use std::path::Path;

use crate::error::{Error, Result};
use crate::names::is_model_name;

/// Where a model of the user's own comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExternalKind {
    /// A Python file or module, and what of it makes the model; `model` or `make_model` where none is named.
    Python {
        /// A path that ends in `.py`, or the name of a module.
        source: String,
        /// A factory, a class, an estimator or a function.
        name: Option<String>,
    },
    /// A program that speaks the protocol of workers; its words.
    Worker(Vec<String>),
    /// A program that is run for each split, with places in its words for files; its words.
    Command(Vec<String>),
}

/// A model of the user's own, as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalSpec {
    /// The name that reports and claims have for it.
    pub name: String,
    /// Where it comes from.
    pub kind: ExternalKind,
    /// What was written.
    pub text: String,
}

/// The words that such a model begins with.
const KINDS: [&str; 3] = ["python", "worker", "cmd"];

/// The name before `=`, where there is one, and the rest.
fn named(text: &str) -> (Option<&str>, &str) {
    match text.split_once('=') {
        Some((name, rest)) if is_model_name(name) && kind_of(rest).is_some() => (Some(name), rest),
        _ => (None, text),
    }
}

fn kind_of(text: &str) -> Option<(&'static str, &str)> {
    let (kind, rest) = text.split_once(':')?;
    KINDS.iter().find(|k| **k == kind).map(|k| (*k, rest))
}

/// The text with what no name has as `_`.
fn as_name(text: &str) -> String {
    let name: String = text.chars().map(|c| if is_model_name(&format!("a{c}")) { c } else { '_' }).collect();
    if is_model_name(&name) { name } else { format!("model_{name}") }
}

/// The name of a file without folder and ending.
fn stem(path: &str) -> &str {
    // Also of a path that was written on another system.
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path)
}

impl ExternalSpec {
    /// Whether a model is written so: `python:…`, `worker:…` or `cmd:…`, with `NAME=` before it or not.
    pub fn is_one(text: &str) -> bool {
        kind_of(named(text).1).is_some()
    }

    /// Reads `python:FILE:NAME`, `worker:COMMAND` or `cmd:COMMAND`, each with `NAME=` before it or not.
    ///
    /// # Errors
    /// An input error that says what is missing.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, rest) = named(text.trim());
        let wrong = |why: &str, advice: &str| Err(Error::model(format!("model '{text}': {why}")).advise(advice));
        let Some((kind, what)) = kind_of(rest) else {
            return wrong("it is none of python:, worker: and cmd:", "write python:train.py:make_model, for example");
        };
        if what.trim().is_empty() {
            return wrong("nothing follows the colon", "name a file or a command");
        }
        let (kind, usual) = match kind {
            "python" => {
                // A drive of Windows has a colon too.
                let (source, of) = match what.rsplit_once(':') {
                    Some((source, of)) if source.len() > 1 && !of.contains(['/', '\\']) => (source, Some(of)),
                    _ => (what, None),
                };
                let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
                if let Some(of) = of.filter(|of| of.is_empty() || !of.chars().all(plain)) {
                    return wrong(&format!("'{of}' is no name of Python's"), "write python:train.py:make_model");
                }
                let usual = of.unwrap_or_else(|| stem(source).rsplit('.').next().unwrap_or("python"));
                (ExternalKind::Python { source: source.to_owned(), name: of.map(str::to_owned) }, as_name(usual))
            }
            other => {
                let Some(words) = shlex::split(what).filter(|words| !words.is_empty()) else {
                    return wrong("its quotes do not match", "close each quote");
                };
                let of_file = |word: &&String| !word.contains('{') && Path::new(word).extension().is_some();
                let usual = as_name(stem(words.iter().find(of_file).unwrap_or(&words[0])));
                if other == "worker" {
                    (ExternalKind::Worker(words), usual)
                } else {
                    for place in ["{train}", "{test}", "{out}"] {
                        if !words.iter().any(|word| word.contains(place)) {
                            return wrong(
                                &format!("{place} is nowhere in the command"),
                                "write cmd:'Rscript fit.R {train} {test} {out}', for example",
                            );
                        }
                    }
                    (ExternalKind::Command(words), usual)
                }
            }
        };
        let name = name.map_or(usual, str::to_owned);
        Ok(Self { name, kind, text: rest.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_and_kind(text: &str) -> (String, ExternalKind) {
        let spec = ExternalSpec::parse(text).unwrap();
        (spec.name, spec.kind)
    }

    fn python(source: &str, name: Option<&str>) -> ExternalKind {
        ExternalKind::Python { source: source.into(), name: name.map(str::to_owned) }
    }

    #[test]
    fn python_models_are_named_by_what_makes_them() {
        let of = name_and_kind;
        assert_eq!(of("python:train.py:make_svr"), ("make_svr".into(), python("train.py", Some("make_svr"))));
        assert_eq!(of("python:a/train.py"), ("train".into(), python("a/train.py", None)));
        assert_eq!(of("svr=python:pkg.models:Net"), ("svr".into(), python("pkg.models", Some("Net"))));
        assert_eq!(of(r"python:C:\x\train.py"), ("train".into(), python(r"C:\x\train.py", None)));
        assert_eq!(of("python:2nd.py").0, "model_2nd");
    }

    #[test]
    fn commands_are_split_as_a_shell_does_it() {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let (name, kind) = name_and_kind("cmd:Rscript 'my fit.R' {train} {test} {out} --seed={seed}");
        assert_eq!(name, "my_fit");
        assert_eq!(
            kind,
            ExternalKind::Command(words(&["Rscript", "my fit.R", "{train}", "{test}", "{out}", "--seed={seed}"]))
        );
        assert_eq!(
            name_and_kind("worker:node worker.js"),
            ("worker".into(), ExternalKind::Worker(words(&["node", "worker.js"])))
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        let error = |text: &str| ExternalSpec::parse(text).unwrap_err().to_string();
        assert!(error("cmd:fit {train} {out}").contains("{test} is nowhere"));
        assert!(error("cmd:'fit").contains("quotes"));
        assert!(error("python:").contains("nothing follows"));
        assert!(error("python:a.py:make model").contains("no name of Python's"));
        assert!(ExternalSpec::is_one("a=cmd:x") && ExternalSpec::is_one("python:x.py"));
        assert!(!ExternalSpec::is_one("ridge:alpha=1") && !ExternalSpec::is_one("ridge"));
    }
}
