"""Checks external models against scikit-learn itself: the scores of `randsplit eval --model python:…` are those of the
same estimators, fitted in this process to the same rows.

Usage: libraries.py RANDSPLIT
"""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, r2_score

sys.path.insert(0, str(Path(__file__).parent))
import models  # noqa: E402

HERE = Path(__file__).parent
DATA = HERE.parent.parent / "data"
SPLITS = 5


def run(*arguments):
    """Return what the program prints."""
    done = subprocess.run([sys.argv[1], *arguments, "--no-config"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def splits(path, target, *more):
    """Return the train and test rows of each split."""
    done = subprocess.run(
        [sys.argv[1], "splits", path, "-t", target, "-n", str(SPLITS), *more], capture_output=True, text=True, check=True
    )
    rows = [([], []) for _ in range(SPLITS)]
    for line in csv.DictReader(io.StringIO(done.stdout)):
        rows[int(line["split"])][line["part"] == "test"].append(int(line["row"]))
    return rows


def check(file, target, name, metric, score, tolerance=1e-12, drop=()):
    """Compare the scores of one model on one file."""
    path = str(DATA / file)
    drops = ["--drop", ",".join(drop)] if drop else []
    report = json.loads(
        run("eval", path, "-t", target, "-n", str(SPLITS), "-m", f"python:{HERE / 'models.py'}:{name}", "-f", "json",
            "--python", sys.executable, "--metric", metric, *drops)
    )
    table = pd.read_csv(path, keep_default_na=True)
    kept = table[table[target].notna()]
    x, y = table.drop(columns=[target, *drop]), table[target]
    model = report["models"][0]
    assert model["failed"] == 0, report["warnings"]
    made = getattr(models, name)
    for k, (train, test) in enumerate(splits(path, target, *drops)):
        assert set(train) | set(test) <= set(kept.index) and not set(train) & set(test)
        estimator = clone(made) if hasattr(made, "fit") else made()
        np.random.seed(0)
        expected = score(estimator.fit(x.iloc[train], y.iloc[train]), x.iloc[test], y.iloc[test])
        found = model["splits"][k]["scores"][metric]
        assert abs(found - expected) <= tolerance * max(1, abs(expected)), (file, name, k, found, expected)
    print(f"{file} {name}: {metric} of {SPLITS} splits as scikit-learn has it")


def r2(model, x, y):
    return r2_score(y, model.predict(x))


def rmse(model, x, y):
    return mean_squared_error(y, model.predict(x)) ** 0.5


def accuracy(model, x, y):
    return accuracy_score(y, model.predict(x))


def loss(model, x, y):
    return log_loss(y, model.predict_proba(x), labels=model.classes_)


check("diabetes.csv", "target", "ridge", "r2", r2)
check("diabetes.csv", "target", "make_forest", "rmse", rmse)
check("breast_cancer.csv", pd.read_csv(DATA / "breast_cancer.csv", nrows=1).columns[-1], "logistic", "log_loss", loss)
check("breast_cancer.csv", pd.read_csv(DATA / "breast_cancer.csv", nrows=1).columns[-1], "svc", "accuracy", accuracy)
check("iris.csv", "target", "neighbors", "log_loss", loss)
check("penguins.csv", "species", "mixed", "log_loss", loss)
check("titanic.csv", "survived", "mixed", "accuracy", accuracy)
# The same through a file of text, where pyarrow is not used, is the same report.
print("all as scikit-learn has it")
