"""Compares onnxruntime's predictions by exported models with those of `randsplit predict model.json`, on all rows and once
more with cells that are missing or of an unknown level.

    python tests/onnx/compare.py path/to/randsplit

Numbers and probabilities may differ by 1e-9 of their size (or of 1, if that is more); labels may not differ. Prints a line a
model, and ends with 1 if any differs.
"""

import csv
import datetime
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime

DATA = Path(__file__).resolve().parents[2] / "data"
TOLERANCE = 1e-9

# Real data: its file, target, options, and the models that are compared.
NUMBERS = ["ols", "ridge", "lasso", "elastic-net", "tree", "forest:n_estimators=20", "extra-trees:n_estimators=20",
           "boost:n_estimators=40", "svm", "baseline"]
CLASSES = ["logistic", "nb", "lda", "qda:reg_param=0.1", "tree", "forest:n_estimators=20",
           "extra-trees:n_estimators=20", "boost:n_estimators=30", "svm", "baseline"]
CASES = [
    ("diabetes", "target", [], NUMBERS + ["glm:power=1"]),
    # Numbers and levels with missing values, and levels as one number.
    ("hitters", "Salary", [], NUMBERS + ["glm:power=2"]),
    ("penguins", "body_mass_g", [], NUMBERS + ["boost:loss=poisson,n_estimators=20"]),
    ("penguins", "body_mass_g", ["--encode", "island=frequency", "--encode", "species=ordinal"], NUMBERS),
    ("penguins", "species", [], CLASSES + ["multinomial"]),
    ("titanic", "survived", ["--positive", "yes"], CLASSES + ["linfa-tree"]),
    ("breast_cancer", "target", [], CLASSES + ["linfa-tree"]),
    ("iris", "target", [], CLASSES + ["multinomial"]),
    # Columns of dates, of which a model takes up to four numbers each.
    ("diabetes with dates", "target", [], NUMBERS),
    # Labels by a threshold that what predictions are worth has chosen, and by one that was stated.
    ("breast_cancer", "target", ["--positive", "malignant", "--claims", "best.toml"], CLASSES[:-2]),
    ("titanic", "survived", ["--positive", "yes", "--claims", "stated.toml"], ["logistic", "forest:n_estimators=20"]),
]

# What predictions are worth; the threshold moves labels away from those of the largest probability.
WORTH = "[value]\nrows_per_year = 1000\ncost_per_year = 10\ntrue_positive = 30\nfalse_positive = -2\nfalse_negative = -90\n"
CLAIMS = {"best.toml": WORTH + 'threshold = "best"\n', "stated.toml": WORTH + "threshold = 0.2\n"}


def said(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def inputs(model, rows):
    """The columns of a CSV file as the inputs of a session."""
    columns = [(feature["name"], column) for feature in model["features"] for column in feature["columns"]]
    given = {}
    for feature, column in columns:
        if "part" in column.get("number", {}):
            of = PARTS[column["number"]["part"]]
            given[column["number"]["name"]] = np.array([[part(of, row[feature])] for row in rows])
        elif "levels" in column:
            name = column["levels"]["name"]
            given[name] = np.array([[row[name]] for row in rows], dtype=object)
        else:
            name = column["number"]["name"]
            given[name] = np.array([[number(row[name])] for row in rows])
    return given


# What a model file says of dates: year, month and day of the week on the clock that was written, days since 1970 in UTC.
PARTS = {
    "year": lambda time: time.year,
    "month": lambda time: time.month,
    "weekday": lambda time: time.isoweekday(),
    "days": lambda time: (time - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) / datetime.timedelta(days=1),
}


def part(of, cell):
    if cell == "":
        return math.nan
    time = datetime.datetime.fromisoformat(cell)
    return float(of(time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)))


def with_dates(rows):
    """The rows with a date and a time on a clock of its own, on which the target depends."""
    for at, row in enumerate(rows):
        day = datetime.date(2015, 1, 1) + datetime.timedelta(days=(at * 337) % 3000)
        clock = datetime.timezone(datetime.timedelta(hours=at % 3 * 5 - 5))
        time = datetime.datetime(2021, 3, 1, at % 24, (at * 7) % 60, tzinfo=clock) + datetime.timedelta(days=at % 40)
        row["day"], row["time"] = day.isoformat(), time.isoformat()
        row["target"] = str(float(row["target"]) + 40 * day.isoweekday() + 10 * time.month)
    return rows


def number(cell):
    words = {"": math.nan, "NA": math.nan, "true": 1.0, "false": 0.0}
    return words[cell] if cell in words else float(cell)


def with_gaps(rows, model):
    """The rows with one cell in five empty, or of a level that the training data does not have."""
    names = [feature["name"] for feature in model["features"]]
    words = {feature["name"]: ["", "elsewhere"] if feature["kind"] == "text" else [""] for feature in model["features"]}
    changed = [dict(row) for row in rows]
    for at, row in enumerate(changed):
        for place, name in enumerate(names):
            if (3 * at + 2 * place) % 5 == 0:
                row[name] = words[name][at % len(words[name])]
    return changed


def write(path, rows):
    with path.open("w", newline="") as out:
        table = csv.DictWriter(out, rows[0].keys())
        table.writeheader()
        table.writerows(rows)


def far(got, want):
    """The largest difference, relative to the larger of the number and 1."""
    got, want = np.asarray(got, dtype=float).ravel(), np.asarray(want, dtype=float).ravel()
    assert got.shape == want.shape, (got.shape, want.shape)
    return float(np.max(np.abs(got - want) / np.maximum(1.0, np.abs(want))))


def compare(program, folder, name, target, options, spec):
    table, kept, exported, again = (folder / f for f in ("data.csv", "model.json", "model.onnx", "again.onnx"))
    rows = list(csv.DictReader((DATA / f"{name.split()[0]}.csv").read_text().splitlines()))
    if name.endswith("with dates"):
        rows = with_dates(rows)
    write(table, rows)
    report = folder / "run.json"
    for file, claims in CLAIMS.items():
        (folder / file).write_text(claims)
    options = [folder / option if option in CLAIMS else option for option in options]
    said([program, "eval", table, "-t", target, "-m", spec, "-n", "2", "-q", "-o", report, *options])
    which = ["-m", "baseline"] if spec == "baseline" else []
    said([program, "fit", report, "-q", "-o", kept, *which])
    said([program, "fit", report, "-q", "-o", exported, *which])
    said([program, "fit", kept, "-q", "-o", again])
    assert exported.read_bytes() == again.read_bytes(), "of the report and of the model file are not the same"
    model = json.loads(kept.read_text())
    has_dates = any("part" in column.get("number", {}) for feature in model["features"] for column in feature["columns"])
    assert has_dates == name.endswith("with dates"), "dates are inputs"
    by_value = any(str(option).endswith(".toml") for option in options)
    assert ("threshold" in model) == by_value, "a threshold is kept where predictions have a value"
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    differences = []
    for given in (rows, with_gaps(rows, model)):
        write(table, given)
        want = json.loads(said([program, "predict", kept, table, "-f", "json"]))
        differences.append(difference(session, model, given, want))
    return max(differences)


def difference(session, model, rows, want):
    """The largest difference of a session's outputs from wanted predictions, or the number of other labels."""
    names = [output.name for output in session.get_outputs()]
    got = dict(zip(names, session.run(None, inputs(model, rows))))
    predictions = [row["prediction"] for row in want]
    if "prediction" in got:
        assert names == ["prediction"] and got["prediction"].shape == (len(rows), 1)
        return far(got["prediction"], predictions)
    wrong = sum(a != b for a, b in zip(got["label"], predictions, strict=True))
    if wrong:
        return float(wrong)
    labels = model["target"]["labels"]
    has_probabilities = f"probability_{labels[0]}" in want[0]
    assert has_probabilities == ("probabilities" in got), names
    if not has_probabilities:
        return 0.0
    return far(got["probabilities"], [[row[f"probability_{label}"] for label in labels] for row in want])


def main():
    program = sys.argv[1]
    failed = 0
    for name, target, options, specs in CASES:
        for spec in dict.fromkeys(specs):
            with tempfile.TemporaryDirectory() as folder:
                off = compare(program, Path(folder), name, target, options, spec)
            right = off <= TOLERANCE
            failed += not right
            print(f"{'ok  ' if right else 'FAIL'} {name} {target} {spec} {off:.1e}", flush=True)
    print(f"{failed} models differ" if failed else "all models agree")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
