//! Readers that leave, handles that are full or closed.

use std::fs;
use std::path::Path;

use super::{EVAL, assert_no_temporary, code, end, names, report, shell, start, text};

#[test]
fn a_verdict_does_not_depend_on_who_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    report(folder.path(), "r.json");
    for form in ["table", "json", "ndjson", "csv", "markdown", "junit", "github"] {
        for (gate, expected) in [("--fail-below r2=0.99", 1), ("--fail-below r2=-9", 0)] {
            let line = format!("{EVAL} {gate} -f {form} -o json=$D/{form}.json");
            let mut child = start(folder.path(), &line);
            drop(child.stdout.take());
            let done = end(child, &line);
            assert_eq!(code(&done, &line), expected, "{line}: {}", text(&done.stderr));
            assert!(!text(&done.stderr).contains("error"), "{line}: {}", text(&done.stderr));
            let kept = fs::read_to_string(folder.path().join(format!("{form}.json"))).unwrap();
            assert!(kept.ends_with("}\n"), "{line}");
        }
    }
    let line = "check $D/r.json --claim 'worst(r2) >= 0.99'";
    let mut child = start(folder.path(), line);
    drop(child.stdout.take());
    assert_eq!(code(&end(child, line), line), 1);
    // A pipe that is named ends alone, too.
    let piped = format!("mkfifo $D/p; head -c 5 < $D/p > /dev/null & $R {EVAL} --fail-below r2=0.99 -o json=$D/p");
    assert_eq!(code(&shell(folder.path(), &piped), &piped), 1);
    // Where nothing is judged, a reader who leaves is no failure, and a long run ends with him.
    for line in [
        "splits data/diabetes.csv -t target -n 100000",
        "splits data/diabetes.csv -t target -f parquet -n 5000",
        "eval data/diabetes.csv -t target -n 10000000 -f ndjson",
        "models",
        "--help",
    ] {
        let mut child = start(folder.path(), line);
        drop(child.stdout.take());
        let done = end(child, line);
        assert_eq!((code(&done, line), text(&done.stderr).as_str()), (0, ""), "{line}");
    }
    assert_no_temporary(folder.path(), "a reader who left");
}

#[test]
fn standard_error_that_takes_nothing_changes_no_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    report(folder.path(), "r.json");
    let cases = [
        ("eval", 2),
        ("frob", 2),
        ("eval $D/none.csv -t y", 2),
        ("eval data/diabetes.csv -t none", 2),
        ("eval data/diabetes.csv -t target -n 5 --fail-below r2=0.99 -f json", 1),
        ("eval data/diabetes.csv -t target -n 5 -f json", 0),
        ("check $D/r.json --claim 'worst(r2) >= 0.99'", 1),
        ("export $D/r.json --split 1 -o $D/s1", 0),
        ("eval data/diabetes.csv -t target -n 5 > /dev/full", 3),
    ];
    for (line, expected) in cases {
        for end in ["2>&-", "2>/dev/full", "2>&1 >/dev/null | true; exit $(cat $D/code)"] {
            let line = if end.contains('|') {
                format!(
                    "{{ $R {line} 2>&3; echo $? > $D/code; }} 3>&1 >/dev/null | true; sleep 0.05; cat $D/code > /dev/null; exit $(cat $D/code)"
                )
            } else {
                format!("$R {line} {end}")
            };
            let done = shell(folder.path(), &line);
            assert_eq!(code(&done, &line), expected, "{line}");
        }
    }
}

#[test]
fn a_full_standard_output_is_an_error_with_a_sentence() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    report(folder.path(), "r.json");
    for line in [
        "eval data/diabetes.csv -t target -n 5 -f json",
        "eval data/diabetes.csv -t target -n 5 -f ndjson",
        "eval data/diabetes.csv -t target -n 5 --fail-below r2=0.99",
        "splits data/diabetes.csv -t target -n 5",
        "splits data/diabetes.csv -t target -n 5 -f parquet",
        "check $D/r.json --claim 'worst(r2) >= 0.99'",
        "inspect $D/r.json",
        "predict $D/r.json data/diabetes.csv",
        "models",
        "--help",
        "--version",
    ] {
        let done = shell(folder.path(), &format!("$R {line} > /dev/full"));
        assert_eq!(code(&done, line), 3, "{line}: {}", text(&done.stderr));
        assert!(text(&done.stderr).contains("cannot write standard output: No space left"), "{line}");
    }
    // What else the command writes is not there then.
    let line = "$R eval data/diabetes.csv -t target -n 5 -o json=$D/a.json -o csv=$D/b.csv > /dev/full";
    assert_eq!(code(&shell(folder.path(), line), line), 3);
    assert_eq!(names(folder.path()), ["r.json"]);
}

#[test]
fn closed_handles_are_not_taken_by_files() {
    let folder = tempfile::tempdir().unwrap();
    let open = format!("$R {EVAL} -o json=$D/open.json > /dev/null");
    assert_eq!(code(&shell(folder.path(), &open), &open), 0);
    let closed = format!("$R {EVAL} -o json=$D/closed.json <&- >&- 2>&-");
    assert_eq!(code(&shell(folder.path(), &closed), &closed), 0);
    let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("open.json"), read("closed.json"));
    let line = "$R eval - -t target <&-";
    assert_eq!(code(&shell(folder.path(), line), line), 2);
}
