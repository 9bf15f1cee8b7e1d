//! Rows for a check: each column may take its cells from other rows of the table than the rest, so that a check decides what
//! a column holds and every value is still one that the column has.

use crate::data::{FeatureColumn, Features, MISSING};
use crate::model::TableRows;
use crate::split::below;

/// Rows that are put together from cells of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposedRows {
    /// The used row that each of them is, but for columns that take their cells elsewhere.
    pub base: Vec<u32>,
    /// By used column, the rows that its cells are of, where these are others.
    of_column: Vec<Option<Vec<u32>>>,
}

impl ComposedRows {
    /// Rows as the table has them.
    pub fn of_table(base: Vec<u32>, features: &Features) -> Self {
        Self { base, of_column: vec![None; features.used.len()] }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.base.len()
    }

    /// Gives a used column the cells of other rows.
    pub fn set(&mut self, column: usize, rows: Vec<u32>) {
        self.of_column[column] = Some(rows);
    }

    /// The rows that the cells of a column are of.
    pub fn rows_of(&self, column: usize) -> &[u32] {
        self.of_column[column].as_ref().unwrap_or(&self.base)
    }

    /// Those at some of the places.
    #[must_use]
    pub fn take(&self, places: &[usize]) -> Self {
        let of = |rows: &Vec<u32>| places.iter().map(|at| rows[*at]).collect::<Vec<u32>>();
        Self { base: of(&self.base), of_column: self.of_column.iter().map(|rows| rows.as_ref().map(of)).collect() }
    }

    /// The same rows, in which every used column takes its cells from the rows at some places of these.
    #[must_use]
    pub fn with_cells_at(&self, places: &[usize]) -> Self {
        let moved = self.take(places);
        let of_column = (0..self.of_column.len()).map(|column| Some(moved.rows_of(column).to_vec())).collect();
        Self { base: self.base.clone(), of_column }
    }

    /// The same rows without gaps: a missing cell becomes one that is drawn from those of some rows.
    #[must_use]
    pub fn filled(&self, features: &Features, from: &[u32], rng: &mut rand_chacha::ChaCha8Rng) -> Self {
        let mut filled = self.clone();
        for (column, parts) in features.parts_of_columns().into_iter().enumerate() {
            let missing = |row: &u32| features.parts[parts.clone()].iter().any(|part| is_missing(part, *row));
            let rows = self.rows_of(column);
            if !rows.iter().any(missing) {
                continue;
            }
            let known: Vec<u32> = from.iter().filter(|row| !missing(row)).copied().collect();
            if known.is_empty() {
                continue;
            }
            let draw = |row: &u32| if missing(row) { known[below(rng, known.len() as u32) as usize] } else { *row };
            filled.of_column[column] = Some(rows.iter().map(draw).collect());
        }
        filled
    }

    /// The features of these rows alone.
    pub fn features(&self, known: &Features) -> Features {
        let mut parts = Vec::with_capacity(known.parts.len());
        for (column, of_column) in known.parts_of_columns().into_iter().enumerate() {
            parts.extend(known.parts[of_column].iter().map(|part| part.take(self.rows_of(column))));
        }
        Features { used: known.used.clone(), dropped: known.dropped.clone(), parts, rows: self.len() }
    }

    /// The same for a model that knows the table.
    pub fn table_rows(&self, known: &Features) -> TableRows<'_> {
        let rows = TableRows::of_table(&self.base);
        if self.of_column.iter().all(Option::is_none) {
            return rows;
        }
        let all: Vec<u32> = (0..self.len() as u32).collect();
        rows.with_cells(known, self.features(known).cells(&all).view())
    }
}

/// Whether a cell is missing.
pub fn is_missing(part: &FeatureColumn, row: u32) -> bool {
    match part {
        FeatureColumn::Number { values, .. } => values[row as usize].is_nan(),
        FeatureColumn::Levels { codes, .. } => codes[row as usize] == MISSING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, Feature};
    use crate::split::stream;

    fn features() -> Features {
        let feature = |name: &str| Feature {
            name: name.into(),
            kind: "number",
            encoding: Encoding::Numeric,
            missing: 0,
            calendar: Vec::new(),
        };
        let number = |name: &str, values: &[f64]| FeatureColumn::Number {
            name: name.into(),
            values: values.to_vec().into(),
            has_missing: true,
        };
        Features {
            used: vec![feature("a"), feature("b")],
            dropped: Vec::new(),
            parts: vec![number("a", &[0.0, 1.0, 2.0, 3.0]), number("b", &[10.0, f64::NAN, 12.0, 13.0])],
            rows: 4,
        }
    }

    #[test]
    fn columns_take_their_cells_from_where_they_are_told() {
        let features = features();
        let mut rows = ComposedRows::of_table(vec![3, 1, 3], &features);
        rows.set(0, vec![0, 0, 2]);
        let cells = |rows: &ComposedRows| rows.features(&features).cells(&[0, 1, 2]);
        assert_eq!(cells(&rows).column(0).to_vec(), [0.0, 0.0, 2.0]);
        assert!(cells(&rows)[[1, 1]].is_nan() && cells(&rows)[[0, 1]] == 13.0);
        let moved = rows.with_cells_at(&[2, 0, 1]);
        assert_eq!((moved.base.clone(), cells(&moved).column(0).to_vec()), (vec![3, 1, 3], vec![2.0, 0.0, 0.0]));
        let filled = rows.filled(&features, &[0, 1], &mut stream(0, 0));
        assert_eq!(cells(&filled).column(1).to_vec(), [13.0, 10.0, 13.0]);
    }

    #[test]
    fn a_model_that_knows_the_table_is_told_of_changed_columns_alone() {
        let features = features();
        let mut rows = ComposedRows::of_table(vec![3, 0], &features);
        assert!(rows.table_rows(&features).changed.is_empty());
        rows.set(0, vec![2, 0]);
        let changed = rows.table_rows(&features).changed;
        assert_eq!(changed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a"]);
    }
}
