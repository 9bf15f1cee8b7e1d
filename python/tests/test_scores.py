"""Scores that were made elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.stats import t as student
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import cross_validate

import randsplit as rs


def test_scores_of_cross_validate_are_those_of_evaluate(diabetes) -> None:
    x, y = diabetes
    plan = rs.SplitPlan(40)
    scores = {
        "ridge": cross_validate(Ridge(), x, y, cv=plan, scoring="r2")["test_score"],
        "lasso": cross_validate(Lasso(0.5), x, y, cv=plan, scoring="r2")["test_score"],
    }
    claim = "p05(ridge.r2) >= 0.3"
    elsewhere = rs.from_scores(scores, metric="r2", n_train=353, n_test=89, claims=[claim])
    here = rs.evaluate({"ridge": Ridge(), "lasso": Lasso(0.5)}, x, y, splits=40, metrics=["r2"], claims=[claim], n_jobs=1)
    for model in ("ridge", "lasso"):
        ours, theirs = elsewhere.distribution("r2", model), here.distribution("r2", model)
        assert (ours.mean, ours.sd, ours.worst, ours.worst_split) == pytest.approx(
            (theirs.mean, theirs.sd, theirs.worst, theirs.worst_split), rel=1e-9
        )
        assert ours.ci95 == pytest.approx(theirs.ci95, rel=1e-9)
    assert elsewhere.claims[0].verdict == here.claims[0].verdict
    (pair,) = elsewhere.comparisons
    (other,) = [c for c in here.comparisons if {c.a, c.b} == {"ridge", "lasso"}]
    assert abs(pair.t) == pytest.approx(abs(other.t), rel=1e-9) and pair.p == pytest.approx(other.p, rel=1e-9)
    # By the formula of Nadeau and Bengio.
    difference = scores["ridge"] - scores["lasso"]
    spread = np.sqrt((1 / 40 + 89 / 353) * difference.var(ddof=1))
    assert abs(pair.t) == pytest.approx(abs(difference.mean() / spread), rel=1e-9)
    assert pair.p == pytest.approx(2 * student.sf(abs(pair.t), 39), rel=1e-9)


def test_tables_and_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [
        {"split": k, "model": m, "metric": metric, "score": float(rng.normal(0.5, 0.1)), "n_train": 80, "n_test": 20}
        for k in range(12)
        for m in ("a", "b")
        for metric in ("accuracy", "roc_auc")
    ]
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / "s.csv", index=False)
    reports = [rs.from_scores(form, baseline="b") for form in (frame, pl.from_pandas(frame), tmp_path / "s.csv")]
    means = [r.distribution("roc_auc", "a").mean for r in reports]
    expected = frame[(frame.model == "a") & (frame.metric == "roc_auc")].score.mean()
    np.testing.assert_allclose(means, expected, rtol=1e-12)
    assert repr(reports[0]).count("accuracy") > 0


def test_what_is_missing_is_told() -> None:
    with pytest.raises(rs.SettingError, match="of which metric"):
        rs.from_scores([0.1, 0.2])
    with pytest.raises(rs.RandsplitError) as caught:
        rs.from_scores([0.1, 0.2], metric="luck", n_train=10, n_test=5)
    assert "luck" in str(caught.value)
    known = rs.from_scores([0.1, 0.2, 0.4], metric="luck", greater_is_better=False, n_train=10, n_test=5)
    assert known.worst() == 0.4
    # Without the sizes of the splits there is no interval, and none is invented.
    assert rs.from_scores([0.1, 0.2, 0.4], metric="r2").distribution().ci95 is None
    with pytest.raises(rs.ReportError):
        known.inspect()
