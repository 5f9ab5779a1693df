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
POOL_S = 6
"""Its QUERY_TIMEOUT, which ends what nobody else has ended: sql/singlestore/schema/080_dashboard_pool.sql."""


@dataclass(frozen=True, slots=True)
class Session:
    """A connection as the cluster knows it: its id is unique on its own aggregator alone."""

    connection_id: int
    aggregator_id: int
    pool: str
    """The account's own."""

    @classmethod
    def of(cls, connection: Connection[Any]) -> Self:
        """Asks the server, since a proxy may have told the driver an id of its own. Raises MySQLError."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT CONNECTION_ID(), AGGREGATOR_ID(), @@resource_pool")
            return cls(*cursor.fetchall()[0])

    def kill_query(self, other: Connection[Any]) -> None:
        """End what runs in this session, over another connection, which may end at another aggregator.

        A load balancer chooses anew for each connection, so the node is named: without it the id would be one of the
        aggregator that `other` happens to reach. Raises MySQLError.
        """
        with other.cursor() as cursor:
            cursor.execute(f"KILL QUERY {self.connection_id:d} {self.aggregator_id:d}")

    def choose_pool(self, connection: Connection[Any], deadline_s: float) -> None:
        """Let queries run in the dashboard's pool, unless it would end them before their deadline.

        A refusal is logged and changes nothing. Raises MySQLError when the connection is lost.
        """
        try:
            with connection.cursor() as cursor:
                if deadline_s < POOL_S:
                    cursor.execute(f"SET resource_pool = {POOL}")
                else:
                    cursor.execute("SET resource_pool = %s", (self.pool,))
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
