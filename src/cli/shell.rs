//! Words of a command line, written so that they can be pasted into a shell.

/// The text as one word of a POSIX shell: as it is where nothing in it is special, else in single quotes.
pub(crate) fn quote(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b':' | b'+' | b'%' | b'@');
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A flag with a text as its value, where a comma parts values unless it stands in double quotes, as in a CSV file.
pub(crate) fn list_flag(flag: &str, text: &str) -> String {
    let quoted = text.is_empty() || text.contains([',', '"', '\n', '\r']);
    let value = if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() };
    // A value that begins with a dash would be taken for a flag of its own, had it no equals sign before it.
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!("{flag}{between}{}", quote(&value))
}

/// The texts of such a value: parted at commas that do not stand in double quotes.
pub(crate) fn parse_list(value: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(value.as_bytes());
    match reader.records().next() {
        Some(Ok(record)) => record.iter().map(|text| text.trim().to_owned()).collect(),
        _ => vec![value.trim().to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_comes_out_of_a_shell_as_it_was() {
        for text in ["?", "--", "-999", "it's", "a b", "$HOME", "`x`", "1,303", "\"", "\\", "*", "!", "", "é", "a\nb"]
        {
            let output = std::process::Command::new("sh").args(["-c", &format!("printf %s {}", quote(text))]).output();
            assert_eq!(String::from_utf8(output.unwrap().stdout).unwrap(), text);
        }
    }

    #[test]
    fn a_flag_gives_back_the_very_text() {
        for text in ["?", "--", "-99x", "1,303", "\"5,5\"", "a", ""] {
            let flag = list_flag("--na", text);
            let command = format!("printf '%s\\n' {flag}");
            let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
            let words = String::from_utf8(output.stdout).unwrap();
            let value = words.strip_prefix("--na=").or_else(|| words.strip_prefix("--na\n")).unwrap();
            assert_eq!(parse_list(value.trim_end_matches('\n')), [text], "{flag}");
        }
        assert_eq!(parse_list("a, b,-1"), ["a", "b", "-1"]);
    }
}
