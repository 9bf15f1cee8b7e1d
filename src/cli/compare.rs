//! `randsplit compare`: models of one report, or of two.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::ExitCode;
use super::formats::{chosen, parser, shows_pages};
use super::other_data::relation;
use super::place::check_outputs;
use super::sink::Out;
use super::terminal::{self, ScreenFlags};
use crate::error::{Error, Result, suggestion_or_list};
use crate::metric::Direction;
use crate::render::{Format, WriteOptions, compare_page};
use crate::report::{Model, Report};
use crate::run::columns::Column;
use crate::verdict::{Comparison, ModelColumn, Rope, ScoreTable, Standing, compare};

const EXAMPLES: &str = "\
Examples:
  randsplit compare run.json                          every pair of models in it
  randsplit compare run.json --model ridge --model forest
  randsplit compare new.json old.json                 models of the same name, new against old
  randsplit compare a.json b.json --model ridge --model forest";

/// Flags of `compare`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompareArgs {
    /// A report that `eval` wrote as JSON
    a: PathBuf,

    /// Another report; paired by split where data and plan agree
    b: Option<PathBuf>,

    /// Model to compare; of two reports the first is of the first, the second of the second
    #[arg(short, long, value_name = "MODEL")]
    model: Vec<String>,

    /// Metric; all without it
    #[arg(long, value_name = "METRIC")]
    metric: Vec<String>,

    /// Compare reports of another target, task, positive class, scheme or of other columns all the same
    #[arg(long)]
    allow_other_data: bool,

    /// Differences up to this are taken as practically equal: N% of a metric's scale (the larger of the baseline's and the
    /// best model's mean score), a difference in its unit, or METRIC=N% or METRIC=DIFFERENCE for one metric; repeat or
    /// separate by commas
    #[arg(long, value_name = "N%|DIFFERENCE|METRIC=...", default_value = "1%", allow_hyphen_values = true)]
    rope: Vec<String>,

    /// Form of the result: table, json or markdown [default: by the ending of --output, else table]
    #[arg(short, long, value_parser = parser(shows_pages), hide_possible_values = true, help_heading = "Output")]
    format: Option<&'static dyn Format>,

    /// Write the result to a file
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    #[command(flatten, next_help_heading = "Output")]
    screen: ScreenFlags,
}

#[derive(Serialize)]
struct Answer {
    comparisons: Vec<Comparison>,
    standings: Vec<Standing>,
    /// In what the two reports differ, where they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Metrics that have no direction: neither of two scores is better.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<String>,
}

/// Whether two reports have the same splits of the same data.
pub fn agree(a: &Report, b: &Report) -> bool {
    let splits = |r: &Report| r.score_table().splits;
    let common = || a.metrics.iter().filter(|name| b.metrics.contains(name));
    let same = |x: &Model, y: &Model| {
        common().next().is_some() && common().all(|name| x.scores(name).zip(y.scores(name)).all(|(x, y)| x == y))
    };
    let data_agrees = match (&a.data, &b.data) {
        (Some(x), Some(y)) => {
            // The baseline looks at nothing but the target.
            let targets_agree =
                || x.rows == y.rows && a.baseline.as_ref().zip(b.baseline.as_ref()).is_some_and(|(x, y)| same(x, y));
            (x.fingerprint == y.fingerprint || targets_agree()) && x.target == y.target && x.rows_used == y.rows_used
        }
        // Of scores alone it is known where a model of both has the same on every split.
        (None, None) => a.all_models().any(|x| b.all_models().any(|y| x.name == y.name && same(x, y))),
        _ => false,
    };
    data_agrees
        && (a.plan.scheme == b.plan.scheme && a.plan.seed == b.plan.seed)
        && (a.plan.test_size == b.plan.test_size && a.plan.train_size == b.plan.train_size)
        && (a.plan.stratify == b.plan.stratify && a.plan.group == b.plan.group)
        && (a.plan.time == b.plan.time && a.plan.gap == b.plan.gap)
        && splits(a).iter().zip(splits(b).iter()).all(|(x, y)| x == y)
}

/// Two entrants compared in every metric that both have.
pub fn compared(
    (first, a): (&ScoreTable, &ModelColumn),
    (second, b): (&ScoreTable, &ModelColumn),
    paired: bool,
    rope: &Rope,
) -> Vec<(Comparison, crate::stats::Difference)> {
    let both = first.splits.len().min(second.splits.len());
    let one = |(name, _): &(String, crate::metric::Direction)| {
        let j = second.metric(name)?;
        let rope = rope.of_metric(&[(first, first.metric(name)?), (second, j)]);
        if !paired {
            return compare::unpaired((first, a), (second, b), name, rope);
        }
        // Of two runs of one plan the shorter one is the beginning of the longer.
        let board = first.first(both);
        let i = board.metric(name)?;
        let mut other = ModelColumn {
            name: b.name.clone(),
            test: vec![Column::default(); board.metrics.len()],
            ..ModelColumn::default()
        };
        other.test[i] = b.test[j].first(both);
        let own = board.models.iter().find(|m| m.name == a.name)?;
        compare::paired(&board, own, &other, i, rope)
    };
    first.metrics.iter().filter_map(one).collect()
}

fn entrant<'a>(board: &'a ScoreTable, name: &str, place: &std::path::Path) -> Result<&'a ModelColumn> {
    board.models.iter().find(|m| m.name == name).ok_or_else(|| {
        let near = suggestion_or_list(name, || board.models.iter().map(|m| m.name.as_str()));
        Error::report(format!("{} has no model '{name}'{near}", place.display()))
    })
}

/// Those metrics of a report, as it names them.
///
/// # Errors
/// An input error that names one that the report has not.
pub fn metrics_named<'a>(names: &[String], report: &'a Report, place: &std::path::Path) -> Result<Vec<&'a String>> {
    let named = |name: &String| {
        report.metric(name).map(|at| &report.metrics[at]).ok_or_else(|| {
            let near = suggestion_or_list(name, || report.metrics.iter().map(String::as_str));
            Error::report(format!("{} has no metric '{name}'{near}", place.display()))
        })
    };
    names.iter().map(named).collect()
}

/// Compares and prints.
pub fn run(args: &CompareArgs) -> Result<ExitCode> {
    let rope = Rope::parse(&args.rope)?;
    let inputs: Vec<_> = [&args.a].into_iter().chain(&args.b).map(|report| ("report", report.as_path())).collect();
    check_outputs(args.output.as_deref().as_slice(), &inputs)?;
    let first = Report::read(&args.a)?;
    let board = first.score_table();
    let metrics = metrics_named(&args.metric, &first, &args.a)?;
    rope.check(first.metrics.iter().map(String::as_str))?;
    let directions: Vec<(String, Direction)> = board.metrics.clone();
    let format = chosen(args.format, args.output.as_deref(), shows_pages);
    let mut metrics_of_both = first.metrics.clone();
    let mut answer = match &args.b {
        None => within(args, &board, &rope)?,
        Some(path) => {
            let second = Report::read(path)?;
            let other = second.score_table();
            let pairs = pairs_between(args, &first, &second)?;
            let note = relation((&first, &args.a), (&second, path), args.allow_other_data, &pairs)?;
            // A page says it itself.
            if let Some(note) = note.as_ref().filter(|_| format.page().is_none()) {
                terminal::say(format_args!("note: {note}"));
            }
            let unknown = sizes_unknown(&[(&board, &args.a), (&other, path)]);
            let note = [unknown, note].into_iter().flatten().reduce(|all, more| format!("{all}; {more}"));
            let comparisons = between(args, &rope, &pairs, path, (&first, &board), (&second, &other))?;
            metrics_of_both.retain(|name| second.metric(name).is_some());
            Answer { comparisons, standings: Vec::new(), note, left_out: Vec::new() }
        }
    };
    let is_asked = |name: &String| metrics.is_empty() || metrics.contains(&name);
    let undirected = |name: &&String| directions.iter().any(|(other, d)| other == *name && *d == Direction::None);
    answer.left_out = metrics_of_both.iter().filter(|name| is_asked(name)).filter(undirected).cloned().collect();
    answer.comparisons.retain(|c| metrics.is_empty() || metrics.contains(&&c.metric));
    answer.standings.retain(|s| metrics.is_empty() || metrics.contains(&&s.metric));
    let mut out = Out::open(args.output.as_deref())?;
    let style = args.screen.style(args.output.is_none());
    let options = WriteOptions { style, width: args.screen.width(), ..WriteOptions::default() };
    out.with(|out| match format.page() {
        Some(write) => {
            let Answer { comparisons, standings, note, left_out } = &answer;
            write(&compare_page(comparisons, standings, &directions, note.as_deref(), left_out), &options, out)
        }
        None => {
            serde_json::to_writer_pretty(&mut *out, &answer).map_err(std::io::Error::from)?;
            writeln!(out)
        }
    })?;
    out.finish()?;
    Ok(ExitCode::Holds)
}

fn within(args: &CompareArgs, board: &ScoreTable, rope: &Rope) -> Result<Answer> {
    let models: Vec<&ModelColumn> = match args.model.as_slice() {
        // One model alone is held against the baseline.
        [] if board.asked().len() == 1 => board.models.iter().collect(),
        [] => board.asked().iter().collect(),
        names => names.iter().map(|n| entrant(board, n, &args.a)).collect::<Result<_>>()?,
    };
    if models.len() < 2 {
        return Err(
            Error::report("one model cannot be compared").advise("name two with --model, or give a second report")
        );
    }
    let comparisons = compare::pairs(board, &models, rope);
    let note = sizes_unknown(&[(board, &args.a)]);
    Ok(Answer { comparisons, standings: compare::standings(board, &models), note, left_out: Vec::new() })
}

/// Why nothing can be told of differences, where scores do not say how many rows they are of.
fn sizes_unknown(boards: &[(&ScoreTable, &std::path::PathBuf)]) -> Option<String> {
    let (_, place) = boards.iter().find(|(board, _)| board.test_to_train(|_| true).is_none())?;
    Some(format!(
        "{} does not say how many train and test rows its scores are of, and no difference can be tested without; give --n-train \
         and --n-test to randsplit scores",
        place.display()
    ))
}

/// The models of two reports that are held against each other.
fn pairs_between(args: &CompareArgs, first: &Report, second: &Report) -> Result<Vec<(String, String)>> {
    let pairs: Vec<(&str, &str)> = match args.model.as_slice() {
        [a, b] => vec![(a, b)],
        [] if first.models.len() == 1 && second.models.len() == 1 => {
            vec![(&first.models[0].name, &second.models[0].name)]
        }
        [] => {
            let also = |m: &&Model| second.models.iter().any(|o| o.name == m.name);
            first.models.iter().filter(also).map(|m| (m.name.as_str(), m.name.as_str())).collect()
        }
        _ => {
            return Err(Error::report(
                "of two reports --model is given twice: first for the first, then for the second",
            ));
        }
    };
    if pairs.is_empty() {
        return Err(
            Error::report("the two reports have no model of the same name").advise("choose with --model A --model B")
        );
    }
    Ok(pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect())
}

fn between(
    args: &CompareArgs,
    rope: &Rope,
    pairs: &[(String, String)],
    path: &std::path::Path,
    (first, board): (&Report, &ScoreTable),
    (second, other): (&Report, &ScoreTable),
) -> Result<Vec<Comparison>> {
    if !first.metrics.iter().any(|m| second.metric(m).is_some()) {
        return Err(Error::report("the two reports have no metric in common").advise("run eval with the same --metric"));
    }
    let paired = agree(first, second);
    let mut all = Vec::new();
    for (a, b) in pairs {
        let (a, b) = (entrant(board, a, &args.a)?, entrant(other, b, path)?);
        all.extend(compared((board, a), (other, b), paired, rope).into_iter().map(|(mut c, _)| {
            c.a = format!("{} ({})", c.a, args.a.display());
            c.b = format!("{} ({})", c.b, path.display());
            c
        }));
    }
    Ok(all)
}
