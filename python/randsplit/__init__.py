"""Is a model's score real, or did it get a lucky train/test split?

:func:`evaluate` fits a model on many seeded train/test splits of one table and returns a :class:`Report` with the whole
distribution of its scores, the baseline beside it, and verdicts on claims that were stated beforehand:

>>> import randsplit as rs
>>> report = rs.evaluate("ridge", "data/diabetes.csv", "target", splits=100, claims=["p05(r2) >= 0.3"])
>>> report.holds
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._errors import (
        ClaimError,
        DataError,
        FileError,
        InternalError,
        MetricError,
        ModelError,
        ProbeError,
        RandsplitError,
        ReportError,
        RunError,
        SettingError,
        WriteError,
    )
    from ._evaluate import evaluate
    from ._figure import Figure
    from ._metrics import Metric
    from ._parts import Question, merge_parts, question, run_part
    from ._sanity import Check, Sanity, sanity
    from ._scores import from_scores
    from ._report import (
        Claim,
        Comparison,
        Inspection,
        ProbeFigure,
        ProbeReading,
        Report,
        Summary,
        explain,
        read_report,
    )
    from ._splits import SplitPlan

#: The module of each name: nothing is imported before it is used, so that the command starts at once.
_HOMES = {
    "evaluate": "_evaluate",
    "Question": "_parts",
    "question": "_parts",
    "run_part": "_parts",
    "merge_parts": "_parts",
    "from_scores": "_scores",
    "sanity": "_sanity",
    "Sanity": "_sanity",
    "Check": "_sanity",
    "SplitPlan": "_splits",
    "Metric": "_metrics",
    "Report": "_report",
    "Summary": "_report",
    "Claim": "_report",
    "Comparison": "_report",
    "Inspection": "_report",
    "ProbeFigure": "_report",
    "ProbeReading": "_report",
    "read_report": "_report",
    "explain": "_report",
    "Figure": "_figure",
    "RandsplitError": "_errors",
    "SettingError": "_errors",
    "FileError": "_errors",
    "DataError": "_errors",
    "ModelError": "_errors",
    "MetricError": "_errors",
    "ClaimError": "_errors",
    "ProbeError": "_errors",
    "ReportError": "_errors",
    "RunError": "_errors",
    "WriteError": "_errors",
    "InternalError": "_errors",
}

__all__ = [
    "Check",
    "Claim",
    "ClaimError",
    "Comparison",
    "DataError",
    "Figure",
    "FileError",
    "Inspection",
    "InternalError",
    "Metric",
    "MetricError",
    "ModelError",
    "ProbeError",
    "ProbeFigure",
    "ProbeReading",
    "Question",
    "RandsplitError",
    "Report",
    "ReportError",
    "RunError",
    "Sanity",
    "SettingError",
    "SplitPlan",
    "Summary",
    "WriteError",
    "__version__",
    "evaluate",
    "explain",
    "from_scores",
    "merge_parts",
    "question",
    "read_report",
    "run_part",
    "sanity",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from ._core import __version__

        return __version__
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
