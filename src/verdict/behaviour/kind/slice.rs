//! Rows that must reach a score.

use super::{BehaviourInfo, key};
use crate::error::Result;
use crate::verdict::behaviour::Test;
use crate::verdict::behaviour::read::Reader;

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "slice",
    summary: "the rows with some values of a column reach a score",
    keys: &[
        key("column", "", "the column"),
        key("level", "", "its level"),
        key("from", "", "its least value"),
        key("to", "", "its largest value"),
        key("metric", "primary", "the metric"),
        key("at_least", "", "least score on any split"),
        key("at_most", "", "largest score on any split"),
    ],
    gives: &["behaviour"],
    confidence: None,
    read,
};

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let expr = reader.asked(&["at_least", "at_most"], || match reader.range()? {
        [Some(low), None] => Ok(format!("min({reading}) >= {low}")),
        [None, Some(high)] => Ok(format!("max({reading}) <= {high}")),
        [None, None] => reader.wrong("add at_least or at_most, the score that the slice must reach"),
        _ => reader.wrong("a score has at_least or at_most, not both; leave one out"),
    })?;
    Ok((Test::Slice { rows: reader.within()?, metric: reader.text("metric")? }, expr))
}
