//! Square tables of counts that some splits have.

use serde::{Deserialize, Serialize};

use super::Counts;

/// A table of counts for some of many places, all of one size. Most counts are small, and a small one takes a byte.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct CountTables {
    /// Rows, and columns, of a table.
    size: usize,
    /// Places with a table, ascending.
    at: Counts,
    /// Where each table ends among the bytes.
    ends: Vec<usize>,
    /// Counts row by row, seven bits a byte, the lowest first; the eighth bit says that more follow.
    bytes: Vec<u8>,
}

impl CountTables {
    /// Rows, and columns, of a table; 0 where there is none.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Number of tables.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Gives a table, row by row, to a place behind all that have one; one without counts is passed over.
    pub fn push(&mut self, k: usize, table: &[u32]) {
        if table.is_empty() {
            return;
        }
        self.size = table.len().isqrt();
        self.at.push(k as u64);
        for count in table {
            let mut rest = *count;
            while rest >= 0x80 {
                self.bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            self.bytes.push(rest as u8);
        }
        self.ends.push(self.bytes.len());
    }

    fn read(&self, i: usize) -> Vec<u32> {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        let mut table = Vec::with_capacity(self.size * self.size);
        let (mut count, mut shift) = (0u32, 0);
        for byte in &self.bytes[start..self.ends[i]] {
            count |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                table.push(count);
                (count, shift) = (0, 0);
            }
        }
        table
    }

    /// The table of a place, row by row.
    pub fn at(&self, k: usize) -> Option<Vec<u32>> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at.at(middle) < k as u64 { low = middle + 1 } else { high = middle }
        }
        (low < self.len() && self.at.at(low) == k as u64).then(|| self.read(low))
    }

    /// The places that have a table, with it, in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Vec<u32>)> + '_ {
        (0..self.len()).map(|i| (self.at.at(i) as usize, self.read(i)))
    }
}

/// The tables as they are written.
#[derive(Serialize, Deserialize)]
struct Written {
    size: usize,
    at: Counts,
    /// Table by table, row by row.
    counts: Vec<u32>,
}

impl From<CountTables> for Written {
    fn from(tables: CountTables) -> Self {
        let counts = tables.iter().flat_map(|(_, table)| table).collect();
        Self { size: tables.size, at: tables.at, counts }
    }
}

impl TryFrom<Written> for CountTables {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { size, at, counts } = written;
        let cells = size.checked_mul(size).ok_or("tables of counts are too large")?;
        if at.len().checked_mul(cells) != Some(counts.len()) || (at.is_empty() != (cells == 0)) {
            return Err("counts of a table are missing");
        }
        let mut tables = Self::default();
        for (i, k) in at.iter().enumerate() {
            if i > 0 && at.at(i - 1) >= k {
                return Err("tables of counts are not in order");
            }
            let k = usize::try_from(k).map_err(|_| "tables of counts are not in order")?;
            tables.push(k, &counts[i * cells..(i + 1) * cells]);
        }
        Ok(tables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_come_back_and_damaged_ones_are_refused() {
        let mut tables = CountTables::default();
        let some: [(usize, [u32; 4]); 3] = [(0, [0, 127, 128, 5]), (2, [u32::MAX, 1, 1 << 14, 0]), (7, [0; 4])];
        some.iter().for_each(|(k, table)| tables.push(*k, table));
        tables.push(9, &[]);
        assert_eq!((tables.size(), tables.len(), tables.at(1), tables.at(9)), (2, 3, None, None));
        assert!(tables.iter().eq(some.iter().map(|(k, table)| (*k, table.to_vec()))));
        assert!(some.iter().all(|(k, table)| tables.at(*k).unwrap() == table));
        let text = serde_json::to_string(&tables).unwrap();
        assert_eq!(serde_json::from_str::<CountTables>(&text).unwrap(), tables);
        let none = serde_json::to_string(&CountTables::default()).unwrap();
        assert!(serde_json::from_str::<CountTables>(&none).unwrap().is_empty());
        for (from, to) in
            [("\"size\":2", "\"size\":3"), ("0,2,7", "0,2,2"), ("[0,127,", "[127,"), ("[0,127,", "[-1,127,")]
        {
            let damaged = text.replacen(from, to, 1);
            assert!(damaged != text && serde_json::from_str::<CountTables>(&damaged).is_err(), "{damaged}");
        }
    }
}
