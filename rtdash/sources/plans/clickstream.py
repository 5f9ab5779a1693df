"""Explains queries of the clickstream: PostgreSQL, or Citus with the plan of every task."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import psycopg
from pydantic import SecretStr

from rtdash.errors import Overdue
from rtdash.model.explanation import HandOut, keep_none
from rtdash.model.plan import Plan
from rtdash.sources import citus
from rtdash.sources.bounded import GRACE_S, BoundedConnection
from rtdash.sources.plans.postgresql import parse
from rtdash.sources.plans.statement import POSTGRESQL, only_select

# Tables that are partitioned by range, list or hash, and what they are cut into.
_PARTITIONS = """
SELECT child.relname, parent.relname
FROM pg_inherits
JOIN pg_class AS child ON child.oid = inhrelid
JOIN pg_class AS parent ON parent.oid = inhparent
WHERE parent.relkind = 'p' AND pg_table_is_visible(parent.oid)
"""


def explain(
    dsn: SecretStr, sql: str, parameters: Mapping[str, object], deadline_s: float, hand_out: HandOut = keep_none
) -> Plan:
    """Run one query once and say how the server ran it, on a connection of its own that only reads.

    Raises SourceError: Overdue past the deadline, and one line for what is not a single SELECT.
    """
    statement = only_select(sql, POSTGRESQL)
    until = time.monotonic() + deadline_s
    with closing(citus.connect(dsn, "why", read_only=True, statement_timeout_s=deadline_s)) as connection:
        # PostgreSQL looks once a second whether somebody is still there.
        hand_out(connection.abandon)
        # The server's own message is the better one.
        connection.end_within(deadline_s + GRACE_S)
        try:
            return _explain(connection, statement, parameters)
        except psycopg.Error as error:
            if time.monotonic() >= until:
                raise Overdue(f"PostgreSQL: not explained within {deadline_s:g} s") from None
            raise citus.explain(error) from None


def _explain(connection: BoundedConnection, statement: str, parameters: Mapping[str, object]) -> Plan:
    # A plain PostgreSQL takes the setting as somebody else's.
    connection.execute("SET citus.explain_all_tasks = on")
    parents: dict[str, str] = dict(connection.execute(_PARTITIONS).fetchall())
    query = b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement.encode()
    started = time.monotonic()
    # In the binary format the driver sends one statement alone, whatever is in it.
    row: Any = connection.execute(query, parameters, binary=True).fetchone()
    took_ms = 1000 * (time.monotonic() - started)
    counts: dict[str, int] = {}
    for parent in parents.values():
        counts[parent] = counts.get(parent, 0) + 1
    return parse(row[0], parents, counts, took_ms)
