//! Predictions that a run keeps: another report of them is that of a run which had asked for it.

use std::path::Path;

use polars::prelude::{DataFrame, ParquetReader, SerReader};
use serde_json::Value;

use crate::program::{ask, data, diabetes, judged, refused, run, run_in, said, write};

fn place(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

fn names(report: &Value) -> Vec<String> {
    report["metrics"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// A report without what predictions for test rows do not tell: scores on train rows by metrics that the run did not have,
/// why splits stand out, and warnings of checks that need fits.
fn without_fits(mut report: Value, unknown: &[String]) -> Value {
    let fits = ["RS040", "RS101", "RS104", "RS105", "RS110"];
    report["warnings"].as_array_mut().unwrap().retain(|warning| !fits.contains(&warning["code"].as_str().unwrap()));
    let models = report["models"].as_array().unwrap().len();
    for at in 0..=models {
        let model = if at < models { &mut report["models"][at] } else { &mut report["baseline"] };
        for key in ["why", "extremes"] {
            model.as_object_mut().unwrap().remove(key);
        }
        for name in unknown {
            for key in ["train_mean", "gap_mean"] {
                model["metrics"][name].as_object_mut().unwrap().remove(key);
            }
            for split in model["splits"].as_array_mut().unwrap() {
                if let Some(scores) = split["train_scores"].as_object_mut() {
                    scores.remove(name);
                }
            }
        }
    }
    report
}

/// Saves the predictions of a run that asks for `first`, and compares what comes of `then` in a run and of the predictions. The
/// report of these is returned.
fn check(folder: &Path, asked: &[&str], first: &[&str], then: &[&str]) -> Value {
    let kept = place(folder, "p.parquet");
    let known = names(&judged(&[asked, first, &["-q", "--save-predictions", &kept]].concat()));
    let (mut whole, mut again) = (judged(&[asked, then].concat()), judged(&[&["rescore", &kept], then].concat()));
    // What predictions are worth is stated anew.
    let unknown = |name: &String| !known.contains(name) || name.starts_with("value_");
    let unknown: Vec<String> = names(&again).into_iter().filter(unknown).collect();
    let told = again["warnings"].as_array().unwrap().iter().any(|warning| warning["code"] == "RS040");
    assert_eq!(told, !unknown.is_empty(), "{}", again["warnings"]);
    let report = again.clone();
    for report in [&mut whole, &mut again] {
        *report = without_fits(report.take(), &unknown);
    }
    let asked = format!("{asked:?} {then:?}");
    // A linear model's scores are sums over all rows of a block of splits in a run, and over predictions here.
    if whole["data"]["task"] == "regression" {
        assert_alike(&whole, &again, &asked);
    } else {
        for (key, value) in whole.as_object().unwrap() {
            assert_eq!(&again[key], value, "{key} of {asked}");
        }
        assert_eq!(whole.to_string(), again.to_string(), "{asked}");
    }
    report
}

/// The same in the same order, numbers but for their last digits.
fn assert_alike(one: &Value, other: &Value, place: &str) {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            assert!(a.keys().eq(b.keys()), "{place}: {:?} {:?}", a.keys(), b.keys());
            a.iter().zip(b.values()).for_each(|((key, a), b)| assert_alike(a, b, &format!("{place} {key}")));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{place}");
            a.iter().zip(b).enumerate().for_each(|(at, (a, b))| assert_alike(a, b, &format!("{place} {at}")));
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!((a - b).abs() <= 1e-11 * b.abs().max(1.0), "{place}: {a} {b}");
        }
        (a, b) => assert_eq!(a, b, "{place}"),
    }
}

fn frame(path: &str) -> DataFrame {
    ParquetReader::new(std::fs::File::open(path).unwrap()).finish().unwrap()
}

#[test]
fn numbers_are_scored_as_by_a_run_that_had_asked() {
    let folder = tempfile::tempdir().unwrap();
    let claims = "[[behaviour]]\nname = 'old'\ntest = 'slice'\ncolumn = 'age'\nfrom = 0.02\nmetric = 'mae'\nat_most = 60\n\
                  [value]\nrows_per_year = 100\nabsolute_error = -2\n\
                  [[claim]]\nexpr = 'mean(value_per_row) >= -100'\n";
    let claims = write(folder.path(), "c.toml", claims);
    let asked = diabetes(&["-m", "ridge", "-m", "tree:max_depth=3", "--tune", "knn:n_neighbors=3,9", "-n", "20"]);
    let then = "--metric rmse,mae,max_error,r2 --claim p05(r2)>=0.2 --claim gap(rmse)<=10 --fail-below r2=0.1 --probe residuals \
                --probe churn --probe curves --confidence 0.9 --claims";
    let then: Vec<&str> = then.split_whitespace().chain([claims.as_str()]).collect();
    let report = check(folder.path(), &asked, &["--metric", "rmse", "--probe", "importance"], &then);
    let model = &report["models"][0];
    assert!(model["splits"][0]["train_scores"]["rmse"].is_number());
    assert!(model["splits"][0]["train_scores"]["r2"].is_null() && model["metrics"]["r2"]["train_mean"].is_null());
    assert!(model["probes"]["behaviour[old]"].is_object(), "{}", model["probes"]);
    // What nobody asks for anew is as it was, but for probes and claims.
    check(folder.path(), &asked, &["--metric", "mae,r2"], &["--metric", "mae,r2"]);
}

#[test]
fn classes_are_scored_as_by_a_run_that_had_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = data("titanic.csv");
    let claims = "[[behaviour]]\nname = 'same'\ntest = 'parity'\ncolumn = 'passengerClass'\nmeasure = 'rate'\nratio = 0.1\n\
                  [value]\nrows_per_year = 100\nthreshold = 0.4\ntrue_positive = 3\nfalse_positive = -1\n";
    let claims = write(folder.path(), "c.toml", claims);
    // The column of the behaviour is one that the run did not read.
    let asked = format!("eval {path} -t survived --drop passengerClass -m logistic -m linfa-tree -n 12");
    let asked: Vec<&str> = asked.split_whitespace().collect();
    let then = "--metric roc_auc,log_loss,f1,recall[no] --probe calibration --probe curves --confidence 0.9 \
                --claim share(roc_auc>baseline.roc_auc)>=95% --claims";
    let then: Vec<&str> = then.split_whitespace().chain([claims.as_str()]).collect();
    let report = check(folder.path(), &asked, &[], &then);
    // The tree gives no probabilities.
    let undefined = &report["models"][1]["metrics"]["log_loss"]["undefined_reasons"];
    assert_eq!(undefined["the model gives no probabilities"], 12, "{undefined}");
    let path = data("penguins.csv");
    let asked = format!("eval {path} -t species -m lda -m svm -m knn -n 12");
    let asked: Vec<&str> = asked.split_whitespace().collect();
    let page = format!("html={}", place(folder.path(), "page.html"));
    let then = ["--metric", "log_loss,brier,roc_auc,accuracy", "--probe", "curves", "-o", &page];
    check(folder.path(), &asked, &[], &then);
    assert!(std::fs::read_to_string(folder.path().join("page.html")).unwrap().contains("<svg"));
}

/// The file by another reader: RMSE by hand, and what the baseline says.
#[test]
fn the_file_holds_what_each_model_says_of_each_test_row() {
    let folder = tempfile::tempdir().unwrap();
    let kept = place(folder.path(), "p.parquet");
    let report = judged(&diabetes(&["-m", "ridge", "-n", "7", "-q", "--save-predictions", &kept]));
    let truth: Vec<f64> = std::fs::read_to_string(data("diabetes.csv"))
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
        .collect();
    let frame = frame(&kept);
    let names: Vec<&str> = frame.get_column_names().iter().map(|name| name.as_str()).collect();
    assert_eq!(names, ["split", "model", "row", "prediction"]);
    let (splits, rows) = (frame.column("split").unwrap().u64().unwrap(), frame.column("row").unwrap().u32().unwrap());
    let (models, said) =
        (frame.column("model").unwrap().str().unwrap(), frame.column("prediction").unwrap().f64().unwrap());
    assert_eq!(frame.height(), 2 * 7 * 89);
    for (k, split) in report["models"][0]["splits"].as_array().unwrap().iter().enumerate() {
        let of_split = |i: &usize| splits.get(*i) == Some(k as u64) && models.get(*i) == Some("ridge");
        let at: Vec<usize> = (0..frame.height()).filter(of_split).collect();
        assert!(at.windows(2).all(|two| rows.get(two[0]) < rows.get(two[1])) && at.len() == 89);
        let square = |i: &usize| (said.get(*i).unwrap() - truth[rows.get(*i).unwrap() as usize]).powi(2);
        let rmse = (at.iter().map(square).sum::<f64>() / at.len() as f64).sqrt();
        assert!((rmse - split["scores"]["rmse"].as_f64().unwrap()).abs() < 1e-9, "split {k}");
    }
    let path = data("iris.csv");
    let classes = place(folder.path(), "c.parquet");
    judged(&["eval", &path, "-t", "target", "-m", "lda", "-m", "nb", "-n", "3", "-q", "--save-predictions", &classes]);
    let frame = self::frame(&classes);
    let said = frame.column("prediction").unwrap().str().unwrap().clone();
    let labels: Vec<String> = frame.get_column_names()[4..7].iter().map(|name| name.to_string()).collect();
    let chances: Vec<_> = labels.iter().map(|name| frame.column(name).unwrap().f64().unwrap().clone()).collect();
    for i in 0..frame.height() {
        let row: Vec<f64> = chances.iter().map(|chance| chance.get(i).unwrap()).collect();
        let most = (0..3).fold(0, |best, class| if row[class] > row[best] { class } else { best });
        assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(labels[most], format!("p({})", said.get(i).unwrap()));
    }
}

#[test]
fn a_model_that_fails_fails_again_with_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    // A gamma model cannot take a target of 0: only splits that train on row 0 fail.
    let rows: String = (0..30).map(|i| format!("{},{}\n", i % 7, i)).collect();
    let path = write(folder.path(), "zero.csv", &format!("a,y\n{rows}"));
    let report = check(
        folder.path(),
        &["eval", &path, "-t", "y", "-n", "20", "-m", "glm:power=2", "-m", "ridge"],
        &[],
        &["--metric", "mae", "--claim", "glm.mean(mae) <= 30", "--allow-failed", "90%"],
    );
    assert!(report["models"][0]["failed"].as_u64().is_some_and(|failed| failed > 0 && failed < 20));
    let kept = frame(&place(folder.path(), "p.parquet"));
    let failed = report["models"][0]["failed"].as_u64().unwrap() as usize;
    assert_eq!(kept.height(), 6 * (3 * 20 - failed));
}

#[test]
fn bytes_depend_neither_on_threads_nor_on_shards() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| place(folder.path(), name);
    let asked = diabetes(&["-m", "forest:n_estimators=5", "-m", "ridge", "-n", "70", "-q", "--save-predictions"]);
    let save = |name: &str, flags: &[&str]| {
        let output = run(&[&asked[..], &[&path(name)], flags].concat());
        assert!(output.status.success(), "{}", said(&output));
        std::fs::read(path(name)).unwrap()
    };
    // The command is in the file.
    let [one, two] = ["1", "2"].map(|threads| {
        save("p.parquet", &["-j", threads, "-f", "json", "-o", &path("r.json")]);
        frame(&path("p.parquet"))
    });
    assert!(one.equals(&two));
    let again = judged(&["rescore", &path("p.parquet"), "--metric", "mae"]);
    for shard in 0..2 {
        let (name, journal) = (format!("p{shard}.parquet"), path(&format!("j{shard}.ndjson")));
        save(&name, &["--shard", &format!("{shard}/2"), "--journal", &journal]);
    }
    let (first, second) = (path("p0.parquet"), path("p1.parquet"));
    assert_eq!(judged(&["rescore", &second, &first, "--metric", "mae", "-j", "1"]), again);
    refused(&["rescore", &second], &["35 of 70 splits are not there: #0, #2", "--allow-partial"]);
    let partial = judged(&["rescore", &second, "--allow-partial"]);
    assert_eq!((&partial["plan"]["done"], &partial["plan"]["partial"]), (&35.into(), &true.into()));
    // A run that ends by itself is whole.
    let auto = diabetes(&["-m", "ridge", "-n", "auto", "--max-splits", "400", "-q", "--save-predictions"]);
    let report = judged(&[&auto[..], &[&path("a.parquet")]].concat());
    let again = judged(&["rescore", &path("a.parquet")]);
    assert_eq!(again["plan"], report["plan"]);
    assert_alike(&without_fits(again, &[])["models"], &without_fits(report, &[])["models"], "models");
}

#[cfg(unix)]
#[test]
fn models_that_run_elsewhere_are_not_started() {
    let folder = tempfile::tempdir().unwrap();
    let script = std::fs::read_to_string(format!("{}/tests/external/worker.py", crate::program::ROOT)).unwrap();
    let script = write(folder.path(), "worker.py", &script);
    let kept = place(folder.path(), "p.parquet");
    let path = data("mtcars.csv");
    let model = format!("own=worker:python3 {script} mean");
    let asked = ["eval", &path, "-t", "mpg", "-m", &model, "-n", "6", "--metric", "rmse,mae"];
    let report = judged(&[&asked[..], &["-q", "--save-predictions", &kept]].concat());
    std::fs::remove_file(&script).unwrap();
    let again = judged(&["rescore", &kept]);
    assert_eq!(again["models"][0]["engine"], "external");
    assert_eq!(without_fits(again, &[]), without_fits(report, &[]));
}

#[test]
fn what_predictions_cannot_tell_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| place(folder.path(), name);
    let kept = path("p.parquet");
    judged(&diabetes(&[
        "--tune",
        "ridge:alpha=0.1,1",
        "-n",
        "6",
        "--metric",
        "rmse",
        "-q",
        "--save-predictions",
        &kept,
    ]));
    let refused = |flags: &[&str], words: &[&str]| refused(&[&["rescore", &kept], flags].concat(), words);
    refused(&["--probe", "importance"], &["probe 'importance' needs the fitted models", "residuals"]);
    refused(&["--probe", "gap"], &["probe 'gap' needs the fitted models"]);
    refused(&["--probe", "all"], &["--probe all", "name the probes"]);
    refused(&["--metric", "r2"], &["ridge was tuned by rmse", "--metric rmse,r2"]);
    refused(
        &["--metric", "rmse,r2", "--claim", "gap(r2) <= 0.3"],
        &["gap(r2)", "train rows", "evaluate with this metric"],
    );
    refused(&["--claim", "mean(mae) <= 50"], &["mae"]);
    refused(&["--claim", "importance.kendall_w >= 0.5"], &["--probe importance"]);
    let claims = write(
        folder.path(),
        "c.toml",
        "[[behaviour]]\nname = 'up'\ntest = 'direction'\ncolumn = 'bmi'\nprediction = 'rises'\nshare = 0.9\n",
    );
    refused(&["--claims", &claims], &["c.toml", "behaviour 'up' needs the fitted models"]);
    let path = data("titanic.csv");
    let classes = place(folder.path(), "t.parquet");
    judged(&["eval", &path, "-t", "survived", "-n", "4", "-q", "--save-predictions", &classes]);
    let best = "[value]\nrows_per_year = 10\nthreshold = 'best'\ntrue_positive = 3\n";
    let best = write(folder.path(), "b.toml", best);
    crate::program::refused(&["rescore", &classes, "--claims", &best], &["threshold", "train rows", "threshold = 0.4"]);
    let journal = place(folder.path(), "j.ndjson");
    crate::program::refused(
        &diabetes(&["-n", "4", "--resume", &journal, "--save-predictions", &place(folder.path(), "x.parquet")]),
        &["--save-predictions does not go with --resume"],
    );
    assert!(!folder.path().join("x.parquet").exists());
}

#[test]
fn files_that_are_not_whole_or_of_other_data_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| place(folder.path(), name);
    let kept = path("p.parquet");
    let text = std::fs::read_to_string(data("mtcars.csv")).unwrap();
    let table = write(folder.path(), "cars.csv", &text);
    let asked = ["eval", table.as_str(), "-t", "mpg", "-n", "6", "-q", "--save-predictions"];
    judged(&[&asked[..], &[&kept]].concat());
    let bytes = std::fs::read(&kept).unwrap();
    let broken = path("broken.parquet");
    refused(&["rescore", &path("none.parquet")], &["none.parquet: no such file"]);
    for end in [0, 3, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&broken, &bytes[..end]).unwrap();
        refused(&["rescore", &broken], &["broken.parquet", "cut off"]);
    }
    refused(&["rescore", &table], &["cars.csv is not a Parquet file"]);
    ask(&["splits", &table, "-t", "mpg", "-n", "3", "--format", "parquet", "-o", &broken]);
    refused(&["rescore", &broken], &["broken.parquet is not a file of a run's predictions"]);
    let swapped = |from: &[u8], to: &[u8]| {
        let at = bytes.windows(from.len()).position(|window| window == from).expect("it is in the footer");
        let mut other = bytes.clone();
        other[at..at + to.len()].copy_from_slice(to);
        std::fs::write(&broken, &other).unwrap();
    };
    swapped(b"randsplit.predictions/1", b"randsplit.predictions/9");
    refused(&["rescore", &broken], &["version randsplit.predictions/9", "use the version that wrote it"]);
    swapped(b"\"places\"", b"\"plac3s\"");
    refused(&["rescore", &broken], &["broken.parquet is damaged"]);
    // Damaged pages are told, whatever they decode to: nothing is scored that was not predicted.
    let whole = judged(&["rescore", &kept]);
    let footer = bytes.windows(4).rposition(|window| window == b"PAR1").unwrap();
    for at in (4..footer / 2).step_by(97) {
        let mut other = bytes.clone();
        other[at] ^= 0x10;
        std::fs::write(&broken, &other).unwrap();
        let answer = ask(&["rescore", &broken, "-f", "json"]);
        assert!(matches!(answer.code, 0 | 2) && !answer.stderr.contains("panicked"), "{at}: {}", answer.stderr);
    }
    // Moved data is named anew, other data is told.
    let moved = path("moved.csv");
    std::fs::rename(&table, &moved).unwrap();
    refused(&["rescore", &kept], &["cars.csv"]);
    assert_eq!(judged(&["rescore", &kept, "--data", &moved])["models"], whole["models"]);
    std::fs::write(&moved, text.replacen("21", "22", 1)).unwrap();
    refused(&["rescore", &kept, "--data", &moved], &["of another question", "data fingerprint"]);
    std::fs::write(&table, &text).unwrap();
    let other = path("other.parquet");
    judged(&[&asked[..], &[&other, "--seed", "5"]].concat());
    refused(&["rescore", &kept, &other], &["different runs", "seed"]);
    // An output is never an input.
    refused(&["rescore", &kept, "-o", &format!("json={kept}")], &["p.parquet"]);
    refused(&[&asked[..], &[&table]].concat(), &["cars.csv"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let output = run_in(
        folder.path(),
        &["eval", &data("mtcars.csv"), "-t", "mpg", "-n", "5", "-q", "-f", "json", "--save-predictions", "/dev/full"],
    );
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).starts_with("error: cannot write /dev/full") && said(&output).lines().count() == 1);
}
