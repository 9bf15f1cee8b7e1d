//! Any text is only read, never acted on, in every format: properties over hostile strings.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use randsplit::escape::{csv, github, markdown, shorten, shorten_name, terminal, xml};

/// Pieces of text that act somewhere, in any order, with any characters between them.
fn hostile() -> impl Strategy<Value = String> {
    const PIECES: [&str; 52] = [
        "\u{1b}[31m",
        "\u{1b}]0;x\u{7}",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\0",
        "\u{7f}",
        "\u{9b}2J",
        "\u{202e}",
        "\u{2066}",
        "\u{2028}",
        "\u{200b}",
        "\u{200d}",
        "\u{feff}",
        "::error::x",
        "::",
        ":",
        "##[error]",
        "#",
        "# ",
        "<b>",
        "</a>",
        "<!--",
        "<http://e.x>",
        "&amp;",
        "&#64;",
        "&",
        "[a](http://e.x)",
        "![a](b)",
        "[a]: http://e.x",
        "[x] ",
        "`",
        "``",
        "```\n",
        "\\",
        "\\|",
        "|",
        "*",
        "**a**",
        "_",
        "__a__",
        "~~a~~",
        "$a$",
        "@you",
        "o/r#12",
        "GH-12",
        ":smile:",
        "]]>",
        "-",
        "=1+1",
        " ",
    ];
    let piece = prop_oneof![
        6 => prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned),
        1 => Just("1. ".to_owned()),
        1 => Just("http://e.x www.e.x a@b.c".to_owned()),
        3 => "[a-z0-9 ]{0,6}",
        2 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Whether a character controls, reorders or hides text.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// What a Markdown document has besides plain text and code.
fn parsed(document: &str) -> (Vec<String>, Vec<String>, String) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH;
    let (mut marks, mut codes, mut plain) = (Vec::new(), Vec::new(), String::new());
    for event in Parser::new_ext(document, options) {
        match event {
            Event::Text(text) => plain.push_str(&text),
            Event::Code(text) => {
                plain.push('\u{1}');
                codes.push(text.to_string());
            }
            Event::Start(tag) => marks.push(match tag {
                Tag::Heading { level, .. } => format!("{level}"),
                other => format!("{other:?}").split(['(', ' ']).next().unwrap().to_owned(),
            }),
            Event::End(TagEnd::TableCell) => plain.push('\u{2}'),
            Event::End(_) => {}
            other => marks.push(format!("{other:?}")),
        }
    }
    (marks, codes, plain)
}

/// What GitHub looks for in the text of a page.
fn is_found_by_github(plain: &str) -> bool {
    plain.contains(['@', '$']) || plain.contains("://") || plain.to_lowercase().contains("www.")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_acts_in_a_terminal(text in hostile()) {
        for shown in [terminal::text(&text).into_owned(), terminal::name(&text), terminal::sentence(&text)] {
            prop_assert!(!shown.chars().any(acts), "{shown:?}");
            prop_assert!(!shown.trim_start().starts_with("::") && !shown.contains("##["), "{shown:?}");
            prop_assert_eq!(&terminal::text(&shown), &shown, "twice is once");
        }
        prop_assert_eq!(terminal::lines(&text).matches('\n').count(), text.matches('\n').count());
    }

    #[test]
    fn printable_text_stays(text in "[a-zA-Z0-9 éßñ中文кирλ🎉€°²≥’\\-_./(){}'\"%&<>|*`=+@!?,;\\[\\]\\\\]{0,40}") {
        prop_assert_eq!(terminal::text(&text), &*text);
    }

    #[test]
    fn markdown_shows_text_and_nothing_else(text in hostile()) {
        let (shown, name, code) = (markdown::text(&text), markdown::name(&text), markdown::code(&text));
        let whole = format!("### {name}\n\n- {shown}\n- b\n\n| h | {name} |\n| --- | --- |\n| {name} | c |\n| {code} | d |\n\nlast {code}\n");
        let (marks, _, plain) = parsed(&whole);
        let table = ["Table", "TableHead", "TableCell", "TableCell", "TableRow", "TableCell", "TableCell", "TableRow", "TableCell", "TableCell"];
        let mut expected = vec!["h3", "List", "Item", "Item"];
        expected.extend(table);
        expected.push("Paragraph");
        prop_assert_eq!(marks, expected, "{}", whole);
        prop_assert!(!is_found_by_github(&plain), "{}\n{:?}", whole, plain);
    }

    #[test]
    fn a_code_span_holds_its_text(text in hostile()) {
        let (marks, codes, _) = parsed(&markdown::code(&text));
        prop_assert!(marks.iter().all(|m| m == "Paragraph"), "{marks:?}");
        let shown = terminal::sentence(&text);
        let held = codes.concat();
        // A bar stands outside, and blanks around one may be taken away.
        let plain = |text: &str| text.replace(['|', ' '], "");
        if !shown.is_empty() {
            prop_assert_eq!(plain(&held), plain(&shown));
        }
    }

    #[test]
    fn xml_reads_back_what_a_terminal_shows(text in hostile()) {
        let document = format!("<a b=\"{0}\">{0}</a>", xml::text(&text));
        let mut reader = quick_xml::Reader::from_str(&document);
        let (mut content, mut tags) = (String::new(), 0);
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(tag) => {
                    tags += 1;
                    let attribute = tag.attributes().next().unwrap().unwrap();
                    let value = quick_xml::escape::unescape(std::str::from_utf8(&attribute.value).unwrap()).unwrap().into_owned();
                    prop_assert_eq!(value, terminal::sentence(&text));
                }
                quick_xml::events::Event::Text(t) => content.push_str(std::str::from_utf8(&t).unwrap()),
                quick_xml::events::Event::GeneralRef(r) => content.push_str(&format!("&{};", std::str::from_utf8(&r).unwrap())),
                quick_xml::events::Event::End(_) => {}
                quick_xml::events::Event::Eof => break,
                other => prop_assert!(false, "{other:?}"),
            }
        }
        prop_assert_eq!(tags, 1);
        prop_assert_eq!(quick_xml::escape::unescape(&content).unwrap(), terminal::sentence(&text));
    }

    #[test]
    fn a_workflow_command_is_one_line(text in hostile()) {
        let line = format!("::error title={}::{}", github::property(&text), github::data(&text));
        prop_assert_eq!(line.lines().count(), 1);
        let (properties, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        prop_assert_eq!(properties.matches('=').count(), 1 + text.matches('=').count());
        prop_assert!(!properties.contains(','));
        let read = data.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
        prop_assert_eq!(read, terminal::sentence(&text));
    }

    #[test]
    fn a_spreadsheet_finds_no_formula_and_the_text_can_be_had_back(text in hostile()) {
        let cell = csv::spreadsheet(&text);
        let number = text.parse::<f64>().is_ok();
        prop_assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
        let marks = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
        let marked = cell.starts_with('\'') && cell.trim_start_matches('\'').starts_with(marks);
        prop_assert_eq!(if marked { &cell[1..] } else { &cell[..] }, &text);
    }

    #[test]
    fn long_text_is_cut_in_the_middle(text in "\\PC{0,40}", times in 0usize..40) {
        let long = text.repeat(times);
        prop_assert!(shorten_name(&long).chars().count() <= 100 && shorten(&long, 7).chars().count() <= 7);
        if long.chars().count() <= 100 {
            prop_assert_eq!(shorten_name(&long), &*long);
        }
    }
}

#[test]
fn emoji_and_scripts_stay_as_they_are() {
    for text in ["👨‍👩‍👧", "🏳️‍🌈", "1️⃣", "❤️", "می‌خواهم", "क्‍ष", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "naïve café", "中文", "a: b", "std::fmt"]
    {
        assert_eq!(terminal::text(text), text);
    }
    assert_eq!(terminal::text("a\u{200d}b\u{fe0f}"), "a\\u{200d}b\\u{fe0f}");
    assert_eq!(terminal::text("\u{1b}[2J\nx"), "\\x1b[2J\\nx");
}

#[test]
fn long_names_that_differ_in_the_middle_look_different() {
    let [a, b] = ["x", "y"].map(|middle| format!("{0}{middle}{0}", "n".repeat(500_000)));
    assert_ne!(shorten_name(&a), shorten_name(&b));
}

#[test]
fn numbers_are_no_formulas() {
    for text in ["-5", "+1.5e3", "-0.1", "a", "", "2024-01-01"] {
        assert_eq!(csv::spreadsheet(text), text);
    }
    for text in ["=1+1", "-a", "+", "@x", "\tx", "'=1", "-1+1", "-inf"] {
        assert_eq!(csv::spreadsheet(text), format!("'{text}"));
    }
}
