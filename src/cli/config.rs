//! `randsplit.toml`: the flags of `eval` in a file, so that CI runs a bare `randsplit eval`.
//!
//! Keys are the long names of the flags (`test-size` or `test_size`), `data` and `target`; `[[claim]]`
//! and `[[behaviour]]` tables stand beside them as in a claims file. A flag of the command line wins over the file, which is
//! read as if its keys had been typed after `eval`. A file that nobody named is told of, and what it holds is never blamed
//! on flags that were not typed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgAction, Command};
use toml::Value;

use super::outside::check_value;
use crate::error::{Error, Result};
use crate::escape::terminal::sentence;
use crate::toml_file::{check_keys, parse_toml, read_text};

/// The file that is read where none is named.
const USUAL: &str = "randsplit.toml";
/// Keys in the plural, as people write them.
const PLURALS: [(&str, &str); 2] = [("models", "model"), ("metrics", "metric")];
/// Keys that name files, which are found from the folder of the config file.
const PATHS: [&str; 2] = ["data", "claims"];
/// Flags that make no sense in a file.
const NOT_KEYS: [&str; 4] = ["config", "no_config", "help", "version"];

/// What a config file adds to the command line.
pub struct FromFile {
    place: String,
    /// Keys that were used, as the file spells them, each with its flag and what would have been typed.
    keys: Vec<Key>,
    /// Whether it is told of: a file that was named is known.
    told: bool,
}

struct Key {
    name: String,
    flag: String,
    texts: Vec<String>,
    positional: bool,
}

impl FromFile {
    /// A line about a file that nobody named; `None` where nothing of it is used, or nothing is to be told.
    pub fn note(&self) -> Option<String> {
        if !self.told || self.keys.is_empty() {
            return None;
        }
        let names: Vec<&str> = self.keys.iter().map(|k| k.name.as_str()).collect();
        Some(format!("{} sets {}; --no-config leaves it out", self.place, names.join(", ")))
    }

    /// Which of the flags and values in an error are from the file.
    pub fn blame(&self, message: &str) -> Option<String> {
        let to_blame = |key: &&Key| {
            let flag = format!("--{}", key.flag);
            let flagged = message
                .match_indices(&flag)
                .any(|(at, _)| !message[at + flag.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '-'));
            let quoted = |text: &String| {
                // As messages show it.
                let text = sentence(text);
                let quoted = message.contains(&format!("'{text}'"));
                quoted || (key.positional && !text.is_empty() && message.contains(&text))
            };
            flagged || key.texts.iter().any(quoted)
        };
        let names: Vec<&str> = self.keys.iter().filter(to_blame).map(|k| k.name.as_str()).collect();
        match names[..] {
            [] => None,
            [one] => Some(format!("{one} is set in {}", self.place)),
            _ => Some(format!("{} are set in {}", names.join(" and "), self.place)),
        }
    }
}

/// The arguments with those of the config file added, where `eval` is asked for and there is one.
///
/// # Errors
/// An input error where the file cannot be read, or a key or its value means nothing.
pub fn with_config(root: &Command, arguments: Vec<OsString>) -> Result<(Vec<OsString>, Option<FromFile>)> {
    let lenient =
        root.clone().mut_subcommand("eval", |eval| eval.mut_args(|arg| arg.required(false)).disable_help_flag(true));
    // What is wrong with the flags is for the strict reading that follows.
    let Ok(matches) = lenient.clone().try_get_matches_from(&arguments) else { return Ok((arguments, None)) };
    let Some(("eval", given)) = matches.subcommand() else { return Ok((arguments, None)) };
    let (path, named) = match given.get_one::<PathBuf>("config") {
        Some(path) => (path.clone(), true),
        None => (PathBuf::from(USUAL), false),
    };
    if !named && (given.get_flag("no_config") || !path.exists()) {
        return Ok((arguments, None));
    }
    let Some(eval) = root.find_subcommand("eval") else { return Ok((arguments, None)) };
    let place = path.to_string_lossy().into_owned();
    let table = parse_toml(&read_text(&place)?, &place)
        .map_err(|e| if named { e } else { Error::setting(format!("{e} (--no-config leaves the file out)")) })?;
    let id = |key: &str| {
        let key = PLURALS.iter().find(|p| p.0 == key).map_or(key, |p| p.1);
        key.replace('-', "_")
    };
    let flags: Vec<&clap::Arg> = eval.get_arguments().filter(|a| !NOT_KEYS.contains(&a.get_id().as_str())).collect();
    let known: Vec<&str> = flags.iter().map(|a| a.get_id().as_str()).collect();
    let plain: toml::Table = table.iter().map(|(k, v)| (id(k), v.clone())).collect();
    let given_twice = table.len() != plain.len();
    if given_twice {
        return Err(Error::setting("a key is given in two spellings").at(&place).advise("leave one out"));
    }
    check_keys(&plain, &[known.as_slice(), &["value", "behaviour"]].concat(), &place)?;
    // A flag on the command line takes the place of the key.
    let typed = |key: &str| given.value_source(key) == Some(ValueSource::CommandLine);
    let mut file = FromFile { place, keys: Vec::new(), told: !named && !given.get_flag("quiet") };
    let place = &file.place;
    let mut added: Vec<OsString> = Vec::new();
    let mut positional = None;
    for (name, value) in &table {
        let key = id(name);
        let Some(flag) = flags.iter().find(|a| a.get_id().as_str() == key) else { continue };
        if typed(&key) {
            continue;
        }
        let long = key.replace('_', "-");
        let mut used = Key { name: name.clone(), flag: long.clone(), texts: Vec::new(), positional: false };
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        for text in texts(name, &key, value, place)? {
            let text = if PATHS.contains(&key.as_str()) && text != "-" {
                folder.join(text).into_os_string()
            } else {
                OsString::from(text)
            };
            let shown = text.to_string_lossy().into_owned();
            if !named {
                check_value(place, &key, &shown)?;
            }
            used.texts.push(shown);
            if flag.is_positional() {
                used.positional = true;
                positional = Some(text);
            } else if matches!(flag.get_action(), ArgAction::SetTrue) {
                match text.to_str() {
                    Some("true") => added.push(format!("--{long}").into()),
                    Some("false") => {}
                    _ => return Err(Error::setting(format!("{name} = {value}: write true or false")).at(place)),
                }
                file.told &= !(key == "quiet" && text == "true");
            } else {
                // A flag that may stand without a value is switched on, or not, as it is typed.
                let alone = flag.get_num_args().is_some_and(|n| n.min_values() == 0);
                if alone && text == "false" {
                    continue;
                }
                let mut argument = OsString::from(format!("--{long}="));
                argument.push(if alone && text == "true" { OsString::new() } else { text });
                if let Err(wrong) =
                    lenient.clone().try_get_matches_from(["randsplit".into(), "eval".into(), argument.clone()])
                {
                    return Err(Error::setting(format!("{name} = {value}: {}", reason(&wrong))).at(place));
                }
                added.push(argument);
            }
        }
        file.keys.push(used);
    }
    // Claims as tables are read from this file itself.
    if has_tables(&plain) && !typed("claim") && !typed("claims") {
        let mut argument = OsString::from("--claims=");
        argument.push(&path);
        added.push(argument);
        for name in ["claim", "value", "behaviour"].into_iter().filter(|name| plain.contains_key(*name)) {
            if !file.keys.iter().any(|k| k.name == name) {
                file.keys.push(Key { name: name.into(), flag: "claims".into(), texts: Vec::new(), positional: false });
            }
        }
    }
    let at = arguments.iter().position(|a| a == "eval").map_or(arguments.len(), |i| i + 1);
    let mut all = arguments;
    let rest = all.split_off(at);
    all.extend(positional);
    all.extend(added);
    all.extend(rest);
    Ok((all, Some(file)))
}

/// What is wrong with the value of a flag, without the flag.
fn reason(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue};
    if let Some(source) = std::error::Error::source(error) {
        return source.to_string();
    }
    if let Some(ContextValue::Strings(words)) = error.get(ContextKind::ValidValue) {
        return format!("write one of {}", words.join(", "));
    }
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Whether claims stand in the table itself.
fn has_tables(table: &toml::Table) -> bool {
    let tables = matches!(table.get("claim"), Some(Value::Array(list)) if list.iter().any(Value::is_table));
    tables || table.contains_key("value") || table.contains_key("behaviour")
}

/// What would have been typed for a value.
fn texts(name: &str, key: &str, value: &Value, place: &str) -> Result<Vec<String>> {
    let one =
        |value: &Value| match value {
            Value::String(text) => Ok(Some(text.clone())),
            Value::Integer(v) => Ok(Some(v.to_string())),
            Value::Float(v) => Ok(Some(v.to_string())),
            Value::Boolean(v) => Ok(Some(v.to_string())),
            Value::Table(_) if key == "claim" => Ok(None),
            _ => Err(Error::setting(format!("{name} must be a string, a number, true or false, or a list of these"))
                .at(place)),
        };
    let all: Vec<Option<String>> = match value {
        // Expressions beside tables are read with these.
        Value::Array(list) if key == "claim" && list.iter().any(Value::is_table) => Vec::new(),
        Value::Array(list) => list.iter().map(one).collect::<Result<_>>()?,
        value => vec![one(value)?],
    };
    Ok(all.into_iter().flatten().collect())
}
