//! SHAP values (Lundberg and Lee 2017): a prediction less the expectation, shared out among the columns.
//!
//! For a linear model they are exact and need no sampling: a column's share less its mean over the train
//! rows. For trees they are those of path-dependent TreeSHAP, see [`tree`]. Columns made of one source (levels, parts of a
//! date) are one player. Values are of the model's own output before any link: a linear predictor, the log-odds of
//! boosting, a mean or a class share of trees.

mod by_value;
mod tree;

use ndarray::{Array2, Array3};

use by_value::ColumnBins;

use super::curves::MOST_SPLITS;
use super::registry::{BOTH, ProbeInfo, TOP};
use super::{
    Conclusion, CurveInfo, Names, Probe, ProbeContext, ProbeResults, ProbeSpec, Recorder, columns, inside, ranking,
    sample,
};
use crate::data::Target;
use crate::metric::{Direction, Undefined};
use crate::model::registry::{ParamInfo, ParamKind};
use crate::model::trees::TreeRows;
use crate::model::{FittedPredictor, Inside, LinearPredictor};
use crate::run::FittedSplit;

pub(super) const INFO: ProbeInfo = ProbeInfo {
    params: &[ParamInfo::new("rows", ParamKind::Whole { least: 1 }, "200", "most test rows a split"), TOP],
    ..ProbeInfo::new(
        "shap",
        BOTH,
        "mean |SHAP value| of each column: exact for linear models, path-dependent for trees",
        "a linear model, or trees with shared work; of your own, one with coef_ or one that the package shap explains",
        &["shap"],
        |spec, scene| Ok(Box::new(Shap::new(spec, scene))),
    )
};

/// Mean |SHAP value| of each column over test rows (and outputs).
pub struct Shap {
    /// Most test rows of a split; a random sample of more.
    pub rows: usize,
    /// How many columns the top is.
    pub top: usize,
    /// The columns whose values are followed from low to high.
    by_value: Vec<ColumnBins>,
    curves: Vec<CurveInfo>,
}

/// SHAP values of rows: rows × columns × outputs, and what they must add up to.
struct Values {
    shares: Array3<f64>,
    /// Output less expectation, rows × outputs.
    sums: Array2<f64>,
}

/// Sums that miss their prediction by more than this, relative to the largest of them, are no SHAP values.
const TOLERANCE: f64 = 1e-6;

impl Values {
    /// The largest difference between a row's values and what they must add up to, relative to the largest sum.
    fn error(&self) -> f64 {
        let largest = self.sums.iter().fold(f64::MIN_POSITIVE, |m, s| m.max(s.abs()));
        let added = self.shares.sum_axis(ndarray::Axis(1));
        (&added - &self.sums).iter().fold(0.0f64, |m, d| m.max(d.abs())) / largest
    }
}

fn linear(
    model: &LinearPredictor,
    cells: &Array2<f64>,
    train: &Array2<f64>,
    columns: &[std::ops::Range<usize>],
) -> Values {
    let outputs = model.outputs.len();
    let mut shares = Array3::zeros((cells.nrows(), columns.len(), outputs));
    let z = model.predictors(cells.view());
    // Expectation over the train rows, which every encoded column enters linearly.
    let expected = model.predictors(train.view()).mean_axis(ndarray::Axis(0)).unwrap_or_default();
    for (o, output) in model.outputs.iter().enumerate() {
        for (c, parts) in columns.iter().enumerate() {
            for part in parts.clone() {
                let term = &output.terms[part];
                let mean = train.column(part).iter().map(|cell| term.of(*cell)).sum::<f64>() / train.nrows() as f64;
                let own = cells.column(part).mapv(|cell| term.of(cell) - mean);
                shares.slice_mut(ndarray::s![.., c, o]).zip_mut_with(&own, |s, v| *s += v);
            }
        }
    }
    Values { shares, sums: z - expected }
}

fn trees(model: &TreeRows, cells: &Array2<f64>, column_of_part: &[usize], columns: usize) -> Values {
    let cells = model.read(cells.view());
    let mut shares = Array3::zeros((cells.nrows(), columns, model.start.len()));
    let mut sums = model.raw(cells.view());
    let mut expected = ndarray::Array1::from(model.start.clone());
    for tree in &model.trees {
        tree::add_expectation(tree, expected.as_slice_mut().unwrap_or_default(), model.divisor);
        for (cells, mut own) in cells.outer_iter().zip(shares.outer_iter_mut()) {
            tree::add_values(tree, cells, column_of_part, model.divisor, &mut own);
        }
    }
    sums -= &expected;
    Values { shares, sums }
}

impl Shap {
    fn new(spec: &ProbeSpec, scene: &ProbeContext) -> Self {
        let (by_value, curves) = by_value::of_columns(scene);
        Self { rows: spec.whole("rows"), top: spec.whole("top"), by_value, curves }
    }

    /// The output that is looked at where a sign matters: the only one, or that of the positive class.
    fn output(outputs: usize, target: &Target) -> Option<usize> {
        match (outputs, target) {
            (1, _) => Some(0),
            (2, Target::Classification { positive: Some(class), .. }) => Some(*class as usize),
            _ => None,
        }
    }
}

impl Probe for Shap {
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, scene: &ProbeContext, names: &mut Names) {
        names.open.push("shap");
        names.ranked("shap", self.top, scene);
    }

    fn curves(&self) -> &[CurveInfo] {
        &self.curves
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        if let Some(FittedPredictor::ByRows(model)) = fitted.rows {
            let rows = sample(fitted.seed(2), &fitted.split.test, self.rows);
            return inside::weights(Inside::Shap, "shap", &rows, false, model, notes);
        }
        let features = fitted.context.features;
        let (names, parts): (Vec<String>, Vec<_>) = columns(fitted).into_iter().unzip();
        let cells = features.cells(&sample(fitted.seed(2), &fitted.split.test, self.rows));
        let values = match fitted.rows {
            Some(FittedPredictor::LinearPredictor(model)) => {
                linear(model, &cells, &features.cells(&fitted.split.train), &parts)
            }
            Some(FittedPredictor::Trees(model)) => {
                let of_part: Vec<usize> =
                    parts.iter().enumerate().flat_map(|(c, parts)| parts.clone().map(move |_| c)).collect();
                trees(model, &cells, &of_part, names.len())
            }
            _ => return,
        };
        let adds_up = values.error() <= TOLERANCE;
        let output = Self::output(values.shares.len_of(ndarray::Axis(2)), fitted.context.target);
        let output = output.filter(|_| adds_up && fitted.k < MOST_SPLITS);
        for ((name, part), column) in names.iter().zip(&parts).zip(values.shares.axis_iter(ndarray::Axis(1))) {
            let mean = column.mapv(f64::abs).mean().unwrap_or(0.0);
            let value = if adds_up { Ok(mean) } else { Err(Undefined("values do not add up to the prediction")) };
            notes.read(format!("shap[{name}]"), Direction::None, value);
            if let (Some(output), Some(bins)) = (output, self.by_value.iter().find(|bins| bins.is_of(name))) {
                bins.note(cells.column(part.start), column.column(output), notes);
            }
        }
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        ranking::conclude("shap", self.top, over, conclusion);
    }
}
