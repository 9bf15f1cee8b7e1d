//! Columns that are shared, written as the column is.

use std::sync::Arc;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// Writes the column.
pub fn serialize<T: Serialize, S: Serializer>(column: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error> {
    column.as_ref().serialize(serializer)
}

/// Reads a column that is not shared yet.
pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<T>, D::Error> {
    T::deserialize(deserializer).map(Arc::new)
}
