"""Figures of a report."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib
import pandas
import pytest

import randsplit as rs

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def report() -> rs.Report:
    return rs.evaluate(["ridge", "tree"], str(DATA / "diabetes.csv"), "target", splits=20, seed=1, probes=["importance"])


def test_every_figure_that_a_report_has_is_an_svg(report: rs.Report) -> None:
    drawn = 0
    for name in dir(report.plot):
        try:
            figure = getattr(report.plot, name)()
        except rs.ReportError as why:
            assert "nothing for the figure" in str(why)
            continue
        assert figure._repr_svg_().startswith("<svg") and figure.title in repr(figure)
        assert isinstance(figure.numbers(), pandas.DataFrame) and len(figure.numbers())
        drawn += 1
    assert drawn >= 6


def test_metric_and_model_are_chosen_and_checked(report: rs.Report) -> None:
    assert "rmse" in report.plot.scores(metric="rmse").title
    assert report.plot.importance(model="tree").title.startswith("tree")
    with pytest.raises(ValueError, match="the report has r2"):
        report.plot.scores(metric="r3")
    with pytest.raises(AttributeError, match="there is no figure 'pie'"):
        report.plot.pie
    with pytest.raises(ValueError, match="give 'svg' or 'matplotlib'"):
        report.plot.scores(backend="gnuplot")


def test_files_are_svg_or_png(report: rs.Report, tmp_path: Path) -> None:
    figure = report.plot.answer()
    figure.save(tmp_path / "a.svg")
    figure.save(tmp_path / "a.png")
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    png = (tmp_path / "a.png").read_bytes()
    assert png.startswith(b"\x89PNG") and int.from_bytes(png[16:20], "big") == 1440
    with pytest.raises(ValueError, match="name it .svg or .png"):
        figure.save(tmp_path / "a.gif")


def test_matplotlib_has_the_numbers_of_the_report(report: rs.Report) -> None:
    matplotlib.use("Agg")
    axes = report.plot.train_test(metric="r2", backend="matplotlib")
    offsets = axes[0, 0].collections[0].get_offsets()
    scores = report.scores()
    test = scores[(scores.model == "ridge") & (scores.metric == "r2") & (scores.part == "test")].score
    assert list(offsets[:, 1]) == pytest.approx(list(test), abs=1e-12)
    assert axes[0, 0].get_ylabel() == "r2 on the test rows"


def test_a_notebook_and_a_page_show_the_picture(report: rs.Report, tmp_path: Path) -> None:
    shown = report._repr_html_()
    assert "<svg" in shown and "<pre>" in shown
    report.save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert page.startswith("<!DOCTYPE html>") and len(re.findall("<figure", page)) >= 6
