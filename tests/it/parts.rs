//! Parts of a run: however splits are shared out, joined parts give the report of one run, byte by byte.

use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use randsplit::run::Part;
use randsplit::split::{SplitSet, scheme};
use randsplit::{Evaluation, PreparedEvaluation};

const SPLITS: usize = 14;

fn root(data: &str) -> String {
    format!("{}/data/{data}", env!("CARGO_MANIFEST_DIR"))
}

/// Evaluations that have everything a part can have, by number.
fn evaluation(which: usize) -> Evaluation {
    let mut evaluation = match which {
        // Sums over rows of numbers, readings, a conformal interval, importance, and claims on them.
        0 => Evaluation::new(root("mtcars.csv"), "mpg")
            .models(["ridge", "knn:n_neighbors=3"])
            .probes(["churn", "residuals", "conformal:level=0.8", "importance:repeats=2", "gap"])
            .figures(true)
            .claim("churn < 5")
            .claim("mean(importance[wt]) > 0"),
        // Classes: sums over rows of counts and of bins, a metric that no split of a model has, and splits with repeats.
        1 => Evaluation::new(root("iris.csv"), "target")
            .task(randsplit::data::Task::Classification)
            .models(["nb", "logistic", "svm"])
            .metrics(["accuracy", "roc_auc", "log_loss"])
            .probes(["churn", "calibration:bins=5", "curves", "partial-dependence:rows=9"])
            .scheme(scheme::Bootstrap),
        // Few rows: a model fails on some splits, and scores are undefined on some; some splits are probed.
        2 => Evaluation::new(root("mtcars.csv"), "am")
            .task(randsplit::data::Task::Classification)
            .models(["qda", "tree:max_depth=2"])
            .metrics(["roc_auc", "f1"])
            .scheme(scheme::Shuffle)
            .test_size(randsplit::split::Size::Rows(2))
            .probes(["churn", "gap", "calibration", "curves"])
            .probe_splits(Some(6)),
        // A choice on every split, and difficulties.
        _ => Evaluation::new(root("diabetes.csv"), "target")
            .tunes(["ridge:alpha=0.1,1,10"])
            .models(["lasso:alpha=0.001,max_iter=3"])
            .probes(["coefficients"])
            .fail_below("r2=0.3"),
    };
    if which == 2 {
        evaluation.selection.features = vec!["wt".into(), "hp".into()];
        evaluation.plan.train_size = Some(randsplit::split::Size::Rows(8));
    }
    evaluation.splits(SPLITS).seed(5)
}

fn prepare(which: usize, threads: usize) -> PreparedEvaluation {
    evaluation(which).threads(threads).prepare().unwrap()
}

fn run(prepared: &PreparedEvaluation, splits: impl Into<SplitSet>) -> Part {
    prepared.run_splits(splits, &AtomicBool::new(false), |_| Ok(())).unwrap()
}

fn report(prepared: &PreparedEvaluation, part: &Part) -> String {
    serde_json::to_string(&prepared.report(part, &AtomicBool::new(false)).unwrap()).unwrap()
}

fn whole(prepared: &PreparedEvaluation) -> Part {
    prepared.run(&AtomicBool::new(false), |_| Ok(())).unwrap().part
}

#[test]
fn the_evaluations_have_what_is_to_be_joined() {
    let part = |which| whole(&prepare(which, 2));
    let [numbers, classes, few, tuned] = [0, 1, 2, 3].map(part);
    let totals = |part: &Part| part.splits().models[1].totals.keys().cloned().collect::<Vec<_>>();
    assert_eq!(totals(&numbers), ["churn", "curves.predicted"]);
    assert_eq!(totals(&classes), ["calibration", "churn", "curves.reliability"]);
    let curves = |part: &Part, name| part.splits().models[1].curves.of(name).len();
    assert_eq!(curves(&classes, "roc[versicolor]"), SPLITS);
    assert_eq!(curves(&classes, "partial_dependence[versicolor: petal width (cm)]"), SPLITS);
    // Of some splits the test rows are of one class.
    assert!((1..6).contains(&curves(&few, "roc")), "{}", curves(&few, "roc"));
    let of = |model: usize| &few.splits().models[model];
    assert!((1..SPLITS).contains(&of(1).failed.len()) && (1..SPLITS).contains(&of(2).undefined(0).count()));
    assert!(tuned.splits().models.iter().any(|model| model.choice(3).is_some()));
    assert!(tuned.splits().models.iter().any(|model| !model.difficulty.is_empty()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn parts_of_any_splits_joined_in_any_order_give_the_same_bytes(
        which in 0usize..4,
        of in proptest::collection::vec(0usize..5, SPLITS),
        order in Just([0usize, 1, 2, 3, 4]).prop_shuffle(),
        right in any::<bool>(),
    ) {
        let (one, three) = (prepare(which, 1), prepare(which, 3));
        let all = whole(&one);
        let parts: Vec<Part> = order
            .iter()
            .map(|part| run(&three, (0..SPLITS).filter(|k| of[*k] == *part).collect::<SplitSet>()))
            .map(|part| Part::from_text(part.to_text().unwrap().as_bytes()).unwrap())
            .collect();
        let joined = if right {
            parts.into_iter().rev().reduce(|joined, part| Part::join(part, joined).unwrap())
        } else {
            parts.into_iter().reduce(|joined, part| Part::join(joined, part).unwrap())
        };
        let joined = joined.unwrap();
        prop_assert_eq!(&joined, &all);
        prop_assert_eq!(joined.to_text().unwrap(), all.to_text().unwrap());
        prop_assert_eq!(report(&three, &joined), report(&one, &all));
    }
}

#[test]
fn joining_is_associative_and_commutative_and_takes_common_splits_once() {
    for which in 0..4 {
        let prepared = prepare(which, 2);
        let [a, b, c] = [SplitSet::from(0..5), [7, 5, 9].into_iter().collect(), [6, 11].into_iter().collect()]
            .map(|splits: SplitSet| run(&prepared, splits));
        let join = |a: &Part, b: &Part| Part::join(a.clone(), b.clone()).unwrap();
        assert_eq!(join(&a, &b), join(&b, &a));
        assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
        assert_eq!(join(&a, &a), a);
        assert_eq!(join(&join(&a, &c), &c), join(&a, &c));
        assert_eq!(join(&run(&prepared, 0..0), &c), c);
        let overlapping = run(&prepared, 4..8);
        match Part::join(a.clone(), overlapping) {
            // No sums over rows: the common split counts once.
            Ok(joined) => assert!(which == 3 && joined == run(&prepared, 0..8)),
            Err(e) => assert!(which < 3 && e.to_string().contains("both parts have split #4, and sums"), "{e}"),
        }
    }
}

#[test]
fn parts_of_different_questions_are_refused() {
    let base = || Evaluation::new(root("mtcars.csv"), "mpg").models(["ridge"]).splits(6);
    let part = |evaluation: Evaluation, splits: std::ops::Range<usize>| run(&evaluation.prepare().unwrap(), splits);
    let mine = part(base(), 0..3);
    for (other, want) in [
        (base().seed(1), "seed is 0 in one and 1 in the other"),
        (base().models(["ridge:alpha=2"]), "they differ in models"),
        (base().metrics(["mae"]), "they differ in metrics"),
        (base().probes(["gap"]), "they differ in probes"),
        (base().scheme(scheme::Bootstrap), "scheme is shuffle in one and bootstrap in the other"),
        (base().test_size(randsplit::split::Size::Rows(8)), "test size is 0.2 in one and 8 in the other"),
        (
            Evaluation::new(root("mtcars.csv"), "hp").models(["ridge"]).splits(6),
            "target is mpg in one and hp in the other",
        ),
    ] {
        let refused = Part::join(mine.clone(), part(other, 3..6)).unwrap_err().to_string();
        assert_eq!(refused, format!("the parts are of different questions: {want}"));
    }
    let refused = base().seed(1).prepare().unwrap().report(&mine, &AtomicBool::new(false)).unwrap_err().to_string();
    assert!(refused.contains("another question than the evaluation: seed is 1 in one and 0 in the other"), "{refused}");
    // More splits, other claims and other threads are no other question.
    let more = base().splits(20).claim("mean(r2) > 0").threads(1);
    let joined = Part::join(mine, part(more, 3..20)).unwrap();
    assert_eq!((joined.len(), joined.is_partial(20)), (20, false));
    let refused = base().prepare().unwrap().report(&joined, &AtomicBool::new(false)).unwrap_err().to_string();
    assert_eq!(refused, "split 19 is asked for, and the plan has 6 splits from 0 up");
}

#[test]
fn what_is_no_part_is_refused_in_a_sentence() {
    let text = run(&prepare(2, 1), 0..4).to_text().unwrap();
    assert!(text.starts_with("{\"schema\":\"randsplit.part/1\","));
    let refused = |text: &[u8]| Part::from_text(text).unwrap_err().to_string();
    for foreign in ["", "a,b\n1,2\n", "{}", "{\"schema\":\"randsplit.report/1\",\"checksum\":\"0\"}\n{}", "\u{0}"] {
        assert_eq!(refused(foreign.as_bytes()), "this is not a part of a run; give one that randsplit has written");
    }
    let later = refused(text.replacen("part/1", "part/2", 1).as_bytes());
    assert!(later.starts_with("the part is of version randsplit.part/2, and this randsplit reads randsplit.part/1"));
    for at in (text.find('\n').unwrap() + 1..text.len() - 1).step_by(7) {
        let mut damaged = text.clone().into_bytes();
        damaged[at] ^= 1;
        assert!(refused(&damaged).starts_with("the part is damaged"), "byte {at}");
        assert!(Part::from_text(&text.as_bytes()[..at]).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whoever writes the checksum too gets an error or a part that can be reported, and no panic.
    #[test]
    fn odd_values_are_refused_or_reported(which in 1usize..4, at in any::<prop::sample::Index>(), with in prop::sample::select(vec!["0", "9", "-1", "null", "[]", "\"inf\"", "1e999", "18446744073709551615", "true"])) {
        static PARTS: std::sync::OnceLock<Vec<(PreparedEvaluation, String)>> = std::sync::OnceLock::new();
        let parts = PARTS.get_or_init(|| (0..4).map(|which| {
            let prepared = prepare(which, 1);
            let text = run(&prepared, 0..5).to_text().unwrap();
            (prepared, text)
        }).collect());
        let (prepared, text) = &parts[which];
        let body = text.lines().nth(1).unwrap();
        // A number or word of the text is exchanged.
        let ends = |c: char| matches!(c, ',' | ':' | '[' | ']' | '{' | '}');
        let tokens: Vec<(usize, usize)> = body
            .match_indices(ends)
            .zip(body.match_indices(ends).skip(1))
            .map(|((from, _), (to, _))| (from + 1, to))
            .filter(|(from, to)| to > from && !body[*from..*to].starts_with('"'))
            .collect();
        let (from, to) = tokens[at.index(tokens.len())];
        let odd = format!("{}{with}{}", &body[..from], &body[to..]);
        if let Ok(part) = serde_json::from_str::<Part>(&odd) {
            let _ = prepared.report(&part, &AtomicBool::new(false));
            let _ = Part::join(part.clone(), run(prepared, 5..6));
        }
    }
}
