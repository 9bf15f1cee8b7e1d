"""Reports: what an evaluation found, as objects, tables and text."""

from __future__ import annotations

import html
import json
import os
import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from . import _core
from ._errors import ReportError, made
from ._figure import Plots

if TYPE_CHECKING:
    from ._asked import Asked
    from ._splits import SplitPlan

#: Columns of text that nobody's terminal sets.
_WIDTH = 100


@dataclass(frozen=True)
class Summary:
    """The distribution of one metric's scores over the splits of one model.

    Attributes
    ----------
    model, metric : str
        Whose scores, by what.
    direction : {"higher", "lower", "none"}
        Which way the metric gets better.
    count : int
        Splits with a score.
    mean, sd : float or None
        Over the splits.
    ci95 : tuple of float or None
        The 95 % interval of the mean for new data, corrected for the overlap of splits (Nadeau and Bengio 2003).
    worst, best : float or None
        The extreme scores.
    worst_split, best_split : int or None
        Their splits.
    quantiles : dict of str to float
        ``"p01"`` to ``"p99"``.
    train_mean : float or None
        The mean score on the train rows.
    undefined : int
        Splits without a score.
    """

    model: str
    metric: str
    direction: str
    count: int
    mean: float | None
    sd: float | None
    ci95: tuple[float, float] | None
    worst: float | None
    worst_split: int | None
    best: float | None
    best_split: int | None
    quantiles: Mapping[str, float]
    train_mean: float | None
    undefined: int


@dataclass(frozen=True)
class Claim:
    """A claim with its verdict.

    Attributes
    ----------
    text : str
        The claim as it was stated.
    model : str or None
        The model that it was judged for.
    verdict : {"holds", "fails", "undecided"}
        The verdict.
    observed, threshold, margin : float or None
        What was observed, what was claimed, and by how much it is better.
    split : int or None
        The split that decides, where one does.
    raw : dict
        The claim as the report has it.
    """

    text: str
    model: str | None
    verdict: str
    observed: float | None
    threshold: float | None
    margin: float | None
    split: int | None
    raw: Mapping[str, Any]

    @property
    def holds(self) -> bool:
        """Whether the verdict is that it holds."""
        return self.verdict == "holds"


@dataclass(frozen=True)
class Comparison:
    """Two models compared split by split.

    Attributes
    ----------
    a, b : str
        The models.
    metric : str
        By which score.
    mean_difference : float or None
        The mean of a's score minus b's.
    ci95 : tuple of float or None
        Its interval by the corrected resampled t-test.
    t, p : float or None
        The statistic and the two-sided p-value.
    better, equal, worse : float or None
        The probabilities that a is better by more than the region of practical equivalence, within it, or worse
        (Benavoli et al. 2017).
    won : float or None
        Share of the splits that a wins.
    raw : dict
        The comparison as the report has it.
    """

    a: str
    b: str
    metric: str
    mean_difference: float | None
    ci95: tuple[float, float] | None
    t: float | None
    p: float | None
    better: float | None
    equal: float | None
    worse: float | None
    won: float | None
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class ProbeReading:
    """What a probe measures of a model, over the splits.

    Attributes
    ----------
    model : str
        Whose number it is.
    probe : str
        The probe, such as ``"importance"``; ``"behaviour"`` and ``"chain"`` for these.
    name : str
        Such as ``"importance[bmi]"``, as claims name it.
    direction : {"higher", "lower", "none"}
        Which way it gets better.
    count : int
        Splits with a value.
    mean, sd : float or None
        Over the splits.
    ci95 : tuple of float or None
        The 95 % interval of the mean for new data, corrected for the overlap of splits.
    min, max : float or None
        The smallest and the largest value.
    worst, best : float or None
        The extremes of what has a direction.
    worst_split, best_split : int or None
        Their splits.
    undefined : int
        Splits without a value.
    reasons : dict of str to int
        Why, each with the number of splits.
    """

    model: str
    probe: str
    name: str
    direction: str
    count: int
    mean: float | None
    sd: float | None
    ci95: tuple[float, float] | None
    min: float | None
    max: float | None
    worst: float | None
    worst_split: int | None
    best: float | None
    best_split: int | None
    undefined: int
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class ProbeFigure:
    """What a probe concludes about a model from all splits together.

    Attributes
    ----------
    model, probe : str
        Of which model, by which probe.
    name : str
        Such as ``"importance.kendall_w"``, as claims name it.
    value : float
        The number.
    """

    model: str
    probe: str
    name: str
    value: float


@dataclass(frozen=True)
class Inspection:
    """Why splits score as they do.

    Attributes
    ----------
    data : dict
        All that was found (schema ``randsplit.inspection/1``).
    """

    data: Mapping[str, Any]
    _text: str

    def __repr__(self) -> str:
        return self._text.rstrip("\n")

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self._text)}</pre>"


class Report:
    """What an evaluation found.

    It is made by :func:`evaluate` or :func:`read_report`. Printed, it is the page that the command prints.

    Attributes
    ----------
    partial : bool
        Whether the run was stopped before all splits were done.
    """

    def __init__(self, core: _core.CoreReport, *, question: Asked | None = None) -> None:
        self._core, self._question = core, question

    # --- as text ------------------------------------------------------------------------------------------------

    def text(
        self, format: str = "table", *, width: int | None = None, detail: bool = False, colour: bool = False
    ) -> str:
        """Return the report as text in one of the command's formats.

        Parameters
        ----------
        format : str, default "table"
            ``table``, ``json``, ``ndjson``, ``csv``, ``markdown``, ``junit`` or ``github``.
        width : int, optional
            Columns of the page; those of the terminal if not given.
        detail : bool, default False
            Whether the whole distribution of every model is shown where several are.
        colour : bool, default False
            Whether text has ANSI colours.
        """
        return self._core.text(format, _width() if width is None else width, detail, colour, False)

    def __repr__(self) -> str:
        return self.text().rstrip("\n")

    def _repr_html_(self) -> str:
        # The page's short form: the picture that answers, and the table.
        core = _core.figure(self._core, "answer", None, None)
        picture = f"<div>{core.svg()}</div>" if core is not None else ""
        return f"{picture}<pre>{html.escape(self.text(width=_WIDTH))}</pre>"

    @property
    def plot(self) -> Plots:
        """The figures of the report: ``report.plot.scores()``, ``report.plot.roc(model="forest")``."""
        return Plots(self)

    def to_json(self) -> str:
        """Return the report as JSON, byte for byte what the command writes."""
        return self.text("json")

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a dictionary (schema ``randsplit.report/1``)."""
        return json.loads(self.to_json())  # type: ignore[no-any-return]

    def save(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Write the report to a file; as JSON, unless the ending of the name or ``format`` tells another form."""
        endings = {"md": "markdown", "html": "html", "htm": "html", "csv": "csv", "ndjson": "ndjson", "xml": "junit"}
        chosen = format or endings.get(os.fspath(path).rpartition(".")[2].lower(), "json")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(self.text(chosen))

    # --- as objects ---------------------------------------------------------------------------------------------

    @cached_property
    def _data(self) -> dict[str, Any]:
        return self.to_dict()

    @property
    def models(self) -> list[str]:
        """The names of the models, without the baseline."""
        return [model["name"] for model in self._data["models"]]

    @property
    def metrics(self) -> list[str]:
        """The names of the metrics, the primary one first."""
        return list(self._data["metrics"])

    @property
    def partial(self) -> bool:
        """Whether the run was stopped before all splits were done."""
        return bool(self._data["plan"]["partial"])

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """Notes and warnings, each with its code; :func:`explain` tells more of a code."""
        return [(warning["code"], warning["message"]) for warning in self._data["warnings"]]

    def _all_models(self) -> list[dict[str, Any]]:
        return [*self._data["models"], *([self._data["baseline"]] if self._data.get("baseline") else [])]

    def _model(self, name: str | None) -> dict[str, Any]:
        models = self._all_models()
        if name is None:
            return models[0]
        for model in models:
            if model["name"] == name:
                return model
        names = ", ".join(model["name"] for model in models)
        raise made("unsuitable-report", 2, f"the report has no model {name!r}; it has {names}")

    def distribution(self, metric: str | None = None, model: str | None = None) -> Summary:
        """Return the distribution of a metric's scores; of the primary metric and the first model if not given."""
        of = self._model(model)
        name = metric or self.metrics[0]
        if name not in of["metrics"]:
            raise made("unsuitable-report", 2, f"the report has no metric {name!r}; it has {', '.join(self.metrics)}")
        m = of["metrics"][name]
        worst, best = m.get("worst") or {}, m.get("best") or {}
        return Summary(
            model=of["name"],
            metric=name,
            direction=m["direction"],
            count=m["count"],
            mean=m.get("mean"),
            sd=m.get("sd"),
            ci95=_pair(m.get("ci95")),
            worst=worst.get("score"),
            worst_split=worst.get("split"),
            best=best.get("score"),
            best_split=best.get("split"),
            quantiles=m.get("quantiles") or {},
            train_mean=m.get("train_mean"),
            undefined=m["undefined"],
        )

    def worst(self, metric: str | None = None, model: str | None = None) -> float | None:
        """Return the worst score of a metric over the splits."""
        return self.distribution(metric, model).worst

    @property
    def summary(self) -> Any:
        """A line a model and metric, as a data frame where pandas or polars is installed, else as a list of dicts."""
        rows = []
        for model in self._all_models():
            for name in self.metrics:
                if name not in model["metrics"]:
                    continue
                s = self.distribution(name, model["name"])
                low, high = s.ci95 or (None, None)
                rows.append(
                    {
                        "model": s.model,
                        "metric": s.metric,
                        "mean": s.mean,
                        "ci95_low": low,
                        "ci95_high": high,
                        "sd": s.sd,
                        "worst": s.worst,
                        "worst_split": s.worst_split,
                        "p05": s.quantiles.get("p05"),
                        "median": s.quantiles.get("p50"),
                        "p95": s.quantiles.get("p95"),
                        "best": s.best,
                        "best_split": s.best_split,
                        "train_mean": s.train_mean,
                        "undefined": s.undefined,
                    }
                )
        return _frame(rows)

    def scores(self) -> Any:
        """Return every score, as a data frame where pandas or polars is installed, else as a list of dicts.

        Returns
        -------
        DataFrame
            Columns ``split``, ``model``, ``metric``, ``part`` (``"test"`` or ``"train"``) and ``score``, which is
            missing where a split has none.
        """
        rows = []
        for model in self._all_models():
            for split in model["splits"]:
                for part, key in (("test", "scores"), ("train", "train_scores")):
                    scores = split.get(key) or {}
                    for metric in self.metrics:
                        if metric in scores or part == "test":
                            rows.append(
                                {
                                    "split": split["split"],
                                    "model": model["name"],
                                    "metric": metric,
                                    "part": part,
                                    "score": scores.get(metric),
                                }
                            )
        return _frame(rows, numbers=("score",))

    @property
    def comparisons(self) -> list[Comparison]:
        """Each model against the baseline, then the models against each other."""
        found = [*self._data.get("against_baseline", []), *self._data.get("pairs", [])]
        return [
            Comparison(
                a=c["a"],
                b=c["b"],
                metric=c["metric"],
                mean_difference=c.get("mean_difference"),
                ci95=_pair(c.get("ci95")),
                t=c.get("t"),
                p=c.get("p"),
                better=c.get("better"),
                equal=c.get("equal"),
                worse=c.get("worse"),
                won=c.get("won"),
                raw=c,
            )
            for c in found
        ]

    @property
    def probes(self) -> list[ProbeReading]:
        """What probes and behaviours measured, over the splits of each model; :meth:`readings` has each split."""
        found = []
        for model in self._all_models():
            for name, m in (model.get("probes") or {}).items():
                worst, best = m.get("worst") or {}, m.get("best") or {}
                found.append(
                    ProbeReading(
                        model=model["name"],
                        probe=_core.probe_of(name) or "",
                        name=name,
                        direction=m["direction"],
                        count=m["count"],
                        mean=m.get("mean"),
                        sd=m.get("sd"),
                        ci95=_pair(m.get("ci95")),
                        min=m.get("min"),
                        max=m.get("max"),
                        worst=worst.get("score"),
                        worst_split=worst.get("split"),
                        best=best.get("score"),
                        best_split=best.get("split"),
                        undefined=m["undefined"],
                        reasons=m.get("undefined_reasons") or {},
                    )
                )
        return found

    @property
    def figures(self) -> list[ProbeFigure]:
        """What probes concluded from all splits of each model."""
        return [
            ProbeFigure(model["name"], _core.probe_of(name) or "", name, value)
            for model in self._all_models()
            for name, value in (model.get("probe_figures") or {}).items()
        ]

    def readings(self) -> Any:
        """Return what probes measured on each split: ``split``, ``model``, ``reading`` and ``value``."""
        rows = []
        for model in self._all_models():
            for split in model["splits"]:
                for name, value in (split.get("probes") or {}).items():
                    rows.append({"split": split["split"], "model": model["name"], "reading": name, "value": value})
        return _frame(rows, numbers=("value",))

    # --- verdicts -----------------------------------------------------------------------------------------------

    @property
    def claims(self) -> list[Claim]:
        """The claims with their verdicts."""
        return [_claim(claim) for claim in self._data.get("claims", [])]

    @property
    def holds(self) -> bool:
        """Whether every claim holds; true without claims, as the command's exit code 0."""
        return all(claim.verdict != "fails" for claim in self.claims)

    def assert_holds(self, *claims: str, confidence: float | None = None, undecided: str = "pass") -> None:
        """Raise an ``AssertionError`` with the verdicts unless every claim holds: a gate for tests.

        Parameters
        ----------
        *claims : str
            Further claims to judge, such as ``"worst(r2) >= 0.1"``.
        confidence : float, optional
            The confidence at which these are judged.
        undecided : {"pass", "fail"}, default "pass"
            Whether a claim that is undecided passes.
        """
        judged = [*self.claims, *(self.check(*claims, confidence=confidence) if claims else [])]
        if not judged:
            raise made("unsuitable-report", 2, "there is no claim to hold; evaluate with claims, or give some here")
        bad = ("fails", "undecided") if undecided == "fail" else ("fails",)
        if any(claim.verdict in bad for claim in judged):
            raise AssertionError("\n".join(["not every claim holds", *map(_line, judged)]))

    def check(self, *claims: str, confidence: float | None = None, allow_failed: int | float | None = None) -> list[Claim]:
        """Judge further claims by the scores of this report; nothing is fitted.

        Parameters
        ----------
        *claims : str
            Such as ``"p05(r2) >= 0.3"``.
        confidence : float, optional
            Judge by the bounds at this confidence; by what is observed if not given.
        allow_failed : int or float, optional
            Number or share of the splits that may have no score.
        """
        allowed = None if allow_failed is None else str(allow_failed)
        return [_claim(claim) for claim in json.loads(self._core.judge(list(claims), confidence, allowed))]

    # --- the splits ---------------------------------------------------------------------------------------------

    def inspect(
        self,
        split: int | str | None = None,
        *,
        model: str | None = None,
        metric: str | None = None,
        width: int | None = None,
    ) -> Inspection:
        """Look into the splits: which differ, and why. The models are fitted again.

        Parameters
        ----------
        split : int or {"best", "worst", "outliers"}, optional
            The split to show; the best, the worst and those that stand out if not given.
        model, metric : str, optional
            The first model and the primary metric if not given.
        width : int, optional
            Columns of the page.

        Raises
        ------
        ReportError
            For a report that was read from a file: use ``randsplit inspect FILE``.
        """
        if self._question is None:
            raise made(
                "unsuitable-report",
                2,
                "a report that was read from a file is without its data; inspect the one that evaluate returned, or run "
                "randsplit inspect on the file",
            )
        found, text = self._question.inspect(
            self._core, model, metric, None if split is None else str(split), _width() if width is None else width
        )
        return Inspection(json.loads(found), text)

    @property
    def split_plan(self) -> SplitPlan:
        """The splits of this report for scikit-learn's functions; see :class:`SplitPlan`."""
        from ._splits import SplitPlan

        plan, data = self._data["plan"], self._data["data"]
        return SplitPlan(
            splits=plan["splits"],
            seed=plan["seed"],
            scheme=plan["scheme"],
            test_size=plan["test_size"],
            train_size=plan["train_size"],
            gap=plan["gap"],
            task=data["task"],
        )


def read_report(path: str | os.PathLike[str]) -> Report:
    """Read a report that was saved as JSON, by :meth:`Report.save` or by the command.

    Parameters
    ----------
    path : path
        The file.

    Raises
    ------
    FileError, ReportError
        Where it cannot be read.
    """
    return Report(_core.CoreReport.read(os.fspath(path)))


def explain(code: str) -> str:
    """Return what the code of a note or warning means, and what helps.

    Parameters
    ----------
    code : str
        Such as ``"RS001"``.
    """
    found = _core.explain(code)
    if found is None:
        raise made("invalid-setting", 2, f"no code {code!r}; report.warnings has those of a report")
    return f"{found[0]}\n\n{found[1]}"


def _claim(claim: Mapping[str, Any]) -> Claim:
    return Claim(
        text=claim["text"],
        model=claim.get("model"),
        verdict=claim["verdict"],
        observed=claim.get("observed"),
        threshold=claim.get("threshold"),
        margin=claim.get("margin"),
        split=claim.get("split"),
        raw=claim,
    )


def _line(claim: Claim) -> str:
    of = f" for {claim.model}" if claim.model else ""
    by = "" if claim.margin is None else f" by {abs(claim.margin):.4g}"
    seen = "" if claim.observed is None else f" (observed {claim.observed:.4g})"
    return f"  {claim.verdict:<9} {claim.text}{of}{by}{seen}"


def _pair(values: Sequence[float] | None) -> tuple[float, float] | None:
    return None if values is None else (values[0], values[1])


def _frame(rows: list[dict[str, Any]], numbers: Sequence[str] = ()) -> Any:
    """Return rows as a data frame of the library that is installed."""
    # A library that is loaded already is the one that its user works with.
    order = ["polars", "pandas"] if "polars" in sys.modules and "pandas" not in sys.modules else ["pandas", "polars"]
    for library in order:
        try:
            if library == "pandas":
                import pandas as pd

                frame = pd.DataFrame(rows)
                return frame.astype({name: float for name in numbers}) if rows else frame
            import polars as pl

            return pl.DataFrame(rows, infer_schema_length=None)
        except ImportError:
            continue
    return rows


def _width() -> int:
    return max(40, shutil.get_terminal_size((_WIDTH, 24)).columns)
