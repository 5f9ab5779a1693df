"""A server that is not ours alone, such as a Citus cluster: each test gets a schema of its own in its one database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import sql
from pydantic import SecretStr

VARIABLE = "RTDASH_TEST_CITUS_DSN"

# Whoever holds a lock on a table of a test's schema is a session that the test left behind: it would keep us waiting.
_END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND pid IN (
    SELECT pid FROM pg_locks JOIN pg_class ON pg_class.oid = relation JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE starts_with(nspname, %s)
)
"""


class SharedServer:
    """The server of RTDASH_TEST_CITUS_DSN. CREATE DATABASE would not reach the workers, so tests get schemas."""

    def __init__(self, dsn: SecretStr) -> None:
        self._dsn = dsn

    @contextmanager
    def schema(self) -> Iterator[SecretStr]:
        """An empty schema, as a DSN that names it; removed with all whose names begin like it, whatever happened."""
        name = f"rtdash_test_{secrets.token_hex(6)}"
        with self.connect() as connection:
            others = connection.execute("SELECT quote_ident(s) FROM unnest(current_schemas(false)) AS s").fetchall()
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        try:
            yield with_search_path(self._dsn, name, *(other for (other,) in others), "rtdash_compat")
        finally:
            self._remove(name)

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self._dsn.get_secret_value(), autocommit=True, application_name="rtdash test bed")

    def _remove(self, name: str) -> None:
        with self.connect() as connection:
            extensions = dict(
                connection.execute(
                    "SELECT extname, nspname FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace"
                ).fetchall()
            )
            if "pg_cron" in extensions:
                jobs = connection.execute(
                    "SELECT jobid FROM cron.job WHERE strpos(command, %s) > 0", (name,)
                ).fetchall()
                for (job,) in jobs:
                    connection.execute("SELECT cron.unschedule(%s)", (job,))
                    connection.execute("DELETE FROM cron.job_run_details WHERE jobid = %s", (job,))
            connection.execute(_END_SESSIONS, (name,))
            found = connection.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", (name,))
            for (schema,) in found.fetchall():
                connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
            if "pg_partman" in extensions:
                _forget_partitions(connection, extensions["pg_partman"], name)


def _forget_partitions(connection: psycopg.Connection[Any], partman: str, name: str) -> None:
    """pg_partman keeps its rows, and a template table for each parent, in a schema of its own."""
    rows = sql.Identifier(partman, "part_config")
    connection.execute(sql.SQL("DELETE FROM {} WHERE starts_with(parent_table, %s)").format(rows), (name,))
    templates = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, %s)",
        (partman, f"template_{name}"),
    )
    for (template,) in templates.fetchall():
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(partman, template)))


def with_search_path(dsn: SecretStr, *schemas: str) -> SecretStr:
    """The DSN with a search_path in its options; it replaces the one that is there."""
    parts = urlsplit(dsn.get_secret_value())
    query = dict(parse_qsl(parts.query))
    # The last of two settings counts.
    query["options"] = f"{query.get('options', '')} -csearch_path={','.join(schemas)}".strip()
    return SecretStr(parts._replace(query=urlencode(query, quote_via=quote, safe="/")).geturl())
