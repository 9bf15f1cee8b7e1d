"""Models of other libraries, each against itself, fitted in this process to the same rows."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, log_loss, r2_score

import randsplit as rs

SPLITS = 3


def scores(report: rs.Report, metric: str) -> list[float]:
    """Return the scores of the first model."""
    table = report.scores()
    return list(table[(table.model == report.models[0]) & (table.metric == metric) & (table.part == "test")].score)


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
def test_boosting(library: str, diabetes, penguins) -> None:
    if library == "lightgbm":
        from lightgbm import LGBMClassifier, LGBMRegressor

        number = LGBMRegressor(n_estimators=20, n_jobs=1, verbose=-1, random_state=0)
        label = LGBMClassifier(n_estimators=10, n_jobs=1, verbose=-1, random_state=0)
    else:
        from xgboost import XGBClassifier, XGBRegressor

        number = XGBRegressor(n_estimators=20, n_jobs=1, random_state=0)
        label = XGBClassifier(n_estimators=10, n_jobs=1, random_state=0)
    x, y = diabetes
    report = rs.evaluate(number, x, y, splits=SPLITS, metrics=["r2"], n_jobs=2, error_score="raise")
    expected = [
        r2_score(y.iloc[test], number.fit(x.iloc[train], y.iloc[train]).predict(x.iloc[test]))
        for train, test in rs.SplitPlan(SPLITS).split(x, y)
    ]
    np.testing.assert_allclose(scores(report, "r2"), expected, rtol=1e-6)
    # Gaps stay gaps; XGBoost wants classes as numbers from 0.
    x, y = penguins
    x = x.select_dtypes("number")
    y = y.astype("category").cat.codes.to_numpy().astype(int)
    report = rs.evaluate(
        label, x, y, splits=SPLITS, metrics=["accuracy", "log_loss"], task="classification", n_jobs=2, error_score="raise"
    )
    plan = rs.SplitPlan(SPLITS, task="classification")
    for k, (train, test) in enumerate(plan.split(x, y)):
        fitted = label.fit(x.iloc[train], y[train])
        assert scores(report, "accuracy")[k] == pytest.approx(accuracy_score(y[test], fitted.predict(x.iloc[test])))
        expected = log_loss(y[test], fitted.predict_proba(x.iloc[test]))
        assert scores(report, "log_loss")[k] == pytest.approx(expected, rel=1e-5)


def test_statsmodels_by_a_function(diabetes) -> None:
    import statsmodels.api as sm

    def ols(x_train, y_train, x_test):
        return sm.OLS(y_train, sm.add_constant(x_train)).fit().predict(sm.add_constant(x_test, has_constant="add"))

    x, y = diabetes
    report = rs.evaluate({"statsmodels": ols, "native": "ols"}, x, y, splits=10, metrics=["r2"], n_jobs=1)
    assert report.distribution("r2", "statsmodels").mean == pytest.approx(report.distribution("r2", "native").mean, rel=1e-9)


def net(seed: int):
    """Return a net that scikit-learn's protocol can fit: four inputs, eight units, one output."""
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    class Net:
        def fit(self, x, y):
            keras.utils.set_random_seed(seed)
            self.mean, self.spread = x.mean(axis=0), x.std(axis=0)
            self.net = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
            self.net.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
            self.net.fit((x - self.mean) / self.spread, y, epochs=60, batch_size=32, verbose=0)
            return self

        def predict(self, x):
            return self.net.predict((x - self.mean) / self.spread, verbose=0)

    return Net()


def test_a_keras_net() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 4)).astype(np.float32)
    y = x[:, 0] - 2 * np.maximum(x[:, 1], 0) + 0.1 * rng.normal(size=150)
    report = rs.evaluate({"net": net}, x, y, splits=2, metrics=["r2"], n_jobs=1, error_score="raise")
    assert report.distribution().mean > 0.8
    again = rs.evaluate({"net": net}, x, y, splits=2, metrics=["r2"], n_jobs=1)
    np.testing.assert_allclose(scores(again, "r2"), scores(report, "r2"), rtol=1e-4)


def test_a_data_frame_with_texts_and_categories(penguins) -> None:
    from lightgbm import LGBMClassifier

    x, y = penguins
    x = x.astype({"island": "category", "sex": "category"})
    assert isinstance(x["island"].dtype, pd.CategoricalDtype)
    model = LGBMClassifier(n_estimators=10, n_jobs=1, verbose=-1)
    report = rs.evaluate(
        model, x, y, splits=SPLITS, metrics=["accuracy"], probes=["importance"], n_jobs=1, error_score="raise"
    )
    assert report.distribution().mean > 0.9
    assert "importance[island]" in set(report.readings().reading)
