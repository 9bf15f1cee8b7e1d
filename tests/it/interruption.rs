//! Runs that are cut off at any moment, in any number of parts, by anything: the report is that of one run, byte by byte.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::program::{PROGRAM, ROOT, command, json_report as report, place, run, said};

/// Every model of each task, in turn and with what needs no time.
fn models(task: &str) -> Vec<String> {
    let listed: Value = serde_json::from_slice(&run(&["models", "-f", "json"]).stdout).unwrap();
    let is_of_task = |model: &&Value| model["tasks"].as_array().unwrap().contains(&task.into());
    let few = |name: &str| match name {
        "forest" | "extra-trees" | "boost" => format!("{name}:n_estimators=7"),
        name => name.to_owned(),
    };
    let names = listed.as_array().unwrap().iter().filter(is_of_task).map(|model| few(model["name"].as_str().unwrap()));
    names.filter(|name| name != "baseline").collect()
}

/// The parts of a run by so many shards, each of which is cut off once and goes on; their names in another order.
fn parts(asked: &[&str], folder: &Path, shards: usize, random: &mut ChaCha8Rng) -> Vec<String> {
    let mut parts = Vec::new();
    for shard in 0..shards {
        let (part, of) = (place(folder, &format!("part-{shard}.ndjson")), format!("{shard}/{shards}"));
        let _ = std::fs::remove_file(&part);
        let flags = ["--shard", &of, "--resume", &part, "-q"];
        let output = run(&[asked, &flags].concat());
        assert!(output.status.success(), "{asked:?}: {}", said(&output));
        let text = std::fs::read(&part).unwrap();
        let header = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        std::fs::write(&part, &text[..random.gen_range(header..=text.len())]).unwrap();
        assert!(run(&[asked, &flags].concat()).status.success());
        assert!(std::fs::read(&part).unwrap().len() == text.len(), "{asked:?}: the part is whole again");
        parts.push(part);
    }
    parts.shuffle(random);
    parts
}

#[test]
fn every_model_has_the_same_report_however_its_run_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(19);
    for (data, target, task) in
        [("data/diabetes.csv", "target", "regression"), ("data/iris.csv", "target", "classification")]
    {
        let models = models(task);
        assert!(models.len() > 8, "{models:?}");
        for models in models.chunks(4) {
            let models = models.join(",");
            let splits = random.gen_range(5..12).to_string();
            let mut asked = vec!["eval", data, "-t", target, "-m", &models, "-n", &splits];
            let scheme =
                [&[][..], &["--scheme", "bootstrap"], &["--probe", "churn", "--probe", "gap", "--test-size", "0.3"]];
            asked.extend(scheme[random.gen_range(0..3)]);
            let whole = report(&[&asked[..], &["-q"]].concat());
            let shards = random.gen_range(2..5);
            let parts = parts(&asked, folder.path(), shards, &mut random);
            let merged: Vec<&str> = std::iter::once("merge").chain(parts.iter().map(String::as_str)).collect();
            assert!(report(&merged) == whole, "{asked:?} in {shards} parts");
        }
    }
}

/// Killed at 200 moments without a warning: nothing that was written is lost, and nothing is there twice.
#[test]
fn runs_that_are_killed_at_random_go_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(200);
    let plain = ["eval", "data/diabetes.csv", "-t", "target", "-m", "ridge,tree,knn", "-n", "300", "-q"];
    let rich = ["eval", "data/iris.csv", "-t", "target", "-m", "nb", "-n", "60", "--probe", "all", "-q"];
    let questions = [&plain[..], &rich[..]];
    let wholes = questions.map(report);
    let (mut kills, mut ended) = (0, [0; 2]);
    while kills < 200 || ended.contains(&0) {
        for (which, asked) in questions.iter().enumerate() {
            let journal = place(folder.path(), &format!("{which}.ndjson"));
            let resumed = [asked, &["--resume", &journal, "-f", "json"][..]].concat();
            let kept = place(folder.path(), "report.json");
            let out = std::fs::File::create(&kept).unwrap();
            let mut child = command(&resumed).stdout(out).stderr(Stdio::null()).spawn().unwrap();
            // After 200 kills each run is let go on to its end.
            std::thread::sleep(Duration::from_millis(if kills < 200 { random.gen_range(5..120) } else { 0 }));
            if kills < 200 && child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                kills += 1;
            }
            if child.wait().unwrap().success() {
                assert!(std::fs::read(&kept).unwrap() == wholes[which], "after {kills} kills: {asked:?}");
                ended[which] += 1;
                std::fs::remove_file(&journal).unwrap();
            }
        }
    }
}

/// A disk that is full at any write of a journal: the run says so in one sentence, and goes on once there is room.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_at_any_write_loses_no_split() {
    let folder = tempfile::tempdir().unwrap();
    let journal = place(folder.path(), "run.ndjson");
    let asked = ["eval", "data/mtcars.csv", "-t", "mpg", "-n", "12", "-q", "-j", "1", "--resume", &journal];
    let whole = report(&asked[..9]);
    report(&asked);
    let text = std::fs::read(&journal).unwrap();
    let ends: Vec<usize> = (0..text.len()).filter(|at| text[*at] == b'\n').collect();
    assert_eq!(ends.len(), 13);
    let mut limits = vec![0, ends[0] / 2];
    for line in ends.windows(2) {
        limits.extend([line[0] + 1, usize::midpoint(line[0], line[1]), line[1]]);
    }
    for limit in limits {
        let _ = std::fs::remove_file(&journal);
        // Nothing may grow beyond so many bytes, and the program is told as by a full disk.
        let limited = format!("trap '' XFSZ; exec prlimit --fsize={limit} \"$0\" \"$@\"");
        let mut shell = Command::new("bash");
        shell.args(["-c", &limited, PROGRAM]).args(asked).args(["-f", "json"]).current_dir(ROOT);
        let output = shell.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{limit}: {}", said(&output));
        let words = said(&output);
        assert!(words.contains("cannot write") && words.lines().count() == 1, "{limit}: {words}");
        assert!(output.stdout.is_empty(), "{limit}");
        let kept = std::fs::read(&journal).unwrap_or_default();
        assert!(text.starts_with(&kept) && kept.len() <= limit, "{limit}: {}", kept.len());
        assert!(report(&asked) == whole, "{limit}");
    }
}

/// Models that are fitted to many splits at once: what a split gets depends neither on the splits beside it nor on how many.
#[test]
fn splits_that_are_fitted_together_do_not_depend_on_each_other() {
    let folder = tempfile::tempdir().unwrap();
    for (data, target, models) in [
        ("data/breast_cancer.csv", "target", "logistic,logistic:C=50"),
        ("data/iris.csv", "target", "logistic,multinomial"),
        ("data/diabetes.csv", "target", "glm,glm:power=1.5,glm:power=2"),
    ] {
        let asked = ["eval", data, "-t", target, "-m", models, "-n", "70", "-q"];
        let whole = report(&[&asked[..], &["-j", "1"]].concat());
        assert!(report(&[&asked[..], &["-j", "3"]].concat()) == whole, "{models} on three threads");
        let part = |shard: usize| {
            let part = place(folder.path(), &format!("together-{shard}.ndjson"));
            let _ = std::fs::remove_file(&part);
            let output = run(&[&asked[..], &["--shard", &format!("{shard}/7"), "--journal", &part]].concat());
            assert!(output.status.success(), "{}", said(&output));
            part
        };
        let parts: Vec<String> = (0..7).map(part).collect();
        let merged: Vec<&str> = std::iter::once("merge").chain(parts.iter().map(String::as_str)).collect();
        assert!(report(&merged) == whole, "{models} in seven parts");
        let of = |report: &[u8]| -> Value { serde_json::from_slice(report).unwrap() };
        let (whole, few) = (of(&whole), of(&report(&[&asked[..6], &["-n", "9", "-q"]].concat())));
        for (all, few) in whole["models"].as_array().unwrap().iter().zip(few["models"].as_array().unwrap()) {
            assert_eq!(all["splits"].as_array().unwrap()[..9], few["splits"].as_array().unwrap()[..]);
        }
    }
}
