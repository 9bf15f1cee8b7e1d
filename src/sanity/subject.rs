//! What checks have to go by: the data, the plan, and one model.

use std::cell::OnceCell;

use rand_chacha::ChaCha8Rng;

use super::plant::Carriers;
use super::rows::{ComposedRows, is_missing};
use super::trained::Trained;
use crate::data::{Features, Table, Target};
use crate::model::registry::Reach;
use crate::model::{FitContext, FitError, Learner, ModelSpec};
use crate::split::{Plan, Split, stream};

/// The most rows of a split that a check uses: enough for any of them, few enough for a slow model.
const MOST_TRAIN: usize = 400;
const MOST_TEST: usize = 200;
/// Streams of random numbers that nothing else uses.
const STREAMS: u64 = 3 << 61;

/// The data and how it is split.
pub struct Ground<'a> {
    /// The table; its columns are there.
    pub table: &'a Table,
    /// The row of the table of each used row.
    pub used: &'a [u32],
    /// The features of the used rows.
    pub features: &'a Features,
    /// The target of the used rows.
    pub target: &'a Target,
    /// How splits are drawn, rows in both parts not refused.
    pub plan: &'a Plan,
    /// The columns that planted targets are functions of.
    pub carriers: Carriers,
}

/// A model that is checked.
pub struct Subject<'a> {
    /// The data.
    pub ground: &'a Ground<'a>,
    /// Its name in the report.
    pub name: &'a str,
    /// What it is, where it is one of the registry.
    pub spec: Option<&'a ModelSpec>,
    /// The model.
    pub learner: &'a dyn Learner,
    takes_gaps: OnceCell<bool>,
}

/// About so many rows at even distances.
fn sample(rows: &[u32], most: usize) -> Vec<u32> {
    let size = most.min(rows.len());
    (0..size).map(|i| rows[i * rows.len() / size]).collect()
}

impl Ground<'_> {
    /// Random numbers for one purpose.
    pub fn random(&self, purpose: u64) -> ChaCha8Rng {
        stream(self.plan.options.seed, STREAMS + purpose)
    }

    /// Some rows of a split, as it is drawn.
    pub fn split_as_drawn(&self, k: usize) -> Split {
        let split = self.plan.draw(k);
        Split { train: sample(&split.train, MOST_TRAIN), test: sample(&split.test, MOST_TEST) }
    }

    /// Some rows of a split; a test row is no train row, also where the plan has it in both parts.
    pub fn split(&self, k: usize) -> Split {
        let Split { train, test } = self.plan.draw(k);
        let apart: Vec<u32> = train.iter().filter(|row| test.binary_search(row).is_err()).copied().collect();
        let train = if apart.is_empty() { train } else { apart };
        Split { train: sample(&train, MOST_TRAIN), test: sample(&test, MOST_TEST) }
    }

    /// Number of classes; 0 for numbers.
    pub fn classes(&self) -> usize {
        self.target.labels().len()
    }

    /// Whether any used cell of a column is missing.
    pub fn has_gaps(&self, column: usize) -> bool {
        self.features.used[column].missing > 0
    }

    /// Whether a cell of a used row is missing.
    pub fn is_gap(&self, column: usize, row: u32) -> bool {
        let parts = self.features.parts_of_columns()[column].clone();
        self.features.parts[parts].iter().any(|part| is_missing(part, row))
    }

    /// A target of the task with other classes.
    pub fn with_codes(&self, new: Vec<u32>) -> Target {
        match self.target {
            Target::Classification { labels, positive, .. } => {
                Target::Classification { codes: new, labels: labels.clone(), positive: *positive }
            }
            Target::Regression { .. } => Target::Regression { values: new.into_iter().map(f64::from).collect() },
        }
    }
}

impl<'a> Subject<'a> {
    /// A model on some data.
    pub fn new(ground: &'a Ground<'a>, name: &'a str, spec: Option<&'a ModelSpec>, learner: &'a dyn Learner) -> Self {
        Self { ground, name, spec, learner, takes_gaps: OnceCell::new() }
    }

    /// What the model can learn, where that is known.
    pub fn reach(&self) -> Option<Reach> {
        self.spec.map(|spec| spec.info.reach)
    }

    /// Whether the model is known to do well what its parameters leave as it is.
    pub fn is_as_shipped(&self) -> bool {
        self.spec.is_some_and(|spec| ModelSpec::parse(spec.info.name).is_ok_and(|own| own.params == spec.params))
    }

    /// Whether its default parameters are more or less strong by the scale of a number target.
    pub fn is_in_target_units(&self) -> bool {
        self.ground.classes() == 0 && self.spec.is_some_and(|spec| spec.info.target_units)
    }

    /// What a fit knows besides rows and targets; `variant` 0 is the seed of split k itself.
    pub fn terms(&self, k: usize, variant: u64) -> FitContext {
        let plan = self.ground.plan;
        let seed = plan.model_seed(k) ^ variant.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        FitContext { seed, split: plan.number(k), ..FitContext::default() }
    }

    /// Fits to rows with their targets as split `k` would.
    ///
    /// # Errors
    /// Why it cannot be fitted.
    pub fn fit(&self, rows: &ComposedRows, answers: &Target, k: usize) -> Result<Trained<'a>, FitError> {
        self.fit_by(self.learner, rows, answers, self.terms(k, 0))
    }

    /// The same by another form of the model, or with another seed.
    ///
    /// # Errors
    /// As [`Subject::fit`].
    pub fn fit_by(
        &self,
        learner: &dyn Learner,
        rows: &ComposedRows,
        answers: &Target,
        terms: FitContext,
    ) -> Result<Trained<'a>, FitError> {
        Trained::fit(learner, self.ground.features, self.ground.target, rows, answers, terms)
    }

    /// Rows as the table has them; where the model takes no gaps, these are filled by cells of rows of `from`, so that
    /// one check alone speaks of them.
    pub fn rows(&self, rows: &[u32], from: &[u32]) -> ComposedRows {
        let rows = ComposedRows::of_table(rows.to_vec(), self.ground.features);
        self.without_gaps(rows, from)
    }

    /// The same of rows that are put together already.
    pub fn without_gaps(&self, rows: ComposedRows, from: &[u32]) -> ComposedRows {
        if self.takes_gaps() { rows } else { rows.filled(self.ground.features, from, &mut self.ground.random(1)) }
    }

    /// Whether the model can be fitted to rows with missing values, and predict some, where the data has any.
    fn takes_gaps(&self) -> bool {
        let ground = self.ground;
        *self.takes_gaps.get_or_init(|| {
            if !(0..ground.features.used.len()).any(|column| ground.has_gaps(column)) {
                return true;
            }
            let Split { train, test } = ground.split(0);
            let [train_rows, test_rows] =
                [&train, &test].map(|rows| ComposedRows::of_table(rows.clone(), ground.features));
            let fitted = self.fit(&train_rows, &ground.target.take(&train), 0);
            fitted.and_then(|fitted| fitted.predict(&test_rows)).is_ok()
        })
    }
}
