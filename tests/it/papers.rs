//! The papers hold together: links lead somewhere, and the book has every page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::program::ask;

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Markdown files of a folder, not of those below it.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = files.filter(|p| p.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    pages
}

/// Text without blocks of code.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// Targets of the links `[…](target)`.
fn links(text: &str) -> Vec<String> {
    let after = prose(text);
    let starts = after.match_indices("](").map(|(at, _)| &after[at + 2..]);
    starts.filter_map(|rest| Some(rest[..rest.find(')')?].to_owned())).collect()
}

/// The anchors of headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let heading = |line: &str| line.starts_with('#').then(|| line.trim_start_matches('#').trim().to_lowercase());
    let anchor = |title: String| {
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    prose(text).lines().filter_map(heading).map(anchor).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut checked = 0;
    for page in pages(top()).into_iter().chain(pages(&top().join("docs"))) {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in links(&text).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(path, a)| (path, Some(a)));
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            assert!(target.exists(), "{}: ({link}) leads nowhere", page.display());
            // The book has the folder alone.
            let inside = !page.starts_with(top().join("docs")) || !path.starts_with("..");
            assert!(inside, "{}: ({link}) leads out of the book", page.display());
            if let Some(anchor) = anchor {
                let there = anchors(&std::fs::read_to_string(&target).unwrap());
                assert!(there.contains(anchor), "{}: ({link}) has no heading among {there:?}", page.display());
            }
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} links were found");
}

#[test]
fn the_book_has_every_page() {
    let docs = top().join("docs");
    let listed: BTreeSet<String> =
        links(&std::fs::read_to_string(docs.join("SUMMARY.md")).unwrap()).into_iter().collect();
    let name = |p: PathBuf| p.file_name().unwrap().to_string_lossy().into_owned();
    let there: BTreeSet<String> = pages(&docs).into_iter().map(name).filter(|n| n != "SUMMARY.md").collect();
    assert_eq!(listed, there);
}

/// Lists of the docs stand between `<!-- list NAME -->` and `<!-- end -->`. After a change of a registry
/// `RANDSPLIT_BLESS=1 cargo test --release --test it lists_in_the_docs` writes them anew.
#[test]
fn lists_in_the_docs_are_those_of_the_program() {
    let (mut lists, bless) = (0, std::env::var_os("RANDSPLIT_BLESS").is_some());
    for page in pages(&top().join("docs")) {
        let text = std::fs::read_to_string(&page).unwrap();
        let mut pieces = text.split("<!-- list ");
        let mut written = pieces.next().unwrap().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once(" -->\n").unwrap();
            let (_, after) = rest.split_once("<!-- end -->").unwrap();
            let list = ask(&["list", name, "-f", "markdown"]).stdout;
            assert!(list.lines().count() > 2, "there is no list of {name}");
            written += &format!("<!-- list {name} -->\n{list}<!-- end -->{after}");
            lists += 1;
        }
        if bless {
            std::fs::write(&page, &written).unwrap();
        }
        assert!(bless || written == text, "{} is out of date; RANDSPLIT_BLESS=1 writes it anew", page.display());
    }
    assert_eq!(lists, 12);
}
