//! Models that are kept in a file: what is written predicts what was fitted.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Output;

use randsplit::data::Task;
use randsplit::model::Predictions;
use randsplit::model::registry::MODELS;
use randsplit::predict::{ModelFile, RowPrediction};
use randsplit::run::Fitter;
use randsplit::split::Split;
use randsplit::{Engine, Ensemble, Evaluation};
use serde_json::Value;

use crate::program::{Noise, data, run, write};

/// Numbers, or classes of so many, by a column of each kind: with gaps, decimals, dates, booleans, levels as they are
/// written, and as ordinal and frequency.
fn table(classes: usize) -> String {
    let mut noise = Noise(3);
    let mut text = String::from("y,x,gaps,level,code,rank,share,when,sure\n");
    for i in 0..90 {
        let (x, other) = (noise.normal(), noise.normal());
        let score = x + 0.5 * other + 0.3 * noise.normal();
        let y = match classes {
            0 => format!("{:.4}", score.exp()),
            _ => ["low", "mid", "top"]
                [((score + 1.0).clamp(0.0, 1.99 / 2.0 * classes as f64) as usize).min(classes - 1)]
            .to_owned(),
        };
        let gap = if i % 7 == 0 { String::new() } else { format!("{other:.3}") };
        let level = ["a", "b", "c", ""][i % 4];
        let _ = writeln!(
            text,
            "{y},{x:.5},{gap},{level},00{},{},{},20{:02}-{:02}-11,{}",
            i % 3,
            ["p", "q", "r"][i % 3],
            ["s", "t", "u"][(i * i) % 3],
            10 + i % 9,
            1 + i % 12,
            ["true", "false"][i % 2]
        );
    }
    text
}

fn evaluation(path: &str, task: Task, model: &str, engine: Engine) -> Evaluation {
    let mut evaluation =
        Evaluation::new(path, "y").task(task).models([model]).splits(4).engine(engine).keep_table(true);
    evaluation.encode.encode = vec![("rank".into(), "ordinal".into()), ("share".into(), "frequency".into())];
    evaluation
}

/// The largest difference of two predictions, and whether all labels are the same.
fn difference(a: &Predictions, b: &Predictions) -> f64 {
    let far = |a: &[f64], b: &[f64]| {
        assert_eq!(a.len(), b.len());
        // Of a class that cannot be both are minus infinity.
        a.iter().zip(b).map(|(a, b)| if a == b { 0.0 } else { (a - b).abs() / (1.0 + b.abs()) }).fold(0.0, f64::max)
    };
    match (a, b) {
        (Predictions::Values(a), Predictions::Values(b)) => far(a, b),
        (
            Predictions::Classes { labels, probabilities, decision },
            Predictions::Classes { labels: l, probabilities: p, decision: d },
        ) => {
            assert_eq!(labels, l);
            let cells = |m: &Option<ndarray::Array2<f64>>| m.iter().flatten().copied().collect::<Vec<f64>>();
            far(&cells(probabilities), &cells(p)).max(far(&cells(decision), &cells(d)))
        }
        _ => panic!("predictions of different kinds"),
    }
}

#[test]
fn every_model_says_from_its_file_what_it_said_when_it_was_fitted() {
    let folder = tempfile::tempdir().unwrap();
    let mut tried = 0;
    for classes in [0, 2, 3] {
        let path = write(folder.path(), "t.csv", &table(classes));
        let task = if classes == 0 { Task::Regression } else { Task::Classification };
        for info in MODELS.iter().filter(|m| m.tasks.contains(&task)) {
            if info.name == "linfa-tree" && classes == 3 {
                continue;
            }
            let specs: Vec<String> = match (info.name, classes) {
                ("svm", _) => vec!["svm".into(), "svm:kernel=linear".into()],
                ("knn", _) => vec!["knn".into(), "knn:weights=distance".into()],
                ("qda", _) => vec!["qda:reg_param=0.1".into()],
                ("boost", 0) => vec![
                    "boost:min_samples_leaf=5".into(),
                    "boost:loss=poisson".into(),
                    "boost:loss=absolute_error".into(),
                ],
                ("glm", _) => vec!["glm:power=0".into(), "glm:power=1".into(), "glm:power=2".into()],
                (name, _) => vec![name.into()],
            };
            for (spec, engine) in
                specs.iter().flat_map(|spec| [Engine::Auto, Engine::PerSplit].map(|engine| (spec, engine)))
            {
                let prepared = evaluation(&path, task, spec, engine).prepare().unwrap();
                let report = evaluation(&path, task, spec, engine).run().unwrap();
                let place = usize::from(info.name != "baseline");
                let of = if place == 0 { report.baseline.as_ref().unwrap() } else { &report.models[0] };
                let file = prepared.fit_model(place, of, &report, Ensemble::All, || ()).unwrap();
                assert_eq!(file.ensemble.len(), 4, "{spec}");
                let bytes = serde_json::to_vec(&file).unwrap();
                let read = ModelFile::from_bytes(&bytes).unwrap();
                // Nothing is lost on the way, to the last digit.
                assert_eq!((&read, serde_json::to_vec(&read).unwrap() == bytes), (&file, true), "{spec}");
                let new = read.new_rows(&path, None).unwrap();
                assert!(new.warnings.is_empty(), "{:?}", new.warnings);

                let mut context = prepared.evaluation(&prepared.models[place..=place]);
                context.engine = Engine::Auto;
                let common = context.common();
                let fitter = Fitter::new(&context, &common).unwrap();
                let all: Vec<u32> = (0..prepared.rows.len() as u32).collect();
                let split = Split { train: all.clone(), test: Vec::new() };
                let (fit, fitted) = fitter.at(0, &split).fit_and_keep(0).unwrap();
                let cells = prepared.features.cells(&all);
                assert_eq!(new.cells.map(|x| x.to_bits()), cells.map(|x| x.to_bits()), "{spec}: cells of the file");

                let restored = read.learned.restore(layout(&read, &prepared.features)).unwrap();
                let said = restored.predict(None, new.cells.view());
                let own = fitted.predict(None, cells.view());
                let most = if engine == Engine::Auto { 0.0 } else { 1e-7 };
                assert!(difference(&said, &own) <= most, "{spec} {engine:?}: {}", difference(&said, &own));
                // The program's way, from the features of the file.
                let rows = read.predict(&new, 0.9, 1).unwrap().rows;
                for (row, said_of_row) in rows.iter().enumerate() {
                    match (said_of_row, &own) {
                        (RowPrediction::Number { prediction, range }, Predictions::Values(own)) => {
                            assert!((prediction - own[row]).abs() <= most * (1.0 + own[row].abs()), "{spec}");
                            assert!(range.is_some_and(|range| range.low <= range.high));
                        }
                        (RowPrediction::Class { label, agreement, .. }, Predictions::Classes { labels, .. }) => {
                            assert_eq!((*label, agreement.is_some()), (labels[row], true), "{spec}");
                        }
                        _ => panic!("{spec}"),
                    }
                }
                // What the run itself says of its train rows is the same to its tolerance.
                assert!(difference(&said, &fit.predictions.train) < 1e-6, "{spec}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 60, "{tried}");
}

/// The layout of a file: what a test needs of its features is that of the evaluation.
fn layout<'a>(file: &ModelFile, features: &'a randsplit::Features) -> randsplit::model::saved::Layout<'a> {
    randsplit::model::saved::Layout { features, classes: file.target.labels.len() }
}

/// Runs the program, which must succeed.
fn succeed(arguments: &[&str]) -> Output {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The one sentence of an invalid input.
fn refusal(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!((output.status.code(), said.lines().count(), output.stdout.len()), (Some(2), 1, 0), "{said}");
    said
}

/// A column of what `predict` prints.
fn column(csv: &[u8], name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv);
    let at = reader.headers().unwrap().iter().position(|n| n == name).unwrap_or_else(|| panic!("no column {name}"));
    reader.records().map(|record| record.unwrap()[at].to_owned()).collect()
}

fn numbers(csv: &[u8], name: &str) -> Vec<f64> {
    column(csv, name).iter().map(|cell| cell.parse().unwrap()).collect()
}

#[test]
fn predictions_are_those_of_scikit_learn_fitted_to_all_rows() {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/models.json")).unwrap();
    let reference: Value = serde_json::from_str(&text).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    for case in reference["cases"].as_array().unwrap() {
        let (name, model) = (case["data"].as_str().unwrap(), case["model"].as_str().unwrap());
        let (table, report, file) = (data(&format!("{name}.csv")), at("r.json"), at("m.json"));
        succeed(&["eval", &table, "-t", "target", "-m", model, "-n", "3", "-q", "-o", &report]);
        succeed(&["fit", &report, "-o", &file, "-q"]);
        let said = succeed(&["predict", &file, &table]).stdout;
        let labels: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let labels = &labels["target"]["labels"];
        let second = labels[1].as_str().map(|label| format!("probability_{label}"));
        let got = numbers(&said, second.as_deref().unwrap_or("prediction"));
        let want: Vec<f64> = case["predicted"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(&want) {
            assert!((got - want).abs() < 1e-6 * (1.0 + want.abs()), "{name} {model}: {got} {want}");
        }
    }
}

/// Rows of y = 2x₀ - x₁ + noise of standard deviation 1.
fn simulated(rows: usize, seed: u64) -> String {
    let mut noise = Noise(seed);
    let mut text = String::from("y,a,b,c\n");
    for _ in 0..rows {
        let [a, b, c, e] = [(); 4].map(|()| noise.normal());
        let _ = writeln!(text, "{},{a},{b},{c}", 2.0 * a - b + e);
    }
    text
}

#[test]
fn intervals_hold_their_share_of_rows_that_no_model_has_seen() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (rows, later) = (300, 4000);
    let train = write(folder.path(), "train.csv", &simulated(rows, 1));
    let new = simulated(later, 99);
    let truth: Vec<f64> = new.lines().skip(1).map(|l| l.split(',').next().unwrap().parse().unwrap()).collect();
    let new = write(folder.path(), "new.csv", &new);
    // One neighbour says of a train row its own number: errors on train rows would be 0.
    for model in ["ols", "tree", "knn:n_neighbors=1", "forest:n_estimators=20"] {
        let (report, file) = (at("r.json"), at("m.json"));
        succeed(&["eval", &train, "-t", "y", "-m", model, "-n", "30", "-q", "-o", &report]);
        succeed(&["fit", &report, "-o", &file, "-q"]);
        for by in [&file, &report] {
            for coverage in ["0.5", "0.9"] {
                let said = succeed(&["predict", by, &new, "--coverage", coverage]).stdout;
                let (low, high) = (numbers(&said, "interval_low"), numbers(&said, "interval_high"));
                let inside =
                    truth.iter().zip(low.iter().zip(&high)).filter(|(t, (l, h))| (*l..=*h).contains(t)).count();
                let (share, want) = (inside as f64 / later as f64, coverage.parse::<f64>().unwrap());
                // The share is binomial over new rows, about a coverage that is beta over train rows.
                let spread = (want * (1.0 - want) * (1.0 / later as f64 + 1.0 / (rows as f64 + 2.0))).sqrt();
                assert!(share > want - 3.0 * spread, "{model} {by} {coverage}: {share}");
                // A report's prediction is the mean over split models, and errors are those of a single one: of models that
                // vary much with their train rows intervals are wider than they need be.
                if by == &file || model == "ols" {
                    assert!(share < want + 4.0 * spread + 0.03, "{model} {by} {coverage}: {share}");
                }
            }
        }
    }
}

#[test]
fn residuals_are_those_of_test_rows_by_models_that_have_not_seen_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "t.csv", &simulated(40, 5));
    // Each row is tested once: the half widths are the sorted errors.
    let evaluation = || {
        Evaluation::new(path.as_str(), "y")
            .models(["knn:n_neighbors=1"])
            .scheme("kfold:5".parse::<randsplit::Scheme>().unwrap())
            .splits(5)
            .keep_table(true)
    };
    let (prepared, report) = (evaluation().prepare().unwrap(), evaluation().run().unwrap());
    let file = prepared.fit_model(1, &report.models[0], &report, Ensemble::Auto, || ()).unwrap();
    let rows: Vec<Vec<f64>> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let mut errors = Vec::new();
    for k in 0..5 {
        let split = prepared.plan.draw(k);
        let column =
            |j: usize| split.train.iter().map(move |r| (j, *r)).map(|(j, r)| rows[r as usize][j]).collect::<Vec<f64>>();
        let scale = |j: usize| {
            let values = column(j);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
        };
        let scales: Vec<f64> = (1..4).map(scale).collect();
        for test in &split.test {
            let far = |train: &u32| -> f64 {
                (1..4).map(|j| ((rows[*train as usize][j] - rows[*test as usize][j]) / scales[j - 1]).powi(2)).sum()
            };
            let near = split.train.iter().min_by(|a, b| far(a).total_cmp(&far(b))).unwrap();
            errors.push((rows[*near as usize][0] - rows[*test as usize][0]).abs());
        }
    }
    errors.sort_by(f64::total_cmp);
    let residuals = file.residuals.unwrap();
    assert_eq!((residuals.rows, residuals.splits, residuals.half_widths.len()), (40, 5, 40));
    assert!(residuals.half_widths.iter().zip(&errors).all(|(a, b)| (a - b).abs() < 1e-12));
    assert!(errors[0] > 0.0);
}

#[test]
fn a_report_of_other_data_fits_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let path = write(folder.path(), "t.csv", &simulated(60, 5));
    let report = at("r.json");
    succeed(&["eval", &path, "-t", "y", "-m", "ridge", "-n", "3", "-q", "-o", &report]);
    let other = write(folder.path(), "other.csv", &simulated(60, 6));
    let said = refusal(&run(&["fit", &report, "--data", &other, "-o", &at("m.json")]));
    assert!(said.contains("other values"), "{said}");
    write(folder.path(), "t.csv", &simulated(61, 5));
    let said = refusal(&run(&["fit", &report, "-o", &at("m.json")]));
    assert!(said.contains("has 61 rows") && !Path::new(&at("m.json")).exists(), "{said}");
    // A report is no model file, nor the other way round.
    let said = refusal(&run(&["inspect", &report, "--data", &report]));
    assert!(!said.contains("internal"), "{said}");
}

#[test]
fn the_leader_is_kept_and_tuning_is_done_on_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let table = data("diabetes.csv");
    let (report, file, other) = (at("r.json"), at("m.json"), at("o.json"));
    let flags = ["-t", "target", "-m", "tree,knn", "--tune", "ridge:alpha=0.1,10,1000", "-n", "6", "-q", "-o", &report];
    let eval = succeed(&[&["eval", &table, "--save-model", &file][..], &flags].concat());
    assert!(String::from_utf8_lossy(&eval.stderr).contains("fitted to 442 rows; r2 0."));
    succeed(&["fit", &report, "-o", &other, "-q", "-j", "1"]);
    // The same from a report as at once, and on any number of threads.
    assert_eq!(std::fs::read(&file).unwrap(), std::fs::read(&other).unwrap());
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let model = &written["model"];
    assert_eq!((model["kind"].as_str(), model["tuning"]["folds"].as_u64()), (Some("ridge"), Some(5)));
    let setting = model["tuning"]["setting"].as_str().unwrap();
    assert_eq!(setting, format!("alpha={}", model["params"]["alpha"]));
    let whole: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    let of = whole["models"].as_array().unwrap().iter().find(|m| m["name"] == model["name"]).unwrap();
    for field in ["mean", "ci95", "count", "direction"] {
        assert_eq!(written["scores"]["metrics"]["r2"][field], of["metrics"]["r2"][field]);
    }
    assert_eq!(written["data"]["fingerprint"], whole["data"]["fingerprint"]);
    assert_eq!(written["ensemble"].as_array().unwrap().len(), 6);
    let said = succeed(&["predict", &file, &table]).stdout;
    let names = "row,prediction,range_low,range_high,range_sd,interval_low,interval_high";
    assert_eq!(said.split(|b| *b == b'\n').next().unwrap(), names.as_bytes());
    succeed(&["fit", &report, "-o", &other, "-q", "--ensemble", "none"]);
    let bare = succeed(&["predict", &other, &table]).stdout;
    assert_eq!(bare.split(|b| *b == b'\n').next().unwrap(), b"row,prediction,interval_low,interval_high");
    assert_eq!(numbers(&bare, "prediction"), numbers(&said, "prediction"));
    succeed(&["fit", &report, "-o", &other, "-q", "--ensemble", "2", "-m", "knn"]);
    let few: Value = serde_json::from_slice(&std::fs::read(&other).unwrap()).unwrap();
    assert_eq!((few["ensemble"].as_array().unwrap().len(), few["model"]["kind"].as_str()), (2, Some("knn")));
}

#[test]
fn the_schema_describes_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let schema: Value = serde_json::from_slice(&succeed(&["schema", "model"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (classes, models) in
        [(0, "ridge,forest:n_estimators=3,knn,svm"), (2, "logistic,nb,boost,qda:reg_param=0.1,linfa-tree")]
    {
        let path = write(folder.path(), "t.csv", &table(classes));
        for model in models.split(',') {
            let file = folder.path().join("m.json").display().to_string();
            succeed(&["eval", &path, "-t", "y", "-m", model, "-n", "3", "-q", "--save-model", &file]);
            let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            let errors: Vec<String> = validator.iter_errors(&written).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{model}: {errors:?}");
        }
    }
    assert!(!validator.is_valid(&serde_json::json!({"schema": "randsplit.model/1"})));
}

#[test]
fn classes_have_agreement_and_probabilities_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let path = write(folder.path(), "t.csv", &table(2));
    let file = at("m.json");
    succeed(&["eval", &path, "-t", "y", "-m", "logistic", "-n", "5", "-q", "--save-model", &file]);
    let csv = succeed(&["predict", &file, &path]).stdout;
    let names = "row,prediction,agreement,probability_low,range_low_low,range_high_low,probability_mid,range_low_mid,range_high_mid";
    assert_eq!(String::from_utf8_lossy(&csv).lines().next(), Some(names));
    let json: Value = serde_json::from_slice(&succeed(&["predict", &file, &path, "-f", "json"]).stdout).unwrap();
    let rows = json.as_array().unwrap();
    for name in ["agreement", "probability_mid", "range_low_mid"] {
        let of_json: Vec<f64> = rows.iter().map(|row| row[name].as_f64().unwrap()).collect();
        assert_eq!(of_json, numbers(&csv, name));
    }
    let labels: Vec<&str> = rows.iter().map(|row| row["prediction"].as_str().unwrap()).collect();
    assert_eq!(labels, column(&csv, "prediction"));
    let out = at("p.json");
    succeed(&["predict", &file, &path, "-o", &out]);
    assert_eq!(serde_json::from_slice::<Value>(&std::fs::read(&out).unwrap()).unwrap(), json);
    let parquet = at("p.parquet");
    succeed(&["predict", &file, &path, "-o", &parquet]);
    assert!(std::fs::read(&parquet).unwrap().starts_with(b"PAR1"));
    for flag in ["--best", "--model", "--data", "--metric"] {
        let said = refusal(&run(&["predict", &file, &path, flag, "3"]));
        assert!(said.contains(&format!("{flag} has no effect with a model file")), "{said}");
    }
}

/// The computation by hand of docs/model-file.md, in its steps.
#[test]
fn a_linear_prediction_can_be_computed_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("m.json").display().to_string();
    let table = data("diabetes.csv");
    succeed(&["eval", &table, "-t", "target", "-m", "ridge", "-n", "3", "-q", "--save-model", &file]);
    let model: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let output = &model["learned"]["linear"]["outputs"][0];
    let columns: Vec<&Value> =
        model["features"].as_array().unwrap().iter().flat_map(|f| f["columns"].as_array().unwrap()).collect();
    let text = std::fs::read_to_string(&table).unwrap();
    let names: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let said = numbers(&succeed(&["predict", &file, &table]).stdout, "prediction");
    for (line, said) in text.lines().skip(1).zip(said) {
        let cells: Vec<&str> = line.split(',').collect();
        let mut total = output["intercept"].as_f64().unwrap();
        for (column, term) in columns.iter().zip(output["terms"].as_array().unwrap()) {
            let at = names.iter().position(|name| column["number"]["name"] == *name).unwrap();
            let of = |field: &str| term["number"][field].as_f64().unwrap();
            total += of("slope") * (cells[at].parse::<f64>().unwrap() - of("centre"));
        }
        assert!((total - said).abs() < 1e-9, "{total} {said}");
    }
}

/// With too few rows for its neighbours knn fails everywhere, and the other model is kept.
#[test]
fn a_model_that_failed_on_every_split_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("few.csv"), "x,y\n1,1.1\n2,2.3\n3,2.9\n4,4.2\n5,5.1\n").unwrap();
    let arguments =
        ["eval", &path("few.csv"), "-t", "y", "-n", "5", "-m", "knn", "-m", "ridge", "--save-model", &path("m.json")];
    let output = run(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(path("m.json")).unwrap()).unwrap();
    assert!(file.to_string().contains("\"ridge\"") && !file.to_string().contains("\"knn\""), "{file}");
}
