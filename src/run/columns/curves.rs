//! Curves that some splits have: lists of numbers by name.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Curves by name. All of one name have as many numbers, of seven digits, which take 4 bytes each: a curve is looked at, and
/// a split has some hundred numbers of each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<Written>", try_from = "Vec<Written>")]
pub struct CurveTable(IndexMap<String, Curves>);

/// The curves of one name.
#[derive(Debug, Clone, PartialEq)]
struct Curves {
    /// Numbers of a curve.
    len: usize,
    /// Places with a curve, ascending.
    at: Vec<u32>,
    /// Curve by curve.
    values: Vec<f32>,
}

impl CurveTable {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any place has a curve of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Gives a curve to a place behind all that have one of this name. One that is empty, has a number that is not finite
    /// or too large for seven digits, or more numbers than others of its name is passed over; so is a second of a place.
    pub fn push(&mut self, k: usize, name: &str, curve: &[f32]) {
        if curve.is_empty() || !curve.iter().all(|value| value.is_finite()) {
            return;
        }
        let all = match self.0.get_mut(name) {
            Some(all) => all,
            None => self.0.entry(name.to_owned()).or_insert_with(|| Curves {
                len: curve.len(),
                at: Vec::new(),
                values: Vec::new(),
            }),
        };
        if all.len == curve.len() && all.at.last() != Some(&(k as u32)) {
            all.at.push(k as u32);
            all.values.extend_from_slice(curve);
        }
    }

    /// The curves of a place by name.
    pub fn at(&self, k: usize) -> impl Iterator<Item = (&str, &[f32])> {
        self.0.iter().filter_map(move |(name, all)| {
            let i = all.at.binary_search(&(k as u32)).ok()?;
            Some((name.as_str(), &all.values[i * all.len..(i + 1) * all.len]))
        })
    }

    /// Whether place `i` has the curves of place `j` of others, in whatever order of names.
    pub fn is_same(&self, i: usize, others: &Self, j: usize) -> bool {
        let count = self.at(i).count();
        count == others.at(j).count() && self.at(i).all(|own| others.at(j).any(|other| own == other))
    }

    /// The places that have a curve of this name, with it, in order.
    pub fn of(&self, name: &str) -> impl ExactSizeIterator<Item = (usize, &[f32])> {
        let (at, values, len) = match self.0.get(name) {
            Some(Curves { len, at, values }) => (at.as_slice(), values.as_slice(), *len),
            None => (&[][..], &[][..], 1),
        };
        at.iter().map(|k| *k as usize).zip(values.chunks_exact(len))
    }

    /// The last place that has a curve.
    pub fn last(&self) -> Option<usize> {
        self.0.values().filter_map(|all| all.at.last()).max().map(|k| *k as usize)
    }
}

/// The curves of one name as they are written.
#[derive(Serialize, Deserialize)]
struct Written {
    name: String,
    at: Vec<u32>,
    values: Vec<f32>,
}

impl From<CurveTable> for Vec<Written> {
    fn from(table: CurveTable) -> Self {
        table.0.into_iter().map(|(name, Curves { at, values, .. })| Written { name, at, values }).collect()
    }
}

impl TryFrom<Vec<Written>> for CurveTable {
    type Error = &'static str;

    fn try_from(written: Vec<Written>) -> Result<Self, Self::Error> {
        let mut table = IndexMap::new();
        for Written { name, at, values } in written {
            let len = values.len().checked_div(at.len()).filter(|len| *len > 0 && len * at.len() == values.len());
            let len = len.ok_or("numbers of a curve are missing")?;
            if !at.is_sorted_by(|a, b| a < b) {
                return Err("curves are not in order");
            }
            if !values.iter().all(|value| value.is_finite()) {
                return Err("a curve has numbers that are not finite");
            }
            if table.insert(name, Curves { len, at, values }).is_some() {
                return Err("two lists of curves have one name");
            }
        }
        Ok(Self(table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_come_back_bit_by_bit_and_damaged_ones_are_refused() {
        let mut table = CurveTable::default();
        table.push(0, "roc", &[0.0, 1.0 / 3.0, 1.0]);
        table.push(2, "roc", &[0.1, f32::MIN_POSITIVE, 123_456.7]);
        table.push(2, "gain", &[7.0]);
        // Not of the same length, a second of the place, none, and not finite.
        table.push(3, "roc", &[0.5]);
        table.push(2, "gain", &[8.0]);
        table.push(3, "none", &[]);
        table.push(3, "nan", &[f32::NAN]);
        assert!(table.at(1).next().is_none() && !table.has("nan") && table.of("none").next().is_none());
        assert_eq!(
            table.at(2).collect::<Vec<_>>(),
            [("roc", &[0.1, f32::MIN_POSITIVE, 123_456.7][..]), ("gain", &[7.0])]
        );
        assert_eq!(table.of("roc").map(|(k, curve)| (k, curve.len())).collect::<Vec<_>>(), [(0, 3), (2, 3)]);
        assert_eq!(table.last(), Some(2));
        let text = serde_json::to_string(&table).unwrap();
        let again: CurveTable = serde_json::from_str(&text).unwrap();
        assert_eq!((serde_json::to_string(&again).unwrap(), &again), (text.clone(), &table));
        for (from, to) in [("[0,2]", "[2,0]"), ("[0,2]", "[0,1,2,3]"), ("0.1", "1e99"), ("\"gain\"", "\"roc\"")] {
            let damaged = text.replacen(from, to, 1);
            assert!(damaged != text && serde_json::from_str::<CurveTable>(&damaged).is_err(), "{damaged}");
        }
        assert!(serde_json::from_str::<CurveTable>("[]").unwrap().is_empty());
    }
}
