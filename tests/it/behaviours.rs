//! Behaviours, cascades and chains: their figures against scikit-learn's models and closed forms, cases planted for
//! them to find, and cases in which there is nothing to find. Claims about what probes find.
//! The reference is written by tests/reference/make_behaviours.py.

use crate::program;

use std::fmt::Write;

use program::{Noise, judged as json, run, write};
use serde_json::Value;

/// A report on a table of that text with that claims file; the target is called y.
fn ask(table: &str, claims: &str, flags: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (table, claims) = (write(folder.path(), "table.csv", table), write(folder.path(), "claims.toml", claims));
    json(&[&["eval", &table, "-t", "y", "--claims", &claims], flags].concat())
}

/// The same is refused with these words.
fn refused(table: &str, claims: &str, flags: &[&str], words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let (table, claims) = (write(folder.path(), "table.csv", table), write(folder.path(), "claims.toml", claims));
    program::refused(&[&["eval", &table, "-t", "y", "--claims", &claims], flags].concat(), words);
}

fn mean(report: &Value, name: &str) -> f64 {
    report["models"][0]["probes"][name]["mean"].as_f64().unwrap_or_else(|| panic!("no {name}"))
}

fn verdicts(report: &Value) -> Vec<(&str, &str)> {
    let claims = report["claims"].as_array().unwrap();
    claims.iter().map(|c| (c["name"].as_str().unwrap_or(""), c["verdict"].as_str().unwrap())).collect()
}

/// y = 2a - b + noise, with a level c that says nothing, and a column z that says nothing either.
fn table(rows: usize) -> String {
    let mut noise = Noise(5);
    let mut text = String::from("y,a,b,c,z\n");
    for i in 0..rows {
        let (a, b, z) = (noise.normal(), noise.normal(), noise.normal());
        let y = 2.0 * a - b + 0.3 * noise.normal();
        writeln!(text, "{y:.6},{a:.6},{b:.6},{},{z:.6}", ["p", "q", "r"][i % 3]).unwrap();
    }
    text
}

#[test]
fn readings_are_those_of_scikit_learns_models() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/behaviours.json");
    let cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut compared, mut wrong) = (0, Vec::new());
    for case in cases.as_array().unwrap() {
        let folder = tempfile::tempdir().unwrap();
        let claims = write(folder.path(), "claims.toml", case["claims"].as_str().unwrap());
        let data = format!("data/{}.csv", case["data"].as_str().unwrap());
        let mut flags = vec!["eval", &data, "-n", "4", "-m", case["model"].as_str().unwrap()];
        flags.extend(case["flags"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()));
        if case["claims"] != "" {
            flags.extend(["--claims", &claims]);
        }
        let [shared, linfa] = ["auto", "linfa"].map(|engine| json(&[&flags[..], &["--engine", engine]].concat()));
        for (name, wanted) in case["values"].as_object().unwrap() {
            for (k, want) in wanted.as_array().unwrap().iter().enumerate() {
                for report in [&shared, &linfa] {
                    let got = report["models"][0]["splits"][k]["probes"][name].as_f64();
                    compared += 1;
                    let want = want.as_f64().unwrap();
                    if !got.is_some_and(|got| (got - want).abs() <= 1e-6 * want.abs().max(1e-3)) {
                        wrong.push(format!("{data} {} {name} of split {k}: {got:?}, and not {want}", case["model"]));
                    }
                }
            }
        }
    }
    assert!(compared > 400, "{compared}");
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
}

const STATED: &str = r#"
[[behaviour]]
name = "rises with a"
test = "direction"
column = "a"
prediction = "rises"
[[behaviour]]
name = "rises with b"
test = "direction"
column = "b"
prediction = "rises"
[[behaviour]]
name = "c is nothing"
test = "invariance"
column = "c"
level = true
tolerance = 0.2
[[behaviour]]
name = "a is nothing"
test = "invariance"
column = "a"
noise = 0.5
tolerance = 0.2
[[behaviour]]
name = "z is of no use"
test = "no-use"
column = "z"
tolerance = 0.01
[[behaviour]]
name = "b is of no use"
test = "no-use"
column = "b"
tolerance = 0.01
[[behaviour]]
name = "can add"
test = "examples"
rows = [{ a = 1, b = 0, c = "p", z = 0 }, { a = 0, b = -2, c = "q", z = 0 }]
at_least = 1.7
at_most = 2.3
[[behaviour]]
name = "can multiply"
test = "examples"
rows = [{ a = 2, b = 2, c = "p", z = 0 }]
at_least = 3.5
[[behaviour]]
name = "groups alike"
test = "parity"
column = "c"
measure = "score"
metric = "mae"
ratio = 0.6
"#;

#[test]
fn the_example_holds_as_it_says() {
    let flags = ["eval", "data/diabetes.csv", "-t", "target", "--claims", "examples/behaviours.toml"];
    let report = json(&flags);
    assert!(verdicts(&report).len() == 5 && verdicts(&report).iter().all(|v| v.1 == "holds"), "{report}");
}

#[test]
fn what_is_planted_is_found_and_what_is_not_there_is_not() {
    for model in ["ridge", "linfa"] {
        let engine: &[&str] = if model == "linfa" { &["--engine", "linfa"] } else { &[] };
        let report = ask(&table(400), STATED, &[&["-n", "20", "-m", "ridge"], engine].concat());
        let want = [
            ("rises with a", "holds"),
            ("rises with b", "fails"),
            ("c is nothing", "holds"),
            ("a is nothing", "fails"),
            ("z is of no use", "holds"),
            ("b is of no use", "fails"),
            ("can add", "holds"),
            ("can multiply", "fails"),
            ("groups alike", "holds"),
        ];
        assert_eq!(verdicts(&report), want);
        assert_eq!(mean(&report, "behaviour[rises with b]"), 0.0);
        assert_eq!(report["config"]["behaviours"].as_array().unwrap().len(), 9);
    }
    // A group whose answers are three times as noisy is seen.
    let mut noise = Noise(8);
    let mut text = String::from("y,a,c\n");
    for i in 0..600 {
        let a = noise.normal();
        let y = a + [0.2, 0.6][i % 2] * noise.normal();
        writeln!(text, "{y:.6},{a:.6},{}", ["p", "q"][i % 2]).unwrap();
    }
    let groups = STATED.split("[[behaviour]]").last().unwrap();
    let report = ask(&text, &format!("[[behaviour]]{groups}"), &["-n", "20"]);
    assert_eq!(verdicts(&report), [("groups alike", "fails")]);
    assert!((mean(&report, "behaviour[groups alike]") - 1.0 / 3.0).abs() < 0.06);
}

#[test]
fn a_level_moves_a_linear_prediction_by_its_coefficient() {
    let mut text = String::from("y,a,c\n");
    let mut noise = Noise(2);
    for i in 0..200 {
        let a = noise.normal();
        writeln!(text, "{:.6},{a:.6},{}", a + [0.0, 1.0, 4.0][i % 3] + noise.normal(), ["p", "q", "r"][i % 3]).unwrap();
    }
    let claims = "[[behaviour]]\nname='to r'\ntest='invariance'\ncolumn='c'\nlevel='r'\ntolerance=0";
    let report = ask(&text, claims, &["-n", "5", "--probe", "coefficients"]);
    for split in report["models"][0]["splits"].as_array().unwrap() {
        let at = |name: &str| split["probes"][name].as_f64().unwrap();
        let far = at("coefficient[c=r]") - at("coefficient[c=p]");
        assert!((at("behaviour_most[to r]") - far).abs() < 1e-9 * far, "{split}");
        // Rows that have the level already stay.
        assert!((0.1..0.6).contains(&at("behaviour[to r]")));
    }
}

#[test]
fn noise_in_a_column_costs_the_square_of_its_coefficient() {
    let flags = ["-n", "60", "--metric", "mse,r2", "--probe", "coefficients", "--probe", "cascade:a,0.5,1,2"];
    let claims =
        "[[claim]]\nexpr='mean(mse) <= 1.5'\n[[claim]]\nexpr='mean(mse) >= 0'\n[[claim]]\nexpr='worst(r2) >= 0.999'";
    let report = ask(&table(500), claims, &flags);
    let coefficient = mean(&report, "coefficient[a]");
    let at = |level: &str| mean(&report, &format!("cascade[a {level} mse]"));
    let plain = report["models"][0]["metrics"]["mse"]["mean"].as_f64().unwrap();
    assert!((plain - at("0")).abs() < 1e-14, "{plain} {}", at("0"));
    for (level, text) in [(0.5, "0.5"), (1.0, "1"), (2.0, "2")] {
        let want = level * level * coefficient * coefficient;
        assert!((at(text) - at("0") - want).abs() < 0.06 * want, "{level}: {} and not {want}", at(text) - at("0"));
    }
    let broken: Vec<(Option<f64>, Option<f64>)> =
        report["cascades"].as_array().unwrap().iter().map(|c| (c["bears"].as_f64(), c["breaks_at"].as_f64())).collect();
    // mse is 0.1 + 4 · level²: 1.1 at 0.5 and 4.1 at 1.
    assert_eq!(broken, [(Some(0.5), Some(1.0)), (Some(2.0), None), (None, Some(0.0))]);
    let (text, tables) = (report["models"][0]["probe_notes"].to_string(), &report["models"][0]["probe_tables"]);
    assert!(text.contains("cascade: mse") && tables["cascade[a]"].as_array().unwrap().len() == 4);
    // A column that says nothing can be as wrong as it likes.
    let report = ask(&table(500), claims, &["-n", "10", "--metric", "mse,r2", "--probe", "cascade:c,0..1"]);
    assert!((mean(&report, "cascade[c 1 mse]") - mean(&report, "cascade[c 0 mse]")).abs() < 0.01);
}

#[test]
fn a_chain_loses_what_the_upstream_model_does_not_know() {
    // a is known from b up to noise of 0.5; y is a, so that the chain's squared error is 0.25 more.
    let mut noise = Noise(4);
    let (mut known, mut hidden) = (String::from("y,a,b\n"), String::from("y,a,b\n"));
    for _ in 0..800 {
        let b = noise.normal();
        let exact = 3.0 * b;
        let a = exact + 0.5 * noise.normal();
        writeln!(known, "{:.6},{exact:.6},{b:.6}", exact + 0.1 * noise.normal()).unwrap();
        writeln!(hidden, "{:.6},{a:.6},{b:.6}", a + 0.1 * noise.normal()).unwrap();
    }
    let flags = ["-n", "20", "-m", "ols", "--metric", "mse", "--chain", "a=ols"];
    let report = ask(&hidden, "[[claim]]\nexpr='mean(mse) > 0'", &flags);
    assert!((mean(&report, "chain[a loss]") - 0.25).abs() < 0.02, "{}", mean(&report, "chain[a loss]"));
    let report = ask(&known, "[[claim]]\nexpr='mean(mse) > 0'", &["-n", "5", "--metric", "mse", "--chain", "a=ols"]);
    assert!(mean(&report, "chain[a loss]").abs() < 1e-6);
    assert!(mean(&report, "chain[a upstream]") > 0.999_999);
    // Columns of levels and of booleans have upstream models of their own.
    let mut text = String::from("y,c,f,b\n");
    for i in 0..300 {
        let b = (i % 3) as f64 + 0.3 * noise.normal();
        let level = ["p", "q", ""][i % 3];
        writeln!(text, "{:.4},{level},{},{b:.4}", b + noise.normal(), i % 2 == 0).unwrap();
    }
    let claims = "[[claim]]\nexpr='mean(r2) < 1'";
    let report = ask(&text, claims, &["-n", "5", "--chain", "c", "--chain", "f=tree:max_depth=2"]);
    assert!(mean(&report, "chain[c upstream]") > 0.9 && mean(&report, "chain[f upstream]") < 0.75);
}

#[test]
fn claims_name_what_probes_find() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    let file = path.to_str().unwrap();
    let eval = ["eval", "data/diabetes.csv", "-t", "target", "-n", "30"];
    let claims = [
        ("mean(importance[bmi]) > 0", "holds"),
        ("min(coverage) >= 0.5", "holds"),
        ("worst(coverage) >= 0.99", "fails"),
        ("share(importance[bmi] > importance[age]) >= 0.9", "holds"),
        ("importance.kendall_w >= 0.5", "holds"),
        ("ridge.importance.top3[bmi] <= 0.5", "fails"),
        ("churn.max > 0", "holds"),
        ("max(importance[bmi]) < importance.top3[bmi] - 5", "fails"),
    ];
    let mut flags = [&eval[..], &["--probe", "importance", "--probe", "conformal", "--probe", "churn"]].concat();
    claims.iter().for_each(|c| flags.extend(["--claim", c.0]));
    let report = json(&flags);
    let found: Vec<&str> =
        report["claims"].as_array().unwrap().iter().map(|c| c["verdict"].as_str().unwrap()).collect();
    assert_eq!(found, claims.map(|c| c.1));
    assert_eq!(report["claims"][0]["observed"], report["models"][0]["probes"]["importance[bmi]"]["mean"]);
    assert_eq!(report["claims"][2]["observed"], report["models"][0]["probes"]["coverage"]["worst"]["score"]);
    assert_eq!(report["claims"][4]["observed"], report["models"][0]["probe_figures"]["importance.kendall_w"]);
    // The report can be asked again, and says the same.
    std::fs::write(file, report.to_string()).unwrap();
    let mut again = vec!["check", file];
    claims.iter().for_each(|c| again.extend(["--claim", c.0]));
    let checked = json(&again);
    assert_eq!(checked["claims"], report["claims"]);
    // A number on every split has bounds, a figure of all splits has none.
    let sure = json(&[&flags[..], &["--confidence", "0.95"]].concat());
    assert_eq!(sure["claims"][0]["confidence"], 0.95);
    assert_eq!((&sure["claims"][4]["confidence"], &sure["claims"][4]["verdict"]), (&Value::Null, &"holds".into()));
    for (claim, words) in [
        ("worst(ece) < 1", "needs --probe calibration"),
        ("shap.kendall_w > 0", "needs --probe shap"),
        ("mean(importance[bim]) > 0", "did you mean 'importance[bmi]'?"),
        ("worst(importance[bmi]) > 0", "use min(importance[bmi])"),
        ("gap(coverage) > 0", "it has no train scores"),
        ("mean(baseline.coverage) > 0", "the baseline is not probed"),
        ("baseline.churn.max > 0", "the baseline is not probed"),
        ("rigde.churn.max > 0", "no model 'rigde'"),
        ("coverage > 0.5", "mean(coverage)"),
        ("importance.kendal_w > 0.5", "did you mean 'importance.kendall_w'?"),
        ("mean(behaviour[x]) > 0", "[[behaviour]]"),
    ] {
        let output = run(&[&flags[..12], &["--claim", claim]].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && stderr.contains(words), "{claim}: {stderr}");
    }
}

#[test]
fn every_name_that_probes_give_was_known_before() {
    for (data, target, model) in [
        ("diabetes", "target", "forest:n_estimators=3"),
        ("titanic", "survived", "logistic"),
        ("penguins", "species", "logistic"),
        ("penguins", "species", "lda"),
        ("hitters", "Salary", "ridge"),
    ] {
        let path = format!("data/{data}.csv");
        let flags = ["eval", &path, "-t", target, "-n", "3", "-m", model, "--probe", "all"];
        let report = json(&flags);
        let of = |key: &str| report["models"][0][key].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let readings = of("probes").into_iter().map(|name| format!("mean({name}) > -1e300"));
        let claims: Vec<String> =
            readings.chain(of("probe_figures").into_iter().map(|name| format!("{name} > -1e300"))).collect();
        let mut flags = flags.to_vec();
        claims.iter().for_each(|c| flags.extend(["--claim", c]));
        let judged = json(&flags);
        assert_eq!(judged["claims"].as_array().unwrap().len(), claims.len(), "{data}");
    }
}

#[test]
fn a_sample_of_the_splits_is_probed_and_judged_by_itself() {
    let flags = ["eval", "data/diabetes.csv", "-t", "target", "-n", "20", "--probe", "importance"];
    let share = ["--claim", "share(importance[bmi] > 0) >= 1"];
    let all = json(&flags);
    let some = json(&[&flags[..], &["--probe-splits", "8"], &share].concat());
    let splits = |report: &Value| report["models"][0]["splits"].as_array().unwrap().clone();
    for (k, (a, b)) in splits(&all).iter().zip(splits(&some)).enumerate() {
        assert_eq!(a["scores"], b["scores"]);
        assert_eq!(b.get("probes"), if k < 8 { a.get("probes") } else { None });
    }
    assert_eq!(some["models"][0]["probes"]["importance[bmi]"]["count"], 8);
    assert_eq!(verdicts(&some), [("", "holds")]);
    let refused = run(&["eval", "data/diabetes.csv", "-t", "target", "--probe-splits", "3"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn threads_change_nothing_and_neither_does_the_number_of_splits() {
    let folder = tempfile::tempdir().unwrap();
    let (data, claims) = (write(folder.path(), "t.csv", &table(150)), write(folder.path(), "claims.toml", STATED));
    let eval = |more: &[&str]| {
        let flags =
            ["eval", &data, "-t", "y", "-m", "knn", "--claims", &claims, "--chain", "a", "--probe", "cascade:b"];
        String::from_utf8(run(&[&flags[..], &["-f", "json"], more].concat()).stdout).unwrap()
    };
    let one = eval(&["-n", "6", "-j", "1"]);
    assert_eq!(one, eval(&["-n", "6", "-j", "3"]));
    let (few, many): (Value, Value) =
        (serde_json::from_str(&one).unwrap(), serde_json::from_str(&eval(&["-n", "9"])).unwrap());
    for k in 0..6 {
        assert_eq!(few["models"][0]["splits"][k], many["models"][0]["splits"][k]);
    }
}

#[test]
fn test_rows_do_not_count_about_behaviours() {
    // The upstream model and the noise know train rows only: other targets of test rows change no prediction in a chain.
    let text = table(120);
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "t.csv", &text);
    let plan = folder.path().join("plan.csv");
    assert!(run(&["splits", &data, "-t", "y", "-n", "1", "-o", plan.to_str().unwrap()]).status.success());
    let rows = std::fs::read_to_string(&plan).unwrap();
    let test: Vec<usize> = rows
        .lines()
        .filter(|l| l.contains("test"))
        .map(|l| l.split(',').find_map(|cell| cell.parse::<usize>().ok().filter(|_| cell != "0")).unwrap_or(0))
        .collect();
    assert!(!test.is_empty());
    let spoilt: String = text
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let (y, rest) = line.split_once(',').unwrap();
            if i > 0 && test.contains(&(i - 1)) {
                format!("999{y},{rest}\n").replace("999-", "-999")
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    let claims = "[[behaviour]]\nname='known'\ntest='examples'\nrows=[{a=1,b=1,c='p',z=0}]\nat_least=0";
    let scheme = format!("file:{}", plan.display());
    // The shared engine takes test rows away from sums of all, which leaves a trace of rounding.
    let flags = ["--scheme", &scheme, "--engine", "linfa", "--chain", "a", "--probe", "cascade:b"];
    let [plain, other] = [&text, &spoilt].map(|t| ask(t, claims, &flags));
    for name in ["behaviour_least[known]", "chain[a upstream]"] {
        assert_eq!(mean(&plain, name), mean(&other, name), "{name}");
    }
}

#[test]
fn check_judges_behaviours_that_were_tried_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let (data, claims) = (write(folder.path(), "t.csv", &table(150)), write(folder.path(), "claims.toml", STATED));
    let report = json(&["eval", &data, "-t", "y", "-n", "10", "--claims", &claims]);
    let file = write(folder.path(), "run.json", &report.to_string());
    assert_eq!(json(&["check", &file, "--claims", &claims])["claims"], report["claims"]);
    let other = write(folder.path(), "other.toml", &STATED.replace("noise = 0.5", "noise = 0.1"));
    let unknown = write(folder.path(), "new.toml", &STATED.replace("can add", "can subtract"));
    for (claims, words) in [(&other, "another behaviour of this name"), (&unknown, "has not tried")] {
        let output = run(&["check", &file, "--claims", claims]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && stderr.contains(words), "{stderr}");
    }
}

#[test]
fn mistakes_name_the_behaviour_and_what_is_not_there() {
    let text = table(60);
    let stated = |test: &str| format!("[[behaviour]]\nname='n'\n{test}");
    for (test, words) in [
        ("test='direction'\ncolumn='aa'\nprediction='rises'", &["claims.toml: behaviour 1 ('n'): no feature 'aa'"][..]),
        ("test='direction'\ncolumn='c'\nprediction='rises'", &["its levels, which do not rise"]),
        ("test='direction'\ncolumn='a'\nprediction='rises'\nlabel='yes'", &["the target is a number"]),
        ("test='invariance'\ncolumn='c'\nnoise=1", &["change it with level"]),
        ("test='invariance'\ncolumn='c'\nlevel='x'", &["no level 'x'", "p, q, r"]),
        ("test='invariance'\ncolumn='a'\nlevel=true", &["is a number"]),
        ("test='examples'\nrows=[{a=1}]\nat_least=0", &["says nothing of column 'b'", "like = N"]),
        ("test='examples'\nrows=[{a='x'}]\nlike=0\nat_least=0", &["'x' is none"]),
        ("test='examples'\nrows=[{a=1}]\nlike=600\nat_least=0", &["like = 600"]),
        ("test='slice'\ncolumn='c'\nlevel='x'\nat_least=0", &["no level 'x'"]),
        ("test='slice'\ncolumn='a'\nfrom=100\nat_least=0", &["no row of the table is in the slice"]),
        ("test='slice'\ncolumn='a'\nfrom=0\nat_least=0\nmetric='accuracy'", &["accuracy"]),
        ("test='no-use'\ncolumns=['a','b','c','z']", &["no feature is left"]),
        ("test='parity'\ncolumn='a'\nmeasure='score'\nratio=0.5", &["60 different values"]),
        ("test='parity'\ncolumn='none'\nmeasure='score'\nratio=0.5", &["none"]),
    ] {
        refused(&text, &stated(test), &[], words);
    }
    let claims = "[[claim]]\nexpr='mean(r2) < 1'";
    for (flags, words) in [
        (["--chain", "aa"], "no feature 'aa'; there are a, b, c, z"),
        (["--chain=a", "--chain=a=knn"], "--chain a is given twice"),
        (["--chain", "c=ridge"], "--chain c"),
        (["--chain", "a=rigde"], "did you mean 'ridge'?"),
        (["--probe", "cascade:aa"], "no feature 'aa'"),
        (["--probe", "cascade:c,0..2"], "is above 1"),
    ] {
        refused(&text, claims, &flags, &[words]);
    }
}
