//! A prediction that must not move when a column is changed.

use super::{BehaviourInfo, key};
use crate::error::Result;
use crate::verdict::behaviour::Test;
use crate::verdict::behaviour::read::Reader;

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "invariance",
    summary: "a prediction does not move by more than a tolerance when a column is changed",
    keys: &[
        key("column", "", "the column"),
        key("noise", "", "changes it by normal noise of this standard deviation, in units of the column"),
        key("level", "", "makes every cell this level, or with true another one at random"),
        key("scale", "", "multiplies it"),
        key("tolerance", "", "units of the target, or of probability; without it the class must stay"),
        key("share", "1", "share of the test rows that keep it on the worst split"),
    ],
    gives: &["behaviour", "behaviour_size", "behaviour_most"],
    confidence: None,
    read,
};

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let tolerance = reader.bounded("tolerance", 0.0, f64::INFINITY)?;
    let test = Test::Invariance { column: reader.needed("column", "\"carat\"")?, change: reader.change()?, tolerance };
    Ok((test, reader.asked_share(reading)?))
}
