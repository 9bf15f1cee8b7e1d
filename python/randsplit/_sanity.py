"""Checks of models in the making."""

from __future__ import annotations

import html
import inspect
import json
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from ._errors import setting
from ._evaluate import asked, evaluate
from ._report import _width


@dataclass(frozen=True)
class Check:
    """A check with its verdict.

    Attributes
    ----------
    model : str or None
        The model that was checked; ``None`` for what is checked of the splits.
    name : str
        The check, such as ``"overfit"``; ``randsplit list sanity`` has all.
    verdict : {"pass", "fail", "note", "not_applicable"}
        A note is a failure that a sound model may have too.
    reason : str
        Why, with figures.
    """

    model: str | None
    name: str
    verdict: str
    reason: str


class Sanity:
    """What checks of models have found.

    It is made by :func:`sanity`. Printed, it is the page of ``randsplit sanity``.
    """

    def __init__(self, data: Mapping[str, Any], text: str) -> None:
        self._data, self._text = data, text

    @property
    def checks(self) -> list[Check]:
        """All checks, those of the splits first."""
        groups = [(None, self._data["splits"]), *((m["model"], m["checks"]) for m in self._data["models"])]
        return [Check(model, c["check"], c["verdict"], c["reason"]) for model, found in groups for c in found]

    @property
    def passes(self) -> bool:
        """Whether no check fails."""
        return all(check.verdict != "fail" for check in self.checks)

    def assert_passes(self) -> None:
        """Raise an ``AssertionError`` with the failures unless every check passes."""
        failed = [check for check in self.checks if check.verdict == "fail"]
        if failed:
            lines = [f"  {check.model or 'splits'}: {check.name}: {check.reason}" for check in failed]
            raise AssertionError("\n".join(["not every check passes", *lines]))

    def to_dict(self) -> dict[str, Any]:
        """Return all that was found (schema ``randsplit.sanity/1``)."""
        return dict(self._data)

    def __repr__(self) -> str:
        return self._text.rstrip("\n")

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self._text)}</pre>"


def sanity(
    model: Any, X: Any, y: Any = None, *, checks: Sequence[str] = (), skip: Sequence[str] = (), **settings: Any
) -> Sanity:
    """Check a model in the making: does it learn what is easy, overfit a few rows, look at test rows, and so on?

    Parameters
    ----------
    model, X, y
        As for :func:`evaluate`.
    checks : sequence of str
        These checks alone; ``randsplit list sanity`` has all.
    skip : sequence of str
        All but these.
    **settings
        Settings of :func:`evaluate` that concern the data, the splits and the models, such as ``seed``, ``groups`` or
        ``n_jobs``.

    Returns
    -------
    Sanity

    Examples
    --------
    >>> import randsplit as rs
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> rs.sanity(DecisionTreeRegressor(random_state=0), X, y, checks=["overfit"], n_jobs=1).passes
    True
    """
    given = inspect.signature(evaluate).bind(model, X, y, **settings)
    given.apply_defaults()
    if given.arguments["executor"] is not None:
        raise setting("checks take no executor; leave it out")
    question = asked(given.arguments)
    found, text = question.sanity(list(checks), list(skip), _width())
    return Sanity(json.loads(found), text)
