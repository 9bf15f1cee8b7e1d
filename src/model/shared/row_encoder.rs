//! Rows in the encoding of a split, many after each other: what columns have in common is looked up once.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::base::DesignMatrix;
use super::encoding::SplitEncoding;

/// Writes rows in the encoding of a split.
pub struct RowEncoder<'e> {
    encoding: &'e SplitEncoding,
    base: &'e DesignMatrix,
    runs: Vec<Run>,
}

/// Encoded columns that are made in one way.
enum Run {
    /// Numbers without gaps, from consecutive dense columns.
    Dense(Range<usize>, usize),
    /// Levels, each a column: the first column, the column of each level, and which level column they are of.
    Levels(Range<usize>, Vec<Option<usize>>, usize),
    /// One column of another kind.
    Other(usize),
}

impl<'e> RowEncoder<'e> {
    /// Of a table.
    pub fn new(encoding: &'e SplitEncoding, base: &'e DesignMatrix) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        let mut groups = encoding.groups.iter().filter(|group| !group.is_empty()).peekable();
        let mut column = 0;
        while column < encoding.width() {
            if let Some(group) = groups.next_if(|group| group.start == column) {
                let of = base.level_column_of(encoding.first_base(column));
                let levels = &base.levels[of];
                let mut columns = vec![None; levels.levels];
                group.clone().for_each(|k| columns[encoding.first_base(k) - levels.at] = Some(k - group.start));
                runs.push(Run::Levels(group.clone(), columns, of));
                column = group.end;
                continue;
            }
            match (encoding.plain(column).filter(|at| *at < base.width), runs.last_mut()) {
                (Some(at), Some(Run::Dense(columns, first)))
                    if columns.end == column && *first + columns.len() == at =>
                {
                    columns.end += 1;
                }
                (Some(at), _) => runs.push(Run::Dense(column..column + 1, at)),
                (None, _) => runs.push(Run::Other(column)),
            }
            column += 1;
        }
        Self { encoding, base, runs }
    }

    /// Writes some rows: rows × columns, row-major, the same cells as [`SplitEncoding::cell`].
    pub fn write(&self, rows: &[u32], out: &mut [f64]) {
        Arch::new().dispatch(Write { encoder: self, rows, out });
    }
}

struct Write<'a> {
    encoder: &'a RowEncoder<'a>,
    rows: &'a [u32],
    out: &'a mut [f64],
}

impl WithSimd for Write<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let RowEncoder { encoding, base, runs } = self.encoder;
        let (means, scales) = encoding.means_and_scales();
        for (row, out) in self.rows.iter().zip(self.out.chunks_exact_mut(encoding.width().max(1))) {
            let row = *row as usize;
            let dense = base.dense(row);
            for run in runs {
                match run {
                    Run::Dense(columns, first) => {
                        let each = out[columns.clone()].iter_mut().zip(&dense[*first..first + columns.len()]);
                        for (((to, x), mean), scale) in each.zip(&means[columns.clone()]).zip(&scales[columns.clone()])
                        {
                            *to = (x - mean) / scale;
                        }
                    }
                    Run::Levels(columns, of_level, levels) => {
                        let out = &mut out[columns.clone()];
                        out.fill(0.0);
                        if let Some(column) = of_level[base.level(*levels, row)] {
                            out[column] = 1.0;
                        }
                    }
                    Run::Other(column) => out[*column] = encoding.cell(base, *column, row),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, FeatureColumn, Features, Target};
    use crate::model::shared::{SharedCache, SplitState};
    use crate::split::Split;

    #[test]
    fn rows_are_those_of_single_cells() {
        let number = |factor: f64, gaps: bool| FeatureColumn::Number {
            name: String::new(),
            values: (0..60)
                .map(|i| if gaps && i % 7 == 3 { f64::NAN } else { (f64::from(i) * factor).sin() })
                .collect::<Vec<f64>>()
                .into(),
            has_missing: gaps,
        };
        let levels = |step: u32, encoding| FeatureColumn::Levels {
            name: String::new(),
            codes: (0..60).map(|i| i * step % 5).collect(),
            levels: ["a", "b", "c", "d", "e"].map(String::from).to_vec(),
            encoding,
        };
        let parts = vec![
            number(0.3, false),
            number(0.7, false),
            number(1.1, true),
            number(1.3, false),
            levels(1, Encoding::OneHot),
            levels(3, Encoding::Ordinal),
            levels(2, Encoding::OneHot),
            number(1.7, false),
        ];
        let features = Features { used: vec![], dropped: vec![], parts, rows: 60 };
        let target = Target::Regression { values: (0..60).map(f64::from).collect() };
        let common = SharedCache::new(&features, &target);
        // No row of the last level in train.
        let split = Split::by(60, |row| row % 5 == 4 || row % 9 == 0);
        let work = SplitState::new(&common, 0, &split, 0);
        let (encoding, base) = (work.encoding(), &common.linear().base);
        let encoder = RowEncoder::new(encoding, base);
        let kinds = encoder.runs.iter().map(|run| match run {
            Run::Dense(columns, _) => columns.len(),
            Run::Levels(..) => 10,
            Run::Other(_) => 0,
        });
        assert_eq!(kinds.collect::<Vec<_>>(), [2, 0, 1, 10, 0, 10, 1]);
        let rows: Vec<u32> = (0..60).rev().collect();
        let width = encoding.width();
        let mut out = vec![f64::NAN; 60 * width];
        encoder.write(&rows, &mut out);
        for (row, cells) in rows.iter().zip(out.chunks_exact(width)) {
            for (k, cell) in cells.iter().enumerate() {
                assert_eq!(*cell, encoding.cell(base, k, *row as usize), "row {row}, column {k}");
            }
        }
    }
}
