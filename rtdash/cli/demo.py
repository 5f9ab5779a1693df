"""`rtdash demo`: the real program on private servers."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType

from rtdash.cli.backend import Progress, backend
from rtdash.cli.flags import DISPLAY, flags
from rtdash.errors import UsageError
from rtdash.model.campaign import DEFAULT_RATE_PER_S, RATE_STEPS
from rtdash.panels import catalog
from rtdash.settings import load

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(options: argparse.Namespace) -> int:
    """Start the servers, open the dashboard, and leave nothing behind."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("demo needs a terminal: standard input or output is not one")
    rate = DEFAULT_RATE_PER_S if options.rate is None else options.rate
    if not 1 <= rate <= RATE_STEPS[-1]:
        raise UsageError(f"--rate {rate}: allowed: 1 … {RATE_STEPS[-1]:,}")
    display = flags(options, *DISPLAY)
    # A wrong setting or panel is said before anything is started.
    specs = catalog.load(load(**display).panels_folder)
    for number in _ENDING:
        signal.signal(number, _interrupt)
    with backend(options.data, Progress(), fresh=options.fresh, history=not options.no_history, **display) as settings:
        from rtdash.cli.dashboard import Choices, open_dashboard

        choices = Choices(starts_campaign=options.start, rate_per_s=rate, is_demo=True)
        status = open_dashboard(settings, choices, specs)
        for number in _ENDING:
            # The second signal must not break the orderly end off.
            signal.signal(number, signal.SIG_IGN)
    return status
