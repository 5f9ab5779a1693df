"""Seven days of made-up events in a database of the lab's own, rolled up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from pydantic import SecretStr

from rtdash.lab.clickstream_session import ClickstreamSession
from rtdash.lab.stop import Stop
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.history import generate, roll_up

T = TypeVar("T")

_PAST = timedelta(days=7)
_DEADLINE_S = 600.0
# The shares of the time at which events are there, and rolled up.
_GENERATED = 0.2
_ROLLED_UP = 0.95

Progress: TypeAlias = Callable[[str, float], object]
"""Told one short phrase and the share that is done, 0 … 1."""


class Past:
    """`make` it, then `go_on` whenever time has passed. Both raise SourceError and Stopped."""

    def __init__(self, dsn: SecretStr, events: int) -> None:
        self._dsn = dsn
        self._events = events
        self._until: datetime | None = None

    def make(self, stop: Stop, progress: Progress) -> float:
        """Fill an empty database; returns how many events a second were inserted, without the rollups."""
        progress("making the schema", 0.0)
        apply(self._dsn, sql_folder("citus", "schema"), lambda _: None)
        with closing(self._session(stop)) as session:
            now = _now(session)
            begun_s = time.monotonic()
            for made in _each(session, generate(session.connection, now - _PAST, now, self._events)):
                progress(f"{made:,} events made", _GENERATED * made / self._events)
            took_s = time.monotonic() - begun_s
            self._until = now
            for share in _each(session, roll_up(session.connection)):
                progress(f"{100 * share:.0f} % rolled up", _GENERATED + (_ROLLED_UP - _GENERATED) * share)
            progress("vacuum", _ROLLED_UP)
            session.rows("VACUUM ANALYZE")
            session.rows("CHECKPOINT")
        return self._events / took_s

    def go_on(self, stop: Stop) -> None:
        """Make what would have come since: the last minutes are as full as all others, however long it takes."""
        assert self._until is not None  # noqa: S101 (there is a past)
        with closing(self._session(stop)) as session:
            now = _now(session)
            count = round(self._events * ((now - self._until) / _PAST))
            for steps in (generate(session.connection, self._until, now, count), roll_up(session.connection)):
                for _ in _each(session, steps):
                    pass
            self._until = now

    def _session(self, stop: Stop) -> ClickstreamSession:
        return ClickstreamSession(self._dsn, stop, _DEADLINE_S, read_only=False)


def _now(session: ClickstreamSession) -> datetime:
    ((now,),) = session.rows("SELECT now()")
    assert isinstance(now, datetime)  # noqa: S101
    return now


def _each(session: ClickstreamSession, steps: Iterator[T]) -> Iterator[T]:
    """The same, where what runs can be broken off."""
    while True:
        with session.work():
            try:
                step = next(steps)
            except StopIteration:
                return
        yield step
