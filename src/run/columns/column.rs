//! One name of many records.

use std::sync::Arc;

use super::Records;

/// The number that a name has in each of many records, without a copy of them.
#[derive(Debug, Clone, Default)]
pub struct Column {
    of: Arc<Records>,
    /// For each layout of the records where the number stands.
    places: Vec<Option<usize>>,
    len: usize,
}

impl Column {
    /// The numbers of a name; a name that no record has is without numbers.
    pub fn new(of: &Arc<Records>, name: &str) -> Self {
        let places = of.name(name).map_or_else(Vec::new, |name| of.places_of(name));
        Self { of: Arc::clone(of), places, len: of.len() }
    }

    /// The same of the first `n` records.
    #[must_use]
    pub fn first(&self, n: usize) -> Self {
        Self { len: self.len.min(n), ..self.clone() }
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of record `k`; `None` where it has none.
    pub fn at(&self, k: usize) -> Option<f64> {
        if k >= self.len || self.places.is_empty() { None } else { self.of.number(k, &self.places) }
    }

    /// The number of each record.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<f64>> + '_ {
        (0..self.len).map(|k| self.at(k))
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl FromIterator<Option<f64>> for Column {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        let mut records = Records::default();
        values.into_iter().for_each(|value| records.push([("", value)]));
        Self::new(&Arc::new(records), "")
    }
}
