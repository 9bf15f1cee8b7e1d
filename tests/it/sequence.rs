//! Runs that end by themselves.

use std::sync::atomic::AtomicBool;

use randsplit::Evaluation;
use randsplit::report::Report;
use randsplit::stopping::StoppingOptions;
use randsplit::verdict::Verdict;

fn ask(evaluation: Evaluation, stopping: StoppingOptions, most: usize, threads: usize) -> Report {
    evaluation.splits(most).stopping(stopping).threads(threads).run().unwrap()
}

fn diabetes() -> Evaluation {
    Evaluation::new("data/diabetes.csv", "target").models(["ridge"])
}

const AUTO: StoppingOptions = StoppingOptions { auto: true, precision: 0.01, fail_fast: false };

#[test]
fn a_run_ends_when_its_claims_are_decided_with_the_first_splits_of_a_fixed_one() {
    let report = ask(diabetes().claim("share(r2 > 0.2) >= 0.9"), AUTO, 2000, 1);
    let sequence = report.plan.sequence.as_ref().unwrap();
    let n = report.plan.splits;
    assert!(n < 2000 && sequence.looks.contains(&n) && sequence.ended == "enough" && !report.plan.partial);
    assert_eq!((report.claims[0].verdict, report.claims[0].confidence), (Verdict::Holds, Some(0.95)));
    let fixed = diabetes().splits(n).run().unwrap();
    assert_eq!(report.models, fixed.models);
    assert_eq!(report, ask(diabetes().claim("share(r2 > 0.2) >= 0.9"), AUTO, 2000, 2));
    // A claim that cannot be decided runs to the end, and stays undecided.
    let report = ask(diabetes().claim("mean(r2) > 0.47"), AUTO, 120, 2);
    assert_eq!((report.plan.splits, report.claims[0].verdict), (120, Verdict::Undecided));
    assert_eq!(report.plan.sequence.unwrap().ended, "max_splits");
}

#[test]
fn without_claims_a_run_ends_when_nothing_moves() {
    let wide = ask(diabetes(), StoppingOptions { precision: 0.2, ..AUTO }, 800, 2);
    assert_eq!(wide.plan.splits, 100);
    let tight = ask(diabetes(), StoppingOptions { precision: 1e-9, ..AUTO }, 200, 2);
    assert_eq!((tight.plan.splits, tight.plan.sequence.unwrap().ended.as_str()), (200, "max_splits"));
}

#[test]
fn fail_fast_ends_at_the_first_split_that_breaks_the_worst_case() {
    let all = diabetes().splits(300).run().unwrap();
    let first = all.models[0].scores("r2").find(|(_, score)| *score < 0.3).unwrap();
    let fast = StoppingOptions { fail_fast: true, ..StoppingOptions::default() };
    for threads in [1, 2] {
        let report = ask(diabetes().fail_below("r2=0.3"), fast, 300, threads);
        assert_eq!(report.plan.done as u64, first.0 + 1);
        assert_eq!((report.claims[0].verdict, report.claims[0].split), (Verdict::Fails, Some(first.0)));
        assert_eq!(report.plan.sequence.unwrap().ended, "broken");
    }
    // What more splits might still save is no reason to end.
    for claim in ["mean(r2) > 0.9", "best(r2) > 0.9", "max(r2) > 0.9", "median(r2) >= 0.9"] {
        assert_eq!(ask(diabetes().claim(claim), fast, 60, 2).plan.done, 60, "{claim}");
    }
    assert!(ask(diabetes().claim("0.9 <= worst(r2)"), fast, 60, 2).plan.done < 5);
    assert!(ask(diabetes().claim("max(rmse) < 1"), fast, 60, 2).plan.done < 5);
    let stopped = diabetes().splits(60).stopping(fast).prepare().unwrap();
    assert!(stopped.run(&AtomicBool::new(true), |_| Ok(())).unwrap().part.is_partial(60));
}
