//! Output formats: what is true of each of them, and of the two that are made of one page.

use randsplit::render::{self, FORMATS, WriteOptions};
use randsplit::report::Report;

use crate::program::run;

#[test]
fn help_and_errors_name_every_format() {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let help = text(run(&["eval", "--help"]).stdout);
    let (last, others) = FORMATS.split_last().unwrap();
    let others: Vec<&str> = others.iter().map(|f| f.name()).collect();
    let list = format!("Form of the result: {} or {} [default", others.join(", "), last.name());
    assert!(help.contains(&list), "{help}");
    let refused = run(&["eval", "data/iris.csv", "-t", "target", "-f", "jsn"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(refused.stderr);
    assert!(
        FORMATS.iter().all(|f| said.contains(f.name())) && said.contains("a similar value exists: 'json'"),
        "{said}"
    );
    // An inspection has fewer.
    let help = text(run(&["inspect", "--help"]).stdout);
    assert!(help.contains("Form of the result: table, json, html or markdown [default"), "{help}");
    let refused = run(&["inspect", "none.json", "-f", "csv"]);
    assert!(text(refused.stderr).contains("[possible values: table, json, html, markdown]"));
}

#[test]
fn lines_of_a_report_are_those_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    let output = format!("json={}", path.display());
    for flags in [
        "data/diabetes.csv -t target --tune ridge:alpha=0.1,1 -m tree --probe gap --probe coefficients --probe-splits 2",
        "data/titanic.csv -t survived -m logistic --metric accuracy,roc_auc --test-size 3",
    ] {
        let mut arguments = vec!["eval", "-q", "-n", "6", "-f", "ndjson", "-o", &output];
        arguments.extend(flags.split_whitespace());
        let done = run(&arguments);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let report = Report::read(&path).unwrap();
        let mut written = Vec::new();
        render::format("ndjson").unwrap().write(&report, &WriteOptions::default(), &mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), String::from_utf8(done.stdout).unwrap());
    }
}

#[test]
fn what_the_table_says_stands_in_the_markdown() {
    let many = "data/breast_cancer.csv -t target -n 3 --probe coefficients";
    let flags = "data/diabetes.csv -t target -m forest:n_estimators=5 --grid ridge:alpha=0.1,1,10 --tune ridge:alpha=0.1,1 \
                 --probe all -n 12 --claim mean(r2)>=0.3 --null permutation:3:2";
    let of = |form: &str, flags: &'static str| {
        let mut arguments = vec!["eval", "-q", "-f"];
        arguments.extend(form.split_whitespace());
        arguments.extend(flags.split_whitespace());
        String::from_utf8(run(&arguments).stdout).unwrap()
    };
    let (table, markdown) = (of("table --wide", flags), of("markdown", flags).replace('\\', ""));
    // A terminal has the largest of many readings, Markdown has all.
    let readings = |text: String| text.replace('\\', "").matches("coefficient[").count();
    assert!(of("table", many).contains(" more in the JSON"));
    assert_eq!((readings(of("table", many)), readings(of("markdown", many))), (12, 30));
    // A sentence has words; a row of a table has numbers behind its name.
    let is_sentence = |l: &&str| {
        l.split_whitespace().filter(|w| w.chars().all(char::is_alphabetic)).count() > 5
            && !l.contains('×')
            && !l.contains("vs best")
            && !l.starts_with("--detail")
    };
    let sentences: Vec<&str> = table.lines().skip(2).filter(is_sentence).map(str::trim).collect();
    assert!(sentences.len() > 15, "{table}");
    for sentence in sentences {
        // Lists are whole in the Markdown, verdicts and code are marked.
        let beginning = sentence.split([':', '(']).next().unwrap();
        let marked = ["holds ", "fails ", "undecided ", "why:"].iter().any(|v| sentence.starts_with(v));
        assert!(marked || markdown.contains(beginning), "{sentence}\n{markdown}");
    }
    for part in
        ["| probes | mean | sd |", "### r2 of ridge:alpha=0.1,1,10 against ridge", "- best by mean: ", "train / "]
    {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    assert!(!markdown.contains("\n\n\n"), "{markdown}");
}
