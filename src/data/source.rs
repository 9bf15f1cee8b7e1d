//! From a path to a table: reading bytes, unpacking, telling formats apart.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::files::files_of;
use super::parquet::{ParquetSource, ParquetTable, ReadColumn};
use super::parquet_footer::has_encrypted_columns;
use super::text::Text;
use super::typed_column::Pinned;
use super::{Mark, Selection, Table, Thousands, csv_table, parquet};
use crate::error::{Error, Result, Subject, panic_text};
use crate::setting::{NUMBER, TEXT};
use crate::threads;

/// How a table is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The delimiter of a text file; found from the first lines where `None`.
    pub delimiter: Option<u8>,
    /// Texts that stand for a missing value, besides the usual ones; a number in any spelling.
    pub missing: Vec<String>,
    /// Words such as `None` that are values and not missing; `all` for all of them.
    pub keep_missing: Vec<String>,
    /// What stands before decimals, where the file leaves it open.
    pub decimal: Option<Mark>,
    /// What stands between thousands, where the file leaves it open.
    pub thousands: Option<Thousands>,
    /// Columns that are text whatever their cells look like, by name or glob.
    pub text: Vec<String>,
    /// Columns that are numbers though they look like codes, by name or glob.
    pub number: Vec<String>,
    /// What columns are known to be, where the rows of a file go with those of another one.
    pub known: Vec<KnownColumn>,
}

/// What is known of a column before its file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownColumn {
    /// Its name.
    pub name: String,
    /// Whether it is text; if not, it is numbers where it can be.
    pub text: bool,
    /// What stands before its decimals.
    pub decimal: Option<Mark>,
}

impl LoadOptions {
    /// What the options say of the type of each column of a file.
    ///
    /// # Errors
    /// An input error for a name or glob that matches no column, and for a column that is to be both.
    pub(super) fn pinned(&self, names: &[String], path: &str, selection: &Selection) -> Result<Vec<Pinned>> {
        if !selection.only.is_empty() {
            let pin = |known: &KnownColumn| if known.text { Pinned::Text } else { Pinned::Number };
            let known: HashMap<&str, Pinned> = self.known.iter().map(|k| (k.name.as_str(), pin(k))).collect();
            return Ok(names.iter().map(|n| known.get(n.as_str()).copied().unwrap_or(Pinned::No)).collect());
        }
        let text = Selection::columns(&self.text, names, path, TEXT)?;
        let number = Selection::columns(&self.number, names, path, NUMBER)?;
        let pin = |(name, named): (&String, (bool, bool))| match named {
            (true, true) => Err(Error::file(format!("column '{name}' is named by {TEXT} and by {NUMBER}"))
                .about(Subject::Column(name.clone()))
                .advise("leave one out")),
            (true, false) => Ok(Pinned::Text),
            (false, true) => Ok(Pinned::Number),
            (false, false) => Ok(Pinned::No),
        };
        names.iter().zip(text.into_iter().zip(number)).map(pin).collect()
    }
}

const PARQUET_MAGIC: &[u8] = b"PAR1";
const ENCRYPTED_MAGIC: &[u8] = b"PARE";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
/// How files begin that are packed in a way that is not read.
const PACKED: [(&[u8], &str); 4] = [
    (&[0x28, 0xb5, 0x2f, 0xfd], "packed with zstd"),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], "packed with xz"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"BZh", "packed with bzip2"),
];

/// How many binary files are being read.
static READERS: AtomicUsize = AtomicUsize::new(0);

/// A binary file is being read until this is dropped.
struct Reading;

impl Reading {
    fn start() -> Self {
        READERS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        READERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether a binary file is being read, whose damaged bytes may claim any length.
#[cfg(feature = "cli")]
pub(crate) fn is_reading() -> bool {
    READERS.load(Ordering::Relaxed) > 0
}

/// Reads the columns that `selection` needs from a CSV file (gzipped or not), a Parquet file, or
/// standard input (`-`). The format is told from the first bytes, not from the name.
///
/// # Errors
/// An input error that names the file, and the line or column where there is one, for everything
/// that cannot be read.
pub(super) fn load(path: &str, options: &LoadOptions, selection: &Selection) -> Result<Table> {
    match open(path)? {
        Opened::Bytes(bytes) => {
            from_bytes(if path == "-" { "standard input" } else { path }, bytes, options, selection)
        }
        Opened::Text(file, before) => {
            let read = |path| {
                let text = Text::file(file.try_clone().map_err(|e| cannot_read(path, &e))?, before.len() as usize);
                from_text(path, text, options, selection)
            };
            let table = read(path);
            // A file that changes under the reader may look broken: that it changed is then what is to be said.
            check_unchanged(path, &file, &before, None)?;
            table
        }
        Opened::Parquet(files) => ColumnSource::of(path, files, options, selection)?.whole(),
    }
}

/// Parquet files of which a column at a time is read.
pub struct ColumnSource {
    table: ParquetTable,
    files: Vec<ParquetFile>,
    options: LoadOptions,
}

impl ColumnSource {
    /// Opens the Parquet files that a path means; `None` where it means others.
    ///
    /// # Errors
    /// As for reading them.
    pub(super) fn open(path: &str, options: &LoadOptions, selection: &Selection) -> Result<Option<Self>> {
        // A stream can be read once.
        if path == "-" || !is_parquet(path)? {
            return Ok(None);
        }
        let Opened::Parquet(files) = open(path)? else { return Ok(None) };
        Self::of(path, files, options, selection).map(Some)
    }

    fn of(path: &str, files: Vec<ParquetFile>, options: &LoadOptions, selection: &Selection) -> Result<Self> {
        let _reading = Reading::start();
        let sources = files.iter().map(ParquetFile::source).collect::<Result<_>>()?;
        let table = ParquetTable::open(path, sources, options, selection)?;
        Ok(Self { table, files, options: options.clone() })
    }

    /// The table with all needed columns.
    ///
    /// # Errors
    /// As for reading it.
    pub fn whole(&self) -> Result<Table> {
        let _reading = Reading::start();
        let table = self.table.whole(&self.options)?;
        self.check_unchanged()?;
        Ok(table)
    }

    /// Bytes of the needed columns as numbers.
    pub fn bytes(&self) -> u64 {
        (self.table.rows as u64).saturating_mul(8 * self.table.names_of_needed().count() as u64)
    }

    /// The table with the needed columns that have one of these names.
    ///
    /// # Errors
    /// As for reading it.
    pub fn table(&self, names: &[&str]) -> Result<Table> {
        let mut table = self.table.without_columns();
        for (at, _) in self.table.names_of_needed().enumerate().filter(|(_, name)| names.contains(name)) {
            match self.column(at)? {
                Ok(column) => table.columns.push(column),
                Err(unusable) => table.unsupported.push(unusable),
            }
        }
        Ok(table)
    }

    /// The needed columns that can be read, in file order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.table.names_of_needed()
    }

    /// Reads one of them, by its place among them.
    ///
    /// # Errors
    /// As for reading the table.
    pub fn column(&self, at: usize) -> Result<ReadColumn> {
        let _reading = Reading::start();
        self.table.column(at, &self.options)
    }

    /// Refuses files that somebody wrote to since they were opened.
    ///
    /// # Errors
    /// A run error that names the file.
    pub fn check_unchanged(&self) -> Result<()> {
        self.files.iter().try_for_each(|file| check_unchanged(&file.path, &file.file, &file.before, None))
    }
}

/// Whether a path means files of which the first begins as Parquet files do.
fn is_parquet(path: &str) -> Result<bool> {
    let files = files_of(path)?;
    let first = files.as_ref().and_then(|files| files.first()).map_or(path, String::as_str);
    let mut magic = Vec::new();
    let is_file = std::fs::metadata(first).is_ok_and(|it| it.is_file());
    let read = is_file && File::open(first).is_ok_and(|file| file.take(4).read_to_end(&mut magic).is_ok());
    Ok(read && magic == PARQUET_MAGIC)
}

/// What a path has.
enum Opened {
    /// The bytes of a packed file or a stream.
    Bytes(Vec<u8>),
    /// A file that seems to be a text, which is not kept in memory.
    Text(File, Metadata),
    /// Parquet files, of which only what is needed is read.
    Parquet(Vec<ParquetFile>),
}

/// A Parquet file that is open.
struct ParquetFile {
    path: String,
    file: File,
    before: Metadata,
}

impl ParquetFile {
    fn source(&self) -> Result<(String, Box<dyn ParquetSource>)> {
        let file = self.file.try_clone().map_err(|e| cannot_read(&self.path, &e))?;
        Ok((self.path.clone(), Box::new(file)))
    }
}

/// Opens a file, or all files that a folder or a pattern means.
fn open(path: &str) -> Result<Opened> {
    if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| cannot_read("standard input", &e))?;
        return Ok(Opened::Bytes(bytes));
    }
    let Some(files) = files_of(path)? else { return open_one(path) };
    if let [only] = files.as_slice() {
        return open_one(only);
    }
    let mut all = Vec::new();
    for file in files {
        match open_one(&file)? {
            Opened::Parquet(mut one) => all.append(&mut one),
            Opened::Bytes(_) | Opened::Text(..) => {
                return Err(Error::file(format!(
                    "{file} is no Parquet file, and several files are one table in that form alone"
                ))
                .advise("name one file, or write them as Parquet"));
            }
        }
    }
    Ok(Opened::Parquet(all))
}

fn open_one(path: &str) -> Result<Opened> {
    let failed = |e: std::io::Error| cannot_read(path, &e);
    let mut file = File::open(path).map_err(failed)?;
    let before = file.metadata().map_err(failed)?;
    let mut magic = Vec::new();
    file.by_ref().take(PARQUET_MAGIC.len() as u64).read_to_end(&mut magic).map_err(failed)?;
    if before.is_file() && magic == PARQUET_MAGIC {
        start_polars()?;
        if has_encrypted_columns(&footer(&mut file, before.len()).map_err(failed)?) {
            return Err(encrypted(path));
        }
        return Ok(Opened::Parquet(vec![ParquetFile { path: path.to_owned(), file, before }]));
    }
    // Files that the system makes up as they are read tell no length.
    if before.is_file() && before.len() > 0 && !magic.starts_with(GZIP_MAGIC) {
        return Ok(Opened::Text(file, before));
    }
    let mut bytes = magic;
    file.read_to_end(&mut bytes).map_err(failed)?;
    if before.is_file() {
        check_unchanged(path, &file, &before, Some(bytes.len()))?;
    }
    Ok(Opened::Bytes(bytes))
}

/// The end of a Parquet file, from where its footer begins.
fn footer(file: &mut File, length: u64) -> std::io::Result<Vec<u8>> {
    let mut tail = [0; 8];
    let mut bytes = Vec::new();
    if length < 8 {
        return Ok(bytes);
    }
    file.seek(SeekFrom::Start(length - 8))?;
    file.read_exact(&mut tail)?;
    let [a, b, c, d, ..] = tail;
    let whole = (u64::from(u32::from_le_bytes([a, b, c, d])) + 8).min(length);
    file.seek(SeekFrom::Start(length - whole))?;
    file.by_ref().take(whole).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Refuses a file that somebody wrote to while it was read: its parts are of different times.
///
/// `read` is the number of bytes that were read, where all of them were.
fn check_unchanged(path: &str, file: &File, before: &Metadata, read: Option<usize>) -> Result<()> {
    let after = file.metadata().map_err(|e| cannot_read(path, &e))?;
    let times = (before.modified().ok(), after.modified().ok());
    // Files that the system makes up as they are read tell no length.
    let whole = before.len() == 0 || read.is_none_or(|read| before.len() == read as u64);
    if whole && before.len() == after.len() && times.0 == times.1 {
        return Ok(());
    }
    Err(Error::run(format!("{path} changed while it was read")).advise("run again when nothing writes to it"))
}

/// Starts the threads of the library that reads and writes tables, which panics where there are none to be had.
///
/// # Errors
/// A run error where threads cannot be started.
pub fn start_polars() -> Result<()> {
    let started = std::panic::catch_unwind(|| {
        let _ = polars::frame::DataFrame::empty().try_apply_columns_par(|column| Ok(column.clone()));
    });
    started.map_err(|panic| threads::refused(panic_text(panic.as_ref())))
}

pub(super) fn from_bytes(
    path: &str,
    mut bytes: Vec<u8>,
    options: &LoadOptions,
    selection: &Selection,
) -> Result<Table> {
    if bytes.starts_with(GZIP_MAGIC) {
        let mut unpacked = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .read_to_end(&mut unpacked)
            .map_err(|e| Error::file(format!("{path} is a broken gzip file ({e})")).advise("pack it again"))?;
        bytes = unpacked;
    }
    if bytes.starts_with(PARQUET_MAGIC) {
        start_polars()?;
        let _reading = Reading::start();
        if has_encrypted_columns(&bytes) {
            return Err(encrypted(path));
        }
        return parquet::read(path, vec![(path.to_owned(), Box::new(Cursor::new(bytes)))], options, selection);
    }
    from_text(path, Text::bytes(bytes), options, selection)
}

/// Reads a text that is not packed.
fn from_text(path: &str, mut text: Text, options: &LoadOptions, selection: &Selection) -> Result<Table> {
    let failed = |e: std::io::Error| cannot_read(path, &e);
    let first = text.prefix(4096).map_err(failed)?;
    if first.starts_with(ENCRYPTED_MAGIC) {
        return Err(encrypted(path));
    }
    if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) {
        return Err(Error::file(format!("{path} is UTF-16")).advise("save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)"));
    }
    if let Some((_, how)) = PACKED.iter().find(|(magic, _)| first.starts_with(magic)) {
        return Err(Error::file(format!("{path} is {how}")).advise("unpack it, or pack it with gzip"));
    }
    if first.starts_with(BYTE_ORDER_MARK) {
        text.skip(BYTE_ORDER_MARK.len());
    }
    if is_blank(&text).map_err(failed)? {
        return Err(Error::file(format!("{path} is empty")).advise("it needs a header line and rows"));
    }
    if first.contains(&0) {
        return Err(Error::file(format!("{path} is neither text nor Parquet")).advise("give a CSV or Parquet file"));
    }
    csv_table::read(path, text, options, selection)
}

/// Whether a text has nothing but blanks.
fn is_blank(text: &Text) -> std::io::Result<bool> {
    let mut reader = text.reader()?;
    let mut stretch = [0; 4096];
    loop {
        match reader.read(&mut stretch)? {
            0 => return Ok(true),
            read if stretch[..read].iter().all(u8::is_ascii_whitespace) => {}
            _ => return Ok(false),
        }
    }
}

fn encrypted(path: &str) -> Error {
    Error::file(format!("{path} is an encrypted Parquet file")).advise("write it without encryption")
}

pub(super) fn cannot_read(path: &str, error: &std::io::Error) -> Error {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file; check the path".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied; check the file's mode".to_owned(),
        _ => format!("{error}; check the path"),
    };
    Error::file(format!("cannot read {path}: {why}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_that_changes_while_it_is_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.csv");
        std::fs::write(&path, "a,b\n1,2\n").unwrap();
        let check = |change: &dyn Fn(), read: usize| {
            let file = File::open(&path).unwrap();
            let before = file.metadata().unwrap();
            change();
            check_unchanged("d.csv", &file, &before, Some(read)).map_err(|e| e.to_string())
        };
        check(&|| {}, 8).unwrap();
        let changed = |change: &dyn Fn(), read| check(change, read).unwrap_err().contains("changed while it was read");
        let append = || File::options().append(true).open(&path).unwrap().write_all(b"3,4\n").unwrap();
        assert!(changed(&append, 8), "longer");
        assert!(changed(&|| File::options().write(true).open(&path).unwrap().set_len(6).unwrap(), 12), "shorter");
        assert!(changed(&|| {}, 3), "shorter for a moment");
        let later = || {
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(60)).unwrap();
        };
        assert!(changed(&later, 6), "other bytes of the same length");
    }
}
