"""`rtdash lab run|clean`: layouts of the donations, and forms of the clickstream's queries, side by side."""

from __future__ import annotations

import argparse
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from pydantic import SecretStr

from rtdash import logs
from rtdash.cli import flags, signals, terminal
from rtdash.cli.bench import check_file
from rtdash.cli.lab_output import Bar, Lines, Output, Stream, document, table
from rtdash.errors import RtdashError, SettingsError
from rtdash.lab.clickstream import ClickstreamStudy, WantedForms
from rtdash.lab.databases import claimed
from rtdash.lab.place import connected, private
from rtdash.lab.run import DonationsStudy, Wanted
from rtdash.lab.stop import Stop
from rtdash.lab.study import Study
from rtdash.model.lab import LabReport, Phase
from rtdash.model.text import plain
from rtdash.servers.folders import DataFolder
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.servers.temporary import temporary_folder
from rtdash.settings import Settings
from rtdash.sources.donations import identify

_Opened: TypeAlias = AbstractContextManager[Study]
"""A study, with the server that it has while it is entered."""

_LOOK_S = 0.2
_STOPPED = 130
_WRONG = 1


def run(options: argparse.Namespace) -> int:
    """Run the lab, or remove what is left of one.

    0 when all is measured, 1 when the layouts do not answer the same, 130 when it was stopped. What one store has shown
    is told whatever becomes of the other; then raises RtdashError.
    """
    settings = flags.settings(options)
    if options.action == "clean":
        return _clean(settings)
    file = Path(options.json) if options.json not in (None, "-") else None
    if file is not None:
        check_file(file)
    with _ending() as ending:
        if options.stream:
            _end_with_parent(ending)
        else:
            logs.to_stderr()
        studies = _studies(settings, options)
        with _output(options, ending) as output:
            reports, errors = _run(studies, output, ending)
    done = [report for report in reports if report.phase is Phase.DONE]
    if done and options.json == "-":
        sys.stdout.write(document(done))
    elif done and not options.stream:
        sys.stdout.write(table(done))
    if done and file is not None:
        file.write_text(document(done), encoding="utf-8")
    for error in errors[1:]:
        print("rtdash:", plain(str(error)), file=sys.stderr)
    if errors:
        raise errors[0]
    if len(done) < len(studies):
        return _STOPPED
    return _WRONG if any(report.problems for report in done) else 0


def _run(
    studies: Sequence[_Opened], output: Output, ending: threading.Event
) -> tuple[list[LabReport], list[RtdashError]]:
    """The last report of each study that has not failed, and why others have.

    They run in a thread: `ending` breaks off what they wait for.
    """
    stop = Stop()
    reports: list[LabReport] = []
    errors: list[RtdashError] = []

    def run_all() -> None:
        for opened in studies:
            if stop.is_asked:
                return
            try:
                # Its server is gone before the next begins: memory is shared out to one at a time.
                with opened as study:
                    reports.append(study.run(stop, output.hear))
            except RtdashError as error:
                errors.append(error)

    with ThreadPoolExecutor(1, thread_name_prefix="lab") as threads:
        future = threads.submit(run_all)
        while not wait([future], _LOOK_S).done:
            if ending.is_set():
                stop.ask()
        future.result()
    return reports, errors


def _clean(settings: Settings) -> int:
    dsn = settings.dsn_of_donations_owner
    if dsn is None:
        raise SettingsError("no donations database is set: RTDASH_DONATIONS_DSN")
    with _ending(), claimed(dsn, Stop()) as databases:
        dropped = databases.dropped
    print("\n".join(f"removed {plain(name)}" for name in dropped) or "nothing is left of any lab")
    return 0


def _studies(settings: Settings, options: argparse.Namespace) -> list[_Opened]:
    """One for each store that is asked for and set. Raises SettingsError."""
    found: list[_Opened] = []
    if options.store in (None, "donations"):
        found += _donations(settings, options)
    if options.store in (None, "clickstream"):
        found += _clickstream(settings, options)
    if not found:
        raise SettingsError(
            f"no {options.store or 'database'} is set to compare anything on: RTDASH_DONATIONS_OWNER_DSN or"
            " RTDASH_CITUS_DSN name a server, --private takes one of its own"
        )
    return found


def _donations(settings: Settings, options: argparse.Namespace) -> Iterator[_Opened]:
    """Its study, where it has a server."""
    wanted = Wanted(
        rows=options.rows,
        layouts=options.layouts,
        runs=options.repeat,
        rounds=options.rounds,
        threshold_ms=settings.threshold_ms,
    )
    if options.private:
        yield _on_private_mariadb(wanted)
    elif (dsn := settings.dsn_of_donations_owner) is not None:
        yield _on(dsn, wanted)


@contextmanager
def _on(dsn: SecretStr, wanted: Wanted) -> Iterator[Study]:
    """Raises SourceError."""
    yield DonationsStudy(dsn, identify(dsn), wanted)


@contextmanager
def _on_private_mariadb(wanted: Wanted) -> Iterator[Study]:
    """On a server of its own, with a third of the memory. Raises ServerError."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with (
        temporary_folder("lab") as folder,
        DataFolder.open(folder) as data,
        PrivateMariaDB(data, memory_bytes // 3) as server,
        _on(server.dsn(), wanted) as study,
    ):
        yield study


def _clickstream(settings: Settings, options: argparse.Namespace) -> Iterator[_Opened]:
    """Its study, where it has a server."""
    wanted = WantedForms(runs=options.repeat, rounds=options.rounds, threshold_ms=settings.threshold_ms)
    if options.private:
        yield nullcontext(ClickstreamStudy(private(options.rows), replace(wanted, events=options.rows)))
    elif settings.citus_dsn is not None:
        yield nullcontext(ClickstreamStudy(connected(settings.citus_dsn), wanted))


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
