//! The pictures of README and docs are those of the program.

use std::path::Path;
use std::process::Command;

use crate::program::{PROGRAM, ROOT};

#[test]
fn pictures_in_the_docs_are_made_by_the_script_next_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(ROOT).join("docs/pictures/make.sh");
    let done = Command::new("bash").arg(script).arg(PROGRAM).arg(folder.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut made = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let name = file.unwrap().file_name();
        let there = Path::new(ROOT).join("docs/pictures").join(&name);
        let new = std::fs::read(folder.path().join(&name)).unwrap();
        if std::env::var_os("RANDSPLIT_BLESS").is_some() {
            std::fs::write(&there, &new).unwrap();
        }
        assert!(std::fs::read(&there).unwrap_or_default() == new, "{name:?} differs; run docs/pictures/make.sh");
        made += 1;
    }
    assert_eq!(made, 5);
}
