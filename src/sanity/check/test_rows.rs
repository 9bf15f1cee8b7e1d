//! Whether a model looks at rows that it is to predict.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Finding, NO_FEATURES, SanityCheck, counted, score};
use crate::data::Target;
use crate::model::by_rows::ChangedRows;
use crate::model::registry::Reach;
use crate::model::{FitError, Predictions};
use crate::sanity::rows::ComposedRows;
use crate::sanity::score::{association, averaged, change, ends, skill};
use crate::sanity::subject::{Ground, Subject};
use crate::split::{Split, shuffle};

/// Targets of noise that are taught, each with its mirror image.
const TAUGHT: u64 = 2;
/// What a model that was taught noise may know of the truth: it has to be beyond chance, and of some use.
const CHANCE: f64 = 4.0;
const USEFUL: f64 = 0.25;
/// The fewest test rows of which half can be changed.
const FEWEST: usize = 4;

/// See the module.
pub struct TestRows;

impl SanityCheck for TestRows {
    fn name(&self) -> &'static str {
        "test-rows"
    }

    fn summary(&self) -> &'static str {
        "it does not look at the rows that it is to predict"
    }

    fn page(&self) -> &'static str {
        "Three trials. The features of half of the test rows are changed, and the predictions for the other half must stay: \
         they change where a batch is scaled or normalised by its own mean (batch normalisation that is left in training \
         mode, a scaler that is fitted to the test rows). A model that is run elsewhere, as python:, worker: and cmd: models \
         are, is started anew on a table, and beside a data file, in which those rows are others, and fitted to the same \
         train rows: its predictions must stay, or something in it was fitted to all rows (a scaler, an imputer, a target \
         encoding). Last, the model is \
         taught noise: train targets in a random order, and their mirror image. What it predicts for test rows then must say \
         nothing of their true targets; where it does, the model has these from elsewhere, such as from the file."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        if subject.reach() == Some(Reach::Nothing) {
            return Ok(Finding::not_applicable(NO_FEATURES));
        }
        let ground = subject.ground;
        let split = ground.split(0);
        let knows = knows_the_truth(subject, &split)?;
        if let Some(skill) = knows.filter(|skill| *skill > USEFUL) {
            let what = format!(
                "taught nothing but noise, it predicts the true targets of {} (skill {}): it has them from elsewhere",
                counted(split.test.len(), "test row"),
                score(skill)
            );
            return Ok(Finding::fail(what).with("skill_from_noise", skill));
        }
        let told = "taught noise, it says nothing of the true targets of test rows";
        if split.test.len() < FEWEST {
            return Ok(Finding::pass(format!("{told}; there are too few of them to change some")));
        }
        let (first, second): (Vec<_>, Vec<_>) = split.test.iter().enumerate().partition(|(at, _)| at % 2 == 0);
        let [from, stays] = [first, second].map(|half| half.into_iter().map(|(_, row)| *row).collect::<Vec<u32>>());
        let train = subject.rows(&split.train, &split.train);
        let target = ground.target.take(&split.train);
        let test = subject.rows(&[from.clone(), stays.clone()].concat(), &split.train);
        let fitted = subject.fit(&train, &target, 0)?;
        let before = fitted.predict(&test)?;
        let again = subject.fit(&train, &target, 0)?.predict(&test)?;
        if change(&before, &again, ground.classes()).rows > 0 {
            let why = "its predictions differ from fit to fit, so that a change of other rows cannot be told apart";
            return Ok(Finding::not_applicable(format!("{why} (see the check repeat); {told}")));
        }
        let kept: Vec<usize> = (from.len()..test.len()).collect();
        let of_kept = |all: &Predictions| all.pick(&kept);
        let after = fitted.predict(&changed(ground, &test, from.len()))?;
        let by_batch = change(&of_kept(&before), &of_kept(&after), ground.classes());
        let unit = if ground.classes() == 0 { "of their spread" } else { "of a probability" };
        let share = |largest: f64| format!("by up to {:.2} % {unit}", 100.0 * largest.min(1e6));
        if by_batch.rows > 0 {
            let what = format!(
                "predictions for {} of {} test rows change, {}, when others that are predicted with them change",
                by_batch.rows,
                stays.len(),
                share(by_batch.largest)
            );
            return Ok(Finding::fail(what)
                .with("changed_rows", by_batch.rows as f64)
                .with("largest_change", by_batch.largest));
        }
        let mut elsewhere = String::new();
        if let Some(by_rows) = subject.learner.by_rows() {
            let untouched: Vec<u32> = split.train.iter().chain(&stays).copied().collect();
            let stays_as_it_is: HashSet<u32> = untouched.iter().copied().collect();
            let others: Vec<u32> = (0..ground.used.len() as u32).filter(|row| !stays_as_it_is.contains(row)).collect();
            let known = Arc::new(ground.features.clone());
            let started = by_rows.elsewhere(&ChangedRows { features: &others, targets: &others, known });
            if let Some(Err(why)) = &started {
                elsewhere = format!(" (it could not be started anew on another table: {why})");
            }
            if let Some(Ok(other)) = started {
                let untouched = subject.rows(&untouched, &split.train);
                let before = fitted.predict(&untouched)?;
                let after =
                    subject.fit_by(other.as_ref(), &train, &target, subject.terms(0, 0))?.predict(&untouched)?;
                let by_table = change(&before, &after, ground.classes());
                if by_table.rows > 0 {
                    let what = format!(
                        "fitted to the same train rows of a table whose other rows are changed, it predicts {} of {} unchanged rows otherwise, {}: something in it was fitted to all rows",
                        by_table.rows,
                        untouched.len(),
                        share(by_table.largest)
                    );
                    let found = Finding::fail(what).with("changed_rows", by_table.rows as f64);
                    return Ok(found.with("largest_change", by_table.largest));
                }
                elsewhere = ", also on a table whose other rows are changed".into();
            }
        }
        let text = format!(
            "predictions for {} stay when other test rows change{elsewhere}; {told}",
            counted(stays.len(), "test row")
        );
        let found = Finding::pass(text).with("changed_rows", 0.0);
        Ok(found.with("skill_from_noise", knows.unwrap_or(f64::NAN)))
    }
}

/// How well a model that is taught noise predicts the true targets of test rows, where that is beyond chance.
fn knows_the_truth(subject: &Subject, split: &Split) -> Result<Option<f64>, FitError> {
    let ground = subject.ground;
    let (train, test) = (subject.rows(&split.train, &split.train), subject.rows(&split.test, &split.train));
    let target = ground.target.take(&split.train);
    let mut all = Vec::new();
    for number in 0..TAUGHT {
        let mut order: Vec<u32> = (0..split.train.len() as u32).collect();
        shuffle(&mut ground.random(100 + number), &mut order);
        let noise = target.take(&order);
        // What noise and its mirror image happen to have in common with the truth is opposite.
        for taught in [mirrored(&noise), noise] {
            all.push(subject.fit(&train, &taught, 0)?.predict(&test)?);
        }
    }
    let truth = ground.target.take(&split.test);
    let Some(mean) = averaged(&all, ground.classes()) else { return Ok(None) };
    let is_beyond_chance = association(&mean, &truth).is_some_and(|z| z > CHANCE);
    Ok(skill(&mean, &truth, &target).filter(|_| is_beyond_chance))
}

fn mirrored(target: &Target) -> Target {
    match target {
        Target::Regression { values } => {
            let (low, high) = ends(values);
            Target::Regression { values: values.iter().map(|y| low + high - y).collect() }
        }
        Target::Classification { codes, labels, positive } => {
            let last = labels.len() as u32 - 1;
            let codes = codes.iter().map(|code| last - code).collect();
            Target::Classification { codes, labels: labels.clone(), positive: *positive }
        }
    }
}

/// The rows with the first of them all like the one of them that is largest in a column: their mean and spread are others.
fn changed(ground: &Ground, rows: &ComposedRows, first: usize) -> ComposedRows {
    let cells = rows.features(ground.features).cells(&(0..rows.len() as u32).collect::<Vec<_>>());
    let part = ground.carriers.columns().first().map_or(0, |column| ground.features.parts_of_columns()[*column].start);
    let value = |at: &usize| cells.get([*at, part]).copied().filter(|x| !x.is_nan()).unwrap_or(f64::NEG_INFINITY);
    let largest = (0..first).max_by(|a, b| value(a).total_cmp(&value(b))).unwrap_or(0);
    let places: Vec<usize> = (0..rows.len()).map(|at| if at < first { largest } else { at }).collect();
    rows.with_cells_at(&places)
}
