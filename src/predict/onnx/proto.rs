//! The messages of ONNX that are written here, with the field numbers of `onnx.proto`
//! (<https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>). Fields that are not written are left out.

use super::wire::{Fields, Message};

/// Types of the elements of a tensor.
pub mod element {
    /// 8-bit unsigned integer.
    pub const UINT8: i32 = 2;
    /// 32-bit integer.
    pub const INT32: i32 = 6;
    /// 64-bit integer.
    pub const INT64: i32 = 7;
    /// Text.
    pub const STRING: i32 = 8;
    /// 64-bit floating-point number.
    pub const DOUBLE: i32 = 11;
}

/// Types of an attribute.
pub mod attribute {
    /// An integer.
    pub const INT: i32 = 2;
    /// A text.
    pub const STRING: i32 = 3;
    /// A tensor.
    pub const TENSOR: i32 = 4;
    /// Integers.
    pub const INTS: i32 = 7;
    /// Texts.
    pub const STRINGS: i32 = 8;
}

/// A file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelProto {
    /// Version of the format.
    pub ir_version: i64,
    /// The program that wrote it.
    pub producer_name: String,
    /// Its version.
    pub producer_version: String,
    /// What it is.
    pub doc_string: String,
    /// What is computed.
    pub graph: Option<GraphProto>,
    /// The sets of operators.
    pub opset_import: Vec<OperatorSetIdProto>,
    /// What else is to be said.
    pub metadata_props: Vec<StringStringEntryProto>,
}

impl Message for ModelProto {
    fn fields(&self, to: &mut Fields) {
        to.integer(1, self.ir_version);
        to.text(2, &self.producer_name);
        to.text(3, &self.producer_version);
        to.text(6, &self.doc_string);
        to.message(7, self.graph.as_ref());
        to.messages(8, &self.opset_import);
        to.messages(14, &self.metadata_props);
    }
}

/// A set of operators.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OperatorSetIdProto {
    /// Its name; empty for the usual one.
    pub domain: String,
    /// Its version.
    pub version: i64,
}

impl Message for OperatorSetIdProto {
    fn fields(&self, to: &mut Fields) {
        to.text(1, &self.domain);
        to.integer(2, self.version);
    }
}

/// A name with a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StringStringEntryProto {
    /// The name.
    pub key: String,
    /// The text.
    pub value: String,
}

impl Message for StringStringEntryProto {
    fn fields(&self, to: &mut Fields) {
        to.text(1, &self.key);
        to.text(2, &self.value);
    }
}

/// A computation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GraphProto {
    /// The steps, each behind those whose results it takes.
    pub node: Vec<NodeProto>,
    /// Its name.
    pub name: String,
    /// Constants.
    pub initializer: Vec<TensorProto>,
    /// What is given.
    pub input: Vec<ValueInfoProto>,
    /// What comes of it.
    pub output: Vec<ValueInfoProto>,
}

impl Message for GraphProto {
    fn fields(&self, to: &mut Fields) {
        to.messages(1, &self.node);
        to.text(2, &self.name);
        to.messages(5, &self.initializer);
        to.messages(11, &self.input);
        to.messages(12, &self.output);
    }
}

/// A step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeProto {
    /// Names of what it takes.
    pub input: Vec<String>,
    /// Names of what it gives.
    pub output: Vec<String>,
    /// Its name.
    pub name: String,
    /// The operator.
    pub op_type: String,
    /// Its settings.
    pub attribute: Vec<AttributeProto>,
    /// The set of the operator.
    pub domain: String,
}

impl Message for NodeProto {
    fn fields(&self, to: &mut Fields) {
        to.each(1, &self.input);
        to.each(2, &self.output);
        to.text(3, &self.name);
        to.text(4, &self.op_type);
        to.messages(5, &self.attribute);
        to.text(7, &self.domain);
    }
}

/// A setting of an operator: one field beside name and type is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AttributeProto {
    /// Its name.
    pub name: String,
    /// An integer.
    pub i: Option<i64>,
    /// A text.
    pub s: Option<Vec<u8>>,
    /// A tensor.
    pub t: Option<TensorProto>,
    /// Integers.
    pub ints: Vec<i64>,
    /// Texts.
    pub strings: Vec<Vec<u8>>,
    /// Which field it is.
    pub r#type: i32,
}

impl Message for AttributeProto {
    fn fields(&self, to: &mut Fields) {
        to.text(1, &self.name);
        to.given_integer(3, self.i);
        to.given_bytes(4, self.s.as_ref());
        to.message(5, self.t.as_ref());
        to.integers(8, &self.ints);
        to.each(9, &self.strings);
        to.integer(20, i64::from(self.r#type));
    }
}

/// An array.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TensorProto {
    /// Its shape.
    pub dims: Vec<i64>,
    /// The type of its elements.
    pub data_type: i32,
    /// Its elements, where they are texts.
    pub string_data: Vec<Vec<u8>>,
    /// Its name.
    pub name: String,
    /// Its elements, where they are numbers, in little-endian bytes.
    pub raw_data: Option<Vec<u8>>,
}

impl Message for TensorProto {
    fn fields(&self, to: &mut Fields) {
        to.integers(1, &self.dims);
        to.integer(2, i64::from(self.data_type));
        to.each(6, &self.string_data);
        to.text(8, &self.name);
        to.given_bytes(9, self.raw_data.as_ref());
    }
}

/// An input or output.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValueInfoProto {
    /// Its name.
    pub name: String,
    /// Its type.
    pub r#type: Option<TypeProto>,
    /// What it is.
    pub doc_string: String,
}

impl Message for ValueInfoProto {
    fn fields(&self, to: &mut Fields) {
        to.text(1, &self.name);
        to.message(2, self.r#type.as_ref());
        to.text(3, &self.doc_string);
    }
}

/// A type; all are tensors.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TypeProto {
    /// That of the tensor.
    pub tensor_type: Option<TensorTypeProto>,
}

impl Message for TypeProto {
    fn fields(&self, to: &mut Fields) {
        to.message(1, self.tensor_type.as_ref());
    }
}

/// The type of a tensor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TensorTypeProto {
    /// That of its elements.
    pub elem_type: i32,
    /// Its shape.
    pub shape: Option<TensorShapeProto>,
}

impl Message for TensorTypeProto {
    fn fields(&self, to: &mut Fields) {
        to.integer(1, i64::from(self.elem_type));
        to.message(2, self.shape.as_ref());
    }
}

/// A shape.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TensorShapeProto {
    /// Its dimensions.
    pub dim: Vec<DimensionProto>,
}

impl Message for TensorShapeProto {
    fn fields(&self, to: &mut Fields) {
        to.messages(1, &self.dim);
    }
}

/// A dimension: a length, or the name of one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DimensionProto {
    /// The length.
    pub dim_value: Option<i64>,
    /// The name.
    pub dim_param: Option<String>,
}

impl Message for DimensionProto {
    fn fields(&self, to: &mut Fields) {
        to.given_integer(1, self.dim_value);
        to.given_bytes(2, self.dim_param.as_ref());
    }
}
