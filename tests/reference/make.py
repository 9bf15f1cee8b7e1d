#!/usr/bin/env python3
"""Writes scikit-learn's figures for the splits that randsplit draws: scores.json and metrics.json.

    cargo build --release && python tests/reference/make.py [path/to/randsplit]

Run from the top of the checkout. Needs scikit-learn (1.7 or newer) and pandas; CI does not run it.
The Rust tests in tests/it/reference.rs ask randsplit the same questions and compare.
"""
import json
import subprocess
import sys
import tempfile
import warnings
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn import metrics as m
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge, TweedieRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

HERE = Path(__file__).parent
BINARY = sys.argv[1] if len(sys.argv) > 1 else "target/release/randsplit"
SPLITS = 20
EXACT, ITERATED, LOOSE = 1e-6, 1e-4, 1e-2

REGRESSORS = {
    "baseline": (DummyRegressor(), EXACT),
    "ols": (LinearRegression(), EXACT),
    "ridge": (Ridge(alpha=1.0), EXACT),
    "ridge:alpha=25": (Ridge(alpha=25.0), EXACT),
    "ridge:alpha=0.01,fit_intercept=false": (Ridge(alpha=0.01, fit_intercept=False), EXACT),
    "lasso": (Lasso(alpha=1.0, tol=1e-14, max_iter=10**6), ITERATED),
    "lasso:alpha=0.1": (Lasso(alpha=0.1, tol=1e-14, max_iter=10**6), ITERATED),
    "elastic-net:alpha=0.5,l1_ratio=0.3": (ElasticNet(alpha=0.5, l1_ratio=0.3, tol=1e-14, max_iter=10**6), ITERATED),
    "knn": (KNeighborsRegressor(), EXACT),
    "knn:n_neighbors=3,weights=distance": (KNeighborsRegressor(3, weights="distance"), EXACT),
    # libsvm stops at its own tolerance; ours is asked for one as small.
    "svm:tol=1e-6": (SVR(tol=1e-8), 1e-3),
    "tree:max_depth=3": (DecisionTreeRegressor(max_depth=3, random_state=0), EXACT),
    "tree:max_leaf_nodes=5,min_samples_leaf=3": (
        DecisionTreeRegressor(max_leaf_nodes=5, min_samples_leaf=3, random_state=0), EXACT),
    "tree:criterion=absolute_error,max_depth=2": (
        DecisionTreeRegressor(criterion="absolute_error", max_depth=2, random_state=0), EXACT),
}
COUNTS = {
    f"glm:power={p},alpha={a}": (
        TweedieRegressor(power=p, alpha=a, link="log", solver="newton-cholesky", tol=1e-10, max_iter=1000), ITERATED)
    for p, a in ((1, 1), (1, 0.01), (2, 0.1), (1.5, 0.1))
}


def logistic(c):
    return LogisticRegression(C=c, tol=1e-12, max_iter=10**6, solver="newton-cg")


CLASSIFIERS = {
    "baseline": (DummyClassifier(), EXACT),
    "logistic": (logistic(1.0), ITERATED),
    "logistic:C=0.05": (logistic(0.05), ITERATED),
    "nb": (GaussianNB(), EXACT),
    "lda": (LinearDiscriminantAnalysis(), EXACT),
    "qda:reg_param=0.2": (QuadraticDiscriminantAnalysis(reg_param=0.2), EXACT),
    "knn": (KNeighborsClassifier(), EXACT),
    "svm:tol=1e-6": (SVC(tol=1e-8), 1e-3),
    "svm:kernel=linear,C=0.5,tol=1e-6": (SVC(kernel="linear", C=0.5, tol=1e-8), 1e-3),
    "tree:max_depth=3,criterion=entropy": (DecisionTreeClassifier(max_depth=3, criterion="entropy", random_state=0), EXACT),
    "tree:max_depth=2": (DecisionTreeClassifier(max_depth=2, random_state=0), EXACT),
}

# data, target, flags of the plan, models
CASES = [
    ("diabetes", "target", [], {**REGRESSORS, **COUNTS}),
    ("hitters", "Salary", ["--test-size", "0.3", "--seed", "7"], {**REGRESSORS, **COUNTS}),
    ("mtcars", "mpg", ["--scheme", "bootstrap"], REGRESSORS),
    ("sleepstudy", "Reaction", ["--group", "Subject"], REGRESSORS),
    ("airpassengers", "value", ["--time", "time"], REGRESSORS),
    ("penguins", "body_mass_g", ["--scheme", "kfold:5"], REGRESSORS),
    ("breast_cancer", "target", [], CLASSIFIERS),
    ("iris", "target", ["--test-size", "40"], CLASSIFIERS),
    ("penguins", "species", ["--scheme", "shuffle", "--seed", "3"], CLASSIFIERS),
    ("penguins", "sex", [], CLASSIFIERS),
    ("titanic", "survived", ["--positive", "no"], CLASSIFIERS),
]


def splits_of(path, target, flags):
    """(train rows, test rows) of each split, as randsplit draws them."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as f:
        command = [BINARY, "splits", path, "--target", target, "--splits", str(SPLITS), *flags]
        f.write(subprocess.run(command, check=True, capture_output=True).stdout)
        f.flush()
        plan = pd.read_csv(f.name)
    return [
        (g.row[g.part == "train"].to_numpy(), g.row[g.part == "test"].to_numpy()) for _, g in plan.groupby("split")
    ]


def encoder(x, model):
    numbers = [c for c in x if x[c].dtype.kind in "fiub"]
    texts = [c for c in x if c not in numbers]
    fill = SimpleImputer(strategy="constant", fill_value="(missing)")
    # Trees take numbers as they are, gaps included.
    scaler = "passthrough" if "Tree" in type(model).__name__ else \
        make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return make_column_transformer(
        (scaler, numbers),
        (make_pipeline(fill, OneHotEncoder(handle_unknown="ignore", sparse_output=False)), texts),
    )


def regression_scores(truth, predicted):
    scores = {
        "r2": m.r2_score(truth, predicted),
        "rmse": m.root_mean_squared_error(truth, predicted),
        "mse": m.mean_squared_error(truth, predicted),
        "mae": m.mean_absolute_error(truth, predicted),
        "medae": m.median_absolute_error(truth, predicted),
        "mape": m.mean_absolute_percentage_error(truth, predicted),
        "max_error": m.max_error(truth, predicted),
        "explained_variance": m.explained_variance_score(truth, predicted),
    }
    positive = (np.asarray(predicted) > 0).all() and (np.asarray(truth) >= 0).all()
    scores["poisson_deviance"] = m.mean_poisson_deviance(truth, predicted) if positive else None
    # randsplit calls these undefined where the truth does not vary.
    if len(set(truth)) < 2:
        scores["r2"] = scores["explained_variance"] = None
    return scores


def classification_scores(truth, predicted, ranking, probabilities, labels, positive):
    """`ranking` and `probabilities`: rows x labels, or None. `positive`: a label, or None for several classes."""
    truth = np.asarray(truth)
    occurring = sorted(set(truth) | set(predicted))
    scores = {
        "accuracy": m.accuracy_score(truth, predicted),
        "balanced_accuracy": m.recall_score(truth, predicted, labels=sorted(set(truth)), average="macro"),
        "mcc": m.matthews_corrcoef(truth, predicted),
        "kappa": m.cohen_kappa_score(truth, predicted) if len(occurring) > 1 else None,
    }
    for name, score in (("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)):
        for average in ("macro", "weighted"):
            scores[f"{name}_{average}"] = score(truth, predicted, average=average, zero_division=0)
        each = score(truth, predicted, labels=labels, average=None, zero_division=0)
        scores.update({f"{name}[{label}]": v for label, v in zip(labels, each)})
        if positive is not None:
            scores[name] = each[labels.index(positive)]
    scores.update({f"support[{label}]": float((truth == label).sum()) for label in labels})
    some = [positive] if positive is not None else labels
    if ranking is not None:
        def mean_over(score, defined):
            values = [score(truth == c, ranking[:, labels.index(c)]) if defined(truth == c) else None for c in some]
            return None if None in values else float(np.mean(values))
        scores["roc_auc"] = mean_over(m.roc_auc_score, lambda t: 0 < t.sum() < len(t))
        scores["average_precision"] = mean_over(m.average_precision_score, lambda t: t.sum() > 0)
    if probabilities is not None:
        scores["log_loss"] = m.log_loss(truth, probabilities, labels=labels)
        onehot = np.array([[t == c for c in labels] for t in truth], float)
        if positive is not None:
            p = probabilities[:, labels.index(positive)]
            scores["brier"] = m.brier_score_loss(truth == positive, p) if 0 < (truth == positive).sum() < len(truth) \
                else float(np.mean((p - (truth == positive)) ** 2))
        else:
            scores["brier"] = m.brier_score_loss(truth, probabilities, labels=labels, scale_by_half=False)
            assert abs(scores["brier"] - ((probabilities - onehot) ** 2).sum(axis=1).mean()) < 1e-12
    return scores


def padded(values, present, labels, absent):
    """Columns of the classes that the train rows have, among columns for all labels."""
    out = np.full((len(values), len(labels)), absent)
    for j, c in enumerate(present):
        out[:, labels.index(c)] = values[:, j]
    return out


def fitted_scores(pipe, model, x, y, train, rows, positive, labels):
    pipe.fit(x.iloc[train], y.iloc[train])
    predicted = pipe.predict(x.iloc[rows])
    truth = y.iloc[rows].to_numpy()
    if labels is None:
        return regression_scores(truth, predicted)
    probabilities = ranking = None
    if hasattr(model, "predict_proba") and not isinstance(model, SVC):
        ranking = probabilities = padded(pipe.predict_proba(x.iloc[rows]), pipe.classes_, labels, 0.0)
    elif positive is not None:
        d = pipe.decision_function(x.iloc[rows])
        ranking = padded(np.column_stack([-d, d]), pipe.classes_, labels, -np.inf)
    return classification_scores(truth, predicted, ranking, probabilities, labels, positive)


def moved(x, share, rng):
    """The table with each distinct number moved by a tiny share of its size; equal ones stay equal."""
    x = x.copy()
    for c in x.select_dtypes("number"):
        values, where = np.unique(x[c].to_numpy(float), return_inverse=True)
        x[c] = (values * (1 + share * rng.standard_normal(len(values))))[where]
    return x


def one_split(model, x, y, train, rows, positive, labels, tolerance):
    """Scores by metric. "ambiguous" where scikit-learn's own score depends on the order of the train rows, on the
    seed of a tree, on the scaling before it or on the last digits of the data: neighbours or thresholds tie, or
    only rounding decides."""
    rng = np.random.default_rng(0)
    once = lambda x, model, train: fitted_scores(make_pipeline(encoder(x, model), model), model, x, y, train, rows, positive, labels)
    scores = once(x, model, train)
    others = []
    if isinstance(model, (KNeighborsRegressor, KNeighborsClassifier, GaussianNB)):
        share = 1e-13 if isinstance(model, GaussianNB) else 1e-9
        others = [once(x, model, train[::-1]), *(once(moved(x, share, rng), model, train) for _ in range(4))]
    elif "Tree" in type(model).__name__:
        seeded = lambda seed: clone(model).set_params(random_state=seed)
        others = [once(x, seeded(s), train) for s in (1, 2, 3)]
        others += [once(moved(x, 1e-6, rng), seeded(s), train) for s in (4, 5, 6, 7)]
    for other in others:
        for name, score in scores.items():
            if isinstance(score, str) or score is None or other[name] is None:
                continue
            if abs(other[name] - score) > 0.1 * tolerance * max(abs(score), 1e-3):
                scores[name] = "ambiguous"
    # Labels that other neighbours change may happen to have the same accuracy: nothing that hangs on labels is compared.
    if isinstance(model, KNeighborsClassifier):
        labelled = [k for k in scores if not k.startswith(("log_loss", "brier", "roc_auc", "average_precision", "support"))]
        if any(isinstance(scores[k], str) for k in labelled):
            scores |= dict.fromkeys(labelled, "ambiguous")
    # A tree that could have been another one is compared in nothing.
    if "Tree" in type(model).__name__ and "ambiguous" in [s for s in scores.values() if isinstance(s, str)]:
        scores = dict.fromkeys(scores, "ambiguous")
    return scores


def scores():
    cases = []
    for data, target, flags, models in CASES:
        path = f"data/{data}.csv"
        plan = splits_of(path, target, flags)
        table = pd.read_csv(path)
        y, x = table.pop(target), table
        x = x.drop(columns=[flags[i + 1] for i, f in enumerate(flags) if f == "--group"])
        if "--features" in flags:
            globs = flags[flags.index("--features") + 1].split(",")
            x = x[[c for c in x if any(fnmatch(c, g) for g in globs)]]
        classes = y.dtype.kind not in "fiu"
        labels = sorted(y.dropna().unique()) if classes else None
        positive = None
        if classes and len(labels) == 2:
            positive = flags[flags.index("--positive") + 1] if "--positive" in flags else labels[1]
        for spec, (model, tolerance) in models.items():
            # Several classes: libsvm votes one against one, randsplit compares one against the rest. On titanic
            # and time alone its answers are not unique: many rows are the same.
            if spec.startswith("svm") and ((classes and positive is None) or data in ("titanic", "airpassengers")):
                continue
            print(data, target, spec, file=sys.stderr)
            case = {"data": data, "target": target, "flags": flags, "model": spec, "tolerance": tolerance}
            for part, pick in (("test", 1), ("train", 0)):
                # A train row is its own neighbour at distance 0, which scikit-learn misses by rounding.
                if part == "train" and "distance" in spec:
                    case[part] = {}
                    continue
                done = [one_split(model, x, y, s[0], s[pick], positive, labels, tolerance) for s in plan]
                case[part] = {k: [d[k] for d in done] for k in done[0]}
            cases.append(case)
    return cases


def metric_cases():
    rng = np.random.default_rng(0)
    regression = {
        "normal": (rng.normal(5, 2, 40), rng.normal(5, 2, 40)),
        "perfect": ([1.0, 2.0, 4.0], [1.0, 2.0, 4.0]),
        "tied": ([1.0, 1.0, 2.0, 2.0, 3.0], [2.0, 2.0, 2.0, 2.0, 2.0]),
        "constant truth": ([3.0, 3.0, 3.0], [1.0, 2.0, 4.0]),
        "one row": ([3.0], [2.5]),
        "zeros in truth": ([0.0, 1.0, 5.0, 0.0], [0.5, 1.5, 4.0, 0.25]),
        "negative": ([-1.0, 2.0, -3.0, 8.0], [0.5, -1.5, -4.0, 6.0]),
        "large and close": (1e9 + np.arange(6.0), 1e9 + np.arange(6.0)[::-1] * 0.5),
        "tiny": (np.array([1, 2, 3, 5]) * 1e-12, np.array([1, 2.5, 3, 4]) * 1e-12),
    }
    out = {"regression": [], "classification": []}
    for name, (t, p) in regression.items():
        t, p = list(map(float, t)), list(map(float, p))
        out["regression"].append({"name": name, "truth": t, "predicted": p, "scores": regression_scores(t, p)})

    def classes(name, labels, truth, probabilities, positive, predicted=None):
        probabilities = np.asarray(probabilities, float)
        predicted = [labels[i] for i in probabilities.argmax(axis=1)] if predicted is None else predicted
        found = classification_scores(truth, predicted, probabilities, probabilities, labels, positive)
        out["classification"].append({"name": name, "labels": labels, "positive": positive, "truth": list(truth),
                                      "predicted": list(predicted), "probabilities": probabilities.tolist(), "scores": found})

    def two(p):
        p = np.asarray(p, float)
        return np.column_stack([1 - p, p])

    ab = ["a", "b"]
    classes("two classes", ab, [ab[i] for i in rng.integers(0, 2, 50)], two(rng.random(50)), "b")
    classes("other positive", ab, [ab[i] for i in rng.integers(0, 2, 50)], two(rng.random(50)), "a")
    classes("tied scores", ab, list("aabbabab"), two([.5, .5, .5, .25, .25, .75, .75, .75]), "b")
    classes("all scores equal", ab, list("aabba"), two([.3] * 5), "b")
    classes("certain and wrong", ab, list("abab"), two([1, 0, 0, 1]), "b")
    classes("perfect", ab, list("abab"), two([0, 1, 0.2, .9]), "b")
    classes("one class in truth", ab, list("aaaa"), two([.1, .6, .2, .3]), "b")
    classes("one class in truth and prediction", ab, list("aaaa"), two([.1, .2, .2, .3]), "b")
    classes("nothing called positive", ab, list("abba"), two([.1, .2, .3, .4]), "b")
    abc = ["a", "b", "c"]
    classes("three classes", abc, [abc[i] for i in rng.integers(0, 3, 60)], rng.dirichlet([1, 1, 1], 60), None)
    classes("class absent from truth", abc, list("abab"), rng.dirichlet([1, 1, 1], 4), None)
    classes("class never predicted", abc, list("abcc"), [[.6, .3, .1], [.3, .5, .2], [.5, .3, .2], [.2, .5, .3]], None)
    classes("labels against probabilities", abc, list("abc"), [[.6, .3, .1], [.3, .5, .2], [.5, .3, .2]], None, list("bca"))
    return out


ENCODE = ["--encode", "rank=ordinal", "--encode", "kind=frequency"]


def encoding_table():
    """Dates with times, booleans with gaps, rare levels, and columns for each encoding."""
    rng = np.random.default_rng(1)
    n = 120
    d = pd.DataFrame({
        "when": pd.date_range("2021-12-25 06:00", periods=n, freq="61h").strftime("%Y-%m-%d %H:%M:%S"),
        "flag": rng.choice(["true", "false", ""], n, p=[0.5, 0.4, 0.1]),
        "letter": rng.choice(list("abcdefghij"), n, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.04, 0.02, 0.02, 0.01, 0.01]),
        "gaps": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n).round(4)),
        "rank": rng.choice(["lo", "mid", "hi"], n),
        "kind": rng.choice(list("uvw"), n, p=[0.6, 0.3, 0.1]),
    })
    d["y"] = (rng.normal(size=n) + np.arange(n) * 0.05 + (d.letter == "a") * 2 + d.gaps.fillna(0)).round(4)
    return d


def encoding_scores():
    """R2 of ridge where every encoded column is made here by hand, from the train rows."""
    path = str(HERE / "encodings.csv")
    encoding_table().to_csv(path, index=False)
    d = pd.read_csv(path)
    when = pd.to_datetime(d.when)
    fixed = pd.DataFrame({
        "year": when.dt.year, "month": when.dt.month, "weekday": when.dt.day_of_week + 1,
        "days": (when - pd.Timestamp("1970-01-01")).dt.total_seconds() / 86400,
        "flag": d.flag.map({True: 1.0, False: 0.0}), "gaps": d.gaps,
    })
    scores = []
    for train, test in splits_of(path, "y", ENCODE):
        x = fixed.copy()
        x["rank"] = d["rank"].map({level: i for i, level in enumerate(sorted(d["rank"][train].unique()))})
        x["kind"] = d.kind.map(d.kind[train].value_counts() / len(train)).fillna(0)
        numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), list(x.columns)
        x["letter"] = d.letter
        letters = OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["letter"]
        pipe = make_pipeline(make_column_transformer(numbers, letters), Ridge()).fit(x.iloc[train], d.y[train])
        scores.append(m.r2_score(d.y[test], pipe.predict(x.iloc[test])))
    return {"flags": ENCODE, "r2": scores}


def write(name, value):
    (HERE / name).write_text(json.dumps(value, separators=(",", ":"), default=float).replace("},{", "},\n{") + "\n")


warnings.simplefilter("ignore")
print("scikit-learn", sklearn.__version__, file=sys.stderr)
write("metrics.json", metric_cases())
write("encodings.json", encoding_scores())
write("scores.json", scores())
