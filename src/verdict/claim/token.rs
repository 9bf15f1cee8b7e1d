//! The words and signs of a claim.

use super::expression::Comparison;

/// A sign, word or number.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A number; `true` where it is followed by a percent sign.
    Number(f64, bool),
    /// A name, with a label in brackets where it has one.
    Word(String),
    /// A name in quotes.
    Quoted(String),
    /// A comparison.
    Comparison(Comparison),
    /// One of `+ - * / ( ) .`
    Sign(char),
}

impl Token {
    /// As it is shown in an error.
    pub fn describe(&self) -> String {
        match self {
            Self::Number(v, percent) => format!("'{v}{}'", if *percent { "%" } else { "" }),
            Self::Word(w) | Self::Quoted(w) => format!("'{w}'"),
            Self::Comparison(c) => format!("'{}'", c.symbol()),
            Self::Sign(c) => format!("'{c}'"),
        }
    }
}

/// What is wrong, and at which character from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The character.
    pub at: usize,
    /// The sentence.
    pub what: String,
}

impl Mistake {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }
}

/// Whether a name may go on with this character; a dash only where a letter follows.
fn goes_on(text: &[char], at: usize) -> bool {
    let letter = |c: &char| c.is_ascii_alphabetic() || *c == '_';
    match text.get(at) {
        Some('-') => text.get(at + 1).is_some_and(letter),
        Some(c) => letter(c) || c.is_ascii_digit(),
        None => false,
    }
}

fn digits(text: &[char], mut at: usize) -> usize {
    while text.get(at).is_some_and(|c| c.is_ascii_digit() || *c == '_') {
        at += 1;
    }
    at
}

/// The end of a number that starts at `at`.
fn number_end(text: &[char], at: usize) -> usize {
    let mut end = digits(text, at);
    if text.get(end) == Some(&'.') {
        end = digits(text, end + 1);
    }
    if matches!(text.get(end), Some('e' | 'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some('+' | '-')));
        let exponent = digits(text, end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

/// The tokens of a text, each with the character at which it starts.
pub fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Mistake> {
    let text: Vec<char> = text.chars().collect();
    let part = |from: usize, to: usize| text[from..to].iter().collect::<String>();
    let mut list = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at).copied() {
        let start = at;
        let token = match c {
            _ if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '+' | '*' | '/' | '(' | ')' => Token::Sign(c),
            // A minus as typographers set it.
            '-' | '−' => Token::Sign('-'),
            '≥' => Token::Comparison(Comparison::AtLeast),
            '≤' => Token::Comparison(Comparison::AtMost),
            '>' | '<' | '=' | '!' => {
                let equal = text.get(at + 1) == Some(&'=');
                at += usize::from(equal);
                match (c, equal) {
                    ('>', true) => Token::Comparison(Comparison::AtLeast),
                    ('<', true) => Token::Comparison(Comparison::AtMost),
                    ('>', false) => Token::Comparison(Comparison::Above),
                    ('<', false) => Token::Comparison(Comparison::Below),
                    ('=', false) if matches!(text.get(at + 1), Some('>' | '<')) => {
                        return Err(Mistake::new(start, "no such comparison; write >= or <="));
                    }
                    _ => return Err(Mistake::new(start, "scores are not compared for equality; use >=, >, <= or <")),
                }
            }
            '.' if !text.get(at + 1).is_some_and(char::is_ascii_digit) => Token::Sign('.'),
            '0'..='9' | '.' => {
                let end = number_end(&text, at);
                let written = part(at, end);
                let value: f64 = written
                    .replace('_', "")
                    .parse()
                    .ok()
                    .filter(|v: &f64| v.is_finite())
                    .ok_or_else(|| Mistake::new(start, format!("'{written}' is not a number")))?;
                if goes_on(&text, end) && text[end] != '-' {
                    return Err(Mistake::new(
                        end,
                        format!("a name cannot follow '{written}' directly; write an operation in between"),
                    ));
                }
                let sign = (end..text.len()).find(|i| !text[*i].is_whitespace()).filter(|i| text[*i] == '%');
                at = sign.unwrap_or(end - 1);
                Token::Number(value, sign.is_some())
            }
            '"' | '\'' | '`' => {
                let end = (at + 1..text.len())
                    .find(|i| text[*i] == c)
                    .ok_or_else(|| Mistake::new(start, format!("the name in {c} has no end; close it with {c}")))?;
                at = end;
                Token::Quoted(part(start + 1, end))
            }
            _ if c.is_ascii_alphabetic() || c == '_' => {
                let mut end = at + 1;
                while goes_on(&text, end) {
                    end += 1;
                }
                // A quantile such as p2.5 has a point in its name.
                let quantile = c == 'p' && end > at + 1 && text[at + 1..end].iter().all(char::is_ascii_digit);
                if quantile && text.get(end) == Some(&'.') && text.get(end + 1).is_some_and(char::is_ascii_digit) {
                    end = digits(&text, end + 1);
                }
                if text.get(end) == Some(&'[') {
                    end = label_end(&text, end)?;
                }
                at = end - 1;
                Token::Word(part(start, end))
            }
            _ => return Err(Mistake::new(start, format!("'{c}' means nothing here"))),
        };
        list.push((start, token));
        at += 1;
    }
    Ok(list)
}

/// One past the bracket that closes the one at `open`.
fn label_end(text: &[char], open: usize) -> Result<usize, Mistake> {
    let mut depth = 0usize;
    for (i, c) in text.iter().enumerate().skip(open) {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(i + 1);
        }
    }
    Err(Mistake::new(open, "the label has no end; close it with ]"))
}
