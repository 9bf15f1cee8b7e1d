//! Parquet files with damaged bytes.

use std::io::Write;
use std::process::Command;
use std::sync::LazyLock;

use crate::harness::{Fault, Target, check_error};
use crate::random::Random;

/// Sound files, those of the tests.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == "parquet")).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
});

fn make(random: &mut Random) -> Vec<u8> {
    let mut bytes = FILES[random.below(FILES.len())].clone();
    // The footer at the end tells where all else is.
    let footer = bytes.len().saturating_sub(3000);
    for _ in 0..=random.below(6) {
        let start = if random.one_in(2) { footer } else { 4 };
        let at = start + random.below(bytes.len().saturating_sub(start));
        let Some(byte) = bytes.get_mut(at) else { continue };
        match random.below(6) {
            0 => *byte = random.byte(),
            1 => *byte = byte.wrapping_add(1),
            2 => *byte = 0xff,
            3 => drop(bytes.remove(at)),
            4 if random.one_in(4) => bytes.truncate(at),
            _ => *byte ^= 1 << random.below(8),
        }
    }
    bytes
}

/// Tried in the program, whose allocator answers where damaged bytes ask for exabytes.
fn check(bytes: &[u8]) -> Result<(), Fault> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_randsplit"));
    let output =
        program.arg("splits").arg(file.path()).args(["--target", "y", "--splits", "1", "--threads", "1"]).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Ok(()),
        Some(2 | 3) if !said.starts_with("error: ") => Err(format!("no sentence: {said}")),
        Some(2 | 3) if !output.stdout.is_empty() => Err("half a result before the error".into()),
        Some(2 | 3) => check_error(&randsplit::Error::file(said)),
        code => Err(format!("exit code {code:?}: {said}")),
    }
}

#[test]
fn parquet_files() {
    Target { name: "parquet", runs: 100, make: &make, check: &check }.run();
}
