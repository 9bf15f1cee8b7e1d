//! How splits are drawn: who is tested how often, what is said of those who are not, and what is refused with advice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::program::run_in;

/// A folder with a table.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(table: &str) -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(bench.path("table.csv"), table).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run_in(self.folder.path(), arguments)
    }

    /// The plan that `splits` writes for target y: train and test rows of each split.
    fn plan(&self, flags: &[&str]) -> Vec<[Vec<usize>; 2]> {
        let output = self.run(&[&["splits", "table.csv", "-t", "y"], flags].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut splits = BTreeMap::<usize, [Vec<usize>; 2]>::new();
        for line in String::from_utf8(output.stdout).unwrap().lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let part = usize::from(cells[2] == "test");
            splits.entry(cells[0].parse().unwrap()).or_default()[part].push(cells[1].parse().unwrap());
        }
        splits.into_values().collect()
    }

    /// The report on target y.
    fn report(&self, flags: &[&str]) -> Value {
        let output = self.run(&[&["eval", "table.csv", "-t", "y", "-q", "-f", "json"], flags].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The sentence with which an evaluation on target y is refused.
    fn refusal(&self, flags: &[&str]) -> String {
        let output = self.run(&[&["eval", "table.csv", "-t", "y", "-q", "-n", "5"], flags].concat());
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{sentence}");
        sentence
    }
}

fn warnings(report: &Value, code: &str) -> Vec<String> {
    let all = report["warnings"].as_array().unwrap();
    all.iter().filter(|w| w["code"] == code).map(|w| w["message"].as_str().unwrap().to_owned()).collect()
}

/// How often each of `rows` rows is in a part.
fn counts(splits: &[[Vec<usize>; 2]], part: usize, rows: usize) -> Vec<f64> {
    let mut counts = vec![0.0; rows];
    splits.iter().flat_map(|s| &s[part]).for_each(|row| counts[*row] += 1.0);
    counts
}

/// Chi-square of counts that are each binomial with `splits` trials of probability `p`.
fn chi_square(counts: &[f64], splits: usize, p: f64) -> f64 {
    let n = splits as f64;
    counts.iter().map(|c| (c - n * p).powi(2) / (n * p * (1.0 - p))).sum()
}

/// A table with x, and y and g by row.
fn table(rows: usize, y: impl Fn(usize) -> String, g: impl Fn(usize) -> String) -> String {
    let mut text = String::from("x,g,y\n");
    (0..rows).for_each(|i| writeln!(text, "{},{},{}", (i * 37) % 101, g(i), y(i)).unwrap());
    text
}

const SPLITS: usize = 3000;

#[test]
fn every_row_of_every_stratum_is_tested_and_trained_on_equally() {
    let n = SPLITS.to_string();
    // Classes of 3, 8, 14 and 25 rows; eleven equal strata of three rows.
    let classes = |i: usize| ["a", "b", "c", "d"][[3, 11, 25, 50].iter().position(|e| i < *e).unwrap()].to_owned();
    let uneven = table(50, classes, |_| "g".into());
    let equal = table(33, |i| (i * i % 17).to_string(), |i| format!("s{}", i / 3));
    // 99.9 % points of chi-square with 50 and 33 degrees of freedom. Rows of a split are drawn without replacement, so
    // that sums of their counts vary less than with.
    for (text, rows, flags, test, train, bound) in [
        (&uneven, 50, &["--test-size", "9"][..], 9, 41, 86.7),
        (&uneven, 50, &["--test-size", "9", "--train-size", "24"], 9, 24, 86.7),
        (&equal, 33, &["--stratify", "g", "--test-size", "7"], 7, 26, 63.9),
        (&equal, 33, &["--stratify", "g", "--test-size", "7", "--train-size", "15"], 7, 15, 63.9),
    ] {
        let splits = Bench::new(text).plan(&[flags, &["-n", &n]].concat());
        assert!(splits.iter().all(|s| (s[0].len(), s[1].len()) == (train, test)), "{flags:?}");
        for (part, size) in [(1, test), (0, train)] {
            let chi = chi_square(&counts(&splits, part, rows), SPLITS, size as f64 / rows as f64);
            assert!(chi < bound, "{flags:?}: part {part} {chi}");
        }
    }
}

#[test]
fn rows_of_a_class_stay_within_one_of_their_share() {
    let classes = |i: usize| ["a", "b", "c"][[4, 17, 60].iter().position(|e| i < *e).unwrap()].to_owned();
    let splits = Bench::new(&table(60, classes, |_| "g".into())).plan(&["-n", "400", "--test-size", "13"]);
    let mut of_class = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
    for split in &splits {
        for (class, range) in [0..4, 4..17, 17..60].into_iter().enumerate() {
            of_class[class].insert(split[1].iter().filter(|r| range.contains(*r)).count());
        }
    }
    // 0.87, 2.82 and 9.32 rows.
    assert_eq!(of_class.map(|c| c.into_iter().collect::<Vec<_>>()), [vec![0, 1], vec![2, 3], vec![9, 10]]);
}

#[test]
fn folds_favour_no_row_where_not_all_folds_of_a_repeat_are_drawn() {
    // Three of ten folds in each run; a class of two rows, and a group of half the rows.
    let (mut rare, mut big) = (0i32, 0i32);
    let class = Bench::new(&table(41, |i| if i < 2 { "rare" } else { "common" }.into(), |_| "g".into()));
    let group = Bench::new(&table(40, |i| (i * 7 % 23).to_string(), |i| format!("g{}", i.saturating_sub(20))));
    for seed in 0..60 {
        let seed = seed.to_string();
        let flags = ["--scheme", "kfold:10", "-n", "3", "--seed", &seed];
        rare += class.plan(&flags).iter().flat_map(|s| &s[1]).filter(|r| **r < 2).count() as i32;
        let tested = group.plan(&[&flags[..], &["--group", "g"]].concat());
        big += i32::from(tested.iter().any(|s| s[1].contains(&0)));
    }
    // 0.3 of 120 rows, and 0.3 of 60 runs, within four standard errors.
    assert!((36 - rare).abs() < 20 && (18 - big).abs() < 15, "{rare} {big}");
}

#[test]
fn a_group_that_is_too_large_to_be_tested_is_named_with_what_helps() {
    let bench =
        Bench::new(&table(70, |i| (i * 7 % 23).to_string(), |i| if i < 40 { "huge".into() } else { format!("g{i}") }));
    for scheme in ["group", "stratified-group"] {
        let flags = ["--group", "g", "--scheme", scheme, "-n", "20"];
        assert!(bench.plan(&flags).iter().all(|s| s[1].iter().all(|r| *r >= 40)));
        let said = warnings(&bench.report(&flags), "RS031");
        assert!(
            said.len() == 1 && said[0].contains("'huge' (40 rows)") && said[0].contains("--test-size 20"),
            "{said:?}"
        );
        // The advice helps.
        let helped = [&flags[..4], &["-n", "60", "--test-size", "20"]].concat();
        assert!(bench.plan(&helped).iter().any(|s| s[1].contains(&0)), "{scheme}");
        assert!(warnings(&bench.report(&helped), "RS031").is_empty());
    }
    assert!(bench.plan(&["--group", "g", "--scheme", "kfold:5", "-n", "5"]).iter().any(|s| s[1].contains(&0)));
}

#[test]
fn a_class_that_no_test_part_has_is_named_with_what_helps_under_the_scheme() {
    let mut timed = String::from("day,x,y\n");
    (0..60).for_each(|i| writeln!(timed, "{i},{},{}", i * 37 % 11, if i < 20 { "early" } else { "late" }).unwrap());
    let bench = Bench::new(&timed);
    let said = warnings(&bench.report(&["--time", "day", "-n", "10", "--metric", "accuracy"]), "RS030");
    assert!(said.len() == 1 && said[0].contains("'early' (20 rows)") && !said[0].contains("stratified"), "{said:?}");
    // A class of two rows is tested on some of many splits, and no note says that it is not.
    let rare = Bench::new(&table(60, |i| if i < 2 { "rare" } else { "common" }.into(), |_| "g".into()));
    assert!(warnings(&rare.report(&["-n", "50", "--metric", "accuracy", "--drop", "g"]), "RS030").is_empty());
}

#[test]
fn advice_on_an_absent_class_names_nothing_that_is_done() {
    let text = table(
        60,
        |i| ["rare", "common", "other"][if i < 3 { 0 } else { 1 + i % 2 }].into(),
        |i| format!("g{}", i % 12),
    );
    let bench = Bench::new(&text);
    let advice = |flags: &[&str]| {
        let output =
            bench.run(&[&["eval", "table.csv", "-t", "y", "-q", "-n", "40", "-o", "run.json"], flags].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let shown = bench.run(&["inspect", "run.json", "-f", "json"]);
        let found: Value = serde_json::from_slice(&shown.stdout).unwrap();
        let all = found["suspicions"].as_array().unwrap().clone();
        all.iter().find(|s| s["code"] == "RS106").map(|s| s["message"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    let stratified = advice(&[]);
    assert!(stratified.contains("--test-size 20") && !stratified.contains("--scheme"), "{stratified}");
    // Twenty test rows have one of three of every class.
    assert_eq!(advice(&["--test-size", "20"]), "");
    let shuffled = advice(&["--scheme", "shuffle"]);
    assert!(shuffled.contains("--scheme stratified") && !shuffled.contains("-group"), "{shuffled}");
    let grouped = advice(&["--group", "g"]);
    assert!(grouped.contains("--scheme stratified-group"), "{grouped}");
    let both = advice(&["--group", "g", "--scheme", "stratified-group"]);
    assert!(both.contains("--test-size") && !both.contains("--scheme"), "{both}");
}

#[test]
fn a_lone_class_is_refused_with_advice_that_works() {
    let bench = Bench::new(&table(
        30,
        |i| if i == 7 { "lone" } else { ["a", "b"][i % 2] }.into(),
        |i| format!("s{}", i.min(1)),
    ));
    let sentence = bench.refusal(&[]);
    assert!(
        sentence.contains("class 'lone' has a single row, row 7 (line 9)") && sentence.contains("--scheme shuffle"),
        "{sentence}"
    );
    bench.report(&["--scheme", "shuffle", "-n", "5", "--metric", "accuracy"]);
    // Another column is stratified on: there the advice is another.
    let sentence = bench.refusal(&["--stratify", "g", "--scheme", "stratified"]);
    assert!(
        sentence.contains("'g' 's0' has a single row") && sentence.ends_with("leave out --stratify\n"),
        "{sentence}"
    );
}

#[test]
fn a_column_of_different_values_is_not_stratified_on() {
    let bench = Bench::new(&table(30, |i| (i * 7 % 23).to_string(), |i| format!("name{i}")));
    let sentence = bench.refusal(&["--stratify", "g"]);
    assert!(sentence.contains("30 values of 'g' have a single row each") && !sentence.contains("remove"), "{sentence}");
}

#[test]
fn a_bootstrap_leaves_rows_to_train_and_to_test_on() {
    let bench = Bench::new(&table(20, |i| (i * 7 % 23).to_string(), |i| format!("name{i}")));
    for size in ["0.01", "100000"] {
        let sentence = bench.refusal(&["--scheme", "bootstrap", "--train-size", size]);
        let most = sentence.split("from 1 to ").nth(1).unwrap().trim();
        let splits = bench.plan(&["--scheme", "bootstrap", "--train-size", most, "-n", "20"]);
        assert!(splits.iter().all(|s| !s[1].is_empty()), "{sentence}");
    }
}

#[test]
fn a_lone_number_joins_the_nearest_bin() {
    for y in [
        |i: usize| if i == 0 { "1000".into() } else { "1".to_owned() },
        |i: usize| if i == 0 { "-5".into() } else { (3 + i / 20).to_string() },
        |i: usize| if i == 0 { "99".into() } else { (i % 40).min(30).to_string() },
    ] {
        let bench = Bench::new(&table(80, y, |i| i.to_string()));
        let flags = ["--scheme", "stratified", "--task", "regression", "--drop", "g"];
        let splits = bench.plan(&[&flags[..], &["-n", "200"]].concat());
        let tested = splits.iter().filter(|s| s[1].contains(&0)).count();
        assert!((15..70).contains(&tested), "{tested}");
        bench.report(&[&flags[..], &["-n", "5"]].concat());
    }
    // A column of few values of which one is seen once.
    let bench = Bench::new(&table(
        60,
        |i| (i * 7 % 23).to_string(),
        |i| [1, 2, 9][usize::from(i > 20) + usize::from(i == 59)].to_string(),
    ));
    assert_eq!(bench.plan(&["--stratify", "g", "-n", "5"]).len(), 5);
}

/// Twelve shops over thirty days, with some shops closed for a time.
fn shops() -> String {
    let mut text = String::from("shop,day,x,y\n");
    for i in 0..360 {
        let (shop, day) = (i % 12, i / 12);
        if shop % 3 != 2 || day > 8 {
            writeln!(text, "shop{shop},{day},{},{}", i * 37 % 101, (i * 37 % 101) + 10 * shop).unwrap();
        }
    }
    text
}

#[test]
fn groups_and_time_together_test_later_rows_of_new_groups() {
    let text = shops();
    let rows: Vec<(String, usize)> = text
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[0].to_owned(), cells[1].parse().unwrap())
        })
        .collect();
    let bench = Bench::new(&text);
    let both = ["--group", "shop", "--time", "day"];
    for flags in
        [&[][..], &["--scheme", "time:rolling"], &["--scheme", "group", "--gap", "20"], &["--test-size", "0.4"]]
    {
        let splits = bench.plan(&[&both[..], flags, &["-n", "200"]].concat());
        let (mut tested, mut size) = (BTreeSet::new(), 0.0);
        for [train, test] in &splits {
            let shops = |part: &[usize]| part.iter().map(|r| rows[*r].0.clone()).collect::<BTreeSet<_>>();
            assert!(shops(train).is_disjoint(&shops(test)) && !train.is_empty() && !test.is_empty());
            let (last, first) = (train.iter().map(|r| rows[*r].1).max(), test.iter().map(|r| rows[*r].1).min());
            assert!(last < first, "{last:?} {first:?}");
            if flags.contains(&"--gap") {
                let between = rows.iter().filter(|(_, day)| Some(*day) >= last && Some(*day) < first).count();
                assert!(between >= 20);
            }
            tested.extend(shops(test));
            size += test.len() as f64 / 200.0;
        }
        let share = if flags.contains(&"0.4") { 0.4 } else { 0.2 };
        let wanted = share * rows.len() as f64;
        assert_eq!(tested.len(), 12);
        assert!((size - wanted).abs() < 0.08 * wanted, "{flags:?}: {size} for {wanted}");
    }
    // The report reopens with the same splits, folds within the train rows keep both, and so does the permutation test.
    let report =
        bench.report(&[&both[..], &["-n", "12", "--tune", "ridge:alpha=0.1,10", "--null", "permutation:20"]].concat());
    assert_eq!(report["plan"]["scheme"], "group-time:expanding");
    assert_eq!((&report["plan"]["group"], &report["plan"]["time"]), (&"shop".into(), &"day".into()));
    std::fs::write(bench.path("run.json"), report.to_string()).unwrap();
    let output = bench.run(&["inspect", "run.json", "--split", "worst"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn inner_folds_of_groups_in_time_keep_both() {
    let bench = Bench::new(&shops());
    let path = bench.path("table.csv");
    let mut evaluation = randsplit::Evaluation::new(path.to_str().unwrap(), "y").splits(40).group("shop");
    evaluation.plan.time = Some("day".into());
    evaluation.plan.gap = 12;
    let prepared = evaluation.prepare().unwrap();
    let text = shops();
    let cells: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let shops = |rows: &[u32]| rows.iter().map(|r| cells[*r as usize][0]).collect::<BTreeSet<_>>();
    let days = |rows: &[u32]| rows.iter().map(|r| cells[*r as usize][1].parse().unwrap()).collect::<Vec<usize>>();
    let mut found = 0;
    for k in 0..40 {
        let split = prepared.plan.draw(k);
        let folds = prepared.plan.inner(k, &split, &prepared.target, 4).unwrap();
        assert!(folds.len() >= 2);
        found += folds.len();
        for fold in folds {
            assert!(fold.train.iter().chain(&fold.test).all(|r| split.train.contains(r)));
            assert!(shops(&fold.train).is_disjoint(&shops(&fold.test)));
            assert!(days(&fold.train).into_iter().max() < days(&fold.test).into_iter().min());
        }
    }
    assert!(found >= 120, "{found}");
}

#[test]
fn what_cannot_be_split_by_time_says_why() {
    let bench = Bench::new(&table(20, |i| i.to_string(), |_| "2020".into()));
    let sentence = bench.refusal(&["--time", "g"]);
    assert!(sentence.contains("'g' has the same time in every row") && !sentence.contains("--test-size"), "{sentence}");
    let bench = Bench::new(&table(20, |i| i.to_string(), |i| if i < 18 { "2020" } else { "2021" }.into()));
    let sentence = bench.refusal(&["--time", "g"]);
    assert!(sentence.ends_with("give at most --test-size 2\n"), "{sentence}");
    bench.report(&["--time", "g", "--test-size", "2", "-n", "5"]);
    // Groups that no time parts.
    let bench = Bench::new(&shops());
    let sentence = bench.refusal(&["--group", "shop", "--time", "day", "--train-size", "200"]);
    let most = sentence.split("at most --train-size ").nth(1).unwrap().split(',').next().unwrap();
    bench.report(&["--group", "shop", "--time", "day", "--train-size", most, "-n", "5"]);
}

#[test]
fn parts_of_a_plan_are_read_in_any_case_and_unknown_ones_are_refused() {
    let bench = Bench::new(&table(12, |i| (i * 7 % 23).to_string(), |i| i.to_string()));
    let plan = |parts: [&str; 3]| {
        let mut text = String::from("split,row,part\n");
        (0..24).for_each(|i| writeln!(text, "{},{},{}", i / 12, i % 12, parts[[0, 0, 1, 2][i % 4]]).unwrap());
        std::fs::write(bench.path("plan.csv"), text).unwrap();
    };
    let flags = ["--scheme", "file:plan.csv", "--drop", "g"];
    plan(["train", "test", "train"]);
    let plain = bench.report(&flags);
    plan([" Train ", "TEST", "training"]);
    assert_eq!(bench.report(&flags)["models"], plain["models"]);
    for other in ["validation", "unused", "Holdout", ""] {
        plan(["train", "test", other]);
        let report = bench.report(&flags);
        let said = warnings(&report, "RS032");
        let name = if other.is_empty() { "no part" } else { other };
        assert!(said.len() == 1 && said[0].contains(&format!("{name} (6)")), "{said:?}");
        assert_eq!(report["models"][0]["splits"][0]["n_train"], 6);
    }
    plan(["train", "test", "tset"]);
    let sentence = bench.refusal(&flags);
    assert!(sentence.contains("part 'tset' (6 rows, first at row 3 (line 5))"), "{sentence}");
    plan(["0", "1", "0"]);
    assert!(bench.refusal(&flags).contains("part '0' (18 rows"));
}

#[test]
fn rows_that_count_from_one_are_told_so() {
    let bench = Bench::new(&table(10, |i| (i * 7 % 23).to_string(), |i| i.to_string()));
    let write = |rows: std::ops::Range<usize>| {
        let mut text = String::from("split,row,part\n");
        rows.for_each(|i| writeln!(text, "1,{i},{}", if i % 3 == 0 { "test" } else { "train" }).unwrap());
        std::fs::write(bench.path("plan.csv"), text).unwrap();
    };
    write(1..11);
    let sentence = bench.refusal(&["--scheme", "file:plan.csv"]);
    assert!(sentence.contains("count from 0") && sentence.contains("subtract 1"), "{sentence}");
    write(0..14);
    assert!(bench.refusal(&["--scheme", "file:plan.csv"]).contains("other data"));
}
