//! What a model that was fitted to shuffled train targets predicts of the true test targets.
//!
//! One shuffle may agree with the truth by chance, and a model that is fitted to it then does too. The same shuffle turned
//! round does the opposite to every model that treats all targets alike: numbers are mirrored at their mean, classes take
//! each other's places. The worst of these says what the model knows whatever it is told.

use crate::data::Target;
use crate::metric::Undefined;
use crate::model::Predictions;
use crate::run::{Engine, FittedSplit, Fitter, RunContext};
use crate::split::{shuffle, stream};
use crate::stats::mean;

/// Classes take each other's places in at most so many ways.
const TURNS: usize = 5;

/// The least [skill] that shuffled train targets leave.
pub fn with_shuffled_targets(fitted: &FittedSplit) -> Result<f64, Undefined> {
    let (context, split) = (fitted.context, fitted.split);
    let engine = if context.engine == Engine::Shared { Engine::Auto } else { context.engine };
    let models = &context.models[fitted.model..=fitted.model];
    let predicted = |target: &Target| {
        let context = RunContext { target, models, engine, observer: None, clock: None, ..*context };
        let common = fitted.fitter.common().with_target(target);
        let fitter = Fitter::new(&context, &common).ok()?;
        Some(fitter.at(fitted.k, split).fit(0).ok()?.predictions.test)
    };
    let mut skills = Vec::new();
    for turned in targets(context.target, &split.train, fitted.seed(21)) {
        if let Some(predictions) = turned.iter().find_map(predicted) {
            skills.push(skill(context.target, &split.test, &predictions)?);
        }
    }
    if skills.len() < 2 {
        return Err(Undefined("the model cannot be fitted to shuffled targets"));
    }
    Ok(skills.into_iter().fold(f64::INFINITY, f64::min))
}

/// The target with that of the train rows shuffled, as it is and turned round; in more than one way where a model may not take
/// the first.
fn targets(target: &Target, train: &[u32], seed: u64) -> Vec<Vec<Target>> {
    // A row that is there twice keeps one target.
    let mut rows = train.to_vec();
    rows.dedup();
    let mut from = rows.clone();
    shuffle(&mut stream(seed, 0), &mut from);
    let mut order: Vec<u32> = (0..target.len() as u32).collect();
    rows.iter().zip(&from).for_each(|(row, from)| order[*row as usize] = *from);
    match target.take(&order) {
        Target::Regression { values } => {
            let of_train: Vec<f64> = rows.iter().map(|row| values[*row as usize]).collect();
            let ends = of_train.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(*v), b.max(*v)]);
            // At the middle of their range numbers stay as positive as they are, which some models ask for.
            let mirrored = |sum: f64| {
                let mut mirrored = values.clone();
                rows.iter().for_each(|row| mirrored[*row as usize] = sum - values[*row as usize]);
                Target::Regression { values: mirrored }
            };
            let mirrored = vec![mirrored(2.0 * mean(&of_train)), mirrored(ends[0] + ends[1])];
            vec![vec![Target::Regression { values }], mirrored]
        }
        Target::Classification { codes, labels, positive } => {
            let count = labels.len() as u32;
            let turned = |by: usize| {
                let mut codes = codes.clone();
                rows.iter().for_each(|row| codes[*row as usize] = (codes[*row as usize] + by as u32) % count);
                vec![Target::Classification { codes, labels: labels.clone(), positive }]
            };
            (0..labels.len().min(TURNS)).map(turned).collect()
        }
    }
}

/// How well predictions tell the targets of these rows: R² of numbers, Cohen's kappa of classes. Guesses have 0 or less.
pub fn skill(target: &Target, rows: &[u32], predictions: &Predictions) -> Result<f64, Undefined> {
    match (target, predictions) {
        (Target::Regression { values }, Predictions::Values(predicted)) => {
            let truth: Vec<f64> = rows.iter().map(|row| values[*row as usize]).collect();
            let centre = mean(&truth);
            let total: f64 = truth.iter().map(|y| (y - centre).powi(2)).sum();
            if total == 0.0 {
                return Err(Undefined("the targets of the test rows do not differ"));
            }
            Ok(1.0 - truth.iter().zip(predicted).map(|(y, p)| (y - p).powi(2)).sum::<f64>() / total)
        }
        (Target::Classification { codes, labels: names, .. }, Predictions::Classes { labels, .. }) => {
            let n = rows.len() as f64;
            let mut shares = vec![[0.0; 2]; names.len()];
            let mut agreed = 0.0;
            for (row, predicted) in rows.iter().zip(labels) {
                let truth = codes[*row as usize];
                shares[truth as usize][0] += 1.0 / n;
                shares[*predicted as usize][1] += 1.0 / n;
                agreed += f64::from(u8::from(truth == *predicted)) / n;
            }
            let by_chance: f64 = shares.iter().map(|[truth, predicted]| truth * predicted).sum();
            if by_chance >= 1.0 {
                return Err(Undefined("the test rows are all of one class"));
            }
            Ok((agreed - by_chance) / (1.0 - by_chance))
        }
        _ => Err(Undefined("the predictions are of another kind than the target")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffled_targets_leave_test_rows_alone_and_turn_round() {
        let target = Target::Regression { values: vec![1.0, 2.0, 3.0, 4.0, 10.0] };
        let made = targets(&target, &[0, 1, 2, 3], 5);
        let [Target::Regression { values: one }, Target::Regression { values: other }] = [&made[0][0], &made[1][0]]
        else {
            panic!()
        };
        assert_eq!((one[4], other[4]), (10.0, 10.0));
        assert!((0..4).all(|i| one[i] + other[i] == 5.0));
        let mut sorted = one.clone();
        sorted.sort_by(f64::total_cmp);
        assert_eq!(sorted, [1.0, 2.0, 3.0, 4.0, 10.0]);
        let labels: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        let classes = Target::Classification { codes: vec![0, 1, 2, 0], labels, positive: None };
        let made = targets(&classes, &[0, 1, 2], 5);
        let codes = |at: usize| match &made[at][0] {
            Target::Classification { codes, .. } => codes.clone(),
            Target::Regression { .. } => panic!(),
        };
        assert_eq!(made.len(), 3);
        for i in 0..3 {
            assert_eq!((codes(0)[i] + 1) % 3, codes(1)[i]);
        }
        assert_eq!(codes(2)[3], 0);
    }

    /// scikit-learn: `cohen_kappa_score([0, 0, 1, 1, 1], [0, 1, 1, 1, 0])` is 1/6, `r2_score([1, 2, 4], [1, 3, 3])` is
    /// 0.5714285714285714.
    #[test]
    fn skill_is_kappa_or_r2() {
        let labels: Vec<String> = ["a", "b"].map(String::from).to_vec();
        let classes = Target::Classification { codes: vec![0, 0, 1, 1, 1], labels, positive: None };
        let said = Predictions::Classes { labels: vec![0, 1, 1, 1, 0], probabilities: None, decision: None };
        assert!((skill(&classes, &[0, 1, 2, 3, 4], &said).unwrap() - 1.0 / 6.0).abs() < 1e-12);
        let numbers = Target::Regression { values: vec![1.0, 2.0, 4.0] };
        let said = Predictions::Values(vec![1.0, 3.0, 3.0]);
        assert!((skill(&numbers, &[0, 1, 2], &said).unwrap() - 0.571_428_571_428_571_4).abs() < 1e-12);
    }
}
