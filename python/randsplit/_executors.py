"""Evaluations whose splits are done by executors: in other processes, and on other machines."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import pickle
import tempfile
import threading
import warnings
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterator, Mapping, Protocol

from ._asked import Asked, Elsewhere, active_backend, is_local
from ._errors import made, setting
from ._hosted import kept
from ._parts import Question, Ready, asked_apart, run_part
from ._progress import Bar
from ._report import Report
from ._worker import last_line

#: Tasks for each worker: few, since data in memory may go with each, and enough that no worker waits long for the others.
TASKS = 4
#: Splits of a task at most: what is under way is lost with a worker, and ends after Ctrl-C alone.
MOST_SPLITS = 256
#: How often splits are tried whose worker died.
TRIES = 3
#: Seconds that splits under way are waited for after Ctrl-C.
PATIENCE = 2.0
#: A question of so many bytes is put where workers of this machine can read it.
_LARGE = 100_000


class Workers(Protocol):
    """What does splits elsewhere."""

    #: What it is called in messages.
    name: str

    def count(self) -> int:
        """Return the number of workers."""

    def start(self, tasks: list[list[int]]) -> list[Future[Any]]:
        """Have the splits of each task done; a future gives what :func:`do` returns."""


def evaluate_on(executor: Any, arguments: Mapping[str, Any]) -> Report:
    """Evaluate on an executor.

    Parameters
    ----------
    executor : Executor, Client or str
        As for :func:`evaluate`.
    arguments : mapping
        All other arguments of :func:`evaluate` by name.
    """
    question = asked_apart(arguments)
    here = question._as_asked()
    try:
        with _workers(executor, question, here.n_jobs) as workers:
            # What is wrong with the question is told before anything is sent.
            ready = Ready.to_join(here)
            try:
                gathered = _Gathered(ready, workers)
                with Bar("splits", here.progress) as bar:
                    gathered.gather(bar)
                if gathered.rest:
                    ready.core.add(_done_here(here, gathered.rest))
                return ready.report(gathered.stopped)
            finally:
                ready.close()
    finally:
        question._close()


def do(question: Question, places: list[int]) -> tuple[bool, bytes]:
    """Do splits: the work of a task.

    Returns
    -------
    tuple of (bool, bytes)
        Whether they could be done; the part, or the exception with its traceback.
    """
    try:
        return True, run_part(question, places)
    except Exception as error:  # Any other is a fault of the executor, and tried again.
        return False, kept(error)


def _done_here(asked: Asked, places: list[int]) -> bytes:
    """Do splits as they are done without an executor."""
    ready = Ready(asked, *asked.local(), checks=False)
    try:
        return ready.run_part(places)
    finally:
        ready.close()


class _Gathered:
    """Has the splits of a plan done, and gives it their parts as they come."""

    def __init__(self, ready: Ready, workers: Workers) -> None:
        self._ready, self._workers = ready, workers
        #: Splits that are left to do, where the workers take none any more.
        self.rest: list[int] = []
        #: Whether Ctrl-C has ended it.
        self.stopped = False
        self._pending: dict[Future[Any], list[int]] = {}
        #: How often splits that begin with one were lost.
        self._losses: dict[int, int] = {}

    def gather(self, bar: Bar) -> None:
        """Have all splits done, those of a worker that died again."""
        total, done = self._ready.core.splits, 0
        size = min(MOST_SPLITS, -(-total // (TASKS * max(1, self._workers.count()))))
        try:
            self._start([list(range(at, min(at + size, total))) for at in range(0, total, size)])
            while self._pending:
                finished, _ = concurrent.futures.wait(self._pending, return_when=FIRST_COMPLETED)
                again = []
                for future in sorted(finished, key=self._pending.__getitem__):
                    places = self._pending.pop(future)
                    missing, lost = self._take(future, places)
                    done += len(places) - len(missing)
                    if missing:
                        self._note(missing, lost)
                        again.append(missing)
                self._start(again)
                bar.show(done, total)
        except KeyboardInterrupt:
            self._end()
        except BaseException:
            for future in self._pending:
                future.cancel()
            raise

    def _start(self, tasks: list[list[int]]) -> None:
        if tasks and not self.rest:
            try:
                self._pending.update(zip(self._workers.start(tasks), tasks))
                return
            except RuntimeError as error:  # An executor that is broken or shut down.
                why = f"{self._workers.name} takes no work any more ({last_line(error)})"
                warnings.warn(f"{why}; the other splits are done without it", RuntimeWarning, stacklevel=5)
        self.rest += [place for task in tasks for place in task]

    def _take(self, future: Future[Any], places: list[int]) -> tuple[list[int], BaseException | None]:
        """Keep the part of a task, and return the splits that it lacks, with what the executor says of that."""
        try:
            could, content = future.result(timeout=0)
        except (Exception, CancelledError) as error:
            return places, error
        if not could:
            raised, told = pickle.loads(content)
            raise raised from Elsewhere(told)
        there = set(self._ready.core.add(content))
        return [place for place in places if place not in there], None

    def _note(self, places: list[int], error: BaseException | None) -> None:
        """Note the loss of splits, which ends the run where it is one too many."""
        losses = self._losses[places[0]] = self._losses.get(places[0], 0) + 1
        if losses < TRIES:
            return
        which = f"split {places[0]}" if len(places) == 1 else f"{len(places)} splits from {places[0]} on"
        why = "they were interrupted" if error is None else last_line(error)
        text = f"{self._workers.name} has lost {which} {TRIES} times: {why}"
        raise made("run-failed", 3, f"{text}; see what the workers say, or do without the executor") from error

    def _end(self) -> None:
        """Keep what is done after Ctrl-C, also by workers that are about to end."""
        self.stopped, self.rest = True, []
        for future in self._pending:
            future.cancel()
        concurrent.futures.wait(self._pending, timeout=PATIENCE)
        for future, places in self._pending.items():
            if future.done():
                with contextlib.suppress(Exception):
                    self._take(future, places)


# --- kinds of workers -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _workers(executor: Any, question: Question, n_jobs: int | None) -> Iterator[Workers]:
    """Return what does splits on an executor."""
    if executor == "joblib":
        backend = active_backend()
        home = type(backend).__module__
        if home == "joblib._dask":
            yield _Dask(backend.client, question)
        elif home.startswith("ray."):
            yield _Ray(question)
        else:
            with _in_a_file(question, is_local(backend)):
                yield _Joblib(question, n_jobs)
        return
    home = type(executor).__module__.partition(".")[0]
    if home == "distributed":
        yield _Dask(getattr(executor, "_client", executor), question)
        return
    if not callable(getattr(executor, "submit", None)):
        raise setting(
            f"executor={executor!r} cannot be given work; give a concurrent.futures.Executor, a client of Dask, or 'joblib'"
        )
    question._in_threads = isinstance(executor, ThreadPoolExecutor)
    if not question._in_threads:
        question._pack()
    # Of these alone it is known that their workers are on this machine.
    here = isinstance(executor, concurrent.futures.ProcessPoolExecutor) or home == "joblib"
    with _in_a_file(question, here):
        yield _Submitting(executor, question)


@contextlib.contextmanager
def _in_a_file(question: Question, here: bool) -> Iterator[None]:
    """Put a large question into a file, where its workers are on this machine."""
    if not here or question._pack() < _LARGE:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="randsplit-", ignore_cleanup_errors=True) as folder:
        try:
            question._keep_in(Path(folder, "question"))
        except OSError as error:
            why = f"the data cannot be put into a temporary file: {error}; free some space, or set TMPDIR to another folder"
            raise made("write-failed", 3, why) from error
        yield


class _Submitting:
    """Workers of an executor of ``concurrent.futures``."""

    def __init__(self, executor: Any, question: Question) -> None:
        self._executor, self._question = executor, question
        self.name = f"the {type(executor).__name__}"

    def count(self) -> int:
        # MPI's has the latter.
        told = (getattr(self._executor, name, None) for name in ("_max_workers", "num_workers"))
        return next((int(count) for count in told if isinstance(count, int)), os.cpu_count() or 1)

    def start(self, tasks: list[list[int]]) -> list[Future[Any]]:
        return [self._executor.submit(do, self._question, places) for places in tasks]


class _Dask:
    """Workers of a client of Dask's."""

    name = "Dask"

    def __init__(self, client: Any, question: Question) -> None:
        self._client, self._question = client, question
        self._executor = client.get_executor(pure=False)

    def count(self) -> int:
        return sum(self._client.nthreads().values())

    def start(self, tasks: list[list[int]]) -> list[Future[Any]]:
        # Workers get it from one another. It is sent again with splits that are: with the worker it may have been lost.
        sent = self._client.scatter(self._question, hash=False)
        return [self._executor.submit(do, sent, places) for places in tasks]


class _Ray:
    """Workers of Ray's."""

    name = "Ray"

    def __init__(self, question: Question) -> None:
        import ray

        self._ray = ray
        if not ray.is_initialized():
            ray.init()
        self._question = ray.put(question)
        self._do = ray.remote(max_retries=TRIES)(do)

    def count(self) -> int:
        return int(self._ray.cluster_resources().get("CPU", 1))

    def start(self, tasks: list[list[int]]) -> list[Future[Any]]:
        return [self._do.remote(self._question, places).future() for places in tasks]


class _Joblib:
    """Workers of a backend of joblib's."""

    def __init__(self, question: Question, n_jobs: int | None) -> None:
        self._question, self._n_jobs = question, n_jobs
        self._backend = self._parallel()._backend
        question._in_threads = bool(getattr(self._backend, "uses_threads", False))
        self.name = f"joblib's {type(self._backend).__name__}"

    def _parallel(self, return_as: str = "list") -> Any:
        from joblib import Parallel

        return Parallel(n_jobs=self._n_jobs, batch_size=1, pre_dispatch="all", return_as=return_as)

    def count(self) -> int:
        from joblib import effective_n_jobs

        return int(effective_n_jobs(self._n_jobs))

    def start(self, tasks: list[list[int]]) -> list[Future[Any]]:
        futures: list[Future[Any]] = [Future() for _ in tasks]
        # Made anew, since one that has failed runs nothing more, and on the thread that joblib's configuration is of.
        parallel = self._parallel("generator_unordered" if self._backend.supports_return_generator else "list")
        arguments = (parallel, tasks, futures)
        threading.Thread(target=self._run, args=arguments, name="randsplit-joblib", daemon=True).start()
        return futures

    def _run(self, parallel: Any, tasks: list[list[int]], futures: list[Future[Any]]) -> None:
        """Do tasks one after another as joblib does them; where it fails, those that are not done have failed."""
        from joblib import delayed

        try:
            calls = [delayed(_numbered)(at, self._question, places) for at, places in enumerate(tasks)]
            for at, result in parallel(calls):
                with contextlib.suppress(concurrent.futures.InvalidStateError):
                    futures[at].set_result(result)
        except BaseException as error:
            for future in futures:
                with contextlib.suppress(concurrent.futures.InvalidStateError):
                    future.set_exception(error)


def _numbered(at: int, question: Question, places: list[int]) -> tuple[int, tuple[bool, bytes]]:
    """Do splits, and say whose result it is: results come in any order."""
    return at, do(question, places)
