"""What goes wrong around models of Python's: modules that are not there, much that is printed, disks without room."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest
from sklearn.linear_model import Ridge

import randsplit as rs

from conftest import DATA


def of_file(model: str, **more) -> rs.Report:
    """Evaluate a model of a file."""
    return rs.evaluate(model, str(DATA / "mtcars.csv"), "mpg", splits=3, metrics=["rmse"], **more)


@pytest.mark.parametrize(
    "model, words",
    [
        ("python:no_such_module_here:make", "No module named 'no_such_module_here'"),
        ("python:no_such_file.py", "there is no file no_such_file.py"),
        ("python:lacks.py:make", "No module named 'not_installed_anywhere'"),
        ("python:plain.py:other", "plain.py has no 'other'; it has make"),
        ("python:plain.py:number", "TypeError"),
        ("python:broken.py:make", "SyntaxError"),
    ],
)
def test_what_cannot_be_loaded_is_told_before_the_run(model: str, words: str, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "lacks.py").write_text("import not_installed_anywhere\n")
    (tmp_path / "plain.py").write_text("from sklearn.linear_model import Ridge\nnumber = 5\ndef make():\n    return Ridge()\n")
    (tmp_path / "broken.py").write_text("def make(:\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(rs.ModelError) as caught:
        of_file(model)
    assert words in str(caught.value) and len(str(caught.value).splitlines()) == 1


def test_a_model_may_print_and_start_what_it_likes(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "loud.py").write_text(
        textwrap.dedent(
            """
            import subprocess
            from sklearn.linear_model import Ridge

            class Loud(Ridge):
                def fit(self, x, y):
                    for _ in range(20):
                        print("x" * 1_000_000)
                    subprocess.run(["python3", "-c", "print('hello')"], check=False)
                    return super().fit(x, y)
            """
        )
    )
    monkeypatch.chdir(tmp_path)
    report = of_file("python:loud.py:Loud")
    plain = rs.evaluate("ridge:alpha=1", str(DATA / "mtcars.csv"), "mpg", splits=3, metrics=["rmse"])
    assert report.to_dict()["models"][0]["failed"] == 0 and plain.distribution().count == 3


def test_forks_of_a_model_do_not_answer_for_it(few) -> None:
    class Forks(Ridge):
        def fit(self, x, y):
            import multiprocessing

            child = multiprocessing.get_context("fork").Process(target=print, args=("hello",))
            child.start()
            child.join()
            return super().fit(x, y)

    report = rs.evaluate({"forks": Forks(), "plain": Ridge()}, *few, splits=6, metrics=["r2"], n_jobs=2)
    assert report.distribution("r2", "forks").mean == report.distribution("r2", "plain").mean


def test_no_room_for_temporary_files_is_told(few, monkeypatch) -> None:
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/randsplit-x")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(rs.WriteError) as caught:
        rs.evaluate(Ridge(), *few, splits=3, n_jobs=1)
    assert "No space left" in str(caught.value) and "TMPDIR" in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_the_command_says_that_there_is_no_room(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "randsplit", "eval", str(DATA / "mtcars.csv"), "-t", "mpg", "-n", "2", "-o", "json=/dev/full"]
    done = subprocess.run([*command, "--no-config", "-q"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 3 and "/dev/full" in done.stderr and "Traceback" not in done.stderr
