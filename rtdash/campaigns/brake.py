"""The producer's brake: the built-in broker keeps 5 MB of a partition and drops the oldest without a word."""

from __future__ import annotations

from typing import Any

from pymysql.connections import Connection

from rtdash.sources.donations import explained
from rtdash.sources.kafka import DONATIONS_TOPIC

FREE_LAG = 30_000
"""Up to here the rate is as wanted."""
MOST_LAG = 60_000
"""From here on nothing is made: 13 MB of donations uncompressed, of the 20 MB that four partitions keep."""


def lag(connection: Connection[Any]) -> int:
    """Donations that Kafka holds and ingest has not loaded yet, as ingest has seen it last. Raises SourceError."""
    with explained(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(SUM(CASE WHEN latest_offset > next_offset THEN latest_offset - next_offset ELSE 0 END), 0)"
            " FROM ingest_offsets WHERE topic = %s",
            (DONATIONS_TOPIC,),
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def share(lag: int) -> float:
    """The share of the wanted rate that this lag allows: 1 … 0."""
    return min(1.0, max(0.0, (MOST_LAG - lag) / (MOST_LAG - FREE_LAG)))
