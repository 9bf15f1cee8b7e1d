//! New rows for a model that was fitted to others.

use std::io::Write;
use std::sync::LazyLock;

use randsplit::data::LoadOptions;
use randsplit::predict::{KnownFeatures, NewRows};
use randsplit::{Evaluation, PreparedEvaluation};

use crate::harness::{Fault, Target, expect_or_error};
use crate::random::{CELLS, Random};

static TRAINED: LazyLock<PreparedEvaluation> = LazyLock::new(|| {
    let mut text = String::from("y,x,c,b,d,n\n");
    for i in 0..20 {
        let b = if i % 3 == 0 { "true" } else { "false" };
        let n = if i == 5 { String::new() } else { format!("{}.5", i * 3 % 8) };
        text.push_str(&format!(
            "{},{},{},{b},2024-0{}-11,{n}\n",
            i * i % 11,
            i % 6,
            ["p", "q", "NA"][i % 3],
            i % 9 + 1
        ));
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let report = Evaluation::new(path, "y").models(["tree"]).splits(2).run().unwrap();
    Evaluation::from_report(&report, &report.models[0], None).unwrap().prepare().unwrap()
});

const WORDS: [&str; 24] = [
    ",",
    ";",
    "\n",
    "\"",
    "x",
    "c",
    "b",
    "d",
    "n",
    "y",
    "p",
    "q",
    "true",
    "FALSE",
    "1",
    "0",
    "2024-02-11",
    "1,5",
    "1e300",
    "inf",
    "NA",
    "x,c,b,d,n\n",
    "1,p,true,2024-01-01,0.5\n",
    "\r\n",
];

fn make(random: &mut Random) -> Vec<u8> {
    let mut columns = ["x", "c", "b", "d", "n"];
    (0..3).for_each(|_| columns.swap(random.below(5), random.below(5)));
    let delimiter = *random.pick(&[&",", &",", &";"]);
    let mut text = columns.join(delimiter) + "\n";
    for _ in 0..=random.below(5) {
        let mut cell = |column: &str| match (random.below(10), column) {
            (0, _) => random.pick(&CELLS).to_owned(),
            (_, "x") => random.below(9).to_string(),
            (_, "c") => (*random.pick(&["p", "q", "r", ""])).to_owned(),
            (_, "b") => (*random.pick(&["true", "false", "True", "1", ""])).to_owned(),
            (_, "d") => format!("20{:02}-{:02}-{:02}", random.below(99), 1 + random.below(12), 1 + random.below(29)),
            _ => random.number().to_string(),
        };
        text.push_str(&columns.map(&mut cell).join(delimiter));
        text.push('\n');
    }
    let text = text.into_bytes();
    if random.one_in(2) { random.mutate(&text, b"x,c,b,d,n\n1,p,true,2024-01-01,0.5\n", &WORDS) } else { text }
}

fn check(bytes: &[u8]) -> Result<(), Fault> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let path = file.path().to_str().unwrap();
    let known = KnownFeatures::of(&TRAINED.features, &TRAINED.table);
    let read = |bytes: &str| NewRows::read(bytes, &LoadOptions::default(), &known, None);
    let Some(new) = expect_or_error(read(path))? else { return Ok(()) };
    if new.cells.iter().any(|x| x.is_infinite()) {
        return Err(format!("a cell is infinite: {}", new.cells));
    }
    Ok(())
}

#[test]
fn rows_to_predict() {
    Target { name: "new-rows", runs: 1500, make: &make, check: &check }.run();
}
