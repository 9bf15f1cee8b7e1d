//! Any text is a claim or an error, never a panic; a claim survives being written and read again.
//! Run with `cargo +nightly fuzz run claim` (cargo-fuzz).

#![no_main]

use libfuzzer_sys::fuzz_target;
use randsplit::verdict::Statement;

fuzz_target!(|text: &str| {
    if let Ok(claim) = Statement::parse(text) {
        let written = claim.to_string();
        assert_eq!(Statement::parse(&written).as_ref(), Ok(&claim), "{written}");
    }
});
