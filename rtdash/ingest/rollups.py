"""Advances the rollups of the clickstream: the live tables each second, the two of the workshop each minute.

Where the server has a schedule of its own for the latter, that one does it.
"""

from __future__ import annotations

from psycopg.pq import TransactionStatus
from pydantic import SecretStr

from rtdash.ingest.chore import Chore
from rtdash.sources import citus
from rtdash.sources.bounded import BoundedConnection
from rtdash.sources.rollups import advance

_LIVE_EVENTS = 10_000
_WORKSHOP_EVENTS = 500_000
_LIVE_DEADLINE_S = 20.0
_DEADLINE_S = 60.0
_CANCEL_S = 0.2
_ENDING_S = 0.5


def live_rollups(dsn: SecretStr) -> Chore[BoundedConnection]:
    """The small tables that the panels read."""
    return Chore(
        "live rollups",
        every_s=1.0,
        connect=lambda: citus.connect(dsn, "live rollups", statement_timeout_s=_LIVE_DEADLINE_S),
        work=lambda connection: _advance(connection, "live_aggregation", _LIVE_EVENTS),
        cancel=_break_off,
    )


def workshop_rollups(dsn: SecretStr) -> Chore[BoundedConnection]:
    """The two large tables; does nothing where the server's own schedule does it."""
    return Chore(
        "rollups",
        every_s=60.0,
        connect=lambda: citus.connect(dsn, "rollups", statement_timeout_s=_DEADLINE_S),
        work=_advance_workshop,
        cancel=_break_off,
    )


def partition_upkeep(dsn: SecretStr) -> Chore[BoundedConnection]:
    """Partitions ahead of time and retention; does nothing where the server's own schedule does it."""
    return Chore(
        "upkeep of partitions",
        every_s=3600.0,
        connect=lambda: citus.connect(dsn, "upkeep", statement_timeout_s=_DEADLINE_S),
        work=_maintain,
        cancel=_break_off,
    )


def _advance_workshop(connection: BoundedConnection) -> bool:
    if _is_scheduled(connection):
        return False
    more = [
        _advance(connection, function, _WORKSHOP_EVENTS)
        for function in ("five_minutely_aggregation", "hourly_aggregation")
    ]
    return any(more)


def _maintain(connection: BoundedConnection) -> bool:
    if not _is_scheduled(connection):
        with citus.explained():
            # In this order: the second gives up when it would keep writers waiting, and is tried again soon.
            connection.execute("SELECT forget_old_rollups()")
            connection.execute("SELECT maintain_events()")
    return False


def _is_scheduled(connection: BoundedConnection) -> bool:
    with citus.explained():
        row = connection.execute("SELECT rollups_are_scheduled()").fetchone()
    return bool(row and row[0])


def _advance(connection: BoundedConnection, function: str, most_events: int) -> bool:
    """Take one window of new events; whether more may be waiting."""
    start_id, end_id = advance(connection, function, most_events)
    return end_id - start_id + 1 >= most_events


def _break_off(connection: BoundedConnection) -> None:
    """Have the server cancel what runs; one that does not is left."""
    connection.end_within(_ENDING_S)
    if connection.info.transaction_status is TransactionStatus.ACTIVE:
        with citus.explained():
            connection.cancel_safe(timeout=_CANCEL_S)
