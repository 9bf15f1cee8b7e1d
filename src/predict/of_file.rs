//! New rows, predicted by a model file.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use super::NewRows;
use super::file::ModelFile;
use super::of_report::FEW_ROWS;
use super::said::{ClassProbability, Predicted, Range, RowPrediction};
use crate::error::{Error, Result};
use crate::model::Predictions;
use crate::model::saved::{Layout, Learned};
use crate::stats::quantile;
use crate::threads;

/// Numbers that the models say of rows at a time: 64 MiB.
const MOST_HELD: usize = 1 << 23;

/// A model with the threshold of its labels.
type Asked<'a> = (&'a Learned, Option<f64>);

impl ModelFile {
    /// Reads new rows as the rows of the model were read, named by the column `id` where one is given.
    ///
    /// # Errors
    /// Those of [`NewRows::read`].
    pub fn new_rows(&self, path: &str, id: Option<&str>) -> Result<NewRows> {
        let known = self.known().map_err(Error::report)?;
        NewRows::read(path, &self.data.read.load_options(), &known, id)
    }

    /// Predicts new rows on so many threads, 0 for one a core. The interval around numbers is to hold the share `coverage`
    /// of new rows; there are ranges where models of splits were kept.
    ///
    /// # Errors
    /// An input error where the model has no finite prediction for a row; a run error if threads cannot be started.
    pub fn predict(&self, new: &NewRows, coverage: f64, threads: usize) -> Result<Predicted> {
        let known = self.known().map_err(Error::report)?;
        let layout = Layout { features: &known.features, classes: self.target.labels.len() };
        let models: Vec<Asked> = std::iter::once((&self.learned, self.threshold))
            .chain(self.ensemble.iter().map(|model| (&model.learned, model.threshold)))
            .collect();
        let block = (MOST_HELD / (models.len() * (layout.classes + 1))).max(1);
        let mut rows = Vec::with_capacity(new.cells.nrows());
        threads::pool(threads)?.install(|| {
            for cells in new.cells.axis_chunks_iter(Axis(0), block) {
                let said = models
                    .par_iter()
                    .map(|model| self.ask(*model, layout, cells).map(Said::new))
                    .collect::<std::result::Result<Vec<_>, String>>()
                    .map_err(Error::report)?;
                if let Some(row) = (0..cells.nrows()).find(|row| !said[0].is_finite(*row)) {
                    return Err(Error::data(format!(
                        "the model has no finite prediction for row {}",
                        new.row_text(rows.len() + row)
                    ))
                    .advise("its numbers are too far from those of training"));
                }
                rows.extend((0..cells.nrows()).map(|row| sum_up(&said, row)));
            }
            Ok(())
        })?;
        let half_width = self.residuals.as_ref().and_then(|residuals| residuals.half_width(coverage));
        let no_interval = match (&self.residuals, half_width) {
            (Some(_), None) => Some(FEW_ROWS),
            (None, _) if layout.classes == 0 => Some("the model file holds no errors of splits"),
            _ => None,
        };
        let mut thresholds: Vec<f64> = models.iter().filter_map(|(_, threshold)| *threshold).collect();
        thresholds.sort_unstable_by(f64::total_cmp);
        // The label is that of the model on all rows.
        let ends = || [0.0, 1.0].map(|share| quantile(&thresholds, share));
        let thresholds = self.threshold.map(|own| [ends()[0], own, ends()[1]]);
        let splits = self.ensemble.iter().map(|model| model.split).collect();
        let row_names = new.row_names.clone();
        Ok(Predicted { rows, splits, failed: 0, thresholds, half_width, no_interval, row_names })
    }

    fn ask(
        &self,
        (learned, threshold): Asked,
        layout: Layout,
        cells: ArrayView2<f64>,
    ) -> std::result::Result<Predictions, String> {
        let mut predictions = learned.restore(layout)?.predict(None, cells);
        let target = &self.target;
        let yes = target.positive.as_ref().and_then(|yes| target.labels.iter().position(|label| label == yes));
        if let (Some(threshold), Some(yes), Predictions::Classes { labels, probabilities: Some(p), .. }) =
            (threshold, yes, &mut predictions)
        {
            let of = |p: &f64| if *p >= threshold { yes } else { 1 - yes } as u32;
            labels.iter_mut().zip(p.column(yes)).for_each(|(label, p)| *label = of(p));
        }
        Ok(predictions)
    }
}

/// What one model says of some rows.
struct Said {
    predictions: Predictions,
    all_finite: bool,
}

impl Said {
    fn new(predictions: Predictions) -> Self {
        Self { all_finite: predictions.not_finite() == 0, predictions }
    }

    fn is_finite(&self, row: usize) -> bool {
        self.all_finite || self.predictions.pick(&[row]).not_finite() == 0
    }
}

/// What the model, the first of `said`, and those of splits say of a row. A model that has no finite prediction for the row
/// has no say.
fn sum_up(said: &[Said], row: usize) -> RowPrediction {
    let others = || said[1..].iter().filter(|s| s.is_finite(row)).map(|s| &s.predictions);
    match &said[0].predictions {
        Predictions::Values(own) => {
            let value = |s: &Predictions| if let Predictions::Values(v) = s { Some(v[row]) } else { None };
            let mut values: Vec<f64> = others().filter_map(value).collect();
            let range = (!values.is_empty()).then(|| Range::of(&mut values).1);
            RowPrediction::Number { prediction: own[row], range }
        }
        Predictions::Classes { labels, probabilities, .. } => {
            let label = labels[row];
            let says = |s: &Predictions| matches!(s, Predictions::Classes { labels, .. } if labels[row] == label);
            let count = others().count();
            let agreement = (count > 0).then(|| others().filter(|s| says(s)).count() as f64 / count as f64);
            let of_class = |class: usize, probability: f64| {
                let one = |s: &Predictions| match s {
                    Predictions::Classes { probabilities: Some(p), .. } => Some(p[[row, class]]),
                    _ => None,
                };
                let mut values: Vec<f64> = others().filter_map(one).collect();
                let range = (!values.is_empty()).then(|| Range::of(&mut values).1);
                ClassProbability { probability, range }
            };
            let own = probabilities.as_ref().map(|p| p.row(row).to_vec()).unwrap_or_default();
            let probabilities = own.into_iter().enumerate().map(|(class, p)| of_class(class, p)).collect();
            RowPrediction::Class { label, agreement, probabilities }
        }
    }
}
