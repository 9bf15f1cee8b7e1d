//! What single kernels cost: `cargo bench --bench kernels`. For claims about whole runs see
//! `vs_sklearn.py`.

use divan::{Bencher, black_box};
use ndarray::Array2;
use randsplit::data::{Encoding, FeatureColumn, Features, Target, Task};
use randsplit::model::shared::{DesignMatrix, Moments, SharedCache, SplitState, Tile};
use randsplit::model::{FitContext, ModelSpec, TrainTarget, registry};
use randsplit::split::Split;

fn main() {
    divan::main();
}

fn wave(i: usize, j: usize) -> f64 {
    ((i * (2 * j + 3)) as f64 * 0.618).sin() + ((i * 7 + j * 13) % 101) as f64 / 50.0
}

/// A made table of numbers, with a text column of seven levels where `text` is set.
fn table(rows: usize, columns: usize, text: bool) -> (Features, Target) {
    let number = |j: usize| FeatureColumn::Number {
        name: format!("x{j}"),
        values: (0..rows).map(|i| wave(i, j)).collect(),
        has_missing: false,
    };
    let mut parts: Vec<FeatureColumn> = (0..columns).map(number).collect();
    if text {
        parts.push(FeatureColumn::Levels {
            name: "t".into(),
            codes: (0..rows).map(|i| (i * 31 % 7) as u32).collect(),
            levels: (0..7).map(|l| l.to_string()).collect(),
            encoding: Encoding::OneHot,
        });
    }
    let values = (0..rows).map(|i| wave(i, 0) - 0.5 * wave(i, 1) + 0.1 * wave(i, 97)).collect();
    (Features { used: vec![], dropped: vec![], parts, rows }, Target::Regression { values })
}

/// Every fifth row is a test row.
fn split(rows: usize) -> Split {
    let (test, train) = (0..rows as u32).partition(|r| r % 5 == 0);
    Split { train, test }
}

/// Moments of the test rows: what a split adds to the sums of all rows.
#[divan::bench(args = [(442, 10), (54_000, 10), (2_000, 100), (200_000, 20)])]
fn gram_of_test_rows(bencher: Bencher, (rows, columns): (usize, usize)) {
    let (features, _) = table(rows, columns, rows == 54_000);
    let base = DesignMatrix::new(&features, None);
    let test = split(rows).test;
    bencher.bench(|| {
        let mut moments = Moments::new(&base);
        base.accumulate(&mut moments, test.iter().map(|r| (*r, -1.0)));
        moments
    });
}

/// The same of 16 splits that take turns at tiles of rows.
#[divan::bench(args = [(54_000, 10), (2_000, 100), (200_000, 20)])]
fn gram_of_test_rows_of_16_splits(bencher: Bencher, (rows, columns): (usize, usize)) {
    let (features, _) = table(rows, columns, rows == 54_000);
    let base = DesignMatrix::new(&features, None);
    bencher.bench(|| {
        let (mut moments, mut tile) = (vec![Moments::new(&base); 16], Tile::default());
        for rows in Tile::cut(&base, 0..rows) {
            tile.load(&base, rows.clone());
            for (k, moments) in moments.iter_mut().enumerate() {
                let test: Vec<u32> = rows.clone().filter(|row| (row + k) % 5 == 0).map(|row| row as u32).collect();
                base.accumulate_rows(moments, &tile, &test, None, -1.0);
            }
        }
        moments
    });
}

/// The linear predictor of all rows.
#[divan::bench(args = [(442, 10), (54_000, 10), (200_000, 20)])]
fn predict_all_rows(bencher: Bencher, (rows, columns): (usize, usize)) {
    let (features, _) = table(rows, columns, false);
    let base = DesignMatrix::new(&features, None);
    let coefficients = vec![0.5; base.size];
    bencher.bench(|| (0..rows).map(|r| base.predictor(black_box(&coefficients), r)).sum::<f64>());
}

/// A whole split of a model with shared work: fit, and predict all rows.
#[divan::bench(args = ["ols", "ridge", "lasso:alpha=0.01", "glm:power=0", "knn", "tree:max_depth=6", "boost:n_estimators=20"])]
fn one_split_of_10_000_rows(bencher: Bencher, model: &str) {
    let (features, target) = table(10_000, 10, true);
    let learner = registry::build(&ModelSpec::parse(model).unwrap(), Task::Regression).unwrap();
    let common = SharedCache::new(&features, &target);
    let solver = learner.share(&common).unwrap();
    let split = split(10_000);
    bencher.bench(|| solver.fit_predict(&SplitState::new(&common, 0, &split, 1)).is_ok());
}

/// A fit on its own of models that share no work over splits, and of trees.
#[divan::bench(args = ["svm", "svm:kernel=linear,C=0.01", "forest:n_estimators=10", "extra-trees:n_estimators=10"])]
fn one_fit_of_1_400_rows(bencher: Bencher, model: &str) {
    let x = Array2::from_shape_fn((1_400, 20), |(i, j)| wave(i, j));
    let y: Vec<f64> = (0..1_400).map(|i| wave(i, 0) - 0.5 * wave(i, 1) + 0.1 * wave(i, 97)).collect();
    let learner = registry::build(&ModelSpec::parse(model).unwrap(), Task::Regression).unwrap();
    bencher.bench(|| learner.fit(x.clone(), TrainTarget::Values(&y), &FitContext::default()).is_ok());
}
