//! What is asked of learners and split schemes: everything in the registries keeps it, and what breaks it is found.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::{Array2, ArrayView2};
use randsplit::Evaluation;
use randsplit::check::{check_learner, check_resampling};
use randsplit::data::{Scaling, Task};
use randsplit::model::{FitContext, FitError, Fitted, Learner, ModelSpec, Predictions, TrainTarget, registry};
use randsplit::split::{PlanSetting, Resampling, Size, Split, SplitContext, Splitter};

use crate::program::data;

#[test]
fn every_model_keeps_what_is_asked_of_learners() {
    for model in &registry::MODELS {
        for task in model.tasks {
            let learner = registry::build(&ModelSpec::parse(model.name).unwrap(), *task).unwrap();
            check_learner(&learner.into(), *task)
                .unwrap_or_else(|why| panic!("{} for {}: {why}", model.name, task.name()));
        }
    }
}

/// Least squares through the origin on the first column, with one fault.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Panics,
    Short,
    Random,
    OfAll,
    Classes,
    Infinite,
}

struct Faulty(Fault);

static CALLS: AtomicU64 = AtomicU64::new(0);

impl Learner for Faulty {
    fn scaling(&self) -> Option<Scaling> {
        Some(Scaling::Standard)
    }

    fn fit(&self, x: Array2<f64>, answers: TrainTarget, _: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        let TrainTarget::Values(y) = answers else { return Err(FitError::new("numbers")) };
        assert!(self.0 != Fault::Panics || x.nrows() > 20, "few rows");
        let first = x.column(0);
        let slope = first.iter().zip(y).map(|(x, y)| x * y).sum::<f64>() / first.dot(&first);
        Ok(Box::new(Line(slope, self.0)))
    }
}

struct Line(f64, Fault);

impl Fitted for Line {
    fn predict(&self, x: ArrayView2<f64>) -> Predictions {
        let mean = x.column(0).mean().unwrap();
        let of = |x: &f64| match self.1 {
            Fault::Random => self.0 * x + CALLS.fetch_add(1, Ordering::Relaxed) as f64,
            Fault::OfAll => self.0 * (x - mean),
            Fault::Infinite => x / 0.0,
            _ => self.0 * x,
        };
        let values: Vec<f64> = x.column(0).iter().map(of).collect();
        match self.1 {
            Fault::Short => Predictions::Values(values[1..].to_vec()),
            Fault::Classes => {
                Predictions::Classes { labels: vec![0; values.len()], probabilities: None, decision: None }
            }
            _ => Predictions::Values(values),
        }
    }
}

#[test]
fn learners_with_a_fault_are_found() {
    let check = |fault| check_learner(&(Arc::new(Faulty(fault)) as _), Task::Regression);
    assert_eq!(check(Fault::None), Ok(()));
    for (fault, words) in [
        (Fault::Panics, "twelve rows: split 0: the solver broke down"),
        (Fault::Short, "numbers: split 0: it made 15 predictions for 16 test rows"),
        (Fault::Random, "a second fit of the same rows"),
        (Fault::OfAll, "by itself than among others"),
        (Fault::Classes, "classes where the target has numbers"),
        (Fault::Infinite, "are not finite numbers"),
    ] {
        let why = check(fault).unwrap_err();
        assert!(why.contains(words), "{why}");
    }
}

#[test]
fn every_scheme_keeps_what_is_asked_of_schemes() {
    let on = |name: &str, target: &str| Evaluation::new(data(name), target);
    let scheme =
        |evaluation: Evaluation, name: &str| evaluation.scheme(name.parse::<randsplit::split::Scheme>().unwrap());
    let mut tried = Vec::new();
    for (name, evaluation) in [
        ("shuffle", on("diabetes.csv", "target")),
        ("stratified", on("iris.csv", "target").task(Task::Classification)),
        ("bootstrap", on("diabetes.csv", "target")),
        ("kfold:5", on("diabetes.csv", "target")),
        ("group", on("sleepstudy.csv", "Reaction").group("Subject")),
        ("stratified-group", on("sleepstudy.csv", "Reaction").group("Subject")),
    ] {
        check_resampling(&scheme(evaluation, name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        tried.push(name.split(':').next().unwrap());
    }
    let mut timed = on("airpassengers.csv", "value");
    timed.plan.time = Some("time".into());
    for name in ["time", "time:rolling"] {
        check_resampling(&scheme(timed.clone(), name)).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
    tried.extend(["time", "group-time", "file"]);
    // The last two need files of their own; `split_rules` and the fuzz target `plan` draw them.
    for info in randsplit::split::scheme::SCHEMES {
        assert!(tried.contains(&info.name), "scheme {} is not tried", info.name);
    }
}

/// A scheme that draws otherwise each time.
#[derive(Debug)]
struct Fickle;

struct Draws(usize, AtomicU64);

impl Resampling for Fickle {
    fn id(&self) -> String {
        "fickle".into()
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[]
    }

    fn prepare(&self, context: &mut SplitContext) -> randsplit::Result<Box<dyn Splitter>> {
        Ok(Box::new(Draws(context.rows(), AtomicU64::new(0))))
    }
}

impl Splitter for Draws {
    fn draw(&self, _: u64, _: usize) -> Split {
        let turn = self.1.fetch_add(1, Ordering::Relaxed) as usize;
        Split::by(self.0, |row| row % 5 == turn % 5)
    }
}

#[test]
fn a_scheme_that_draws_otherwise_each_time_is_found() {
    let evaluation = Evaluation::new(data("diabetes.csv"), "target");
    let why = check_resampling(&evaluation.clone().resampling(Fickle)).unwrap_err();
    assert!(why.contains("is another one"), "{why}");
    check_resampling(&evaluation.test_size(Size::Rows(40))).unwrap();
}

#[test]
fn a_learner_needs_a_name_that_claims_can_have() {
    let with = |name: &str| {
        Evaluation::new(data("diabetes.csv"), "target")
            .models(["ridge"])
            .learner(name, Faulty(Fault::None))
            .splits(3)
            .run()
    };
    assert_eq!(with("line").unwrap().models[1].name, "line");
    for (name, words) in [("", "claims name models"), ("a.b", "claims name models"), ("ridge", "two models are called")]
    {
        let why = with(name).unwrap_err().to_string();
        assert!(why.contains(words), "{why}");
    }
}

#[test]
fn a_report_with_a_learner_of_a_program_is_not_fitted_again_without_it() {
    let path = data("diabetes.csv");
    let evaluation = Evaluation::new(path, "target").learner("line", Faulty(Fault::None)).splits(5);
    let report = evaluation.run().unwrap();
    let again = Evaluation::from_report(&report, &report.models[0], None).unwrap();
    let why = again.prepare().err().unwrap().to_string();
    assert!(why.starts_with("model 'line' is not one of randsplit's"), "{why}");
    let prepared = again.learner("line", Faulty(Fault::None)).prepare().unwrap();
    prepared.check_data(&report).unwrap();
    assert_eq!(prepared.models[1].name, "line");
}
