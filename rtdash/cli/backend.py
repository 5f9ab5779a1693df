"""Everything behind the dashboard of the demo: private servers, schema, history and ingest."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from rtdash import logs
from rtdash.campaigns.control import close_stale
from rtdash.cli import signals
from rtdash.cli.runner import child_environment
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.history import fill
from rtdash.schema.step import Step
from rtdash.servers.folders import DataFolder
from rtdash.servers.process import GuardedProcess
from rtdash.servers.stack import PrivateStack
from rtdash.settings import Settings, load
from rtdash.sources.kafka import make_topics


class Progress:
    """Says what is being done, on standard output or in a `file`; called from several threads."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file
        self._start = time.monotonic()
        self._lock = threading.Lock()

    def say(self, what: str, state: str) -> None:
        """One line, with the time since the start."""
        # A terminal that was closed must not keep a server from being stopped.
        with self._lock, suppress(OSError):
            print(f"{time.monotonic() - self._start:5.1f} s  {what:<14} {state}", file=self._file, flush=True)


@dataclass(frozen=True, slots=True)
class Backend:
    """What runs behind a demo."""

    folder: Path
    """Data, logs, and the settings as `rtdash.toml`."""
    settings: Settings


@contextmanager
def backend(
    folder: Path | None, progress: Progress, *, fresh: bool = False, history: bool = True, **display: Any
) -> Iterator[Backend]:
    """Start all of it in a data folder.

    Raises RtdashError; whatever was started is stopped, then and at the end.
    """
    stack = PrivateStack(folder, fresh=fresh, progress=progress.say)
    logs.to_file(stack.data.log_file("rtdash"))
    # Joined when the servers are stopped: whatever the threads still do on them fails at once.
    with ThreadPoolExecutor(thread_name_prefix="prepare") as threads:
        try:
            # The screen's modules are read while the servers start.
            imported = [
                threads.submit(import_module, name)
                for name in ("rtdash.cli.dashboard", "rtdash.app", "rtdash.widgets.drawing.plotter")
            ]
            stack.start()
            for module in imported:
                module.result()
            settings = load(**display | stack.addresses() | {"slow_log": stack.data.path / "slow.sqlite"})
            file = stack.data.path / "rtdash.toml"
            settings.save(file)
            # Else ingest would seem silent until the first campaign.
            make_topics(stack.broker.kafka)
            _prepare(stack, settings, progress, threads, history=history)
            with start_ingest(stack.data, file):
                yield Backend(stack.data.path, settings)
        finally:
            signals.ignore()
            stack.stop()


def start_ingest(data: DataFolder, settings_file: Path) -> GuardedProcess:
    """`rtdash ingest` beside the private servers, with these settings."""
    return GuardedProcess.start(
        [sys.executable, "-P", "-m", "rtdash", "ingest", "--settings", str(settings_file)],
        log_file=data.log_file("ingest"),
        title="ingest",
        env=child_environment(),
        # The folder stays locked until ingest has ended as well.
        keep_open=(data.lock,),
    )


def _prepare(
    stack: PrivateStack, settings: Settings, progress: Progress, threads: ThreadPoolExecutor, *, history: bool
) -> None:
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

    for done in as_completed([threads.submit(clickstream), threads.submit(donations)]):
        done.result()


def _quiet(_: Step) -> None:
    """The demo's schema steps are not worth a line each."""
