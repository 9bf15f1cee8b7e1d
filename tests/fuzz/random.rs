//! Random bytes, words and changes of known inputs.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub struct Random(ChaCha8Rng);

/// Cells and words that readers of tables and numbers treat in ways of their own.
pub const CELLS: [&str; 94] = [
    "0",
    "1",
    "-1",
    "2",
    "10",
    "007",
    "1.5",
    "-0.25",
    "1e3",
    "1E-7",
    "1e308",
    "1e309",
    "-1e9999",
    "1e-400",
    "5e-324",
    "0x1f",
    ".5",
    "5.",
    "+1",
    "--1",
    "1_000",
    "1,5",
    "1.234,5",
    "1,234.5",
    "1.234.567",
    "1 234",
    "1'234",
    "1\u{a0}234,5",
    "12%",
    "$5",
    "5 €",
    "(3)",
    "9007199254740993",
    "1700000000000000001",
    "18446744073709551616",
    "99999999999999999999999999999999999999999",
    "inf",
    "INF",
    "-Infinity",
    "nan",
    "NaN",
    "NA",
    "N/A",
    "null",
    "None",
    "?",
    "-999",
    "",
    " ",
    "\"\"",
    "\"a\"",
    "\"1,5\"",
    "\"a\"\"b\"",
    "\"open",
    "a\"b",
    "true",
    "false",
    "TRUE",
    "True",
    "yes",
    "a",
    "b",
    "ß",
    "日本",
    "\u{202e}x",
    "\u{0}",
    "\u{1b}[31m",
    "2024-01-31",
    "2024-01-31 23:59:60",
    "2024-02-30",
    "31.12.2024",
    "12/31/2024",
    "2024-01-31T10:00:00Z",
    "2024-01-31T10:00:00+14:00",
    "2024-01-31T10:00:00.123456789-03:30",
    "0000-01-01",
    "9999-12-31",
    "+1000000-01-01",
    "-0001-01-01",
    "1969-12-31T23:59:59.999",
    "20240131",
    "10:00",
    "=1+1",
    "@x",
    "::error::x",
    "sep=;",
    "`x`",
    "<b>",
    "|",
    "\\",
    "'",
    "x\ny",
    "a,b",
    "\u{feff}",
];

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number from 0 up, below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.gen_range(0..end.max(1))
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    pub fn byte(&mut self) -> u8 {
        self.0.r#gen()
    }

    /// A number of any size, most often a short one.
    pub fn number(&mut self) -> f64 {
        match self.below(6) {
            0 => self.below(10) as f64,
            1 => self.below(2000) as f64 / 100.0 - 10.0,
            2 => (self.below(1 << 40) as f64) * if self.one_in(2) { 1.0 } else { -1.0 },
            3 => self.0.gen_range(-1.0..1.0),
            4 => self.0.gen_range(-1.0..1.0) * 10f64.powi(self.below(270) as i32 - 135),
            _ => f64::from(self.0.gen_range(-1e6f32..1e6)),
        }
    }

    /// A whole number as text, absurdly large ones among them.
    pub fn whole(&mut self) -> String {
        match self.below(8) {
            0..4 => self.below(20).to_string(),
            4 => self.below(100_000).to_string(),
            5 => format!("1{}", "0".repeat(self.below(30))),
            6 => ["18446744073709551615", "9223372036854775808", "4294967296", "-1", "1e12", "0.5"][self.below(6)]
                .to_owned(),
            _ => u64::MAX.wrapping_shr(self.below(64) as u32).to_string(),
        }
    }

    /// A few changes of an input: bits, bytes, words, pieces that are doubled, removed, moved, or come from another one.
    pub fn mutate(&mut self, input: &[u8], other: &[u8], words: &[&str]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        let many = self.one_in(8);
        for _ in 0..=self.below(if many { 24 } else { 4 }) {
            let at = self.below(bytes.len() + 1);
            let long = self.one_in(4);
            let end = (at + self.below(if long { bytes.len() + 1 } else { 9 })).min(bytes.len());
            match self.below(10) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = self.byte(),
                2 => bytes.insert(at, self.byte()),
                3 => drop(bytes.drain(at..end)),
                4 => {
                    let piece = bytes[at..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    drop(bytes.splice(to..to, piece));
                }
                5 => {
                    let from = self.below(other.len() + 1);
                    let to = (from + self.below(40)).min(other.len());
                    drop(bytes.splice(at..end, other[from..to].iter().copied()));
                }
                6 if self.one_in(4) => bytes.truncate(at),
                7 => {
                    let number = self.number().to_string();
                    drop(bytes.splice(at..end, number.into_bytes()));
                }
                8 => {
                    let number = self.whole();
                    self.replace_digits(&mut bytes, at, &number);
                }
                _ => {
                    let any = self.one_in(4);
                    let word = self.pick(if any { &CELLS } else { words });
                    let end = if self.one_in(2) { at } else { end };
                    drop(bytes.splice(at..end, word.bytes()));
                }
            }
        }
        bytes.truncate(60_000);
        bytes
    }

    /// Puts a number in the place of the next one.
    fn replace_digits(&mut self, bytes: &mut Vec<u8>, at: usize, number: &str) {
        let Some(from) = bytes[at..].iter().position(u8::is_ascii_digit).map(|i| at + i) else { return };
        let to = bytes[from..].iter().position(|b| !b.is_ascii_digit()).map_or(bytes.len(), |i| from + i);
        drop(bytes.splice(from..to, number.bytes()));
    }

    /// Words one after another.
    pub fn sentence(&mut self, words: &[&str], most: usize) -> Vec<u8> {
        let mut text = String::new();
        for _ in 0..=self.below(most) {
            match self.below(12) {
                0 => text.push_str(&self.number().to_string()),
                1 => text.push_str(&self.whole()),
                2 => text.push_str(self.pick(&CELLS)),
                _ => text.push_str(self.pick(words)),
            }
            if self.one_in(3) {
                text.push(' ');
            }
        }
        text.into_bytes()
    }
}
