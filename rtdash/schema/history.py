"""Fills the past of the clickstream with made-up visits, through the same rollups as everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

from rtdash.resources import sql_folder
from rtdash.sources.citus import connect, explained
from rtdash.sources.rollups import advance

# Who fills at the same moment waits here, and then finds the record.
_LOCK = "LOCK TABLE generated_history IN SHARE ROW EXCLUSIVE MODE"
_ROLLUPS = ("live_aggregation", "five_minutely_aggregation", "hourly_aggregation")
_SLICE = 50_000
_DEADLINE_S = 300.0


def fill(
    dsn: SecretStr,
    days: int = 7,
    events: int = 200_000,
    progress: Callable[[float], None] = lambda _: None,
) -> int:
    """Generate about `events` events of the last `days` days, unless that was done before, and roll them up.

    `progress` is told the share that is done, 0 … 1. Returns how many events were made, 0 when there was a history.
    Safe to interrupt: the events and their record are one transaction, and what is not rolled up yet is left to the
    regular runs, as any backlog is. Raises SourceError.
    """
    with connect(dsn, "history", statement_timeout_s=_DEADLINE_S) as connection, explained():
        made = _generate(connection, {"days": days, "events": events})
        for share in _roll_up(connection) if made else (1.0,):
            progress(0.1 + 0.9 * share)
        return made


def _generate(connection: psycopg.Connection[Any], wanted: dict[str, int]) -> int:
    with connection.transaction():
        connection.execute(_LOCK)
        if connection.execute("SELECT 1 FROM generated_history LIMIT 1").fetchone():
            return 0
        folder = sql_folder("citus", "history")
        made = connection.execute(_statement(folder / "010_events.sql"), wanted).rowcount
        connection.execute(_statement(folder / "020_record.sql"), wanted | {"events": made})
        return made


def _roll_up(connection: psycopg.Connection[Any]) -> Iterator[float]:
    """Bring every rollup up to the newest event there is now; yields the share that is done, 1.0 last."""
    found = connection.execute("SELECT pg_sequence_last_value('events_event_id_seq')").fetchone()
    newest_id = (found and found[0]) or 0
    yield 0.0
    for place, function in enumerate(_ROLLUPS):
        start_id, end_id = 0, -1
        while end_id < newest_id:
            start_id, end_id = advance(connection, function, _SLICE)
            if start_id > end_id:
                break
            yield (place + min(1.0, end_id / newest_id)) / len(_ROLLUPS)
    yield 1.0


def _statement(file: Path) -> bytes:
    return file.read_text(encoding="utf-8").encode()
