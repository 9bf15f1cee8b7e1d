//! Tables that do not fit into memory: passes over a file give what a run in memory gives, and take as little as they say.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use polars::prelude::{Column, DataFrame, NamedFrom, ParquetCompression, ParquetWriter, Series};
use serde_json::Value;

use crate::program::{ask, command, run, said};

/// A reproducible number in 0..1.
fn noise(i: usize, column: usize) -> f64 {
    let mut x =
        (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (column as u64 + 3).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 30).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x >> 11) as f64 / (1u64 << 53) as f64
}

fn write(frame: &mut DataFrame, path: &Path, rows_of_a_group: usize) -> String {
    let file = File::create(path).unwrap();
    let writer = ParquetWriter::new(file).with_compression(ParquetCompression::Uncompressed);
    writer.with_row_group_size(Some(rows_of_a_group)).finish(frame).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Numbers on several scales, one with gaps, levels, dates, and a target of numbers and one of classes, from a first row on.
fn frame(first: usize, rows: usize) -> DataFrame {
    let range = first..first + rows;
    let number = |c: usize, scale: f64| range.clone().map(|i| 40.0 * scale + scale * noise(i, c)).collect::<Vec<f64>>();
    let (a, b, c) = (number(0, 1.0), number(1, 1000.0), number(2, 0.01));
    let gaps: Vec<Option<f64>> = c.iter().zip(range.clone()).map(|(x, i)| (noise(i, 3) > 0.1).then_some(*x)).collect();
    let level: Vec<&str> = range.clone().map(|i| ["red", "green", "blue"][(3.0 * noise(i, 4)) as usize]).collect();
    let whole: Vec<i64> = range.clone().map(|i| (20.0 * noise(i, 5)) as i64).collect();
    let y = |at: usize| 3.0 * a[at] - 0.004 * b[at] + if level[at] == "red" { 1.0 } else { 0.0 } + noise(first + at, 6);
    let y: Vec<f64> = (0..rows).map(y).collect();
    let class: Vec<&str> = y
        .iter()
        .map(|y| {
            if *y < -41.0 {
                "low"
            } else if *y < -39.5 {
                "middle"
            } else {
                "high"
            }
        })
        .collect();
    let columns: Vec<Column> = vec![
        Series::new("a".into(), a).into(),
        Series::new("b".into(), b).into(),
        Series::new("gaps".into(), gaps).into(),
        Series::new("level".into(), level).into(),
        Series::new("whole".into(), whole).into(),
        Series::new("y".into(), y).into(),
        Series::new("class".into(), class).into(),
    ];
    DataFrame::new(rows, columns).unwrap()
}

fn report(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["-f", "json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Scores of all models on all splits by metric, on test and train rows.
fn scores(report: &Value) -> Vec<(String, f64)> {
    let models = report["models"].as_array().unwrap().iter().chain([&report["baseline"]]);
    let mut all = Vec::new();
    for split in models.flat_map(|model| model["splits"].as_array().unwrap()) {
        for part in ["scores", "train_scores"] {
            let of = split[part].as_object().unwrap().iter();
            all.extend(of.map(|(name, score)| (format!("{part} {name}"), score.as_f64().unwrap())));
        }
    }
    all
}

/// In memory and in passes alike, but for metrics that are no sums; the report of the passes.
fn both(arguments: &[&str]) -> Value {
    both_within("50KB", arguments)
}

fn both_within(memory: &str, arguments: &[&str]) -> Value {
    let (memory, passes) = (report(arguments), report(&[arguments, &["--memory", memory]].concat()));
    let notes = passes["warnings"].to_string();
    assert!(notes.contains("fitted in passes"), "{notes}");
    assert!(!memory["warnings"].to_string().contains("fitted in passes"));
    assert_eq!(memory["data"]["fingerprint"], passes["data"]["fingerprint"]);
    assert_eq!(memory["data"]["features"], passes["data"]["features"]);
    let (all, ours) = (scores(&memory), scores(&passes));
    let theirs: Vec<_> = all.iter().filter(|(name, _)| !notes.contains(name.split(' ').next_back().unwrap())).collect();
    assert!(!ours.is_empty() && ours.len() == theirs.len(), "{arguments:?}: {} of {}", ours.len(), theirs.len());
    for ((name, ours), (other, theirs)) in ours.iter().zip(theirs) {
        assert!(name == other && (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-3), "{name}: {ours} {theirs}");
    }
    passes
}

#[test]
fn passes_over_a_file_give_the_scores_of_a_run_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    // More than one stretch, none of them a row group.
    let path = write(&mut frame(0, 70_000), &folder.path().join("d.parquet"), 9_000);
    let numbers =
        ["eval", &path, "-t", "y", "--drop", "class", "-m", "ridge,ols,lasso:alpha=0.01,elastic-net:alpha=0.01"];
    let asked = |more: &[&'static str]| [&numbers[..], more].concat();
    let plain = both(&asked(&["-n", "5"]));
    assert_eq!(plain["models"][0]["engine"], "shared");
    both(&asked(&["-n", "3", "--scheme", "bootstrap"]));
    both(&asked(&["-n", "3", "--train-size", "0.01"]));
    both(&asked(&["--scheme", "kfold:3"]));
    both(&asked(&["-n", "3", "--time", "a", "--gap", "5"]));
    let classes = ["eval", &path, "-t", "class", "--drop", "y", "-m", "nb,lda,qda:reg_param=0.1", "-n", "4"];
    let passes = both(&classes);
    assert_eq!(passes["models"][1]["confusion"], report(&classes)["models"][1]["confusion"]);
    both(&[&classes[..], &["--scheme", "bootstrap", "--metric", "f1_macro,brier,mcc"]].concat());
    both(&["eval", &path, "-t", "class", "--drop", "y,level,gaps", "-m", "lda", "-n", "3", "--group", "whole"]);
    both(&["eval", &path, "-t", "class", "--drop", "y", "-m", "logistic,logistic:C=0.01", "-n", "3"]);
    let mut two = frame(0, 40_000);
    let is_high: Vec<bool> = (0..40_000).map(|i| noise(i, 0) + noise(i, 7) > 1.2).collect();
    two.replace("class", Series::new("class".into(), is_high).into()).unwrap();
    let two = write(&mut two, &folder.path().join("two.parquet"), 9_000);
    both(&["eval", &two, "-t", "class", "-m", "logistic", "-n", "3", "--scheme", "bootstrap"]);
    let counts = ["eval", &path, "-t", "whole", "--task", "regression", "--drop", "class"];
    both(&[&counts[..], &["-m", "glm,glm:power=1.5,glm:power=0", "-n", "3"]].concat());
}

#[test]
fn metrics_that_take_all_rows_are_scored_where_the_predictions_fit() {
    let folder = tempfile::tempdir().unwrap();
    let mut wide = frame(0, 20_000);
    for c in 10..30 {
        let more = Series::new(format!("x{c}").into(), (0..20_000).map(|i| noise(i, c)).collect::<Vec<f64>>());
        wide.with_column(more.into()).unwrap();
    }
    let is_high: Vec<bool> = (0..20_000).map(|i| noise(i, 0) + noise(i, 7) > 1.0).collect();
    wide.replace("class", Series::new("class".into(), is_high).into()).unwrap();
    let path = write(&mut wide, &folder.path().join("d.parquet"), 9_000);
    let numbers = ["eval", &path, "-t", "y", "--drop", "class", "-m", "ridge", "-n", "5"];
    let passes = both_within("8MB", &[&numbers[..], &["--metric", "r2,medae,max_error"]].concat());
    assert!(passes["models"][0]["metrics"]["medae"]["mean"].as_f64().unwrap() > 0.1);
    assert!(!passes["warnings"].to_string().contains("without medae"));
    let classes = ["eval", &path, "-t", "class", "--drop", "y", "-m", "logistic,lda", "-n", "4"];
    let passes = both_within("8MB", &[&classes[..], &["--metric", "roc_auc,average_precision,f1"]].concat());
    assert!(passes["models"][0]["metrics"]["roc_auc"]["mean"].as_f64().unwrap() > 0.6);
    both_within("8MB", &[&classes[..], &["--scheme", "bootstrap"]].concat());
}

#[test]
fn passes_do_not_depend_on_threads_or_on_how_a_run_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&mut frame(0, 40_000), &folder.path().join("d.parquet"), 10_000);
    let asked = [
        "eval",
        &path,
        "-t",
        "y",
        "--drop",
        "class",
        "-m",
        "ridge,lasso:alpha=0.01",
        "-n",
        "70",
        "--memory",
        "1MB",
        "-q",
    ];
    let of = |more: &[&str]| run(&[&asked[..], more].concat());
    let whole = of(&["-f", "json", "-j", "1"]);
    assert!(whole.status.success(), "{}", said(&whole));
    assert!(of(&["-f", "json", "-j", "3"]).stdout == whole.stdout);
    let parts: Vec<String> =
        (0..3).map(|k| folder.path().join(format!("{k}.ndjson")).to_str().unwrap().to_owned()).collect();
    for (k, part) in parts.iter().enumerate() {
        assert!(of(&["--shard", &format!("{k}/3"), "--journal", part]).status.success());
    }
    let merged = run(&["merge", &parts[2], &parts[0], &parts[1], "-f", "json"]);
    assert!(merged.stdout == whole.stdout, "{}", said(&merged));
    // What was fitted in memory has other last digits, and is not joined with it.
    let journal = parts[0].as_str();
    let answer = ask(&[&asked[..10], &["--resume", journal]].concat());
    assert!(answer.code == 2 && answer.stderr.contains("in passes"), "{}", answer.stderr);
}

#[test]
fn what_needs_all_rows_is_refused_where_they_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&mut frame(0, 40_000), &folder.path().join("d.parquet"), 40_000);
    let csv = folder.path().join("d.csv");
    std::fs::write(&csv, "x,y\n".to_owned() + &"1.5,2.5\n2.5,3.5\n".repeat(70_000)).unwrap();
    let numbers = ["eval", &path, "-t", "y", "--drop", "class", "--memory", "1MB"];
    for (more, words) in [
        (&["-m", "boost"][..], "model 'boost' needs all rows in memory"),
        (&["-m", "glm:power=3"], "model 'glm' needs all rows in memory"),
        (&["-m", "glm:alpha=0"], "model 'glm' needs all rows in memory"),
        (&["-m", "ridge", "--metric", "medae"], "metric 'medae' takes the predictions for all rows at once"),
        (&["-m", "ridge", "--probe", "importance"], "probes look at fitted models"),
        (&["--tune", "ridge:alpha=1,2"], "a model that is tuned needs all rows"),
        (&["-m", "ridge", "--null", "permutation:10"], "the permutation test needs all rows"),
        (&["-m", "ridge", "--save-model", "no.json"], "needs the table itself"),
    ] {
        let answer = ask(&[&numbers[..], more].concat());
        assert!(answer.code == 2 && answer.stderr.contains(words), "{more:?}: {}", answer.stderr);
        assert!(answer.stderr.contains("--sample-rows") && answer.stderr.lines().count() == 1, "{}", answer.stderr);
    }
    let answer = ask(&["eval", csv.to_str().unwrap(), "-t", "y", "--memory", "1MB"]);
    assert!(answer.code == 2 && answer.stderr.contains("write it as Parquet"), "{}", answer.stderr);
    for wrong in ["10", "-1GB", "0MB", "much"] {
        let answer = ask(&["eval", &path, "-t", "y", "--memory", wrong]);
        assert!(answer.code == 2 && answer.stderr.contains("with its unit"), "{}", answer.stderr);
    }
}

#[test]
fn a_sample_is_drawn_by_the_seed_whether_the_table_fits_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&mut frame(0, 40_000), &folder.path().join("d.parquet"), 8_000);
    let of = |rows: &str, seed: &str, more: &[&str]| {
        let asked = ["eval", &path, "-t", "y", "--drop", "class", "-m", "ridge,tree:max_depth=3", "-n", "4"];
        report(&[&asked[..], &["--sample-rows", rows, "--seed", seed], more].concat())
    };
    let sample = of("2000", "0", &[]);
    let data = &sample["data"];
    assert_eq!((&data["rows"], &data["rows_used"]), (&40_000.into(), &2_000.into()));
    assert!(sample["warnings"].to_string().contains("2000 of 40000 rows are used"));
    assert_eq!(scores(&of("2000", "0", &["--memory", "1MB"])), scores(&sample));
    assert_ne!(scores(&of("2000", "1", &[])), scores(&sample));
    assert!(!of("50000", "0", &[])["warnings"].to_string().contains("rows are used"));
    let answer = ask(&["eval", &path, "-t", "class", "--sample-rows", "2"]);
    assert!(answer.code == 2 && answer.stderr.contains("has none of class"), "{}", answer.stderr);
    let answer = ask(&["eval", &path, "-t", "y", "--sample-rows", "1"]);
    assert!(answer.code == 2 && answer.stderr.contains("leaves nothing to split"), "{}", answer.stderr);
}

#[test]
fn files_of_a_folder_or_pattern_are_one_table_in_the_order_of_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("parts")).unwrap();
    let one = write(&mut frame(0, 3_000), &at("one.parquet"), 700);
    write(&mut frame(0, 1_000), &at("parts/a.parquet"), 700);
    write(&mut frame(1_000, 500), &at("parts/b.parquet"), 700);
    write(&mut frame(1_500, 1_500), &at("parts/c.parquet"), 700);
    std::fs::write(at("parts/_SUCCESS"), "").unwrap();
    let of = |path: &str| report(&["eval", path, "-t", "y", "-m", "ridge", "-n", "4"]);
    let whole = of(&one);
    for path in [at("parts").to_str().unwrap(), at("parts/*.parquet").to_str().unwrap()] {
        let parts = of(path);
        assert_eq!(parts["data"]["fingerprint"], whole["data"]["fingerprint"]);
        assert_eq!(parts["models"], whole["models"]);
        assert_eq!(parts["data"]["path"], path);
        let kept = at("report.json");
        std::fs::write(&kept, parts.to_string()).unwrap();
        assert_eq!(ask(&["inspect", kept.to_str().unwrap()]).code, 0);
    }
    both(&["eval", at("parts").to_str().unwrap(), "-t", "y", "--drop", "class", "-m", "ridge", "-n", "3"]);
    let mut other = frame(0, 100).select(["a", "y"]).unwrap();
    write(&mut other, &at("parts/d.parquet"), 100);
    let answer = ask(&["eval", at("parts").to_str().unwrap(), "-t", "y"]);
    assert!(answer.code == 2 && answer.stderr.contains("d.parquet has no column 'b'"), "{}", answer.stderr);
    let answer = ask(&["eval", at("none-*.parquet").to_str().unwrap(), "-t", "y"]);
    assert!(answer.code == 2 && answer.stderr.contains("matches no file"), "{}", answer.stderr);
}

/// The most memory that a run with this exit code has had, in bytes, as the system counts it.
#[cfg(target_os = "linux")]
fn most_memory(arguments: &[&str], code: i32) -> u64 {
    let mut child = command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
        most = most.max(line.split_whitespace().next().unwrap().parse::<u64>().unwrap_or(0) * 1024);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert_eq!(child.wait().unwrap().code(), Some(code), "{arguments:?}");
    most
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_that_of_a_few_words_a_row_in_passes_and_of_the_columns_that_are_read() {
    const ROWS: usize = 1_000_000;
    let folder = tempfile::tempdir().unwrap();
    let column = |c: usize| Series::new(format!("x{c}").into(), (0..ROWS).map(|i| noise(i, c)).collect::<Vec<f64>>());
    let mut columns: Vec<Column> = (0..30).map(|c| column(c).into()).collect();
    columns.push(Series::new("y".into(), (0..ROWS).map(|i| noise(i, 0) + noise(i, 99)).collect::<Vec<f64>>()).into());
    let path = write(&mut DataFrame::new(ROWS, columns).unwrap(), &folder.path().join("d.parquet"), 100_000);
    let least = most_memory(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "2"], 0);
    let table = (31 * ROWS * 8) as u64;
    let passes = most_memory(&["eval", &path, "-t", "y", "-m", "ridge", "-n", "8", "-j", "2", "--memory", "64MB"], 0);
    assert!(passes < least + table / 2, "{passes} with {least} for nothing");
    // Of a file of 31 columns three are read; the others cost nothing.
    let few =
        most_memory(&["eval", &path, "-t", "y", "--features", "x0,x1", "-m", "baseline", "-n", "2", "--no-checks"], 0);
    assert!(few < least + table / 2, "{few} with {least} for nothing");
    // The run ends where the claim is found to be about another target: once all columns are read.
    let loaded = most_memory(&["eval", &path, "-t", "y", "--claim", "worst(accuracy) > 0.5", "-n", "2"], 2);
    assert!(loaded > table && 10 * (loaded - least) < 13 * table, "{loaded} for {table}, with {least} for nothing");
}
