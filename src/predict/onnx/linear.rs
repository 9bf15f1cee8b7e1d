//! Sums of one term a column.

use super::graph::{Graph, Value};
use super::inputs::{Cell, Cells};
use super::outputs::Answer;
use crate::model::saved::{SavedLinear, SavedLink, SavedOutput, SavedTerm};

/// What a linear model says.
pub fn answer(graph: &mut Graph, cells: &Cells, model: &SavedLinear) -> Answer {
    let sums: Vec<Value> = model.outputs.iter().map(|output| sum(graph, cells, output)).collect();
    let sums = graph.side_by_side(&sums);
    match model.link {
        SavedLink::Identity => Answer::Number(sums),
        SavedLink::Exponential => Answer::Number(graph.op("Exp", &[&sums])),
        SavedLink::Logistic => Answer::logistic(graph, &sums, &model.classes),
        SavedLink::Softmax => Answer::softmax(graph, &sums, &model.classes),
    }
}

/// One sum, rows × 1.
fn sum(graph: &mut Graph, cells: &Cells, output: &SavedOutput) -> Value {
    let mut parts = vec![graph.doubles("intercept", &[1, 1], &[output.intercept])];
    let (mut slopes, mut centres, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    for (term, cell) in output.terms.iter().zip(&cells.columns) {
        match (term, cell) {
            (SavedTerm::Number { slope, centre, missing }, _) => {
                slopes.push(*slope);
                centres.push(*centre);
                gaps.push(*missing);
            }
            (SavedTerm::Levels(values), Cell::Levels(place, _)) => {
                let table = graph.doubles("values_of_levels", &[values.len(), 1], values);
                parts.push(graph.op("Gather", &[&table, place]));
            }
            // Reading the file has refused it.
            (SavedTerm::Levels(_), Cell::Number(_)) => {}
        }
    }
    if let Some(numbers) = &cells.numbers {
        let shape = [1, slopes.len()];
        let [slopes, centres, gaps] = [("slopes", slopes), ("centres", centres), ("missing", gaps)]
            .map(|(name, values)| graph.doubles(name, &shape, &values));
        let far = graph.op("Sub", &[numbers, &centres]);
        let terms = graph.op("Mul", &[&far, &slopes]);
        let missing = graph.op("IsNaN", &[numbers]);
        let terms = graph.op("Where", &[&missing, &gaps, &terms]);
        parts.push(graph.sum_over(&terms, 1, true));
    }
    graph.op("Sum", &parts.iter().collect::<Vec<_>>())
}
