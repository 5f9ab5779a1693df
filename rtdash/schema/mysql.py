"""The donations database as a target of schema files: one statement an execute, what a SELECT answers is the note."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.errors import SchemaError, SourceError
from rtdash.model.engine import Engine
from rtdash.model.text import plain
from rtdash.schema.files import SchemaFile
from rtdash.schema.finding import Finding, Survey
from rtdash.schema.pipeline import findings, spared
from rtdash.schema.refusal import is_refusal
from rtdash.schema.script import Statement, statements
from rtdash.schema.values import Values, revealed
from rtdash.sources.donations import connect, engine_of
from rtdash.sources.mysql import explained
from rtdash.sources.singlestore import Session

_PATIENCE_S = 60
# Any of the first tells that an rtdash was here; the second are names that others may have given as well.
_OURS = ("schema_steps", "donation_arrivals")
_COMMON = ("campaigns", "donation_transactions")

_HAS_TABLE = "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = %s"
# applied_at is NULL for a migration that this database never needed.
_COLUMNS = """
    `file`     VARCHAR(200) NOT NULL,
    digest     VARCHAR(64)  NOT NULL,
    applied_at DATETIME(6),
    PRIMARY KEY (`file`)
"""
_RECORDS = {
    Engine.MARIADB: f"CREATE TABLE IF NOT EXISTS schema_steps ({_COLUMNS})"
    " DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    # Small, and replaced row by row. The primary key is what it is sharded by.
    Engine.SINGLESTORE: f"CREATE ROWSTORE TABLE IF NOT EXISTS schema_steps ({_COLUMNS})",
}
_RECORD = "REPLACE INTO schema_steps (`file`, digest, applied_at) VALUES (%s, %s, UTC_TIMESTAMP(6))"
_RECORD_NEEDLESS = "REPLACE INTO schema_steps (`file`, digest, applied_at) VALUES (%s, %s, NULL)"


def has_table(connection: Connection[Any], name: str) -> bool:
    """Whether the database has a table of this name."""
    with connection.cursor() as cursor:
        return bool(cursor.execute(_HAS_TABLE, (name,)))


def recorded(connection: Connection[Any]) -> dict[str, str]:
    """Digest of each recorded file, by its key; {} when nothing was ever recorded."""
    if not has_table(connection, "schema_steps"):
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT `file`, digest FROM schema_steps")
        return dict(cursor.fetchall())


def obstacle(connection: Connection[Any]) -> str | None:
    """Why nothing may be made in the database, in one line with what to do; None when it may."""
    if any(has_table(connection, name) for name in _OURS):
        return None
    if not (found := [name for name in _COMMON if has_table(connection, name)]):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT DATABASE()")
        (database,) = cursor.fetchone() or ("",)
    return (
        f"{plain(database)} has {', '.join(found)}, not made by rtdash;"
        " it needs a database of its own, named in every DSN"
    )


class MysqlTarget:
    """An open connection that holds the lock."""

    def __init__(self, connection: Connection[Any], engine: Engine, values: Values) -> None:
        """`values` are what files bind that need Kafka."""
        self._connection = connection
        self._engine = engine
        self._values = values

    def recorded(self) -> dict[str, str]:
        with explained():
            return recorded(self._connection)

    def has_schema(self) -> bool:
        with explained():
            return has_table(self._connection, "donation_transactions")

    def prepare(self, needless: Sequence[SchemaFile]) -> None:
        with explained(), self._connection.cursor() as cursor:
            cursor.execute(_RECORDS[self._engine])
            for file in needless:
                cursor.execute(_RECORD_NEEDLESS, (file.key, file.digest))

    def spares(self, file: SchemaFile) -> str | None:
        return spared(self._connection, file, self.recorded) if self._engine is Engine.SINGLESTORE else None

    def run(self, file: SchemaFile, say: Callable[[str], None]) -> list[str]:
        """Run a file, then record it: its statements are final one by one, whatever becomes of the rest."""
        del say
        # The driver looks for names to bind, and then at each %, where it is given any alone.
        values = revealed(self._values) if file.needs_kafka else None
        notes: list[str] = []
        for statement in statements(file.script):
            notes += self._execute(statement, values)
        with explained(), self._connection.cursor() as cursor:
            cursor.execute(_RECORD, (file.key, file.digest))
        return notes

    def _execute(self, statement: Statement, values: dict[str, str] | None) -> list[str]:
        try:
            with explained(), self._connection.cursor() as cursor:
                cursor.execute(statement.text, values)
                return [str(row[0]) for row in cursor.fetchall()]
        except SourceError as error:
            if not statement.may_fail or not is_refusal(error):
                raise
            return []


@contextmanager
def open_mysql(dsn: SecretStr, waiting: Callable[[], None], values: Values) -> Iterator[MysqlTarget]:
    """Connect as the owner and wait for the lock.

    Raises SourceError, and SchemaError when the lock stays taken or others' tables have the names of ours.
    """
    with closing(connect(dsn, "init")) as connection:
        with explained():
            engine = engine_of(connection)
        if engine is Engine.MARIADB:
            _wait_for_lock(connection, waiting)
        with explained():
            if reason := obstacle(connection):
                raise SchemaError(reason)
            session = Session.of(connection) if engine is Engine.SINGLESTORE else None
        try:
            yield MysqlTarget(connection, engine, values)
        except KeyboardInterrupt:
            _kill(dsn, connection, session)
            raise


def _kill(dsn: SecretStr, interrupted: Connection[Any], session: Session | None) -> None:
    """End what an interrupted connection left running: the server would go on with it, and keep the lock meanwhile."""
    # Whoever cannot be ended any more has ended.
    with suppress(SourceError), closing(connect(dsn, "init")) as other, explained(), other.cursor() as cursor:
        if session:
            session.kill_query(other)
        else:
            cursor.execute("KILL %s", (interrupted.thread_id(),))  # type: ignore[no-untyped-call]


def _wait_for_lock(connection: Connection[Any], waiting: Callable[[], None]) -> None:
    """SingleStore has no such lock; what is made there may be made again, and two at once do no harm."""
    if not _lock(connection, 0):
        waiting()
        if not _lock(connection, _PATIENCE_S):
            raise SchemaError(f"another process has been applying the schema for {_PATIENCE_S} s")


def _lock(connection: Connection[Any], patience_s: int) -> bool:
    """Whether the lock is ours."""
    with explained(), connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(CONCAT('rtdash ', MD5(DATABASE())), %s)", (patience_s,))
        return bool(cursor.fetchall()[0][0])


def survey_mysql(dsn: SecretStr, deadline_s: float) -> Survey:
    """What is there. Raises SourceError, also when an answer takes longer than `deadline_s`."""
    opened = closing(connect(dsn, "init", read_only=True, deadline_s=deadline_s))
    with opened as connection, explained(), connection.cursor() as cursor:
        engine = engine_of(connection)
        cursor.execute(f"SELECT {'@@memsql_version' if engine is Engine.SINGLESTORE else 'VERSION()'}, DATABASE()")
        version, database = cursor.fetchone() or ("", "")
        reason = obstacle(connection)
        has_schema = reason is None and has_table(connection, "donation_transactions")
        state = "an rtdash was here, its data stay" if has_schema else "no rtdash was here, everything is made"
        found = [
            Finding("server", f"{engine} {version}"),
            Finding("database", reason or f"{database}: {state}", is_possible=reason is None),
            *(findings(connection) if engine is Engine.SINGLESTORE else ()),
        ]
        return Survey(found, recorded(connection), has_schema)
