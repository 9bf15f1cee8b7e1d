"""What is inside a model: coefficients, importances and SHAP values, against the libraries' own."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

import randsplit as rs

from conftest import DATA

SPLITS = 4


def read(report: rs.Report, family: str, model: str | None = None) -> pd.DataFrame:
    """Return the readings of a family, a line a split and a column a name."""
    table = report.readings()
    table = table[table.reading.str.startswith(f"{family}[") & (table.model == (model or report.models[0]))]
    names = table.reading.str[len(family) + 1 : -1]
    return table.assign(name=names).pivot(index="split", columns="name", values="value")


def splits(x, y, **more):
    """Return the train and test rows of each split."""
    return list(rs.SplitPlan(SPLITS, **more).split(x, y))


def unfit(report: rs.Report) -> list[str]:
    """Return why probes do not apply."""
    return [message for code, message in report.warnings if code == "RS301"]


def test_coefficients_are_those_of_the_library_for_a_standard_deviation(diabetes) -> None:
    x, y = diabetes
    plain, scaled = Ridge(alpha=0.1), make_pipeline(StandardScaler(), Ridge(alpha=2.0))
    models = {"plain": plain, "scaled": scaled, "native": "ridge:alpha=0.1"}
    report = rs.evaluate(
        models, x, y, splits=SPLITS, probes=["coefficients"], claims=["min(plain.coefficient[bmi]) > 0"], n_jobs=2
    )
    of_plain, of_scaled = read(report, "coefficient", "plain"), read(report, "coefficient", "scaled")
    for k, (train, _) in enumerate(splits(x, y)):
        rows = x.iloc[train]
        expected = plain.fit(rows, y.iloc[train]).coef_ * rows.to_numpy().std(axis=0)
        np.testing.assert_allclose(of_plain.loc[k, x.columns], expected, rtol=1e-12)
        expected = scaled.fit(rows, y.iloc[train])[-1].coef_
        np.testing.assert_allclose(of_scaled.loc[k, x.columns], expected, rtol=1e-12)
    # The built-in model's are in the same unit. It penalises columns as they are, too.
    native = rs.evaluate("ols", x, y, splits=SPLITS, probes=["coefficients"])
    own = rs.evaluate(Ridge(alpha=1e-12), x, y, splits=SPLITS, probes=["coefficients"], n_jobs=1)
    np.testing.assert_allclose(read(own, "coefficient"), read(native, "coefficient"), rtol=1e-6)
    assert report.holds
    assert report.to_dict()["models"][1]["probe_figures"]["coefficient.flips[bmi]"] == 0.0


def test_two_classes_have_coefficients_of_the_positive_one(cancer) -> None:
    x, y = cancer
    x = x.iloc[:, :4]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    arguments = {"splits": SPLITS, "probes": ["coefficients", "shap"], "n_jobs": 1}
    first, second = sorted(y.unique())
    as_they_are = read(rs.evaluate(model, x, y, **arguments), "coefficient")
    turned = read(rs.evaluate(model, x, y, positive=first, **arguments), "coefficient")
    for k, (train, _) in enumerate(splits(x, y, task="classification")):
        expected = model.fit(x.iloc[train], y.iloc[train])[-1].coef_[0]
        assert list(model.classes_) == [first, second]
        np.testing.assert_allclose(as_they_are.loc[k, x.columns], expected, rtol=1e-12)
        np.testing.assert_allclose(turned.loc[k, x.columns], -expected, rtol=1e-12)


def test_several_classes_have_coefficients_each(penguins) -> None:
    x, y = penguins
    numbers = ["bill_length_mm", "body_mass_g"]
    kept = x[numbers].notna().all(axis=1)
    x, y = x[kept][[*numbers, "island"]], y[kept]
    before = make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(), ["island"]))
    model = GridSearchCV(make_pipeline(before, LogisticRegression(max_iter=1000)), {"logisticregression__C": [0.1, 1.0]}, cv=3)
    report = rs.evaluate(model, x, y, splits=2, probes=["coefficients"], n_jobs=1)
    found = read(report, "coefficient")
    train, _ = next(iter(rs.SplitPlan(2, task="classification").split(x, y)))
    best = model.fit(x.iloc[train], y.iloc[train]).best_estimator_
    spread = np.asarray(best[:-1].transform(x.iloc[train])).std(axis=0)
    # A column that goes through unmixed keeps its name, and what is made of others has the library's.
    names = [*numbers, *best[:-1].get_feature_names_out()[2:]]
    assert names[2].startswith("onehotencoder__island_")
    for at, label in enumerate(best.classes_):
        expected = best[-1].coef_[at] * spread
        np.testing.assert_allclose(found.loc[0, [f"{label}: {name}" for name in names]], expected, rtol=1e-12)


@pytest.mark.parametrize("library", ["forest", "lightgbm"])
def test_importances_are_shares_of_the_librarys(library: str, diabetes) -> None:
    x, y = diabetes
    if library == "forest":
        model = RandomForestRegressor(10, random_state=0)
    else:
        from lightgbm import LGBMRegressor

        model = LGBMRegressor(n_estimators=10, n_jobs=1, verbose=-1, random_state=0)
    report = rs.evaluate(model, x, y, splits=SPLITS, probes=["impurity"], n_jobs=2)
    found = read(report, "impurity")
    for k, (train, _) in enumerate(splits(x, y)):
        expected = model.fit(x.iloc[train], y.iloc[train]).feature_importances_
        np.testing.assert_allclose(found.loc[k, x.columns], expected / expected.sum(), rtol=1e-12)
    assert "impurity.kendall_w" in report.to_dict()["models"][0]["probe_figures"]


def test_shap_values_are_the_packages(diabetes, cancer) -> None:
    shap = pytest.importorskip("shap")
    x, y = diabetes
    models = {"trees": RandomForestRegressor(5, max_depth=4, random_state=0), "linear": Ridge(alpha=0.1)}
    report = rs.evaluate(models, x, y, splits=2, probes=["shap"], n_jobs=1)
    trees, linear = read(report, "shap", "trees"), read(report, "shap", "linear")
    for k, (train, test) in enumerate(rs.SplitPlan(2).split(x, y)):
        rows = x.iloc[train]
        explainer = shap.TreeExplainer(models["trees"].fit(rows, y.iloc[train]))
        expected = np.abs(explainer.shap_values(x.iloc[test])).mean(axis=0)
        np.testing.assert_allclose(trees.loc[k, x.columns], expected, rtol=1e-9)
        background = shap.maskers.Independent(rows, max_samples=len(rows))
        explainer = shap.LinearExplainer(models["linear"].fit(rows, y.iloc[train]), background)
        expected = np.abs(explainer.shap_values(x.iloc[test])).mean(axis=0)
        np.testing.assert_allclose(linear.loc[k, x.columns], expected, rtol=1e-9)


def test_what_has_nothing_to_tell_is_named(few, penguins) -> None:
    def function(x_train, y_train, x_test):
        return np.full(len(x_test), y_train.mean())

    models = {"near": KNeighborsRegressor(), "function": function}
    report = rs.evaluate(models, *few, splits=3, probes=["coefficients", "impurity"], n_jobs=1)
    assert unfit(report) == [
        "probe coefficients does not apply to near: KNeighborsRegressor has no coef_",
        "probe impurity does not apply to near: KNeighborsRegressor has no feature_importances_",
        "probe coefficients does not apply to function: a function keeps nothing of what it has learned",
        "probe impurity does not apply to function: a function keeps nothing of what it has learned",
    ]
    x, y = penguins
    x = x.select_dtypes("number").fillna(0.0)
    report = rs.evaluate(SVC(kernel="linear"), x, y, splits=2, probes=["coefficients"], n_jobs=1)
    assert unfit(report)[0].endswith("SVC has no coefficients of its own for each of the 3 classes")


def test_the_file_form_tells_the_same(tmp_path: Path, diabetes) -> None:
    (tmp_path / "train.py").write_text("from sklearn.linear_model import Ridge\nmodel = Ridge(alpha=0.1)\n")
    before = os.getcwd()
    os.chdir(tmp_path)
    try:
        of_file = rs.evaluate("python:train.py", str(DATA / "diabetes.csv"), "target", splits=3, probes=["coefficients", "shap"])
    finally:
        os.chdir(before)
    of_object = rs.evaluate(Ridge(alpha=0.1), *diabetes, splits=3, probes=["coefficients", "shap"], n_jobs=1)
    for family in ("coefficient", "shap"):
        pd.testing.assert_frame_equal(read(of_file, family), read(of_object, family))
