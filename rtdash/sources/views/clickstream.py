"""PostgreSQL's own account of a query: pg_stat_statements, and on Citus what of it runs now on every node."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import sql as statements
from pydantic import SecretStr

from rtdash.errors import SourceError
from rtdash.model.server_view import Running, ServerView
from rtdash.model.text import plain
from rtdash.sources import citus
from rtdash.sources.bounded import GRACE_S, BoundedConnection
from rtdash.sources.plans.statement import POSTGRESQL, only_select

SOURCE = "pg_stat_statements"
DEADLINE_S = 2.0

_HOME = """
SELECT
    (SELECT nspname FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = %s),
    to_regclass('pg_catalog.citus_stat_activity') IS NOT NULL
"""
# Without the texts, which the server would read from a file. Before PostgreSQL 17 a statement does not know since when
# it is counted, but all of them together do.
_COUNTED = """
SELECT
    calls, mean_exec_time, max_exec_time, rows,
    extract(epoch FROM clock_timestamp() - coalesce((to_jsonb(s) ->> 'stats_since')::timestamptz, stats_reset))::float8
FROM {home}.pg_stat_statements(false) AS s, {home}.pg_stat_statements_info
WHERE queryid = %s AND toplevel AND userid = current_user::regrole
    AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# A task on a worker has the global pid of the query that it is for.
_RUNNING = """
SELECT
    nodename || ':' || nodeport,
    greatest(0, 1000 * extract(epoch FROM clock_timestamp() - query_start))::float8,
    is_worker_query
FROM citus_stat_activity LEFT JOIN pg_dist_node USING (nodeid)
WHERE state = 'active'
    AND global_pid IN (SELECT global_pid FROM citus_stat_activity WHERE query_id = %s AND NOT is_worker_query)
ORDER BY is_worker_query, query_start
LIMIT 100
"""


def ask(
    dsn: SecretStr, sql: str, parameters: Mapping[str, object], threshold_ms: float, deadline_s: float = DEADLINE_S
) -> ServerView:
    """What the server has counted of one query of the account in `dsn`; it is planned for that, and not run.

    Raises nothing for what a server lacks or refuses: that is the view's `absence`.
    """
    del threshold_ms  # no execution is kept by itself
    try:
        statement = only_select(sql, POSTGRESQL)
        with closing(citus.connect(dsn, "view", read_only=True, statement_timeout_s=deadline_s)) as connection:
            connection.end_within(deadline_s + GRACE_S)
            with citus.explained():
                return _ask(connection, statement, parameters)
    except SourceError as error:
        return ServerView(SOURCE, absence=plain(error))


def _ask(connection: BoundedConnection, statement: str, parameters: Mapping[str, object]) -> ServerView:
    home, is_cluster = connection.execute(_HOME, (SOURCE,)).fetchone() or (None, False)
    if home is None:
        return ServerView(SOURCE, absence=f"no extension {SOURCE} in this database: a superuser can create it")
    # The parameters are of the types of the panel's, so the query has the id that it has when the panel asks it.
    explain = b"EXPLAIN (VERBOSE, SUMMARY, FORMAT JSON) " + statement.encode()
    row: Any = connection.execute(explain, parameters, binary=True).fetchone()
    explained = row[0][0]
    query_id = explained.get("Query Identifier")
    if query_id is None:
        return ServerView(SOURCE, absence="queries have no identifier: compute_query_id is off")
    counted = statements.SQL(_COUNTED).format(home=statements.Identifier(home))
    found = connection.execute(counted, (query_id,)).fetchone()
    running = connection.execute(_RUNNING, (query_id,)).fetchall() if is_cluster else []
    if found is None and not running:
        return ServerView(SOURCE, absence=f"{SOURCE} has not counted this query, or has forgotten it")
    calls, mean_ms, max_ms, rows, age_s = found or (0, None, None, None, 0.0)
    return ServerView(
        source=SOURCE,
        calls=calls,
        mean_ms=mean_ms,
        max_ms=max_ms,
        rows=rows,
        since=datetime.now(UTC) - timedelta(seconds=age_s) if found else None,
        planning_ms=explained.get("Planning Time", 0.0),
        running=tuple(Running(plain(node or ""), ms, is_task) for node, ms, is_task in running),
    )
