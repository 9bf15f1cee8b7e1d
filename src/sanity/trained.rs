//! One model fitted to rows, whichever way it takes them.

use ndarray::Array2;

use super::rows::ComposedRows;
use crate::data::{Encoder, Encoding, FeatureColumn, Features, Target};
use crate::model::{FitContext, FitError, Fitted, FittedRows, Learner, Predictions, TrainTarget};
use crate::run::guarded;

/// How far the probabilities of a row may sum to other than 1: nets compute with half as many digits.
const SUM_TOLERANCE: f64 = 1e-3;

/// A model that is fitted.
pub struct Trained<'a> {
    features: &'a Features,
    /// Of the task, for the form of predictions.
    target: &'a Target,
    way: Way,
}

/// How the model takes rows.
enum Way {
    /// As encoded columns, none where it uses no features.
    Columns(Option<Encoder>, Box<dyn Fitted>),
    /// By their numbers.
    Rows(Box<dyn FittedRows>),
}

impl<'a> Trained<'a> {
    /// Fits a model to rows with their targets.
    ///
    /// # Errors
    /// Why it cannot be fitted to them.
    pub fn fit(
        learner: &dyn Learner,
        features: &'a Features,
        target: &'a Target,
        rows: &ComposedRows,
        answers: &Target,
        mut terms: FitContext,
    ) -> Result<Self, FitError> {
        guarded(|| {
            let answers = TrainTarget::from(answers);
            if let Some(by_rows) = learner.by_rows() {
                let fitted = by_rows.fit_rows(&rows.table_rows(features), answers, &terms)?;
                return Ok(Self { features, target, way: Way::Rows(fitted) });
            }
            let composed = rows.features(features);
            let all = places(rows.len());
            let encoder = learner.scaling().map(|scaling| Encoder::fit(&composed, &all, scaling));
            let levels = features.parts.iter().map(|part| match part {
                FeatureColumn::Levels { levels, encoding: Encoding::OneHot, .. } => Some(levels.len() + 1),
                _ => None,
            });
            terms.levels = levels.collect();
            terms.origin = encoder.as_ref().map_or(0.0, Encoder::origin);
            let x = encoded(encoder.as_ref(), &composed);
            let fitted = learner.fit(x, answers, &terms)?;
            Ok(Self { features, target, way: Way::Columns(encoder, fitted) })
        })
    }

    /// Predictions for several sets of rows, together where that is less work.
    ///
    /// # Errors
    /// Where there is not one finite prediction of the target's kind for each row.
    pub fn predict_all(&self, parts: &[&ComposedRows]) -> Result<Vec<Predictions>, FitError> {
        let made: Vec<Predictions> = guarded(|| match &self.way {
            Way::Rows(fitted) => {
                let rows: Vec<_> = parts.iter().map(|part| part.table_rows(self.features)).collect();
                fitted.predict_parts(&rows)
            }
            Way::Columns(encoder, fitted) => {
                let x = |part: &&ComposedRows| encoded(encoder.as_ref(), &part.features(self.features));
                Ok(parts.iter().map(|part| fitted.predict(x(part).view())).collect())
            }
        })?;
        if made.len() != parts.len() {
            return Err(FitError(format!("it predicted {} of {} sets of rows", made.len(), parts.len())));
        }
        for (predictions, rows) in made.iter().zip(parts) {
            check(predictions, rows.len(), self.target)?;
        }
        Ok(made)
    }

    /// Predictions for rows.
    ///
    /// # Errors
    /// As [`Trained::predict_all`].
    pub fn predict(&self, rows: &ComposedRows) -> Result<Predictions, FitError> {
        let mut made = self.predict_all(&[rows])?;
        made.pop().ok_or_else(|| FitError::new("it made no predictions"))
    }
}

/// The numbers from 0 below a count.
pub fn places(count: usize) -> Vec<u32> {
    (0..count as u32).collect()
}

fn encoded(encoder: Option<&Encoder>, rows: &Features) -> Array2<f64> {
    match encoder {
        Some(encoder) => encoder.transform(rows, &places(rows.rows)),
        None => Array2::zeros((rows.rows, 0)),
    }
}

fn check(predictions: &Predictions, rows: usize, target: &Target) -> Result<(), FitError> {
    let made = predictions.rows();
    if made != rows {
        return Err(FitError(format!("it makes {made} predictions for {rows} rows")));
    }
    let odd = predictions.not_finite();
    if odd > 0 {
        return Err(FitError(format!("{odd} of its {made} predictions are not finite numbers")));
    }
    predictions
        .check_kind(target, SUM_TOLERANCE)
        .map_err(|why| FitError(format!("it predicts what it should not: {why}")))
}
