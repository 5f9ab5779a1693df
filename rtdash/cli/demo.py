"""`rtdash demo`: the real program on private servers."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from rtdash import logs
from rtdash.campaigns.control import close_stale
from rtdash.cli.flags import DISPLAY, flags
from rtdash.cli.runner import child_environment
from rtdash.errors import UsageError
from rtdash.model.campaign import DEFAULT_RATE_PER_S, RATE_STEPS
from rtdash.panels import catalog
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.history import fill
from rtdash.schema.step import Step
from rtdash.servers.process import GuardedProcess
from rtdash.servers.stack import PrivateStack
from rtdash.settings import Settings, load

_ENDING = (signal.SIGTERM, signal.SIGHUP)


class Progress:
    """Says on standard output what is being done; called from several threads."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._lock = threading.Lock()

    def say(self, what: str, state: str) -> None:
        """One line, with the time since the start."""
        with self._lock:
            print(f"{time.monotonic() - self._start:5.1f} s  {what:<14} {state}", flush=True)


def _prepare(stack: PrivateStack, settings: Settings, progress: Progress, *, history: bool) -> None:
    """Schema on both sides, and the history of the first start."""
    citus_dsn, donations_dsn = settings.dsn_of_citus_owner, settings.dsn_of_donations_owner
    assert citus_dsn is not None  # noqa: S101 (the stack names all addresses)
    assert donations_dsn is not None  # noqa: S101

    def clickstream() -> None:
        apply(citus_dsn, sql_folder("citus", "schema"), _quiet)
        progress.say("clickstream", "schema is there")
        if history:
            shares = {0.1, 0.25, 0.5, 0.75}

            def share_done(share: float) -> None:
                for passed in {each for each in shares if each <= share < 1.0}:
                    shares.discard(passed)
                    progress.say("history", f"generating 7 days of clickstream, {100 * share:.0f} %")

            if made := fill(citus_dsn, progress=share_done):
                progress.say("history", f"{made:,} events generated and rolled up")

    def donations() -> None:
        apply(donations_dsn, sql_folder("mariadb", "schema"), _quiet)
        stack.mariadb.authorize()
        # The servers were down: whatever campaign they still call running has no runner.
        close_stale(donations_dsn, 0.0)
        progress.say("donations", "schema is there")

    with ThreadPoolExecutor() as threads:
        for done in [threads.submit(clickstream), threads.submit(donations)]:
            done.result()


def _quiet(_: Step) -> None:
    """The demo's schema steps are not worth a line each."""


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
    specs = catalog.load(load(**display).panels_folder)
    for number in _ENDING:
        signal.signal(number, _interrupt)
    progress = Progress()
    stack = PrivateStack(options.data, fresh=options.fresh, progress=progress.say)
    logs.to_file(stack.data.log_file("rtdash"))
    try:
        # The screen's modules are read while the servers start.
        with ThreadPoolExecutor() as threads:
            imported = threads.submit(__import__, "rtdash.cli.dashboard")
            stack.start()
            imported.result()
        settings = load(**display | stack.addresses())
        file = stack.data.path / "rtdash.toml"
        settings.save(file)
        _prepare(stack, settings, progress, history=not options.no_history)
        with GuardedProcess.start(
            [sys.executable, "-P", "-m", "rtdash", "ingest", "--settings", str(file)],
            log_file=stack.data.log_file("ingest"),
            title="ingest",
            env=child_environment(),
            # The folder stays locked until ingest has ended as well.
            keep_open=(stack.data.lock,),
        ):
            from rtdash.cli.dashboard import Choices, open_dashboard

            choices = Choices(starts_campaign=options.start, rate_per_s=rate, is_demo=True)
            status = open_dashboard(settings, choices, specs)
            for number in _ENDING:
                # The second signal must not break the orderly end off.
                signal.signal(number, signal.SIG_IGN)
        return status
    finally:
        stack.stop()
