"""`rtdash lab run|clean`: layouts of the donations, and forms of the clickstream's queries, side by side."""

from __future__ import annotations

import argparse
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from rtdash import logs
from rtdash.cli import flags, signals, terminal
from rtdash.cli.bench import check_file
from rtdash.cli.lab_output import Bar, Lines, Output, Stream, document, table
from rtdash.errors import SettingsError
from rtdash.lab.clickstream import ClickstreamStudy, WantedForms
from rtdash.lab.databases import claimed
from rtdash.lab.place import connected, private
from rtdash.lab.run import DonationsStudy, Wanted
from rtdash.lab.stop import Stop
from rtdash.lab.study import Study
from rtdash.model.lab import LabReport, Phase
from rtdash.servers.folders import DataFolder
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.servers.temporary import temporary_folder
from rtdash.settings import Settings
from rtdash.sources.donations import identify

_LOOK_S = 0.2
_STOPPED = 130
_WRONG = 1


def run(options: argparse.Namespace) -> int:
    """Run the lab, or remove what is left of one.

    0 when all is measured, 1 when the layouts do not answer the same, 130 when it was stopped.
    """
    settings = flags.settings(options)
    if options.action == "clean":
        return _clean(settings)
    file = Path(options.json) if options.json not in (None, "-") else None
    if file is not None:
        check_file(file)
    with _ending() as ending, ExitStack() as stack:
        if options.stream:
            _end_with_parent(ending)
        else:
            logs.to_stderr()
        studies = _studies(settings, options, stack)
        output = stack.enter_context(_output(options, ending))
        reports = _run(studies, output, ending)
    if any(report.phase is not Phase.DONE for report in reports) or len(reports) < len(studies):
        return _STOPPED
    if options.json == "-":
        sys.stdout.write(document(reports))
    elif not options.stream:
        sys.stdout.write(table(reports))
    if file is not None:
        file.write_text(document(reports), encoding="utf-8")
    return _WRONG if any(report.problems for report in reports) else 0


def _run(studies: Sequence[Study], output: Output, ending: threading.Event) -> list[LabReport]:
    """The last report of each study that has begun. They run in a thread: `ending` breaks off what they wait for."""
    stop = Stop()

    def run_all() -> list[LabReport]:
        return [study.run(stop, output.hear) for study in studies if not stop.is_asked]

    with ThreadPoolExecutor(1, thread_name_prefix="lab") as threads:
        future: Future[list[LabReport]] = threads.submit(run_all)
        while not wait([future], _LOOK_S).done:
            if ending.is_set():
                stop.ask()
        return future.result()


def _clean(settings: Settings) -> int:
    dsn = settings.dsn_of_donations_owner
    if dsn is None:
        raise SettingsError("no donations database is set: RTDASH_DONATIONS_DSN")
    with _ending(), claimed(dsn, Stop()) as databases:
        dropped = databases.dropped
    print("\n".join(f"removed {name}" for name in dropped) or "nothing is left of any lab")
    return 0


def _studies(settings: Settings, options: argparse.Namespace, stack: ExitStack) -> list[Study]:
    """One for each store that is asked for and set; `stack` keeps their servers. Raises SettingsError, SourceError."""
    if options.private:
        settings = stack.enter_context(_private(settings, options))
    found: list[Study] = []
    dsn = settings.dsn_of_donations_owner
    if dsn is not None and options.store in (None, "donations"):
        wanted = Wanted(
            rows=options.rows,
            layouts=options.layouts,
            runs=options.repeat,
            rounds=options.rounds,
            threshold_ms=settings.threshold_ms,
        )
        found.append(DonationsStudy(dsn, identify(dsn), wanted))
    if options.store in (None, "clickstream"):
        found += _clickstream(settings, options)
    if not found:
        raise SettingsError(
            f"no {options.store or 'database'} is set to compare anything on: RTDASH_DONATIONS_OWNER_DSN or"
            " RTDASH_CITUS_DSN name a server, --private takes one of its own"
        )
    return found


def _clickstream(settings: Settings, options: argparse.Namespace) -> Iterator[Study]:
    """Its study, where it has a server."""
    wanted = WantedForms(runs=options.repeat, rounds=options.rounds, threshold_ms=settings.threshold_ms)
    if options.private:
        yield ClickstreamStudy(private(options.rows), replace(wanted, events=options.rows))
    elif settings.citus_dsn is not None:
        yield ClickstreamStudy(connected(settings.citus_dsn), wanted)


@contextmanager
def _private(settings: Settings, options: argparse.Namespace) -> Iterator[Settings]:
    """Servers of its own, which keep a third of the memory for the donations."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with temporary_folder("lab") as folder, DataFolder.open(folder) as data, ExitStack() as servers:
        if options.store in (None, "donations"):
            dsn = servers.enter_context(PrivateMariaDB(data, memory_bytes // 3)).dsn()
            # Whatever else the settings name stays out of it.
            settings = settings.model_copy(update={"donations_dsn": dsn, "donations_owner_dsn": dsn})
        yield settings


def _output(options: argparse.Namespace, ending: threading.Event) -> Output:
    if options.stream:
        return Stream(ending)
    return Bar() if sys.stderr.isatty() else Lines()


@contextmanager
def _ending() -> Iterator[threading.Event]:
    """Set by each signal that ends us: nothing is interrupted by it, so that all is removed in order."""
    ending = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        terminal.is_gone()
        ending.set()

    before = {number: signal.signal(number, on_signal) for number in signals.ENDING}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_with_parent(ending: threading.Event) -> None:
    """End when standard input does, where it is a pipe."""
    if not stat.S_ISFIFO(os.fstat(0).st_mode):
        return

    def read() -> None:
        while os.read(0, 4096):
            pass
        ending.set()

    threading.Thread(target=read, name="lab parent", daemon=True).start()
