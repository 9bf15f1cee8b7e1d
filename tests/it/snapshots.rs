//! What people read, kept as snapshots (`tests/it/snapshots/`): a change of a word is seen in review. `INSTA_UPDATE=always`
//! writes them anew.

use crate::program::{Answer, ROOT, command, words};

/// The program in the folder with data.
fn program(line: &str) -> Answer {
    let words = words(line);
    let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
    command(&arguments).current_dir(format!("{ROOT}/data")).output().unwrap().into()
}

fn stdout(line: &str, code: i32) -> String {
    let answer = program(line);
    assert_eq!(answer.code, code, "{line}: {}", answer.stderr);
    answer.stdout
}

/// The commands that the program names in its help.
fn commands() -> Vec<String> {
    let help = stdout("--help", 0);
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let names = listed.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("    "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn help_of_every_command() {
    let commands = commands();
    assert!(commands.len() > 12, "{commands:?}");
    insta::assert_snapshot!("help", stdout("--help", 0));
    insta::assert_snapshot!("help_eval_short", stdout("eval -h", 0));
    for command in commands.iter().filter(|command| *command != "help") {
        insta::assert_snapshot!(format!("help_{command}"), stdout(&format!("{command} --help"), 0));
    }
}

/// A run with claims of all verdicts.
const RUN: &str = "eval diabetes.csv -t target -m ridge -m tree:max_depth=3 -n 60 --fail-below r2=0.3 --claim worst(rmse)<60 \
                   --claim mean(r2)>=0.3 --claim p05(r2)>=0.36 --confidence 0.95";

#[test]
fn forms_of_a_report() {
    for form in ["table", "markdown", "junit", "github"] {
        insta::assert_snapshot!(format!("regression_{form}"), stdout(&format!("{RUN} -f {form}"), 1));
    }
    for form in ["table", "markdown"] {
        let run = format!("eval titanic.csv -t survived -m logistic -n 30 --probe calibration -f {form}");
        insta::assert_snapshot!(format!("classes_{form}"), stdout(&run, 0));
    }
}

#[test]
fn looks_into_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("run.json");
    let report = report.to_str().unwrap();
    stdout(&format!("{RUN} -o {report}"), 1);
    for (name, arguments, code) in [
        ("inspect", "inspect REPORT", 0),
        ("inspect_split", "inspect REPORT --split worst --rows", 0),
        ("inspect_markdown", "inspect REPORT -f markdown", 0),
        ("compare", "compare REPORT", 0),
        ("check", "check REPORT --claim worst(r2)>=0.2", 1),
    ] {
        let text = stdout(&arguments.replace("REPORT", report), code);
        insta::assert_snapshot!(name, text.replace(report, "REPORT"));
    }
}

/// Arguments that are wrong, one way each.
const WRONG: &[&str] = &[
    "eval nope.csv -t y",
    "eval diabetes.csv",
    "eval diabetes.csv -t nope",
    "eval diabetes.csv -t target -m rigde",
    "eval diabetes.csv -t target -m ridge:alpha=x",
    "eval diabetes.csv -t target -m ridge:alhpa=1",
    "eval diabetes.csv -t target -m ridge:alpha=-1",
    "eval diabetes.csv -t target --metric r3",
    "eval diabetes.csv -t target --metric accuracy",
    "eval diabetes.csv -t target -m logistic",
    "eval iris.csv -t target --task classification -m ridge",
    "eval iris.csv -t target --task classification --metric f1",
    "eval diabetes.csv -t target -n 0",
    "eval diabetes.csv -t target -n x",
    "eval diabetes.csv -t target --test-size 2.5",
    "eval diabetes.csv -t target --test-size 0",
    "eval diabetes.csv -t target --test-size 442",
    "eval diabetes.csv -t target --test-size 400 --train-size 400",
    "eval diabetes.csv -t target --scheme nope",
    "eval diabetes.csv -t target --scheme group",
    "eval diabetes.csv -t target --scheme time",
    "eval diabetes.csv -t target --scheme kfold:1",
    "eval diabetes.csv -t target --scheme kfold:x",
    "eval diabetes.csv -t target --group nope",
    "eval diabetes.csv -t target --scheme file:nope.csv",
    "eval diabetes.csv -t target --scheme file:iris.csv",
    "eval diabetes.csv -t target --claim worst(r3)>=0.1",
    "eval diabetes.csv -t target --claim worst(r2)",
    "eval diabetes.csv -t target --claim foo(r2)>1",
    "eval diabetes.csv -t target --claim 'mean(r2)>=a'",
    "eval diabetes.csv -t target --fail-below rmse=1",
    "eval diabetes.csv -t target --fail-below r2",
    "eval diabetes.csv -t target --fail-above r2=1",
    "eval diabetes.csv -t target --claims nope.toml",
    "eval diabetes.csv -t target --probe nope",
    "eval diabetes.csv -t target --probe noise:x=1",
    "eval diabetes.csv -t target --features nope",
    "eval diabetes.csv -t target --drop *",
    "eval diabetes.csv -t target --encode age=foo",
    "eval diabetes.csv -t target --encode nope=onehot",
    "eval diabetes.csv -t target --positive yes",
    "eval iris.csv -t target --task classification --positive nope",
    "eval diabetes.csv -t target --delimiter ab",
    "eval diabetes.csv -t target --null foo",
    "eval diabetes.csv -t target --confidence 2",
    "eval diabetes.csv -t target --confidence 0.4",
    "eval diabetes.csv -t target --rope -1",
    "eval diabetes.csv -t target --grid ridge:alpha=",
    "eval diabetes.csv -t target --tune ridge",
    "eval diabetes.csv -t target --chain nope",
    "eval diabetes.csv -t target --engine foo",
    "eval diabetes.csv -t target -o a.xyz/b",
    "eval diabetes.csv -t target -f foo",
    "eval diabetes.csv -t target --nope",
    "inspect nope.json",
    "inspect diabetes.csv",
    "check nope.json --claim mean(r2)>1",
    "compare nope.json",
    "predict nope.json diabetes.csv",
    "export nope.json --split 1 --out x",
    "explain RS999",
    "explain foo",
    "frobnicate",
    "eval diabetes.csv -t sex --task regression -n 3",
    "eval diabetes.csv -t sex --task classification -n 3",
    "eval diabetes.csv -t target --task classification -n 3",
    "eval titanic.csv -t survived --decimal x",
    "eval titanic.csv -t survived --text nope",
    "splits titanic.csv",
    "eval titanic.csv -t survived -j x",
    "eval diabetes.csv -t target --allow-failed x",
    "eval diabetes.csv -t target --precision 0 -n auto",
    "eval diabetes.csv -t target --gap 3",
    "eval diabetes.csv -t target --max-splits 5",
    "models foo",
    "metrics foo",
    "completions foo",
    "man foo",
];

#[test]
fn errors() {
    let mut all = String::new();
    for arguments in WRONG {
        let Answer { code, stdout, stderr: text } = program(arguments);
        assert!(stdout.is_empty() || code == 0, "{arguments}: half a result");
        all += &format!("$ randsplit {arguments}\n{}[{code}]\n\n", text.split("\n\nUsage:").next().unwrap());
    }
    insta::assert_snapshot!("errors", all);
}
