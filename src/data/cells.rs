//! Rows as plain cells: what a fitted model is asked about rows that are not in the table.
//!
//! Cells are rows × parts: a number as it is with NaN for a gap, a level as its code with the number of
//! levels for a missing one. Nothing in them depends on a split.

use std::collections::HashSet;
use std::ops::Range;

use ndarray::{Array2, ArrayView2};

use super::{FeatureColumn, Features, MISSING};
use crate::error::suggestion_or_all;

impl Features {
    /// The cells of some of the rows.
    pub fn cells(&self, rows: &[u32]) -> Array2<f64> {
        let mut cells = Array2::zeros((rows.len(), self.parts.len()));
        for (part, mut column) in self.parts.iter().zip(cells.columns_mut()) {
            match part {
                FeatureColumn::Number { values, .. } => {
                    column.iter_mut().zip(rows).for_each(|(cell, r)| *cell = values[*r as usize]);
                }
                FeatureColumn::Levels { codes, levels, .. } => {
                    let code = |r: u32| (codes[r as usize] as usize).min(levels.len());
                    column.iter_mut().zip(rows).for_each(|(cell, r)| *cell = code(*r) as f64);
                }
            }
        }
        cells
    }

    /// Features with the same parts whose rows are those cells.
    pub fn with_cells(&self, cells: ArrayView2<f64>) -> Self {
        let part = |(part, column): (&FeatureColumn, ndarray::ArrayView1<f64>)| match part {
            FeatureColumn::Number { name, has_missing, .. } => {
                FeatureColumn::Number { name: name.clone(), values: column.to_vec().into(), has_missing: *has_missing }
            }
            FeatureColumn::Levels { name, levels, encoding, .. } => {
                let code = |cell: &f64| if (*cell as usize) < levels.len() { *cell as u32 } else { MISSING };
                let codes = column.iter().map(code).collect();
                FeatureColumn::Levels { name: name.clone(), codes, levels: levels.clone(), encoding: *encoding }
            }
        };
        let parts = self.parts.iter().zip(cells.columns()).map(part).collect();
        Self { used: self.used.clone(), dropped: self.dropped.clone(), parts, rows: cells.nrows() }
    }

    /// The place of a used column.
    ///
    /// # Errors
    /// In a few words: why it was left out, or the nearest name that there is.
    pub fn place_of(&self, column: &str) -> Result<usize, String> {
        let names = || self.used.iter().map(|f| f.name.as_str());
        names().position(|name| name == column).ok_or_else(|| match self.dropped.iter().find(|d| d.name == column) {
            Some(dropped) => format!("column '{column}' is left out: {}", dropped.reason),
            None => {
                let list = suggestion_or_all(column, names);
                format!("no feature '{column}'{list}")
            }
        })
    }

    /// The features without some of the columns.
    #[must_use]
    pub fn without(&self, columns: &[String]) -> Self {
        let gone: HashSet<&str> = columns.iter().map(String::as_str).collect();
        let stays = |name: &str| !gone.contains(name);
        let kept = self.used.iter().zip(self.parts_of_columns()).filter(|(feature, _)| stays(&feature.name));
        let (used, parts): (Vec<_>, Vec<_>) = kept.map(|(feature, parts)| (feature.clone(), parts)).unzip();
        let parts = parts.into_iter().flat_map(|parts| self.parts[parts].to_vec()).collect();
        Self { used, dropped: self.dropped.clone(), parts, rows: self.rows }
    }

    /// The parts that each used column became, in the order of the columns: one, or several of a date.
    pub fn parts_of_columns(&self) -> Vec<Range<usize>> {
        let mut next = 0;
        let of = |feature: &super::Feature| {
            let first = next;
            next += feature.calendar.len().max(1);
            first..next
        };
        self.used.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DatePart, Encoder, Encoding, Feature, Scaling};

    #[test]
    fn cells_say_all_that_a_model_is_told() {
        let number = |name: &str, values: Vec<f64>| FeatureColumn::Number {
            name: name.into(),
            values: values.into(),
            has_missing: true,
        };
        let levels: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        let text = FeatureColumn::Levels {
            name: "t".into(),
            codes: vec![2, 0, MISSING, 1].into(),
            levels: levels.clone(),
            encoding: Encoding::OneHot,
        };
        let feature = |name: &str, encoding, calendar: &[DatePart]| {
            let calendar = calendar.to_vec();
            Feature { name: name.into(), kind: "number", encoding, missing: 0, calendar }
        };
        let parts = vec![
            number("d.year", vec![1.0, 2.0, 3.0, 4.0]),
            number("d.days", vec![5.0, f64::NAN, 7.0, 8.0]),
            text,
            number("x", vec![0.0, 1.0, f64::NAN, 3.0]),
        ];
        let used = vec![
            feature("d", Encoding::Calendar, &[DatePart::Year, DatePart::Days]),
            feature("t", Encoding::OneHot, &[]),
            feature("x", Encoding::Numeric, &[]),
        ];
        let features = Features { used, dropped: vec![], parts, rows: 4 };
        assert_eq!(features.parts_of_columns(), [0..2, 2..3, 3..4]);
        let again = features.with_cells(features.cells(&[3, 2, 1]).view());
        let encoder = Encoder::fit(&features, &[0, 1, 2], Scaling::Standard);
        assert_eq!(encoder.transform(&again, &[0, 1, 2]), encoder.transform(&features, &[3, 2, 1]));
    }
}
