//! `randsplit check`: an existing report judged; nothing is fitted.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::ExitCode;
use super::claims::{ClaimArgs, Undecided};
use super::compare::{agree, compared, metrics_named};
use super::formats::{chosen, parser, shows_pages};
use super::other_data::relation;
use super::place::check_outputs;
use super::sink::{Out, unless_unread};
use super::terminal::{self, ScreenFlags};
use crate::data::{Target, Task};
use crate::error::{Error, Result, suggestion_or_list};
use crate::metric::Direction;
use crate::metric::ValueSpec;
use crate::render::{Format, WriteOptions, judged_page, significant};
use crate::report::Report;
use crate::stats::holm;
use crate::verdict::claim::cannot_fail;
use crate::verdict::{Behaviour, ClaimResult, Comparison, Rope, Verdict};

const EXAMPLES: &str = "\
Examples:
  randsplit check report.json --claims claims.toml
  randsplit check new.json --against accepted.json --tolerance 0.01
  randsplit check report.json --claim 'worst(r2) >= 0.1' --claim 'share(r2 > baseline.r2) >= 95%'";

/// Flags of `check`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CheckArgs {
    /// A report that `eval` wrote as JSON
    report: PathBuf,

    #[command(flatten)]
    claims: ClaimArgs,

    /// The report that was accepted last: exit 1 if a model's scores fell significantly (at 5 %)
    #[arg(long, value_name = "OLD", help_heading = "Acceptance")]
    against: Option<PathBuf>,

    /// Accept an old report of another target, task, positive class, scheme or of other columns all the same
    #[arg(long, help_heading = "Acceptance")]
    allow_other_data: bool,

    /// A fall of the mean up to this is accepted, in units of the metric
    #[arg(long, value_name = "FALL", default_value_t = 0.0, allow_hyphen_values = true, help_heading = "Acceptance")]
    tolerance: f64,

    /// Metric that is held against the old report; the primary one without it
    #[arg(long, value_name = "METRIC", help_heading = "Acceptance")]
    metric: Vec<String>,

    /// Form of the verdicts: table, json, markdown, junit or github [default: by the ending of --output, else table]
    #[arg(short, long, value_parser = parser(shows_verdicts), hide_possible_values = true, help_heading = "Output")]
    format: Option<&'static dyn Format>,

    /// Write the verdicts to a file
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    #[command(flatten, next_help_heading = "Output")]
    screen: ScreenFlags,
}

/// Forms that verdicts alone have.
fn shows_verdicts(format: &dyn Format) -> bool {
    shows_pages(format) || format.is_verdicts()
}

/// Judges the report.
pub fn run(args: &CheckArgs) -> Result<ExitCode> {
    let mut inputs = vec![("report", args.report.as_path())];
    inputs.extend(args.against.iter().map(|old| ("report accepted last", old.as_path())));
    inputs.extend(args.claims.claims.iter().map(|file| ("claims file", file.as_path())));
    check_outputs(args.output.as_deref().as_slice(), &inputs)?;
    let stated = args.claims.stated()?;
    let report = Report::read(&args.report)?;
    if stated.claims.is_empty() && stated.behaviours.is_empty() && args.against.is_none() {
        let what = "there is nothing to check; add --claims FILE, --claim 'worst(r2) >= 0.3' or --against OLD.json";
        return Err(Error::report(what));
    }
    if let Some(value) = &stated.value {
        same_value(value, &report, &args.report)?;
    }
    let (acceptance, note) = acceptance(args, &report)?;
    let board = report.score_table();
    let known = board.known(crate::probe::offered());
    let allowed = args.claims.allow_failed.unwrap_or_default();
    let mut claims = Vec::new();
    for behaviour in &stated.behaviours {
        check_behaviour(behaviour, &report, &args.report)?;
    }
    for claim in stated.claims.iter().chain(stated.behaviours.iter().map(|b| &b.claim)) {
        let posed = claim.pose(args.claims.confidence, allowed, &known)?;
        if cannot_fail(&posed.statement) {
            terminal::say(format_args!("note: {} holds whatever the scores are (RS203)", posed.statement));
        }
        claims.extend(posed.judge(&board, 1));
    }
    let fell = acceptance.iter().any(|a| a.fell);
    let format = chosen(args.format, args.output.as_deref(), shows_verdicts);
    // A page says it itself.
    if let Some(note) = note.as_ref().filter(|_| format.page().is_none()) {
        terminal::say(format_args!("note: {note}"));
    }
    let mut out = Out::open(args.output.as_deref())?;
    let style = args.screen.style(args.output.is_none());
    let undecided_fails = args.claims.undecided == Undecided::Fail;
    let options = WriteOptions { style, width: args.screen.width(), undecided_fails, ..WriteOptions::default() };
    let exit = if fell { ExitCode::Fails } else { args.claims.exit_code(&claims) };
    let written = out.with(|out| {
        if format.is_whole() {
            let judged = Judged { claims: &claims, acceptance: &acceptance, note: note.as_deref() };
            serde_json::to_writer_pretty(&mut *out, &judged).map_err(std::io::Error::from)?;
            return writeln!(out);
        }
        // Elsewhere that a model has not fallen is a claim like others.
        let all: Vec<ClaimResult> = claims.into_iter().chain(acceptance.iter().map(Acceptance::claim)).collect();
        match format.page() {
            Some(write) => {
                write(&judged_page(&args.report.display().to_string(), &all, note.as_deref()), &options, out)
            }
            None => format.write(&Report { claims: all, warnings: Vec::new(), ..report }, &options, out),
        }
    });
    // The verdict does not depend on who reads it.
    unless_unread(written.and_then(|()| out.finish()))?;
    Ok(exit)
}

/// Refuses a behaviour that the report's models were not tried for: nothing is fitted here.
fn check_behaviour(behaviour: &Behaviour, report: &Report, path: &std::path::Path) -> Result<()> {
    let (place, name) = (&behaviour.claim.place, &behaviour.name);
    match report.config.behaviours.iter().find(|b| b.name == *name) {
        None => Err(Error::report(format!("{} has not tried this behaviour", path.display()))
            .at(place)
            .advise("evaluate with this claims file")),
        Some(tried) if tried.test != behaviour.test => {
            Err(Error::report(format!("{} has tried another behaviour of this name", path.display()))
                .at(place)
                .advise("evaluate with this claims file"))
        }
        Some(_) => Ok(()),
    }
}

/// Checks that the scores of a report are worth what a claims file says: they cannot be worked out again without
/// the predictions.
fn same_value(stated: &ValueSpec, report: &Report, place: &Path) -> Result<()> {
    let (file, place) = (&stated.place, place.display());
    let again = "values cannot be worked out from a report, which has no predictions; run eval with that file";
    let Some(made) = &report.value else {
        return Err(Error::report(format!("{file}: {place} was made without a [value] table, and {again}")));
    };
    let data = report.table()?;
    let labels = data.labels.clone();
    let target = match data.task {
        Task::Regression => Target::Regression { values: Vec::new() },
        Task::Classification => {
            let positive = labels.iter().position(|l| Some(l) == data.positive.as_ref()).map(|p| p as u32);
            Target::Classification { codes: Vec::new(), labels, positive }
        }
    };
    let terms = stated.resolve(&target)?.terms();
    let differs = if stated.rows_per_year != made.rows_per_year {
        "rows_per_year"
    } else if stated.cost_per_year != made.cost_per_year {
        "cost_per_year"
    } else if made.terms.as_ref().map(|t| &t.threshold) != Some(&terms.threshold) {
        "threshold"
    } else if made.terms.as_ref() != Some(&terms) {
        "gains"
    } else {
        return Ok(());
    };
    Err(Error::report(format!("{file}: {place} was made with a [value] table of other {differs}, and {again}")))
}

#[derive(Serialize)]
struct Judged<'a> {
    claims: &'a [ClaimResult],
    #[serde(skip_serializing_if = "<[Acceptance]>::is_empty")]
    acceptance: &'a [Acceptance],
    /// In what the two reports differ, where they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

/// One model and metric against the report accepted last.
#[derive(Serialize)]
struct Acceptance {
    /// The new scores (`a`) against the old ones (`b`).
    comparison: Comparison,
    /// The fall that is accepted.
    tolerance: f64,
    /// One-sided: the chance of such a fall if the true one were the tolerance.
    p_fall: f64,
    /// The same by Holm over all that is held against the old report.
    p_fall_holm: f64,
    /// Whether the fall is significant, or more new splits than are allowed have no score.
    fell: bool,
    /// Splits of the new report that have no score.
    unscored: usize,
    /// Splits of the new report.
    #[serde(skip)]
    of: usize,
    #[serde(skip)]
    direction: Direction,
}

impl Acceptance {
    /// The same as a claim that the model has not fallen.
    fn claim(&self) -> ClaimResult {
        let c = &self.comparison;
        let worse = c.mean_difference < 0.0;
        let way = self.direction.change(!worse);
        let on = if c.paired { "the same splits" } else { "different splits" };
        let lacks = match self.unscored {
            0 => String::new(),
            n => format!("; {n} of {} new splits have no score (--allow-failed lets them lack one)", self.of),
        };
        let change = match c.mean_difference {
            0.0 if c.ci95 == [0.0; 2] => format!("unchanged on {on}"),
            by => format!(
                "{} {way} on average on {on} (95 % interval of the gain {} to {})",
                significant(by.abs()),
                significant(c.ci95[0]),
                significant(c.ci95[1])
            ),
        };
        let p = significant(self.p_fall_holm);
        let reason = format!("{change}; evidence that it is worse: Holm-adjusted p = {p}{lacks}");
        let more =
            if self.tolerance > 0.0 { format!(" by more than {}", significant(self.tolerance)) } else { String::new() };
        ClaimResult {
            text: format!("mean {} has not got worse{more}", c.metric),
            model: c.a.clone(),
            verdict: if self.fell { Verdict::Fails } else { Verdict::Holds },
            observed: None,
            threshold: None,
            margin: None,
            split: None,
            name: None,
            why: None,
            confidence: None,
            margin_bounds: None,
            unscored: self.unscored,
            reason: Some(reason),
        }
    }
}

/// Falls with an adjusted p below this are significant.
const SIGNIFICANT: f64 = 0.05;

/// What became of the models of the report accepted last, and in what the two reports differ.
fn acceptance(args: &CheckArgs, new: &Report) -> Result<(Vec<Acceptance>, Option<String>)> {
    let Some(path) = &args.against else { return Ok((Vec::new(), None)) };
    if !(args.tolerance >= 0.0 && args.tolerance.is_finite()) {
        let text = format!("--tolerance {}: give a fall from 0 up, in units of the metric", args.tolerance);
        return Err(Error::report(text));
    }
    let old = Report::read(path)?;
    let asked = if args.metric.is_empty() { &new.metrics[..new.metrics.len().min(1)] } else { &args.metric };
    let metrics = metrics_named(asked, new, &args.report)?;
    metrics_named(asked, &old, path)?;
    let board = new.score_table();
    if let Some(name) =
        metrics.iter().find(|name| board.metrics.iter().any(|m| m.0 == ***name && m.1 == Direction::None))
    {
        return Err(Error::report(format!("{name} has no direction, so that it cannot get worse"))
            .advise("name another with --metric"));
    }
    let pairs: Vec<(String, String)> = old.models.iter().map(|m| (m.name.clone(), m.name.clone())).collect();
    let note = relation((new, &args.report), (&old, path), args.allow_other_data, &pairs)?;
    let paired = agree(new, &old);
    let (first, second) = (new.score_table(), old.score_table());
    let mut all = Vec::new();
    for model in &old.models {
        // A model that is gone cannot be judged, and is no pass.
        let (Some(a), Some(b)) = (first.model(&model.name), second.model(&model.name)) else {
            let near = suggestion_or_list(&model.name, || new.models.iter().map(|m| m.name.as_str()));
            return Err(Error::report(format!("{} has no model '{}'{near}", args.report.display(), model.name)));
        };
        for (comparison, difference) in
            compared((&first, &first.models[a]), (&second, &second.models[b]), paired, &Rope::default())
        {
            if metrics.contains(&&comparison.metric) {
                let p = difference.p_worse_than(args.tolerance);
                let at = first.metric(&comparison.metric);
                let unscored = at.map_or(0, |at| first.models[a].test[at].iter().filter(Option::is_none).count());
                let (of, tolerance) = (first.splits.len(), args.tolerance);
                let direction = at.map_or(Direction::None, |at| first.metrics[at].1);
                all.push(Acceptance {
                    comparison,
                    tolerance,
                    p_fall: p,
                    p_fall_holm: p,
                    fell: false,
                    unscored,
                    of,
                    direction,
                });
            }
        }
    }
    if all.is_empty() {
        let text = format!(
            "{} and {} have too few scores on different splits to compare",
            args.report.display(),
            path.display()
        );
        return Err(Error::report(text));
    }
    let adjusted = holm(&all.iter().map(|a| a.p_fall).collect::<Vec<_>>());
    for (one, p) in all.iter_mut().zip(adjusted) {
        // A split on which the new model has no score is no better than a bad one.
        let missing = one.unscored > args.claims.allow_failed.unwrap_or_default().of(one.of);
        (one.p_fall_holm, one.fell) = (p, p < SIGNIFICANT || missing);
    }
    Ok((all, note))
}
