"""What arithmetic and memory allow at best, how times grow, and where they go: the second half of docs/benchmarks.md."""
import os
import re
import shutil
import subprocess
import tempfile
import time

import numpy as np


def timed(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class Machine:
    """Bytes a second that one thread reads, and double-precision operations a second of its matrix products."""

    def __init__(self):
        block = np.ones(40_000_000)
        self.bandwidth = block.nbytes / min(timed(lambda: block.sum()) for _ in range(3))
        a = np.ones((1500, 1500))
        self.rate = 2 * 1500**3 / min(timed(lambda: a @ a) for _ in range(3))

    def describe(self):
        return (f"Memory is read at {self.bandwidth / 1e9:.1f} GB/s and matrices multiplied at {self.rate / 1e9:.0f} Gflop/s by "
                "numpy on one thread.")

    def floor(self, data, model, share, threads):
        """Least milliseconds a split, or None where work is no arithmetic on matrices (sorts, counts, searches).

        Each kind counts what cannot be left out: products of the test rows, which are taken from those of all rows; for
        models that go on from the optimum of all rows one pass of slopes; the predictions for all rows; of neighbours the
        distances to six rows. A block of 64 splits reads the table once.
        """
        match = re.fullmatch(r"made_(\d+)x(\d+)(?:_(\w+))?", data)
        if not match:
            return None
        n, p = int(match[1]), int(match[2])
        k = int(match[3]) if (match[3] or "").isdigit() and match[3] != "2" else 1
        name = model.split(":")[0]
        products, passes, predictions = share * n * p**2, 4 * n * p * k, 2 * n * p * k
        flops = {
            "ridge": products + predictions, "ols": products + predictions, "lasso": products + predictions,
            "elastic-net": products + predictions, "logistic": passes + predictions, "glm": passes + predictions,
            "lda": products + 2 * predictions, "qda": products + 2 * n * p**2, "nb": 6 * n * p, "knn": 6 * 3 * n * p,
        }.get(name)
        if flops is None:
            return None
        return max(flops / self.rate, n * p * 8 / 64 / self.bandwidth) / threads * 1e3


# (model, data, splits): the first of each group, then one size changed at a time.
GROWTH = [
    [("ridge", "made_100000x20", 64), ("ridge", "made_1000000x20", 64), ("ridge", "made_100000x80", 64),
     ("ridge", "made_100000x20", 256)],
    [("logistic", "made_20000x20_2", 64), ("logistic", "made_100000x20_2", 64), ("logistic", "made_20000x80_2", 64),
     ("logistic", "made_20000x20_2", 256), ("logistic", "made_20000x20_4", 64), ("logistic", "made_20000x20_16", 64)],
    [("knn", "made_10000x10", 64), ("knn", "made_50000x10", 64), ("knn", "made_10000x40", 64), ("knn", "made_10000x10", 256)],
    [("tree", "made_10000x10", 16), ("tree", "made_50000x10", 16), ("tree", "made_10000x40", 16), ("tree", "made_10000x10", 64)],
    [("boost:early_stopping=false", "made_50000x10", 8), ("boost:early_stopping=false", "made_200000x10", 8),
     ("boost:early_stopping=false", "made_50000x40", 8), ("boost:early_stopping=false", "made_50000x10", 32),
     ("boost:early_stopping=false", "made_50000x10_5", 8)],
]
TYPICAL = [("ridge", "made_1000000x20", 64), ("logistic", "made_50000x20_2", 256), ("boost:early_stopping=false", "made_200000x10", 4)]


def growth(machine, run):
    """A table of times on one thread; `run` gives seconds of the loop for (data, model, splits)."""
    lines = ["| model | rows × columns, classes | splits | ms a split, one thread | of the first | floor, ms |",
             "| --- | --- | --- | --- | --- | --- |"]
    for group in GROWTH:
        first = None
        for model, data, splits in group:
            each = run(data, model, splits) / splits * 1e3
            first = first or each
            floor = machine.floor(data, model, 0.2, 1)
            shape, _, kind = data[5:].partition("_")
            rows, columns = map(int, shape.split("x"))
            size = f"{rows:,} × {columns}" + (f", {kind}" if kind else "")
            lines.append(f"| {model.split(':')[0]} | {size} | {splits} | {each:.3g} | {each / first:.2f} × | "
                         f"{f'{floor:.3g}' if floor else ''} |")
    return lines


def profile(command, most=6):
    """The functions that take most of a run on one thread, by samples of `perf`; None where there is no perf."""
    perf = shutil.which("perf")
    if perf is None:
        return None
    with tempfile.NamedTemporaryFile() as out:
        record = [perf, "record", "-q", "-o", out.name, *command]
        if subprocess.run(record, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            return None
        report = subprocess.run([perf, "report", "-i", out.name, "--stdio", "--no-children", "--sort", "symbol"],
                                capture_output=True, text=True).stdout
    shares = {}
    for percent, symbol in re.findall(r"^\s*([\d.]+)%\s+\[.\]\s+(.+)$", report, re.M):
        # After the name stand columns for shared libraries, and generic parameters say nothing here.
        symbol = re.sub(r"<[^<>]*>", "", re.sub(r"<[^<>]*>", "", symbol.split("  ")[0])).strip()
        symbol = "::".join(symbol.replace("randsplit::", "").split("::")[-3:])
        symbol = "vector kernels (pulp)" if "vectorize" in symbol else symbol
        shares[symbol] = shares.get(symbol, 0) + float(percent)
    top = sorted(shares.items(), key=lambda s: -s[1])[:most]
    return ", ".join(f"{name.replace('|', '')} {share:.0f} %" for name, share in top)


def command(binary, path, target, model, splits, share):
    return [binary, "eval", str(path), "-t", target, "-m", model, "-n", str(splits), "--test-size", str(share), "-j", "1", "-q",
            "-o", os.devnull, "-f", "json"]
