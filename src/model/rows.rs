//! Fitted models that can be asked about any rows, given as [cells](crate::data::Features::cells).
//!
//! A linear model is a sum of one term a column, whatever its encoding; trees keep their nodes; every other
//! model encodes the rows as its split did and predicts as linfa has it.

use std::borrow::Cow;

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::adapter::likeliest;
use super::by_rows::RowPredictor;
use super::interrupt::check;
use super::trees::TreeRows;
use super::{Fitted, Predictions};
use crate::data::{Encoder, Features, Target, Term};

/// A model fitted to one split.
pub enum FittedPredictor<'a> {
    /// A linear predictor, with what becomes of it.
    LinearPredictor(LinearPredictor),
    /// Trees.
    Trees(TreeRows),
    /// A model that is given rows of the table.
    ByRows(RowPredictor<'a>),
    /// Anything else.
    Encoded(EncodedRows<'a>),
}

impl FittedPredictor<'_> {
    /// Predictions for rows of cells; `rows` are their places among the used rows, where they are rows of the table, some
    /// of whose cells may have changed.
    pub fn predict(&self, rows: Option<&[u32]>, cells: ArrayView2<f64>) -> Predictions {
        check();
        match self {
            Self::LinearPredictor(model) => model.predict(cells),
            Self::Trees(model) => model.predict(cells),
            Self::ByRows(model) => model.predict(rows, cells),
            Self::Encoded(model) => model.predict(cells),
        }
    }
}

/// What becomes of linear predictors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InverseLink {
    /// They are the prediction.
    Identity,
    /// Their exponential is.
    Exponential,
    /// Of one predictor: the probability of the second of two classes, by the logistic function.
    Logistic,
    /// Of one predictor a class: probabilities by their softmax.
    Softmax,
}

/// Coefficients on encoded columns, as a fitted linear model has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// columns × outputs.
    pub coefficients: Array2<f64>,
    /// One per output.
    pub intercepts: Array1<f64>,
    /// What becomes of the outputs.
    pub response: InverseLink,
    /// The classes of the outputs, ascending; empty for numbers.
    pub present: Vec<u32>,
    /// Number of classes of the whole target; 0 for numbers.
    pub classes: usize,
}

impl Linear {
    /// Of a model for numbers.
    pub fn values(coefficients: &Array1<f64>, intercept: f64, response: InverseLink) -> Self {
        Self {
            coefficients: coefficients.clone().insert_axis(Axis(1)),
            intercepts: Array1::from(vec![intercept]),
            response,
            present: Vec::new(),
            classes: 0,
        }
    }
}

/// One linear predictor: an intercept and a term for each part of the features.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictor {
    /// The predictor where every term is 0.
    pub intercept: f64,
    /// One per part.
    pub terms: Vec<Term>,
}

/// A linear model over cells.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearPredictor {
    /// Its outputs.
    pub outputs: Vec<Predictor>,
    /// What becomes of them.
    pub response: InverseLink,
    /// The classes of the outputs (of a single one: both), ascending; empty for numbers.
    pub present: Vec<u32>,
    /// Number of classes of the whole target; 0 for numbers.
    pub classes: usize,
}

impl LinearPredictor {
    /// From coefficients on the columns of an encoder.
    pub fn new(encoder: &Encoder, linear: &Linear) -> Self {
        let output = |(column, intercept): (ndarray::ArrayView1<f64>, &f64)| Predictor {
            intercept: *intercept,
            terms: encoder.terms(&column.to_vec()),
        };
        Self {
            outputs: linear.coefficients.columns().into_iter().zip(&linear.intercepts).map(output).collect(),
            response: linear.response,
            present: linear.present.clone(),
            classes: linear.classes,
        }
    }

    /// Whether its one predictor is the log-odds of the class that is not the positive one.
    pub fn is_turned(&self, target: &Target) -> bool {
        match self.present[..] {
            [first, _] => self.outputs.len() == 1 && target.positive() == Some(first),
            _ => false,
        }
    }

    /// The linear predictors, rows × outputs.
    pub fn predictors(&self, cells: ArrayView2<f64>) -> Array2<f64> {
        let mut z = Array2::zeros((cells.nrows(), self.outputs.len()));
        for (cells, mut z) in cells.outer_iter().zip(z.outer_iter_mut()) {
            for (output, z) in self.outputs.iter().zip(z.iter_mut()) {
                *z = output.intercept + output.terms.iter().zip(cells).map(|(t, cell)| t.of(*cell)).sum::<f64>();
            }
        }
        z
    }

    /// Predictions from linear predictors.
    pub fn respond(&self, z: ArrayView2<f64>) -> Predictions {
        match (self.response, &self.present[..]) {
            (InverseLink::Identity, _) => Predictions::Values(z.column(0).to_vec()),
            (InverseLink::Exponential, _) => Predictions::Values(z.column(0).iter().map(|z| z.exp()).collect()),
            (InverseLink::Logistic, [first, second]) => {
                let mut all = Array2::zeros((z.nrows(), self.classes));
                for (i, z) in z.column(0).iter().enumerate() {
                    let p = 1.0 / (1.0 + (-z.abs()).exp());
                    let (p, rest) = if *z >= 0.0 { (p, (-z.abs()).exp() * p) } else { ((-z.abs()).exp() * p, p) };
                    all[[i, *second as usize]] = p;
                    all[[i, *first as usize]] = rest;
                }
                classes(all)
            }
            (_, present) => {
                let mut all = Array2::zeros((z.nrows(), self.classes));
                for (z, mut out) in z.outer_iter().zip(all.outer_iter_mut()) {
                    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let sum: f64 = z.iter().map(|z| (z - top).exp()).sum();
                    present.iter().zip(z).for_each(|(class, z)| out[*class as usize] = (z - top).exp() / sum);
                }
                classes(all)
            }
        }
    }

    fn predict(&self, cells: ArrayView2<f64>) -> Predictions {
        self.respond(self.predictors(cells).view())
    }
}

/// Probabilities as predictions; the first of equal classes wins.
pub fn classes(probabilities: Array2<f64>) -> Predictions {
    Predictions::Classes {
        labels: probabilities.outer_iter().map(|row| likeliest(row) as u32).collect(),
        probabilities: Some(probabilities),
        decision: None,
    }
}

/// A model behind the encoding of its split.
pub struct EncodedRows<'a> {
    features: Cow<'a, Features>,
    encoder: Encoder,
    fitted: Box<dyn Fitted>,
}

impl<'a> EncodedRows<'a> {
    /// A fitted model and the encoding it was fitted with.
    pub fn new(features: Cow<'a, Features>, encoder: Encoder, fitted: Box<dyn Fitted>) -> Self {
        Self { features, encoder, fitted }
    }

    /// The encoding and the model.
    pub fn parts(&self) -> (&Encoder, &dyn Fitted) {
        (&self.encoder, self.fitted.as_ref())
    }

    fn predict(&self, cells: ArrayView2<f64>) -> Predictions {
        let rows: Vec<u32> = (0..cells.nrows() as u32).collect();
        self.fitted.predict(self.encoder.transform(&self.features.with_cells(cells), &rows).view())
    }
}
