"""The examples of the docs run as they stand."""

from __future__ import annotations

import doctest
import os
import re
from pathlib import Path

import pytest

import randsplit as rs

TOP = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("page, least", [("README.md", 1), ("docs/python.md", 7)])
def test_the_blocks_of_a_page_run_in_order(page: str, least: int, tmp_path: Path, monkeypatch) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (TOP / page).read_text(), re.M | re.S)
    assert len(blocks) >= least
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    for name, value in list(names.items()):
        if name.startswith("test_"):
            value()  # type: ignore[operator]


def test_docstrings_run(monkeypatch) -> None:
    monkeypatch.chdir(TOP)
    tried = 0
    for name in ("__init__", "_evaluate", "_metrics", "_parts", "_splits"):
        module = __import__(f"randsplit.{name}" if name != "__init__" else "randsplit", fromlist=["x"])
        result = doctest.testmod(module)
        assert result.failed == 0, name
        tried += result.attempted
    assert tried >= 12


def test_every_public_name_is_there_and_documented() -> None:
    for name in rs.__all__:
        value = getattr(rs, name)
        assert name == "__version__" or value.__doc__, name
    assert set(dir(rs)) == set(rs.__all__)
    with pytest.raises(AttributeError):
        rs.nothing  # noqa: B018


def test_all_settings_of_the_command_are_settings() -> None:
    """A setting of `eval` is one of `evaluate`, or is known to have another form here."""
    import inspect
    import subprocess
    import sys

    help_text = subprocess.run(
        [sys.executable, "-m", "randsplit", "eval", "--help"], capture_output=True, text=True, check=True,
        env={**os.environ, "COLUMNS": "100"},
    ).stdout
    flags = {flag.replace("-", "_") for flag in re.findall(r"^\s+(?:-\w, )?--([a-z-]+)", help_text, re.M)}
    known = set(inspect.signature(rs.evaluate).parameters)
    other_form = {
        "claim": "claims", "claims": "claims_files", "metric": "metrics", "model": "model", "probe": "probes",
        "chain": "chains", "grid": "grids", "tune": "tunes", "group": "groups", "null": "permutations",
        "no_checks": "checks", "threads": "n_jobs", "quiet": "progress",
    }
    # Of files, terminals and processes of the command.
    not_here = {
        "config", "no_config", "python", "exchange", "verbose", "format", "output", "save_model", "csv_cells", "colour",
        "color", "ascii", "width", "wide", "detail", "help", "max_splits", "precision", "fail_fast", "undecided",
        "decimal", "thousands", "delimiter", "figures", "plot", "journal", "resume", "shard", "max_time",
        "save_predictions",
    }
    assert all(name in known for name in other_form.values())
    missing = flags - known - set(other_form) - not_here
    assert not missing, sorted(missing)


def test_the_notebook_runs() -> None:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(TOP / "examples" / "lucky_split.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = cells[0].outputs[-1]["data"]
    assert "svr" in shown["text/plain"] and "<pre>" in shown["text/html"]
