//! Model files: bytes to a model, and what it says of rows.

use std::io::Write;
use std::sync::LazyLock;

use ndarray::Array2;
use randsplit::data::Task;
use randsplit::predict::{ModelFile, NewRows};
use randsplit::{Ensemble, Evaluation};

use crate::harness::{Fault, Target, expect_or_error};
use crate::random::Random;
use crate::report::other_values;

/// A small file of every family, for numbers and for classes.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut files = Vec::new();
    let numbers = [
        "baseline",
        "ridge",
        "glm:power=1",
        "tree:max_depth=2",
        "boost:n_estimators=2,min_samples_leaf=2",
        "knn",
        "svm",
    ];
    let classes = [
        "baseline",
        "logistic",
        "forest:n_estimators=2,max_depth=2",
        "boost:n_estimators=2,min_samples_leaf=2",
        "nb",
        "lda",
        "qda:reg_param=0.2",
        "knn:n_neighbors=2",
        "svm:kernel=linear",
        "linfa-tree:max_depth=2",
    ];
    for (task, models) in [(Task::Regression, &numbers[..]), (Task::Classification, &classes[..])] {
        let mut text = String::from("y,x,c,d,n\n");
        for i in 0..24 {
            let y =
                if task == Task::Regression { (i * i % 11).to_string() } else { ["no", "yes"][i * i % 11 % 2].into() };
            let n = if i == 5 { String::new() } else { format!("{}.5", i * 3 % 8) };
            text.push_str(&format!("{y},{},{},2024-0{}-11,{n}\n", i % 6, ["p", "q", "r"][i % 3], i % 9 + 1));
        }
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        for model in models {
            let evaluation = || {
                Evaluation::new(file.path().to_str().unwrap(), "y")
                    .task(task)
                    .models([*model])
                    .splits(2)
                    .keep_table(true)
            };
            let (prepared, report) = (evaluation().prepare().unwrap(), evaluation().run().unwrap());
            let baseline = *model == "baseline";
            let of = if baseline { report.baseline.as_ref().unwrap() } else { &report.models[0] };
            let kept = prepared.fit_model(usize::from(!baseline), of, &report, Ensemble::First(1), || ()).unwrap();
            files.push(serde_json::to_vec(&kept).unwrap());
        }
    }
    files
});

const WORDS: [&str; 12] =
    ["null", "[]", "{}", "0", "-1", "1e308", "4294967295", "\"leaf\"", ",", "[[[", "\"left\":0", "{\"x\":"];

fn make(random: &mut Random) -> Vec<u8> {
    let file = &FILES[random.below(FILES.len())];
    if random.one_in(6) { random.mutate(file, &FILES[0], &WORDS) } else { other_values(random, file) }
}

fn check(bytes: &[u8]) -> Result<(), Fault> {
    let Some(file) = expect_or_error(ModelFile::from_bytes(bytes))? else { return Ok(()) };
    let columns: usize = file.features.iter().map(|feature| feature.columns.len()).sum();
    let cells = [0.0, 1.0, f64::NAN, -1e139, 2.0, 1e139, 0.5];
    let new = NewRows {
        cells: Array2::from_shape_fn((7, columns), |(i, j)| cells[(i + j) % cells.len()]),
        warnings: Vec::new(),
        row_names: None,
    };
    if let Some(predicted) = expect_or_error(file.predict(&new, 0.9, 1))? {
        predicted.write_csv(&file.target.labels, Default::default(), &mut Vec::new()).map_err(|e| e.to_string())?;
        predicted.write_json(&file.target.labels, &mut Vec::new()).map_err(|e| e.to_string())?;
    }
    // A file that is written and read again is the same.
    let again = serde_json::to_vec(&file).map_err(|e| e.to_string())?;
    match ModelFile::from_bytes(&again) {
        Ok(again) if again == file => Ok(()),
        Ok(_) => Err("written and read again it is another model".into()),
        Err(why) => Err(format!("written again it cannot be read: {why}")),
    }
}

#[test]
fn model_files() {
    Target { name: "model-file", runs: 2000, make: &make, check: &check }.run();
}
