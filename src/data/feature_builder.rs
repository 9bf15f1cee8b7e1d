//! From the columns of a table to features: which are used, and how each is encoded.

use std::collections::{HashMap, HashSet};

use super::date_spelling::unread_dates;
use super::dates::parse_time;
use super::number::looks_like_number;
use super::row_index::number_rows;
use super::{
    Column, DatePart, Dropped, Encoding, Feature, FeatureColumn, FeatureOptions, Features, MISSING, Selection,
    SharedVec, Table, Values,
};
use crate::error::{Error, Result, Subject, did_you_mean};
use crate::escape::terminal::name as shown;
use crate::setting::{DROP, ENCODE, FEATURES, GROUP, ID, KEEP_NA, NA};
use crate::warning::{Code, Warning};

/// A text column with more levels than this is left out.
const MAX_LEVELS: usize = 256;
/// A text column with at most this many levels is never taken for an id.
const ALWAYS_LEVELS: usize = 10;
/// A text column of which so large a share are numbers is probably one of numbers.
const MOSTLY: f64 = 0.8;

impl Features {
    /// Chooses encodings for the selected columns of a table on the given rows.
    ///
    /// # Errors
    /// An input error for an unknown column or encoding in `options`, and where no usable column
    /// is left.
    pub fn new(
        table: &Table,
        selection: &Selection,
        rows: &[u32],
        options: &FeatureOptions,
    ) -> Result<(Self, Vec<Warning>)> {
        let mut builder = FeatureBuilder::new(table, selection, rows, options)?;
        for (column, numbers_rows) in table.columns.iter().zip(number_rows(table)) {
            builder.push(table, column, numbers_rows)?;
        }
        builder.finish(table)
    }
}

/// Features in the making: the columns of a table are given one by one.
pub struct FeatureBuilder<'a> {
    features: Features,
    warnings: Vec<Warning>,
    non_finite: Vec<String>,
    rows: &'a [u32],
    /// The names of the columns that are features.
    picked: HashSet<&'a str>,
    /// Those that are asked for by their very names.
    named: HashSet<&'a str>,
    /// The encodings that are asked for.
    encodings: HashMap<&'a str, &'a str>,
}

impl<'a> FeatureBuilder<'a> {
    /// For the selected columns of a table on the given rows.
    ///
    /// # Errors
    /// An input error for an unknown column in `options`.
    pub fn new(
        table: &'a Table,
        selection: &'a Selection,
        rows: &'a [u32],
        options: &'a FeatureOptions,
    ) -> Result<Self> {
        let names = &table.names;
        let picked = selection.feature_names(table)?;
        for (name, _) in &options.encode {
            if !picked.contains(name.as_str()) {
                let why = if *name == selection.target {
                    "; it is the target".to_owned()
                } else if names.contains(name) {
                    format!("; the column is there, but {FEATURES}, {DROP}, {GROUP} or {ID} leaves it out")
                } else {
                    did_you_mean(name, names.iter().map(String::as_str))
                };
                return Err(Error::data(format!("no feature '{}' for {ENCODE}{why}", shown(name)))
                    .about(Subject::Column(name.clone()))
                    .at(&table.path));
            }
        }
        let features = Features { used: Vec::new(), dropped: Vec::new(), parts: Vec::new(), rows: rows.len() };
        let named = names.iter().zip(selection.named(names)).filter(|(_, named)| *named);
        let mut it = Self {
            features,
            warnings: Vec::new(),
            non_finite: Vec::new(),
            rows,
            named: named.map(|(name, _)| name.as_str()).collect(),
            // Of two encodings of a column the last one counts.
            encodings: options.encode.iter().map(|(name, e)| (name.as_str(), e.as_str())).collect(),
            picked,
        };
        let groups = selection.plan_only.iter().filter(|n| !it.picked.contains(n.as_str()) && **n != selection.target);
        for name in groups {
            let reason = format!("it names the groups; {FEATURES} keeps it");
            it.features.dropped.push(Dropped { name: name.clone(), reason });
        }
        if let Some(id) = selection.id_alone().filter(|id| !selection.plan_only.contains(id)) {
            it.features
                .dropped
                .push(Dropped { name: id.clone(), reason: format!("{ID} takes it for the names of rows") });
        }
        for (name, kind) in &table.unsupported {
            it.leave_out_type(name, kind);
        }
        Ok(it)
    }

    /// Leaves out a column of a type of which no feature can be made.
    pub fn leave_out_type(&mut self, name: &str, kind: &str) {
        self.leave_out(name, format!("its type {kind} cannot be used"), Code::ColumnUnsupported);
    }

    /// Takes the next column of the table; whether it numbers the rows.
    ///
    /// # Errors
    /// An input error for an unknown encoding of it, and for numbers that are too large.
    pub fn push(&mut self, table: &Table, column: &Column, numbers_rows: bool) -> Result<()> {
        if !self.picked.contains(column.name.as_str()) {
            return Ok(());
        }
        if column.non_finite > 0 {
            self.non_finite.push(format!("'{}' ({})", column.name, column.non_finite));
        }
        table.check_range(column, self.rows)?;
        let asked = self.encodings.get(column.name.as_str()).copied();
        if numbers_rows && asked.is_none() && !self.named.contains(column.name.as_str()) {
            let encode = ENCODE.item(&format!("{}=ordinal", column.name));
            let reason = format!("it numbers the rows; {encode} keeps it");
            self.leave_out(&column.name, reason, Code::IdColumn);
            return Ok(());
        }
        // Levels that the user asks for are the cells as they are written.
        let levels = matches!(asked, Some("onehot" | "frequency"));
        let values = if levels { column.names() } else { &column.values }.take(self.rows);
        self.warnings.extend(column.notes.iter().cloned());
        self.add(column, values, asked)?;
        self.warnings.extend(taken_words(column));
        Ok(())
    }

    /// The features so far.
    pub fn features(&mut self) -> &mut Features {
        &mut self.features
    }

    /// The features, and what is to be said of them.
    ///
    /// # Errors
    /// An input error where no usable column is left.
    pub fn finish(self, table: &Table) -> Result<(Features, Vec<Warning>)> {
        let Self { features, mut warnings, non_finite, .. } = self;
        if !non_finite.is_empty() {
            warnings.push(Warning::new(
                Code::NonFinite,
                format!("infinite or NaN values are treated as missing in {}", non_finite.join(", ")),
            ));
        }
        if features.parts.is_empty() {
            let why: Vec<String> = features.dropped.iter().map(|d| format!("'{}' ({})", d.name, d.reason)).collect();
            return Err(Error::data(format!("no usable feature column is left: {}", why.join(", ")))
                .about(FEATURES)
                .at(&table.path)
                .advise(format!("check {FEATURES}, {DROP} and {ENCODE}")));
        }
        Ok((features, warnings))
    }

    fn leave_out(&mut self, name: &str, reason: String, code: Code) {
        self.warnings.push(Warning::new(code, format!("column '{name}' is left out: {reason}")));
        self.features.dropped.push(Dropped { name: name.to_owned(), reason });
    }

    fn add(&mut self, column: &Column, values: Values, asked: Option<&str>) -> Result<()> {
        let name = column.name.as_str();
        let missing = values.missing();
        let kind = column.values.kind();
        let encoding = match (asked, &values) {
            (Some("drop"), _) => {
                self.features.dropped.push(Dropped { name: name.to_owned(), reason: format!("{ENCODE} says drop") });
                return Ok(());
            }
            (Some("onehot"), _) => Encoding::OneHot,
            (Some("frequency"), _) => Encoding::Frequency,
            (Some("ordinal"), Values::Text { .. }) => Encoding::Ordinal,
            (Some("ordinal"), _) => Encoding::Numeric,
            (Some(other), _) => {
                return Err(Error::data(format!(
                    "{}: no such encoding{}; there are onehot, ordinal, frequency and drop",
                    ENCODE.to(format!("{name}={other}")),
                    did_you_mean(other, ["onehot", "ordinal", "frequency", "drop"])
                ))
                .about(ENCODE));
            }
            (None, Values::Text { .. }) => Encoding::OneHot,
            (None, Values::Time(..)) => Encoding::Calendar,
            (None, Values::Number(_) | Values::Boolean(..)) => Encoding::Numeric,
        };
        if missing == values.len() {
            self.leave_out(name, "all values are missing".into(), Code::ConstantColumn);
            return Ok(());
        }
        let unread = unread_dates(&values).filter(|_| asked.is_none());
        let before = self.features.parts.len();
        let mut calendar = Vec::new();
        if encoding == Encoding::Calendar {
            for part in DatePart::ALL {
                let of_rows = (0..values.len()).map(|row| part.of(values.time(row))).collect();
                if self.add_number(format!("{name}.{}", part.name()), of_rows) {
                    calendar.push(part);
                }
            }
        } else if let (Encoding::Numeric, Values::Number(v) | Values::Boolean(v, _) | Values::Time(v, _)) =
            (encoding, &values)
        {
            self.add_number(name.to_owned(), v.clone());
        } else {
            let (codes, levels) = match encoding {
                Encoding::Ordinal => in_order(values.as_levels(), &column.order),
                _ => values.as_levels(),
            };
            let mut seen = vec![false; levels.len()];
            codes.iter().filter(|c| **c != MISSING).for_each(|c| seen[*c as usize] = true);
            let distinct = seen.iter().filter(|s| **s).count();
            let present = codes.len() - missing;
            // What most cells are, where a few others make the column a text.
            let mut mostly = None;
            for (what, stray, code) in [
                ("dates", stray_date(&values), Code::MostlyDates),
                ("numbers", stray_text(&values, MOSTLY), Code::MostlyNumbers),
            ] {
                let Some(stray) = stray.filter(|_| asked.is_none()) else { continue };
                let flag = NA.item(stray);
                let text = format!(
                    "column '{name}' holds {what} but for texts such as '{stray}', so it is taken as text; {flag} takes them as missing"
                );
                self.warnings.push(Warning::new(code, text));
                mostly = Some(format!("are {what} but for some such as '{stray}'; {flag} takes these as missing, or"));
            }
            if asked.is_none() && (distinct > MAX_LEVELS || (distinct > ALWAYS_LEVELS && 2 * distinct > present)) {
                let (looks, code) = match (mostly, &unread) {
                    (Some(looks), _) => (looks, Code::IdColumn),
                    (None, Some(dates)) => (format!("are {dates}; write them as YYYY-MM-DD, or"), Code::UnreadDates),
                    (None, None) => ("look like an id or free text;".to_owned(), Code::IdColumn),
                };
                let reason = format!(
                    "{distinct} different texts in {present} rows {looks} {} keeps it (or ordinal, frequency)",
                    ENCODE.item(&format!("{name}=onehot"))
                );
                self.leave_out(name, reason, code);
                return Ok(());
            }
            if distinct + usize::from(missing > 0) > 1 {
                self.features.parts.push(FeatureColumn::Levels { name: name.to_owned(), codes, levels, encoding });
            }
        }
        if let (Some(dates), true) = (unread, self.features.parts.len() > before) {
            let text =
                format!("column '{name}' holds {dates}, and is taken as {kind}; write them as YYYY-MM-DD to use dates");
            self.warnings.push(Warning::new(Code::UnreadDates, text));
        }
        if let Some(text) = stand_in_date(name, &values) {
            self.warnings.push(Warning::new(Code::StandInDate, text));
        }
        if self.features.parts.len() == before {
            let rows = if missing > 0 && missing < values.len() { "every row that has one" } else { "every row" };
            self.leave_out(name, format!("the same value in {rows}"), Code::ConstantColumn);
        } else {
            self.features.used.push(Feature { name: name.to_owned(), kind, encoding, missing, calendar });
        }
        Ok(())
    }

    /// Adds numbers that vary, and says whether these do.
    fn add_number(&mut self, name: String, values: SharedVec<f64>) -> bool {
        let mut known = values.iter().filter(|x| !x.is_nan());
        let first = known.next();
        let varies = known.any(|x| Some(x) != first);
        if varies {
            let has_missing = values.iter().any(|x| x.is_nan());
            self.features.parts.push(FeatureColumn::Number { name, values, has_missing });
        }
        varies
    }
}

/// The first level that does not fit, of a text column in which so large a share of the values, or a larger one, do.
fn stray(values: &Values, share: f64, fits: impl Fn(&str) -> bool) -> Option<&str> {
    let Values::Text { codes, levels } = values else { return None };
    let fits: Vec<bool> = levels.iter().map(|l| fits(l.trim())).collect();
    let present = || codes.iter().filter(|c| **c != MISSING).map(|c| *c as usize);
    let stray = present().find(|c| !fits[*c])?;
    let fitting = present().filter(|c| fits[*c]).count();
    (fitting as f64 >= share * present().count() as f64).then(|| levels[stray].as_str())
}

/// The first level that is no number, where so large a share of the values or more are numbers.
pub(super) fn stray_text(values: &Values, share: f64) -> Option<&str> {
    stray(values, share, looks_like_number)
}

/// The first level that is no date, where most values are dates.
fn stray_date(values: &Values) -> Option<&str> {
    stray(values, MOSTLY, |level| parse_time(level).is_some())
}

/// A note where words of a text column are taken as missing that may be answers like others: as often as not.
fn taken_words(column: &Column) -> Option<Warning> {
    let Values::Text { codes, .. } = &column.values else { return None };
    let (word, count) = column.words.iter().max_by_key(|(_, count)| *count)?;
    let words: Vec<String> = column.words.iter().map(|(word, count)| format!("'{word}' in {count} rows")).collect();
    let text = format!(
        "column '{}' is text, and its {} are taken as missing; {} keeps the word as a value",
        column.name,
        words.join(", "),
        KEEP_NA.item(word)
    );
    (count * 20 >= codes.len()).then(|| Warning::new(Code::MissingWords, text))
}

/// Codes and levels in the order that the file states; levels that it does not list come last.
fn in_order((codes, levels): (SharedVec<u32>, Vec<String>), order: &[String]) -> (SharedVec<u32>, Vec<String>) {
    let stated: HashMap<&str, usize> = order.iter().enumerate().rev().map(|(at, level)| (level.as_str(), at)).collect();
    let place = |level: &String| stated.get(level.as_str()).copied().unwrap_or(order.len());
    let mut sorted: Vec<usize> = (0..levels.len()).collect();
    sorted.sort_by_key(|i| place(&levels[*i]));
    let mut rank = vec![0; levels.len()];
    sorted.iter().enumerate().for_each(|(new, old)| rank[*old] = new as u32);
    let codes = codes.iter().map(|c| rank.get(*c as usize).copied().unwrap_or(MISSING)).collect();
    (codes, sorted.into_iter().map(|i| levels[i].clone()).collect())
}

/// What to say of a date at one end of all years, which people write where there is none.
fn stand_in_date(name: &str, values: &Values) -> Option<String> {
    let year = |row: &usize| DatePart::Year.of(values.time(*row));
    let ends: Vec<usize> = (0..values.len()).filter(|row| [1.0, 9999.0].contains(&year(row))).collect();
    let time = values.time(*ends.first()?);
    let (date, rows) = (time.text(time.has_clock()), if ends.len() == 1 { "row" } else { "rows" });
    Some(format!(
        "column '{name}' holds {date} in {} {rows}, which often stands for no date; {} takes it as missing",
        ends.len(),
        NA.item(&date)
    ))
}
