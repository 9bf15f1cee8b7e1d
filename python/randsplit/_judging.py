"""How scores are judged, as the compiled part takes it."""

from __future__ import annotations

import os
from typing import Any, Mapping, Sequence


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
