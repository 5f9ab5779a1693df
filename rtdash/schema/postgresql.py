"""The clickstream database as a target of schema files: each file is one transaction, its notices are the note."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.errors import Diagnostic
from pydantic import SecretStr

from rtdash.sources.citus import connect, explained

# The stand-ins for what a server lacks; last, so that the server's own come first.
_COMPAT = "rtdash_compat"
_LOCK = "SELECT pg_advisory_lock(hashtext('rtdash schema'))"
# Of RAISE NOTICE; "already exists, skipping" and the like have codes of their own.
_PLAIN_NOTICE = "00000"


class PostgresTarget:
    """An open connection that holds the lock."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection
        self._notices: list[str] = []
        connection.add_notice_handler(self._take)

    def _take(self, notice: Diagnostic) -> None:
        if notice.sqlstate == _PLAIN_NOTICE and notice.message_primary:
            self._notices.append(notice.message_primary)

    def has_extension(self, name: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM pg_extension WHERE extname = %s", (name,))
        return found.fetchone() is not None

    def run(self, script: str) -> list[str]:
        with explained(), self._connection.transaction():
            # Citus: objects made in a transaction are not seen by parallel connections of the same transaction.
            self._connection.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
            self._connection.execute(script.encode())
        notes, self._notices = self._notices, []
        return notes

    def settle_search_path(self) -> None:
        """Fix where tables are made: in `public`, unless the DSN or the role names a search_path.

        On Citus a role named citus would otherwise make them in the schema of the extension. For the readers the path
        is stored with the database; whoever names a search_path of his own names it to all his connections.
        """
        connection = self._connection
        found = connection.execute("SELECT setting, source FROM pg_settings WHERE name = 'search_path'").fetchone()
        path, source = found or ("", "default")
        if source in {"default", "configuration file"}:
            path = "public"
        elif _COMPAT in path:
            return
        connection.execute("SELECT set_config('search_path', %s, false)", (f"{path}, {_COMPAT}",))
        if source in {"default", "configuration file", "database"}:
            self._store_search_path()

    def _store_search_path(self) -> None:
        database = sql.Identifier(self._connection.info.dbname)
        try:
            with self._connection.transaction():
                # The workers of a Citus cluster are told qualified names.
                self._connection.execute("SET LOCAL citus.enable_ddl_propagation TO off")
                self._connection.execute(sql.SQL("ALTER DATABASE {} SET search_path FROM CURRENT").format(database))
        except psycopg.errors.InsufficientPrivilege:
            self._notices.append(f"no right to ALTER DATABASE: give every role the search_path public, {_COMPAT}")


@contextmanager
def open_postgresql(dsn: SecretStr) -> Iterator[PostgresTarget]:
    """Connect as the owner, wait for the lock, settle where the tables go. Raises SourceError."""
    with connect(dsn, "init") as connection:
        target = PostgresTarget(connection)
        with explained():
            connection.execute(_LOCK)
            target.settle_search_path()
        yield target
