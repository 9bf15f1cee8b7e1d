//! Verdicts as JUnit XML: a test suite a model, a test case a claim.

use std::io::{self, Write};

use super::verdicts::{Outcome, VerdictEntry, VerdictList};
use super::{Format, WriteOptions, WriteVerdicts};
use crate::escape::xml::text as escape;
use crate::report::Report;

/// The data's name, without its folder and endings.
fn data_name(path: &str) -> &str {
    if path == "-" {
        return "stdin";
    }
    let file = path.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(path);
    match file.find('.') {
        Some(at) if at > 0 => &file[..at],
        _ => file,
    }
}

/// A test suite a model, a test case a claim.
#[derive(Debug)]
pub struct Junit;

impl Format for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn summary(&self) -> &'static str {
        "The verdicts as JUnit XML"
    }

    fn good_for(&self) -> &'static str {
        "test reports of CI services"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["xml"]
    }

    fn verdicts(&self) -> Option<WriteVerdicts> {
        Some(write_junit)
    }

    fn write(&self, report: &Report, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        write_junit(&VerdictList::of_report(report, options.undecided_fails), out)
    }
}

/// Writes a suite for each subject, in the order in which they come. What is open or was skipped is a skipped case.
fn write_junit(list: &VerdictList, out: &mut dyn Write) -> io::Result<()> {
    let mut subjects: Vec<&str> = Vec::new();
    for entry in &list.verdicts {
        if !subjects.contains(&entry.subject.as_str()) {
            subjects.push(&entry.subject);
        }
    }
    let fails = |entry: &VerdictEntry| entry.outcome == Outcome::Failure;
    let skipped = |entry: &VerdictEntry| matches!(entry.outcome, Outcome::Open | Outcome::Skipped);
    let counts = |of: &[&VerdictEntry]| {
        let count = |f: &dyn Fn(&VerdictEntry) -> bool| of.iter().filter(|entry| f(entry)).count();
        format!("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", of.len(), count(&fails), count(&skipped))
    };
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    // `skipped` is no attribute of the root in the common schema; the suites carry it.
    let all: Vec<&VerdictEntry> = list.verdicts.iter().collect();
    let total = counts(&all);
    let root = total.split(" skipped=").next().unwrap_or_default();
    // How long it took is told where it was asked for; single verdicts take no time.
    let time = list.seconds.map_or(String::new(), |seconds| format!(" time=\"{seconds:.3}\""));
    writeln!(out, "<testsuites name=\"randsplit\" {root}{time}>")?;
    for subject in subjects {
        let entries: Vec<&VerdictEntry> = list.verdicts.iter().filter(|entry| entry.subject == subject).collect();
        let class = escape(&format!("randsplit.{}.{subject}", data_name(&list.data)));
        writeln!(out, "  <testsuite name=\"{class}\" {}>", counts(&entries))?;
        for entry in entries {
            let name = entry.name.as_ref().map_or_else(|| entry.text.clone(), |n| format!("{n}: {}", entry.text));
            write!(out, "    <testcase classname=\"{class}\" name=\"{}\"", escape(&name))?;
            let (reason, word) = (escape(&entry.reason), entry.word);
            let why = entry.why.as_ref().map_or(String::new(), |w| format!("why: {}\n", escape(w)));
            if skipped(entry) {
                write!(out, ">\n      <skipped message=\"{word}: {reason}\"/>\n")?;
                if !why.is_empty() {
                    writeln!(out, "      <system-out>{}</system-out>", why.trim_end())?;
                }
                writeln!(out, "    </testcase>")?;
            } else if fails(entry) {
                writeln!(
                    out,
                    ">\n      <failure type=\"{word}\" message=\"{reason}\">{why}{}: {reason}</failure>\n    </testcase>",
                    escape(&entry.text)
                )?;
            } else {
                writeln!(out, ">\n      <system-out>{why}{reason}</system-out>\n    </testcase>")?;
            }
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_named_without_folder_and_endings() {
        for (path, name) in [
            ("data/diabetes.csv", "diabetes"),
            ("/tmp/a.b/sales.csv.gz", "sales"),
            ("C:\\x\\y.parquet", "y"),
            (".hidden", ".hidden"),
            ("-", "stdin"),
        ] {
            assert_eq!(data_name(path), name);
        }
    }
}
