"""What is asked of the compiled part: once, again for a closer look, or split by split elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Protocol, TypeVar

import numpy as np

from . import _core
from ._errors import RandsplitError
from ._hosted import Host, Task
from ._progress import Bar
from ._table import Data

_Result = TypeVar("_Result")


class _Host(Protocol):
    """What runs the workers of Python's models."""

    def error(self) -> tuple[BaseException, str] | None: ...

    def close(self) -> None: ...


@dataclass
class Asked:
    """The arguments of an evaluation, checked and as the compiled part takes them."""

    rows: Data
    settings: dict[str, Any]
    metrics: list[_core.OwnMetric]
    models: dict[str, Any]
    #: Where each of these comes from, as a report says it.
    sources: list[str]
    fit: dict[str, tuple[bool, Any]]
    raises: bool
    n_jobs: int | None
    progress: bool | None

    def run(self) -> _core.CoreReport:
        """Evaluate."""

        def work(settings: str, hosted: _core.Hosted | None, tick: _core.Tick) -> _core.CoreReport:
            return _core.evaluate(self.rows.table, settings, self.metrics, hosted, tick)[0]

        return self._with_host("splits", work)

    def inspect(
        self, report: _core.CoreReport, model: str | None, metric: str | None, split: str | None, width: int
    ) -> tuple[str, str]:
        """Look into the splits of a report that was made so."""

        def work(settings: str, hosted: _core.Hosted | None, tick: _core.Tick) -> tuple[str, str]:
            return _core.inspect(
                self.rows.table, settings, self.metrics, hosted, tick, report, model, metric, split, width
            )

        return self._with_host("inspect", work)

    def sanity(self, checks: list[str], skip: list[str], width: int) -> tuple[str, str]:
        """Check the models."""

        def work(settings: str, hosted: _core.Hosted | None, tick: _core.Tick) -> tuple[str, str]:
            return _core.sanity(self.rows.table, settings, hosted, tick, checks, skip, width)

        return self._with_host("checks", work)

    def task(self) -> Task:
        """Return what the workers of Python's models are given."""
        assert self.rows.y is not None
        targets = _one_of_each(self.rows.y)
        return Task(list(self.models.values()), self.rows.x, self.rows.names, targets, self.fit, self.raises)

    def hosted(self, host: _Host | None) -> _core.Hosted | None:
        """Return the models of Python's as the compiled part takes them; ``None`` where there are none."""
        if host is None:
            return None
        return list(zip(self.models, self.sources)), host

    def local(self) -> tuple[Host | None, int]:
        """Return what runs the models of Python's on this machine, where there are any, and the number of threads."""
        # joblib's configuration is that of the caller's thread, and of no use here where it is about other machines.
        here = is_local(active_backend())
        n_jobs = self.n_jobs if here else -1
        if not self.models:
            return None, _threads(n_jobs)
        from joblib import Parallel, effective_n_jobs

        threads = effective_n_jobs(n_jobs) if here else _threads(n_jobs)
        parallel = Parallel(n_jobs, backend=None if here else "loky", batch_size=1, pre_dispatch="all")
        return Host(self.task(), parallel), threads

    @contextlib.contextmanager
    def raising(self, host: _Host | None) -> Iterator[None]:
        """Raise the exception that a model has left, where that is asked for, in place of what comes of it."""
        try:
            yield
        except RandsplitError:
            self.raise_left(host)
            raise
        self.raise_left(host)

    def raise_left(self, host: _Host | None) -> None:
        """Raise the exception that a model has left, where that is asked for."""
        found = host.error() if self.raises and host is not None else None
        if found is not None:
            error, told = found
            raise error from Elsewhere(told)

    def tick(self, host: _Host | None, show: Callable[[int, int], None] | None = None) -> _core.Tick:
        """Return what the compiled part calls as it goes on: it shows how far the work is, and tells whether to end it."""

        def tick(done: int, of: int) -> bool:
            if show is not None:
                show(done, of)
            return self.raises and host is not None and host.error() is not None

        return tick

    def _with_host(self, what: str, work: Callable[[str, _core.Hosted | None, _core.Tick], _Result]) -> _Result:
        """Do work that may need the models of Python's, with their workers at hand."""
        host, threads = self.local()
        try:
            with self.raising(host), Bar(what, self.progress) as bar:
                return work(json.dumps({**self.settings, "threads": threads}), self.hosted(host), self.tick(host, bar.show))
        finally:
            if host is not None:
                host.close()


class Elsewhere(Exception):
    """The traceback of an exception in another process."""

    def __str__(self) -> str:
        return "\n" + str(self.args[0])


def active_backend() -> Any:
    """Return the backend that joblib's configuration asks for; ``None`` without joblib."""
    try:
        from joblib.parallel import get_active_backend
    except ImportError:
        return None
    return get_active_backend()[0]


def is_local(backend: Any) -> bool:
    """Tell whether a backend of joblib's runs its workers on this machine."""
    return backend is None or type(backend).__module__ == "joblib._parallel_backends"


def _one_of_each(y: np.ndarray) -> np.ndarray:
    """Return the different values of a target; all that a worker is told of it beside the train rows'."""
    if y.dtype.kind == "f":
        return y[:0]
    try:
        return np.unique(y[~np.array([value is None or value != value for value in y])] if y.dtype.kind == "O" else y)
    except TypeError:
        return np.array(list(dict.fromkeys(y.tolist())), dtype=object)


def source(model: Any) -> str:
    """Return where a model comes from, as a report says it."""
    named = model if isinstance(model, type) or not hasattr(model, "fit") else type(model)
    module, name = getattr(named, "__module__", ""), getattr(named, "__qualname__", type(model).__name__)
    return f"python object {module}.{name}"


def _threads(n_jobs: int | None) -> int:
    """Return the number of threads for built-in models."""
    if n_jobs is None:
        try:
            from joblib import effective_n_jobs
        except ImportError:
            return 0
        return int(effective_n_jobs(None))
    return n_jobs if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + n_jobs)
