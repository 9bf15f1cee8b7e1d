//! Rows in the scale of one split, for distances of rows that are known.

use super::bound::Scaled;
use super::candidates::Graph;
use super::points::{PartScale, PointPart, Points, SplitScale};

/// All rows, scaled: 8 bytes for each number.
#[derive(Debug)]
pub struct ScaledRows<'a> {
    graph: &'a Graph,
    /// Places × numbers.
    numbers: Vec<f64>,
    /// For each level part what it adds that a row has each of its levels and another row has not.
    weights: Vec<Vec<f64>>,
}

impl<'a> ScaledRows<'a> {
    /// Of the rows that a graph was built of.
    pub fn new(graph: &'a Graph, points: &Points, scale: &SplitScale) -> Self {
        let (tree, width) = (&graph.tree, graph.tree.numbers());
        let mut numbers = vec![0.0; tree.order.len() * width];
        let mut weights = Vec::new();
        let mut j = 0;
        for (part, scale) in points.parts.iter().zip(&scale.parts) {
            match (part, scale) {
                (PointPart::Number(values), PartScale::Number { fill, mean, scale }) => {
                    let column = Scaled { values, fill: *fill, mean: *mean, scale: *scale };
                    let cells = numbers.iter_mut().skip(j).step_by(width).zip(&tree.order);
                    cells.for_each(|(cell, row)| *cell = column.at(*row));
                    j += 1;
                }
                (PointPart::Level { .. }, PartScale::Level { known }) => {
                    weights.push(known.iter().map(|known| f64::from(u8::from(*known))).collect());
                }
                _ => panic!("a number is scaled as a number, a level as a level"),
            }
        }
        Self { graph, numbers, weights }
    }

    /// Puts the squared distances from a row to train rows into `near`, each with its row: the same to the last digit as those
    /// of [`Bound`](super::Bound).
    pub fn distances(&self, row: u32, rows: &[u32], near: &mut Vec<(f64, u32)>) {
        let tree = &self.graph.tree;
        let of = |row: u32| {
            let place = tree.place[row as usize] as usize;
            let width = tree.numbers();
            (&self.numbers[place * width..][..width], &tree.codes[place * tree.levels..][..tree.levels])
        };
        let (own, own_codes) = of(row);
        let distance = |row: &u32| {
            let (there, codes) = of(*row);
            let other = |l: usize| (own_codes[l] != codes[l]).then(|| self.weights[l][own_codes[l] as usize]);
            (tree.add_up(|j| own[j] - there[j], other), *row)
        };
        near.clear();
        near.extend(rows.iter().map(distance));
    }
}
