//! A text that is read from its beginning several times: bytes in memory, or a file that is not kept there.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};

/// Bytes that were read are kept for at least so long.
const KEPT: usize = 1 << 18;

/// A text.
pub struct Text {
    source: Source,
    /// Where it begins.
    start: usize,
    /// Its end in the source.
    end: usize,
}

enum Source {
    Bytes(Vec<u8>),
    File(File),
}

impl Text {
    /// Of these bytes.
    pub fn bytes(bytes: Vec<u8>) -> Self {
        let end = bytes.len();
        Self { source: Source::Bytes(bytes), start: 0, end }
    }

    /// Of a file with so many bytes.
    pub fn file(file: File, length: usize) -> Self {
        Self { source: Source::File(file), start: 0, end: length }
    }

    /// Bytes that are left.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Leaves bytes at the beginning out.
    pub fn skip(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// The first bytes, so many at most.
    ///
    /// # Errors
    /// Those of the file.
    pub fn prefix(&self, most: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader()?.take(most as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads from the beginning; one such reader at a time.
    ///
    /// # Errors
    /// Those of the file.
    pub fn reader(&self) -> Result<Box<dyn Read + Send + '_>> {
        match &self.source {
            Source::Bytes(bytes) => Ok(Box::new(&bytes[self.start..self.end])),
            Source::File(file) => {
                let mut file = file;
                file.seek(SeekFrom::Start(self.start as u64))?;
                Ok(Box::new(file.take(self.len() as u64)))
            }
        }
    }
}

/// A reader that keeps what it has read last, for a second look.
pub struct Window<R> {
    inner: R,
    kept: Vec<u8>,
    /// How many bytes were read before those that are kept.
    before: usize,
}

impl<R> Window<R> {
    /// Keeps nothing yet.
    pub fn new(inner: R) -> Self {
        Self { inner, kept: Vec::new(), before: 0 }
    }

    /// Bytes by their places, of which none may be forgotten; what is not read yet is left out.
    pub fn look(&self, from: usize, to: usize) -> &[u8] {
        let at = |place: usize| place.saturating_sub(self.before).min(self.kept.len());
        &self.kept[at(from)..at(to.max(from))]
    }

    /// Bytes before a place are no longer needed.
    pub fn forget(&mut self, until: usize) {
        let gone = until.saturating_sub(self.before).min(self.kept.len());
        if gone >= KEPT {
            self.kept.drain(..gone);
            self.before += gone;
        }
    }
}

impl<R: Read> Read for Window<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.inner.read(buffer)?;
        self.kept.extend_from_slice(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_is_read_as_its_bytes_are() {
        let bytes: Vec<u8> = (0..1_000_000u32).map(|i| (i % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        for mut text in [Text::file(file, bytes.len()), Text::bytes(bytes.clone())] {
            assert_eq!((text.len(), text.prefix(5).unwrap()), (1_000_000, bytes[..5].to_vec()));
            text.skip(3);
            assert_eq!((text.len(), text.prefix(2).unwrap()), (999_997, bytes[3..5].to_vec()));
            let mut window = Window::new(text.reader().unwrap());
            let mut buffer = [0; 1000];
            for place in (0..900_000).step_by(1000) {
                window.read_exact(&mut buffer).unwrap();
                assert_eq!(window.look(place + 10, place + 20), &bytes[place + 13..place + 23]);
                assert!(window.look(place + 990, place + 5000).len() == 10 && window.kept.len() <= KEPT + 3000);
                window.forget(place);
            }
            drop(window);
            assert!(text.prefix(usize::MAX).unwrap() == bytes[3..]);
        }
    }
}
