"""`rtdash ingest`: loads the topics until a signal ends it; on SingleStore donations are left to its pipeline."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading
from types import FrameType

from rtdash import logs
from rtdash.cli import flags
from rtdash.ingest.run import run as ingest
from rtdash.sources import citus, mysql

_SWITCH_S = 0.0005
_NEW_OBJECTS = 50_000


def run(options: argparse.Namespace) -> int:
    """Ingest in this process; what happens is logged to standard error."""
    settings = flags.settings(options)
    # Within the threads of ingest it would be their end, not one line.
    if settings.dsn_of_citus_owner is not None:
        citus.validate(settings.dsn_of_citus_owner)
    if settings.dsn_of_donations_owner is not None:
        mysql.validate(settings.dsn_of_donations_owner)
    logs.to_stderr()
    # Who stores waits for who reads to let go of the interpreter, after each answer of the database.
    sys.setswitchinterval(_SWITCH_S)
    # A batch is ten thousands of objects that end with it, none of them in a cycle.
    gc.set_threshold(_NEW_OBJECTS)
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    return ingest(settings, stop)
