"""`rtdash ingest`: loads both topics until a signal ends it."""

from __future__ import annotations

import argparse
import signal
import threading
from types import FrameType

from rtdash import logs
from rtdash.ingest.run import run as ingest
from rtdash.settings import load


def run(options: argparse.Namespace) -> int:
    """Ingest in this process; what happens is logged to standard error."""
    logs.to_stderr()
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    return ingest(load(options.settings), stop)
