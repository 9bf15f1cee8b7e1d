#!/usr/bin/env python3
"""Writes what scikit-learn's GridSearchCV chooses on given inner folds to tuning.json.

    WRITE_INNER_FOLDS=1 cargo test --release --test it tuning    (writes inner_folds.json)
    python tests/reference/make_tuning.py

Run from the top of the checkout. Needs scikit-learn (1.7 or newer) and pandas; CI does not run it. tests/it/tuning.rs
compares. Where rows are in time, TimeSeriesSplit draws the folds itself.
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
MODELS = {
    "ridge": Ridge(),
    "logistic": LogisticRegression(tol=1e-12, max_iter=10**5, solver="newton-cholesky"),
    "knn": KNeighborsClassifier(),
}
SCORING = {
    "r2": ("r2", 1),
    "rmse": ("neg_root_mean_squared_error", -1),
    "mae": ("neg_mean_absolute_error", -1),
    "log_loss": ("neg_log_loss", -1),
    "accuracy": ("accuracy", 1),
}


def grid(text):
    """The first parameter of a grid with its values: others have one value and are set in MODELS."""
    name, rest = text.split(":")
    key, values = rest.split("=", 1)
    values = [v for v in values.split(",") if "=" not in v]
    return name, f"{type(MODELS[name]).__name__.lower()}__{key}", [int(v) if name == "knn" else float(v) for v in values]


def search(case, split):
    name, key, values = grid(case["tune"])
    table = pd.read_csv(f"data/{case['data']}.csv")
    y = table.pop(case["target"])
    train, test = np.array(split["train"]), np.array(split["test"])
    if case["data"] == "airpassengers":
        train = train[np.argsort(table.time.to_numpy()[train], kind="stable")]
        cv = TimeSeriesSplit(n_splits=5, gap=2)
    else:
        # A row that was drawn twice is found at its first place: folds are of whole rows.
        place = {}
        for at, row in enumerate(train):
            place.setdefault(row, []).append(at)
        every = lambda rows: np.concatenate([place[r] for r in dict.fromkeys(rows)])
        cv = [(every(f["train"]), np.array([place[r][0] for r in f["test"]])) for f in split["folds"]]
    scoring, sign = SCORING[case["metric"]]
    model = make_pipeline(StandardScaler(), MODELS[name])
    found = GridSearchCV(model, {key: values}, scoring=scoring, cv=cv).fit(table.iloc[train], y.iloc[train])
    score = get_scorer(scoring)(found.best_estimator_, table.iloc[test], y.iloc[test])
    return {
        "best": int(found.best_index_),
        "means": [sign * float(v) for v in found.cv_results_["mean_test_score"]],
        "score": sign * float(score),
    }


cases = json.loads((HERE / "inner_folds.json").read_text())
out = [{k: c[k] for k in ("data", "tune", "metric")} | {"splits": [search(c, s) for s in c["splits"]]} for c in cases]
(HERE / "tuning.json").write_text(json.dumps(out, indent=1) + "\n")
print(f"{HERE / 'tuning.json'}: {sum(len(c['splits']) for c in out)} searches")
