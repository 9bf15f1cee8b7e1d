"""Parts of an evaluation: a question that can be sent, what a worker does of it, and one report of all."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import os
import pickle
import threading
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping

from . import _core
from ._asked import Asked
from ._errors import made, setting
from ._evaluate import asked, evaluate
from ._hosted import Host, ThreadHost
from ._report import Report
from ._worker import last_line

#: A process keeps the data of so many questions that were sent to it.
_MOST_KEPT = 2

_KEPT: dict[str, Question] = {}
_KEEPING = threading.Lock()


class Question:
    """What an evaluation asks, as a value that can be pickled and sent to where its splits are done.

    It is made by :func:`question`. A process to which it is sent several times reads its data once. Data in memory goes
    with it; of a file the path goes, which workers then read.
    """

    def __init__(self, arguments: Mapping[str, Any] | None = None) -> None:
        self._arguments = arguments
        self._asked = None if arguments is None else asked(arguments)
        #: What it is pickled as: a name that no other question has, and bytes, or a file that has them.
        self._key, self._bytes, self._file = "", b"", ""
        self._lock = threading.Lock()
        #: Evaluations that are ready, and that nobody uses at the moment.
        self._idle: list[Ready] = []
        #: Whether several threads of this process fit at a time, so that none may seed the generators that they share.
        self._in_threads = False

    def __reduce__(self) -> tuple[Any, ...]:
        self._pack()
        return _received, (self._key, b"" if self._file else self._bytes, self._file)

    def __repr__(self) -> str:
        return f"<randsplit.Question {self._key[:12] or 'not sent yet'}>"

    def _pack(self) -> int:
        """Make the bytes that it is sent as, once, and return their number."""
        with self._lock:
            if not self._key:
                import cloudpickle

                assert self._arguments is not None and self._asked is not None
                try:
                    self._bytes = cloudpickle.dumps((_absolute(self._arguments), self._asked.sources))
                except Exception as error:  # What a model is made of is its own business.
                    raise setting(
                        f"the models and the data cannot be sent to other processes: {last_line(error)}; "
                        "make them of what can be pickled, or do without executor"
                    ) from error
                self._key = hashlib.sha256(self._bytes).hexdigest()
            return len(self._bytes)

    def _keep_in(self, file: Path) -> None:
        """Put the bytes into a file that workers read in place of being sent them."""
        self._pack()
        file.write_bytes(self._bytes)
        self._file = str(file)

    def _as_asked(self) -> Asked:
        """Return the arguments, checked; of a question that came from elsewhere they are unpacked once."""
        with self._lock:
            if self._asked is None:
                arguments, sources = pickle.loads(Path(self._file).read_bytes() if self._file else self._bytes)
                made = asked(arguments)
                # A class that is sent as a value does not know any more in which function it was made.
                made.sources = sources
                self._asked = made
            return self._asked

    @contextlib.contextmanager
    def _ready(self) -> Iterator[Ready]:
        """Lend an evaluation that is ready, to one thread at a time."""
        asked = self._as_asked()
        with self._lock:
            ready = self._idle.pop() if self._idle else None
        if ready is None:
            host = ThreadHost(asked.task(), seeds=not self._in_threads) if asked.models else None
            # Data is judged where the report is made.
            ready = Ready(asked, host, max(1, asked.n_jobs or 1) if host is None else 1, checks=False)
        try:
            yield ready
        except BaseException:
            ready.close()
            raise
        with self._lock:
            self._idle.append(ready)

    def _close(self) -> None:
        """Give up what is kept for further splits."""
        with self._lock:
            idle, self._idle = self._idle, []
        for ready in idle:
            ready.close()


class Ready:
    """An evaluation whose data is loaded, with the workers of its models.

    Parameters
    ----------
    asked : Asked
        What is asked.
    host : Host or ThreadHost or None
        What runs the models of Python's.
    threads : int
        Number of threads.
    **changed
        Settings that are others than asked for.
    """

    def __init__(self, asked: Asked, host: Host | ThreadHost | None, threads: int, **changed: Any) -> None:
        self.asked, self._host = asked, host
        settings = json.dumps({**asked.settings, **changed, "threads": threads})
        try:
            with asked.raising(host):
                self.core = _core.prepare(
                    asked.rows.table, settings, asked.metrics, asked.hosted(host), asked.tick(host)
                )
        except BaseException:
            self.close()
            raise

    @classmethod
    def to_join(cls, asked: Asked) -> Ready:
        """Get ready for parts; models of Python's are fitted on a thread here, since few are fitted again for a report."""
        return cls(asked, ThreadHost(asked.task(), seeds=True), 1) if asked.models else cls(asked, *asked.local())

    def run_part(self, places: list[int]) -> bytes:
        """Do splits by their places, and return them as the bytes of a part."""
        with self.asked.raising(self._host):
            return self.core.run_part(places, self.asked.tick(self._host))

    def report(self, stopped: bool = False) -> Report:
        """Return the report of the parts that were added."""
        if isinstance(self._host, ThreadHost) and self.asked.settings["null"] is not None and not stopped:
            # Permutations are many fits, for which processes are started.
            many = Ready(self.asked, *self.asked.local())
            many.core.adopt(self.core)
            try:
                return many.report()
            finally:
                many.close()
        with self.asked.raising(self._host):
            core = self.core.report(stopped, self.asked.tick(self._host))
        return Report(core, question=self.asked)

    def close(self) -> None:
        """Let the workers go."""
        # The compiled part's end of the connections goes with it.
        self.__dict__.pop("core", None)
        if self._host is not None:
            self._host.close()


def question(model: Any, X: Any, y: Any = None, **settings: Any) -> Question:
    """Ask what :func:`evaluate` asks, as a value: its splits can be done anywhere, by :func:`run_part`.

    Parameters
    ----------
    model, X, y
        As for :func:`evaluate`. Where ``X`` is a path, workers read the file; it must be there for them.
    **settings
        Further arguments of :func:`evaluate`, but ``executor``. ``n_jobs`` is the number of threads that built-in models
        take in one part; one if it is not above 0.

    Returns
    -------
    Question

    Raises
    ------
    RandsplitError
        As :func:`evaluate`; and where splits depend on those before, as with ``splits="auto"``.

    Examples
    --------
    >>> import randsplit as rs
    >>> asked = rs.question("ridge", "data/diabetes.csv", "target", splits=40, metrics=["r2"])
    >>> parts = [rs.run_part(asked, f"{k}/4") for k in range(4)]
    >>> report = rs.merge_parts(asked, parts)
    >>> report.to_json() == rs.evaluate("ridge", "data/diabetes.csv", "target", splits=40, metrics=["r2"]).to_json()
    True
    """
    given = inspect.signature(evaluate).bind(model, X, y, **settings)
    given.apply_defaults()
    if given.arguments.pop("executor") is not None:
        raise setting("a question has no executor; send it to yours, with run_part")
    return asked_apart(given.arguments)


def asked_apart(arguments: Mapping[str, Any]) -> Question:
    """Return a question whose splits can be done apart, of all arguments of :func:`evaluate` but the executor."""
    if arguments["splits"] == "auto":
        raise setting("splits='auto' looks at splits in order, which are done apart here; give their number")
    if arguments["timings"]:
        raise setting("timings=True takes the time of models here, which run elsewhere; leave it out")
    made = Question(arguments)
    if arguments["timeout"] is not None and made._as_asked().models:
        raise setting("timeout= ends processes, and a model in a worker's own process has none; leave it out")
    return made


def run_part(question: Question, splits: str | Iterable[int]) -> bytes:
    """Do some splits of a question, here.

    Built-in models read a file by its path and run natively. A process prepares the data of a question once, however many
    parts it does.

    Parameters
    ----------
    question : Question
        What is asked.
    splits : str or iterable of int
        A shard such as ``"3/16"``, which has the splits 3, 19, 35 and so on, or places of splits from 0, such as
        ``range(64)``.

    Returns
    -------
    bytes
        The part, as text (schema ``randsplit.part/1``), for :func:`merge_parts`. After Ctrl-C it has the splits that were
        done.

    Raises
    ------
    RandsplitError
        Where the question is wrong, or has no such split.
    """
    with question._ready() as ready:
        return ready.run_part(_places(splits, ready.core.splits))


def merge_parts(question: Question, parts: Iterable[bytes]) -> Report:
    """Make the report of all parts of a question, in any order.

    Claims and warnings are judged here, and what is fitted again for a report (permutations, the repeat check) is
    fitted here.

    Parameters
    ----------
    question : Question
        What was asked, with its data.
    parts : iterable of bytes
        What :func:`run_part` returned.

    Returns
    -------
    Report
        The same bytes as that of :func:`evaluate`; ``report.partial`` where splits are missing.

    Raises
    ------
    ReportError
        Where a part is damaged, or of another question, data or version.
    """
    ready = Ready.to_join(question._as_asked())
    try:
        for part in parts:
            ready.core.add(part)
        return ready.report()
    finally:
        ready.close()


def _places(splits: str | Iterable[int], of: int) -> list[int]:
    """Return the places of splits."""
    if isinstance(splits, str):
        shard, _, count = splits.partition("/")
        if not (shard.isdecimal() and count.isdecimal() and int(shard) < int(count)):
            raise setting(f"splits={splits!r} is no shard K/N; write the K-th of N, from 0, as in '3/16'")
        return list(range(int(shard), of, int(count)))
    places = [int(place) for place in splits]
    if any(place < 0 for place in places):
        raise setting(f"splits={min(places)}: splits are counted from 0 up")
    return places


def _received(key: str, content: bytes, file: str) -> Question:
    """Return a question that was sent here: the one that this process has, if it came before."""
    with _KEEPING:
        found = _KEPT.pop(key, None)
        if found is None:
            found = Question()
            found._key, found._bytes, found._file = key, content, file
        _KEPT[key] = found
        gone = [_KEPT.pop(old) for old in list(_KEPT)[:-_MOST_KEPT]]
    for question in gone:
        question._close()
    return found


def _absolute(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with paths that mean the same in a process with another working directory."""

    def whole(path: Any) -> Any:
        return os.path.abspath(path) if isinstance(path, (str, os.PathLike)) else path

    return {**arguments, "X": whole(arguments["X"]), "claims_files": [whole(p) for p in arguments["claims_files"]]}
