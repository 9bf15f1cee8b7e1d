//! Text for XML 1.0, in content and in attributes.

use super::terminal;

/// The text with markup escaped; characters that XML cannot hold, and others that act, are shown as in a terminal.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in terminal::sentence(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}
