//! The format in which a column writes its numbers: told from all of its cells, the other columns and the delimiter.
//!
//! A single cell often does not tell: `1,126` is 1126 in one country and 1.126 in another. A column rules out every
//! format in which one of its cells is no number; where formats with a decimal point and with a decimal comma are left,
//! the other columns of the file decide, then the delimiter, and a note says what was chosen.

use super::number::{ALL_FORMATS, COMMA_AND_POINTS, Formats, Mark, NumberFormat, Thousands, WITH_COMMA, WITH_POINT};
use super::number_cell::{Cell, Plain};
use crate::setting::{DECIMAL, TEXT, THOUSANDS};

/// What the cells of one column say about its format.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    /// The formats in which every cell is a number.
    pub formats: Formats,
    /// Cells seen.
    cells: usize,
    /// Cells such as `1.126` and `1,126`: groups of digits, or three decimals.
    lone_points: usize,
    lone_commas: usize,
    /// Whether one of them ends with a 0, which programs leave out of decimals unless all have as many.
    lone_zero: bool,
    /// Whole numbers below 1000, and others, without a separator.
    short: usize,
    long: usize,
    /// Whether a decimal comma is one beyond doubt: `-0,5`, `12345,6`, `3,05`; `3,7` may be a list.
    sure_comma: bool,
    /// The fewest and most digits after a decimal comma, and whether some end with a 0.
    comma_decimals: Option<(usize, usize)>,
    comma_zero: bool,
    /// Signs of percent or currency, with the first cell that has each.
    units: Vec<(String, String)>,
    with_unit: usize,
    /// The first cell without a sign that is not 0.
    bare: Option<String>,
    accounting: usize,
    /// The first cell that is not plain, and the first that is lone.
    unusual: Option<String>,
    lone: Option<String>,
    /// The first cell with a decimal mark.
    decimal: Option<String>,
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            formats: ALL_FORMATS,
            cells: 0,
            lone_points: 0,
            lone_commas: 0,
            lone_zero: false,
            short: 0,
            long: 0,
            sure_comma: false,
            comma_decimals: None,
            comma_zero: false,
            units: Vec::new(),
            with_unit: 0,
            bare: None,
            accounting: 0,
            unusual: None,
            lone: None,
            decimal: None,
        }
    }
}

fn first(slot: &mut Option<String>, text: &str) {
    if slot.is_none() {
        *slot = Some(text.to_owned());
    }
}

impl Evidence {
    /// Takes note of a plain number.
    pub fn see_plain(&mut self, text: &str, plain: &Plain) {
        self.cells += 1;
        if self.bare.is_none() && plain.value != 0.0 {
            self.bare = Some(text.to_owned());
        }
        if plain.decimals == 0 {
            if !plain.exponent {
                *(if plain.whole <= 3 { &mut self.short } else { &mut self.long }) += 1;
            }
            return;
        }
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        if plain.decimals == 3 && plain.whole <= 3 && !plain.exponent && !unsigned.starts_with('0') {
            self.formats &= WITH_POINT | COMMA_AND_POINTS;
            self.lone_points += 1;
            self.lone_zero |= text.ends_with('0');
            first(&mut self.lone, text);
        } else {
            self.formats &= WITH_POINT;
        }
        first(&mut self.decimal, text);
    }

    /// Takes note of any other text; after one that is no number, no format is left.
    pub fn see_other(&mut self, text: &str) {
        self.cells += 1;
        let Some(cell) = Cell::read(text) else {
            self.formats = 0;
            return;
        };
        let formats = cell.formats();
        self.formats &= formats;
        first(&mut self.unusual, text);
        self.accounting += usize::from(cell.accounting);
        if cell.unit.is_empty() {
            if !cell.is_zero() {
                first(&mut self.bare, text);
            }
        } else {
            self.with_unit += 1;
            if !self.units.iter().any(|(unit, _)| unit == cell.unit) {
                self.units.push((cell.unit.to_owned(), text.to_owned()));
            }
        }
        let (points, commas) = (formats & WITH_POINT, formats & WITH_COMMA);
        if points != 0 && commas != 0 {
            let digits = cell.body.bytes().filter(u8::is_ascii_digit).count();
            if cell.body.contains(['.', ',']) {
                *(if cell.body.contains(',') { &mut self.lone_commas } else { &mut self.lone_points }) += 1;
                self.lone_zero |= cell.body.ends_with('0');
                first(&mut self.lone, text);
                first(&mut self.decimal, text);
            } else if digits == cell.body.len() {
                *(if digits <= 3 { &mut self.short } else { &mut self.long }) += 1;
            }
        } else if points == 0 && commas != 0 {
            first(&mut self.decimal, text);
            self.see_comma(&cell);
        } else if points != 0 {
            first(&mut self.decimal, text);
        }
    }

    fn see_comma(&mut self, cell: &Cell) {
        let (whole, decimals) = cell.body.split_once(',').unwrap_or((cell.body, ""));
        let (least, most) = self.comma_decimals.unwrap_or((usize::MAX, 0));
        self.comma_decimals = Some((least.min(decimals.len()), most.max(decimals.len())));
        self.comma_zero |= decimals.len() > 1 && decimals.ends_with('0');
        self.sure_comma |= cell.negative
            || !cell.unit.is_empty()
            || whole.len() > 3
            || matches!(whole, "" | "0")
            || (decimals.len() > 1 && decimals.starts_with('0'))
            || decimals.len() > 3;
    }

    /// Whether the column says beyond doubt which mark its decimals have.
    fn vote(&self) -> Option<Mark> {
        match (self.formats & WITH_POINT, self.formats & WITH_COMMA) {
            (0, 0) => None,
            (_, 0) => Some(Mark::Point),
            (0, _) if self.sure_comma => Some(Mark::Comma),
            _ => None,
        }
    }

    /// Whether the other columns of the file are needed to tell the format.
    pub fn is_open(&self) -> bool {
        self.formats != 0 && (self.lone_points + self.lone_commas > 0 || self.comma_decimals.is_some())
    }

    /// Whole numbers below 1000 beside groups of three digits, and none of 1000 or more without a separator.
    fn has_thousands(&self) -> bool {
        self.short > 0 && self.long == 0
    }
}

/// How many columns have each mark beyond doubt.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Votes {
    point: usize,
    comma: usize,
}

impl Votes {
    /// Counts those of some columns.
    pub fn of<'a>(columns: impl Iterator<Item = &'a Evidence>) -> Self {
        let mut votes = Self::default();
        for vote in columns.filter_map(Evidence::vote) {
            *(if vote == Mark::Point { &mut votes.point } else { &mut votes.comma }) += 1;
        }
        votes
    }

    /// Those of the columns but one.
    fn without(self, column: &Evidence) -> Self {
        let own = column.vote();
        Self {
            point: self.point - usize::from(own == Some(Mark::Point)),
            comma: self.comma - usize::from(own == Some(Mark::Comma)),
        }
    }

    fn mark(self) -> Option<Mark> {
        match self.point.cmp(&self.comma) {
            std::cmp::Ordering::Greater => Some(Mark::Point),
            std::cmp::Ordering::Less => Some(Mark::Comma),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// What is known of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct File {
    /// The delimiter.
    pub delimiter: u8,
    /// The marks of its columns.
    pub votes: Votes,
    /// The mark that was asked for.
    pub mark: Option<Mark>,
    /// The separator of thousands that was asked for.
    pub thousands: Option<Thousands>,
}

/// What a column turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Settled {
    /// Numbers in a format, with a note where the format could be another one, and an example where it is an unusual one.
    Numbers {
        /// The format.
        format: NumberFormat,
        /// The mark, where the column or the file has one.
        mark: Option<Mark>,
        /// How else it could be read; follows the name of the column.
        doubt: Option<String>,
        /// A cell that shows the format.
        example: Option<String>,
    },
    /// Texts, though all are numbers of a kind; the reason follows the name of the column.
    Text(String),
    /// Not numbers.
    Other,
}

/// Tells the format of a column.
pub(super) fn settle(column: &Evidence, file: &File) -> Settled {
    if column.formats == 0 || column.cells == 0 || column.accounting == column.cells {
        return Settled::Other;
    }
    if let Some(reason) = mixed_units(column) {
        return Settled::Text(reason);
    }
    let asked = NumberFormat::with(file.mark, file.thousands) & column.formats;
    let formats = if asked == 0 { column.formats } else { asked };
    let others = file.votes.without(column);
    let choice = if asked == 0 {
        let mark = if formats & WITH_POINT == 0 { Mark::Comma } else { Mark::Point };
        let list = mark == Mark::Comma && !column.sure_comma && column.comma_decimals.is_some();
        let odd = || Choice::doubtful(mark, others_say(column, mark, &format!("what {DECIMAL} and {THOUSANDS} say")));
        if list { None } else { odd() }
    } else {
        choose(column, formats, file, others)
    };
    let Some(Choice { mark, doubt }) = choice else { return Settled::Text(list_reason(column)) };
    let set = formats & if mark == Mark::Point { WITH_POINT } else { WITH_COMMA };
    let format = NumberFormat::first_of(set).unwrap_or_default();
    let quoted_comma = file.delimiter == b',' && mark == Mark::Comma && column.decimal.is_some();
    let unusual = format.thousands.is_some() || column.with_unit > 0 || column.accounting > 0 || quoted_comma;
    let example = if unusual { column.unusual.clone().or_else(|| column.lone.clone()) } else { None };
    let marked =
        column.decimal.is_some() || format.thousands.is_some_and(|t| matches!(t, Thousands::Comma | Thousands::Point));
    Settled::Numbers { format, mark: marked.then_some(mark), doubt, example: example.filter(|_| unusual) }
}

struct Choice {
    mark: Mark,
    doubt: Option<String>,
}

impl Choice {
    fn sure(mark: Mark) -> Option<Self> {
        Some(Self { mark, doubt: None })
    }

    fn doubtful(mark: Mark, doubt: String) -> Option<Self> {
        Some(Self { mark, doubt: Some(doubt) })
    }
}

/// The mark among those that are left; `None` for what is rather a list.
fn choose(column: &Evidence, formats: Formats, file: &File, others: Votes) -> Option<Choice> {
    let usual = others.mark();
    match (formats & WITH_POINT != 0, formats & WITH_COMMA != 0) {
        (true, false) if column.vote() == Some(Mark::Point) && usual == Some(Mark::Comma) && file.mark.is_none() => {
            Choice::doubtful(Mark::Point, others_say(column, Mark::Point, "the other columns"))
        }
        (true, false) => Choice::sure(Mark::Point),
        // A flag that leaves decimal commas alone asks for them.
        (false, true) if file.mark == Some(Mark::Comma) || column.formats & WITH_POINT != 0 => {
            Choice::sure(Mark::Comma)
        }
        (false, true) => choose_comma(column, file, usual),
        _ if column.lone_points + column.lone_commas == 0 => Choice::sure(Mark::Point),
        _ => choose_lone(column, file, usual),
    }
}

/// A column in which commas are decimal commas, or part the items of a list.
fn choose_comma(column: &Evidence, file: &File, usual: Option<Mark>) -> Option<Choice> {
    match usual {
        Some(Mark::Comma) => Choice::sure(Mark::Comma),
        Some(Mark::Point) if !column.sure_comma => None,
        Some(Mark::Point) => Choice::doubtful(Mark::Comma, others_say(column, Mark::Comma, "the other columns")),
        None if column.sure_comma => Choice::sure(Mark::Comma),
        None => {
            let uneven =
                column.comma_decimals.is_some_and(|(least, most)| least != most) || column.short + column.long > 0;
            if file.delimiter == b';' && !(column.comma_zero && uneven) {
                return Choice::sure(Mark::Comma);
            }
            let text = column.decimal.as_deref().unwrap_or_default();
            let doubt = format!(
                "the commas are read as decimal commas ({} is {}); if they part the items of a list, name the column in {TEXT}",
                text,
                shown(text, Mark::Comma, None)
            );
            Choice::doubtful(Mark::Comma, doubt)
        }
    }
}

/// A column in which every mark stands before exactly three digits.
fn choose_lone(column: &Evidence, file: &File, usual: Option<Mark>) -> Option<Choice> {
    let points = column.lone_points > 0;
    if points && column.lone_commas > 0 {
        // Both `1.126` and `1,126`: one of them has decimals.
        let mark = usual?;
        return Choice::doubtful(mark, either(column, mark, "the other columns settle it so"));
    }
    let own = if points { Mark::Point } else { Mark::Comma };
    let thousands = column.has_thousands();
    if let Some(usual) = usual {
        let odd = usual == own && thousands && (own == Mark::Comma || column.lone_zero);
        return if odd {
            Choice::doubtful(usual, either(column, usual, "as in the other columns"))
        } else {
            Choice::sure(usual)
        };
    }
    let semicolon = file.delimiter == b';';
    let (mark, sure) = match own {
        Mark::Comma if thousands || !semicolon => (Mark::Point, false),
        Mark::Comma => (Mark::Comma, false),
        Mark::Point if thousands && semicolon => (Mark::Comma, false),
        Mark::Point => (Mark::Point, file.delimiter == b',' && !(thousands && column.lone_zero)),
    };
    if sure {
        Choice::sure(mark)
    } else {
        Choice::doubtful(mark, either(column, mark, "nothing else in the file settles it"))
    }
}

/// How a text is read.
fn shown(text: &str, mark: Mark, thousands: Option<Thousands>) -> f64 {
    NumberFormat { mark, thousands }.parse(text).unwrap_or(f64::NAN)
}

fn either(column: &Evidence, mark: Mark, why: &str) -> String {
    let text = column.lone.as_deref().unwrap_or_default();
    let separator = if text.contains(',') { Thousands::Comma } else { Thousands::Point };
    let (own, other) = (separator.char(), if separator == Thousands::Comma { '.' } else { ',' });
    let decimals = mark.char() == own;
    let number = shown(text, mark, if decimals { None } else { Some(separator) });
    let flags = if decimals {
        format!("{} reads it as {}", THOUSANDS.to(format!("'{own}'")), shown(text, mark.other(), Some(separator)))
    } else {
        format!("{} reads it as {}", DECIMAL.to(format!("'{own}'")), shown(text, mark.other(), None))
    };
    let what = if decimals { "decimals" } else { "thousands" };
    let settle = if decimals {
        DECIMAL.to(format!("'{own}'"))
    } else {
        format!("{} or {}", DECIMAL.to(format!("'{other}'")), THOUSANDS.to(format!("'{own}'")))
    };
    format!("{text} is read as {number}, with {what} behind the '{own}' ({why}); {flags}, and {settle} confirms it")
}

fn others_say(column: &Evidence, mark: Mark, what: &str) -> String {
    let text = column.decimal.as_deref().or(column.unusual.as_deref()).unwrap_or_default();
    let name = if mark == Mark::Point { "point" } else { "comma" };
    format!(
        "numbers such as {text} are read with a decimal {name}, unlike {what}; write all columns alike, or name the column in {TEXT}"
    )
}

fn list_reason(column: &Evidence) -> String {
    let text = column.decimal.as_deref().or(column.lone.as_deref()).unwrap_or_default();
    if column.lone_points > 0 && column.lone_commas > 0 {
        return format!(
            "both points and commas stand before three digits, so that it is taken as text; {} or {} says which are decimals",
            DECIMAL.to("'.'"),
            DECIMAL.to("','")
        );
    }
    format!(
        "cells such as {text} look like lists, since other columns write decimals with a point, so it is taken as text; {} reads them as numbers",
        DECIMAL.to("','")
    )
}

/// Why numbers with signs of percent or currency are no one column of numbers.
fn mixed_units(column: &Evidence) -> Option<String> {
    let (_, text) = column.units.first()?;
    if let Some((_, other)) = column.units.get(1) {
        return Some(format!("it mixes {text} and {other}, so it is taken as text; bring all to one sign"));
    }
    let percent = column.units[0].0 == "%" || column.units[0].0 == "‰";
    column
        .bare
        .as_ref()
        .filter(|_| percent)
        .map(|bare| format!("it mixes {text} and {bare} without a sign, so it is taken as text; write all alike"))
}
