"""How scores are judged, as the compiled part takes it."""

from __future__ import annotations

import os
from typing import Any, Mapping, Sequence

from ._errors import setting


def tables(given: Sequence[Mapping[str, Any]] | Mapping[str, Any], what: str) -> list[dict[str, Any]]:
    """Return dicts of keys and values as JSON has them: keys without a value are left out, NumPy's values are Python's."""
    listed = [given] if isinstance(given, Mapping) else list(given)
    for at, table in enumerate(listed):
        if not isinstance(table, Mapping):
            raise setting(f"{what}[{at}] is {type(table).__name__}; give a dict with the keys of a [[behaviour]] of a claims file")
    return [_plain(table) for table in listed]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return _plain(value.tolist()) if hasattr(value, "tolist") else value


def judging(
    claims: Sequence[str] | str,
    claims_files: Sequence[str | os.PathLike[str]],
    fail_below: Mapping[str, float] | None,
    fail_above: Mapping[str, float] | None,
    confidence: float | None,
    allow_failed: int | float | None,
    rope: str | Sequence[str] | None,
) -> dict[str, Any]:
    """Return the settings of claims, bounds and equality by their names."""
    return {
        "claims": [claims] if isinstance(claims, str) else list(claims),
        "claims_files": [os.fspath(path) for path in claims_files],
        "fail_below": [f"{metric}={bound!r}" for metric, bound in (fail_below or {}).items()],
        "fail_above": [f"{metric}={bound!r}" for metric, bound in (fail_above or {}).items()],
        "confidence": confidence,
        "allow_failed": None if allow_failed is None else str(allow_failed),
        "rope": [] if rope is None else [rope] if isinstance(rope, str) else list(rope),
    }
