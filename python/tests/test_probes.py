"""Behaviours that are stated in Python, and what probes found, as objects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import randsplit as rs

from conftest import DATA

EXAMPLE = DATA.parent / "examples" / "behaviours.toml"


def test_behaviours_are_those_of_a_claims_file(tmp_path: Path) -> None:
    tomllib = pytest.importorskip("tomllib")
    behaviours = tomllib.loads(EXAMPLE.read_text())["behaviour"]
    path, more = DATA / "diabetes.csv", {"splits": 8, "metrics": ["r2"]}
    of_file = rs.evaluate("ridge", path, "target", claims_files=[EXAMPLE], **more)
    # NumPy's numbers are numbers, and keys without a value are no keys.
    behaviours[1]["noise"] = np.float64(behaviours[1]["noise"])
    behaviours[3]["why"] = None
    stated = rs.evaluate("ridge", path, "target", behaviours=behaviours, **more)
    assert [c.verdict for c in stated.claims] == [c.verdict for c in of_file.claims]
    assert stated.probes == of_file.probes and len(stated.probes) >= 5
    assert {reading.probe for reading in stated.probes} == {"behaviour"}
    # Some in a file and others in another, and one more beside.
    for at, behaviour in enumerate(behaviours[:2]):
        lines = [f"{key} = {float(v) if isinstance(v, float) else repr(v)}" for key, v in behaviour.items()]
        (tmp_path / f"{at}.toml").write_text("\n".join(["[[behaviour]]", *lines]))
    files = [tmp_path / "0.toml", tmp_path / "1.toml"]
    mixed = rs.evaluate("ridge", path, "target", claims_files=files, behaviours=behaviours[4], **more)
    names = [behaviours[at]["name"] for at in (0, 1, 4)]
    held = [reading.name for reading in mixed.probes if reading.name.startswith("behaviour[")]
    assert held == [f"behaviour[{name}]" for name in names]
    assert [claim.raw["name"] for claim in mixed.claims] == names


def test_a_model_of_ones_own_has_to_behave(diabetes) -> None:
    rises = {"name": "rises", "test": "direction", "column": "bmi", "prediction": "rises"}
    falls = {**rises, "name": "falls", "prediction": "falls"}
    report = rs.evaluate(Ridge(), *diabetes, splits=6, metrics=["r2"], behaviours=[rises, falls], n_jobs=1)
    assert [claim.verdict for claim in report.claims] == ["holds", "fails"]
    held = [reading.worst for reading in report.probes if reading.name.startswith("behaviour[")]
    assert held == [1.0, 0.0]


@pytest.mark.parametrize(
    "behaviours, words",
    [
        ([{"name": "n", "test": "directon"}], "behaviours[0] ('n'): no test 'directon', did you mean 'direction'?"),
        ([{"test": "direction"}], "behaviours[0]: there is no name"),
        (["rises"], "behaviours[0] is str; give a dict"),
        ([{"name": "n", "test": "no-use", "column": "age", "tolerance": 0.1}] * 2, "two behaviours 'n'"),
        ([{"name": "n", "test": "no-use", "column": "agee", "tolerance": 0.1}], "did you mean 'age'"),
    ],
)
def test_behaviours_that_mean_nothing_are_refused(behaviours, words: str) -> None:
    with pytest.raises(rs.RandsplitError) as caught:
        rs.evaluate("ridge", DATA / "diabetes.csv", "target", splits=3, behaviours=behaviours)
    assert words in str(caught.value)


def test_what_probes_found_is_typed() -> None:
    report = rs.evaluate(
        ["ridge", "tree:max_depth=2"], DATA / "diabetes.csv", "target", splits=10, probes=["importance", "gap", "residuals"]
    )
    data = report.to_dict()["models"]
    assert len(report.probes) == sum(len(model["probes"]) for model in data)
    found = {(reading.model, reading.name): reading for reading in report.probes}
    gap = found["tree", "gap[r2]"]
    raw = data[1]["probes"]["gap[r2]"]
    assert (gap.probe, gap.direction, gap.mean, gap.worst_split) == ("gap", raw["direction"], raw["mean"], raw["worst"]["split"])
    assert gap.ci95 == tuple(raw["ci95"]) and gap.count == 10 and gap.undefined == 0
    bmi = found["ridge", "importance[bmi]"]
    table = report.readings()
    values = table[(table.model == "ridge") & (table.reading == "importance[bmi]")].value
    assert (bmi.min, bmi.max) == (values.min(), values.max())
    assert bmi.mean == pytest.approx(values.mean(), rel=1e-12)
    assert {reading.probe for reading in report.probes} == {"importance", "gap", "residuals"}
    figures = {(figure.model, figure.name): figure for figure in report.figures}
    agreement = figures["ridge", "importance.kendall_w"]
    assert agreement.probe == "importance" and agreement.value == data[0]["probe_figures"]["importance.kendall_w"]
    with pytest.raises(AttributeError):
        agreement.value = 1.0  # type: ignore[misc]
