"""The donations server's clock, by which donations are stamped: its offset to ours is measured, not assumed."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from pymysql.connections import Connection

from rtdash.model.moment import epoch_us
from rtdash.sources.mysql import explained

_ROUNDS = 5


class ServerClock:
    """Microseconds of the Unix epoch on the server. Our own wall clock plays no part, so it may jump."""

    def __init__(self) -> None:
        self._offset_us = time.time_ns() // 1000 - time.monotonic_ns() // 1000

    def measure(self, connection: Connection[Any]) -> None:
        """Ask the server for its time; the quickest of five answers counts, at the middle of its round trip.

        Raises SourceError.
        """
        best_us, offset_us = None, self._offset_us
        with explained(), connection.cursor() as cursor:
            for _ in range(_ROUNDS):
                before_us = time.monotonic_ns() // 1000
                cursor.execute("SELECT UTC_TIMESTAMP(6)")
                after_us = time.monotonic_ns() // 1000
                row = cursor.fetchone()
                if row is not None and (best_us is None or after_us - before_us < best_us):
                    best_us = after_us - before_us
                    offset_us = epoch_us(row[0]) - (before_us + after_us) // 2
        self._offset_us = offset_us

    def now_us(self) -> int:
        """The server's time now."""
        return time.monotonic_ns() // 1000 + self._offset_us


@lru_cache(maxsize=512)
def _second_text(second: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))


def stamp(moment_us: int) -> str:
    """`2025-11-22 02:14:20.123456`, UTC, as both databases read it."""
    second, micros = divmod(moment_us, 1_000_000)
    return f"{_second_text(second)}.{micros:06d}"
