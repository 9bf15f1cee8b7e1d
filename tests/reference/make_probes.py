#!/usr/bin/env python3
"""Writes independent values for the probes to probes.json: scikit-learn, the shap package and scipy.

    cargo build --release && python tests/reference/make_probes.py [path/to/randsplit]

Run from the top of the checkout. Needs scikit-learn (1.7 or newer), shap, scipy and pandas; CI does not run it.
The splits are those that randsplit draws; tests/it/probes.rs compares.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import shap
from scipy.optimize import brentq, linprog
from scipy.special import expit
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.calibration import calibration_curve
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

BINARY = sys.argv[1] if len(sys.argv) > 1 else "target/release/randsplit"
SPLITS = 4
# The recalibration has hard cases, such as a single wrong row, and not on every split.
MANY = 40


def splits(path, target, count):
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "plan.csv"
        subprocess.run([BINARY, "splits", path, "-t", target, "-n", str(count), "-o", out], check=True)
        plan = pd.read_csv(out)
    for _, part in plan.groupby("split"):
        yield part.row[part.part == "train"].to_numpy(), part.row[part.part == "test"].to_numpy()


def case(data, target, model, make, count=SPLITS):
    path = f"data/{data}.csv"
    table = pd.read_csv(path)
    y = table.pop(target)
    found = {}
    for train, test in splits(path, target, count):
        values = make(table.iloc[train], y.iloc[train], table.iloc[test], y.iloc[test])
        for name, value in values.items():
            found.setdefault(name, []).append(value if value is None or isinstance(value, str) else float(value))
    return {"data": data, "target": target, "model": model, "values": found}


def named(prefix, columns, values):
    return {f"{prefix}[{c}]": v for c, v in zip(columns, values)}


def mean_shap(values, columns):
    values = np.abs(np.asarray(values))
    per_column = values.mean(axis=0)
    return named("shap", columns, per_column.mean(axis=1) if per_column.ndim == 2 else per_column)


def linear(model):
    def make(x, y, xt, yt):
        scale = StandardScaler().fit(x)
        fitted = model.fit(scale.transform(x), y)
        # All train rows are the background, not a sample of 100.
        explainer = shap.LinearExplainer(fitted, shap.maskers.Independent(scale.transform(x), max_samples=10**6))
        out = mean_shap(explainer.shap_values(scale.transform(xt)), x.columns)
        if len(fitted.coef_.shape) == 2 and len(fitted.coef_) > 1:
            of_class = [named("coefficient", [f"{c}: {name}" for name in x.columns], row)
                        for c, row in zip(fitted.classes_, fitted.coef_)]
            return out | {name: value for values in of_class for name, value in values.items()}
        return out | named("coefficient", x.columns, np.ravel(fitted.coef_))
    return make


def settled(fitted, model, x, y, xt):
    """Whether scikit-learn grows the same tree whichever of equally good tests it draws first, and no test row lies on
    a threshold but for the rounding to 32 bits that scikit-learn does and randsplit does not."""
    if not hasattr(fitted, "tree_"):
        return True
    for feature, threshold in zip(fitted.tree_.feature, fitted.tree_.threshold):
        if feature >= 0 and np.isclose(xt.iloc[:, feature], threshold, rtol=1e-6, atol=1e-9).any():
            return False
    others = (clone(model).set_params(random_state=seed).fit(x, y).tree_ for seed in range(1, 15))
    same = lambda t: np.array_equal(t.feature, fitted.tree_.feature) and np.array_equal(t.threshold, fitted.tree_.threshold)
    return all(same(t) for t in others)


def sure(fitted, model, x, y, xt, values):
    return values if settled(fitted, model, x, y, xt) else dict.fromkeys(values, "ambiguous")


def trees(model, impurity):
    def make(x, y, xt, yt):
        fitted = model.fit(x, y)
        explainer = shap.TreeExplainer(fitted, feature_perturbation="tree_path_dependent")
        out = mean_shap(explainer.shap_values(xt), x.columns)
        out |= named("impurity", x.columns, fitted.feature_importances_) if impurity else {}
        if not impurity:
            # Boosting takes the first of equal gains: with the columns the other way round, that is another one.
            back = x.columns[::-1]
            turned = shap.TreeExplainer(clone(model).fit(x[back], y), feature_perturbation="tree_path_dependent")
            other = mean_shap(turned.shap_values(xt[back]), back)
            if any(abs(out[name] - other[name]) > 1e-9 for name in out):
                return dict.fromkeys(out, "ambiguous")
        return sure(fitted, model, x, y, xt, out)
    return make


def permutation(model):
    """Means over many shuffles, with their standard errors."""
    def make(x, y, xt, yt):
        fitted = model.fit(x, y)
        found = permutation_importance(fitted, xt, yt, n_repeats=400, random_state=0)
        sd = found.importances.std(axis=1, ddof=1)
        out = named("importance", x.columns, found.importances_mean) | named("sd", x.columns, sd)
        return sure(fitted, model, x, y, xt, out)
    return make


def recalibrated(odds, came):
    """Slope and intercept of the logistic recalibration, None where there is none."""
    if came.min() == came.max():
        return None, None
    intercept = brentq(lambda a: (came - expit(a + odds)).sum(), -100, 100, xtol=1e-13, rtol=1e-15)
    # Without an optimum where some a + b * odds is above 0 for no row that came false and below 0 for none that came true.
    sides = (2 * came - 1)[:, None] * np.column_stack([np.ones_like(odds), odds])
    parted = linprog(-sides.sum(axis=0), -sides, np.zeros(len(odds)), bounds=[(-1, 1)] * 2).fun < -1e-9
    if parted:
        return None, intercept
    slope = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10**5, solver="newton-cholesky").fit(odds[:, None], came)
    return slope.coef_[0, 0], intercept


def calibration(model, positive):
    """Of the positive label; of the predicted one where that is None."""
    def make(x, y, xt, yt):
        model.fit(x, y)
        all_p = model.predict_proba(xt)
        looked = np.full(len(xt), list(model.classes_).index(positive)) if positive else all_p.argmax(axis=1)
        p = all_p[np.arange(len(xt)), looked]
        came = (yt.to_numpy() == model.classes_[looked]).astype(int)
        edges = np.linspace(0, 1, 11)
        place = np.searchsorted(edges[1:-1], p)
        observed, predicted = calibration_curve(came, p, n_bins=10)
        sizes = np.bincount(place, minlength=10)
        sizes = sizes[sizes > 0]
        far = np.abs(observed - predicted)
        slope, intercept = recalibrated(np.log(np.clip(p, 1e-12, 1 - 1e-12) / (1 - np.clip(p, 1e-12, 1 - 1e-12))), came)
        return {
            "ece": (sizes * far).sum() / sizes.sum(),
            "mce": far.max(),
            "brier_reliability": (sizes * far**2).sum() / sizes.sum(),
            "brier_resolution": (sizes * (observed - came.mean()) ** 2).sum() / sizes.sum(),
            "brier_uncertainty": came.mean() * (1 - came.mean()),
            "calibration_slope": slope,
            "calibration_intercept": intercept,
        }
    return make


def encoded(model):
    """As randsplit encodes: numbers standardised with their gaps filled, text one-hot with a level for missing."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    texts = make_pipeline(SimpleImputer(strategy="constant", fill_value="(missing)"),
                          OneHotEncoder(handle_unknown="ignore", sparse_output=False))
    return make_pipeline(make_column_transformer(
        (numbers, lambda x: [c for c in x if x[c].dtype.kind in "fiub"]),
        (texts, lambda x: [c for c in x if x[c].dtype.kind not in "fiub"]),
    ), model)


def residuals(model):
    def make(x, y, xt, yt):
        predicted = model.fit(x, y).predict(xt)
        left = yt.to_numpy() - predicted
        order = np.argsort(predicted, kind="stable")
        n = len(order)
        bins = [left[order[i * n // 5:(i + 1) * n // 5]].mean() for i in range(5)]
        return named("residual", range(1, 6), bins) | {"residual_spread_trend": spearmanr(abs(left), predicted).statistic}
    return make


logistic = LogisticRegression(tol=1e-12, max_iter=10**6, solver="newton-cholesky")
tree = DecisionTreeRegressor(max_depth=4, min_samples_leaf=10, random_state=0)
classes = DecisionTreeClassifier(max_depth=1, random_state=0)
# With so few bins no number of the tables is heavy, so that the bins of both are the same.
boost = dict(max_iter=20, max_leaf_nodes=8, max_bins=3, early_stopping=False)
few = dict(max_iter=3, max_leaf_nodes=4, max_bins=32, early_stopping=False)
CASES = [
    case("diabetes", "target", "ridge", linear(Ridge())),
    case("breast_cancer", "target", "logistic", linear(logistic)),
    case("iris", "target", "multinomial:tol=1e-12", linear(logistic)),
    case("diabetes", "target", "tree:max_depth=4,min_samples_leaf=10", trees(tree, True)),
    case("breast_cancer", "target", "tree:max_depth=1", trees(classes, True)),
    case("diabetes", "target", "boost:n_estimators=20,max_leaf_nodes=8,max_bins=3",
         trees(HistGradientBoostingRegressor(**boost), False)),
    case("breast_cancer", "target", "boost:n_estimators=3,max_leaf_nodes=4,max_bins=32",
         trees(HistGradientBoostingClassifier(**few), False)),
    case("diabetes", "target", "ridge", permutation(make_pipeline(StandardScaler(), Ridge()))),
    case("diabetes", "target", "tree:max_depth=4,min_samples_leaf=10", permutation(tree)),
    case("breast_cancer", "target", "nb", permutation(make_pipeline(StandardScaler(), GaussianNB()))),
    case("breast_cancer", "target", "nb", calibration(encoded(GaussianNB()), "malignant"), MANY),
    case("breast_cancer", "target", "logistic", calibration(encoded(logistic), "malignant"), MANY),
    case("titanic", "survived", "logistic:tol=1e-12", calibration(encoded(logistic), "yes"), MANY),
    case("penguins", "species", "nb", calibration(encoded(GaussianNB()), None), MANY),
    case("diabetes", "target", "ridge", residuals(make_pipeline(StandardScaler(), Ridge()))),
]
out = Path(__file__).parent / "probes.json"
out.write_text(json.dumps(CASES, indent=1) + "\n")
print(f"{out}: {sum(len(c['values']) for c in CASES)} values over {SPLITS} splits")
