"""The exceptions of the package, one for each kind of error."""

from __future__ import annotations

import json

__all__ = ["RandsplitError"]


class RandsplitError(ValueError):
    """Something that could not be done, as one sentence that says what to do about it.

    Attributes
    ----------
    code : str
        The stable code of the kind, such as ``"invalid-setting"``; ``randsplit list errors`` has all of them.
    exit_code : int
        How the command ends with it: 2 for invalid input, 3 for a run that could not be finished.
    subject : tuple of (str, str) or None
        What it is about, as a kind such as ``"column"`` and its name.
    """

    code: str = ""
    exit_code: int = 2
    subject: tuple[str, str] | None = None


class SettingError(RandsplitError):
    """A setting has no such value, or two settings do not go together."""


class FileError(RandsplitError):
    """A file is not there, cannot be read, or is not in a form that is read."""


class DataError(RandsplitError):
    """A table can be read, and does not suit what is asked of it."""


class ModelError(RandsplitError):
    """A model or one of its parameters does not exist, or does not suit the target."""


class MetricError(RandsplitError):
    """A metric does not exist, or does not suit the target."""


class ClaimError(RandsplitError):
    """A claim cannot be read or checked."""


class ProbeError(RandsplitError):
    """A probe does not exist, or does not suit the target."""


class ReportError(RandsplitError):
    """A report does not hold what is asked of it, or is of other data."""


class RunError(RandsplitError):
    """A run could not be finished."""


class WriteError(RandsplitError):
    """A result could not be written."""


class InternalError(RandsplitError):
    """An assumption of randsplit does not hold: a bug."""


_KINDS: dict[str, type[RandsplitError]] = {
    "invalid-setting": SettingError,
    "unreadable-file": FileError,
    "unsuitable-data": DataError,
    "invalid-model": ModelError,
    "invalid-metric": MetricError,
    "invalid-claim": ClaimError,
    "invalid-probe": ProbeError,
    "unsuitable-report": ReportError,
    "run-failed": RunError,
    "write-failed": WriteError,
    "internal": InternalError,
}


def made(code: str, exit_code: int, text: str, subject: str | None = None) -> RandsplitError:
    """Return the exception for an error of the library."""
    error = _KINDS.get(code, RandsplitError)(text)
    error.code, error.exit_code = code, exit_code
    if subject is not None:
        parts = json.loads(subject)
        error.subject = (parts["kind"], parts["name"])
    return error


def setting(text: str) -> SettingError:
    """Return the exception for a setting that the package itself refuses."""
    error = SettingError(text)
    error.code = "invalid-setting"
    return error
