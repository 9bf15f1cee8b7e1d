//! Completion scripts: clap's, told what names there are and where files are meant.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Command, ValueHint};

use crate::Code;
use crate::metric::METRICS;
use crate::model::registry::MODELS;
use crate::probe::PROBES;
use crate::sanity;
use crate::split::SCHEMES;

/// Arguments that are files.
const FILES: [&str; 9] = ["data", "report", "new", "config", "claims", "output", "against", "a", "b"];

/// The words that an argument of a command may be, with a line about each.
fn words(command: &str, argument: &str) -> Vec<(&'static str, String)> {
    let named = |names: &mut dyn Iterator<Item = (&'static str, &'static str)>| {
        names.map(|(name, help)| (name, help.to_owned())).collect::<Vec<_>>()
    };
    match (command, argument) {
        (_, "model" | "grid" | "tune") | ("models", "name") => named(&mut MODELS.iter().map(|m| (m.name, m.help))),
        (_, "metric" | "fail_below" | "fail_above") => {
            named(&mut METRICS.iter().filter(|m| !m.needs_label).map(|m| (m.name, m.summary)))
        }
        (_, "probe") => {
            named(&mut PROBES.iter().map(|p| (p.name, p.summary)).chain([("all", "all that suit the model")]))
        }
        (_, "scheme") => named(&mut SCHEMES.iter().map(|s| (s.name, s.summary))),
        ("inspect" | "export", "split") => named(&mut [("best", ""), ("worst", ""), ("outliers", "")].into_iter()),
        (_, "splits") => named(&mut [("auto", "until every claim is decided")].into_iter()),
        ("list", "topic") => named(&mut super::catalogue::topics()),
        ("sanity", "check" | "skip") => named(&mut sanity::CHECKS.iter().map(|check| (check.name(), check.summary()))),
        ("explain", "code") => {
            let checks = sanity::CHECKS.iter().map(|check| (check.name(), check.summary().to_owned()));
            Code::all().chain(checks).collect()
        }
        ("man", "command") => {
            let root = super::root();
            let about = |c: &Command| c.get_about().map(ToString::to_string).unwrap_or_default();
            // clap wants names that live as long as the program, which ends with the script.
            root.get_subcommands().map(|c| (&*c.get_name().to_owned().leak(), about(c))).collect()
        }
        _ => Vec::new(),
    }
}

fn told(command: &str, arg: Arg) -> Arg {
    let id = arg.get_id().as_str().to_owned();
    let words = words(command, &id);
    if !words.is_empty() {
        let value = |(name, help): (&'static str, String)| {
            // A colon or a bracket means something to the shells that show the lines.
            let help = help.replace([':', '[', ']'], " ");
            PossibleValue::new(name).help(help.trim().to_owned())
        };
        return arg.value_parser(PossibleValuesParser::new(words.into_iter().map(value)));
    }
    let takes_words = arg.get_action().takes_values() && arg.get_possible_values().is_empty();
    match id.as_str() {
        "out" => arg.value_hint(ValueHint::DirPath),
        id if FILES.contains(&id) => arg.value_hint(ValueHint::FilePath),
        _ if takes_words => arg.value_hint(ValueHint::Other),
        _ => arg,
    }
}

/// The completion script for a shell.
pub fn script(shell: clap_complete::Shell) -> String {
    let root = super::root().mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        command.mut_args(|arg| told(&name, arg))
    });
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut { root }, "randsplit", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_know_what_names_there_are() {
        for shell in [clap_complete::Shell::Bash, clap_complete::Shell::Zsh, clap_complete::Shell::Fish] {
            let script = script(shell);
            for word in ["extra-trees", "balanced_accuracy", "conformal", "stratified-group"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
            // Scripts for fish complete flags alone, and codes are none.
            assert!(script.contains("RS105") || shell == clap_complete::Shell::Fish, "{shell}");
        }
    }
}
