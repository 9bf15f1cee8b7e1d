"""A table in memory means what the CSV file of that table means."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.linear_model import Ridge

import randsplit as rs

from conftest import DATA

FILES = [
    ("diabetes.csv", "target", "ridge"),
    ("penguins.csv", "species", "logistic"),
    ("titanic.csv", "survived", "tree"),
    ("iris.csv", "target", "lda"),
]


def essence(report: rs.Report) -> str:
    """Return a report without the name of its table."""
    data = report.to_dict()
    data["data"].pop("path")
    return json.dumps(data)


def readers(path: Path):
    """Return a file in the forms that the package reads."""
    frame = pd.read_csv(path)
    yield "pandas", frame
    yield "pandas with its own types", frame.convert_dtypes()
    yield "polars", pl.read_csv(path, null_values=["NA", ""])
    yield "pyarrow", pa.Table.from_pandas(frame, preserve_index=False)


@pytest.mark.parametrize("file, target, model", FILES)
def test_frames_give_the_report_of_the_file(file: str, target: str, model: str) -> None:
    path = DATA / file
    whole = rs.evaluate(model, path, target, splits=10)
    for name, frame in readers(path):
        assert essence(rs.evaluate(model, frame, target, splits=10)) == essence(whole), name


def test_the_target_may_stand_apart(penguins) -> None:
    x, y = penguins
    whole = rs.evaluate("logistic", pd.concat([x, y], axis=1), "species", splits=5)
    assert essence(rs.evaluate("logistic", x, y, splits=5)) == essence(whole)
    assert essence(rs.evaluate("logistic", pl.from_pandas(x), pl.Series("species", list(y)), splits=5)) == essence(whole)
    listed = rs.evaluate("logistic", x, list(y), splits=5).to_dict()
    assert listed["data"]["target"] == "y"
    assert listed["models"][0]["metrics"] == whole.to_dict()["models"][0]["metrics"]


def test_every_kind_of_column_means_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    n = 80
    frame = pd.DataFrame(
        {
            "whole": rng.integers(-5, 5, n),
            "small": rng.integers(0, 200, n).astype(np.uint8),
            "half": rng.normal(size=n).astype(np.float32).astype(float),
            "gaps": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
            "flag": rng.random(n) < 0.5,
            "kind": rng.choice(["a", "b", "c"], n),
            "moment": pd.Timestamp("2021-03-04 05:06:07") + pd.to_timedelta(rng.integers(0, 10**7, n), unit="s"),
            "day": [datetime.date(2020, 1, 1) + datetime.timedelta(days=int(d)) for d in rng.integers(0, 900, n)],
        }
    )
    frame.loc[3, "kind"] = None
    frame["y"] = frame["whole"] + frame["flag"] + rng.normal(size=n)
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    whole = rs.evaluate("ridge", path, "y", splits=5)
    kinds = {f["name"]: f["kind"] for f in whole.to_dict()["data"]["features"]}
    assert kinds["flag"] == "boolean" and kinds["moment"] == kinds["day"] == "time" and kinds["kind"] == "text"
    forms = {
        "pandas": frame,
        "nullable": frame.convert_dtypes(),
        "category": frame.astype({"kind": "category"}),
        "polars": pl.from_pandas(frame),
        "pyarrow": pa.Table.from_pandas(frame, preserve_index=False),
        "dictionary": pa.Table.from_pandas(frame.astype({"kind": "category"}), preserve_index=False),
    }
    for name, form in forms.items():
        assert essence(rs.evaluate("ridge", form, "y", splits=5)) == essence(whole), name


def test_whole_numbers_beyond_two_to_the_53(tmp_path: Path) -> None:
    big = 2**53 + 1
    frame = pd.DataFrame({"id": [big + i for i in range(40)], "x": range(40), "y": [i % 7 for i in range(40)]})
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    whole = rs.evaluate("ridge", path, "y", splits=5, task="regression")
    for form in (frame, pl.from_pandas(frame), pa.Table.from_pandas(frame)):
        assert essence(rs.evaluate("ridge", form, "y", splits=5, task="regression")) == essence(whole)


def test_arrays_have_columns_by_number(few) -> None:
    x, y = few
    data = rs.evaluate("ridge", x, y, splits=5).to_dict()["data"]
    assert [f["name"] for f in data["features"]] == ["x0", "x1", "x2"] and data["target"] == "y"
    lists = rs.evaluate("ridge", x.tolist(), y.tolist(), splits=5)
    assert essence(lists) == essence(rs.evaluate("ridge", x, y, splits=5))
    assert essence(rs.evaluate("ridge", x, y[:, None], splits=5)) == essence(lists)


def test_pandas_alone_is_enough(monkeypatch, penguins) -> None:
    import sys

    whole = essence(rs.evaluate("logistic", *penguins, splits=5))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert essence(rs.evaluate("logistic", *penguins, splits=5)) == whole


@pytest.mark.parametrize(
    "x, y, words",
    [
        (np.ones((5, 2)), np.ones(4), "y has 4 values and X has 5 rows"),
        (np.ones((5, 2)), np.ones((5, 2)), "y has the shape (5, 2)"),
        (np.ones((5, 2)), None, "there is no target"),
        (np.ones((5, 2)), "price", "names a column"),
        (pd.DataFrame({"a": [1, 2]}), "b", "X has no column 'b'; it has a"),
        ("nowhere.csv", "y", "nowhere.csv"),
        ("nowhere.csv", np.ones(3), "name of its target column"),
        (np.zeros((5, 2), dtype=complex), np.ones(5), "complex"),
    ],
)
def test_bad_tables_are_told(x, y, words: str) -> None:
    with pytest.raises(rs.RandsplitError) as caught:
        rs.evaluate("ridge", x, y)
    assert words in str(caught.value)


def test_errors_are_values() -> None:
    with pytest.raises(rs.ModelError) as caught:
        rs.evaluate("rigde", DATA / "diabetes.csv", "target")
    assert isinstance(caught.value, ValueError)
    assert "ridge" in str(caught.value) and caught.value.code == "invalid-model" and caught.value.exit_code == 2
    with pytest.raises(rs.SettingError) as caught:
        rs.evaluate("ridge", DATA / "diabetes.csv", "target", test_size=1.5)
    # Settings are named as Python spells them.
    assert "test_size" in str(caught.value) and "--" not in str(caught.value)


def test_a_table_that_does_not_fit_is_read_in_passes_or_sampled(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    frame = pl.DataFrame({"a": rng.normal(size=5_000), "b": rng.normal(size=5_000)})
    frame = frame.with_columns((pl.col("a") - 2 * pl.col("b") + rng.normal(size=5_000)).alias("y"))
    path = str(tmp_path / "d.parquet")
    frame.write_parquet(path)
    more: dict[str, Any] = {"splits": 6, "metrics": ["r2"], "progress": False}
    whole = rs.evaluate("ridge", path, "y", **more)
    passes = rs.evaluate("ridge", path, "y", memory="50KB", **more)
    assert "fitted in passes" in str(passes.to_dict()["warnings"])
    assert "fitted in passes" not in str(whole.to_dict()["warnings"])
    r2 = [[s["scores"]["r2"] for s in report.to_dict()["models"][0]["splits"]] for report in (whole, passes)]
    assert r2[0] == pytest.approx(r2[1], abs=1e-10) and len(r2[0]) == 6
    with pytest.raises(rs.RandsplitError, match="memory='much' is no size; give a size above 0 with its unit"):
        rs.evaluate("ridge", path, "y", memory="much", **more)
    for model in ("ridge", Ridge()):
        sample = rs.evaluate(model, frame, "y", sample_rows=1_000, n_jobs=1, **more)
        assert sample.to_dict()["data"]["rows_used"] == 1_000
        assert sample.to_dict()["models"][0]["splits"][0]["n_test"] == 200
    with pytest.raises(rs.RandsplitError, match="take a sample by sample_rows=100000"):
        rs.evaluate("boost", path, "y", memory="50KB", **more)
