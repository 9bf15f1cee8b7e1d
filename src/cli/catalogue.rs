//! `randsplit list`, and the commands that list one kind of thing: what there is, from the registries, for people, programs
//! and the docs.

use clap::Args;
use serde::Serialize;

use super::sink;
use super::terminal::ScreenFlags;
use crate::Code;
use crate::error::{Error, KINDS, Result, suggestion_or_all};
use crate::inspect::CHECKS;
use crate::metric::{METRICS, MetricInfo};
use crate::model::registry::{Alias, MODELS, ModelInfo, ParamInfo, find, unknown_model};
use crate::probe::behaviour::{BEHAVIOURS, BehaviourInfo, KeyInfo};
use crate::probe::{PROBES, ProbeInfo};
use crate::render::{
    FIGURES, FORMATS, FigureKind, Format, ListEntry, ListParam, Listing, WriteOptions, format, listing_page,
};
use crate::sanity::{self, SanityCheck};
use crate::setting::spelled;
use crate::split::SCHEMES;
use crate::verdict::claim::STATISTICS;

/// The form of a list for people.
const TEXT: &str = "text";

/// How a list is shown.
#[derive(Debug, Clone, Args)]
pub struct ListForm {
    /// text, json for programs, or markdown
    #[arg(short, long, value_name = "FORMAT", default_value = TEXT, value_parser = [TEXT, "json", "markdown"])]
    format: String,
    #[command(flatten)]
    screen: ScreenFlags,
}

impl Default for ListForm {
    fn default() -> Self {
        Self { format: TEXT.into(), screen: ScreenFlags::default() }
    }
}

/// What is listed.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What is listed, such as metrics or schemes; without it what can be listed
    topic: Option<String>,
    #[command(flatten)]
    form: ListForm,
}

/// A list, by its name on the command line.
struct Topic {
    name: &'static str,
    summary: &'static str,
    /// What one of its things is called.
    thing: &'static str,
    entries: fn() -> Vec<ListEntry>,
    /// What is said below it.
    note: &'static str,
    /// Lines to type; short enough for any terminal.
    examples: &'static [&'static str],
}

/// All lists. A new one is a line here.
static TOPICS: &[Topic] = &[
    Topic {
        name: "models",
        summary: "models and their parameters",
        thing: "model",
        entries: models,
        note: "randsplit models NAME has the names that other libraries use.",
        examples: &[
            "randsplit eval data.csv --target y --model ridge:alpha=0.5",
            "randsplit eval data.csv -t y -m ols -m tree:max_depth=3",
        ],
    },
    Topic {
        name: "metrics",
        summary: "metrics",
        thing: "metric",
        entries: metrics,
        note: "The first that is asked for is the primary one; [*] in place of [LABEL] gives one metric a class.",
        examples: &[
            "randsplit eval data.csv --target y --metric mae",
            "randsplit eval data.csv -t y --metric 'f1,recall[yes]'",
        ],
    },
    Topic {
        name: "probes",
        summary: "probes and their parameters",
        thing: "probe",
        entries: probes,
        note: "--probe all takes all that suit the model.",
        examples: &[
            "randsplit eval data.csv --target y --probe importance",
            "randsplit eval data.csv -t y --probe learning:0.2,0.5,1",
        ],
    },
    Topic {
        name: "behaviours",
        summary: "tests of [[behaviour]] and their keys",
        thing: "behaviour",
        entries: behaviours,
        note: "They stand in a claims file, each as a [[behaviour]] with name, test and its keys.",
        examples: &["randsplit eval data.csv --target y --claims claims.toml"],
    },
    Topic {
        name: "schemes",
        summary: "split schemes",
        thing: "scheme",
        entries: schemes,
        note: "What stands behind the colon is part of the name.",
        examples: &[
            "randsplit eval data.csv --target y --scheme kfold:5",
            "randsplit eval data.csv -t y --scheme group --group id",
        ],
    },
    Topic {
        name: "statistics",
        summary: "statistics that claims are about",
        thing: "statistic",
        entries: statistics,
        note: "METRIC is a metric of the run, a reading of a probe, or one of them of a MODEL, as in ridge.r2.",
        examples: &[
            "randsplit eval data.csv -t y --claim 'worst(r2) >= 0.3'",
            "randsplit check run.json --claim 'share(r2 > 0) >= 95%'",
        ],
    },
    Topic {
        name: "suspicions",
        summary: "what inspect suspects of the data",
        thing: "suspicion",
        entries: suspicions,
        note: "",
        examples: &["randsplit inspect run.json", "randsplit explain RS102"],
    },
    Topic {
        name: "sanity",
        summary: "checks of models in the making",
        thing: "check",
        entries: sanity_checks,
        note: "randsplit explain NAME says what a check does, and what helps where it fails.",
        examples: &[
            "randsplit sanity data.csv --target y --model knn",
            "randsplit sanity data.csv -t y --check overfit",
        ],
    },
    Topic {
        name: "formats",
        summary: "output formats",
        thing: "format",
        entries: formats,
        note: "",
        examples: &[
            "randsplit eval data.csv --target y --format json",
            "randsplit eval data.csv -t y -o run.json -o run.md",
        ],
    },
    Topic {
        name: "figures",
        summary: "figures that plot draws",
        thing: "figure",
        entries: figures,
        note: "A page of --format html has all that a report has.",
        examples: &[
            "randsplit plot report.json scores -o scores.svg",
            "randsplit plot report.json confusion -m tree -o tree.png",
        ],
    },
    Topic {
        name: "warnings",
        summary: "codes of notes and warnings",
        thing: "code",
        entries: warnings,
        note: "",
        examples: &["randsplit explain RS001"],
    },
    Topic { name: "errors", summary: "codes of errors", thing: "code", entries: errors, note: "", examples: &[] },
];

/// The names of all lists, with a line about each.
pub fn topics() -> impl Iterator<Item = (&'static str, &'static str)> {
    TOPICS.iter().map(|topic| (topic.name, topic.summary))
}

fn param(p: &ParamInfo) -> ListParam {
    ListParam { name: p.name, default: p.default, takes: Some(p.kind.describe()), summary: p.help, aliases: p.aliases }
}

fn key(key: &KeyInfo) -> ListParam {
    ListParam { name: key.name, default: key.default, takes: None, summary: key.summary, aliases: &[] }
}

fn model(m: &'static ModelInfo) -> ListEntry {
    ListEntry {
        name: m.name,
        summary: m.help.into(),
        aliases: m.aliases.iter().map(|alias| alias.name).collect(),
        tasks: m.tasks.iter().map(|task| task.name()).collect(),
        params: m.params.iter().map(param).collect(),
        ..ListEntry::default()
    }
}

fn models() -> Vec<ListEntry> {
    MODELS.iter().map(model).collect()
}

fn formats() -> Vec<ListEntry> {
    let entry = |f: &&'static dyn Format| ListEntry {
        name: f.name(),
        summary: f.summary().into(),
        files: f.endings().iter().map(|ending| format!(".{ending}")).collect(),
        good_for: Some(f.good_for()),
        ..ListEntry::default()
    };
    FORMATS.iter().map(entry).collect()
}

fn metrics() -> Vec<ListEntry> {
    let finite = |bound: f64| bound.is_finite().then_some(bound);
    let form = |name: &str, needed| if needed { format!("{name}[LABEL]") } else { format!("{name} or {name}[LABEL]") };
    let entry = |m: &'static MetricInfo| ListEntry {
        name: m.name,
        form: m.takes_label().then(|| form(m.name, m.needs_label)),
        summary: m.summary.into(),
        aliases: m.aliases.to_vec(),
        tasks: vec![m.task().name()],
        direction: Some(m.direction),
        bounds: Some(m.bounds.map(finite)),
        needs: Some(m.needs.name().to_owned()),
        source: Some(m.source),
        ..ListEntry::default()
    };
    METRICS.iter().map(entry).collect()
}

fn probes() -> Vec<ListEntry> {
    let entry = |p: &'static ProbeInfo| ListEntry {
        name: p.name,
        form: match p.shares {
            Some(shares) => Some(format!("{}:{}{shares}", p.name, if p.of_column { "COLUMN," } else { "" })),
            None => p.names_column.then(|| format!("{0} or {0}:COLUMN", p.name)),
        },
        summary: p.summary.into(),
        tasks: p.tasks.iter().map(|task| task.name()).collect(),
        needs: Some(p.needs.to_owned()),
        gives: p.gives.to_vec(),
        params: p.params.iter().map(param).collect(),
        takes: p.shares.map(|shares| match p.of_column {
            true => (format!("COLUMN,{shares}"), "the column, and levels of noise as a range or one by one"),
            false => (shares.to_owned(), "shares of the train rows, without a name"),
        }),
        ..ListEntry::default()
    };
    PROBES.iter().map(entry).collect()
}

fn behaviours() -> Vec<ListEntry> {
    let entry = |b: &'static BehaviourInfo| ListEntry {
        name: b.name,
        summary: b.summary.into(),
        gives: b.gives.to_vec(),
        params: b.keys.iter().map(key).collect(),
        ..ListEntry::default()
    };
    BEHAVIOURS.iter().map(entry).collect()
}

fn schemes() -> Vec<ListEntry> {
    let form = |form: &'static str, name| (form != name).then(|| form.to_owned());
    SCHEMES
        .iter()
        .map(|s| ListEntry {
            name: s.name,
            form: form(s.form, s.name),
            summary: s.summary.into(),
            ..ListEntry::default()
        })
        .collect()
}

fn statistics() -> Vec<ListEntry> {
    STATISTICS
        .iter()
        .map(|s| ListEntry {
            name: s.name,
            form: Some(s.form.to_owned()),
            summary: s.summary.into(),
            ..ListEntry::default()
        })
        .collect()
}

fn suspicions() -> Vec<ListEntry> {
    CHECKS.iter().map(|c| ListEntry { name: c.code.id(), summary: c.looks_at.into(), ..ListEntry::default() }).collect()
}

fn sanity_checks() -> Vec<ListEntry> {
    let entry = |check: &&dyn SanityCheck| ListEntry {
        name: check.name(),
        summary: check.summary().into(),
        ..ListEntry::default()
    };
    sanity::CHECKS.iter().map(entry).collect()
}

fn figures() -> Vec<ListEntry> {
    let entry = |kind: &&'static dyn FigureKind| ListEntry {
        name: kind.info().name,
        summary: kind.info().summary.into(),
        needs: Some(kind.info().needs).filter(|needs| !needs.is_empty()).map(spelled),
        ..ListEntry::default()
    };
    FIGURES.iter().map(entry).collect()
}

fn warnings() -> Vec<ListEntry> {
    Code::all().map(|(name, summary)| ListEntry { name, summary: summary.into(), ..ListEntry::default() }).collect()
}

fn errors() -> Vec<ListEntry> {
    KINDS
        .iter()
        .map(|(code, _, summary)| ListEntry { name: code, summary: (*summary).into(), ..ListEntry::default() })
        .collect()
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|e| Error::run(e.to_string()))
}

/// Prints a list as it is asked for; what programs get of it is `value`.
fn show(listing: &Listing, value: &impl Serialize, form: &ListForm) -> Result<()> {
    let name = if form.format == TEXT { FORMATS[0].name() } else { &form.format };
    let Some(write) = format(name).and_then(Format::page) else { return sink::print(&json(value)?) };
    let options =
        WriteOptions { style: form.screen.style(true), width: form.screen.width(), ..WriteOptions::default() };
    let mut text = Vec::new();
    write(&listing_page(listing), &options, &mut text).map_err(|e| Error::writing("standard output", &e))?;
    sink::print(&String::from_utf8_lossy(&text))
}

impl Topic {
    fn listing(&self) -> Listing {
        Listing {
            thing: self.thing,
            entries: (self.entries)(),
            in_full: false,
            notes: Some(self.note.to_owned()).filter(|note| !note.is_empty()).into_iter().collect(),
            examples: self.examples.iter().map(|&line| line.to_owned()).collect(),
        }
    }
}

/// Prints what there is of something.
///
/// # Errors
/// An input error where there is no such list.
pub fn topic(name: &str, form: &ListForm) -> Result<()> {
    let topic = TOPICS.iter().find(|topic| topic.name == name).ok_or_else(|| {
        let list = suggestion_or_all(name, || topics().map(|topic| topic.0));
        Error::setting(format!("there is no list of '{name}'{list}"))
    })?;
    let listing = topic.listing();
    show(&listing, &listing.entries, form)
}

/// Prints a list, or which lists there are.
///
/// # Errors
/// An input error where there is no such list.
pub fn run(args: &ListArgs) -> Result<()> {
    if let Some(name) = &args.topic {
        return topic(name, &args.form);
    }
    let entry = |(name, summary): (&'static str, &'static str)| ListEntry {
        name,
        summary: summary.into(),
        ..ListEntry::default()
    };
    let listing = Listing {
        thing: "list",
        entries: topics().map(entry).collect(),
        examples: vec!["randsplit list metrics".into(), "randsplit list metrics --format json".into()],
        ..Listing::default()
    };
    let all: indexmap::IndexMap<_, _> = TOPICS.iter().map(|topic| (topic.name, (topic.entries)())).collect();
    show(&listing, &all, &args.form)
}

/// Prints all models, or one with the names that others have for it.
///
/// # Errors
/// An input error where there is no such model.
pub fn models_or_one(name: Option<&str>, form: &ListForm) -> Result<()> {
    let Some(name) = name else { return topic("models", form) };
    let info = find(name).ok_or_else(|| Error::setting(unknown_model(name)))?.0;
    let called = |alias: &Alias| match alias.sets {
        "" => alias.name.to_owned(),
        sets => format!("{} ({sets})", alias.name),
    };
    let names: Vec<String> = info.aliases.iter().map(called).collect();
    let setting = info.params.first().map_or_else(String::new, |p| format!(":{}={}", p.name, p.default));
    let listing = Listing {
        thing: "model",
        entries: vec![model(info)],
        in_full: true,
        notes: if names.is_empty() { Vec::new() } else { vec![format!("also called {}", names.join(", "))] },
        examples: vec![format!("randsplit eval data.csv -t y -m {}{setting}", info.name)],
    };
    show(&listing, &listing.entries, form)
}
