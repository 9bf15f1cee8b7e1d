"""Reference values for comparisons: baycomp's correlated t test, the corrected t test and a permutation test.

Usage: python3 tests/reference/compare.py   (needs numpy, scipy, scikit-learn and baycomp)
"""
import json
import pathlib

import baycomp
import numpy as np
from scipy import stats
from sklearn.datasets import make_regression
from sklearn.linear_model import Ridge
from sklearn.model_selection import ShuffleSplit, permutation_test_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(5)

# Ten-fold cross-validation, three times: n_test / n_train = 1 / 9.
folds, runs = 10, 3
a = 0.80 + 0.03 * rng.standard_normal(folds * runs)
b = a - 0.015 + 0.02 * rng.standard_normal(folds * runs)
comparisons = []
for rope in (0.0, 0.01, 0.02):
    worse, equal, better = (
        baycomp.two_on_single(b, a, rope=rope, runs=runs)[::1]
        if rope > 0
        else (lambda p: (p[0], 0.0, p[1]))(baycomp.two_on_single(b, a, rope=0, runs=runs))
    )
    # baycomp gives the probabilities that its first, neither, and its second are better.
    comparisons.append({"rope": rope, "worse": worse, "equal": equal, "better": better})
d = a - b
n = len(d)
error = d.std(ddof=1) * np.sqrt(1 / n + 1 / (folds - 1))
t = d.mean() / error
half = stats.t.ppf(0.975, n - 1) * error
corrected = {"mean": d.mean(), "t": t, "p": 2 * stats.t.sf(abs(t), n - 1), "ci95": [d.mean() - half, d.mean() + half]}

# A pattern so weak that the permutation test is not sure of it.
x = rng.standard_normal((60, 3))
y = 0.22 * x[:, 0] + rng.standard_normal(60)
table = here / "weak.csv"
np.savetxt(table, np.column_stack([x, y]), delimiter=",", header="a,b,c,y", comments="", fmt="%.12g")
splits = ShuffleSplit(40, test_size=0.2, random_state=0)
score, null, p = permutation_test_score(
    make_pipeline(StandardScaler(), Ridge(1.0)), x, y, cv=splits, n_permutations=4000, random_state=1, scoring="r2"
)
permutation = {"p": p, "score": score, "null_mean": null.mean(), "null_sd": null.std(ddof=1)}
json.dump(
    {"a": a.tolist(), "b": b.tolist(), "bayes": comparisons, "corrected": corrected, "permutation": permutation},
    open(here / "compare.json", "w"),
    indent=1,
)
