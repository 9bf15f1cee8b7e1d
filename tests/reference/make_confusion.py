#!/usr/bin/env python3
"""Writes scikit-learn's confusion matrices and rates of classes of exported predictions to confusion.json.

    python tests/reference/make_confusion.py path/to/randsplit

Run from the top of the checkout. Needs scikit-learn and pandas; CI does not run it. tests/it/confusion.rs compares.
"""
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

CASES = [
    {"data": "penguins", "target": "species", "model": "tree:max_depth=2", "scheme": "stratified", "test_size": "0.2"},
    # Test parts so small that some lack a class.
    {"data": "iris", "target": "target", "model": "tree:max_depth=1", "scheme": "shuffle", "test_size": "4"},
    {"data": "titanic", "target": "survived", "model": "logistic", "scheme": "bootstrap", "test_size": None},
]
SPLITS = 8


def over_splits(values):
    values = np.array(values, dtype=float)
    known = values[~np.isnan(values)]
    if not len(known):
        return {"mean": None, "sd": None, "min": None, "max": None, "first_min": None}
    return {
        "mean": known.mean(),
        "sd": known.std(ddof=1) if len(known) > 1 else None,
        "min": known.min(),
        "max": known.max(),
        "first_min": int(np.nanargmin(values)),
    }


def case(program, case):
    with tempfile.TemporaryDirectory() as folder:
        report = f"{folder}/run.json"
        size = ["--test-size", case["test_size"]] if case["test_size"] else []
        run = [program, "eval", f"data/{case['data']}.csv", "-t", case["target"], "-m", case["model"], "-n", str(SPLITS)]
        run += ["--scheme", case["scheme"], "--task", "classification", "--metric", "accuracy", "-q", "-o", report, *size]
        subprocess.run(run, check=True, capture_output=True)
        labels = json.loads(Path(report).read_text())["data"]["labels"]
        matrices, shares, rates = [], [], []
        for k in range(SPLITS):
            subprocess.run([program, "export", report, "--split", str(k), "--out", folder], check=True, capture_output=True)
            test = pd.read_csv(f"{folder}/test.csv", dtype=str, keep_default_na=False)
            truth, predicted = test[case["target"]], test["prediction"]
            of = {"labels": labels}
            matrices.append(confusion_matrix(truth, predicted, **of))
            with np.errstate(invalid="ignore"):
                rows = matrices[-1].sum(axis=1, keepdims=True)
                shares.append(matrices[-1] / np.where(rows == 0, np.nan, rows))
            precision, recall, f1, support = precision_recall_fscore_support(truth, predicted, zero_division=0, **of)
            untested = support == 0
            rates.append([np.where(untested, np.nan, v) for v in (precision, recall, f1)] + [support])
    n = len(labels)
    cell = lambda t, p: {
        "count": over_splits([m[t][p] for m in matrices]),
        "share": over_splits([s[t][p] for s in shares]),
    }
    of_class = lambda c: {
        "support": float(np.mean([r[3][c] for r in rates])),
        "tested": int(sum(r[3][c] > 0 for r in rates)),
        **{name: over_splits([r[i][c] for r in rates]) for i, name in enumerate(["precision", "recall", "f1"])},
    }
    return {
        **case,
        "splits": SPLITS,
        "labels": labels,
        "cells": [[cell(t, p) for p in range(n)] for t in range(n)],
        "classes": [of_class(c) for c in range(n)],
    }


def main():
    warnings.simplefilter("ignore")
    cases = [case(sys.argv[1], c) for c in CASES]
    path = Path(__file__).parent / "confusion.json"
    path.write_text(json.dumps(cases, indent=1) + "\n")


main()
