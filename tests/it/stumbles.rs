//! What readers of pages have stumbled over.

use std::fmt::Write as _;

use crate::program::{ask, command, json, ok, text, write};

/// A page of so many columns.
fn page(arguments: &[&str], columns: usize) -> String {
    let output = command(arguments).env("COLUMNS", columns.to_string()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", crate::program::said(&output));
    text(&output.stdout)
}

#[test]
fn the_page_of_a_single_split_explains_nothing_that_is_not_there() {
    let text = page(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "1", "-m", "ridge,ols", "--no-checks"], 120);
    assert!(text.contains("the score on the one split") && text.contains("One split alone says nothing"), "{text}");
    for word in ["worst", "twentieth", "interval", " ± ", "vs best", "#0 "] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[test]
fn long_labels_that_differ_within_are_told_apart_by_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("x,kind\n");
    for row in 0..90 {
        let kind = ["tropical rainforest zone", "tropical savanna zone", "tropical monsoon zone"][row % 3];
        let _ = writeln!(table, "{},{kind}", row % 3 * 10 + row % 7);
    }
    let path = write(folder.path(), "z.csv", &table);
    let text = page(&["eval", &path, "-t", "kind", "-n", "20", "--metric", "recall[*]"], 60);
    let heads = text.lines().filter(|line| line.starts_with("    ") && line.contains('…'));
    let names: Vec<&str> = heads.flat_map(|line| line.split("  ")).map(str::trim).filter(|n| n.contains('…')).collect();
    let different: std::collections::BTreeSet<&&str> = names.iter().collect();
    assert_eq!((names.len(), different.len()), (3, 3), "{text}");
    // By a piece of the label, not by a number.
    assert!(names.iter().all(|name| !name.ends_with(|c: char| c.is_ascii_digit())), "{names:?}");
}

#[test]
fn a_model_with_parameters_of_its_own_is_called_by_them() {
    let arguments = ["eval", "data/mtcars.csv", "-t", "mpg", "-n", "10", "-m", "ridge:alpha=0.5,ols", "--no-checks"];
    let text = page(&arguments, 120);
    assert!(text.contains("  ridge (alpha=0.5)  ") && text.contains("  ols  "), "{text}");
}

#[test]
fn a_baseline_that_is_asked_for_stands_on_the_page_once() {
    let text = page(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "10", "-m", "baseline,ridge", "--no-checks"], 120);
    assert_eq!(
        text.lines().filter(|line| line.starts_with("  baseline ") || line.starts_with("baseline")).count(),
        1,
        "{text}"
    );
    assert!(text.contains("\nridge: r2 "), "{text}");
    // Alone it is the model.
    let text = page(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "10", "-m", "baseline", "--no-checks"], 120);
    assert!(text.contains("\nbaseline: r2 "), "{text}");
}

#[test]
fn a_metric_without_a_direction_is_left_out_of_comparisons_with_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("r.json").display().to_string();
    let metrics = ["--metric", "accuracy,support[setosa]", "-m", "lda,knn", "-n", "10", "--no-checks"];
    ok(&[&["eval", "data/iris.csv", "-t", "target", "-o", &kept], &metrics[..]].concat());
    let text = page(&["compare", &kept], 100);
    assert!(text.contains("support[setosa] is left out: it has no direction"), "{text}");
    assert_eq!(json(&["compare", &kept, "-f", "json"])["left_out"], serde_json::json!(["support[setosa]"]));
    let named = page(&["compare", &kept, "--metric", "accuracy"], 100);
    assert!(!named.contains("is left out"), "{named}");
}

#[test]
fn junit_says_why_a_claim_was_made_whatever_became_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let claim = |expr: &str, why: &str| format!("[[claim]]\nexpr = '{expr}'\nwhy = '{why}'\n");
    let claims = [
        claim("mean(r2) > -9", "it passes"),
        claim("worst(r2) > 0.999", "it misses"),
        claim("mean(r2) > 0.6", "nobody knows"),
    ];
    let path = write(folder.path(), "c.toml", &format!("confidence = 0.999\n{}", claims.concat()));
    let answer =
        ask(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "20", "--claims", &path, "-f", "junit", "--no-checks"]);
    let cases: Vec<&str> = answer.stdout.split("<testcase").skip(1).collect();
    for (case, (why, outcome)) in
        cases.iter().zip([("it passes", "system-out"), ("it misses", "<failure"), ("nobody knows", "<skipped")])
    {
        assert!(case.contains(&format!("why: {why}")) && case.contains(outcome), "{case}");
    }
    assert_eq!(cases.len(), 3);
}

#[test]
fn a_date_that_counts_the_rows_is_named_as_the_column_that_can_be_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("day,x,y\n");
    for row in 0..60 {
        // Every day of two months once, in another order.
        let day = row * 7 % 60;
        let _ = writeln!(table, "2024-0{}-{:02},{},{}", day / 30 + 4, day % 30 + 1, row % 11, row * 13 % 17);
    }
    let path = write(folder.path(), "d.csv", &table);
    let kept = folder.path().join("r.json").display().to_string();
    ok(&["eval", &path, "-t", "y", "-n", "10", "-o", &kept]);
    let found = json(&["inspect", &kept, "-f", "json"]);
    let found: Vec<&serde_json::Value> =
        found["suspicions"].as_array().unwrap().iter().filter(|s| s["code"] == "RS103").collect();
    let message = found[0]["message"].as_str().unwrap();
    assert!(message.contains("--drop 'day'") && !message.contains("--drop 'day.days'"), "{message}");
    // The advice can be followed.
    ok(&["eval", &path, "-t", "y", "-n", "10", "--drop", "day"]);
}

#[test]
fn bars_that_do_not_fit_are_not_named_by_their_ends() {
    let text = page(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "20", "-m", "ridge,ols", "--no-checks"], 60);
    let text = text.replace("\n  ", " ");
    let (_, hidden) = text.split_once("not shown, for want of room: ").unwrap_or_else(|| panic!("{text}"));
    assert!(hidden.contains("distribution") && !hidden.lines().next().unwrap().contains(" to "), "{hidden}");
}

#[test]
fn numbers_are_not_parted_from_their_signs_at_the_end_of_a_line() {
    for columns in 50..110 {
        let text =
            page(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "20", "-m", "ridge,knn", "--no-checks"], columns);
        for line in text.lines() {
            let (first, last) = (line.trim_start().split(' ').next(), line.split(' ').next_back());
            assert!(!matches!(first, Some("%" | "=" | "<" | "±")) && !matches!(last, Some("=" | "<" | "±")), "{line}");
        }
    }
}
