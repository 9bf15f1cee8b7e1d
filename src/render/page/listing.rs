//! What there is of something: models, metrics, schemes and the like, with their parameters.

use std::borrow::Cow;

use serde::Serialize;

use super::table::{Column, Row};
use super::{Block, Page};
use crate::metric::Direction;

/// One thing of a list. What does not apply is left out of the JSON.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ListEntry {
    /// Its name.
    pub name: &'static str,
    /// How it is written, where that is more than its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// What it is, in one line.
    pub summary: Cow<'static, str>,
    /// Other names that are taken for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<&'static str>,
    /// The tasks that it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<&'static str>,
    /// The way in which it gets better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Least and largest value, `null` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[Option<f64>; 2]>,
    /// What it needs of a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// Families of the names that it gives to what it finds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gives: Vec<&'static str>,
    /// Endings of files that have it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// What it is good for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good_for: Option<&'static str>,
    /// Where it is defined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
    /// Its parameters or keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<ListParam>,
    /// What it takes without a name, and what that means; for people.
    #[serde(skip)]
    pub takes: Option<(String, &'static str)>,
}

/// A parameter or key.
#[derive(Debug, Clone, Serialize)]
pub struct ListParam {
    /// Its name.
    pub name: &'static str,
    /// What is taken where it is not given, if anything is.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub default: &'static str,
    /// What its values are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub takes: Option<String>,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Other names that are taken for it.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub aliases: &'static [&'static str],
}

/// A list, and what is said below it.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// What one of its things is called.
    pub thing: &'static str,
    /// The things.
    pub entries: Vec<ListEntry>,
    /// Whether other names of parameters are shown.
    pub in_full: bool,
    /// Sentences below the tables.
    pub notes: Vec<String>,
    /// Lines to type.
    pub examples: Vec<String>,
}

fn range(bounds: [Option<f64>; 2]) -> String {
    match bounds {
        [Some(least), Some(most)] => format!("{least} to {most}"),
        [Some(least), None] => format!("{least} or more"),
        [None, Some(most)] => format!("{most} or less"),
        [None, None] => "any number".into(),
    }
}

type Cell = fn(&ListEntry) -> String;

/// The columns that a list may have, each with what stands in it. Those that no thing of a list has are left out.
fn columns() -> [(Column, Cell); 10] {
    [
        (Column::code("name"), |e| e.form.as_deref().unwrap_or(e.name).replace(" or ", ", ")),
        (Column::prose("what it is"), |e| e.summary.clone().into_owned()),
        (Column::words("task").rank(2), |e| e.tasks.join(", ")),
        (Column::words("better").rank(1), |e| e.direction.map_or(String::new(), |d| d.word().to_owned())),
        (Column::words("range").rank(3), |e| e.bounds.map_or(String::new(), range)),
        (Column::words("needs").rank(4), |e| e.needs.clone().unwrap_or_default()),
        (Column::code("gives").rank(5), |e| e.gives.join(", ")),
        (Column::code("files").rank(2), |e| e.files.join(", ")),
        (Column::prose("good for").rank(1), |e| e.good_for.unwrap_or_default().to_owned()),
        (Column::code("source").rank(6), |e| e.source.unwrap_or_default().to_owned()),
    ]
}

/// How a parameter is written with its default.
fn written(param: &ListParam) -> String {
    if param.default.is_empty() { param.name.to_owned() } else { format!("{}={}", param.name, param.default) }
}

fn meaning(param: &ListParam, in_full: bool) -> String {
    let takes = param.takes.as_ref().map_or_else(String::new, |takes| format!("; {takes}"));
    let also = if in_full && !param.aliases.is_empty() {
        format!(" (also {})", param.aliases.join(", "))
    } else {
        String::new()
    };
    format!("{}{takes}{also}", param.summary)
}

/// The page of a list: a table of its things, one of their parameters, and examples.
pub fn listing_page(listing: &Listing) -> Page {
    let mut page = Page::default();
    let entries = &listing.entries;
    let used: Vec<(Column, Cell)> =
        columns().into_iter().filter(|(_, cell)| entries.iter().any(|entry| !cell(entry).is_empty())).collect();
    let row = |entry: &ListEntry| Row::new(used.iter().map(|(_, cell)| cell(entry)).collect());
    let rows = entries.iter().map(row).collect();
    page.rows(used.iter().map(|(column, _)| column.clone()).collect(), rows);
    let params = entries.iter().flat_map(|entry| {
        let unnamed = entry.takes.iter().map(|(form, meaning)| (form.clone(), (*meaning).to_owned()));
        let named = entry.params.iter().map(|param| (written(param), meaning(param, listing.in_full)));
        unnamed.chain(named).map(|(form, meaning)| Row::new(vec![entry.name.to_owned(), form, meaning]))
    });
    let params: Vec<Row> = params.collect();
    if !params.is_empty() {
        page.heading("parameters, with their defaults");
        let columns = vec![Column::code(listing.thing), Column::code("parameter"), Column::prose("what it is")];
        page.rows(columns, params);
    }
    if !listing.notes.is_empty() {
        page.quiet_heading("notes");
        listing.notes.iter().for_each(|note| page.sentence(note));
    }
    if !listing.examples.is_empty() {
        page.push(Block::Examples(listing.examples.clone()));
    }
    page
}
