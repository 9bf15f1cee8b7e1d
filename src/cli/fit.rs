//! `randsplit fit`: a model to keep.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use super::args::whole;
use super::external::ExternalArgs;
use super::formats::ending;
use super::inspect::{ReopenedRun, ReportArgs};
use super::place::check_outputs;
use super::sink::Out;
use super::{progress, terminal};
use crate::Ensemble;
use crate::error::{Error, Result};
use crate::predict::{ModelFile, is_model_file, onnx};
use crate::report::Report;

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv -t y -m ridge -m tree -o run.json
  randsplit fit run.json -o model.json               the model that leads, fitted to all rows
  randsplit fit run.json -m tree -o tree.json        another one
  randsplit predict model.json new.csv               without the data and the report
  randsplit eval data.csv -t y --save-model model.json
  randsplit fit run.json -o model.onnx               for onnxruntime and other runtimes of ONNX
  randsplit fit model.json -o model.onnx             the same of a model file, without the data

The file holds the model fitted to all rows that have a target, its encodings, how good it was on the splits, and \
how far the models of the splits missed their test rows, from which predict makes intervals: every split is fitted \
once more for that, unless the file is ONNX, which holds neither. `randsplit schema model` describes its fields.";

/// Flags of `fit`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct FitArgs {
    /// Report of `randsplit eval … -o run.json`, or for a file that ends in .onnx a model file
    report: PathBuf,

    /// The report's data, where it is not at its old place
    #[arg(long, value_name = "FILE")]
    data: Option<String>,

    /// Model of the report; the one with the best mean of the primary metric without it
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,

    #[command(flatten)]
    external: ExternalArgs,

    /// Models of splits to keep, for the range of each prediction: a number, all, none, or auto: the first 50, where they
    /// take at most about 8 MB [default: auto]
    #[arg(long, value_name = "N|auto|all|none", value_parser = ensemble)]
    ensemble: Option<Ensemble>,

    /// Write to a file instead of standard output; one that ends in .onnx is written as ONNX
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Threads; one a core without it. The result is the same for any number
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = whole::<usize>, allow_hyphen_values = true)]
    threads: usize,

    /// No progress bar
    #[arg(short, long)]
    quiet: bool,
}

impl FitArgs {
    /// The threads that are asked for.
    pub fn threads(&self) -> usize {
        self.threads
    }
}

/// Reads which models of splits are kept.
pub fn ensemble(text: &str) -> std::result::Result<Ensemble, String> {
    match text.trim() {
        "auto" => Ok(Ensemble::Auto),
        "all" => Ok(Ensemble::All),
        "none" => Ok(Ensemble::First(0)),
        number => usize::from_str(number)
            .map(Ensemble::First)
            .map_err(|_| "give a whole number from 0 up, or auto, all or none".to_owned()),
    }
}

/// Fits the model and writes it.
pub fn run(args: &FitArgs) -> Result<()> {
    if is_onnx(args.output.as_deref()) && args.ensemble.is_some() {
        return Err(Error::setting(
            "--ensemble has no effect with a file that ends in .onnx, which holds no models of splits",
        )
        .advise("leave it out, or write a .json file"));
    }
    if is_model_file(&args.report) {
        return convert(args);
    }
    let report = Report::read(&args.report)?;
    let name = match &args.model {
        Some(name) => name.clone(),
        None => report.leader()?.name.clone(),
    };
    let of = ReportArgs {
        report: args.report.clone(),
        data: args.data.clone(),
        model: Some(name),
        external: args.external.clone(),
        metric: None,
    };
    let reopened = of.reopen(args.threads, args.output.as_deref().as_slice(), &[])?;
    let ReopenedRun { prepared, model, splits, report, .. } = &reopened;
    let as_onnx = is_onnx(args.output.as_deref());
    if let (true, Some(kind)) = (as_onnx, prepared.models[*model].kind()) {
        onnx::check_kind(&prepared.models[*model].name, kind)?;
    }
    let ensemble = if as_onnx { Ensemble::NothingOfSplits } else { args.ensemble.unwrap_or_default() };
    let mut out = Out::open(args.output.as_deref())?;
    let bar = progress::bar(if as_onnx { 0 } else { splits.len() }, args.quiet);
    let in_report = report.model(Some(&prepared.models[*model].name))?;
    let fitted = prepared.fit_model(*model, in_report, report, ensemble, || bar.inc(1));
    bar.finish_and_clear();
    let file = fitted?;
    write(&file, args.output.as_deref(), &mut out)?;
    out.finish()?;
    said(&file, args.output.as_deref());
    Ok(())
}

/// Writes a model file as ONNX.
fn convert(args: &FitArgs) -> Result<()> {
    let output = args.output.as_deref();
    if !is_onnx(output) {
        return Err(Error::setting(format!("{} is a model file already", args.report.display()))
            .advise("name a file that ends in .onnx with --output, or give a report"));
    }
    let given = [("--data", args.data.is_some()), ("--model", args.model.is_some())];
    if let Some((flag, _)) = given.iter().find(|(_, given)| *given) {
        return Err(Error::setting(format!("{flag} has no effect with a model file")).advise("leave it out"));
    }
    check_outputs(output.as_slice(), &[("model file", &args.report)])?;
    let file = ModelFile::read(&args.report)?;
    let mut out = Out::open(output)?;
    write(&file, output, &mut out)?;
    out.finish()?;
    said(&file, output);
    Ok(())
}

/// Whether a model is written as ONNX: by the ending of its file.
pub fn is_onnx(path: Option<&Path>) -> bool {
    path.is_some_and(|path| ending(path).eq_ignore_ascii_case("onnx"))
}

/// Writes a model file, or ONNX where its name says so.
pub fn write(file: &ModelFile, path: Option<&Path>, out: &mut Out) -> Result<()> {
    if is_onnx(path) {
        let bytes = file.to_onnx()?;
        return out.with(|out| out.write_all(&bytes));
    }
    out.with(|out| {
        serde_json::to_writer(&mut *out, file).map_err(std::io::Error::from)?;
        writeln!(out)
    })
}

/// Says what was written, and how good it is.
pub fn said(file: &ModelFile, path: Option<&Path>) {
    let place = path.map_or_else(String::new, |path| format!("{}: ", path.display()));
    let score = file.scores.metrics.iter().next().and_then(|(name, score)| {
        let interval = score.ci95.map_or_else(String::new, |[low, high]| format!(" ({low:.4} to {high:.4})"));
        Some(format!("; {name} {:.4}{interval} on {} splits", score.mean?, score.count))
    });
    let setting = file.model.tuning.as_ref().map_or_else(String::new, |tuning| format!(" ({})", tuning.setting));
    terminal::say(format_args!(
        "{place}{}{setting} fitted to {} rows{}",
        file.model.name,
        file.data.train_rows,
        score.unwrap_or_default()
    ));
    if let Some(why) = &file.model.difficulty {
        terminal::say(format_args!("the fit was difficult: {why}"));
    }
}
