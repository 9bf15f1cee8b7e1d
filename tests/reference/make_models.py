#!/usr/bin/env python3
"""Writes what scikit-learn's models, fitted to all rows, predict for these rows to models.json.

    python tests/reference/make_models.py

Run from the top of the checkout. Needs scikit-learn (1.7 or newer) and pandas; CI does not run it. tests/it/model_file.rs
compares with what `randsplit predict` says by a model file. Columns are standardised, as randsplit does for linear models.
"""
import json
from pathlib import Path

import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

HERE = Path(__file__).parent
LOGISTIC = LogisticRegression(C=0.5, tol=1e-12, max_iter=10**5, solver="newton-cholesky")
CASES = [
    ("diabetes", "ols", LinearRegression()),
    ("diabetes", "ridge:alpha=3", make_pipeline(StandardScaler(), Ridge(alpha=3))),
    ("diabetes", "tree:max_depth=3", DecisionTreeRegressor(max_depth=3, random_state=0)),
    ("breast_cancer", "logistic:C=0.5", make_pipeline(StandardScaler(), LOGISTIC)),
    ("breast_cancer", "tree:max_depth=3", DecisionTreeClassifier(max_depth=3, random_state=0)),
]

cases = []
for data, spec, model in CASES:
    table = pd.read_csv(f"data/{data}.csv")
    y = table.pop("target")
    model.fit(table.to_numpy(), y)
    x = table.to_numpy()
    # Of classes the probability of the second.
    said = model.predict_proba(x)[:, 1] if hasattr(model, "predict_proba") else model.predict(x)
    cases.append({"data": data, "model": spec, "predicted": [float(v) for v in said]})
(HERE / "models.json").write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")
