//! A split scheme of one's own: every n-th row is tested, and split k begins at row k.
//!
//! `cargo run --release --example own_scheme`

use randsplit::{Evaluation, PlanSetting, Resampling, Split, SplitContext, Splitter};

/// Tests rows k, k + step, k + 2 · step and so on.
#[derive(Debug)]
struct EveryNth {
    step: usize,
}

impl Resampling for EveryNth {
    fn id(&self) -> String {
        format!("every:{}", self.step)
    }

    // It uses no option of the plan: giving a test size or a group is an error.
    fn settings(&self) -> &'static [PlanSetting] {
        &[]
    }

    fn prepare(&self, context: &mut SplitContext) -> randsplit::Result<Box<dyn Splitter>> {
        Ok(Box::new(Ready { step: self.step, rows: context.rows() }))
    }
}

/// The scheme for a table of so many rows.
struct Ready {
    step: usize,
    rows: usize,
}

impl Splitter for Ready {
    fn draw(&self, _seed: u64, k: usize) -> Split {
        Split::by(self.rows, |row| row % self.step == k % self.step)
    }

    fn available(&self) -> Option<usize> {
        Some(self.step)
    }
}

fn evaluation() -> Evaluation {
    Evaluation::new("data/diabetes.csv", "target")
        .models(["ridge"])
        .metrics(["r2"])
        .resampling(EveryNth { step: 10 })
        .claim("mean(r2) > baseline.mean(r2)")
}

fn main() -> randsplit::Result<()> {
    let report = evaluation().run()?;
    let r2 = &report.models[0].metrics["r2"];
    println!("{} splits of {}: mean r2 {:.3}", report.plan.done, report.plan.scheme, r2.mean.unwrap_or(f64::NAN));
    Ok(())
}

#[test]
fn the_scheme_is_used_for_all_that_a_report_has() {
    let report = evaluation().run().unwrap();
    assert_eq!((report.plan.scheme.as_str(), report.plan.done), ("every:10", 10));
    // 442 rows: two of the ten test parts have 45 rows, the others 44.
    let tested: Vec<usize> = (0..10).filter_map(|k| report.models[0].splits.at(k).n_test).collect();
    assert_eq!(tested, [45, 45, 44, 44, 44, 44, 44, 44, 44, 44]);
    assert_eq!(report.claims[0].verdict, randsplit::Verdict::Holds);
    let refused = evaluation().test_size(randsplit::Size::Share(0.2)).run().unwrap_err().to_string();
    assert!(refused.contains(r#"test_size has no effect with scheme="every:10""#), "{refused}");
    // Every row is tested: nothing is left to train on.
    let wrong = evaluation().resampling(EveryNth { step: 1 }).run().unwrap_err().to_string();
    assert_eq!(wrong, "scheme every:1: split 0 has no train rows");
}
