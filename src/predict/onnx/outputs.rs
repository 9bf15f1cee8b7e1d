//! From what a model says to the outputs of the graph.

use super::graph::{Graph, Length, Value, int, ints};
use super::proto::element;
use crate::model::EVEN;
use crate::predict::ModelFile;

/// What a model says of the rows.
pub enum Answer {
    /// A number, rows × 1.
    Number(Value),
    /// Probabilities, rows × classes that the model knows, and these as places in the labels.
    Probabilities(Value, Vec<u32>),
    /// The place of the class among those that the model knows (rows), and these.
    Class(Value, Vec<u32>),
}

impl Answer {
    /// Probabilities of two classes from the log-odds of the second.
    pub fn logistic(graph: &mut Graph, odds: &Value, classes: &[u32]) -> Self {
        let second = graph.op("Sigmoid", &[odds]);
        let turned = graph.op("Neg", &[odds]);
        let first = graph.op("Sigmoid", &[&turned]);
        Self::Probabilities(graph.side_by_side(&[first, second]), classes.to_vec())
    }

    /// Probabilities as the softmax of a score for each class.
    pub fn softmax(graph: &mut Graph, scores: &Value, classes: &[u32]) -> Self {
        Self::Probabilities(graph.op_with("Softmax", &[scores], vec![int("axis", 1)]), classes.to_vec())
    }

    /// The class of the largest of some scores, the first of equal ones.
    pub fn largest(graph: &mut Graph, scores: &Value, classes: &[u32]) -> Self {
        Self::Class(arg_max(graph, scores), classes.to_vec())
    }

    /// Writes the outputs.
    pub fn write(self, graph: &mut Graph, file: &ModelFile) {
        let labels = &file.target.labels;
        match self {
            Self::Number(value) => {
                let name = format!("'{}'", file.target.name);
                graph.output("prediction", &value, element::DOUBLE, &[Length::Rows, Length::Of(1)], &name);
            }
            Self::Probabilities(known, classes) => {
                let all = all_classes(graph, &known, &classes, labels.len());
                let label = label(graph, &all, file);
                output_label(graph, &label, file);
                let of = [Length::Rows, Length::Of(labels.len())];
                let doc = format!("of {}", labels.join(", "));
                graph.output("probabilities", &all, element::DOUBLE, &of, &doc);
            }
            Self::Class(place, classes) => {
                let known: Vec<String> = classes.iter().map(|class| labels[*class as usize].clone()).collect();
                let known = graph.texts("labels", &known);
                let label = graph.op("Gather", &[&known, &place]);
                output_label(graph, &label, file);
            }
        }
    }
}

fn output_label(graph: &mut Graph, label: &Value, file: &ModelFile) {
    graph.output("label", label, element::STRING, &[Length::Rows], &format!("label of '{}'", file.target.name));
}

fn arg_max(graph: &mut Graph, scores: &Value) -> Value {
    graph.op_with("ArgMax", &[scores], vec![int("axis", 1), int("keepdims", 0)])
}

/// Probabilities of all labels: 0 of those that the model does not know.
fn all_classes(graph: &mut Graph, known: &Value, classes: &[u32], labels: usize) -> Value {
    if classes.len() == labels {
        return known.clone();
    }
    let mut places = vec![0.0; classes.len() * labels];
    classes.iter().enumerate().for_each(|(at, class)| places[at * labels + *class as usize] = 1.0);
    let places = graph.doubles("places_of_classes", &[classes.len(), labels], &places);
    graph.op("MatMul", &[known, &places])
}

/// The label of each row: by the threshold of the positive one, or the likeliest, the first of those that are even.
fn label(graph: &mut Graph, probabilities: &Value, file: &ModelFile) -> Value {
    let target = &file.target;
    let yes = target.positive.as_ref().and_then(|yes| target.labels.iter().position(|label| label == yes));
    if let (Some(threshold), Some(yes)) = (file.threshold, yes) {
        let column = graph.integer("positive", yes as i64);
        let p = graph.op_with("Gather", &[probabilities, &column], vec![int("axis", 1)]);
        let threshold = graph.doubles("threshold", &[], &[threshold]);
        let reached = graph.op("GreaterOrEqual", &[&p, &threshold]);
        let [yes, no] = [yes, 1 - yes].map(|at| graph.texts("text", &target.labels[at..=at]));
        return graph.op("Where", &[&reached, &yes, &no]);
    }
    let most = graph.op_with("ReduceMax", &[probabilities], vec![ints("axes", vec![1]), int("keepdims", 1)]);
    let even = graph.doubles("even", &[], &[EVEN]);
    let least = graph.op("Sub", &[&most, &even]);
    let likely = graph.op("GreaterOrEqual", &[probabilities, &least]);
    let likely = graph.cast(&likely, element::INT32);
    let first = arg_max(graph, &likely);
    let labels = graph.texts("labels", &target.labels);
    graph.op("Gather", &[&labels, &first])
}
