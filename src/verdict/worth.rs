//! The `[value]` table of a claims file:
//!
//! ```toml
//! [value]
//! rows_per_year = 5000
//! cost_per_year = 100_000
//! true_positive = 20           # or false_positive, false_negative, true_negative
//! threshold = "best"           # chosen on the train rows of each split; or a probability
//! # [value.cells]              # any number of classes: "true -> predicted" = gain
//! # per_row, absolute_error (or over and under) where the target is a number
//! ```

use toml::{Table, Value as Toml};

use crate::error::{Error, Result};
use crate::metric::{Threshold, ValueSpec};
use crate::toml_file::{check_keys, number};

const CELLS: [&str; 4] = ["true_positive", "false_positive", "false_negative", "true_negative"];
const KEYS: [&str; 12] = [
    "rows_per_year",
    "cost_per_year",
    "true_positive",
    "false_positive",
    "false_negative",
    "true_negative",
    "threshold",
    "cells",
    "per_row",
    "absolute_error",
    "over",
    "under",
];

/// Reads the table.
///
/// # Errors
/// An input error that names the key.
pub fn value(value: &Toml, path: &str) -> Result<ValueSpec> {
    let place = format!("{path}: [value]");
    let Toml::Table(table) = value else { return Err(Error::claim(format!("{place} must be a table of keys"))) };
    check_keys(table, &KEYS, &place)?;
    let of = |key: &str| -> Result<Option<f64>> {
        table
            .get(key)
            .map(|v| number(v).ok_or_else(|| Error::claim(format!("{key} = {v} must be a number")).at(&place)))
            .transpose()
    };
    let rows_per_year = of("rows_per_year")?
        .filter(|r| *r > 0.0)
        .ok_or_else(|| Error::claim("rows_per_year is missing or not above 0").at(&place))?;
    let binary = if CELLS.iter().any(|key| table.contains_key(*key)) {
        let mut gains = [0.0; 4];
        for (gain, key) in gains.iter_mut().zip(CELLS) {
            *gain = of(key)?.unwrap_or(0.0);
        }
        Some(gains)
    } else {
        None
    };
    Ok(ValueSpec {
        matrix: None,
        place: place.clone(),
        rows_per_year,
        cost_per_year: of("cost_per_year")?.unwrap_or(0.0),
        cells: table.get("cells").map_or(Ok(Vec::new()), |cells| cells_of(cells, &place))?,
        binary,
        errors: errors(table, of, &place)?,
        threshold: match table.get("threshold") {
            None => Threshold::Labels,
            Some(Toml::String(text)) if text == "best" => Threshold::Best,
            Some(other) => match number(other).filter(|t| (0.0..=1.0).contains(t)) {
                Some(t) => Threshold::Fixed(t),
                None => {
                    return Err(
                        Error::claim(format!("threshold = {other} is neither \"best\" nor from 0 to 1")).at(&place)
                    );
                }
            },
        },
    })
}

fn errors(table: &Table, of: impl Fn(&str) -> Result<Option<f64>>, place: &str) -> Result<Option<[f64; 3]>> {
    let both = of("absolute_error")?;
    if both.is_some() && (table.contains_key("over") || table.contains_key("under")) {
        return Err(Error::claim("absolute_error is for both sides").at(place).advise("leave out over and under"));
    }
    if both.is_none() && !table.contains_key("over") && !table.contains_key("under") {
        return match of("per_row")? {
            None => Ok(None),
            Some(_) => Err(Error::claim("beside per_row give absolute_error, or over and under").at(place)),
        };
    }
    let side = |key: &str| Ok(both.or(of(key)?).unwrap_or(0.0));
    Ok(Some([of("per_row")?.unwrap_or(0.0), side("over")?, side("under")?]))
}

fn cells_of(cells: &Toml, place: &str) -> Result<Vec<(String, String, f64)>> {
    let Toml::Table(cells) = cells else { return Err(Error::claim("cells must be a table").at(place)) };
    let cell = |(key, gain): (&String, &Toml)| {
        let (truth, called) = key.split_once("->").ok_or_else(|| {
            Error::claim(format!("cell '{key}' names no two labels"))
                .at(place)
                .advise("write \"true -> predicted\" = 1")
        })?;
        let gain =
            number(gain).ok_or_else(|| Error::claim(format!("cell '{key}' = {gain} must be a number")).at(place))?;
        Ok((truth.trim().to_owned(), called.trim().to_owned(), gain))
    };
    cells.iter().map(cell).collect()
}
