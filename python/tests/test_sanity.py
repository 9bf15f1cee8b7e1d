"""Checks of models in the making."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import randsplit as rs


class Still(RegressorMixin, BaseEstimator):
    """A net whose weights do not move."""

    def fit(self, x, y):
        """Learn nothing but a mean."""
        self.mean_ = float(np.mean(y))
        return self

    def predict(self, x):
        """Return the mean."""
        return np.full(len(x), self.mean_)


def failed(found: rs.Sanity) -> set[str]:
    """Return the checks that fail."""
    return {check.name for check in found.checks if check.verdict == "fail"}


def test_a_sound_model_passes(few, penguins) -> None:
    x, y = few
    found = rs.sanity(ExtraTreesRegressor(n_estimators=30, random_state=0), x, y, n_jobs=1)
    assert found.passes, failed(found)
    found.assert_passes()
    assert len(found.checks) >= 10 and "overfit" in repr(found)
    px, py = penguins
    model = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0))
    numbers = px.select_dtypes("number")
    assert rs.sanity(model, numbers, py, n_jobs=1).passes


def test_a_model_that_does_not_learn_fails(few) -> None:
    x, y = few
    found = rs.sanity(Still(), x, y, n_jobs=1)
    assert {"linear", "features", "baseline"} <= failed(found), failed(found)
    with pytest.raises(AssertionError, match="linear"):
        found.assert_passes()
    one = rs.sanity(Still(), x, y, checks=["overfit"], n_jobs=1)
    assert [check.name for check in one.checks] == ["overfit"]
    with pytest.raises(rs.SettingError):
        rs.sanity(Still(), x, y, checks=["overfitt"], n_jobs=1)
    with pytest.raises(TypeError):
        rs.sanity(Still(), x, y, speed=3)


def test_built_in_models_are_checked_too(diabetes) -> None:
    x, y = diabetes
    assert rs.sanity("forest:n_estimators=20", x, y).passes
