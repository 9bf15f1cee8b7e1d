//! Comparisons and permutation tests against other people's programs: see `tests/reference/compare.py`.

use std::sync::atomic::AtomicBool;

use randsplit::Evaluation;
use randsplit::metric::Direction;
use randsplit::run::{Engine, NullOptions};
use randsplit::split::scheme;
use randsplit::stats::Difference;
use randsplit::verdict::{ModelColumn, Rope, RopeWidth, ScoreTable, SplitSize, compare};
use serde_json::Value;

fn reference() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/compare.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

#[test]
fn the_tests_are_baycomps_and_nadeau_and_bengios() {
    let reference = reference();
    let (a, b) = (numbers(&reference["a"]), numbers(&reference["b"]));
    let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
    let d = Difference::paired(&differences, 1.0 / 9.0).unwrap();
    let near = |got: f64, want: &Value| assert!((got - want.as_f64().unwrap()).abs() < 1e-9, "{got} {want}");
    let want = &reference["corrected"];
    near(d.mean, &want["mean"]);
    near(d.t.unwrap(), &want["t"]);
    near(d.p, &want["p"]);
    near(d.ci95[0], &want["ci95"][0]);
    near(d.ci95[1], &want["ci95"][1]);
    for want in reference["bayes"].as_array().unwrap() {
        let p = d.posterior(want["rope"].as_f64().unwrap());
        near(p.better, &want["better"]);
        near(p.equal, &want["equal"]);
        near(p.worse, &want["worse"]);
    }
    // Lower is better: the same numbers with the models exchanged.
    let board = |direction| ScoreTable {
        metrics: vec![("m".into(), direction)],
        models: [("a", &a), ("b", &b)]
            .map(|(name, v)| ModelColumn {
                name: name.into(),
                test: vec![v.iter().map(|v| Some(*v)).collect()],
                ..ModelColumn::default()
            })
            .to_vec(),
        splits: (0..a.len()).map(|i| SplitSize::new(i as u64, 90, 10)).collect(),
        ..ScoreTable::default()
    };
    let (up, down) = (board(Direction::Higher), board(Direction::Lower));
    let of = |board: &ScoreTable| compare::paired(board, &board.models[0], &board.models[1], 0, 0.01).unwrap().0;
    near(of(&up).better, &reference["bayes"][1]["better"]);
    near(of(&down).worse, &reference["bayes"][1]["better"]);
    let wins = differences.iter().filter(|d| **d > 0.0).count() as f64 / 30.0;
    assert!((of(&up).won.unwrap() - wins).abs() < 1e-12 && (of(&down).won.unwrap() - (1.0 - wins)).abs() < 1e-12);
    let standings = compare::standings(&up, &up.models.iter().collect::<Vec<_>>());
    assert!((standings[0].best - wins).abs() < 1e-12 && (standings[0].rank_mean - (2.0 - wins)).abs() < 1e-12);
}

#[test]
fn the_permutation_test_gives_scikit_learns_p() {
    let reference = &reference()["permutation"];
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/weak.csv");
    let null = NullOptions { permutations: 2000, splits: 40 };
    let report = Evaluation::new(path, "y").models(["ridge"]).splits(40).null(Some(null)).run().unwrap();
    let test = &report.null[0];
    assert_eq!((test.metric.as_str(), test.permutations, test.splits), ("r2", 2000, 40));
    // Other splits and other permutations: a p of 0.14 has a standard error of 0.008, and forty other splits
    // move the observed mean by about 0.02, a quarter of the null's spread.
    let want = |key: &str| reference[key].as_f64().unwrap();
    assert!((test.p - want("p")).abs() < 0.08, "{test:?}");
    assert!((test.null_mean - want("null_mean")).abs() < 0.03, "{test:?}");
    assert!((test.null_sd.unwrap() - want("null_sd")).abs() < 0.02, "{test:?}");
    let at_least = (test.p * 2001.0).round();
    assert!((test.p - at_least / 2001.0).abs() < 1e-12 && test.resolution == 1.0 / 2001.0);
}

/// The null scores, and the p-values for any number of threads.
fn null(evaluation: impl Fn(Engine, usize) -> Evaluation) {
    let of = |engine, threads| {
        let null = NullOptions { permutations: 12, splits: 4 };
        evaluation(engine, threads).splits(6).null(Some(null)).run().unwrap().null
    };
    let (shared, alone) = (of(Engine::Auto, 2), of(Engine::PerSplit, 2));
    assert_eq!(shared, of(Engine::Auto, 1));
    for (a, b) in shared.iter().zip(&alone) {
        assert!((a.null_mean - b.null_mean).abs() < 1e-6 && a.p == b.p, "{a:?} {b:?}");
    }
}

#[test]
fn shared_work_and_threads_leave_the_permutation_test_as_it_is() {
    let ask = |data: &str, target: &str, models: [&'static str; 2]| {
        let (data, target) = (data.to_owned(), target.to_owned());
        move |engine, threads| {
            Evaluation::new(data.as_str(), target.as_str()).models(models).engine(engine).threads(threads)
        }
    };
    null(ask("data/hitters.csv", "Salary", ["ridge", "tree:max_depth=3"]));
    null(ask("data/penguins.csv", "species", ["lda", "tree:max_depth=2"]));
    let grouped = ask("data/sleepstudy.csv", "Reaction", ["ridge", "ols"]);
    null(|engine, threads| grouped(engine, threads).group("Subject"));
}

#[test]
fn groups_and_times_keep_their_targets() {
    let within = |ask: &dyn Fn(Evaluation) -> Evaluation, data: &str, target: &str| {
        let prepared = ask(Evaluation::new(data, target).splits(3)).prepare().unwrap();
        prepared.plan.exchangeable(&prepared.target).kind
    };
    let timed = |q: Evaluation| {
        let mut q = q.scheme(scheme::Time { rolling: false });
        q.plan.time = Some("time".into());
        q
    };
    assert_eq!(within(&|q| q.group("Subject"), "data/sleepstudy.csv", "Reaction"), "groups");
    assert_eq!(within(&|q| q, "data/sleepstudy.csv", "Reaction"), "rows");
    assert_eq!(within(&timed, "data/airpassengers.csv", "value"), "pieces of time");
    let stop = AtomicBool::new(true);
    let prepared = Evaluation::new("data/diabetes.csv", "target").splits(3).prepare().unwrap();
    assert!(prepared.run(&stop, |_| Ok(())).unwrap().part.is_empty());
}

#[test]
fn the_region_of_equivalence_is_a_share_of_each_metrics_scale() {
    let evaluation = || {
        Evaluation::new("data/hitters.csv", "Salary")
            .models(["ridge", "tree:max_depth=2"])
            .splits(12)
            .metrics(["rmse", "r2"])
    };
    let report = evaluation().run().unwrap();
    let means = |metric: &str| {
        let mean = |model: &randsplit::report::Model| model.metrics[metric].mean.unwrap();
        (mean(report.baseline.as_ref().unwrap()), report.models.iter().map(mean).collect::<Vec<f64>>())
    };
    // The closed form: the baseline's RMSE of some hundred dollars is the larger one; R² is that of the best model.
    let (rmse, r2) = (means("rmse").0, means("r2").1.into_iter().fold(f64::NEG_INFINITY, f64::max));
    assert!(rmse > 100.0 && means("rmse").1.iter().all(|mean| *mean < rmse));
    for c in report.against_baseline.iter().chain(&report.pairs) {
        let (want, step) = if c.metric == "rmse" { (0.01 * rmse, 0.1) } else { (0.01 * r2, 1e-4) };
        assert!((c.rope - want).abs() <= 0.5 * step + 1e-12 && c.rope > 0.0, "{c:?} {want}");
        let total = c.better + c.equal + c.worse;
        assert!((total - 1.0).abs() < 1e-9);
    }
    // What is set for one metric leaves the others as they are.
    let rope = Rope::new(RopeWidth::Difference(0.25)).metric("rmse", RopeWidth::Fraction(0.1));
    let wide = evaluation().rope(rope).run().unwrap();
    for c in wide.pairs.iter().chain(&wide.against_baseline) {
        let want = if c.metric == "rmse" { 0.1 * rmse } else { 0.25 };
        assert!((c.rope - want).abs() <= 0.5, "{c:?}");
        assert!(c.metric == "rmse" || c.rope == 0.25);
    }
    let error = evaluation().rope(Rope::default().metric("mae", RopeWidth::Difference(1.0))).run().unwrap_err();
    assert!(error.to_string().contains("'mae'"), "{error}");
}
