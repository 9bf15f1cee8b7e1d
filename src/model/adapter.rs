//! From linfa's traits to [`Learner`]: one adapter for numbers, one for classes.

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::saved::{ColumnModel, OnColumns};
use super::shared::{PassModel, Share, SharedCache, SharedSolver};
use super::{FitContext, FitError, Fitted, Learner, Linear, Predictions, TrainTarget};
use crate::data::{Features, Scaling};
use crate::setting::TRAIN_SIZE;

/// Any linfa regressor as a [`Learner`].
pub struct Regressor<P> {
    pub params: P,
    pub scaling: Scaling,
    /// The most train rows, and why.
    pub max_rows: Option<(usize, &'static str)>,
}

fn check_rows(most: Option<(usize, &'static str)>, rows: usize) -> Result<(), String> {
    match most {
        Some((most, why)) if rows > most => Err(format!(
            "takes at most {most} train rows, and the splits have {rows}: {why}; set {} or use another model",
            TRAIN_SIZE.to(most)
        )),
        _ => Ok(()),
    }
}

/// What a fitted model says about itself, beyond linfa's traits.
pub trait FitDiagnostics {
    /// See [`Fitted::difficulty`].
    fn difficulty(&self) -> Option<String> {
        None
    }

    /// See [`Fitted::figures`].
    fn figures(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// See [`Fitted::linear`]; classes are left to the adapter.
    fn linear(&self) -> Option<Linear> {
        None
    }

    /// See [`Fitted::learned`]; classes are left to the adapter.
    fn learned(&self) -> Option<ColumnModel> {
        None
    }
}

struct FittedRegressor<M>(M);

/// A fitted model for numbers.
pub fn fitted_regressor<M>(model: M) -> Box<dyn Fitted>
where
    M: PredictInplace<Array2<f64>, Array1<f64>> + FitDiagnostics + 'static,
{
    Box::new(FittedRegressor(model))
}

/// A fitted model for the classes that occurred among its train rows, of so many.
pub fn fitted_classifier<M>(model: M, present: &[u32], classes: usize) -> Box<dyn Fitted>
where
    M: ClassScores + FitDiagnostics + 'static,
{
    Box::new(FittedClassifier { model, present: present.to_vec(), classes })
}

impl<M> Fitted for FittedRegressor<M>
where
    M: PredictInplace<Array2<f64>, Array1<f64>> + FitDiagnostics,
{
    fn predict(&self, x: ArrayView2<f64>) -> Predictions {
        let x = x.to_owned();
        let mut y = self.0.default_target(&x);
        self.0.predict_inplace(&x, &mut y);
        Predictions::Values(y.to_vec())
    }

    fn difficulty(&self) -> Option<String> {
        self.0.difficulty()
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.0.figures()
    }

    fn linear(&self) -> Option<Linear> {
        self.0.linear()
    }

    fn learned(&self) -> Option<OnColumns> {
        Some(OnColumns { classes: Vec::new(), model: self.0.learned()? })
    }
}

impl<P> Learner for Regressor<P>
where
    P: Fit<Array2<f64>, Array1<f64>, FitError> + Share + Clone + Send + Sync,
    P::Object: PredictInplace<Array2<f64>, Array1<f64>> + FitDiagnostics + 'static,
{
    fn scaling(&self) -> Option<Scaling> {
        Some(self.scaling)
    }

    fn check_size(&self, rows: usize) -> Result<(), String> {
        check_rows(self.max_rows, rows)
    }

    fn joined_levels(&self, features: &Features) -> Vec<String> {
        self.params.joined_levels(features)
    }

    fn in_passes(&self, classes: usize) -> Option<PassModel> {
        self.params.in_passes(classes)
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        self.params.share(common)
    }

    fn fit(&self, x: Array2<f64>, answers: TrainTarget, terms: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        let TrainTarget::Values(y) = answers else {
            return Err(FitError::new("a regression model needs a number as target"));
        };
        let dataset = DatasetBase::new(x, Array1::from(y.to_vec()));
        Ok(Box::new(FittedRegressor(self.params.under(terms).fit(&dataset)?)))
    }
}

/// A classifier that scores classes: probabilities, or any numbers whose largest wins.
pub trait ClassScores {
    /// Whether scores are probabilities (rows sum to 1).
    const PROBABILITIES: bool;

    /// rows × classes of the fit, in the order of the class codes.
    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64>;
}

/// Any linfa classifier with [`ClassScores`] as a [`Learner`].
pub struct Classifier<P> {
    pub params: P,
    pub scaling: Scaling,
    /// The most train rows, and why.
    pub max_rows: Option<(usize, &'static str)>,
}

struct FittedClassifier<M> {
    model: M,
    /// Class codes that occur among the train rows, ascending.
    present: Vec<u32>,
    classes: usize,
}

impl<M: ClassScores + FitDiagnostics> Fitted for FittedClassifier<M> {
    fn predict(&self, x: ArrayView2<f64>) -> Predictions {
        let scores = self.model.scores(x);
        let best = |row: ArrayView1<f64>| if M::PROBABILITIES { likeliest(row) } else { first_largest(row) };
        let labels = scores.outer_iter().map(|row| self.present[best(row)]).collect();
        let absent = if M::PROBABILITIES { 0.0 } else { f64::NEG_INFINITY };
        let mut all = Array2::from_elem((scores.nrows(), self.classes), absent);
        for (from, to) in self.present.iter().enumerate() {
            all.column_mut(*to as usize).assign(&scores.column(from));
        }
        let (probabilities, decision) = if M::PROBABILITIES { (Some(all), None) } else { (None, Some(all)) };
        Predictions::Classes { labels, probabilities, decision }
    }

    fn difficulty(&self) -> Option<String> {
        self.model.difficulty()
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.model.figures()
    }

    fn linear(&self) -> Option<Linear> {
        let (present, classes) = (self.present.clone(), self.classes);
        self.model.linear().map(|linear| Linear { present, classes, ..linear })
    }

    fn learned(&self) -> Option<OnColumns> {
        Some(OnColumns { classes: self.present.clone(), model: self.model.learned()? })
    }
}

/// The place of the largest value, the first of equal ones.
pub fn first_largest(values: ArrayView1<f64>) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

/// Probabilities that differ by less are equal: where classes are equally likely, rounding and the tolerance of a
/// solver leave about so much between them.
pub const EVEN: f64 = 1e-8;

/// The place of the largest probability, the first of equal ones: the order of the labels decides, not of a hash and
/// not the last digits of a solver.
pub fn likeliest(probabilities: ArrayView1<f64>) -> usize {
    match probabilities.as_slice() {
        Some(cells) => likeliest_cell(cells),
        None => likeliest_cell(&probabilities.to_vec()),
    }
}

/// [`likeliest`] of the cells of a row.
#[inline]
pub fn likeliest_cell(cells: &[f64]) -> usize {
    if let [first, second] = cells {
        return usize::from(*first < second - EVEN);
    }
    let best = first_largest(cells.into());
    cells[..best].iter().position(|p| *p >= cells[best] - EVEN).unwrap_or(best)
}

/// The likeliest class of each row.
pub fn winners(probabilities: ArrayView2<f64>) -> Array1<usize> {
    probabilities.outer_iter().map(likeliest).collect()
}

/// Class codes numbered from 0 without gaps, and the codes that occur.
fn compact(codes: &[u32], classes: usize) -> (Array1<usize>, Vec<u32>) {
    let mut occurs = vec![false; classes];
    codes.iter().for_each(|c| occurs[*c as usize] = true);
    let present: Vec<u32> = (0..classes as u32).filter(|c| occurs[*c as usize]).collect();
    (codes.iter().map(|c| present.partition_point(|p| p < c)).collect(), present)
}

impl<P> Learner for Classifier<P>
where
    P: Fit<Array2<f64>, Array1<usize>, FitError> + Share + Clone + Send + Sync,
    P::Object: ClassScores + FitDiagnostics + 'static,
{
    fn scaling(&self) -> Option<Scaling> {
        Some(self.scaling)
    }

    fn check_size(&self, rows: usize) -> Result<(), String> {
        check_rows(self.max_rows, rows)
    }

    fn joined_levels(&self, features: &Features) -> Vec<String> {
        self.params.joined_levels(features)
    }

    fn in_passes(&self, classes: usize) -> Option<PassModel> {
        self.params.in_passes(classes)
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        self.params.share(common)
    }

    fn fit(&self, x: Array2<f64>, answers: TrainTarget, terms: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        let TrainTarget::Classes { codes, classes } = answers else {
            return Err(FitError::new("a classification model needs classes as target"));
        };
        let (y, present) = compact(codes, classes);
        let dataset = DatasetBase::new(x, y);
        let model = self.params.under(terms).fit(&dataset)?;
        Ok(Box::new(FittedClassifier { model, present, classes }))
    }
}
