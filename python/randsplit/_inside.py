"""What is inside a fitted model: coefficients, importances and SHAP values, one a feature.

The features are those that the last step of a pipeline is given, which may be others than the columns of the table.
"""

from __future__ import annotations

import traceback
import warnings
from typing import Any, Callable, Sequence

import numpy as np


class Unfit(Exception):
    """Why a model has no such numbers, as a sentence."""


def taken_apart(estimator: Any) -> tuple[list[Any], Any]:
    """Return the fitted steps that change rows, and the model behind them: pipelines and searches are opened."""
    steps: list[Any] = []
    while True:
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
            continue
        own = getattr(estimator, "steps", None)
        if not isinstance(own, list) or not own:
            return steps, estimator
        steps += [step for _, step in own[:-1] if step is not None and not isinstance(step, str)]
        estimator = own[-1][1]


def attribute(model: Any, name: str) -> Any:
    """Return an attribute; None where there is none, or where the model has no use for it."""
    try:
        return getattr(model, name, None)
    except Exception:
        return None


def transformed(steps: Sequence[Any], rows: Any) -> Any:
    """Return rows as the last step is given them."""
    for step in steps:
        rows = step.transform(rows)
    return rows


def matrix(rows: Any) -> Any:
    """Return rows as numbers: a matrix, or a sparse one where they are sparse."""
    return rows.astype(np.float64) if hasattr(rows, "toarray") else np.asarray(rows, dtype=np.float64)


def means(cells: Any) -> np.ndarray:
    """Return the mean of each column."""
    return np.asarray(cells.mean(axis=0), dtype=np.float64).reshape(-1)


def spreads(cells: Any) -> np.ndarray:
    """Return the standard deviation of each column, with divisor n."""
    if hasattr(cells, "toarray"):
        squares = np.asarray(cells.multiply(cells).mean(axis=0), dtype=np.float64).reshape(-1)
        return np.asarray(np.sqrt(np.maximum(squares - means(cells) ** 2, 0.0)))
    return np.asarray(cells.std(axis=0), dtype=np.float64)


def names_of(steps: Sequence[Any], columns: Sequence[str], count: int, model: str) -> list[str]:
    """Return what the features are called: by the steps where they say it, else as the columns if there are as many."""
    names: list[str] | None = list(columns)
    for step in steps:
        try:
            names = [str(name) for name in step.get_feature_names_out(names or None)]
        except Exception:
            names = None
    if names is None or len(names) != count:
        names = list(columns)
    if len(names) != count:
        raise Unfit(f"{model} has {count} features, the table {len(names)} columns, and no step says what they are called")
    return distinct([plain(name, set(columns)) for name in names], names)


def plain(name: str, columns: set[str]) -> str:
    """Return the column of a name such as ``num__age``, which says by which transformer the column came."""
    rest = name
    while rest not in columns and "__" in rest:
        rest = rest.split("__", 1)[1]
    return rest if rest in columns else name


def distinct(short: list[str], whole: list[str]) -> list[str]:
    """Return a name for each feature, another for each: the short one where no other feature has it."""
    names = [name if short.count(name) == 1 else other for name, other in zip(short, whole)]
    taken: set[str] = set()
    for at, name in enumerate(names):
        number = 2
        while names[at] in taken:
            names[at], number = f"{name} {number}", number + 1
        taken.add(names[at])
    return names


def linear_terms(model: Any, classes: int) -> np.ndarray:
    """Return the coefficients of a linear model, outputs by features; ``classes`` is 0 for numbers."""
    name = type(model).__name__
    found = attribute(model, "coef_")
    if found is None:
        raise Unfit(f"{name} has no coef_")
    terms = np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=np.float64)
    terms = terms.reshape(1, -1) if terms.ndim == 1 else terms
    if terms.ndim != 2:
        raise Unfit(f"the coef_ of {name} has {terms.ndim} dimensions")
    # A support vector machine has some for each pair of classes.
    if classes > 2 and (hasattr(model, "n_support_") or len(terms) != classes):
        raise Unfit(f"{name} has no coefficients of its own for each of the {classes} classes")
    if classes <= 2 and len(terms) != 1:
        raise Unfit(f"{name} has {len(terms)} sets of coefficients, where one is expected")
    return terms


def coefficients(
    estimator: Any, train: Callable[[], Any], columns: Sequence[str], classes: int
) -> tuple[list[str], np.ndarray]:
    """Return names and coefficients, outputs by features: the change of an output for one standard deviation.

    Parameters
    ----------
    estimator : object
        The fitted model.
    train : callable
        Returns the rows that it was fitted to.
    columns : sequence of str
        The columns of these rows.
    classes : int
        Number of classes, 0 for numbers.
    """
    steps, model = taken_apart(estimator)
    terms = linear_terms(model, classes)
    names = names_of(steps, columns, terms.shape[1], type(model).__name__)
    return names, terms * spreads(matrix(transformed(steps, train())))


def importances(estimator: Any, columns: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Return names and ``feature_importances_``."""
    steps, model = taken_apart(estimator)
    found = attribute(model, "feature_importances_")
    if found is None:
        raise Unfit(f"{type(model).__name__} has no feature_importances_")
    values = np.asarray(found, dtype=np.float64).reshape(-1)
    return names_of(steps, columns, len(values), type(model).__name__), values


def shap_values(
    estimator: Any, train: Callable[[], Any], rows: Any, columns: Sequence[str], classes: int
) -> tuple[list[str], np.ndarray]:
    """Return names and mean absolute SHAP values over rows and outputs.

    A linear model has them exactly, with its train rows as background; those of trees are the package shap's.
    """
    steps, model = taken_apart(estimator)
    given = transformed(steps, rows)
    if attribute(model, "coef_") is not None:
        terms = linear_terms(model, classes)
        cells, centre = matrix(given), means(matrix(transformed(steps, train())))
        cells = cells.toarray() if hasattr(cells, "toarray") else cells
        values = np.abs((cells - centre)[:, :, None] * terms.T[None]).mean(axis=(0, 2))
    else:
        values = of_trees(model, given)
    return names_of(steps, columns, len(values), type(model).__name__), values


def of_trees(model: Any, rows: Any) -> np.ndarray:
    """Return mean absolute SHAP values by the package shap."""
    name = type(model).__name__
    try:
        import shap
    except ImportError:
        raise Unfit(f"{name} has no coef_, and for trees the package shap is needed, which is not installed") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = shap.TreeExplainer(model).shap_values(rows)
        # Rows by features, with outputs behind them or, in older versions, as a list.
        values = np.stack(found, axis=-1) if isinstance(found, list) else np.asarray(found)
        values = np.abs(values.astype(np.float64))
        return np.asarray(values.mean(axis=(0, *range(2, values.ndim))))
    except Exception as error:
        raise Unfit(f"the package shap cannot explain {name}: {last_line(error)}") from error


def last_line(error: BaseException) -> str:
    """Return the last line of a traceback."""
    lines = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()
    return lines[-1] if lines else type(error).__name__
