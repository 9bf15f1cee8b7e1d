//! What an error is about, as data: a front end can point at the setting, the column or the file.

use randsplit::{Evaluation, Size, Subject};
use serde_json::json;

use crate::program::{data, write};

fn diabetes() -> Evaluation {
    Evaluation::new(data("diabetes.csv"), "target").splits(5)
}

#[test]
fn an_error_knows_what_it_is_about() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| write(folder.path(), name, text);
    let constant = file("constant.csv", "x,y\n1,2\n2,2\n3,2\n");
    let empty = file("empty.csv", "");
    let report = file("report.json", "{}");
    let cases = [
        (Evaluation::new("nope.csv", "y"), json!({"kind": "file", "name": "nope.csv"})),
        (Evaluation::new(empty.as_str(), "y"), json!({"kind": "file", "name": empty})),
        (Evaluation::new(data("diabetes.csv"), "nope"), json!({"kind": "column", "name": "nope"})),
        (Evaluation::new(constant, "y"), json!({"kind": "column", "name": "y"})),
        (Evaluation::new(data("diabetes.csv"), ""), json!({"kind": "setting", "name": "target"})),
        (diabetes().chains(["zzz"]), json!({"kind": "setting", "name": "chains"})),
        (diabetes().models(["rigde"]), json!({"kind": "model", "name": "rigde"})),
        (diabetes().models(["ridge:alhpa=1"]), json!({"kind": "model", "name": "ridge"})),
        (diabetes().models(["lda"]), json!({"kind": "model", "name": "lda"})),
        (diabetes().metrics(["r3"]), json!({"kind": "metric", "name": "r3"})),
        (diabetes().metrics(["accuracy"]), json!({"kind": "metric", "name": "accuracy"})),
        (diabetes().probes(["nope"]), json!({"kind": "probe", "name": "nope"})),
        (diabetes().probes(["calibration"]), json!({"kind": "probe", "name": "calibration"})),
        (diabetes().splits(0), json!({"kind": "setting", "name": "splits"})),
        (diabetes().test_size(Size::Rows(442)), json!({"kind": "setting", "name": "test_size"})),
        (diabetes().group("nope"), json!({"kind": "column", "name": "nope"})),
        (diabetes().group("target"), json!({"kind": "setting", "name": "group"})),
        (diabetes().claim("worst(r3) > 0"), json!({"kind": "claim", "name": "worst(r3) > 0"})),
        (diabetes().fail_below("rmse=1"), json!({"kind": "setting", "name": "fail_below"})),
    ];
    for (evaluation, about) in cases {
        let error = evaluation.run().unwrap_err();
        assert_eq!(json!(error.subject()), about, "{error}");
        // It stands beside the sentence, and does not change it.
        assert_eq!(json!(error.problem())["subject"], about);
        assert!(!error.to_string().contains("kind"), "{error}");
    }
    let error = randsplit::Report::read(report.as_ref()).unwrap_err();
    assert_eq!(error.subject(), Some(&Subject::File(report)));
}
