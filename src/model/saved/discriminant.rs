//! Linear and quadratic discriminants.

use ndarray::Array1;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, ColumnModel, Size, matrix, rows_of};
use crate::model::Fitted;
use crate::model::adapter::fitted_classifier;
use crate::model::discriminant::{FittedDiscriminant, Rule, Shape};

/// A score for each class, whose softmax are the probabilities: `intercept + Σ coefficient · column`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinearRule {
    /// classes × encoded columns.
    pub coefficients: Vec<Vec<f64>>,
    /// One a class.
    pub intercepts: Vec<f64>,
}

/// A score for each class, whose softmax are the probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuadraticRule {
    /// One for each of `classes`.
    pub of_classes: Vec<QuadraticClass>,
}

/// What a class looks like. With `d` the columns less `means`, its score is
/// `offset - (rest · |d|² + Σ factor · (direction · d)²) / 2`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuadraticClass {
    /// The mean of each encoded column.
    pub means: Vec<f64>,
    /// Directions of the covariance × encoded columns.
    pub directions: Vec<Vec<f64>>,
    /// One a direction.
    pub factors: Vec<f64>,
    /// What every direction has.
    pub rest: f64,
    /// The score at the mean.
    pub offset: f64,
}

/// A rule as it is written.
pub fn saved(rule: &Rule) -> ColumnModel {
    match rule {
        Rule::Linear { coefficients, intercepts } => ColumnModel::LinearDiscriminant(LinearRule {
            coefficients: rows_of(coefficients),
            intercepts: intercepts.to_vec(),
        }),
        Rule::Quadratic { means, shapes, offsets } => {
            let class = |(shape, (mean, offset)): (&Shape, (ndarray::ArrayView1<f64>, &f64))| QuadraticClass {
                means: mean.to_vec(),
                directions: shape.directions.columns().into_iter().map(|d| d.to_vec()).collect(),
                factors: shape.factors.to_vec(),
                rest: shape.rest,
                offset: *offset,
            };
            let of_classes = shapes.iter().zip(means.outer_iter().zip(offsets)).map(class).collect();
            ColumnModel::QuadraticDiscriminant(QuadraticRule { of_classes })
        }
    }
}

fn fitted(rule: Rule, size: Size) -> Box<dyn Fitted> {
    fitted_classifier(FittedDiscriminant::new(rule, size.present.len()), size.present, size.classes)
}

impl LinearRule {
    pub(super) fn restored(&self, size: Size) -> Checked<Box<dyn Fitted>> {
        size.check_task(true)?;
        let classes = size.present.len();
        if self.coefficients.len() != classes || self.intercepts.len() != classes {
            return Err(format!("coefficients that are not those of {classes} classes"));
        }
        let coefficients = matrix(&self.coefficients, size.columns)?;
        Ok(fitted(Rule::Linear { coefficients, intercepts: Array1::from(self.intercepts.clone()) }, size))
    }
}

impl QuadraticRule {
    pub(super) fn restored(&self, size: Size) -> Checked<Box<dyn Fitted>> {
        size.check_task(true)?;
        if self.of_classes.len() != size.present.len() {
            return Err(format!("{} shapes for {} classes", self.of_classes.len(), size.present.len()));
        }
        let means: Vec<Vec<f64>> = self.of_classes.iter().map(|class| class.means.clone()).collect();
        let shape = |class: &QuadraticClass| {
            if class.factors.len() != class.directions.len() {
                return Err("a class with more directions than factors, or fewer".to_owned());
            }
            let directions = matrix(&class.directions, size.columns)?.reversed_axes();
            Ok(Shape { directions, factors: Array1::from(class.factors.clone()), rest: class.rest })
        };
        let rule = Rule::Quadratic {
            means: matrix(&means, size.columns)?,
            shapes: self.of_classes.iter().map(shape).collect::<Checked<_>>()?,
            offsets: self.of_classes.iter().map(|class| class.offset).collect(),
        };
        Ok(fitted(rule, size))
    }
}
