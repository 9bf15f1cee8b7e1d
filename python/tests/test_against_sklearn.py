"""Scores are those of ``cross_validate`` on the same splits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import make_scorer, mean_pinball_loss
from sklearn.model_selection import GridSearchCV, cross_validate, permutation_test_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

import randsplit as rs

from conftest import DATA

SPLITS = 6


def ours(report: rs.Report, metric: str, model: str | None = None) -> np.ndarray:
    """Return a model's scores."""
    table = report.scores()
    of = table[(table.model == (model or report.models[0])) & (table.metric == metric) & (table.part == "test")]
    return of.score.to_numpy()


def theirs(model, x, y, plan: rs.SplitPlan, scoring: str, groups=None) -> np.ndarray:
    """Return what scikit-learn says of the same splits."""
    return cross_validate(model, x, y, cv=plan, scoring=scoring, groups=groups, error_score="raise")["test_score"]


REGRESSORS = [
    Ridge(),
    make_pipeline(StandardScaler(), SVR()),
    KNeighborsRegressor(),
    RandomForestRegressor(n_estimators=5, random_state=0),
]


@pytest.mark.parametrize("model", REGRESSORS, ids=lambda m: type(m).__name__)
def test_regression(model, diabetes) -> None:
    x, y = diabetes
    report = rs.evaluate(model, x, y, splits=SPLITS, metrics=["r2", "neg_mean_absolute_error"], n_jobs=2)
    for metric, scoring in [("r2", "r2"), ("neg_mean_absolute_error", "neg_mean_absolute_error")]:
        expected = theirs(model, x, y, rs.SplitPlan(SPLITS), scoring)
        np.testing.assert_allclose(ours(report, metric), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "model",
    [make_pipeline(StandardScaler(), LogisticRegression()), GaussianNB(), make_pipeline(StandardScaler(), SVC())],
    ids=lambda m: type(m[-1] if hasattr(m, "steps") else m).__name__,
)
def test_two_classes(model, cancer) -> None:
    x, y = cancer
    report = rs.evaluate(model, x, y, splits=SPLITS, metrics=["accuracy", "roc_auc", "f1_macro"], n_jobs=2)
    plan = rs.SplitPlan(SPLITS)
    for metric in ["accuracy", "roc_auc", "f1_macro"]:
        np.testing.assert_allclose(ours(report, metric), theirs(model, x, y, plan, metric), rtol=1e-12)


def test_three_classes_with_gaps_and_texts(penguins) -> None:
    x, y = penguins
    model = make_pipeline(
        ColumnTransformer(
            [
                ("numbers", SimpleImputer(), make_column_selector(dtype_include="number")),
                ("texts", OneHotEncoder(handle_unknown="ignore"), ["island", "sex"]),
            ]
        ),
        DecisionTreeClassifier(random_state=0, max_depth=3),
    )
    report = rs.evaluate(
        {"tree": model}, x, y, splits=SPLITS, metrics=["accuracy", "neg_log_loss", "roc_auc_ovr"], n_jobs=2
    )
    # Names that scikit-learn has for randsplit's own metrics become those.
    for metric, scoring in zip(report.metrics, ["accuracy", "neg_log_loss", "roc_auc_ovr"]):
        expected = theirs(model, x, y, rs.SplitPlan(SPLITS), scoring)
        np.testing.assert_allclose(ours(report, metric), expected, rtol=1e-12)


def test_groups() -> None:
    table = pd.read_csv(DATA / "sleepstudy.csv")
    x, y, groups = table[["Days"]], table["Reaction"], table["Subject"]
    report = rs.evaluate(Ridge(), x, y, groups=groups, splits=SPLITS, metrics=["r2"], n_jobs=1)
    plan = rs.SplitPlan(SPLITS)
    np.testing.assert_allclose(ours(report, "r2"), theirs(Ridge(), x, y, plan, "r2", groups), rtol=1e-12)
    for train, test in plan.split(x, y, groups):
        assert not set(groups.iloc[train]) & set(groups.iloc[test])
    # By the name of a column: the groups are no feature.
    named = rs.evaluate(Ridge(), table, "Reaction", groups="Subject", splits=SPLITS, metrics=["r2"], n_jobs=1)
    np.testing.assert_allclose(ours(named, "r2"), ours(report, "r2"), rtol=1e-12)


def test_time() -> None:
    table = pd.read_csv(DATA / "airpassengers.csv")
    x, y = table[["time"]], table["value"]
    report = rs.evaluate(
        Ridge(), x, y, time=table["time"], scheme="time:rolling", splits=SPLITS, metrics=["r2"], n_jobs=1
    )
    plan = rs.SplitPlan(SPLITS, scheme="time:rolling", time=table["time"])
    np.testing.assert_allclose(ours(report, "r2"), theirs(Ridge(), x, y, plan, "r2"), rtol=1e-12)
    for train, test in plan.split(x, y):
        assert x["time"].iloc[train].max() < x["time"].iloc[test].min()


def test_a_list_of_texts_reaches_the_model() -> None:
    rng = np.random.default_rng(0)
    words = np.array(["good", "fine", "bad", "poor", "day", "rain"])
    texts = [" ".join(rng.choice(words, 4)) for _ in range(120)]
    y = np.array(["bad" in text or "poor" in text for text in texts])
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    report = rs.evaluate(model, texts, y, splits=SPLITS, metrics=["accuracy"], n_jobs=1)
    expected = theirs(model, texts, y, rs.SplitPlan(SPLITS), "accuracy")
    np.testing.assert_allclose(ours(report, "accuracy"), expected, rtol=1e-12)


def test_a_sparse_matrix_reaches_the_model(few) -> None:
    import scipy.sparse as sp

    x, y = few
    report = rs.evaluate(Ridge(solver="lsqr", tol=1e-10), sp.csr_matrix(x), y, splits=SPLITS, metrics=["r2"], n_jobs=1)
    dense = rs.evaluate(Ridge(), x, y, splits=SPLITS, metrics=["r2"], n_jobs=1)
    np.testing.assert_allclose(ours(report, "r2"), ours(dense, "r2"), rtol=1e-6)


def test_weights_and_arguments_of_fit(few) -> None:
    x, y = few
    weight = np.random.default_rng(1).random(60)
    model = make_pipeline(StandardScaler(), Ridge())
    report = rs.evaluate(model, x, y, splits=SPLITS, metrics=["r2"], sample_weight=weight, n_jobs=1)
    expected = []
    for train, test in rs.SplitPlan(SPLITS).split(x, y):
        fitted = make_pipeline(StandardScaler(), Ridge()).fit(x[train], y[train], ridge__sample_weight=weight[train])
        expected.append(fitted.score(x[test], y[test]))
    np.testing.assert_allclose(ours(report, "r2"), expected, rtol=1e-12)


def test_metrics_of_ones_own(few, cancer) -> None:
    x, y = few
    pinball = make_scorer(mean_pinball_loss, greater_is_better=False, alpha=0.9)

    def worst_miss(truth, predicted) -> float:
        return np.abs(truth - predicted).max()

    worst_miss.greater_is_better = False
    report = rs.evaluate(Ridge(), x, y, splits=SPLITS, metrics=[worst_miss, pinball, "r2"], n_jobs=1)
    assert report.metrics == ["worst_miss", "mean_pinball_loss", "r2"]
    assert report.distribution("worst_miss").direction == "lower"
    np.testing.assert_allclose(
        ours(report, "mean_pinball_loss"), theirs(Ridge(), x, y, rs.SplitPlan(SPLITS), pinball), rtol=1e-12
    )
    for score, (train, test) in zip(ours(report, "worst_miss"), rs.SplitPlan(SPLITS).split(x, y)):
        assert score == pytest.approx(np.abs(y[test] - Ridge().fit(x[train], y[train]).predict(x[test])).max(), rel=1e-12)
    # Labels are those of the target, and a built-in model can be scored so too.
    cx, cy = cancer
    share = rs.Metric(lambda t, p: float(np.mean(t == p)), "share")
    report = rs.evaluate("logistic", cx, cy, splits=SPLITS, metrics=["accuracy", share])
    np.testing.assert_allclose(ours(report, "share"), ours(report, "accuracy"), rtol=1e-12)


def test_the_splits_serve_scikit_learns_functions(diabetes) -> None:
    x, y = diabetes
    plan = rs.SplitPlan(5, seed=3, test_size=0.3)
    assert plan.get_n_splits() == plan.get_n_splits(x, y) == 5
    search = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=plan).fit(x, y)
    assert search.n_splits_ == 5
    score, _, p = permutation_test_score(Ridge(), x, y, cv=plan, n_permutations=5, random_state=0)
    assert score > 0.3 and p < 0.2
    for train, test in plan.split(x, y):
        assert sorted([*train, *test]) == list(range(len(x)))
        assert len(test) == round(0.3 * len(x))
    report = rs.evaluate(Ridge(), x, y, splits=5, seed=3, test_size=0.3, metrics=["r2"], n_jobs=1)
    for one, other in zip(report.split_plan.split(x, y), plan.split(x, y)):
        np.testing.assert_array_equal(one[0], other[0])


def test_groups_are_routed_to_the_splits() -> None:
    import sklearn

    table = pd.read_csv(DATA / "sleepstudy.csv")
    x, y, groups = table[["Days"]], table["Reaction"], table["Subject"]
    with sklearn.config_context(enable_metadata_routing=True):
        routed = cross_validate(Ridge(), x, y, cv=rs.SplitPlan(4), params={"groups": groups})["test_score"]
    plain = cross_validate(Ridge(), x, y, cv=rs.SplitPlan(4), groups=groups)["test_score"]
    np.testing.assert_array_equal(routed, plain)
