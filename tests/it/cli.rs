//! The program from outside: exit codes, forms of output, and a sentence for every bad input.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{Answer, ask as run, assert_refused, command, refused, report as json, run_with_input};

/// `eval` on a file with that text.
fn refused_text(name: &str, text: &[u8], flags: &[&str], words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let arguments = [&["eval", path.to_str().unwrap(), "--target", "y"], flags].concat();
    let a = run(&arguments);
    assert_refused(&a, &String::from_utf8_lossy(text), &[words, &[name]].concat());
    assert_eq!(a.stderr.lines().count(), 1, "{}", a.stderr);
}

const DIABETES: [&str; 4] = ["eval", "data/diabetes.csv", "--target", "target"];

fn diabetes<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [&DIABETES, flags].concat()
}

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
fn many_forms_of_one_table_give_the_same_scores() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/penguins.csv")).unwrap();
    let want = json(&["eval", "data/penguins.csv", "-t", "species", "-n", "5"]);
    let quoted: String =
        text.lines().map(|l| l.split(',').map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(",") + "\r\n").collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let forms: [(&str, Vec<u8>); 5] = [
        ("semicolon.csv", text.replace(',', ";").into_bytes()),
        ("tab.tsv", text.replace(',', "\t").into_bytes()),
        ("quoted.csv", quoted.into_bytes()),
        ("mark.csv", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("packed.csv.gz", packed.finish().unwrap()),
    ];
    for (name, bytes) in forms {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let got = json(&["eval", path.to_str().unwrap(), "-t", "species", "-n", "5"]);
        assert_eq!(got["models"], want["models"], "{name}");
        assert_eq!(got["data"]["fingerprint"], want["data"]["fingerprint"], "{name}");
    }
    let input = Answer::from(run_with_input(&["eval", "-", "-t", "species", "-n", "5", "-f", "json"], text.as_bytes()));
    let got: Value = serde_json::from_str(&input.stdout).unwrap();
    assert_eq!(got["models"], want["models"]);
    let odd = text.replace(',', "|");
    std::fs::write(folder.path().join("odd.txt"), odd).unwrap();
    let path = folder.path().join("odd.txt");
    assert_eq!(
        json(&["eval", path.to_str().unwrap(), "-t", "species", "-n", "5", "--delimiter", "|"])["models"],
        want["models"]
    );
}

#[test]
fn columns_are_chosen_by_name_and_glob() {
    let names = |flags: &[&str]| {
        let report = json(&[&["eval", "data/breast_cancer.csv", "-t", "target", "-n", "2"], flags].concat());
        report["data"]["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&["--features", "mean ra*,worst area"]), ["mean radius", "worst area"]);
    assert_eq!(names(&["--drop", "worst*,* error"]).len(), 10);
    assert_eq!(names(&["--features", "mean*", "--drop", "mean c*"]).len(), 7);
    let report = json(&[
        "eval",
        "data/titanic.csv",
        "-t",
        "survived",
        "-n",
        "2",
        "--encode",
        "sex=ordinal",
        "--encode",
        "passengerClass=drop",
    ]);
    assert_eq!(report["data"]["features"][0]["encoding"], "ordinal");
    assert_eq!(report["data"]["dropped"][0]["name"], "passengerClass");
}

#[test]
fn tasks_and_labels() {
    let report =
        json(&["eval", "data/titanic.csv", "-t", "survived", "-n", "3", "--metric", "recall,recall[*],support[no]"]);
    let metrics: Vec<&str> = report["metrics"].as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
    assert_eq!(metrics, ["recall", "recall[no]", "recall[yes]", "support[no]"]);
    let s = &report["models"][0]["splits"][0]["scores"];
    assert_eq!((&s["recall"], &report["data"]["positive"]), (&s["recall[yes]"], &"yes".into()));
    let other =
        json(&["eval", "data/titanic.csv", "-t", "survived", "-n", "3", "--metric", "recall", "--positive", "no"]);
    assert_eq!(other["models"][0]["splits"][0]["scores"]["recall"], s["recall[no]"]);
    let guessed = json(&["eval", "data/mtcars.csv", "-t", "gear", "-n", "3"]);
    assert_eq!(guessed["data"]["task"], "classification");
    assert!(guessed["warnings"].as_array().unwrap().iter().any(|w| w["code"] == "RS002"));
    assert_eq!(
        json(&["eval", "data/mtcars.csv", "-t", "gear", "-n", "3", "--task", "regression"])["data"]["task"],
        "regression"
    );
}

/// 60 rows of `x,flag,y` whose booleans are spelt so.
fn booleans(no: &str, yes: &str) -> String {
    let row = |i: usize| {
        let flag = if i.is_multiple_of(3) { yes } else { no };
        format!("{},{flag},{}\n", i * 7 % 11, if (i * 5 % 13) + i % 3 > 6 { yes } else { no })
    };
    "x,flag,y\n".to_owned() + &(0..60).map(row).collect::<String>()
}

#[test]
fn booleans_keep_the_spelling_of_the_file_and_are_asked_for_in_any() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for [no, yes] in [["false", "true"], ["False", "True"], ["FALSE", "TRUE"]] {
        let (data, report, rows) = (path("t.csv"), path("r.json"), path("rows"));
        std::fs::write(&data, booleans(no, yes)).unwrap();
        // Every name in another spelling than the file's but one.
        let a = run(&[
            "eval",
            &data,
            "-t",
            "y",
            "-n",
            "5",
            "-o",
            &report,
            "--positive",
            "TRUE",
            "--encode",
            "flag=onehot",
            "--metric",
            "recall[true],f1[True],support[*]",
            "--claim",
            "min(recall[True]) >= 0",
            "--fail-below",
            "f1[TRUE]=0",
        ]);
        assert_eq!(a.code, 0, "{}", a.stderr);
        let read: Value = serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
        assert_eq!(read["data"]["labels"], serde_json::json!([no, yes]));
        assert_eq!(read["data"]["positive"], yes);
        let names = [("recall", yes), ("f1", yes), ("support", no), ("support", yes)].map(|(m, l)| format!("{m}[{l}]"));
        assert_eq!(read["metrics"], serde_json::json!(names));
        assert_eq!(run(&["check", &report, "--claim", "min(support[FALSE]) > 0"]).code, 0);
        for more in [&["inspect"][..], &["compare"], &["check", "--against", &report]] {
            let a = run(&[&more[..1], &[&report], &more[1..], &["--metric", "f1[TRUE]"]].concat());
            assert_eq!(a.code, 0, "{}", a.stderr);
        }
        // Predictions and the rows they are for are spelt alike, in every column.
        assert_eq!(run(&["export", &report, "--split", "2", "--out", &rows]).code, 0);
        let test = std::fs::read_to_string(folder.path().join("rows/test.csv")).unwrap();
        assert!(test.starts_with(&format!("row,x,flag,y,prediction,error,p({no}),p({yes})\n")), "{test}");
        for line in test.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert!(cells[2..6].iter().all(|c| [no, yes].contains(c)), "{line}");
            assert_eq!(cells[5] == yes, cells[3] != cells[4], "{line}");
        }
        // New rows may spell them in another way than the rows of the report.
        let predicted = |no, yes| {
            std::fs::write(path("new.csv"), booleans(no, yes)).unwrap();
            let a = run(&["predict", &report, &path("new.csv")]);
            assert_eq!((a.code, a.stderr.as_str()), (0, ""));
            a.stdout
        };
        let same = predicted(no, yes);
        assert!(
            same.contains(&format!("probability_{yes}")) && same.lines().nth(1).unwrap().contains(&format!(",{no},"))
        );
        assert_eq!(predicted("FALSE", "TRUE"), same);
        assert_eq!(predicted("false", "true"), same);
        // Parquet has a type for them.
        assert_eq!(run(&["export", &report, "--split", "2", "--out", &rows, "-f", "parquet"]).code, 0);
        let parquet = path("rows/test.parquet");
        let shown =
            json(&["eval", &parquet, "-t", "prediction", "-n", "2", "--test-size", "0.4", "--scheme", "shuffle"]);
        let kind = |name: &str| {
            let features = shown["data"]["features"].as_array().unwrap();
            features.iter().find(|f| f["name"] == name).map(|f| f["kind"].clone())
        };
        assert_eq!(
            (kind("y"), kind("flag"), kind("error")),
            (Some("boolean".into()), Some("boolean".into()), Some("boolean".into()))
        );
        assert_eq!(shown["data"]["labels"], serde_json::json!(["False", "True"]));
    }
}

#[test]
fn bad_files_are_refused() {
    refused(&["eval", "data/none.csv", "-t", "y"], &["data/none.csv", "no such file"]);
    refused(&["eval", "data", "-t", "y"], &["is a folder"]);
    refused_text("empty.csv", b"", &[], &["is empty"]);
    refused_text("header.csv", b"a,b,y\n", &[], &["no rows"]);
    refused_text("broken.parquet", b"PAR1 not really PAR1", &[], &["broken Parquet"]);
    refused_text("ragged.csv", b"a,b,y\n1,2,3\n4,5\n6,7,8\n", &[], &["line 3", "2 fields", "header has 3"]);
    refused_text("twice.csv", b"a,a,y\n1,2,3\n4,5,6\n", &[], &["'a'", "rename"]);
    refused_text("utf16.csv", b"\xff\xfea\0,\0y\0\n\0", &[], &["UTF-16"]);
    refused_text("latin.csv", b"a,y\n\xe4,1\nb,2\n", &[], &["UTF-8"]);
    refused_text("binary.csv", b"a\0b,y\n1,2\n", &[], &["neither text nor Parquet"]);
    refused_text("broken.csv.gz", b"\x1f\x8b\x08 no gzip", &[], &["broken gzip"]);
    let empty = run_with_input(&["eval", "-", "-t", "y"], b"").into();
    assert_refused(&empty, "standard input", &["standard input", "empty"]);
}

#[test]
fn a_parquet_file_cut_short_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.parquet");
    assert_eq!(run(&["splits", "data/iris.csv", "-t", "target", "-n", "3", "-o", plan.to_str().unwrap()]).code, 0);
    let bytes = std::fs::read(&plan).unwrap();
    for keep in [bytes.len() / 2, bytes.len() - 5, 12] {
        std::fs::write(&plan, &bytes[..keep]).unwrap();
        refused(&["eval", plan.to_str().unwrap(), "-t", "part"], &["plan.parquet", "broken Parquet"]);
    }
    // A byte changed in the middle may parse or not, but never ends in a panic.
    for at in (4..bytes.len() - 8).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        std::fs::write(&plan, changed).unwrap();
        let a = run(&["eval", plan.to_str().unwrap(), "-t", "part", "-n", "1"]);
        assert!([0, 2].contains(&a.code) && !a.stderr.contains("panicked"), "byte {at}: {}", a.stderr);
    }
}

#[test]
fn bad_targets_are_refused() {
    refused(
        &["eval", "data/diabetes.csv", "-t", "targte"],
        &["data/diabetes.csv", "'targte'", "did you mean 'target'?"],
    );
    refused_text("constant.csv", b"a,y\n1,2.5\n2,2.5\n3,2.5\n", &[], &["'y'", "every row"]);
    refused_text("missing.csv", b"a,y\n1,\n2,NA\n", &[], &["'y'", "missing in every row"]);
    refused_text("one.csv", b"a,y\n1,x\n2,x\n3,\n", &[], &["'y'", "one class"]);
    refused_text("text.csv", b"a,y\n1,1.5\n2,high\n3,2\n", &["--task", "regression"], &["line 3", "'high'"]);
    refused_text("infinite.csv", b"a,y\n1,1.5\n2,inf\n3,2\n4,4\n", &[], &["'y'", "infinite", "line 3"]);
    refused_text("ids.csv", b"a,y\n1,u\n2,v\n3,w\n4,x\n5,z\n", &[], &["'u'", "single row"]);
    refused(&["eval", "data/iris.csv", "-t", "target", "--positive", "setosa"], &["--positive", "3"]);
    refused(&["eval", "data/titanic.csv", "-t", "survived", "--positive", "yse"], &["'yse'", "did you mean 'yes'?"]);
}

#[test]
fn bad_columns_are_refused() {
    refused(&diabetes(&["--features", "bim"]), &["'bim'", "did you mean 'bmi'?"]);
    refused(&diabetes(&["--features", "age,x*"]), &["'x*'", "--features"]);
    refused(&diabetes(&["--drop", "agee"]), &["'agee'", "did you mean 'age'?"]);
    refused(&diabetes(&["--drop", "*"]), &["no feature columns are left"]);
    refused(&diabetes(&["--features", "target"]), &["names the target"]);
    refused(&diabetes(&["--encode", "age=hot"]), &["age=hot", "onehot"]);
    refused(&diabetes(&["--encode", "aeg=onehot"]), &["'aeg'", "did you mean 'age'?"]);
    refused(&diabetes(&["--encode", "age"]), &["COLUMN="]);
    refused(&diabetes(&["--delimiter", ",,"]), &["--delimiter"]);
    refused_text("large.csv", b"a,y\n1,1.5\n1e300,2\n3,3\n4,4\n", &[], &["line 3", "'a'", "1e300"]);
    refused_text("huge.csv", b"a,y\n1,1.5\n2,-1e200\n3,3\n4,4\n", &[], &["line 3", "'y'", "-1e200"]);
    refused_text("useless.csv", b"a,b,y\n1,,1\n1,,2\n1,,3\n1,,4.5\n", &[], &["no usable feature", "'a'", "'b'"]);
}

#[test]
fn bad_models_parameters_and_metrics_are_refused() {
    refused(&diabetes(&["-m", "rigde"]), &["'rigde'", "did you mean 'ridge'?"]);
    refused(&diabetes(&["-m", "ridge:alhpa=1"]), &["'alhpa'", "did you mean 'alpha'?"]);
    refused(&diabetes(&["-m", "ridge:alpha=-1"]), &["alpha=-1", "from 0 up"]);
    refused(&diabetes(&["-m", "ridge:alpha=1,alpha=2"]), &["alpha", "twice"]);
    refused(&diabetes(&["-m", "ridge:alpha=nan"]), &["alpha=nan"]);
    refused(&diabetes(&["-m", "knn:n_neighbors=0"]), &["n_neighbors=0"]);
    refused(&diabetes(&["-m", "logistic"]), &["'logistic'", "classification"]);
    refused(&diabetes(&["-m", "ridge", "-m", "ridge"]), &["twice"]);
    refused(&diabetes(&["-m", "svm:C=1e308"]), &["'svm'", "C=1e308", "up to 1e6"]);
    refused(&diabetes(&["--grid", "svm:C=1,1000001"]), &["'svm'", "C=1.000001e6", "up to 1e6"]);
    refused(&diabetes(&["-m", "svm:tol=1e-300"]), &["'svm'", "tol=1e-300", "1e-12 or more"]);
    refused(&diabetes(&["--metric", "r3"]), &["'r3'", "r2"]);
    refused(&diabetes(&["--metric", "accuracy"]), &["'accuracy'", "classification"]);
    refused(&["eval", "data/iris.csv", "-t", "target", "--metric", "f1"], &["f1_macro"]);
    refused(&["eval", "data/iris.csv", "-t", "target", "--metric", "recall[rose]"], &["'rose'", "setosa"]);
}

#[test]
fn bad_splits_are_refused() {
    for size in ["0", "1", "-0.1", "-3", "1.5", "two"] {
        refused(&diabetes(&["--test-size", size]), &["--test-size", size]);
    }
    refused(&diabetes(&["--test-size", "442"]), &["442 test rows", "--test-size"]);
    refused(&diabetes(&["--test-size", "500"]), &["500 test rows"]);
    refused(&diabetes(&["--train-size", "0.9", "--test-size", "0.2"]), &["--train-size"]);
    refused(&diabetes(&["-n", "0"]), &["--splits 0"]);
    for (flag, text) in [("-n", "many"), ("--seed", "-1"), ("--threads", "-1"), ("--gap", "1.5")] {
        refused(&diabetes(&[flag, text]), &[text, "whole number"]);
    }
    let huge = "99999999999999999999";
    refused(&diabetes(&["-n", huge]), &["--splits", huge, "up to 10000000, or auto"]);
    for flag in ["--seed", "--threads", "--gap"] {
        refused(&diabetes(&[flag, huge]), &[flag, huge, "below 2^64"]);
    }
    refused(&diabetes(&["--scheme", "shufle"]), &["'shufle'", "did you mean 'shuffle'?"]);
    refused(&diabetes(&["--scheme", "kfold"]), &["kfold:10"]);
    refused(&diabetes(&["--scheme", "kfold:500"]), &["at least 500 rows"]);
    refused(&diabetes(&["--scheme", "group"]), &["--group"]);
    refused(&diabetes(&["--scheme", "time"]), &["--time"]);
    refused(&diabetes(&["--scheme", "shuffle", "--group", "age"]), &["--group", "no effect"]);
    refused(&diabetes(&["--group", "ega"]), &["'ega'"]);
    refused(
        &["eval", "data/sleepstudy.csv", "-t", "Reaction", "--time", "Days", "--test-size", "179"],
        &["no place for 179 test rows", "give at most --test-size 162"],
    );
    refused_text("tiny.csv", b"a,y\n1,1.5\n", &[], &["'y'"]);
    refused_text(
        "lone.csv",
        b"a,y\n1,p\n2,p\n3,q\n4,p\n",
        &[],
        &["'q'", "single row", "row 2 (line 4)", "--scheme shuffle"],
    );
    refused_text("group.csv", b"a,g,y\n1,p,1.5\n2,p,2\n3,p,3\n", &["--group", "g"], &["'g'", "one group"]);
    refused_text("gap.csv", b"a,g,y\n1,p,1.5\n2,,2\n3,q,3\n", &["--group", "g"], &["'g'", "line 3"]);
    refused_text("word.csv", b"a,w,y\n1,p,1.5\n2,r,2\n3,q,3\n", &["--time", "w"], &["'w'", "text"]);
}

#[test]
fn bad_plan_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused_plan = |text: &str, words: &[&str]| {
        let path = folder.path().join("plan.csv");
        std::fs::write(&path, text).unwrap();
        refused(&diabetes(&["--scheme", &format!("file:{}", path.display())]), words);
    };
    refused(&diabetes(&["--scheme", "file:none.csv"]), &["none.csv", "no such file"]);
    let columns = ["plan of splits", "columns split, row and part", "`randsplit splits`"];
    refused_plan("split,row\n0,1\n", &[&["plan.csv", "'part'"][..], &columns].concat());
    refused_plan("a,b\n0,1\n", &[&["plan.csv", "'split'"][..], &columns].concat());
    refused_plan("split,row,part\n0,1,train\n0,1,test\n", &["both parts", "row 1"]);
    refused_plan("split,row,part\n0,1,train\n0,2,test\n0,2,test\n", &["twice"]);
    refused_plan("split,row,part\n0,1,train\n0,442,test\n", &["row 442", "0 to 441"]);
    refused_plan("split,row,part\n0,1,train\n1,2,test\n", &["split 0", "no test rows"]);
    refused_plan("split,row,part\n0,1.5,train\n0,2,test\n", &["'row'", "whole number"]);
}

#[test]
fn bad_claims_and_flags_are_refused() {
    refused(&diabetes(&["--fail-below", "rmse=3"]), &["--fail-above rmse=3"]);
    refused(&diabetes(&["--fail-above", "r2=0.3"]), &["--fail-below r2=0.3"]);
    refused(&diabetes(&["--fail-below", "mape=3"]), &["mape", "--metric mape"]);
    refused(&diabetes(&["--fail-below", "r2=good"]), &["'good'"]);
    refused(&diabetes(&["--no-such-flag"]), &["--no-such-flag"]);
    refused(&diabetes(&["--format", "xml"]), &["xml"]);
    refused(&["eval"], &["required"]);
    refused(&["explain", "RS999"], &["RS999"]);
    refused(&["models", "rigde"], &["did you mean 'ridge'?"]);
}

#[test]
fn infinities_are_missing_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inf.csv");
    let rows: String = (0..30)
        .map(|i| format!("{},{}\n", if i % 10 == 0 { "inf".into() } else { i.to_string() }, i as f64 * 1.5))
        .collect();
    std::fs::write(&path, format!("a,y\n{rows}")).unwrap();
    let report = json(&["eval", path.to_str().unwrap(), "-t", "y", "-n", "4"]);
    assert_eq!(report["data"]["features"][0]["missing"], 3);
    let w = report["warnings"].as_array().unwrap().iter().find(|w| w["code"] == "RS006").unwrap();
    assert!(w["message"].as_str().unwrap().contains("'a' (3)"));
}

#[test]
fn who_asks_for_many_splits_is_told_what_they_gain() {
    let codes = |splits: &str| json(&diabetes(&["-n", splits]))["warnings"].to_string();
    assert!(codes("1000").contains("RS014") && !codes("999").contains("RS014"));
}

#[test]
fn a_stray_text_among_numbers_is_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stray.csv");
    let rows: String = (0..20)
        .map(|i| format!("{},{},{}\n", if i == 4 { "?".into() } else { (i % 6).to_string() }, ["u", "7"][i % 2], i * 3))
        .collect();
    std::fs::write(&path, format!("a,b,y\n{rows}")).unwrap();
    let ask = |flags: &[&str]| json(&[&["eval", path.to_str().unwrap(), "-t", "y", "-n", "2"], flags].concat());
    let report = ask(&[]);
    let notes: Vec<&Value> = report["warnings"].as_array().unwrap().iter().filter(|w| w["code"] == "RS015").collect();
    assert!(notes.len() == 1 && notes[0]["message"].as_str().unwrap().contains("'a'"));
    let named = ask(&["--na", "?"]);
    assert_eq!(
        (&named["data"]["features"][0]["kind"], &named["data"]["features"][0]["missing"]),
        (&"number".into(), &1.into())
    );
    assert!(!named["warnings"].to_string().contains("RS015"));
}

#[test]
fn undefined_scores_are_null_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rare.csv");
    let rows: String = (0..40).map(|i| format!("{},{}\n", i * 7 % 13, if i < 3 { "rare" } else { "usual" })).collect();
    std::fs::write(&path, format!("a,y\n{rows}")).unwrap();
    let report = json(&[
        "eval",
        path.to_str().unwrap(),
        "-t",
        "y",
        "-n",
        "60",
        "--scheme",
        "shuffle",
        "--metric",
        "roc_auc",
        "--positive",
        "rare",
    ]);
    let (summary, splits) =
        (&report["models"][0]["metrics"]["roc_auc"], report["models"][0]["splits"].as_array().unwrap());
    let nulls = splits.iter().filter(|s| s["scores"]["roc_auc"].is_null()).count();
    assert!(nulls > 10 && summary["undefined"] == nulls && summary["count"] == 60 - nulls);
    assert_eq!(summary["undefined_reasons"]["a class is absent from the rows"], nulls);
}

#[test]
fn a_model_that_fails_on_some_splits_is_recorded_and_on_all_ends_with_3() {
    let folder = tempfile::tempdir().unwrap();
    // A gamma model cannot take a target of 0: only splits that train on row 0 fail.
    let path = folder.path().join("zero.csv");
    let rows: String = (0..30).map(|i| format!("{},{}\n", i % 7, i)).collect();
    std::fs::write(&path, format!("a,y\n{rows}")).unwrap();
    let arguments = ["eval", path.to_str().unwrap(), "-t", "y", "-n", "20", "-m", "glm:power=2"];
    let report = json(&arguments);
    let failed = report["models"][0]["failed"].as_u64().unwrap();
    assert!(failed > 0 && failed < 20);
    let splits = report["models"][0]["splits"].as_array().unwrap();
    let first = splits.iter().find(|s| s.get("failed").is_some()).unwrap();
    assert!(first["scores"]["r2"].is_null());
    assert!(report["warnings"].as_array().unwrap().iter().any(|w| w["code"] == "RS008"));
    let rows: String = (0..30).map(|i| format!("{},{}\n", i % 7, i - 15)).collect();
    std::fs::write(&path, format!("a,y\n{rows}")).unwrap();
    let a = run(&arguments);
    assert_eq!((a.code, a.stdout.as_str()), (3, ""));
    assert!(a.stderr.contains("failed on every split") && a.stderr.lines().count() == 1, "{}", a.stderr);
}

/// Two rows part two columns; a split that has neither among its train rows sees one column twice.
#[test]
fn collinear_and_nearly_collinear_splits_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let apart = |i: usize| if i < 2 { 1e-7 * (i as f64 + 1.0) } else { 0.0 };
    let rows = (0..30).map(|i| format!("{},{},{}\n", i * i, (i * i) as f64 + apart(i), i * 3 + i % 4));
    std::fs::write(&path, "a,b,y\n".to_owned() + &rows.collect::<String>()).unwrap();
    let report = json(&["eval", path.to_str().unwrap(), "-t", "y", "-m", "ols", "-n", "40", "--test-size", "0.5"]);
    let splits = report["models"][0]["splits"].as_array().unwrap();
    let mut whole = 0;
    for (kind, text) in [("collinear", "the solution of least norm"), ("nearly collinear", "there is one solution")] {
        let with = splits.iter().filter(|s| {
            let what = s["difficulty"].as_str().unwrap();
            what.starts_with(&format!("columns are {kind};")) && what.contains(text)
        });
        let count = with.count();
        let said = format!("ols on {count} of 40 splits, first on #");
        let notes = report["warnings"].as_array().unwrap().iter().filter(|w| {
            let message = w["message"].as_str().unwrap();
            w["code"] == "RS012" && message.starts_with(&said) && message.contains(&format!("columns are {kind};"))
        });
        assert!(count > 0 && notes.count() == 1, "{kind} {count} {}", report["warnings"]);
        whole += count;
    }
    assert_eq!(whole, 40);
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
fn a_format_that_is_none_is_no_file() {
    for (output, words) in [("jsn=a.json", "did you mean 'json'?"), ("frob=zz.json", "there are table")] {
        refused(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "5", "-o", output], &["no format", words]);
        assert!(!std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(output).exists());
    }
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
