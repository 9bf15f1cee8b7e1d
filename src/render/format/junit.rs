//! Verdicts as JUnit XML: a test suite a model, a test case a claim.

use std::io::{self, Write};

use super::{Format, WriteOptions};
use crate::escape::xml::text as escape;
use crate::render::page::claim_reason;
use crate::report::Report;
use crate::verdict::{ClaimResult, Verdict};

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

    fn is_verdicts(&self) -> bool {
        true
    }

    fn write(&self, report: &Report, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        write_junit(report, options.undecided_fails, out)
    }
}

/// Writes a suite for each model that claims speak of. An undecided claim is a skipped case, or a failure
/// where `undecided_fails`.
fn write_junit(report: &Report, undecided_fails: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut models: Vec<&str> = Vec::new();
    for claim in &report.claims {
        if !models.contains(&claim.model.as_str()) {
            models.push(&claim.model);
        }
    }
    let fails = |c: &&ClaimResult| c.verdict == Verdict::Fails || (c.verdict == Verdict::Undecided && undecided_fails);
    let skipped = |c: &&ClaimResult| c.verdict == Verdict::Undecided && !undecided_fails;
    let counts = |of: &[&ClaimResult]| {
        let count = |f: &dyn Fn(&&ClaimResult) -> bool| of.iter().filter(|c| f(c)).count();
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
            of.len(),
            count(&|c| fails(c)),
            count(&|c| skipped(c))
        )
    };
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    // `skipped` is no attribute of the root in the common schema; the suites carry it.
    let all: Vec<&ClaimResult> = report.claims.iter().collect();
    let total = counts(&all);
    let root = total.split(" skipped=").next().unwrap_or_default();
    // How long it took is told where it was asked for; single claims take no time.
    let time = report.timings.as_ref().and_then(|t| t.get("total"));
    let time = time.map_or(String::new(), |seconds| format!(" time=\"{seconds:.3}\""));
    writeln!(out, "<testsuites name=\"randsplit\" {root}{time}>")?;
    for model in models {
        let claims: Vec<&ClaimResult> = report.claims.iter().filter(|c| c.model == model).collect();
        let class = escape(&format!("randsplit.{}.{model}", data_name(report.path())));
        writeln!(out, "  <testsuite name=\"{class}\" {}>", counts(&claims))?;
        for claim in claims {
            let name = claim.name.as_ref().map_or_else(|| claim.text.clone(), |n| format!("{n}: {}", claim.text));
            write!(out, "    <testcase classname=\"{class}\" name=\"{}\"", escape(&name))?;
            let reason = escape(&claim_reason(claim));
            let why = claim.why.as_ref().map_or(String::new(), |w| format!("why: {}\n", escape(w)));
            if skipped(&claim) {
                write!(out, ">\n      <skipped message=\"undecided: {reason}\"/>\n")?;
                if !why.is_empty() {
                    writeln!(out, "      <system-out>{}</system-out>", why.trim_end())?;
                }
                writeln!(out, "    </testcase>")?;
            } else if fails(&claim) {
                let kind = claim.verdict.name();
                writeln!(
                    out,
                    ">\n      <failure type=\"{kind}\" message=\"{reason}\">{why}{}: {reason}</failure>\n    </testcase>",
                    escape(&claim.text)
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
