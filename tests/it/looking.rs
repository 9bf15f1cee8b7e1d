//! What may be said of splits and scores: permutation tests that know how little they can tell, reasons that are more
//! than chance, and thresholds that rows have not seen.

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use randsplit::Evaluation;
use randsplit::run::NullOptions;
use randsplit::split::Size;
use serde_json::Value;
use std::fmt::Write as _;

use crate::program::{Answer, ask, write};

/// A standard normal number (the sum of twelve uniform ones).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| rng.r#gen::<f64>()).sum::<f64>() - 6.0
}

fn report(arguments: &[&str]) -> Value {
    let Answer { stdout: json, stderr: error, .. } = ask(&[arguments, &["-q", "-f", "json"]].concat());
    serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}: {error}"))
}

fn messages<'r>(report: &'r Value, code: &str) -> Vec<&'r str> {
    let of_code = report["warnings"].as_array().unwrap().iter().filter(|w| w["code"] == code);
    of_code.map(|w| w["message"].as_str().unwrap()).collect()
}

#[test]
fn a_permutation_test_says_how_few_arrangements_it_has() {
    let folder = tempfile::tempdir().unwrap();
    // Clinics of two to six patients, each size once: only patients of one clinic may exchange their outcomes, and all
    // but three outcomes are equal within them.
    let (mut text, mut dose) = (String::from("clinic,dose,relief\n"), 0.0);
    for size in 1..=6 {
        for patient in 0..size {
            dose += 1.0;
            let relief = if size <= 2 { f64::from(patient) + 10.0 * f64::from(size) } else { 10.0 * f64::from(size) };
            writeln!(text, "c{size},{dose},{relief}").unwrap();
        }
    }
    let path = write(folder.path(), "clinics.csv", &text);
    let eval = ["eval", &path, "-t", "relief", "--task", "regression", "-n", "6"];
    let found = report(&[&eval[..], &["--group", "clinic", "--null", "permutation:99"]].concat());
    let test = &found["null"][0];
    assert_eq!((test["arrangements"].as_u64(), test["permutations"].as_u64()), (Some(2), Some(1)), "{test}");
    assert_eq!((test["exact"].as_bool(), test["resolution"].as_f64()), (Some(true), Some(0.5)));
    assert!([0.5, 1.0].contains(&test["p"].as_f64().unwrap()), "{test}");
    let told = messages(&found, "RS109");
    assert!(told.len() == 1 && told[0].contains("2 different arrangements") && told[0].contains("0.5000"), "{told:?}");
    // Among all rows there are plenty, and nothing is said of it.
    let found = report(&[&eval[..], &["--null", "permutation:19"]].concat());
    assert!(messages(&found, "RS109").is_empty() && found["null"][0]["exact"] == false, "{}", found["null"][0]);
    assert_eq!(found["null"][0]["permutations"], 19);
}

#[test]
fn every_arrangement_is_made_once_where_they_are_few() {
    let folder = tempfile::tempdir().unwrap();
    // One row of the rare value: it can stand in any of 12 places, and its true one is where x is 12.
    let mut text = String::from("x,y\n");
    (1..=12).for_each(|i| writeln!(text, "{i},{}", if i == 12 { 5 } else { 1 }).unwrap());
    let path = write(folder.path(), "rare.csv", &text);
    let eval = ["eval", &path, "-t", "y", "--task", "regression", "-m", "ols", "-n", "30", "--metric", "mae"];
    let found = report(&[&eval[..], &["--null", "permutation:500:30"]].concat());
    let test = &found["null"][0];
    assert_eq!((test["arrangements"].as_u64(), test["permutations"].as_u64()), (Some(12), Some(11)), "{test}");
    let p = test["p"].as_f64().unwrap();
    assert!((p * 12.0 - (p * 12.0).round()).abs() < 1e-9 && test["exact"] == true);
    let told = messages(&found, "RS109");
    assert!(
        told[0].contains("12 different") && told[0].contains("cannot tell a pattern from chance at 0.05"),
        "{told:?}"
    );
    let Answer { stdout: table, .. } = ask(&[&eval[..], &["--null", "permutation:500", "-q"]].concat());
    assert!(table.contains("all 11 other arrangements"), "{table}");
}

#[test]
fn groups_of_equal_size_exchange_their_targets_as_wholes() {
    // Yield hangs on the field alone, soil being the same for its three plots: exchanging plots within fields leaves
    // the means of the fields where they are, and can never tell.
    let folder = tempfile::tempdir().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut text = String::from("field,soil,yield\n");
    for field in 0..20 {
        let soil = normal(&mut rng);
        for _ in 0..3 {
            writeln!(text, "f{field},{soil},{}", 3.0 * soil + 0.3 * normal(&mut rng)).unwrap();
        }
    }
    let path = write(folder.path(), "fields.csv", &text);
    let arguments =
        ["eval", &path, "-t", "yield", "--group", "field", "-m", "ols", "-n", "10", "--null", "permutation:39"];
    let found = report(&arguments);
    assert_eq!(found["null"][0]["within"], "groups");
    assert!((found["null"][0]["p"].as_f64().unwrap() - 1.0 / 40.0).abs() < 1e-12, "{}", found["null"][0]);
}

/// A series that persists: the next value is 0.9 of the last and something new.
fn series(rng: &mut ChaCha8Rng, n: usize) -> Vec<f64> {
    let mut value = normal(rng) / (1.0 - 0.9f64.powi(2)).sqrt();
    let mut step = || {
        value = 0.9 * value + normal(rng);
        value
    };
    (0..n).map(|_| step()).collect()
}

#[test]
fn series_that_persist_look_related_no_more_often_than_the_level() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let sets = 200usize;
    let mut p = Vec::new();
    for set in 0..sets {
        let (a, b, y) = (series(&mut rng, 120), series(&mut rng, 120), series(&mut rng, 120));
        let mut text = String::from("t,a,b,y\n");
        (0..120).for_each(|i| writeln!(text, "{i},{},{},{}", a[i], b[i], y[i]).unwrap());
        let path = write(folder.path(), &format!("{set}.csv"), &text);
        let null = NullOptions { permutations: 39, splits: 6 };
        let mut evaluation = Evaluation::new(&path, "y").test_size(Size::Share(0.2)).splits(6).models(["ridge"]);
        evaluation.plan.time = Some("t".into());
        p.push(evaluation.seed(set as u64).metrics(["rmse"]).null(Some(null)).run().unwrap().null[0].p);
    }
    for level in [0.05, 0.1] {
        let rate = p.iter().filter(|p| **p <= level + 1e-12).count() as f64 / sets as f64;
        // Three standard errors.
        assert!(rate <= level + 3.0 * (level * (1.0 - level) / sets as f64).sqrt(), "{level}: {rate}");
    }
}

#[test]
fn seasons_and_trends_are_told_from_chance_along_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut text = String::from("t,month,y\n");
    for i in 0..144 {
        writeln!(text, "{i},m{},{}", i % 12, 4.0 * f64::from(i * 7 % 12) + normal(&mut rng)).unwrap();
    }
    let path = write(folder.path(), "months.csv", &text);
    let found =
        report(&["eval", &path, "-t", "y", "--time", "t", "-m", "ridge", "-n", "10", "--null", "permutation:39"]);
    assert_eq!(found["null"][0]["within"], "pieces of time");
    assert!((found["null"][0]["p"].as_f64().unwrap() - 1.0 / 40.0).abs() < 1e-12, "{}", found["null"][0]);
}

/// Loans that are seldom paid back late, which is dear: acting is worth it from a chance of one in ten.
fn loans(rows: usize) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    let mut text = String::from("income,debt,age,late\n");
    for _ in 0..rows {
        let (income, debt, age) = (normal(&mut rng), normal(&mut rng), normal(&mut rng));
        let late = debt - income + 1.5 * normal(&mut rng) > 2.0;
        writeln!(text, "{income},{debt},{age},{}", if late { "yes" } else { "no" }).unwrap();
    }
    text
}

const WORTH: &str =
    "[value]\nrows_per_year = 100\ntrue_positive = 8\nfalse_positive = -1\nfalse_negative = -4\nthreshold = ";

#[test]
fn a_threshold_is_chosen_by_rows_that_the_model_has_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "loans.csv", &loans(300));
    let worth = |threshold: &str, model: &str| {
        let claims = write(folder.path(), "worth.toml", &format!("{WORTH}{threshold}\n"));
        let arguments =
            ["eval", &path, "-t", "late", "--positive", "yes", "-m", model, "-n", "12", "--claims", &claims];
        report(&arguments)["models"][0]["metrics"]["value_per_row"]["mean"].as_f64().unwrap()
    };
    for model in ["forest:n_estimators=30", "knn:n_neighbors=15", "logistic"] {
        let fixed = ["0.05", "0.1", "0.2", "0.3", "0.5"].map(|t| worth(t, model));
        let (most, half, best) = (fixed.iter().copied().fold(f64::MIN, f64::max), fixed[4], worth("\"best\"", model));
        assert!(best > 0.5 * (most + half) && most > half, "{model}: {fixed:?} {best}");
    }
}

#[test]
fn a_threshold_is_worth_most_over_the_inner_folds() {
    use randsplit::data::Target;
    use randsplit::model::Predictions;
    use randsplit::run::{FOLDS, Fitter};

    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "loans.csv", &loans(150));
    let claims = write(folder.path(), "worth.toml", &format!("{WORTH}\"best\"\n"));
    let arguments = ["eval", &path, "-t", "late", "--positive", "yes", "-n", "4", "--claims", &claims];
    for model in ["tree:max_depth=4", "nb", "logistic"] {
        let found = report(&[&arguments[..], &["-m", model]].concat());
        let prepared = Evaluation::new(&path, "late").models([model]).splits(4).prepare().unwrap();
        let Target::Classification { codes, labels, .. } = &prepared.target else { unreachable!() };
        let yes = labels.iter().position(|l| l == "yes").unwrap();
        let evaluation = prepared.evaluation(&prepared.models);
        let common = evaluation.common();
        let fitter = Fitter::new(&evaluation, &common).unwrap();
        for k in 0..4 {
            let split = prepared.plan.draw(k);
            let mut seen: Vec<(f64, bool)> = Vec::new();
            for fold in prepared.plan.inner(k, &split, &prepared.target, FOLDS).unwrap() {
                assert!(fold.test.iter().all(|row| split.train.contains(row)));
                let fit = fitter.at(k, &fold).fit(1).unwrap();
                let Predictions::Classes { probabilities: Some(p), .. } = fit.predictions.test else { unreachable!() };
                seen.extend(
                    fold.test.iter().zip(p.column(yes)).map(|(row, p)| (*p, codes[*row as usize] == yes as u32)),
                );
            }
            assert_eq!(seen.len(), split.train.len());
            let worth = |threshold: f64| -> f64 {
                let cell = |(p, late): &(f64, bool)| match (*p >= threshold, late) {
                    (true, true) => 8.0,
                    (true, false) => -1.0,
                    (false, true) => -4.0,
                    (false, false) => 0.0,
                };
                seen.iter().map(cell).sum()
            };
            let most = seen.iter().map(|(p, _)| worth(*p)).fold(worth(1.01), f64::max);
            let chosen = found["models"][0]["splits"][k]["figures"]["threshold"].as_f64().unwrap();
            assert!((worth(chosen) - most).abs() < 1e-9, "{model} #{k}: {chosen} {} {most}", worth(chosen));
        }
    }
}

#[test]
fn labels_of_new_rows_and_exported_ones_follow_the_threshold() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "loans.csv", &loans(200));
    let made = folder.path().join("run.json").to_str().unwrap().to_owned();
    let out = folder.path().join("out").to_str().unwrap().to_owned();
    for threshold in ["\"best\"", "0.15"] {
        let claims = write(folder.path(), "worth.toml", &format!("{WORTH}{threshold}\n"));
        ask(&["eval", &path, "-t", "late", "--positive", "yes", "-n", "1", "--claims", &claims, "-o", &made, "-q"]);
        let report: Value = serde_json::from_str(&std::fs::read_to_string(&made).unwrap()).unwrap();
        let chosen = report["models"][0]["splits"][0]["figures"]["threshold"].as_f64().unwrap_or(0.15);
        let Answer { code, stdout: table, stderr: error } = ask(&["predict", &made, &path]);
        assert!(code == 0 && error.contains("labels are by the threshold"), "{error}");
        let Answer { code, stderr: error, .. } = ask(&["export", &made, "--split", "0", "--out", &out]);
        assert!(code == 0 && error.contains(&format!("p(yes) = {chosen:.4} on")), "{error}");
        let exported = std::fs::read_to_string(format!("{out}/test.csv")).unwrap();
        let mut called = 0;
        for (table, name) in [(table, "probability_yes"), (exported, "p(yes)")] {
            let mut lines = table.lines();
            let names: Vec<&str> = lines.next().unwrap().split(',').collect();
            let place = |name: &str| names.iter().position(|n| *n == name).unwrap();
            for line in lines {
                let cells: Vec<&str> = line.split(',').collect();
                let p: f64 = cells[place(name)].parse().unwrap();
                assert_eq!(cells[place("prediction")] == "yes", p >= chosen, "{threshold}: {line}");
                called += usize::from(p >= chosen && p < 0.5);
            }
        }
        assert!(called > 0);
        // A model that is kept has its own threshold, chosen on all rows.
        let kept = folder.path().join("model.json").to_str().unwrap().to_owned();
        assert_eq!(ask(&["fit", &made, "-o", &kept, "-q"]).code, 0);
        let written: Value = serde_json::from_str(&std::fs::read_to_string(&kept).unwrap()).unwrap();
        let own = written["threshold"].as_f64().unwrap();
        assert!(threshold != "0.15" || own == 0.15);
        let Answer { code, stdout: table, stderr: error } = ask(&["predict", &kept, &path]);
        assert!(code == 0 && error.contains(&format!("p(yes) = {own:.4} on")), "{error}");
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let names = reader.headers().unwrap().clone();
        let place = |name: &str| names.iter().position(|n| n == name).unwrap();
        for record in reader.records() {
            let record = record.unwrap();
            let p: f64 = record[place("probability_yes")].parse().unwrap();
            assert_eq!(&record[place("prediction")] == "yes", p >= own);
        }
        // The report can be looked into as before.
        assert_eq!(ask(&["inspect", &made, "-q"]).code, 0);
    }
}

#[test]
fn eval_gives_the_reasons_that_inspect_gives() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("run.json").to_str().unwrap().to_owned();
    let mut compared = 0;
    for (data, target, model) in [
        ("mtcars", "mpg", "ols"),
        ("stars_cyg", "log.light", "ols"),
        ("diabetes", "target", "ridge"),
        ("mtcars", "mpg", "knn"),
    ] {
        let path = format!("data/{data}.csv");
        let Answer { stdout: table, .. } =
            ask(&["eval", &path, "-t", target, "-m", model, "-n", "120", "-q", "-o", &made]);
        let report: Value = serde_json::from_str(&std::fs::read_to_string(&made).unwrap()).unwrap();
        let why = &report["models"][0]["why"];
        let Some(split) = why["split"].as_u64() else { continue };
        let Answer { stdout: found, .. } = ask(&["inspect", &made, "--split", &split.to_string(), "-f", "json", "-q"]);
        let found: Value = serde_json::from_str(&found).unwrap();
        let texts = |reasons: &Value| -> Vec<String> {
            reasons.as_array().unwrap().iter().map(|r| r["text"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(texts(&why["reasons"]), texts(&found["splits"][0]["reasons"]), "{data} {model}");
        // The report is kept, so nobody is told to keep it.
        assert!(!table.contains("keep the report"), "{table}");
        if why["reasons"][0]["kind"] == "none" {
            assert!(table.contains(&format!("randsplit inspect {made}")), "{table}");
        }
        compared += 1;
    }
    assert!(compared >= 3);
}

#[test]
fn a_handful_of_splits_has_no_reasons() {
    for seed in 0..12 {
        let seed = seed.to_string();
        let found = report(&["eval", "data/mtcars.csv", "-t", "mpg", "-m", "ols", "-n", "8", "--seed", &seed]);
        assert!(found["models"][0]["why"].is_null(), "{}", found["models"][0]["why"]);
    }
}

#[test]
fn slices_are_told_with_intervals_that_agree_with_their_p() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("run.json").to_str().unwrap().to_owned();
    for (data, target, model) in [("diabetes", "target", "tree:max_depth=3"), ("hitters", "Salary", "ridge")] {
        let path = format!("data/{data}.csv");
        ask(&["eval", &path, "-t", target, "-m", model, "-n", "60", "-q", "-o", &made]);
        let Answer { stdout: found, .. } = ask(&["inspect", &made, "-f", "json", "-q"]);
        let found: Value = serde_json::from_str(&found).unwrap();
        for slice in found["slices"].as_array().unwrap() {
            assert!(slice["ci95"][0].as_f64().unwrap() > 0.0 && slice["p"].as_f64().unwrap() <= 0.001, "{slice}");
        }
    }
}
