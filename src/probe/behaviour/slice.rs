//! Rows that must reach a score.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Value;

use super::context::{BehaviourContext, texts};
use super::outcome::score;
use super::{BehaviourInfo, BehaviourTest, Reader, Test, key};
use crate::data::place_of_label;
use crate::error::{Result, suggestion_or_list};
use crate::metric::{NamedMetric, Undefined};
use crate::probe::{Names, Probe, ProbeContext, Recorder};
use crate::run::FittedSplit;

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
    example: "column = \"cut\"\nlevel = \"Ideal\"\nat_least = 0.8",
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
    let test = Slice { rows: Within::read(reader)?, metric: reader.text("metric")? };
    Ok((test.into(), expr))
}

/// Rows of a slice by their values in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Within {
    /// The column.
    column: String,
    /// Its level.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    level: Option<String>,
    /// Its least value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    from: Option<f64>,
    /// Its largest value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    to: Option<f64>,
}

impl Within {
    fn read(reader: &Reader) -> Result<Self> {
        let within = Self {
            column: reader.needed("column", "\"cut\"")?,
            level: match reader.table.get("level") {
                Some(Value::Boolean(b)) => Some(b.to_string()),
                _ => reader.text("level")?,
            },
            from: reader.number("from")?,
            to: reader.number("to")?,
        };
        match (&within.level, within.from.or(within.to)) {
            (None, None) => reader.wrong("nothing says which rows; add level = \"…\", from = … or to = …"),
            (Some(_), Some(_)) => reader.wrong("rows are chosen by level or by from and to, not by both"),
            _ if within.from > within.to && within.to.is_some() => {
                reader.wrong("from is above to, so that no row is in the slice")
            }
            _ => Ok(within),
        }
    }
}

/// A slice of the rows reaches a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Slice {
    /// Which rows.
    rows: Within,
    /// The metric; the primary one where `None`.
    metric: Option<String>,
}

impl BehaviourTest for Slice {
    fn table_column(&self) -> Option<&str> {
        Some(&self.rows.column)
    }

    fn is_of_predictions(&self) -> bool {
        true
    }

    fn probe(&self, context: &mut BehaviourContext) -> Result<Box<dyn Probe>> {
        let values = context.values(&self.rows.column)?;
        let inside: Vec<bool> = if let Some(level) = &self.rows.level {
            let (codes, levels) = values.as_levels();
            let Some(at) = place_of_label(level, texts(&levels)) else {
                let list = suggestion_or_list(level, || texts(&levels));
                return context.wrong(format!("column '{}' has no level '{level}'{list}", self.rows.column));
            };
            codes.iter().map(|c| *c as usize == at).collect()
        } else {
            let Some(numbers) = values.numbers() else {
                let text = format!("column '{}' is {}, not a number; use level", self.rows.column, values.kind());
                return context.wrong(text);
            };
            let (from, to) = (self.rows.from.unwrap_or(f64::NEG_INFINITY), self.rows.to.unwrap_or(f64::INFINITY));
            numbers.iter().map(|v| *v >= from && *v <= to).collect()
        };
        if !inside.contains(&true) {
            return context.wrong("no row of the table is in the slice");
        }
        let (name, metric) = (context.name.to_owned(), context.metric(self.metric.as_deref())?);
        Ok(Box::new(SliceProbe { name, metric, inside }))
    }
}

/// The score of a slice of the test rows.
struct SliceProbe {
    name: String,
    metric: NamedMetric,
    /// For each used row whether it is in the slice.
    inside: Vec<bool>,
}

impl Probe for SliceProbe {
    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names.reading(format!("behaviour[{}]", self.name), self.metric.direction);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let test = &fitted.split.test;
        let at: Vec<usize> = (0..test.len()).filter(|i| self.inside[test[*i] as usize]).collect();
        let rows: Vec<u32> = at.iter().map(|i| test[*i]).collect();
        let predictions = &fitted.fit.predictions;
        let value = if at.is_empty() {
            Err(Undefined("no test row is in the slice"))
        } else {
            score(fitted, &self.metric, &rows, &predictions.test.pick(&at), fitted.threshold)
        };
        notes.read(format!("behaviour[{}]", self.name), self.metric.direction, value);
    }
}
