//! Models of encoded columns.

use super::graph::{Graph, Value, int};
use super::inputs::{Cell, Cells};
use super::outputs::Answer;
use super::trees::{class_of, rows_like};
use crate::data::SavedEncoding;
use crate::model::saved::{
    ColumnModel, Constant, Encoded, GaussianClass, GaussianClasses, LinearRule, Machine, QuadraticClass, QuadraticRule,
    SupportVectors,
};

/// What a model of encoded columns says; `None` for one that operators cannot say.
pub fn answer(graph: &mut Graph, cells: &Cells, encoded: &Encoded, labels: usize) -> Option<Answer> {
    let classes = &encoded.model.classes;
    if let ColumnModel::Constant(model) = &encoded.model.model {
        return Some(constant(graph, model, labels));
    }
    let columns = encode(graph, cells, &encoded.encoding);
    Some(match &encoded.model.model {
        ColumnModel::Constant(_) | ColumnModel::Neighbours(_) => return None,
        ColumnModel::NaiveBayes(model) => naive_bayes(graph, &columns, model, classes),
        ColumnModel::LinearDiscriminant(model) => linear_rule(graph, &columns, model, classes),
        ColumnModel::QuadraticDiscriminant(model) => quadratic_rule(graph, &columns, model, classes),
        ColumnModel::SupportVectors(model) => support_vectors(graph, &columns, model, classes),
        ColumnModel::ClassTree(model) => Answer::Class(class_of(graph, &columns, model), classes.clone()),
    })
}

/// The same for every row.
fn constant(graph: &mut Graph, model: &Constant, labels: usize) -> Answer {
    let input = graph.first_input().unwrap_or_default();
    let rows = rows_like(graph, &input);
    match model {
        Constant::Mean(mean) => {
            let mean = graph.doubles("mean", &[1, 1], &[*mean]);
            Answer::Number(graph.op("Expand", &[&mean, &rows]))
        }
        Constant::Shares(shares) => {
            let shares = graph.doubles("shares", &[1, shares.len()], shares);
            let all = graph.op("Expand", &[&shares, &rows]);
            Answer::Probabilities(all, (0..labels as u32).collect())
        }
    }
}

/// The encoded columns: all numbers in one go, then each column of levels, and at last all in the order of the features.
fn encode(graph: &mut Graph, cells: &Cells, encoding: &[SavedEncoding]) -> Value {
    let (mut fills, mut means, mut scales) = (Vec::new(), Vec::new(), Vec::new());
    for encoding in encoding {
        if let SavedEncoding::Number { fill, mean, scale } = encoding {
            fills.push(*fill);
            means.push(*mean);
            scales.push(*scale);
        }
    }
    let mut width = fills.len();
    let mut parts = Vec::new();
    if let Some(numbers) = &cells.numbers {
        let shape = [1, fills.len()];
        let [fills, means, scales] =
            [("fills", fills), ("means", means), ("scales", scales)].map(|(name, v)| graph.doubles(name, &shape, &v));
        let missing = graph.op("IsNaN", &[numbers]);
        let filled = graph.op("Where", &[&missing, &fills, numbers]);
        let centred = graph.op("Sub", &[&filled, &means]);
        parts.push(graph.op("Div", &[&centred, &scales]));
    }
    let mut order: Vec<i64> = Vec::new();
    for (encoding, cell) in encoding.iter().zip(&cells.columns) {
        let (table, columns, place) = match (encoding, cell) {
            (_, Cell::Number(at)) => {
                order.push(*at as i64);
                continue;
            }
            (SavedEncoding::OneHot { places }, Cell::Levels(place, _)) => {
                let columns = places.iter().flatten().count();
                let mut table = vec![0.0; places.len() * columns];
                for (level, at) in places.iter().enumerate() {
                    at.iter().for_each(|at| table[level * columns + *at as usize] = 1.0);
                }
                (table, columns, place)
            }
            (SavedEncoding::Value { values, mean, scale, .. }, Cell::Levels(place, _)) => {
                (values.iter().map(|value| (value - mean) / scale).collect(), 1, place)
            }
            // Reading the file has refused it.
            (SavedEncoding::Number { .. }, Cell::Levels(..)) => continue,
        };
        if let Some(rows) = table.len().checked_div(columns) {
            let table = graph.doubles("codes", &[rows, columns], &table);
            parts.push(graph.op("Gather", &[&table, place]));
            order.extend((width..width + columns).map(|at| at as i64));
            width += columns;
        }
    }
    let all = graph.side_by_side(&parts);
    if order.is_sorted() {
        return all;
    }
    let order = graph.integers("order", &order);
    graph.op_with("Gather", &[&all, &order], vec![int("axis", 1)])
}

/// Columns as rows × 1 × columns, less a row each of some (rows × those × columns).
fn distances(graph: &mut Graph, columns: &Value, from: &Value) -> Value {
    let axis = graph.integers("axes", &[1]);
    let columns = graph.op("Unsqueeze", &[columns, &axis]);
    graph.op("Sub", &[&columns, from])
}

fn square(graph: &mut Graph, value: &Value) -> Value {
    graph.op("Mul", &[value, value])
}

fn naive_bayes(graph: &mut Graph, columns: &Value, model: &GaussianClasses, classes: &[u32]) -> Answer {
    let of = &model.of_classes;
    let table = |graph: &mut Graph, name: &str, values: fn(&GaussianClass) -> &Vec<f64>| {
        let width = of.first().map_or(0, |class| values(class).len());
        graph.doubles(name, &[of.len(), width], &of.iter().flat_map(|class| values(class).clone()).collect::<Vec<_>>())
    };
    let means = table(graph, "means_of_classes", |class| &class.means);
    let variances = table(graph, "variances_of_classes", |class| &class.variances);
    let at_mean = |class: &GaussianClass| {
        let spread: f64 = class.variances.iter().map(|v| (2.0 * std::f64::consts::PI * v).ln()).sum();
        class.prior.ln() - 0.5 * spread
    };
    let at_means = graph.doubles("at_means", &[1, of.len()], &of.iter().map(at_mean).collect::<Vec<_>>());
    let far = distances(graph, columns, &means);
    let far = square(graph, &far);
    let far = graph.op("Div", &[&far, &variances]);
    let far = graph.sum_over(&far, 2, false);
    let half = graph.doubles("half", &[], &[0.5]);
    let far = graph.op("Mul", &[&far, &half]);
    let joint = graph.op("Sub", &[&at_means, &far]);
    // As the model does: classes that cannot be told apart at the precision of the logarithms tie.
    let axes = vec![super::graph::ints("axes", vec![1]), int("keepdims", 1)];
    let norm = graph.op_with("ReduceLogSumExp", &[&joint], axes);
    let log = graph.op("Sub", &[&joint, &norm]);
    Answer::Probabilities(graph.op("Exp", &[&log]), classes.to_vec())
}

fn linear_rule(graph: &mut Graph, columns: &Value, model: &LinearRule, classes: &[u32]) -> Answer {
    let (count, width) = (model.coefficients.len(), model.coefficients.first().map_or(0, Vec::len));
    let turned: Vec<f64> = (0..width).flat_map(|at| model.coefficients.iter().map(move |row| row[at])).collect();
    let coefficients = graph.doubles("coefficients", &[width, count], &turned);
    let intercepts = graph.doubles("intercepts", &[1, count], &model.intercepts);
    let sums = graph.op("MatMul", &[columns, &coefficients]);
    let scores = graph.op("Add", &[&sums, &intercepts]);
    Answer::softmax(graph, &scores, classes)
}

fn quadratic_rule(graph: &mut Graph, columns: &Value, model: &QuadraticRule, classes: &[u32]) -> Answer {
    let scores: Vec<Value> = model.of_classes.iter().map(|class| quadratic_score(graph, columns, class)).collect();
    let scores = graph.side_by_side(&scores);
    Answer::softmax(graph, &scores, classes)
}

fn quadratic_score(graph: &mut Graph, columns: &Value, class: &QuadraticClass) -> Value {
    let (width, count) = (class.means.len(), class.directions.len());
    let means = graph.doubles("means_of_class", &[1, width], &class.means);
    let far = graph.op("Sub", &[columns, &means]);
    let mut parts = Vec::new();
    if count > 0 {
        let turned: Vec<f64> = (0..width).flat_map(|at| class.directions.iter().map(move |row| row[at])).collect();
        let directions = graph.doubles("directions", &[width, count], &turned);
        let factors = graph.doubles("factors", &[1, count], &class.factors);
        let along = graph.op("MatMul", &[&far, &directions]);
        let squares = square(graph, &along);
        let weighted = graph.op("Mul", &[&squares, &factors]);
        parts.push(graph.sum_over(&weighted, 1, true));
    }
    if class.rest != 0.0 || count == 0 {
        let squares = square(graph, &far);
        let sum = graph.sum_over(&squares, 1, true);
        let rest = graph.doubles("rest", &[], &[class.rest]);
        parts.push(graph.op("Mul", &[&sum, &rest]));
    }
    let sum = graph.op("Sum", &parts.iter().collect::<Vec<_>>());
    let distance = if class.rest == 0.0 { sum } else { graph.op("Relu", &[&sum]) };
    let half = graph.doubles("half", &[], &[0.5]);
    let distance = graph.op("Mul", &[&distance, &half]);
    let offset = graph.doubles("offset", &[], &[class.offset]);
    graph.op("Sub", &[&offset, &distance])
}

fn support_vectors(graph: &mut Graph, columns: &Value, model: &SupportVectors, classes: &[u32]) -> Answer {
    let values: Vec<Value> = model.machines.iter().map(|machine| value_of(graph, columns, machine)).collect();
    match values.as_slice() {
        [value] if classes.is_empty() => Answer::Number(value.clone()),
        [value] => {
            let turned = graph.op("Neg", &[value]);
            let both = graph.side_by_side(&[turned, value.clone()]);
            Answer::largest(graph, &both, classes)
        }
        several => {
            let all = graph.side_by_side(several);
            Answer::largest(graph, &all, classes)
        }
    }
}

/// The value of a machine, rows × 1.
fn value_of(graph: &mut Graph, columns: &Value, machine: &Machine) -> Value {
    let (kernel, weights, rho) = match machine {
        Machine::Linear { weights, rho } => (columns.clone(), weights, rho),
        Machine::Rbf { width, vectors, weights, rho } => (rbf(graph, columns, vectors, *width), weights, rho),
    };
    let weights = graph.doubles("weights", &[weights.len(), 1], weights);
    let sum = graph.op("MatMul", &[&kernel, &weights]);
    let rho = graph.doubles("rho", &[], &[*rho]);
    graph.op("Sub", &[&sum, &rho])
}

/// `exp(-|row - vector|² / width)` for each vector. The square of a difference is taken apart, so that nothing is rows ×
/// vectors × columns.
fn rbf(graph: &mut Graph, columns: &Value, vectors: &[Vec<f64>], width: f64) -> Value {
    let (count, length) = (vectors.len(), vectors.first().map_or(0, Vec::len));
    let turned: Vec<f64> = (0..length).flat_map(|at| vectors.iter().map(move |v| -2.0 * v[at])).collect();
    let turned = graph.doubles("vectors", &[length, count], &turned);
    let own: Vec<f64> = vectors.iter().map(|vector| vector.iter().map(|x| x * x).sum()).collect();
    let own = graph.doubles("squares_of_vectors", &[1, count], &own);
    let of_rows = square(graph, columns);
    let of_rows = graph.sum_over(&of_rows, 1, true);
    let products = graph.op("MatMul", &[columns, &turned]);
    let square = graph.op("Sum", &[&of_rows, &products, &own]);
    let square = graph.op("Relu", &[&square]);
    let scale = graph.doubles("scale", &[], &[-1.0 / width]);
    let exponent = graph.op("Mul", &[&square, &scale]);
    graph.op("Exp", &[&exponent])
}
