//! Text in columns of a terminal: a Chinese character or an emoji takes two, an accent none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text aligned to the left in so many columns.
pub fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text aligned to the right in so many columns.
pub fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The first characters of a text, in at most so many columns.
fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += c.width().unwrap_or(0);
        used > columns
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// The last characters of a text, in at most so many columns.
fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let start = text.char_indices().rev().find(|(_, c)| {
        used += c.width().unwrap_or(0);
        used > columns
    });
    start.map_or(text, |(at, c)| &text[at + c.len_utf8()..])
}

/// Whether a text fits: one of a megabyte is not measured for it.
fn fits(text: &str, columns: usize) -> bool {
    text.len() < 4000 && width(text) <= columns
}

/// The text in at most so many columns: its first ones, an ellipsis, and its last `end` ones.
fn shortened(text: &str, columns: usize, end: usize) -> String {
    if fits(text, columns) {
        return text.to_owned();
    }
    let begin = columns.saturating_sub(end + 1);
    format!("{}…{}", head(text, begin), tail(text, end))
}

/// The text in at most so many columns around the character at which it differs from others: its first ones, those from there
/// on, and its last ones, as far as there is room.
fn shortened_around(text: &str, columns: usize, at: usize) -> String {
    if fits(text, columns) {
        return text.to_owned();
    }
    let (before, behind) = text.split_at(at);
    // Two ellipses stand between three pieces.
    let room = columns.saturating_sub(2);
    let middle = head(behind, (room / 2).max(1));
    let rest = &behind[middle.len()..];
    let ends = room.saturating_sub(width(middle));
    let last = tail(rest, ends / 2);
    let first = head(before, ends - width(last));
    let gap = |cut: bool| if cut { "…" } else { "" };
    format!("{first}{}{middle}{}{last}", gap(first.len() < before.len()), gap(last.len() < rest.len()))
}

/// For each of some sorted names the byte at which it begins to differ from those beside it.
fn differences(sorted: &[&String]) -> Vec<usize> {
    let common = |a: &str, b: &str| {
        a.char_indices().zip(b.chars()).find(|((_, a), b)| a != b).map_or(a.len().min(b.len()), |((at, _), _)| at)
    };
    let with =
        |i: usize, other: Option<usize>| other.and_then(|j| sorted.get(j)).map_or(0, |other| common(sorted[i], other));
    (0..sorted.len()).map(|i| with(i, i.checked_sub(1)).max(with(i, Some(i + 1)))).collect()
}

/// Names in at most so many columns each, shortened so that different ones stay different: in the middle where one cut tells
/// all apart, else around the place where each begins to differ. Where not even that tells them apart, they end with their number.
pub fn fitted(names: &[String], columns: usize) -> Vec<String> {
    let columns = columns.max(5);
    let mut known: Vec<&String> = names.iter().collect();
    known.sort_unstable();
    known.dedup();
    let distinct = |short: &[String]| {
        let mut sorted: Vec<&String> = short.iter().collect();
        sorted.sort_unstable();
        sorted.windows(2).all(|pair| pair[0] != pair[1])
    };
    // The cut is tried from the middle outwards.
    let mut ends: Vec<usize> = (0..columns - 1).collect();
    ends.sort_by_key(|end| end.abs_diff(columns / 2));
    let cut = |end: usize| -> Vec<String> { known.iter().map(|name| shortened(name, columns, end)).collect() };
    let around = || -> Vec<String> {
        let at = differences(&known);
        known.iter().zip(at).map(|(name, at)| shortened_around(name, columns, at)).collect()
    };
    let cuts = ends.into_iter().map(cut).chain(std::iter::once_with(around));
    let short = cuts.into_iter().find(|short| distinct(short)).unwrap_or_else(|| {
        let numbered = |(i, name): (usize, &&String)| {
            let number = format!("…{}", i + 1);
            format!("{}{number}", head(name, columns.saturating_sub(width(&number))))
        };
        known.iter().enumerate().map(numbered).collect()
    });
    names.iter().map(|name| known.binary_search(&name).map_or_else(|_| name.clone(), |at| short[at].clone())).collect()
}

/// Signs that stand with what is before and behind them.
const SIGNS: [&str; 7] = ["=", "<", ">", "<=", ">=", "±", "≥"];

/// What is not broken: words, and in a room of so many columns also `95 %` and `p = 0.04`.
fn pieces(text: &str, room: usize) -> Vec<&str> {
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    let (mut at, mut open) = (0, false);
    for word in text.split(' ') {
        let end = at + word.len();
        let joins = open || SIGNS.contains(&word) || word.starts_with('%');
        match pieces.last_mut() {
            Some(last) if joins && width(&text[last.0..end]) <= room => last.1 = end,
            _ => pieces.push((at, end)),
        }
        (at, open) = (end + 1, SIGNS.contains(&word));
    }
    pieces.into_iter().map(|(from, to)| &text[from..to]).collect()
}

/// The text in lines of at most so many columns, broken at spaces, but not within `95 %` or `p = 0.04`; lines after the first are indented, as is the text
/// where it begins with spaces.
pub fn wrapped(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let start = text.len() - text.trim_start().len();
    let mut lines = vec![text[..start].to_owned()];
    let mut used = start;
    let mut fresh = true;
    for word in pieces(&text[start..], columns.saturating_sub(start + indent)) {
        let next = width(word);
        if !fresh && used + 1 + next > columns {
            lines.push(" ".repeat(start + indent));
            used = start + indent;
        } else if !fresh && let Some(line) = lines.last_mut() {
            line.push(' ');
            used += 1;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
        fresh = false;
        used += next;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(names: &[&str], columns: usize) -> Vec<String> {
        fitted(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>(), columns)
    }

    #[test]
    fn names_stay_different_and_fit() {
        let classes = ["recall[tropical rainforest]", "recall[tropical savanna]", "recall[tropical monsoon]"];
        for columns in [8, 12, 14, 20, 40] {
            let short = fit(&classes, columns);
            assert!(short.iter().all(|name| width(name) <= columns), "{short:?}");
            assert!(short[0] != short[1] && short[1] != short[2] && short[0] != short[2], "{short:?}");
        }
        assert_eq!(fit(&classes, 40), classes);
        // The cut goes where the difference is not.
        let ends = fit(&["abcdefghijklmnop1", "abcdefghijklmnop2"], 8);
        assert!(ends[0].ends_with('1') && ends[1].ends_with('2'));
        let starts = fit(&["1abcdefghijklmnop", "2abcdefghijklmnop"], 8);
        assert!(starts[0].starts_with('1') && starts[1].starts_with('2'));
        assert_eq!(fit(&["ridge", "forest", "ridge"], 5)[2], "ridge");
        assert_eq!(fit(&["aaaaaaaa1aaaaaaaa", "aaaaaaaa2aaaaaaaa"], 8), ["aa…1aa…a", "aa…2aa…a"]);
        // No cut at one place tells these three apart, and each shows where it differs.
        let three = ["x".repeat(40) + "1" + &"x".repeat(60), "x".repeat(70) + "2" + &"x".repeat(30), "x".repeat(101)];
        for columns in [8, 12, 26, 60] {
            let short = fitted(&three, columns);
            assert!(short.iter().all(|name| width(name) <= columns && !name.ends_with(['3'])), "{short:?}");
            assert!(short[0].contains('1') && short[1].contains('2') && short[0] != short[2], "{short:?}");
        }
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!((width("価格"), width("e\u{301}"), width("▁█")), (4, 1, 2));
        assert_eq!((left("価", 4), right("価", 4)), ("価  ".to_owned(), "  価".to_owned()));
        for columns in 5..12 {
            assert!(
                fit(&["価格の予測モデル一号", "価格の予測モデル二号"], columns).iter().all(|n| width(n) <= columns)
            );
        }
    }

    #[test]
    fn lines_are_broken_at_spaces() {
        assert_eq!(wrapped("  one two three", 9, 2), ["  one two", "    three"]);
        assert_eq!(wrapped("one", 2, 0), ["one"]);
        assert_eq!(wrapped("価格 価格 a", 7, 0), ["価格", "価格 a"]);
        // What is read as one stays on one line, where there is room.
        assert_eq!(wrapped("is 95 % sure", 6, 0), ["is", "95 %", "sure"]);
        assert_eq!(wrapped("so (p = 0.04; n) ends", 12, 0), ["so", "(p = 0.04;", "n) ends"]);
        assert_eq!(wrapped("a = 1 b", 4, 0), ["a =", "1 b"]);
    }
}
