"""What `randsplit.evaluate` costs beside scikit-learn's `cross_validate`, with the same estimator, rows, splits and number of
processes, both in this process and by turns.

Usage: python_overhead.py [REPEATS]
"""

from __future__ import annotations

import statistics
import sys
import time

import joblib
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_validate

import randsplit as rs


class Waits(RegressorMixin, BaseEstimator):
    """A model that takes 50 ms of a processor to fit, whatever the rows."""

    def __init__(self, seconds: float = 0.05) -> None:
        self.seconds = seconds

    def fit(self, x, y):
        """Work for so long."""
        end = time.process_time() + self.seconds
        while time.process_time() < end:
            pass
        self.mean_ = float(np.mean(y))
        return self

    def predict(self, x):
        """Return the mean."""
        return np.full(len(x), self.mean_)


def seconds(work) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(name: str, model, x, y, splits: int, jobs: int, repeats: int) -> None:
    """Print the medians of both sides, and what randsplit takes more, in all and a split."""
    plan = rs.SplitPlan(splits)
    sides = {
        "randsplit": lambda: rs.evaluate(
            model, x, y, splits=splits, metrics=["r2"], n_jobs=jobs, progress=False, checks=False
        ),
        "cross_validate": lambda: cross_validate(
            model, x, y, cv=plan, scoring="r2", n_jobs=jobs, return_train_score=True
        ),
    }
    times: dict[str, list[float]] = {side: [] for side in sides}
    for side in sides.values():
        side()
    for _ in range(repeats):
        for side, work in sides.items():
            times[side].append(seconds(work))
    ours, theirs = (statistics.median(times[side]) for side in sides)
    print(
        f"{name}: randsplit {ours:.2f} s, cross_validate {theirs:.2f} s, "
        f"{100 * (ours / theirs - 1):+.1f} %, {1000 * (ours - theirs) / splits:+.2f} ms a split"
    )


def main() -> None:
    """Compare a slow model on a larger table and a fast one on a small table."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20_000, 30)), rng.normal(size=20_000)
    print(f"{joblib.cpu_count()} cores, medians of {repeats}, train and test scores on both sides")
    compare("50 ms a fit, 20,000 x 30, 200 splits, 2 processes", Waits(), x, y, 200, 2, repeats)
    x, y = load_diabetes(return_X_y=True)
    compare("Ridge, 442 x 10, 1,000 splits, 1 process", Ridge(), x, y, 1000, 1, repeats)
    compare("Ridge, 442 x 10, 1,000 splits, 2 processes", Ridge(), x, y, 1000, 2, repeats)


if __name__ == "__main__":
    main()
