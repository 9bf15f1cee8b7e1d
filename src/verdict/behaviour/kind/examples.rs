//! Rows that must get a prediction in a range, or a label.

use super::{BehaviourInfo, key};
use crate::error::Result;
use crate::verdict::behaviour::Test;
use crate::verdict::behaviour::read::Reader;

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "examples",
    summary: "given rows get a prediction in a range, or a label",
    keys: &[
        key("rows", "", "the rows, by column"),
        key("like", "", "row of the table that has the cells not given"),
        key("at_least", "", "least prediction, or probability of the label"),
        key("at_most", "", "largest prediction, or probability of the label"),
        key("label", "", "the label"),
        key("share", "1", "share of the rows that keep it on the worst split"),
    ],
    gives: &["behaviour", "behaviour_least", "behaviour_most"],
    confidence: None,
    read,
};

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let ([at_least, at_most], label) = (reader.range()?, reader.text("label")?);
    if at_least.or(at_most).is_none() && label.is_none() {
        return reader.wrong("nothing says what the rows must get; add at_least, at_most or label");
    }
    let test = Test::Examples { rows: reader.rows()?, like: reader.whole("like")?, at_least, at_most, label };
    Ok((test, reader.asked_share(reading)?))
}
