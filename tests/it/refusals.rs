//! A sentence for every bad input: files, targets, columns, models, metrics, splits, plans, claims, flags.

use crate::program::{ask as run, assert_refused, diabetes, refused, run_with_input};

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
fn a_format_that_is_none_is_no_file() {
    for (output, words) in [("jsn=a.json", "did you mean 'json'?"), ("frob=zz.json", "there are table")] {
        refused(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "5", "-o", output], &["no format", words]);
        assert!(!std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(output).exists());
    }
}
