//! The command line: flags to an [`Evaluation`](crate::Evaluation), reports to files and terminals.

mod args;
mod available;
mod catalogue;
mod check;
mod claims;
mod command_line;
mod compare;
mod completions;
mod config;
mod eval;
mod exit;
mod explain;
mod export;
mod external;
mod figures;
mod fit;
mod formats;
mod inspect;
mod interrupt;
mod journal;
mod large;
mod long_run;
mod memory;
mod merge;
mod other_data;
mod outside;
mod place;
mod plot;
mod predict;
mod progress;
mod render;
mod rescore;
mod sanity;
mod schema;
mod scores;
mod shard;
mod shell;
mod sink;
pub(crate) mod spelling;
mod splits;
mod target;
mod temporary;
mod terminal;
mod threads;

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use clap::{CommandFactory, Parser, Subcommand};

use catalogue::ListForm;
use config::FromFile;
pub use exit::ExitCode;
pub use memory::GuardedAllocator;

use crate::error::{Error, Result, panic_text};
use crate::escape::terminal::{self as escape, has_controls};
use crate::setting::spell_settings;
use crate::threads::refused;

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv --target y                       ridge or logistic, 100 splits
  randsplit eval data.csv -t y -m ridge -m tree -n 500     two models on the same 500 splits
  randsplit eval data.csv -t y --fail-below r2=0.4         exit 1 if any split scores below 0.4
  randsplit eval data.csv -t y -o run.json                 keep the report …
  randsplit inspect run.json                               … and ask why its splits differ
  randsplit fit run.json -o model.json                     keep the model, for predict
  randsplit eval data.csv -t y -f json | jq '.models[0].metrics.r2.worst'

Exit codes:
  0  ran, and every claim holds       3    a run could not be finished
  1  a claim fails                    4    a claim is undecided (with --undecided fail)
  2  invalid input                    130  stopped by Ctrl-C, the splits done are reported";

/// Is a model's score real, or did it get a lucky train/test split?
///
/// randsplit fits a model on many seeded train/test splits of one table and shows the whole
/// distribution of its scores: best, worst, spread, and the splits that stand out.
#[derive(Debug, Parser)]
#[command(name = "randsplit", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Evaluate models on many splits and report the distribution of their scores
    Eval(Box<eval::EvalArgs>),
    /// Look into the splits of a report: which differ, and why
    Inspect(Box<inspect::InspectArgs>),
    /// Join the parts of a run that was shared out by --shard, and report it
    Merge(Box<merge::MergeArgs>),
    /// Score the predictions that eval has saved by other metrics, claims and probes; nothing is fitted
    Rescore(Box<rescore::RescoreArgs>),
    /// Write a report in another form, such as a page with pictures
    Render(render::RenderArgs),
    /// Draw a figure of a report as SVG or PNG
    Plot(plot::PlotArgs),
    /// Write the rows of a split with their predictions
    Export(Box<export::ExportArgs>),
    /// Fit a model of a report to all rows, and write it to a file that predict uses
    Fit(Box<fit::FitArgs>),
    /// Predict new rows by a model file, or by the models of all splits of a report
    Predict(Box<predict::PredictArgs>),
    /// Write the split plan as a table, for use in any other tool
    Splits(Box<splits::SplitsArgs>),
    /// Sum up, compare and judge scores that were made elsewhere
    Scores(Box<scores::ScoresArgs>),
    /// Judge an existing report by claims; nothing is fitted
    Check(Box<check::CheckArgs>),
    /// Check models in the making: does it learn, overfit a few rows, repeat itself, keep off test rows?
    Sanity(Box<sanity::SanityArgs>),
    /// Compare models of one report, or of two, split by split
    Compare(compare::CompareArgs),
    /// List the models, their parameters and defaults
    Models {
        /// Show this model alone
        name: Option<String>,
        #[command(flatten)]
        form: ListForm,
    },
    /// List the metrics
    Metrics(ListForm),
    /// List the probes, their parameters and defaults
    Probes(ListForm),
    /// List the split schemes
    Schemes(ListForm),
    /// List what there is of anything: models, metrics, schemes, statistics, codes and more
    List(catalogue::ListArgs),
    /// Print the JSON Schema of what eval or sanity writes as JSON, or of model files
    #[command(after_help = schema::EXAMPLES)]
    Schema {
        /// report, model, or sanity
        #[arg(value_enum, default_value = "report", hide_possible_values = true)]
        of: schema::Document,
    },
    /// Explain the code of a note or warning, such as RS001, or a check of sanity, such as overfit
    Explain {
        /// The code, or the name of a check; all codes are listed without it
        code: Option<String>,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (of a command, if one is named)
    Man {
        /// A command, such as eval
        command: Option<String>,
    },
}

/// Runs the program with these arguments, the first of which is its own name, and returns how it ended. To be called once,
/// by a process that has started no thread.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = args.into_iter().collect();
    spell_settings(&spelling::Flags);
    // A panic is our mistake, and what reaches the user is one sentence about it.
    std::panic::set_hook(Box::new(|_| {}));
    let mut file = None;
    let done = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let (arguments, read) = config::with_config(&Cli::command(), args)?;
        let mut cli = match Cli::try_parse_from(&arguments) {
            Ok(cli) => cli,
            Err(e) => return target::missing(&Cli::command(), &arguments, &e).map_or_else(|| usage(&e), Err),
        };
        if let Some(note) = read.as_ref().and_then(FromFile::note) {
            terminal::say(note);
        }
        file = read;
        if let Command::Eval(args) = &mut cli.command {
            args.command = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
        }
        threads::size_pools(cli.command.threads());
        interrupt::listen();
        command(cli.command)
    }));
    let result = done.unwrap_or_else(|panic| {
        let why = panic_text(panic.as_ref());
        // What libraries say where the system starts no thread for their own pools.
        if why.contains("ThreadPoolBuildError") || why.contains("failed to spawn thread") {
            return Err(refused(
                why.rsplit_once("message: ").map_or(why, |(_, message)| message.trim_end_matches([' ', '}', ')'])),
            ));
        }
        Err(Error::internal(format!("internal error (a bug in randsplit): {why}")).advise("please report it"))
    });
    result.unwrap_or_else(|error| {
        if error == Error::BrokenPipe {
            return ExitCode::of(&error);
        }
        let blamed = file.filter(|_| error.exit_code() == 2).and_then(|file| file.blame(&error.to_string()));
        let error = match blamed {
            Some(note) => error.noted(note),
            None => error,
        };
        terminal::complain(&error);
        ExitCode::of(&error)
    })
}

/// The `eval` of a command line that a file has kept.
///
/// # Errors
/// An input error that names the file, where it is another command or none of this version.
fn eval_of(command: &[String], file: &Path) -> Result<eval::EvalArgs> {
    let words = std::iter::once("randsplit").chain(command.iter().map(String::as_str));
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Eval(args)) => Ok(*args),
        _ => Err(Error::report(format!("{}: its command is not one of this version", file.display()))
            .advise("use the version that wrote it")),
    }
}

/// Help and version are results; everything else is an error of usage.
fn usage(said: &clap::Error) -> Result<ExitCode> {
    let text = said.render();
    // Colour is left out where an argument has codes of its own, which would be sent with it.
    let own = text.to_string().lines().any(has_controls);
    let shown = |colour: bool| if colour && !own { text.ansi().to_string() } else { escape::lines(&text.to_string()) };
    if said.use_stderr() {
        terminal::say_as_it_is(shown(terminal::colour_on_stderr()).trim_end());
        return Ok(ExitCode::Input);
    }
    sink::print(&shown(terminal::colour_on_stdout()))?;
    Ok(ExitCode::Holds)
}

impl Command {
    /// The threads that are asked for, 0 for one a core.
    fn threads(&self) -> usize {
        match self {
            Self::Eval(args) => args.threads(),
            Self::Inspect(args) => args.threads(),
            Self::Merge(args) => args.threads,
            Self::Rescore(args) => args.threads,
            Self::Export(args) => args.threads(),
            Self::Fit(args) => args.threads(),
            Self::Predict(args) => args.threads(),
            _ => 0,
        }
    }
}

fn command(command: Command) -> Result<ExitCode> {
    match command {
        Command::Eval(args) => return eval::run(&args),
        Command::Inspect(args) => return inspect::run(&args),
        Command::Merge(args) => return merge::run(&args),
        Command::Rescore(args) => return rescore::run(*args),
        Command::Export(args) => export::run(&args)?,
        Command::Compare(args) => return compare::run(&args),
        Command::Scores(args) => return scores::run(&args),
        Command::Render(args) => return render::run(&args),
        Command::Plot(args) => return plot::run(&args),
        Command::Check(args) => return check::run(&args),
        Command::Sanity(args) => return sanity::run(&args),
        Command::Fit(args) => fit::run(&args)?,
        Command::Predict(args) => predict::run(&args)?,
        Command::Splits(args) => splits::run(&args)?,
        Command::Models { name, form } => catalogue::models_or_one(name.as_deref(), &form)?,
        Command::Metrics(form) => catalogue::topic("metrics", &form)?,
        Command::Probes(form) => catalogue::topic("probes", &form)?,
        Command::Schemes(form) => catalogue::topic("schemes", &form)?,
        Command::List(args) => catalogue::run(&args)?,
        Command::Schema { of } => sink::print(&schema::text(of))?,
        Command::Explain { code } => explain::run(code.as_deref())?,
        Command::Completions { shell } => sink::print(&completions::script(shell))?,
        Command::Man { command } => sink::print(&manual(command.as_deref())?)?,
    }
    Ok(ExitCode::Holds)
}

/// The command line as clap knows it.
fn root() -> clap::Command {
    Cli::command()
}

fn manual(command: Option<&str>) -> Result<String> {
    let root = Cli::command();
    let page = match command {
        None => root,
        Some(name) => {
            let found = root.find_subcommand(name).cloned();
            let names = || root.get_subcommands().map(clap::Command::get_name);
            let command = found.ok_or_else(|| {
                Error::setting(format!("no command '{name}'{}", crate::error::suggestion_or_list(name, names)))
            })?;
            command.display_name(format!("randsplit-{name}")).bin_name(format!("randsplit {name}"))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text).map_err(|e| Error::writing("the manual page", &e))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_consistent() {
        Cli::command().debug_assert();
    }
}
