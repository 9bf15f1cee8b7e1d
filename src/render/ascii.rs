//! Text for places that show ASCII alone.

use std::io::{self, Write};

/// A writer that puts signs of our own into ASCII. What comes from data stays as it is.
pub(super) struct Ascii<'a>(pub &'a mut dyn Write);

impl Write for Ascii<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Whole texts come in: `writeln!` hands over strings.
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.is_ascii() => self.0.write_all(plain(text).as_bytes())?,
            _ => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The text with signs of one column in place of those that ASCII lacks, so that tables stay aligned.
fn plain(text: &str) -> String {
    let sign = |c: char| match c {
        '▁' => '.',
        '▂' => ':',
        '▃' => '-',
        '▄' => '=',
        '▅' => '+',
        '▆' => '*',
        '▇' => '%',
        '█' => '#',
        '–' | '−' => '-',
        '…' => '~',
        '·' => '|',
        '±' | '≈' => '~',
        '×' => 'x',
        '²' => '2',
        '✓' => '+',
        '✗' => 'x',
        c => c,
    };
    text.chars().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_signs_become_ascii_and_data_stays() {
        let mut out = Vec::new();
        write!(Ascii(&mut out), "✓ 0.5 ± 0.1 ▁▃█ · é").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "+ 0.5 ~ 0.1 .-# | é");
    }
}
