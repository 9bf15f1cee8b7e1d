//! Verdicts on awkward scores: equal ones, missing ones, bounded ones, repeated splits, and reports that do not belong
//! together.

use crate::program;

use std::fmt::Write as _;

use program::{Noise, ask, judged, refused, write};
use serde_json::Value;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A line with noise: `x`, `y` about twice `x`.
fn line(rows: usize, noise: f64, seed: u64) -> String {
    let mut random = Noise(seed);
    let mut text = String::from("x,y\n");
    for i in 0..rows {
        let _ = writeln!(text, "{i},{:.3}", 2.0 * i as f64 + noise * random.normal());
    }
    text
}

/// Rows of two classes, `yes` one in `every`, told by nothing.
fn rare(rows: usize, every: usize) -> String {
    let mut random = Noise(3);
    let row = |i: usize| format!("{:.4},{}\n", random.next(), if i.is_multiple_of(every) { "yes" } else { "no" });
    format!("x,y\n{}", (0..rows).map(row).collect::<String>())
}

#[test]
fn the_mean_of_equal_scores_is_that_score() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "rare.csv", &rare(200, 20));
    // Every test part has 38 of 40 right: 0.95, which a hundred additions and a division miss.
    let flags = ["-t", "y", "-m", "logistic:C=1e-9", "--metric", "accuracy", "-n", "100", "-q"];
    let claims = ["mean(accuracy) >= 0.95", "mean(accuracy) <= 0.95", "sd(accuracy) <= 0", "worst(accuracy) >= 0.95"];
    let stated: Vec<&str> = claims.iter().flat_map(|c| ["--claim", c]).collect();
    let a = ask(&[&["eval", &data], &flags[..], &stated].concat());
    assert_eq!((a.code, a.stdout.matches("\nholds ✓").count()), (0, 4), "{}{}", a.stdout, a.stderr);
    let report = judged(&[&["eval", &data], &flags[..]].concat());
    let accuracy = &report["models"][0]["metrics"]["accuracy"];
    assert_eq!((accuracy["mean"].as_f64(), accuracy["sd"].as_f64()), (Some(0.95), Some(0.0)));
    assert_eq!(accuracy["ci95"], serde_json::json!([0.95, 0.95]));
}

/// Six splits, of which three have too few train rows for five neighbours.
fn some_fail(folder: &std::path::Path) -> (String, String) {
    let data = write(folder, "line.csv", &line(20, 0.5, 1));
    let mut plan = String::from("split,row,part\n");
    for split in 0..6 {
        let train = if split % 2 == 1 { 3 } else { 15 };
        // Five rows are tested, others on each split.
        for place in 0..5 + train {
            let part = if place < 5 { "test" } else { "train" };
            let _ = writeln!(plan, "{split},{},{part}", (3 * split + place) % 20);
        }
    }
    (data, write(folder, "plan.csv", &plan))
}

#[test]
fn splits_without_a_score_break_a_claim_unless_they_are_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, plan) = some_fail(folder.path());
    let scheme = format!("file:{plan}");
    let flags =
        ["eval", &data, "-t", "y", "--scheme", &scheme, "-m", "knn:n_neighbors=5", "--metric", "rmse", "-q", "--wide"];
    let with = |more: &[&str]| ask(&[&flags[..], more].concat());
    for claim in
        ["worst(rmse) <= 100", "mean(rmse) < 100", "p50(rmse) < 100", "mean(baseline.rmse) - mean(rmse) > -100"]
    {
        let a = with(&["--claim", claim]);
        assert_eq!(a.code, 1, "{claim}: {}{}", a.stdout, a.stderr);
        assert!(a.stdout.contains("3 of 6 splits have no score (#1, #3, #5), and none may lack one"), "{}", a.stdout);
        for allowed in ["3", "50%", "0.5"] {
            let a = with(&["--claim", claim, "--allow-failed", allowed]);
            assert!(
                a.code == 0 && a.stdout.contains("3 splits have no score and are left out"),
                "{claim}: {}",
                a.stdout
            );
        }
        assert_eq!(with(&["--claim", claim, "--allow-failed", "2"]).code, 1);
    }
    let gate = with(&["--fail-above", "rmse=100"]);
    assert!(gate.code == 1 && gate.stdout.contains("fails ✗ worst(rmse) <= 100"), "{}", gate.stdout);
    // What does not speak of the failed model is not touched, and shares count such splits as misses.
    assert_eq!(with(&["--claim", "mean(baseline.rmse) < 100"]).code, 0);
    assert_eq!(with(&["--claim", "share(rmse < 100) >= 50%"]).code, 0);
    assert_eq!(with(&["--claim", "share(rmse < 100) >= 51%"]).code, 1);
    for (format, words) in [("junit", "no score"), ("github", "::error"), ("markdown", "no score")] {
        let a = with(&["--fail-above", "rmse=100", "-f", format]);
        assert!(a.code == 1 && a.stdout.contains(words), "{format}: {}", a.stdout);
    }
    let report = write(folder.path(), "run.json", &with(&["-f", "json", "--fail-above", "rmse=100"]).stdout);
    let claim = &serde_json::from_str::<Value>(&std::fs::read_to_string(&report).unwrap()).unwrap()["claims"][0];
    assert!(claim["unscored"] == 3 && claim["verdict"] == "fails" && claim["reason"].is_string(), "{claim}");
    let check = |more: &[&str]| ask(&[&["check", &report], more].concat());
    assert_eq!(check(&["--claim", "worst(rmse) < 100"]).code, 1);
    assert_eq!(check(&["--claim", "worst(rmse) < 100", "--allow-failed", "50%"]).code, 0);
    assert_eq!(check(&["--against", &report]).code, 1);
    assert_eq!(check(&["--against", &report, "--allow-failed", "3"]).code, 0);
    let file = write(folder.path(), "c.toml", "allow_failed = '50%'\n[[claim]]\nexpr = 'worst(rmse) < 100'\n");
    assert_eq!(check(&["--claims", &file]).code, 0);
    refused(&[&flags[..], &["--allow-failed", "many"]].concat(), &["'many'"]);
}

#[test]
fn claims_beyond_what_scores_can_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "line.csv", &line(30, 0.5, 1));
    let classes = write(folder.path(), "rare.csv", &rare(60, 3));
    let numbers =
        |claim: &'static str| ["eval", &data, "-t", "y", "-n", "5", "-q", "--claim", claim].map(str::to_owned);
    let labels =
        |claim: &'static str| ["eval", &classes, "-t", "y", "-n", "5", "-q", "--claim", claim].map(str::to_owned);
    for (arguments, words) in [
        (numbers("share(r2 < 0.9) <= 5"), ["write 5% or 0.05", "character"]),
        (numbers("share(r2 < 0.9) <= 95"), ["write 95% or 0.95", "lies between 0 and 1"]),
        (labels("mean(accuracy) > 80"), ["write 80% or 0.8", "lies between 0 and 1"]),
        (numbers("worst(rmse) >= -1"), ["cannot fail", "at least 0"]),
        (numbers("mean(r2) > 1.5"), ["cannot hold", "at most 1"]),
    ] {
        refused(&arguments.each_ref().map(String::as_str), &words);
    }
    refused(&["eval", &classes, "-t", "y", "--fail-below", "accuracy=80"], &["--fail-below accuracy=80", "write 80%"]);
    let fair =
        ask(&["eval", &classes, "-t", "y", "-n", "5", "-q", "--fail-below", "accuracy=1%", "--confidence", "95%"]);
    assert_eq!(fair.code, 0, "{}", fair.stderr);
    let touch = ask(&["eval", &classes, "-t", "y", "-n", "5", "-q", "--claim", "mean(accuracy) <= 1"]);
    assert!(touch.code == 0 && touch.stdout.contains("RS203 mean(accuracy) <= 1 holds whatever"), "{}", touch.stdout);
}

#[test]
fn a_ratio_to_zero_names_its_divisor() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "rare.csv", &rare(60, 3));
    let a = ask(&[
        "eval",
        &data,
        "-t",
        "y",
        "-n",
        "5",
        "--metric",
        "f1",
        "-q",
        "--wide",
        "--claim",
        "mean(f1) / mean(baseline.f1) >= 1.1",
    ]);
    assert!(a.code == 1 && a.stdout.contains("mean(baseline.f1) is 0, so that the ratio"), "{}{}", a.stdout, a.stderr);
    assert!(a.stdout.contains("compare the difference, as in mean(f1) - mean(baseline.f1)"), "{}", a.stdout);
}

#[test]
fn reports_of_other_questions_are_refused_and_of_other_rows_noted() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let good = write(folder.path(), "good.csv", &line(40, 0.2, 1));
    let bad = write(folder.path(), "bad.csv", &line(40, 9.0, 2));
    let renamed = write(folder.path(), "renamed.csv", &line(40, 0.2, 1).replacen("x,y", "dose,y", 1));
    let report = |data: &str, name: &str, more: &[&str]| {
        let a = ask(&[&["eval", data, "-n", "10", "-q", "-f", "json", "-o", &path(name)], more].concat());
        assert_eq!(a.code, 0, "{}", a.stderr);
        path(name)
    };
    let (a, b) = (report(&good, "a.json", &["-t", "y"]), report(&bad, "b.json", &["-t", "y"]));
    let others = [
        (report(&good, "x.json", &["-t", "x"]), "target 'y' and target 'x'"),
        (report(&renamed, "r.json", &["-t", "y"]), "none in common"),
        (report(&good, "t.json", &["-t", "y", "--time", "x"]), "scheme shuffle and scheme time"),
    ];
    for (other, words) in &others {
        refused(&["compare", &a, other], &[words, "--allow-other-data"]);
        refused(&["check", &a, "--against", other], &[words, "--allow-other-data"]);
        assert_eq!(ask(&["compare", &a, other, "--allow-other-data"]).code, 0);
    }
    let accepted = ask(&["check", &a, "--against", &b]);
    assert!(accepted.code == 0 && accepted.stdout.contains("RS204"), "{}{}", accepted.stdout, accepted.stderr);
    // The better one stands first, whichever report is named first, for scores and for errors.
    for pair in [[&a, &b], [&b, &a]] {
        let text = ask(&["compare", pair[0], pair[1], "--wide"]);
        assert_eq!(text.code, 0, "{}", text.stderr);
        let said: Vec<&str> = text.stdout.lines().filter(|line| line.contains(" beats ")).collect();
        assert!(!said.is_empty() && !text.stdout.contains("by -"), "{}", text.stdout);
        for row in said {
            assert!(row.starts_with(&format!("ridge ({a}) beats ridge ({b}) ")), "{row}");
        }
        let json = judged(&["compare", pair[0], pair[1], "--metric", "rmse"]);
        let difference = json["comparisons"][0]["mean_difference"].as_f64().unwrap();
        assert!((difference > 0.0) == (pair[0] == &a) && json["note"].is_string());
    }
    let same = ask(&["compare", &a, &a]);
    assert!(
        same.stdout.contains("have the same r2 on every split") && same.stderr.is_empty(),
        "{}{}",
        same.stdout,
        same.stderr
    );
}

/// Half the width of the corrected interval of scores.
fn half(scores: &[f64], ratio: f64) -> f64 {
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let variance = scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0);
    StudentsT::new(0.0, 1.0, n - 1.0).unwrap().inverse_cdf(0.975) * (variance * (1.0 / n + ratio)).sqrt()
}

fn width(interval: &Value) -> f64 {
    interval[1].as_f64().unwrap() - interval[0].as_f64().unwrap()
}

#[test]
fn a_bootstrap_counts_its_different_train_rows() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "line.csv", &line(60, 40.0, 1));
    let report = judged(&["eval", &data, "-t", "y", "-n", "30", "--scheme", "bootstrap", "-q", "--metric", "r2"]);
    let model = &report["models"][0];
    let splits = model["splits"].as_array().unwrap();
    let scores: Vec<f64> = splits.iter().map(|s| s["scores"]["r2"].as_f64().unwrap()).collect();
    let ratios = splits.iter().map(|s| s["n_test"].as_f64().unwrap() / s["n_train_different"].as_f64().unwrap());
    let ratio = ratios.sum::<f64>() / 30.0;
    // 0.368 of the rows are left out, 0.632 are in.
    assert!((ratio - 0.58).abs() < 0.05, "{ratio}");
    let found = width(&model["metrics"]["r2"]["ci95"]);
    assert!((found / (2.0 * half(&scores, ratio)) - 1.0).abs() < 1e-6, "{found}");
    // The same ratio where two models are compared.
    let dummy = report["baseline"]["splits"].as_array().unwrap();
    let differences: Vec<f64> =
        scores.iter().zip(dummy).map(|(own, other)| own - other["scores"]["r2"].as_f64().unwrap()).collect();
    let found = width(&report["against_baseline"][0]["ci95"]);
    assert!((found / (2.0 * half(&differences, ratio)) - 1.0).abs() < 1e-6, "{found}");
}

#[test]
fn splits_that_are_drawn_again_tell_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "line.csv", &line(24, 6.0, 1));
    let sizes = ["--train-size", "14", "--test-size", "6", "--time", "x"];
    let flags =
        [&["eval", &data, "-t", "y"], &sizes[..], &["-n", "100", "-q", "--metric", "mae", "-m", "ridge"]].concat();
    let report = judged(&flags);
    let (plan, model) = (&report["plan"], &report["models"][0]);
    let different = plan["different"].as_u64().unwrap();
    assert!((2..20).contains(&different), "{plan}");
    let first: Vec<&Value> =
        model["splits"].as_array().unwrap().iter().filter(|s| s.get("same_as").is_none()).collect();
    assert_eq!(first.len() as u64, different);
    let scores: Vec<f64> = first.iter().map(|s| s["scores"]["mae"].as_f64().unwrap()).collect();
    let ratios = first.iter().map(|s| s["n_test"].as_f64().unwrap() / s["n_train"].as_f64().unwrap());
    let ratio = ratios.sum::<f64>() / first.len() as f64;
    let metric = &model["metrics"]["mae"];
    let interval = width(&metric["ci95"]);
    assert!(interval <= 2.0 * half(&scores, ratio) * (1.0 + 1e-6) && metric["different"] == different, "{metric}");
    assert!(interval > 1.9 * half(&scores, ratio) || metric["ci95"][0] == 0.0, "{metric}");
    assert!(metric["worst_bound"].is_null() && metric["count"] == 100);
    // A hundred that are few show no share of 95 %, here and reopened.
    let claim = ["--claim", "share(mae >= 0) >= 95%", "--confidence", "95%"];
    let a = ask(&[&flags[..], &claim].concat());
    assert!(a.stdout.contains("undecided ? share(mae >= 0) >= 95%"), "{}{}", a.stdout, a.stderr);
    let kept = write(folder.path(), "run.json", &ask(&[&flags[..], &["-f", "json"]].concat()).stdout);
    let again = ask(&[&["check", &kept], &claim[..]].concat());
    assert!(again.stdout.contains("\nundecided ? "), "{}", again.stdout);
}

#[test]
fn an_accuracy_has_no_interval_beyond_one() {
    let mut random = Noise(5);
    let mut text = String::from("x,y\n");
    for i in 0..80 {
        let _ = writeln!(text, "{:.4},{}", random.normal() + 3.6 * f64::from(i % 2), ["no", "yes"][(i % 2) as usize]);
    }
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "apart.csv", &text);
    let report = judged(&["eval", &data, "-t", "y", "-n", "40", "-q", "--metric", "accuracy,roc_auc"]);
    let metrics = &report["models"][0]["metrics"];
    let of = |name: &str, part: &str| metrics[name][part].clone();
    let (mean, sd) = (of("accuracy", "mean").as_f64().unwrap(), of("accuracy", "sd").as_f64().unwrap());
    assert!(mean > 0.9 && mean + 2.0 * sd * (1.0f64 / 40.0 + 0.25).sqrt() > 1.0 - 0.02, "{mean} {sd}");
    for name in ["accuracy", "roc_auc"] {
        let [low, high] = [0, 1].map(|i| of(name, "ci95")[i].as_f64().unwrap());
        assert!(low <= of(name, "mean").as_f64().unwrap() && high <= 1.0, "{name} {low} {high}");
    }
}

#[test]
fn few_splits_and_k_folds_promise_nothing_of_their_like() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "line.csv", &line(50, 5.0, 1));
    let folds = ask(&["eval", &data, "-t", "y", "-n", "10", "--scheme", "kfold:5", "-q"]);
    assert!(folds.code == 0 && !folds.stdout.contains("of random splits"), "{}", folds.stdout);
    assert!(!folds.stdout.contains("stands out") && !folds.stdout.contains("expected by chance"), "{}", folds.stdout);
    let drawn = ask(&["eval", &data, "-t", "y", "-n", "10", "-q"]);
    assert!(drawn.stdout.contains("of random splits"), "{}", drawn.stdout);
}
