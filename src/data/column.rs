//! One column of a table, typed.

use super::dates::parse_time;
use super::shared_vec::take;
use super::{Mark, SharedVec, Time};
use crate::warning::Warning;

/// The code of a missing value in [`Values::Text`].
pub const MISSING: u32 = u32::MAX;

/// How a column spells its booleans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spelling {
    /// `false` and `true`.
    Lower,
    /// `False` and `True`; also where a file has booleans that are no text, as Parquet does.
    #[default]
    Title,
    /// `FALSE` and `TRUE`.
    Upper,
}

impl Spelling {
    /// A boolean with its spelling, or `None` for any other text.
    pub fn read(text: &str) -> Option<(bool, Self)> {
        [Self::Lower, Self::Title, Self::Upper]
            .into_iter()
            .find_map(|s| [false, true].into_iter().find(|b| s.word(*b) == text).map(|b| (b, s)))
    }

    /// A boolean so spelt.
    pub fn word(self, value: bool) -> &'static str {
        match (self, value) {
            (Self::Lower, false) => "false",
            (Self::Lower, true) => "true",
            (Self::Title, false) => "False",
            (Self::Title, true) => "True",
            (Self::Upper, false) => "FALSE",
            (Self::Upper, true) => "TRUE",
        }
    }
}

/// The place of a label among others. A boolean is found in any spelling, where it is not there in its own and
/// stands there once: files differ in how they spell them.
pub fn place_of_label<'a>(label: &str, mut labels: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    labels.clone().position(|l| l == label).or_else(|| {
        let (value, _) = Spelling::read(label)?;
        let mut places = labels.by_ref().enumerate().filter(|(_, l)| Spelling::read(l).is_some_and(|b| b.0 == value));
        places.next().filter(|_| places.next().is_none()).map(|(at, _)| at)
    })
}

/// The values of a column, one per row.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Values {
    /// Numbers; NaN is missing, and infinities were turned into missing when read.
    Number(SharedVec<f64>),
    /// False and true as 0 and 1, and how they are spelt; NaN is missing.
    Boolean(SharedVec<f64>, Spelling),
    /// Text as codes into `levels`, which are distinct and in order; [`MISSING`] is missing.
    Text {
        /// One code per row.
        codes: SharedVec<u32>,
        /// The distinct values, in byte order unless they have another one.
        levels: Vec<String>,
    },
    /// Points in time as seconds since 1970-01-01T00:00:00 UTC, NaN being missing, and by how many seconds the clock
    /// of each is ahead of UTC; no offsets at all where every clock is UTC's, or none was written.
    Time(SharedVec<f64>, Vec<i32>),
}

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name in the header, trimmed.
    pub name: String,
    /// The values.
    pub values: Values,
    /// How many cells held an infinity or a computed NaN and were turned into missing.
    pub non_finite: usize,
    /// Whether the header gave no name (R's and pandas's row index do that).
    pub unnamed: bool,
    /// The cells as they are written, where numbers name something and do not print so (`007`).
    pub written: Option<Values>,
    /// What stands before the decimals of its numbers, where the file says so.
    pub decimal: Option<Mark>,
    /// The usual words for missing values that it holds, with their counts.
    pub words: Vec<(&'static str, usize)>,
    /// All levels in the order that the file states; empty where it states none.
    pub order: Vec<String>,
    /// What is to be said where the column is used.
    pub notes: Vec<Warning>,
}

impl Column {
    /// A column of which nothing else is to be said.
    pub fn new(name: impl Into<String>, values: Values) -> Self {
        Self {
            name: name.into(),
            values,
            non_finite: 0,
            unnamed: false,
            written: None,
            decimal: None,
            words: Vec::new(),
            order: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What the cells name: as they are written where that is known, else their values.
    pub fn names(&self) -> &Values {
        self.written.as_ref().unwrap_or(&self.values)
    }
}

impl Values {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(v) | Self::Boolean(v, _) | Self::Time(v, _) => v.len(),
            Self::Text { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the value of a row is missing.
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Number(v) | Self::Boolean(v, _) | Self::Time(v, _) => v[row].is_nan(),
            Self::Text { codes, .. } => codes[row] == MISSING,
        }
    }

    /// Number of missing values.
    pub fn missing(&self) -> usize {
        match self {
            Self::Number(v) | Self::Boolean(v, _) | Self::Time(v, _) => v.iter().filter(|x| x.is_nan()).count(),
            Self::Text { codes, .. } => codes.iter().filter(|c| **c == MISSING).count(),
        }
    }

    /// The values as numbers, but for text.
    pub fn numbers(&self) -> Option<&[f64]> {
        match self {
            Self::Number(v) | Self::Boolean(v, _) | Self::Time(v, _) => Some(v),
            Self::Text { .. } => None,
        }
    }

    /// `number`, `boolean`, `text` or `time`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "number",
            Self::Boolean(..) => "boolean",
            Self::Text { .. } => "text",
            Self::Time(..) => "time",
        }
    }

    /// The point in time of a row; missing where the values are no times.
    pub fn time(&self, row: usize) -> Time {
        match self {
            Self::Time(v, offsets) => Time { seconds: v[row], offset: offsets.get(row).copied().unwrap_or(0) },
            _ => Time::MISSING,
        }
    }

    /// The cell of a row as text, numbers as `number` writes them; `None` where it is missing.
    pub fn cell_text(&self, row: usize, number: impl Fn(f64) -> String) -> Option<String> {
        if self.is_missing(row) {
            return None;
        }
        Some(match self {
            Self::Number(v) => number(v[row]),
            Self::Boolean(v, spelling) => spelling.word(v[row] == 1.0).to_owned(),
            Self::Text { codes, levels } => levels[codes[row] as usize].clone(),
            Self::Time(..) => {
                let time = self.time(row);
                time.text(time.has_clock())
            }
        })
    }

    /// Times, one a row.
    pub fn times(times: impl Iterator<Item = Time>) -> Self {
        let (seconds, mut offsets): (Vec<f64>, Vec<i32>) = times.map(|t| (t.seconds, t.offset)).unzip();
        if offsets.iter().all(|offset| *offset == 0) {
            offsets = Vec::new();
        }
        Self::Time(seconds.into(), offsets)
    }

    /// The same values with each distinct one as a level: codes and the levels' texts. Levels of
    /// numbers are in numeric order, of times in order of time and written as UTC, of text in byte order.
    pub fn as_levels(&self) -> (SharedVec<u32>, Vec<String>) {
        match self {
            Self::Text { codes, levels } => (codes.clone(), levels.clone()),
            Self::Boolean(v, spelling) => {
                let codes = v.iter().map(|x| if x.is_nan() { MISSING } else { *x as u32 }).collect();
                (codes, [false, true].map(|b| spelling.word(b).to_owned()).into())
            }
            Self::Number(v) | Self::Time(v, _) => {
                let mut distinct: Vec<f64> = v.iter().copied().filter(|x| !x.is_nan()).collect();
                distinct.sort_unstable_by(f64::total_cmp);
                distinct.dedup();
                let codes = v
                    .iter()
                    .map(|x| if x.is_nan() { MISSING } else { distinct.partition_point(|d| d < x) as u32 })
                    .collect();
                let text = |x: &f64| match self {
                    Self::Time(..) => {
                        let time = Time { seconds: *x, offset: 0 };
                        time.text(time.has_clock())
                    }
                    _ => x.to_string(),
                };
                (codes, distinct.iter().map(text).collect())
            }
        }
    }

    /// Keeps the given rows, in the given order; all rows in order are shared, and others copied.
    pub fn take(&self, rows: &[u32]) -> Self {
        match self {
            Self::Number(v) => Self::Number(take(v, rows)),
            Self::Boolean(v, spelling) => Self::Boolean(take(v, rows), *spelling),
            Self::Time(v, offsets) => {
                Self::Time(take(v, rows), rows.iter().filter_map(|r| offsets.get(*r as usize).copied()).collect())
            }
            Self::Text { codes, levels } => Self::Text { codes: take(codes, rows), levels: levels.clone() },
        }
    }

    /// Times without those that a text names as missing: a date without an offset means it on any clock.
    #[must_use]
    pub fn without_times(self, missing: &[String]) -> Self {
        let missing: Vec<Time> = missing.iter().filter_map(|m| parse_time(m.trim())).collect();
        if missing.is_empty() || !matches!(self, Self::Time(..)) {
            return self;
        }
        let is_missing = |t: &Time| {
            let local = t.seconds + f64::from(t.offset);
            missing.iter().any(|m| m.seconds == t.seconds || (m.offset == 0 && m.seconds == local))
        };
        let of = |row| Some(self.time(row)).filter(|t| !is_missing(t)).unwrap_or(Time::MISSING);
        Self::times((0..self.len()).map(of))
    }

    /// Text that holds booleans or dates alone as what it holds, and other values as they are.
    #[must_use]
    pub fn told(self) -> Self {
        let Self::Text { codes, levels } = &self else { return self };
        let of = |c: &u32| levels.get(*c as usize).map(String::as_str);
        if levels.is_empty() {
            return self;
        }
        if levels.iter().all(|l| Spelling::read(l).is_some()) {
            let read = || codes.iter().map(|c| of(c).and_then(Spelling::read));
            let spelling = read().flatten().next().map_or(Spelling::default(), |(_, spelling)| spelling);
            return Self::Boolean(
                read().map(|b| b.map_or(f64::NAN, |(b, _)| f64::from(u8::from(b)))).collect(),
                spelling,
            );
        }
        let times: Vec<Option<Time>> = levels.iter().map(|l| parse_time(l)).collect();
        if times.iter().all(Option::is_some) {
            let time = |c: &u32| times.get(*c as usize).copied().flatten().unwrap_or(Time::MISSING);
            return Self::times(codes.iter().map(time));
        }
        self
    }

    /// Text values from one optional string a row; levels come out sorted.
    pub fn text<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut seen = std::collections::HashMap::new();
        let mut levels: Vec<&str> = Vec::new();
        let mut codes: Vec<u32> = cells
            .map(|cell| match cell {
                None => MISSING,
                Some(text) => *seen.entry(text).or_insert_with(|| {
                    levels.push(text);
                    (levels.len() - 1) as u32
                }),
            })
            .collect();
        let mut order: Vec<u32> = (0..levels.len() as u32).collect();
        order.sort_unstable_by_key(|i| levels[*i as usize]);
        let mut rank = vec![0u32; levels.len()];
        for (new, old) in order.iter().enumerate() {
            rank[*old as usize] = new as u32;
        }
        for code in codes.iter_mut().filter(|c| **c != MISSING) {
            *code = rank[*code as usize];
        }
        Self::Text { codes: codes.into(), levels: order.iter().map(|i| levels[*i as usize].to_owned()).collect() }
    }
}

impl From<Vec<f64>> for Values {
    /// Numbers, NaN being missing.
    fn from(numbers: Vec<f64>) -> Self {
        Self::Number(numbers.into())
    }
}

impl From<Vec<Option<f64>>> for Values {
    fn from(numbers: Vec<Option<f64>>) -> Self {
        Self::Number(numbers.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect())
    }
}

impl From<Vec<bool>> for Values {
    fn from(bits: Vec<bool>) -> Self {
        Self::Boolean(bits.into_iter().map(|bit| f64::from(u8::from(bit))).collect(), Spelling::default())
    }
}

impl From<Vec<&str>> for Values {
    fn from(texts: Vec<&str>) -> Self {
        texts.into_iter().map(Some).collect()
    }
}

impl From<Vec<String>> for Values {
    fn from(texts: Vec<String>) -> Self {
        texts.iter().map(|text| Some(text.as_str())).collect()
    }
}

impl<'a> FromIterator<Option<&'a str>> for Values {
    /// Texts, trimmed as in a file; an empty one is missing.
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(texts: I) -> Self {
        Self::text(texts.into_iter().map(|text| text.map(str::trim).filter(|text| !text.is_empty())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_levels_are_sorted_and_codes_follow() {
        let v = Values::text([Some("b"), None, Some("a"), Some("b")].into_iter());
        assert_eq!(v, Values::Text { codes: vec![1, MISSING, 0, 1].into(), levels: vec!["a".into(), "b".into()] });
    }

    #[test]
    fn booleans_keep_their_spelling_and_are_found_in_any() {
        for (spelling, words) in [
            (Spelling::Lower, ["false", "true"]),
            (Spelling::Title, ["False", "True"]),
            (Spelling::Upper, ["FALSE", "TRUE"]),
        ] {
            let values = Values::Boolean(vec![1.0, f64::NAN, 0.0].into(), spelling);
            assert_eq!(values.as_levels(), (vec![1, MISSING, 0].into(), words.map(String::from).into()));
            assert_eq!(words.map(Spelling::read), [Some((false, spelling)), Some((true, spelling))]);
            for other in ["true", "True", "TRUE"] {
                assert_eq!(place_of_label(other, words.into_iter()), Some(1));
            }
        }
        assert_eq!(Spelling::read("tRUE"), None);
        // The very label comes first; of two spellings none is meant; other labels are as they are.
        assert_eq!(place_of_label("TRUE", ["true", "TRUE", "x"].into_iter()), Some(1));
        assert_eq!(place_of_label("True", ["true", "TRUE", "x"].into_iter()), None);
        assert_eq!(place_of_label("Yes", ["no", "yes"].into_iter()), None);
    }

    #[test]
    fn number_levels_are_in_numeric_order() {
        let (codes, levels) = Values::Number(vec![10.0, 9.5, f64::NAN, 10.0].into()).as_levels();
        assert_eq!(*codes, [1, 0, MISSING, 1]);
        assert_eq!(levels, ["9.5", "10"]);
    }
}
