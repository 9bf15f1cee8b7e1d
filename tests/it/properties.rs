//! What holds for every table, seed and size.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use randsplit::data::Target;
use randsplit::split::{BLOCK, Plan, Scheme, Size, Split, SplitBlock, scheme};
use randsplit::{Evaluation, PreparedEvaluation};

/// A table with features a, b and c, a text column t, groups g, times w and targets y and label.
#[derive(Debug, Clone)]
struct Rows {
    features: Vec<[f64; 3]>,
    group: Vec<u32>,
    time: Vec<u32>,
    label: Vec<u32>,
}

impl Rows {
    fn n(&self) -> usize {
        self.features.len()
    }

    fn csv(&self, columns: &[usize]) -> String {
        let name = ["a", "b", "c", "t", "g", "w", "y", "label"];
        let mut text = columns.iter().map(|c| name[*c]).collect::<Vec<_>>().join(",") + "\n";
        for (i, [a, b, c]) in self.features.iter().enumerate() {
            let cells = [
                a.to_string(),
                b.to_string(),
                c.to_string(),
                ["red", "green", "blue"][(self.label[i] as usize + i) % 3].to_owned(),
                format!("g{}", self.group[i]),
                self.time[i].to_string(),
                (2.0 * a - b + 0.3 * c + 0.01 * i as f64).to_string(),
                format!("l{}", self.label[i]),
            ];
            let row: Vec<&str> = columns.iter().map(|c| cells[*c].as_str()).collect();
            let _ = writeln!(text, "{}", row.join(","));
        }
        text
    }
}

fn rows() -> impl Strategy<Value = Rows> {
    (24usize..90).prop_flat_map(|n| {
        (
            proptest::collection::vec(proptest::array::uniform3(-100.0..100.0f64), n),
            proptest::collection::vec(0u32..8, n),
            proptest::collection::vec(0u32..40, n),
            proptest::collection::vec(0u32..3, n),
        )
            .prop_map(|(features, mut group, mut time, mut label)| {
                // Every class has two rows, and there are two groups and two times.
                label[..6].copy_from_slice(&[0, 0, 1, 1, 2, 2]);
                group[..2].copy_from_slice(&[0, 1]);
                time[..2].copy_from_slice(&[0, 39]);
                Rows { features, group, time, label }
            })
    })
}

struct File {
    _folder: tempfile::TempDir,
    path: String,
}

fn file(text: &str) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).unwrap();
    File { path: path.to_str().unwrap().to_owned(), _folder: folder }
}

const ALL: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

fn prepare(
    rows: &Rows,
    target: &str,
    ask: impl Fn(Evaluation) -> Evaluation,
) -> Result<PreparedEvaluation, randsplit::Error> {
    let file = file(&rows.csv(&ALL));
    ask(Evaluation::new(&file.path, target).splits(12)).prepare()
}

fn draws(plan: &Plan) -> Vec<Split> {
    (0..plan.splits()).map(|k| plan.draw(k)).collect()
}

/// Sorted, without repeats, and together all rows (`whole`) or some of them.
fn check_partition(split: &Split, n: usize, whole: bool) {
    for part in [&split.train, &split.test] {
        assert!(!part.is_empty() && part.windows(2).all(|w| w[0] < w[1]) && part.iter().all(|r| (*r as usize) < n));
    }
    assert!(split.test.iter().all(|r| split.train.binary_search(r).is_err()), "parts overlap");
    if whole {
        assert_eq!(split.train.len() + split.test.len(), n);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn shuffles_partition_the_rows_with_exact_sizes(rows in rows(), seed in any::<u64>(), share in 0.05..0.8f64) {
        let plan = prepare(&rows, "y", |q| q.seed(seed).test_size(Size::Share(share))).unwrap().plan;
        let n_test = (share * rows.n() as f64 - 1e-7).ceil() as usize;
        for split in draws(&plan) {
            check_partition(&split, rows.n(), true);
            prop_assert_eq!(split.test.len(), n_test);
        }
    }

    #[test]
    fn given_train_sizes_are_exact_and_rows_may_be_left_out(rows in rows(), seed in any::<u64>(), train in 2usize..10, test in 2usize..10) {
        let ask = |q: Evaluation| { let mut q = q.seed(seed).test_size(Size::Rows(test)); q.plan.train_size = Some(Size::Rows(train)); q };
        for split in draws(&prepare(&rows, "y", ask).unwrap().plan) {
            check_partition(&split, rows.n(), false);
            prop_assert_eq!((split.train.len(), split.test.len()), (train, test));
        }
    }

    #[test]
    fn strata_keep_their_share_within_one_row(rows in rows(), seed in any::<u64>(), share in 0.2..0.5f64) {
        let prepared = prepare(&rows, "label", |q| q.seed(seed).test_size(Size::Share(share))).unwrap();
        for split in draws(&prepared.plan) {
            check_partition(&split, rows.n(), true);
            for class in 0..3 {
                let count = |part: &[u32]| part.iter().filter(|r| rows.label[**r as usize] == class).count() as f64;
                let all = rows.label.iter().filter(|l| **l == class).count() as f64;
                let goal = all * split.test.len() as f64 / rows.n() as f64;
                prop_assert!((count(&split.test) - goal).abs() < 1.0, "{} of {} rows, goal {}", count(&split.test), all, goal);
            }
        }
    }

    #[test]
    fn groups_never_straddle(rows in rows(), seed in any::<u64>(), stratified in any::<bool>(), folds in any::<bool>()) {
        let ask = |q: Evaluation| {
            let q = q.seed(seed).group("g");
            match (stratified, folds) {
                (true, _) => q.scheme(scheme::StratifiedGroup),
                (false, true) => q.scheme(scheme::KFold { folds: 2 }),
                (false, false) => q,
            }
        };
        for split in draws(&prepare(&rows, "label", ask).unwrap().plan) {
            check_partition(&split, rows.n(), true);
            let groups = |part: &[u32]| part.iter().map(|r| rows.group[*r as usize]).collect::<std::collections::BTreeSet<_>>();
            prop_assert!(groups(&split.train).is_disjoint(&groups(&split.test)));
        }
    }

    #[test]
    fn time_never_runs_backwards(rows in rows(), seed in any::<u64>(), rolling in any::<bool>(), gap in 0usize..4) {
        let ask = |q: Evaluation| { let mut q = q.seed(seed).scheme(scheme::Time { rolling }); q.plan.time = Some("w".into()); q.plan.gap = gap; q };
        let Ok(prepared) = prepare(&rows, "y", ask) else { return Ok(()) };
        let splits = draws(&prepared.plan);
        for split in &splits {
            check_partition(split, rows.n(), false);
            let times = |part: &[u32]| part.iter().map(|r| rows.time[*r as usize]).collect::<Vec<_>>();
            let (last, first) = (times(&split.train).into_iter().max().unwrap(), times(&split.test).into_iter().min().unwrap());
            prop_assert!(last < first);
            // The gap: so many rows lie between the parts.
            let between = (0..rows.n() as u32).filter(|r| {
                let t = rows.time[*r as usize];
                t >= last && t < first && split.train.binary_search(r).is_err()
            }).count();
            prop_assert!(between >= gap);
            if rolling { prop_assert_eq!(split.train.len(), splits[0].train.len()); }
        }
    }

    #[test]
    fn folds_cover_every_row_once_a_repeat(rows in rows(), seed in any::<u64>(), folds in 2usize..6, target in prop::sample::select(vec!["y", "label"])) {
        let plan = prepare(&rows, target, |q| q.seed(seed).splits(2 * folds).scheme(scheme::KFold { folds })).unwrap().plan;
        for repeat in draws(&plan).chunks(folds) {
            let mut tested: Vec<u32> = repeat.iter().flat_map(|s| s.test.clone()).collect();
            tested.sort_unstable();
            prop_assert_eq!(tested, (0..rows.n() as u32).collect::<Vec<_>>());
            let sizes: Vec<usize> = repeat.iter().map(|s| s.test.len()).collect();
            prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
            repeat.iter().for_each(|s| check_partition(s, rows.n(), true));
        }
    }

    #[test]
    fn bootstrap_tests_on_the_rows_never_drawn(rows in rows(), seed in any::<u64>()) {
        for split in draws(&prepare(&rows, "y", |q| q.seed(seed).scheme(scheme::Bootstrap)).unwrap().plan) {
            prop_assert_eq!(split.train.len(), rows.n());
            let drawn: std::collections::BTreeSet<u32> = split.train.iter().copied().collect();
            let rest: Vec<u32> = (0..rows.n() as u32).filter(|r| !drawn.contains(r)).collect();
            prop_assert_eq!(&split.test, &rest);
        }
    }

    #[test]
    fn splits_depend_on_seed_and_number_not_on_how_many(rows in rows(), seed in any::<u64>(), scheme in prop::sample::select(vec!["shuffle", "stratified", "group", "kfold:3", "bootstrap", "time"])) {
        let ask = |splits: usize, seed: u64| {
            let scheme: Scheme = scheme.parse().unwrap();
            prepare(&rows, "label", move |q| {
                let mut q = q.seed(seed).splits(splits).scheme(scheme.clone());
                q.plan.group = (scheme.id() == "group").then(|| "g".into());
                q.plan.time = scheme.id().starts_with("time").then(|| "w".into());
                q
            })
        };
        let Ok(few) = ask(5, seed) else { return Ok(()) };
        let (few, many) = (draws(&few.plan), draws(&ask(40, seed).unwrap().plan));
        prop_assert_eq!(&few[..], &many[..5]);
        if scheme == "shuffle" {
            prop_assert_ne!(many, draws(&ask(40, seed ^ 1).unwrap().plan));
        }
    }

    #[test]
    fn blocks_have_the_splits_of_the_plan(rows in rows(), seed in any::<u64>(), first in 0usize..140, scheme in prop::sample::select(vec!["shuffle", "stratified", "group", "kfold:3", "bootstrap", "time"])) {
        let ask = |q: Evaluation| {
            let mut q = q.seed(seed).splits(200).scheme(scheme.parse::<Scheme>().unwrap());
            q.plan.group = (scheme == "group").then(|| "g".into());
            q.plan.time = (scheme == "time").then(|| "w".into());
            // Rows that are in neither part.
            q.plan.train_size = (scheme == "shuffle").then_some(Size::Rows(10));
            q
        };
        let Ok(prepared) = prepare(&rows, "label", ask) else { return Ok(()) };
        let places = first..(first / BLOCK + 1) * BLOCK;
        let block = SplitBlock::new(&prepared.plan, places.clone());
        let drawn: Vec<Split> = places.clone().map(|k| prepared.plan.draw(k)).collect();
        for (row, tests) in block.tests().iter().enumerate() {
            for (k, split) in places.clone().zip(&drawn) {
                prop_assert_eq!(tests >> (k % BLOCK) & 1 == 1, split.test.contains(&(row as u32)));
            }
        }
        let on_the_rest = |split: &Split| split.train.is_sorted_by(|a, b| a < b) && split.train.len() + split.test.len() == rows.n();
        prop_assert_eq!(block.train_times().is_none(), drawn.iter().all(on_the_rest));
        prop_assert_eq!(places.map(|k| block.split(k)).collect::<Vec<_>>(), drawn);
    }
}

fn inner(prepared: &PreparedEvaluation) -> Vec<(Split, Vec<Split>)> {
    let of = |k| {
        let split = prepared.plan.draw(k);
        // With few groups or times the train rows may not give two folds.
        let folds = prepared.plan.inner(k, &split, &prepared.target, 5).unwrap_or_default();
        (split, folds)
    };
    (0..prepared.plan.splits()).map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn inner_folds_part_the_train_rows_as_the_plan_parts_all(
        rows in rows(),
        seed in any::<u64>(),
        scheme in prop::sample::select(vec!["shuffle", "stratified", "group", "stratified-group", "kfold:3", "bootstrap"]),
        target in prop::sample::select(vec!["y", "label"]),
        grouped_folds in any::<bool>(),
    ) {
        let by_group = scheme.ends_with("group") || (scheme.starts_with("kfold") && grouped_folds);
        let ask = |q: Evaluation| {
            let mut q = q.seed(seed).scheme(scheme.parse::<Scheme>().unwrap());
            q.plan.group = by_group.then(|| "g".into());
            q
        };
        let Ok(prepared) = prepare(&rows, target, ask) else { return Ok(()) };
        let again = inner(&prepared);
        let mut found = 0;
        for ((split, folds), other) in inner(&prepared).into_iter().zip(again) {
            prop_assert_eq!(&folds, &other.1);
            let mut distinct = split.train.clone();
            distinct.dedup();
            let groups: std::collections::BTreeSet<u32> = distinct.iter().map(|r| rows.group[*r as usize]).collect();
            let whole = if by_group { groups.len().min(5) } else { 5 };
            // Groups of a single row may leave fewer folds of two rows.
            let lone = by_group && whole > 2 && (2..whole).contains(&folds.len());
            let whole = if whole < 2 { 0 } else { whole };
            prop_assert!(lone || folds.len() == whole);
            found += folds.len();
            let mut tested: Vec<u32> = folds.iter().flat_map(|f| f.test.clone()).collect();
            tested.sort_unstable();
            prop_assert!(folds.is_empty() || tested == distinct);
            let mut counts: Vec<[usize; 3]> = Vec::new();
            for fold in &folds {
                prop_assert!(!fold.train.is_empty() && !fold.test.is_empty());
                // What is learned from are all other train rows, with their repeats.
                let rest: Vec<u32> = split.train.iter().copied().filter(|r| fold.test.binary_search(r).is_err()).collect();
                prop_assert_eq!(&fold.train, &rest);
                if by_group {
                    let of = |part: &[u32]| part.iter().map(|r| rows.group[*r as usize]).collect::<std::collections::BTreeSet<_>>();
                    prop_assert!(of(&fold.train).is_disjoint(&of(&fold.test)));
                }
                prop_assert!(folds.len() == 2 || fold.test.len() >= 2);
                counts.push([0, 1, 2].map(|c| fold.test.iter().filter(|r| rows.label[**r as usize] == c).count()));
            }
            let spread = |of: &dyn Fn(&[usize; 3]) -> usize| {
                let all = || counts.iter().map(of);
                all().max().unwrap_or(0) - all().min().unwrap_or(0)
            };
            if !by_group {
                prop_assert!(spread(&|c| c.iter().sum()) <= 1);
                prop_assert!(target == "y" || (0..3).all(|c| spread(&|counts| counts[c]) <= 1));
            }
        }
        prop_assert!(found > 0 || by_group);
    }

    #[test]
    fn inner_folds_of_time_are_later_than_what_they_are_learned_from(
        rows in rows(), seed in any::<u64>(), rolling in any::<bool>(), gap in 0usize..9
    ) {
        let ask = |q: Evaluation| { let mut q = q.seed(seed).scheme(scheme::Time { rolling }); q.plan.time = Some("w".into()); q.plan.gap = gap; q };
        let Ok(prepared) = prepare(&rows, "y", ask) else { return Ok(()) };
        for (split, folds) in inner(&prepared) {
            let time = |r: &u32| rows.time[*r as usize];
            let times: std::collections::BTreeSet<u32> = split.train.iter().map(time).collect();
            prop_assert!(folds.len() <= 5 && folds.len() != 1);
            // A fold has two rows where there are rows for that.
            let most = (split.train.len() / 2).saturating_sub(1).clamp(2, 5);
            let whole = if times.len() < 3 { 0 } else { most.min(times.len() - 1) };
            prop_assert!(gap > 0 || folds.len() == whole || (folds.len() >= 2 && times.len() < split.train.len()));
            prop_assert!(folds.len() < 3 || folds.iter().all(|fold| fold.test.len() >= 2));
            for (i, fold) in folds.iter().enumerate() {
                prop_assert!(!fold.train.is_empty() && !fold.test.is_empty());
                prop_assert!(fold.train.iter().chain(&fold.test).all(|r| split.train.binary_search(r).is_ok()));
                let first = fold.test.iter().map(time).min().unwrap();
                prop_assert!(fold.train.iter().map(time).max().unwrap() < first);
                // All earlier train rows but the gap are learned from, and each fold goes on where the last one ended.
                let before = split.train.iter().filter(|r| time(r) < first).count();
                prop_assert_eq!(fold.train.len(), before - gap);
                let last = fold.test.iter().map(time).max().unwrap();
                let next = folds.get(i + 1).map(|f| f.test.iter().map(time).min().unwrap());
                let between = split.train.iter().filter(|r| time(r) > last && next.is_none_or(|n| time(r) < n)).count();
                prop_assert!(between == 0 && next.is_none_or(|n| n > last));
            }
        }
    }

    #[test]
    fn inner_folds_look_at_no_target_but_the_train_rows(rows in rows(), seed in any::<u64>(), target in prop::sample::select(vec!["y", "label"])) {
        let prepared = prepare(&rows, target, |q| q.seed(seed).scheme(scheme::Stratified)).unwrap();
        for (k, (split, folds)) in inner(&prepared).into_iter().enumerate() {
            let mut other = prepared.target.clone();
            for row in split.test.iter().map(|r| *r as usize) {
                match &mut other {
                    Target::Regression { values } => values[row] = 1e6 - 3.0 * row as f64,
                    Target::Classification { codes, .. } => codes[row] = (codes[row] + 1) % 3,
                }
            }
            prop_assert_eq!(&folds, &prepared.plan.inner(k, &split, &other, 5).unwrap());
        }
    }
}

fn scores(rows: &Rows, columns: &[usize], target: &str, models: &[&str]) -> BTreeMap<(String, u64), Vec<Option<f64>>> {
    let file = file(&rows.csv(columns));
    let report = Evaluation::new(&file.path, target).splits(6).models(models.iter().copied()).run().unwrap();
    let mut all = BTreeMap::new();
    for model in &report.models {
        for s in &model.splits {
            all.insert((model.name.clone(), s.split), s.scores.values().copied().collect());
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn permuted_columns_change_no_score(rows in rows(), order in Just([0usize, 1, 2, 3, 4]).prop_shuffle()) {
        for (target, at, models) in [
            ("y", 6, &["ols", "ridge", "lasso:alpha=0.5", "elastic-net", "knn", "svm:tol=1e-8"][..]),
            ("label", 7, &["logistic", "multinomial", "nb", "knn"]),
        ] {
            let straight: Vec<usize> = (0..5).chain([at]).collect();
            let permuted: Vec<usize> = order.iter().copied().chain([at]).collect();
            let (a, b) = (scores(&rows, &straight, target, models), scores(&rows, &permuted, target, models));
            for (key, left) in &a {
                for (l, r) in left.iter().zip(&b[key]) {
                    let same = match (l, r) {
                        (Some(l), Some(r)) => (l - r).abs() <= 1e-5 * l.abs().max(1.0),
                        (l, r) => l == r,
                    };
                    prop_assert!(same, "{:?}: {:?} and {:?}", key, l, r);
                }
            }
        }
    }

    #[test]
    fn threads_change_no_byte(rows in rows(), seed in any::<u64>()) {
        let file = file(&rows.csv(&ALL));
        for (target, models) in [("y", ["ridge", "knn", "tree"]), ("label", ["logistic", "nb", "tree"])] {
            let json = |threads| {
                let report = Evaluation::new(&file.path, target).seed(seed).splits(9).models(models).threads(threads).run().unwrap();
                serde_json::to_string(&report).unwrap()
            };
            prop_assert_eq!(json(1), json(2));
        }
    }
}
