//! The numbers of rows side by side, for trees that try one threshold of each column: a node's rows are read once for all
//! columns, and registers hold several columns of a row.

use pulp::{Arch, Simd, WithSimd};

use super::impurity::SquaresPart;
use super::search::Item;
use super::task::Source;
use crate::model::LANES;

/// Columns beyond are tried one by one, and so are tables of more numbers than these: 64 MiB.
const MOST_COLUMNS: usize = 64;
const MOST_NUMBERS: usize = 8 << 20;

/// All rows of a table of numbers without gaps.
#[derive(Debug)]
pub(super) struct Wide {
    /// rows × padded columns.
    flat: Vec<f64>,
    padded: usize,
}

impl Wide {
    /// Of columns of numbers that no train row is missing; `None` for other columns, and where there are too many.
    pub fn new(sources: &[Source], rows: usize) -> Option<Self> {
        let padded = sources.len().next_multiple_of(LANES);
        if sources.is_empty() || sources.len() > MOST_COLUMNS || rows * padded > MOST_NUMBERS {
            return None;
        }
        let mut flat = vec![0.0; rows * padded];
        for (j, source) in sources.iter().enumerate() {
            let values = source.values.filter(|_| !source.gaps)?;
            let cells = flat.iter_mut().skip(j).step_by(padded).zip(source.codes).enumerate();
            // A row that is missing the number is no train row.
            let known = cells.filter(|(_, (_, code))| **code != source.missing);
            known.for_each(|(row, (cell, code))| *cell = values.of(row as u32, *code));
        }
        Some(Self { flat, padded })
    }

    /// Columns with their padding.
    pub fn padded(&self) -> usize {
        self.padded
    }

    /// A number.
    pub fn at(&self, row: u32, column: usize) -> f64 {
        self.flat[row as usize * self.padded + column]
    }

    /// The least and the largest number of each column among some items.
    pub fn spans<V>(&self, items: &[Item<V>], least: &mut [f64], largest: &mut [f64]) {
        Arch::new().dispatch(Spans { wide: self, items, least, largest });
    }

    /// For each column what its threshold sends to the left; nothing where that is NaN.
    pub fn lefts(&self, items: &[Item<i64>], thresholds: &[f64], out: &mut [SquaresPart]) {
        Arch::new().dispatch(Lefts { wide: self, items, thresholds, out });
    }

    /// Some registers of a row.
    #[inline(always)]
    fn registers<S: Simd, const N: usize>(&self, row: u32, first: usize) -> &[S::f64s] {
        let at = row as usize * self.padded + first;
        S::as_simd_f64s(&self.flat[at..at + N * S::F64_LANES]).0
    }
}

/// Calls a method for all registers of columns, up to four at a time.
macro_rules! by_registers {
    ($self:ident, $simd:ident, $padded:expr, $method:ident) => {
        let mut first = 0;
        while first < $padded {
            match ($padded - first) / S::F64_LANES {
                1 => $self.$method::<S, 1>($simd, first),
                2 => $self.$method::<S, 2>($simd, first),
                3 => $self.$method::<S, 3>($simd, first),
                _ => $self.$method::<S, 4>($simd, first),
            }
            first += 4 * S::F64_LANES;
        }
    };
}

struct Spans<'a, V> {
    wide: &'a Wide,
    items: &'a [Item<V>],
    least: &'a mut [f64],
    largest: &'a mut [f64],
}

impl<V> WithSimd for Spans<'_, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        by_registers!(self, simd, self.wide.padded, some);
    }
}

impl<V> Spans<'_, V> {
    #[inline(always)]
    fn some<S: Simd, const N: usize>(&mut self, simd: S, first: usize) {
        let mut least = [simd.splat_f64s(f64::INFINITY); N];
        let mut largest = [simd.splat_f64s(f64::NEG_INFINITY); N];
        for item in self.items {
            let cells = self.wide.registers::<S, N>(item.row, first);
            for ((least, largest), cell) in least.iter_mut().zip(&mut largest).zip(cells) {
                *least = simd.min_f64s(*least, *cell);
                *largest = simd.max_f64s(*largest, *cell);
            }
        }
        let columns = first..first + N * S::F64_LANES;
        S::as_mut_simd_f64s(&mut self.least[columns.clone()]).0.copy_from_slice(&least);
        S::as_mut_simd_f64s(&mut self.largest[columns]).0.copy_from_slice(&largest);
    }
}

struct Lefts<'a> {
    wide: &'a Wide,
    items: &'a [Item<i64>],
    thresholds: &'a [f64],
    out: &'a mut [SquaresPart],
}

impl WithSimd for Lefts<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        by_registers!(self, simd, self.wide.padded, some);
    }
}

impl Lefts<'_> {
    #[inline(always)]
    fn some<S: Simd, const N: usize>(&mut self, simd: S, first: usize) {
        let columns = first..first + N * S::F64_LANES;
        let none = simd.splat_u64s(0);
        let (mut sums, mut counts) = ([none; N], [none; N]);
        let thresholds = S::as_simd_f64s(&self.thresholds[columns.clone()]).0;
        for item in self.items {
            // Two's complement, so that sums of negative numbers come out right. Weights and entries each sum to less than 2³².
            let value = simd.splat_u64s((item.value * i64::from(item.weight)) as u64);
            let count = simd.splat_u64s(u64::from(item.weight) << 32 | 1);
            let cells = self.wide.registers::<S, N>(item.row, first).iter().zip(thresholds);
            for ((sum, to), (cell, threshold)) in sums.iter_mut().zip(&mut counts).zip(cells) {
                let is_left = simd.less_than_or_equal_f64s(*cell, *threshold);
                *sum = simd.add_u64s(*sum, simd.select_u64s(is_left, value, none));
                *to = simd.add_u64s(*to, simd.select_u64s(is_left, count, none));
            }
        }
        let (mut flat_sums, mut flat_counts) = ([0; 4 * LANES], [0; 4 * LANES]);
        let length = columns.len();
        S::as_mut_simd_u64s(&mut flat_sums[..length]).0.copy_from_slice(&sums);
        S::as_mut_simd_u64s(&mut flat_counts[..length]).0.copy_from_slice(&counts);
        for ((out, sum), count) in self.out[columns].iter_mut().zip(flat_sums).zip(flat_counts) {
            *out = SquaresPart { sum: sum as i64, weight: (count >> 32) as u32, entries: count as u32 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::{Column, Columns};
    use super::super::draw::Generator;
    use super::super::impurity::{Impurity, Truth};
    use super::super::task::{Entry, TreeData};
    use super::*;

    #[test]
    fn spans_and_sums_are_those_of_plain_loops() {
        let mut d = Generator::new(5, 0);
        for columns in [1, 7, 8, 9, 20, 31, 33, 64] {
            let rows = 50;
            let numbers: Vec<Vec<f64>> =
                (0..columns).map(|_| (0..rows).map(|_| f64::from(d.below(9)) - 4.0).collect()).collect();
            let ranked = Columns { columns: numbers.iter().map(|of| Column::ranked(of)).collect(), rows };
            let y: Vec<f64> = (0..rows).map(|_| d.uniform()).collect();
            let train = (0..rows as u32).map(|row| Entry { row, weight: 1 });
            let data = TreeData::new(&ranked, train, Truth::Values(&y), Impurity::SquaredError);
            let wide = data.wide().unwrap();
            for count in [1, 2, 33] {
                let mut item = || Item {
                    row: d.below(rows as u32),
                    weight: 1 + d.below(3),
                    value: i64::from(d.below(2000)) - 1000 - (1 << 40),
                };
                let items: Vec<Item<i64>> = (0..count).map(|_| item()).collect();
                let (mut least, mut largest) = (vec![0.0; wide.padded()], vec![0.0; wide.padded()]);
                wide.spans(&items, &mut least, &mut largest);
                let mut thresholds = vec![f64::NAN; wide.padded()];
                (0..columns).filter(|j| j % 5 != 4).for_each(|j| thresholds[j] = f64::from(d.below(9)) - 4.5);
                let mut lefts = vec![SquaresPart::default(); wide.padded()];
                wide.lefts(&items, &thresholds, &mut lefts);
                for (j, numbers) in numbers.iter().enumerate() {
                    let of = || items.iter().map(|item| numbers[item.row as usize]);
                    assert_eq!(least[j], of().fold(f64::INFINITY, f64::min));
                    assert_eq!(largest[j], of().fold(f64::NEG_INFINITY, f64::max));
                    let mut expected = SquaresPart::default();
                    for item in items.iter().filter(|item| numbers[item.row as usize] <= thresholds[j]) {
                        expected.sum += item.value * i64::from(item.weight);
                        expected.weight += item.weight;
                        expected.entries += 1;
                    }
                    assert_eq!(lefts[j], expected, "{columns} columns, {count} items, column {j}");
                }
            }
        }
        let gaps = Columns { columns: vec![Column::ranked(&[1.0, f64::NAN])], rows: 2 };
        let train = |rows: u32| (0..rows).map(|row| Entry { row, weight: 1 });
        let of = |rows| {
            TreeData::new(&gaps, train(rows), Truth::Values(&[0.0, 1.0]), Impurity::SquaredError).wide().is_some()
        };
        assert!(of(1) && !of(2));
    }
}
