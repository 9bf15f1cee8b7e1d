//! Asking from Rust: which of two models is better, and how bad can it get?
//!
//!     cargo run --release --example library

use randsplit::{Evaluation, Verdict};

fn main() -> Result<(), randsplit::Error> {
    let report = Evaluation::new("data/diabetes.csv", "target")
        .models(["ridge:alpha=1", "tree:max_depth=3"])
        .metrics(["r2", "mae"])
        .splits(200)
        .fail_below("r2=0")
        .run()?;
    for model in &report.models {
        let r2 = &model.metrics["r2"];
        let (Some(mean), Some(worst)) = (r2.mean, r2.worst) else { continue };
        println!("{:6} mean r2 {mean:.3}, worst {:.3} on split {}", model.name, worst.score, worst.split);
    }
    // The same splits for both models: they can be compared split by split.
    let [ridge, tree] = &report.models[..] else { return Ok(()) };
    let wins = ridge.splits.iter().zip(&tree.splits).filter(|(r, t)| r.scores["r2"] > t.scores["r2"]).count();
    println!("ridge is better on {wins} of {} splits", report.plan.done);
    for claim in report.claims.iter().filter(|c| c.verdict == Verdict::Fails) {
        println!("{} fails for {}", claim.text, claim.model);
    }
    Ok(())
}
