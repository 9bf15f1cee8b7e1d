"""Figures of a report."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Callable

from . import _core
from ._errors import made

if TYPE_CHECKING:
    from ._report import Report

# The colours of models on white, as in the SVG.
_PALETTE = ("#0072b2", "#d55e00", "#009e73", "#87104f", "#675200", "#00527c", "#977dfb", "#6b6b6b")
_INKS = {"Baseline": "#767676", "Good": "#00724c", "Bad": "#b3261e", "Text": "#1b1b1b", "Muted": "#5f5f5f"}
_DASHES = {"Solid": "-", "Long": "--", "Short": ":"}


class Figure:
    """A figure of a report, as an object that notebooks show.

    Attributes
    ----------
    title : str
        What is to be seen in it.
    description : str
        What it shows, for those who cannot see it.
    """

    def __init__(self, core: _core.CoreFigure) -> None:
        self._core = core
        self.title: str = core.title
        self.description: str = core.description

    def __repr__(self) -> str:
        return f"<randsplit.Figure: {self.title}>"

    def _repr_svg_(self) -> str:
        return self._core.svg()

    def svg(self) -> str:
        """Return it as SVG."""
        return self._core.svg()

    def png(self, scale: float = 2.0) -> bytes:
        """Return it as PNG, with ``scale`` pixels for each of the figure's own (720 across)."""
        return bytes(self._core.png(scale))

    def save(self, path: str | os.PathLike[str], scale: float = 2.0) -> None:
        """Write it to a file, as SVG or PNG by the ending of its name.

        Raises
        ------
        ValueError
            If the name ends in something else.
        """
        ending = os.fspath(path).rpartition(".")[2].lower()
        if ending not in ("svg", "png"):
            raise ValueError(f"{os.fspath(path)!r}: its ending tells no picture; name it .svg or .png")
        content = self.png(scale) if ending == "png" else self.svg().encode() + b"\n"
        with open(path, "wb") as file:
            file.write(content)

    def numbers(self) -> Any:
        """Return its numbers as a data frame of texts (pandas)."""
        import pandas

        head, rows = self._core.numbers
        return pandas.DataFrame(rows, columns=head)

    def matplotlib(self) -> Any:
        """Draw it with matplotlib, and return the array of axes, a panel each, to be edited."""
        return _drawn(json.loads(self._core.panels()), self.title)


class Plots:
    """The figures of a report: ``report.plot.scores()``, ``report.plot.roc(model="forest")``.

    ``dir(report.plot)`` lists them; a dash in a name is an underscore here. Called by name or as ``report.plot("roc")``, each takes

    metric : str, optional
        The metric, of figures that there is one of for each; the primary one without it.
    model : str, optional
        The model, of figures that there is one of for each; the first without it.
    backend : {"svg", "matplotlib"}
        ``"matplotlib"`` returns an array of matplotlib's axes in place of a :class:`Figure`.
    """

    def __init__(self, report: Report) -> None:
        self._report = report

    def __dir__(self) -> list[str]:
        return sorted(name.replace("-", "_") for name, _, _ in _core.figure_kinds())

    def __getattr__(self, name: str) -> Callable[..., Any]:
        wanted = name.replace("_", "-")
        for kind, summary, needs in _core.figure_kinds():
            if kind == wanted:

                def draw(metric: str | None = None, model: str | None = None, backend: str = "svg") -> Any:
                    return self(kind, metric=metric, model=model, backend=backend)

                draw.__name__ = name
                draw.__doc__ = f"{summary}." + (f"\n\nIt takes {needs}." if needs else "")
                return draw
        raise AttributeError(f"there is no figure {name!r}; there are {', '.join(dir(self))}")

    def __call__(
        self, name: str, *, metric: str | None = None, model: str | None = None, backend: str = "svg"
    ) -> Any:
        """Draw the figure of that name."""
        if backend not in ("svg", "matplotlib"):
            raise ValueError(f"backend={backend!r}: give 'svg' or 'matplotlib'")
        name = name.replace("_", "-")
        for what, asked, known in (("metric", metric, self._report.metrics), ("model", model, self._report.models)):
            if asked is not None and asked not in known:
                raise ValueError(f"{what}={asked!r}: the report has {', '.join(known)}")
        core = _core.figure(self._report._core, name, metric, model)
        if core is None:
            needs = {kind: needs for kind, _, needs in _core.figure_kinds()}[name]
            why = f": it takes {needs}" if needs else ""
            raise made("unsuitable-report", 2, f"this report has nothing for the figure {name}{why}")
        figure = Figure(core)
        return figure.matplotlib() if backend == "matplotlib" else figure


def _colour(ink: str) -> str:
    if ink.startswith("Model("):
        return _PALETTE[int(ink[6:-1]) % len(_PALETTE)]
    return _INKS[ink]


def _drawn(figure: dict[str, Any], title: str) -> Any:
    """Draw panels with matplotlib."""
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError("backend='matplotlib' needs matplotlib; pip install matplotlib") from missing
    panels = figure["panels"]
    columns = figure["columns"]
    rows = -(-len(panels) // columns)
    heights = [max(panel["height"] for panel in panels[row * columns : (row + 1) * columns]) for row in range(rows)]
    whole, axes = plt.subplots(
        rows,
        columns,
        squeeze=False,
        figsize=(9, sum(heights) / 60 + 0.6 * rows + 0.5),
        gridspec_kw={"height_ratios": heights},
        layout="constrained",
    )
    whole.suptitle(title, wrap=True)
    flat = axes.flatten()
    for panel, ax in zip(panels, flat):
        for mark in panel["marks"]:
            _mark(ax, mark)
        ax.set_title(panel["title"], loc="left", fontsize="medium")
        for axis, name in ((panel["x"], "x"), (panel["y"], "y")):
            if axis["kind"] == "log":
                getattr(ax, f"set_{name}scale")("log")
            getattr(ax, f"set_{name}lim")(*axis["domain"])
            getattr(ax, f"set_{name}label")(axis["label"])
            getattr(ax, f"set_{name}ticks")([at for at, _ in axis["ticks"]], [text for _, text in axis["ticks"]])
    for ax in flat[len(panels) :]:
        ax.set_visible(False)
    return axes


def _mark(ax: Any, mark: dict[str, Any]) -> None:
    from matplotlib.patches import Rectangle

    colour, kind = _colour(mark["ink"]), mark["kind"]
    if kind in ("boxes", "cells"):
        for at, (left, right, bottom, top) in enumerate(mark["boxes"]):
            alpha = mark["opacity"] if kind == "boxes" else 0.06 + 0.84 * mark["shares"][at]
            ax.add_patch(Rectangle((left, bottom), right - left, top - bottom, color=colour, alpha=alpha, linewidth=0))
    elif kind == "area":
        ax.fill_between(mark["x"], mark["low"], mark["high"], color=colour, alpha=0.22, linewidth=0)
    elif kind == "line":
        xs, ys = zip(*mark["points"])
        ax.plot(xs, ys, color=colour, linestyle=_DASHES[mark["dash"]], linewidth=mark["width"])
    elif kind == "points":
        xs, ys = zip(*mark["points"])
        ax.scatter(xs, ys, s=(2 * mark["radius"]) ** 2, color=colour, alpha=0.6 if len(xs) > 60 else 1.0, linewidths=0)
    elif kind == "rug":
        ax.scatter(mark["at"], [mark["y"]] * len(mark["at"]), marker="|", color=colour, alpha=0.6)
    elif kind == "upright":
        ax.axvline(mark["at"], color=colour, linestyle=_DASHES[mark["dash"]])
        ax.annotate(mark["text"], (mark["at"], 1), xycoords=("data", "axes fraction"), va="top", fontsize="small")
    elif kind == "level":
        ax.axhline(mark["at"], color=colour, linestyle=_DASHES[mark["dash"]])
        ax.annotate(mark["text"], (1, mark["at"]), xycoords=("axes fraction", "data"), ha="right", fontsize="small")
    else:
        side = {"Right": "left", "Left": "right", "Middle": "center"}[mark["side"]]
        ax.annotate(mark["text"], mark["at"], ha=side, va="center", fontsize="small")
