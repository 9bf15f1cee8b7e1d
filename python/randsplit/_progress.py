"""A progress bar, where one is wanted and tqdm is installed."""

from __future__ import annotations

import sys
from typing import Any


class Bar:
    """A bar that is shown once the number of splits is known.

    Parameters
    ----------
    what : str
        What is counted.
    wanted : bool or None
        Whether it is shown; ``None`` for in a terminal or notebook.
    """

    def __init__(self, what: str, wanted: bool | None) -> None:
        self._what, self._bar = what, None
        self._wanted = _is_watched() if wanted is None else wanted
        self._must = bool(wanted)

    def __enter__(self) -> "Bar":
        return self

    def show(self, done: int, of: int) -> None:
        """Show how far the work is."""
        if not self._wanted or of == 0:
            return
        if self._bar is None:
            self._bar = self._made(of)
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def _made(self, of: int) -> Any:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            if self._must:
                from ._errors import setting

                raise setting("progress=True needs tqdm; install it, or leave progress out") from None
            self._wanted = False
            return None
        return tqdm(total=of, desc=self._what, leave=False)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _is_watched() -> bool:
    """Tell whether somebody looks: a terminal, or a notebook."""
    if "IPython" in sys.modules:
        from IPython import get_ipython

        if type(get_ipython()).__name__ == "ZMQInteractiveShell":
            return True
    return sys.stderr is not None and sys.stderr.isatty()
