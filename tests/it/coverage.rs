//! How often statements of a confidence are wrong, by simulation. `cargo test --release --test coverage --
//! --nocapture` prints the table of `docs/statistics.md`.

use std::fmt::Write as _;

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use randsplit::Evaluation;
use randsplit::metric::Direction;
use randsplit::run::{NullOptions, looks};
use randsplit::split::Size;
use randsplit::stats::{
    UNBOUNDED, bounded_interval, corrected_interval, expected_outliers, mean_and_variance, outliers, quantile_bounds,
    sd_bounds, share_bounds,
};
use randsplit::stopping::decided;
use randsplit::verdict::claim::Known;
use randsplit::verdict::{Claim, ModelColumn, ScoreTable, SplitSize, Verdict};

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (rng.r#gen::<f64>().max(1e-300), rng.r#gen());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// The rate, told and returned.
fn told(what: &str, nominal: &str, hits: usize, runs: usize) -> f64 {
    let rate = hits as f64 / runs as f64;
    println!("| {what} | {nominal} | {rate:.3} | {runs} |");
    rate
}

#[test]
fn the_corrected_interval_covers_what_sd_over_root_n_does_not() {
    // The score of a new data set's mean as predictor: its expected squared error is known to be 1 + 1/n.
    let (rows, test, splits, sets) = (100usize, 20usize, 50usize, 1000usize);
    let truth = 1.0 + 1.0 / (rows - test) as f64;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut corrected, mut naive) = (0, 0);
    for _ in 0..sets {
        let mut y: Vec<f64> = (0..rows).map(|_| normal(&mut rng)).collect();
        let scores: Vec<f64> = (0..splits)
            .map(|_| {
                for i in 0..test {
                    y.swap(i, rng.gen_range(i..rows));
                }
                let mean = y[test..].iter().sum::<f64>() / (rows - test) as f64;
                y[..test].iter().map(|v| (v - mean).powi(2)).sum::<f64>() / test as f64
            })
            .collect();
        let n = splits as f64;
        let mean = scores.iter().sum::<f64>() / n;
        let sd = (scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let covers = |ratio: f64| {
            let [low, high] = corrected_interval(mean, sd, splits, ratio, 0.95).unwrap();
            usize::from(low <= truth && truth <= high)
        };
        corrected += covers(test as f64 / (rows - test) as f64);
        naive += covers(0.0);
    }
    let corrected = told("corrected interval of the mean, 50 splits at 80/20", "0.95", corrected, sets);
    let naive = told("sd/√N in its place (the warning example)", "0.95", naive, sets);
    assert!((0.92..=0.99).contains(&corrected) && naive < 0.6, "{corrected} {naive}");
}

#[test]
fn bounds_of_quantiles_shares_the_worst_and_the_spread_cover() {
    let (runs, n, level) = (4000usize, 100usize, 0.95);
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut hits = [0usize; 9];
    for _ in 0..runs {
        // Skewed scores: the square of a uniform number, whose quantile q is q² and whose sd is √(4/45).
        let mut x: Vec<f64> = (0..n).map(|_| rng.r#gen::<f64>().powi(2)).collect();
        x.sort_by(f64::total_cmp);
        let quantile = |q: f64| quantile_bounds(&x, q, level);
        hits[0] += usize::from(quantile(0.05)[0] <= 0.0025);
        hits[1] += usize::from(quantile(0.05)[1] >= 0.0025);
        hits[2] += usize::from(quantile(0.5)[0] <= 0.25);
        hits[3] += usize::from(quantile(0.9)[1] >= 0.81);
        let above = x.iter().filter(|v| **v > 0.01).count();
        hits[4] += usize::from(share_bounds(above, n, level)[0] <= 0.9);
        hits[5] += usize::from(share_bounds(above, n, level)[1] >= 0.9);
        // The worst of 59 leaves at most 5 % below it.
        let worst = (0..59).map(|_| rng.r#gen::<f64>()).fold(1.0, f64::min);
        hits[6] += usize::from(worst <= 0.05);
        let sd = (4.0f64 / 45.0).sqrt();
        hits[7] += usize::from(sd_bounds(&x, level)[0] <= sd);
        hits[8] += usize::from(sd_bounds(&x, level)[1] >= sd);
    }
    let names = [
        "lower bound of the 5 % quantile, N = 100",
        "upper bound of the 5 % quantile",
        "lower bound of the median",
        "upper bound of the 90 % quantile",
        "lower bound of a share of 0.9",
        "upper bound of a share of 0.9",
        "worst of 59: at most 5 % below it",
        "lower bound of the sd, skewed scores",
        "upper bound of the sd, skewed scores",
    ];
    for (i, name) in names.iter().enumerate() {
        let rate = told(name, if i < 7 { "at least 0.95" } else { "about 0.95" }, hits[i], runs);
        // Three standard errors of the simulation are 0.010.
        assert!(rate >= if i < 7 { 0.94 } else { 0.92 }, "{name}: {rate}");
    }
}

/// A board with one model and one metric.
fn board(scores: &[f64]) -> ScoreTable {
    let entrant = |name: &str| ModelColumn {
        name: name.into(),
        test: vec![scores.iter().map(|s| Some(*s)).collect()],
        train: vec![scores.iter().map(|_| None).collect()],
        ..ModelColumn::default()
    };
    ScoreTable {
        metrics: vec![("m".into(), Direction::Higher)],
        models: vec![entrant("a"), entrant("baseline")],
        splits: (0..scores.len()).map(|i| SplitSize::new(i as u64, 80, 20)).collect(),
        ..ScoreTable::default()
    }
}

#[test]
fn looking_again_and_again_does_not_raise_the_error() {
    let known = Known { metrics: vec!["m"], models: vec!["a", "baseline"], ..Known::default() };
    let (runs, most) = (1500usize, 800usize);
    let looks = looks(most);
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    // The truth is a hair on the other side: the share of m > 0.1 is 0.9, and the 10 % quantile is 0.1.
    for (text, wrong) in [
        ("share(m > 0.1) >= 0.9001", Verdict::Holds),
        ("share(m > 0.1) >= 0.8999", Verdict::Fails),
        ("p10(m) >= 0.1001", Verdict::Holds),
    ] {
        let claim = Claim::parse(text, Some(0.95), &known).unwrap();
        let (mut shared, mut plain) = (0, 0);
        for _ in 0..runs {
            let scores: Vec<f64> = (0..most).map(|_| rng.r#gen()).collect();
            let all = board(&scores);
            let verdict = |among: usize| {
                let end = looks.iter().find(|n| decided(std::slice::from_ref(&claim), &all.first(**n), among));
                claim.judge(&all.first(*end.unwrap_or(&most)), among)[0].verdict
            };
            shared += usize::from(verdict(looks.len()) == wrong);
            plain += usize::from(verdict(1) == wrong);
        }
        let word = if wrong == Verdict::Holds { "holds" } else { "fails" };
        let rate = told(&format!("`{text}` wrongly {word} under `--splits auto`"), "at most 0.05", shared, runs);
        let plain = told("the same, each look at 0.95 by itself (the warning example)", "0.05", plain, runs);
        assert!(rate <= 0.05 && plain > 0.07, "{text}: {rate} {plain}");
    }
}

#[test]
fn p_is_uniform_where_there_is_no_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let sets = 2000usize;
    let mut p = Vec::new();
    for set in 0..sets {
        let mut text = String::from("a,b,y\n");
        for _ in 0..30 {
            let _ = writeln!(text, "{},{},{}", normal(&mut rng), normal(&mut rng), normal(&mut rng));
        }
        let path = folder.path().join(format!("{set}.csv"));
        std::fs::write(&path, text).unwrap();
        let null = NullOptions { permutations: 39, splits: 4 };
        let evaluation = Evaluation::new(path.to_str().unwrap(), "y").test_size(Size::Share(0.3)).splits(4);
        p.push(evaluation.seed(set as u64).metrics(["r2"]).null(Some(null)).run().unwrap().null[0].p);
    }
    for level in [0.05, 0.1, 0.5] {
        let below = p.iter().filter(|p| **p <= level + 1e-12).count();
        let rate =
            told(&format!("p ≤ {level} of the permutation test with no pattern"), &format!("{level}"), below, sets);
        // Three standard errors of the simulation.
        assert!((rate - level).abs() <= 3.0 * (level * (1.0 - level) / sets as f64).sqrt(), "{level}: {rate}");
    }
}

/// Mean number of outliers found in samples of `n` draws.
fn alarms(n: usize, samples: usize, mut draw: impl FnMut() -> f64) -> f64 {
    let sample = |_| outliers(&(0..n).map(|_| draw()).collect::<Vec<f64>>(), Direction::Higher).list.len();
    (0..samples).map(sample).sum::<usize>() as f64 / samples as f64
}

#[test]
fn as_many_splits_stand_out_where_none_should_as_is_said() {
    for n in [5usize, 10, 12, 20, 50, 100, 500] {
        let samples = 200_000 / n.max(20);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let expected = expected_outliers(n);
        let plain = alarms(n, samples, || normal(&mut rng));
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        let skewed = alarms(n, samples, || -(0..4).map(|_| -rng.r#gen::<f64>().max(1e-300).ln()).sum::<f64>());
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let discrete = alarms(n, samples, || (0..30).filter(|_| rng.r#gen::<f64>() < 0.9).count() as f64 / 30.0);
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let ceiling =
            alarms(n, samples, || 1.0 - (0..100).filter(|_| rng.r#gen::<f64>() < 0.01).count() as f64 / 100.0);
        println!("| alarms of {n} | {expected:.3} | {plain:.3} {skewed:.3} {discrete:.3} {ceiling:.3} | {samples} |");
        if n < 12 {
            assert_eq!([expected, plain, skewed, discrete, ceiling], [0.0; 5]);
            continue;
        }
        // Three standard errors of the simulation beside the factor of 2 that shapes make.
        let slack = 3.0 * (2.0 * expected / samples as f64).sqrt();
        assert!((0.4 * expected - slack..=expected + slack).contains(&plain), "{n}: {plain} {expected}");
        for found in [skewed, discrete, ceiling] {
            assert!(found <= 2.0 * expected + slack, "{n}: {found} {expected}");
        }
    }
}

#[test]
fn a_bootstrap_covers_by_its_different_train_rows() {
    // The mean as predictor of new data: with n draws of n rows its error is 1 + 1/n + (1 - 1/n)/n on average.
    let (rows, splits, sets) = (100usize, 50usize, 600usize);
    let n = rows as f64;
    let truth = 1.0 + 1.0 / n + (1.0 - 1.0 / n) / n;
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let (mut repeated, mut different) = (0, 0);
    for _ in 0..sets {
        let y: Vec<f64> = (0..rows).map(|_| normal(&mut rng)).collect();
        let (mut scores, mut ratios) = (Vec::new(), [0.0; 2]);
        for _ in 0..splits {
            let mut times = vec![0usize; rows];
            (0..rows).for_each(|_| times[rng.gen_range(0..rows)] += 1);
            let mean = times.iter().zip(&y).map(|(t, y)| *t as f64 * y).sum::<f64>() / n;
            let test: Vec<f64> = (0..rows).filter(|i| times[*i] == 0).map(|i| (y[i] - mean).powi(2)).collect();
            ratios[0] += test.len() as f64 / n / splits as f64;
            ratios[1] += test.len() as f64 / (rows - test.len()) as f64 / splits as f64;
            scores.push(test.iter().sum::<f64>() / test.len() as f64);
        }
        let (mean, variance) = mean_and_variance(&scores);
        let covers = |ratio: f64| {
            let [low, high] = corrected_interval(mean, variance.sqrt(), splits, ratio, 0.95).unwrap();
            usize::from(low <= truth && truth <= high)
        };
        repeated += covers(ratios[0]);
        different += covers(ratios[1]);
    }
    let different = told("corrected interval of the mean, 50 bootstrap splits", "0.95", different, sets);
    let repeated = told("train rows counted as often as drawn (the warning example)", "0.95", repeated, sets);
    assert!((0.92..=0.985).contains(&different) && repeated < 0.915, "{different} {repeated}");
}

#[test]
fn an_interval_near_a_bound_covers_on_the_logit_scale() {
    // Two classes apart by 3.5 and a threshold halfway between their means.
    let (rows, test, splits, sets) = (100usize, 20usize, 50usize, 500usize);
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    let table = |rng: &mut ChaCha8Rng| -> Vec<(f64, bool)> {
        (0..rows).map(|i| (normal(rng) + if i % 2 == 0 { 3.5 } else { 0.0 }, i % 2 == 0)).collect()
    };
    let threshold = |train: &[(f64, bool)]| {
        let mean = |yes: bool| {
            let of: Vec<f64> = train.iter().filter(|r| r.1 == yes).map(|r| r.0).collect();
            of.iter().sum::<f64>() / of.len() as f64
        };
        0.5 * (mean(true) + mean(false))
    };
    let right = |rows: &[(f64, bool)], at: f64| rows.iter().filter(|r| (r.0 > at) == r.1).count() as f64;
    let fresh: Vec<(f64, bool)> = (0..200).flat_map(|_| table(&mut rng)).collect();
    let drawn = 1500;
    let truth =
        (0..drawn).map(|_| right(&fresh, threshold(&table(&mut rng)[test..])) / fresh.len() as f64).sum::<f64>()
            / f64::from(drawn);
    let (mut logit, mut plain) = (0, 0);
    for _ in 0..sets {
        let mut all = table(&mut rng);
        let scores: Vec<f64> = (0..splits)
            .map(|_| {
                (0..test).for_each(|i| all.swap(i, rng.gen_range(i..rows)));
                right(&all[..test], threshold(&all[test..])) / test as f64
            })
            .collect();
        let (mean, variance) = mean_and_variance(&scores);
        let covers = |bounds: [f64; 2]| {
            let [low, high] = bounded_interval(mean, variance.sqrt(), splits, 0.25, 0.95, bounds).unwrap();
            usize::from(low <= truth && truth <= high)
        };
        logit += covers([0.0, 1.0]);
        plain += covers(UNBOUNDED);
    }
    let logit = told("interval of an accuracy of 0.96, on the logit scale", "0.95", logit, sets);
    let plain = told("the same on its own scale (the warning example)", "0.95", plain, sets);
    assert!((0.93..=0.99).contains(&logit) && plain < logit, "{logit} {plain}");
}
