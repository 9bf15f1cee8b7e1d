//! Columns that a model should not need.

use toml::Value;

use super::{BehaviourInfo, key};
use crate::error::Result;
use crate::verdict::behaviour::Test;
use crate::verdict::behaviour::read::Reader;

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "no-use",
    summary: "the score does not fall when columns are left out",
    keys: &[
        key("column", "", "the column that is left out"),
        key("columns", "", "several of them"),
        key("metric", "primary", "the metric"),
        key("tolerance", "0", "largest mean fall of the score, at 95 % confidence"),
    ],
    gives: &["behaviour"],
    confidence: Some(CONFIDENCE),
    read,
};

/// How sure it must be that leaving a column out costs nothing, or something, where nothing is said: the fall of a
/// score varies around 0 by chance.
const CONFIDENCE: f64 = 0.95;

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let columns = match (reader.table.get("columns"), reader.text("column")?) {
        (Some(_), Some(_)) => return reader.wrong("column and columns are both given; leave one out"),
        (None, Some(column)) => vec![column],
        (Some(Value::Array(list)), None) if !list.is_empty() => {
            let name = |v: &Value| v.as_str().map(str::to_owned);
            match list.iter().map(name).collect() {
                Some(columns) => columns,
                None => return reader.wrong("columns is a list of names in quotes"),
            }
        }
        _ => return reader.wrong("add column = \"…\" or columns = [\"…\", \"…\"], what is left out"),
    };
    let expr = reader.asked(&["tolerance"], || {
        let tolerance = reader.bounded("tolerance", 0.0, f64::INFINITY)?.unwrap_or(0.0);
        Ok(format!("mean({reading}) <= {tolerance}"))
    })?;
    Ok((Test::NoUse { columns, metric: reader.text("metric")? }, expr))
}
