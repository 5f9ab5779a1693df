"""Connections to the clickstream database: Citus, or a plain PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from rtdash.errors import Overdue, Refused, SettingsError, SourceError, Unreachable
from rtdash.sources.connection import Answer


def explain(error: psycopg.Error) -> SourceError:
    """The driver's error as one of ours: first line of the diagnosis, no DSN."""
    state = error.sqlstate or ""
    said = str(error).strip().splitlines()
    text = error.diag.message_primary or (said[0] if said else "connection lost")
    # A refused login has no SQLSTATE in the driver's error, only the server's word in its text.
    _, refusal, reason = text.partition("FATAL:  ")
    if refusal:
        return Refused(f"PostgreSQL: {reason}")
    if state[:2] in {"28", "3D", "42"}:
        return Refused(f"PostgreSQL: {text}")
    if not state or state[:2] in {"08", "57"}:
        return Unreachable(f"PostgreSQL: {text}")
    return SourceError(f"PostgreSQL: {text}")


@contextmanager
def explained() -> Iterator[None]:
    """Within it, the driver's errors become ours."""
    try:
        yield
    except psycopg.Error as error:
        raise explain(error) from None


def connect(
    dsn: SecretStr, purpose: str, *, read_only: bool = False, statement_timeout_s: float | None = None
) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection in autocommit mode, in UTC, that names itself `rtdash <purpose>` to the server.

    Raises Unreachable or Refused, with the server's diagnosis, and SettingsError on a DSN that cannot be read.
    """
    options = ["-c timezone=UTC"]
    if read_only:
        options.append("-c default_transaction_read_only=on")
    if statement_timeout_s is not None:
        options.append(f"-c statement_timeout={int(statement_timeout_s * 1000)}")
    given = _parsed(dsn)
    try:
        settings = {
            "connect_timeout": given.get("connect_timeout", "5"),
            "application_name": f"rtdash {purpose}",
            "options": " ".join([str(given.get("options", "")), *options]).strip(),
        }
        return psycopg.connect(make_conninfo(dsn.get_secret_value(), **settings), autocommit=True)
    except psycopg.Error as error:
        raise explain(error) from None


def _parsed(dsn: SecretStr) -> dict[str, Any]:
    """The parameters in a DSN. The driver's own complaint would quote the password, or part of it as the host."""
    with contextlib.suppress(psycopg.ProgrammingError):
        given = conninfo_to_dict(dsn.get_secret_value())
        if "@" not in str(given.get("host", "")):
            return given
    raise SettingsError(
        "the DSN of the clickstream cannot be read; allowed: postgresql://user:password@host:port/database,"
        " with @ : / % in the password as %40 %3A %2F %25"
    )


class CitusConnection:
    """A read-only connection of the dashboard; see `QueryConnection`."""

    def __init__(self, dsn: SecretStr) -> None:
        self._connection = connect(dsn, "dashboard", read_only=True)
        self._timeout_s = 0.0

    def fetch(self, sql: str, parameters: Mapping[str, object], deadline_s: float) -> Answer:
        """Run one query, bounded by the server's own statement_timeout as well."""
        try:
            if deadline_s != self._timeout_s:
                self._connection.execute("SELECT set_config('statement_timeout', %s, false)", (f"{deadline_s}s",))
                self._timeout_s = deadline_s
            started = time.monotonic()
            cursor = self._connection.execute(sql, parameters)
            executed = time.monotonic()
            rows = cursor.fetchall()
            columns = tuple(column.name for column in cursor.description or ())
        except psycopg.errors.QueryCanceled:
            raise Overdue(f"PostgreSQL: no answer within {deadline_s:g} s") from None
        except psycopg.Error as error:
            raise explain(error) from None
        return Answer(columns, rows, 1000 * (executed - started), 1000 * (time.monotonic() - executed))

    def abandon(self) -> None:
        """Shut the socket down: the driver, waiting on it, sees the end of the stream."""
        with contextlib.suppress(OSError, psycopg.Error):
            descriptor = os.dup(self._connection.pgconn.socket)
            with socket.socket(fileno=descriptor) as line:
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def identify(dsn: SecretStr) -> str:
    """What the server is: Citus or PostgreSQL. Raises Unreachable or Refused."""
    with connect(dsn, "dashboard", read_only=True) as connection:
        row = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone()
        return "PostgreSQL" if row is None else "Citus"
