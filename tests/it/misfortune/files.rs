//! Files that are written over, that stand for others, or that change.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use super::{EVAL, assert_no_temporary, code, names, shell, text, unprivileged};
use crate::program::write;

#[test]
fn an_output_keeps_its_mode_and_its_links() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mode = |name: &str| path(name).metadata().unwrap().permissions().mode() & 0o7777;
    let eval = |output: &str| {
        let line = format!("umask 027; $R {EVAL} -o json=$D/{output} > /dev/null");
        let done = shell(folder.path(), &line);
        assert_eq!(code(&done, &line), 0, "{line}: {}", text(&done.stderr));
    };
    eval("new.json");
    assert_eq!(mode("new.json"), 0o640);
    for kept in [0o600, 0o664, 0o755] {
        fs::set_permissions(path("new.json"), fs::Permissions::from_mode(kept)).unwrap();
        eval("new.json");
        assert_eq!(mode("new.json"), kept);
    }
    let expected = fs::read(path("new.json")).unwrap();
    fs::create_dir(path("sub")).unwrap();
    fs::write(path("sub/old.json"), "old").unwrap();
    symlink("sub/old.json", path("link.json")).unwrap();
    symlink("sub/later.json", path("early.json")).unwrap();
    symlink("link.json", path("twice.json")).unwrap();
    for (link, target) in
        [("link.json", "sub/old.json"), ("early.json", "sub/later.json"), ("twice.json", "sub/old.json")]
    {
        eval(link);
        assert!(path(link).symlink_metadata().unwrap().is_symlink(), "{link}");
        assert_eq!(fs::read(path(target)).unwrap(), expected, "{link}");
        fs::write(path(target), "old").unwrap();
    }
    for length in [1, 243, 244, 250, 251, 255] {
        let name = "x".repeat(length);
        eval(&name);
        assert_eq!(fs::read(path(&name)).unwrap(), expected, "{length}");
    }
    assert_no_temporary(folder.path(), "outputs");
    assert_no_temporary(&path("sub"), "outputs");
    // An owner is kept where the user may.
    if path("new.json").metadata().unwrap().uid() == 0 {
        std::os::unix::fs::chown(path("new.json"), Some(54321), Some(54322)).unwrap();
        eval("new.json");
        let owner = path("new.json").metadata().unwrap();
        assert_eq!((owner.uid(), owner.gid()), (54321, 54322));
    }
}

#[test]
fn devices_and_pipes_are_written_to_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let done = |line: &str| {
        let done = shell(folder.path(), line);
        assert_eq!(code(&done, line), 0, "{line}: {}", text(&done.stderr));
        text(&done.stdout)
    };
    let expected = done(&format!("$R {EVAL} -f json"));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    for place in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        if Path::new(place).exists() {
            assert!(done(&format!("$R {EVAL} -o json={place}")).starts_with(&expected), "{place}");
            done(&format!("$R {EVAL} -o json={place} > $D/file"));
            assert!(read("file").starts_with(&expected), "{place}");
        }
    }
    done(&format!("$R {EVAL} -o json=/dev/fd/3 3> $D/three > /dev/null"));
    assert_eq!(read("three"), expected);
    done(&format!("echo before > $D/log; $R {EVAL} -o json=/dev/fd/3 3>> $D/log > /dev/null"));
    assert_eq!(read("log"), format!("before\n{expected}"));
    done(&format!("mkfifo $D/pipe; cat $D/pipe > $D/piped & $R {EVAL} -o json=$D/pipe > /dev/null; wait"));
    assert_eq!(read("piped"), expected);
    done(&format!("$R {EVAL} -o json=/dev/null -o csv=/dev/null > /dev/null"));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    let missing = format!("$R {EVAL} -o json=/dev/fd/99");
    assert_eq!(code(&shell(folder.path(), &missing), &missing), 2);
}

#[test]
fn two_outputs_on_one_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), "kept").unwrap();
    fs::hard_link(folder.path().join("a.json"), folder.path().join("hard.csv")).unwrap();
    symlink("a.json", folder.path().join("soft.csv")).unwrap();
    for (a, b) in
        [("a.json", "a.json"), ("a.json", "./a.json"), ("a.json", "hard.csv"), ("soft.csv", "a.json"), ("new", "./new")]
    {
        let line = format!("$R {EVAL} -o json=$D/{a} -o csv=$D/{b}");
        let done = shell(folder.path(), &line);
        assert_eq!(code(&done, &line), 2, "{line}");
        let said = text(&done.stderr);
        assert!(said.contains("one file") || said.contains("given twice"), "{line}: {said}");
    }
    let line = format!("$R {EVAL} -f json -o csv=$D/a.json >> $D/hard.csv");
    let done = shell(folder.path(), &line);
    assert_eq!(code(&done, &line), 2, "{}", text(&done.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("a.json")).unwrap(), "kept");
    assert_eq!(names(folder.path()), ["a.json", "hard.csv", "soft.csv"]);
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/diabetes.csv"), path("d.csv")).unwrap();
    let made = shell(
        folder.path(),
        "cd $D; $R eval d.csv -t target -n 20 -m ridge -o r.json > /dev/null; cp r.json old.json; \
        $R splits d.csv -t target -n 5 -o plan.csv; $R eval d.csv -t target --scheme file:plan.csv -o p.json > /dev/null",
    );
    assert_eq!(code(&made, "inputs"), 0, "{}", text(&made.stderr));
    write(folder.path(), "c.toml", "[[claim]]\nname = 'x'\nexpr = 'worst(r2) > 0.9'\n");
    write(folder.path(), "s.toml", "data = 'd.csv'\ntarget = 'target'\n");
    for (from, to) in [("d.csv", "hard"), ("r.json", "rhard"), ("c.toml", "chard")] {
        fs::hard_link(path(from), path(to)).unwrap();
    }
    symlink("d.csv", path("soft")).unwrap();
    fs::create_dir(path("x")).unwrap();
    fs::hard_link(path("d.csv"), path("x/test.csv")).unwrap();
    let before: Vec<_> =
        names(folder.path()).iter().filter(|n| *n != "x").map(|n| fs::read(path(n)).unwrap()).collect();
    for (line, what) in [
        ("eval d.csv -t target -n 5 -o csv=d.csv", "data"),
        ("eval d.csv -t target -n 5 -o json=./d.csv", "data"),
        ("eval d.csv -t target -n 5 -o json=hard", "data"),
        ("eval d.csv -t target -n 5 -o json=soft", "data"),
        ("eval soft -t target -n 5 -o json=x/../d.csv", "data"),
        ("eval d.csv -t target -n 5 -f csv >> d.csv", "data"),
        ("eval d.csv -t target -n 5 --claims c.toml -o json=chard", "claims file"),
        ("eval d.csv -t target --scheme file:plan.csv -o plan.csv", "split plan"),
        ("eval --config s.toml -n 5 -o json=s.toml", "config file"),
        ("splits d.csv -t target -n 5 -o hard", "data"),
        ("splits d.csv -t target --scheme file:plan.csv -o ./plan.csv", "split plan"),
        ("inspect r.json -o rhard", "report"),
        ("inspect r.json -o soft", "data"),
        ("inspect p.json -o plan.csv", "split plan"),
        ("inspect r.json --data d.csv -o hard", "data"),
        ("export r.json --split 1 -o x", "data"),
        ("predict r.json soft -o d.csv", "file of new rows"),
        ("predict r.json soft -o r.json", "report"),
        ("check r.json --claims c.toml -o chard", "claims file"),
        ("check r.json --claims c.toml -o rhard", "report"),
        ("check r.json --against old.json -o old.json", "report accepted last"),
        ("compare r.json old.json -o old.json", "report"),
    ] {
        let done = shell(folder.path(), &format!("cd $D && $R {line}"));
        let said = text(&done.stderr);
        assert_eq!(code(&done, line), 2, "{line}: {said}");
        assert!(said.contains(what), "{line}: {said}");
    }
    let after: Vec<_> = names(folder.path()).iter().filter(|n| *n != "x").map(|n| fs::read(path(n)).unwrap()).collect();
    assert!(before == after);
}

#[test]
fn a_folder_that_takes_no_file_is_said_or_got_round() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = unprivileged(folder.path()) else { return };
    let path = |name: &str| folder.path().join(name);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/diabetes.csv"), path("d.csv")).unwrap();
    fs::create_dir(path("shut")).unwrap();
    fs::write(path("shut/old.json"), "x".repeat(1_000_000)).unwrap();
    fs::set_permissions(path("shut/old.json"), fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(path("shut"), fs::Permissions::from_mode(0o555)).unwrap();
    let run = |output: &str| {
        shell(folder.path(), &format!("cd $D && {program} eval d.csv -t target -n 20 -q -o json={output}"))
    };
    let done = run("shut/new.json");
    assert_eq!(code(&done, "new"), 2);
    assert!(text(&done.stderr).contains("check the mode of its folder"), "{}", text(&done.stderr));
    let done = run("shut/old.json");
    assert_eq!(code(&done, "old"), 0, "{}", text(&done.stderr));
    serde_json::from_slice::<serde_json::Value>(&fs::read(path("shut/old.json")).unwrap()).unwrap();
    // A file that may not be written to is not replaced either.
    fs::set_permissions(path("shut/old.json"), fs::Permissions::from_mode(0o444)).unwrap();
    let done = run("shut/old.json");
    assert_eq!(code(&done, "read-only"), 2);
    assert!(text(&done.stderr).contains("check the file's mode"), "{}", text(&done.stderr));
    fs::set_permissions(path("shut"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn data_that_changes_while_it_is_read_ends_no_run_by_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let made = shell(folder.path(), "$R splits data/diabetes.csv -t target -n 2000 -o $D/whole.parquet");
    assert_eq!(code(&made, "data"), 0);
    let whole = fs::read(folder.path().join("whole.parquet")).unwrap();
    let file = folder.path().join("d.parquet");
    fs::write(&file, &whole).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let cut = fs::File::options().write(true).open(&file).unwrap();
                cut.set_len(whole.len() as u64 / 2).unwrap();
                fs::write(&file, &whole).unwrap();
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        for _ in 0..12 {
            let done = shell(folder.path(), "$R eval $D/d.parquet -t row -n 1 -f json > /dev/null");
            let code = done.status.code();
            if !matches!(code, Some(0 | 2 | 3)) {
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            assert!(matches!(code, Some(0 | 2 | 3)), "{:?}: {}", done.status, text(&done.stderr));
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn a_config_file_that_nobody_named_writes_to_no_file_outside_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("mine/sub")).unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/diabetes.csv"), path("d.csv")).unwrap();
    fs::copy(path("d.csv"), path("mine/d.csv")).unwrap();
    fs::write(path("victim.json"), "kept").unwrap();
    symlink("../victim.json", path("mine/link.json")).unwrap();
    symlink("..", path("mine/up")).unwrap();
    let run = |output: &str, data: &str, flags: &str| {
        let config = format!("data = '{data}'\ntarget = 'target'\nsplits = 5\noutput = '{output}'\n");
        write(&path("mine"), "randsplit.toml", &config);
        shell(folder.path(), &format!("cd $D/mine && $R eval {flags} > /dev/null"))
    };
    let absolute = path("victim.json").display().to_string();
    for output in [
        "../victim.json",
        "json=../victim.json",
        "link.json",
        "up/victim.json",
        "sub/../../victim.json",
        &absolute,
        &format!("csv={absolute}"),
    ] {
        let done = run(output, "d.csv", "");
        assert_eq!(code(&done, output), 2, "{output}");
        assert!(text(&done.stderr).contains("is outside this folder"), "{output}: {}", text(&done.stderr));
    }
    assert_eq!(fs::read_to_string(path("victim.json")).unwrap(), "kept");
    for output in ["a.json", "sub/a.json", "json=./sub/b", "json=/dev/null"] {
        let done = run(output, "d.csv", "");
        assert_eq!(code(&done, output), 0, "{output}: {}", text(&done.stderr));
        assert!(!text(&done.stderr).contains("outside"), "{output}");
    }
    // What is read there is told, and who names the file means it.
    let done = run("a.json", "../d.csv", "-q");
    assert_eq!(code(&done, "data"), 0);
    assert!(text(&done.stderr).contains("reads ../d.csv, which is outside this folder"), "{}", text(&done.stderr));
    let done = run("../victim.json", "../d.csv", "--config randsplit.toml");
    assert_eq!(code(&done, "named"), 0, "{}", text(&done.stderr));
    assert!(fs::read_to_string(path("victim.json")).unwrap().starts_with('{'));
}
