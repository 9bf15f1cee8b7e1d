//! One evaluation in four parts, as if on four machines: each part is written, read again and joined, and the report is
//! that of a run of all splits.
//!
//! `cargo run --release --example parts`

use std::sync::atomic::AtomicBool;

use randsplit::{Evaluation, Part, PreparedEvaluation};

const SPLITS: usize = 40;

fn evaluation() -> randsplit::Result<PreparedEvaluation> {
    Evaluation::new("data/diabetes.csv", "target")
        .models(["ridge", "knn"])
        .probes(["churn", "residuals"])
        .claim("share(r2 > baseline.r2) >= 95%")
        .splits(SPLITS)
        .prepare()
}

/// What one machine sends: its part of the splits as text.
fn quarter(number: usize) -> randsplit::Result<String> {
    let splits = number * SPLITS / 4..(number + 1) * SPLITS / 4;
    evaluation()?.run_splits(splits, &AtomicBool::new(false), |_| Ok(()))?.to_text()
}

/// The report of parts that come in any order.
fn report_of(texts: &[String]) -> randsplit::Result<String> {
    let mut parts = texts.iter().map(|text| Part::from_text(text.as_bytes()));
    let first = parts.next().expect("one part at least")?;
    let all = parts.try_fold(first, |all, part| Part::join(all, part?))?;
    let report = evaluation()?.report(&all, &AtomicBool::new(false))?;
    Ok(serde_json::to_string(&report).expect("a report is JSON"))
}

fn main() -> randsplit::Result<()> {
    let texts = [2, 0, 3, 1].map(quarter).into_iter().collect::<randsplit::Result<Vec<_>>>()?;
    let sizes: Vec<String> = texts.iter().map(|text| format!("{} bytes", text.len())).collect();
    println!("parts of {}; a report of {} bytes", sizes.join(", "), report_of(&texts)?.len());
    Ok(())
}

#[test]
fn four_quarters_in_any_order_give_the_report_of_one_run() {
    let prepared = evaluation().unwrap();
    let outcome = prepared.run(&AtomicBool::new(false), |_| Ok(())).unwrap();
    let whole = prepared.report(&outcome.part, &AtomicBool::new(false)).unwrap();
    let texts = [2, 0, 3, 1].map(|number| quarter(number).unwrap());
    assert_eq!(report_of(&texts).unwrap(), serde_json::to_string(&whole).unwrap());
    // Three of them are a part too, and the report says so.
    let some: serde_json::Value = serde_json::from_str(&report_of(&texts[..3]).unwrap()).unwrap();
    assert_eq!((some["plan"]["done"].as_u64(), some["plan"]["partial"].as_bool()), (Some(30), Some(true)));
}
