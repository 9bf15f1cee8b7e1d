#!/usr/bin/env python3
"""Writes scikit-learn's curves on the splits that randsplit draws to curves.json; tests/it/curves.rs compares.

    cargo build --release && python tests/reference/make_curves.py [path/to/randsplit]

Run from the top of the checkout. Needs scikit-learn (1.7 or newer) and pandas; CI does not run it.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.calibration import calibration_curve
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (accuracy_score, balanced_accuracy_score, f1_score, precision_recall_curve, precision_score,
                             recall_score, roc_curve)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

BINARY = sys.argv[1] if len(sys.argv) > 1 else "target/release/randsplit"
SPLITS = 4
PLACES = np.arange(101) / 100


def splits(path, target):
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "plan.csv"
        subprocess.run([BINARY, "splits", path, "-t", target, "-n", str(SPLITS), "-o", out], check=True)
        plan = pd.read_csv(out)
    for _, part in plan.groupby("split"):
        yield part.row[part.part == "train"].to_numpy(), part.row[part.part == "test"].to_numpy()


def encoded(model):
    """As randsplit encodes: numbers standardised with their gaps filled, text one-hot with a level for missing."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    texts = make_pipeline(SimpleImputer(strategy="constant", fill_value="(missing)"),
                          OneHotEncoder(handle_unknown="ignore", sparse_output=False))
    return make_pipeline(make_column_transformer(
        (numbers, lambda x: [c for c in x if x[c].dtype.kind in "fiub"]),
        (texts, lambda x: [c for c in x if x[c].dtype.kind not in "fiub"]),
    ), model)


def roc(came, scores):
    fpr, tpr, _ = roc_curve(came, scores, drop_intermediate=False)
    # Of several points with one false positive rate numpy.interp takes the last at that very rate.
    return np.interp(PLACES, fpr, tpr)


def precision_recall(came, scores):
    precision, recall, _ = precision_recall_curve(came, scores, drop_intermediate=False)
    # Thresholds rise, and the last point is none.
    precision, recall = precision[:-1][::-1], recall[:-1][::-1]
    return [precision[np.argmax((recall > 0) & (recall >= place))] for place in PLACES]


def gain(came, scores):
    runs = pd.DataFrame({"came": came, "score": scores}).groupby("score").came.agg(["size", "sum"]).iloc[::-1].cumsum()
    seen, found = np.r_[0, runs["size"]], np.r_[0, runs["sum"]]
    return np.interp(PLACES, seen / seen[-1], found / found[-1])


def of_thresholds(came, p):
    scores = {"accuracy": accuracy_score, "balanced_accuracy": balanced_accuracy_score,
              "f1": lambda a, b: f1_score(a, b, zero_division=0),
              "precision": lambda a, b: precision_score(a, b, zero_division=0), "recall": recall_score}
    return {f"threshold.{name}": [score(came, (p >= t).astype(int)) for t in PLACES] for name, score in scores.items()}


def grid_of(values):
    values = values[~np.isnan(values)]
    distinct = np.unique(values)
    return distinct if len(distinct) <= 20 else np.unique(np.quantile(values, np.linspace(0.05, 0.95, 20)))


def dependence(fitted, table, xt, column):
    """The grid, and for each output the mean prediction at each of its places."""
    numbers = table[column].dtype.kind in "fiu"
    if numbers:
        grid = grid_of(table[column].to_numpy(float))
        found = partial_dependence(fitted, xt.astype({column: float}), [column], custom_values={column: grid},
                                   method="brute", kind="average")
        return grid.tolist(), found["average"]
    counts = table[column].value_counts()
    grid = sorted(counts.index, key=lambda level: (-counts[level], level))
    # Of two classes the probability of the second, as partial_dependence has it.
    all_p = [fitted.predict_proba(xt.assign(**{column: level})).mean(axis=0) for level in grid]
    return grid, np.array(all_p).T[1:] if len(fitted.classes_) == 2 else np.array(all_p).T


def reliability(came, p):
    observed, predicted = calibration_curve(came, p, n_bins=10)
    rows = np.bincount(np.searchsorted(np.linspace(0, 1, 11)[1:-1], p), minlength=10)
    filled = iter(zip(predicted, observed))
    return [[int(n), *next(filled)] if n else [0, None, None] for n in rows]


def grids(target, truth, predicted):
    wider = 0.05 * (target.max() - target.min())
    low, high = target.min() - wider, target.max() + wider
    left = truth - predicted
    halves = [(high - low) / 2 ** i for i in range(5, 0, -1)]
    half = next((h for h in halves if (abs(left) <= h).mean() >= 0.99), halves[-1])

    def grid(y, ends):
        clipped = np.clip(y, *ends), np.clip(predicted, low, high)
        cells, _, _ = np.histogram2d(*clipped, bins=40, range=[ends, (low, high)])
        outside = (abs(clipped[0] - y) > 0) | (abs(clipped[1] - predicted) > 0)
        return {"x_range": [low, high], "y_range": list(ends), "counts": cells.astype(int).tolist(),
                "outside": int(outside.sum())}

    return {"truth": grid(truth, (low, high)), "residual": grid(left, (-half, half))}


def case(data, target, spec, model, columns=()):
    path = f"data/{data}.csv"
    table = pd.read_csv(path)
    y = table.pop(target)
    curves, places, pooled = {}, {}, []
    for train, test in splits(path, target):
        fitted = model.fit(table.iloc[train], y.iloc[train])
        xt, yt = table.iloc[test], y.iloc[test]
        found = {}
        if hasattr(fitted, "predict_proba"):
            all_p, classes = fitted.predict_proba(xt), list(fitted.classes_)
            of = {"": 1} if len(classes) == 2 else {f"[{c}]": i for i, c in enumerate(classes)}
            for name, i in of.items():
                came = (yt == classes[i]).to_numpy().astype(int)
                found |= {f"roc{name}": roc(came, all_p[:, i]), f"precision_recall{name}": precision_recall(came, all_p[:, i])}
                if name == "":
                    found |= {"gain": gain(came, all_p[:, i])} | of_thresholds(came, all_p[:, i])
            looked = np.full(len(xt), 1) if len(classes) == 2 else all_p.argmax(axis=1)
            pooled.append(((yt.to_numpy() == np.array(classes)[looked]).astype(int), all_p[np.arange(len(xt)), looked]))
        else:
            pooled.append((yt.to_numpy(), fitted.predict(xt)))
        for column in columns:
            grid, averages = dependence(fitted, table, xt, column)
            of = [f"{c}: " for c in fitted.classes_] if len(averages) > 1 else [""]
            for name, average in zip(of, averages):
                found[f"partial_dependence[{name}{column}]"] = average
                places[f"partial_dependence[{name}{column}]"] = grid
        for name, curve in found.items():
            curves.setdefault(name, []).append([float(f"{v:.8g}") for v in curve])
    truth, predicted = (np.concatenate(part) for part in zip(*pooled))
    over = {name: {"mean": np.mean(values, axis=0).tolist(),
                   **{q: np.quantile(values, share, axis=0).tolist()
                      for q, share in [("p05", 0.05), ("p25", 0.25), ("median", 0.5), ("p75", 0.75), ("p95", 0.95)]}}
            for name, values in curves.items() if name in ("roc", "gain") or "partial" in name}
    out = {"data": data, "target": target, "model": spec, "columns": list(columns), "curves": curves, "places": places,
           "over": {name: {q: [float(f"{v:.8g}") for v in values] for q, values in of.items()} for name, of in over.items()}}
    if hasattr(model, "predict_proba"):
        return out | {"reliability": reliability(truth, predicted)}
    return out | {"predicted": grids(y.to_numpy(float), truth, predicted)}


logistic = LogisticRegression(tol=1e-12, max_iter=10**6, solver="newton-cholesky")
CASES = [
    case("titanic", "survived", "logistic:tol=1e-12", encoded(logistic), ["age", "sex"]),
    # Shares of five neighbours: many rows have one probability, which is a threshold too.
    case("breast_cancer", "target", "knn:n_neighbors=5",
         make_pipeline(StandardScaler(), KNeighborsClassifier(5)), ["mean radius"]),
    case("iris", "target", "multinomial:tol=1e-12", make_pipeline(StandardScaler(), logistic), ["petal width (cm)"]),
    case("diabetes", "target", "ridge", make_pipeline(StandardScaler(), Ridge()), ["bmi", "sex"]),
    case("diabetes", "target", "tree:max_depth=2", DecisionTreeRegressor(max_depth=2, random_state=0), ["bmi", "s5"]),
]
out = Path(__file__).parent / "curves.json"
out.write_text(json.dumps(CASES) + "\n")
print(f"{out}: {sum(len(c['curves']) for c in CASES)} curves over {SPLITS} splits, {out.stat().st_size} bytes")
