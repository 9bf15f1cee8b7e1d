//! A column with other values in some rows, of its own kind.

use std::collections::HashSet;

use crate::data::{MISSING, Values};

/// The column with other values in these rows: numbers and times beyond all others, the other boolean, another level.
pub fn changed(values: &Values, rows: &HashSet<u32>) -> Values {
    let mut changed = values.clone();
    if rows.is_empty() {
        return changed;
    }
    match &mut changed {
        Values::Number(cells) | Values::Time(cells, _) => {
            let beyond = Beyond::of(cells.iter().copied());
            rows.iter().for_each(|row| cells[*row as usize] = beyond.number(*row));
        }
        Values::Boolean(cells, _) => {
            let other = |cell: f64| if cell == 0.0 { 1.0 } else { 0.0 };
            rows.iter().for_each(|row| cells[*row as usize] = other(cells[*row as usize]));
        }
        Values::Text { codes, levels } if !levels.is_empty() => {
            let count = levels.len() as u32;
            let other = |code: u32| if code == MISSING { 0 } else { (code + 1) % count };
            rows.iter().for_each(|row| codes[*row as usize] = other(codes[*row as usize]));
        }
        Values::Text { .. } => {}
    }
    changed
}

/// Numbers beyond those of a column, whole where those are.
pub struct Beyond {
    most: f64,
    range: f64,
    whole: bool,
}

impl Beyond {
    /// Of the numbers that are there.
    pub fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let (mut least, mut most, mut whole) = (f64::INFINITY, f64::NEG_INFINITY, true);
        for number in numbers.filter(|number| number.is_finite()) {
            (least, most) = (least.min(number), most.max(number));
            whole &= number.fract() == 0.0;
        }
        if least > most {
            (least, most) = (0.0, 0.0);
        }
        // Of a constant column one more is beyond.
        let range = if most > least { most - least } else { 1.0 };
        Self { most, range, whole }
    }

    /// One of them; rows do not all get the same.
    pub fn number(&self, row: u32) -> f64 {
        let number = self.most + self.range * (1.0 + f64::from(row % 3) / 2.0);
        if self.whole { number.round() } else { number }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_rows_are_others_and_of_the_same_kind() {
        let rows = HashSet::from([0, 2]);
        let Values::Number(numbers) = changed(&Values::Number(vec![1.0, 3.0, f64::NAN].into()), &rows) else {
            panic!()
        };
        assert_eq!(*numbers, [5.0, 3.0, 7.0]);
        let text = Values::Text { codes: vec![1, 0, MISSING].into(), levels: vec!["a".into(), "b".into()] };
        let Values::Text { codes, levels } = changed(&text, &rows) else { panic!() };
        assert_eq!((&codes[..], levels.len()), (&[0, 0, 0][..], 2));
        assert_eq!(changed(&text, &HashSet::new()), text);
    }
}
