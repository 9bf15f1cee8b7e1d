//! Journals and shards: whatever ends a run, and however its splits are shared out, the report is that of one run.

use std::process::Stdio;
use std::time::Duration;

use rand::{Rng, SeedableRng};

use crate::program::{ask, command, json_report as report, place, refused, run, said};

/// What is asked in the tests: several models, probes with sums over rows and curves, a tuned model, claims.
const RICH: [&str; 15] = [
    "eval",
    "data/diabetes.csv",
    "-t",
    "target",
    "-m",
    "ridge",
    "-m",
    "tree:max_depth=3",
    "--tune",
    "knn:n_neighbors=3,9",
    "--probe",
    "all",
    "--claim",
    "mean(r2) >= 0.2",
    "--quiet",
];

fn with<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [&RICH[..], flags].concat()
}

#[test]
fn a_run_that_is_cut_off_anywhere_goes_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let journal = place(folder.path(), "run.ndjson");
    let whole = report(&with(&["-n", "12"]));
    assert_eq!(report(&with(&["-n", "12", "--journal", &journal])), whole, "a journal changes nothing");
    let text = std::fs::read(&journal).unwrap();
    let header = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    assert_eq!(
        text.iter().filter(|byte| **byte == b'\n').count(),
        13,
        "a line a split, and one that says what was asked"
    );
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let ends =
        [header, text.len(), text.len() - 1].into_iter().chain((0..5).map(|_| random.gen_range(header..text.len())));
    for end in ends {
        std::fs::write(&journal, &text[..end]).unwrap();
        let output = run(&[&with(&["-n", "12", "--resume", &journal])[..], &["-f", "json", "-j", "1"]].concat());
        assert_eq!(output.stdout, whole, "cut off at byte {end}");
        let is_torn = end > header && text[end - 1] != b'\n';
        assert_eq!(said(&output).contains("the last line was cut off and is left out"), is_torn, "{}", said(&output));
        assert_eq!(std::fs::read(&journal).unwrap().len(), text.len(), "the journal is whole again");
    }
}

#[test]
fn a_journal_that_has_what_pictures_need_goes_on_without_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, page) = (place(folder.path(), "run.ndjson"), place(folder.path(), "page.html"));
    let asked = ["eval", "data/mtcars.csv", "-t", "mpg", "-n", "12", "-q", "--resume", &journal];
    ask(&[&asked[..], &["-o", &page]].concat());
    let lines = std::fs::read_to_string(&journal).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report(&asked)).unwrap();
    assert_eq!((&report["plan"]["done"], &report["config"]["figures"]), (&12.into(), &true.into()));
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), lines);
}

#[cfg(unix)]
#[test]
fn a_changed_model_file_is_another_question() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, script) = (place(folder.path(), "run.ndjson"), place(folder.path(), "mean.sh"));
    let text = "#!/bin/sh\n# the mean of the train rows\nawk -F, 'NR==FNR{if(FNR>1){s+=$1;n++};next} FNR>1{print s/n}' \"$1\" \"$2\" > \"$3\"\n";
    std::fs::write(&script, text).unwrap();
    let model = format!("cmd:sh {script} {{train}} {{test}} {{out}}");
    let asked = [
        "eval",
        "data/mtcars.csv",
        "-t",
        "mpg",
        "-n",
        "4",
        "-q",
        "-m",
        &model,
        "--repeat-check",
        "0",
        "--resume",
        &journal,
    ];
    let first = run(&asked);
    assert!(journal.len() > 3 && std::path::Path::new(&journal).exists(), "{}", said(&first));
    run(&asked);
    std::fs::write(&script, format!("{text}# changed\n")).unwrap();
    refused(&asked, &["the journal of another question", "sources of models"]);
}

#[cfg(unix)]
#[test]
fn a_killed_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let journal = place(folder.path(), "run.ndjson");
    let asked =
        ["eval", "data/diabetes.csv", "-t", "target", "-m", "forest:n_estimators=20", "-n", "60", "-j", "1", "-q"];
    let whole = report(&asked);
    let resumed = [&asked[..], &["--resume", &journal]].concat();
    let mut kills = 0;
    for wait in [30, 80, 150, 220, 300, 400] {
        let mut child = command(&resumed).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        kills += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert!(kills >= 2, "{kills}");
    assert_eq!(report(&resumed), whole);
}

/// A disk that takes no more, at one place or another: the run says so, and what it had done is not lost.
#[cfg(unix)]
#[test]
fn a_full_disk_loses_no_split() {
    let folder = tempfile::tempdir().unwrap();
    let journal = place(folder.path(), "run.ndjson");
    let asked = ["eval", "data/mtcars.csv", "-t", "mpg", "-n", "40", "-q", "-j", "1", "--resume", &journal];
    let whole = report(&asked[..9]);
    let mut kept = Vec::new();
    for kilobytes in [1, 4, 9, 16, 30] {
        let _ = std::fs::remove_file(&journal);
        let limited = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
        let mut shell = std::process::Command::new("bash");
        shell
            .args(["-c", &limited, crate::program::PROGRAM])
            .args(asked)
            .args(["-f", "json"])
            .current_dir(crate::program::ROOT);
        let output = shell.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{kilobytes}: {}", said(&output));
        assert!(said(&output).contains("cannot write") && output.stdout.is_empty(), "{}", said(&output));
        kept.push(std::fs::read(&journal).unwrap().iter().filter(|byte| **byte == b'\n').count());
        assert_eq!(report(&asked), whole, "{kilobytes}");
    }
    assert!(kept.is_sorted() && kept[0] < kept[4], "{kept:?}");
}

#[test]
fn more_splits_are_added_later() {
    let folder = tempfile::tempdir().unwrap();
    let journal = place(folder.path(), "run.ndjson");
    report(&with(&["-n", "8", "--journal", &journal]));
    assert_eq!(report(&with(&["-n", "20", "--resume", &journal])), report(&with(&["-n", "20"])));
    // All are there: nothing is fitted again, and fewer are not taken apart.
    let lines = std::fs::read_to_string(&journal).unwrap().lines().count();
    report(&with(&["-n", "20", "--resume", &journal]));
    assert_eq!(std::fs::read_to_string(&journal).unwrap().lines().count(), lines);
    refused(&with(&["-n", "10", "--resume", &journal]), &["splits up to #19, and 10 are asked for", "at least 20"]);
}

#[test]
fn runs_of_no_fixed_length_end_where_they_would_have() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["eval", "data/diabetes.csv", "-t", "target", "-m", "ridge", "-q"];
    for (name, flags) in [
        ("claims", &["--splits", "auto", "--claim", "mean(r2) >= 0.46", "--confidence", "0.9"][..]),
        ("moves", &["--splits", "auto", "--precision", "0.02"]),
        ("fast", &["-n", "200", "--fail-fast", "--fail-below", "r2=0.3"]),
    ] {
        let journal = place(folder.path(), name);
        let asked = [&asked[..], flags].concat();
        let whole = report(&asked);
        assert_eq!(report(&[&asked[..], &["--journal", &journal]].concat()), whole, "{name}");
        let text = std::fs::read_to_string(&journal).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for kept in [1, lines.len() / 2, lines.len() - 1, lines.len()] {
            std::fs::write(&journal, lines[..kept].join("\n") + "\n").unwrap();
            assert_eq!(report(&[&asked[..], &["--resume", &journal]].concat()), whole, "{name} from {kept}");
        }
    }
}

#[test]
fn a_journal_of_something_else_or_that_is_damaged_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let journal = place(folder.path(), "run.ndjson");
    let asked = ["eval", "data/diabetes.csv", "-t", "target", "-m", "ridge", "-n", "12", "-q"];
    let with = |flags: &[&'static str]| [&asked[..], flags].concat();
    ask(&[&asked[..], &["--journal", &journal]].concat());
    refused(&[&asked[..], &["--journal", &journal]].concat(), &["is there already", "--resume"]);
    for (flags, words) in [
        (&["--seed", "1"][..], "seed is 0 in one and 1 in the other"),
        (&["--test-size", "0.3"], "test size"),
        (&["-m", "lasso"], "models"),
        (&["--metric", "rmse"], "metrics"),
        (&["--drop", "bmi"], "data fingerprint"),
    ] {
        refused(&[&with(flags)[..], &["--resume", &journal]].concat(), &["the journal of another question", words]);
    }
    let text = std::fs::read(&journal).unwrap();
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(3);
    for _ in 0..40 {
        let mut flipped = text.clone();
        // The end of the last line is what tells a line that was cut off.
        let at = random.gen_range(0..text.len() - 1);
        flipped[at] ^= 1 << random.gen_range(0..8);
        std::fs::write(&journal, &flipped).unwrap();
        let output = run(&[&asked[..], &["--resume", &journal]].concat());
        assert_eq!(output.status.code(), Some(2), "byte {at}: {}", said(&output));
        assert_eq!(std::fs::read(&journal).unwrap(), flipped, "it is left as it was");
    }
    std::fs::write(&journal, "a,b\n1,2\n").unwrap();
    refused(&[&asked[..], &["--resume", &journal]].concat(), &["run.ndjson", "not a journal of a run"]);
    refused(&with(&["--journal", "data/diabetes.csv"]), &["data/diabetes.csv"]);
    if cfg!(unix) {
        refused(&with(&["--resume", "/dev/zero"]), &["/dev/zero is no file"]);
    }
    let missing = place(folder.path(), "no/run.ndjson");
    refused(&[&asked[..], &["--resume", &missing]].concat(), &["its folder does not exist"]);
    refused(&["merge", &missing], &["no such file"]);
}

#[test]
fn shards_are_merged_to_the_bytes_of_one_machine() {
    let folder = tempfile::tempdir().unwrap();
    let whole = report(&with(&["-n", "13"]));
    let parts: Vec<String> = (0..3).map(|shard| place(folder.path(), &format!("part-{shard}.ndjson"))).collect();
    for (shard, part) in parts.iter().enumerate() {
        let output = run(&with(&["-n", "13", "--shard", &format!("{shard}/3"), "--journal", part]));
        assert!(output.status.success() && output.stdout.is_empty(), "{}", said(&output));
        assert!(said(&output).contains(&format!("shard {shard} of 3")), "{}", said(&output));
    }
    let merged =
        |order: [usize; 3]| report(&[&["merge"], &order.map(|at| parts[at].as_str())[..], &["-j", "1"]].concat());
    assert_eq!(merged([0, 1, 2]), whole);
    assert_eq!(merged([2, 0, 1]), whole);
    // What is given twice counts once.
    assert_eq!(report(&["merge", &parts[0], &parts[1], &parts[0], &parts[2]]), whole);
    refused(&["merge", &parts[0], &parts[2]], &["4 of 13 splits are not there: #1, #4, #7, #10", "--allow-partial"]);
    let partial: serde_json::Value =
        serde_json::from_slice(&report(&["merge", &parts[0], &parts[2], "--allow-partial"])).unwrap();
    assert_eq!((&partial["plan"]["done"], &partial["plan"]["partial"]), (&9.into(), &true.into()));
    let other = place(folder.path(), "other.ndjson");
    run(&with(&["-n", "13", "--shard", "1/3", "--journal", &other, "--seed", "5"]));
    refused(&["merge", &parts[0], &other], &["parts of different runs", "seed"]);
    let longer = place(folder.path(), "longer.ndjson");
    run(&with(&["-n", "14", "--shard", "1/3", "--journal", &longer]));
    refused(&["merge", &parts[0], &longer], &["one is of 13 splits and the other of 14"]);
}

/// A run that is under way keeps others off its journal.
#[test]
fn a_journal_is_written_by_one_run_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let journal = place(folder.path(), "run.ndjson");
    let asked = [
        "eval",
        "data/diabetes.csv",
        "-t",
        "target",
        "-m",
        "forest",
        "-n",
        "100000",
        "-q",
        "-j",
        "1",
        "--resume",
        &journal,
    ];
    let mut child = command(&asked).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let is_begun = || std::fs::read(&journal).is_ok_and(|text| text.iter().filter(|byte| **byte == b'\n').count() > 1);
    let waited = (0..600).find(|_| {
        std::thread::sleep(Duration::from_millis(50));
        is_begun()
    });
    let second = run(&asked);
    let _ = child.kill();
    child.wait().unwrap();
    assert!(waited.is_some(), "nothing was written");
    assert_eq!(second.status.code(), Some(2));
    assert!(said(&second).contains("in use by another run"), "{}", said(&second));
}

#[test]
fn array_jobs_say_which_shard_a_task_is() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["eval", "data/mtcars.csv", "-t", "mpg", "-n", "10", "-q", "--journal"];
    let part = place(folder.path(), "part.ndjson");
    let output = command(&[&asked[..], &[&part, "--shard"]].concat())
        .env("SLURM_ARRAY_TASK_ID", "2")
        .env("SLURM_ARRAY_TASK_MIN", "1")
        .env("SLURM_ARRAY_TASK_COUNT", "5")
        .output()
        .unwrap();
    assert!(said(&output).contains("shard 1 of 5: 2 of its 2 splits"), "{}", said(&output));
    refused(&[&asked[..], &[&part, "--shard"]].concat(), &["no array job says which task this is", "3/16"]);
    refused(&[&asked[..], &[&part, "--shard", "5/5"]].concat(), &["--shard 5/5", "the last of 5 shards is 4"]);
    let data = ["eval", "data/mtcars.csv", "-t", "mpg", "-q", "--shard", "0/2"];
    for flags in [&["-f", "json"][..], &["--fail-fast"]] {
        refused(&[&data[..], flags].concat(), &["does not go with --shard"]);
    }
    refused(&[&data[..], &["--splits", "auto"]].concat(), &["--resume", "merge --decide"]);
}

#[test]
fn shards_of_a_run_that_ends_by_itself_go_on_in_rounds_until_they_have_done_enough() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["eval", "data/diabetes.csv", "-t", "target", "-m", "ridge", "-q", "--splits", "auto"];
    let claim = ["--claim", "share(r2 >= 0.35) >= 92%", "--seed", "3"];
    for more in [&claim[..], &["--precision", "0.004"]] {
        let asked = [&asked[..], more].concat();
        let whole = report(&asked);
        let done = serde_json::from_slice::<serde_json::Value>(&whole).unwrap()["plan"]["done"].as_u64().unwrap();
        assert!(done >= 200, "more than two rounds, and not {done} splits");
        let parts: Vec<String> = (0..3).map(|k| place(folder.path(), &format!("{k}-{}.ndjson", more.len()))).collect();
        let decide =
            |flags: &[&str]| run(&[&["merge", &parts[0], &parts[2], &parts[1], "-f", "json"][..], flags].concat());
        let mut rounds = 0;
        let decided = loop {
            rounds += 1;
            for (k, part) in parts.iter().enumerate() {
                let output = run(&[&asked[..], &["--shard", &format!("{k}/3"), "--resume", part]].concat());
                assert!(output.status.success(), "{}", said(&output));
                if k == 0 && rounds > 1 {
                    assert!(said(&decide(&["--decide"])).contains("are not there"));
                }
            }
            let output = decide(&["--decide"]);
            if output.status.code() != Some(4) {
                break output;
            }
            assert!(
                output.stdout.is_empty() && said(&output).contains("run every shard once more"),
                "{}",
                said(&output)
            );
        };
        assert!(decided.stdout == whole, "{}", said(&decided));
        assert!(50 << (rounds - 1) >= done && 50 << (rounds - 2) < done, "{rounds} rounds for {done}");
        assert!(said(&decide(&[])).contains("add --decide"));
    }
}

#[test]
fn a_run_ends_when_its_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let journal = place(folder.path(), "run.ndjson");
    let asked = ["eval", "data/diabetes.csv", "-t", "target", "-m", "forest", "-n", "100000", "-q", "-j", "1"];
    let output = run(&[&asked[..], &["--max-time", "2s", "--journal", &journal, "-f", "json"]].concat());
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["plan"]["partial"], true);
    let done = report["plan"]["done"].as_u64().unwrap();
    assert_eq!(std::fs::read_to_string(&journal).unwrap().lines().count() as u64, done + 1);
    refused(&[&asked[..], &["--max-time", "2"]].concat(), &["90s, 30m, 2h"]);
}
