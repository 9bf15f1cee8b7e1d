//! The HTML page: it holds what the report holds, in one file of bounded size, and nothing from data acts in it.

use base64::Engine;
use sha2::{Digest, Sha256};

use crate::program::{ask, command};

/// Runs `eval` with an HTML page and returns the page.
fn page(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let mut all = vec!["eval"];
    all.extend(arguments);
    let output = format!("html={}", path.display());
    all.extend(["--quiet", "--output", &output]);
    let done = ask(&all);
    assert_eq!(done.code, 0, "{}", done.stderr);
    std::fs::read_to_string(path).unwrap()
}

/// What a reader sees: the text of a page without its style and script.
fn text(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, _) = rest.rsplit_once("<script>").unwrap();
    let mut out = String::new();
    let mut inside = false;
    for c in before.chars().chain(body.chars()) {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    let plain = out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    plain.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_says_what_the_table_says() {
    for arguments in [
        vec!["data/diabetes.csv", "-t", "target", "-m", "ridge", "-n", "40", "--claim", "worst(r2) >= 0"],
        vec!["data/penguins.csv", "-t", "species", "-m", "tree,knn", "-n", "20", "--probe", "calibration"],
    ] {
        let mut table = vec!["eval"];
        table.extend(&arguments);
        table.extend(["--wide", "--detail"]);
        let table = ask(&table).stdout;
        let shown = text(&page(&arguments));
        let mut sentences = 0;
        // Sentences are on a line of their own, and rows of tables are not.
        for line in table
            .lines()
            .skip(2)
            .map(str::trim)
            .filter(|line| line.len() > 60 && !line.contains("   ") && !line.contains('▁'))
        {
            let line = line.trim_start_matches(|c: char| "✓✗?".contains(c)).trim_start_matches("holds ✓ ");
            // What is cut for a terminal, or says how to see more, is longer in the page.
            if line.contains("more") || line.contains("--detail") {
                continue;
            }
            assert!(shown.contains(line), "{line}\n{shown}");
            sentences += 1;
        }
        assert!(sentences >= 4, "{table}");
    }
}

#[test]
fn the_policy_allows_what_is_in_the_page_and_nothing_else() {
    let page = page(&["data/mtcars.csv", "-t", "mpg", "-n", "10"]);
    let within = |open: &str, close: &str| page.split_once(open).unwrap().1.split_once(close).unwrap().0.to_owned();
    for (of, source) in [("style", within("<style>", "</style>")), ("script", within("<script>", "</script>"))] {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(source.as_bytes()));
        assert!(page.contains(&format!("{of}-src 'sha256-{hash}'")), "{of}");
    }
    assert!(page.contains("default-src 'none'") && !page.contains("unsafe"));
    assert_eq!((page.matches("<script").count(), page.matches("<style").count()), (1, 1));
    // Nothing is asked of anybody; the name of SVG is no address.
    let page = page.replace("http://www.w3.org/2000/svg", "");
    assert!(
        !page.contains("http://") && !page.contains("https://") && !page.contains("src=") && !page.contains("<link")
    );
    assert!(within("<script>", "</script>").len() <= 25_000);
    assert!(page.ends_with("</html>\n"));
}

#[test]
fn pages_are_of_a_size_that_can_be_sent() {
    let models = ["-m", "ridge", "-m", "lasso", "-m", "tree:max_depth=2", "--metric", "r2,rmse,mae,medae,max_error"];
    let mut arguments = vec!["data/diabetes.csv", "-t", "target", "-n", "500"];
    arguments.extend(models);
    let bytes = page(&arguments).len();
    assert!(bytes <= 700_000, "{bytes}");
    let mut arguments = vec!["data/mtcars.csv", "-t", "mpg", "-n", "10000"];
    arguments.extend(["-m", "ridge", "-m", "ols", "--metric", "r2,rmse"]);
    let bytes = page(&arguments).len();
    assert!(bytes <= 1_500_000, "{bytes}");
}

#[test]
fn nothing_from_data_acts() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(10_000);
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "a\u{202e}b",
        "' onmouseover='x",
        &long,
        "🦀 & co",
    ];
    let mut table = csv::Writer::from_path(folder.path().join("a<b>\".csv")).unwrap();
    let mut head: Vec<&str> = hostile.to_vec();
    head.push("</style><script>y");
    table.write_record(&head).unwrap();
    for row in 0..60 {
        let mut cells: Vec<String> =
            (0..hostile.len()).map(|column| format!("{}", (row * (column + 3)) % 17)).collect();
        cells[3] = ["<b>", "</script>", "&lt;"][row % 3].to_owned();
        cells.push(if row % 2 == 0 { "<svg onload=alert(1)>".into() } else { "no".into() });
        table.write_record(&cells).unwrap();
    }
    table.flush().unwrap();
    let done =
        command(&["eval", "a<b>\".csv", "-t", "</style><script>y", "-m", "tree", "-n", "12", "-o", "html=page.html"])
            .args([
                "--claim",
                "mean(recall[<svg onload=alert(1)>]) >= 0",
                "--metric",
                "accuracy,recall[<svg onload=alert(1)>]",
            ])
            .args(["--probe", "importance", "--quiet"])
            .current_dir(folder.path())
            .output()
            .unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1));
    assert_eq!((page.matches("<style").count(), page.matches("</style").count()), (1, 1));
    for acting in ["<img", "<b>\"", "<svg onload", "\u{202e}", "\"><img"] {
        assert!(!page.contains(acting), "{acting}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains('🦀'));
    assert!(page.len() < 1_000_000, "{}", page.len());
}

#[test]
fn a_report_becomes_the_same_page_later() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (json, html, later) =
        (file("run.json"), format!("html={}", file("a.html")), format!("html={}", file("b.html")));
    let run = ["eval", "data/penguins.csv", "-t", "species", "-m", "lda", "-m", "tree", "-n", "20", "--quiet"];
    let done = command(&run).args(["-o", &format!("json={json}"), "-o", &html]).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    let done = ask(&["render", &json, "--to", &later]);
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""));
    let [first, second] = ["a.html", "b.html"].map(|name| std::fs::read(folder.path().join(name)).unwrap());
    // But for the file that the report was kept in, which only the first knows.
    assert_eq!(first.len(), second.len());
    assert_eq!(first, second);
}

#[test]
fn the_command_in_a_page_makes_the_report_again() {
    for run in [
        "data/diabetes.csv -t target -m ridge:alpha=2 -m tree:max_depth=3 -n 12 --seed 5 --test-size 0.3 --drop s1",
        "data/penguins.csv -t species -m knn -n 9 --metric accuracy,f1_macro --encode island=ordinal --na .",
        "data/airpassengers.csv -t value --time time --scheme time:rolling --gap 1 -n 6 -m ols --claim 'mean(rmse) > 0'",
        "data/sleepstudy.csv -t Reaction --group Subject -n 8 -m big=ridge:alpha=9 --probe importance --no-checks",
        "data/diabetes.csv -t target --grid ridge:alpha=1,10 --tune lasso:alpha=0.1,1 -n 5",
    ] {
        let words = shlex::split(run).unwrap();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let page = page(&words);
        let shown = text(&page);
        let start = shown.find("randsplit eval data/").unwrap_or_else(|| panic!("{run}: no command"));
        let again = shown[start..].split(" Scores of ").next().unwrap();
        let again = again.split(" All splits").next().unwrap();
        let again = shlex::split(again).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let html = format!("html={}", folder.path().join("report.html").display());
        let json = |arguments: &[&str]| {
            let done = command(arguments).args(["-f", "json", "--quiet", "--output", &html]).output().unwrap();
            assert_eq!(done.status.code(), Some(0), "{arguments:?} {}", String::from_utf8_lossy(&done.stderr));
            String::from_utf8(done.stdout).unwrap()
        };
        let mut first = vec!["eval"];
        first.extend(&words);
        let again: Vec<&str> = again.iter().skip(1).map(String::as_str).collect();
        let (again, output) = again.split_at(again.len() - 2);
        assert_eq!(output, ["--output", "html=report.html"]);
        assert_eq!(json(&first), json(again), "{again:?}");
    }
}
