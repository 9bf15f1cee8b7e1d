#!/usr/bin/env python3
"""Writes what scikit-learn's models do under stated behaviours, and in a chain, to behaviours.json.

    cargo build --release && python tests/reference/make_behaviours.py [path/to/randsplit]

Run from the top of the checkout. Needs scikit-learn (1.7 or newer) and pandas; CI does not run it. The splits are
those that randsplit draws, the inner folds those of inner_folds.json; tests/it/behaviours.rs compares.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score, roc_auc_score, root_mean_squared_error
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

BINARY = sys.argv[1] if len(sys.argv) > 1 else "target/release/randsplit"
HERE = Path(__file__).parent
SPLITS = 4


def splits(path, flags):
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "plan.csv"
        subprocess.run([BINARY, "splits", path, *flags, "-n", str(SPLITS), "-o", out], check=True)
        plan = pd.read_csv(out)
    for _, part in plan.groupby("split"):
        yield part.row[part.part == "train"].to_numpy(), part.row[part.part == "test"].to_numpy()


def ridge():
    return make_pipeline(StandardScaler(), Ridge())


def knn():
    return make_pipeline(StandardScaler(), KNeighborsRegressor())


def logistic():
    return make_pipeline(StandardScaler(), LogisticRegression(tol=1e-12, max_iter=10**6, solver="newton-cholesky"))


def kept(name, bad, sizes):
    return {
        f"behaviour[{name}]": 1 - bad.mean(),
        f"behaviour_size[{name}]": sizes.mean() if len(sizes) else 0.0,
        f"behaviour_most[{name}]": max(sizes, default=0.0),
    }


def numbers(make):
    """Behaviours of a model for numbers on diabetes, as stated in TOML and as computed here."""
    toml = """
[[behaviour]]
name = "scale"
test = "invariance"
column = "bmi"
scale = 1.5
tolerance = 5
[[behaviour]]
name = "rise"
test = "direction"
column = "s1"
prediction = "rises"
by = 0.05
tolerance = 1
[[behaviour]]
name = "step"
test = "direction"
column = "s5"
prediction = "falls"
[[behaviour]]
name = "heavy"
test = "slice"
column = "bmi"
from = 0.05
metric = "rmse"
at_most = 70
[[behaviour]]
name = "spare"
test = "no-use"
columns = ["s1", "s2", "bmi"]
metric = "mae"
[[behaviour]]
name = "known"
test = "examples"
rows = [{ bmi = 0.1 }, { bmi = -0.05, s5 = 0.02 }]
like = 7
at_least = 100
[[behaviour]]
name = "rate"
test = "parity"
column = "sex"
measure = "rate"
ratio = 0.5
[[behaviour]]
name = "calibrated"
test = "parity"
column = "sex"
measure = "calibration"
ratio = 0.5
[[behaviour]]
name = "errors"
test = "parity"
column = "sex"
measure = "score"
metric = "mae"
ratio = 0.5
"""
    table = pd.read_csv("data/diabetes.csv")
    y = table.pop("target")
    found = {}
    for train, test in splits("data/diabetes.csv", ["-t", "target"]):
        x, t = table.iloc[test], y.iloc[test]
        model = make().fit(table.iloc[train], y.iloc[train])
        own = model.predict(x)
        values = {}
        moved = np.abs(model.predict(x.assign(bmi=x.bmi * 1.5)) - own)
        values |= kept("scale", moved > 5, moved)
        fall = own - model.predict(x.assign(s1=x.s1 + 0.05))
        values |= kept("rise", fall > 1, fall[fall > 1])
        rise = model.predict(x.assign(s5=x.s5 + table.s5.iloc[train].std(ddof=0))) - own
        values |= kept("step", rise > 0, rise[rise > 0])
        heavy = (x.bmi >= 0.05).to_numpy()
        values["behaviour[heavy]"] = root_mean_squared_error(t[heavy], own[heavy])
        fewer = table.drop(columns=["s1", "s2", "bmi"])
        without = make().fit(fewer.iloc[train], y.iloc[train]).predict(fewer.iloc[test])
        values["behaviour[spare]"] = mean_absolute_error(t, without) - mean_absolute_error(t, own)
        rows = pd.concat([table.iloc[[7]].assign(bmi=0.1), table.iloc[[7]].assign(bmi=-0.05, s5=0.02)])
        got = model.predict(rows)
        values |= {"behaviour[known]": (got >= 100).mean(), "behaviour_least[known]": got.min()}
        values["behaviour_most[known]"] = got.max()
        groups = [(x.sex == sex).to_numpy() for sex in np.sort(table.sex.unique())]
        figures = {
            "rate": [own[g].mean() for g in groups],
            "calibrated": [t[g].mean() / own[g].mean() for g in groups],
            "errors": [mean_absolute_error(t[g], own[g]) for g in groups],
        }
        values |= {f"behaviour[{name}]": min(f) / max(f) for name, f in figures.items()}
        for name, value in values.items():
            found.setdefault(name, []).append(float(value))
    return toml, found


def classes():
    """The same for classes on breast_cancer."""
    toml = """
[[behaviour]]
name = "same class"
test = "invariance"
column = "worst texture"
scale = 1.1
[[behaviour]]
name = "probability"
test = "invariance"
column = "worst texture"
scale = 1.1
tolerance = 0.02
[[behaviour]]
name = "larger is worse"
test = "direction"
column = "worst area"
prediction = "rises"
label = "malignant"
by = 200
[[behaviour]]
name = "known"
test = "examples"
rows = [{ "worst area" = 3000 }, { "worst area" = 300 }]
like = 0
label = "malignant"
[[behaviour]]
name = "large"
test = "slice"
column = "worst area"
from = 600
to = 1000
metric = "accuracy"
at_least = 0.8
[[behaviour]]
name = "ranked"
test = "no-use"
column = "worst texture"
metric = "roc_auc"
"""
    table = pd.read_csv("data/breast_cancer.csv")
    y = table.pop("target")
    found = {}
    for train, test in splits("data/breast_cancer.csv", ["-t", "target"]):
        x, t = table.iloc[test], y.iloc[test]
        model = logistic().fit(table.iloc[train], y.iloc[train])
        own, chance = model.predict(x), model.predict_proba(x)[:, 1]
        other = x.assign(**{"worst texture": x["worst texture"] * 1.1})
        flips = (model.predict(other) != own).astype(float)
        moved = np.abs(model.predict_proba(other)[:, 1] - chance)
        values = kept("same class", flips > 0, flips) | kept("probability", moved > 0.02, moved)
        larger = model.predict_proba(x.assign(**{"worst area": x["worst area"] + 200}))[:, 1]
        fall = chance - larger
        values |= kept("larger is worse", fall > 0, fall[fall > 0])
        rows = pd.concat([table.iloc[[0]].assign(**{"worst area": v}) for v in (3000.0, 300.0)])
        values["behaviour[known]"] = (model.predict(rows) == "malignant").mean()
        large = x["worst area"].between(600, 1000).to_numpy()
        values["behaviour[large]"] = accuracy_score(t[large], own[large])
        fewer = table.drop(columns=["worst texture"])
        without = logistic().fit(fewer.iloc[train], y.iloc[train]).predict_proba(fewer.iloc[test])[:, 1]
        values["behaviour[ranked]"] = roc_auc_score(t, chance) - roc_auc_score(t, without)
        assert list(model.classes_) == ["benign", "malignant"]
        for name, value in values.items():
            found.setdefault(name, []).append(float(value))
    return toml, found


def groups():
    """Groups of a column that is no feature, with rows that have no target."""
    toml = """
[[behaviour]]
name = "leagues"
test = "parity"
column = "League"
measure = "score"
metric = "mae"
ratio = 0.5
least = 15
"""
    features = ["AtBat", "Hits", "Walks", "Years"]
    flags = ["-t", "Salary", "--features", ",".join(features)]
    table = pd.read_csv("data/hitters.csv")
    found = {}
    for train, test in splits("data/hitters.csv", flags):
        model = ridge().fit(table[features].iloc[train], table.Salary.iloc[train])
        own, league = model.predict(table[features].iloc[test]), table.League.iloc[test]
        of = lambda name: mean_absolute_error(table.Salary.iloc[test][league == name], own[league == name])
        figures = {name: of(name) for name in ("A", "N")}
        found.setdefault("behaviour[leagues]", []).append(min(figures.values()) / max(figures.values()))
        for name, value in figures.items():
            found.setdefault(f"behaviour_group[leagues: {name}]", []).append(float(value))
    return toml, found


def chain():
    """bmi is predicted by the other columns; train rows by models that have not seen them."""
    table = pd.read_csv("data/diabetes.csv")
    y = table.pop("target")
    others = table.drop(columns="bmi")
    cases = json.loads((HERE / "inner_folds.json").read_text())
    found = {}
    for split in next(c for c in cases if c["data"] == "diabetes" and c["metric"] == "r2")["splits"]:
        train, test = split["train"], split["test"]
        upstream = lambda rows, of: ridge().fit(others.iloc[rows], table.bmi.iloc[rows]).predict(others.iloc[of])
        model = ridge().fit(table.iloc[train], y.iloc[train])
        guess = upstream(train, test)
        wrong = table.copy()
        wrong.loc[test, "bmi"] = guess
        for fold in split["folds"]:
            wrong.loc[fold["test"], "bmi"] = upstream(fold["train"], fold["test"])
        again = ridge().fit(wrong.iloc[train], y.iloc[train])
        true = r2_score(y.iloc[test], model.predict(table.iloc[test]))
        predicted = r2_score(y.iloc[test], model.predict(wrong.iloc[test]))
        values = {
            "true": true,
            "predicted": predicted,
            "retrained": r2_score(y.iloc[test], again.predict(wrong.iloc[test])),
            "loss": true - predicted,
            "upstream": r2_score(table.bmi.iloc[test], guess),
        }
        for name, value in values.items():
            found.setdefault(f"chain[bmi {name}]", []).append(float(value))
    return "", found


def case(data, flags, model, found):
    toml, values = found
    return {"data": data, "flags": flags, "model": model, "claims": toml, "values": values}


diabetes = ["-t", "target", "--metric", "r2"]
out = [
    case("diabetes", diabetes, "ridge", numbers(ridge)),
    case("diabetes", diabetes, "knn", numbers(knn)),
    case("breast_cancer", ["-t", "target"], "logistic:tol=1e-12", classes()),
    case("hitters", ["-t", "Salary", "--features", "AtBat,Hits,Walks,Years"], "ridge", groups()),
    case("diabetes", [*diabetes, "--chain", "bmi=ridge"], "ridge", chain()),
]
(HERE / "behaviours.json").write_text(json.dumps(out, indent=1) + "\n")
print(f"{HERE / 'behaviours.json'}: {sum(len(c['values']) for c in out)} readings of {SPLITS} splits")
