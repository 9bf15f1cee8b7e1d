//! A short name for the content of a table.

use super::{Column, Table, Values};

/// 64-bit FNV-1a over 8-byte words (Fowler, Noll and Vo), folded once more at the end.
struct Fnv(u64);

impl Fnv {
    fn name(&self) -> String {
        format!("{:016x}", self.0 ^ (self.0 >> 32))
    }

    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        self.0 ^= self.0 >> 29;
    }

    fn values(&mut self, values: &Values) {
        match values {
            Values::Number(v) | Values::Boolean(v, _) | Values::Time(v, _) => {
                for x in v {
                    // One bit pattern for each of NaN and zero.
                    self.word(if x.is_nan() { u64::MAX } else { (x + 0.0).to_bits() });
                }
                if let Values::Time(_, offsets) = values {
                    let word = |offset: &i32| u64::from(offset.unsigned_abs()) << 1 | u64::from(*offset < 0);
                    offsets.iter().for_each(|offset| self.word(word(offset)));
                }
            }
            Values::Text { codes, levels } => {
                levels.iter().for_each(|l| self.text(l));
                codes.iter().for_each(|c| self.word(u64::from(*c)));
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0u8; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }
}

/// A fingerprint in the making, for columns that are read one by one.
pub struct TableFingerprint(Fnv);

impl TableFingerprint {
    /// Of a table of so many rows.
    pub fn new(rows: usize) -> Self {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        hash.word(rows as u64);
        Self(hash)
    }

    /// Takes the next column.
    pub fn push(&mut self, column: &Column) {
        let hash = &mut self.0;
        hash.text(&column.name);
        hash.text(column.values.kind());
        column.order.iter().for_each(|level| hash.text(level));
        // Codes that are one number are told apart by how they are written.
        if let Some(written) = &column.written {
            hash.values(written);
        }
        hash.values(&column.values);
    }

    /// The fingerprint.
    pub fn name(&self) -> String {
        self.0.name()
    }
}

/// A 16-digit hexadecimal number that changes with the number of rows, the names, types and order
/// of the columns read, and every value. It says whether two tables are the same, not who made them.
pub fn fingerprint(table: &Table) -> String {
    let mut fingerprint = TableFingerprint::new(table.rows);
    table.columns.iter().for_each(|column| fingerprint.push(column));
    fingerprint.name()
}

/// A 16-digit hexadecimal number that changes with any of some bytes.
pub(crate) fn fingerprint_of_bytes(bytes: &[u8]) -> String {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    hash.bytes(bytes);
    hash.name()
}
