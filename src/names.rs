//! Names as people write them: other programs' words for the same thing, in any case, with or without signs.

use unicode_normalization::UnicodeNormalization;

use crate::escape::terminal;

/// A name without case and signs: `RandomForest`, `random_forest` and `random-forest` are one.
pub fn plain(name: &str) -> String {
    name.chars()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            '²' => Some('2'),
            c => c.is_alphanumeric().then_some(c),
        })
        .collect()
}

/// Whether claims can name a model so: letters, digits, `-` and `_`, a letter first.
pub fn is_model_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// The items of a list that is separated by commas outside square brackets: a label in them may hold a comma.
pub fn items(list: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (i, c) in list.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                items.push(&list[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    items.push(&list[start..]);
    items.into_iter().map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// Whether two names are one but for case and signs.
pub fn same(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

/// How two names differ that look alike: in spaces, in characters that cannot be seen, or in the Unicode form of their
/// letters. `None` where they are equal, or can be told apart by eye.
pub fn invisible_difference(wanted: &str, other: &str) -> Option<String> {
    let composed = |name: &str| name.nfc().collect::<String>();
    let seen = |name: &str| name.chars().filter(|c| !terminal::is_invisible(*c)).nfc().collect::<String>();
    let spaced = |name: &str| seen(name).split_whitespace().collect::<Vec<_>>().join(" ");
    if wanted == other || spaced(wanted) != spaced(other) {
        return None;
    }
    if composed(wanted) == composed(other) {
        return Some("the two are written in different Unicode forms, composed and decomposed".into());
    }
    if seen(wanted) == seen(other) {
        let count = |name: &str, c: char| name.chars().filter(|o| *o == c).count();
        let odd = other
            .chars()
            .chain(wanted.chars())
            .find(|c| terminal::is_invisible(*c) && count(wanted, *c) != count(other, *c));
        return Some(match odd {
            Some(c) => format!(
                "{} has U+{:04X}, which cannot be seen",
                if count(other, c) > count(wanted, c) { "it" } else { "yours" },
                c as u32
            ),
            None => "characters that cannot be seen stand elsewhere in it".into(),
        });
    }
    let sides = [
        ("before", wanted.len() - wanted.trim_start().len(), other.len() - other.trim_start().len()),
        ("behind", wanted.len() - wanted.trim_end().len(), other.len() - other.trim_end().len()),
    ];
    Some(match sides.into_iter().find(|(_, wanted, other)| wanted != other) {
        Some((side, wanted, other)) => {
            format!("{} has more spaces {side} the name", if other > wanted { "it" } else { "yours" })
        }
        None => "the spaces within the two are different".into(),
    })
}

/// Names in a sentence, with a word such as `and` before the last: `a, b and c`.
pub fn listed<T: AsRef<str>>(names: &[T], word: &str) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} {word} {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// Names for something near, which is not the same: what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relative {
    /// The names.
    pub names: &'static [&'static str],
    /// What to write, as the end of a sentence.
    pub advice: &'static str,
}

/// What to write instead of a name, where it is one of these.
pub fn advice(relatives: &[Relative], name: &str) -> Option<&'static str> {
    relatives.iter().find(|r| r.names.iter().any(|n| same(n, name))).map(|r| r.advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_signs_do_not_matter() {
        for name in ["RandomForest", "random_forest", "random-forest", "RANDOM FOREST"] {
            assert!(same(name, "randomForest"), "{name}");
        }
        assert!(same("R²", "r2") && same("num.trees", "num_trees") && !same("forest", "forests"));
    }

    #[test]
    fn names_that_look_alike_are_told_apart() {
        let told = |wanted, other| invisible_difference(wanted, other).unwrap();
        assert_eq!(told("mpg", "mpg\u{200b}"), "it has U+200B, which cannot be seen");
        assert_eq!(told("\u{feff}mpg", "mpg"), "yours has U+FEFF, which cannot be seen");
        assert_eq!(told("mpg", "mpg "), "it has more spaces behind the name");
        assert_eq!(told(" mpg", "mpg"), "yours has more spaces before the name");
        assert_eq!(told("a b", "a\u{a0}b"), "the spaces within the two are different");
        assert!(told("\u{e9}t\u{e9}", "e\u{301}te\u{301}").contains("Unicode forms"));
        for (a, b) in [("mpg", "mpg"), ("mpg", "mpq"), ("mpg", "MPG")] {
            assert_eq!(invisible_difference(a, b), None);
        }
    }

    #[test]
    fn names_are_listed_with_a_word_before_the_last() {
        let told = |names: &[&str]| listed(names, "or");
        assert_eq!(
            [told(&[]), told(&["a"]), told(&["a", "b"]), told(&["a", "b", "c"])],
            ["", "a", "a or b", "a, b or c"]
        );
    }

    #[test]
    fn advice_is_found_by_any_spelling() {
        let relatives = [Relative { names: &["xgb", "XGBoost"], advice: "use boost" }];
        assert_eq!(advice(&relatives, "xg-boost"), Some("use boost"));
        assert_eq!(advice(&relatives, "boost"), None);
    }
}
