//! Checks of models in the making: for each a model that fails it, and models of all kinds that pass.

use std::path::Path;

use randsplit::sanity::{CHECKS, CheckResult, CheckVerdict, SanityOptions, SanityReport};
use randsplit::{Evaluation, Scheme};
use serde_json::Value;

use crate::flawed::{Flaw, Flawed};
use crate::program::{Noise, ask, data, json, refused, run, said, text, write};

/// The checks of a model with a verdict.
fn with_verdict(report: &SanityReport, verdict: CheckVerdict) -> Vec<&str> {
    report.checks().filter(|(_, check)| check.verdict == verdict).map(|(_, check)| check.check.as_str()).collect()
}

fn of<'r>(report: &'r SanityReport, name: &str) -> &'r CheckResult {
    report.checks().map(|(_, check)| check).find(|check| check.check == name).unwrap()
}

fn checked(evaluation: &Evaluation) -> SanityReport {
    evaluation.sanity(&SanityOptions::default()).unwrap()
}

fn flawed(flaw: Flaw) -> SanityReport {
    checked(&Evaluation::new(data("diabetes.csv"), "target").learner("own", Flawed::new(flaw)))
}

#[test]
fn a_model_without_a_flaw_passes() {
    let report = flawed(Flaw::Nothing);
    assert_eq!(with_verdict(&report, CheckVerdict::Pass).len(), CHECKS.len() - 1, "{report:#?}");
    assert_eq!(with_verdict(&report, CheckVerdict::NotApplicable), ["missing"]);
    assert!(report.passes(true));
}

#[test]
fn each_flaw_fails_the_check_that_names_it() {
    for (flaw, fails, words) in [
        (Flaw::Still, &["linear", "step", "baseline"][..], "R² -"),
        (Flaw::FewValues, &["linear", "features", "baseline"], "R² 0.00"),
        (Flaw::ManyValues, &["step"], "does not learn a step"),
        (Flaw::Clipped, &["range"], "the output is cut off there"),
        (Flaw::Nan, &["predicts"], "are not finite numbers"),
        (Flaw::Short, &["predicts"], "it makes 88 predictions for 89 rows"),
        (Flaw::Cached, &["features"], "no prediction for 150 rows changes"),
        (Flaw::Fickle, &["repeat"], "of 89 predictions 89 differ in a second fit"),
        (Flaw::OfBatch, &["test-rows"], "when others that are predicted with them change"),
        (Flaw::Knows, &["test-rows"], "it has them from elsewhere"),
        (Flaw::Remembers, &["chance"], "better than chance"),
        (Flaw::Divides, &["constant"], "predictions for rows with other values go from"),
    ] {
        let report = flawed(flaw);
        assert_eq!(with_verdict(&report, CheckVerdict::Fail), fails, "{flaw:?}: {report:#?}");
        let reason = &of(&report, fails[0]).reason;
        assert!(reason.contains(words), "{flaw:?}: {reason}");
        assert!(!report.passes(false));
    }
}

#[test]
fn where_there_are_no_predictions_nothing_else_is_judged() {
    let report = flawed(Flaw::Nan);
    let others = with_verdict(&report, CheckVerdict::NotApplicable);
    // But for the splits, which are no model's.
    assert_eq!(others.len(), CHECKS.len() - 2);
    assert!(of(&report, "linear").reason.contains("see the check predicts"));
    assert_eq!(of(&report, "parts").verdict, CheckVerdict::Pass);
    // In one line.
    let shown = ask(&["sanity", "data/mtcars.csv", "-t", "mpg", "-m", "baseline"]).stdout;
    assert!(
        shown.contains("n/a – linear, step, interaction, overfit, features, test-rows, chance, baseline: "),
        "{shown}"
    );
}

#[test]
fn what_a_sound_model_may_miss_is_a_note() {
    let report = flawed(Flaw::AddsUp);
    assert_eq!(with_verdict(&report, CheckVerdict::Fail), [""; 0], "{report:#?}");
    assert_eq!(with_verdict(&report, CheckVerdict::Note), ["interaction", "overfit"], "{report:#?}");
    assert!(report.passes(false) && !report.passes(true));
    // Of a built-in model it is known.
    let report = checked(&Evaluation::new(data("diabetes.csv"), "target").models(["ridge"]));
    assert_eq!(with_verdict(&report, CheckVerdict::NotApplicable), ["interaction", "overfit", "missing"]);
    // A small tree is held back by its parameters.
    let report = checked(&Evaluation::new(data("diabetes.csv"), "target").models(["tree:max_depth=1"]));
    assert_eq!(with_verdict(&report, CheckVerdict::Note), ["interaction", "overfit"], "{report:#?}");
}

#[test]
fn a_model_that_takes_no_gaps_fails_there_alone() {
    let on = |flaw| checked(&Evaluation::new(data("titanic.csv"), "survived").learner("own", Flawed::new(flaw)));
    let report = on(Flaw::NoGaps);
    assert_eq!(with_verdict(&report, CheckVerdict::Fail), ["missing"], "{report:#?}");
    assert!(of(&report, "missing").reason.contains("Input X contains NaN"));
    assert_eq!(with_verdict(&on(Flaw::Nothing), CheckVerdict::Fail), [""; 0]);
}

#[test]
fn labels_and_probabilities_in_different_orders_are_found() {
    let on = |flaw| checked(&Evaluation::new(data("iris.csv"), "target").learner("own", Flawed::new(flaw)));
    assert_eq!(with_verdict(&on(Flaw::Nothing), CheckVerdict::Fail), [""; 0]);
    let report = on(Flaw::Reversed);
    assert!(with_verdict(&report, CheckVerdict::Fail).contains(&"range"), "{report:#?}");
    assert!(of(&report, "range").reason.contains("in another order than the classes"));
}

/// A plan of three splits, of which the second has test rows in its train part.
fn mixed_plan(folder: &Path, rows: usize) -> String {
    let mut plan = String::from("split,row,part\n");
    for split in 0..3 {
        for row in 0..rows {
            let test = row % 3 == split;
            if !test || (split == 1 && row % 2 == 0) {
                plan += &format!("{split},{row},train\n");
            }
            if test {
                plan += &format!("{split},{row},test\n");
            }
        }
    }
    write(folder, "plan.csv", &plan)
}

#[test]
fn parts_that_share_rows_are_found_in_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let plan = mixed_plan(folder.path(), 442);
    let path = data("diabetes.csv");
    // A run with such a plan is refused.
    let scheme = format!("file:{plan}");
    refused(&["eval", &path, "-t", "target", "--scheme", &scheme], &["split 1 has row 4 in both parts"]);
    let evaluation = Evaluation::new(&path, "target").scheme(scheme.parse::<Scheme>().unwrap());
    let report = checked(&evaluation.clone().models(["ols"]));
    assert_eq!(with_verdict(&report, CheckVerdict::Fail), ["parts"], "{report:#?}");
    let parts = of(&report, "parts");
    assert_eq!(parts.reason, "split 1 has 73 of its 147 test rows in the train part too, row 4 among them");
    assert_eq!((parts.figures["splits"], parts.figures["odd_splits"], parts.figures["rows_in_both"]), (3.0, 1.0, 73.0));
    // Who learns rows by heart is better than chance on those.
    let report = checked(&evaluation.learner("own", Flawed::new(Flaw::Nothing)));
    assert_eq!(with_verdict(&report, CheckVerdict::Fail), ["parts", "chance"], "{report:#?}");
    let a =
        ask(&["sanity", &path, "-t", "target", "-m", "ols", "--scheme", &format!("file:{plan}"), "--check", "parts"]);
    assert_eq!(a.code, 1, "{}", a.stderr);
    assert!(a.stdout.contains("fail ✗ parts: split 1 has 73"), "{}", a.stdout);
}

/// A hit among a few rows is no knowledge: z-scores of rare classes are large by chance.
#[test]
fn a_rare_class_alarms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = Noise(11);
    let mut rows = String::from("a,b,y\n");
    for i in 0..2000 {
        rows += &format!("{:.4},{:.4},{}\n", noise.next(), noise.next(), if i % 40 == 7 { "yes" } else { "no" });
    }
    let path = write(folder.path(), "rare.csv", &rows);
    for seed in 0..12 {
        let evaluation = Evaluation::new(&path, "y").models(["tree", "knn:n_neighbors=1"]).seed(seed);
        let report = evaluation.sanity(&SanityOptions::default().checks(["chance"])).unwrap();
        assert_eq!(with_verdict(&report, CheckVerdict::Fail), [""; 0], "{report:#?}");
    }
}

#[test]
fn built_in_models_pass() {
    let numbers = "ols,ridge,lasso,elastic-net,glm,knn,tree,forest:n_estimators=30,extra-trees:n_estimators=30,boost";
    let classes = "logistic,multinomial,nb,lda,knn,svm,tree,forest:n_estimators=30,extra-trees:n_estimators=30,boost";
    for (file, target, models, more) in [
        ("diabetes.csv", "target", numbers, &[][..]),
        ("mtcars.csv", "mpg", numbers, &[]),
        ("hitters.csv", "Salary", numbers, &[]),
        ("penguins.csv", "body_mass_g", numbers, &[]),
        ("sleepstudy.csv", "Reaction", numbers, &["--group", "Subject"]),
        ("airpassengers.csv", "value", numbers, &["--time", "time"]),
        ("iris.csv", "target", classes, &["-m", "qda"]),
        ("penguins.csv", "species", classes, &[]),
        ("titanic.csv", "survived", classes, &["-m", "linfa-tree"]),
        ("breast_cancer.csv", "target", classes, &["-m", "linfa-tree"]),
    ] {
        let path = data(file);
        let report = json(&[&["sanity", &path, "-t", target, "-m", models, "-f", "json", "-q"], more].concat());
        let models = report["models"].as_array().unwrap();
        assert!(models.len() >= 10);
        for model in models {
            let verdicts: Vec<&str> =
                model["checks"].as_array().unwrap().iter().map(|c| c["verdict"].as_str().unwrap()).collect();
            assert!(!verdicts.contains(&"fail"), "{file} {target}: {model:#}");
            let passes = verdicts.iter().filter(|verdict| **verdict == "pass").count();
            assert!(passes >= 8, "{file} {target}: {model:#}");
        }
    }
}

#[test]
fn parameters_for_another_scale_than_that_of_the_target_are_a_note() {
    let report = json_of(&["sanity", &data("hitters.csv"), "-t", "Salary", "-m", "svm"], 0);
    let checks = &report["models"][0]["checks"];
    for (at, name) in [(2, "linear"), (3, "step")] {
        let check = &checks[at];
        assert_eq!((check["check"].as_str(), check["verdict"].as_str()), (Some(name), Some("note")), "{report:#}");
        let reason = check["reason"].as_str().unwrap();
        assert!(reason.contains("where the target has a standard deviation of 1, and not on"), "{reason}");
    }
    // One that suits the scale passes, and a penalty that leaves nothing on any scale fails.
    let verdict = |model: &str, code| {
        let report = json_of(&["sanity", &data("hitters.csv"), "-t", "Salary", "-m", model, "--check", "linear"], code);
        report["models"][0]["checks"][0]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("svm:C=10000,epsilon=10", 0), "pass");
    assert_eq!(verdict("lasso:alpha=1e6", 1), "fail");
}

#[test]
fn a_built_in_model_that_refuses_the_data_is_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String =
        (0..80).map(|i| format!("{},{},{}\n", i % 9, 2 * (i % 9), if i % 9 > 4 { "a" } else { "b" })).collect();
    let path = write(folder.path(), "collinear.csv", &format!("x,twice,y\n{rows}"));
    let report = json_of(&["sanity", &path, "-t", "y", "-m", "qda"], 0);
    let checks = report["models"][0]["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["verdict"] == "not_applicable"), "{report:#}");
    let reason = checks[0]["reason"].as_str().unwrap();
    assert!(reason.contains("it does not take this data: ") && reason.contains("collinear"), "{reason}");
}

fn json_of(arguments: &[&str], code: i32) -> Value {
    let output = run(&[arguments, &["-f", "json", "-q"]].concat());
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn workers_are_checked_as_all_others() {
    let path = data("diabetes.csv");
    let of = |what: &str, code| {
        let model = format!("worker:python3 {}/tests/external/neighbours.py {what}", env!("CARGO_MANIFEST_DIR"));
        json_of(&["sanity", &path, "-t", "target", "-m", &model], code)
    };
    let failing = |report: &Value| -> Vec<String> {
        let checks = report["models"][0]["checks"].as_array().unwrap();
        let fails = checks.iter().filter(|check| check["verdict"] == "fail");
        fails
            .map(|check| format!("{}: {}", check["check"].as_str().unwrap(), check["reason"].as_str().unwrap()))
            .collect()
    };
    let sound = of("train", 0);
    assert_eq!(failing(&sound), [""; 0]);
    assert!(sound.to_string().contains("also on a table whose other rows are changed"), "{sound:#}");
    let leaky = failing(&of("all", 1));
    assert_eq!(leaky.len(), 1, "{leaky:?}");
    assert!(leaky[0].contains("test-rows") && leaky[0].contains("was fitted to all rows"), "{leaky:?}");
    // Predictions that are too few, or no numbers, are no predictions.
    let model = format!("worker:python3 {}/tests/external/worker.py mean", env!("CARGO_MANIFEST_DIR"));
    let report = json_of(&["sanity", &data("mtcars.csv"), "-t", "mpg", "-m", &model], 1);
    let fails = failing(&report);
    let names: Vec<&str> = fails.iter().map(|text| text.split(':').next().unwrap()).collect();
    assert_eq!(names, ["linear", "step", "features", "baseline"]);
}

#[test]
fn a_report_is_the_same_bytes_for_one_seed() {
    let of = |seed: &str| {
        run(&["sanity", "data/titanic.csv", "-t", "survived", "-m", "forest", "-s", seed, "-f", "json"]).stdout
    };
    let first = of("3");
    assert_eq!(text(&first), text(&of("3")));
    assert_ne!(first, of("4"));
    let report: SanityReport = serde_json::from_slice(&first).unwrap();
    assert_eq!((report.schema.as_str(), report.seed, report.data.rows), ("randsplit.sanity/1", 3, 1309));
}

#[test]
fn checks_are_chosen_by_name() {
    let cars = ["sanity", "data/mtcars.csv", "-t", "mpg", "-m", "tree"];
    let names = |more: &[&str]| -> Vec<String> {
        let report: SanityReport = serde_json::from_value(json_of(&[&cars[..], more].concat(), 0)).unwrap();
        report.checks().map(|(_, check)| check.check.clone()).collect()
    };
    assert_eq!(names(&["--check", "overfit,linear"]), ["linear", "overfit"]);
    assert_eq!(names(&["--check", "step", "--check", "range"]), ["range", "step"]);
    assert_eq!(names(&["--skip", "parts,baseline"]).len(), CHECKS.len() - 2);
    refused(&[&cars[..], &["--check", "overfitting"]].concat(), &["--check overfitting", "did you mean 'overfit'?"]);
    refused(&[&cars[..], &["--skip", "steps"]].concat(), &["--skip steps", "'step'"]);
    refused(&[&cars[..], &["--check", "step", "--skip", "step"]].concat(), &["leave no check"]);
    let listed = json(&["list", "sanity", "-f", "json"]);
    let listed: Vec<&str> = listed.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!(listed, CHECKS.iter().map(|check| check.name()).collect::<Vec<_>>());
    for name in listed {
        let page = ask(&["explain", name]);
        assert!(page.code == 0 && page.stdout.starts_with(name) && page.stdout.lines().count() > 3, "{}", page.stdout);
    }
    refused(&["explain", "overfitt"], &["did you mean 'overfit'?"]);
}

#[test]
fn exit_codes_and_forms() {
    let cars = ["sanity", "data/mtcars.csv", "-t", "mpg", "-m", "ridge,tree:max_depth=1"];
    let strict = [&cars[..], &["--strict"]].concat();
    let (lenient, failing) = (ask(&cars), ask(&strict));
    assert_eq!((lenient.code, failing.code), (0, 1), "{}{}", lenient.stdout, failing.stderr);
    assert!(failing.stderr.contains("--strict"), "{}", failing.stderr);
    let shown = |form: &str| ask(&[&cars[..], &["-f", form]].concat()).stdout;
    for (form, words) in [
        ("markdown", &["- *note*: `interaction`: it", "- pass: `step`", "### ridge"][..]),
        (
            "junit",
            &[
                "<testsuite name=\"randsplit.mtcars.ridge\" tests=\"13\"",
                "<skipped message=\"note: ",
                "name=\"overfit\"",
            ],
        ),
        ("github", &["::warning title=interaction::", "::notice title=step::step for ridge pass: it learns"]),
        ("table", &["note ! interaction: ", "pass ✓ step: ", "n/a – missing: "]),
    ] {
        let shown = shown(form);
        words.iter().for_each(|word| assert!(shown.contains(word), "{form}: no '{word}' in {shown}"));
    }
    let junit = ask(&[&strict[..], &["-f", "junit"]].concat()).stdout;
    assert!(junit.contains("<failure type=\"note\""), "{junit}");
    // A sign stands beside each colour.
    let colour = ask(&[&cars[..], &["--color", "always"]].concat()).stdout;
    assert!(colour.contains("\u{1b}[32mpass ✓\u{1b}[0m step: "), "{colour}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sanity.xml");
    let a = ask(&[&cars[..], &["-o", file.to_str().unwrap()]].concat());
    assert_eq!((a.code, a.stdout.as_str()), (0, ""));
    assert!(std::fs::read_to_string(file).unwrap().starts_with("<?xml"));
}

#[test]
fn bad_inputs_are_refused() {
    let cars = ["sanity", "data/mtcars.csv", "-t", "mpg"];
    refused(&["sanity", "data/mtcars.csv"], &["--target", "'mpg', 'cyl'"]);
    refused(&["sanity", "gone.csv", "-t", "mpg"], &["gone.csv"]);
    refused(&[&cars[..], &["-m", "rigde"]].concat(), &["did you mean 'ridge'?"]);
    refused(&[&cars[..], &["-m", "logistic"]].concat(), &["'logistic'", "--model ridge"]);
    refused(&[&cars[..], &["-f", "csv"]].concat(), &["csv"]);
    refused(&[&cars[..], &["-o", "data/mtcars.csv"]].concat(), &["data/mtcars.csv"]);
    let tuned = Evaluation::new(data("mtcars.csv"), "mpg").tunes(["ridge:alpha=0.1,1"]);
    let error = tuned.sanity(&SanityOptions::default()).unwrap_err();
    assert!(error.to_string().contains("a tuned model chooses among several"), "{error}");
}

#[test]
fn odd_tables_are_checked_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| write(folder.path(), name, text);
    // One column, two columns of text, dates alone, and hardly any rows.
    let one = (0..40).fold("x,y\n".to_owned(), |all, i| format!("{all}{i},{}\n", 3 * i + i % 2));
    let words = (0..60).fold("a,b,y\n".to_owned(), |all, i| {
        let (a, b) = (["red", "green", "blue"][i % 3], ["small", "large"][i / 3 % 2]);
        format!("{all}{a},{b},{}\n", if (i % 3 == 0) ^ (i / 3 % 2 == 0) { "yes" } else { "no" })
    });
    let dates = (1..31).fold("day,y\n".to_owned(), |all, i| format!("{all}2024-03-{i:02},{}\n", 2 * i));
    let few = "x,y\n1,2\n2,4\n3,5\n4,9\n5,10\n6,12\n";
    for (name, text, model) in
        [("one", &one, "ridge"), ("words", &words, "tree"), ("dates", &dates, "tree"), ("few", &few.to_owned(), "ols")]
    {
        let a = ask(&["sanity", &path(&format!("{name}.csv"), text), "-t", "y", "-m", model, "-q"]);
        assert!(matches!(a.code, 0 | 1), "{name}: {}", a.stderr);
        assert!(a.stderr.is_empty(), "{name}: {}", a.stderr);
        let lines = a.stdout.lines().filter(|line| line.contains("linear: "));
        assert_eq!(lines.filter(|line| line.starts_with("pass")).count(), 1, "{name}: {}", a.stdout);
    }
}

/// The page shows what the program prints.
#[test]
fn the_shown_checks_are_what_is_printed() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sanity.md")).unwrap();
    let mut shown = 0;
    for piece in page.split("```sh\n").skip(1) {
        let (commands, rest) = piece.split_once("```").unwrap();
        let Some(output) = rest.strip_prefix("\n\n```text\n") else { continue };
        let line = commands.trim().strip_prefix("randsplit ").unwrap();
        let printed = ask(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(printed.stdout, output.split("```").next().unwrap(), "{line}");
        shown += 1;
    }
    assert_eq!(shown, 2);
}
