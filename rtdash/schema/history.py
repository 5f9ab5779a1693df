"""Fills the past of the clickstream with made-up visits, through the same rollups as everything else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

from rtdash.resources import sql_folder
from rtdash.sources.citus import connect, explained
from rtdash.sources.rollups import ROLLUPS, advance

# Who fills at the same moment waits here, and then finds the record.
_LOCK = "LOCK TABLE generated_history IN SHARE ROW EXCLUSIVE MODE"
_NEWEST_ID = "SELECT coalesce(pg_sequence_last_value('events_event_id_seq'), 0)"
_SLICE = 50_000
_DEADLINE_S = 300.0
_GENERATING = 0.15
"""The share of the time that making the events takes; the rest takes rolling them up."""
_HOUR = timedelta(hours=1)


def fill(
    dsn: SecretStr,
    days: int = 7,
    events: int = 200_000,
    progress: Callable[[float], None] = lambda _: None,
) -> int:
    """Generate `events` events of the last `days` days, unless that was done before, and roll them up.

    `progress` is told the share that is done, 0 … 1. Returns how many events were made, 0 when there was a history.
    Safe to interrupt: the events and their record are one transaction, and what is not rolled up yet is left to the
    regular runs, as any backlog is. Raises SourceError.
    """
    made = 0
    with connect(dsn, "history", statement_timeout_s=_DEADLINE_S) as connection, explained():
        with connection.transaction():
            connection.execute(_LOCK)
            if connection.execute("SELECT 1 FROM generated_history LIMIT 1").fetchone() is None:
                until_time = _one(connection, "SELECT now()")
                past = {"from_time": until_time - timedelta(days=days), "until_time": until_time}
                for made in generate(connection, **past, events=events):
                    progress(_GENERATING * made / events)
                connection.execute(_statement("020_record.sql"), past | {"events": made})
        for share in roll_up(connection) if made else (1.0,):
            progress(_GENERATING + (1 - _GENERATING) * share)
        return made


def generate(
    connection: psycopg.Connection[Any], from_time: datetime, until_time: datetime, events: int
) -> Iterator[int]:
    """Make `events` events of that time, an hour after the other; yields how many there are so far.

    Raises psycopg.Error.
    """
    statement, made = _statement("010_events.sql"), 0
    for start, until, share in _hours(from_time, until_time):
        # Rounded on the running sum, so that the last hour ends at the wanted number.
        wanted = {"from_time": start, "until_time": until, "events": round(events * share) - made}
        first_session = _one(connection, _NEWEST_ID) + 1
        made += connection.execute(statement, wanted | {"first_session": first_session}).rowcount
        yield made


def roll_up(connection: psycopg.Connection[Any], most_events: int = _SLICE) -> Iterator[float]:
    """Bring every rollup up to the newest event there is now; yields the share that is done, 1.0 last.

    Raises SourceError.
    """
    newest_id = _one(connection, _NEWEST_ID)
    for place, function in enumerate(ROLLUPS):
        start_id, end_id = 0, -1
        while end_id < newest_id:
            start_id, end_id = advance(connection, function, most_events)
            if start_id > end_id:
                break
            yield (place + min(1.0, end_id / newest_id)) / len(ROLLUPS)
    yield 1.0


def _hours(from_time: datetime, until_time: datetime) -> Iterator[tuple[datetime, datetime, float]]:
    """Hours of a stretch of time, and the share of events before the end of each: fewest come at 3 h, most at 15 h."""
    first = from_time.replace(minute=0, second=0, microsecond=0)
    hours = [first + _HOUR * number for number in range(math.ceil((until_time - first) / _HOUR))]
    spans = [(max(hour, from_time), min(hour + _HOUR, until_time)) for hour in hours]
    weights = [
        (until - start).total_seconds() * (0.55 - 0.45 * math.cos(2 * math.pi * (start.hour - 3) / 24))
        for start, until in spans
    ]
    for place, (start, until) in enumerate(spans):
        yield start, until, sum(weights[: place + 1]) / sum(weights)


def _statement(file: str) -> bytes:
    path: Path = sql_folder("citus", "history") / file
    return path.read_text(encoding="utf-8").encode()


def _one(connection: psycopg.Connection[Any], question: str) -> Any:
    row = connection.execute(question.encode()).fetchone()
    return None if row is None else row[0]
