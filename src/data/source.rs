//! From a path to a table: reading bytes, unpacking, telling formats apart.

use std::fs::File;
use std::io::{Cursor, Read, Seek};

use super::{Selection, Table, csv_table, parquet};
use crate::error::{Error, Result};

/// How a table is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The delimiter of a text file; found from the first lines where `None`.
    pub delimiter: Option<u8>,
    /// Texts that stand for a missing value, besides the usual ones.
    pub missing: Vec<String>,
}

const PARQUET_MAGIC: &[u8] = b"PAR1";
const ENCRYPTED_MAGIC: &[u8] = b"PARE";
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// Reads the columns that `selection` needs from a CSV file (gzipped or not), a Parquet file, or
/// standard input (`-`). The format is told from the first bytes, not from the name.
///
/// # Errors
/// An input error that names the file, and the line or column where there is one, for everything
/// that cannot be read.
pub fn load(path: &str, options: &LoadOptions, selection: &Selection) -> Result<Table> {
    if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| cannot_read("standard input", &e))?;
        return from_bytes("standard input", bytes, options, selection);
    }
    let mut file = File::open(path).map_err(|e| cannot_read(path, &e))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(Error::input(format!("{path} is a folder; name a CSV or Parquet file in it")));
    }
    let mut magic = [0u8; 4];
    let start = read_start(&mut file, &mut magic).map_err(|e| cannot_read(path, &e))?;
    if start == ENCRYPTED_MAGIC {
        return Err(encrypted(path));
    }
    if start == PARQUET_MAGIC {
        return parquet::read(path, file, options, selection);
    }
    let mut bytes = start.to_vec();
    file.read_to_end(&mut bytes).map_err(|e| cannot_read(path, &e))?;
    from_bytes(path, bytes, options, selection)
}

fn read_start<'a>(file: &mut File, buffer: &'a mut [u8; 4]) -> std::io::Result<&'a [u8]> {
    let mut have = 0;
    while have < buffer.len() {
        match file.read(&mut buffer[have..])? {
            0 => break,
            n => have += n,
        }
    }
    if &buffer[..have] == PARQUET_MAGIC {
        file.rewind()?;
    }
    Ok(&buffer[..have])
}

fn from_bytes(path: &str, mut bytes: Vec<u8>, options: &LoadOptions, selection: &Selection) -> Result<Table> {
    if bytes.starts_with(GZIP_MAGIC) {
        let mut unpacked = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .read_to_end(&mut unpacked)
            .map_err(|e| Error::input(format!("{path} is a broken gzip file ({e}); pack it again")))?;
        bytes = unpacked;
    }
    if bytes.starts_with(ENCRYPTED_MAGIC) {
        return Err(encrypted(path));
    }
    if bytes.starts_with(PARQUET_MAGIC) {
        return parquet::read(path, Cursor::new(bytes), options, selection);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Error::input(format!("{path} is UTF-16; save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)")));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::input(format!("{path} is empty; it needs a header line and rows")));
    }
    if bytes.iter().take(4096).any(|b| *b == 0) {
        return Err(Error::input(format!("{path} is neither text nor Parquet; give a CSV or Parquet file")));
    }
    csv_table::read(path, bytes, options, selection)
}

fn encrypted(path: &str) -> Error {
    Error::input(format!("{path} is an encrypted Parquet file; write it without encryption"))
}

fn cannot_read(path: &str, error: &std::io::Error) -> Error {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file; check the path".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied; check the file's mode".to_owned(),
        _ => format!("{error}; check the path"),
    };
    Error::input(format!("cannot read {path}: {why}"))
}
