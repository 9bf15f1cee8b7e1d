//! How splits are drawn: schemes and sizes of any kind, and files of splits.

use std::io::Write;
use std::sync::LazyLock;

use randsplit::data::{Dataset, LoadOptions, Selection, Table, Target as Predicted, TargetOptions, read_target};
use randsplit::split::{Plan, PlanFormat, PlanOptions, Scheme, Size, Split, scheme, write_plan};

use crate::harness::{Fault, Target, check_error, expect_or_error};
use crate::random::Random;

const ROWS: usize = 30;

struct Rows {
    table: Table,
    numbers: (Predicted, Vec<u32>),
    labels: (Predicted, Vec<u32>),
}

static TABLE: LazyLock<Rows> = LazyLock::new(|| {
    let mut text = String::from("y,label,g,one,t,when,s\n");
    for i in 0..ROWS {
        // A row without a target is left out.
        let y = if i == 4 { String::new() } else { (i * i % 17).to_string() };
        let day = i % 28 + 1;
        text.push_str(&format!("{y},l{},g{},same,{},2024-01-{day:02},{}\n", i % 3, i % 7, i / 2, i % 4));
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let selection = Selection { target: "y".into(), ..Selection::default() };
    let table = Dataset::from_path(file.path().to_str().unwrap()).load(&LoadOptions::default(), &selection).unwrap();
    let target = |name: &str| {
        let (target, used, _) = read_target(&table, name, &TargetOptions::default()).unwrap();
        (target, used)
    };
    let (numbers, labels) = (target("y"), target("label"));
    Rows { table, numbers, labels }
});

/// Keys of a plan; a value may hold anything.
const KEYS: [&str; 9] = ["scheme", "test", "train", "seed", "splits", "group", "stratify", "time", "gap"];

const VALUES: [&str; 33] = [
    "shuffle",
    "stratified",
    "group",
    "stratified-group",
    "kfold:2",
    "kfold:10",
    "kfold:30",
    "kfold:1",
    "kfold:18446744073709551615",
    "time",
    "time:rolling",
    "group-time",
    "group-time:rolling",
    "bootstrap",
    "0.2",
    "50%",
    "1e-9",
    "0.999999999999",
    "29",
    "30",
    "31",
    "1",
    "0",
    "5",
    "4294967295",
    "y",
    "label",
    "g",
    "one",
    "t",
    "when",
    "s",
    "x",
];

fn make(random: &mut Random) -> Vec<u8> {
    let mut text = String::from(*random.pick(&[&"target=y\n", &"target=label\n"]));
    for (key, from, to) in [
        ("scheme", 0, 14),
        ("test", 14, 25),
        ("train", 14, 25),
        ("group", 25, 33),
        ("time", 25, 33),
        ("stratify", 25, 33),
    ] {
        if random.one_in(if key == "scheme" { 1 } else { 3 }) {
            text.push_str(&format!("{key}={}\n", VALUES[from + random.below(to - from)]));
        }
    }
    for _ in 0..random.below(3) {
        let key = random.pick(&KEYS);
        let value = if random.one_in(3) { random.whole() } else { (*random.pick(&VALUES.each_ref())).to_owned() };
        text.push_str(&format!("{key}={value}\n"));
    }
    let text = text.into_bytes();
    if random.one_in(4) { random.mutate(&text, b"kfold:3\ngap=2\n", &VALUES) } else { text }
}

/// The options that a text states; `None` where one of them is refused, with a sentence.
fn options(text: &str) -> Result<Option<PlanOptions>, Fault> {
    let mut options = PlanOptions::default();
    for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
        let refused = |error: String| check_error(&randsplit::Error::setting(error)).map(|()| None);
        match key {
            "scheme" => match value.parse::<Scheme>() {
                Ok(scheme) if scheme.file().is_some() => return Ok(None),
                Ok(scheme) if scheme.to_string().parse() != Ok(scheme.clone()) => {
                    return Err(format!("{scheme} is another scheme when it is read again"));
                }
                Ok(scheme) => options.scheme = Some(scheme),
                Err(error) => return refused(error),
            },
            "test" | "train" => match value.parse::<Size>() {
                Ok(size) if key == "test" => options.test_size = Some(size),
                Ok(size) => options.train_size = Some(size),
                Err(error) => return refused(error),
            },
            "seed" => options.seed = value.parse().unwrap_or(1),
            "splits" => options.splits = Some(value.parse().unwrap_or(3)),
            "gap" => options.gap = value.parse().unwrap_or(1),
            "group" => options.group = Some(value.to_owned()),
            "stratify" => options.stratify = Some(value.to_owned()),
            "time" => options.time = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(Some(options))
}

/// Both parts have rows, none is in both, and all are rows of the table.
fn check_split(split: &Split, rows: usize, whole: bool) -> Result<(), Fault> {
    let partition = !whole || split.distinct_train() + split.test.len() == rows;
    match split.check(rows) {
        Ok(()) if partition => Ok(()),
        Ok(()) => Err(format!("not all of {rows} rows: {split:?}")),
        Err(why) => Err(format!("{why}: {split:?}")),
    }
}

fn check(bytes: &[u8]) -> Result<(), Fault> {
    let text = String::from_utf8_lossy(bytes);
    let Some(options) = options(&text)? else { return Ok(()) };
    let (target, used) = if text.contains("target=y") { &TABLE.numbers } else { &TABLE.labels };
    let Some(plan) = expect_or_error(Plan::new(&options, &TABLE.table, target, used))? else { return Ok(()) };
    let whole = match plan.scheme.id().split(':').next() {
        Some("shuffle" | "stratified") => options.train_size.is_none() || options.test_size.is_none(),
        Some("group" | "stratified-group" | "kfold") => true,
        _ => false,
    };
    let last = plan.splits() - 1;
    for k in [0, 1, 2, last / 2, last].into_iter().filter(|k| *k <= last) {
        let split = plan.draw(k);
        check_split(&split, used.len(), whole).map_err(|e| format!("split {k} of {options:?}: {e}"))?;
        if plan.draw(k) != split {
            return Err(format!("split {k} is another one when it is drawn again"));
        }
        let _ = (plan.number(k), plan.model_seed(k), split.fingerprint());
    }
    let _ = (plan.stratified_on(), plan.untestable_groups(), plan.exchangeable(target));
    // What was resolved, asked for again, is the same plan.
    let again = Plan::new(&plan.options, &TABLE.table, target, used);
    match again {
        Ok(again) if again.draw(last) == plan.draw(last) => Ok(()),
        Ok(_) => Err("its own options draw other splits".into()),
        Err(error) => Err(format!("its own options are refused: {error}")),
    }
}

/// Files of splits, sound ones.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let (target, used) = &TABLE.numbers;
    let options = PlanOptions { splits: Some(3), ..PlanOptions::default() };
    let plan = Plan::new(&options, &TABLE.table, target, used).unwrap();
    let written = |format| {
        let mut bytes = Vec::new();
        write_plan(&plan, used, format, &mut bytes, "plan").unwrap();
        bytes
    };
    let short = b"split,row,part\n7,0,train\n7,1,train\n7,2,test\n9,0,test\n9,2,train\n9,3,unused\n".to_vec();
    vec![written(PlanFormat::Csv), written(PlanFormat::Parquet), short]
});

const WORDS: [&str; 19] = [
    "split",
    "row",
    "part",
    "train",
    "test",
    "validation",
    "unused",
    "TRAIN",
    "Analysis",
    ",",
    "\n",
    "0",
    "29",
    "30",
    "4294967296",
    "1e20",
    "0.5",
    "-1",
    "NA",
];

fn make_file(random: &mut Random) -> Vec<u8> {
    if random.one_in(20) {
        return FILES[1].clone();
    }
    let file = &FILES[2 * random.below(2)];
    random.mutate(file, &FILES[2], &WORDS)
}

fn check_file(bytes: &[u8]) -> Result<(), Fault> {
    // Damaged Parquet may ask for any memory; the target `parquet` tries it in the program, whose allocator answers.
    if bytes.starts_with(b"PAR1") && !FILES.iter().any(|file| file == bytes) {
        return Ok(());
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let (target, used) = &TABLE.numbers;
    let scheme = Some(scheme::File { path: file.path().to_str().unwrap().to_owned() }.into());
    let options = PlanOptions { scheme, ..PlanOptions::default() };
    let Some(plan) = expect_or_error(Plan::new(&options, &TABLE.table, target, used))? else { return Ok(()) };
    for k in 0..plan.splits() {
        check_split(&plan.draw(k), used.len(), false)?;
    }
    // Written and read again they are the same splits.
    let mut text = Vec::new();
    write_plan(&plan, used, PlanFormat::Csv, &mut text, "plan").map_err(|e| e.to_string())?;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&text).unwrap();
    let options =
        PlanOptions { scheme: Some(scheme::File { path: file.path().to_str().unwrap().to_owned() }.into()), ..options };
    let again = Plan::new(&options, &TABLE.table, target, used).map_err(|e| format!("written again: {e}"))?;
    let same = again.splits() == plan.splits()
        && (0..plan.splits()).all(|k| plan.draw(k) == again.draw(k) && plan.number(k) == again.number(k));
    if same { Ok(()) } else { Err("written and read again these are other splits".into()) }
}

#[test]
fn plans() {
    Target { name: "plan", runs: 3000, make: &make, check: &check }.run();
}

#[test]
fn plan_files() {
    Target { name: "plan-files", runs: 500, make: &make_file, check: &check_file }.run();
}
