"""Reports as objects, tables and text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import randsplit as rs

from conftest import DATA


@pytest.fixture(scope="module")
def report() -> rs.Report:
    """Two models on diabetes."""
    return rs.evaluate(
        ["ridge", "tree"], DATA / "diabetes.csv", "target", splits=30, claims=["mean(ridge.r2) >= 0.4", "mean(tree.r2) >= 0.4"]
    )


def command(*arguments: str, **more) -> subprocess.CompletedProcess:
    """Run the command of the package."""
    return subprocess.run(
        [sys.executable, "-m", "randsplit", *arguments], capture_output=True, text=True, check=False, **more
    )


def test_text_is_what_the_command_prints(report: rs.Report) -> None:
    asked = ["eval", str(DATA / "diabetes.csv"), "-t", "target", "-m", "ridge", "-m", "tree", "-n", "30", "--no-config"]
    claims = ["--claim", "mean(ridge.r2) >= 0.4", "--claim", "mean(tree.r2) >= 0.4"]
    for form in ("table", "json", "csv", "ndjson", "markdown", "junit"):
        done = command(*asked, *claims, "-f", form, env={**os.environ, "COLUMNS": "100", "LC_ALL": "C.UTF-8"})
        assert done.returncode == 1, done.stderr
        # Settings are spelled as each of the two spells them.
        assert done.stdout.replace("--detail", "detail") == report.text(form, width=100), form
    assert "ridge" in repr(report) and "<pre>" in report._repr_html_()


def test_numbers_are_those_of_the_document(report: rs.Report) -> None:
    data = report.to_dict()
    summary = report.distribution("rmse", "ridge")
    assert summary.mean == data["models"][0]["metrics"]["rmse"]["mean"]
    assert report.worst("r2") == data["models"][0]["metrics"]["r2"]["worst"]["score"]
    scores = report.scores()
    assert set(scores.columns) == {"split", "model", "metric", "part", "score"}
    of = scores[(scores.model == "tree") & (scores.metric == "r2") & (scores.part == "test")]
    assert len(of) == 30 and of.score.mean() == pytest.approx(report.distribution("r2", "tree").mean, rel=1e-12)
    table = report.summary
    assert len(table) == 9 and table.loc[0, "worst"] == report.worst("r2", "ridge")
    pairs = [c for c in report.comparisons if (c.a, c.b, c.metric) == ("ridge", "tree", "r2")]
    assert len(pairs) == 1 and pairs[0].mean_difference > 0 and pairs[0].p < 0.05
    difference = of.score.to_numpy() - scores[
        (scores.model == "ridge") & (scores.metric == "r2") & (scores.part == "test")
    ].score.to_numpy()
    assert pairs[0].mean_difference == pytest.approx(-np.mean(difference), rel=1e-9)


def test_claims_are_judged_and_asserted(report: rs.Report) -> None:
    assert [claim.verdict for claim in report.claims] == ["holds", "fails"] and not report.holds
    with pytest.raises(AssertionError) as caught:
        report.assert_holds()
    assert "fails" in str(caught.value) and "mean(tree.r2) >= 0.4" in str(caught.value)
    good = rs.evaluate("ridge", DATA / "diabetes.csv", "target", splits=30)
    good.assert_holds("mean(r2) >= 0.4")
    with pytest.raises(rs.ReportError):
        good.assert_holds()
    (judged,) = good.check("worst(r2) >= 0.9")
    assert judged.verdict == "fails" and judged.observed == good.worst() and judged.split is not None
    with pytest.raises(rs.ClaimError):
        good.check("worst(r3) >= 0.9")
    with pytest.raises(AssertionError):
        good.assert_holds("p05(r2) >= 0.3999", confidence=0.95, undecided="fail")


def test_a_report_is_kept_and_read(report: rs.Report, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    report.save(path)
    read = rs.read_report(path)
    assert read.to_json() == report.to_json() and repr(read) == repr(report)
    report.save(tmp_path / "run.md")
    assert "| " in (tmp_path / "run.md").read_text()
    done = command("check", str(path), "--claim", "mean(r2) >= 0.99")
    assert done.returncode == 1
    with pytest.raises(rs.ReportError):
        read.inspect()
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(rs.RandsplitError) as caught:
        rs.read_report(tmp_path / "broken.json")
    assert "broken.json" in str(caught.value)


def test_notes_have_pages() -> None:
    found = rs.evaluate("ols", DATA / "mtcars.csv", "mpg", splits=40)
    for code, message in found.warnings:
        assert message and rs.explain(code).startswith(rs.explain(code).splitlines()[0])
    with pytest.raises(rs.SettingError):
        rs.explain("RS999")


def test_the_command_is_the_program() -> None:
    assert command("--version").stdout.startswith("randsplit ")
    bad = command("eval", "nowhere.csv", "-t", "y")
    assert bad.returncode == 2 and bad.stdout == "" and "nowhere.csv" in bad.stderr
    binary = os.environ.get("RANDSPLIT_BINARY")
    if binary:
        for asked in (["--help"], ["models"], ["eval", str(DATA / "iris.csv"), "-t", "target", "-n", "20"]):
            other = subprocess.run([binary, *asked], capture_output=True, text=True, check=True)
            assert command(*asked).stdout == other.stdout
    assert json.loads(command("models", "--format", "json").stdout)


def test_data_cannot_act_in_a_page(few) -> None:
    import pandas as pd

    x, y = few
    frame = pd.DataFrame(x, columns=["<script>alert(1)</script>", "\x1b[31mred", "c"])
    found = rs.evaluate("ridge", frame, pd.Series(y, name="<b>"), splits=5)
    assert "<script>" not in found._repr_html_() and "\x1b[31m" not in repr(found)
