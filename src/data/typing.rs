//! What a column of a text file can be, told from all of its cells.

use std::collections::HashMap;

use super::dates::parse_time;
use super::missing::{Missing, MissingRule};
use super::number::NumberFormat;
use super::number_cell::{Cell, EXACT_DIGITS, parse_infinity, parse_plain};
use super::number_format::Evidence;
use super::{MISSING, Spelling, Values};

/// Whole numbers below this are all told apart by a float, 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Without being asked, spellings are kept of so many texts only.
const FEW_TEXTS: usize = 100;

/// How a column is to be read, as far as that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Wanted {
    /// As its cells tell.
    #[default]
    Any,
    /// As text.
    Text,
    /// As numbers where all cells are numbers, codes too.
    Number,
}

/// The texts of a column, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    of: HashMap<String, u32>,
    codes: Vec<u32>,
    /// Give up beyond so many.
    most: Option<usize>,
}

impl Texts {
    /// Adds a cell; `false` where these are too many texts.
    pub fn push(&mut self, text: Option<&str>) -> bool {
        let code = match text {
            None => MISSING,
            Some(text) => match self.of.get(text) {
                Some(code) => *code,
                None => {
                    let code = self.of.len() as u32;
                    self.of.insert(text.to_owned(), code);
                    code
                }
            },
        };
        self.codes.push(code);
        self.most.is_none_or(|most| self.of.len() <= most)
    }

    /// The texts as levels: numbers in numeric order, read by `number`.
    pub fn into_values(self, number: impl Fn(&str) -> Option<f64>) -> Values {
        let mut order: Vec<(f64, String, u32)> =
            self.of.into_iter().map(|(text, code)| (number(&text).unwrap_or(f64::NAN), text, code)).collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        let mut rank = vec![0u32; order.len()];
        for (new, (_, _, old)) in order.iter().enumerate() {
            rank[*old as usize] = new as u32;
        }
        let codes = self.codes.into_iter().map(|c| rank.get(c as usize).copied().unwrap_or(MISSING)).collect();
        Values::Text { codes, levels: order.into_iter().map(|(_, text, _)| text).collect() }
    }
}

/// What a column can still be, given the cells so far.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    wanted: Wanted,
    /// The values, while all cells are plain numbers or missing.
    pub plain: Option<Vec<f64>>,
    /// What the cells say about the format of numbers.
    pub numbers: Evidence,
    boolean: bool,
    time: bool,
    /// Cells with a value, and without.
    present: usize,
    missing: usize,
    /// Infinities.
    pub non_finite: usize,
    /// Usual words for missing values, with their counts.
    pub words: Vec<(&'static str, usize)>,
    /// Whether all cells are digits alone, and the first that begins with a 0.
    digits: bool,
    leading_zero: Option<String>,
    /// Whether all cells are whole numbers, and the first that a float may not tell from another.
    whole: bool,
    huge: Option<String>,
    written: Option<Texts>,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Boolean,
    Time,
    Text,
}

/// Whole numbers that a float may not tell apart: many digits, and 2^53 or beyond.
fn is_huge(text: &str, value: f64) -> bool {
    if value.abs() < EXACT || value.is_infinite() {
        return false;
    }
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let digits = mantissa.trim_start_matches(['-', '+', '0', '.']).trim_end_matches(['0', '.']);
    digits.bytes().filter(u8::is_ascii_digit).count() > EXACT_DIGITS
}

impl Candidate {
    /// A column of which nothing is known; `rows` are about as many as there will be.
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            plain: (wanted != Wanted::Text).then(Vec::new),
            numbers: Evidence::default(),
            boolean: true,
            time: true,
            present: 0,
            missing: 0,
            non_finite: 0,
            words: Vec::new(),
            digits: true,
            leading_zero: None,
            whole: true,
            huge: None,
            written: None,
        }
    }

    /// Keeps the texts beside numbers: all of them, or only while they are few.
    pub fn keep_texts(&mut self, all: bool) {
        self.written = Some(Texts { most: (!all).then_some(FEW_TEXTS), ..Texts::default() });
    }

    /// Makes room for the values of so many rows.
    pub fn reserve(&mut self, rows: usize) {
        if let Some(values) = &mut self.plain {
            values.reserve_exact(rows.saturating_sub(values.len()));
        }
    }

    /// Takes note of a cell without blanks around it, and says why it is missing if it is.
    pub fn see(&mut self, field: &str, rule: &MissingRule) -> Option<Missing> {
        let missing = rule.of_text(field);
        if let Some(texts) = &mut self.written
            && !texts.push(missing.is_none().then_some(field))
        {
            self.written = None;
        }
        if let Some(why) = missing {
            self.missing += 1;
            if let Missing::Word(word) = why {
                match self.words.iter_mut().find(|(known, _)| *known == word) {
                    Some((_, count)) => *count += 1,
                    None => self.words.push((word, 1)),
                }
            }
            if let Some(values) = &mut self.plain {
                values.push(f64::NAN);
            }
            return missing;
        }
        self.present += 1;
        if self.wanted == Wanted::Text {
            return None;
        }
        if self.numbers.formats != 0 {
            self.see_number(field);
        } else {
            self.plain = None;
        }
        self.boolean = self.boolean && Spelling::read(field).is_some();
        self.time = self.time && parse_time(field).is_some();
        None
    }

    fn see_number(&mut self, field: &str) {
        if let Some(plain) = parse_plain(field) {
            let infinite = plain.value.is_infinite();
            self.non_finite += usize::from(infinite);
            if let Some(values) = &mut self.plain {
                values.push(if infinite { f64::NAN } else { plain.value });
            }
            self.digits &= plain.whole == field.len();
            if self.digits && self.leading_zero.is_none() && plain.whole > 1 && field.starts_with('0') {
                self.leading_zero = Some(field.to_owned());
            }
            self.whole &= plain.value.fract() == 0.0 || infinite;
            if self.whole && self.huge.is_none() && plain.value.abs() >= EXACT && is_huge(field, plain.value) {
                self.huge = Some(field.to_owned());
            }
            self.numbers.see_plain(field, &plain);
            return;
        }
        self.plain = None;
        self.digits = false;
        match parse_infinity(field) {
            Some(_) => self.non_finite += 1,
            None => {
                self.numbers.see_other(field);
                let read = |cell: &Cell| NumberFormat::first_of(cell.formats())?.parse(field);
                let value = Cell::read(field).as_ref().and_then(read).unwrap_or(f64::NAN);
                self.whole &= value.fract() == 0.0;
                if self.whole && self.huge.is_none() && is_huge(field, value) {
                    self.huge = Some(field.to_owned());
                }
            }
        }
    }

    /// The type where it does not hang on the format of numbers.
    pub fn kind_but_numbers(&self) -> Kind {
        match self {
            _ if self.wanted == Wanted::Text => Kind::Text,
            _ if self.present == 0 => Kind::Number,
            _ if self.boolean => Kind::Boolean,
            _ if self.time => Kind::Time,
            _ => Kind::Text,
        }
    }

    /// Whether every cell may be a number in some format.
    pub fn may_be_numbers(&self) -> bool {
        self.wanted != Wanted::Text && self.present > 0 && !self.boolean && self.numbers.formats != 0
    }

    /// A cell that speaks for codes: digits alone with a 0 before them.
    pub fn code(&self) -> Option<&str> {
        self.leading_zero.as_deref().filter(|_| self.digits && self.wanted != Wanted::Number)
    }

    /// The first of whole numbers that a float may not tell apart.
    pub fn huge(&self) -> Option<&str> {
        self.huge.as_deref().filter(|_| self.whole)
    }

    /// Whether numbers were asked for.
    pub fn wants_numbers(&self) -> bool {
        self.wanted == Wanted::Number
    }

    /// The texts that numbers were written as, where these are not how the numbers print.
    pub fn take_written(&mut self, number: impl Fn(&str) -> Option<f64>) -> Option<Values> {
        let texts = self.written.take()?;
        let prints = |text: &String| number(text).is_some_and(|x| x.to_string() == *text);
        if texts.of.keys().all(prints) { None } else { Some(texts.into_values(number)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::LoadOptions;

    fn candidate(cells: &[&str]) -> Candidate {
        let rule = MissingRule::new(&LoadOptions::default());
        let mut candidate = Candidate::new(Wanted::Any);
        for cell in cells {
            candidate.see(cell, &rule);
        }
        candidate
    }

    #[test]
    fn codes_are_digits_with_a_zero_before_them() {
        for (cells, code) in [
            (&["01234", "90210"][..], Some("01234")),
            (&["7", "07", ""], Some("07")),
            (&["0", "10"], None),
            (&["01", "1.5"], None),
            (&["-01", "02"], None),
            (&["0.5", "1"], None),
            (&["01", "x"], None),
        ] {
            assert_eq!(candidate(cells).code().filter(|_| candidate(cells).may_be_numbers()), code, "{cells:?}");
        }
    }

    #[test]
    fn whole_numbers_that_a_float_cannot_tell_apart_are_found() {
        for huge in [
            "9007199254740992",
            "9007199254740993",
            "-9007199254740993",
            "+9007199254740993",
            "9007199254740993.0",
            "9.007199254740993e15",
            "1600000000612385486",
        ] {
            assert_eq!(candidate(&["1", huge]).huge(), Some(huge));
        }
        for cells in [&["9007199254740991"][..], &["1e300"], &["1600000000000000000"], &["1.5", "9007199254740993"]] {
            assert_eq!(candidate(cells).huge(), None, "{cells:?}");
        }
    }

    #[test]
    fn what_numbers_were_written_as_is_kept_where_they_print_otherwise() {
        let written = |cells: &[&str]| {
            let rule = MissingRule::new(&LoadOptions::default());
            let mut candidate = Candidate::new(Wanted::Any);
            candidate.keep_texts(true);
            for cell in cells {
                candidate.see(cell, &rule);
            }
            candidate.take_written(|text| text.parse().ok())
        };
        assert_eq!(written(&["10", "9", "", "1.5"]), None);
        let want = Values::Text {
            codes: vec![3, 0, MISSING, 2, 1].into(),
            levels: ["1", "1.1", "1.10", "10"].map(String::from).into(),
        };
        assert_eq!(written(&["10", "1", "", "1.10", "1.1"]), Some(want));
    }
}
