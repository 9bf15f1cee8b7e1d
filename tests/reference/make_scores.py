"""data/svm_kernels.csv: the scores of scikit-learn's example "Statistical comparison of models using grid search", and what
its page says of them, by scipy.

Usage: python3 tests/reference/make_scores.py   (needs numpy, pandas, scipy and scikit-learn)
"""
import itertools
import pathlib

import numpy as np
import pandas as pd
from scipy.stats import t
from sklearn.datasets import make_moons
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold
from sklearn.svm import SVC

X, y = make_moons(noise=0.352, random_state=1, n_samples=100)
grid = [{"kernel": ["linear"]}, {"kernel": ["poly"], "degree": [2, 3]}, {"kernel": ["rbf"]}]
cv = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
results = GridSearchCV(SVC(random_state=0), grid, scoring="roc_auc", cv=cv).fit(X, y).cv_results_
scores = pd.DataFrame(
    {
        "_".join(str(value) for value in params.values()): [results[f"split{k}_test_score"][at] for k in range(100)]
        for at, params in enumerate(results["params"])
    }
)
table = scores.melt(ignore_index=False, var_name="model", value_name="score").rename_axis("split").reset_index()
table.insert(2, "metric", "roc_auc")
table["n_train"], table["n_test"] = 90, 10
table.to_csv(pathlib.Path(__file__).parents[2] / "data" / "svm_kernels.csv", index=False)
for a, b in itertools.combinations(["rbf", "linear", "3_poly", "2_poly"], 2):
    d = scores[a] - scores[b]
    error = d.std(ddof=1) * np.sqrt(1 / 100 + 10 / 90)
    print(a, b, "t", d.mean() / error, "one-sided p", t.sf(d.mean() / error, 99), "P(better)", t.cdf(d.mean() / error, 99))
