"""`rtdash init`: applies the schema to the databases of the settings and makes the topics, or says what it would do."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from rtdash.cli import flags
from rtdash.errors import SettingsError
from rtdash.model.text import plain
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.finding import Finding
from rtdash.schema.plan import plan
from rtdash.schema.step import Step
from rtdash.schema.topics import Broker, wanted_topics
from rtdash.settings import Settings

_INTERRUPTED = 130


class _Lines:
    """A line a file: its name when it begins, what it is about to do, time and notes when it ends."""

    def __init__(self) -> None:
        self._is_open = False

    def under_way(self, file: str, what: str) -> None:
        self._is_open = bool(file)
        if not file:
            print(f"  {plain(what)}", flush=True)
        else:
            print(f"{plain(what)} …  " if what else f"  {file:<34}", end="", flush=True)

    def done(self, step: Step) -> None:
        print(f"{step.duration_ms:7.0f} ms  {plain(step.note)}".rstrip(), flush=True)
        self._is_open = False

    @contextmanager
    def ended(self) -> Iterator[None]:
        """However it ends, what is written next begins a line of its own."""
        try:
            yield
        finally:
            if self._is_open:
                print(flush=True)


def run(options: argparse.Namespace) -> int:
    """Apply what is set; each step is printed as it begins and as it ends.

    1 when a topic could not be made, 130 when it was interrupted.
    """
    settings = flags.settings(options)
    targets = _targets(settings)
    if options.plan:
        return _plan(settings, targets)
    lines = _Lines()
    try:
        with lines.ended():
            for name, dsn, folder in targets:
                print(name, flush=True)
                apply(dsn, folder, lines.done, lines.under_way)
            are_made = _make_topics(settings, lines)
    except KeyboardInterrupt:
        print("interrupted: `rtdash init` goes on from there")
        return _INTERRUPTED
    return 0 if are_made else 1


def _make_topics(settings: Settings, lines: _Lines) -> bool:
    """Whether all are there now; all are tried. Raises Unreachable."""
    if not settings.kafka_bootstrap_servers:
        return True
    print("kafka", flush=True)
    broker = Broker(settings.kafka_bootstrap_servers)
    are_made = True
    for wanted in wanted_topics(settings):
        lines.under_way(wanted.name, "")
        start = time.monotonic()
        finding = broker.make(wanted)
        are_made &= finding.is_possible
        text = finding.text if finding.is_possible else f"✗ {finding.text}"
        lines.done(Step(finding.subject, text, 1000 * (time.monotonic() - start)))
    return are_made


def _targets(settings: Settings) -> list[tuple[str, SecretStr, Path]]:
    """Name, DSN and schema files of each database that is set; raises SettingsError when nothing at all is."""
    targets = (
        ("clickstream", settings.dsn_of_citus_owner, sql_folder("citus", "schema")),
        ("donations", settings.dsn_of_donations_owner, sql_folder("mariadb", "schema")),
    )
    found = [(name, dsn, folder) for name, dsn, folder in targets if dsn is not None]
    if found or settings.kafka_bootstrap_servers:
        return found
    raise SettingsError("nothing to apply a schema to: set RTDASH_CITUS_DSN or RTDASH_DONATIONS_DSN")


def _plan(settings: Settings, targets: list[tuple[str, SecretStr, Path]]) -> int:
    """Print what would be done; returns 1 when some of it cannot be. Raises SourceError."""
    is_possible = True
    for name, dsn, folder in targets:
        print(name, flush=True)
        is_possible &= _print(plan(dsn, folder))
    if settings.kafka_bootstrap_servers:
        print("kafka", flush=True)
        broker = Broker(settings.kafka_bootstrap_servers)
        is_possible &= _print(broker.plan(wanted) for wanted in wanted_topics(settings))
    return 0 if is_possible else 1


def _print(findings: Iterable[Finding]) -> bool:
    """Print a line each; whether all are possible."""
    is_possible = True
    for finding in findings:
        is_possible &= finding.is_possible
        print(f"{' ' if finding.is_possible else '✗'} {plain(finding.subject):<34}  {plain(finding.text)}")
    return is_possible
