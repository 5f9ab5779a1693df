"""The raw events behind a measurement: made in SQL an hour at a time, and rolled up hour by hour."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

from rtdash.sources.citus import connect
from rtdash.sources.rollups import advance

ROLLUPS = ("live_aggregation", "five_minutely_aggregation", "hourly_aggregation")
_DAYS = 7
_LONGEST_S = 600.0


def fill(dsn: SecretStr, events: int, say: Callable[[str], None]) -> None:
    """Have at least this many events in the database, all rolled up; what is there already counts."""
    statement = Path(__file__).with_name("past.sql").read_text(encoding="utf-8").encode()
    with connect(dsn, "benchmark", statement_timeout_s=_LONGEST_S) as connection:
        wanted = events - _one(connection, "SELECT count(*) FROM events")
        made, first_session = 0, _one(connection, "SELECT coalesce(max(session_id), 0) + 1 FROM events")
        for from_time, until_time, share in _hours(_one(connection, "SELECT now()")) if wanted > 0 else ():
            # Rounded on the running sum, so that the last hour ends at the wanted number.
            chunk = round(wanted * share) - made
            values = {
                "from_time": from_time, "until_time": until_time, "events": chunk, "first_session": first_session
            }  # fmt: skip
            made += connection.execute(statement, values).rowcount
            first_session += chunk + 1
            catch_up(connection, max(1, chunk))
            if until_time.hour % 6 == 0:
                say(f"{made:,} of {wanted:,} events of the past")
        catch_up(connection, 500_000)
        if wanted > 0:
            say("vacuum")
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")


def catch_up(connection: psycopg.Connection[Any], most_events: int) -> None:
    """Advance every rollup until nothing is left."""
    for function in ROLLUPS:
        start_id, end_id = 0, 0
        while start_id <= end_id:
            start_id, end_id = advance(connection, function, most_events)


def _hours(now: datetime) -> Iterator[tuple[datetime, datetime, float]]:
    """Hours of the past days, and the share of events before the end of each: fewest come at 3 h, most at 15 h."""
    last = now.replace(minute=0, second=0, microsecond=0)
    starts = [last - timedelta(hours=back) for back in range(24 * _DAYS, -1, -1)]
    spans = [(start, min(start + timedelta(hours=1), now)) for start in starts]
    weights = [
        (until - start).total_seconds() * (0.55 - 0.45 * math.cos(2 * math.pi * (start.hour - 3) / 24))
        for start, until in spans
    ]
    for place, (start, until) in enumerate(spans):
        yield start, until, sum(weights[: place + 1]) / sum(weights)


def _one(connection: psycopg.Connection[Any], question: str) -> Any:
    row = connection.execute(question.encode()).fetchone()
    return None if row is None else row[0]
