//! `randsplit models`, `metrics`, `probes` and `explain`: what there is.

use std::fmt::Write;

use crate::data::Task;
use crate::error::{Error, Result, suggestion_or_all};
use crate::metric::METRICS;
use crate::model::registry::{Alias, MODELS, find, unknown_model};
use crate::probe::PROBES;
use crate::{Code, warning};

use super::terminal::width;
use crate::render::wrapped;

/// Lines of text are not longer than this in wider terminals.
const READABLE: usize = 100;

/// All models with their parameters, or one with the names that others have for it.
pub fn models(name: Option<&str>) -> Result<String> {
    let mut text = String::new();
    let chosen = match name {
        Some(name) => vec![find(name).ok_or_else(|| Error::setting(unknown_model(name)))?.0],
        None => MODELS.iter().collect(),
    };
    for model in chosen {
        let tasks: Vec<&str> = model.tasks.iter().map(|t| t.name()).collect();
        let _ = writeln!(text, "{:<13}{} [{}]", model.name, model.help, tasks.join(", "));
        for p in model.params {
            let default = format!("{}={}", p.name, p.default);
            let also = if name.is_some() { also(p.aliases.iter().copied()) } else { String::new() };
            let _ = writeln!(text, "  {default:<24}{}; {}{also}", p.help, p.kind.describe());
        }
        if name.is_some() && !model.aliases.is_empty() {
            let of = |a: &Alias| match a.sets {
                "" => a.name.to_owned(),
                sets => format!("{} ({sets})", a.name),
            };
            let names: Vec<String> = model.aliases.iter().map(of).collect();
            let _ = writeln!(text, "also called {}", names.join(", "));
        }
    }
    if name.is_none() {
        text.push_str(
            "\nUse: --model name or --model name:param=value,param=value; the values shown are the defaults.\n",
        );
    }
    Ok(text)
}

/// The names that others have for something.
fn also<'a>(aliases: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = aliases.collect();
    if names.is_empty() { String::new() } else { format!(" (also {})", names.join(", ")) }
}

/// All metrics.
pub fn metrics() -> String {
    let mut text = String::new();
    for task in [Task::Regression, Task::Classification] {
        let _ = writeln!(text, "{}", task.name());
        for m in METRICS.iter().filter(|m| m.task() == task) {
            let _ = writeln!(text, "  {:<20}{:<8}{}", m.name, m.direction.word(), m.summary);
        }
    }
    text.push_str("\nUse: --metric f1 --metric 'recall[yes]' --metric 'precision[*]' (one a class); the first is the primary one.\n");
    text
}

/// All probes with their parameters.
pub fn probes() -> String {
    let mut text = String::new();
    for probe in PROBES {
        let tasks: Vec<&str> = probe.tasks.iter().map(|t| t.name()).collect();
        let _ = writeln!(text, "{:<14}{} [{}]", probe.name, probe.summary, tasks.join(", "));
        if let Some(shares) = probe.shares {
            let (form, what) = if probe.of_column {
                (format!("COLUMN,{shares}"), "the column, and levels of noise as a range or one by one")
            } else {
                (shares.to_owned(), "shares of the train rows, without a name")
            };
            let _ = writeln!(text, "  {form:<24}{what}");
        }
        for p in probe.params {
            let default = format!("{}={}", p.name, p.default);
            let _ = writeln!(text, "  {default:<24}{}; {}", p.help, p.kind.describe());
        }
    }
    text.push_str(
        "\nUse: --probe name, --probe name:param=value,… or --probe all; the values shown are the defaults.\n",
    );
    text
}

/// The page of a code, or the list of all codes.
pub fn explain(code: Option<&str>) -> Result<String> {
    match code {
        None => Ok(Code::all().map(|(id, title)| format!("{id}  {title}\n")).collect()),
        Some(code) => {
            let (id, title, page) = warning::explain(code).ok_or_else(|| {
                let near = suggestion_or_all(code, || Code::all().map(|(id, _)| id));
                Error::setting(format!("no code '{code}'{near}")).advise("`randsplit explain` lists them")
            })?;
            let lines = wrapped(&page, width().min(READABLE), 0);
            Ok(format!("{id}  {title}\n\n{}\n", lines.join("\n")))
        }
    }
}
