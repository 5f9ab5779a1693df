"""Signals that end us: once, and in order."""

from __future__ import annotations

import signal
from types import FrameType

from rtdash.cli import terminal

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt() -> None:
    """From now on the first of them raises KeyboardInterrupt, and no further one breaks off the end that follows."""
    for number in ENDING:
        signal.signal(number, _interrupt)


def interrupt_each_time() -> None:
    """From now on each of them raises KeyboardInterrupt: what is done at the end may be broken off as well."""
    for number in ENDING:
        signal.signal(number, _interrupt_each_time)


def ignore() -> None:
    """Let nothing break off the orderly end. A process that is started from now on would ignore them as well."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    ignore()
    _interrupt_each_time(_number, _frame)


def _interrupt_each_time(_number: int, _frame: FrameType | None) -> None:
    terminal.is_gone()
    raise KeyboardInterrupt
