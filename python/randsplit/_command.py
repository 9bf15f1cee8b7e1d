"""The command ``randsplit``."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, and end the process with its exit code."""
    from ._core import main as run

    if sys.platform != "win32":
        import signal

        # The program has handlers of its own, and Python's would stand in their way.
        for name in ("SIGINT", "SIGPIPE"):
            signal.signal(getattr(signal, name), signal.SIG_DFL if name == "SIGINT" else signal.SIG_IGN)
    # Models of the user's own run in the interpreter that has the package, if no environment is active.
    if sys.executable:
        os.environ.setdefault("RANDSPLIT_PYTHON", sys.executable)
    code = run(["randsplit", *sys.argv[1:]])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
