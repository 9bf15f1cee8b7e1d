"""Reports of scores that were made elsewhere."""

from __future__ import annotations

import json
import os
from typing import Any, Mapping, Sequence

import numpy as np

from . import _core
from ._errors import setting
from ._judging import judging
from ._report import Report
from ._table import columns_of, is_frame, table


def from_scores(
    scores: Any,
    *,
    metric: str | None = None,
    n_train: int | None = None,
    n_test: int | None = None,
    test_size: float | None = None,
    baseline: str | None = None,
    metrics: Sequence[str] = (),
    greater_is_better: bool | Mapping[str, bool] | None = None,
    claims: Sequence[str] | str = (),
    claims_files: Sequence[str | os.PathLike[str]] = (),
    fail_below: Mapping[str, float] | None = None,
    fail_above: Mapping[str, float] | None = None,
    confidence: float | None = None,
    allow_failed: int | float | None = None,
    rope: str | Sequence[str] | None = None,
) -> Report:
    """Sum up, compare and judge scores that were made elsewhere, as those of :func:`evaluate`.

    Parameters
    ----------
    scores : DataFrame, path, dict or array
        - a data frame, or the path of a CSV or Parquet file, with columns ``split``, ``model``, ``metric`` and ``score``, and
          ``n_train`` and ``n_test`` where they are known; or with a column for each metric;
        - a dict of the scores of each model, one a split, of one ``metric``;
        - the scores of one model, such as ``cross_validate(...)["test_score"]``.
    metric : str, optional
        The metric of a dict or array of scores.
    n_train, n_test : int, optional
        Rows of each split. Without them, or ``test_size``, no interval is corrected for the overlap of splits, and none
        is given.
    test_size : float, optional
        The share of the rows that is tested, in place of the two.
    baseline : str, optional
        The model that the others are held against; none if not given.
    metrics : sequence of str
        The metrics to take, the first as the primary one; all if not given.
    greater_is_better : bool or dict, optional
        Which way a metric gets better whose name is not known.
    claims, claims_files, fail_below, fail_above, confidence, allow_failed, rope
        As for :func:`evaluate`.

    Returns
    -------
    Report

    Examples
    --------
    >>> import randsplit as rs
    >>> scores = {"svr": [0.41, 0.52, 0.47, 0.44], "ridge": [0.40, 0.49, 0.46, 0.45]}
    >>> report = rs.from_scores(scores, metric="r2", n_train=353, n_test=89)
    >>> report.models
    ['svr', 'ridge']
    """
    if isinstance(scores, (str, os.PathLike)):
        rows = _core.Table.from_path(os.fspath(scores))
    elif is_frame(scores):
        columns = columns_of(scores)
        assert columns is not None
        rows = table(scores, columns[0])
    else:
        rows = _long(scores, metric)
    better: list[tuple[str, bool]] = []
    if isinstance(greater_is_better, Mapping):
        better = [(str(name), bool(value)) for name, value in greater_is_better.items()]
    elif greater_is_better is not None:
        named = [metric] if metric is not None else list(metrics)
        if not named:
            raise setting("greater_is_better is of no metric; give a dict of metrics, or name them in metrics")
        better = [(name, bool(greater_is_better)) for name in named]
    asked = {
        "metrics": list(metrics),
        "directions": better,
        "baseline": baseline,
        "n_train": n_train,
        "n_test": n_test,
        "test_size": test_size,
        "judging": judging(claims, claims_files, fail_below, fail_above, confidence, allow_failed, rope),
    }
    return Report(_core.from_scores(rows, json.dumps(asked)))


def _long(scores: Any, metric: str | None) -> _core.Table:
    """Return the scores of one metric as a table with a line a score."""
    if metric is None:
        raise setting("of which metric are the scores? give metric, as in metric='r2'")
    models = dict(scores) if isinstance(scores, Mapping) else {"model": scores}
    lines: dict[str, list[Any]] = {"split": [], "model": [], "score": []}
    for name, values in models.items():
        array = np.asarray(values, dtype=np.float64)
        if array.ndim != 1 or len(array) == 0:
            raise setting(f"the scores of {name!r} have the shape {array.shape}; give a list with one for each split")
        lines["split"].extend(range(len(array)))
        lines["model"].extend([str(name)] * len(array))
        lines["score"].extend(array.tolist())
    columns = [
        ("split", np.array(lines["split"], dtype=np.int64)),
        ("model", np.array(lines["model"], dtype=object)),
        ("metric", np.array([metric] * len(lines["split"]), dtype=object)),
        ("score", np.array(lines["score"], dtype=np.float64)),
    ]
    return table(None, columns)
