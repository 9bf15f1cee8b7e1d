//! The coordinates that the splits of a table are searched in together: the encoded columns of all rows.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use ndarray::Array2;

use super::super::SplitEncoding;
use super::newton::with_least_weight;
use crate::model::linalg::inverse;

/// Vectors are multiplied by so many at a time, so that digits do not depend on how many there are.
const GROUP: usize = 8;

/// The encoded columns of all rows, the optimum of these and the inverse of the Hessian there. A vector has for each output
/// an entry for each column, and last one for the intercept, if there is one.
pub struct Frame {
    /// By base column, the encoded column that it is the first of.
    columns: Vec<Option<usize>>,
    /// Entries of an output.
    width: usize,
    outputs: usize,
    intercept: bool,
    /// Square, row by row.
    inverse: Vec<f64>,
    /// The optimum.
    start: Vec<f64>,
    /// The same as base coefficients of each output.
    base_start: Vec<Vec<f64>>,
}

impl Frame {
    /// Around the optimum of all rows, which is given in their encoding and as base coefficients; `None` where the Hessian
    /// there has no inverse.
    pub fn new(
        encoding: &SplitEncoding,
        intercept: bool,
        start: &[f64],
        base_start: &[Vec<f64>],
        hessian: Array2<f64>,
    ) -> Option<Self> {
        let (outputs, size) = (base_start.len(), base_start.first()?.len());
        let mut columns = vec![None; size];
        (0..encoding.width()).for_each(|column| columns[encoding.first_base(column)] = Some(column));
        let width = encoding.width() + usize::from(intercept);
        let inverse = inverse_of(hessian, outputs, intercept)?;
        Some(Self {
            columns,
            width,
            outputs,
            intercept,
            inverse,
            start: start.to_vec(),
            base_start: base_start.to_vec(),
        })
    }

    /// Number of linear predictors.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Where the columns of a split's encoding are: pairs of its own column and that of the frame. Columns that are 0 on all
    /// its train rows are left out.
    pub fn places(&self, encoding: &SplitEncoding) -> Vec<(usize, usize)> {
        let of = |own: usize| self.columns[encoding.first_base(own)].map(|column| (own, column));
        (0..encoding.width()).filter(|own| !encoding.is_zero(*own)).filter_map(of).collect()
    }

    /// The start of a split's search: the coefficients that give its rows about the predictors of the optimum of all rows.
    pub fn start(&self, encoding: &SplitEncoding, places: &[(usize, usize)]) -> Vec<f64> {
        let mut start = vec![0.0; self.width * self.outputs];
        for (output, base) in self.base_start.iter().enumerate() {
            let at = output * self.width;
            let (coefficients, intercept) = encoding.from_base(base);
            for (own, column) in places {
                let is_known = encoding.is_from_base(*own);
                start[at + column] = if is_known { coefficients[*own] } else { self.start[at + column] };
            }
            if self.intercept {
                start[at + self.width - 1] = intercept;
            }
        }
        start
    }

    /// Base coefficients of each output of a vector, in a split's encoding.
    pub fn to_base(&self, vector: &[f64], encoding: &SplitEncoding, places: &[(usize, usize)]) -> Vec<Vec<f64>> {
        let mut coefficients = vec![0.0; encoding.width()];
        let of_output = |entries: &[f64]| {
            places.iter().for_each(|(own, column)| coefficients[*own] = entries[*column]);
            let intercept = if self.intercept { entries[self.width - 1] } else { 0.0 };
            encoding.to_base(&coefficients, intercept, self.columns.len())
        };
        vector.chunks_exact(self.width).map(of_output).collect()
    }

    /// The gradient of a mean over `n` rows and of a penalty at a point, from the sums over rows of each output's slopes times
    /// base vectors.
    pub fn gradient(
        &self,
        pulls: &[Vec<f64>],
        (encoding, places): (&SplitEncoding, &[(usize, usize)]),
        n: f64,
        (penalty, point): (f64, &[f64]),
    ) -> Vec<f64> {
        let mut gradient = vec![0.0; self.width * self.outputs];
        for (output, pull) in pulls.iter().enumerate() {
            let at = output * self.width;
            let own = encoding.from_pull(pull);
            for (k, column) in places {
                gradient[at + column] = own[*k] / n + penalty * point[at + column];
            }
            if self.intercept {
                gradient[at + self.width - 1] = pull[pull.len() - 1] / n;
            }
        }
        gradient
    }

    /// The products of some vectors with the inverse of the Hessian; what a vector has no part in stays 0 in its product.
    pub fn times_inverse(&self, vectors: &[Vec<f64>], places: &[&[(usize, usize)]]) -> Vec<Vec<f64>> {
        let (length, lanes) = (self.width * self.outputs, vectors.len().next_multiple_of(GROUP));
        let mut side_by_side = vec![0.0; length * lanes];
        for (lane, vector) in vectors.iter().enumerate() {
            vector.iter().enumerate().for_each(|(i, x)| side_by_side[i * lanes + lane] = *x);
        }
        let mut products = vec![0.0; length * lanes];
        matmul(
            MatMut::from_row_major_slice_mut(&mut products, length, lanes),
            Accum::Replace,
            MatRef::from_row_major_slice(&self.inverse, length, length),
            MatRef::from_row_major_slice(&side_by_side, length, lanes),
            1.0,
            Par::Seq,
        );
        let of_lane = |(lane, places): (usize, &&[(usize, usize)])| {
            let mut product = vec![0.0; length];
            for at in (0..self.outputs).map(|output| output * self.width) {
                let intercept = self.intercept.then_some(self.width - 1);
                for column in places.iter().map(|(_, column)| *column).chain(intercept) {
                    product[at + column] = products[(at + column) * lanes + lane];
                }
            }
            product
        };
        places.iter().enumerate().map(of_lane).collect()
    }
}

/// The inverse of a Hessian. The intercepts of a softmax can all be raised together, which changes nothing: that direction
/// gets a curvature of its own.
fn inverse_of(mut hessian: Array2<f64>, outputs: usize, intercept: bool) -> Option<Vec<f64>> {
    if outputs > 1 && intercept {
        let width = hessian.nrows() / outputs;
        let places: Vec<usize> = (0..outputs).map(|output| output * width + width - 1).collect();
        for (a, b) in places.iter().flat_map(|a| places.iter().map(move |b| (*a, *b))) {
            hessian[[a, b]] += 1.0 / outputs as f64;
        }
    }
    let finite = |inverse: &Array2<f64>| inverse.iter().all(|x| x.is_finite());
    let inverse = with_least_weight(&hessian, |system| inverse(system).filter(finite))?;
    Some(inverse.iter().copied().collect())
}
