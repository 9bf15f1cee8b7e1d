//! What a run says of its data and fits: what was missing, scores that do not exist, splits that fail or are hard to fit.

use serde_json::Value;

use crate::program::{ask as run, diabetes, report as json};

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
