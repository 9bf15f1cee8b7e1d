"""A worker: fits and predicts one model as randsplit asks, over a connection of its own.

The program ``randsplit`` runs this file with the interpreter of the user's environment, which needs NumPy and whatever
the model needs. ``docs/external-models.md`` describes the protocol.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import importlib
import importlib.util
import inspect
import io
import json
import os
import random
import socket
import struct
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence

import numpy as np

try:
    from . import _inside
except ImportError:  # As a program of its own: the file stands beside this one.
    import _inside  # type: ignore[import-not-found, no-redef]

last_line = _inside.last_line

VERSION = 1
#: What can be asked beside fits and predictions.
CAN = ("coefficients", "importances", "shap")
#: The code of a missing text.
MISSING = 2**32 - 1
#: Names that are looked for in a file when none is given.
USUAL_NAMES = ("model", "make_model", "estimator")
#: Texts of warnings that are passed on, a fit, and the characters of one.
MOST_WARNINGS, LONGEST_WARNING = 5, 300


# --- messages ---------------------------------------------------------------------------------------------------


class Channel:
    """A connection to randsplit that carries messages of a JSON head and arrays."""

    def __init__(self, address: str) -> None:
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _read(self, length: int) -> bytearray:
        data = bytearray(length)
        view = memoryview(data)
        while length:
            count = self.socket.recv_into(view, length)
            if count == 0:
                raise EOFError
            view, length = view[count:], length - count
        return data

    def receive(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the head and the arrays of the next message."""
        head_length, body_length = struct.unpack("<II", self._read(8))
        head = json.loads(self._read(head_length))
        body = self._read(body_length)
        arrays, at = {}, 0
        for layout in head.get("arrays", []):
            dtype = np.dtype({"u32": "<u4", "f64": "<f8"}[layout["type"]])
            count = int(np.prod(layout["shape"], dtype=np.int64))
            arrays[layout["name"]] = np.frombuffer(body, dtype, count, at).reshape(layout["shape"])
            at += count * dtype.itemsize
        return head, arrays

    def send(self, head: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> None:
        """Send a message."""
        layouts, body = [], []
        for name, array in (arrays or {}).items():
            kind = "u32" if array.dtype.kind in "iu" else "f64"
            data = np.ascontiguousarray(array, "<u4" if kind == "u32" else "<f8")
            layouts.append({"name": name, "type": kind, "shape": list(data.shape)})
            body.append(data.tobytes())
        encoded = json.dumps({**head, "arrays": layouts}).encode()
        rest = b"".join(body)
        self.socket.sendall(struct.pack("<II", len(encoded), len(rest)) + encoded + rest)


# --- tables -----------------------------------------------------------------------------------------------------


def read_changed_data() -> None:
    """Have models that open the data's file read its copy with changed rows, where randsplit asks for that."""
    original, changed = os.environ.get("RANDSPLIT_DATA"), os.environ.get("RANDSPLIT_CHANGED_DATA")
    if not original or not changed:
        return
    plain = builtins.open

    def other(file: Any, *arguments: Any, **named: Any) -> Any:
        with contextlib.suppress(OSError, ValueError):
            if isinstance(file, (str, bytes, os.PathLike)) and os.path.samefile(file, original):
                file = changed
        return plain(file, *arguments, **named)

    builtins.open = io.open = other


def has_module(name: str) -> bool:
    """Tell whether a library is installed."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def forms() -> list[str]:
    """Return the forms of table that can be read here, the best first."""
    arrow = has_module("pyarrow") if has_module("pandas") else has_module("polars")
    return (["arrow"] if arrow else []) + ["csv"]


def read_table(form: str, path: str, columns: list[dict[str, str]]) -> Any:
    """Read a table: a pandas data frame where pandas is installed, else a polars one, else a NumPy array."""
    if has_module("pandas"):
        import pandas as pd

        if form == "arrow":
            import pyarrow as pa

            return pa.ipc.open_file(pa.memory_map(path)).read_all().to_pandas()
        text = {column["name"]: str for column in columns if column["kind"] == "text"}
        # Since its version 3 pandas reads numbers exactly and warns of being asked to.
        exact = {"float_precision": "round_trip"} if int(pd.__version__.split(".")[0]) < 3 else {}
        frame = pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""], **exact)
        for column in columns:
            name = column["name"]
            if column["kind"] == "time":
                frame[name] = pd.to_datetime(frame[name], format="ISO8601")
            elif column["kind"] == "boolean" and frame[name].dtype == object:
                words = {"true": True, "false": False}
                frame[name] = frame[name].map(lambda word: words.get(str(word).lower()))
        return frame
    if form == "arrow":
        import polars as pl

        return pl.read_ipc(path)
    if other := [column["name"] for column in columns if column["kind"] == "text"]:
        raise ValueError(f"column {other[0]!r} is text, and neither pandas nor polars is installed; install pandas")
    return np.genfromtxt(path, delimiter=",", skip_header=1, ndmin=2)


def take(table: Any, rows: np.ndarray) -> Any:
    """Return rows of a table by position, as the type that the table is of."""
    if hasattr(table, "iloc"):
        return table.iloc[rows]
    if isinstance(table, list):
        return [table[row] for row in rows]
    return table[rows]


def values_of(change: dict[str, Any], array: np.ndarray) -> np.ndarray:
    """Return the values of a changed column as Python has them."""
    if change["kind"] == "text":
        levels = np.array([*change["levels"], None], dtype=object)
        return levels[np.where(array == MISSING, len(levels) - 1, array)]
    if change["kind"] == "time":
        return (array * 1e6).round().astype("datetime64[us]") if len(array) else array.astype("datetime64[us]")
    return array


class Table:
    """The features, and how rows of them are made."""

    def __init__(self, data: Any, names: Sequence[str]) -> None:
        self.data = data
        self.names = list(names)

    def without(self, part: Any, names: Sequence[str]) -> Any:
        """Leave columns out."""
        if not names:
            return part
        if hasattr(part, "drop"):
            return part.drop(columns=list(names)) if hasattr(part, "iloc") else part.drop(list(names))
        return np.delete(part, [self.names.index(name) for name in names], axis=1)

    def changed(self, part: Any, changes: list[dict[str, Any]], arrays: dict[str, np.ndarray]) -> Any:
        """Put other values into columns, in the column's own type."""
        if not changes:
            return part
        columns = {change["column"]: values_of(change, arrays[change["array"]]) for change in changes}
        if hasattr(part, "iloc"):
            part = part.copy()
            for name, values in columns.items():
                own = part[name].dtype
                part[name] = as_dtype(values, own, part.index)
            return part
        if hasattr(part, "with_columns"):
            import polars as pl

            series = [pl.Series(name, values).cast(part.schema[name], strict=False) for name, values in columns.items()]
            return part.with_columns(series)
        part = np.array(part)
        for name, values in columns.items():
            part[:, self.names.index(name)] = values
        return part

    def rows(self, head: dict[str, Any], arrays: dict[str, np.ndarray], left_out: Sequence[str]) -> Any:
        """Return the rows that a message asks for."""
        changes = head.get("changed", [])
        if "rows" in arrays:
            part = take(self.data, arrays["rows"])
        else:
            # Rows that are not of the table: any row gives the columns and their types.
            part = take(self.data, np.zeros(head["count"], dtype=np.int64))
        return self.without(self.changed(part, changes, arrays), left_out)


def as_dtype(values: np.ndarray, dtype: Any, index: Any) -> Any:
    """Return values as a pandas column of a type, or of the nearest that holds them."""
    import pandas as pd

    column = pd.Series(values, index=index)
    if isinstance(dtype, np.dtype) and dtype.kind in "iub":
        whole = np.isfinite(values).all() and (values == np.round(values)).all()
        return column.astype(dtype) if whole else column
    try:
        return column.astype(dtype)
    except (TypeError, ValueError):
        return column


# --- models -----------------------------------------------------------------------------------------------------


def load(source: str, name: str | None) -> Any:
    """Return what a file or module has under a name."""
    if source.endswith(".py"):
        path = Path(source).resolve()
        if not path.exists():
            raise FileNotFoundError(f"there is no file {source}")
        sys.path.insert(0, str(path.parent))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
    else:
        sys.path.insert(0, os.getcwd())
        module = importlib.import_module(source)
    for wanted in [name] if name else USUAL_NAMES:
        found: Any = module
        for part in str(wanted).split("."):
            found = getattr(found, part, None)
        if found is not None:
            return found
    if name:
        public = [n for n, value in vars(module).items() if callable(value) and not n.startswith("_")]
        own = [n for n in public if getattr(vars(module)[n], "__module__", None) == module.__name__]
        raise AttributeError(f"{source} has no {name!r}; it has {', '.join(own or public) or 'nothing that can be called'}")
    raise AttributeError(f"{source} has none of {', '.join(USUAL_NAMES)}; name the model as python:{source}:NAME")


def parameters(call: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters of a callable, or none where they cannot be known."""
    try:
        return list(inspect.signature(call).parameters.values())
    except (TypeError, ValueError):
        return []


def is_function_form(model: Any) -> bool:
    """Tell whether a model is a function of train rows, targets and rows to predict."""
    if hasattr(model, "fit") or isinstance(model, type) or not callable(model):
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p for p in parameters(model) if p.kind in positional and p.default is inspect.Parameter.empty]
    return len(needed) >= 3


def made(model: Any, seed: int) -> Any:
    """Return an estimator that is not fitted: a clone, or what a factory makes for the seed."""
    if isinstance(model, type) or not hasattr(model, "fit"):
        if not callable(model):
            raise TypeError(f"a model has fit and predict or makes one that has, and {type(model).__name__} does not")
        known = {p.name for p in parameters(model)}
        needed = [
            p
            for p in parameters(model)
            if p.default is inspect.Parameter.empty
            and p.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        ]
        if "seed" in known:
            estimator = model(seed=seed)
        elif needed:
            estimator = model(seed)
        else:
            estimator = model()
        if not hasattr(estimator, "fit") or not hasattr(estimator, "predict"):
            raise TypeError(f"the factory made {type(estimator).__name__}, which has no fit and predict")
        return estimator
    if hasattr(model, "get_params") and has_module("sklearn"):
        from sklearn.base import clone

        return clone(model)
    return copy.deepcopy(model)


class Fitted:
    """A model fitted to one split."""

    def __init__(
        self,
        estimator: Any,
        call: Callable[[Any], Any] | None,
        present: np.ndarray,
        left_out: Sequence[str],
        train: Callable[[], Any],
    ):
        self.estimator = estimator
        self.call = call
        #: Codes of the classes among the train rows, ascending.
        self.present = present
        self.left_out = left_out
        #: Returns the train rows.
        self.train = train


def label_objects(labels: list[str], kind: str) -> np.ndarray:
    """Return the classes as values: numbers, booleans or texts."""
    if kind == "number":
        numbers = np.array([float(label) for label in labels])
        return numbers.astype(np.int64) if (numbers == np.round(numbers)).all() else numbers
    if kind == "boolean":
        return np.array([label.lower() == "true" for label in labels])
    return np.array(labels, dtype=object)


class Session:
    """Answers requests about one model and one table."""

    def __init__(self) -> None:
        self.model: Any = None
        self.table: Table | None = None
        self.classes: Any = None
        self.models: dict[int, Fitted] = {}
        self.task = "regression"
        #: Whether classes are to come with probabilities.
        self.probabilities = True

    def open(self, head: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Load the table and the model."""
        self.task = head["task"]
        table = head["table"]
        data = read_table(table["format"], table["path"], head["columns"])
        self.table = Table(data, [column["name"] for column in head["columns"]])
        self.classes = label_objects(head["classes"], head["target_kind"])
        self.model = load(head["model"]["python"], head["model"].get("name"))
        if not is_function_form(self.model):
            made(self.model, 0)
        return {}, {}

    def fit_arguments(self, rows: np.ndarray) -> dict[str, Any]:
        """Return what the model's ``fit`` is given beside rows and targets."""
        return {}

    @contextlib.contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """Seed what models draw from that are not told a seed."""
        random.seed(seed)
        np.random.seed(seed)
        yield

    def fit(self, head: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Fit to train rows."""
        assert self.table is not None
        left_out, table = head.get("without", []), self.table

        def train() -> Any:
            return table.rows(head, arrays, left_out)

        x = train()
        target = arrays["target"]
        y = np.array(target) if self.task == "regression" else np.asarray(self.classes)[target]
        present = np.unique(target) if self.task == "classification" else np.zeros(0, dtype=np.int64)
        seed = head["seed"]
        with self.seeded(seed), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            if is_function_form(self.model):
                given = {"seed": seed} if any(p.name == "seed" for p in parameters(self.model)) else {}
                fitted = Fitted(None, lambda rows: self.model(x, y, rows, **given), present, left_out, train)
            else:
                estimator = made(self.model, seed)
                estimator.fit(x, y, **self.fit_arguments(arrays["rows"]))
                fitted = Fitted(estimator, None, present, left_out, train)
        self.models[head["model"]] = fitted
        return {"warnings": texts_of(caught)}, {}

    def predict(self, head: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Predict rows with a fitted model."""
        assert self.table is not None
        fitted = self.models[head["model"]]
        x = self.table.rows(head, arrays, fitted.left_out)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self.task == "regression":
                predicted = fitted.call(x) if fitted.call else fitted.estimator.predict(x)
                return {}, {"values": np.asarray(predicted, dtype=np.float64).reshape(-1)}
            return {}, self.predict_classes(fitted, x)

    def predict_classes(self, fitted: Fitted, x: Any) -> dict[str, np.ndarray]:
        """Predict classes, with probabilities or decision values where the model has them."""
        if fitted.call:
            predicted = np.asarray(fitted.call(x))
            if predicted.ndim == 2 and predicted.shape[1] > 1:
                return {"probabilities": self.spread(predicted, fitted.present, 0.0)}
            return {"labels": self.codes(predicted.reshape(-1))}
        out = {"labels": self.codes(np.asarray(fitted.estimator.predict(x)).reshape(-1))}
        if not self.probabilities:
            return out
        classes = getattr(fitted.estimator, "classes_", None)
        columns = fitted.present if classes is None else self.codes(np.asarray(classes))
        if callable(getattr(fitted.estimator, "predict_proba", None)):
            out["probabilities"] = self.spread(np.asarray(fitted.estimator.predict_proba(x)), columns, 0.0)
        elif callable(getattr(fitted.estimator, "decision_function", None)):
            decision = np.asarray(fitted.estimator.decision_function(x), dtype=np.float64)
            if decision.ndim == 1:
                decision = np.column_stack([-decision, decision])
            # One against one gives a column a pair, which ranks nothing.
            if decision.shape[1] == len(columns):
                out["decision"] = self.spread(decision, columns, -np.inf)
        return out

    def inside(self, head: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Tell what is inside a fitted model, feature by feature, or why that cannot be told."""
        assert self.table is not None
        fitted = self.models[head["model"]]
        columns = [name for name in self.table.names if name not in fitted.left_out]
        classes = fitted.present
        try:
            if fitted.call:
                raise _inside.Unfit("a function keeps nothing of what it has learned")
            estimator = fitted.estimator
            if self.task == "classification" and (told := getattr(estimator, "classes_", None)) is not None:
                classes = self.codes(np.asarray(told))
            if head["do"] == "coefficients":
                names, values = _inside.coefficients(estimator, fitted.train, columns, len(classes))
            elif head["do"] == "importances":
                names, values = _inside.importances(estimator, columns)
            else:
                rows = self.table.rows(head, arrays, fitted.left_out)
                names, values = _inside.shap_values(estimator, fitted.train, rows, columns, len(classes))
        except _inside.Unfit as why:
            return {"unfit": str(why)}, {}
        except Exception as error:  # What is inside a model is of its own making.
            return {"unfit": last_line(error)}, {}
        return {"names": names, "classes": [int(code) for code in classes]}, {"values": np.asarray(values, np.float64)}

    def spread(self, matrix: np.ndarray, columns: np.ndarray, absent: float) -> np.ndarray:
        """Return a matrix with a column for each class from one with a column for each class that a fit has seen."""
        if matrix.ndim == 1:
            matrix = np.column_stack([1.0 - matrix, matrix])
        if matrix.shape[1] == len(self.classes) and len(columns) != matrix.shape[1]:
            columns = np.arange(len(self.classes))
        if matrix.shape[1] != len(columns):
            raise ValueError(f"the probabilities have {matrix.shape[1]} columns, and the train rows have {len(columns)} classes")
        out = np.full((len(matrix), len(self.classes)), absent)
        out[:, columns] = matrix
        return out

    def codes(self, labels: np.ndarray) -> np.ndarray:
        """Return the codes of labels."""
        places = {label: code for code, label in enumerate(np.asarray(self.classes).tolist())}
        found = [places.get(label, places.get(str(label))) for label in labels.tolist()]
        if None in found:
            odd = labels.tolist()[found.index(None)]
            raise ValueError(f"the model predicts {odd!r}, which is no class; there are {', '.join(map(str, list(places)[:10]))}")
        return np.array(found, dtype=np.uint32)

    def answer(self, head: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Do what a message asks for."""
        for model in head.get("forget", []):
            self.models.pop(model, None)
        work = {"open": self.open, "fit": self.fit, "predict": self.predict, **dict.fromkeys(CAN, self.inside)}[head["do"]]
        return work(head, arrays)


def texts_of(caught: list[warnings.WarningMessage]) -> list[str]:
    """Return the different texts of warnings, each with its kind."""
    texts: dict[str, None] = {}
    for warning in caught:
        text = " ".join(f"{warning.category.__name__}: {warning.message}".split())
        texts.setdefault(text[:LONGEST_WARNING])
    return list(texts)[:MOST_WARNINGS]


def serve(address: str, token: str, place: int, session: Session) -> None:
    """Answer requests until the connection ends."""
    channel = Channel(address)
    channel.send({"version": VERSION, "token": token, "place": place, "reads": forms(), "can": CAN})
    while True:
        try:
            head, arrays = channel.receive()
        except (EOFError, ConnectionError):
            return
        try:
            answer, out = session.answer(head, arrays)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # A model may even call sys.exit.
            traceback.print_exc()
            answer, out = {"error": last_line(error)}, {}
        try:
            channel.send({"id": head["id"], **answer}, out)
        except (BrokenPipeError, ConnectionError):
            return


if __name__ == "__main__":
    # What is being imported must not find this file's folder first.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]
    read_changed_data()
    serve(
        os.environ["RANDSPLIT_CONNECT"],
        os.environ["RANDSPLIT_TOKEN"],
        int(os.environ["RANDSPLIT_PLACE"]),
        Session(),
    )
