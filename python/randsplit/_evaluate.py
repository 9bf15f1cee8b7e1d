"""Evaluations of models of any kind."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import Any, Mapping, Sequence

import numpy as np

from ._asked import Asked, active_backend, is_local, source
from ._errors import made, setting
from ._hosted import fit_arguments, names_of
from ._judging import judging, tables
from ._metrics import MetricLike, resolve
from ._report import Report
from ._table import Data, data, described

#: Permutations are scored on so many splits where nothing is said.
_NULL_SPLITS = 20


def evaluate(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    target: str | None = None,
    splits: int | str = 100,
    seed: int = 0,
    scheme: str | None = None,
    test_size: float | int | None = None,
    train_size: float | int | None = None,
    groups: Any = None,
    time: Any = None,
    gap: int = 0,
    stratify: str | None = None,
    metrics: Sequence[MetricLike] | MetricLike | None = None,
    claims: Sequence[str] | str = (),
    claims_files: Sequence[str | os.PathLike[str]] = (),
    behaviours: Sequence[Mapping[str, Any]] | Mapping[str, Any] = (),
    fail_below: Mapping[str, float] | None = None,
    fail_above: Mapping[str, float] | None = None,
    confidence: float | None = None,
    allow_failed: int | float | None = None,
    rope: str | Sequence[str] | None = None,
    probes: Sequence[str] | str = (),
    probe_splits: int | None = None,
    chains: Sequence[str] = (),
    grids: Sequence[str] = (),
    tunes: Sequence[str] = (),
    permutations: int | None = None,
    task: str | None = None,
    positive: Any = None,
    features: Sequence[str] = (),
    drop: Sequence[str] = (),
    id: str | None = None,
    encode: Mapping[str, str] | None = None,
    na: Sequence[str] = (),
    keep_na: Sequence[str] = (),
    text: Sequence[str] = (),
    number: Sequence[str] = (),
    sample_weight: Any = None,
    fit_params: Mapping[str, Any] | None = None,
    error_score: str = "record",
    timeout: float | None = None,
    engine: str = "auto",
    checks: bool = True,
    repeat_check: int | None = None,
    timings: bool = False,
    sample_rows: int | None = None,
    memory: str | None = None,
    n_jobs: int | None = -1,
    executor: Any = None,
    progress: bool | None = None,
) -> Report:
    """Evaluate models on many train/test splits and report the distribution of their scores.

    Parameters
    ----------
    model : estimator, callable, str, or dict or list of these
        - a scikit-learn compatible estimator or pipeline, which is cloned for each split;
        - a factory ``(seed) -> estimator`` or a class;
        - a function ``(X_train, y_train, X_test) -> predictions`` (for classes labels, or probabilities with a column
          for each class of the train rows in sorted order);
        - a name such as ``"ridge:alpha=1"`` of a built-in model (``randsplit models`` lists them), or
          ``"python:FILE:NAME"``, ``"worker:COMMAND"``, ``"cmd:COMMAND"``;
        - a dict of several by name, or a list of them. The baseline is always there.
    X : DataFrame, array or path
        The features: a pandas, polars or pyarrow table, an array of shape (n_rows, n_features), or the path of a CSV or
        Parquet file. A model is given rows of it as the type that it is. Other things with rows, such as a sparse matrix, a
        list of texts or an array of images, are passed to models of Python's as they are.
    y : array of shape (n_rows,) or str
        The target, or the name of its column in ``X``. Rows without a target are left out.
    target : str, optional
        The name of the target's column in ``X``; the same as a name for ``y``.
    splits : int or "auto", default 100
        Number of splits; with ``"auto"`` as many as it takes to decide the claims.
    seed : int, default 0
        Seed of all randomness. Models that draw without a seed of their own are seeded for each split.
    scheme : str, optional
        How splits are drawn, such as ``"kfold:5x10"``; stratified for classes and shuffle for numbers if not given
        (``randsplit schemes`` lists them).
    test_size, train_size : float or int, optional
        Share or number of rows; a fifth are test rows if not given.
    groups, time : array of shape (n_rows,) or str, optional
        Rows with equal groups stay on one side of a split; with a time test rows are later than train rows. An array is no
        feature; a column of ``X`` that is named as ``time`` stays one.
    gap : int, default 0
        Rows left out between the train and test rows of a split by time.
    stratify : str, optional
        The column of ``X`` to keep in proportion, in place of the target.
    metrics : str, callable, Metric, or sequence of these, optional
        Names of randsplit's metrics or of scikit-learn's scorers, scorers, or functions ``(y_true, y_pred) -> float``
        (see :class:`Metric`). The first is the primary one.
    claims : sequence of str
        Such as ``"p05(r2) >= 0.35"``; see ``docs/statistics.md``.
    claims_files : sequence of path
        TOML files of claims and behaviours.
    behaviours : sequence of dict
        What models must do whatever they score, each with the keys of a ``[[behaviour]]`` of a claims file, such as
        ``{"name": "more with more", "test": "direction", "column": "bmi", "prediction": "rises"}``; see ``docs/probes.md``.
    fail_below, fail_above : dict, optional
        Bounds on the worst split by metric, such as ``{"r2": 0.3}``.
    confidence : float, optional
        Claims are judged by their bounds at this confidence; by what is observed if not given.
    allow_failed : int or float, optional
        Number or share of the splits that may have no score before a claim about them fails.
    rope : str or sequence of str, optional
        Differences up to which models count as equal, such as ``"0.01"`` or ``"r2=0.02"``.
    probes : sequence of str
        Such as ``["importance", "calibration"]``; ``randsplit probes`` lists them.
    probe_splits : int, optional
        Probe only the first so many splits.
    chains, grids, tunes : sequence of str
        As the command's flags ``--chain``, ``--grid`` and ``--tune``.
    permutations : int, optional
        Test whether there is a pattern at all by so many permutations of the target.
    task : {"regression", "classification"}, optional
        Told by the estimator or by the values of the target if not given.
    positive : optional
        The positive class of two; the last in sorted order if not given.
    features, drop, encode, na, keep_na, text, number : optional
        Which columns are used and how they are read, as the command's flags of these names. ``features`` and ``drop`` also
        concern what models of Python's are given.
    id : str, optional
        The column of ``X`` that names rows in the report. It is no feature.
    sample_weight : array of shape (n_rows,), optional
        Passed to ``fit``, of a pipeline to that of its last step.
    fit_params : dict, optional
        Further arguments of ``fit``; those with a value for each row are cut to the train rows.
    error_score : {"record", "raise"}, default "record"
        Whether a split whose fit raises is counted as failed, or ends the run with that exception.
    timeout : float, optional
        Seconds that one fit or prediction of a model of Python's may take.
    engine : {"auto", "shared", "per-split"}
        How built-in models are fitted.
    checks : bool, default True
        Whether the data is checked for leaks, ids, equal rows, groups, time order and absent classes.
    repeat_check : int, optional
        On how many splits each model is fitted twice, to name one that differs from itself; two for models that are not
        built in and none for those that are, if not given.
    timings : bool, default False
        Whether the report says how long each model took.
    sample_rows : int, optional
        Use so many of the rows, drawn by the seed.
    memory : str, optional
        Memory that may be taken, such as ``"8GB"``; four fifths of what there is if not given. Of a Parquet file that does
        not fit three times, the linear models, naive Bayes and the discriminants are fitted in passes over its rows.
    n_jobs : int or None, default -1
        Number of processes (threads for built-in models); -1 for one a core, ``None`` for what
        ``joblib.parallel_config`` says, which also chooses another backend than loky. Results do not depend on it.
    executor : Executor, Client or "joblib", optional
        Does the splits in place of this process: a ``concurrent.futures.Executor``, such as a ``ProcessPoolExecutor`` or
        ``MPIPoolExecutor``, a client of Dask or its executor, or ``"joblib"`` for what ``joblib.parallel_config`` says,
        which is meant by itself where that is no backend of this machine, such as ``"dask"``, ``"ray"`` and ``"spark"``.
        A task is a range of splits, 256 at most, and each worker has four or more. In a task built-in models take
        ``n_jobs`` threads if that is above 0 and else one, and models of Python's are fitted one after another. See
        ``docs/python.md``.
    progress : bool, optional
        Whether a progress bar is shown, by tqdm; in a terminal or notebook where tqdm is installed if not given.

    Returns
    -------
    Report
        Also after Ctrl-C, of the splits that were done (``report.partial``).

    Raises
    ------
    RandsplitError
        A ``ValueError`` that says what is wrong and what to do.

    Examples
    --------
    >>> import randsplit as rs
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> X, y = load_diabetes(return_X_y=True)
    >>> report = rs.evaluate(Ridge(), X, y, splits=20, metrics=["r2"], n_jobs=1)
    >>> report.models
    ['Ridge']
    """
    arguments = dict(locals())
    if arguments.pop("executor") is None and is_local(active_backend()):
        question = asked(arguments)
        return Report(question.run(), question=question)
    from ._executors import evaluate_on

    return evaluate_on("joblib" if executor is None else executor, arguments)


def asked(arguments: Mapping[str, Any]) -> Asked:
    """Return what :func:`evaluate` would ask of the compiled part.

    Parameters
    ----------
    arguments : mapping
        All arguments of :func:`evaluate` by name, but the executor.
    """
    a = SimpleNamespace(**arguments)
    names, models = _named(a.model)
    native = {name: value for name, value in zip(names, models) if isinstance(value, str)}
    foreign = {name: value for name, value in zip(names, models) if not isinstance(value, str)}
    rows = data(a.X, a.y, {"group": a.groups, "time": a.time}, a.target)
    if foreign and rows.x is None:
        rows = data(_read(a.X), a.y, {"group": a.groups, "time": a.time}, a.target)
    if rows.opaque:
        _check_opaque(native, a.probes or a.behaviours, a.X)
    if foreign:
        _leave_out(rows, a.features, a.drop, a.id)
    task = _task_of(list(foreign.values())) if a.task is None else a.task
    if a.n_jobs == 0:
        raise setting("n_jobs=0 does no work; give -1 for one a core")
    if a.permutations is not None and a.permutations < 1:
        raise setting(f"permutations={a.permutations}: give a number from 1 up")
    settings: dict[str, Any] = {
        "target": rows.target,
        "task": task,
        "positive": None if a.positive is None else str(a.positive),
        "features": list(a.features),
        "drop": [*a.drop, *(column for use, column in rows.extra.items() if rows.x is not None and column not in rows.names)],
        "id": a.id,
        "encode": list((a.encode or {}).items()),
        "na": list(a.na),
        "keep_na": list(a.keep_na),
        "text": list(a.text),
        "number": list(a.number),
        **_count(a.splits),
        "scheme": a.scheme,
        "test_size": a.test_size,
        "train_size": a.train_size,
        "seed": a.seed,
        "group": rows.extra.get("group"),
        "time": rows.extra.get("time"),
        "stratify": a.stratify,
        "gap": a.gap,
        "models": list(native.values()),
        "grids": list(a.grids),
        "tunes": list(a.tunes),
        "judging": judging(
            a.claims, a.claims_files, a.fail_below, a.fail_above, a.confidence, a.allow_failed, a.rope
        ),
        "behaviours": tables(a.behaviours, "behaviours"),
        "null": None if a.permutations is None else [a.permutations, _NULL_SPLITS],
        "probes": [a.probes] if isinstance(a.probes, str) else list(a.probes),
        "probe_splits": a.probe_splits,
        "chains": list(a.chains),
        "checks": a.checks and not rows.opaque,
        "repeat_check": a.repeat_check,
        "engine": a.engine,
        "timings": a.timings,
        "timeout": a.timeout,
        "memory": a.memory,
        "sample_rows": a.sample_rows,
        "python": sys.executable or None,
    }
    order, own = resolve(a.metrics if a.metrics is not None else [], rows.y)
    settings["metrics"] = order
    if a.error_score not in ("record", "raise"):
        raise setting(f"error_score={a.error_score!r} is neither 'record' nor 'raise'; give one of these")
    return Asked(
        rows=rows,
        settings=settings,
        metrics=own,
        models=foreign,
        sources=[source(model) for model in foreign.values()],
        fit=_fit_arguments(foreign, a.sample_weight, a.fit_params, rows),
        raises=a.error_score == "raise",
        n_jobs=a.n_jobs,
        progress=a.progress,
    )


def _named(model: Any) -> tuple[list[str], list[Any]]:
    """Return models with their names."""
    if isinstance(model, Mapping):
        if not model:
            raise setting("there is no model in the dict; give at least one")
        for name, value in model.items():
            if isinstance(value, str) and value != name:
                model = {**model, name: f"{name}={value}"}
        return [str(name) for name in model], list(model.values())
    models = list(model) if isinstance(model, (list, tuple)) else [model]
    if not models:
        raise setting("there is no model in the list; give at least one")
    names = names_of([None if isinstance(m, str) else m for m in models])
    for at, value in enumerate(models):
        if isinstance(value, str):
            names[at] = f"{value} {at}"
        elif not callable(value) and not (hasattr(value, "fit") and hasattr(value, "predict")):
            raise made(
                "invalid-model",
                2,
                f"{described(value)} is no model; give an estimator with fit and predict, a function, or a name",
            )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise setting(f"two models are called {twice!r}; give a dict, as in {{'a': ..., 'b': ...}}")
    return names, models


def _read(path: Any) -> Any:
    """Read a file as a data frame, for models that are given its rows."""
    name = os.fspath(path)
    plain = name.lower().removesuffix(".gz")
    try:
        import pandas as pd
    except ImportError:
        pd = None
    if pd is not None:
        return pd.read_parquet(path) if plain.endswith((".parquet", ".pq")) else pd.read_csv(path)
    try:
        import polars as pl
    except ImportError:
        raise setting("a model of Python's needs pandas or polars to be given the rows of a file; install one") from None
    return pl.read_parquet(path) if plain.endswith((".parquet", ".pq")) else pl.read_csv(path)


def _check_opaque(native: dict[str, Any], probes: Any, x: Any) -> None:
    if native:
        name = next(iter(native.values()))
        raise setting(f"X is {described(x)}, no table, which the built-in model {name!r} cannot use; give a table")
    if probes:
        raise setting(f"X is {described(x)}, no table, whose columns cannot be probed; leave out probes and behaviours")


def _leave_out(rows: Data, features: Sequence[str], drop: Sequence[str], id: str | None) -> None:
    """Give models of Python's only the columns that are features."""
    from fnmatch import fnmatchcase

    def named(name: str, patterns: Sequence[str]) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns)

    group = rows.extra.get("group")
    out = {name for name in (id, group) if name in rows.names and not named(str(name), features)}
    kept = [
        at
        for at, name in enumerate(rows.names)
        if name not in out and not named(name, drop) and (not features or named(name, features))
    ]
    if len(kept) == len(rows.names):
        return
    names = [rows.names[at] for at in kept]
    if hasattr(rows.x, "iloc"):
        rows.x = rows.x.iloc[:, kept]
    elif hasattr(rows.x, "select"):
        rows.x = rows.x.select(names)
    else:
        rows.x = np.asarray(rows.x)[:, kept]
    rows.names = names


def _count(splits: int | str) -> dict[str, Any]:
    if splits == "auto":
        return {"auto": True, "splits": 2000}
    if isinstance(splits, bool) or not isinstance(splits, (int, np.integer)) or splits < 1:
        raise setting(f"splits={splits!r} is no number of splits; give one from 1 up, or 'auto'")
    return {"splits": int(splits)}


def _task_of(models: Sequence[Any]) -> str | None:
    """Return the task that estimators say they are for, where they agree."""
    tasks = {task for task in map(_task_of_one, models) if task is not None}
    if len(tasks) == 2:
        raise setting("one of the models is a classifier and another a regressor; evaluate them apart")
    return next(iter(tasks), None)


def _task_of_one(model: Any) -> str | None:
    if not hasattr(model, "fit") or isinstance(model, type):
        return None
    try:
        from sklearn.base import is_classifier, is_regressor
    except ImportError:
        kind = getattr(model, "_estimator_type", None)
        return {"classifier": "classification", "regressor": "regression"}.get(str(kind))
    try:
        return "classification" if is_classifier(model) else "regression" if is_regressor(model) else None
    except Exception:
        return None


def _fit_arguments(
    models: dict[str, Any], sample_weight: Any, fit_params: Mapping[str, Any] | None, rows: Data
) -> dict[str, tuple[bool, Any]]:
    given = dict(fit_params or {})
    if sample_weight is not None:
        last = {steps[-1][0] for steps in (getattr(model, "steps", None) for model in models.values()) if steps}
        given[f"{last.pop()}__sample_weight" if len(last) == 1 else "sample_weight"] = sample_weight
    if given and not models:
        raise setting("built-in models take no sample_weight and no fit_params; leave them out")
    return fit_arguments(given, 0 if rows.y is None else len(rows.y))
