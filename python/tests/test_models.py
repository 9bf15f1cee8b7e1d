"""Models of every form, and what goes wrong with them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge

import randsplit as rs

from conftest import DATA


def least_squares(x_train, y_train, x_test):
    """Fit and predict in one call."""
    return LinearRegression().fit(x_train, y_train).predict(x_test)


def forest(seed):
    """Make a forest for a seed."""
    return RandomForestRegressor(n_estimators=3, random_state=seed)


def means(report: rs.Report, metric: str = "r2") -> dict[str, float]:
    """Return the mean of each model."""
    return {name: report.distribution(metric, name).mean for name in report.models}


def test_forms_of_a_model_are_one(few) -> None:
    x, y = few
    forms = {"object": LinearRegression(), "cls": LinearRegression, "function": least_squares, "native": "ols"}
    report = rs.evaluate(forms, x, y, splits=10, metrics=["r2"], n_jobs=2)
    found = means(report)
    assert list(found) == ["native", "object", "cls", "function"]
    np.testing.assert_allclose(list(found.values()), found["object"], rtol=1e-9)
    assert [c.b for c in report.comparisons if c.a == "object"][0] == "baseline"


def test_results_do_not_depend_on_the_number_of_jobs_or_the_backend(few) -> None:
    x, y = few
    texts = set()
    for jobs in (1, 2, 3):
        texts.add(rs.evaluate([forest, Ridge()], x, y, splits=9, n_jobs=jobs).to_json())
    with joblib.parallel_config(backend="threading", n_jobs=2):
        texts.add(rs.evaluate([forest, Ridge()], x, y, splits=9, n_jobs=None).to_json())
    assert len(texts) == 1


def test_models_without_a_seed_are_repeatable_and_leave_the_callers_generator_alone(few) -> None:
    x, y = few
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    texts = {rs.evaluate(RandomForestRegressor(3), x, y, splits=6, n_jobs=jobs).to_json() for jobs in (1, 2)}
    assert len(texts) == 1
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_columns_reach_the_model_as_they_are(penguins) -> None:
    class Looks(BaseEstimator):
        def fit(self, x, y):
            assert list(x.columns) == list(penguins[0].columns) and x.index.isin(penguins[0].index).all()
            assert x["island"].dtype == penguins[0]["island"].dtype
            self.classes_ = np.unique(y)
            return self

        def predict(self, x):
            assert isinstance(x, pd.DataFrame)
            return np.repeat(self.classes_[0], len(x))

    report = rs.evaluate(Looks(), *penguins, splits=3, metrics=["accuracy"], n_jobs=1, error_score="raise")
    assert report.distribution().count == 3


@pytest.mark.parametrize("classes", [[2, 10, 7], ["b", "a", "c"], [True, False], [1.5, 0.5, 2.5]])
def test_classes_are_matched_by_their_values(classes) -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, len(classes), 90)
    x = codes[:, None] + rng.normal(size=(90, 1)) * 0.1
    y = np.array(classes)[codes]

    class Nearest(BaseEstimator):
        def fit(self, x, y):
            assert set(np.unique(y).tolist()) <= set(classes) and y.dtype.kind == np.array(classes).dtype.kind
            # In an order of its own.
            self.classes_ = np.unique(y)[::-1]
            self.centres_ = np.array([x[y == c].mean() for c in self.classes_])
            return self

        def predict_proba(self, x):
            closeness = np.exp(-np.abs(x - self.centres_))
            return closeness / closeness.sum(axis=1, keepdims=True)

        def predict(self, x):
            return self.classes_[self.predict_proba(x).argmax(axis=1)]

    report = rs.evaluate(
        Nearest(), x, y, splits=5, metrics=["accuracy", "log_loss"], task="classification", n_jobs=1, error_score="raise"
    )
    assert report.distribution("accuracy").mean == 1.0
    assert report.distribution("log_loss").mean < report.distribution("log_loss", "baseline").mean


def test_a_split_whose_fit_raises_is_a_failed_split(few) -> None:
    class Fails(Ridge):
        def fit(self, x, y):
            if x[:, 0].mean() > few[0][:, 0].mean():
                raise RuntimeError("first line\nthe weights\nexploded")
            return super().fit(x, y)

    x, y = few
    report = rs.evaluate(Fails(), x, y, splits=30, metrics=["r2"], n_jobs=2)
    failed = report.to_dict()["models"][0]["failed"]
    assert 0 < failed < 30 and report.distribution().count == 30 - failed
    told = [split["failed"] for split in report.to_dict()["models"][0]["splits"] if "failed" in split]
    assert len(told) == failed and all("exploded" in why for why in told)
    with pytest.raises(RuntimeError, match="exploded"):
        rs.evaluate(Fails(), x, y, splits=30, n_jobs=2, error_score="raise")


def test_warnings_of_models_are_told(few) -> None:
    class Warns(Ridge):
        def fit(self, x, y):
            warnings.warn("it did not converge", UserWarning)
            return super().fit(x, y)

    report = rs.evaluate(Warns(), *few, splits=5, n_jobs=1)
    assert any("did not converge" in message for _, message in report.warnings)


def test_a_model_that_dies_costs_its_splits_alone(few) -> None:
    class Dies(Ridge):
        def fit(self, x, y):
            if x[0, 0] == few[0][1, 0]:
                os._exit(1)
            time.sleep(0.02)
            return super().fit(x, y)

    class Slow(Ridge):
        def fit(self, x, y):
            time.sleep(0.02)
            return super().fit(x, y)

    # It dies where row 0 is a test row and row 1 is not, and takes joblib's other process with it.
    parts = list(rs.SplitPlan(40).split(*few))
    dies = [k for k, (train, _) in enumerate(parts) if train[0] == 1]
    assert 5 < len(dies) < 15
    report = rs.evaluate({"dies": Dies(), "slow": Slow()}, *few, splits=40, metrics=["r2"], n_jobs=2)
    models = report.to_dict()["models"]
    failed = [[split["split"] for split in model["splits"] if "failed" in split] for model in models]
    assert failed == [dies, []]
    told = {split["failed"] for split in models[0]["splits"] if "failed" in split}
    assert told == {"the model's process ended before it answered"}


def test_what_cannot_be_sent_to_workers_is_told(few) -> None:
    class Locked(Ridge):
        def __init__(self):
            super().__init__()
            self.lock = threading.Lock()

        def get_params(self, deep=True):
            return {}

    with pytest.raises(rs.ModelError) as caught:
        rs.evaluate(Locked(), *few, splits=3, n_jobs=2)
    assert "Locked" in str(caught.value) and "pickle" in str(caught.value)


@pytest.mark.parametrize(
    "model, words",
    [
        (5, "a int is no model"),
        ({}, "no model in the dict"),
        ([Ridge(), Ridge()], "two models are called 'Ridge'"),
        ({"a b": Ridge()}, "a b"),
        (lambda: 5, "fit and predict"),
    ],
)
def test_what_is_no_model_is_told(model, words: str, few) -> None:
    with pytest.raises(rs.RandsplitError) as caught:
        rs.evaluate(model, *few, splits=3, n_jobs=1)
    assert words in str(caught.value)


def test_a_slow_model_is_ended(few) -> None:
    class Slow(Ridge):
        def fit(self, x, y):
            if x[0, 0] == few[0][1, 0]:
                time.sleep(60)
            return super().fit(x, y)

    report = rs.evaluate(Slow(), *few, splits=12, metrics=["r2"], n_jobs=2, timeout=2.0)
    assert 0 < report.to_dict()["models"][0]["failed"] < 12


def test_probes_and_inspection_of_a_model_of_ones_own(diabetes) -> None:
    x, y = diabetes
    report = rs.evaluate(
        LinearRegression(), x, y, splits=20, metrics=["r2"], probes=["importance"], claims=["mean(importance[bmi]) > 0"], n_jobs=2
    )
    native = rs.evaluate("ols", x, y, splits=20, metrics=["r2"], probes=["importance"])
    # The same model by the same splits: the same importance, permuted alike.
    own = report.readings().groupby("reading").value.mean()
    np.testing.assert_allclose(own, native.readings().groupby("reading").value.mean()[own.index], rtol=1e-6)
    assert report.holds
    found, other = report.inspect("worst"), native.inspect("worst")
    assert found.data["splits"][0]["split"] == report.distribution().worst_split
    assert len(repr(found).splitlines()) > 5
    assert found.data["splits"][0]["split"] == other.data["splits"][0]["split"]


def test_the_file_form_gives_the_bytes_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("from sklearn.linear_model import Ridge\n\ndef make():\n    return Ridge()\n")
    before = os.getcwd()
    os.chdir(tmp_path)
    try:
        ours = rs.evaluate("python:train.py:make", str(DATA / "diabetes.csv"), "target", splits=5).to_json()
    finally:
        os.chdir(before)
    command = [sys.executable, "-m", "randsplit", "eval", str(DATA / "diabetes.csv"), "-t", "target", "-n", "5"]
    done = subprocess.run(
        [*command, "-m", "python:train.py:make", "-f", "json", "--python", sys.executable, "--no-config"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )
    assert done.stdout == ours
    # An object in this process scores the same.
    x, y = pd.read_csv(DATA / "diabetes.csv").drop(columns="target"), pd.read_csv(DATA / "diabetes.csv")["target"]
    of_object = rs.evaluate({"make": Ridge()}, x, y, splits=5).to_dict()["models"][0]["splits"]
    assert of_object == json.loads(ours)["models"][0]["splits"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent")
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_returns_what_was_done(tmp_path: Path, jobs: int) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys, time
            import numpy as np
            import randsplit as rs
            from sklearn.linear_model import Ridge

            class Slow(Ridge):
                def fit(self, x, y):
                    time.sleep(0.05)
                    with open({str(tmp_path / "fits")!r}, "a") as file:
                        file.write("x")
                    return super().fit(x, y)

            rng = np.random.default_rng(0)
            report = rs.evaluate(Slow(), rng.normal(size=(50, 2)), rng.normal(size=50), splits=100000, n_jobs={jobs})
            print(report.partial, 0 < report.distribution().count < 100000, flush=True)
            """
        )
    )
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, start_new_session=True)
    until = time.monotonic() + 120
    while time.monotonic() < until and not ((tmp_path / "fits").exists() and (tmp_path / "fits").stat().st_size > 40):
        time.sleep(0.05)
    # As a terminal does it: to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert out == "True True\n" and process.returncode == 0


def test_a_model_that_differs_from_itself_is_named(few) -> None:
    class Noisy(Ridge):
        def predict(self, x):
            return super().predict(x) + np.random.default_rng().normal(size=len(x))

    report = rs.evaluate(Noisy(), *few, splits=6, metrics=["r2"], n_jobs=1)
    assert "RS309" in [code for code, _ in report.warnings]
    report = rs.evaluate(Noisy(), *few, splits=6, metrics=["r2"], n_jobs=1, repeat_check=0)
    assert "RS309" not in [code for code, _ in report.warnings]
    assert "RS309" not in [code for code, _ in rs.evaluate(Ridge(), *few, splits=6, n_jobs=1).warnings]
