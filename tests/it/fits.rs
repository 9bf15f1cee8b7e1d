//! Fits that have to hold on awkward data: targets of extreme range, ties, one class, predictions that are no numbers,
//! more columns than rows, and runs that are stopped.

use crate::program;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ndarray::{Array2, s};
use program::{Noise, command, run, write};
use proptest::prelude::*;
use randsplit::data::{Encoder, Task};
use randsplit::model::{FitContext, FitError, Fitted, Learner, ModelSpec, Predictions, TrainTarget, registry};
use randsplit::report::Report;
use randsplit::run::Engine;
use randsplit::{Evaluation, PreparedEvaluation};

fn learner(model: &str, task: Task) -> Box<dyn Learner> {
    registry::build(&ModelSpec::parse(model).unwrap(), task).unwrap()
}

fn fit(model: &str, x: Array2<f64>, answers: TrainTarget) -> Result<Box<dyn Fitted>, FitError> {
    let task = if matches!(answers, TrainTarget::Values(_)) { Task::Regression } else { Task::Classification };
    learner(model, task).fit(x, answers, &FitContext { seed: 5, ..FitContext::default() })
}

fn values(model: &str, x: &Array2<f64>, y: &[f64]) -> Vec<f64> {
    match fit(model, x.clone(), TrainTarget::Values(y)).unwrap().predict(x.view()) {
        Predictions::Values(v) => v,
        Predictions::Classes { .. } => panic!("{model} gives classes"),
    }
}

fn both_engines(evaluation: &Evaluation) -> [Report; 2] {
    [Engine::Auto, Engine::PerSplit].map(|engine| evaluation.clone().engine(engine).run().unwrap())
}

fn noise_of(i: usize) -> f64 {
    (i * 37 % 100) as f64 / 100.0
}

/// A first column of noise, in which the last row is the largest, and a second in which the target steps by 10.
fn step(rows: usize, slip: f64) -> (Array2<f64>, Vec<f64>) {
    let mut x = Array2::from_shape_fn((rows, 2), |(i, j)| if j == 0 { noise_of(i) } else { (i * 13 % rows) as f64 });
    x[[rows - 1, 0]] = 9.0;
    let mut y: Vec<f64> = (0..rows).map(|i| 10.0 * f64::from(u8::from(x[[i, 1]] >= 20.0)) + noise_of(i * 3)).collect();
    y[rows - 1] = slip;
    (x, y)
}

/// The mean (or median) of the rows on one side of the step, the slip apart.
fn level(x: &Array2<f64>, y: &[f64], high: bool, median: bool) -> f64 {
    let rows = 0..y.len() - 1;
    let mut own: Vec<f64> = rows.filter(|i| (x[[*i, 1]] >= 20.0) == high).map(|i| y[i]).collect();
    own.sort_by(f64::total_cmp);
    if median {
        return (own[(own.len() - 1) / 2] + own[own.len() / 2]) / 2.0;
    }
    own.iter().sum::<f64>() / own.len() as f64
}

#[test]
fn one_huge_target_does_not_hide_the_rest_from_a_tree() {
    for slip in [1e6, 1e9, -1e12, 1e15] {
        let (x, y) = step(40, slip);
        for model in ["tree:max_depth=2", "tree:max_leaf_nodes=3", "tree:max_depth=2,criterion=absolute_error"] {
            let fitted = values(model, &x, &y);
            for i in 0..39 {
                let want = level(&x, &y, x[[i, 1]] >= 20.0, model.contains("absolute"));
                assert!((fitted[i] - want).abs() < 1e-9, "{model}, {slip:e}, row {i}: {}, not {want}", fitted[i]);
            }
            assert_eq!(fitted[39], slip);
        }
        // A whole tree gives every train row its own target.
        assert_eq!(values("tree", &x, &y), y);
        assert_eq!(values("tree:criterion=absolute_error", &x, &y), y);
        let forest = values("forest:n_estimators=40,max_depth=4,bootstrap=false", &x, &y);
        assert!((0..39).all(|i| (forest[i] - y[i]).abs() < 1.5), "{slip:e}: {forest:?}");
    }
}

#[test]
fn trees_are_the_same_wherever_targets_lie_and_however_small_they_are() {
    let (x, y) = step(60, 3.0);
    for model in
        ["tree:max_depth=4", "extra-trees:n_estimators=5,max_depth=4", "tree:criterion=absolute_error,max_depth=3"]
    {
        let plain = values(model, &x, &y);
        let moved = values(model, &x, &y.iter().map(|v| v + 1e9).collect::<Vec<_>>());
        let tiny = values(model, &x, &y.iter().map(|v| v * 1e-9).collect::<Vec<_>>());
        for i in 0..60 {
            assert!((moved[i] - 1e9 - plain[i]).abs() < 1e-6, "{model}, row {i}: {} {}", moved[i], plain[i]);
            assert!((tiny[i] * 1e9 - plain[i]).abs() < 1e-9, "{model}, row {i}: {} {}", tiny[i], plain[i]);
        }
    }
    // Columns of huge and of hardly different numbers split where they differ.
    let x = Array2::from_shape_fn((8, 1), |(i, _)| if i < 4 { -1e300 } else { 1e300 } * (1.0 + 1e-15 * i as f64));
    let y: Vec<f64> = (0..8).map(f64::from).collect();
    assert_eq!(values("tree", &x, &y), y);
}

/// A boosted leaf far from zero, which all gradients of its rows have in common, still finds what they differ in.
#[test]
fn boosting_finds_a_step_beside_huge_targets() {
    let rows = 400;
    let x = Array2::from_shape_fn((rows, 2), |(i, j)| match (i < 10, j) {
        (true, 0) => 5.0,
        (_, 0) => noise_of(i),
        _ => ((i * 13) % rows) as f64,
    });
    let side = |i: usize| x[[i, 1]] >= 200.0;
    let y: Vec<f64> = (0..rows).map(|i| if i < 10 { 1e12 } else { 10.0 * f64::from(u8::from(side(i))) }).collect();
    let fitted = values("boost:n_estimators=1,max_leaf_nodes=3,min_samples_leaf=5", &x, &y);
    let mean = |high: bool| {
        let own: Vec<f64> = (10..rows).filter(|i| side(*i) == high).map(|i| fitted[i]).collect();
        own.iter().sum::<f64>() / own.len() as f64
    };
    // One step of a tenth of the way.
    assert!((mean(true) - mean(false) - 1.0).abs() < 0.2, "{} {}", mean(true), mean(false));
}

#[test]
fn outliers_leave_trees_their_digits_in_both_engines() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = Noise(3);
    let mut text = "a,b,c,y\n".to_owned();
    for i in 0..400 {
        let [a, b, c] = [noise.next(), noise.next(), noise.next()];
        // Ten of them, apart from the others in the first column.
        let slip = i % 40 == 7;
        let y = if slip { 1e11 * (1.0 + noise.next()) } else { 4.0 * b + (6.0 * c).sin() + 0.1 * noise.normal() };
        text += &format!("{:.5},{b:.5},{c:.5},{y:.6}\n", if slip { 2.0 } else { a });
    }
    let path = write(folder.path(), "outliers.csv", &text);
    for model in ["tree", "tree:criterion=absolute_error", "forest:n_estimators=20", "extra-trees:n_estimators=20"] {
        let evaluation = Evaluation::new(&path, "y").splits(5).models([model]).metrics(["medae"]);
        let [shared, alone] = both_engines(&evaluation).map(|r| r.models[0].metrics["medae"].mean);
        assert_eq!(shared, alone, "{model}");
        // A forest that misses the splits of the other rows has 0.8 and more.
        assert!(shared.unwrap() < 0.3, "{model}: {shared:?}");
    }
}

fn classes_of_two_splits(folder: &Path) -> Evaluation {
    let mut table = "a,b,y\n".to_owned();
    let mut plan = "split,row,part\n".to_owned();
    let mut noise = Noise(9);
    for i in 0..40 {
        let class = if i < 20 { "calm" } else { "wild" };
        table += &format!("{:.4},{:.4},{class}\n", noise.normal() + i as f64 / 20.0, noise.normal());
        // The train rows of the second split are all calm.
        plan += &format!(
            "0,{i},{}\n1,{i},{}\n",
            ["train", "test"][i % 2],
            ["train", "test"][usize::from(i % 5 == 0 || i > 19)]
        );
    }
    let (table, plan) = (write(folder, "classes.csv", &table), write(folder, "plan.csv", &plan));
    let mut evaluation = Evaluation::new(&table, "y").metrics(["accuracy"]);
    evaluation.plan.scheme = Some(format!("file:{plan}").parse().unwrap());
    evaluation
}

#[test]
fn models_that_tell_classes_apart_fail_where_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let evaluation = classes_of_two_splits(folder.path());
    for model in ["logistic", "multinomial", "lda", "qda", "svm"] {
        for report in both_engines(&evaluation.clone().models([model])) {
            let splits = &report.models[0].splits;
            assert_eq!(splits.failed(0), None, "{model}");
            assert_eq!(splits.failed(1), Some("the train rows are all of one class"), "{model}");
        }
    }
    // These have an answer, as they have in scikit-learn: what all their train rows are.
    for model in ["nb", "knn", "tree", "forest:n_estimators=3", "boost"] {
        for report in both_engines(&evaluation.clone().models([model])) {
            assert_eq!(report.models[0].splits.failed(1), None, "{model}");
        }
    }
}

#[test]
fn predictions_that_are_no_numbers_fail_the_split() {
    let folder = tempfile::tempdir().unwrap();
    // A column that is constant within each class has no variance there, and no density without smoothing.
    let rows: String = (0..60).map(|i| format!("{},{},{}\n", i % 2, i % 7, ["x", "y"][i % 2])).collect();
    let path = write(folder.path(), "flat.csv", &format!("a,b,y\n{rows}"));
    let evaluation = Evaluation::new(&path, "y").splits(4).models(["nb:var_smoothing=0", "tree"]);
    for report in both_engines(&evaluation) {
        let failed = report.models[0].splits.failed(0).unwrap_or_default();
        assert!(failed.contains("predictions for test rows are not finite numbers"), "{failed}");
        assert!(report.models[0].metrics["accuracy"].mean.is_none());
    }
    // The exponential of a far row overflows.
    let rows: String =
        (0..40).map(|i| format!("{},{}\n", if i == 7 { 1e6 } else { i as f64 }, 1 + i * i / 20)).collect();
    let path = write(folder.path(), "far.csv", &format!("a,y\n{rows}"));
    let plan: String = (0..40).map(|i| format!("0,{i},{}\n", if i % 4 == 3 { "test" } else { "train" })).collect();
    let plan = write(folder.path(), "far_plan.csv", &format!("split,row,part\n{plan}"));
    let mut evaluation = Evaluation::new(&path, "y").models(["glm:alpha=0", "ridge"]);
    evaluation.plan.scheme = Some(format!("file:{plan}").parse().unwrap());
    for report in both_engines(&evaluation) {
        let failed = report.models[0].splits.failed(0).unwrap_or_default();
        assert!(failed.contains("1 of its 10 predictions for test rows are not finite"), "{failed}");
    }
}

#[test]
fn boosting_says_which_columns_have_too_many_levels() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..900).map(|i| format!("k{},{},{}\n", i % 300, i % 3, (i % 300) % 17)).collect();
    let path = write(folder.path(), "levels.csv", &format!("city,b,y\n{rows}"));
    let notes = |model: &str| {
        let mut evaluation = Evaluation::new(&path, "y").splits(2).models([model]);
        evaluation.encode.encode = vec![("city".into(), "onehot".into())];
        let warnings = evaluation.run().unwrap().warnings;
        warnings.into_iter().filter(|w| w.code == "RS035").map(|w| w.message).collect::<Vec<_>>()
    };
    let said = notes("boost:n_estimators=2");
    assert!(
        said.len() == 1 && said[0].starts_with("boost: column 'city' has 300 levels, of which it keeps 254 apart"),
        "{said:?}"
    );
    assert!(notes("boost:n_estimators=2,max_bins=16")[0].contains("keeps 15 apart"));
    assert!(notes("forest:n_estimators=2").is_empty());
}

#[test]
fn a_support_vector_machine_says_that_it_is_no_solution() {
    // Classes that overlap throughout, and a cost that no solver can meet in ten million steps.
    let mut noise = Noise(1);
    let x = Array2::from_shape_fn((30, 2), |_| noise.normal());
    let codes: Vec<u32> = (0..30).map(|i| u32::from(i * 7 % 3 == 0)).collect();
    let model = "svm:C=1e6,kernel=linear,tol=1e-12";
    let said = fit(model, x.clone(), TrainTarget::Classes { codes: &codes, classes: 2 }).unwrap().difficulty();
    assert!(said.as_deref().is_some_and(|said| said.starts_with("the solver ")), "{said:?}");
    let easy = fit("svm", x.clone(), TrainTarget::Classes { codes: &codes, classes: 2 }).unwrap();
    assert_eq!(easy.difficulty(), None);
    let y: Vec<f64> = x.outer_iter().map(|row| row[0] + 0.1 * row[1]).collect();
    assert_eq!(fit("svm", x, TrainTarget::Values(&y)).unwrap().difficulty(), None);
}

/// The table encoded by a split, and the model fitted to it, by either engine.
fn of_split(prepared: &PreparedEvaluation, engine: Engine, k: usize) -> Vec<f64> {
    let mut evaluation = prepared.evaluation(&prepared.models);
    evaluation.engine = engine;
    let common = evaluation.common();
    let fitter = randsplit::run::Fitter::new(&evaluation, &common).unwrap();
    let split = prepared.plan.draw(k);
    let fit = fitter.at(k, &split).fit(1).unwrap();
    let Predictions::Values(values) = fit.predictions.test else { panic!("a model for numbers") };
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whole numbers tie often, and whatever they are multiplied by they tie as often: distances are worked out in whole
    /// numbers here, and of equally near rows the first are taken.
    #[test]
    fn equally_near_neighbours_are_the_first_ones_in_any_unit(
        cells in proptest::collection::vec((0i128..6, -3i128..4), 24..60),
        k in 1usize..6,
        units in prop_oneof![Just(("1", "1")), Just(("0.1", "3")), Just(("10", "0.25")), Just(("3", "0.1")), Just(("1e-3", "7"))],
        far in prop_oneof![Just(0.0), Just(12_345.67), Just(-1e6)],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let unit = |text: &str| text.parse::<f64>().unwrap();
        let mut text = "a,b,y\n".to_owned();
        for (i, (a, b)) in cells.iter().enumerate() {
            // As a person would write it: decimal, to the cent.
            let a = *a as f64 * unit(units.0);
            let b = *b as f64 * unit(units.1) + far;
            text += &format!("{a:.4},{b:.4},{}\n", 1 << (i % 31));
        }
        let path = write(folder.path(), "grid.csv", &text);
        let model = format!("knn:n_neighbors={k}");
        let mut evaluation = Evaluation::new(&path, "y").splits(2).models([model.as_str()]).metrics(["mae"]);
        evaluation.target.task = Some(Task::Regression);
        let Ok(prepared) = evaluation.prepare() else { return Ok(()) };
        prop_assume!(prepared.features.parts.len() == 2);
        for split in 0..2 {
            let parts = prepared.plan.draw(split);
            let n = parts.train.len() as i128;
            let variance = |of: &dyn Fn(usize) -> i128| {
                let (sum, square) = parts.train.iter().fold((0, 0), |(sum, square), r| {
                    (sum + of(*r as usize), square + of(*r as usize) * of(*r as usize))
                });
                n * square - sum * sum
            };
            let (va, vb) = (variance(&|r| cells[r].0), variance(&|r| cells[r].1));
            prop_assume!(va > 0 && vb > 0);
            let expected: Vec<f64> = parts.test.iter().map(|test| {
                let (a, b) = cells[*test as usize];
                let mut near: Vec<(i128, u32)> = parts.train.iter().map(|r| {
                    let (c, d) = cells[*r as usize];
                    ((a - c) * (a - c) * vb + (b - d) * (b - d) * va, *r)
                }).collect();
                near.sort_unstable();
                near[..k].iter().map(|(_, r)| f64::from(1u32 << (r % 31))).sum::<f64>() / k as f64
            }).collect();
            for engine in [Engine::Shared, Engine::PerSplit] {
                let got = of_split(&prepared, engine, split);
                let near = got.iter().zip(&expected).all(|(g, e)| (g - e).abs() <= 1e-9 * e);
                prop_assert!(near, "{:?}: {:?}, not {:?}", engine, got, expected);
            }
        }
    }
}

/// 24 rows of 40 columns, three classes, a positive target, and four rows to predict.
fn wide() -> (Array2<f64>, Vec<u32>, Vec<f64>, Array2<f64>) {
    let x = Array2::from_shape_fn((24, 40), |(i, j)| {
        let (a, b) = ((i + 1) as f64, (j + 2) as f64);
        (a * b * 0.7 + 0.3 * j as f64).sin() + 0.2 * ((i * 7 + j * 3) % 5) as f64
    });
    let codes = (0..24).map(|i| i * 5 % 3).collect();
    let y = (0..24).map(|i| 3.0 * (0.5 * (f64::from(i) * 0.9).sin()).exp()).collect();
    let new = &x.slice(s![..4, ..]) * 0.5 + &x.slice(s![5..9, ..]) * 0.3;
    (x, codes, y, new)
}

/// With more columns than rows models are fitted in the space of the rows; the numbers are scikit-learn 1.9.1's, and
/// for qda, which scikit-learn refuses there, those of the definition by numpy.
#[test]
fn more_columns_than_rows_give_the_same_models() {
    let (x, codes, y, new) = wide();
    let two: Vec<u32> = codes.iter().map(|c| (*c).min(1)).collect();
    let probabilities = |model: &str, codes: &[u32], classes| {
        let fitted = fit(model, x.clone(), TrainTarget::Classes { codes, classes }).unwrap();
        let Predictions::Classes { probabilities: Some(p), .. } = fitted.predict(new.view()) else { panic!("{model}") };
        p
    };
    let near = |got: f64, want: f64, what: &str| assert!((got - want).abs() < 1e-6, "{what}: {got}, not {want}");
    let three = probabilities("logistic:C=0.5", &codes, 3);
    for (i, want) in
        [[0.578517423, 0.296428376], [0.246553565, 0.176727771], [0.053574867, 0.484638282], [0.663078373, 0.258132227]]
            .iter()
            .enumerate()
    {
        near(three[[i, 0]], want[0], "logistic");
        near(three[[i, 1]], want[1], "logistic");
    }
    let one = probabilities("logistic:C=2", &two, 2);
    for (i, want) in [0.459536750, 0.834868525, 0.985149519, 0.323706398].iter().enumerate() {
        near(one[[i, 1]], *want, "logistic of two");
    }
    let quadratic = probabilities("qda:reg_param=0.3", &codes, 3);
    for (i, want) in [0.998584562, 0.000115085, 0.0, 0.999993892].iter().enumerate() {
        near(quadratic[[i, 0]], *want, "qda");
    }
    near(quadratic[[2, 1]], 0.545638802, "qda");
    // Rows of other classes are far away in all directions: their probabilities are compared by their digits.
    let linear = probabilities("lda", &codes, 3);
    for (at, want) in
        [((0, 1), 3.057161030e-58), ((0, 2), 4.904547529e-50), ((2, 2), 2.358232905e-13), ((3, 1), 2.364631244e-65)]
    {
        let got: f64 = linear[at];
        assert!((got.ln() - f64::ln(want)).abs() < 1e-5, "lda: {got:e}, not {want:e}");
    }
    for (model, wanted) in [
        ("ridge:alpha=0.7", [3.010074740, 3.484389879, 3.737978200, 3.522738744]),
        ("glm:alpha=0.3", [3.086839163, 3.429700509, 3.604264041, 3.382195621]),
    ] {
        let Predictions::Values(got) = fit(model, x.clone(), TrainTarget::Values(&y)).unwrap().predict(new.view())
        else {
            panic!("{model}")
        };
        got.iter().zip(wanted).for_each(|(got, want)| near(*got, want, model));
    }
    assert!(
        fit("qda", x, TrainTarget::Classes { codes: &codes, classes: 3 }).is_err_and(|e| e.0.contains("reg_param"))
    );
}

#[test]
fn a_split_of_many_more_columns_than_rows_takes_a_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, columns) = (90, 2_500);
    let mut noise = Noise(4);
    let mut text: String = (0..columns).map(|j| format!("x{j},")).collect::<String>() + "y\n";
    for i in 0..rows {
        (0..columns).for_each(|_| text += &format!("{:.3},", noise.normal()));
        text += ["no\n", "yes\n"][i % 2];
    }
    let path = write(folder.path(), "wide.csv", &text);
    for model in ["lda", "qda:reg_param=0.2", "logistic"] {
        let started = Instant::now();
        let [shared, alone] =
            both_engines(&Evaluation::new(&path, "y").splits(2).models([model]).metrics(["log_loss"]));
        assert_eq!(shared.models[0].splits.at(0).scores, alone.models[0].splits.at(0).scores, "{model}");
        // The covariance of the columns alone would take half a minute a split.
        assert!(started.elapsed() < Duration::from_secs(20), "{model}: {:?}", started.elapsed());
    }
}

/// The label where classes are equally likely is the first one's, whatever the last digits of a solver say.
#[test]
fn equally_likely_classes_have_the_same_label_in_both_engines() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::new();
    for i in 0..48 {
        // Each of eight places has as many of either class, and one that is not known in training.
        rows += &format!("{},{},{}\n", ["n", "e", "s", "w"][i / 2 % 4], i / 8 % 3, ["no", "yes"][i % 2]);
    }
    let path = write(folder.path(), "even.csv", &format!("a,b,y\n{rows}"));
    for model in
        ["logistic", "multinomial", "nb", "lda", "qda:reg_param=0.5", "knn:n_neighbors=4", "boost:min_samples_leaf=1"]
    {
        let evaluation = Evaluation::new(&path, "y").splits(40).models([model]).metrics(["accuracy"]);
        let [shared, alone] = both_engines(&evaluation);
        for (a, b) in shared.models[0].splits.iter().zip(alone.models[0].splits.iter()) {
            assert_eq!((&a.scores, &a.train_scores), (&b.scores, &b.train_scores), "{model} #{}", a.split);
        }
    }
}

#[test]
fn an_encoding_knows_how_far_it_moved_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..20).map(|i| format!("{},{i}\n", 1000 + i % 5)).collect();
    let path = write(folder.path(), "far.csv", &format!("a,y\n{rows}"));
    let prepared = Evaluation::new(&path, "y").splits(1).prepare().unwrap();
    let all: Vec<u32> = (0..20).collect();
    // A mean of 1002 over a standard deviation of the square root of 2.
    let origin = Encoder::fit(&prepared.features, &all, randsplit::data::Scaling::Standard).origin();
    assert!((origin - 1002.0 / 2f64.sqrt()).abs() < 1e-9, "{origin}");
    assert_eq!(Encoder::fit(&prepared.features, &all, randsplit::data::Scaling::Gaps).origin(), 0.0);
}

/// Seconds from the interrupt to the end, the exit code, and what was said.
#[cfg(unix)]
fn interrupted(arguments: &[&str], after: Duration) -> (Duration, i32, String) {
    let child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(after);
    let started = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    (started.elapsed(), output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_fit_that_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = Noise(2);
    let rows: String = (0..3000)
        .map(|i| {
            format!("{:.4},{:.4},{:.4},{}\n", noise.normal(), noise.normal(), noise.normal(), ["u", "v"][i * 7 % 3 % 2])
        })
        .collect();
    let path = write(folder.path(), "t.csv", &format!("a,b,c,y\n{rows}"));
    for model in [
        "forest:n_estimators=1000000",
        "boost:n_estimators=1000000,early_stopping=false",
        // One call of a library each.
        "svm:C=1e6,kernel=linear,tol=1e-10",
        "linfa-tree",
    ] {
        let quick = model == "linfa-tree";
        let splits = if quick { "100000" } else { "2" };
        let arguments = ["eval", &path, "-t", "y", "-m", model, "-n", splits, "-q"];
        let (elapsed, code, said) = interrupted(&arguments, Duration::from_millis(1500));
        assert!(elapsed < Duration::from_secs(6), "{model} took {elapsed:?} to end");
        assert_eq!(code, 130, "{model}: {said}");
        assert!(said.contains("stopped before the first split") || quick, "{model}: {said}");
    }
    // A tuned model and the permutations of a null test are ended as well.
    let tuned = ["eval", &path, "-t", "y", "--tune", "forest:n_estimators=100000,200000", "-n", "2", "-q"];
    let (elapsed, code, said) = interrupted(&tuned, Duration::from_millis(1500));
    assert!(elapsed < Duration::from_secs(6) && code == 130, "{elapsed:?}, {code}: {said}");
}

#[test]
fn the_page_of_joined_levels_is_there() {
    let page = run(&["explain", "RS035"]);
    assert!(page.status.success() && String::from_utf8_lossy(&page.stdout).contains("--encode COLUMN=frequency"));
}
