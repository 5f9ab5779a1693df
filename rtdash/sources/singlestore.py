"""What only SingleStore has: sessions that any aggregator can end, and resource pools."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import pymysql
from pymysql.connections import Connection

from rtdash.model.text import plain

_log = logging.getLogger(__name__)

POOL = "rtdash_dashboard"
"""Made by `rtdash init`; its QUERY_TIMEOUT, in whole seconds, ends what nobody else has ended."""


@dataclass(frozen=True, slots=True)
class Session:
    """A connection as the cluster knows it: its id is unique on its own aggregator alone."""

    connection_id: int
    aggregator_id: int

    @classmethod
    def of(cls, connection: Connection[Any]) -> Self:
        """Asks the server, since a proxy may have told the driver an id of its own. Raises MySQLError."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT CONNECTION_ID(), AGGREGATOR_ID()")
            return cls(*cursor.fetchall()[0])

    def kill_query(self, other: Connection[Any]) -> None:
        """End what runs in this session, over another connection, which may end at another aggregator.

        A load balancer chooses anew for each connection, so the node is named: without it the id would be one of the
        aggregator that `other` happens to reach. Raises MySQLError.
        """
        with other.cursor() as cursor:
            cursor.execute(f"KILL QUERY {self.connection_id:d} {self.aggregator_id:d}")


def enter_pool(connection: Connection[Any]) -> None:
    """Let the connection's queries run in the dashboard's resource pool; a refusal is logged. Raises MySQLError."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET resource_pool = {POOL}")
    except pymysql.MySQLError as error:
        if not connection.open:
            raise
        _say_refused(plain(str(error.args[-1])))


@cache
def _say_refused(reason: str) -> None:
    """Once, not for each connection of each lane."""
    _log.warning(
        "resource pool %s: %s. Queries of the dashboard are bounded by its own deadline and KILL QUERY alone, and take"
        " their share of the server with everybody else; `rtdash init` makes the pool",
        POOL,
        reason,
    )
