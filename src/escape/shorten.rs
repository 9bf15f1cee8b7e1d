//! Long texts with their middle left out, so that a name of a megabyte makes no message of a megabyte.

use std::borrow::Cow;

/// Characters of a name that are shown at most.
pub const MOST_OF_NAME: usize = 100;

/// Characters of a message that are shown at most.
pub const MOST_OF_MESSAGE: usize = 2000;

/// The byte at which character `count` starts; `None` where the text has no more than that.
fn byte_of(text: &str, count: usize) -> Option<usize> {
    // A text has at least as many bytes as characters.
    if text.len() <= count { None } else { text.char_indices().nth(count).map(|(at, _)| at) }
}

fn cut<'a>(text: &'a str, most: usize, middle: impl Fn() -> String) -> Cow<'a, str> {
    if byte_of(text, most).is_none() {
        return Cow::Borrowed(text);
    }
    let middle = middle();
    let left = most.saturating_sub(middle.chars().count());
    let tail = left / 3;
    let head = byte_of(text, left - tail).unwrap_or(0);
    let end = match tail {
        0 => text.len(),
        tail => text.char_indices().rev().nth(tail - 1).map_or(0, |(at, _)| at),
    };
    Cow::Owned(format!("{}{middle}{}", &text[..head], &text[end..]))
}

/// The text with an ellipsis in its middle where it has more than `most` characters.
pub fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    cut(text, most, || "…".into())
}

/// The same for a name of more than [`MOST_OF_NAME`] characters, with four digits that depend on all of it: two names
/// that differ only in the middle still look different.
pub fn shorten_name(name: &str) -> Cow<'_, str> {
    cut(name, MOST_OF_NAME, || {
        // FNV-1a, the same on every machine.
        let hash =
            name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        format!("…{:04x}…", (hash ^ (hash >> 32)) as u16)
    })
}
