"""The slow log on disk: SQLite, kept for 7 days, written by a thread of its own, read by anybody."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from rtdash.errors import SourceError
from rtdash.model.slow import Recorded, SlowQuery, from_json, to_json
from rtdash.model.text import plain

log = logging.getLogger(__name__)

KEPT_S = 7 * 24 * 3600
MOST_KEPT = 100_000
"""Rows of half a kilobyte: one every 6 s for the whole week."""
MOST_WAITING = 10_000
_REVIEW_S = 3600.0
_BUSY_S = 5.0
"""Several dashboards may write to one log."""

# The document is the whole truth; beside it stands what is searched for.
_TABLE = """
CREATE TABLE IF NOT EXISTS slow_queries (
    number     INTEGER PRIMARY KEY,
    at         REAL NOT NULL,
    panel_id   TEXT NOT NULL,
    latency_ms REAL NOT NULL,
    document   TEXT NOT NULL
)
"""
_BY_TIME = "CREATE INDEX IF NOT EXISTS slow_queries_at ON slow_queries (at)"
_INSERT = "INSERT INTO slow_queries (at, panel_id, latency_ms, document) VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM slow_queries WHERE at < ?"
_BOUND = "DELETE FROM slow_queries WHERE number <= (SELECT max(number) FROM slow_queries) - ?"
_IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = 'slow_queries'"
_FOUND = "FROM slow_queries WHERE at >= ? AND latency_ms >= ? AND (? IS NULL OR panel_id = ?)"
_COUNT = f"SELECT count(*) {_FOUND}"
_READ = f"SELECT document {_FOUND} ORDER BY at DESC, number DESC LIMIT ?"


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        raise SourceError(f"slow log {path}: {plain(error)}") from None


class SlowLog:
    """`record` returns at once; what cannot be written is logged, once for each change of the reason."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: deque[SlowQuery] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._missing = 0
        self._complaint = ""
        self._forgotten_at = 0.0
        self._thread = threading.Thread(target=self._run, name="slow-log", daemon=True)
        self._thread.start()

    def record(self, slow: SlowQuery) -> None:
        """Keep a slow execution; from any thread."""
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                self._miss(1, f"slow log {self.path}: {len(self._waiting):,} wait to be written already")
                return
            self._waiting.append(slow)
            self._changed.notify()

    def close(self) -> None:
        """Write what waits, and end. What is missing then is logged."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(_BUSY_S)
        with self._changed:
            if missing := self._missing + len(self._waiting):
                log.error("slow log %s: %s slow queries were not recorded", self.path, f"{missing:,}")

    def _run(self) -> None:
        while batch := self._wait():
            reason = ""
            try:
                self._write(batch)
            except SourceError as error:
                reason = str(error)
            with self._changed:
                for _ in batch:
                    self._waiting.popleft()
                self._miss(len(batch) if reason else 0, reason)

    def _wait(self) -> list[SlowQuery]:
        """All that waits, and goes on waiting until it is written; nothing once the log is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            return list(self._waiting)

    def _write(self, batch: list[SlowQuery]) -> None:
        now = time.time()
        with _explained(self.path), closing(_open(self.path)) as connection, connection:
            connection.executemany(
                _INSERT, [(slow.at.timestamp(), slow.panel_id, slow.latency_ms, to_json(slow)) for slow in batch]
            )
            connection.execute(_BOUND, (MOST_KEPT,))
            if now - self._forgotten_at > _REVIEW_S:
                connection.execute(_FORGET, (now - KEPT_S,))
                self._forgotten_at = now

    def _miss(self, count: int, reason: str) -> None:
        self._missing += count
        if reason and reason != self._complaint:
            log.error("%s", reason)
        self._complaint = reason


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # It quotes the parameters of queries: nobody else's business.
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=_BUSY_S)
    with suppress(sqlite3.OperationalError):
        # Refused at once while another dashboard does the same: it stays so, whoever has done it.
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(_TABLE)
    connection.execute(_BY_TIME)
    return connection


def read(
    path: Path, *, since_s: float, over_ms: float = 0.0, panel_id: str | None = None, most: int = 1_000
) -> Recorded:
    """The latest slow executions of the last `since_s`; none when nothing was ever recorded. Raises SourceError."""
    with _explained(path):
        if not path.exists():
            return Recorded()
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as connection:
            connection.execute("BEGIN")
            if connection.execute(_IS_THERE).fetchone() is None:
                return Recorded()
            wanted = (time.time() - since_s, over_ms, panel_id, panel_id)
            (count,) = connection.execute(_COUNT, wanted).fetchone()
            rows = connection.execute(_READ, (*wanted, most)).fetchall()
    latest = tuple(slow for (document,) in rows if (slow := _slow(document)) is not None)
    return Recorded(latest, older=count - len(rows), unreadable=len(rows) - len(latest))


def _slow(document: str) -> SlowQuery | None:
    """None when another version has written it."""
    try:
        return from_json(document)
    except ValueError:
        return None
