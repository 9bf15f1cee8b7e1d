//! Data and reports of strangers: nothing that a file holds acts, whatever shows it, and a report opens no file that it
//! has no business with.

use crate::program;

use std::path::Path;

use program::{Noise, on_terminal, run, write};

/// A name with all that acts somewhere.
const EVIL: &str = "a\u{1b}[31m\n::error::forged\r<b>|`x`[l](http://e.x) @you\u{202e}\u{200b}##[error]z";

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A table whose header, cells, labels and file name are hostile; the target is called `t` and a title sequence.
fn hostile_table(folder: &Path) -> String {
    let mut noise = Noise(3);
    let mut text = [EVIL, "=cmd()", TARGET].map(quoted).join(",") + "\n";
    for _ in 0..90 {
        let x = noise.next();
        let label = if x + 0.5 * noise.next() > 0.75 { format!("{EVIL}Y") } else { "no".into() };
        let word = ["=1+1", "+x", "-y", "@z", "c\u{1b}[2J"][(noise.next() * 5.0) as usize];
        text += &format!("{x:.3},{},{}\n", quoted(word), quoted(&label));
    }
    write(folder, "d\u{1b}[1m\n::error::f.csv", &text)
}

const TARGET: &str = "t\u{1b}]0;x\u{7}";

/// Fails where something in the output acts.
fn assert_harmless(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let acts =
        |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2028}'));
    assert!(!text.contains(acts), "{what}: {text:?}");
    let command = |line: &&str| {
        line.trim_start().starts_with("::") && !line.starts_with("::notice title=RS") || line.contains("##[")
    };
    let forged = |line: &&str| command(line) && !line.contains("title=claim%3A");
    assert_eq!(text.lines().find(forged), None, "{what}");
}

#[test]
fn nothing_of_a_hostile_table_acts() {
    let folder = tempfile::tempdir().unwrap();
    let data = hostile_table(folder.path());
    let report = folder.path().join("r.json").display().to_string();
    let claims = write(
        folder.path(),
        "claims.toml",
        "[[claim]]\nname = \"claim: \\u202e ::error::x @you <b>\"\nwhy = \"w\\n::error::y\"\nexpr = \"mean(accuracy) >= 0.99\"\n",
    );
    let eval = |more: &[&str]| {
        let base =
            ["eval", &data, "-t", TARGET, "-n", "20", "-q", "--metric", "accuracy,recall[*]", "--probe", "importance"];
        run(&[&base[..], more].concat())
    };
    let made = eval(&["-o", &report, "--claims", &claims]);
    assert_eq!(made.status.code(), Some(1), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(
        std::fs::read_to_string(&report).unwrap().contains("a\\u001b[31m\\n::error::forged"),
        "JSON keeps whole names"
    );
    let outputs = [
        ("table", made),
        ("two models", eval(&["-m", "logistic", "-m", "tree", "--color", "never", "--grid", "tree:max_depth=1,2"])),
        ("markdown", eval(&["-f", "markdown", "--claims", &claims])),
        ("junit", eval(&["-f", "junit", "--claims", &claims])),
        ("github", eval(&["-f", "github", "--claims", &claims])),
        ("inspect", run(&["inspect", &report, "-q"])),
        ("inspect markdown", run(&["inspect", &report, "-q", "-f", "markdown"])),
        ("compare", run(&["compare", &report, &report])),
        ("check", run(&["check", &report, "--claims", &claims])),
        ("no such target", run(&["eval", &data, "-t", "nope"])),
        ("no target", run(&["eval", &data])),
        ("hostile target", run(&["eval", &data, "-t", EVIL, "--task", "classification", "--positive", EVIL])),
        ("no such file", run(&["eval", &format!("{data}x"), "-t", "y"])),
        ("no such drop", run(&["eval", &data, "-t", TARGET, "--drop", EVIL, "--features", "x\u{1b}[0m\n::error::"])),
        ("no such model", run(&["eval", &data, "-t", TARGET, "-m", "x\u{1b}[0m\n::error::"])),
        ("bad claim", run(&["eval", &data, "-t", TARGET, "--claim", "mean(\u{1b}[0m\n::error::) >= 1"])),
        ("bad flag", run(&["splits", &data, "--sc\u{1b}heme", "x"])),
        ("models", run(&["models", "x\u{1b}[0m\n::error::"])),
        ("explain", run(&["explain", "x\u{1b}[0m\n::error::"])),
    ];
    for (what, output) in outputs {
        assert_ne!(output.status.code(), Some(3), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        assert_harmless(what, &output.stdout);
        assert_harmless(what, &output.stderr);
    }
}

#[test]
fn only_codes_of_our_own_are_sent_in_colour() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["eval", &hostile_table(folder.path()), "-t", TARGET, "-n", "10", "-q", "--color", "always"]);
    let mut text = String::from_utf8(output.stdout).unwrap();
    for code in ["0", "1", "2", "32", "31;1", "33"] {
        text = text.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn the_mark_under_a_claim_stays_on_its_own_line() {
    let output = run(&["eval", "data/diabetes.csv", "-t", "target", "--claim", "mean(r2) >= \u{1b}[0m $"]);
    let text = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert_eq!(lines[1].find("\\x1b"), lines[2].find('^'), "{text}");
}

#[test]
fn names_of_a_megabyte_are_shown_short() {
    let folder = tempfile::tempdir().unwrap();
    let long = "n".repeat(1_000_000);
    let rows: String = (0..60).map(|i| format!("{i},{}\n", i % 7)).collect();
    let data = write(folder.path(), "long.csv", &format!("{long},y\n{rows}"));
    let report = folder.path().join("r.json").display().to_string();
    let fine = run(&[
        "eval",
        &data,
        "-t",
        "y",
        "--task",
        "regression",
        "-n",
        "10",
        "-q",
        "--probe",
        "importance",
        "-o",
        &report,
    ]);
    assert!(fine.status.success(), "{}", String::from_utf8_lossy(&fine.stderr));
    let wrong = run(&["eval", &data, "-t", "z", "-q"]);
    let asked = run(&["eval", &data, "-t", &long[..100_000], "-q"]);
    let looked = run(&["inspect", &report, "-q"]);
    for output in [fine, wrong, asked, looked] {
        assert!(output.stdout.len() + output.stderr.len() < 20_000);
    }
    assert!(std::fs::read_to_string(&report).unwrap().contains(&long));
}

#[test]
fn a_table_of_data_does_not_act_on_the_terminal_that_it_is_read_on_and_is_kept_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let data = hostile_table(folder.path());
    let [report, model, file] =
        ["r.json", "m.json", "p.csv"].map(|name| folder.path().join(name).display().to_string());
    let eval = ["eval", &data, "-t", TARGET, "-n", "10", "-q", "--metric", "accuracy,recall[*]"];
    assert!(run(&[&eval[..], &["-o", &report]].concat()).status.success());
    assert!(run(&["fit", &report, "-o", &model]).status.success());
    let to_file = |asked: &[&str]| {
        assert!(run(&[asked, &["-o", &file]].concat()).status.success());
        std::fs::read(&file).unwrap()
    };
    let label = format!("{EVIL}Y");
    for asked in [
        &["predict", &model, &data][..],
        &["predict", &report, &data],
        &["predict", &model, &data, "--csv-cells", "spreadsheet"],
        &[&eval[..], &["-f", "csv"]].concat(),
    ] {
        let (shown, sent) = (on_terminal(200, asked), run(asked));
        assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
        assert!(shown.contains(r"a\x1b[31m\n"), "{shown}");
        assert_harmless(&asked.join(" "), shown.as_bytes());
        // To a pipe and to a file go the bytes of the data.
        let text = String::from_utf8(sent.stdout.clone()).unwrap();
        assert!(text.contains(&label), "{text}");
        assert_eq!(sent.stdout, to_file(asked));
        assert_eq!(
            shown.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count() > 80,
            asked[0] == "predict"
        );
    }
}

#[test]
fn exported_cells_are_no_formulas_unless_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let data = hostile_table(folder.path());
    let report = folder.path().join("r.json").display().to_string();
    assert!(run(&["eval", &data, "-t", TARGET, "-n", "10", "-q", "-o", &report]).status.success());
    let cells = |more: &[&str]| -> Vec<String> {
        let out = folder.path().join("rows").display().to_string();
        let output = run(&[&["export", &report, "--split", "0", "--out", &out][..], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_harmless("export", &output.stderr);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(format!("{out}/train.csv")).unwrap();
        reader.records().flat_map(|r| r.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    let formula = |c: &String| c.starts_with(['=', '+', '-', '@']) && c.parse::<f64>().is_err();
    let (safe, raw) = (cells(&[]), cells(&["--csv-cells", "raw"]));
    assert!(!safe.iter().any(formula) && raw.iter().any(formula));
    // Taking the mark away gives the texts back.
    let unmarked: Vec<String> = safe
        .iter()
        .map(|c| c.strip_prefix('\'').filter(|c| c.starts_with(['=', '+', '-', '@'])).unwrap_or(c).to_owned())
        .collect();
    assert_eq!(unmarked, raw);
}

/// A report of a file in another folder, and the same with other words for it.
fn report_elsewhere(folder: &Path, data: &str) -> String {
    let report = folder.join("r.json").display().to_string();
    let output = run(&["eval", data, "-t", "mpg", "-n", "10", "-q", "-o", &report]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    report
}

#[test]
fn a_report_shows_nothing_of_a_file_that_is_not_its_data() {
    let (mine, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = env!("CARGO_MANIFEST_DIR");
    let report = report_elsewhere(theirs.path(), &format!("{root}/data/mtcars.csv"));
    let text = std::fs::read_to_string(&report).unwrap();
    let inspect = |report: &str| run(&["inspect", report, "-q"]);
    // Elsewhere, and the file that was evaluated.
    assert!(inspect(&report).status.success());
    let secrets = [
        "secret:x:0:0\nsecret2:y:1:1\n".to_owned(),
        "secret_a,secret_b\n1,2\nsecret_c,3\n".to_owned(),
        "mpg,secret_column\n1,2\n3,4\n".to_owned(),
        std::fs::read_to_string(format!("{root}/data/mtcars.csv")).unwrap().replace("cyl", "secret"),
        "split,row,part\n0,0,secret\n".to_owned(),
        "\0secret".to_owned(),
    ];
    for secret in &secrets {
        let file = write(mine.path(), "secret_file.txt", secret);
        let shown = |text: &str| text.replace("secret_file", "").contains("secret");
        let as_data = write(theirs.path(), "data.json", &text.replace(&format!("{root}/data/mtcars.csv"), &file));
        let as_plan = write(theirs.path(), "plan.json", &text.replace("\"shuffle\"", &format!("\"file:{file}\"")));
        assert!(std::fs::read_to_string(&as_plan).unwrap().contains("file:"), "the report names a plan");
        for report in [&as_data, &as_plan] {
            let out = theirs.path().join("rows").display().to_string();
            for arguments in [
                vec!["inspect", report, "-q"],
                vec!["export", report, "--split", "0", "--out", &out],
                vec!["predict", report, &file],
            ] {
                let output = run(&arguments);
                let all = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
                assert_eq!(output.status.code(), Some(2), "{all}");
                assert!(!shown(&all) && all.contains("secret_file"), "{all}");
            }
        }
        // Who names a file is told what is in it.
        let told = run(&["inspect", &report, "-q", "--data", &file]);
        assert_eq!(told.status.code(), Some(2));
        // A link beside the report is no way to a file elsewhere.
        #[cfg(unix)]
        {
            let link = theirs.path().join("link.csv");
            let _ = std::fs::remove_file(&link);
            std::os::unix::fs::symlink(&file, &link).unwrap();
            let linked = text.replace(&format!("{root}/data/mtcars.csv"), &link.display().to_string());
            let output = inspect(&write(theirs.path(), "linked.json", &linked));
            assert!(!shown(&String::from_utf8_lossy(&output.stderr)), "{output:?}");
        }
    }
}

#[test]
fn a_report_beside_its_data_says_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let table = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mtcars.csv")).unwrap();
    let data = write(folder.path(), "mtcars.csv", &table);
    let report = report_elsewhere(folder.path(), &data);
    assert!(run(&["inspect", &report, "-q"]).status.success());
    write(folder.path(), "mtcars.csv", &table.replace("cyl", "cylinders"));
    let output = run(&["inspect", &report, "-q"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("'cyl'"));
}

#[cfg(unix)]
#[test]
fn a_pipe_or_device_that_a_report_names_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mtcars.csv");
    let report = report_elsewhere(folder.path(), source);
    let text = std::fs::read_to_string(&report).unwrap();
    let pipe = folder.path().join("pipe").display().to_string();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for file in [&pipe, "/dev/zero", "/"] {
        for changed in [text.replace(source, file), text.replace("\"shuffle\"", &format!("\"file:{file}\""))] {
            let output = run(&["inspect", &write(folder.path(), "changed.json", &changed), "-q"]);
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{told}");
            // A table may be a folder of files; one that lies elsewhere shows nothing.
            let is_folder = file == "/" && changed.contains("\"shuffle\"");
            let words = if is_folder { "nothing of it is shown" } else { "no regular file" };
            assert!(told.contains(words), "{told}");
        }
    }
}

#[test]
fn names_that_look_alike_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..40).map(|i| format!("{i},{},{}\n", i % 7, i % 5)).collect();
    let data = write(folder.path(), "d.csv", &format!("mpg\u{200b},wt,y\n{rows}"));
    let told = |arguments: &[&str]| {
        let output = run(&[&["eval", data.as_str(), "-q", "-n", "5"][..], arguments].concat());
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let text = told(&["-t", "mpg"]);
    assert!(text.contains("did you mean 'mpg\\u{200b}' (it has U+200B, which cannot be seen)?"), "{text}");
    let text = told(&["-t", "y", "--encode", "y=onehot"]);
    assert!(text.contains("it is the target"), "{text}");
    let text = told(&["-t", "y", "--drop", "wt", "--encode", "wt=onehot"]);
    assert!(text.contains("the column is there, but"), "{text}");
}
