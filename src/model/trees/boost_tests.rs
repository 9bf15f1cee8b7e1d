//! What a boosted fit promises beyond its trees: early stopping, independence of other rows, linfa's face.

use std::borrow::Cow;

use linfa::Dataset;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, array};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::bins::Binned;
use super::boost::{Boost, EarlyStopping, RegressionBoost};
use super::boost_reference::{Sample, random_boost};
use super::boost_split::Terms;
use super::boost_tree::{Grower, Limits, Node, Test};
use super::columns::{Column, Columns};
use super::impurity::Truth;
use super::loss::{Loss, Objective};
use super::{ClassScores, FitError};

const LOSSES: [Loss; 4] = [Loss::Squared, Loss::Absolute, Loss::Poisson, Loss::Log];

fn cases(count: usize, mut check: impl FnMut(usize, &mut ChaCha8Rng, Sample, Boost)) {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    for case in 0..count {
        let sample = Sample::random(&mut random);
        let boost = random_boost(&mut random, LOSSES[case % 4]);
        check(case, &mut random, sample, boost);
    }
}

#[test]
fn early_stopping_follows_the_rule_and_fits_to_the_kept_rows_only() {
    let (mut early, mut full) = (0, 0);
    cases(200, |case, random, sample, boost| {
        let patience = random.gen_range(1..4);
        let boost = Boost {
            early_stopping: EarlyStopping::On,
            n_estimators: 12,
            n_iter_no_change: patience,
            validation_fraction: 0.3,
            tol: [1e-7, 0.05][case / 4 % 2],
            learning_rate: 0.5,
            max_leaf_nodes: Some(6),
            seed: case as u64,
            ..boost.clone()
        };
        let truth = sample.truth(boost.loss);
        let (kept, aside) = match boost.set_aside(&sample.train, truth) {
            Ok(parts) => parts,
            Err(FitError(text)) => return assert!(text.contains("too few") && sample.train.len() < 5),
        };
        let fitted = boost.fit_columns(&sample.columns, &sample.train, truth).unwrap();
        if fitted.trees.is_empty() {
            return assert!(fitted.present.len() == 1);
        }
        // The same trees without early stopping, from the kept rows.
        let off = Boost { early_stopping: EarlyStopping::Off, ..boost.clone() };
        let rounds = fitted.iterations();
        let Ok(alone) = Boost { n_estimators: rounds, ..off }.fit_columns(&sample.columns, &kept, truth) else {
            return assert_eq!(boost.loss, Loss::Poisson);
        };
        assert_eq!((&fitted.trees, &fitted.baseline), (&alone.trees, &alone.baseline));
        // Losses by hand, and the rule as words have it.
        let objective = Objective::new(boost.loss, truth, &fitted.present, &sample.train).unwrap();
        let mut losses = Vec::new();
        for round in 0..=rounds {
            let mut cut = fitted.clone();
            cut.trees.truncate(round * fitted.baseline.len());
            let raw = cut.raw_rows(&sample.columns, &aside);
            let scores: Vec<f64> = raw.columns().into_iter().flat_map(|c| c.to_vec()).collect();
            losses.push(objective.mean_loss(&aside, &scores));
            assert!((losses[round] - fitted.validation()[round]).abs() < 1e-12);
            let enough = round >= patience;
            let stop = enough
                && (1..=patience).all(|back| {
                    -fitted.validation()[round - patience + back] <= -fitted.validation()[round - patience] + boost.tol
                });
            assert_eq!(stop || round == 12, round == rounds, "case {case}, round {round}");
            if stop {
                early += 1;
            }
        }
        full += usize::from(rounds == 12);
        assert_eq!(fitted.validation().len(), rounds + 1);
    });
    assert!(early > 40 && full > 5, "{early} {full}");
}

#[test]
fn rows_set_aside_are_a_share_of_each_class() {
    let codes: Vec<u32> = (0..1000).map(|i| if i % 10 == 0 { 2 } else { u32::from(i == 7) }).collect();
    let train: Vec<u32> = (0..1000).collect();
    let truth = Truth::Classes { codes: &codes, classes: 4 };
    let boost = Boost { validation_fraction: 0.1, ..Boost::new(Loss::Log) };
    let (kept, aside) = boost.set_aside(&train, truth).unwrap();
    let count = |rows: &[u32], class| rows.iter().filter(|r| codes[**r as usize] == class).count();
    assert_eq!([0, 1, 2, 3].map(|c| count(&aside, c)), [90, 0, 10, 0]);
    let mut all = [kept.clone(), aside.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, train);
    assert!(kept.is_sorted() && aside.is_sorted());
    assert_ne!(Boost { seed: 1, ..boost.clone() }.set_aside(&train, truth).unwrap().1, aside);
    // Each row as often as any other.
    let mut often = vec![0; 20];
    for seed in 0..4000 {
        let values = vec![0.0; 20];
        let part = Boost { seed, ..boost.clone() }.set_aside(&train[..20], Truth::Values(&values)).unwrap().1;
        assert_eq!(part.len(), 2);
        part.iter().for_each(|r| often[*r as usize] += 1);
    }
    assert!(often.iter().all(|n| (320..480).contains(n)), "{often:?}");
}

#[test]
fn auto_stops_early_above_ten_thousand_rows() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let y: Vec<f64> = (0..10_001).map(|_| random.gen_range(0.0..1.0)).collect();
    let x: Vec<f64> = y.iter().map(|y| (y * 10.0).round()).collect();
    let columns = Columns { columns: vec![Column::ranked(&x)], rows: y.len() };
    let boost = Boost { n_estimators: 2, ..Boost::new(Loss::Squared) };
    let rows: Vec<u32> = (0..10_001).collect();
    let losses = |n: usize| boost.fit_columns(&columns, &rows[..n], Truth::Values(&y)).unwrap().validation().len();
    assert_eq!((losses(10_000), losses(10_001)), (0, 3));
}

#[test]
fn scores_of_train_and_test_rows_are_those_that_the_trees_give() {
    let mut fitted = 0;
    cases(200, |case, random, sample, boost| {
        let boost = if case % 2 == 0 { Boost { early_stopping: EarlyStopping::On, ..boost.clone() } } else { boost };
        let rows = sample.columns.rows as u32;
        let test: Vec<u32> = (0..random.gen_range(0..rows)).map(|_| random.gen_range(0..rows)).collect();
        let truth = sample.truth(boost.loss);
        let Ok((boosted, [raw, of_test])) = boost.fit_and_score(&sample.columns, &sample.train, &test, truth) else {
            return;
        };
        assert_eq!(raw, boosted.raw_rows(&sample.columns, &sample.train));
        assert_eq!(of_test, boosted.raw_rows(&sample.columns, &test));
        assert_eq!(boosted, boost.fit_columns(&sample.columns, &sample.train, truth).unwrap());
        fitted += usize::from(!boosted.trees.is_empty());
    });
    assert!(fitted > 120, "{fitted}");
}

#[test]
fn rows_outside_train_do_not_count() {
    cases(200, |case, random, sample, boost| {
        let boost = if case % 3 == 0 { Boost { early_stopping: EarlyStopping::On, ..boost.clone() } } else { boost };
        let fit = |columns: &Columns, numbers: &[f64], codes: &[u32]| {
            let truth = match boost.loss {
                Loss::Log => Truth::Classes { codes, classes: sample.classes },
                _ => Truth::Values(numbers),
            };
            boost.fit_columns(columns, &sample.train, truth)
        };
        let mut inside = vec![false; sample.columns.rows];
        sample.train.iter().for_each(|r| inside[*r as usize] = true);
        let (mut numbers, mut codes, mut matrix) = (sample.numbers.clone(), sample.codes.clone(), sample.matrix());
        let mut columns = sample.columns.clone();
        for row in (0..inside.len()).filter(|r| !inside[*r]) {
            numbers[row] = f64::NAN;
            codes[row] = random.gen_range(0..sample.classes) as u32;
        }
        for (j, column) in columns.columns.iter_mut().enumerate() {
            let mut changed =
                |row: usize, old: f64, new: f64| if inside[row] || random.gen_bool(0.3) { old } else { new };
            match column {
                Column::Number { .. } => {
                    let cells: Vec<f64> =
                        (0..inside.len()).map(|i| changed(i, matrix[(i, j)], (i as f64 * 1.3).sin() * 5.0)).collect();
                    matrix.column_mut(j).assign(&Array1::from(cells.clone()));
                    *column = Column::ranked(&cells);
                }
                Column::Levels { codes, levels } => {
                    let last = *levels as f64 - 1.0;
                    codes
                        .to_mut()
                        .iter_mut()
                        .enumerate()
                        .for_each(|(i, c)| *c = changed(i, f64::from(*c), last) as u32);
                    codes.iter().enumerate().for_each(|(i, c)| matrix[(i, j)] = f64::from(*c));
                }
            }
        }
        let before = fit(&sample.columns, &sample.numbers, &sample.codes);
        let after = fit(&columns, &numbers, &codes);
        let (Ok(before), Ok(after)) = (&before, &after) else { return assert_eq!(before, after) };
        for x in [sample.matrix(), matrix] {
            assert_eq!(before.raw_matrix(x.view()), after.raw_matrix(x.view()));
        }
        assert_eq!(before.validation(), after.validation());
        assert_eq!(after, &fit(&columns, &numbers, &codes).unwrap(), "a fit is the same each time");
    });
}

#[test]
fn the_order_of_rows_does_not_matter() {
    cases(100, |_, random, sample, boost| {
        if boost.loss == Loss::Log {
            return;
        }
        let mut place: Vec<u32> = (0..sample.columns.rows as u32).collect();
        for i in (1..place.len()).rev() {
            place.swap(i, random.gen_range(0..=i));
        }
        // Eighths add up exactly, so that the first score does not depend on the order, either.
        let y: Vec<f64> = sample.numbers.iter().map(|y| (y * 8.0).round() / 8.0).collect();
        let mut moved = (sample.columns.clone(), y.clone(), Vec::new());
        for (i, to) in place.iter().enumerate() {
            moved.1[*to as usize] = y[i];
            for (new, old) in moved.0.columns.iter_mut().zip(&sample.columns.columns) {
                let (Column::Number { codes, .. } | Column::Levels { codes, .. }) = new;
                codes.to_mut()[*to as usize] = old.codes()[i];
            }
        }
        moved.2 = sample.train.iter().map(|r| place[*r as usize]).collect();
        moved.2.sort_unstable();
        let fitted = boost.fit_columns(&sample.columns, &sample.train, Truth::Values(&y));
        assert_eq!(fitted, boost.fit_columns(&moved.0, &moved.2, Truth::Values(&moved.1)));
    });
}

#[test]
fn histograms_that_are_counted_again_are_the_same() {
    cases(100, |_, _, sample, boost| {
        let binned = Binned::new(&sample.columns, &sample.train, &[], boost.max_bins);
        let objective = Objective::new(Loss::Poisson, Truth::Values(&sample.numbers), &[], &sample.train).unwrap();
        let mut steps = Vec::new();
        let units = objective.steps(0, &sample.train, &vec![0.3; binned.rows], &[], &mut steps);
        let terms = Terms { units, constant_hessian: false, l2: 0.5, min_samples_leaf: 2 };
        let mut grower = Grower::new(&binned, Limits { leaves: 20, depth: 9 });
        let kept = grower.grow(&terms, &steps).0;
        for most in [0, 1, 2] {
            grower.most_kept = most;
            assert_eq!(grower.grow(&terms, &steps).0, kept);
        }
    });
}

#[test]
fn tied_levels_go_left_in_their_order() {
    // Levels 0 to 2 are alike; level 3, of least gradient, is too small a leaf, so that the first goes with it.
    let codes: Vec<u32> = (0..48).map(|i| i % 4).collect();
    let y: Vec<f64> = codes.iter().map(|c| f64::from(u8::from(*c == 3))).collect();
    let columns = Columns { columns: vec![Column::Levels { codes: Cow::Owned(codes), levels: 5 }], rows: 48 };
    let rows: Vec<u32> = (0..48).collect();
    let fitted = Boost::new(Loss::Squared).fit_columns(&columns, &rows, Truth::Values(&y)).unwrap();
    let Node::Inner { test: Test::Levels { bits, levels: 5 }, .. } = &fitted.trees[0].nodes[0] else { panic!() };
    assert_eq!(**bits, [0b01001]);
}

#[test]
fn absent_and_lone_classes() {
    let columns = Columns::from_matrix(array![[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]].view());
    let boost = Boost { min_samples_leaf: 1, ..Boost::new(Loss::Log) };
    let truth = Truth::Classes { codes: &[3, 3, 1, 1, 0, 3], classes: 5 };
    let two = boost.fit_columns(&columns, &[0, 1, 2, 3], truth).unwrap();
    let p = two.probabilities(two.raw_rows(&columns, &[0, 3]).view());
    assert!(p[(0, 3)] > 0.9 && p[(1, 1)] > 0.9 && p[(0, 0)] == 0.0 && p[(0, 2)] == 0.0);
    assert!(p.rows().into_iter().all(|r| (r.sum() - 1.0).abs() < 1e-12));
    let one = boost.fit_columns(&columns, &[0, 1], truth).unwrap();
    assert_eq!(one.probabilities(one.raw_rows(&columns, &[4]).view()).row(0).to_vec(), [0.0, 0.0, 0.0, 1.0, 0.0]);
    let three = boost.fit_columns(&columns, &[0, 1, 2, 3, 4, 5], truth).unwrap();
    let p = three.probabilities(three.raw_rows(&columns, &[4, 5]).view());
    assert!(p[(0, 0)] > 0.9 && p[(1, 3)] > 0.9 && p[(0, 4)] == 0.0);
}

#[test]
fn linfa_models_are_those_of_tables() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let x =
        Array2::from_shape_fn((200, 3), |_| if random.gen_bool(0.1) { f64::NAN } else { random.gen_range(0.0..1.0) });
    let y = x.rows().into_iter().map(|r| if r[0] > 0.4 { 2.0 } else { 1.0 } + r[1].max(0.0)).collect::<Array1<f64>>();
    let columns = Columns::from_matrix(x.view());
    let rows: Vec<u32> = (0..200).collect();
    let boost = Boost::new(Loss::Squared);
    let fitted = RegressionBoost(boost.clone()).fit(&Dataset::new(x.clone(), y.clone())).unwrap();
    let by_rows = boost.fit_columns(&columns, &rows, Truth::Values(&y.to_vec())).unwrap();
    assert_eq!(fitted, by_rows);
    let mut predicted = fitted.default_target(&x);
    fitted.predict_inplace(&x, &mut predicted);
    assert_eq!(predicted.to_vec(), by_rows.values(by_rows.raw_rows(&columns, &rows).view()));
    assert!((&predicted - &y).mapv(|e| e * e).mean().unwrap() < 0.05 * y.var(0.0));

    let classes = y.mapv(|y| y as usize - 1);
    let fitted = Boost::new(Loss::Log).fit(&Dataset::new(x.clone(), classes.clone())).unwrap();
    let scores = fitted.scores(x.view());
    assert_eq!(scores.dim(), (200, classes.iter().max().unwrap() + 1));
    let hits = scores.rows().into_iter().zip(&classes).filter(|(p, c)| p[**c] > 0.5).count();
    assert!(hits > 180, "{hits}");
    assert!(Boost::new(Loss::Squared).fit(&Dataset::new(x.clone(), classes)).is_err());
    assert!(RegressionBoost(Boost::new(Loss::Log)).fit(&Dataset::new(x, y)).is_err());
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let columns = Columns { columns: vec![Column::Levels { codes: Cow::Owned(vec![0, 1, 2]), levels: 3 }], rows: 3 };
    let rows = [0, 1, 2];
    let fit = |boost: Boost, y: &[f64]| boost.fit_columns(&columns, &rows, Truth::Values(y)).is_ok();
    let good = Boost::new(Loss::Squared);
    assert!(fit(good.clone(), &[1.0, -2.0, 3.0]));
    for bad in [
        Boost { learning_rate: 0.0, ..good.clone() },
        Boost { n_estimators: 0, ..good.clone() },
        Boost { max_leaf_nodes: Some(1), ..good.clone() },
        Boost { max_depth: Some(0), ..good.clone() },
        Boost { min_samples_leaf: 0, ..good.clone() },
        Boost { l2: -1.0, ..good.clone() },
        Boost { max_bins: 256, ..good.clone() },
        Boost { max_bins: 1, ..good.clone() },
        Boost { validation_fraction: 1.0, ..good.clone() },
        Boost { n_iter_no_change: 0, ..good.clone() },
        Boost { tol: f64::NAN, ..good.clone() },
        Boost { loss: Loss::Poisson, ..good.clone() },
    ] {
        assert!(!fit(bad.clone(), &[1.0, -2.0, 3.0]), "{bad:?}");
    }
    assert!(!fit(good.clone(), &[1.0, f64::NAN, 3.0]));
    assert!(!fit(Boost { loss: Loss::Poisson, ..good.clone() }, &[0.0; 3]));
    assert!(good.fit_columns(&columns, &[], Truth::Values(&[1.0; 3])).is_err());
    let steep = Boost { loss: Loss::Poisson, learning_rate: 1e6, min_samples_leaf: 1, ..good.clone() };
    let x = Columns::from_matrix(array![[1.0], [2.0], [3.0]].view());
    assert!(steep.fit_columns(&x, &rows, Truth::Values(&[0.0, 1.0, 1e9])).is_err());
}
