//! A prediction that must not fall, or rise, when a column rises.

use super::{BehaviourInfo, key};
use crate::error::Result;
use crate::verdict::behaviour::Test;
use crate::verdict::behaviour::read::Reader;

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "direction",
    summary: "a prediction does not fall (or rise) when a column rises",
    keys: &[
        key("column", "", "the column"),
        key("prediction", "", "rises or falls"),
        key("by", "1 sd", "step of the column, in its units"),
        key("tolerance", "0", "a step in the wrong direction up to this is none"),
        key("label", "", "label whose probability it is; the positive one without it"),
        key("share", "1", "share of the test rows that keep it on the worst split"),
    ],
    gives: &["behaviour", "behaviour_size", "behaviour_most"],
    confidence: None,
    read,
};

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let by = reader.number("by")?;
    if by.is_some_and(|by| by <= 0.0) {
        return reader.wrong("by is the step by which the column rises; give a number above 0");
    }
    let test = Test::Direction {
        column: reader.needed("column", "\"carat\"")?,
        rises: reader.choice("prediction", &[("rises", true), ("falls", false)])?,
        by,
        tolerance: reader.bounded("tolerance", 0.0, f64::INFINITY)?.unwrap_or(0.0),
        label: reader.text("label")?,
    };
    Ok((test, reader.asked_share(reading)?))
}
