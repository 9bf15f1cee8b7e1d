//! Arrow's fields and arrays into typed columns.

use std::panic::{AssertUnwindSafe, catch_unwind};

use indexmap::IndexSet;
use polars::prelude::{ArrayRef, ArrowDataType, ArrowField, Column as PolarsColumn, Series};
use polars_arrow::array::{Array, DictionaryArray, Utf8Array, Utf8ViewArray};

use super::dataset::Held;
use super::parquet_schema::Stored;
use super::typed_column::TypedColumn;
use super::{Values, series};
use crate::error::{Error, Result, panic_text};

/// The levels of a polars Enum, each with its length before it: `3;low4;high`.
pub fn enum_levels(field: &ArrowField) -> Option<Vec<String>> {
    let metadata = field.metadata.as_ref()?;
    let mut text = metadata.get("_PL_ENUM_VALUES2").or(metadata.get("_PL_ENUM_VALUES"))?.as_str();
    let mut levels = Vec::new();
    while !text.is_empty() {
        let (length, rest) = text.split_once(';')?;
        let length: usize = length.parse().ok()?;
        levels.push(rest.get(..length)?.to_owned());
        text = rest.get(length..)?;
    }
    Some(levels)
}

/// The time zone whose clock an Arrow type means.
pub fn zone(dtype: &ArrowDataType) -> Option<&str> {
    match dtype {
        ArrowDataType::Timestamp(_, zone) => zone.as_ref().map(|zone| zone.as_str()),
        _ => None,
    }
}

/// The name of a type that Arrow knows, where no feature can be made of it.
pub fn unusable(dtype: &ArrowDataType) -> Option<String> {
    match dtype {
        ArrowDataType::Duration(_) => Some("duration".into()),
        ArrowDataType::Time32(_) | ArrowDataType::Time64(_) => Some("time of day".into()),
        ArrowDataType::Interval(_) => Some("interval".into()),
        ArrowDataType::FixedSizeList(..) => Some("fixed-size list".into()),
        ArrowDataType::Extension(extension) => match extension.inner {
            ArrowDataType::Utf8View => None,
            _ => Some(format!("extension {}", extension.name)),
        },
        _ => None,
    }
}

/// The chunks of one field.
///
/// # Errors
/// An input error for chunks that are not of the field's type.
pub(super) fn typed(name: &str, field: &ArrowField, chunks: Vec<ArrayRef>) -> Result<Held> {
    if let Some(kind) = unusable(&field.dtype) {
        return Ok(Err(kind));
    }
    let column = field.name.as_str();
    if chunks.is_empty() {
        return Ok(Ok(TypedColumn::new(column, Values::Number(Vec::new().into()))));
    }
    let unknown = || format!("{:?}", field.dtype);
    if let ArrowDataType::Dictionary(_, _, ordered) = field.dtype {
        return Ok(of_dictionaries(field, ordered, &chunks).ok_or_else(unknown));
    }
    let wrong = |why: &str| Error::file(format!("{name}: column '{column}' does not fit its field: {why}"));
    // The library panics on types that it was built without.
    let made = catch_unwind(AssertUnwindSafe(|| Series::try_from((field, chunks))));
    let series = match made {
        Ok(series) => PolarsColumn::from(series.map_err(|why| wrong(&why.to_string()))?),
        Err(panic) => return Err(wrong(panic_text(panic.as_ref()))),
    };
    let typed = || series::typed(column, &Stored::Plain, zone(&field.dtype), Vec::new(), &series);
    Ok(catch_unwind(AssertUnwindSafe(typed)).unwrap_or(None).ok_or_else(unknown))
}

/// Texts that are written once each, with the place of each row's.
fn of_dictionaries(field: &ArrowField, ordered: bool, chunks: &[ArrayRef]) -> Option<TypedColumn> {
    let chunks: Vec<Dictionary> = chunks.iter().map(|chunk| Dictionary::read(chunk.as_ref())).collect::<Option<_>>()?;
    let rows = chunks.iter().flat_map(|chunk| chunk.places.iter().map(|place| place.and_then(|at| chunk.texts[at])));
    let mut column = TypedColumn::new(field.name.as_str(), rows.collect());
    column.order = enum_levels(field).unwrap_or_default();
    if ordered && column.order.is_empty() {
        let texts = chunks.iter().flat_map(|chunk| chunk.texts.iter().flatten());
        let levels: IndexSet<&str> = texts.map(|text| text.trim()).collect();
        column.order = levels.into_iter().map(str::to_owned).collect();
    }
    Some(column)
}

/// One dictionary array of texts.
struct Dictionary<'a> {
    places: Vec<Option<usize>>,
    texts: Vec<Option<&'a str>>,
}

impl<'a> Dictionary<'a> {
    fn read(array: &'a dyn Array) -> Option<Self> {
        macro_rules! of_keys {
            ($($key:ty),*) => {
                $(if let Some(array) = array.as_any().downcast_ref::<DictionaryArray<$key>>() {
                    return Some(Self { places: array.keys_iter().collect(), texts: texts(array.values().as_ref())? });
                })*
            };
        }
        of_keys!(i8, i16, i32, i64, u8, u16, u32, u64);
        None
    }
}

fn texts(array: &dyn Array) -> Option<Vec<Option<&str>>> {
    let any = array.as_any();
    None.or_else(|| Some(any.downcast_ref::<Utf8Array<i32>>()?.iter().collect()))
        .or_else(|| Some(any.downcast_ref::<Utf8Array<i64>>()?.iter().collect()))
        .or_else(|| Some(any.downcast_ref::<Utf8ViewArray>()?.iter().collect()))
}
