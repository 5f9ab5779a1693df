"""The terminal that we were started in."""

from __future__ import annotations

import os
import stat
import sys

from rtdash.errors import UsageError

_STREAMS = ("standard input", "standard output", "standard error")
_UNABLE = ("dumb", "unknown")
"""What TERM is where nothing moves the cursor, such as in an editor's shell."""


def require() -> None:
    """Raises UsageError when a standard stream is not a terminal: keys come from the first, the last is drawn on.

    Or when that cannot be drawn on.
    """
    for descriptor, stream in enumerate(_STREAMS):
        if not os.isatty(descriptor):
            raise UsageError(f"the dashboard needs a terminal; {stream} is not one")
    if (term := os.environ.get("TERM", "")) in _UNABLE:
        raise UsageError(f"the dashboard needs a terminal that can move its cursor; TERM is {term}")


def is_gone() -> bool:
    """Whether the terminal was closed; from then on what is still written goes nowhere instead of failing midway."""
    gone = [descriptor for descriptor in range(len(_STREAMS)) if _was_terminal(descriptor)]
    if gone:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in gone:
            os.dup2(nowhere, descriptor)
        os.close(nowhere)
    return bool(gone)


def _was_terminal(descriptor: int) -> bool:
    return stat.S_ISCHR(os.fstat(descriptor).st_mode) and not os.isatty(descriptor)


def reads_utf8() -> bool:
    """Whether the locale of the environment says that the terminal reads UTF-8, or says nothing at all."""
    # Where the locale is C, Python uses UTF-8 itself, and sets LC_CTYPE so that its children do.
    names = ("LC_ALL", "LANG") if sys.flags.utf8_mode else ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next((value for name in names if (value := os.environ.get(name))), "UTF-8")
    return "UTF8" in locale.upper().replace("-", "")
