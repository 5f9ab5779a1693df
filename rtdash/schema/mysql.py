"""The donations database as a target of schema files: one statement an execute, what a SELECT answers is the note."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pymysql
from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.errors import SchemaError
from rtdash.sources.donations import connect, explain, explained

_PATIENCE_S = 60
# SingleStore may have no such function; its DDL is idempotent, and two at once do no harm.
_NO_SUCH_FUNCTION = {1305, 1064}


def statements(script: str) -> Iterator[str]:
    """Split a script: a statement ends with a `;` at the end of a line that is not a comment."""
    lines: list[str] = []
    for line in script.splitlines():
        stripped = line.strip()
        if not lines and (not stripped or stripped.startswith("--")):
            continue
        lines.append(line)
        if stripped.endswith(";") and not stripped.startswith("--"):
            yield "\n".join(lines).rstrip().removesuffix(";")
            lines = []
    if any(line.strip() and not line.strip().startswith("--") for line in lines):
        yield "\n".join(lines)


class MysqlTarget:
    """An open connection that holds the lock."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def has_extension(self, name: str) -> bool:
        del name
        return False

    def run(self, script: str) -> list[str]:
        notes: list[str] = []
        with explained(), self._connection.cursor() as cursor:
            for statement in statements(script):
                cursor.execute(statement)
                notes += [str(row[0]) for row in cursor.fetchall()]
        return notes


@contextmanager
def open_mysql(dsn: SecretStr) -> Iterator[MysqlTarget]:
    """Connect as the owner and wait for the lock. Raises SourceError, or SchemaError when the lock stays taken."""
    with closing(connect(dsn, "init")) as connection:
        _lock(connection)
        yield MysqlTarget(connection)


def _lock(connection: Connection[Any]) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT GET_LOCK(CONCAT('rtdash ', MD5(DATABASE())), %s)", (_PATIENCE_S,))
            granted = cursor.fetchone()
    except pymysql.MySQLError as error:
        if error.args and error.args[0] in _NO_SUCH_FUNCTION:
            return
        raise explain(error) from None
    if not granted or granted[0] != 1:
        raise SchemaError(f"another process has been applying the schema for {_PATIENCE_S} s")
