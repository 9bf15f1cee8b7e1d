//! What CI sees: several outputs of one run, a config file, and the examples up to where they need a service.

use std::path::Path;
use std::process::{Command, Output};

use crate::program::{PROGRAM, ROOT, command, run_in, text};

fn config(folder: &Path, more: &str) {
    let data = format!("{ROOT}/data/diabetes.csv");
    std::fs::write(folder.join("randsplit.toml"), format!("data = '{data}'\ntarget = 'target'\nsplits = 30\n{more}"))
        .unwrap();
}

fn eval(folder: &Path, flags: &[&str]) -> Output {
    run_in(folder, &[&["eval"], flags].concat())
}

/// Checks that tags of an XML text close in order, and counts those that open by name.
fn tags(xml: &str) -> Vec<String> {
    let (mut open, mut all) = (Vec::new(), Vec::new());
    for part in xml.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
        if tag.starts_with('?') {
            continue;
        } else if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(name.as_str()), "{xml}");
        } else {
            all.push(name.clone());
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{xml}");
    all
}

const CLAIMS: &str = "confidence = 0.95\n[[claim]]\nname = 'floor & \"roof\"'\nwhy = 'a <b> c'\nexpr = 'share(r2 > -1) >= 85%'\n\
                      [[claim]]\nexpr = 'mean(r2) > 0.45'\n[[claim]]\nname = 'dream'\nwhy = '100 % sure'\nexpr = 'mean(r2) > 0.9'\n";

#[test]
fn several_outputs_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    config(folder.path(), CLAIMS);
    let a = eval(folder.path(), &["--output", "junit=v.xml", "--output", "json=run.json", "-o", "scores.csv"]);
    assert_eq!(a.status.code(), Some(1), "{}", text(&a.stderr));
    assert!(text(&a.stdout).contains("worst split"));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("scores.csv").starts_with("model,split"));
    let report: serde_json::Value = serde_json::from_str(&read("run.json")).unwrap();
    let verdicts: Vec<&str> =
        report["claims"].as_array().unwrap().iter().map(|c| c["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["holds", "undecided", "fails"]);
    let xml = read("v.xml");
    let count = |name: &str| tags(&xml).iter().filter(|t| *t == name).count();
    assert_eq!((count("testsuite"), count("testcase"), count("failure"), count("skipped")), (1, 3, 1, 1));
    assert!(xml.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""), "{xml}");
    assert!(xml.contains("floor &amp; &quot;roof&quot;: share(r2 &gt; -1)"), "{xml}");
    // Undecided claims are failures where they were asked to be.
    let a = eval(folder.path(), &["--output", "junit=v.xml", "--undecided", "fail"]);
    assert_eq!(a.status.code(), Some(1));
    let xml = read("v.xml");
    assert!(xml.contains("failures=\"2\"") && xml.contains("type=\"undecided\""), "{xml}");
}

#[test]
fn annotations_and_a_step_summary() {
    let folder = tempfile::tempdir().unwrap();
    config(folder.path(), CLAIMS);
    let summary = folder.path().join("summary.md");
    std::fs::write(&summary, "before\n").unwrap();
    let a = command(&["eval", "--format", "github", "-o", "json=run.json"])
        .current_dir(folder.path())
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    let lines = text(&a.stdout);
    assert!(lines.contains("::error title=dream::mean(r2) > 0.9 for ridge fails: misses by 0."), "{lines}");
    assert!(lines.contains("(100 %25 sure)") && lines.contains("::warning title=mean(r2) > 0.45::"), "{lines}");
    assert!(lines.lines().all(|l| l.starts_with("::")), "{lines}");
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("before\n## ") && summary.contains("**fails**") && summary.contains('█'), "{summary}");
}

#[test]
fn flags_win_over_the_config_file() {
    let folder = tempfile::tempdir().unwrap();
    config(folder.path(), "models = ['ridge', 'ols']\nmetrics = 'mae'\ntest-size = 0.3\nseed = 4\nquiet = true\n");
    let json = |flags: &[&str]| -> serde_json::Value {
        let a = eval(folder.path(), &[flags, &["-f", "json"]].concat());
        serde_json::from_slice(&a.stdout).unwrap_or_else(|_| panic!("{}", text(&a.stderr)))
    };
    let report = json(&[]);
    let names: Vec<&str> = report["models"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!((names, &report["metrics"][0]), (vec!["ridge", "ols"], &"mae".into()));
    assert_eq!((&report["plan"]["seed"], &report["plan"]["test_size"]), (&4.into(), &0.3.into()));
    let report = json(&["-m", "lasso", "-n", "7", "--seed", "0"]);
    assert_eq!((&report["models"][0]["name"], report["models"].as_array().unwrap().len()), (&"lasso".into(), 1));
    assert_eq!((&report["plan"]["splits"], &report["plan"]["seed"]), (&7.into(), &0.into()));
    let other = format!("{ROOT}/data/mtcars.csv");
    assert_eq!(json(&[&other, "-t", "mpg", "-n", "3"])["data"]["rows"], 32);
    // A file elsewhere is named, and its paths are found from its own folder.
    let elsewhere = folder.path().join("conf");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::copy(&other, elsewhere.join("cars.csv")).unwrap();
    std::fs::write(elsewhere.join("x.toml"), "data = 'cars.csv'\ntarget = 'mpg'\nsplits = 3").unwrap();
    assert_eq!(json(&["--config", "conf/x.toml"])["data"]["rows"], 32);
    config(folder.path(), "color = 'always'\n");
    let coloured = |flags: &[&str]| text(&eval(folder.path(), flags).stdout).contains('\x1b');
    assert!(coloured(&[]) && !coloured(&["--color", "never"]));
}

#[test]
fn mistakes_in_the_config_file_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |more: &str, words: &[&str]| {
        config(folder.path(), more);
        let a = eval(folder.path(), &[]);
        let said = text(&a.stderr);
        assert_eq!((a.status.code(), a.stdout.len()), (Some(2), 0), "{more}: {said}");
        assert!(
            words.iter().all(|w| said.contains(w)) && said.lines().filter(|l| l.starts_with("error: ")).count() == 1,
            "{more}: {said}"
        );
    };
    refused("modle = 'ridge'", &["randsplit.toml", "'modle'", "did you mean 'model'?"]);
    refused("splits = 3\n", &["randsplit.toml line"]);
    refused("quiet = 'loud'", &["quiet = \"loud\": write true or false"]);
    refused("metric = { a = 1 }", &["metric must be a string"]);
    refused("[[claim]]\nexp = 'x'", &["'exp'", "did you mean 'expr'?"]);
    let a = eval(folder.path(), &["--config", "none.toml"]);
    assert!(a.status.code() == Some(2) && text(&a.stderr).contains("none.toml: no such file"));
    // A bare run without a file says what is missing.
    let a = eval(tempfile::tempdir().unwrap().path(), &[]);
    assert!(a.status.code() == Some(2) && text(&a.stderr).contains("--target"));
}

/// The lines of a YAML file that run the program.
fn program_lines(file: &str) -> Vec<Vec<String>> {
    let yaml = std::fs::read_to_string(Path::new(ROOT).join("examples/ci").join(file)).unwrap();
    yaml.lines()
        .filter_map(|l| l.split_once("randsplit eval "))
        .map(|(_, flags)| flags.split_whitespace().map(str::to_owned).collect())
        .collect()
}

#[test]
fn the_examples_run_up_to_their_service() {
    for file in ["github.yml", "gitlab.yml"] {
        let lines = program_lines(file);
        assert_eq!(lines.len(), 1, "{file}");
        let folder = tempfile::tempdir().unwrap();
        config(folder.path(), "[[claim]]\nname = 'floor'\nexpr = 'worst(r2) > -1'\n");
        let flags: Vec<&str> = lines[0].iter().map(String::as_str).collect();
        let a = eval(folder.path(), &flags);
        assert_eq!(a.status.code(), Some(0), "{file}: {}", text(&a.stderr));
        tags(&std::fs::read_to_string(folder.path().join("verdict.xml")).unwrap());
        assert!(folder.path().join("run.json").exists());
    }
    let folder = tempfile::tempdir().unwrap();
    let a = Command::new("bash")
        .current_dir(ROOT)
        .args(["examples/ci/gate.sh", folder.path().to_str().unwrap()])
        .env("RANDSPLIT", PROGRAM)
        .output()
        .unwrap();
    assert_eq!(a.status.code(), Some(0), "{}{}", text(&a.stdout), text(&a.stderr));
    assert!(text(&a.stdout).contains("every claim holds"));
    assert!(["verdict.xml", "run.json", "run.md"].iter().all(|f| folder.path().join(f).exists()));
}
