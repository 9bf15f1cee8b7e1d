//! Sums over the splits of what observers count for each row.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::run::RowSums;
use crate::run::columns::exact;
use crate::stats::{ExactSums, Long};

/// What is added up over the splits that were done: sums that are exact, and rounded once when they are read, so that
/// they do not depend on the order of splits, nor on which were added up together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct RowTotals {
    /// Numbers a row.
    pub width: usize,
    /// rows × width.
    sums: ExactSums,
}

#[derive(Serialize, Deserialize)]
struct Written {
    width: usize,
    #[serde(with = "exact")]
    high: Vec<f64>,
    #[serde(with = "exact")]
    low: Vec<f64>,
    long: BTreeMap<usize, Long>,
}

impl From<RowTotals> for Written {
    fn from(totals: RowTotals) -> Self {
        let (high, low, long) = totals.sums.into_parts();
        Self { width: totals.width, high, low, long }
    }
}

impl TryFrom<Written> for RowTotals {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { width, high, low, long } = written;
        let sums = ExactSums::from_parts(high, low, long).ok_or("sums over rows are damaged")?;
        if width == 0 || !sums.len().is_multiple_of(width) {
            return Err("sums over rows are not of whole rows");
        }
        Ok(Self { width, sums })
    }
}

impl RowTotals {
    /// Creates the sums of no splits yet, of the rows and the width that a split has.
    pub(super) fn new(of: &RowSums) -> Self {
        Self { width: of.width, sums: ExactSums::new(of.rows * of.width) }
    }

    pub(super) fn add(&mut self, of: &RowSums) {
        for (row, values) in of.at.iter().zip(of.values.chunks_exact(of.width)) {
            let first = *row as usize * of.width;
            values.iter().enumerate().for_each(|(i, value)| self.sums.add(first + i, *value));
        }
    }

    /// Whether other sums are of the same rows.
    pub(super) fn suits(&self, other: &Self) -> bool {
        (self.width, self.sums.len()) == (other.width, other.sums.len())
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.sums.join(&other.sums);
    }

    /// rows × width, each sum rounded to the nearest number.
    pub fn values(&self) -> Vec<f64> {
        self.sums.values()
    }
}
