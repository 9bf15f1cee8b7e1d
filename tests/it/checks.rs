//! What a run finds wrong with its data by itself.

use randsplit::{Dataset, Evaluation, Report, Size, Values};

/// Numbers that look like noise, of variance 1.
fn noise(start: u64, i: usize) -> f64 {
    let mut x = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ start.wrapping_mul(0xd134_2543_de82_ef95);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    12f64.sqrt() * ((x ^ (x >> 31)) as f64 / u64::MAX as f64 - 0.5)
}

fn column(rows: usize, value: impl Fn(usize) -> f64) -> Values {
    Values::Number((0..rows).map(value).collect())
}

fn evaluation(columns: Vec<(&str, Values)>, model: &str) -> Evaluation {
    Evaluation::new(Dataset::from_columns("planted", columns).unwrap(), "y").models([model]).splits(100)
}

/// What the checks say: the code and the message of each.
fn said(report: &Report) -> Vec<(String, String)> {
    let of_checks = |code: &str| ("RS101"..="RS106").contains(&code);
    report.warnings.iter().filter(|w| of_checks(&w.code)).map(|w| (w.code.clone(), w.message.clone())).collect()
}

/// Checks that a run says this one thing, whatever the number of threads, and nothing if it is not to check.
fn only(evaluation: &Evaluation, code: &str, words: &str) {
    let report = evaluation.clone().threads(1).run().unwrap();
    let [(found, message)] = &said(&report)[..] else { panic!("{code}: {:?}", report.warnings) };
    assert!(found == code && message.contains(words), "{found} {message}");
    let text = |report: &Report| serde_json::to_string(report).unwrap();
    assert_eq!(text(&report), text(&evaluation.clone().threads(3).run().unwrap()));
    let silent = evaluation.clone().checks(false).run().unwrap();
    assert!(said(&silent).is_empty() && silent.config.no_checks && !report.config.no_checks);
    assert_eq!(silent.models, report.models);
}

fn line(rows: usize) -> Vec<(&'static str, Values)> {
    vec![("x", column(rows, |r| noise(1, r))), ("y", column(rows, |r| noise(1, r) + noise(2, r)))]
}

#[test]
fn a_column_that_leaks_and_one_that_counts_are_named() {
    let rows = 3000;
    let mut columns = line(rows);
    columns.push(("after", column(rows, |r| 3.0 * (noise(1, r) + noise(2, r)) + 0.3 * noise(3, r))));
    only(&evaluation(columns, "ridge"), "RS102", "'after' alone predicts");
    let mut columns = line(rows);
    // Good, and no leak: R² of 0.9.
    columns.push(("near", column(rows, |r| noise(1, r) + noise(2, r) + 0.45 * noise(3, r))));
    assert!(said(&evaluation(columns, "ridge").run().unwrap()).is_empty());
    let mut columns = line(500);
    columns.push(("nr", column(500, |r| ((r * 7) % 500 + 1) as f64)));
    only(&evaluation(columns, "ridge"), "RS103", "'nr'");
    // Of labels, one of them rare: every row of it counts as much as all others.
    let is_rare = |r: usize| r % 101 == 7;
    let classes = Values::Text {
        codes: (0..rows).map(|r| u32::from(is_rare(r))).collect(),
        levels: vec!["no".into(), "yes".into()],
    };
    let columns = vec![
        ("x", column(rows, |r| noise(1, r))),
        ("y", classes),
        ("after", column(rows, |r| noise(4, r) + if is_rare(r) { 9.0 } else { 0.0 })),
    ];
    only(&evaluation(columns, "logistic").splits(20), "RS102", "mean recall");
}

#[test]
fn copies_of_rows_are_found_where_the_score_lives_on_them() {
    // A third of the rows stand there twice.
    let of = |r: usize| if r % 3 == 2 { r - 1 } else { r };
    let copied = |start: u64| column(600, move |r| noise(start, of(r)));
    let columns = || vec![("x", copied(1)), ("z", copied(5)), ("y", copied(2))];
    only(&evaluation(columns(), "knn:n_neighbors=1"), "RS101", "400 rows (67 %)");
    // Passengers of few kinds are equal by chance, and no copies.
    assert!(said(&Evaluation::new("data/titanic.csv", "survived").splits(60).run().unwrap()).is_empty());
    // Groups and plans along time are kept apart already.
    assert!(
        said(
            &evaluation(columns(), "knn:n_neighbors=1")
                .scheme("kfold:5".parse::<randsplit::Scheme>().unwrap())
                .checks(false)
                .run()
                .unwrap()
        )
        .is_empty()
    );
}

#[test]
fn groups_and_time_across_train_and_test_are_found() {
    let patient = |r: usize| r % 60;
    let texts = Values::Text {
        codes: (0..600).map(|r| patient(r) as u32).collect(),
        levels: (0..60).map(|p| format!("p{p:02}")).collect(),
    };
    let columns = vec![
        ("x", column(600, |r| noise(1, r))),
        ("patient", texts),
        ("y", column(600, |r| 2.0 * noise(9, patient(r)) + noise(2, r))),
    ];
    only(&evaluation(columns.clone(), "ridge"), "RS104", "'patient'");
    let mut apart = evaluation(columns, "ridge");
    apart.plan.group = Some("patient".into());
    assert!(said(&apart.run().unwrap()).is_empty());
    // A number that the target rises with is no group, though its values repeat.
    let years =
        vec![("years", column(600, |r| (r % 40) as f64)), ("y", column(600, |r| (r % 40) as f64 * 0.2 + noise(2, r)))];
    assert!(said(&evaluation(years, "tree").splits(300).run().unwrap()).is_empty());
    let walk: Vec<f64> = (0..500)
        .scan(0.0, |at, r| {
            *at += noise(2, r);
            Some(*at)
        })
        .collect();
    let columns = vec![
        ("t", column(500, |r| r as f64 + 0.5)),
        ("x", column(500, |r| noise(1, r))),
        ("y", Values::Number(walk.into())),
    ];
    let report = evaluation(columns, "knn").splits(400).run().unwrap();
    assert!(
        said(&report).iter().any(|(code, message)| code == "RS105" && message.contains("order of 't'")),
        "{:?}",
        said(&report)
    );
}

#[test]
fn absent_classes_are_named_once() {
    let columns = vec![
        ("x", column(300, |r| noise(1, r))),
        (
            "y",
            Values::Text {
                codes: (0..300).map(|r| if r % 75 == 3 { 2 } else { (r % 2) as u32 }).collect(),
                levels: ["a", "b", "c"].map(str::to_owned).to_vec(),
            },
        ),
    ];
    let shuffled =
        evaluation(columns.clone(), "logistic").scheme("shuffle".parse::<randsplit::Scheme>().unwrap()).splits(20);
    only(&shuffled, "RS106", "class 'c' (4 rows)");
    // Each test part has its share.
    let stratified = evaluation(columns, "logistic").test_size(Size::Share(0.5)).splits(20);
    assert!(said(&stratified.run().unwrap()).is_empty());
}

#[test]
fn clean_data_alarms_nobody() {
    for (data, target, model) in [
        ("diabetes", "target", "ridge"),
        ("breast_cancer", "target", "logistic"),
        ("iris", "target", "logistic"),
        ("penguins", "species", "tree"),
        ("hitters", "Salary", "ridge"),
        ("mtcars", "mpg", "tree"),
        ("stars_cyg", "log.light", "ridge"),
    ] {
        let report = Evaluation::new(format!("data/{data}.csv"), target).models([model]).splits(100).run().unwrap();
        assert!(said(&report).is_empty(), "{data}: {:?}", said(&report));
    }
    let mut alarms = Vec::new();
    for seed in 0..20 {
        let rows = 80 + 37 * seed as usize;
        let whole =
            |start: u64, most: f64| column(rows, move |r| ((noise(start, r) / 12f64.sqrt() + 0.5) * most).floor());
        let columns = vec![
            ("x", column(rows, |r| noise(seed, r))),
            ("count", whole(seed + 100, 30.0)),
            ("wide", whole(seed + 200, 5000.0)),
            ("y", column(rows, |r| noise(seed, r) + noise(seed + 300, r))),
        ];
        alarms.extend(said(&evaluation(columns, if seed % 2 == 0 { "ridge" } else { "knn" }).run().unwrap()));
    }
    assert!(alarms.is_empty(), "{alarms:?}");
}
