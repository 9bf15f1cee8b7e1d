"""Single columns of other libraries as bytes that the compiled part reads."""

from __future__ import annotations

import datetime
import numbers
from typing import Any, Sequence

import numpy as np

from . import _core
from ._errors import setting


def library(value: Any) -> str:
    """Return the name of the library that a value's type is from, ``""`` where that is none."""
    return type(value).__module__.partition(".")[0]


def column(name: str, values: Any) -> _core.Column:
    """Return one column as bytes, with what they are."""
    if library(values) == "pandas":
        return of_pandas(name, values)
    return of_array(name, values_of(values), None)


def of_array(name: str, array: np.ndarray, valid: np.ndarray | None) -> _core.Column:
    """Return a NumPy array as a column; ``valid`` is false where there is no value."""
    kind = array.dtype.kind
    if kind == "f":
        # NumPy has no other way to say that there is no value.
        valid = ~np.isnan(array) if valid is None else valid & ~np.isnan(array)
    given = None if valid is None or valid.all() else np.ascontiguousarray(valid, np.uint8).tobytes()
    if kind == "b":
        return name, "bool", np.ascontiguousarray(array, np.uint8).tobytes(), given, None, False
    if kind in "iu":
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
        return name, array.dtype.name, array.tobytes(), given, None, False
    if kind == "f":
        wide = array if array.dtype.itemsize in (4, 8) else array.astype(np.float64)
        wide = np.ascontiguousarray(wide, wide.dtype.newbyteorder("="))
        return name, wide.dtype.name, wide.tobytes(), given, None, False
    if kind == "M":
        missing = np.isnat(array)
        micro = np.where(missing, np.datetime64(0, "us"), array.astype("datetime64[us]"))
        present = ~missing if valid is None else ~missing & valid
        whole = None if present.all() else present.astype(np.uint8).tobytes()
        return name, "time", micro.astype(np.int64).tobytes(), whole, None, False
    if kind in "US":
        array = array.astype(str).astype(object)
    if array.dtype.kind == "O":
        return of_objects(name, list(array), valid)
    raise setting(f"column {name!r} holds {array.dtype}, of which no feature can be made; leave it out or convert it")


def is_missing(value: Any) -> bool:
    """Tell whether an object stands for no value."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and bool(value != value)


def of_objects(name: str, values: list[Any], valid: np.ndarray | None) -> _core.Column:
    """Return Python objects as a column, by what all of them are."""
    present = np.array([not is_missing(value) for value in values], dtype=bool)
    if valid is not None:
        present &= valid
    kinds = {type(value) for value, here in zip(values, present) if here}
    some = None if present.all() else present

    def filled(empty: Any) -> list[Any]:
        return [value if here else empty for value, here in zip(values, present)]

    if kinds and all(issubclass(kind, (bool, np.bool_)) for kind in kinds):
        return of_array(name, np.array(filled(False), dtype=bool), some)
    if kinds and all(issubclass(kind, numbers.Integral) and not issubclass(kind, (bool, np.bool_)) for kind in kinds):
        try:
            return of_array(name, np.array(filled(0), dtype=np.int64), some)
        except OverflowError:
            pass
    if kinds and all(issubclass(kind, numbers.Number) or kind.__name__ == "Decimal" for kind in kinds):
        try:
            return of_array(name, np.array([float(value) for value in filled(0)], dtype=np.float64), some)
        except (TypeError, OverflowError):
            pass
    if kinds and all(issubclass(kind, datetime.datetime) or kind is np.datetime64 for kind in kinds):
        return of_array(name, np.array([naive(value) for value in filled(np.datetime64(0, "us"))]), some)
    if kinds and all(issubclass(kind, datetime.date) for kind in kinds):
        epoch = datetime.date(1970, 1, 1)
        days = np.array([(value - epoch).days for value in filled(epoch)], dtype=np.int32)
        return name, "date", days.tobytes(), None if some is None else some.astype(np.uint8).tobytes(), None, False
    texts = [text(value) if here else "" for value, here in zip(values, present)]
    return of_texts(name, texts, some)


def naive(value: Any) -> np.datetime64:
    """Return a point in time in UTC."""
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return np.datetime64(value, "us")


def text(value: Any) -> str:
    """Return the text of a value that is no number."""
    return value if isinstance(value, str) else value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def of_texts(name: str, texts: list[str], valid: np.ndarray | None) -> _core.Column:
    """Return texts as codes of their different values."""
    places: dict[str, int] = {}
    codes = np.fromiter((places.setdefault(value, len(places)) for value in texts), np.uint32, len(texts))
    given = None if valid is None else np.ascontiguousarray(valid, np.uint8).tobytes()
    return name, "codes", codes.tobytes(), given, list(places), False


def of_pandas(name: str, series: Any) -> _core.Column:
    """Return a column of pandas."""
    import pandas as pd

    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        codes = np.asarray(series.cat.codes)
        levels = list(dtype.categories)
        if all(isinstance(level, str) for level in levels):
            valid = codes >= 0
            given = None if valid.all() else valid.astype(np.uint8).tobytes()
            plain = np.where(valid, codes, 0).astype(np.uint32)
            return name, "codes", plain.tobytes(), given, levels, bool(dtype.ordered)
        return of_pandas(name, series.astype(dtype.categories.dtype))
    if isinstance(dtype, np.dtype):
        return of_array(name, series.to_numpy(), None)
    valid = ~np.asarray(series.isna())
    if isinstance(dtype, pd.DatetimeTZDtype):
        _, _, values, given, _, _ = of_array(name, series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), None)
        return name, f"time:{dtype.tz}", values, given, None, False
    if pd.api.types.is_bool_dtype(dtype):
        return of_array(name, series.fillna(False).to_numpy(dtype=bool), valid)
    if pd.api.types.is_integer_dtype(dtype):
        width = np.dtype(str(getattr(dtype, "numpy_dtype", "int64")))
        return of_array(name, series.fillna(0).to_numpy(dtype=width), valid)
    if pd.api.types.is_float_dtype(dtype):
        return of_array(name, series.to_numpy(dtype=np.float64, na_value=np.nan), None)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return of_array(name, series.to_numpy(dtype="datetime64[us]"), None)
    return of_objects(name, list(series.astype(object)), valid)


def kind_of(y: Any) -> str:
    """Return ``"number"``, ``"boolean"`` or ``"text"``."""
    _, kind, *_ = column("y", y)
    return {"bool": "boolean", "codes": "text", "date": "time"}.get(kind, "time" if kind.startswith("time") else "number")


def values_of(y: Any) -> np.ndarray:
    """Return the target as models are given it."""
    if library(y) == "polars":
        return np.asarray(y.to_numpy())
    if library(y) == "pyarrow":
        return np.asarray(y.to_pandas()) if hasattr(y, "to_pandas") else np.asarray(y.to_pylist())
    return np.asarray(y)


def class_values(labels: Sequence[str], y: np.ndarray) -> np.ndarray:
    """Return the classes as values of the target, in the order of their texts in the report.

    Parameters
    ----------
    labels : sequence of str
        The texts of the classes.
    y : array of shape (n_rows,)
        The target.
    """
    known: dict[Any, Any] = {}
    for value in y.tolist() if y.dtype.kind != "O" else list(y):
        if not is_missing(value):
            known.setdefault(key(value), value)
    out = np.empty(len(labels), dtype=object)
    out[:] = [known.get(label, known.get(key_of_label(label), label)) for label in labels]
    return out.astype(y.dtype) if y.dtype.kind in "iufbUS" else out


def key(value: Any) -> Any:
    """Return what a class is found by: a number, a boolean's word, or text without spaces around it."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, numbers.Number):
        return float(value)  # type: ignore[arg-type]
    return text(value).strip()


def key_of_label(label: str) -> Any:
    """Return the same for the text of a class."""
    if label.lower() in ("true", "false"):
        return label.lower()
    try:
        return float(label)
    except ValueError:
        return label
