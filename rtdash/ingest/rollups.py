"""What keeps the clickstream's tables in order: rollups and upkeep, each with a connection of its own.

Where the server has a schedule of its own for all but the live tables, that one does it.
"""

from __future__ import annotations

from psycopg import sql
from psycopg.pq import TransactionStatus
from pydantic import SecretStr

from rtdash.ingest.chore import Chore
from rtdash.sources import citus
from rtdash.sources.bounded import BoundedConnection
from rtdash.sources.rollups import advance

_LIVE_EVENTS = 10_000
_WORKSHOP_EVENTS = 500_000
_LIVE_DEADLINE_S = 20.0
_DEADLINE_S = 300.0
_CANCEL_S = 0.2
_ENDING_S = 0.5


def chores(dsn: SecretStr) -> list[Chore[BoundedConnection]]:
    """All of them: one that fails, or waits, holds up no other."""
    return [
        live_rollups(dsn),
        workshop_rollup(dsn, "five_minutely_aggregation"),
        workshop_rollup(dsn, "hourly_aggregation"),
        upkeep(dsn, "maintain_events"),
        upkeep(dsn, "forget_old_rollups"),
    ]


def live_rollups(dsn: SecretStr) -> Chore[BoundedConnection]:
    """The small tables that the panels read."""
    return Chore(
        "live rollups",
        every_s=1.0,
        connect=lambda: citus.connect(dsn, "live rollups", statement_timeout_s=_LIVE_DEADLINE_S),
        work=lambda connection: _advance(connection, "live_aggregation", _LIVE_EVENTS),
        cancel=_break_off,
    )


def workshop_rollup(dsn: SecretStr, function: str) -> Chore[BoundedConnection]:
    """One of the two large tables; does nothing where the server's own schedule does it."""
    return Chore(
        function,
        every_s=60.0,
        connect=lambda: citus.connect(dsn, function, statement_timeout_s=_DEADLINE_S),
        work=lambda connection: not _is_scheduled(connection) and _advance(connection, function, _WORKSHOP_EVENTS),
        cancel=_break_off,
    )


def upkeep(dsn: SecretStr, function: str) -> Chore[BoundedConnection]:
    """Partitions ahead of time, or retention; does nothing where the server's own schedule does it."""

    def work(connection: BoundedConnection) -> bool:
        if not _is_scheduled(connection):
            with citus.explained():
                connection.execute(sql.SQL("SELECT {}()").format(sql.Identifier(function)))
        return False

    return Chore(
        function,
        every_s=3600.0,
        connect=lambda: citus.connect(dsn, function, statement_timeout_s=_DEADLINE_S),
        work=work,
        cancel=_break_off,
    )


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
