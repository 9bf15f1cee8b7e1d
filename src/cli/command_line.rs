//! The command that makes a report again.

use super::shell::{list_flag, quote};
use crate::model::ParamValue;
use crate::report::{EXTERNAL, Model, Report};
use crate::run::Engine;

/// The `eval` that made a report, with every choice that its result depends on; `None` where no command makes it: scores that
/// were made elsewhere, models of a program's own, what came from standard input or a claims file, a run of no fixed length.
pub fn command_line(report: &Report) -> Option<String> {
    let (data, plan, config) = (report.data.as_ref()?, &report.plan, &report.config);
    let of_file = !config.behaviours.is_empty() || report.value.is_some();
    if data.path == "-" || of_file || plan.sequence.is_some() || plan.partial {
        return None;
    }
    let mut words = vec!["randsplit eval".to_owned(), path(&data.path)];
    let mut flag = |name: &str, value: &str| words.push(format!("{name} {}", quote(value)));
    flag("--target", &data.target);
    flag("--task", data.task.name());
    if let Some(label) = &data.positive {
        flag("--positive", label);
    }
    let mut lists: Vec<String> = Vec::new();
    let of_lists = [
        ("--features", &config.features),
        ("--drop", &config.drop),
        ("--na", &config.na),
        ("--keep-na", &config.keep_na),
        ("--text", &config.text),
        ("--number", &config.number),
        ("--encode", &config.encode),
    ];
    for (name, texts) in of_lists {
        lists.extend(texts.iter().map(|text| list_flag(name, text)));
    }
    for (name, value) in [("--id", &config.id), ("--decimal", &config.decimal), ("--thousands", &config.thousands)] {
        value.iter().for_each(|value| flag(name, value));
    }
    if let Some(delimiter) = &config.delimiter {
        flag("--delimiter", if delimiter == "\t" { "tab" } else { delimiter });
    }
    let from_grid = |name: &str| report.grids.iter().any(|grid| grid.settings.iter().any(|s| s.model == name));
    for model in report.models.iter().filter(|model| !from_grid(&model.name)) {
        match &model.tuning {
            Some(tuning) => flag("--tune", &tuning.grid),
            None => flag("--model", &spec(model)?),
        }
    }
    report.grids.iter().for_each(|grid| flag("--grid", &grid.grid));
    flag("--metric", &report.metrics.join(","));
    match config.engine {
        None | Some(Engine::Auto) => {}
        Some(Engine::Shared) => flag("--engine", "shared"),
        Some(Engine::PerSplit) => flag("--engine", "per-split"),
    }
    flag("--scheme", &plan.scheme);
    flag("--splits", &plan.splits.to_string());
    flag("--seed", &plan.seed?.to_string());
    for (name, size) in [("--test-size", plan.test_size), ("--train-size", plan.train_size)] {
        size.iter().for_each(|size| flag(name, &size.to_string()));
    }
    if plan.gap > 0 {
        flag("--gap", &plan.gap.to_string());
    }
    let stratify = plan.stratify.as_ref().filter(|column| *column != "target");
    for (name, column) in [("--group", &plan.group), ("--stratify", &stratify.cloned()), ("--time", &plan.time)] {
        column.iter().for_each(|column| flag(name, column));
    }
    config.probes.iter().for_each(|probe| flag("--probe", probe));
    config.probe_splits.iter().for_each(|first| flag("--probe-splits", &first.to_string()));
    config.chains.iter().for_each(|chain| flag("--chain", chain));
    config.repeat_check.iter().for_each(|splits| flag("--repeat-check", &splits.to_string()));
    if let Some(null) = report.null.first() {
        flag("--null", &format!("permutation:{}:{}", null.permutations, null.splits));
    }
    let mut claims: Vec<&str> = report.claims.iter().map(|claim| claim.text.as_str()).collect();
    claims.dedup();
    claims.iter().for_each(|claim| flag("--claim", claim));
    if let Some(confidence) = report.claims.iter().find_map(|claim| claim.confidence) {
        flag("--confidence", &confidence.to_string());
    }
    words.extend(lists);
    if config.no_checks {
        words.push("--no-checks".into());
    }
    // What pictures need is gathered for a page.
    if config.figures {
        words.push("--output html=report.html".into());
    }
    Some(words.join(" "))
}

/// A path that is no flag.
fn path(path: &str) -> String {
    if path.starts_with('-') { quote(&format!("./{path}")) } else { quote(path) }
}

/// A model as it is asked for; `None` for one that is a program's own.
fn spec(model: &Model) -> Option<String> {
    if model.engine == EXTERNAL {
        return model.source.as_ref().map(|source| format!("{}={source}", model.name));
    }
    let params: Vec<String> =
        model.params.iter().map(|(name, value): (&String, &ParamValue)| format!("{name}={value}")).collect();
    let kind = model.kind.as_deref();
    let built_in = kind.unwrap_or_else(|| model.name.split(':').next().unwrap_or_default());
    crate::model::registry::find(built_in)?;
    let params = if params.is_empty() { String::new() } else { format!(":{}", params.join(",")) };
    Some(match kind {
        Some(kind) => format!("{}={kind}{params}", model.name),
        None => format!("{built_in}{params}"),
    })
}
