//! The run of `eval`, and what it writes.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{EngineChoice, EvalArgs, inputs, judged, metric_names, precision, predictions, probe_splits, tunes};
use crate::cli::args::Count;
use crate::cli::available::check_memory;
use crate::cli::claims::Undecided;
use crate::cli::formats::{Outputs, Screen};
use crate::cli::long_run::check_shard;
use crate::cli::place::check_outputs;
use crate::cli::shard::Shard;
use crate::cli::sink::Out;
use crate::cli::{ExitCode, fit, interrupt, progress, terminal};
use crate::error::Result;
use crate::evaluation::{PreparedEvaluation, all_failed, nothing_done};
use crate::model::external::ExternalSpec;
use crate::predict::onnx;
use crate::render::{Style, claim_line};
use crate::report::Report;
use crate::run::{Engine, Going, Outcome, Part, Streamed};
use crate::stopping::StoppingOptions;
use crate::verdict::{Bound, ClaimsFile, Rope, Verdict};
use crate::warning::{Code, Warning, WarningEntry};
use crate::{Ensemble, Evaluation};

/// Runs the evaluation and writes its result.
pub fn run(args: &EvalArgs) -> Result<ExitCode> {
    let started = Instant::now();
    let stated = args.judging.claims.stated()?;
    let shard = args.long_run.shard()?;
    if shard.is_some() {
        let has_outputs = !args.output.is_empty() || args.format.is_some() || args.save_model.is_some();
        let in_rounds = args.plan.splits == Some(Count::Auto);
        check_shard(has_outputs, in_rounds && !args.long_run.resumes(), args.fail_fast)?;
    }
    let mut outputs = Outputs::open(args.format, &args.output, &inputs(args), judged(args, &stated))?;
    outputs.cells = args.csv_cells.into();
    let written = outputs.paths();
    let written = written.iter().map(|(what, path)| (*what, path.as_path()));
    let others: Vec<_> = inputs(args).into_iter().chain(written).collect();
    let mut model_out = match &args.save_model {
        Some(path) => {
            check_outputs(&[path], &others)?;
            Some(Out::open(Some(path))?)
        }
        None => None,
    };
    for (_, path) in args.long_run.paths() {
        check_outputs(&[path], &others)?;
    }
    let mut predictions_out = predictions::open(args, &others)?;
    let pictures = outputs.has_figures() || args.plot || args.figures.is_some() || args.long_run.has_pictures();
    let prepared = prepare(args, stated, pictures)?;
    if fit::is_onnx(args.save_model.as_deref()) {
        // Any of them may turn out to lead.
        for model in &prepared.models {
            model.kind().map_or(Ok(()), |kind| onnx::check_kind(&model.name, kind))?;
        }
    }
    let loaded = started.elapsed().as_secs_f64();
    let judged = !prepared.claims.is_empty();
    let stopping = stopping(args)?;
    let streams = outputs.only_lines()
        && model_out.is_none()
        && !judged
        && args.null.is_none()
        && !stopping.auto
        && !stopping.fail_fast
        && !args.long_run.keeps()
        && predictions_out.is_none();
    if let Some(time) = args.long_run.max_time {
        interrupt::end_after(time.saturating_sub(started.elapsed()));
    }
    if streams {
        return stream(args, &prepared, outputs);
    }
    check_memory(&prepared)?;
    let kept = args.long_run.open(&prepared, shard, &args.command)?;
    let reporting = interrupt::Reporting::start();
    let stop = reporting.stop();
    let (journal, done) = kept.map_or((None, Vec::new()), |kept| (Some(kept.journal), kept.done));
    // Lines of what was done before are written with the report.
    outputs.lines_written = done.is_empty();
    let lines = outputs.lines_written;
    let mut writer = predictions_out.as_mut().map(|out| predictions::begin(&prepared, out)).transpose()?;
    let mut keep = |part: &Part| journal.as_ref().map_or(Ok(()), |journal| journal.keep(part));
    let looks = stopping.looks(prepared.plan.splits());
    let share = shard.map(|shard| (shard, shard.round(&looks, done.len())));
    let bar = progress::bar(share.as_ref().map_or(prepared.plan.splits(), |(_, set)| set.len()), args.quiet);
    bar.inc(done.len() as u64);
    let going = Going { done, keep: journal.is_some().then_some(&mut keep as _) };
    if let Some((shard, set)) = share {
        let result = prepared.go_on_with(&set, going, stop, |split| {
            bar.inc(1);
            writer.as_mut().map_or(Ok(()), |writer| writer.add(split))
        });
        bar.finish_and_clear();
        let part = result?;
        predictions::end(args, &prepared, writer, &part)?;
        predictions::keep(args, predictions_out)?;
        return Ok(told_of_shard(args, shard, &part, set.len()));
    }
    let result = prepared.go_on(going, stop, |split| {
        bar.inc(1);
        writer.as_mut().map_or(Ok(()), |writer| writer.add(split))?;
        if lines { outputs.line(split, &prepared.models, &prepared.metrics) } else { Ok(()) }
    });
    bar.finish_and_clear();
    let outcome: Outcome = result?;
    drop(journal);
    predictions::end(args, &prepared, writer, &outcome.part)?;
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
    let screen =
        Screen { style: args.screen.style(true), width: args.screen.width(), detail: args.detail, plot: args.plot };
    outputs.figures.clone_from(&args.figures);
    finish(outputs, &report, &screen, args.judging.claims.undecided)?;
    predictions::keep(args, predictions_out)?;
    if let (Some(out), Some(file)) = (model_out, &kept) {
        out.finish()?;
        fit::said(file, args.save_model.as_deref());
    } else if args.save_model.is_some() {
        terminal::say("stopped early: no model is kept");
    }
    if stopped {
        let plan = &report.plan;
        terminal::say(stopped_line(plan.partial, plan.done, plan.splits));
        return Ok(ExitCode::Stopped);
    }
    Ok(args.judging.claims.exit_code(&report.claims))
}

/// Writes a report wherever it is wanted; verdicts that no form shows go to standard error.
///
/// # Errors
/// A run error where writing fails.
pub fn finish(outputs: Outputs, report: &Report, screen: &Screen, undecided: Undecided) -> Result<()> {
    let shown = outputs.shows_verdicts();
    outputs.finish(report, screen, undecided == Undecided::Fail)?;
    if !shown {
        let open = report.claims.iter().filter(|claim| claim.verdict != Verdict::Holds);
        open.for_each(|claim| terminal::say(claim_line(claim, Style::PLAIN)));
    }
    Ok(())
}

/// Says where the part of a shard is.
fn told_of_shard(args: &EvalArgs, shard: Shard, part: &Part, splits: usize) -> ExitCode {
    let path = args.long_run.path(Some(shard)).unwrap_or_default();
    let Shard { index, count } = shard;
    let next = if args.plan.splits == Some(Count::Auto) {
        "ask merge --decide whether they are enough"
    } else {
        "join the parts by merge"
    };
    terminal::say(format!(
        "shard {index} of {count}: {} of its {splits} splits are in {}; {next}",
        part.len(),
        path.display()
    ));
    if part.is_partial(splits) { ExitCode::Stopped } else { ExitCode::Holds }
}

/// The evaluation that is asked for, with what pictures need where they are wanted.
///
/// # Errors
/// An input error for whatever of it does not go.
pub fn prepare(args: &EvalArgs, stated: ClaimsFile, pictures: bool) -> Result<PreparedEvaluation> {
    let (evaluation, external) = evaluation(args, stated, pictures)?;
    evaluation.external(external).prepare()
}

/// The same, not yet prepared, and the models that run elsewhere.
///
/// # Errors
/// An input error for flags that do not go together.
pub fn evaluation(args: &EvalArgs, stated: ClaimsFile, pictures: bool) -> Result<(Evaluation, Vec<ExternalSpec>)> {
    let (models, external) = args.external.models(&args.model)?;
    let mut evaluation = args
        .data
        .evaluation(&args.plan)?
        .models(models)
        .external_options(args.external.options())
        .metrics(metric_names(&args.metric))
        .grids(args.grid.iter().map(String::as_str))
        .tunes(tunes(args)?)
        .probes(args.probe.iter().map(String::as_str))
        .chains(args.chain.iter().map(String::as_str))
        .threads(args.threads)
        .keep_table(args.save_model.is_some())
        .keep_predictions(args.save_predictions.is_some())
        .timings(args.timings)
        .figures(pictures)
        .engine(match args.engine {
            EngineChoice::Auto => Engine::Auto,
            EngineChoice::Shared => Engine::Shared,
            EngineChoice::PerSplit => Engine::PerSplit,
        });
    evaluation = args.large.of(evaluation);
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
    let stopping = stopping(args)?;
    evaluation = evaluation.allow_failed(args.judging.claims.allow_failed.unwrap_or_default());
    evaluation =
        evaluation.stopping(stopping).rope(Rope::parse(&args.judging.rope)?).checks(!args.no_checks).null(args.null);
    evaluation =
        evaluation.repeat_check(args.repeat_check).probe_splits(probe_splits(args)?).behaviours(stated.behaviours);
    evaluation = evaluation.value(stated.value).stated(stated.claims).confidence(args.judging.claims.confidence);
    Ok((evaluation, external))
}

/// When the run may end before its last split.
fn stopping(args: &EvalArgs) -> Result<StoppingOptions> {
    Ok(StoppingOptions {
        auto: args.plan.splits == Some(Count::Auto),
        precision: precision(args)?,
        fail_fast: args.fail_fast,
    })
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
