//! Tuning inside every split: against scikit-learn on the same inner folds, on cases planted for it, and that nothing of
//! the test rows reaches the choice. The reference is written by tests/reference/make_tuning.py.

use crate::program;

use std::fmt::Write as _;
use std::path::Path;

use program::{Noise, run};
use randsplit::data::Task;
use randsplit::model::registry;
use randsplit::report::{Model, Report};
use randsplit::run::{Engine, NullOptions};
use randsplit::split::{Split, scheme};
use randsplit::verdict::Verdict;
use randsplit::{Evaluation, PreparedEvaluation};
use serde_json::{Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn data(name: &str) -> String {
    format!("{ROOT}/data/{name}.csv")
}

fn tuned(report: &Report) -> &Model {
    report.models.iter().find(|m| m.tuning.is_some()).unwrap()
}

/// The settings that the splits picked.
fn picks(report: &Report) -> Vec<String> {
    tuned(report).splits.iter().map(|s| s.setting.clone().unwrap()).collect()
}

/// A file with that text, and its folder.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// Data, target and flags of the cases of the reference.
const CASES: [(&str, &str, &[&str], &str, &str); 5] = [
    ("diabetes", "target", &[], "ridge:alpha=0.01,1,10,100,1000", "r2"),
    ("diabetes", "target", &["--scheme", "bootstrap"], "ridge:alpha=0.01,1,10,100,1000", "rmse"),
    ("breast_cancer", "target", &[], "logistic:C=0.001,0.01,0.1,1,10,tol=1e-12", "log_loss"),
    ("breast_cancer", "target", &[], "knn:n_neighbors=1,3,7,15,41", "accuracy"),
    ("airpassengers", "value", &["--time", "time", "--test-size", "12", "--gap", "2"], "ridge:alpha=0.1,10,100", "mae"),
];

fn asked((name, target, flags, tune, metric): (&str, &str, &[&str], &str, &str)) -> Evaluation {
    let mut evaluation = Evaluation::new(data(name), target).splits(4).tunes([tune]).metrics([metric]);
    match flags {
        ["--scheme", _] => evaluation = evaluation.scheme(scheme::Bootstrap),
        [_, _, _, _, "--gap", _] => {
            evaluation = evaluation.test_size(randsplit::split::Size::Rows(12));
            (evaluation.plan.time, evaluation.plan.gap) = (Some("time".into()), 2);
        }
        _ => {}
    }
    evaluation
}

/// The splits of an evaluation with their inner folds.
fn folds_of(prepared: &PreparedEvaluation) -> Vec<(Split, Vec<Split>)> {
    let of = |k| {
        let split = prepared.plan.draw(k);
        let folds = prepared.plan.inner(k, &split, &prepared.target, 5).unwrap();
        (split, folds)
    };
    (0..prepared.plan.splits()).map(of).collect()
}

fn folds_as_json() -> Value {
    let case = |case: (&'static str, &'static str, &'static [&'static str], &'static str, &'static str)| {
        let part = |s: &Split| json!({"train": s.train, "test": s.test});
        let split = |(split, folds): &(Split, Vec<Split>)| json!({"train": split.train, "test": split.test, "folds": folds.iter().map(part).collect::<Vec<_>>()});
        let prepared = asked(case).prepare().unwrap();
        let splits: Vec<Value> = folds_of(&prepared).iter().map(split).collect();
        json!({"data": case.0, "target": case.1, "tune": case.3, "metric": case.4, "splits": splits})
    };
    Value::Array(CASES.into_iter().map(case).collect())
}

fn reference(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(Path::new(ROOT).join("tests/reference").join(name)).unwrap()).unwrap()
}

/// What is drawn for a seed stays the same for ever. `WRITE_INNER_FOLDS=1` writes the file that make_tuning.py reads.
#[test]
fn inner_folds_are_those_checked_in() {
    if std::env::var_os("WRITE_INNER_FOLDS").is_some() {
        let path = Path::new(ROOT).join("tests/reference/inner_folds.json");
        std::fs::write(path, folds_as_json().to_string() + "\n").unwrap();
    }
    assert!(folds_as_json() == reference("inner_folds.json"));
}

#[test]
fn choices_are_those_of_grid_search_on_the_same_inner_folds() {
    let cases = reference("tuning.json");
    let mut picked = std::collections::BTreeSet::new();
    for (case, asked_case) in cases.as_array().unwrap().iter().zip(CASES) {
        assert_eq!((case["tune"].as_str(), case["metric"].as_str()), (Some(asked_case.3), Some(asked_case.4)));
        let prepared = asked(asked_case).prepare().unwrap();
        let outcome = prepared.run(&false.into(), |_| Ok(())).unwrap();
        let report = prepared.report(&outcome.part, &std::sync::atomic::AtomicBool::new(false)).unwrap();
        let model = tuned(&report);
        let near = |got: f64, want: &Value, what: &str| {
            let want = want.as_f64().unwrap();
            assert!(
                (got - want).abs() <= 1e-9 * want.abs().max(1.0),
                "{} {what}: {got}, scikit-learn {want}",
                case["tune"]
            );
        };
        for (k, want) in case["splits"].as_array().unwrap().iter().enumerate() {
            let choice = outcome.part.splits().models[1].choice(k).unwrap();
            assert_eq!(choice.folds, 5);
            for (mean, want) in choice.inner.iter().zip(want["means"].as_array().unwrap()) {
                near(mean.unwrap(), want, "inner mean");
            }
            assert_eq!(Some(choice.setting as u64), want["best"].as_u64(), "{} on split {k}", case["tune"]);
            near(model.splits.at(k).scores[asked_case.4].unwrap(), &want["score"], "test score");
            picked.insert((asked_case.0, asked_case.3, choice.setting));
        }
        // The sums of the document, worked out again from the reference.
        let tuning = model.tuning.as_ref().unwrap();
        let splits = case["splits"].as_array().unwrap();
        let sign = if ["r2", "accuracy"].contains(&asked_case.4) { 1.0 } else { -1.0 };
        let inner = |s: &Value| s["means"][s["best"].as_u64().unwrap() as usize].as_f64().unwrap();
        let mean = |f: &dyn Fn(&Value) -> f64| json!(splits.iter().map(f).sum::<f64>() / splits.len() as f64);
        near(tuning.inner_mean.unwrap(), &mean(&inner), "mean of inner scores");
        near(tuning.optimism.unwrap(), &mean(&|s| sign * (inner(s) - s["score"].as_f64().unwrap())), "optimism");
        for (at, setting) in tuning.settings.iter().enumerate() {
            near(setting.inner_mean.unwrap(), &mean(&|s| s["means"][at].as_f64().unwrap()), "mean of a setting");
            near(setting.picked, &mean(&|s| f64::from(u8::from(s["best"] == json!(at)))), "share of splits");
        }
    }
    // Not always the same one.
    assert!(picked.len() >= 7, "{picked:?}");
}

/// A grid for each model and its task.
fn grid_of(model: &str, task: Task) -> Option<&'static str> {
    Some(match (model, task) {
        ("ols", _) => "ols:fit_intercept=true,false",
        ("ridge", _) => "ridge:alpha=0.1,10,1000",
        ("lasso", _) => "lasso:alpha=1,10,100",
        ("elastic-net", _) => "elastic-net:alpha=0.1,1,l1_ratio=0.2,0.8",
        ("glm", _) => "glm:alpha=0.001,0.1,10,power=0,1",
        ("logistic", _) => "logistic:C=0.001,0.1,10",
        ("multinomial", _) => "multinomial:C=0.001,0.1,10",
        ("nb", _) => "nb:var_smoothing=1e-9,0.1,1",
        ("lda", _) => "lda:tol=0.0001,0.5",
        ("qda", _) => "qda:reg_param=0.1,0.5,0.9",
        ("knn", _) => "knn:n_neighbors=1,9,40,weights=uniform,distance",
        ("svm", Task::Regression) => "svm:C=1,100,epsilon=1",
        ("svm", _) => "svm:C=0.1,10",
        ("tree", _) => "tree:max_depth=1,3,none",
        ("forest", _) => "forest:n_estimators=3,max_depth=1,5",
        ("extra-trees", _) => "extra-trees:n_estimators=3,max_depth=1,5",
        ("boost", _) => "boost:n_estimators=3,15,max_leaf_nodes=4",
        ("linfa-tree", _) => "linfa-tree:max_depth=1,4",
        _ => return None,
    })
}

#[test]
fn every_model_can_be_tuned_and_both_engines_choose_the_same() {
    let mut chosen = std::collections::BTreeSet::new();
    for (name, target, task) in [
        ("penguins", "body_mass_g", Task::Regression),
        ("breast_cancer", "target", Task::Classification),
        ("iris", "target", Task::Classification),
    ] {
        for info in registry::MODELS.iter().filter(|m| m.tasks.contains(&task)) {
            let Some(grid) = grid_of(info.name, task) else {
                assert_eq!(info.name, "baseline");
                continue;
            };
            let evaluation = Evaluation::new(data(name), target).splits(3).tunes([grid]);
            let answers = [Engine::Auto, Engine::PerSplit].map(|e| evaluation.clone().engine(e).run());
            let [Ok(shared), Ok(alone)] = answers else {
                // linfa-tree has two classes.
                assert_eq!((info.name, name), ("linfa-tree", "iris"));
                continue;
            };
            assert_eq!(tuned(&shared).failed, 0, "{grid} on {name}");
            assert_eq!(picks(&shared), picks(&alone), "{grid} on {name}");
            chosen.extend(picks(&shared).into_iter().map(|pick| (info.name, pick)));
            for (a, b) in tuned(&shared).splits.iter().zip(tuned(&alone).splits.iter()) {
                for (metric, a) in &a.scores {
                    let (a, b) = (a.unwrap_or(9.0), b.scores[metric].unwrap_or(9.0));
                    assert!((a - b).abs() <= 1e-4 * b.abs().max(1e-2), "{grid} on {name} {metric}: {a} {b}");
                }
            }
        }
    }
    // No model has always the same choice for want of a grid that matters.
    assert!(chosen.len() > registry::MODELS.len() + 4, "{chosen:?}");
}

#[test]
fn a_choice_from_one_setting_is_that_setting_and_a_plain_model_is_not_touched() {
    let evaluation = Evaluation::new(data("diabetes"), "target").splits(12);
    let plain = evaluation.clone().models(["ridge", "ridge:alpha=10", "ridge:alpha=100"]).run().unwrap();
    let report = evaluation.models(["ridge"]).tunes(["ridge:alpha=1,10,100"]).run().unwrap();
    assert_eq!(report.models[0].splits, plain.models[0].splits);
    let tuned = tuned(&report);
    assert_eq!(tuned.name, "tuned-ridge");
    let both = Evaluation::new(data("mtcars"), "mpg").splits(2).tunes(["boost:max_depth=2,n_estimators=3,5"]).run();
    assert!(picks(&both.unwrap()).iter().all(|p| p == "n_estimators=3" || p == "n_estimators=5"));
    assert!(!tuned.params.contains_key("alpha") && tuned.params.contains_key("fit_intercept"));
    for (k, split) in tuned.splits.iter().enumerate() {
        let at =
            ["alpha=1", "alpha=10", "alpha=100"].iter().position(|s| Some(*s) == split.setting.as_deref()).unwrap();
        let same = &plain.models[at].splits.at(k);
        // What is tuned is fitted split by split, and the plain models in blocks: sums are added up in another order.
        for (ours, plain) in [(&split.scores, &same.scores), (&split.train_scores, &same.train_scores)] {
            for (name, score) in ours {
                let (score, plain) = (score.unwrap(), plain[name].unwrap());
                assert!((score - plain).abs() <= 1e-13 * plain.abs(), "{name} of split {k}: {score} {plain}");
            }
        }
    }
}

/// A target that nothing predicts: the best of the grid on the test rows looks better than the baseline, and what is
/// tuned inside does not.
#[test]
fn tuning_inside_finds_nothing_in_noise_where_the_best_on_the_test_rows_does() {
    let mut noise = Noise(5);
    let mut text = String::from("y,a,b,c\n");
    for _ in 0..120 {
        let _ = writeln!(text, "{},{},{},{}", noise.normal(), noise.normal(), noise.normal(), noise.normal());
    }
    let (_folder, path) = file(&text);
    let grid = "knn:n_neighbors=2,4,6,8,10,15,20,25,30,40,50,60";
    let evaluation = Evaluation::new(path, "y").splits(100).metrics(["r2"]);
    let report = evaluation.grids([grid]).tunes([grid]).run().unwrap();
    let score = |m: &Model, k: usize| m.splits.at(k).scores["r2"].unwrap();
    let settings = || report.models.iter().filter(|m| m.tuning.is_none());
    let mean = |of: &dyn Fn(usize) -> f64| (0..100).map(of).sum::<f64>() / 100.0;
    let best = mean(&|k| {
        settings().map(|m| score(m, k)).fold(f64::NEG_INFINITY, f64::max) - score(report.baseline.as_ref().unwrap(), k)
    });
    let honest = mean(&|k| score(tuned(&report), k) - score(report.baseline.as_ref().unwrap(), k));
    assert!(best > 0.02 && honest < 0.0, "{best} {honest}");
    // The best mean of the grid was picked on the same test rows, too.
    let against = report.against_baseline.iter().find(|c| c.a == "tuned-knn").unwrap();
    assert!(against.mean_difference < 0.0 && against.p > 0.1, "{against:?}");
    // The inner score is that of a pick: it looks better than it is.
    assert!(tuned(&report).tuning.as_ref().unwrap().optimism.unwrap() > 0.0);
}

/// A setting that matters is found: wide noise columns ask for a strong penalty, strong ones for a weak one.
#[test]
fn tuning_inside_finds_the_setting_that_matters() {
    let mut noise = Noise(8);
    let mut text = String::from("y,a,b\n");
    for _ in 0..150 {
        let (a, b) = (noise.normal(), noise.normal());
        let _ =
            writeln!(text, "{},{a},{b}", f64::from(u8::from(a > 0.0)) * 4.0 + (2.0 * b).sin() + 0.1 * noise.normal());
    }
    let (_folder, path) = file(&text);
    let evaluation = Evaluation::new(path, "y").splits(20).metrics(["rmse"]);
    let report = evaluation.tunes(["knn:n_neighbors=1,3,60,100"]).models(["knn:n_neighbors=100"]).run().unwrap();
    assert!(picks(&report).iter().all(|p| p == "n_neighbors=3" || p == "n_neighbors=1"));
    let mean = |m: &Model| m.metrics["rmse"].mean.unwrap();
    assert!(mean(tuned(&report)) < 0.6 * mean(&report.models[0]));
}

/// The target, and the cells, of test rows spoilt: the choice stays.
#[test]
fn nothing_of_the_test_rows_reaches_the_choice() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.csv");
    let rows: String = (0..60).map(|r| format!("0,{r},{}\n", if r % 3 == 0 { "test" } else { "train" })).collect();
    std::fs::write(&plan, format!("split,row,part\n{rows}")).unwrap();
    let ask = |spoil: u32, target: &str, tune: &str, engine: Engine| {
        let mut text = String::from("a,b,t,y,label\n");
        for i in 0..60u32 {
            let wave = |f: f64| (f64::from(i) * f).sin();
            let (a, mut y, mut label) = (wave(0.9), (3.0 * wave(0.9) + wave(1.7) + 6.0), wave(0.9) + wave(5.3) > 0.1);
            let mut cell = format!("{a},{},t{}", wave(1.7), i % 4);
            if spoil > 0 && i % 3 == 0 {
                (y, label) = (f64::from(1000 * spoil + i), !label);
                cell = if spoil > 1 { format!("{},-7,new", 500 + i) } else { cell };
            }
            let _ = writeln!(text, "{cell},{y},{}", if label { "p" } else { "q" });
        }
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let scheme = scheme::File { path: plan.to_str().unwrap().into() };
        let mut evaluation =
            Evaluation::new(path.to_str().unwrap(), target).scheme(scheme).tunes([tune]).engine(engine);
        evaluation.selection.drop = vec![if target == "y" { "label" } else { "y" }.into()];
        let prepared = evaluation.prepare().unwrap();
        let outcome = prepared.run(&false.into(), |_| Ok(())).unwrap();
        let model = &outcome.part.splits().models[1];
        model.failed.at(0).map_or_else(|| Ok(model.choice(0).unwrap()), |why| Err(why.to_owned()))
    };
    for (target, task) in [("y", Task::Regression), ("label", Task::Classification)] {
        for grid in registry::MODELS.iter().filter(|m| m.tasks.contains(&task)).filter_map(|m| grid_of(m.name, task)) {
            let before = ask(0, target, grid, Engine::PerSplit);
            for spoil in [1, 2] {
                assert_eq!(before, ask(spoil, target, grid, Engine::PerSplit), "{grid}");
                // With shared work test rows are taken from sums, which leaves rounding behind.
                let (Ok(before), Ok(after)) = (&before, ask(spoil, target, grid, Engine::Auto)) else { continue };
                assert_eq!(before.setting, after.setting, "{grid}");
                for (a, b) in before.inner.iter().zip(&after.inner) {
                    let same = a.zip(*b).is_none_or(|(a, b)| (a - b).abs() < 1e-4) && a.is_some() == b.is_some();
                    assert!(same, "{grid}: {a:?} {b:?}");
                }
            }
        }
    }
}

#[test]
fn threads_change_no_byte() {
    for (name, target, tune) in
        [("diabetes", "target", "ridge:alpha=1,10,100"), ("iris", "target", "tree:max_depth=1,2,4")]
    {
        let bytes = |j| {
            let data = format!("data/{name}.csv");
            let flags =
                ["eval", &data, "-t", target, "-n", "9", "--tune", tune, "--probe", "learning", "-j", j, "-f", "json"];
            let output = run(&flags);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        assert!(bytes("1") == bytes("4"));
    }
}

#[test]
fn groups_too_few_for_folds_fail_the_split_with_a_sentence() {
    let mut text = String::from("y,a,g\n");
    (0..30).for_each(|i| {
        let _ = writeln!(text, "{},{},{}", i * 7 % 11, i, i % 2);
    });
    let (_folder, path) = file(&text);
    let ask = |evaluation: Evaluation| evaluation.tunes(["ridge:alpha=1,10"]).models(["ols"]).splits(4).run().unwrap();
    let report = ask(Evaluation::new(&path, "y").group("g"));
    let failed = tuned(&report).splits.at(0).failed.clone().unwrap();
    assert_eq!(failed, "inner folds need two groups to train on, and there are fewer");
    let warning = report.warnings.iter().find(|w| w.code == "RS008").unwrap();
    assert!(
        warning.message.starts_with("tuned-ridge failed on 4 of 4 splits, first on #0: inner folds need two groups")
    );
    assert!(tuned(&report).tuning.as_ref().unwrap().inner_mean.is_none());
    // Settings that cannot be fitted are out, and others are chosen; where all are, the sentence says so.
    let of = |grid: &str| Evaluation::new(&path, "y").splits(4).models(["ols"]).tunes([grid]).run().unwrap();
    assert!(picks(&of("knn:n_neighbors=500,5,900")).iter().all(|p| p == "n_neighbors=5"));
    let report = of("knn:n_neighbors=500,900");
    let failed = tuned(&report).splits.at(0).failed.clone().unwrap();
    assert!(failed.starts_with("no setting of knn:n_neighbors=500,900 has a score on every inner fold"), "{failed}");
}

#[test]
fn few_rows_make_few_folds_and_settings_that_fail_are_told() {
    let mut noise = Noise(21);
    let mut text = String::from("y,x,t\n");
    for i in 0..12 {
        let x = noise.normal();
        writeln!(text, "{:.4},{x:.4},{i}", 2.0 * x + noise.normal()).unwrap();
    }
    let (_folder, path) = file(&text);
    for plan in [&[][..], &["--time", "t"], &["--scheme", "bootstrap"]] {
        let eval = ["eval", &path, "-t", "y", "-n", "10", "--tune", "ridge:alpha=1,2", "-f", "json"];
        let output = run(&[&eval[..], plan].concat());
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{plan:?}"));
        assert_eq!(report["models"][0]["failed"], 0, "{plan:?}");
        let folds = report["models"][0]["tuning"]["folds"].as_u64().unwrap();
        assert!((2..=4).contains(&folds), "{plan:?}: {folds}");
    }
    let eval = ["eval", &path, "-t", "y", "-n", "10", "--tune", "knn:n_neighbors=1,500"];
    let table = String::from_utf8(run(&eval).stdout).unwrap();
    assert!(
        table
            .contains("could not be picked, for want of a fit or a score on some inner fold: n_neighbors=500 on 100 %")
    );
    let report: Value = serde_json::from_slice(&run(&[&eval[..], &["-f", "json"]].concat()).stdout).unwrap();
    let settings = &report["models"][0]["tuning"]["settings"];
    assert_eq!((&settings[0]["failed"], &settings[1]["failed"]), (&Value::Null, &json!(1.0)));
}

#[test]
fn a_note_says_where_the_grid_ends_too_soon() {
    let codes = |grid: &str| {
        let report = Evaluation::new(data("diabetes"), "target").splits(20).tunes([grid]).run().unwrap();
        let notes = report.warnings.iter().filter(|w| w.code == "RS017").map(|w| w.message.clone());
        notes.collect::<Vec<_>>()
    };
    let low = codes("ridge:alpha=300,1000,3000");
    assert_eq!(low.len(), 1);
    assert!(low[0].starts_with("tuned-ridge picks alpha=300, the smallest of its grid, on 20 of 20 splits"), "{low:?}");
    let high = codes("knn:n_neighbors=1,2,3");
    assert!(high.len() == 1 && high[0].contains("n_neighbors=3, the largest of its grid"), "{high:?}");
    // Three penalties that are all as good as none.
    assert!(codes("ridge:alpha=1e-13,1e-12,1e-11").is_empty());
    // Inside the grid, two values alone, an end that nothing lies beyond, and words: no note.
    for grid in
        ["ridge:alpha=0.001,10,10000", "ridge:alpha=300,1000", "ridge:alpha=0,1e4,1e5", "ols:fit_intercept=true,false"]
    {
        assert!(codes(grid).is_empty(), "{grid}: {:?}", codes(grid));
    }
}

#[test]
fn wrong_tunes_are_refused_in_a_sentence() {
    let diabetes = ["eval", "data/diabetes.csv", "-t", "target", "-n", "3"];
    let refused = |flags: &[&str], words: &[&str]| {
        let output = run(flags);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{flags:?}: {said}");
        assert!(words.iter().all(|w| said.contains(w)), "{flags:?}: {said}");
    };
    let with = |more: &[&'static str]| [&diabetes[..], more].concat();
    refused(&with(&["--tune"]), &["--tune alone tunes each --grid, and there is none", "--tune ridge:alpha=0.1,1,10"]);
    refused(&["eval", "--tune", "data/diabetes.csv", "-t", "target"], &["name the file before --tune"]);
    refused(&["eval", "--tune", "missing.csv", "-t", "target"], &["name the file before --tune"]);
    refused(&with(&["--tune", "rigde:alpha=1,2"]), &["did you mean 'ridge'?"]);
    refused(&with(&["--tune", "ridge:alhpa=1,2"]), &["did you mean 'alpha'?"]);
    refused(&with(&["--tune", "ridge"]), &["--tune ridge has one setting"]);
    refused(&with(&["--tune", "ridge:alpha=1,-2"]), &["a number from 0 up"]);
    refused(&with(&["--tune", "logistic:C=1,2"]), &["logistic", "classification"]);
    refused(&with(&["--tune", "ridge:alpha=1,2", "--tune", "ridge:alpha=1.0,2"]), &["is given twice; leave one out"]);
    let iris =
        ["eval", "data/iris.csv", "-t", "target", "--metric", "support[setosa]", "--tune", "nb:var_smoothing=0,1"];
    refused(&iris, &["cannot choose by support[setosa]", "give another --metric first"]);
}

#[test]
fn a_bare_tune_tunes_each_grid_on_the_command_line_and_in_a_file() {
    let names = |flags: &[&str]| {
        let output = run(&[&["eval", "data/diabetes.csv", "-t", "target", "-n", "3", "-f", "json"], flags].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["models"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let grids = ["--grid", "ridge:alpha=1,2", "--grid", "knn:n_neighbors=3,5"];
    let all = ["ridge", "ridge:alpha=2", "knn:n_neighbors=3", "knn:n_neighbors=5"];
    let with = names(&[&grids[..], &["--tune"]].concat());
    assert!(with.iter().any(|n| n == "tuned-ridge") && with.iter().any(|n| n == "tuned-knn"), "{with:?}");
    assert_eq!(names(&grids).len() + 2, with.len(), "{with:?} {all:?}");
    assert_eq!(names(&["--tune", "ridge:alpha=1,2"]), ["tuned-ridge"]);
    let two = names(&["--tune=ridge:alpha=1,2", "--tune=ridge:alpha=3,4", "-m", "ols"]);
    assert_eq!(two, ["ols", "tuned-ridge:alpha=1,2", "tuned-ridge:alpha=3,4"]);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("c.toml");
    let of = |text: &str| {
        std::fs::write(&config, text).unwrap();
        names(&["--config", config.to_str().unwrap()])
    };
    assert_eq!(of("grid = 'ridge:alpha=1,2'\ntune = true\n"), ["ridge", "ridge:alpha=2", "tuned-ridge"]);
    assert_eq!(of("grid = 'ridge:alpha=1,2'\ntune = false\n"), ["ridge", "ridge:alpha=2"]);
    assert_eq!(of("tune = ['knn:n_neighbors=1,2', 'ridge:alpha=1,2']\n"), ["tuned-knn", "tuned-ridge"]);
}

/// Claims, probes, permutations, comparisons and a run of no fixed length take a tuned model as any other.
#[test]
fn a_tuned_model_is_a_model_like_others() {
    let evaluation = Evaluation::new(data("diabetes"), "target")
        .models(["ols"])
        .tunes(["ridge:alpha=1,10,100"])
        .claim("tuned-ridge.mean(r2) > 0.3")
        .claim("share(tuned-ridge.r2 > baseline.r2) >= 90%")
        .probes(["importance:repeats=1", "coefficients", "learning:0.5,1.0", "conformal"])
        .null(Some(NullOptions { permutations: 9, splits: 3 }))
        .splits(200)
        .stopping(randsplit::stopping::StoppingOptions { auto: true, ..Default::default() });
    let report = evaluation.run().unwrap();
    assert!(report.plan.done < 200 && report.plan.sequence.is_some());
    let holds = |c: &randsplit::verdict::ClaimResult| c.model == "tuned-ridge" && c.verdict == Verdict::Holds;
    assert!(report.claims.len() == 2 && report.claims.iter().all(holds), "{:?}", report.claims);
    assert!(report.pairs.iter().any(|p| p.a == "ols" && p.b == "tuned-ridge"));
    let null = report.null.iter().find(|n| n.model == "tuned-ridge" && n.metric == "r2").unwrap();
    assert!((null.p - 0.1).abs() < 1e-12 && null.null_mean < 0.1, "{null:?}");
    let probes = &tuned(&report).probes;
    for name in ["importance[bmi]", "coefficient[bmi]", "learning[0.5]", "coverage"] {
        assert!(probes[name].count == report.plan.done, "{name}");
    }
    // Whatever was fitted is what is probed: the coefficients are those of the setting picked.
    let penalty = |s: &randsplit::report::SplitEntry| s.setting.as_deref() == Some("alpha=100");
    let norm = |s: &randsplit::report::SplitEntry| {
        s.probes.iter().filter(|(n, _)| n.starts_with("coefficient[")).map(|(_, v)| v.unwrap().powi(2)).sum::<f64>()
    };
    let (strong, weak): (Vec<_>, Vec<_>) = tuned(&report).splits.iter().partition(|s| penalty(s));
    let largest = strong.iter().map(norm).fold(0.0, f64::max);
    assert!(!strong.is_empty() && weak.iter().all(|s| norm(s) > largest));
}

#[test]
fn a_report_of_a_tuned_model_can_be_inspected_exported_predicted_checked_and_compared() {
    for (name, target, tune, engine) in [
        ("diabetes", "target", "ridge:alpha=1,10,100", "auto"),
        ("breast_cancer", "target", "logistic:C=0.01,0.1,1,tol=1e-6", "linfa"),
        ("penguins", "species", "tree:max_depth=1,2,5,min_samples_leaf=1,8", "shared"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name).display().to_string();
        let report = place("r.json");
        let data = format!("data/{name}.csv");
        let ok = |flags: &[&str]| {
            let output = run(flags);
            assert!(output.status.success(), "{flags:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        ok(&["eval", &data, "-t", target, "-n", "12", "--tune", tune, "--engine", engine, "-o", &report]);
        let value: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
        let model = &value["models"][0];
        // Inspecting draws, tunes and fits every split again, and refuses a report that says otherwise.
        for metric in value["metrics"].as_array().unwrap() {
            ok(&["inspect", &report, "--metric", metric.as_str().unwrap(), "-f", "json"]);
        }
        for split in ["0", "7", "11"] {
            let found: Value =
                serde_json::from_str(&ok(&["inspect", &report, "--split", split, "-f", "json"])).unwrap();
            let at: usize = split.parse().unwrap();
            assert_eq!(found["splits"][0]["fit"]["setting"], model["splits"][at]["setting"], "{tune} #{split}");
        }
        assert!(ok(&["inspect", &report, "--split", "0"]).contains("tuned to "));
        let out = place("out");
        ok(&["export", &report, "--split", "best", "--out", &out]);
        let best = &model["metrics"][value["metrics"][0].as_str().unwrap()]["best"];
        // One split's model says of its rows what the export has.
        let lines = ok(&["predict", &report, &data, "--best", "1"]);
        let said: Vec<&str> = lines.lines().skip(1).map(|l| l.split(',').nth(1).unwrap()).collect();
        let mut reader = csv::Reader::from_path(folder.path().join("out/test.csv")).unwrap();
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|h| h == name).unwrap();
        let mut rows = 0;
        for record in reader.records().map(Result::unwrap) {
            let (want, got) = (&record[at("prediction")], said[record[at("row")].parse::<usize>().unwrap()]);
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs();
            assert!(want == got || near(want.parse().unwrap(), got.parse().unwrap()), "{want} {got}");
            rows += 1;
        }
        assert_eq!(Some(rows), model["splits"][best["split"].as_u64().unwrap() as usize]["n_test"].as_u64());
        let name = model["name"].as_str().unwrap();
        let metric = value["metrics"][0].as_str().unwrap();
        ok(&["check", &report, "--claim", &format!("{name}.mean({metric}) > baseline.mean({metric})")]);
        assert!(ok(&["compare", &report]).contains(name));
        ok(&["check", &report, "--against", &report]);
        // A report that was edited is found out.
        let other = std::fs::read_to_string(&report).unwrap().replacen("\"setting\"", "\"setting_\"", 1);
        let first = model["tuning"]["settings"][0]["params"].as_object().unwrap().iter().next().unwrap();
        std::fs::write(&report, other.replace(&format!("\"{}\":", first.0), "\"no_such\":")).unwrap();
        let refused = run(&["inspect", &report]);
        assert!(refused.status.code() == Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
    }
}

#[test]
fn every_form_of_output_tells_the_choice() {
    let flags = ["eval", "data/diabetes.csv", "-t", "target", "-n", "6", "--tune", "ridge:alpha=1,10,100", "-f"];
    let of = |format| String::from_utf8(run(&[&flags[..], &[format]].concat()).stdout).unwrap();
    let line = "tuned by 5 inner folds of each split's train rows, best mean r2 of 3 settings: alpha=";
    assert!(of("table").contains(line) && of("markdown").contains(&format!("- {line}")));
    assert!(of("table").contains("inner r2 of the picked settings: 0.4"));
    let csv = of("csv");
    assert!(
        csv.lines().next().unwrap().ends_with(",setting,failed") && csv.lines().nth(1).unwrap().contains(",alpha=")
    );
    let first: Value = serde_json::from_str(of("ndjson").lines().next().unwrap()).unwrap();
    assert!(first["models"]["tuned-ridge"]["setting"].as_str().unwrap().starts_with("alpha="));
    let report: Value = serde_json::from_str(&of("json")).unwrap();
    let tuning = &report["models"][0]["tuning"];
    assert_eq!(
        (&tuning["folds"], &tuning["metric"], &tuning["grid"]),
        (&json!(5), &json!("r2"), &json!("ridge:alpha=1,10,100"))
    );
    let share: f64 = tuning["settings"].as_array().unwrap().iter().map(|s| s["picked"].as_f64().unwrap()).sum();
    assert!((share - 1.0).abs() < 1e-12 && tuning["settings"][1]["params"]["alpha"] == json!(10.0));
    // A report of plain models has none of it.
    let plain = run(&["eval", "data/diabetes.csv", "-t", "target", "-n", "2", "-f", "json"]).stdout;
    assert!(!String::from_utf8(plain).unwrap().contains("setting"));
}
