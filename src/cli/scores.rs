//! `randsplit scores`: scores that were made elsewhere.

use std::path::Path;

use clap::Args;

use super::ExitCode;
use super::args::{CsvCells, decimal_mark, delimiter_byte, whole};
use super::claims::{JudgingArgs, Undecided};
use super::formats::{self, Outputs, Screen};
use super::terminal::{self, ScreenFlags};
use crate::data::{Dataset, LoadOptions};
use crate::error::{Error, Result};
use crate::metric::Direction;
use crate::names::items;
use crate::render::{Format, Style, claim_line};
use crate::report::Report;
use crate::scores::{ScoreRows, ScoresOptions};
use crate::verdict::{Bound, ClaimsFile, Rope, Verdict, read_share};

const EXAMPLES: &str = "\
Examples:
  randsplit scores cv.csv --n-train 90 --n-test 10     ten folds of 100 rows, repeated or not
  randsplit scores cv.csv --baseline dummy             models held against one of them
  randsplit scores cv.csv --claim 'worst(rmse) <= 3'   exit 1 if a split is worse
  randsplit scores cv.csv --metric gini --greater-is-better gini
  randsplit scores cv.csv -o scores.json               a report for check and compare

The table is CSV or Parquet. Long form, a row a score:
  split,model,metric,score,n_train,n_test              n_train, n_test and a single model may be left out
  0,ridge,r2,0.51,90,10
Wide form, a column a metric, as cross_validate of scikit-learn (test_r2) and randsplit eval -f csv have it:
  split,model,r2,rmse,n_train,n_test
  0,ridge,0.51,54.1,90,10
In Python: pandas.DataFrame(cross_validate(…)).to_csv(\"cv.csv\", index_label=\"split\"). Without numbers of
rows there is no interval for new data and no test of a difference.

Exit codes: 0 every claim holds, 1 a claim fails, 2 invalid input, 4 one is undecided (--undecided fail).";

/// Flags of `scores`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ScoresArgs {
    /// CSV or Parquet file of scores, gzipped or not; - for standard input
    scores: String,

    /// Metric to use; repeat or separate by commas, the first is the primary one [default: all]
    #[arg(long, value_name = "METRIC", help_heading = "Scores")]
    metric: Vec<String>,

    /// Metric that is better when higher, where its name does not tell; repeat or separate by commas
    #[arg(long, value_name = "METRIC", help_heading = "Scores")]
    greater_is_better: Vec<String>,

    /// Metric that is better when lower, where its name does not tell; repeat or separate by commas
    #[arg(long, value_name = "METRIC", help_heading = "Scores")]
    lower_is_better: Vec<String>,

    /// Model of the file that the others are held against [default: none]
    #[arg(long, value_name = "MODEL", help_heading = "Scores")]
    baseline: Option<String>,

    /// Train rows of each split, where no column says
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_hyphen_values = true, help_heading = "Scores")]
    n_train: Option<usize>,

    /// Test rows of each split, where no column says
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_hyphen_values = true, help_heading = "Scores")]
    n_test: Option<usize>,

    /// Test rows as a share of all rows (0.1, 10%), where their number is not known
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true, help_heading = "Scores")]
    test_size: Option<f64>,

    /// Extra string to read as no score
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Scores", hide_short_help = true)]
    na: Vec<String>,

    /// What stands before decimals: . or , where the file leaves it open
    #[arg(long, value_name = "CHARACTER", help_heading = "Scores", hide_short_help = true)]
    decimal: Option<String>,

    /// Delimiter of a text file (tab for a tab); found from its first lines without it
    #[arg(long, value_name = "CHARACTER", help_heading = "Scores", hide_short_help = true)]
    delimiter: Option<String>,

    #[command(flatten)]
    judging: JudgingArgs,

    #[arg(
        short,
        long,
        help = formats::help(|_| true),
        value_parser = formats::parser(|_| true),
        hide_possible_values = true,
        help_heading = "Output"
    )]
    format: Option<&'static dyn Format>,

    /// Write the result to a file; without --format a table is printed as well. FORMAT=FILE, repeated,
    /// writes several forms
    #[arg(short, long, value_name = "[FORMAT=]FILE", help_heading = "Output")]
    output: Vec<String>,

    /// Cells of text in CSV: raw, or spreadsheet, with ' before one that begins with =, +, -, @ or a tab
    #[arg(
        long,
        value_enum,
        default_value = "raw",
        hide_possible_values = true,
        value_name = "raw|spreadsheet",
        help_heading = "Output",
        hide_short_help = true
    )]
    csv_cells: CsvCells,

    #[command(flatten, next_help_heading = "Output")]
    screen: ScreenFlags,

    /// Show the whole distribution of every model, where several are shown in a line each
    #[arg(long, help_heading = "Output")]
    detail: bool,
}

fn share(text: &str) -> std::result::Result<f64, String> {
    read_share(text).map_err(|e| e.to_string())
}

/// Names separated by commas outside brackets.
fn names(lists: &[String]) -> Vec<String> {
    lists.iter().flat_map(|list| items(list)).map(str::to_owned).collect()
}

/// Makes the report and writes it.
pub fn run(args: &ScoresArgs) -> Result<ExitCode> {
    let stated = args.judging.claims.stated()?;
    check_claims(&stated)?;
    let judged =
        !(args.judging.fail_below.is_empty() && args.judging.fail_above.is_empty() && stated.claims.is_empty());
    let mut inputs: Vec<(&str, &Path)> = Vec::new();
    inputs.extend((args.scores != "-").then(|| ("table of scores", Path::new(&args.scores))));
    inputs.extend(args.judging.claims.claims.iter().map(|path| ("claims file", path.as_path())));
    let mut outputs = Outputs::open(args.format, &args.output, &inputs, judged)?;
    outputs.cells = args.csv_cells.into();
    outputs.lines_written = false;
    let load = LoadOptions {
        delimiter: delimiter_byte(args.delimiter.as_deref())?,
        decimal: decimal_mark(args.decimal.as_deref())?,
        missing: args.na.clone(),
        ..LoadOptions::default()
    };
    let metrics = names(&args.metric);
    let scores = ScoreRows::read(&Dataset::from_path(&args.scores), &load, &metrics)?;
    let directed = |lists: &[String], direction| names(lists).into_iter().map(move |name| (name, direction));
    let bounded = |texts: &[String], bound| texts.iter().map(|text| (bound, text.clone())).collect::<Vec<_>>();
    let options = ScoresOptions {
        metrics,
        directions: directed(&args.greater_is_better, Direction::Higher)
            .chain(directed(&args.lower_is_better, Direction::Lower))
            .collect(),
        baseline: args.baseline.clone(),
        n_train: args.n_train,
        n_test: args.n_test,
        test_size: args.test_size,
        worst_case: [bounded(&args.judging.fail_below, Bound::Below), bounded(&args.judging.fail_above, Bound::Above)]
            .concat(),
        claims: stated.claims,
        confidence: args.judging.claims.confidence,
        allowed: args.judging.claims.allow_failed.unwrap_or_default(),
        rope: Rope::parse(&args.judging.rope)?,
    };
    let report = Report::from_scores(&scores, &options)?;
    let shown = outputs.shows_verdicts();
    let screen =
        Screen { style: args.screen.style(true), width: args.screen.width(), detail: args.detail, plot: false };
    outputs.finish(&report, &screen, args.judging.claims.undecided == Undecided::Fail)?;
    // The table shows the verdicts; other forms leave them to standard error.
    if !shown {
        let open = report.claims.iter().filter(|claim| claim.verdict != Verdict::Holds);
        open.for_each(|claim| terminal::say(claim_line(claim, Style::PLAIN)));
    }
    Ok(args.judging.claims.exit_code(&report.claims))
}

/// Refuses what takes predictions.
fn check_claims(stated: &ClaimsFile) -> Result<()> {
    let needs = |what: &str, place: &str| {
        Err(Error::claim(format!("{what} needs predictions, and there are scores alone"))
            .at(place)
            .advise("leave it out, or run eval with that file"))
    };
    if let Some(behaviour) = stated.behaviours.first() {
        return needs(&format!("behaviour '{}'", behaviour.name), &behaviour.claim.place);
    }
    match &stated.value {
        Some(value) => needs("a [value] table", &value.place),
        None => Ok(()),
    }
}
