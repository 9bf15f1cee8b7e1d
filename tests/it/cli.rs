//! The program from outside: exit codes, forms of output, plans, lists.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{Answer, ask as run, command, diabetes, refused, report as json};

#[test]
fn a_run_prints_its_table_and_exits_0() {
    let a = run(&diabetes(&["--model", "ridge", "--splits", "50"]));
    assert_eq!((a.code, a.stderr.as_str()), (0, ""));
    for word in ["r2", "rmse", "worst split", "best split", "baseline mean", "5 % quantile", "442 rows", "seed 0"] {
        assert!(a.stdout.contains(word), "{word}");
    }
    assert!(!a.stdout.contains('\x1b'));
}

#[test]
fn the_json_holds_the_promised_fields_and_the_same_bytes_for_any_number_of_threads() {
    let one = run(&diabetes(&["--format", "json", "--threads", "1", "-n", "40", "-m", "ridge", "-m", "tree"]));
    let two = run(&diabetes(&["--format", "json", "--threads", "2", "-n", "40", "-m", "ridge", "-m", "tree"]));
    assert_eq!((one.code, &one.stdout), (0, &two.stdout));
    // More threads than splits, or than any machine has, are not started.
    let many = run(&diabetes(&["--format", "json", "--threads", "99999", "-n", "40", "-m", "ridge", "-m", "tree"]));
    assert!(many.stdout == one.stdout);
    let report: Value = serde_json::from_str(&one.stdout).unwrap();
    assert_eq!(report["schema"], "randsplit.report/1");
    assert_eq!((&report["data"]["rows"], &report["data"]["rows_used"]), (&442.into(), &442.into()));
    assert_eq!(report["plan"]["scheme"], "shuffle");
    let r2 = &report["models"][0]["metrics"]["r2"];
    let splits = report["models"][0]["splits"].as_array().unwrap();
    assert_eq!(splits.len(), 40);
    let worst = &splits[r2["worst"]["split"].as_u64().unwrap() as usize];
    assert_eq!(worst["scores"]["r2"], r2["worst"]["score"]);
    let scores: Vec<f64> = splits.iter().map(|s| s["scores"]["r2"].as_f64().unwrap()).collect();
    assert_eq!(r2["min"].as_f64().unwrap(), scores.iter().copied().fold(f64::INFINITY, f64::min));
    let mean = scores.iter().sum::<f64>() / 40.0;
    assert!((r2["mean"].as_f64().unwrap() - mean).abs() < 1e-12);
    let gap =
        splits.iter().map(|s| s["train_scores"]["rmse"].as_f64().unwrap() - s["scores"]["rmse"].as_f64().unwrap());
    let gap_mean = report["models"][0]["metrics"]["rmse"]["gap_mean"].as_f64().unwrap();
    assert!((gap_mean + gap.sum::<f64>() / 40.0).abs() < 1e-9);
    assert_eq!(report["baseline"]["splits"].as_array().unwrap().len(), 40);
    assert_eq!(report.get("timings"), None);
    assert!(json(&diabetes(&["-n", "2", "--timings"]))["timings"]["run"].as_f64().unwrap() >= 0.0);
}

#[test]
fn claims_decide_between_0_and_1() {
    let holds = run(&diabetes(&["-n", "30", "--fail-below", "r2=0.0", "--fail-above", "rmse=1000"]));
    assert_eq!(holds.code, 0);
    assert!(holds.stdout.contains("holds ✓ worst(r2) >= 0"), "{}", holds.stdout);
    let fails = run(&diabetes(&["-n", "30", "--fail-below", "r2=0.9"]));
    assert_eq!(fails.code, 1);
    let report = json(&diabetes(&["-n", "30"]));
    let worst = &report["models"][0]["metrics"]["r2"]["worst"];
    let line = fails.stdout.lines().find(|l| l.starts_with("fails ✗")).unwrap();
    assert!(line.contains(&format!("split #{} ", worst["split"])), "{line}");
    assert!(line.contains(&format!("misses by {:.4} ", 0.9 - worst["score"].as_f64().unwrap())), "{line}");
    // Other forms keep standard output clean and say it on standard error.
    let quiet = run(&diabetes(&["-n", "30", "--fail-below", "r2=0.9", "--format", "json"]));
    assert_eq!(quiet.code, 1);
    let report: Value = serde_json::from_str(&quiet.stdout).unwrap();
    assert_eq!(report["claims"][0]["verdict"], "fails");
    assert!(quiet.stderr.starts_with("fails ✗ worst(r2) >= 0.9"));
}

#[test]
fn forms_of_output() {
    let csv = run(&diabetes(&["-n", "3", "--format", "csv", "--metric", "mae,r2"]));
    let lines: Vec<&str> = csv.stdout.lines().collect();
    assert_eq!(lines[0], "model,split,n_train,n_test,mae,r2,train_mae,train_r2,failed");
    assert!(lines[1].starts_with("ridge,0,353,89,") && lines[4].starts_with("baseline,0,"));
    assert_eq!(lines.len(), 7);
    let lines = run(&diabetes(&["-n", "7", "--format", "ndjson"])).stdout;
    let splits: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(splits.iter().map(|s| s["split"].as_u64().unwrap()).collect::<Vec<_>>(), (0..7).collect::<Vec<_>>());
    let report = json(&diabetes(&["-n", "7"]));
    assert_eq!(splits[3]["models"]["ridge"]["scores"], report["models"][0]["splits"][3]["scores"]);
    let markdown = run(&diabetes(&["-n", "7", "--format", "markdown"])).stdout;
    assert!(markdown.lines().any(|l| l.starts_with("| r2 |") || l.starts_with("| `r2` |")), "{markdown}");
    assert!(run(&diabetes(&["-n", "2", "--color", "always"])).stdout.contains("\x1b[1m"));
    let forbidden = Answer::from(command(&diabetes(&["-n", "2"])).env("NO_COLOR", "1").output().unwrap());
    assert!(!forbidden.stdout.contains('\x1b'));
}

/// What stands in the table about comparisons stands in the Markdown, in the same words.
#[test]
fn markdown_compares_as_the_table_does() {
    let flags = [
        "eval",
        "data/breast_cancer.csv",
        "-t",
        "target",
        "--positive",
        "malignant",
        "-n",
        "30",
        "-m",
        "logistic",
        "-m",
        "nb",
        "--null",
        "permutation:5",
        "--claims",
        "examples/worth.toml",
    ];
    let form = |form: &str| run(&[&flags[..], &["--wide", "--detail", "-f", form]].concat()).stdout;
    let (table, markdown) = (form("table"), form("markdown"));
    let beginnings = [
        ("Against the baseline: ", 1),
        ("logistic: a year is worth ", 1),
        ("nb: permutation p = ", 1),
        ("logistic beats ", 1),
    ];
    for (beginning, count) in beginnings {
        let lines: Vec<&str> = table.lines().filter(|l| l.starts_with(beginning)).collect();
        assert_eq!(lines.len(), count, "{beginning} {table}");
        for line in lines {
            let item = |l: &str| l.strip_prefix("- ").is_some_and(|l| l[1..].replace('\\', "") == line[1..]);
            assert_eq!(markdown.lines().filter(|l| item(l)).count(), 1, "{line}: {markdown}");
        }
    }
    let standings = markdown.split_once("### models against each other\n\n- ").unwrap().1;
    assert!(standings.contains(": mean rank ") && !markdown.contains("\n\n\n"), "{markdown}");
    // Verdicts come first.
    assert!(markdown.contains("seed 0, positive class 'malignant'.\n\n### claims\n\n- **fails**: "), "{markdown}");
    // Nothing is said that was not asked.
    let alone = run(&diabetes(&["-n", "5", "-f", "markdown"])).stdout;
    assert!(alone.contains("\n- Against the baseline: wins in r2, rmse and mae (r2 0."), "{alone}");
    assert!(!["a year", "shuffled", "each other"].iter().any(|w| alone.contains(w)));
}

#[test]
fn files_are_written_whole_and_by_their_ending() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let a = run(&diabetes(&["-n", "3", "-o", &path("r.json")]));
    assert!(a.code == 0 && a.stdout.contains("worst split"));
    let report: Value = serde_json::from_slice(&std::fs::read(path("r.json")).unwrap()).unwrap();
    assert_eq!(report["plan"]["splits"], 3);
    let a = run(&diabetes(&["-n", "3", "-o", &path("r.data"), "--format", "csv"]));
    assert!(
        a.code == 0 && a.stdout.is_empty() && std::fs::read_to_string(path("r.data")).unwrap().starts_with("model,")
    );
    refused(&diabetes(&["-n", "3", "-o", &path("r.xyz")]), &["r.xyz", "--format"]);
    refused(&diabetes(&["-n", "3", "-o", &path("none/r.json")]), &["none/r.json", "folder does not exist"]);
    refused(&diabetes(&["-n", "3", "-f", "json", "-o", folder.path().to_str().unwrap()]), &["is a folder"]);
    // Nothing is left behind by a run that was refused.
    refused(&diabetes(&["-m", "svm:C=0", "-o", &path("no.json")]), &["C=0"]);
    let mut names: Vec<String> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["r.data", "r.json"]);
}

#[test]
fn a_plan_is_written_and_read_back_to_the_same_scores() {
    let folder = tempfile::tempdir().unwrap();
    let straight = json(&["eval", "data/hitters.csv", "-t", "Salary", "-n", "6"]);
    for name in ["plan.csv", "plan.parquet"] {
        let plan = folder.path().join(name).to_str().unwrap().to_owned();
        assert_eq!(run(&["splits", "data/hitters.csv", "-t", "Salary", "-n", "6", "-o", &plan]).code, 0);
        let back = json(&["eval", "data/hitters.csv", "-t", "Salary", "--scheme", &format!("file:{plan}")]);
        assert_eq!(back["models"][0]["splits"], straight["models"][0]["splits"]);
    }
    // Rows are those of the file: 59 of 322 have no salary and are in no split.
    assert_eq!((&straight["data"]["rows"], &straight["data"]["rows_used"]), (&322.into(), &263.into()));
    assert!(straight["warnings"].as_array().unwrap().iter().any(|w| w["code"] == "RS001"));
    let text = run(&["splits", "data/hitters.csv", "-t", "Salary", "-n", "1"]).stdout;
    assert!(text.starts_with("split,row,part\n") && !text.contains("0,0,"), "row 0 has no salary");
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let mut child = command(&diabetes(&["-n", "300", "-f", "ndjson"]))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let a = Answer::from(child.wait_with_output().unwrap());
    assert_eq!((a.code, a.stderr.as_str()), (0, ""));
}

#[cfg(unix)]
#[test]
fn an_interrupt_reports_the_splits_done_and_exits_130() {
    use std::io::{BufRead, BufReader};
    let mut child =
        command(&["eval", "data/diabetes.csv", "-t", "target", "-n", "10000000", "-m", "svm", "-f", "ndjson"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The run is under way once the first line is there.
    assert!(lines.next().unwrap().unwrap().starts_with("{\"split\":0,"));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    for (i, line) in rest.iter().enumerate() {
        assert!(line.starts_with(&format!("{{\"split\":{},", i + 1)), "{line}");
    }
    let a = Answer::from(child.wait_with_output().unwrap());
    assert_eq!(a.code, 130);
    assert!(a.stderr.contains("partial: ") && a.stderr.contains("of 10000000 splits"), "{}", a.stderr);
}

#[test]
fn lists_help_and_pages() {
    for (arguments, word) in [
        (&["--help"][..], "Exit codes"),
        (&["eval", "--help"], "Examples"),
        (&["splits", "--help"], "Examples"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["models"], "elastic-net"),
        (&["models", "tree"], "max_depth=none"),
        (&["metrics"], "balanced_accuracy"),
        (&["explain"], "RS014"),
        (&["explain", "rs004"], "id or free text"),
        (&["completions", "bash"], "complete"),
        (&["man"], ".TH randsplit"),
        (&["man", "eval"], "fail"),
    ] {
        let a = run(arguments);
        assert!(a.code == 0 && a.stdout.contains(word) && a.stderr.is_empty(), "{arguments:?}: {}", a.stderr);
    }
}

#[test]
fn lists_are_for_people_and_for_programs() {
    for (list, own) in [("models", "models"), ("metrics", "metrics"), ("probes", "probes")] {
        assert_eq!(run(&["list", list]).stdout, run(&[own]).stdout);
        assert_eq!(json(&["list", list]), json(&[own]));
    }
    let all = json(&["list"]);
    let names: Vec<&String> = all.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "models",
            "metrics",
            "probes",
            "behaviours",
            "schemes",
            "statistics",
            "suspicions",
            "sanity",
            "formats",
            "figures",
            "warnings",
            "errors"
        ]
    );
    for (list, entries) in all.as_object().unwrap() {
        assert_eq!(*entries, json(&["list", list]), "{list}");
        assert!(run(&["list"]).stdout.contains(list.as_str()));
        for entry in entries.as_array().unwrap() {
            let (name, summary) = (entry["name"].as_str().unwrap(), entry["summary"].as_str().unwrap());
            assert!(run(&["list", list]).stdout.contains(name) && !summary.is_empty(), "{list}: {entry}");
        }
    }
    let named = |list: &str, name: &str| {
        let entries = all[list].as_array().unwrap();
        entries.iter().find(|entry| entry["name"] == name).unwrap().clone()
    };
    let (brier, r2) = (named("metrics", "brier"), named("metrics", "r2"));
    assert_eq!((&brier["direction"], &brier["needs"]), (&Value::from("lower"), &Value::from("probabilities")));
    assert_eq!(
        (brier["bounds"][1].as_f64(), &r2["bounds"][0], r2["bounds"][1].as_f64()),
        (Some(2.0), &Value::Null, Some(1.0))
    );
    assert!(r2["aliases"].as_array().unwrap().contains(&"r2_score".into()));
    assert_eq!(named("probes", "importance")["params"][0]["default"], "5");
    assert_eq!(named("behaviours", "parity")["params"][4]["name"], "least");
    assert!(run(&["schemes"]).stdout.contains("kfold:K"));
    refused(&["list", "metric"], &["no list of 'metric'", "did you mean 'metrics'?"]);
}
