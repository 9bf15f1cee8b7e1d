//! Names: hostile texts in every place of a report, through every format.

use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag};
use randsplit::escape::csv::Cells;
use randsplit::render::{WriteOptions, format};
use randsplit::report::Report;

use crate::harness::{Fault, Target};
use crate::random::Random;
use crate::report::REPORTS;

/// Pieces of text that act somewhere.
const PIECES: [&str; 40] = [
    "\u{1b}[31m",
    "\u{1b}]0;x\u{7}",
    "\u{9b}2J",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{7f}",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\u{200b}",
    "\u{feff}",
    "::error::x",
    "\n::error::x",
    "##[error]",
    "# ",
    "\n# ",
    "<b>",
    "<!--",
    "<script>",
    "<http://e.x>",
    "&lt;",
    "]]>",
    "[a](http://e.x)",
    "![a](b)",
    "\n[a]: b\n",
    "`",
    "```",
    "|",
    "\\",
    "\\|",
    "**a**",
    "~~a~~",
    "=1+1",
    "\"",
    ",",
    "%0A",
    "é中文",
    " ",
];

/// A report, as its place in the list, and a text on each further line that takes the place of some of its texts.
fn make(random: &mut Random) -> Vec<u8> {
    let mut text = String::new();
    for _ in 0..random.below(12) {
        if random.one_in(4) {
            text.push_str(&format!("a{}", random.below(100)));
        } else {
            text.push_str(random.pick(&PIECES));
        }
    }
    let which = random.below(2) as u8;
    [vec![which, random.byte()], text.into_bytes()].concat()
}

/// Puts the text in place of about one in `every` texts that may be anything.
fn put(value: &mut serde_json::Value, key: &str, text: &str, every: usize, count: &mut usize) {
    match value {
        serde_json::Value::String(old) if is_free(key) => {
            *count += 1;
            if (*count).is_multiple_of(every) {
                *old = text.to_owned();
            }
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(|v| put(v, key, text, every, count)),
        serde_json::Value::Object(map) => map.iter_mut().for_each(|(k, v)| put(v, k, text, every, count)),
        _ => {}
    }
}

/// Whether the texts of a field are names or sentences, and not words of the schema.
fn is_free(key: &str) -> bool {
    const FREE: [&str; 16] = [
        "path",
        "target",
        "labels",
        "positive",
        "name",
        "reason",
        "text",
        "message",
        "model",
        "why",
        "failed",
        "setting",
        "claim",
        "column",
        "lines",
        "probe_notes",
    ];
    FREE.contains(&key)
}

fn check(bytes: &[u8]) -> Result<(), Fault> {
    let [which, every, text @ ..] = bytes else { return Ok(()) };
    let text = String::from_utf8_lossy(text);
    let mut value: serde_json::Value = serde_json::from_slice(&REPORTS[usize::from(which % 2)]).unwrap();
    put(&mut value, "", &text, usize::from(every % 5) + 1, &mut 0);
    let Ok(report) = serde_json::from_value::<Report>(value) else { return Ok(()) };
    let mut options = WriteOptions::default();
    options.kept = Some(Path::new("r.json"));
    (options.cells, options.undecided_fails) = (Cells::SPREADSHEET, true);
    let written = |name: &str| {
        let mut out = Vec::new();
        format(name).unwrap().write(&report, &options, &mut out).map_err(|e| format!("cannot be written: {e}"))?;
        String::from_utf8(out).map_err(|e| e.to_string())
    };

    let table = written("table")?;
    if let Some(c) = table.chars().find(|c| *c != '\n' && acts(*c)) {
        return Err(format!("the table sends {c:?}"));
    }
    if let Some(line) = table.lines().find(|line| line.trim_start().starts_with("::") || line.contains("##[")) {
        return Err(format!("the table has a workflow command: {line}"));
    }

    let github = written("github")?;
    let commands = ["::error title=", "::warning title=", "::notice title="];
    if let Some(line) = github.lines().find(|line| !commands.iter().any(|c| line.starts_with(c))) {
        return Err(format!("a line of annotations is none: {line}"));
    }
    if github.lines().count() != report.claims.len() + report.warnings.len() {
        return Err("there are more annotations than claims and notes".into());
    }

    let junit = written("junit")?;
    let mut reader = quick_xml::Reader::from_str(&junit);
    let mut cases = 0;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                cases += usize::from(tag.name().as_ref() == b"testcase");
                if let Some(Err(e)) = tag.attributes().find(Result::is_err) {
                    return Err(format!("JUnit has an attribute that is none: {e}"));
                }
            }
            Ok(_) => {}
            Err(e) => return Err(format!("JUnit is not XML: {e}\n{junit}")),
        }
    }
    if cases != report.claims.len() {
        return Err(format!("JUnit has {cases} cases for {} claims", report.claims.len()));
    }

    let markdown = written("markdown")?;
    for event in
        Parser::new_ext(&markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM)
    {
        let odd = match &event {
            Event::Html(_) | Event::InlineHtml(_) | Event::Rule | Event::HardBreak => true,
            Event::Start(tag) => matches!(
                tag,
                Tag::Link { .. }
                    | Tag::Image { .. }
                    | Tag::CodeBlock(_)
                    | Tag::HtmlBlock
                    | Tag::BlockQuote(_)
                    | Tag::Strikethrough
            ),
            _ => false,
        };
        if odd {
            return Err(format!("Markdown has {event:?}\n{markdown}"));
        }
    }

    let csv = written("csv")?;
    for record in csv::Reader::from_reader(csv.as_bytes()).records() {
        let record = record.map_err(|e| format!("CSV cannot be read: {e}"))?;
        if let Some(cell) =
            record.iter().find(|c| c.starts_with(['=', '+', '-', '@', '\t']) && c.parse::<f64>().is_err())
        {
            return Err(format!("a cell is a formula: {cell}"));
        }
    }
    Ok(())
}

/// Whether a character controls, reorders or hides text.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[test]
fn names() {
    Target { name: "names", runs: 300, make: &make, check: &check }.run();
}
