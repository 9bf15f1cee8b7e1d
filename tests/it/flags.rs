//! The command line: names of other programs, lists, config files, completions, and reports that are opened again.

use crate::program;

use std::path::Path;
use std::process::Command;

use program::{Noise, json, refused, run, run_in, text, write};
use serde_json::Value;

fn diabetes<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["eval", "data/diabetes.csv", "-t", "target", "-n", "3", "-q"], more].concat()
}

fn penguins<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["eval", "data/penguins.csv", "-t", "species", "-n", "3", "-q"], more].concat()
}

/// Two classes that repeat themselves in few values, so that rows lie on the boundary, with a feature that is
/// higher for `no`.
fn two_classes(rows: usize) -> String {
    let mut noise = Noise(7);
    let mut text = String::from("a,b,c,y\n");
    for i in 0..rows {
        let yes = i % 2 == 0;
        let a = (noise.next() * 4.0).floor() + if yes { 0.0 } else { 1.0 };
        let c = ["p", "q", "r"][(noise.next() * 3.0) as usize];
        text += &format!("{a},{},{c},{}\n", (noise.next() * 3.0).floor(), if yes { "yes" } else { "no" });
    }
    text
}

#[test]
fn a_report_of_any_engine_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "d.csv", &two_classes(60));
    let new = write(folder.path(), "new.csv", "a,b,c\n1,0,p\n3,2,q\n");
    for (asked, kept) in [("auto", "auto"), ("linfa", "linfa"), ("per-split", "linfa"), ("shared", "shared")] {
        for model in ["logistic", "tree:max_depth=2", "knn", "lda"] {
            let report = folder.path().join("r.json").to_str().unwrap().to_owned();
            let eval = ["eval", &data, "-t", "y", "-m", model, "-n", "12", "-q", "--engine", asked, "-f", "json"];
            let a = run(&[&eval[..], &["-o", &report]].concat());
            assert!(a.status.success(), "{}", text(&a.stderr));
            let written: Value = serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
            assert_eq!(written["config"]["engine"], kept, "{asked} {model}");
            let out = folder.path().join("out").to_str().unwrap().to_owned();
            for command in [
                &["inspect", &report, "-q"][..],
                &["export", &report, "--split", "worst", "--out", &out],
                &["predict", &report, &new],
                &["check", &report, "--claim", "mean(accuracy) >= 0"],
            ] {
                let a = run(command);
                assert!(a.status.success(), "{asked} {model} {command:?}: {}", text(&a.stderr));
            }
        }
    }
}

#[test]
fn the_engine_of_an_early_report_is_that_of_its_model() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("r.json").to_str().unwrap().to_owned();
    run(&diabetes(&["-m", "lasso:alpha=0.3", "--engine", "linfa", "-f", "json", "-o", &report]));
    let new: Value = serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
    let early = |new: &Value| {
        let mut early = new.clone();
        early["config"].as_object_mut().unwrap().remove("engine").unwrap();
        early
    };
    let exported = |report: &Value, name: &str| {
        let path = write(folder.path(), &format!("{name}.json"), &report.to_string());
        let out = folder.path().join(name).to_str().unwrap().to_owned();
        assert!(run(&["export", &path, "--split", "1", "--out", &out]).status.success());
        std::fs::read_to_string(Path::new(&out).join("test.csv")).unwrap()
    };
    // Descent to a tolerance leaves the last digits to the engine.
    let mut shared = new.clone();
    shared["config"]["engine"] = "auto".into();
    let same = exported(&new, "new");
    assert_eq!(exported(&early(&new), "early"), same);
    assert_ne!(exported(&shared, "shared"), same);
}

/// Mean of a reading.
fn reading(report: &Value, name: &str) -> f64 {
    report["models"][0]["probes"][name]["mean"].as_f64().unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn coefficients_speak_of_the_positive_class() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "d.csv", &two_classes(200));
    let names = ["coefficient[a]", "coefficient[b]", "coefficient[c=p]", "coefficient[c=q]"];
    for engine in ["auto", "linfa"] {
        let of = |label: &str| {
            let probes = ["--probe", "coefficients", "--probe", "shap", "--probe", "importance"];
            let eval = ["eval", &data, "-t", "y", "-m", "logistic", "-n", "8", "-q", "-f", "json"];
            json(&[&eval[..], &probes, &["--positive", label, "--engine", engine]].concat())
        };
        let (yes, no) = (of("yes"), of("no"));
        // `a` is higher for no: the odds of yes fall as it rises.
        assert!(reading(&yes, "coefficient[a]") < -0.3 && reading(&no, "coefficient[a]") > 0.3);
        for name in names {
            assert_eq!(reading(&yes, name), -reading(&no, name), "{name}");
        }
        // Sizes and falls of the score have no side.
        assert!((reading(&yes, "shap[a]") - reading(&no, "shap[a]")).abs() < 1e-12);
        assert_eq!(reading(&yes, "importance[a]"), reading(&no, "importance[a]"));
    }
}

#[test]
fn a_direction_is_that_of_the_positive_class() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "d.csv", &two_classes(200));
    for (label, prediction, code) in [("yes", "falls", 0), ("yes", "rises", 1), ("no", "rises", 0), ("no", "falls", 1)]
    {
        let claims =
            format!("[[behaviour]]\nname = 'a'\ntest = 'direction'\ncolumn = 'a'\nprediction = '{prediction}'\n");
        let claims = write(folder.path(), "c.toml", &claims);
        let a = run(&[
            "eval",
            &data,
            "-t",
            "y",
            "-m",
            "logistic",
            "-n",
            "5",
            "-q",
            "--positive",
            label,
            "--claims",
            &claims,
        ]);
        assert_eq!(a.status.code(), Some(code), "{label} {prediction}: {}", text(&a.stdout));
    }
}

#[test]
fn what_is_undefined_on_every_split_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::from("a,y\n");
    let mut noise = Noise(3);
    (0..16).for_each(|_| rows += &format!("{:.3},{:.3}\n", noise.next(), noise.next()));
    let data = write(folder.path(), "d.csv", &rows);
    let asked = ["--probe", "conformal:level=0.95", "--probe", "learning:0.01,1"];
    let eval = [&["eval", &data, "-t", "y", "-n", "6", "-q"][..], &asked].concat();
    for format in ["table", "markdown", "github"] {
        let shown = text(&run(&[&eval[..], &["-f", format]].concat()).stdout);
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [
            "coverage, interval_width of ridge are undefined on all 6 splits: too few rows are set aside",
            "learning[0.01]",
        ] {
            assert!(shown.contains(words), "{format}: {shown}");
        }
    }
    let report = json(&[&eval[..], &["-f", "json"]].concat());
    let codes = report["warnings"].as_array().unwrap().iter().filter(|w| w["code"] == "RS307").count();
    assert!(codes >= 2, "{}", report["warnings"]);
}

#[test]
fn names_of_other_programs_are_shown_as_ours() {
    let report =
        json(&diabetes(&["-m", "Ridge", "-m", "RandomForestRegressor:ntree=5", "--metric", "RMSE,R²", "-f", "json"]));
    let names: Vec<&str> = report["models"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ridge", "forest"]);
    assert_eq!(report["metrics"], serde_json::json!(["rmse", "r2"]));
    assert_eq!(report["models"][1]["params"]["n_estimators"], 5);
    let a = run(&diabetes(&[
        "--fail-above",
        "RMSE=1000",
        "--claim",
        "worst(R2) > -9",
        "--claim",
        "mean(mean_absolute_error) < 900",
    ]));
    assert_eq!(a.status.code(), Some(0), "{}", text(&a.stderr));
    // A grid and a tuned model too, and settings of one model are told apart by our names.
    let report =
        json(&diabetes(&["--tune", "Ridge:lambda=0.1,1", "-m", "Lasso:lambda=1", "-m", "lasso:alpha=2", "-f", "json"]));
    let names: Vec<&str> = report["models"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["lasso:alpha=1", "lasso:alpha=2", "tuned-ridge"]);
}

#[test]
fn a_list_of_models_is_parted_by_commas() {
    let report = json(&diabetes(&["-m", "ridge,forest:n_estimators=5,max_depth=3,tree:max_depth=2", "-f", "json"]));
    let models = report["models"].as_array().unwrap();
    let names: Vec<&str> = models.iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ridge", "forest", "tree"]);
    assert_eq!((&models[1]["params"]["max_depth"], &models[2]["params"]["max_depth"]), (&3.into(), &2.into()));
    refused(&diabetes(&["-m", "ridge,rigde"]), &["'rigde'", "did you mean 'ridge'?"]);
    refused(&diabetes(&["-m", "ridge,alpha=2"]), &["write ridge:alpha=2"]);
}

#[test]
fn advice_works_when_it_is_followed() {
    refused(&diabetes(&["--fail-below", "r2"]), &["--fail-below r2=0.5"]);
    refused(&penguins(&["-m", "ridge"]), &["'ridge' predicts numbers", "target is a label", "--model logistic"]);
    refused(&penguins(&["-m", "RandomForestRegressor"]), &["RandomForestClassifier", "--model forest"]);
    refused(&penguins(&["--metric", "rmse"]), &["'rmse' is for numbers", "accuracy"]);
    refused(&diabetes(&["-m", "SVC"]), &["'SVC'", "--model svm (or SVR)"]);
    refused(&diabetes(&["--metric", "neg_root_mean_squared_error"]), &["use rmse"]);
    // Few whole numbers are labels, until they are said to be numbers.
    let cars = ["eval", "data/mtcars.csv", "-t", "cyl", "-n", "3", "-q"];
    refused(&[&cars[..], &["-m", "ridge"]].concat(), &["'cyl'", "--task regression"]);
    assert!(run(&[&cars[..], &["-m", "ridge", "--task", "regression"]].concat()).status.success());
    let of_text = text(&run(&penguins(&["-m", "ridge"])).stderr);
    assert!(!of_text.contains("--task"), "{of_text}");
    refused(&["eval", "data/mtcars.csv"], &["--target", "'mpg', 'cyl'"]);
    refused(&["splits", "data/mtcars.csv"], &["--target", "'mpg', 'cyl'"]);
}

#[test]
fn the_target_is_no_group_and_no_time() {
    refused(&penguins(&["--group", "species"]), &["--group species is the target"]);
    refused(&diabetes(&["--time", "target"]), &["--time target is the target"]);
    refused(&["splits", "data/penguins.csv", "-t", "species", "--group", "species"], &["is the target"]);
    assert!(run(&penguins(&["--stratify", "species"])).status.success());
}

#[test]
fn a_confidence_is_a_share_or_a_percentage() {
    let claim = ["--claim", "mean(r2) > -9", "-f", "json"];
    let with = |c: &str| json(&diabetes(&[&claim[..], &["--confidence", c]].concat()))["claims"].clone();
    assert_eq!(with("95%"), with("0.95"));
    refused(&diabetes(&["--confidence", "95"]), &["95%"]);
    refused(&diabetes(&["--confidence", "high"]), &["0.95 or 95%"]);
    let folder = tempfile::tempdir().unwrap();
    let claims = write(folder.path(), "c.toml", "confidence = '90%'\n[[claim]]\nexpr = 'mean(r2) > -9'\n");
    assert_eq!(json(&diabetes(&["--claims", &claims, "-f", "json"]))["claims"][0]["confidence"], 0.9);
}

#[test]
fn a_config_file_in_the_folder_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let data = "diabetes.csv";
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(data), folder.path().join(data)).unwrap();
    let config = |more: &str| {
        let text = format!("data = '{data}'\ntarget = 'target'\nsplits = 3\n{more}");
        std::fs::write(folder.path().join("randsplit.toml"), text).unwrap();
    };
    let eval = |more: &[&str]| run_in(folder.path(), &[&["eval"], more].concat());
    config("");
    let a = eval(&[]);
    assert!(a.status.success());
    assert_eq!(text(&a.stderr), "randsplit.toml sets data, splits, target; --no-config leaves it out\n");
    assert!(eval(&["-q"]).stderr.is_empty());
    assert_eq!(eval(&["--config", "randsplit.toml"]).stderr, b"");
    let typed = text(&eval(&["-n", "4", "--target", "bmi"]).stderr);
    assert_eq!(typed, "randsplit.toml sets data; --no-config leaves it out\n");
    let a = eval(&["--no-config", data, "-t", "bmi", "-n", "4"]);
    assert!(a.status.success() && a.stderr.is_empty());
    let a = eval(&["--no-config"]);
    assert!(a.status.code() == Some(2) && text(&a.stderr).contains("required"));
    config("quiet = true\n");
    assert!(eval(&[]).stderr.is_empty());
}

#[test]
fn mistakes_in_a_config_file_are_not_blamed_on_flags() {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/diabetes.csv");
    for (more, words) in [
        ("test-size = 1.5", "randsplit.toml: test-size = 1.5: "),
        ("engine = 'gpu'", "randsplit.toml: engine = \"gpu\": write one of auto, shared, per-split"),
        ("splits = 'many'", "randsplit.toml: splits = \"many\": give a whole number from 0 up, or auto"),
        ("confidence = 95", "confidence 95 is not between 0.5 and 1; write 95% (confidence is set in randsplit.toml)"),
        ("max_splits = 9", "(max_splits is set in randsplit.toml)"),
        ("model = 'rigde'", "(model is set in randsplit.toml)"),
        ("group = 'clinic'", "group are set in randsplit.toml)"),
        ("fail-below = 'r2'", "(fail-below is set in randsplit.toml)"),
        ("quiet = 'yes'", "randsplit.toml: quiet = \"yes\": write true or false"),
        ("model = [1, [2]]", "randsplit.toml: model must be a string, a number"),
    ] {
        let config = format!("data = '{}'\ntarget = 'target'\n{more}\n", data.display());
        std::fs::write(folder.path().join("randsplit.toml"), config).unwrap();
        let a = run_in(folder.path(), &["eval"]);
        let error = text(&a.stderr);
        assert!(a.status.code() == Some(2) && error.contains(words), "{more}: {error}");
        assert!(!error.contains("for more information"), "{error}");
    }
    std::fs::write(folder.path().join("randsplit.toml"), "data = 'gone.csv'\ntarget = 'y'\n").unwrap();
    let error = text(&run_in(folder.path(), &["eval"]).stderr);
    assert!(error.contains("gone.csv") && error.contains("(data is set in randsplit.toml)"), "{error}");
    std::fs::write(folder.path().join("randsplit.toml"), "data = \n").unwrap();
    let error = text(&run_in(folder.path(), &["eval", "x.csv", "-t", "y"]).stderr);
    assert!(error.contains("randsplit.toml") && error.contains("--no-config"), "{error}");
}

#[test]
fn help_is_a_command_too() {
    for (asked, page) in [(&["help", "eval"][..], &["eval", "--help"][..]), (&["help"], &["--help"])] {
        let (a, b) = (run(asked), run(page));
        assert!(a.status.success() && a.stdout == b.stdout, "{asked:?}");
    }
    refused(&["help", "evl"], &["evl"]);
    refused(&["evla", "x.csv"], &["evla", "eval"]);
    let model = text(&run(&["models", "RandomForestClassifier"]).stdout);
    for word in ["forest", "also called", "rf", "RandomForestRegressor", "ntree", "mtry"] {
        assert!(model.contains(word), "{model}");
    }
    refused(&["explain", "RS03"], &["did you mean 'RS0"]);
}

/// What bash offers for the last of these words.
fn offered(words: &[&str]) -> Vec<String> {
    let script = text(&run(&["completions", "bash"]).stdout);
    let list: Vec<String> = words.iter().map(|w| format!("'{w}'")).collect();
    let ask = format!(
        "{script}\nCOMP_WORDS=({}); COMP_CWORD={}; _randsplit randsplit \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        list.join(" "),
        words.len() - 1
    );
    let Ok(bash) = Command::new("bash").args(["--norc", "-c", &ask]).current_dir(env!("CARGO_MANIFEST_DIR")).output()
    else {
        return Vec::new();
    };
    text(&bash.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn completions_know_the_names() {
    if Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    for (words, some) in [
        (&["randsplit", "eval", "-m", "ext"][..], &["extra-trees"][..]),
        (&["randsplit", "eval", "--model", "l"], &["lasso", "logistic", "lda", "linfa-tree"]),
        (&["randsplit", "eval", "--metric", "f1"], &["f1", "f1_macro", "f1_weighted"]),
        (&["randsplit", "eval", "--scheme", "strat"], &["stratified", "stratified-group"]),
        (&["randsplit", "eval", "--probe", "co"], &["coefficients", "conformal"]),
        (&["randsplit", "eval", "--format", "j"], &["json", "junit"]),
        (&["randsplit", "inspect", "x.json", "--split", "w"], &["worst"]),
        (
            &["randsplit", "explain", "RS10"],
            &["RS101", "RS102", "RS103", "RS104", "RS105", "RS106", "RS107", "RS108", "RS109"],
        ),
        (&["randsplit", "models", "ela"], &["elastic-net"]),
        (&["randsplit", "man", "in"], &["inspect"]),
        (&["randsplit", "completions", "f"], &["fish"]),
        (&["randsplit", "spl"], &["splits"]),
    ] {
        let mut found = offered(words);
        let mut some: Vec<String> = some.iter().map(|s| (*s).to_owned()).collect();
        found.sort();
        some.sort();
        assert_eq!(found, some, "{words:?}");
    }
}

#[test]
fn junit_suites_are_named_by_the_data_and_tell_no_time() {
    let claim = ["--claim", "mean(r2) > -9", "-f", "junit"];
    let plain = text(&run(&diabetes(&claim)).stdout);
    assert!(plain.contains("<testsuite name=\"randsplit.diabetes.ridge\""), "{plain}");
    assert!(plain.contains("classname=\"randsplit.diabetes.ridge\"") && !plain.contains("time="), "{plain}");
    let timed = text(&run(&diabetes(&[&claim[..], &["--timings"]].concat())).stdout);
    let total = timed.split(" time=\"").nth(1).and_then(|t| t.split('"').next()?.parse::<f64>().ok());
    assert!(total.is_some_and(|t| (0.0..600.0).contains(&t)), "{timed}");
}
