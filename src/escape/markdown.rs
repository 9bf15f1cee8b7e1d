//! Text for GitHub-flavoured Markdown.
//!
//! Backslashes stop Markdown itself, but not what GitHub looks for in the text afterwards: `@name` still notifies, and
//! addresses still become links. Words that hold such a thing are put into code spans, where nothing acts.

use super::terminal;

/// A word that GitHub or a Markdown extension acts on even where its signs are escaped.
fn acts(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let schemes = ["://", "www.", "mailto:", "xmpp:"];
    word.contains(['@', '$'])
        || schemes.iter().any(|scheme| lower.contains(scheme))
        // `owner/name#12`, but not `#12` alone, which is how splits are called.
        || lower.match_indices('#').any(|(at, _)| at > 0 && is_alphanumeric(lower[..at].chars().next_back()) && is_digit(lower[at + 1..].chars().next()))
        || lower.match_indices("gh-").any(|(at, _)| {
            !is_alphanumeric(lower[..at].chars().next_back()) && is_digit(lower[at + 3..].chars().next())
        })
        // `:name:` is a picture.
        || lower.split(':').skip(1).any(|name| name.contains(|c: char| !c.is_ascii_digit())) && lower.matches(':').count() > 1
}

fn is_alphanumeric(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

fn is_digit(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_digit())
}

/// A code span of this text; `|` stands outside it, since a table cell has no way to hold one inside.
pub fn code(text: &str) -> String {
    span(&terminal::sentence(text), true)
}

/// A name in a code span.
pub fn code_name(name: &str) -> String {
    span(&terminal::name(name), true)
}

fn span(text: &str, outside: bool) -> String {
    if outside && text.contains('|') {
        let pieces: Vec<String> =
            text.split('|').map(|p| if p.is_empty() { String::new() } else { span(p, false) }).collect();
        return pieces.join("&#124;");
    }
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A blank on each side is taken away again, unless there is nothing but blanks.
    let blanks = text.chars().all(|c| c == ' ');
    let pad = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    match (text.is_empty(), blanks) {
        (true, _) => "(empty)".into(),
        (_, true) | (_, false) if !pad || blanks => format!("{fence}{text}{fence}"),
        _ => format!("{fence} {text} {fence}"),
    }
}

/// Plain text in a paragraph, a list item, a heading or a table cell.
pub fn text(text: &str) -> String {
    escaped(terminal::sentence(text).trim())
}

/// A name as plain text.
pub fn name(name: &str) -> String {
    escaped(terminal::name(name).trim())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (i, word) in text.split(' ').enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if acts(word) {
            out.push_str(&span(word, true));
        } else {
            escape_word(word, i == 0, &mut out);
        }
    }
    out
}

/// Whether the bracket at `open` is that of a name such as `recall[yes]`, which is no link.
fn is_index(word: &str, open: usize) -> bool {
    let one = |sign: char| word.matches(sign).count() == 1;
    let behind = word[open..].split_once(']').map(|(_, behind)| behind);
    one('[') && one(']') && !word.contains("[^") && behind.is_some_and(|behind| !behind.starts_with(['(', ':']))
}

fn escape_word(word: &str, first: bool, out: &mut String) {
    let bullet = |c: char| matches!(c, '-' | '+' | '=' | '~' | '>');
    // `1.` and `1)` begin a list, 1.5 does not.
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    let numbered = first && digits > 0 && matches!(&word[digits..], "." | ")");
    let mut before: Option<char> = None;
    for (i, c) in word.char_indices() {
        let after = word[i + c.len_utf8()..].chars().next();
        let escape = match c {
            '\\' | '`' | '*' | '|' | '~' => true,
            '[' => !(is_alphanumeric(before) && is_index(word, i)),
            '_' => !(is_alphanumeric(before) && is_alphanumeric(after)),
            '<' => after.is_some_and(|a| a.is_ascii_alphabetic() || matches!(a, '/' | '!' | '?')),
            '&' => after.is_some_and(|a| a.is_ascii_alphanumeric() || a == '#'),
            '#' => !is_digit(after),
            '.' | ')' => numbered && i == digits,
            c if bullet(c) => first && i == 0,
            _ => false,
        };
        match (escape, c) {
            (true, '<') => out.push_str("&lt;"),
            (true, '&') => out.push_str("&amp;"),
            (true, c) => out.extend(['\\', c]),
            (false, c) => out.push(c),
        }
        before = Some(c);
    }
}
