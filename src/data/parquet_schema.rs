//! What a Parquet file says of its columns, before any of them is read: how each is stored, and what Arrow and pandas
//! noted beside it.

use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use polars::prelude::{ArrayRef, ArrowDataType, ArrowField, ArrowSchema, PolarsError, PolarsResult};
use polars_parquet::parquet::metadata::SchemaDescriptor;
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{GroupConvertedType, PrimitiveType};
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, FileMetadata, GroupLogicalType, PageReader, ParquetType, PhysicalType,
    PrimitiveConvertedType, PrimitiveLogicalType, column_iter_to_arrays, infer_schema, read_metadata,
};

use super::arrow::{enum_levels, unusable, zone};
use crate::threads::lock;

/// How a column is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {
    /// As a number, boolean, text or date that polars reads.
    Plain,
    /// As floats of two bytes.
    HalfFloat,
    /// As whole numbers of any length, to be divided by this power of ten.
    WideDecimal(u32),
    /// In a way that no feature can be made of, by name.
    Unusable(String),
}

/// What a file says of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    pub name: String,
    pub stored: Stored,
    /// The time zone whose clock the writer meant.
    pub zone: Option<String>,
    /// Whether the writer put the levels in an order.
    pub ordered: bool,
    /// All levels in the writer's order, where Arrow's schema lists them.
    levels: Option<Vec<String>>,
    /// Whether times are of a form that is read as nanoseconds, of which years from 1678 to 2262 can be told.
    pub nanoseconds: bool,
    /// The column as it is to be read.
    field: ParquetType,
}

/// The schema of a file.
pub struct FileSchema {
    pub columns: Vec<Described>,
    /// The columns that pandas calls the index.
    pub index: Vec<String>,
    pub rows: usize,
    metadata: FileMetadata,
}

/// What pandas noted: the index, and of each column its time zone and whether its levels are in order.
#[derive(Debug, Default)]
struct Pandas {
    index: Vec<String>,
    columns: HashMap<String, (Option<String>, bool)>,
}

impl Pandas {
    fn read(metadata: &FileMetadata) -> Self {
        let pairs = metadata.key_value_metadata().iter().flatten();
        let text = pairs.filter(|pair| pair.key == "pandas").find_map(|pair| pair.value.as_deref());
        let Some(json) = text.and_then(|t| serde_json::from_str::<serde_json::Value>(t).ok()) else {
            return Self::default();
        };
        let list = |key: &str| json[key].as_array().cloned().unwrap_or_default();
        let column = |c: &serde_json::Value| {
            let name = c["field_name"].as_str().or(c["name"].as_str())?.to_owned();
            let zone = c["metadata"]["timezone"].as_str().map(str::to_owned);
            Some((name, (zone, c["metadata"]["ordered"].as_bool().unwrap_or(false))))
        };
        Self {
            index: list("index_columns").iter().filter_map(|c| c.as_str().map(str::to_owned)).collect(),
            // Of two notes on a column the first one counts.
            columns: list("columns").iter().rev().filter_map(column).collect(),
        }
    }
}

fn primitive(column: &mut PrimitiveType) -> Stored {
    use PrimitiveLogicalType as Logical;
    let unusable = |name: &str| Stored::Unusable(name.into());
    if column.field_info.repetition == Repetition::Repeated {
        return unusable("list");
    }
    let decimal = match (column.logical_type, column.converted_type) {
        (Some(Logical::Decimal(_, scale)), _) | (None, Some(PrimitiveConvertedType::Decimal(_, scale))) => Some(scale),
        _ => None,
    };
    let bytes = matches!(column.physical_type, PhysicalType::ByteArray | PhysicalType::FixedLenByteArray(_));
    match (column.physical_type, column.logical_type, column.converted_type) {
        (_, Some(Logical::Time { .. }), _)
        | (_, _, Some(PrimitiveConvertedType::TimeMillis | PrimitiveConvertedType::TimeMicros)) => {
            unusable("time of day")
        }
        (PhysicalType::FixedLenByteArray(2), Some(Logical::Float16), _) => Stored::HalfFloat,
        (PhysicalType::FixedLenByteArray(length), ..) if decimal.is_some() && length <= 16 => Stored::Plain,
        _ if bytes && decimal.is_some() => {
            // Longer than what polars takes: read as the bytes that they are.
            (column.logical_type, column.converted_type) = (None, None);
            Stored::WideDecimal(decimal.and_then(|scale| u32::try_from(scale).ok()).unwrap_or(0))
        }
        (PhysicalType::FixedLenByteArray(_), Some(Logical::Uuid), _) => unusable("uuid"),
        (PhysicalType::FixedLenByteArray(_), _, Some(PrimitiveConvertedType::Interval)) => unusable("interval"),
        (PhysicalType::FixedLenByteArray(_), ..) => unusable("fixed-size binary"),
        (PhysicalType::ByteArray, Some(Logical::String), _)
        | (PhysicalType::ByteArray, None, Some(PrimitiveConvertedType::Utf8)) => Stored::Plain,
        (PhysicalType::ByteArray, Some(Logical::Enum | Logical::Json), _)
        | (PhysicalType::ByteArray, None, Some(PrimitiveConvertedType::Enum | PrimitiveConvertedType::Json)) => {
            (column.logical_type, column.converted_type) = (Some(Logical::String), None);
            Stored::Plain
        }
        (PhysicalType::ByteArray, ..) => unusable("binary"),
        _ => Stored::Plain,
    }
}

impl Described {
    fn new(field: &ParquetType, arrow: Option<&ArrowField>, pandas: &Pandas) -> Self {
        let mut field = field.clone();
        let stored = match &mut field {
            ParquetType::GroupType { logical_type, converted_type, .. } => {
                let fixed = arrow.and_then(|a| unusable(&a.dtype));
                let name = match (logical_type, converted_type) {
                    (Some(GroupLogicalType::Map), _)
                    | (_, Some(GroupConvertedType::Map | GroupConvertedType::MapKeyValue)) => "map",
                    (Some(GroupLogicalType::List), _) | (_, Some(GroupConvertedType::List)) => "list",
                    _ => "struct",
                };
                Stored::Unusable(fixed.unwrap_or(name.into()))
            }
            ParquetType::PrimitiveType(column) => match arrow.and_then(|a| unusable(&a.dtype)) {
                Some(name) => Stored::Unusable(name),
                None => primitive(column),
            },
        };
        let name = field.name().to_owned();
        let noted = pandas.columns.get(&name);
        let (zone, ordered) = match arrow.map(|a| &a.dtype) {
            Some(dtype @ ArrowDataType::Timestamp(..)) => (zone(dtype).map(str::to_owned), false),
            Some(ArrowDataType::Dictionary(_, _, ordered)) => (None, *ordered),
            _ => (noted.and_then(|n| n.0.clone()), false),
        };
        let levels = arrow.and_then(enum_levels);
        let ordered = ordered || levels.is_some() || noted.is_some_and(|n| n.1);
        let nanoseconds =
            matches!(&field, ParquetType::PrimitiveType(column) if column.physical_type == PhysicalType::Int96);
        Self { name, stored, zone, ordered, levels, nanoseconds, field }
    }

    /// Whether the values of another file's column can follow those of this one.
    pub fn is_stored_as(&self, other: &Self) -> bool {
        let kind = |described: &Self| match &described.field {
            ParquetType::PrimitiveType(p) => Some((p.physical_type, p.logical_type, p.converted_type)),
            ParquetType::GroupType { .. } => None,
        };
        (&self.stored, &self.zone, kind(self)) == (&other.stored, &other.zone, kind(other))
    }
}

impl FileSchema {
    /// Reads the footer of a file.
    pub fn read<R: Read + Seek>(source: &mut R) -> PolarsResult<Self> {
        let metadata = read_metadata(source)?;
        let pandas = Pandas::read(&metadata);
        // Arrow has types that polars does not know; what a schema with one of them says besides is not at hand then.
        let arrow: Option<ArrowSchema> =
            catch_unwind(AssertUnwindSafe(|| infer_schema(&metadata))).ok().and_then(Result::ok);
        let described =
            |f: &ParquetType| Described::new(f, arrow.as_ref().and_then(|schema| schema.get(f.name())), &pandas);
        let columns = metadata.schema_descr.fields().iter().map(described).collect();
        Ok(Self { columns, index: pandas.index, rows: metadata.num_rows, metadata })
    }

    /// Number of row groups.
    pub fn groups(&self) -> usize {
        self.metadata.row_groups.len()
    }

    /// The types as which these columns are read: by how they are stored and not by Arrow's types.
    pub fn fields(&self, columns: &[&Described]) -> PolarsResult<ArrowSchema> {
        let fields = columns.iter().map(|column| column.field.clone()).collect();
        let schema_descr = SchemaDescriptor::new(self.metadata.schema_descr.name().into(), fields);
        let (row_groups, key_value_metadata) = (Vec::new(), None);
        infer_schema(&FileMetadata { schema_descr, key_value_metadata, row_groups, ..self.metadata.clone() })
    }

    /// The values of a column in one of the row groups.
    pub fn chunk<R: Read + Seek + ?Sized>(
        &self,
        group: usize,
        column: &Described,
        field: &ArrowField,
        source: &Mutex<Box<R>>,
    ) -> PolarsResult<Vec<ArrayRef>> {
        let chunks = self.metadata.row_groups[group].columns_under_root_iter(&column.name);
        let Some(chunk) = chunks.and_then(|mut chunks| chunks.next()) else {
            let text = format!("column '{}' is not in row group {group}", column.name);
            return Err(PolarsError::ComputeError(text.into()));
        };
        let bytes = bytes_of(&mut **lock(source), chunk)?;
        let pages = BasicDecompressor::new(
            PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), usize::MAX),
            Vec::new(),
        );
        let types = vec![&chunk.descriptor().descriptor.primitive_type];
        Ok(column_iter_to_arrays(vec![pages], types, field.clone(), None)?.0)
    }

    /// The levels of a column of ordered texts, in the writer's order; empty where the file does not say it.
    ///
    /// Arrow and pandas write all levels in order into the dictionary page of each column chunk.
    pub fn levels_in_order<R: Read + Seek + ?Sized>(&self, column: &Described, source: &mut R) -> Vec<String> {
        if !column.ordered {
            return Vec::new();
        }
        if let Some(levels) = &column.levels {
            return levels.clone();
        }
        let mut levels: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for group in &self.metadata.row_groups {
            let chunk = group.columns_under_root_iter(&column.name).and_then(|mut chunks| chunks.next());
            let page = chunk.and_then(|chunk| {
                let bytes = bytes_of(source, chunk).ok()?;
                let reader = PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), usize::MAX);
                BasicDecompressor::new(reader, Vec::new()).read_dict_page().ok()?
            });
            for level in page.map(|page| plain_texts(&page.buffer)).unwrap_or_default() {
                if seen.insert(level.clone()) {
                    levels.push(level);
                }
            }
        }
        levels
    }
}

/// The bytes of a column in a row group.
fn bytes_of<R: Read + Seek + ?Sized>(source: &mut R, chunk: &ColumnChunkMetadata) -> std::io::Result<Vec<u8>> {
    let range = chunk.byte_range();
    let mut bytes = Vec::new();
    source.seek(SeekFrom::Start(range.start))?;
    source.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The texts of a dictionary page: each with its length before it.
fn plain_texts(mut bytes: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some(text) = rest.get(..length) else { break };
        texts.push(String::from_utf8_lossy(text).trim().to_owned());
        bytes = &rest[length..];
    }
    texts
}
