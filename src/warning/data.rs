//! How a table was read, and what of it is used.

use super::{Code, Page};

pub(super) const PAGES: &[Page] = &[
    (
        Code::TargetMissing,
        "RS001",
        "Rows without a target are left out",
        "A row whose target is missing can neither teach nor test a model. Such rows are left out before any split is \
      drawn; row numbers in the output still count all rows of the file. If many are missing, ask why: scores speak \
      only of rows like those that have a target.",
    ),
    (
        Code::TaskGuessed,
        "RS002",
        "A whole-number target is taken as classes",
        "A target of at most ten distinct whole numbers, each seen three times on average, is usually a label. If it is a \
      quantity (a count, a rating), say {task} regression.",
    ),
    (
        Code::ConstantColumn,
        "RS003",
        "A column that never varies is left out",
        "A column with the same value in every used row, or with none, cannot help any model.",
    ),
    (
        Code::IdColumn,
        "RS004",
        "A column that looks like an id or free text is left out",
        "A text column is left out when it has more than 256 levels, or more than 10 levels and more of them than half the \
      rows that have a value; so is a column that numbers the rows: an index of pandas, R or polars (no name, Unnamed: 0, \
      __index_level_0__, or index, id, rownames and the like where each whole number is there once). One-hot columns for such levels are seen \
      in train or in test, rarely in both. Keep it with {encode=COLUMN=onehot}, ordinal or frequency. Thousands of \
      different texts in a column that should hold numbers often mean a stray mark for missing values: name it with {na}.",
    ),
    (
        Code::ColumnUnsupported,
        "RS005",
        "A column of an unsupported type is left out",
        "Lists, structs, binary data, times of day and durations have no obvious reading as a feature. Convert them to \
      numbers, text or dates first. In a table of scores a column of text is no metric.",
    ),
    (
        Code::NonFinite,
        "RS006",
        "Infinite values are treated as missing",
        "No model can learn from an infinity. Such cells get the median of the train rows, like other gaps. Check the \
      program that wrote them: a division by zero is the usual cause.",
    ),
    (
        Code::MostlyNumbers,
        "RS015",
        "A column of numbers is taken as text",
        "Four fifths of the column's values or more are numbers, and the rest are not, so all of it is text and becomes \
      one 0/1 column for each value. If the rest stand for missing values, name them with {na}; if they are mistakes, \
      correct them.",
    ),
    (
        Code::NumbersRead,
        "RS018",
        "How the numbers of a column were read",
        "Signs of percent and currency, separators of thousands, parentheses for amounts below 0 and, in a file of commas, \
      decimal commas are no part of a number's value: $1,234.50 is 1234.5, and 12.5% is 12.5, the number as it is written, \
      not 0.125. The sentence shows one cell of each such column with the number it became. Whole numbers beyond 2^53 that are \
      times in nanoseconds since 1970, as pandas writes them, are read as numbers too. docs/reading.md has the rules; {text} \
      COLUMN reads a column as text instead.",
    ),
    (
        Code::AmbiguousNumbers,
        "RS019",
        "Numbers could be read in two ways",
        "1,126 is 1126 in one country and 1.126 in another. All cells of the column, the other columns and the delimiter are \
      asked; where they leave it open, or contradict each other, the sentence says how the column was read and which flag \
      settles it: {decimal='.'} or ',' says what stands before decimals, {thousands} what stands between groups of three digits. \
      {text=COLUMN} reads the cells as text.",
    ),
    (
        Code::NumbersAsText,
        "RS020",
        "A column of numbers is taken as text",
        "Digits that begin with a 0 (01234) are codes, and 1234 is another one; whole numbers beyond 2^53 would run together as \
      floats; numbers with and without a percent sign, or with several currencies, are not one quantity; cells such as 3,7 are \
      lists where other columns write decimals with a point. {number=COLUMN} reads codes and long ids as numbers.",
    ),
    (
        Code::MissingWords,
        "RS021",
        "Words of a text column are taken as missing",
        "None, NA, null, NaN and their like stand for missing values in most files, as pandas reads them. In a column of text \
      they may be answers like others. {keep_na=WORD} keeps one as a value, {keep_na=all} keeps all; empty cells are missing \
      in any case.",
    ),
    (
        Code::MissingNotFound,
        "RS022",
        "A text of {na} is in no column",
        "{na} compares whole cells, without blanks around them; a number is found in any spelling (-999 finds -999.0). A text \
      that no column holds is often misspelt. Columns that are not read ({drop}, {features}) are not looked at.",
    ),
    (
        Code::QuotedLines,
        "RS023",
        "A quoted cell holds what look like rows",
        "Between two quotes a cell may hold line breaks and delimiters. Where its lines have just as many delimiters as the rows \
      of the table, the quotes are probably stray (an inch sign, say) and have swallowed rows. Remove them, or double them \
      inside a quoted cell.",
    ),
    (
        Code::MostlyDates,
        "RS024",
        "A column of dates is taken as text",
        "Four fifths of the column's values or more are dates, and the rest are not, so all of it is text. If the rest stand for \
      missing values, name them with {na}; if they are mistakes, correct them.",
    ),
    (
        Code::UnreadDates,
        "RS025",
        "A column holds dates in a spelling that is not read",
        "Dates are read with the year first: 2024-01-31, with or without a time of day and an offset. Of 03/04/2024 nobody but \
      its writer knows whether it is in March or April, so it is not guessed; 20240131 is a number as good as any. Such a \
      column is text or a number. Write its dates as YYYY-MM-DD to have their year, month, day of the week and order.",
    ),
    (
        Code::StandInDate,
        "RS026",
        "A date at the end of all years stands for none",
        "Dates such as 9999-12-31 and 0001-01-01 are often written where there is no date. As dates they are thousands of years \
      from all others, and linear models follow them. Name them with {na} to have them taken as missing.",
    ),
    (
        Code::TextOfNumbers,
        "RS027",
        "A column of a Parquet file holds numbers as text",
        "A CSV file does not say what is text, so that digits are numbers there. A Parquet file does, and whoever wrote digits as \
      text may have meant codes. The column is taken as text, as the file says. If it holds numbers, write it as numbers.",
    ),
];
