//! Predictions as a table.

use polars::prelude::{DataFrame, NamedFrom, Series};

use super::{Predicted, RowPrediction};
use crate::error::{Error, Result};

/// Mean, standard deviation and range.
type Number = (f64, Option<f64>, [f64; 2]);

impl Predicted {
    /// Columns `row`, `prediction` and what goes with it: `sd`, `low` and `high` of numbers; of classes `agreement`, and
    /// `p(LABEL)`, `low(LABEL)` and `high(LABEL)` where there are probabilities. `labels` are those of the target.
    ///
    /// # Errors
    /// A run error where the table cannot be laid out.
    pub fn table(&self, labels: &[String]) -> Result<DataFrame> {
        let rows: Vec<u32> = (0..self.rows.len() as u32).collect();
        let mut columns = vec![Series::new("row".into(), rows)];
        let numbers: Option<Vec<Number>> = self.rows.iter().map(number).collect();
        if let Some(numbers) = numbers.filter(|_| labels.is_empty()) {
            let of = |value: fn(&Number) -> Option<f64>| numbers.iter().map(value).collect::<Vec<_>>();
            columns.push(Series::new("prediction".into(), of(|n| Some(n.0))));
            columns.push(Series::new("sd".into(), of(|n| n.1)));
            columns.push(Series::new("low".into(), of(|n| Some(n.2[0]))));
            columns.push(Series::new("high".into(), of(|n| Some(n.2[1]))));
        } else {
            let classes: Vec<(u32, f64, &[[f64; 3]])> = self.rows.iter().filter_map(class).collect();
            let texts: Vec<&str> = classes.iter().map(|c| labels[c.0 as usize].as_str()).collect();
            columns.push(Series::new("prediction".into(), texts));
            columns.push(Series::new("agreement".into(), classes.iter().map(|c| c.1).collect::<Vec<_>>()));
            let known = classes.first().map_or(0, |c| c.2.len());
            for (at, label) in labels.iter().enumerate().take(known) {
                for (i, what) in ["p", "low", "high"].iter().enumerate() {
                    let values: Vec<f64> = classes.iter().map(|c| c.2[at][i]).collect();
                    columns.push(Series::new(format!("{what}({label})").into(), values));
                }
            }
        }
        let columns = columns.into_iter().map(Into::into).collect();
        DataFrame::new(self.rows.len(), columns).map_err(|e| Error::run(format!("cannot lay out the predictions: {e}")))
    }
}

fn number(said: &RowPrediction) -> Option<Number> {
    match said {
        RowPrediction::Number { mean, sd, range } => Some((*mean, *sd, *range)),
        RowPrediction::Class { .. } => None,
    }
}

fn class(said: &RowPrediction) -> Option<(u32, f64, &[[f64; 3]])> {
    match said {
        RowPrediction::Class { label, agreement, probabilities } => Some((*label, *agreement, probabilities)),
        RowPrediction::Number { .. } => None,
    }
}
