#!/usr/bin/env python3
"""Times randsplit beside scikit-learn: the same rows, the same splits, both sides by turns in one session.

    cargo build --release && python benches/vs_sklearn.py --data path/to/diamonds.csv [--only ridge] [--quick]

Writes docs/benchmarks.md. scikit-learn fits pipelines (median imputation and standardisation of numbers, one-hot
encoding of text) with cross_validate on the splits that `randsplit splits` draws, with 1 and with 2 processes, the
better counts. Only the loop over splits is timed, after loading. LightGBM stands in where it is named; trees get numbers
as they are. Needs scikit-learn, LightGBM, pandas and pyarrow.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import floors
import lightgbm
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, PoissonRegressor, Ridge
from sklearn.model_selection import cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

WATCH = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""
ROOT = Path(__file__).resolve().parent.parent
BOOST = "boost:early_stopping=false"
LIGHT = {"n_estimators": 100, "num_leaves": 31, "learning_rate": 0.1, "min_child_samples": 20, "verbose": -1}
# What fits columns as they are.
UNSCALED = (DecisionTreeRegressor, ExtraTreesRegressor, RandomForestRegressor, HistGradientBoostingRegressor,
            lightgbm.LGBMRegressor, lightgbm.LGBMClassifier)
# name: data, target, our model, their model, our splits, their splits, test size, required ratio, drawn models
CASES = {
    "diabetes ridge": ("diabetes", "target", "ridge", Ridge(alpha=1.0), 5000, 100, 0.2, 500, False),
    "breast cancer logistic": ("breast_cancer", "target", "logistic", LogisticRegression(max_iter=1000), 2000, 100, 0.2, 50, False),
    "diamonds ridge": ("diamonds", "price", "ridge", Ridge(alpha=1.0), 100, 10, 0.2, 60, False),
    "diamonds tree, depth 6": ("diamonds", "price", "tree:max_depth=6", DecisionTreeRegressor(max_depth=6, random_state=0), 100, 10, 0.2, 10, False),
    "diamonds knn 5": ("diamonds", "price", "knn", KNeighborsRegressor(), 40, 4, 0.2, 30, False),
    "diamonds forest, 100 full trees": ("diamonds", "price", "forest", RandomForestRegressor(100, random_state=0), 4, 2, 0.2, 4, True),
    "diamonds boost, 100 x 31 leaves": ("diamonds", "price", "boost", HistGradientBoostingRegressor(random_state=0), 8, 8, 0.2, 3, True),
    "made 1,000,000 x 20 ridge": ("made_1000000x20", "y", "ridge", Ridge(alpha=1.0), 50, 2, 0.2, 30, False),
    "made 1,000,000 x 20 ols": ("made_1000000x20", "y", "ols", LinearRegression(), 64, 2, 0.2, 30, False),
    "made 50,000 x 30 ridge, 3 of text, gaps": ("made_50000x30_mixed", "y", "ridge", Ridge(alpha=1.0), 256, 10, 0.2, 100, False),
    "made 50,000 x 50 lasso": ("made_50000x50", "y", "lasso:alpha=0.1", Lasso(alpha=0.1), 256, 10, 0.2, 50, False),
    "made 50,000 x 50 elastic net": ("made_50000x50", "y", "elastic-net:alpha=0.1", ElasticNet(alpha=0.1), 256, 10, 0.2, 50, False),
    "made 50,000 x 20 logistic": ("made_50000x20_2", "y", "logistic", LogisticRegression(max_iter=1000), 256, 10, 0.2, 60, False),
    "made 5,800 x 85 logistic": ("made_5800x85_2", "y", "logistic", LogisticRegression(max_iter=1000), 512, 20, 0.2, 40, False),
    "made 1,800 x 64 logistic, 10 classes": ("made_1800x64_10", "y", "logistic", LogisticRegression(max_iter=1000), 256, 20, 0.2, 5, False),
    "made 50,000 x 20 poisson": ("made_50000x20_counts", "y", "glm:alpha=1", PoissonRegressor(max_iter=1000), 256, 10, 0.2, 30, False),
    "made 5,800 x 85 lda": ("made_5800x85_2", "y", "lda", LinearDiscriminantAnalysis(), 512, 20, 0.2, 40, False),
    "made 5,800 x 85 qda": ("made_5800x85_2", "y", "qda", QuadraticDiscriminantAnalysis(), 256, 20, 0.2, 40, False),
    "made 5,800 x 85 naive Bayes": ("made_5800x85_2", "y", "nb", GaussianNB(), 512, 20, 0.2, 40, False),
    "made 1,800 x 64 knn 5, 10 classes": ("made_1800x64_10", "y", "knn", KNeighborsClassifier(), 256, 20, 0.2, 30, False),
    "made 50,000 x 10 knn 5": ("made_50000x10", "y", "knn", KNeighborsRegressor(), 128, 2, 0.2, 30, False),
    "made 20,000 x 10 tree, full depth": ("made_20000x10", "y", "tree", DecisionTreeRegressor(random_state=0), 64, 8, 0.2, 8, False),
    "made 20,000 x 20 extra-trees, 100": ("made_20000x20", "y", "extra-trees", ExtraTreesRegressor(100, random_state=0), 4, 2, 0.2, 6, True),
    "made 20,000 x 20 forest, 100": ("made_20000x20", "y", "forest", RandomForestRegressor(100, random_state=0), 4, 2, 0.2, 6, True),
    "made 1,800 x 64 svm rbf, 10 classes": ("made_1800x64_10", "y", "svm", OneVsRestClassifier(SVC()), 32, 4, 0.2, 8, False),
    "made 200,000 x 10 boost, LightGBM": ("made_200000x10", "y", BOOST, lightgbm.LGBMRegressor(**LIGHT), 32, 4, 0.2, 3, True),
    "made 50,000 x 10 boost, 95 % zeros, LightGBM": ("made_50000x10_zeros", "y", BOOST, lightgbm.LGBMRegressor(**LIGHT), 32, 8, 0.2, 3, True),
    "made 50,000 x 10 boost, half whole numbers, LightGBM": ("made_50000x10_whole", "y", BOOST, lightgbm.LGBMRegressor(**LIGHT), 32, 8, 0.2, 3, True),
    "made 50,000 x 10 boost, skewed, LightGBM": ("made_50000x10_skewed", "y", BOOST, lightgbm.LGBMRegressor(**LIGHT), 32, 8, 0.2, 3, True),
    "made 200,000 x 10 boost, 2 classes, LightGBM": ("made_200000x10_2", "y", BOOST, lightgbm.LGBMClassifier(**LIGHT), 32, 4, 0.2, 3, True),
    "made 200,000 x 10 boost, 5 classes, LightGBM": ("made_200000x10_5", "y", BOOST, lightgbm.LGBMClassifier(**LIGHT), 8, 2, 0.2, 3, True),
    "made 2,000 x 100 ols": ("made_2000x100", "y", "ols", LinearRegression(), 500, 500, 0.1, 50, False),
}


def made(folder, rows, columns, kind=""):
    """A table of independent normal columns, and a linear target with noise, counts, or so many classes.

    Of a mixed one the last three columns are text of 4, 12 and 40 levels, and five have a tenth of their values missing.
    Columns that are 0 in 95 % of rows, whole numbers in half of them, or lognormal have waves of their logarithms as target.
    """
    path = folder / f"made_{rows}x{columns}_{kind}.parquet"
    if not path.exists():
        rng = np.random.default_rng(0)
        x = rng.normal(size=(rows, columns))
        table = pd.DataFrame(x, columns=[f"x{j}" for j in range(columns)])
        if kind == "counts":
            table["y"] = rng.poisson(np.exp(x @ rng.normal(size=columns) / columns**0.5)).astype(float)
        elif kind == "mixed":
            table["y"] = x @ rng.normal(size=columns) + 3 * rng.normal(size=rows)
            for name, levels in zip(table.columns[columns - 3:columns], (4, 12, 40)):
                table[name] = pd.qcut(table[name], levels, labels=[f"level {k}" for k in range(levels)]).astype(str)
            for name in table.columns[:5]:
                table.loc[rng.random(rows) < 0.1, name] = np.nan
        elif kind in ("zeros", "whole", "skewed"):
            if kind == "zeros":
                x = np.where(rng.random(x.shape) < 0.95, 0, np.exp(x))
            elif kind == "whole":
                x = np.where(rng.random(x.shape) < 0.5, rng.integers(0, 60, size=x.shape), 60 * rng.random(x.shape))
            else:
                x = np.exp(2 * x)
            table = pd.DataFrame(x, columns=table.columns)
            table["y"] = np.sin(2 * np.log1p(x)).sum(axis=1) + 0.3 * rng.normal(size=rows)
        elif kind:
            scores = x @ rng.normal(size=(columns, int(kind))) + 3 * rng.normal(size=(rows, int(kind)))
            table["y"] = [f"class {k}" for k in scores.argmax(axis=1)]
        else:
            table["y"] = x @ rng.normal(size=columns) + 3 * rng.normal(size=rows)
        table.to_parquet(path)
    return path


def find(name, options, folder):
    if name.startswith("made_"):
        shape, _, kind = name[5:].partition("_")
        return made(folder, *map(int, shape.split("x")), kind)
    if name == "diamonds":
        return Path(options.data) if options.data else None
    return ROOT / "data" / f"{name}.csv"


def ours(options, path, target, model, splits, test_size, threads=0):
    """One run of randsplit: seconds of its loop, peak memory in MiB, scores of the first metric."""
    command = [options.bin, "eval", str(path), "-t", target, "-m", model, "-n", str(splits), "--test-size", str(test_size),
               "-j", str(threads), "--timings", "-f", "json"]
    # The peak of a child counts that of the process that it was forked from: a small one, not this one.
    run = subprocess.run([sys.executable, "-SEc", WATCH, *command], capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed: {run.stderr}")
    report, peak = json.loads(run.stdout), int(run.stderr.split()[-1])
    metric = report["metrics"][0]
    scores = [s["scores"][metric] for s in report["models"][0]["splits"]]
    return report["timings"]["splits"], peak / 1024, scores


def peer(path, target, model, plan, jobs):
    """Seconds of scikit-learn's loop over the given splits, and its scores."""
    table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    y, x = table.pop(target), table
    numbers = [c for c in x if x[c].dtype.kind in "fiub"]
    texts = [c for c in x if c not in numbers]
    encode = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (make_pipeline(SimpleImputer(strategy="most_frequent"),
                       OneHotEncoder(handle_unknown="ignore", sparse_output=False)), texts))
    classes = y.dtype.kind not in "fiu"
    ranked = ["neg_log_loss", "roc_auc_ovr"] if hasattr(model, "predict_proba") else []
    scoring = ["accuracy", *ranked] if classes else ["r2", "neg_root_mean_squared_error", "neg_mean_absolute_error"]
    if isinstance(model, UNSCALED) and not texts and not x.isna().any(axis=None):
        encode = "passthrough"
    if isinstance(model, (lightgbm.LGBMRegressor, lightgbm.LGBMClassifier)):
        model = model.set_params(n_jobs=os.cpu_count() if jobs == 1 else 1)
    pipe = make_pipeline(encode, model)
    started = time.perf_counter()
    result = cross_validate(pipe, x, y, cv=plan, scoring=scoring, n_jobs=jobs)
    return time.perf_counter() - started, list(result[f"test_{scoring[0]}"])


def plan_of(options, path, target, splits, test_size, folder):
    out = folder / "plan.parquet"
    subprocess.run([options.bin, "splits", str(path), "-t", target, "-n", str(splits), "--test-size", str(test_size),
                    "-o", str(out)], check=True, capture_output=True)
    plan = pd.read_parquet(out)
    return [(g.row[g.part == "train"].to_numpy(), g.row[g.part == "test"].to_numpy()) for _, g in plan.groupby("split")]


def run_case(name, options, folder, machine, missed):
    data, target, spec, model, many, few, test_size, required, drawn = CASES[name]
    path = find(data, options, folder)
    if path is None:
        return f"| {name} | not run: give --data diamonds.csv | | | | | | | |"
    plan = plan_of(options, path, target, few, test_size, folder)
    our_times, their_times, memory = [], {1: [], 2: []}, 0
    for _ in range(options.repeats):
        seconds, peak, scores = ours(options, path, target, spec, many, test_size)
        our_times.append(seconds / many * 1e3)
        memory = max(memory, peak)
        for jobs in their_times:
            seconds, peers = peer(path, target, model, plan, jobs)
            their_times[jobs].append(seconds / few * 1e3)
    one = statistics.median(
        ours(options, path, target, spec, many, test_size, threads=1)[0] for _ in range(options.repeats))
    mine, theirs = statistics.median(our_times), min(statistics.median(t) for t in their_times.values())
    gap = np.array(scores[:few]) - np.array(peers)
    if drawn:
        error = gap.std(ddof=1) / np.sqrt(few)
        agree = f"mean {gap.mean():+.5f} ± {error:.5f}"
    else:
        agree = f"largest {np.abs(gap).max():.1e}"
    ratio = theirs / mine
    scaling = one / many * 1e3 / mine
    floor = machine.floor(data, spec, test_size, os.cpu_count())
    if ratio < required:
        seen = floors.profile(floors.command(options.bin, path, target, spec, few if drawn else many, test_size))
        missed.append(f"| {name} | {ratio:,.3g} × of {required} × | {mine:,.3g} | {f'{floor:,.3g}' if floor else ''} | "
                      f"{seen or 'perf is not installed'} |")
    print(f"{name}: {theirs:.3f} / {mine:.3f} ms = {ratio:.0f}, {agree}", flush=True)
    return (f"| {name} ({many:,} / {few} splits) | {theirs:,.3g} | {mine:,.3g} | {ratio:,.3g} × | {required} × | "
            f"{f'{floor:,.3g}' if floor else ''} | {agree} | {scaling:.2f} × | {memory:,.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    parser.add_argument("--bin", default=f"{target}/release/randsplit")
    parser.add_argument("--data", help="diamonds.csv, which does not ship with the project")
    parser.add_argument("--only", nargs="*", default=[""], help="parts of the names of cases to run")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one repeat")
    parser.add_argument("--out", default=ROOT / "docs" / "benchmarks.md")
    options = parser.parse_args()
    options.repeats = 1 if options.quick else options.repeats
    git = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        machine, missed = floors.Machine(), []
        rows = [run_case(n, options, folder, machine, missed)
                for n in CASES if any(part in n for part in options.only)]
        seconds = lambda data, model, splits: ours(options, find(data, options, folder), "y", model, splits, 0.2, threads=1)[0]
        sizes = floors.growth(machine, seconds)
        places = [f"- {model.split(':')[0]}, {data[5:]}, {splits} splits: " + (floors.profile(floors.command(
            options.bin, find(data, options, folder), "y", model, splits, 0.2), 10) or "perf is not installed") + "."
            for model, data, splits in floors.TYPICAL]
    text = [
        "# Benchmarks", "",
        "Written by `benches/vs_sklearn.py`. Both sides fit the same rows of the same splits, by turns in one session; only",
        "the loop over splits is timed, after loading, with as many processes or threads as cores (scikit-learn: the better",
        f"of 1 and 2 jobs), the median of {options.repeats}. randsplit's time includes its shared preparation, a baseline and "
        "the scores",
        "of the train rows, which scikit-learn's does not; both are divided by the number of splits (of randsplit / of",
        "scikit-learn), in which randsplit's preparation is spread over many as in a run of 500. Peak memory is of the whole randsplit process, loading included.", "",
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}; scikit-learn {sklearn.__version__}, numpy "
        f"{np.__version__}; randsplit at {git.stdout.strip()}; {time.strftime('%Y-%m-%d')}.", "",
        "| data, model | scikit-learn, ms a split | randsplit, ms a split | ratio | asked for | floor, ms | "
        "scores, randsplit less scikit-learn | 2 threads over 1 | peak MiB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |", *rows, "",
        "Boosting: scikit-learn sees text as one-hot columns here, randsplit as levels; both stop early on rows they draw",
        "themselves. Forests draw different random numbers. Trees and neighbours may differ where values tie. Support",
        "vector machines are one against the rest on both sides, and both stop at a tolerance of 1e-3. LightGBM has 100 trees of 31",
        "leaves on both sides, without early stopping, and the better of two threads and two processes. scikit-learn's",
        "logistic regression stops at a tolerance of 1e-4, and randsplit goes on to the optimum, so that a few labels differ.", "",
        "The floor is what all threads need at best for work that cannot be left out: products of the test rows, one pass of",
        "slopes for models that go on from the optimum of all rows, predictions for all rows, of neighbours the distances to six",
        "rows; at the rates below, and with the table read once for 64 splits. Sorts, counts and searches of trees and the steps",
        "of support vector machines have no such bound.", "",
        "## What misses its aim", "",
        "Shares are samples of one thread, of the whole process, in the program's own functions and libraries.", "",
        "| data, model | ratio | ms a split | floor, ms | where the time goes |", "| --- | --- | --- | --- | --- |",
        *missed, "",
        "## Growth", "", machine.describe(), "", *sizes, "",
        "## Where the time goes", "", "One thread, shares of samples:", "", *places, ""]
    Path(options.out).write_text("\n".join(text))


if __name__ == "__main__":
    main()
