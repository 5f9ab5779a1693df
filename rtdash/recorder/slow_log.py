"""The slow log on disk: SQLite, kept for 7 days, written by a thread of its own, read by anybody."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

from rtdash.errors import SourceError
from rtdash.model.slow import SlowQuery, from_json, to_json
from rtdash.model.text import plain

log = logging.getLogger(__name__)

KEPT_S = 7 * 24 * 3600
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
_READ = """
SELECT document FROM slow_queries
WHERE at >= ? AND latency_ms >= ? AND (? IS NULL OR panel_id = ?)
ORDER BY at DESC, number DESC LIMIT ?
"""


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise SourceError(f"slow log {path}: {plain(error)}") from None
    except ValueError:
        raise SourceError(f"slow log {path}: it was written by another version of rtdash") from None


class SlowLog:
    """`record` returns at once; what cannot be written is logged, once for each change of the reason."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._queue: SimpleQueue[SlowQuery | None] = SimpleQueue()
        self._complaint = ""
        self._thread = threading.Thread(target=self._run, name="slow-log", daemon=True)
        self._thread.start()

    def record(self, slow: SlowQuery) -> None:
        """Keep a slow execution; from any thread."""
        self._queue.put(slow)

    def close(self) -> None:
        """Write what waits, and end."""
        self._queue.put(None)
        self._thread.join(_BUSY_S)

    def _run(self) -> None:
        forgotten_at = 0.0
        while (slow := self._queue.get()) is not None:
            now = time.time()
            try:
                with _explained(self.path), closing(_open(self.path)) as connection, connection:
                    connection.execute(_INSERT, (slow.at.timestamp(), slow.panel_id, slow.latency_ms, to_json(slow)))
                    if now - forgotten_at > _REVIEW_S:
                        connection.execute(_FORGET, (now - KEPT_S,))
                        forgotten_at = now
                self._complaint = ""
            except SourceError as error:
                self._complain(str(error))

    def _complain(self, why: str) -> None:
        if why != self._complaint:
            log.error("%s", why)
        self._complaint = why


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
) -> list[SlowQuery]:
    """The latest slow executions of the last `since_s`, newest first; none when nothing was ever recorded.

    Raises SourceError.
    """
    if not path.exists():
        return []
    with _explained(path), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(_READ, (time.time() - since_s, over_ms, panel_id, panel_id, most)).fetchall()
        return [from_json(document) for (document,) in rows]
