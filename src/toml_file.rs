//! Files of keys in TOML, as claims files and config files are.

use toml::{Table, Value};

use crate::error::{Error, Result, suggestion_or_list};

/// The table of a TOML text; `path` is for messages.
///
/// # Errors
/// An input error that names the line.
pub fn parse_toml(text: &str, path: &str) -> Result<Table> {
    text.parse::<Table>().map_err(|e| {
        let line = e.span().map_or(1, |s| text[..s.start.min(text.len())].matches('\n').count() + 1);
        let what = e.message().lines().next().unwrap_or("it cannot be read").to_owned();
        Error::claim(format!("not valid TOML: {what}")).at(format!("{path} line {line}"))
    })
}

/// Reads a text file.
///
/// # Errors
/// An input error where it cannot be read.
pub fn read_text(path: &str) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| {
        let why = match e.kind() {
            std::io::ErrorKind::NotFound => "no such file; check the path".to_owned(),
            std::io::ErrorKind::InvalidData => "it is not valid UTF-8".to_owned(),
            _ if std::path::Path::new(path).is_dir() => "it is a folder; name a file in it".to_owned(),
            _ => e.to_string(),
        };
        Error::claim(&why).at(path)
    })
}

/// Refuses keys that mean nothing, with the nearest that does.
///
/// # Errors
/// An input error that names the key.
pub fn check_keys(table: &Table, known: &[&str], place: &str) -> Result<()> {
    match table.keys().find(|k| !known.contains(&k.as_str())) {
        None => Ok(()),
        Some(key) => {
            Err(Error::claim(format!("unknown key '{key}'{}", suggestion_or_list(key, || known.iter().copied())))
                .at(place))
        }
    }
}

/// A number, whole or not.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(v) => Some(*v).filter(|v| v.is_finite()),
        Value::Integer(v) => Some(*v as f64),
        _ => None,
    }
}
