//! A graph that grows step by step.

use std::collections::HashSet;

use super::proto::{
    AttributeProto, DimensionProto, GraphProto, NodeProto, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto,
    ValueInfoProto, attribute, element,
};

/// The name of a tensor in the graph.
pub type Value = String;

/// The operators of machine learning.
pub const ML: &str = "ai.onnx.ml";

/// A length of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// The number of rows, whatever it is.
    Rows,
    /// So many.
    Of(usize),
}

/// A graph in the making.
#[derive(Default)]
pub struct Graph {
    graph: GraphProto,
    names: HashSet<String>,
    /// Whether it has ensembles of trees, which need newer operators.
    pub has_trees: bool,
}

impl Graph {
    /// A name that nothing has yet; from then on it is taken.
    pub fn fresh(&mut self, base: &str) -> String {
        let mut name = base.to_owned();
        let mut count = 1;
        while !self.names.insert(name.clone()) {
            count += 1;
            name = format!("{base}_{count}");
        }
        name
    }

    /// An input of one column; `None` if the name is taken.
    pub fn input(&mut self, name: &str, elements: i32, doc: &str) -> Option<Value> {
        if !self.names.insert(name.to_owned()) {
            return None;
        }
        self.graph.input.push(value_info(name, elements, &[Length::Rows, Length::Of(1)], doc));
        Some(name.to_owned())
    }

    /// The first input.
    pub fn first_input(&self) -> Option<Value> {
        self.graph.input.first().map(|input| input.name.clone())
    }

    /// Makes a value an output.
    pub fn output(&mut self, name: &str, value: &Value, elements: i32, shape: &[Length], doc: &str) {
        // Inputs keep the names of their columns.
        let name = self.fresh(name);
        self.graph.node.push(node("Identity", "", &name, &[value], &[&name], Vec::new()));
        self.graph.output.push(value_info(&name, elements, shape, doc));
    }

    /// The result of an operator.
    pub fn op(&mut self, operator: &str, inputs: &[&Value]) -> Value {
        self.op_with(operator, inputs, Vec::new())
    }

    /// The result of an operator with settings.
    pub fn op_with(&mut self, operator: &str, inputs: &[&Value], attributes: Vec<AttributeProto>) -> Value {
        let name = self.fresh(operator);
        self.graph.node.push(node(operator, "", &name, inputs, &[&name], attributes));
        name
    }

    /// The result of an operator of machine learning.
    pub fn ml(&mut self, operator: &str, inputs: &[&Value], attributes: Vec<AttributeProto>) -> Value {
        let name = self.fresh(operator);
        self.graph.node.push(node(operator, ML, &name, inputs, &[&name], attributes));
        name
    }

    /// A constant.
    fn constant(&mut self, base: &str, tensor: TensorProto) -> Value {
        let name = self.fresh(base);
        self.graph.initializer.push(TensorProto { name: name.clone(), ..tensor });
        name
    }

    /// Constant numbers.
    pub fn doubles(&mut self, base: &str, shape: &[usize], numbers: &[f64]) -> Value {
        self.constant(base, double_tensor(shape, numbers))
    }

    /// Constant integers, as one dimension.
    pub fn integers(&mut self, base: &str, numbers: &[i64]) -> Value {
        self.constant(base, tensor(element::INT64, &[numbers.len()], bytes(numbers, |n| n.to_le_bytes())))
    }

    /// A constant integer without a dimension.
    pub fn integer(&mut self, base: &str, number: i64) -> Value {
        self.constant(base, tensor(element::INT64, &[], number.to_le_bytes().to_vec()))
    }

    /// Constant bytes.
    pub fn small_integers(&mut self, base: &str, shape: &[usize], numbers: Vec<u8>) -> Value {
        self.constant(base, tensor(element::UINT8, shape, numbers))
    }

    /// Constant texts, as one dimension.
    pub fn texts(&mut self, base: &str, texts: &[String]) -> Value {
        let string_data = texts.iter().map(|text| text.clone().into_bytes()).collect();
        let shape = vec![texts.len() as i64];
        let tensor = TensorProto { dims: shape, data_type: element::STRING, string_data, ..TensorProto::default() };
        self.constant(base, tensor)
    }

    /// Side by side; one value stays what it is.
    pub fn side_by_side(&mut self, values: &[Value]) -> Value {
        match values {
            [one] => one.clone(),
            several => self.op_with("Concat", &several.iter().collect::<Vec<_>>(), vec![int("axis", 1)]),
        }
    }

    /// The sum over a dimension, which stays with the length 1 or goes.
    pub fn sum_over(&mut self, value: &Value, axis: i64, stays: bool) -> Value {
        let axes = self.integers("axes", &[axis]);
        self.op_with("ReduceSum", &[value, &axes], vec![int("keepdims", i64::from(stays))])
    }

    /// Numbers of another type.
    pub fn cast(&mut self, value: &Value, elements: i32) -> Value {
        self.op_with("Cast", &[value], vec![int("to", i64::from(elements))])
    }

    /// The graph, all of it.
    pub fn finish(self, name: &str) -> GraphProto {
        GraphProto { name: name.to_owned(), ..self.graph }
    }
}

fn node(
    operator: &str,
    domain: &str,
    name: &str,
    inputs: &[&Value],
    outputs: &[&Value],
    attribute: Vec<AttributeProto>,
) -> NodeProto {
    NodeProto {
        input: inputs.iter().copied().cloned().collect(),
        output: outputs.iter().copied().cloned().collect(),
        name: name.to_owned(),
        op_type: operator.to_owned(),
        attribute,
        domain: domain.to_owned(),
    }
}

fn value_info(name: &str, elem_type: i32, shape: &[Length], doc: &str) -> ValueInfoProto {
    let dimension = |length: &Length| match length {
        Length::Rows => DimensionProto { dim_value: None, dim_param: Some("rows".into()) },
        Length::Of(count) => DimensionProto { dim_value: Some(*count as i64), dim_param: None },
    };
    let shape = TensorShapeProto { dim: shape.iter().map(dimension).collect() };
    let tensor_type = Some(TensorTypeProto { elem_type, shape: Some(shape) });
    ValueInfoProto { name: name.to_owned(), r#type: Some(TypeProto { tensor_type }), doc_string: doc.to_owned() }
}

fn bytes<T: Copy, const N: usize>(numbers: &[T], of: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(|number| of(*number)).collect()
}

fn tensor(data_type: i32, shape: &[usize], raw: Vec<u8>) -> TensorProto {
    let dims = shape.iter().map(|length| *length as i64).collect();
    TensorProto { dims, data_type, raw_data: Some(raw), ..TensorProto::default() }
}

fn double_tensor(shape: &[usize], numbers: &[f64]) -> TensorProto {
    tensor(element::DOUBLE, shape, bytes(numbers, f64::to_le_bytes))
}

fn setting(name: &str, r#type: i32) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type, ..AttributeProto::default() }
}

/// An integer as a setting.
pub fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { i: Some(i), ..setting(name, attribute::INT) }
}

/// Integers as a setting.
pub fn ints(name: &str, ints: Vec<i64>) -> AttributeProto {
    AttributeProto { ints, ..setting(name, attribute::INTS) }
}

/// Texts as a setting.
pub fn strings(name: &str, texts: &[String]) -> AttributeProto {
    let strings = texts.iter().map(|text| text.clone().into_bytes()).collect();
    AttributeProto { strings, ..setting(name, attribute::STRINGS) }
}

/// Numbers as a setting.
pub fn doubles(name: &str, numbers: &[f64]) -> AttributeProto {
    AttributeProto { t: Some(double_tensor(&[numbers.len()], numbers)), ..setting(name, attribute::TENSOR) }
}

/// Bytes as a setting.
pub fn small_integers(name: &str, numbers: Vec<u8>) -> AttributeProto {
    AttributeProto { t: Some(tensor(element::UINT8, &[numbers.len()], numbers)), ..setting(name, attribute::TENSOR) }
}
