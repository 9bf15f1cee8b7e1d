//! A model of one's own: the mean of the train rows whose first column is nearest, in bands of a tenth of its range.
//!
//! `cargo run --release --example own_learner`

use ndarray::{Array2, ArrayView2};
use randsplit::{Evaluation, FitContext, FitError, Fitted, Learner, Predictions, Scaling, Task, TrainTarget};

/// Cuts the range of one column into bands, and predicts the mean target of a row's band.
struct Bands {
    column: usize,
    count: usize,
}

impl Learner for Bands {
    // Numbers of mean 0 and deviation 1, and a 0/1 column for each level, all fitted to the train rows.
    fn scaling(&self) -> Option<Scaling> {
        Some(Scaling::Standard)
    }

    fn supports(&self, task: Task) -> bool {
        task == Task::Regression
    }

    fn fit(&self, x: Array2<f64>, answers: TrainTarget, _: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        let TrainTarget::Values(y) = answers else { return Err(FitError::new("bands predict numbers")) };
        if self.column >= x.ncols() {
            return Err(FitError::new(format!("there is no column {}", self.column)));
        }
        let values = x.column(self.column);
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let mut fitted = FittedBands { column: self.column, low, high, means: vec![mean; self.count] };
        let mut sums = vec![(0.0, 0.0); self.count];
        for (value, y) in values.iter().zip(y) {
            let (sum, count) = &mut sums[fitted.band(*value)];
            *sum += y;
            *count += 1.0;
        }
        // A band without train rows keeps the mean of all.
        let known = fitted.means.iter_mut().zip(sums).filter(|(_, (_, count))| *count > 0.0);
        known.for_each(|(mean, (sum, count))| *mean = sum / count);
        Ok(Box::new(fitted))
    }
}

struct FittedBands {
    column: usize,
    low: f64,
    high: f64,
    means: Vec<f64>,
}

impl FittedBands {
    fn band(&self, value: f64) -> usize {
        let share = (value - self.low) / (self.high - self.low).max(f64::MIN_POSITIVE);
        ((share * self.means.len() as f64).max(0.0) as usize).min(self.means.len() - 1)
    }
}

impl Fitted for FittedBands {
    fn predict(&self, x: ArrayView2<f64>) -> Predictions {
        Predictions::Values(x.column(self.column).iter().map(|value| self.means[self.band(*value)]).collect())
    }
}

fn evaluation() -> Evaluation {
    // Column 2 of the diabetes data is the body mass index.
    Evaluation::new("data/diabetes.csv", "target")
        .models(["ridge"])
        .learner("bands", Bands { column: 2, count: 10 })
        .metrics(["r2", "mae"])
        .splits(50)
        .claim("mean(bands.r2) > baseline.mean(r2)")
        .claim("mean(bands.r2) >= mean(ridge.r2)")
        .probes(["importance"])
}

fn main() -> randsplit::Result<()> {
    let report = evaluation().run()?;
    for model in &report.models {
        println!("{}: mean r2 {:.3}", model.name, model.metrics["r2"].mean.unwrap_or(f64::NAN));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_learner_of_ones_own_has_all_that_a_report_has() {
        let report = evaluation().run().unwrap();
        let bands = report.models.iter().find(|model| model.name == "bands").unwrap();
        assert_eq!((bands.engine.as_str(), bands.failed, bands.splits.len()), ("own", 0, 50));
        let verdicts: Vec<_> = report.claims.iter().map(|claim| claim.verdict).collect();
        use randsplit::Verdict::{Fails, Holds};
        assert_eq!(verdicts, [Holds, Fails]);
        // Only the body mass index tells the bands anything.
        let importance = |column: &str| bands.probes[&format!("importance[{column}]")].mean.unwrap();
        assert!(importance("bmi") > 0.1);
        assert_eq!((importance("age"), importance("s5")), (0.0, 0.0));
    }

    #[test]
    fn it_keeps_what_is_asked_of_learners() {
        use std::sync::Arc;
        randsplit::check::check_learner(&(Arc::new(Bands { column: 0, count: 5 }) as _), Task::Regression).unwrap();
    }
}
