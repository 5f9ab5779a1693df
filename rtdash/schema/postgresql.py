"""The clickstream database as a target of schema files: each file is one transaction, its notices are the note."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.errors import Diagnostic
from pydantic import SecretStr

from rtdash.errors import SchemaError, SourceError
from rtdash.schema.files import SchemaFile
from rtdash.schema.stranger import COMPAT, obstacle
from rtdash.sources.citus import connect, explained

LOCK_PATIENCE_S = 60.0
"""How long a statement may wait for a lock: whoever else wants the table waits behind it."""

_LOCK = "hashtext('rtdash schema')"
# Of RAISE NOTICE; "already exists, skipping" and the like have codes of their own.
_PLAIN_NOTICE = "00000"

_HAS_TABLE = """
SELECT 1 FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE nspname = current_schema() AND relname = %s AND relkind IN ('r', 'p')
"""
_RECORDS = """
CREATE TABLE IF NOT EXISTS schema_steps (
    file text PRIMARY KEY,
    digest text NOT NULL,
    -- NULL: a migration that this database never needed.
    applied_at timestamptz
)
"""
_RECORD = """
INSERT INTO schema_steps (file, digest, applied_at) VALUES (%s, %s, clock_timestamp())
ON CONFLICT (file) DO UPDATE SET digest = excluded.digest, applied_at = excluded.applied_at
"""
_RECORD_NEEDLESS = "INSERT INTO schema_steps (file, digest) VALUES (%s, %s)"


def has_table(connection: psycopg.Connection[Any], name: str) -> bool:
    """Whether the schema that tables are made in has this one; another of the search_path does not count."""
    return connection.execute(_HAS_TABLE, (name,)).fetchone() is not None


def recorded(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Digest of each recorded file, by its key; {} when nothing was ever recorded."""
    if not has_table(connection, "schema_steps"):
        return {}
    return dict(connection.execute("SELECT file, digest FROM schema_steps").fetchall())


def settle_search_path(connection: psycopg.Connection[Any]) -> bool:
    """Fix where tables are made: in `public`, unless the DSN or the role names a search_path.

    On Citus a role named citus would otherwise make them in the schema of the extension. Returns whether the path is
    to be stored with the database, for the readers; whoever names a search_path of his own names it to all his
    connections.
    """
    found = connection.execute("SELECT setting, source FROM pg_settings WHERE name = 'search_path'").fetchone()
    path, source = found or ("", "default")
    if source in {"default", "configuration file"}:
        path = "public"
    elif COMPAT in path:
        return False
    connection.execute("SELECT set_config('search_path', %s, false)", (f"{path}, {COMPAT}",))
    return source in {"default", "configuration file", "database"}


class PostgresTarget:
    """An open connection that holds the lock."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection
        self._notices: list[str] = []
        self._say: Callable[[str], None] | None = None
        connection.add_notice_handler(self._take)

    def _take(self, notice: Diagnostic) -> None:
        if notice.sqlstate != _PLAIN_NOTICE or not notice.message_primary:
            return
        if notice.severity_nonlocalized == "INFO":
            if self._say:
                self._say(notice.message_primary)
        else:
            self._notices.append(notice.message_primary)

    def recorded(self) -> dict[str, str]:
        with explained():
            return recorded(self._connection)

    def has_schema(self) -> bool:
        with explained():
            return has_table(self._connection, "events")

    def prepare(self, needless: Sequence[SchemaFile]) -> None:
        with explained(), self._connection.transaction():
            self._connection.execute(_RECORDS)
            for file in needless:
                self._connection.execute(_RECORD_NEEDLESS, (file.key, file.digest))

    def spares(self, file: SchemaFile) -> str | None:
        """What `compat/…_name.sql` stands in for may be there."""
        name = file.stands_in_for
        if name is None:
            return None
        with explained():
            found = self._connection.execute("SELECT 1 FROM pg_extension WHERE extname = %s", (name,))
            return f"not needed: the server has {name}" if found.fetchone() else None

    def run(self, file: SchemaFile, say: Callable[[str], None]) -> list[str]:
        """Run a file and record it in one transaction. What it says by RAISE INFO is under way, by NOTICE is a note.

        It may take as long as it needs, but not wait as long for a lock: then it raises SourceError, and is undone.
        """
        self._say = say
        with explained(), _in_the_way(), self._connection.transaction():
            self._connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{1000 * LOCK_PATIENCE_S:.0f}",))
            # Citus: objects made in a transaction are not seen by parallel connections of the same transaction.
            self._connection.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
            self._connection.execute(file.script.encode())
            self._connection.execute(_RECORD, (file.key, file.digest))
        notes, self._notices = self._notices, []
        return notes

    def lock(self, waiting: Callable[[], None]) -> None:
        """Keep others from applying a schema, until the connection ends."""
        if self._connection.execute(f"SELECT pg_try_advisory_lock({_LOCK})").fetchone() != (True,):
            waiting()
            self._connection.execute(f"SELECT pg_advisory_lock({_LOCK})")

    def store_search_path(self) -> None:
        """Make the path of this connection that of all who name none."""
        database = sql.Identifier(self._connection.info.dbname)
        try:
            with self._connection.transaction():
                # The workers of a Citus cluster are told qualified names.
                self._connection.execute("SET LOCAL citus.enable_ddl_propagation TO off")
                self._connection.execute(sql.SQL("ALTER DATABASE {} SET search_path FROM CURRENT").format(database))
        except psycopg.errors.InsufficientPrivilege:
            self._notices.append(f"no right to ALTER DATABASE: give every role the search_path public, {COMPAT}")


@contextmanager
def _in_the_way() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.LockNotAvailable:
        raise SourceError(
            "PostgreSQL: another session (ingest, a long query) keeps a lock on a table: end it, and init again"
        ) from None


@contextmanager
def open_postgresql(dsn: SecretStr, waiting: Callable[[], None]) -> Iterator[PostgresTarget]:
    """Connect as the owner, wait for the lock, settle where the tables go.

    Raises SourceError, and SchemaError where others' tables have the names of ours.
    """
    with connect(dsn, "init") as connection:
        target = PostgresTarget(connection)
        with explained():
            target.lock(waiting)
            is_to_be_stored = settle_search_path(connection)
            if reason := obstacle(connection, recorded(connection)):
                raise SchemaError(reason)
            if is_to_be_stored:
                target.store_search_path()
        yield target
