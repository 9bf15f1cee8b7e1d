//! Fuzz targets: whatever bytes come in, out comes a result or an error of one sentence, never a panic.
//!
//! Each target tries the inputs in `tests/fuzz/regressions/TARGET/` first, then some hundreds of random ones. Variables of
//! the environment change that:
//!
//! - `RANDSPLIT_FUZZ_SECONDS=60` goes on for so long instead;
//! - `RANDSPLIT_FUZZ_SEED=7` draws other inputs (the default is always the same);
//! - `RANDSPLIT_FUZZ_TRACE=FOLDER` writes each input to a file before it is tried, for an input that ends the process.
//!
//! `RANDSPLIT_FUZZ_SECONDS=60 cargo test --release --test fuzz -- --nocapture`

mod claims;
mod csv;
mod harness;
mod model_file;
mod names;
mod new_rows;
mod parquet;
mod plan;
mod random;
mod report;
mod specs;
