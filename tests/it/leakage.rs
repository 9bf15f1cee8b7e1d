//! Nothing is learned from test rows: for every model, on a table with gaps, text, booleans and dates,
//! whatever stands in the test rows changes neither the encoding nor what the model predicts elsewhere.

use ndarray::Array2;
use randsplit::data::{Encoder, Encoding, FeatureColumn, Features, MISSING, Scaling, Target};
use randsplit::model::shared::{Fallback, SharedCache, SplitState};
use randsplit::model::{Learner, ModelSpec, Predictions, TrainTarget, registry};
use randsplit::run::Engine;
use randsplit::split::{Plan, Split, SplitBlock};
use randsplit::{Evaluation, PreparedEvaluation};

fn table(folder: &std::path::Path, target: &str) -> PreparedEvaluation {
    let mut text = String::from("a,b,flag,day,colour,size,y,label\n");
    for i in 0..90u32 {
        let wave = |f: f64| (f64::from(i) * f).sin();
        let gap = |n: u32, cell: String| if i % n == 3 { String::new() } else { cell };
        text += &format!(
            "{},{},{},2024-{:02}-{:02},{},{},{},{}\n",
            gap(7, format!("{:.4}", 10.0 + wave(1.3))),
            gap(11, format!("{:.4}", 3.0 * wave(0.7))),
            i % 3 == 0,
            i % 12 + 1,
            i % 28 + 1,
            gap(13, ["red", "green", "blue"][i as usize * 5 % 3].into()),
            ["s", "m", "l", "xl"][i as usize * 7 % 4],
            (5.0 + 2.0 * wave(1.3) + wave(0.7) + 0.1 * wave(9.1)).abs(),
            if wave(1.3) + 0.5 * wave(9.1) > 0.0 { "yes" } else { "no" },
        );
    }
    let path = folder.join("t.csv");
    std::fs::write(&path, text).unwrap();
    let other = if target == "y" { "label" } else { "y" };
    let mut evaluation = Evaluation::new(path.to_str().unwrap(), target).splits(4);
    evaluation.selection.drop = vec![other.into()];
    evaluation.encode.encode = vec![("size".into(), "ordinal".into())];
    evaluation.prepare().unwrap()
}

/// A specification that can be fitted to the tables here: their 0/1 columns make classes collinear.
fn usable(model: &'static str) -> &'static str {
    if model == "qda" { "qda:reg_param=0.1" } else { model }
}

/// The same features with every cell of the given rows replaced by something else.
fn spoilt(features: &Features, rows: &[u32]) -> Features {
    let mut spoilt = features.clone();
    for part in &mut spoilt.parts {
        for row in rows {
            match part {
                FeatureColumn::Number { values, .. } => values[*row as usize] = 1e6 + f64::from(*row),
                FeatureColumn::Levels { codes, levels, .. } => {
                    let code = &mut codes[*row as usize];
                    *code = if *code == MISSING { 0 } else { (*code + 1) % levels.len() as u32 };
                }
                other => panic!("a kind of column that is not spoilt: {other:?}"),
            }
        }
    }
    spoilt
}

fn predictions(
    prepared: &PreparedEvaluation,
    model: &str,
    features: &Features,
    k: usize,
) -> (Option<Encoder>, Predictions) {
    let split = prepared.plan.draw(k);
    let common = SharedCache::new(features, &prepared.target);
    let terms = SplitState::new(&common, 0, &split, 7).terms;
    let learner = registry::build(&ModelSpec::parse(model).unwrap(), prepared.target.task()).unwrap();
    let encoder = learner.scaling().map(|scaling| Encoder::fit(features, &split.train, scaling));
    // Looked at on the train rows of the table as it was: they are the same in both.
    let x = match &encoder {
        Some(encoder) => encoder.transform(&prepared.features, &split.train),
        None => Array2::zeros((split.train.len(), 0)),
    };
    let train_target = prepared.target.take(&split.train);
    let train = match &encoder {
        Some(encoder) => encoder.transform(features, &split.train),
        None => x.clone(),
    };
    (encoder, learner.fit(train, TrainTarget::from(&train_target), &terms).unwrap().predict(x.view()))
}

#[test]
fn no_model_and_no_encoding_sees_a_test_row() {
    let folder = tempfile::tempdir().unwrap();
    for (target, task) in [("y", randsplit::data::Task::Regression), ("label", randsplit::data::Task::Classification)] {
        let prepared = table(folder.path(), target);
        assert_eq!(prepared.features.used.len(), 6);
        for model in registry::MODELS.iter().filter(|m| m.tasks.contains(&task)) {
            for k in 0..4 {
                let test = prepared.plan.draw(k).test;
                let changed = spoilt(&prepared.features, &test);
                let before = predictions(&prepared, usable(model.name), &prepared.features, k);
                let after = predictions(&prepared, usable(model.name), &changed, k);
                // Encodings as text: a gap that is left open is NaN, which equals nothing.
                assert_eq!(format!("{:?}", before.0), format!("{:?}", after.0), "{} on split {k}", model.name);
                assert!(before.1 == after.1, "{} on split {k}", model.name);
            }
        }
        // The probe itself works: what stands in a train row does matter.
        let train = prepared.plan.draw(0).train;
        let changed = spoilt(&prepared.features, &train[..3]);
        for scaling in [Scaling::Standard, Scaling::Raw] {
            assert_ne!(Encoder::fit(&prepared.features, &train, scaling), Encoder::fit(&changed, &train, scaling));
        }
        let model = registry::default_for(task);
        let (before, after) =
            (predictions(&prepared, model, &prepared.features, 0), predictions(&prepared, model, &changed, 0));
        assert!(before.1 != after.1);
    }
}

/// Predictions for the train rows from the shared solver; `None` where it leaves a split to a fit of
/// its own, which the test above is about.
fn shared_predictions(
    learner: &dyn Learner,
    features: &Features,
    target: &Target,
    split: &Split,
) -> Option<Predictions> {
    let common = SharedCache::new(features, target);
    let solver = learner.share(&common)?;
    match solver.fit_predict(&SplitState::new(&common, 0, split, 7)) {
        Ok(predictions) => Some(predictions.train),
        Err(Fallback::Failed(error)) => panic!("{error}"),
        Err(Fallback::Refit | Fallback::Unsafe(_)) => None,
    }
}

/// Predictions for the train rows of each of four splits, from a solver that works on all of them at once; `None` of one that
/// does not, and for a split that it leaves to a fit of its own.
fn block_predictions(
    learner: &dyn Learner,
    features: &Features,
    target: &Target,
    plan: &Plan,
) -> Option<Vec<Option<Predictions>>> {
    let common = SharedCache::new(features, target);
    let solver = learner.share(&common)?;
    let block = SplitBlock::new(plan, 0..4);
    let of_block = solver.block(&block)?;
    let train = |k: usize| {
        let split = block.split(k);
        of_block.fit_predict(&SplitState::new(&common, k, &split, 7)).ok().map(|predictions| predictions.train)
    };
    Some((0..4).map(train).collect())
}

/// The same target with every value of the given rows replaced by another.
fn spoilt_target(target: &Target, rows: &[u32]) -> Target {
    let mut target = target.clone();
    for row in rows.iter().map(|r| *r as usize) {
        match &mut target {
            Target::Regression { values } => values[row] = 1e3 + row as f64,
            Target::Classification { codes, labels, .. } => codes[row] = (codes[row] + 1) % labels.len() as u32,
        }
    }
    target
}

/// The largest difference of two predictions, as a share of their size.
fn distance(a: &Predictions, b: &Predictions) -> f64 {
    let far = |x: f64, y: f64| (x - y).abs() / x.abs().max(1.0);
    match (a, b) {
        (Predictions::Values(a), Predictions::Values(b)) => {
            a.iter().zip(b).map(|(x, y)| far(*x, *y)).fold(0.0, f64::max)
        }
        (Predictions::Classes { probabilities: Some(a), .. }, Predictions::Classes { probabilities: Some(b), .. }) => {
            a.iter().zip(b).map(|(x, y)| far(*x, *y)).fold(0.0, f64::max)
        }
        _ => f64::INFINITY,
    }
}

/// Sums from which wild test rows are taken away are off by rounding, and iterative solvers start
/// elsewhere; beyond that nothing of a test row, its target included, reaches a train row's prediction.
#[test]
fn no_shared_solver_learns_from_test_rows() {
    let folder = tempfile::tempdir().unwrap();
    for (target, task) in [("y", randsplit::data::Task::Regression), ("label", randsplit::data::Task::Classification)] {
        let prepared = table(folder.path(), target);
        for model in registry::MODELS.iter().filter(|m| m.tasks.contains(&task)) {
            let learner = registry::build(&ModelSpec::parse(usable(model.name)).unwrap(), task).unwrap();
            if learner.share(&SharedCache::new(&prepared.features, &prepared.target)).is_none() {
                assert!(["baseline", "svm", "linfa-tree"].contains(&model.name), "{} shares nothing", model.name);
                continue;
            }
            // Neighbours are shared where all text is one-hot.
            let mut own = (*prepared.features).clone();
            for part in own.parts.iter_mut().filter(|_| model.name == "knn") {
                if let FeatureColumn::Levels { encoding, .. } = part {
                    *encoding = Encoding::OneHot;
                }
            }
            let counts = matches!(model.name, "knn" | "tree" | "forest" | "extra-trees" | "boost");
            let mut compared = 0;
            for k in 0..4 {
                let split = prepared.plan.draw(k);
                let features = spoilt(&own, &split.test);
                let other = spoilt_target(&prepared.target, &split.test);
                let before = shared_predictions(learner.as_ref(), &own, &prepared.target, &split);
                let after = shared_predictions(learner.as_ref(), &features, &other, &split);
                let Some(before) = before else { continue };
                compared += 1;
                // Wild rows cost too many digits: the split is fitted on its own, as above.
                let Some(after) = after else { continue };
                let off = distance(&before, &after);
                assert!(off <= if counts { 0.0 } else { 1e-6 }, "{} on split {k}: {off}", model.name);
                // The probe works: what stands in a train row does matter.
                let train = &split.train[..split.train.len() / 2];
                let changed = spoilt_target(&prepared.target, train);
                let third = shared_predictions(learner.as_ref(), &own, &changed, &split);
                assert!(third.is_none_or(|third| distance(&before, &third) > 1e-3), "{} on split {k}", model.name);
            }
            assert!(compared > 0, "{} was never compared", model.name);
        }
    }
}

/// Searches for many splits at once begin at the optimum of all rows, test rows included, and forget it: by 1e-7, and far less
/// for most.
#[test]
fn no_search_for_many_splits_remembers_where_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let models = ["logistic", "logistic:C=1000", "multinomial", "glm", "glm:power=1.5,alpha=0.001", "glm:power=2"];
    for (target, task) in [("y", randsplit::data::Task::Regression), ("label", randsplit::data::Task::Classification)] {
        let prepared = table(folder.path(), target);
        for model in models.iter().filter(|model| model.starts_with("glm") == (target == "y")) {
            let learner = registry::build(&ModelSpec::parse(model).unwrap(), task).unwrap();
            let of = |features: &Features, target: &Target| {
                block_predictions(learner.as_ref(), features, target, &prepared.plan).unwrap()
            };
            let before = of(&prepared.features, &prepared.target);
            for (k, before) in before.iter().enumerate() {
                let split = prepared.plan.draw(k);
                // Targets alone, and both with cells that are far but leave the sums their digits.
                let other = spoilt_target(&prepared.target, &split.test);
                let mut moved = (*prepared.features).clone();
                for part in &mut moved.parts {
                    if let FeatureColumn::Number { values, .. } = part {
                        split.test.iter().for_each(|row| values[*row as usize] += 20.0);
                    }
                }
                let before = before.as_ref().unwrap();
                for (what, features) in [("targets", &*prepared.features), ("cells", &moved)] {
                    let off = distance(before, of(features, &other)[k].as_ref().unwrap());
                    assert!(off <= 1e-7, "{model} on split {k}: {what} of test rows move it by {off}");
                }
                let changed = spoilt_target(&prepared.target, &split.train[..split.train.len() / 2]);
                assert!(distance(before, of(&prepared.features, &changed)[k].as_ref().unwrap()) > 1e-3, "{model}");
                // And it is what a search from a cold start comes to.
                let tight = format!("{model}{}tol=1e-13", if model.contains(':') { "," } else { ":" });
                let tight = registry::build(&ModelSpec::parse(&tight).unwrap(), task).unwrap();
                let alone = learner_alone(tight.as_ref(), &prepared, &split);
                assert!(distance(before, &alone) <= 1e-7, "{model} on split {k}: {}", distance(before, &alone));
            }
        }
    }
}

/// Predictions for the train rows of a split from a fit of its own.
fn learner_alone(learner: &dyn Learner, prepared: &PreparedEvaluation, split: &Split) -> Predictions {
    let scaling = learner.scaling().unwrap();
    let encoder = Encoder::fit(&prepared.features, &split.train, scaling);
    let x = encoder.transform(&prepared.features, &split.train);
    let answers = prepared.target.take(&split.train);
    let fitted = learner.fit(x.clone(), TrainTarget::from(&answers), &Default::default()).unwrap();
    fitted.predict(x.view())
}

/// The same through the program's own door: scores on the train rows do not move when test rows do.
#[test]
fn train_scores_do_not_depend_on_test_rows() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.csv");
    let rows: String = (0..30).map(|r| format!("0,{r},{}\n", if r % 3 == 0 { "test" } else { "train" })).collect();
    std::fs::write(&plan, format!("split,row,part\n{rows}")).unwrap();
    let ask = |spoil: bool, target: &str, engine: Engine, models: &[&str]| {
        let mut text = String::from("a,t,y,label\n");
        for i in 0..30u32 {
            let a = (f64::from(i) * 0.9).sin();
            // Far off, but not so far that an exponential of it is infinite: that fails the whole split.
            let (cell, level) = if spoil && i % 3 == 0 { (1e3, "new".into()) } else { (a, format!("t{}", i % 4)) };
            text += &format!(
                "{cell},{level},{},{}\n",
                (a * 3.0 + f64::from(i % 4)).abs() + 0.5,
                if a > 0.1 { "p" } else { "q" }
            );
        }
        let path = folder.path().join(format!("{spoil}.csv"));
        std::fs::write(&path, text).unwrap();
        let scheme = randsplit::split::scheme::File { path: plan.to_str().unwrap().into() };
        let mut evaluation = Evaluation::new(path.to_str().unwrap(), target)
            .scheme(scheme)
            .models(models.iter().copied())
            .engine(engine);
        evaluation.selection.drop = vec![if target == "y" { "label" } else { "y" }.into()];
        let report = evaluation.run().unwrap();
        report.models.iter().map(|m| m.splits.at(0).train_scores.clone()).collect::<Vec<_>>()
    };
    let names =
        |task| registry::MODELS.iter().filter(|m| m.tasks.contains(&task)).map(|m| usable(m.name)).collect::<Vec<_>>();
    for (target, task) in [("y", randsplit::data::Task::Regression), ("label", randsplit::data::Task::Classification)] {
        let alone = |spoil| ask(spoil, target, Engine::PerSplit, &names(task));
        assert_eq!(alone(false), alone(true));
        // With shared work test rows are taken from sums, which leaves rounding behind.
        let (before, after) =
            (ask(false, target, Engine::Auto, &names(task)), ask(true, target, Engine::Auto, &names(task)));
        for (a, b) in before.iter().zip(&after).flat_map(|(a, b)| a.values().zip(b.values())) {
            let off = a.unwrap_or(9.0) - b.unwrap_or(9.0);
            assert!(off.abs() < 1e-6, "{a:?} {b:?}");
        }
    }
}
