"""Checks that a table which does not fit is evaluated within the memory that is given, to the scores of a run in memory.

Usage: large.py RANDSPLIT [ROWS]

Without a number 20,000,000 rows of 20 columns are made, in the folder for temporary files: that takes 10 GB there, and the run in
memory that it is compared with takes 13 GB. The gate does it with fewer.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 20_000_000
COLUMNS = 20
GROUP = 500_000
# What a run takes whatever the rows, and for each of them; 1.5 GB at most.
LEAST, EACH, LIMIT = 3e8, 75, 1.5e9
# A forked child's peak counts that of its parent: a small process starts the program.
WATCH = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss * 1024, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def write(path, rows):
    """Write a table of numbers on several scales with a linear target, a row group at a time."""
    rng = np.random.default_rng(0)
    slopes = rng.normal(size=COLUMNS)
    names = [f"x{c}" for c in range(COLUMNS)]
    writer = None
    for _ in range(0, rows, GROUP):
        x = rng.normal(size=(GROUP, COLUMNS))
        y = x @ slopes + 3 * rng.normal(size=GROUP)
        columns = [pa.array(np.ascontiguousarray(10.0 ** (c % 4) * x[:, c])) for c in range(COLUMNS)]
        table = pa.table([*columns, pa.array(y)], names=[*names, "y"])
        writer = writer or pq.ParquetWriter(path, table.schema, compression="none", use_dictionary=False)
        writer.write_table(table)
    writer.close()


def run(path, *more):
    """Return the report of a run, and its peak memory in bytes."""
    command = [sys.argv[1], "eval", str(path), "-t", "y", "-m", "ridge", "-f", "json", "-q", "--no-config", *more]
    done = subprocess.run([sys.executable, "-SEc", WATCH, *command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return json.loads(done.stdout), int(done.stderr.split()[-1])


def scores(report, splits):
    """Return the scores of the first splits, on test and train rows."""
    of_splits = report["models"][0]["splits"][:splits]
    return np.array([[*s["scores"].values(), *s["train_scores"].values()] for s in of_splits])


def main():
    """Make the table, and compare."""
    with tempfile.TemporaryDirectory() as folder:
        rows = int(sys.argv[2]) if len(sys.argv) > 2 else ROWS
        path = Path(folder) / "large.parquet"
        write(path, rows)
        size = path.stat().st_size
        os.environ["TMPDIR"] = folder
        passes, peak = run(path, "-n", "64", "--memory", f"{rows // 20_000}MB")
        assert len(passes["models"][0]["splits"]) == 64
        assert "fitted in passes" in str(passes["warnings"]), passes["warnings"]
        print(f"{rows:,} x {COLUMNS}, {size / 1e9:.1f} GB: 64 splits of ridge in passes, peak {peak / 1e6:.0f} MB")
        assert peak < min(LIMIT, LEAST + EACH * rows), f"{peak} bytes"
        metrics = ",".join(passes["metrics"])
        memory, more = run(path, "-n", "2", "--metric", metrics, "--memory", "1TB", "--no-checks")
        assert "fitted in passes" not in str(memory["warnings"])
        ours, theirs = scores(passes, 2), scores(memory, 2)
        assert ours.shape == theirs.shape and ours.shape[1] >= 6, ours.shape
        gap = (abs(ours - theirs) / np.maximum(abs(theirs), 1e-3)).max()
        print(f"the same 2 splits in memory, peak {more / 1e9:.1f} GB: scores agree to {gap:.1e}")
        assert gap <= 1e-9


if __name__ == "__main__":
    main()
