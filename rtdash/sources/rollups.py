"""How a rollup of the clickstream is advanced."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from rtdash.sources.citus import explained

ROLLUPS = ("live_aggregation", "five_minutely_aggregation", "hourly_aggregation")
"""The functions: of the live tables, and of the workshop's two."""


def advance(connection: psycopg.Connection[Any], function: str, most_events: int) -> tuple[int, int]:
    """Take one window of new events: the ids of its first and its last one; the first is the higher when none is new.

    Raises SourceError.
    """
    statement = sql.SQL("SELECT start_id, end_id FROM {}(%s)").format(sql.Identifier(function))
    with explained():
        start_id, end_id = connection.execute(statement, (most_events,)).fetchone() or (1, 0)
    return start_id, end_id
