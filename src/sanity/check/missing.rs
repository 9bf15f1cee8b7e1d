//! Whether a model copes with missing values.

use super::{Finding, SanityCheck, counted};
use crate::model::FitError;
use crate::sanity::rows::ComposedRows;
use crate::sanity::subject::{Ground, Subject};

/// See the module.
pub struct Missing;

impl SanityCheck for Missing {
    fn name(&self) -> &'static str {
        "missing"
    }

    fn summary(&self) -> &'static str {
        "it copes with missing values where the data has some"
    }

    fn page(&self) -> &'static str {
        "Where features of the data have missing values, the model is fitted to rows with gaps and asked for rows with gaps; \
         then it is fitted to the same rows with their gaps filled and asked for rows with gaps, as it happens where a column \
         has few of them. Both times there has to be a finite prediction for each row. Where this check fails, the others are \
         made on rows whose gaps are filled by values of other rows, so that they say what they have to say. What helps is \
         an imputer as the first step of the pipeline, or a model that takes gaps. The check does not apply where no value is \
         missing."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        let ground = subject.ground;
        let columns: Vec<usize> = (0..ground.features.used.len()).filter(|column| ground.has_gaps(*column)).collect();
        if columns.is_empty() {
            return Ok(Finding::not_applicable("no value of the features is missing"));
        }
        let split = ground.split(0);
        let gaps = |rows: &[u32]| rows.iter().filter(|row| has_gap(ground, &columns, **row)).count();
        let (learned, asked) = (gaps(&split.train), gaps(&split.test));
        let of_table = |rows: &[u32]| ComposedRows::of_table(rows.to_vec(), ground.features);
        let (train, test) = (of_table(&split.train), of_table(&split.test));
        let target = ground.target.take(&split.train);
        let what = format!(
            "{} with gaps to learn from and {asked} to predict, in {}",
            counted(learned, "row"),
            counted(columns.len(), "column")
        );
        let told = |verdict: Finding| {
            verdict.with("train_rows_with_gaps", learned as f64).with("test_rows_with_gaps", asked as f64)
        };
        if let Err(why) = subject.fit(&train, &target, 0).and_then(|fitted| fitted.predict(&test)) {
            return Ok(told(Finding::fail(format!("it does not cope with {what}: {why}"))));
        }
        let filled = train.filled(ground.features, &split.train, &mut ground.random(8));
        if let Err(why) = subject.fit(&filled, &target, 0).and_then(|fitted| fitted.predict(&test)) {
            let what =
                format!("fitted to rows without gaps, it does not cope with {asked} rows to predict that have some");
            return Ok(told(Finding::fail(format!("{what}: {why}"))));
        }
        Ok(told(Finding::pass(format!("it copes with {what}, also where it learned from none"))))
    }
}

fn has_gap(ground: &Ground, columns: &[usize], row: u32) -> bool {
    columns.iter().any(|column| ground.is_gap(*column, row))
}
