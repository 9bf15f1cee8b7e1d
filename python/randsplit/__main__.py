"""``python -m randsplit``: the same as the command."""

from ._command import main

main()
