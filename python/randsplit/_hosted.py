"""Models of Python's own: workers that joblib starts, each with the models and the table, that fit as randsplit asks."""

from __future__ import annotations

import contextlib
import os
import pickle
import random
import selectors
import shutil
import signal
import tempfile
import threading
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Sequence

import numpy as np

from . import _worker
from ._columns import class_values
from ._errors import made

#: After so many starts in a row from which no worker came, none is made any more.
MOST_STARTS = 5
#: Seconds between a loss of workers and a new start.
RESPITE = 0.1
#: Seconds that workers may take to see that a run is over.
PATIENCE = 2.0

#: Held while the generators that all threads of a process share are seeded for a fit.
_SEEDED = threading.Lock()


class _HostedSession(_worker.Session):
    """Answers requests about one model that it was given, and a table that it was given."""

    def __init__(self, model: Any, task: Task) -> None:
        super().__init__()
        self.model = model
        self.given = task

    def open(self, head: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Learn what the target is."""
        self.task = head["task"]
        self.probabilities = head["model"]["probabilities"]
        self.table = _worker.Table(self.given.x, self.given.names)
        if self.task == "classification":
            self.classes = class_values(head["classes"], self.given.targets)
        return {}, {}

    def fit_arguments(self, rows: np.ndarray) -> dict[str, Any]:
        """Return what the model's ``fit`` is given beside rows and targets."""
        return {name: _worker.take(values, rows) if each else values for name, (each, values) in self.given.fit.items()}

    @contextlib.contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """Seed the generators that models without a seed of their own draw from, for the time of a fit."""
        if not self.given.seeds:
            yield
            return
        with _SEEDED:
            before = random.getstate(), np.random.get_state()
            random.seed(seed)
            np.random.seed(seed)
            try:
                yield
            finally:
                random.setstate(before[0])
                np.random.set_state(before[1])


@dataclass
class Task:
    """What every worker is given.

    Attributes
    ----------
    models : list
        The models, in the order of their places.
    x : array or data frame
        The features of all rows.
    names : list of str
        The names of the features.
    targets : array
        A target value for each class, or none for numbers.
    fit : dict
        For each argument of ``fit``: whether it has a value for each row, and the values.
    raises : bool
        Whether the first exception of a model is to end the run.
    folder : str
        Where the workers leave their process numbers, and the exception that ends a run; set by the host, and empty
        where workers are threads of the process that asks.
    seeds : bool
        Whether generators are seeded for each fit; set by the host.
    parent : int
        The process that asks.
    left : bytes
        The exception that ends a run, where there is no folder for it.
    """

    models: list[Any]
    x: Any
    names: list[str]
    targets: np.ndarray
    fit: dict[str, tuple[bool, Any]]
    raises: bool
    folder: str = ""
    seeds: bool = True
    parent: int = field(default_factory=os.getpid)
    left: bytes = b""


def serve(task: Task, address: str, token: str, place: int, stride: int, start: int) -> None:
    """Answer the requests about all models for one thread of randsplit's, until the run is over.

    Parameters
    ----------
    task : Task
        What the workers are given.
    address, token : str
        Where to connect, and the word by which a worker shows that it was asked for.
    place, stride : int
        The number of the thread, and how far the places of one model are from those of the next.
    start : int
        Which start of workers this one is of: when one of them dies, joblib ends the others.
    """
    own_process = os.getpid() != task.parent
    if own_process:
        Path(task.folder, f"{start}.{os.getpid()}.pid").touch()
        with contextlib.suppress(ValueError):
            # Ctrl-C is the parent's: it ends the run, and with it this.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    sessions = [_HostedSession(model, task) for model in task.models]
    process = os.getpid() if own_process else None
    hello = {"version": _worker.VERSION, "token": token, "reads": [], "can": _worker.CAN, "process": process}
    if own_process:
        hello["start"] = start
    with selectors.DefaultSelector() as selector:

        def connect(at: int) -> None:
            # Refused: the run is over.
            with contextlib.suppress(ConnectionError):
                channel = _worker.Channel(address)
                channel.send({**hello, "place": place + at * stride})
                selector.register(channel.socket, selectors.EVENT_READ, (at, channel))

        for at in range(len(sessions)):
            connect(at)
        while selector.get_map():
            for key, _ in selector.select():
                at, channel = key.data
                try:
                    _answer(sessions[at], channel, task)
                except (EOFError, ConnectionError):
                    selector.unregister(key.fileobj)
                    channel.socket.close()
                    # A connection that was given up, while the run goes on, is replaced.
                    connect(at)


def _answer(session: _HostedSession, channel: _worker.Channel, task: Task) -> None:
    """Answer one request."""
    head, arrays = channel.receive()
    try:
        answer, out = session.answer(head, arrays)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # A model may even call sys.exit.
        if task.raises:
            _leave(error, task)
        answer, out = {"error": _worker.last_line(error)}, {}
    channel.send({"id": head["id"], **answer}, out)


def kept(error: BaseException) -> bytes:
    """Return an exception with its traceback as bytes that another process can read."""
    told = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    try:
        made = pickle.dumps((error, told))
        pickle.loads(made)
    except Exception:
        made = pickle.dumps((RuntimeError(_worker.last_line(error)), told))
    return made


def _leave(error: BaseException, task: Task) -> None:
    """Leave an exception for the parent."""
    if not task.folder:
        task.left = kept(error)
        return
    new = Path(task.folder, f"error.{os.getpid()}.{threading.get_ident()}.new")
    new.write_bytes(kept(error))
    with contextlib.suppress(OSError):
        os.replace(new, Path(task.folder, "error"))


class Host:
    """Has joblib run the workers; the compiled part calls its methods.

    Parameters
    ----------
    task : Task
        What the workers are given.
    parallel : joblib.Parallel
        What runs the workers. It has been made on the caller's thread, where ``joblib.parallel_config`` is heard.
    """

    def __init__(self, task: Task, parallel: Any) -> None:
        try:
            self._folder = tempfile.mkdtemp(prefix="randsplit-")
        except OSError as error:
            why = f"a folder for temporary files cannot be made: {error}; free some space, or set TMPDIR to another folder"
            raise made("write-failed", 3, why) from error
        task.folder = self._folder
        # Threads that fit at a time share their generators, which no one may seed then.
        task.seeds = not getattr(getattr(parallel, "_backend", None), "uses_threads", False)
        self._task, self._parallel = task, parallel
        self._failure: str | None = None
        #: The number of the start of workers that is under way.
        self._start = 0
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self, address: str, token: str, threads: int, stride: int) -> None:
        """Start the workers."""
        self._thread = threading.Thread(
            target=self._run, args=(address, token, threads, stride), name="randsplit-workers", daemon=True
        )
        self._thread.start()

    def _run(self, address: str, token: str, threads: int, stride: int) -> None:
        from joblib import Parallel, delayed

        parallel = self._parallel
        in_vain = 0
        while True:
            try:
                parallel(
                    delayed(serve)(self._task, address, token, place, stride, self._start) for place in range(threads)
                )
                return
            except BaseException as error:
                # A process that died takes joblib's others with it. That shows in many ways, also in a later run.
                if self._closing.wait(RESPITE):
                    return
                came = any(Path(self._folder).glob(f"{self._start}.*.pid"))
                in_vain = 0 if came else in_vain + 1
                self._start += 1
                if in_vain == MOST_STARTS:
                    self._failure = _worker.last_line(error)
                    return
                # One that has failed runs nothing more.
                parallel = Parallel(parallel.n_jobs, backend=parallel._backend, batch_size=1, pre_dispatch="all")

    def ended(self) -> str | None:
        """Return why no worker will connect any more, or ``None``."""
        return self._failure

    def lost(self, process: int | None) -> None:
        """End a worker that was given up; joblib's other workers end with it, and all are started anew."""
        if process is not None and process != os.getpid():
            _kill(process)

    def error(self) -> tuple[BaseException, str] | None:
        """Return the exception that a worker has left, with its traceback."""
        path = Path(self._folder, "error")
        if not path.exists():
            return None
        error, told = pickle.loads(path.read_bytes())
        return error, told

    def close(self) -> None:
        """Wait for the workers to end; those that do not are ended."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)
            if self._thread.is_alive():
                # Those of earlier starts have ended, and their numbers may be others' now.
                for path in Path(self._folder).glob(f"{self._start}.*.pid"):
                    _kill(int(path.name.split(".")[1]))
                self._thread.join(PATIENCE)
        shutil.rmtree(self._folder, ignore_errors=True)


class ThreadHost:
    """Runs the one worker of each model on a thread of this process; the compiled part calls its methods.

    Parameters
    ----------
    task : Task
        What the worker is given.
    seeds : bool
        Whether generators are seeded for each fit, of which then one runs at a time in this process.
    """

    def __init__(self, task: Task, seeds: bool) -> None:
        task.seeds = seeds
        self._task = task
        self._thread: threading.Thread | None = None

    def open(self, address: str, token: str, threads: int, stride: int) -> None:
        """Start the worker."""
        arguments = (self._task, address, token, 0, stride, 0)
        self._thread = threading.Thread(target=serve, args=arguments, name="randsplit-worker", daemon=True)
        self._thread.start()

    def ended(self) -> str | None:
        """Return why no worker will connect any more, or ``None``."""
        return None if self._thread is not None and self._thread.is_alive() else "the thread of the models has ended"

    def lost(self, process: int | None) -> None:
        """Do nothing: a thread cannot be ended, and connects again by itself."""

    def error(self) -> tuple[BaseException, str] | None:
        """Return the exception that a model has left, with its traceback."""
        return pickle.loads(self._task.left) if self._task.left else None

    def close(self) -> None:
        """Wait for the worker to see that nobody asks any more."""
        if self._thread is not None:
            self._thread.join(PATIENCE)


def _kill(process: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def fit_arguments(given: dict[str, Any], rows: int) -> dict[str, tuple[bool, Any]]:
    """Return the arguments of ``fit``, each with whether it has a value for each row."""
    out: dict[str, tuple[bool, Any]] = {}
    for name, values in given.items():
        each = not isinstance(values, (str, bytes, dict)) and hasattr(values, "__len__") and len(values) == rows
        out[name] = (each, np.asarray(values) if each and isinstance(values, (list, tuple)) else values)
    return out


def names_of(models: Sequence[Any]) -> list[str]:
    """Return a name for each model: that of its class or function, or of the last step of a pipeline."""
    return [_name_of(model) for model in models]


def _name_of(model: Any) -> str:
    steps = getattr(model, "steps", None)
    if isinstance(steps, list) and steps and hasattr(model, "fit"):
        return _name_of(steps[-1][1])
    named = model if isinstance(model, type) or not hasattr(model, "fit") else type(model)
    name = str(getattr(named, "__name__", type(model).__name__))
    return name if name.isidentifier() else "model"
