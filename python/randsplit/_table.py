"""Tables of other libraries as the compiled part reads them."""

from __future__ import annotations

import numbers
import os
from dataclasses import dataclass, field
from typing import Any, Sequence

import numpy as np

from . import _core
from ._columns import column, library, values_of
from ._errors import setting

#: What the caller calls columns of some uses.
SETTINGS = {"group": "groups"}
#: What a table in memory is called in reports and errors.
NAME = "X"


@dataclass
class Data:
    """What is evaluated: a table for the compiled part, and what models of Python's are given."""

    table: _core.Table
    #: The target's column in the table.
    target: str
    #: The features as they were given; ``None`` for a file.
    x: Any = None
    #: The target's values; ``None`` for a file.
    y: Any = None
    #: Names of the features, in the order of their columns.
    names: list[str] = field(default_factory=list)
    #: Columns of the table that are no features, by what they are for.
    extra: dict[str, str] = field(default_factory=dict)
    #: Whether the features are no table, such as images: models of Python's alone can use them.
    opaque: bool = False


def is_frame(value: Any) -> bool:
    """Tell whether a value is a data frame or a table with named columns."""
    if library(value) == "pandas":
        return type(value).__name__ == "DataFrame"
    return hasattr(value, "__arrow_c_stream__") and hasattr(value, "columns") and not hasattr(value, "to_frame")


def rows_of(value: Any) -> int:
    """Return the number of rows of anything that has rows."""
    shape = getattr(value, "shape", None)
    if shape is not None and len(shape) > 0:
        return int(shape[0])
    return len(value)


def data(
    x: Any, y: Any, extra: dict[str, Any], target: str | None = None, *, rows_only: bool = False
) -> Data:
    """Return a table of features, target and further columns.

    Parameters
    ----------
    x : path, data frame, array or sequence
        The features, or the file or frame that has the target too.
    y : array of shape (n_rows,), str or None
        The target, or the name of its column in ``x``.
    extra : dict
        Further columns by what they are for (``"group"``, ``"time"``): an array each, or the name of a column of ``x``.
    target : str, optional
        The name of the target's column in ``x``, in place of ``y``.
    rows_only : bool
        Whether only the number of rows of ``x`` matters, as for a split plan.
    """
    if target is not None:
        if y is not None:
            raise setting("give the target as y or by its name as target, not both")
        y = target
    if isinstance(x, (str, os.PathLike)):
        path = os.fspath(x)
        if not isinstance(y, str):
            raise setting(f"{path} is a file: give the name of its target column, as y='price'")
        named = {use: column for use, column in extra.items() if column is not None}
        for use, column in named.items():
            if not isinstance(column, str):
                raise setting(f"{path} is a file: give {use} as the name of one of its columns")
        return Data(_core.Table.from_path(str(path)), y, extra=named)
    if y is None:
        raise setting("there is no target: give y, or target=COLUMN for a column of X")
    if rows_only:
        x = np.arange(rows_of(x), dtype=np.float64)[:, None]
    label = y if isinstance(y, str) else None
    if label is not None:
        if not is_frame(x):
            raise setting(f"y={label!r} names a column, and X is {described(x)} without names; give y as an array")
        y = column_of(x, label)
    columns = columns_of(x)
    opaque = columns is None
    frame, names = columns if columns is not None else ([(NAME, np.arange(rows_of(x)) % 2 + 0.5)], [])
    count = rows_of(x)
    y = flat(y, "y", count)
    taken = {name for name, _ in frame}
    given = x
    if label is None:
        name = unused(str(getattr(y, "name", None) or "y"), taken)
        frame = [*frame, (name, y)]
    else:
        name = label
        features = [other for other in names if other != name]
        given, names = without(x, name), features
    taken.add(name)
    found = {}
    for use, values in extra.items():
        if values is None:
            continue
        if isinstance(values, str):
            if values not in taken:
                raise setting(f"{SETTINGS.get(use, use)}={values!r} is no column of X; give one of its names, or an array")
            found[use] = values
            continue
        column = unused(use, taken)
        frame = [*frame, (column, flat(values, use, count))]
        taken.add(column)
        found[use] = column
    made = Data(table(x if not opaque else None, frame), name, x=given, y=values_of(y), names=names, opaque=opaque)
    made.extra = found
    return made


def described(x: Any) -> str:
    """Return what a value is, in a few words."""
    return f"a {type(x).__name__}"


def unused(name: str, taken: set[str]) -> str:
    """Return a name that no column has yet."""
    while name in taken:
        name += "_"
    return name


def flat(values: Any, what: str, rows: int) -> Any:
    """Return a column with a value for each row; one of shape (n, 1) is flattened."""
    shape = getattr(values, "shape", None)
    if shape is None and not hasattr(values, "__arrow_c_stream__"):
        if not isinstance(values, Sequence):
            raise setting(f"{what} is {described(values)}; give an array with a value for each row")
        values = list_column(values)
        shape = values.shape
    if is_frame(values):
        columns = columns_of(values)
        assert columns is not None
        if len(columns[0]) != 1:
            raise setting(f"{what} has {len(columns[0])} columns; give one")
        values = columns[0][0][1]
        shape = getattr(values, "shape", shape)
    if shape is not None and len(shape) == 2 and shape[1] == 1:
        values = values[:, 0]
    elif shape is not None and len(shape) > 1:
        raise setting(f"{what} has the shape {tuple(shape)}; give one column")
    if rows_of(values) != rows:
        raise setting(f"{what} has {rows_of(values)} values and X has {rows} rows; give one for each row")
    return values


def list_column(values: Sequence[Any]) -> np.ndarray:
    """Return a list as a column: numbers, booleans, or objects."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool, np.bool_} and None not in values:
        return np.array(values, dtype=bool)
    if kinds and all(issubclass(kind, numbers.Integral) and not issubclass(kind, bool) for kind in kinds) and None not in values:
        try:
            return np.array(values, dtype=np.int64)
        except OverflowError:
            return np.array(values, dtype=object)
    made = np.empty(len(values), dtype=object)
    made[:] = list(values)
    return made


def column_of(x: Any, name: str) -> Any:
    """Return a column of a frame."""
    columns = columns_of(x)
    found = dict(columns[0]) if columns else {}
    if name not in found:
        raise setting(f"X has no column {name!r}; it has {listed(list(found))}")
    return found[name]


def listed(names: list[str], most: int = 10) -> str:
    """Return names in a sentence."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def without(x: Any, name: str) -> Any:
    """Return a frame without one column."""
    if library(x) == "pandas":
        return x.loc[:, [str(column) != name for column in x.columns]]
    if library(x) == "pyarrow":
        return x.drop_columns([name])
    return x.drop(name)


def columns_of(x: Any) -> tuple[list[tuple[str, Any]], list[str]] | None:
    """Return the columns of a table with their names, and the names alone; ``None`` for what is no table."""
    if library(x) == "pandas" and type(x).__name__ == "DataFrame":
        names = [str(name) for name in x.columns]
        return [(name, x.iloc[:, at]) for at, name in enumerate(names)], names
    if library(x) == "polars" and type(x).__name__ == "DataFrame":
        return [(name, x.get_column(name)) for name in x.columns], list(x.columns)
    if library(x) == "polars" and type(x).__name__ == "LazyFrame":
        raise setting("X is a LazyFrame: collect it first")
    if library(x) == "pyarrow" and hasattr(x, "column_names"):
        return [(name, x.column(at)) for at, name in enumerate(x.column_names)], list(x.column_names)
    if hasattr(x, "tocsr"):
        return None
    if isinstance(x, (list, tuple)):
        try:
            x = np.asarray(x)
        except ValueError:
            return None
    if hasattr(x, "__array__") and getattr(x, "ndim", 0) == 2:
        array = np.asarray(x)
        if array.dtype.names is None:
            names = [f"x{at}" for at in range(array.shape[1])]
            return [(name, array[:, at]) for at, name in enumerate(names)], names
    return None


def table(x: Any, columns: list[tuple[str, Any]]) -> _core.Table:
    """Return columns as a table of the compiled part: those of Arrow as they are, others as bytes."""
    if library(x) == "polars":
        import polars as pl

        whole = pl.DataFrame([as_polars(name, values) for name, values in columns])
        return _core.Table.from_stream(NAME, whole.__arrow_c_stream__())
    if library(x) == "pyarrow":
        import pyarrow as pa

        arrays = [values if library(values) == "pyarrow" else pa.array(values_of(values)) for _, values in columns]
        whole = pa.Table.from_arrays(arrays, names=[name for name, _ in columns])
        return _core.Table.from_stream(NAME, whole.__arrow_c_stream__())
    return _core.Table.from_columns(NAME, [column(name, values) for name, values in columns])


def as_polars(name: str, values: Any) -> Any:
    """Return a column as one of polars."""
    import polars as pl

    return values.alias(name) if library(values) == "polars" else pl.Series(name, values_of(values), strict=False)
