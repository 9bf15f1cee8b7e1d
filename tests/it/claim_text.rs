//! Any claim survives being written and read again, and no text makes the reader panic.

use std::sync::Arc;

use proptest::prelude::*;
use randsplit::verdict::Statement;
use randsplit::verdict::claim::statistic::{BEST, Gap, MAX, MIN, Mean, Median, Quantile, Sd, Share, WORST};
use randsplit::verdict::claim::{Comparison, Expression, Figure, Offset, Operation, Score, Statistic, Term};

fn comparison() -> impl Strategy<Value = Comparison> {
    prop_oneof![Just(Comparison::AtLeast), Just(Comparison::Above), Just(Comparison::AtMost), Just(Comparison::Below)]
}

fn score() -> impl Strategy<Value = Score> {
    let model = prop_oneof![
        Just(None),
        "[a-z_][a-z0-9_]{0,6}(-[a-z]{1,4})?".prop_map(Some),
        "[a-z]{1,5}:[a-z_]{1,6}=[0-9.]{1,4}(,[a-z]{1,3}=-[0-9])?".prop_map(Some),
    ];
    let metric = prop_oneof!["[a-z_][a-z0-9_]{0,8}", "[a-z]{1,6}\\[[^\\[\\]\\n\\r\\t]{0,8}\\]"];
    (model, metric).prop_map(|(model, metric)| Score {
        model,
        metric,
        place: Offset::default(),
        model_place: Offset::default(),
    })
}

fn number() -> impl Strategy<Value = Expression> {
    prop_oneof![
        (0.0..1e6f64).prop_map(Expression::Number),
        (0u32..1000).prop_map(|v| Expression::Number(f64::from(v))),
        prop::num::f64::POSITIVE.prop_filter("numbers are finite", |v| v.is_finite()).prop_map(Expression::Number),
        (0u32..100).prop_map(|v| Expression::Percent(f64::from(v))),
        Just(Expression::Constant("cost".into(), Offset::default())),
    ]
}

/// A figure of all splits, with a model before it or not.
fn figure() -> impl Strategy<Value = Expression> {
    let name = prop_oneof!["[a-z_]{1,6}", "[a-z_]{1,6}\\[[a-z =.:]{0,6}\\]"];
    prop::collection::vec(name, 1..4)
        .prop_filter("cost is a number", |parts| parts != &["cost"])
        .prop_map(|parts| Expression::Figure(Figure { parts, place: Offset::default() }))
}

fn statistic() -> impl Strategy<Value = Arc<dyn Statistic>> {
    let than = prop_oneof![number(), score().prop_map(Expression::Score)];
    let plain = |statistic: Arc<dyn Statistic>| Just(statistic);
    prop_oneof![
        plain(Arc::new(WORST)),
        plain(Arc::new(BEST)),
        plain(Arc::new(Mean)),
        plain(Arc::new(Median)),
        plain(Arc::new(Sd)),
        plain(Arc::new(MIN)),
        plain(Arc::new(MAX)),
        plain(Arc::new(Gap)),
        (1u32..999).prop_map(|p| Arc::new(Quantile { percent: f64::from(p) / 10.0 }) as Arc<dyn Statistic>),
        (comparison(), than).prop_map(|(comparison, than)| Arc::new(Share { comparison, than }) as Arc<dyn Statistic>),
    ]
}

fn term() -> impl Strategy<Value = Expression> {
    (statistic(), score()).prop_map(|(statistic, score)| Expression::Term(Term { statistic, score }))
}

fn expression() -> impl Strategy<Value = Expression> {
    prop_oneof![number(), term(), figure()].prop_recursive(5, 24, 2, |inner| {
        let operation =
            prop_oneof![Just(Operation::Plus), Just(Operation::Minus), Just(Operation::Times), Just(Operation::Over)];
        prop_oneof![
            inner.clone().prop_map(|e| Expression::Negative(Box::new(e))),
            (inner.clone(), operation, inner).prop_map(|(a, o, b)| Expression::Arithmetic(Box::new(a), o, Box::new(b))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_claim_survives_print_and_parse(left in expression(), c in comparison(), right in expression(), one in term()) {
        // A claim speaks of a score.
        let left = if left.terms().is_empty() && right.terms().is_empty() { one } else { left };
        let claim = Statement { left, comparison: c, right };
        let text = claim.to_string();
        let back = Statement::parse(&text).map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
        prop_assert_eq!(&back, &claim, "{}", text);
        prop_assert_eq!(back.to_string(), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}") {
        let _ = Statement::parse(&text);
    }

    #[test]
    fn nearly_right_texts_are_read_or_pointed_at(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "worst", "share", "mean(r2)", "(", ")", "r2", "baseline", ".", ">=", "<", "0.9", "95%", "-", "*", "/",
                "recall[", "]", "\"", "=", " ", "p05", "e5",
            ]),
            0..14,
        )
    ) {
        let text = parts.concat();
        if let Err(e) = Statement::parse(&text) {
            let message = e.to_string();
            let caret = message.lines().last().unwrap();
            prop_assert!(caret.ends_with('^') && caret.chars().count() <= text.chars().count() + 3, "{}", message);
        }
    }
}
