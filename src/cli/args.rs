//! Flags that several commands share.

use std::num::{IntErrorKind, ParseIntError};
use std::path::Path;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::shell::parse_list;
use crate::Evaluation;
use crate::data::{
    ALL_WORDS, FeatureOptions, LoadOptions, MISSING_WORDS, Mark, Selection, TargetOptions, Task, Thousands,
};
use crate::error::{Error, Result};
use crate::escape::csv::Cells;
use crate::split::{MAX_DRAWN, PlanFormat, PlanOptions, Scheme, Size, scheme};

/// A whole number from 0 up.
pub fn whole<T: FromStr<Err = ParseIntError>>(text: &str) -> std::result::Result<T, String> {
    text.trim().parse().map_err(|e: ParseIntError| match e.kind() {
        IntErrorKind::PosOverflow => "give a whole number below 2^64".to_owned(),
        _ => "give a whole number from 0 up".to_owned(),
    })
}

/// Format of a written table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Text with a header line
    Csv,
    /// Parquet
    Parquet,
}

impl From<TableFormat> for PlanFormat {
    fn from(format: TableFormat) -> Self {
        match format {
            TableFormat::Csv => Self::Csv,
            TableFormat::Parquet => Self::Parquet,
        }
    }
}

/// How cells of text are written to CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CsvCells {
    /// As they are
    Raw,
    /// With ' before a cell that a spreadsheet would take for a formula
    Spreadsheet,
}

impl From<CsvCells> for Cells {
    fn from(cells: CsvCells) -> Self {
        match cells {
            CsvCells::Raw => Self::RAW,
            CsvCells::Spreadsheet => Self::SPREADSHEET,
        }
    }
}

/// A number of splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Fixed(usize),
    /// As many as it takes.
    Auto,
}

/// The most splits of `--splits auto` where nothing is said.
const MAX_SPLITS: usize = 2000;

/// Reads a number of splits.
fn count(text: &str) -> std::result::Result<Count, String> {
    if text.trim() == "auto" {
        return Ok(Count::Auto);
    }
    text.trim().parse().map(Count::Fixed).map_err(|e: ParseIntError| match e.kind() {
        IntErrorKind::PosOverflow => format!("give a whole number up to {}, or auto", MAX_DRAWN),
        _ => "give a whole number from 0 up, or auto".to_owned(),
    })
}

/// The task, as a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TaskChoice {
    /// Told from the target: text, booleans and few whole numbers are classes
    Auto,
    /// The target is a number
    Regression,
    /// The target is a label
    Classification,
}

/// Which data, which columns.
#[derive(Debug, Args)]
pub struct DataArgs {
    /// CSV or Parquet file, gzipped or not; a folder of Parquet files or a pattern such as 'part-*.parquet'; - for standard input
    pub data: String,

    /// Column to predict
    #[arg(short, long, value_name = "COLUMN")]
    pub target: String,

    /// Columns to use, by name or glob; all but the target without it
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Data")]
    pub features: Vec<String>,

    /// Columns to leave out, by name or glob
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Data")]
    pub drop: Vec<String>,

    /// Whether the target is a number or a label
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        hide_possible_values = true,
        value_name = "auto|regression|classification",
        help_heading = "Data"
    )]
    pub task: TaskChoice,

    /// The positive label of a two-class target; the last in sorted order without it
    #[arg(long, value_name = "LABEL", help_heading = "Data", hide_short_help = true)]
    pub positive: Option<String>,

    /// How a column is encoded: onehot, ordinal, frequency or drop
    #[arg(long, value_name = "COLUMN=HOW", help_heading = "Data", hide_short_help = true)]
    pub encode: Vec<String>,

    /// Extra string to read as missing, besides the usual ones (empty, NA, NaN, null, …); a number in any spelling
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Data", hide_short_help = true)]
    pub na: Vec<String>,

    /// Word that is a value and not missing, such as None or NA, or all for every word
    #[arg(long, value_name = "WORD", help_heading = "Data", hide_short_help = true)]
    pub keep_na: Vec<String>,

    /// Columns to read as text whatever their cells look like, by name or glob
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Data", hide_short_help = true)]
    pub text: Vec<String>,

    /// Columns to read as numbers though they look like codes (01234), by name or glob
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Data", hide_short_help = true)]
    pub number: Vec<String>,

    /// What stands before decimals: . or , where the file leaves it open
    #[arg(long, value_name = "CHARACTER", help_heading = "Data", hide_short_help = true)]
    pub decimal: Option<String>,

    /// What stands between thousands: , . ' or space, where the file leaves it open
    #[arg(long, value_name = "CHARACTER", help_heading = "Data", hide_short_help = true)]
    pub thousands: Option<String>,

    /// Delimiter of a text file (tab for a tab); found from its first lines without it
    #[arg(long, value_name = "CHARACTER", help_heading = "Data", hide_short_help = true)]
    pub delimiter: Option<String>,
}

/// How splits are drawn.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Number of splits, or auto: until every claim is decided [default: 100]
    #[arg(short = 'n', long, value_name = "N|auto", value_parser = count, allow_hyphen_values = true, help_heading = "Splits")]
    pub splits: Option<Count>,

    /// The most splits of --splits auto [default: 2000]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_hyphen_values = true, help_heading = "Splits", hide_short_help = true)]
    pub max_splits: Option<usize>,

    /// Test rows, as a share (0.2, 20%) or a number [default: 0.2]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true, help_heading = "Splits")]
    pub test_size: Option<Size>,

    /// Train rows, as a share or a number; the rest without it
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true, help_heading = "Splits", hide_short_help = true)]
    pub train_size: Option<Size>,

    /// Seed of all randomness
    #[arg(short, long, value_name = "SEED", default_value_t = 0, value_parser = whole::<u64>, allow_hyphen_values = true, help_heading = "Splits")]
    pub seed: u64,

    #[arg(
        long,
        value_name = "SCHEME",
        help = format!("{} [default: stratified for classes, shuffle for numbers]", scheme::forms("or")),
        help_heading = "Splits"
    )]
    pub scheme: Option<Scheme>,

    /// Column whose equal values stay on one side of a split
    #[arg(long, value_name = "COLUMN", help_heading = "Splits")]
    pub group: Option<String>,

    /// Column to keep in proportion (numbers by ten quantile bins); the target under --scheme
    /// stratified without it
    #[arg(long, value_name = "COLUMN", help_heading = "Splits", hide_short_help = true)]
    pub stratify: Option<String>,

    /// Column that orders rows in time: test rows are later than train rows
    #[arg(long, value_name = "COLUMN", help_heading = "Splits")]
    pub time: Option<String>,

    /// Rows left out between train and test part of a time split
    #[arg(long, value_name = "ROWS", default_value_t = 0, value_parser = whole::<usize>, allow_hyphen_values = true, help_heading = "Splits", hide_short_help = true)]
    pub gap: usize,
}

impl DataArgs {
    /// The file that is read, with what it is.
    pub fn inputs(&self) -> Vec<(&str, &Path)> {
        if self.data == "-" { Vec::new() } else { vec![("data", Path::new(&self.data))] }
    }

    /// The evaluation that these flags begin.
    ///
    /// # Errors
    /// An input error for a malformed delimiter or encoding.
    pub fn evaluation(&self, plan: &PlanArgs) -> Result<Evaluation> {
        if plan.max_splits.is_some() && plan.splits != Some(Count::Auto) {
            return Err(Error::setting("--max-splits has no effect without --splits auto").advise("leave it out"));
        }
        let mut evaluation = Evaluation::new(&self.data, &self.target);
        evaluation.load = self.load_options()?;
        evaluation.selection = Selection {
            target: self.target.clone(),
            features: self.features.clone(),
            drop: self.drop.clone(),
            ..Selection::default()
        };
        let task = match self.task {
            TaskChoice::Auto => None,
            TaskChoice::Regression => Some(Task::Regression),
            TaskChoice::Classification => Some(Task::Classification),
        };
        evaluation.target = TargetOptions { task, positive: self.positive.clone() };
        evaluation.encode = FeatureOptions { encode: self.encode.iter().map(|e| encoding(e)).collect::<Result<_>>()? };
        evaluation.plan = plan.options();
        Ok(evaluation)
    }

    fn load_options(&self) -> Result<LoadOptions> {
        let texts = |given: &[String]| given.iter().flat_map(|value| parse_list(value)).collect::<Vec<_>>();
        let (missing, keep_missing) = (texts(&self.na), texts(&self.keep_na));
        let known = |word: &str| MISSING_WORDS.contains(&word) || word == ALL_WORDS;
        if let Some(word) = keep_missing.iter().find(|word| !known(word)) {
            return Err(Error::setting(format!("--keep-na {word}: '{word}' is never taken as missing"))
                .advise(format!("the words that are: {}, or all", MISSING_WORDS.join(", "))));
        }
        if let Some(word) = missing.iter().find(|text| keep_missing.contains(text)) {
            return Err(Error::setting(format!("'{word}' is named by --na and by --keep-na")).advise("leave one out"));
        }
        let delimiter = delimiter_byte(self.delimiter.as_deref())?;
        let (decimal, thousands) = (decimal_mark(self.decimal.as_deref())?, self.thousands()?);
        if let (Some(decimal), Some(thousands)) = (decimal, thousands)
            && decimal.char() == thousands.char()
        {
            return Err(Error::setting(format!(
                "--decimal '{0}' and --thousands '{0}' are one sign for two things; leave one out",
                decimal.char()
            )));
        }
        // Between columns of a comma-separated file such numbers stand in quotes; no file quotes all for the sake of another delimiter.
        let clash = |sign: Option<char>| sign.is_some_and(|c| c != ',' && delimiter == u8::try_from(c).ok());
        for (flag, sign) in [("--decimal", decimal.map(Mark::char)), ("--thousands", thousands.map(Thousands::char))] {
            if clash(sign) {
                return Err(Error::setting(format!(
                    "{flag} '{0}' and --delimiter '{0}' are one sign for two things; leave one out",
                    sign.unwrap_or_default()
                )));
            }
        }
        Ok(LoadOptions {
            delimiter,
            missing,
            keep_missing,
            decimal,
            thousands,
            text: self.text.clone(),
            number: self.number.clone(),
            known: Vec::new(),
        })
    }

    fn thousands(&self) -> Result<Option<Thousands>> {
        let read = |text: &str| match text {
            "point" => Some(Thousands::Point),
            "comma" => Some(Thousands::Comma),
            "space" => Some(Thousands::Space),
            "apostrophe" => Some(Thousands::Apostrophe),
            _ => one_character(text).and_then(Thousands::from_char),
        };
        let refused = |text: &str| {
            Error::setting(format!("--thousands '{text}' is none of , . ' and space")).advise("give one of these")
        };
        self.thousands.as_deref().map(|text| read(text).ok_or_else(|| refused(text))).transpose()
    }
}

/// What `--decimal` says.
///
/// # Errors
/// An input error for anything but a point and a comma.
pub fn decimal_mark(text: Option<&str>) -> Result<Option<Mark>> {
    let read = |text: &str| match text {
        "point" => Some(Mark::Point),
        "comma" => Some(Mark::Comma),
        _ => one_character(text).and_then(Mark::from_char),
    };
    let refused =
        |text: &str| Error::setting(format!("--decimal '{text}' is neither . nor ,")).advise("give one of these");
    text.map(|text| read(text).ok_or_else(|| refused(text))).transpose()
}

/// What `--delimiter` says.
///
/// # Errors
/// An input error for anything but a single ASCII character.
pub fn delimiter_byte(text: Option<&str>) -> Result<Option<u8>> {
    match text {
        None => Ok(None),
        Some("tab" | "\\t") => Ok(Some(b'\t')),
        Some(one) if one.len() == 1 && !matches!(one.as_bytes()[0], b'"' | b'\n' | b'\r') && one.is_ascii() => {
            Ok(Some(one.as_bytes()[0]))
        }
        Some(other) => Err(Error::setting(format!("--delimiter '{other}' is not a single ASCII character"))
            .advise("give one such as ';', or tab")),
    }
}

fn one_character(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

fn encoding(text: &str) -> Result<(String, String)> {
    // The column's own name may hold an equals sign.
    let (column, how) = text
        .rsplit_once('=')
        .ok_or_else(|| Error::setting(format!("--encode {text}: write COLUMN=onehot, ordinal, frequency or drop")))?;
    Ok((column.to_owned(), how.to_owned()))
}

impl PlanArgs {
    /// The plan that is read, where splits come from a file.
    pub fn input(&self) -> Option<(&str, &Path)> {
        Some(("split plan", Path::new(self.scheme.as_ref()?.file()?)))
    }

    fn options(&self) -> PlanOptions {
        PlanOptions {
            splits: self.splits.map(|count| match count {
                Count::Fixed(splits) => splits,
                Count::Auto => self.max_splits.unwrap_or(MAX_SPLITS),
            }),
            scheme: self.scheme.clone(),
            test_size: self.test_size,
            train_size: self.train_size,
            seed: self.seed,
            group: self.group.clone(),
            stratify: self.stratify.clone(),
            time: self.time.clone(),
            gap: self.gap,
            overlaps: false,
        }
    }
}
