//! The run of `eval`, and what it writes.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{EngineChoice, EvalArgs, inputs, judged, metric_names, precision, probe_splits, tunes};
use crate::Ensemble;
use crate::cli::args::Count;
use crate::cli::available::check_memory;
use crate::cli::claims::Undecided;
use crate::cli::formats::{Outputs, Screen};
use crate::cli::place::check_outputs;
use crate::cli::sink::Out;
use crate::cli::{ExitCode, fit, interrupt, progress, terminal};
use crate::error::Result;
use crate::evaluation::{PreparedEvaluation, all_failed, nothing_done};
use crate::predict::onnx;
use crate::render::{Style, claim_line};
use crate::run::{Engine, Outcome, Streamed};
use crate::stopping::StoppingOptions;
use crate::verdict::{Bound, Rope, Verdict};
use crate::warning::{Code, Warning, WarningEntry};

/// Runs the evaluation and writes its result.
pub fn run(args: &EvalArgs) -> Result<ExitCode> {
    let started = Instant::now();
    let stated = args.judging.claims.stated()?;
    let mut outputs = Outputs::open(args.format, &args.output, &inputs(args), judged(args, &stated))?;
    outputs.cells = args.csv_cells.into();
    let mut model_out = match &args.save_model {
        Some(path) => {
            let written = outputs.paths();
            let written = written.iter().map(|(what, path)| (*what, path.as_path()));
            check_outputs(&[path], &inputs(args).into_iter().chain(written).collect::<Vec<_>>())?;
            Some(Out::open(Some(path))?)
        }
        None => None,
    };
    let (models, external) = args.external.models(&args.model)?;
    let mut evaluation = args
        .data
        .evaluation(&args.plan)?
        .models(models)
        .external(external)
        .external_options(args.external.options())
        .metrics(metric_names(&args.metric))
        .grids(args.grid.iter().map(String::as_str))
        .tunes(tunes(args)?)
        .probes(args.probe.iter().map(String::as_str))
        .chains(args.chain.iter().map(String::as_str))
        .threads(args.threads)
        .keep_table(args.save_model.is_some())
        .timings(args.timings)
        .figures(outputs.has_figures() || args.plot || args.figures.is_some())
        .engine(match args.engine {
            EngineChoice::Auto => Engine::Auto,
            EngineChoice::Shared => Engine::Shared,
            EngineChoice::PerSplit => Engine::PerSplit,
        });
    if let Some(id) = &args.id {
        evaluation = evaluation.id(id);
    }
    for (bound, claims) in [(Bound::Below, &args.judging.fail_below), (Bound::Above, &args.judging.fail_above)] {
        for claim in claims {
            evaluation = match bound {
                Bound::Below => evaluation.fail_below(claim.as_str()),
                Bound::Above => evaluation.fail_above(claim.as_str()),
            };
        }
    }
    let stopping = StoppingOptions {
        auto: args.plan.splits == Some(Count::Auto),
        precision: precision(args)?,
        fail_fast: args.fail_fast,
    };
    evaluation = evaluation.allow_failed(args.judging.claims.allow_failed.unwrap_or_default());
    evaluation =
        evaluation.stopping(stopping).rope(Rope::parse(&args.judging.rope)?).checks(!args.no_checks).null(args.null);
    evaluation =
        evaluation.repeat_check(args.repeat_check).probe_splits(probe_splits(args)?).behaviours(stated.behaviours);
    let prepared =
        evaluation.value(stated.value).stated(stated.claims).confidence(args.judging.claims.confidence).prepare()?;
    if fit::is_onnx(args.save_model.as_deref()) {
        // Any of them may turn out to lead.
        for model in &prepared.models {
            model.kind().map_or(Ok(()), |kind| onnx::check_kind(&model.name, kind))?;
        }
    }
    let loaded = started.elapsed().as_secs_f64();
    let judged = !prepared.claims.is_empty();
    let streams = outputs.only_lines()
        && model_out.is_none()
        && !judged
        && args.null.is_none()
        && !stopping.auto
        && !stopping.fail_fast;
    if streams {
        return stream(args, &prepared, outputs);
    }
    check_memory(&prepared)?;
    let reporting = interrupt::Reporting::start();
    let stop = reporting.stop();
    let bar = progress::bar(prepared.plan.splits(), args.quiet);
    let result = prepared.run(stop, |split| {
        bar.inc(1);
        outputs.line(split, &prepared.models, &prepared.metrics)
    });
    bar.finish_and_clear();
    let outcome: Outcome = result?;
    let mut report = match prepared.report(&outcome.part, stop) {
        // Only Ctrl-C leaves no split at all.
        Err(nothing) if outcome.part.is_empty() => {
            terminal::complain(nothing);
            return Ok(ExitCode::Stopped);
        }
        report => report?,
    };
    prepared.test_null(&mut report, stop)?;
    if args.null.is_some() && report.null.is_empty() && stop.load(Ordering::SeqCst) && !report.plan.partial {
        let text = "stopped early: all splits are reported, but the permutation test was not finished and is left out";
        report.warnings.push(WarningEntry::from(&Warning::new(Code::Partial, text)));
        report.plan.partial = true;
    }
    // What is left is done in a moment; whoever asks now means the end.
    let stopped = reporting.end();
    if args.timings {
        let total = started.elapsed().as_secs_f64();
        report.timings = Some(BTreeMap::from([
            ("load".into(), loaded),
            ("splits".into(), outcome.seconds),
            ("run".into(), total - loaded),
            ("total".into(), total),
        ]));
    }
    let kept = match &mut model_out {
        Some(out) if !report.plan.partial => {
            let leader = report.leader()?;
            let place = report.models.iter().position(|model| model.name == leader.name).unwrap_or(0) + 1;
            let as_onnx = fit::is_onnx(args.save_model.as_deref());
            let ensemble = if as_onnx { Ensemble::NothingOfSplits } else { Ensemble::Auto };
            let bar = progress::bar(if as_onnx { 0 } else { prepared.plan.splits() }, args.quiet);
            let fitted = prepared.fit_model(place, leader, &report, ensemble, || bar.inc(1));
            bar.finish_and_clear();
            let file = fitted?;
            fit::write(&file, args.save_model.as_deref(), out)?;
            Some(file)
        }
        _ => None,
    };
    let shown = outputs.shows_verdicts();
    let screen =
        Screen { style: args.screen.style(true), width: args.screen.width(), detail: args.detail, plot: args.plot };
    outputs.figures.clone_from(&args.figures);
    outputs.finish(&report, &screen, args.judging.claims.undecided == Undecided::Fail)?;
    if let (Some(out), Some(file)) = (model_out, &kept) {
        out.finish()?;
        fit::said(file, args.save_model.as_deref());
    } else if args.save_model.is_some() {
        terminal::say("stopped early: no model is kept");
    }
    // The table shows the verdicts; other forms leave them to standard error.
    if !shown {
        report
            .claims
            .iter()
            .filter(|c| c.verdict != Verdict::Holds)
            .for_each(|c| terminal::say(claim_line(c, Style::PLAIN)));
    }
    if stopped {
        let plan = &report.plan;
        terminal::say(stopped_line(plan.partial, plan.done, plan.splits));
        return Ok(ExitCode::Stopped);
    }
    Ok(args.judging.claims.exit_code(&report.claims))
}

/// Runs where lines of splits are all that is asked for: no split is kept, so that there may be any number of them.
fn stream(args: &EvalArgs, prepared: &PreparedEvaluation, mut outputs: Outputs) -> Result<ExitCode> {
    let reporting = interrupt::Reporting::start();
    let splits = prepared.plan.splits();
    let bar = progress::bar(splits, args.quiet);
    let mut fitted = false;
    let mut failure = None;
    let result = prepared.stream(reporting.stop(), |split| {
        bar.inc(1);
        fitted |= split.models[1..].iter().any(std::result::Result::is_ok);
        if let (None, Err(why)) = (&failure, &split.models[1]) {
            failure = Some((split.number, why.0.clone()));
        }
        outputs.line(split, &prepared.models, &prepared.metrics)
    });
    bar.finish_and_clear();
    let Streamed { done, .. } = result?;
    if done == 0 {
        terminal::complain(nothing_done());
        return Ok(ExitCode::Stopped);
    }
    if let Some((first, why)) = failure.filter(|_| !fitted) {
        return Err(all_failed(&prepared.models[1].name, first, &why));
    }
    let stopped = reporting.end();
    outputs.finish_lines()?;
    if stopped {
        terminal::say(stopped_line(done < splits, done, splits));
        return Ok(ExitCode::Stopped);
    }
    Ok(args.judging.claims.exit_code(&[]))
}

/// What a report has where its run was stopped.
fn stopped_line(partial: bool, done: usize, splits: usize) -> String {
    if partial && done == splits {
        format!("partial: all {done} splits are reported, but not the permutation test")
    } else if partial {
        format!("partial: {done} of {splits} splits are reported")
    } else {
        format!("stopped after the last split: all {done} are reported")
    }
}
