//! What is asked of every learner.

use std::sync::Arc;

use ndarray::s;

use crate::data::{Dataset, Task, Values};
use crate::evaluation::{Evaluation, PreparedEvaluation};
use crate::model::{Learner, Predictions};
use crate::run::{Engine, Fitter, RunContext};

/// The name of the learner in the evaluations.
const NAME: &str = "own";
/// How far two fits of one model may be apart, as a share of the largest prediction.
const NEAR: f64 = 1e-5;
/// How far the probabilities of a row may sum to other than 1.
const ROUNDING: f64 = 1e-6;

/// Checks that a learner keeps what runs rely on, on small tables with numbers, three classes, gaps, categories, a
/// constant column, few rows, and few rows of a class:
///
/// - a fit of ordinary numbers succeeds, and no fit panics;
/// - there is a finite prediction for each row, of the kind of the target; probabilities of a row are in 0..1 and sum to 1;
/// - the same rows and seed give the same predictions;
/// - the prediction for a row does not depend on the rows that are predicted with it;
/// - shared work, where the learner has it, predicts what a fit by itself does.
///
/// # Errors
/// A sentence that says on which table and split what went wrong.
pub fn check_learner(learner: &Arc<dyn Learner>, task: Task) -> Result<(), String> {
    if !learner.supports(task) {
        return Err(format!("the learner says that it is not for {}", task.name()));
    }
    for (table, dataset) in tables(task) {
        let evaluation = Evaluation::new(dataset, "y").task(task).splits(6).shared_learner(NAME, Arc::clone(learner));
        let prepared = evaluation.prepare().map_err(|e| format!("{table}: {e}"))?;
        check_splits(&prepared, table == NUMBERS).map_err(|why| format!("{table}: {why}"))?;
    }
    Ok(())
}

const NUMBERS: &str = "numbers";

/// Numbers in 0..1 that look like noise: a Weyl sequence.
fn noise(start: f64, i: usize) -> f64 {
    (start + i as f64 * 0.618_033_988_749_895).fract()
}

/// Small tables with a target `y` that depends on the columns, and is positive as some models want it.
fn tables(task: Task) -> Vec<(&'static str, Dataset)> {
    let a = |i: usize| noise(0.1, i);
    let b = |i: usize| noise(0.43, i * i + 3 * i);
    let y = |i: usize| 2.0 + 2.0 * a(i) - b(i) + 0.3 * noise(0.77, 7 * i);
    let numbers = |n: usize, f: &dyn Fn(usize) -> f64| Values::from((0..n).map(f).collect::<Vec<f64>>());
    // Number of classes, of which the last has few rows where they are two.
    let target = |n: usize, classes: usize, few: bool| match task {
        Task::Regression => numbers(n, &y),
        Task::Classification => {
            let second = |i: usize| if few { i % 25 == 3 } else { y(i) > 2.5 };
            let class = |i: usize| match y(i) {
                y if classes == 3 && y > 2.9 => "c",
                _ if second(i) => "b",
                _ => "a",
            };
            Values::from((0..n).map(class).collect::<Vec<&str>>())
        }
    };
    let gaps = |i: usize| if i % 7 == 2 { f64::NAN } else { b(i) };
    let words =
        |n: usize| Values::from((0..n).map(|i| ["red", "green", "blue"][(i * 5 + i / 4) % 3]).collect::<Vec<_>>());
    let made = [
        (NUMBERS, vec![("a", numbers(80, &a)), ("b", numbers(80, &b)), ("y", target(80, 2, false))]),
        ("three classes", vec![("a", numbers(80, &a)), ("b", numbers(80, &b)), ("y", target(80, 3, false))]),
        (
            "gaps, categories and a constant column",
            vec![
                ("a", numbers(80, &a)),
                ("b", numbers(80, &gaps)),
                ("colour", words(80)),
                ("same", numbers(80, &|_| 4.0)),
                ("y", target(80, 2, false)),
            ],
        ),
        ("twelve rows", vec![("a", numbers(12, &a)), ("y", target(12, 2, false))]),
        ("few rows of a class", vec![("a", numbers(75, &a)), ("b", numbers(75, &b)), ("y", target(75, 2, true))]),
    ];
    made.into_iter()
        .map(|(table, columns)| (table, Dataset::from_columns(table, columns).expect("the columns are alike")))
        .collect()
}

/// Checks every split of an evaluation, on which a fit must succeed where that is said.
fn check_splits(prepared: &PreparedEvaluation, succeeds: bool) -> Result<(), String> {
    let shared = prepared.evaluation(&prepared.models);
    let alone = RunContext { engine: Engine::PerSplit, ..shared };
    let model = prepared.models.iter().position(|model| model.name == NAME).expect("the learner is a model");
    let (shared_common, alone_common) = (shared.common(), alone.common());
    let fitter = |context, common| Fitter::new(context, common).map_err(|e| e.to_string());
    let (shared_fitter, alone_fitter) = (fitter(&shared, &shared_common)?, fitter(&alone, &alone_common)?);
    for k in 0..prepared.plan.splits() {
        let split = prepared.plan.draw(k);
        let of_split = |why: String| format!("split {k}: {why}");
        let fit = match alone_fitter.at(k, &split).fit(model) {
            Ok(fit) => fit.predictions,
            Err(why) if succeeds || why.0.contains(crate::run::BROKE_DOWN) => return Err(of_split(why.0)),
            Err(_) => continue,
        };
        for (part, predictions) in [("test", &fit.test), ("train", &fit.train)] {
            predictions
                .check_kind(&prepared.target, ROUNDING)
                .map_err(|why| of_split(format!("predictions for the {part} rows: {why}")))?;
        }
        let again = alone_fitter.at(k, &split).fit(model).map_err(|why| of_split(why.0))?.predictions;
        if (&again.test, &again.train) != (&fit.test, &fit.train) {
            return Err(of_split("a second fit of the same rows with the same seed predicts otherwise".into()));
        }
        let together = shared_fitter.at(k, &split).fit(model).map_err(|why| of_split(why.0))?.predictions;
        if !near(&together.test, &fit.test) {
            return Err(of_split("shared work predicts otherwise than a fit by itself".into()));
        }
        // A model that looks at no feature cannot be asked about other rows.
        let Ok((_, kept)) = alone_fitter.at(k, &split).fit_and_keep(model) else { continue };
        let cells = prepared.features.cells(&split.test);
        for row in 0..split.test.len() {
            let one = kept.predict(None, cells.slice(s![row..=row, ..]));
            if !near(&one, &fit.test.pick(&[row])) {
                let row = split.test[row];
                return Err(of_split(format!("row {row} is predicted otherwise by itself than among others")));
            }
        }
    }
    Ok(())
}

fn near(a: &Predictions, b: &Predictions) -> bool {
    let all = |a: &mut dyn Iterator<Item = &f64>, b: &mut dyn Iterator<Item = &f64>| {
        a.zip(b).all(|(a, b)| a == b || (a - b).abs() <= NEAR * a.abs().max(b.abs()).max(1.0))
    };
    match (a, b) {
        (Predictions::Values(a), Predictions::Values(b)) => a.len() == b.len() && all(&mut a.iter(), &mut b.iter()),
        (
            Predictions::Classes { labels: a, probabilities: p, .. },
            Predictions::Classes { labels: b, probabilities: q, .. },
        ) => match (p, q) {
            // Where two classes are equally likely rounding decides between them.
            (Some(p), Some(q)) => p.shape() == q.shape() && all(&mut p.iter(), &mut q.iter()),
            (None, None) => a == b,
            _ => false,
        },
        _ => false,
    }
}
