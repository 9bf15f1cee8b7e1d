//! The footer of a Parquet file, as far as it tells of encryption: a file with encrypted columns may have a footer that
//! anybody can read, which is then not whole.

/// A footer in Thrift's compact protocol.
struct Footer<'a>(&'a [u8]);

/// Fields within fields that are followed.
const DEPTH: usize = 32;
/// The field of the file's metadata that names how columns are encrypted.
const ENCRYPTION: i64 = 8;

impl Footer<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1 | 2 => Some(()),
            3 => self.bytes(1),
            4..=6 => self.number().map(|_| ()),
            7 => self.bytes(8),
            8 => self.number().and_then(|length| self.bytes(length)),
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.number()? } else { u64::from(head >> 4) };
                // In a list a boolean has a byte of its own.
                let kind = if head & 15 <= 2 { 3 } else { head & 15 };
                (0..count).try_for_each(|_| self.skip(kind, depth + 1))
            }
            12 if depth < DEPTH => self.fields(depth + 1, |_| false).map(|_| ()),
            _ => None,
        }
    }

    /// Goes through the fields of a structure until one is what is looked for, and says whether there was one.
    fn fields(&mut self, depth: usize, wanted: impl Fn(i64) -> bool) -> Option<bool> {
        let mut id = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(false);
            }
            id = match head >> 4 {
                0 => {
                    let number = self.number()?;
                    (number >> 1) as i64 ^ -((number & 1) as i64)
                }
                step => id + i64::from(step),
            };
            if wanted(id) {
                return Some(true);
            }
            self.skip(head & 15, depth)?;
        }
    }
}

/// Whether a Parquet file with a plain footer has encrypted columns.
pub fn has_encrypted_columns(file: &[u8]) -> bool {
    let footer = || {
        let end = file.len().checked_sub(8)?;
        let length = u32::from_le_bytes(file[end..end + 4].try_into().ok()?) as usize;
        file.get(end.checked_sub(length)?..end)
    };
    footer().and_then(|bytes| Footer(bytes).fields(0, |id| id == ENCRYPTION)).unwrap_or(false)
}
