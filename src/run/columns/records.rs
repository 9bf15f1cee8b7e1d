//! Numbers by name, a few for every split.

use std::collections::HashMap;

use indexmap::IndexSet;
use serde::Deserialize;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Counts;

/// A list of records: numbers by name, in the order in which they were put in. Names are kept once, and so are the
/// lists of names that records share; a number takes 8 bytes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Written")]
pub struct Records {
    len: usize,
    names: IndexSet<String>,
    /// The lists of names that records have, by their numbers.
    layouts: Vec<Vec<u32>>,
    numbers: HashMap<Vec<u32>, u32>,
    /// The layout of each record and where its numbers begin, once there are records of different layouts.
    placed: Vec<(u32, usize)>,
    /// All numbers, record by record; NaN where there is none.
    values: Vec<f64>,
    /// The names of the record that is put in.
    open: Vec<u32>,
}

impl Records {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The names that records have, in the order of their first appearance.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The place of a name among [`Records::names`].
    pub fn name(&self, name: &str) -> Option<usize> {
        self.names.get_index_of(name)
    }

    /// Adds a record. Of equal names the first keeps its place and takes the last number, as in a map.
    pub fn push<'n>(&mut self, record: impl IntoIterator<Item = (&'n str, Option<f64>)>) {
        let start = self.values.len();
        let mut open = std::mem::take(&mut self.open);
        open.clear();
        for (name, value) in record {
            let number = self.names.get_index_of(name).unwrap_or_else(|| self.names.insert_full(name.to_owned()).0);
            let value = value.unwrap_or(f64::NAN);
            match open.iter().position(|n| *n == number as u32) {
                Some(at) => self.values[start + at] = value,
                None => {
                    open.push(number as u32);
                    self.values.push(value);
                }
            }
        }
        let layout = self.layout_of(&open);
        self.open = open;
        let alike = self.placed.is_empty() && (self.len == 0 || layout == 0);
        if !alike {
            if self.placed.is_empty() {
                let width = self.layouts[0].len();
                self.placed = (0..self.len).map(|k| (0, k * width)).collect();
            }
            self.placed.push((layout, start));
        }
        self.len += 1;
    }

    fn layout_of(&mut self, names: &[u32]) -> u32 {
        if self.layouts.last().is_some_and(|last| last == names) {
            return self.layouts.len() as u32 - 1;
        }
        if let Some(layout) = self.numbers.get(names) {
            return *layout;
        }
        let layout = self.layouts.len() as u32;
        self.layouts.push(names.to_vec());
        self.numbers.insert(names.to_vec(), layout);
        layout
    }

    /// Whether no number is infinite.
    pub fn is_finite(&self) -> bool {
        !self.values.iter().any(|value| value.is_infinite())
    }

    /// The layout of a record, and where its numbers begin.
    fn place(&self, k: usize) -> (usize, usize) {
        match self.placed.get(k) {
            Some((layout, start)) => (*layout as usize, *start),
            None => (0, k * self.layouts[0].len()),
        }
    }

    /// The record at a place.
    ///
    /// # Panics
    /// Panics if there is no such place.
    pub fn at(&self, k: usize) -> Record<'_> {
        assert!(k < self.len, "record {k} of {}", self.len);
        let (layout, start) = self.place(k);
        let names = self.layouts[layout].as_slice();
        Record { of: self, names, values: &self.values[start..start + names.len()] }
    }

    /// For each layout where a name stands in it.
    pub(super) fn places_of(&self, name: usize) -> Vec<Option<usize>> {
        self.layouts.iter().map(|layout| layout.iter().position(|n| *n as usize == name)).collect()
    }

    /// The number of a record that stands at one of these places, by its layout.
    pub(super) fn number(&self, k: usize, places: &[Option<usize>]) -> Option<f64> {
        let (layout, start) = self.place(k);
        Some(self.values[start + places[layout]?]).filter(|value| !value.is_nan())
    }
}

/// The records as they are written.
#[derive(serde::Serialize, Deserialize)]
struct Written {
    names: Vec<String>,
    /// The lists of names that records have.
    layouts: Vec<Vec<u32>>,
    /// For each record its list.
    layout: Counts,
    #[serde(with = "super::exact")]
    values: Vec<f64>,
}

impl Serialize for Records {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            names: self.names().map(str::to_owned).collect(),
            layouts: self.layouts.clone(),
            layout: (0..self.len).map(|k| self.place(k).0 as u64).collect(),
            values: self.values.clone(),
        };
        written.serialize(serializer)
    }
}

impl TryFrom<Written> for Records {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { names, layouts, layout, values } = written;
        let mut records = Self::default();
        let mut left = values.as_slice();
        for number in layout.iter() {
            let layout = usize::try_from(number).ok().and_then(|number| layouts.get(number));
            let layout = layout.ok_or("a record has no list of names")?;
            let (own, rest) = left.split_at_checked(layout.len()).ok_or("numbers of a record are missing")?;
            let named: Option<Vec<&str>> =
                layout.iter().map(|name| Some(names.get(*name as usize)?.as_str())).collect();
            let named = named.ok_or("a number of a record has no name")?;
            records.push(named.into_iter().zip(own.iter().map(|value| Some(*value))));
            left = rest;
        }
        if left.is_empty() { Ok(records) } else { Err("there are numbers of no record") }
    }
}

impl PartialEq for Records {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && (0..self.len).all(|k| self.at(k).iter().eq(other.at(k).iter()))
    }
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub struct Record<'r> {
    of: &'r Records,
    names: &'r [u32],
    values: &'r [f64],
}

impl<'r> Record<'r> {
    /// Names and numbers in order; `None` where there is no number.
    pub fn iter(self) -> impl ExactSizeIterator<Item = (&'r str, Option<f64>)> {
        let pairs = self.names.iter().zip(self.values);
        pairs.map(move |(name, value)| (self.of.names[*name as usize].as_str(), Some(*value).filter(|v| !v.is_nan())))
    }

    /// Whether it has no names.
    pub fn is_empty(self) -> bool {
        self.names.is_empty()
    }
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.names.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_their_own_order() {
        let lists: [&[(&str, Option<f64>)]; 5] = [
            &[("r2", Some(0.5)), ("mae", None)],
            &[("r2", Some(0.25)), ("mae", Some(2.0))],
            &[("mae", Some(f64::INFINITY)), ("r2", Some(-1.0))],
            &[],
            &[("r2", None), ("mae", Some(3.0))],
        ];
        let mut records = Records::default();
        for (k, list) in lists.iter().enumerate() {
            records.push(list.iter().copied());
            assert_eq!(records.placed.is_empty(), k < 2);
        }
        for (k, list) in lists.iter().enumerate() {
            assert!(records.at(k).iter().eq(list.iter().copied()), "{k}");
        }
        assert_eq!(serde_json::to_string(&records.at(0)).unwrap(), r#"{"r2":0.5,"mae":null}"#);
        records.push([("a", Some(1.0)), ("b", None), ("a", Some(2.0))]);
        assert!(records.at(5).iter().eq([("a", Some(2.0)), ("b", None)]));
        let text = serde_json::to_string(&records).unwrap();
        let again: Records = serde_json::from_str(&text).unwrap();
        assert_eq!(again, records);
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
        for (from, to) in [("[0,1]", "[0,9]"), ("[0,1]", "[0]"), ("\"inf\"", "\"fin\""), ("null]}", "null,3.0]}")] {
            let damaged = text.replacen(from, to, 1);
            assert!(damaged != text && serde_json::from_str::<Records>(&damaged).is_err(), "{damaged}");
        }
    }
}
