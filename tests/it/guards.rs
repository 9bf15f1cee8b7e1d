//! What was found wrong in linfa 0.8.1's sources, and what users of randsplit get instead.

use ndarray::{Array2, array};
use randsplit::data::Task;
use randsplit::model::{FitContext, FitError, Fitted, ModelSpec, Predictions, TrainTarget, registry};

use crate::program::ok;

fn fit(model: &str, x: Array2<f64>, answers: TrainTarget) -> Result<Box<dyn Fitted>, FitError> {
    let task = if matches!(answers, TrainTarget::Values(_)) { Task::Regression } else { Task::Classification };
    registry::build(&ModelSpec::parse(model).unwrap(), task).unwrap().fit(x, answers, &FitContext::default())
}

fn values(model: &str, x: &Array2<f64>, y: &[f64]) -> Vec<f64> {
    match fit(model, x.clone(), TrainTarget::Values(y)).unwrap().predict(x.view()) {
        Predictions::Values(v) => v,
        Predictions::Classes { .. } => panic!("{model} gives classes"),
    }
}

fn near(a: &[f64], b: &[f64], tolerance: f64) {
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * b.abs().max(1.0)), "{a:?}\n{b:?}");
}

/// 40 rows of three smooth columns and a target that they do not quite give.
fn table() -> (Array2<f64>, Vec<f64>) {
    let x = Array2::from_shape_fn((40, 3), |(i, j)| (i as f64 * [0.37, 0.71, 1.13][j]).sin() * [1.0, 3.0, 0.5][j]);
    let y = (0..40).map(|i| 2.0 * x[[i, 0]] - x[[i, 1]] + 0.3 * (i as f64 * 2.9).sin() + 4.0).collect();
    (x, y)
}

/// linfa-linear's QR calls a zero pivot not invertible, and gives huge coefficients near one.
#[test]
fn ols_takes_collinear_columns() {
    let (x, y) = table();
    let straight = values("ols", &x, &y);
    for noise in [0.0, 1e-14] {
        let twice = Array2::from_shape_fn((40, 4), |(i, j)| {
            if j < 3 { x[[i, j]] } else { 2.0 * x[[i, 0]] + x[[i, 1]] + noise * (i as f64).sin() }
        });
        near(&values("ols", &twice, &y), &straight, 1e-6);
        assert!(fit("ols", twice, TrainTarget::Values(&y)).unwrap().difficulty().is_some());
    }
    // More columns than rows: every train row is met, and the solution is finite.
    let wide = Array2::from_shape_fn((5, 9), |(i, j)| (((i + 1) * (j + 2)).pow(2) as f64).sin());
    near(&values("ols", &wide, &y[..5]), &y[..5], 1e-8);
}

/// linfa-elasticnet centres y alone, and never converges with an `l1_ratio` of 0.
#[test]
fn penalised_models_have_the_right_intercept_and_limits() {
    let (x, y) = table();
    let moved = &x + &array![[1000.0, -50.0, 3.0]];
    for model in ["lasso:alpha=0.1", "elastic-net:alpha=0.1", "ridge", "ols"] {
        near(&values(model, &moved, &y), &values(model, &x, &y), 1e-6);
    }
    near(&values("elastic-net:alpha=0.05,l1_ratio=0", &x, &y), &values("ridge:alpha=2", &x, &y), 1e-9);
    near(&values("lasso:alpha=0", &x, &y), &values("ols", &x, &y), 1e-6);
    let mean = y.iter().sum::<f64>() / 40.0;
    near(&values("lasso:alpha=1e6", &x, &y), &[mean; 40], 1e-12);
}

/// linfa-linear's Poisson cost misses a factor, so its optimum is not one: at ours the gradient of the
/// mean half deviance, Σ x (μ - y) / n, is zero.
#[test]
fn the_poisson_model_is_at_its_optimum() {
    let (x, y) = table();
    let y: Vec<f64> = y.iter().map(|v| v.abs().round()).collect();
    let mu = values("glm:power=1,alpha=0", &x, &y);
    let gradient = |column: &dyn Fn(usize) -> f64| (0..40).map(|i| column(i) * (mu[i] - y[i])).sum::<f64>() / 40.0;
    assert!(gradient(&|_| 1.0).abs() < 1e-7);
    (0..3).for_each(|j| assert!(gradient(&|i| x[[i, j]]).abs() < 1e-7));
    let error =
        |power, y: &[f64]| fit(&format!("glm:power={power}"), x.clone(), TrainTarget::Values(y)).err().unwrap().0;
    assert!(error(1, &[-1.0; 40]).contains("zero or positive") && error(2, &[0.0; 40]).contains("positive"));
}

fn probabilities(model: &str, x: &Array2<f64>, codes: &[u32], classes: usize) -> Array2<f64> {
    match fit(model, x.clone(), TrainTarget::Classes { codes, classes }).unwrap().predict(x.view()) {
        Predictions::Classes { probabilities: Some(p), .. } => p,
        other => panic!("{model}: {other:?}"),
    }
}

/// linfa-logistic calls the majority class of the split the positive one.
#[test]
fn probabilities_belong_to_their_labels_whichever_class_is_larger() {
    let (x, _) = table();
    for cut in [-0.6, 0.6] {
        let codes: Vec<u32> = (0..40).map(|i| u32::from(x[[i, 0]] + 0.3 * (i as f64 * 2.9).sin() > cut)).collect();
        let flipped: Vec<u32> = codes.iter().map(|c| 1 - c).collect();
        for model in ["logistic", "multinomial", "nb", "knn", "tree:max_depth=2"] {
            let (p, q) = (probabilities(model, &x, &codes, 2), probabilities(model, &x, &flipped, 2));
            near(&p.column(1).to_vec(), &q.column(0).to_vec(), 1e-9);
            let right = (0..40).filter(|i| u32::from(p[[*i, 1]] > 0.5) == codes[*i]).count();
            assert!(right > 24, "{model}: {right} of 40");
        }
    }
}

/// A class without a train row has probability 0, and the others keep their places.
#[test]
fn a_class_absent_from_the_train_rows_keeps_its_column() {
    let (x, _) = table();
    let codes: Vec<u32> = (0..40).map(|i| if x[[i, 0]] > 0.0 { 3 } else { 1 }).collect();
    for model in ["logistic", "multinomial", "nb", "knn", "tree", "baseline"] {
        let features = if model == "baseline" { Array2::zeros((40, 0)) } else { x.clone() };
        let p = probabilities(model, &features, &codes, 4);
        assert!(p.column(0).iter().chain(p.column(2)).all(|v| *v == 0.0), "{model}");
        assert!(p.rows().into_iter().all(|r| (r.sum() - 1.0).abs() < 1e-12), "{model}");
    }
}

/// linfa-bayes sums raw exponentials, which underflow with many columns, and panics where none varies.
#[test]
fn naive_bayes_neither_underflows_nor_panics() {
    let x =
        Array2::from_shape_fn((20, 400), |(i, j)| f64::from(u8::from(i % 2 == 0)) + ((i * 400 + j) as f64).sin() * 0.1);
    let codes: Vec<u32> = (0..20).map(|i| i % 2).collect();
    let p = probabilities("nb", &x, &codes, 2);
    assert!(p.iter().all(|v| v.is_finite()) && (0..20).all(|i| p[[i, codes[i] as usize]] > 0.999));
    let error = fit("nb", Array2::ones((20, 3)), TrainTarget::Classes { codes: &codes, classes: 2 }).err().unwrap();
    assert!(error.0.contains("no column varies"));
}

/// linfa-trees takes values closer than 1e-5 for equal.
#[test]
fn trees_tell_close_values_apart() {
    let x = array![[1.0], [1.0 + 1e-9], [1.0 + 2e-9], [1.0 + 3e-9]];
    assert_eq!(values("tree", &x, &[1.0, 2.0, 3.0, 4.0]), [1.0, 2.0, 3.0, 4.0]);
    let p = probabilities("tree", &x, &[0, 1, 0, 1], 2);
    assert_eq!(p.column(1).to_vec(), [0.0, 1.0, 0.0, 1.0]);
}

/// linfa-trees breaks ties in hash order, which differs from process to process.
#[test]
fn every_model_gives_the_same_bytes_in_every_process() {
    for (data, target, task) in [
        ("data/titanic.csv", "survived", Task::Classification),
        ("data/iris.csv", "target", Task::Classification),
        ("data/sleepstudy.csv", "Reaction", Task::Regression),
    ] {
        let two_classes = target == "survived";
        let names =
            registry::MODELS.iter().filter(|m| m.tasks.contains(&task) && (m.name != "linfa-tree" || two_classes));
        let models: Vec<&str> = names.flat_map(|m| ["--model", m.name]).collect();
        let run = || {
            let arguments = ["eval", data, "--target", target, "--splits", "3", "--format", "json"];
            ok(&[&arguments[..], &models].concat())
        };
        let first = run();
        for _ in 0..3 {
            assert!(run() == first, "{data}");
        }
    }
}

/// The kernel matrix is dense: 50,000 rows would take 20 GB.
#[test]
fn svm_refuses_what_would_not_fit_into_memory() {
    let spec = ModelSpec::parse("svm").unwrap();
    let learner = registry::build(&spec, Task::Regression).unwrap();
    assert!(learner.check_size(16_384).is_ok());
    let why = learner.check_size(50_000).unwrap_err();
    assert!(why.contains("16384") && why.contains("train_size=16384"), "{why}");
}

/// linfa-nn's own search through all rows finds the neighbours that our index does, where none tie.
#[test]
fn neighbours_are_those_of_linfa_nn() {
    use linfa_nn::{LinearSearch, NearestNeighbour, distance::L2Dist};
    let (x, y) = table();
    let index = LinearSearch::new().from_batch(&x, L2Dist).unwrap();
    let means: Vec<f64> = x
        .outer_iter()
        .map(|row| index.k_nearest(row, 5).unwrap().iter().map(|(_, at)| y[*at]).sum::<f64>() / 5.0)
        .collect();
    near(&values("knn", &x, &y), &means, 1e-12);
}

/// linfa-logistic, run to a tolerance as small, agrees once its probabilities are given to the label that it
/// calls positive.
#[test]
fn logistic_is_that_of_linfa_logistic_run_to_the_end() {
    use linfa::traits::Fit;
    let (x, _) = table();
    for cut in [-0.6, 0.6] {
        let codes: Vec<u32> = (0..40).map(|i| u32::from(x[[i, 0]] + 0.3 * (i as f64 * 2.9).sin() > cut)).collect();
        let dataset =
            linfa::Dataset::new(x.clone(), codes.iter().map(|c| *c as usize).collect::<ndarray::Array1<usize>>());
        let model =
            linfa_logistic::LogisticRegression::default().alpha(1.0).gradient_tolerance(1e-10).max_iterations(10_000);
        let model = model.fit(&dataset).unwrap();
        let positive = model.labels().pos.class;
        let ours = probabilities("logistic", &x, &codes, 2);
        near(&ours.column(positive).to_vec(), &model.predict_probabilities(&x).to_vec(), 1e-6);
    }
}

/// linfa-svm, run to a tolerance as small, agrees on rows of the fit and on others, for either kernel.
#[test]
fn support_vector_machines_are_those_of_linfa_svm_run_to_the_end() {
    use linfa::traits::Fit;
    let (x, y) = table();
    let others = Array2::from_shape_fn((15, 3), |(i, j)| (i as f64 * [0.9, 0.4, 0.2][j]).cos());
    let codes: Vec<u32> = (0..40).map(|i| u32::from(x[[i, 0]] + 0.5 * (i as f64 * 2.9).sin() > 0.1)).collect();
    for (kernel, width) in [("kernel=linear", None), ("gamma=0.3", Some(1.0 / 0.3))] {
        let spec = format!("svm:C=2,tol=1e-10,epsilon=0.2,{kernel}");
        let params = linfa_svm::SvmParams::<f64, f64>::new().eps(1e-10).shrinking(false);
        let params = match width {
            None => params.linear_kernel(),
            Some(width) => params.gaussian_kernel(width),
        };
        let data = linfa::DatasetBase::new(x.clone(), ndarray::Array1::from(y.clone()));
        let theirs = params.c_svr(2.0, Some(0.2)).fit(&data).unwrap();
        let ours = fit(&spec, x.clone(), TrainTarget::Values(&y)).unwrap();
        assert_eq!(ours.difficulty(), None);
        for rows in [&x, &others] {
            let Predictions::Values(values) = ours.predict(rows.view()) else { panic!("numbers are wanted") };
            let expected: Vec<f64> = rows.outer_iter().map(|row| theirs.weighted_sum(&row) - theirs.rho).collect();
            near(&values, &expected, 1e-7);
        }
        let params = linfa_svm::SvmParams::<f64, bool>::new().eps(1e-10).shrinking(false);
        let params = match width {
            None => params.linear_kernel(),
            Some(width) => params.gaussian_kernel(width),
        };
        let is: ndarray::Array1<bool> = codes.iter().map(|code| *code == 1).collect();
        let theirs = params.pos_neg_weights(2.0, 2.0).fit(&linfa::DatasetBase::new(x.clone(), is)).unwrap();
        let ours = fit(&spec, x.clone(), TrainTarget::Classes { codes: &codes, classes: 2 }).unwrap();
        for rows in [&x, &others] {
            let Predictions::Classes { decision: Some(decision), .. } = ours.predict(rows.view()) else {
                panic!("decision values are wanted")
            };
            let expected: Vec<f64> = rows.outer_iter().map(|row| theirs.weighted_sum(&row) - theirs.rho).collect();
            near(&decision.column(1).to_vec(), &expected, 1e-7);
        }
    }
}
