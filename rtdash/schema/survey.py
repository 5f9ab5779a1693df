"""Looks at a PostgreSQL or Citus coordinator, as a role that may only read sees it."""

from __future__ import annotations

from typing import TypeVar

import psycopg
from psycopg.rows import class_row
from pydantic import SecretStr

from rtdash.errors import SchemaError
from rtdash.resources import sql_folder
from rtdash.schema.finding import Finding, Survey
from rtdash.schema.postgresql import recorded, settle_search_path
from rtdash.schema.server import Cluster, Server, findings
from rtdash.schema.stranger import obstacle
from rtdash.sources.citus import connect, explained

_CLUSTER = b"""
SELECT
    (SELECT groupid = 0 FROM pg_dist_local_group) AS is_coordinator,
    (SELECT count(*) FROM pg_dist_node WHERE isactive AND groupid <> 0 AND noderole = 'primary') AS workers,
    EXISTS (
        SELECT FROM pg_dist_partition WHERE logicalrelid = to_regclass(quote_ident(current_schema()) || '.events')
    ) AS is_distributed
"""

_Row = TypeVar("_Row")


def survey_postgresql(dsn: SecretStr, deadline_s: float) -> Survey:
    """What is there, and what `rtdash init` would do as the role of the DSN.

    Raises SourceError, also when an answer takes longer than `deadline_s`.
    """
    question = sql_folder("citus", "plan.sql").read_text(encoding="utf-8").encode()
    with connect(dsn, "init", read_only=True, statement_timeout_s=deadline_s) as connection, explained():
        is_stored = settle_search_path(connection)
        records = recorded(connection)
        reason = obstacle(connection, records)
        server = _row(connection, Server, question)
        cluster = _row(connection, Cluster, _CLUSTER) if server.extension("citus").installed else None
        path = connection.execute("SHOW search_path").fetchone() or ("",)
        whose = "will be stored with the database" if is_stored else "as it is set already"
        return Survey(
            [*findings(server, cluster, reason), Finding("search_path", f"{path[0]}: {whose}")],
            records,
            server.owns_events is not None and reason is None,
            frozenset(name for name in server.extensions if server.extension(name).version),
        )


def _row(connection: psycopg.Connection[tuple[object, ...]], kind: type[_Row], question: bytes) -> _Row:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        found = cursor.execute(question).fetchone()
    if found is None:
        raise SchemaError("the server said nothing of itself")
    return found
