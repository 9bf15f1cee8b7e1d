"""What an executor costs: beside threads of one process, and as workers are added.

    python benches/scale_overhead.py

The first table has a built-in model on processes and on threads. The second has a model that sleeps, so that 64 workers fit into
one machine: each worker has the same number of splits, so that a run takes as long on one as on 64, but for what the executor
and the joining of parts cost.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, Callable

import numpy as np

import randsplit as rs

RUNS = 3
MODEL = "boost:n_estimators=20"
ROWS, COLUMNS, SPLITS = 4_000, 10, 80
NAP, EACH = 0.1, 16


class Sleeper:
    """A model that takes its time and none of the processor's, but for what is fitted again for the report."""

    #: Fits that are still to take their time.
    naps = 0

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {}

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Sleeper":
        if Sleeper.naps > 0:
            Sleeper.naps -= 1
            time.sleep(NAP)
        self.mean_ = float(np.mean(y))
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.full(len(x), self.mean_)


def seconds(work: Callable[[], rs.Report]) -> tuple[float, str]:
    """Return how long a run takes, and its report."""
    start = time.perf_counter()
    text = work().to_json()
    return time.perf_counter() - start, text


def beside_threads() -> None:
    """Print what processes take beside threads."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, COLUMNS))
    y = x[:, 0] * x[:, 1] + rng.normal(size=ROWS)
    more: dict[str, Any] = {"splits": SPLITS, "metrics": ["r2"], "checks": False, "progress": False}
    print(f"| boost, {ROWS:,} x {COLUMNS}, {SPLITS} splits | threads | ProcessPoolExecutor | more |\n| --- | --- | --- | --- |")
    for workers in (1, 2):
        with ProcessPoolExecutor(workers) as pool:
            rs.evaluate("ols", x, y, executor=pool, **{**more, "splits": 8})
            # By turns, so that what else the machine does is borne by both.
            both = [
                (
                    seconds(lambda: rs.evaluate(MODEL, x, y, n_jobs=workers, **more)),
                    seconds(lambda: rs.evaluate(MODEL, x, y, executor=pool, n_jobs=1 if workers == 1 else -1, **more)),
                )
                for _ in range(RUNS)
            ]
        here, there = (statistics.median(side[at][0] for side in both) for at in (0, 1))
        (_, text), (_, other) = both[0]
        assert text == other
        print(f"| {workers} | {here:.2f} s | {there:.2f} s | {100 * (there / here - 1):+.1f} % |", flush=True)


def as_workers_are_added() -> None:
    """Print what is not sleep, by the number of workers."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 5))
    y = x.sum(axis=1) + rng.normal(size=500)
    print("\n| workers | splits | time | of it sleep | overhead | overhead a split |\n| --- | --- | --- | --- | --- | --- |")
    for workers in (1, 4, 16, 64):
        splits = EACH * workers

        def work(pool: Executor, splits: int = splits) -> rs.Report:
            Sleeper.naps = splits
            return rs.evaluate(
                Sleeper(), x, y, splits=splits, metrics=["r2"], executor=pool, checks=False, repeat_check=0, progress=False
            )

        with ThreadPoolExecutor(workers) as pool:
            taken = statistics.median(seconds(lambda: work(pool))[0] for _ in range(RUNS))
        over = taken - NAP * EACH
        print(
            f"| {workers} | {splits} | {taken:.2f} s | {NAP * EACH:.2f} s | {over:.2f} s | {1000 * over / splits:.2f} ms |",
            flush=True,
        )


if __name__ == "__main__":
    beside_threads()
    as_workers_are_added()
