//! Text for a terminal or a log: control characters are shown, not sent.

use std::borrow::Cow;

use super::shorten::{MOST_OF_MESSAGE, shorten, shorten_name};

/// Characters that control, reorder or hide text, whatever stands beside them.
fn acts(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0080}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// Invisible characters that emoji and some scripts need between their letters.
fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a character cannot be seen, and is no space.
pub fn is_invisible(c: char) -> bool {
    !c.is_whitespace() && (acts(c) || joins(c))
}

/// A letter or sign outside ASCII that is seen.
fn is_seen(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !acts(c) && !joins(c)
}

/// Whether a joining character does its work between these two, and hides nothing.
fn is_in_place(c: char, before: Option<char>, after: Option<char>) -> bool {
    let seen = |c: Option<char>| c.is_some_and(is_seen);
    match c {
        // The sign before a joiner may have a variant of its own.
        '\u{200c}' | '\u{200d}' => (seen(before) || before == Some('\u{fe0f}')) && seen(after),
        // Digits in boxes, such as 1️⃣.
        '\u{fe0f}' if after == Some('\u{20e3}') => before.is_some_and(|b| b.is_ascii_digit() || matches!(b, '#' | '*')),
        // Flags of regions spell their name in tags.
        '\u{e0000}'..='\u{e007f}' => before.is_some_and(|b| matches!(b, '\u{1f3f4}' | '\u{e0020}'..='\u{e007e}')),
        _ => seen(before),
    }
}

fn push_shown(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c.is_ascii() => out.push_str(&format!("\\x{:02x}", c as u32)),
        c => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
    }
}

/// Whether a text has characters that are shown as escapes.
pub fn has_controls(text: &str) -> bool {
    text.chars().any(|c| acts(c) || joins(c))
}

/// The text without characters that act: ESC becomes `\x1b`, a line end `\n`, a bidirectional override `\u{202e}`. What a
/// continuous-integration service takes for a command (`::error::` at the start of a line, `##[error]` anywhere) is broken
/// as well. Shown text is its own escape: doing it twice changes nothing.
pub fn text(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| (0x20..0x7f).contains(&b);
    if text.bytes().all(plain) && !text.contains("##[") && !text.contains(':') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let (mut before, mut kept) = (None, None);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let left = rest.as_str();
        if acts(c) || (joins(c) && !is_in_place(c, kept, left.chars().next())) {
            push_shown(&mut out, c);
            kept = None;
        } else if c == '#' && before == Some('#') && left.starts_with('[') {
            out.push_str("\\x23");
            kept = Some(c);
        } else if c == ':' && before.is_none_or(char::is_whitespace) && (left.is_empty() || left.starts_with(':')) {
            out.push_str("\\x3a");
            kept = Some(c);
        } else {
            out.push(c);
            kept = Some(c);
        }
        before = Some(c);
    }
    Cow::Owned(out)
}

/// A name as it is shown: short and without characters that act.
pub fn name(name: &str) -> String {
    text(&shorten_name(name)).into_owned()
}

/// A whole sentence as it is shown: on one line, and of a length that can be read.
pub fn sentence(line: &str) -> String {
    text(&shorten(line, MOST_OF_MESSAGE)).into_owned()
}

/// Text of several lines of our own, into which data went: each line is made safe, and stays one.
pub fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out.push_str(&sentence(line));
    }
    out
}
