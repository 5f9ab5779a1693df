"""`rtdash init`: applies the schema to the databases of the settings and makes the topics, or says what it would do."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from pydantic import SecretStr

from rtdash.cli import flags, signals
from rtdash.errors import SettingsError, SourceError
from rtdash.model.pipeline import PIPELINE
from rtdash.model.text import plain
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.finding import Finding
from rtdash.schema.pipeline import kafka_values, rest, runs, start
from rtdash.schema.plan import plan
from rtdash.schema.step import Step
from rtdash.schema.target import dialect
from rtdash.schema.topics import Broker, wanted_topics
from rtdash.schema.values import Values
from rtdash.settings import Settings

_INTERRUPTED = 130
_MAY_REST = f"  pipeline {PIPELINE} may be at rest: `rtdash pipeline status` tells, `rtdash pipeline start` starts it"


class _Lines:
    """A line a file: its name when it begins, what it is about to do, time and notes when it ends."""

    def __init__(self) -> None:
        self._is_open = False
        self.refused = 0

    def under_way(self, file: str, what: str) -> None:
        self._is_open = bool(file)
        if not file:
            print(f"  {plain(what)}", flush=True)
        else:
            print(f"{plain(what)} …  " if what else f"  {file:<34}", end="", flush=True)

    def done(self, step: Step) -> None:
        print(f"{step.duration_ms:7.0f} ms  {plain(step.note)}".rstrip(), flush=True)
        self._is_open = False
        self.refused += step.is_refused

    def found(self, ask: Callable[[], Finding], subject: str) -> bool:
        """A line of something that is no file; whether it is as it should be."""
        self.under_way(subject, "")
        started = time.monotonic()
        finding = ask()
        self.tell(finding, started)
        return finding.is_possible

    def tell(self, finding: Finding, started: float) -> None:
        """The rest of such a line; it took since `started` (`time.monotonic`)."""
        text = finding.text if finding.is_possible else f"✗ {finding.text}"
        self.done(Step(finding.subject, text, 1000 * (time.monotonic() - started)))

    def end(self) -> None:
        """What is written next begins a line of its own."""
        if self._is_open:
            print(flush=True)
            self._is_open = False

    @contextmanager
    def ended(self) -> Iterator[None]:
        """`end`, however that ends."""
        try:
            yield
        finally:
            self.end()


def run(options: argparse.Namespace) -> int:
    """Apply what is set; each step is printed as it begins and as it ends.

    1 when a topic could not be made or the pipeline not be started, 130 when it was interrupted.
    """
    settings = flags.settings(options)
    databases = _databases(settings)
    if options.plan:
        return 0 if _plan(settings, databases) else 1
    signals.interrupt_each_time()
    lines = _Lines()
    try:
        with lines.ended():
            is_done = _apply(settings, databases, lines)
    except KeyboardInterrupt:
        print("interrupted: `rtdash init` goes on from there")
        return _INTERRUPTED
    return 0 if is_done else 1


def _databases(settings: Settings) -> list[tuple[str, SecretStr]]:
    """Name and DSN of each database that is set; raises SettingsError when nothing at all is."""
    databases = (("clickstream", settings.dsn_of_citus_owner), ("donations", settings.dsn_of_donations_owner))
    found = [(name, dsn) for name, dsn in databases if dsn is not None]
    if found or settings.kafka:
        return found
    raise SettingsError("nothing to apply a schema to: set RTDASH_CITUS_DSN or RTDASH_DONATIONS_DSN")


def _apply(settings: Settings, databases: list[tuple[str, SecretStr]], lines: _Lines) -> bool:
    """Topics first, since SingleStore asks for its topic. Whether all is there. Raises SourceError and SchemaError."""
    values = kafka_values(settings)
    is_done = True
    with _broker(settings) as broker:
        if broker:
            for wanted in wanted_topics(settings):
                is_done &= lines.found(partial(broker.make, wanted), wanted.name)
        for name, dsn in databases:
            print(name, flush=True)
            engine = dialect(dsn)
            of_files = partial(apply, dsn, sql_folder(engine, "schema"), lines.done, lines.under_way, values)
            if engine == "singlestore":
                is_done &= _around_pipeline(of_files, dsn, values, lines)
            else:
                of_files()
        if lines.refused:
            files = "1 optional file" if lines.refused == 1 else f"{lines.refused} optional files"
            print(f"{files} refused by the server: the next `rtdash init` tries again")
    return is_done


def _around_pipeline(of_files: Callable[[], None], dsn: SecretStr, values: Values, lines: _Lines) -> bool:
    """Apply the files while the pipeline rests, if it runs. Whether it runs again, or for the first time.

    Whatever becomes of the files: one that ran is started again.
    """
    has_run = runs(dsn)
    try:
        if has_run:
            lines.found(partial(rest, dsn, values), "pipeline")
        of_files()
    except BaseException:
        if has_run:
            _start_again(dsn, values, lines)
        raise
    if has_run:
        return _start_again(dsn, values, lines)
    return not values or lines.found(partial(start, dsn, values), "pipeline")


def _start_again(dsn: SecretStr, values: Values, lines: _Lines) -> bool:
    """Whether it runs; if it is not known to, that is said, since it did before.

    Nothing is written until it was started: that there is nobody to write to may be what has ended init.
    """
    started = time.monotonic()
    found = Finding("pipeline", "not started again", is_possible=False)
    try:
        found = start(dsn, values)
    except SourceError as error:
        found = Finding("pipeline", str(error), is_possible=False)
    finally:
        lines.end()
        lines.under_way("pipeline", "")
        lines.tell(found, started)
        if not found.is_possible:
            print(_MAY_REST, flush=True)
    return found.is_possible


def _plan(settings: Settings, databases: list[tuple[str, SecretStr]]) -> bool:
    """Print what would be done; whether all of it can be. Raises SourceError."""
    has_kafka = settings.kafka is not None
    is_possible = True
    with _broker(settings) as broker:
        if broker:
            is_possible &= _print(broker.plan(wanted) for wanted in wanted_topics(settings))
        for name, dsn in databases:
            print(name, flush=True)
            is_possible &= _print(plan(dsn, sql_folder(dialect(dsn), "schema"), has_kafka=has_kafka))
    return is_possible


@contextmanager
def _broker(settings: Settings) -> Iterator[Broker | None]:
    """None when no Kafka is set, or none lets us in: then it raises SourceError after all else is done."""
    if (kafka := settings.kafka) is None:
        yield None
        return
    print("kafka", flush=True)
    try:
        broker = Broker(kafka)
    except SourceError as error:
        print(f"✗ {plain(error)}", flush=True)
        yield None
        raise
    yield broker


def _print(findings: Iterable[Finding]) -> bool:
    """Print a line each; whether all are possible."""
    is_possible = True
    for finding in findings:
        is_possible &= finding.is_possible
        print(f"{' ' if finding.is_possible else '✗'} {plain(finding.subject):<34}  {plain(finding.text)}")
    return is_possible
