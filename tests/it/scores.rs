//! Scores that were made elsewhere.

use std::fmt::Write as _;

use randsplit::data::LoadOptions;
use randsplit::{Dataset, Report, ScoreRows, ScoresOptions, Values};
use serde_json::Value;

use crate::program::{ask, json, ok, refused, report, run_with_input, text, write};

const KERNELS: &str = "data/svm_kernels.csv";

fn near(value: &Value, want: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - want).abs() < 1e-9, "{value} is not {want}");
}

/// The numbers of scikit-learn's example "Statistical comparison of models using grid search", by scipy; its page shows them
/// rounded as 0.750, 0.227 and 77.298 %.
#[test]
fn the_comparison_of_scikit_learns_example_comes_out() {
    let made = report(&["scores", KERNELS, "--rope", "0"]);
    let pair = made["pairs"].as_array().unwrap().iter().find(|c| c["a"] == "linear" && c["b"] == "rbf").unwrap();
    near(&pair["t"], -0.750_312_695_448_231_8);
    near(&pair["p"], 2.0 * 0.227_422_971_013_366_5);
    near(&pair["worse"], 0.772_577_028_986_633_5);
    near(&pair["better"], 1.0 - 0.772_577_028_986_633_5);
    near(&pair["mean_difference"], -0.01);
    near(&pair["ci95"][0], -0.036_445_200_296_138_64);
    near(&pair["ci95"][1], 0.016_445_200_296_138_64);
    let poly = made["pairs"].as_array().unwrap().iter().find(|c| c["a"] == "2_poly" && c["b"] == "3_poly").unwrap();
    near(&poly["t"], -3.851_344_882_407_239);
    // Mean and deviation of numpy, whose divisor is N.
    let rbf = &made["models"][3]["metrics"]["roc_auc"];
    near(&rbf["mean"], 0.94);
    assert!((rbf["sd"].as_f64().unwrap() - 0.079_297 * (100.0f64 / 99.0).sqrt()).abs() < 1e-5);
}

#[test]
fn without_a_baseline_none_is_spoken_of() {
    let made = report(&["scores", KERNELS]);
    assert!(made["baseline"].is_null() && made["data"].is_null() && made["against_baseline"].is_null());
    assert_eq!((&made["scores"]["path"], &made["scores"]["rows"]), (&KERNELS.into(), &400.into()));
    for format in ["table", "markdown"] {
        for detail in [&[][..], &["--detail"]] {
            let page = text(&ok(&[&["scores", KERNELS, "--format", format], detail].concat()));
            assert!(page.contains("rbf") && !page.contains("baseline") && !page.contains("seed"), "{page}");
        }
    }
    // One that is named is left out of the ranks, and claims find it by both of its names.
    let claims = ["--claim", "mean(rbf.roc_auc) > mean(baseline.roc_auc)", "--claim", "mean(2_poly.roc_auc) > 0.6"];
    let made = report(&[&["scores", KERNELS, "--baseline", "2_poly"], &claims[..2]].concat());
    assert_eq!((&made["baseline"]["name"], made["models"].as_array().unwrap().len()), (&"2_poly".into(), 3));
    assert_eq!(made["claims"][0]["verdict"], "holds");
    let against = made["against_baseline"].as_array().unwrap().iter().find(|c| c["a"] == "rbf").unwrap();
    near(&against["t"], 4.565_492_560_256_313);
    let page = text(&ok(&["scores", KERNELS, "--baseline", "2_poly"]));
    assert!(page.contains("3 models and the baseline 2_poly") && page.contains("Against the baseline: wins"), "{page}");
}

/// What `eval` writes as CSV gives the same numbers again.
#[test]
fn the_scores_of_eval_come_back() {
    for (arguments, rare) in [
        (
            &["eval", "data/diabetes.csv", "-t", "target", "-m", "ridge", "-m", "knn", "-n", "40", "--no-checks"][..],
            false,
        ),
        (&["eval", "data/stars_cyg.csv", "-t", "log.light", "-m", "ols,tree", "-n", "30", "--no-checks"], true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (csv, whole) = (folder.path().join("s.csv"), folder.path().join("s.json"));
        let (csv, whole) = (csv.to_str().unwrap(), whole.to_str().unwrap());
        ok(&[arguments, &["-o", csv, "-o", whole]].concat());
        let was: Value = serde_json::from_slice(&std::fs::read(whole).unwrap()).unwrap();
        let made = report(&["scores", csv, "--baseline", "baseline"]);
        for (a, b) in made["models"].as_array().unwrap().iter().zip(was["models"].as_array().unwrap()) {
            assert_eq!(a["name"], b["name"]);
            for (name, summary) in b["metrics"].as_object().unwrap() {
                let mut want = summary.clone();
                // How its splits were drawn a table of scores does not say.
                want["worst_bound"] = Value::Null;
                assert_eq!(a["metrics"][name], want, "{name}");
            }
            assert_eq!(a["splits"][7]["train_scores"], b["splits"][7]["train_scores"]);
        }
        assert_eq!(made["pairs"], was["pairs"]);
        assert_eq!((&made["against_baseline"], &made["standings"]), (&was["against_baseline"], &was["standings"]));
        assert!(!rare || made["models"].as_array().unwrap().len() == 2);
    }
}

/// The kernels' scores, without numbers of rows.
fn without_sizes() -> String {
    let table = std::fs::read_to_string(format!("{}/{KERNELS}", crate::program::ROOT)).unwrap();
    let cut = |line: &str| line.rsplitn(3, ',').last().unwrap().to_owned();
    table.lines().map(cut).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn without_numbers_of_rows_no_interval_is_made_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "s.csv", &without_sizes());
    let kept = folder.path().join("s.json").display().to_string();
    let claims = ["--claim", "mean(rbf.roc_auc) >= 0.5", "--confidence", "0.95"];
    let page = text(&ok(&[&["scores", path.as_str(), "-o", kept.as_str()], &claims[..]].concat()));
    assert!(page.contains("RS037") && page.contains("--n-train"), "{page}");
    assert!(
        !page.contains("interval for new data 0") && !page.contains('±') && page.contains("on average (not tested)"),
        "{page}"
    );
    assert!(page.contains("undecided ?"), "{page}");
    let made: Value = serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
    assert!(made["models"].as_array().unwrap().iter().all(|m| m["metrics"]["roc_auc"]["ci95"].is_null()));
    assert!(made["pairs"].is_null() && made["models"][0]["splits"][0]["n_train"].is_null());
    assert!(!made["standings"].as_array().unwrap().is_empty());
    let compared = ask(&["compare", &kept]);
    assert!(compared.code == 0 && compared.stdout.contains("how many train and test rows"), "{}", compared.stdout);
    assert_eq!(json(&["compare", &kept, "-f", "json"])["comparisons"], Value::Array(Vec::new()));
    // A share says as much as numbers do.
    let numbers = report(&["scores", &path, "--n-train", "90", "--n-test", "10"]);
    let share = report(&["scores", &path, "--test-size", "10%"]);
    let columns = report(&["scores", KERNELS]);
    for (made, by) in share["pairs"].as_array().unwrap().iter().zip(columns["pairs"].as_array().unwrap()) {
        near(&made["t"], by["t"].as_f64().unwrap());
    }
    assert_eq!(numbers["pairs"], columns["pairs"]);
    assert_eq!(numbers["models"], columns["models"]);
}

#[test]
fn the_wide_form_and_other_names_of_columns_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let long = "Split,MODEL,Metric,score,n_train,N_TEST\n0,a,r2,0.5,80,20\n1,a,r2,0.6,80,20\n0,b,r2,0.4,80,20\n1,b,r2,0.3,80,20\n\
                0,a,rmse,1,80,20\n1,a,rmse,2,80,20\n0,b,rmse,3,80,20\n1,b,rmse,4,80,20\n";
    let wide = "fold?,split,model,r2,rmse,n_train,n_test,notes\n,0,a,0.5,1,80,20,x y\n,1,a,0.6,2,80,20,z\n,1,b,0.3,4,80,20,z\n,0,b,0.4,3,80,20,z\n"
        .replace("fold?,", "").replace("\n,", "\n");
    let (long, wide) = (write(folder.path(), "l.csv", long), write(folder.path(), "w.csv", &wide));
    let (long, wide) = (report(&["scores", &long]), report(&["scores", &wide]));
    assert_eq!((&long["models"], &long["pairs"]), (&wide["models"], &wide["pairs"]));
    assert_eq!(wide["warnings"][0]["code"], "RS005");
    // As pandas writes cross_validate, which knows one model.
    let cv = "split,fit_time,score_time,test_score,train_score\n0,0.01,0.01,0.5,0.9\n1,0.01,0.01,0.7,0.8\n";
    let made = report(&["scores", &write(folder.path(), "cv.csv", cv)]);
    assert_eq!((&made["metrics"], &made["models"][0]["name"]), (&serde_json::json!(["score"]), &"model".into()));
    near(&made["models"][0]["metrics"]["score"]["gap_mean"], 0.25);
    // Splits that have names keep them.
    let caret = "split,model,metric,score\nFold1.Rep1,rf,RMSE,2.5\nFold2.Rep1,rf,RMSE,2.25\n";
    let made = report(&["scores", &write(folder.path(), "caret.csv", caret)]);
    let worst = &made["models"][0]["metrics"]["RMSE"]["worst"];
    assert_eq!((&worst["score"], &worst["split"]), (&2.5.into(), &0.into()));
    assert_eq!(made["models"][0]["splits"][1]["name"], "Fold2.Rep1");
    // The first of the metrics that are named is the primary one.
    let table = "split,gini,r2\n0,0.1,0.5\n1,0.2,0.6\n";
    let path = write(folder.path(), "g.csv", table);
    assert_eq!(report(&["scores", &path, "--metric", "r2"])["metrics"], serde_json::json!(["r2"]));
    let made = report(&["scores", &path, "--metric", "r2,gini", "--lower-is-better", "gini"]);
    assert_eq!(made["metrics"], serde_json::json!(["r2", "gini"]));
    assert_eq!(made["models"][0]["metrics"]["gini"]["worst"]["score"], 0.2);
    // From standard input too.
    let piped = run_with_input(&["scores", "-", "--metric", "r2", "-f", "json"], table.as_bytes());
    assert_eq!(serde_json::from_slice::<Value>(&piped.stdout).unwrap()["scores"]["path"], "standard input");
}

#[test]
fn a_split_without_a_score_is_counted_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("split,model,metric,score,n_train,n_test\n");
    for split in 0..10 {
        let score = if split == 3 { "nan".to_owned() } else { format!("0.{}", 50 + split) };
        writeln!(table, "{split},a,roc_auc,{score},90,10").unwrap();
        if split != 5 {
            writeln!(table, "{split},b,roc_auc,0.{},90,10", 40 + split).unwrap();
        }
    }
    let path = write(folder.path(), "s.csv", &table);
    let made = report(&["scores", &path]);
    let of = |m: usize| made["models"][m]["metrics"]["roc_auc"].clone();
    assert_eq!((&of(0)["undefined"], &of(0)["count"]), (&1.into(), &9.into()));
    assert_eq!(of(0)["undefined_reasons"]["the table has no number there"], 1);
    assert_eq!(of(1)["undefined_reasons"]["the table has no row for it"], 1);
    assert!(made["models"][0]["splits"][3]["scores"]["roc_auc"].is_null());
    assert_eq!(made["pairs"][0]["splits"], 8);
    let told: Vec<&str> = made["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
    assert_eq!(told.iter().filter(|code| **code == "RS007").count(), 2);
    // It is no pass, unless it is allowed to lack one.
    assert_eq!(ask(&["scores", &path, "--claim", "worst(a.roc_auc) > 0.1"]).code, 1);
    assert_eq!(ask(&["scores", &path, "--claim", "worst(a.roc_auc) > 0.1", "--allow-failed", "1"]).code, 0);
}

#[test]
fn one_split_says_nothing_of_luck() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "s.csv", "split,model,r2,n_train,n_test\n0,a,0.5,80,20\n0,b,0.6,80,20\n");
    let page = text(&ok(&["scores", &path]));
    assert!(page.contains("One split alone says nothing about luck."), "{page}");
    assert!(report(&["scores", &path])["pairs"].is_null());
}

#[test]
fn what_is_no_table_of_scores_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (at, (table, flags, words)) in [
        ("model,metric,score\na,r2,1\n", &[][..], &["no column 'split'", "split, model, metric and score"][..]),
        (",test_r2\n0,0.5\n", &[], &["no column 'split'", "name it split", "index_label"]),
        ("split,model,metric\n0,a,r2\n", &[], &["no column 'score'"]),
        ("split,model\n0,a\n", &[], &["no column of scores"]),
        (
            "split,metric,score\n0,r2,0.5\n1,r2,0.6\n0,r2,0.7\n",
            &[],
            &["line 4", "split 0 has two scores of model 'model' in r2", "(line 2)"],
        ),
        ("split,metric,score\n0,r2,0.5\n1,r2,good\n", &[], &["line 3", "score is 'good', which is not a number"]),
        ("split,r2\n0,0.5\n1,good\n", &[], &["line 3", "r2 is 'good'"]),
        ("split,metric,score\n,r2,0.5\n1,r2,0.6\n", &[], &["line 2", "there is no split"]),
        ("split,model,metric,score\n0,a,r2,0.5\n1,b,r2,0.6\n", &[], &["'a' has no split in common", "compare"]),
        (
            "split,metric,score\n0,gini,0.5\n1,gini,0.6\n",
            &[],
            &["which way 'gini' gets better", "--greater-is-better gini"],
        ),
        (
            "split,accuracy\n0,85.5\n1,90\n",
            &[],
            &["line 2", "accuracy is 85.5", "at most 1", "divide percentages by 100"],
        ),
        ("split,rmse\n0,-3\n1,-2\n", &[], &["rmse is -3", "at least 0", "neg_rmse"]),
        ("split,r2,n_train,n_test\n0,0.5,80,20\n0,0.6,81,20\n", &[], &["two scores"]),
        (
            "split,model,r2,n_train,n_test\n0,a,0.5,80,20\n0,b,0.6,81,20\n",
            &[],
            &["line 3", "n_train 81 here and 80 above"],
        ),
        (
            "split,r2,n_train,n_test\n0,0.5,80,20\n1,0.6,,20\n",
            &[],
            &["n_train is given for other splits and missing for split 1"],
        ),
        ("split,r2,n_train,n_test\n0,0.5,80.5,20\n1,0.6,80,20\n", &[], &["line 2", "n_train is 80.5"]),
        ("split,r2,n_train\n0,0.5,80\n1,0.6,80\n", &[], &["n_train is known and n_test is not"]),
        ("split,r2,n_train,n_test\n0,0.5,80,20\n", &["--n-train", "80"], &["n_train themselves", "leave one out"]),
        ("split,r2,n_train,n_test\n0,0.5,80,20\n", &["--test-size", "0.2"], &["--test-size has no effect"]),
        ("split,r2\n0,0.5\n", &["--n-train", "80"], &["n_test is not"]),
        ("split,r2\n0,0.5\n", &["--test-size", "20"], &["--test-size 20 is no share", "--n-test"]),
        ("split,r2\n0,0.5\n", &["--metric", "r3"], &["no column of scores of --metric r3"]),
        ("split,metric,score\n0,r2,0.5\n", &["--metric", "r3"], &["no metric 'r3'", "did you mean 'r2'"]),
        ("split,r2\n0,0.5\n", &["--lower-is-better", "rmse"], &["no metric 'rmse'"]),
        ("split,r2\n0,0.5\n", &["--lower-is-better", "r2", "--greater-is-better", "r2"], &["leave one out"]),
        ("split,model,r2\n0,a,0.5\n0,b,0.5\n", &["--baseline", "dummy"], &["no such model", "a, b"]),
        ("split,model,r2\n0,a,0.5\n", &["--baseline", "a"], &["no other model"]),
        ("split,r2\n0,0.5\n", &["--claim", "mean(mae) < 3"], &["no metric 'mae' among these scores"]),
        ("split,r2\n0,0.5\n", &["--fail-above", "mae=3"], &["no metric 'mae' among these scores"]),
        ("split,r2\n0,0.5\n", &["--fail-above", "r2=3"], &["--fail-below r2=3"]),
        ("split,r2\n0,0.5\n", &["--rope", "mae=3"], &["not computed"]),
        ("split,r2\n0,0.5\n", &["--claims", "examples/worth.toml"], &["needs predictions", "scores alone"]),
        ("split,Split,r2\n0,0,0.5\n", &["--delimiter", "ab"], &["--delimiter"]),
        ("SPLIT,Split,r2\n0,0,0.5\n", &[], &["one name but for its case"]),
    ]
    .into_iter()
    .enumerate()
    {
        let path = write(folder.path(), &format!("t{at}.csv"), table);
        refused(&[&["scores", path.as_str()], flags].concat(), words);
    }
    refused(&["scores", "nowhere.csv"], &["no such file"]);
}

#[test]
fn reports_of_scores_are_judged_and_compared_and_not_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let kept = place("s.json");
    ok(&["scores", KERNELS, "-f", "json", "-o", &kept]);
    for arguments in [
        &["inspect", &kept][..],
        &["export", &kept, "--split", "3", "--out", &place("rows")],
        &["fit", &kept, "-o", &place("model.json")],
        &["predict", &kept, "data/iris.csv"],
    ] {
        refused(arguments, &["made of scores alone", "randsplit eval"]);
    }
    assert_eq!(ask(&["check", &kept, "--claim", "mean(rbf.roc_auc) >= 0.9"]).code, 0);
    assert_eq!(ask(&["check", &kept, "--claim", "mean(rbf.roc_auc) >= 0.95"]).code, 1);
    let within = json(&["compare", &kept, "--rope", "0", "-f", "json"]);
    let pair =
        within["comparisons"].as_array().unwrap().iter().find(|c| c["a"] == "linear" && c["b"] == "rbf").unwrap();
    near(&pair["worse"], 0.772_577_028_986_633_5);
    // Two tables that have a model with the same scores are of the same splits, others are not known to be.
    let table = std::fs::read_to_string(format!("{}/{KERNELS}", crate::program::ROOT)).unwrap();
    let of = |models: &[&str]| {
        let is = |line: &&str| line.starts_with("split") || models.iter().any(|m| line.contains(&format!(",{m},")));
        table.lines().filter(is).collect::<Vec<_>>().join("\n") + "\n"
    };
    let report_of = |name: &str, models: &[&str]| {
        let (csv, json) = (write(folder.path(), &format!("{name}.csv"), &of(models)), place(&format!("{name}.json")));
        ok(&["scores", &csv, "-f", "json", "-o", &json]);
        json
    };
    let (a, b) = (report_of("a", &["rbf", "3_poly"]), report_of("b", &["linear", "3_poly"]));
    let (c, d) = (report_of("c", &["rbf"]), report_of("d", &["linear"]));
    let compared = |a: &str, b: &str| {
        let models = ["--model", "rbf", "--model", "linear", "--rope", "0", "-f", "json"];
        json(&[&["compare", a, b], &models[..]].concat())["comparisons"][0].clone()
    };
    assert_eq!(compared(&a, &b)["paired"], true);
    near(&compared(&a, &b)["better"], 0.772_577_028_986_633_5);
    assert_eq!(compared(&c, &d)["paired"], false);
    // An evaluation answers another question.
    let run = place("run.json");
    ok(&["eval", "data/iris.csv", "-t", "target", "-n", "5", "--metric", "roc_auc", "-f", "json", "-o", &run]);
    refused(&["compare", &run, &kept, "--model", "logistic", "--model", "rbf"], &["scores that were made elsewhere"]);
}

#[test]
fn every_form_of_the_result_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let path = |name: &str| place(name).display().to_string();
    let outputs = ["s.json", "s.ndjson", "s.csv", "s.md", "s.xml"].map(path);
    let mut arguments = vec!["scores", KERNELS, "--claim", "worst(rbf.roc_auc) >= 0.9"];
    outputs.iter().for_each(|output| arguments.extend(["-o", output]));
    let answer = ask(&arguments);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(answer.stdout.contains("fails ✗"));
    let lines = std::fs::read_to_string(place("s.ndjson")).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(lines.lines().count(), 100);
    assert_eq!((&first["n_train"], first["models"].as_object().unwrap().len()), (&90.into(), 4));
    assert!(std::fs::read_to_string(place("s.xml")).unwrap().contains("randsplit.svm_kernels.rbf"));
    assert!(std::fs::read_to_string(place("s.md")).unwrap().starts_with("## data/svm_kernels.csv: scores of 4 models"));
    // Its own CSV is a table of scores again.
    assert_eq!(report(&["scores", &path("s.csv")])["models"], report(&["scores", KERNELS])["models"]);
}

/// As another front end has them: columns in memory.
#[test]
fn columns_in_memory_are_scores_too() {
    let numbers = |values: &[f64]| Values::from(values.to_vec());
    let columns = [("split", numbers(&[0.0, 1.0, 2.0])), ("r2", numbers(&[0.5, 0.7, f64::NAN]))];
    let dataset = Dataset::from_columns("run 7", columns).unwrap();
    let scores = ScoreRows::read(&dataset, &LoadOptions::default(), &[]).unwrap();
    let options = ScoresOptions { test_size: Some(0.5), ..ScoresOptions::default() };
    let report = Report::from_scores(&scores, &options).unwrap();
    let r2 = &report.models[0].metrics["r2"];
    assert_eq!((r2.count, r2.undefined, report.scores.unwrap().path.as_str()), (2, 1, "run 7"));
    // sd 0.1414, √(1/2 + 1), t(0.975; 1) = 12.7062: it ends at 1, the most that R² can be.
    let [low, high] = r2.ci95.unwrap();
    assert!((low - (0.6 - 12.706_204_736_432_095 * 0.02f64.sqrt() * 1.5f64.sqrt())).abs() < 1e-6 && high == 1.0);
}

/// Names of models, splits and metrics are text from data.
#[test]
fn names_among_scores_do_not_act_on_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("split,model,metric,score\n");
    for split in 0..5 {
        for model in ["m\x1b[31mred", "\"n\n::error::pwned\""] {
            writeln!(table, "s\x1b[2J{split},{model},r2,0.{}", split + 2).unwrap();
        }
    }
    let path = write(folder.path(), "s.csv", &table);
    let claim = ["--claim", "worst(r2) >= 0.9"];
    for format in ["table", "markdown", "junit", "json"] {
        let answer = ask(&[&["scores", path.as_str(), "--format", format], &claim[..]].concat());
        let all = answer.stdout + &answer.stderr;
        assert!(
            !all.contains('\x1b') && !all.lines().any(|line| line.trim_start().starts_with("::")),
            "{format}: {all}"
        );
    }
    let github = ask(&[&["scores", path.as_str(), "-f", "github"], &claim[..]].concat());
    let commands = github.stdout.lines().filter(|line| line.starts_with("::error"));
    assert!(
        commands.clone().count() == 2 && commands.clone().all(|line| !line.starts_with("::error::")),
        "{}",
        github.stdout
    );
    refused(&["scores", &path, "--baseline", "n"], &["m\\x1b[31mred"]);
}
