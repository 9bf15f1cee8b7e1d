//! Claims, and files of claims.

use std::io::Write;

use randsplit::verdict::{ClaimsFile, Statement};

use crate::harness::{Fault, Target, expect_or_error};
use crate::random::Random;

const CLAIMS: [&str; 8] = [
    "worst(r2) >= 0.35",
    "share(r2 > baseline.r2) >= 95%",
    "mean(rmse) < 0.9 * baseline.mean(rmse)",
    "p05(forest.accuracy) - p95(knn.accuracy) > -1e-3",
    "min(coverage) >= 0.8",
    "importance.top3[bmi] >= 0.9",
    "gap(f1[setosa]) <= (sd(f1) + 2) / 3",
    "value_per_year >= cost",
];

const WORDS: [&str; 56] = [
    "worst",
    "best",
    "mean",
    "median",
    "sd",
    "min",
    "max",
    "p05",
    "p99.9",
    "gap",
    "share",
    "(",
    ")",
    "((((",
    "))))",
    "[",
    "]",
    ".",
    ",",
    ">=",
    "<=",
    ">",
    "<",
    "=",
    "==",
    "+",
    "-",
    "*",
    "/",
    "%",
    "r2",
    "rmse",
    "baseline",
    "forest",
    "tuned-ridge",
    "f1[a]",
    "importance[x y]",
    "`",
    "\"",
    "0",
    "1",
    "0.5",
    "1e308",
    "1e-320",
    "95%",
    "and",
    "or",
    "not",
    "quantile",
    "in",
    "of",
    "é",
    "\u{a0}",
    "\t",
    "\n",
    "share(r2 > 0)",
];

fn make(random: &mut Random) -> Vec<u8> {
    if random.one_in(2) {
        return random.sentence(&WORDS, 14);
    }
    let (claim, other) = (*random.pick(&CLAIMS.each_ref()), *random.pick(&CLAIMS.each_ref()));
    random.mutate(claim.as_bytes(), other.as_bytes(), &WORDS)
}

/// A claim is read, or is an error of few words; what is written of it is read as the same claim.
fn check(bytes: &[u8]) -> Result<(), Fault> {
    let text = String::from_utf8_lossy(bytes);
    let claim = match Statement::parse(&text) {
        Ok(claim) => claim,
        Err(mistake) if format!("{mistake:?}").len() > 4 * text.len() + 2000 => {
            return Err(format!("the mistake is long: {mistake:?}"));
        }
        Err(_) => return Ok(()),
    };
    let written = claim.to_string();
    match Statement::parse(&written) {
        Ok(again) if again == claim => Ok(()),
        other => Err(format!("it is written as '{written}', which is {other:?}")),
    }
}

const FILE: &str = r#"confidence = 0.95
allow_failed = "5%"

[[claim]]
name = "no bad surprise"
why = "below this the service is switched off"
expr = "worst(r2) >= 0.35"

[[claim]]
expr = "mean(rmse) < 3"
confidence = "99%"
allow_failed = 2

[[behaviour]]
name = "more with more weight"
test = "direction"
column = "bmi"
prediction = "rises"
by = 0.5

[[behaviour]]
name = "the same with noise"
test = "invariance"
column = "bmi"
noise = 0.1
tolerance = 2

[[behaviour]]
name = "known cases"
test = "examples"
rows = [{ carat = 1.0, cut = "Ideal" }, { carat = 2 }]
like = 3
at_least = 5

[[behaviour]]
name = "the old ones"
test = "slice"
column = "age"
from = 60
metric = "r2"
at_least = 0.2

[value]
rows_per_year = 1000
cost_per_year = 5e3
threshold = "best"
gains = { yes = { yes = 10, no = -1 }, no = { yes = 0, no = 0 } }
"#;

const FILE_WORDS: [&str; 36] = [
    "[[claim]]\n",
    "[[behaviour]]\n",
    "[value]\n",
    "[claim]\n",
    "expr = ",
    "name = ",
    "why = ",
    "confidence = ",
    "allow_failed = ",
    "test = ",
    "column = ",
    "invariance",
    "direction",
    "examples",
    "slice",
    "no-use",
    "parity",
    "\"",
    "'",
    "'''",
    "\"\"\"",
    "\n",
    "= ",
    "{",
    "}",
    "[",
    "]",
    "true",
    "nan",
    "inf",
    "-inf",
    "1979-05-27",
    "9223372036854775807",
    "-1",
    "\"101%\"",
    "{a=1}",
];

fn make_file(random: &mut Random) -> Vec<u8> {
    let other = make(random);
    random.mutate(FILE.as_bytes(), &other, &FILE_WORDS)
}

fn check_file(bytes: &[u8]) -> Result<(), Fault> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    expect_or_error(ClaimsFile::read(file.path().to_str().unwrap())).map(|_| ())
}

#[test]
fn claims() {
    Target { name: "claims", runs: 20_000, make: &make, check: &check }.run();
}

#[test]
fn claims_files() {
    Target { name: "claims-files", runs: 3000, make: &make_file, check: &check_file }.run();
}
