"""A connection of the lab to the donations server: it makes, fills, changes, and can be broken off."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pymysql
from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.errors import SourceError
from rtdash.ingest.load import load, open_loader
from rtdash.ingest.offsets import Cursor
from rtdash.lab.stop import Stop
from rtdash.model.engine import Engine
from rtdash.sources.donations import engine_of, kill_query
from rtdash.sources.mysql import explained, hang_up
from rtdash.sources.singlestore import Session

PURPOSE = "lab"


class LabSession:
    """One connection, used by one thread; what it runs, `stop` ends. Every method raises SourceError, and Stopped."""

    def __init__(self, dsn: SecretStr, stop: Stop) -> None:
        self._dsn = dsn
        self._stop = stop
        self._connection = open_loader(dsn, PURPOSE, deadline_s=None)
        with ExitStack() as failing:
            failing.callback(self.close)
            with explained():
                self.engine = engine_of(self._connection)
                self._session = Session.of(self._connection) if self.engine is Engine.SINGLESTORE else None
            failing.pop_all()

    @property
    def connection(self) -> Connection[Any]:
        """The driver's."""
        return self._connection

    def run(self, statement: str, *values: object) -> int:
        """Run one statement; returns how many rows it changed."""
        with self._cursor() as cursor:
            changed: int = cursor.execute(statement, values or None)
            return changed

    def rows(self, question: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """What it answers."""
        with self._cursor() as cursor:
            cursor.execute(question, values or None)
            found: Sequence[tuple[Any, ...]] = cursor.fetchall()
            return found

    def run_all(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row."""
        with self._cursor() as cursor:
            cursor.executemany(statement, rows)

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Committed at the end, rolled back on any error."""
        with self._cursor() as cursor:
            self._connection.begin()
            try:
                yield cursor
            except BaseException:
                # A server that is gone rolls back by itself; the error that matters is the one under way.
                with suppress(pymysql.MySQLError):
                    self._connection.rollback()
                raise
            self._connection.commit()

    def load(self, into: str, lines: bytes, count: int) -> None:
        """Load as many lines of tab-separated values, within a transaction or by itself; see `rtdash.ingest.load`."""
        with self._cursor() as cursor:
            stored, warnings = load(self._connection, into, lines)
            if stored == count and not warnings:
                return
            cursor.execute("SHOW WARNINGS LIMIT 1")
            told = "".join(f": {row[2]}" for row in cursor.fetchall())
        raise SourceError(f"donations database: it took {stored:,} of {count:,} rows{told}")

    def cancel(self) -> None:
        """Have the server end what runs, from another thread."""
        kill_query(self._dsn, self._connection, self._session)

    def abandon(self) -> None:
        """Wait for the server no longer, from another thread."""
        hang_up(self._connection)

    def close(self) -> None:
        """Leave."""
        # When the server is gone there is nobody to say goodbye to.
        with suppress(pymysql.MySQLError):
            self._connection.close()

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        with self._stop.ends(self), explained(), self._connection.cursor() as cursor:
            yield cursor


class Timer:
    """Seconds that were spent within `with` blocks."""

    def __init__(self) -> None:
        self.spent_s = 0.0
        self._begun_s = 0.0

    def __enter__(self) -> None:
        self._begun_s = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.spent_s += time.monotonic() - self._begun_s
