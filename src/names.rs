//! Names as people write them: other programs' words for the same thing, in any case, with or without signs.

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

/// Whether two names are one but for case and signs.
pub fn same(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
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
    fn advice_is_found_by_any_spelling() {
        let relatives = [Relative { names: &["xgb", "XGBoost"], advice: "use boost" }];
        assert_eq!(advice(&relatives, "xg-boost"), Some("use boost"));
        assert_eq!(advice(&relatives, "boost"), None);
    }
}
