//! What is said where no target is named: the columns that could be one.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::data::{Dataset, LoadOptions, Selection};
use crate::error::Error;

/// The error of a command line that lacks a target and nothing else, if the data can be read.
pub fn missing(root: &clap::Command, arguments: &[std::ffi::OsString], error: &clap::Error) -> Option<Error> {
    let missing = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(missing))) => missing,
        _ => return None,
    };
    if missing.len() != 1 || !missing[0].starts_with("--target") {
        return None;
    }
    let lenient = root.clone().mut_subcommands(|command| command.mut_args(|arg| arg.required(false)));
    let matches = lenient.try_get_matches_from(arguments).ok()?;
    let (_, given) = matches.subcommand()?;
    let data = given.try_get_one::<String>("data").ok()??;
    if data == "-" {
        return None;
    }
    Dataset::from_path(data).load(&LoadOptions::default(), &Selection::default()).err()
}
