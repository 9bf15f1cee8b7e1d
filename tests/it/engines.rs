//! Both engines give the same scores: sharing work over splits changes the time a run takes, and
//! nothing else.

use std::collections::BTreeMap;
use std::path::Path;

use randsplit::model::registry;
use randsplit::report::Report;
use randsplit::run::Engine;
use randsplit::split::{Scheme, scheme};
use randsplit::{Evaluation, data::Task};

/// Specifications to try for each model, besides its defaults.
fn variants(model: &str) -> Vec<&'static str> {
    match model {
        "ols" => vec!["ols", "ols:fit_intercept=false"],
        "ridge" => vec!["ridge", "ridge:alpha=100", "ridge:alpha=1e-6", "ridge:fit_intercept=false"],
        "lasso" => vec!["lasso:alpha=0.1", "lasso:alpha=0.01,fit_intercept=false"],
        "elastic-net" => vec!["elastic-net:alpha=0.05", "elastic-net:l1_ratio=0"],
        "glm" => vec!["glm", "glm:power=0", "glm:power=2", "glm:power=1.5,alpha=0.01"],
        "logistic" => vec!["logistic", "logistic:C=0.01", "logistic:C=inf,tol=1e-10", "logistic:fit_intercept=false"],
        "multinomial" => vec!["multinomial"],
        "nb" => vec!["nb"],
        "lda" => vec!["lda"],
        "qda" => vec!["qda:reg_param=0.1", "qda"],
        "knn" => vec!["knn", "knn:n_neighbors=1", "knn:n_neighbors=7,weights=distance"],
        "tree" => vec![
            "tree",
            "tree:criterion=absolute_error",
            "tree:criterion=entropy",
            "tree:max_depth=3,min_impurity_decrease=0.01",
            "tree:max_leaf_nodes=6,min_samples_leaf=4",
        ],
        "forest" => vec!["forest:n_estimators=5,oob_score=true"],
        "extra-trees" => vec!["extra-trees:n_estimators=5,max_features=2"],
        "boost" => vec!["boost:n_estimators=5,min_samples_leaf=5", "boost:n_estimators=9,early_stopping=true"],
        _ => vec![],
    }
}

/// How far scores may lie apart, as a share: solvers that stop at a tolerance stop there from either
/// side; closed forms differ by rounding; what compares and counts does not differ.
fn tolerance(model: &str) -> f64 {
    match model {
        "lasso" | "elastic-net" => 1e-4,
        "glm" | "logistic" | "multinomial" => 1e-5,
        "ols" | "ridge" | "nb" | "lda" | "qda" => 1e-8,
        _ => 0.0,
    }
}

fn ask(evaluation: &Evaluation, engine: Engine) -> Report {
    evaluation.clone().engine(engine).run().unwrap()
}

/// Compares all models of the task, and counts the splits on which both engines have scores.
fn compare(name: &str, evaluation: &Evaluation, task: Task, counts: &mut BTreeMap<&'static str, usize>) {
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for info in registry::MODELS.iter().filter(|m| m.tasks.contains(&task)) {
        for spec in variants(info.name) {
            let evaluation = evaluation.clone().models([spec]);
            // Models that refuse these data (targets out of range, collinear classes) refuse in both.
            let engines = [Engine::Shared, Engine::PerSplit].map(|e| evaluation.clone().engine(e).run());
            let [Ok(shared), Ok(alone)] = engines else {
                let texts = engines.map(|e| e.map(|_| ()).map_err(|e| e.to_string()));
                if texts[0] != texts[1] {
                    wrong.push(format!("{spec}: {texts:?}"));
                }
                continue;
            };
            assert_eq!((shared.models[0].engine.as_str(), alone.models[0].engine.as_str()), ("shared", "linfa"));
            for (a, b) in shared.models[0].splits.iter().zip(alone.models[0].splits.iter()) {
                assert_eq!(a.failed, b.failed, "{name} {spec} #{}", a.split);
                assert_eq!(a.figures, b.figures, "{name} {spec} #{}", a.split);
                for (part, x, y) in [("test", &a.scores, &b.scores), ("train", &a.train_scores, &b.train_scores)] {
                    for (metric, want) in y {
                        let got = x[metric];
                        let near = |g: f64, w: f64| (g - w).abs() <= tolerance(info.name) * w.abs().max(1e-2);
                        let same = match (got, *want) {
                            (Some(g), Some(w)) => near(g, w),
                            (g, w) => g.is_none() && w.is_none(),
                        };
                        if !same {
                            wrong.push(format!("{spec} #{} {part} {metric}: shared {got:?}, alone {want:?}", a.split));
                        }
                    }
                }
                *counts.entry(info.name).or_default() += 1;
                compared += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{name}, {} differences:\n{}", wrong.len(), wrong.join("\n"));
    // An evaluation that is itself invalid is refused alike by both, and compares nothing.
    assert!(compared > 0, "{name}: nothing was compared");
}

#[test]
fn engines_agree_on_the_data_sets() {
    let mut counts = BTreeMap::new();
    for (file, target, task) in [
        ("diabetes", "target", Task::Regression),
        ("hitters", "Salary", Task::Regression),
        ("mtcars", "mpg", Task::Regression),
        ("sleepstudy", "Reaction", Task::Regression),
        ("airpassengers", "value", Task::Regression),
        ("stars_cyg", "log.light", Task::Regression),
        ("penguins", "body_mass_g", Task::Regression),
        ("penguins", "species", Task::Classification),
        ("breast_cancer", "target", Task::Classification),
        ("iris", "target", Task::Classification),
        ("titanic", "survived", Task::Classification),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/{file}.csv"));
        let ask = |evaluation: Evaluation| {
            let metrics: &[&str] = match task {
                Task::Regression => &["r2", "rmse", "mae", "max_error"],
                Task::Classification => &["accuracy", "log_loss", "brier"],
            };
            evaluation.task(task).splits(3).metrics(metrics.iter().copied())
        };
        let evaluation = ask(Evaluation::new(path.to_str().unwrap(), target));
        compare(file, &evaluation, task, &mut counts);
        compare(file, &evaluation.clone().scheme(scheme::Bootstrap), task, &mut counts);
    }
    // No model has slipped through for want of data that suit it.
    for info in registry::MODELS.iter().filter(|m| !variants(m.name).is_empty()) {
        assert!(counts.get(info.name).is_some_and(|n| *n >= 9), "{}: {counts:?}", info.name);
    }
}

/// A table with everything that makes fitting hard: gaps, levels that a split may lack, a constant
/// column, one that is constant in most splits, copies, huge and tiny units.
fn awkward(rows: usize, wide: usize) -> String {
    let mut text = String::from("a,b,gappy,constant,rare,copy,huge,tiny,colour,odd,y,label");
    (0..wide).for_each(|j| text += &format!(",w{j}"));
    text.push('\n');
    for i in 0..rows {
        let wave = |f: f64| (i as f64 * f).sin();
        let a = wave(1.3);
        text += &format!(
            "{a:.4},{:.4},{},7,{},{},{:.3},{:.4e},{},{},{:.4},{}",
            wave(0.7),
            if i % 5 == 1 { String::new() } else { format!("{:.3}", 3.0 + wave(2.9)) },
            if i == 3 { 1.5 } else { 0.1 },
            2.0 * (a * 1e4).round() / 1e4,
            1e9 + 1e3 * wave(0.37),
            1e-7 * wave(5.1),
            ["red", "green", "", "blue"][i * 7 % 4],
            if i == 5 { "once" } else { "often" },
            (4.0 + 2.0 * a + wave(0.7) + 0.3 * wave(7.7)).abs(),
            if a + 0.6 * wave(7.7) > 0.0 { "yes" } else { "no" },
        );
        (0..wide).for_each(|j| text += &format!(",{:.3}", wave(0.11 * (j + 2) as f64)));
        text.push('\n');
    }
    text
}

#[test]
fn engines_agree_on_awkward_tables() {
    let folder = tempfile::tempdir().unwrap();
    for (name, rows, wide) in [("awkward", 120, 0), ("tiny", 12, 0), ("wide", 30, 45)] {
        let path = folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, awkward(rows, wide)).unwrap();
        let mut counts = BTreeMap::new();
        for (target, other, task) in [("y", "label", Task::Regression), ("label", "y", Task::Classification)] {
            let mut evaluation = Evaluation::new(path.to_str().unwrap(), target).task(task).splits(6);
            evaluation.selection.drop = vec![other.into()];
            compare(name, &evaluation, task, &mut counts);
            evaluation.encode.encode = vec![("colour".into(), "ordinal".into()), ("odd".into(), "frequency".into())];
            compare(name, &evaluation.clone().scheme(scheme::KFold { folds: 3 }), task, &mut counts);
        }
    }
}

#[test]
fn scores_do_not_depend_on_threads_with_shared_work() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/penguins.csv");
    for (target, models) in [
        ("body_mass_g", vec!["ridge", "lasso", "knn", "tree", "glm", "forest:n_estimators=5", "boost"]),
        ("species", vec!["logistic", "nb", "lda", "knn", "tree", "extra-trees:n_estimators=5", "boost"]),
    ] {
        let evaluation = Evaluation::new(path.to_str().unwrap(), target).models(models).splits(8);
        let of = |threads| serde_json::to_string(&ask(&evaluation.clone().threads(threads), Engine::Auto)).unwrap();
        assert_eq!(of(1), of(2));
    }
}

/// Linear models are fitted in blocks where nothing else is wanted, and split by split where it is; on columns with gaps and
/// levels, with repeated rows, and where a split has too few rows to share work.
#[test]
fn scores_of_linear_models_do_not_depend_on_what_else_is_wanted() {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = tempfile::tempdir().unwrap();
    let few = folder.path().join("few.csv");
    let row = |i: usize| format!("{},{},{},{}\n", i % 5, i * 7 % 11, i * i % 13, ["u", "v", "w"][i * 5 % 3]);
    let rows: String = (0..14).map(row).collect();
    std::fs::write(&few, format!("a,b,y,t\n{rows}")).unwrap();
    for (data, target, scheme) in [
        (format!("{root}/data/hitters.csv"), "Salary", Scheme::from(scheme::Shuffle)),
        (format!("{root}/data/hitters.csv"), "Salary", scheme::Bootstrap.into()),
        (format!("{root}/data/mtcars.csv"), "mpg", scheme::Shuffle.into()),
        (few.to_str().unwrap().to_owned(), "y", scheme::Bootstrap.into()),
    ] {
        let linear = ["ridge", "ols", "lasso:alpha=0.5"];
        let alone = Evaluation::new(data, target).scheme(scheme).splits(70).seed(3);
        let blocks = alone.clone().models(linear).run().unwrap();
        assert!(blocks.models.iter().all(|model| model.splits.len() == 70));
        let others = [
            ("another model", alone.clone().models(["tree:max_depth=2", "ridge", "ols", "lasso:alpha=0.5"])),
            ("a metric that takes all rows", alone.clone().models(linear).metrics(["r2", "rmse", "mae", "medae"])),
            ("curves", alone.clone().models(linear).figures(true)),
            ("predictions", alone.clone().models(linear).keep_predictions(true)),
            ("each alone", alone.clone().models(linear).engine(Engine::PerSplit)),
        ];
        for (what, other) in others {
            let other = other.run().unwrap();
            // Only what takes sums in the same order has the same digits.
            let exact = what != "each alone";
            for model in &blocks.models {
                let same = other.models.iter().find(|other| other.name == model.name).unwrap();
                for (k, split) in model.splits.iter().enumerate() {
                    let there = same.splits.at(k);
                    assert_eq!((split.split, split.n_test), (there.split, there.n_test));
                    for (name, score) in &split.scores {
                        let (ours, theirs) = (*score, there.scores[name]);
                        let near = |a: f64, b: f64| {
                            let loose =
                                if what == "each alone" && model.name.starts_with("lasso") { 1e-4 } else { 1e-8 };
                            (a - b).abs() <= loose * b.abs().max(1.0)
                        };
                        let is_same =
                            if exact { ours == theirs } else { ours.zip(theirs).is_none_or(|(a, b)| near(a, b)) };
                        assert!(is_same, "{what}: {name} of {} on split {k}: {ours:?} {theirs:?}", model.name);
                    }
                }
            }
            let of_baseline = |report: &Report| report.baseline.as_ref().unwrap().splits.at(69).scores["rmse"];
            assert!(!exact || of_baseline(&blocks) == of_baseline(&other), "{what}");
        }
    }
}
