//! `randsplit list`: what there is, from the registries, for people, programs and the docs.

use std::borrow::Cow;
use std::fmt::Write;

use clap::Args;
use serde::Serialize;

use super::list;
use super::sink;
use crate::Code;
use crate::error::{Error, KINDS, Result, suggestion_or_all};
use crate::inspect::CHECKS;
use crate::metric::{Direction, METRICS};
use crate::model::registry::{MODELS, ParamInfo};
use crate::probe::PROBES;
use crate::render::{FORMATS, Format};
use crate::split::SCHEMES;
use crate::verdict::behaviour::{BEHAVIOURS, KeyInfo};
use crate::verdict::claim::STATISTICS;

/// What is listed.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What is listed, such as metrics or schemes; without it what can be listed
    topic: Option<String>,
    /// text, json for programs, or markdown
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "markdown"])]
    format: String,
}

/// One thing of a list. What does not apply is left out of the JSON.
#[derive(Debug, Default, Serialize)]
struct Entry {
    name: &'static str,
    /// How it is written, where that is more than its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<String>,
    summary: Cow<'static, str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tasks: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<Direction>,
    /// Least and largest value, `null` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<[Option<f64>; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<String>,
    /// Families of the names that it gives to what it finds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gives: Vec<&'static str>,
    /// Endings of files that have it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    good_for: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    params: Vec<Param>,
}

/// A parameter or key.
#[derive(Debug, Serialize)]
struct Param {
    name: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    default: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    takes: Option<String>,
    summary: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    aliases: &'static [&'static str],
}

/// A list, by its name on the command line.
struct Topic {
    name: &'static str,
    summary: &'static str,
    entries: fn() -> Vec<Entry>,
    /// The text for people, where it is not made of the entries.
    text: Option<fn() -> Result<String>>,
}

/// All lists. A new one is a line here.
static TOPICS: &[Topic] = &[
    Topic {
        name: "models",
        summary: "models and their parameters",
        entries: models,
        text: Some(|| list::models(None)),
    },
    Topic { name: "metrics", summary: "metrics", entries: metrics, text: Some(|| Ok(list::metrics())) },
    Topic {
        name: "probes",
        summary: "probes and their parameters",
        entries: probes,
        text: Some(|| Ok(list::probes())),
    },
    Topic { name: "behaviours", summary: "tests of [[behaviour]] and their keys", entries: behaviours, text: None },
    Topic { name: "schemes", summary: "split schemes", entries: schemes, text: None },
    Topic { name: "statistics", summary: "statistics that claims are about", entries: statistics, text: None },
    Topic { name: "suspicions", summary: "what inspect suspects of the data", entries: suspicions, text: None },
    Topic { name: "formats", summary: "output formats", entries: formats, text: None },
    Topic { name: "warnings", summary: "codes of notes and warnings", entries: warnings, text: None },
    Topic { name: "errors", summary: "codes of errors", entries: errors, text: None },
];

/// The names of all lists, with a line about each.
pub fn topics() -> impl Iterator<Item = (&'static str, &'static str)> {
    TOPICS.iter().map(|topic| (topic.name, topic.summary))
}

fn param(p: &ParamInfo) -> Param {
    Param { name: p.name, default: p.default, takes: Some(p.kind.describe()), summary: p.help, aliases: p.aliases }
}

fn key(key: &KeyInfo) -> Param {
    Param { name: key.name, default: key.default, takes: None, summary: key.summary, aliases: &[] }
}

fn models() -> Vec<Entry> {
    let entry = |m: &'static crate::model::registry::ModelInfo| Entry {
        name: m.name,
        summary: m.help.into(),
        aliases: m.aliases.iter().map(|alias| alias.name).collect(),
        tasks: m.tasks.iter().map(|task| task.name()).collect(),
        params: m.params.iter().map(param).collect(),
        ..Entry::default()
    };
    MODELS.iter().map(entry).collect()
}

fn formats() -> Vec<Entry> {
    let entry = |f: &&'static dyn Format| Entry {
        name: f.name(),
        summary: f.summary().into(),
        files: f.endings().iter().map(|ending| format!(".{ending}")).collect(),
        good_for: Some(f.good_for()),
        ..Entry::default()
    };
    FORMATS.iter().map(entry).collect()
}

fn metrics() -> Vec<Entry> {
    let finite = |bound: f64| bound.is_finite().then_some(bound);
    let form = |name: &str, needed| if needed { format!("{name}[LABEL]") } else { format!("{name} or {name}[LABEL]") };
    let entry = |m: &'static crate::metric::MetricInfo| Entry {
        name: m.name,
        form: m.takes_label().then(|| form(m.name, m.needs_label)),
        summary: m.summary.into(),
        aliases: m.aliases.to_vec(),
        tasks: vec![m.task().name()],
        direction: Some(m.direction),
        bounds: Some(m.bounds.map(finite)),
        needs: Some(m.needs.name().to_owned()),
        source: Some(m.source),
        ..Entry::default()
    };
    METRICS.iter().map(entry).collect()
}

fn probes() -> Vec<Entry> {
    let entry = |p: &'static crate::probe::ProbeInfo| Entry {
        name: p.name,
        form: p.shares.map(|shares| format!("{}:{}{shares}", p.name, if p.of_column { "COLUMN," } else { "" })),
        summary: p.summary.into(),
        tasks: p.tasks.iter().map(|task| task.name()).collect(),
        needs: Some(p.needs.to_owned()),
        gives: p.gives.to_vec(),
        params: p.params.iter().map(param).collect(),
        ..Entry::default()
    };
    PROBES.iter().map(entry).collect()
}

fn behaviours() -> Vec<Entry> {
    let entry = |b: &'static crate::verdict::behaviour::BehaviourInfo| Entry {
        name: b.name,
        summary: b.summary.into(),
        gives: b.gives.to_vec(),
        params: b.keys.iter().map(key).collect(),
        ..Entry::default()
    };
    BEHAVIOURS.iter().map(entry).collect()
}

fn schemes() -> Vec<Entry> {
    let form = |form: &'static str, name| (form != name).then(|| form.to_owned());
    SCHEMES
        .iter()
        .map(|s| Entry { name: s.name, form: form(s.form, s.name), summary: s.summary.into(), ..Entry::default() })
        .collect()
}

fn statistics() -> Vec<Entry> {
    STATISTICS
        .iter()
        .map(|s| Entry { name: s.name, form: Some(s.form.to_owned()), summary: s.summary.into(), ..Entry::default() })
        .collect()
}

fn suspicions() -> Vec<Entry> {
    CHECKS.iter().map(|c| Entry { name: c.code.id(), summary: c.looks_at.into(), ..Entry::default() }).collect()
}

fn warnings() -> Vec<Entry> {
    Code::all().map(|(name, summary)| Entry { name, summary: summary.into(), ..Entry::default() }).collect()
}

fn errors() -> Vec<Entry> {
    KINDS
        .iter()
        .map(|(code, _, summary)| Entry { name: code, summary: (*summary).into(), ..Entry::default() })
        .collect()
}

/// A list as plain text, a line a thing and one for each of its parameters.
fn text(entries: &[Entry]) -> String {
    let head = |entry: &Entry| entry.form.clone().unwrap_or_else(|| entry.name.to_owned());
    let width = entries.iter().map(|entry| head(entry).chars().count()).max().unwrap_or(0) + 2;
    let mut text = String::new();
    for entry in entries {
        let _ = writeln!(text, "{:<width$}{}", head(entry), entry.summary);
        for p in &entry.params {
            let written = if p.default.is_empty() { p.name.to_owned() } else { format!("{} = {}", p.name, p.default) };
            let _ = writeln!(text, "  {written:<24}{}", p.summary);
        }
    }
    text
}

/// A list as a table, with the columns that some of its things have.
fn table(entries: &[Entry]) -> String {
    let code = |text: &str| format!("`{text}`");
    fn codes<T: AsRef<str>>(names: &[T]) -> String {
        names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
    }
    let range = |bounds: [Option<f64>; 2]| {
        let end = |bound: Option<f64>, open: &str| bound.map_or(open.to_owned(), |b| b.to_string());
        format!("{} to {}", end(bounds[0], "-∞"), end(bounds[1], "∞"))
    };
    let params = |entry: &Entry| {
        let one = |p: &Param| match p.default {
            "" => code(p.name),
            default => code(&format!("{}={default}", p.name)),
        };
        entry.params.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    type Cell<'c> = Box<dyn Fn(&Entry) -> String + 'c>;
    let columns: [(&str, Cell); 11] = [
        (
            "name",
            Box::new(|e| e.form.as_deref().unwrap_or(e.name).split(" or ").map(code).collect::<Vec<_>>().join(", ")),
        ),
        ("what it is", Box::new(|e| e.summary.replace('|', "\\|"))),
        ("task", Box::new(|e| e.tasks.join(", "))),
        ("better", Box::new(|e| e.direction.map_or(String::new(), |d| d.word().to_owned()))),
        ("range", Box::new(|e| e.bounds.map_or(String::new(), range))),
        ("needs", Box::new(|e| e.needs.clone().unwrap_or_default())),
        ("gives", Box::new(|e| codes(&e.gives))),
        ("parameters", Box::new(params)),
        ("files", Box::new(|e| codes(&e.files))),
        ("good for", Box::new(|e| e.good_for.unwrap_or_default().to_owned())),
        ("source", Box::new(|e| e.source.map_or(String::new(), code))),
    ];
    let used = || columns.iter().filter(|(_, cell)| entries.iter().any(|entry| !cell(entry).is_empty()));
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = row(used().map(|(head, _)| (*head).to_owned()).collect());
    text += &row(used().map(|_| "---".to_owned()).collect());
    entries.iter().for_each(|entry| text += &row(used().map(|(_, cell)| cell(entry)).collect()));
    text
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|e| Error::run(e.to_string()))
}

/// Prints the schemes.
pub fn schemes_alone() -> Result<()> {
    sink::print(&(text(&schemes()) + "\nUse: --scheme name; the argument behind the colon is part of it.\n"))
}

/// Prints what was asked for.
///
/// # Errors
/// An input error where there is no such list.
pub fn run(args: &ListArgs) -> Result<()> {
    let format = args.format.as_str();
    let Some(name) = &args.topic else {
        let lists: Vec<Entry> =
            topics().map(|(name, summary)| Entry { name, summary: summary.into(), ..Entry::default() }).collect();
        return sink::print(&match format {
            "json" => {
                let all = TOPICS.iter().map(|topic| (topic.name, (topic.entries)()));
                json(&all.collect::<indexmap::IndexMap<_, _>>())?
            }
            "markdown" => table(&lists),
            _ => text(&lists) + "\nUse: randsplit list NAME, and --format json for programs.\n",
        });
    };
    let topic = TOPICS.iter().find(|topic| topic.name == name).ok_or_else(|| {
        let list = suggestion_or_all(name, || topics().map(|topic| topic.0));
        Error::setting(format!("there is no list of '{name}'{list}"))
    })?;
    let entries = (topic.entries)();
    sink::print(&match (format, topic.text) {
        ("json", _) => json(&entries)?,
        ("markdown", _) => table(&entries),
        (_, Some(text)) => text()?,
        (_, None) => text(&entries),
    })
}
