//! Tables from Python: a path, an Arrow stream, or columns as buffers.

use polars_arrow::array::{Array, BooleanArray, DictionaryArray, PrimitiveArray, StructArray, Utf8ViewArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, Field, IntegerType, TimeUnit};
use polars_arrow::ffi::{ArrowArrayStream, ArrowArrayStreamReader};
use polars_arrow::types::NativeType;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use randsplit::Dataset;

use crate::error::raised;
use crate::fork;

/// A table that evaluations read.
#[pyclass(frozen)]
pub struct Table {
    /// As the library has it.
    pub dataset: Dataset,
}

/// A column of a table: its name, the kind of its values, their bytes, a byte a row that is 0 where there is none, and for
/// codes their levels and whether these have an order.
type Column = (String, String, Vec<u8>, Option<Vec<u8>>, Option<Vec<String>>, bool);

#[pymethods]
impl Table {
    /// A CSV or Parquet file.
    #[staticmethod]
    fn from_path(path: &str) -> Self {
        fork::heed();
        Self { dataset: Dataset::from_path(path) }
    }

    /// What exports itself by Arrow's C stream interface; the capsule is used up.
    #[staticmethod]
    fn from_stream(py: Python, name: &str, capsule: &Bound<PyCapsule>) -> PyResult<Self> {
        fork::heed();
        let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?;
        // SAFETY: a capsule of this name holds a stream (Arrow's PyCapsule interface). It is moved out, and what is left
        // behind is an empty one, which its owner has nothing to release of.
        let stream = unsafe {
            let place = pointer.cast::<ArrowArrayStream>().as_ptr();
            Box::new(std::ptr::replace(place, ArrowArrayStream::empty()))
        };
        let (fields, batches) = read(stream).map_err(PyValueError::new_err)?;
        let dataset = Dataset::from_arrow(name, &fields, batches).map_err(|e| raised(py, &e))?;
        Ok(Self { dataset })
    }

    /// Columns, each as `(name, kind, bytes, valid, levels, ordered)` with values in the machine's byte order.
    #[staticmethod]
    fn from_columns(py: Python, name: &str, columns: Vec<Column>) -> PyResult<Self> {
        fork::heed();
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (column, kind, bytes, valid, levels, ordered) in columns {
            let array = array(&kind, &bytes, valid.as_deref(), levels, ordered)
                .ok_or_else(|| PyValueError::new_err(format!("column '{column}' cannot be read as {kind}")))?;
            fields.push(Field::new(column.into(), array.dtype().clone(), true));
            arrays.push(array);
        }
        let dataset = Dataset::from_arrow(name, &fields, [arrays]).map_err(|e| raised(py, &e))?;
        Ok(Self { dataset })
    }

    /// The path, or the name that was given.
    #[getter]
    fn name(&self) -> &str {
        self.dataset.name()
    }
}

type Batches = Vec<Vec<Box<dyn Array>>>;

/// The fields and batches of a stream of structs.
fn read(stream: Box<ArrowArrayStream>) -> Result<(Vec<Field>, Batches), String> {
    // SAFETY: the capsule's owner promises a stream by the rules of the interface, and arrays by them.
    let mut reader = unsafe { ArrowArrayStreamReader::try_new(stream) }.map_err(|e| e.to_string())?;
    let ArrowDataType::Struct(fields) = reader.field().dtype().clone() else {
        return Err("the stream has arrays, not rows of a table".into());
    };
    let mut batches = Vec::new();
    // SAFETY: as above.
    while let Some(batch) = unsafe { reader.next() } {
        let batch = batch.map_err(|e| e.to_string())?;
        let rows = batch.as_any().downcast_ref::<StructArray>().ok_or("a batch of the stream is no struct")?;
        batches.push(rows.values().to_vec());
    }
    Ok((fields, batches))
}

/// Bytes of the machine's order as numbers; `None` where a part of one is left over.
fn numbers<T: NativeType + bytemuck::AnyBitPattern>(bytes: &[u8]) -> Option<Vec<T>> {
    let size = size_of::<T>();
    if !bytes.len().is_multiple_of(size) {
        return None;
    }
    Some(bytes.chunks_exact(size).map(bytemuck::pod_read_unaligned).collect())
}

fn array(
    kind: &str,
    bytes: &[u8],
    valid: Option<&[u8]>,
    levels: Option<Vec<String>>,
    ordered: bool,
) -> Option<Box<dyn Array>> {
    let validity = valid.map(|valid| valid.iter().map(|v| *v != 0).collect::<Bitmap>());
    let fits = |rows: usize| valid.is_none_or(|valid| valid.len() == rows);
    macro_rules! primitive {
        ($native:ty, $dtype:expr) => {{
            let values: Vec<$native> = numbers(bytes)?;
            if !fits(values.len()) {
                return None;
            }
            Some(PrimitiveArray::<$native>::new($dtype, values.into(), validity).boxed())
        }};
    }
    match kind {
        "int8" => primitive!(i8, ArrowDataType::Int8),
        "int16" => primitive!(i16, ArrowDataType::Int16),
        "int32" => primitive!(i32, ArrowDataType::Int32),
        "int64" => primitive!(i64, ArrowDataType::Int64),
        "uint8" => primitive!(u8, ArrowDataType::UInt8),
        "uint16" => primitive!(u16, ArrowDataType::UInt16),
        "uint32" => primitive!(u32, ArrowDataType::UInt32),
        "uint64" => primitive!(u64, ArrowDataType::UInt64),
        "float32" => primitive!(f32, ArrowDataType::Float32),
        "float64" => primitive!(f64, ArrowDataType::Float64),
        "date" => primitive!(i32, ArrowDataType::Date32),
        "bool" => {
            let values: Bitmap = bytes.iter().map(|b| *b != 0).collect();
            if !fits(values.len()) {
                return None;
            }
            Some(BooleanArray::new(ArrowDataType::Boolean, values, validity).boxed())
        }
        "codes" => {
            let (codes, levels): (Vec<u32>, _) = (numbers(bytes)?, levels?);
            if !fits(codes.len()) || codes.iter().any(|code| *code as usize >= levels.len().max(1)) {
                return None;
            }
            let texts = Utf8ViewArray::from_slice_values(levels.iter()).boxed();
            let keys = PrimitiveArray::<u32>::new(ArrowDataType::UInt32, codes.into(), validity);
            let dtype = ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), ordered);
            Some(DictionaryArray::try_new(dtype, keys, texts).ok()?.boxed())
        }
        _ => {
            // Microseconds since 1970, with the zone whose clock they are shown by.
            let zone = match kind.strip_prefix("time")? {
                "" => None,
                zone => Some(zone.strip_prefix(':')?.into()),
            };
            primitive!(i64, ArrowDataType::Timestamp(TimeUnit::Microsecond, zone))
        }
    }
}
