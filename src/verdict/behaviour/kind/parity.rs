//! Groups that must be treated alike.

use super::{BehaviourInfo, key};
use crate::error::Result;
use crate::verdict::behaviour::read::Reader;
use crate::verdict::behaviour::{Measure, Test};

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "parity",
    summary: "groups of rows are treated alike: the smallest figure of a group to the largest",
    keys: &[
        key("column", "", "the column whose values are the groups"),
        key("measure", "", "score, rate or calibration"),
        key("metric", "primary", "metric of a score"),
        key("label", "", "label of a rate or calibration; the positive one without it"),
        key("least", "10", "test rows that a group needs"),
        key("ratio", "", "least mean of the smallest figure of a group to the largest"),
    ],
    gives: &["behaviour", "behaviour_group"],
    confidence: None,
    read,
};

/// Test rows that a group needs, where nothing is said.
const LEAST: f64 = 10.0;

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let measures = [("score", Measure::Score), ("rate", Measure::Rate), ("calibration", Measure::Calibration)];
    let measure = reader.choice("measure", &measures)?;
    let idle = if measure == Measure::Score { "label" } else { "metric" };
    if reader.table.contains_key(idle) {
        return reader.wrong(format!("{idle} has no effect on this measure; leave it out"));
    }
    let least = reader.bounded("least", 1.0, f64::from(u32::MAX))?.unwrap_or(LEAST);
    let test = Test::Parity {
        column: reader.needed("column", "\"sex\"")?,
        measure,
        metric: reader.text("metric")?,
        label: reader.text("label")?,
        least: least as usize,
    };
    let expr = reader.asked(&["ratio"], || match reader.bounded("ratio", 0.0, 1.0)? {
        Some(ratio) => Ok(format!("mean({reading}) >= {ratio}")),
        None => reader.wrong("there is no ratio; add one such as ratio = 0.8, the smallest group to the largest"),
    })?;
    Ok((test, expr))
}
