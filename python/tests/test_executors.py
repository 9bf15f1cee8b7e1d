"""Splits that are done by executors: in threads, in processes, by Dask and by Ray, always to the bytes of a run here."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from collections import Counter
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Iterator

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import randsplit as rs

from conftest import DATA

SPLITS = 24
#: Of what takes long.
FEW_SPLITS = 6


def questions() -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    """Return what is asked in every way: arguments and settings of `evaluate`."""
    cancer, penguins = pd.read_csv(DATA / "breast_cancer.csv"), pd.read_csv(DATA / "penguins.csv")
    table, truth = cancer.drop(columns="target").iloc[:200, :2], cancer["target"].iloc[:200]
    own = {
        # Without a seed of its own: it is seeded for each split wherever it is fitted.
        "forest": RandomForestClassifier(n_estimators=2),
        "line": make_pipeline(StandardScaler(), LogisticRegression()),
        "median": lambda x_train, y_train, x_test: np.where(x_test.iloc[:, 0] > x_train.iloc[:, 0].median(), "malignant", "benign"),
        "native": "logistic",
    }
    return {
        "native, by path": (
            (["ridge:alpha=1", "tree"], str(DATA / "diabetes.csv"), "target"),
            {"splits": SPLITS, "claims": ["p05(r2) >= 0.2"], "probes": ["residuals"]},
        ),
        "native, pandas": (("nb", penguins.drop(columns="species"), penguins["species"]), {"splits": SPLITS, "probes": ["churn", "calibration"]}),
        "scikit-learn": (
            (own, table, truth),
            {
                "splits": FEW_SPLITS,
                "metrics": ["accuracy", "roc_auc", rs.Metric(lambda y, p: float((y == p).mean()), "hits")],
                "probes": ["importance"],
                "claims": ["mean(line.accuracy) > baseline.mean(accuracy)"],
                "scheme": "stratified",
            },
        ),
    }


@pytest.fixture(scope="module")
def here() -> dict[str, str]:
    """The reports of runs without an executor."""
    return {name: rs.evaluate(*asked, n_jobs=2, **more).to_json() for name, (asked, more) in questions().items()}


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    """A client of a cluster of two processes."""
    from dask.distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            yield client


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """Ray, started on this machine."""
    # Its workers would give way to whatever else runs on the machine.
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0")
    import ray
    from ray.util.joblib import register_ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    register_ray()
    yield ray
    ray.shutdown()


def check_all(here: dict[str, str], configured: Any = None, **more: Any) -> None:
    """Check that all questions get the same bytes."""
    for name, (asked, settings) in questions().items():
        with configured or nullcontext():
            report = rs.evaluate(*asked, **{**settings, **more})
        assert report.to_json() == here[name], name


def test_processes_give_the_same_bytes(here, processes) -> None:
    check_all(here, executor=processes)


def test_threads_give_the_same_bytes(here) -> None:
    with ThreadPoolExecutor(3) as executor:
        for name, (asked, settings) in questions().items():
            if name != "scikit-learn":  # Threads share the generators that a model without a seed draws from.
                assert rs.evaluate(*asked, executor=executor, **settings).to_json() == here[name]


@pytest.mark.parametrize("backend", ["loky", "multiprocessing"])
def test_backends_of_joblib_give_the_same_bytes(here, backend) -> None:
    check_all(here, joblib.parallel_config(backend=backend, n_jobs=2), executor="joblib", n_jobs=None)


def test_dask_gives_the_same_bytes(here, dask) -> None:
    check_all(here, executor=dask.get_executor())
    check_all(here, executor=dask)


def test_dask_by_joblib_gives_the_same_bytes(here, dask) -> None:
    for name, (asked, settings) in questions().items():
        with joblib.parallel_config("dask"):
            assert rs.evaluate(*asked, **settings).to_json() == here[name]


def test_ray_gives_the_same_bytes(here, ray) -> None:
    for name, (asked, settings) in questions().items():
        with joblib.parallel_config("ray"):
            assert rs.evaluate(*asked, **settings).to_json() == here[name]


def test_a_question_is_sent_to_ray_by_hand(here, ray) -> None:
    asked, settings = questions()["scikit-learn"]
    question = rs.question(*asked, **settings)
    sent, run = ray.put(question), ray.remote(rs.run_part)
    parts = ray.get([run.remote(sent, f"{k}/5") for k in range(5)])
    assert rs.merge_parts(question, parts).to_json() == here["scikit-learn"]


# --- what workers are given -------------------------------------------------------------------------------------


def test_processes_that_are_forked_do_not_wait_for_threads_that_they_lack(tmp_path: Path) -> None:
    script = tmp_path / "forked.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor
            import pandas as pd
            import randsplit as rs

            table = pd.read_csv({str(DATA / "diabetes.csv")!r})
            table.to_parquet("table.parquet")
            for asked in (("ridge", table, "target"), ("ridge", "table.parquet", "target")):
                here = rs.evaluate(*asked, splits=8)
                with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as executor:
                    print(rs.evaluate(*asked, splits=8, executor=executor).to_json() == here.to_json())
            """
        )
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False
    )
    assert done.stdout == "True\nTrue\n", done.stderr


def arrivals(folder: Path) -> type[Ridge]:
    """Return a model that leaves a file wherever it arrives."""

    class Arrives(Ridge):
        def __init__(self, alpha: float = 1.0, note: str = str(folder)) -> None:
            super().__init__(alpha=alpha)
            self.note = note

        def __setstate__(self, state: dict[str, Any]) -> None:
            super().__setstate__(state)
            Path(self.note, f"{os.getpid()}.{time.monotonic_ns()}").touch()

    return Arrives


def test_a_process_is_given_the_data_once_and_by_a_file(few, processes, tmp_path: Path, monkeypatch) -> None:
    sizes: list[int] = []
    submit = processes.submit

    def seen(function: Any, *given: Any) -> Future[Any]:
        sizes.append(len(pickle.dumps(given)))
        return submit(function, *given)

    monkeypatch.setattr(processes, "submit", seen)
    rows = 20_000
    x = np.random.default_rng(0).normal(size=(rows, 5))
    rs.evaluate(arrivals(tmp_path)(), x, x.sum(axis=1), splits=16, metrics=["r2"], executor=processes, repeat_check=0)
    assert len(sizes) == 8 and max(sizes) < 2_000 < x.nbytes
    pids = Counter(path.name.split(".")[0] for path in tmp_path.iterdir())
    assert 1 <= len(pids) <= 2 and set(pids.values()) == {1}, pids
    # Of a file its path is sent.
    sizes.clear()
    rs.evaluate("ols", str(DATA / "diabetes.csv"), "target", splits=16, executor=processes)
    assert max(sizes) < 4_000


def test_a_question_is_a_value(here, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(DATA)
    asked = rs.question(["ridge:alpha=1", "tree"], "diabetes.csv", "target", splits=SPLITS, probes=["residuals"])
    whole = rs.evaluate(["ridge:alpha=1", "tree"], "diabetes.csv", "target", splits=SPLITS, probes=["residuals"])
    (tmp_path / "question").write_bytes(pickle.dumps(asked))
    monkeypatch.chdir(tmp_path)
    again = pickle.loads((tmp_path / "question").read_bytes())
    assert pickle.loads(pickle.dumps(again)) is again
    parts = [rs.run_part(again, splits) for splits in (range(20, 24), "1/2", [0, 2, 4, 6, 8], range(10, 20, 2))]
    monkeypatch.chdir(DATA)
    # Splits that two parts have are taken once.
    assert rs.merge_parts(asked, parts).to_json() == whole.to_json()
    some = rs.merge_parts(asked, parts[1:])
    assert some.partial and some.distribution().count == SPLITS - 2
    other = rs.question(["ridge:alpha=2", "tree"], "diabetes.csv", "target", splits=SPLITS)
    for wrong, words in ((parts[0][:-20], "damaged"), (rs.run_part(other, [1]), "another question")):
        with pytest.raises(rs.ReportError, match=words):
            rs.merge_parts(asked, [wrong])
    for splits, words in (("4/4", "no shard K/N"), ("a", "no shard"), ([-1], "from 0 up"), ([24], "split 24 is asked for")):
        with pytest.raises(rs.RandsplitError, match=words):
            rs.run_part(asked, splits)


# --- what goes wrong --------------------------------------------------------------------------------------------


class Loses(Executor):
    """An executor whose first tasks are lost."""

    def __init__(self, losses: int) -> None:
        self.losses, self.tasks = losses, 0

    def submit(self, function: Any, /, *given: Any, **_: Any) -> Future[Any]:
        self.tasks += 1
        future: Future[Any] = Future()
        if self.tasks <= self.losses:
            future.set_exception(OSError("the machine is gone"))
        else:
            future.set_result(function(*given))
        return future


def test_lost_splits_are_tried_again_and_not_for_ever(few) -> None:
    whole = rs.evaluate("ols", *few, splits=4, n_jobs=1)
    executor = Loses(2)
    assert rs.evaluate("ols", *few, splits=4, executor=executor).to_json() == whole.to_json()
    assert executor.tasks == 4 + 2
    with pytest.raises(rs.RunError, match="has lost split 0 3 times: OSError: the machine is gone") as caught:
        rs.evaluate("ols", *few, splits=4, executor=Loses(1000))
    assert caught.value.exit_code == 3


def test_an_executor_that_takes_no_work_leaves_it_here(few) -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.warns(RuntimeWarning, match="the ThreadPoolExecutor takes no work any more"):
        report = rs.evaluate(Ridge(), *few, splits=6, executor=executor, n_jobs=1)
    assert report.to_json() == rs.evaluate(Ridge(), *few, splits=6, n_jobs=1).to_json()


@pytest.mark.parametrize(
    "model, more, words",
    [
        ("ols", {"splits": "auto"}, "splits='auto' looks at splits in order"),
        ("ols", {"timings": True}, "timings=True"),
        ("ols", {"executor": 3}, "executor=3 cannot be given work"),
        ("ols", {"claims": ["p05(nothing) > 1"]}, "nothing"),
        ("olz", {}, "olz"),
        (Ridge(), {"timeout": 3}, "timeout="),
    ],
)
def test_what_cannot_be_asked_is_said_before_work_is_sent(few, model, more, words) -> None:
    executor = Loses(0)
    with pytest.raises(rs.RandsplitError, match=words) as caught:
        rs.evaluate(model, *few, **{"splits": 6, "executor": executor, **more})
    assert executor.tasks == 0 and caught.value.exit_code == 2


def test_what_cannot_be_pickled_is_said(few, processes) -> None:
    import threading

    class Locked(Ridge):
        lock = threading.Lock()

    with pytest.raises(rs.SettingError, match="cannot be sent to other processes"):
        rs.evaluate(Locked(), *few, splits=4, executor=processes)
    with ThreadPoolExecutor(2) as executor:
        assert rs.evaluate(Locked(), *few, splits=4, executor=executor).distribution().count == 4


def test_an_exception_of_a_model_ends_the_run_where_that_is_asked_for(few, processes) -> None:
    class Fails(Ridge):
        def fit(self, x, y):
            raise KeyError("no such luck")

    with pytest.raises(KeyError, match="no such luck") as caught:
        rs.evaluate(Fails(), *few, splits=8, executor=processes, error_score="raise")
    assert "in fit" in str(caught.value.__cause__)
    with pytest.raises(rs.RunError, match="no such luck"):
        rs.evaluate(Fails(), *few, splits=8, executor=processes)


def test_sanity_and_questions_take_no_executor(few) -> None:
    with pytest.raises(rs.SettingError, match="no executor"):
        rs.sanity("ols", *few, executor="joblib")
    with pytest.raises(rs.SettingError, match="no executor"):
        rs.question("ols", *few, executor="joblib")


# --- workers that die -------------------------------------------------------------------------------------------


def mortal(folder: Path, dies: bool) -> Ridge:
    """Return a model that notes its fits, one of which kills its process, once and in the middle of a range."""

    class Mortal(Ridge):
        def __init__(self, alpha: float = 1.0, notes: str = "", parent: int = 0) -> None:
            super().__init__(alpha=alpha)
            self.notes, self.parent = notes, parent

        def fit(self, x, y):
            which = f"{np.asarray(y)[:40].sum():.12f}"
            if os.getpid() != self.parent:
                Path(self.notes, f"{which} {os.getpid()} {time.monotonic_ns()}").touch()
                mine = [path for path in Path(self.notes).iterdir() if f" {os.getpid()} " in path.name]
                flag = Path(self.notes, "dies")
                if len(mine) == 5 and flag.exists():
                    flag.unlink()
                    # What was done before is on its way by then.
                    time.sleep(1)
                    os.kill(os.getpid(), signal.SIGKILL)
            return super().fit(x, y)

    folder.mkdir()
    if dies:
        (folder / "dies").touch()
    return Mortal(notes=str(folder), parent=os.getpid())


def fits(folder: Path) -> Counter[str]:
    """Return how often each split was fitted by workers."""
    assert not (folder / "dies").exists()
    return Counter(path.name.split()[0] for path in folder.iterdir())


def check_death(few: Any, tmp_path: Path, **how: Any) -> Counter[str]:
    """Check that a report is that of a run in which nobody dies, and return how often each split was fitted."""
    more = {"splits": SPLITS, "metrics": ["r2"], "claims": ["p05(r2) >= 0.2"], "repeat_check": 0, "checks": False}
    calm = rs.evaluate({"m": mortal(tmp_path / "calm", False)}, *few, n_jobs=1, **more)
    report = rs.evaluate({"m": mortal(tmp_path / "deadly", True)}, *few, **more, **how)
    assert report.to_json() == calm.to_json()
    return fits(tmp_path / "deadly")


def check_one_range_is_repeated(found: Counter[str]) -> None:
    """Check that of the ranges of three splits one is done again: its first split, and the one that was under way."""
    assert len(found) == SPLITS and sorted(found.values()) == [1] * (SPLITS - 2) + [2, 2], found


def test_a_worker_of_dask_that_is_killed_costs_its_range(few, dask, tmp_path: Path) -> None:
    check_one_range_is_repeated(check_death(few, tmp_path, executor=dask.get_executor()))


def test_a_worker_of_ray_that_is_killed_costs_its_range(few, ray, tmp_path: Path) -> None:
    with joblib.parallel_config("ray"):
        found = check_death(few, tmp_path)
    check_one_range_is_repeated(found)


def test_a_pool_that_a_killed_worker_breaks_is_done_without(few, tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        with pytest.warns(RuntimeWarning, match="the ProcessPoolExecutor takes no work any more"):
            found = check_death(few, tmp_path, executor=executor, n_jobs=1)
    # One worker has four ranges of six splits, and dies with the fifth split of the first.
    assert len(found) == 5 and set(found.values()) == {1}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of processes are another matter there")
def test_an_interrupt_gives_the_report_of_what_is_done(tmp_path: Path) -> None:
    script = tmp_path / "long.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import multiprocessing, time
            from concurrent.futures import ProcessPoolExecutor
            from pathlib import Path
            import numpy as np
            import randsplit as rs
            from sklearn.linear_model import Ridge

            class Slow(Ridge):
                def fit(self, x, y):
                    with Path({str(tmp_path / "fits")!r}).open("a") as file:
                        file.write("x")
                    time.sleep(0.005)
                    return super().fit(x, y)

            if __name__ == "__main__":
                rng = np.random.default_rng(0)
                with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as executor:
                    report = rs.evaluate(
                        Slow(), rng.normal(size=(50, 2)), rng.normal(size=50), splits=100000, executor=executor
                    )
                print(report.partial, 0 < report.distribution().count < 100000, flush=True)
            """
        )
    )
    process = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until = time.monotonic() + 120
    while time.monotonic() < until and not ((tmp_path / "fits").exists() and (tmp_path / "fits").stat().st_size > 40):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert out == "True True\n" and process.returncode == 0, errors


def test_no_file_is_left(few, processes, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    x = np.random.default_rng(0).normal(size=(20_000, 5))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rs.evaluate(Ridge(), x, x.sum(axis=1), splits=4, metrics=["r2"], executor=processes)
    assert list(tmp_path.iterdir()) == []
