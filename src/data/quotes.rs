//! Quotes that swallow rows: what a record of several lines looks like in the text.

/// What is odd about a record that holds line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Oddity {
    /// A quote opens a cell and none closes it before the file ends; the line of the opening one, from 0.
    Open(usize),
    /// The quote that closes a cell of several lines has text behind it: lines of the opening and the closing one.
    Stray(usize, usize),
    /// A cell of several lines holds what would be rows of the table without its quotes: its first and last line.
    Rows(usize, usize),
}

/// Looks for a quoted cell that swallowed the rows after it. `record` is the text of one record, `width` the number of
/// columns, `last` whether the file ends with it.
pub(super) fn oddity(record: &[u8], delimiter: u8, width: usize, last: bool) -> Option<Oddity> {
    let (mut at, mut line, mut column) = (0, 0, 0);
    // Blank lines before the record are no part of it, but counted.
    while at < record.len() && matches!(record[at], b'\r' | b'\n') {
        line += usize::from(record[at] == b'\n');
        at += 1;
    }
    while at < record.len() {
        if record[at] != b'"' {
            // An unquoted cell ends at the next delimiter or line break.
            while at < record.len() && !matches!(record[at], b'\r' | b'\n') && record[at] != delimiter {
                at += 1;
            }
        } else {
            let (start, opened) = (at + 1, line);
            at = start;
            loop {
                match record.get(at) {
                    None => return (last || line > opened).then_some(Oddity::Open(opened)),
                    Some(b'"') if record.get(at + 1) == Some(&b'"') => at += 2,
                    Some(b'"') => break,
                    Some(byte) => {
                        line += usize::from(*byte == b'\n');
                        at += 1;
                    }
                }
            }
            let inside = &record[start..at];
            at += 1;
            let closed = record.get(at).is_none_or(|b| *b == delimiter || matches!(b, b'\r' | b'\n'));
            if line > opened {
                if !closed {
                    return Some(Oddity::Stray(opened, line));
                }
                if width > 1 && looks_like_rows(inside, delimiter, width, column) {
                    return Some(Oddity::Rows(opened, line));
                }
            }
            while at < record.len() && !matches!(record[at], b'\r' | b'\n') && record[at] != delimiter {
                at += 1;
            }
        }
        match record.get(at) {
            Some(byte) if *byte == delimiter => column += 1,
            _ => return None,
        }
        at += 1;
        // A quote that opens the last cell of the file and is the last of it.
        if at == record.len() {
            return None;
        }
    }
    None
}

/// Whether every line of a cell has as many delimiters as it would have, were it the rest of a row, a row, or the
/// beginning of one.
fn looks_like_rows(inside: &[u8], delimiter: u8, width: usize, column: usize) -> bool {
    let lines: Vec<usize> =
        inside.split(|b| *b == b'\n').map(|line| line.iter().filter(|b| **b == delimiter).count()).collect();
    let (Some((first, rest)), Some(last)) = (lines.split_first(), lines.last()) else { return false };
    let middle = &rest[..rest.len().saturating_sub(1)];
    *first == width - 1 - column && *last == column && middle.iter().all(|count| *count == width - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stray_quotes_are_found_and_honest_cells_are_not() {
        let of = |text: &str| oddity(text.as_bytes(), b',', 3, false);
        assert_eq!(of("\"15 in screen,1,2\nb,3,4\n\"20 in screen,5,6\n"), Some(Oddity::Stray(0, 2)));
        assert_eq!(of("\"15 in,1,2\nb,3,4\n20 in\",5,6\n"), Some(Oddity::Rows(0, 2)));
        assert_eq!(of("\n1,\"x,2\nb,y\",4\n"), Some(Oddity::Rows(1, 2)));
        assert_eq!(of("\"15 in,1,2\nb,3,4\n"), Some(Oddity::Open(0)));
        assert_eq!(oddity(b"a,1,\"x", b',', 3, true), Some(Oddity::Open(0)));
        for honest in
            ["\"Main St\nTown\",1,2\n", "\"a, \"\"b\"\"\nc\",1,2\n", "a,\"x\n\ny\",2\n", "a,b \"c\" d,e\n", "\"\",1,2"]
        {
            assert_eq!(of(honest), None, "{honest}");
        }
    }
}
