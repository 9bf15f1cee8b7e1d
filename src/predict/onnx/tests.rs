use std::collections::HashSet;

use serde_json::{Value, json};

use super::proto::{ModelProto, ValueInfoProto, element};
use crate::predict::ModelFile;

/// A model file of a column of numbers and one of two levels.
fn file(target: Value, kind: &str, learned: Value) -> ModelFile {
    let file = json!({
        "schema": "randsplit.model/1",
        "version": "0.1.0",
        "target": target,
        "data": {"fingerprint": "none", "train_rows": 9, "read": {}},
        "features": [
            {"name": "x", "kind": "number", "encoding": "numeric", "columns": [
                {"number": {"name": "x", "min": 0.0, "max": 1.0, "median": 0.5, "has_missing": false}}
            ]},
            {"name": "label", "kind": "text", "encoding": "onehot", "columns": [
                {"levels": {"name": "label", "levels": ["a", "b"]}}
            ]}
        ],
        "model": {"name": kind, "kind": kind, "params": {}},
        "learned": learned,
        "scores": {"plan": {"scheme": "shuffle", "seed": 1, "splits": 2}, "metrics": {}}
    });
    serde_json::from_value(file).unwrap()
}

fn number() -> Value {
    json!({"name": "y", "task": "regression"})
}

fn classes() -> Value {
    json!({"name": "y", "task": "classification", "labels": ["no", "yes"]})
}

fn linear(link: &str, classes: &[u32]) -> Value {
    json!({"linear": {"link": link, "classes": classes, "outputs": [{"intercept": 1.0, "terms": [
        {"number": {"slope": 2.0, "centre": 0.5, "missing": 0.0}}, {"levels": [0.0, 1.0, 2.0]}
    ]}]}})
}

fn trees() -> Value {
    json!({"trees": {"outcome": "value", "classes": [], "start": [0.0], "divisor": 1.0,
    "values_of_levels": [null, null], "trees": [{"output": 0, "nodes": [
        {"levels": {"column": 1, "go_left": [0, 2], "left": 1}}, {"leaf": [3.0]}, {"leaf": [4.0]}
    ]}]}})
}

/// Each name is given once, and before it is taken; no constant is idle.
fn is_in_order(model: &ModelProto) {
    let graph = model.graph.as_ref().unwrap();
    let mut known = HashSet::new();
    let given = graph.input.iter().map(|input| &input.name).chain(graph.initializer.iter().map(|one| &one.name));
    given.for_each(|name| assert!(known.insert(name.clone()), "{name} is there twice"));
    for node in &graph.node {
        for input in &node.input {
            assert!(known.contains(input), "{} takes {input}", node.name);
        }
        for output in &node.output {
            assert!(known.insert(output.clone()), "{output} is there twice");
        }
    }
    let taken: HashSet<&String> = graph.node.iter().flat_map(|node| &node.input).collect();
    for constant in &graph.initializer {
        assert!(taken.contains(&constant.name), "nothing takes {}", constant.name);
    }
    for output in &graph.output {
        assert!(known.contains(&output.name), "{}", output.name);
    }
}

/// Names with the types of their elements, and the lengths of their dimensions (0 for that of the rows).
fn described(values: &[ValueInfoProto]) -> Vec<(String, i32, Vec<i64>)> {
    let one = |value: &ValueInfoProto| {
        let tensor = value.r#type.as_ref().and_then(|of| of.tensor_type.as_ref()).unwrap();
        let dims = tensor.shape.as_ref().unwrap().dim.iter().map(|dim| dim.dim_value.unwrap_or(0)).collect();
        (value.name.clone(), tensor.elem_type, dims)
    };
    values.iter().map(one).collect()
}

#[test]
fn inputs_are_the_columns_and_outputs_what_the_task_has() {
    let model = file(number(), "ridge", linear("identity", &[])).onnx().unwrap();
    is_in_order(&model);
    let graph = model.graph.as_ref().unwrap();
    let columns = [("x".to_owned(), element::DOUBLE, vec![0, 1]), ("label".to_owned(), element::STRING, vec![0, 1])];
    assert_eq!(described(&graph.input), columns);
    assert_eq!(described(&graph.output), [("prediction".to_owned(), element::DOUBLE, vec![0, 1])]);

    let model = file(classes(), "logistic", linear("logistic", &[0, 1])).onnx().unwrap();
    is_in_order(&model);
    let graph = model.graph.as_ref().unwrap();
    assert_eq!(described(&graph.input), columns);
    // The column that is called as the output keeps its name.
    let outputs =
        [("label_2".to_owned(), element::STRING, vec![0]), ("probabilities".to_owned(), element::DOUBLE, vec![0, 2])];
    assert_eq!(described(&graph.output), outputs);
}

#[test]
fn trees_ask_for_newer_operators() {
    let versions = |model: &ModelProto| {
        let sets = model.opset_import.iter().map(|set| (set.domain.clone(), set.version)).collect::<Vec<_>>();
        (model.ir_version, sets)
    };
    let model = file(number(), "tree", trees()).onnx().unwrap();
    is_in_order(&model);
    assert_eq!(versions(&model), (10, vec![(String::new(), 17), ("ai.onnx.ml".into(), 5)]));
    let nodes = &model.graph.as_ref().unwrap().node;
    assert!(nodes.iter().any(|node| node.op_type == "TreeEnsemble"));
    let model = file(number(), "ridge", linear("identity", &[])).onnx().unwrap();
    assert_eq!(versions(&model), (8, vec![(String::new(), 17), ("ai.onnx.ml".into(), 3)]));
}

#[test]
fn what_operators_cannot_say_is_refused() {
    let refusal = file(number(), "knn", linear("identity", &[])).to_onnx().unwrap_err().to_string();
    assert!(refusal.contains("model 'knn' cannot be written as ONNX"), "{refusal}");
    let mut twice = file(number(), "ridge", linear("identity", &[]));
    twice.features[1] = twice.features[0].clone();
    let refusal = twice.to_onnx().unwrap_err().to_string();
    assert!(refusal.contains("'x' is the name of two columns"), "{refusal}");
}
