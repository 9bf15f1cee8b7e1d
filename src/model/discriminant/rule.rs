//! What a fitted discriminant says of rows.

use ndarray::{Array1, Array2, ArrayView2};

use super::distance::Distances;
use crate::model::interrupt::check;
use crate::model::shared::softmax;

/// The classes of some rows: sizes, means (classes × columns).
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// Rows of each class.
    pub sizes: Vec<f64>,
    /// classes × columns.
    pub means: Array2<f64>,
}

impl Classes {
    pub(super) fn priors(&self) -> Array1<f64> {
        let n: f64 = self.sizes.iter().sum();
        self.sizes.iter().map(|s| s / n).collect()
    }
}

/// Log joint densities (up to what classes have in common) as functions of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Linear in the row.
    Linear {
        /// classes × columns.
        coefficients: Array2<f64>,
        /// One a class.
        intercepts: Array1<f64>,
    },
    /// Quadratic in the row.
    Quadratic {
        /// classes × columns.
        means: Array2<f64>,
        /// How far a row is from each class.
        shapes: Vec<Shape>,
        /// Log prior less half the log determinant.
        offsets: Array1<f64>,
    },
}

/// The shape of a normal class: the square of a centred row's distance is
/// `rest · |row|² + Σ factor · (direction · row)²`.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// columns × directions; orthonormal where `rest` is not 0.
    pub(in crate::model) directions: Array2<f64>,
    /// One for each direction.
    pub(in crate::model) factors: Array1<f64>,
    /// For all directions alike.
    pub(in crate::model) rest: f64,
}

impl Rule {
    /// Probabilities of the classes for some rows: rows × columns to rows × classes.
    pub fn probabilities_of_rows(&self, rows: ArrayView2<f64>, out: &mut [f64]) {
        check();
        if rows.nrows() == 0 {
            return;
        }
        let classes = out.len() / rows.nrows();
        match self {
            Self::Linear { coefficients, intercepts } => {
                for (row, out) in rows.outer_iter().zip(out.chunks_exact_mut(classes)) {
                    let each = out.iter_mut().zip(coefficients.outer_iter()).zip(intercepts);
                    each.for_each(|((o, c), intercept)| *o = c.dot(&row) + intercept);
                }
            }
            Self::Quadratic { means, shapes, offsets } => {
                let mut squares = vec![0.0; rows.nrows()];
                for (c, shape) in shapes.iter().enumerate() {
                    Distances::new(shape, means.row(c)).squares(rows, &mut squares);
                    let of_class = out.iter_mut().skip(c).step_by(classes);
                    of_class.zip(&squares).for_each(|(o, square)| *o = offsets[c] - 0.5 * square);
                }
            }
        }
        out.chunks_exact_mut(classes).for_each(|out| _ = softmax(out));
    }
}
