//! What counts as a missing value: one rule for text files, Parquet files and new rows.

use super::LoadOptions;

/// Words that stand for a missing value, besides an empty cell: those that pandas takes by default.
pub const MISSING_WORDS: [&str; 18] = [
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "nan", "null",
];
/// The longest of them.
const LONGEST: usize = 8;
/// Among the texts to keep, this stands for all words.
pub const ALL_WORDS: &str = "all";

/// Which cells are missing.
#[derive(Debug, Clone)]
pub(super) struct MissingRule {
    words: Vec<&'static str>,
    named: Vec<String>,
    /// The named texts that are numbers, which are found in any spelling.
    numbers: Vec<(usize, f64)>,
}

/// Why a cell is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is empty.
    Empty,
    /// It holds one of the usual words.
    Word(&'static str),
    /// It holds a text that the user named, by its place among them.
    Named(usize),
}

impl MissingRule {
    /// The rule that the options state.
    pub fn new(options: &LoadOptions) -> Self {
        let kept = |word: &&str| options.keep_missing.iter().any(|k| k == word || k == ALL_WORDS);
        let number = |(at, text): (usize, &String)| Some((at, text.parse().ok().filter(|x: &f64| x.is_finite())?));
        Self {
            words: MISSING_WORDS.into_iter().filter(|word| !kept(word)).collect(),
            named: options.missing.clone(),
            numbers: options.missing.iter().enumerate().filter_map(number).collect(),
        }
    }

    /// Whether a text without blanks around it is missing, and why. A number that the user named is found as text
    /// too: `-999.0` where -999 is named.
    pub fn of_text(&self, field: &str) -> Option<Missing> {
        if field.is_empty() {
            return Some(Missing::Empty);
        }
        if !self.named.is_empty() {
            if let Some(at) = self.named.iter().position(|text| text == field) {
                return Some(Missing::Named(at));
            }
            // Only what begins like a number is parsed.
            if !self.numbers.is_empty() && matches!(field.as_bytes()[0], b'0'..=b'9' | b'-' | b'+' | b'.') {
                let named = field.parse().ok().and_then(|x| self.of_number(x));
                if named.is_some() {
                    return named;
                }
            }
        }
        // None of the words ends with a digit.
        if field.len() > LONGEST || field.ends_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.words.iter().find(|word| **word == field).map(|word| Missing::Word(word))
    }

    /// Whether a number is one that the user named.
    pub fn of_number(&self, number: f64) -> Option<Missing> {
        self.numbers.iter().find(|(_, named)| *named == number).map(|(at, _)| Missing::Named(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(named: &[&str], kept: &[&str]) -> MissingRule {
        let own = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        MissingRule::new(&LoadOptions { missing: own(named), keep_missing: own(kept), ..Default::default() })
    }

    #[test]
    fn the_words_of_pandas_are_missing_unless_they_are_kept() {
        let usual = rule(&[], &[]);
        for word in MISSING_WORDS {
            assert_eq!(usual.of_text(word), Some(Missing::Word(word)));
            assert_eq!(rule(&[], &[word]).of_text(word), None);
            assert_eq!(rule(&[], &[ALL_WORDS]).of_text(word), None);
            assert!(word.len() <= LONGEST && !word.ends_with(|c: char| c.is_ascii_digit()));
        }
        assert_eq!(usual.of_text(""), Some(Missing::Empty));
        assert_eq!(rule(&[], &[ALL_WORDS]).of_text(""), Some(Missing::Empty));
        assert_eq!(rule(&[], &["None"]).of_text("NA"), Some(Missing::Word("NA")));
        for text in ["none", "NAN", "0", "1", "-1", "x"] {
            assert_eq!(usual.of_text(text), None);
        }
    }

    #[test]
    fn a_number_that_is_named_is_found_in_any_spelling() {
        let rule = rule(&["?", "-999"], &[]);
        for text in ["-999", "-999.0", "-9.99e2", "-999.", "-0999"] {
            assert_eq!(rule.of_text(text), Some(Missing::Named(1)), "{text}");
        }
        assert_eq!(rule.of_text("?"), Some(Missing::Named(0)));
        assert_eq!((rule.of_number(-999.0), rule.of_number(999.0)), (Some(Missing::Named(1)), None));
        for text in ["999", "-999x", "-99.9"] {
            assert_eq!(rule.of_text(text), None);
        }
    }
}
