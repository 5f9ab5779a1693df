"""Connections to the donations database: SingleStore, or MariaDB as its stand-in, by the MySQL protocol."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pymysql
from pydantic import SecretStr
from pymysql.connections import Connection
from pymysql.constants import CR, FIELD_TYPE
from pymysql.converters import conversions

from rtdash.errors import Overdue, Refused, SettingsError, SourceError, Unreachable
from rtdash.model.engine import Engine
from rtdash.model.text import plain
from rtdash.panels.feature import Feature
from rtdash.sources.connection import Answer
from rtdash.sources.singlestore import Session

_log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
_KILL_S = 1.0
"""For each step of the second connection: leaving the dashboard waits for it."""

# Server error numbers that mean "the answer is no", not "nobody is there".
_REFUSALS = {1044, 1045, 1049, 1142, 1143, 1146, 1054, 1064, 1698}
_LOST = {2002, 2003, 2006, 2013, 2055, 1927, 1053}


def explain(error: pymysql.MySQLError) -> SourceError:
    """The driver's error as one of ours, printable, without the DSN."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = plain(error.args[1] if len(error.args) > 1 else str(error) or "connection lost")
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Refused(
            f"donations database: its certificate: {plain(cause.verify_message)}; ssl_ca in the DSN names the file of"
            " its CA (for Helios the bundle of the Cloud Portal), and the host is one that the certificate names"
        )
    if number in _REFUSALS:
        return Refused(f"donations database: {text}")
    if number in {1969, 3024, 1317}:
        return Overdue(f"donations database: {text}")
    if number in _LOST or number == 0:
        return Unreachable(f"donations database: {text}")
    return SourceError(f"donations database: {text} ({number})")


def _time(text: str) -> datetime | str:
    """A DATETIME; the driver's own decoder is a regular expression, and costs ten times as much."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text  # the zero date, which is none


_DECODERS: dict[Any, Any] = {**conversions, FIELD_TYPE.DATETIME: _time, FIELD_TYPE.TIMESTAMP: _time}


def _reach(path: str) -> socket.socket:
    """A socket connected to `path`; the driver forgets to close its own when it is refused."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(CONNECT_TIMEOUT_S)
        line.connect(path)
    except OSError as error:
        line.close()
        raise pymysql.OperationalError(CR.CR_CONN_HOST_ERROR, f"{error.strerror}: {path}") from None
    return line


@contextmanager
def explained() -> Iterator[None]:
    """Within it, the driver's errors become ours."""
    try:
        yield
    except pymysql.MySQLError as error:
        raise explain(error) from None


def connect(
    dsn: SecretStr,
    purpose: str,
    *,
    read_only: bool = False,
    deadline_s: float | None = None,
    local_infile: bool = False,
) -> Connection[Any]:
    """Open a connection in autocommit mode, in UTC, that names itself `rtdash <purpose>` to the server.

    `mysql://user:password@host:port/database`, with `?unix_socket=/path` for a socket and `?ssl_ca=/file` for TLS to a
    server whose certificate is that CA's and names the host. `read_only` is the connection's on MariaDB; on SingleStore
    the account's rights are what is read only.
    Raises Unreachable or Refused, with the server's diagnosis, and SettingsError when the file of `ssl_ca` is no use.
    """
    return _open(dsn, purpose, read_only=read_only, deadline_s=deadline_s, local_infile=local_infile)[0]


def _open(
    dsn: SecretStr,
    purpose: str,
    *,
    read_only: bool = False,
    deadline_s: float | None = None,
    local_infile: bool = False,
) -> tuple[Connection[Any], Engine]:
    setup = ["SET time_zone = '+00:00'", "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"]
    if read_only:
        setup.append("SET SESSION TRANSACTION READ ONLY")
    with explained():
        connection = _dial(dsn, purpose, deadline_s, local_infile=local_infile)
        engine = engine_of(connection)
        # SingleStore has no other isolation than READ COMMITTED, ignores a session's time zone, and knows no
        # transaction that only reads.
        if engine is Engine.MARIADB:
            with connection.cursor() as cursor:
                for statement in setup:
                    cursor.execute(statement)
    return connection, engine


def validate(dsn: SecretStr) -> None:
    """Raises SettingsError when the file of `ssl_ca` is no use; asks no server."""
    _driver(dsn, "check", None)


def _dial(
    dsn: SecretStr,
    purpose: str,
    deadline_s: float | None,
    *,
    connect_s: float | None = None,
    local_infile: bool = False,
) -> Connection[Any]:
    """A connection as it comes, with nothing set. Raises MySQLError."""
    connection, path = _driver(dsn, purpose, deadline_s, connect_s=connect_s, local_infile=local_infile)
    connection.connect(_reach(path) if path else None)
    return connection


def _driver(
    dsn: SecretStr,
    purpose: str,
    deadline_s: float | None,
    *,
    connect_s: float | None = None,
    local_infile: bool = False,
) -> tuple[Connection[Any], str | None]:
    """The driver's connection, not connected yet, and the path of its socket."""
    parts = urlsplit(dsn.get_secret_value())
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    try:
        connection = pymysql.connect(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 3306,
            unix_socket=query.get("unix_socket"),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or "").encode(),
            database=unquote(parts.path.lstrip("/")),
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=connect_s or CONNECT_TIMEOUT_S,
            read_timeout=deadline_s,
            write_timeout=deadline_s,
            local_infile=local_infile,
            ssl_ca=query.get("ssl_ca"),
            # The driver checks names only when it is told to.
            ssl_verify_identity="ssl_ca" in query,
            program_name=f"rtdash {purpose}",
            conv=_DECODERS,
            defer_connect=True,
        )
    except OSError as error:
        # The only file that is read: whatever happens on the line is the driver's own error.
        raise SettingsError(f"donations DSN: ssl_ca {query.get('ssl_ca')}: {error}") from None
    return connection, query.get("unix_socket")


def engine_of(connection: Connection[Any]) -> Engine:
    """What the server is: only SingleStore has `@@memsql_version` (VERSION() says 5.7.32 there)."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT @@memsql_version")
        except pymysql.MySQLError as error:
            if isinstance(explain(error), Unreachable):
                raise
            return Engine.MARIADB
        return Engine.SINGLESTORE


class DonationsConnection:
    """A read-only connection of the dashboard; see `QueryConnection`.

    MariaDB ends a query at its deadline itself. SingleStore has no such bound below whole seconds: there the client
    stops waiting at the deadline, or when the query is abandoned, and ends the query from a second connection.
    """

    # The client waits a little longer than MariaDB, whose own message is the better one.
    _PATIENCE_S = 0.5

    offers: frozenset[Feature] = frozenset()

    def __init__(self, dsn: SecretStr) -> None:
        self._dsn = dsn
        self._connection, engine = _open(dsn, "dashboard", read_only=True, deadline_s=CONNECT_TIMEOUT_S)
        self._session: Session | None = None
        if engine is Engine.SINGLESTORE:
            with explained():
                self._session = Session.of(self._connection)
        self._timeout_s = 0.0
        self._is_abandoned = False
        self._answered: set[str] = set()

    def fetch(self, sql: str, parameters: Mapping[str, object], deadline_s: float) -> Answer:
        """Run one query, bounded by the deadline on the server as well."""
        bounds_itself = self._session is None
        # Read by the driver before each answer; it has no other way to change it.
        self._connection._read_timeout = deadline_s + self._PATIENCE_S * bounds_itself  # type: ignore[attr-defined]  # noqa: SLF001
        started = time.monotonic()
        try:
            with self._connection.cursor() as cursor:
                if deadline_s != self._timeout_s:
                    if self._session is None:
                        cursor.execute("SET max_statement_time = %s", (deadline_s,))
                    else:
                        self._session.choose_pool(self._connection, deadline_s)
                    self._timeout_s = deadline_s
                started = time.monotonic()
                cursor.execute(sql, dict(parameters))
                executed = time.monotonic()
                # The cursor is a buffered one: the rows are here already, decoded.
                rows = cursor.fetchall()
                columns = tuple(column[0] for column in cursor.description or ())
        except pymysql.MySQLError as error:
            raise self._failed(explain(error), time.monotonic() - started, deadline_s) from None
        is_interpreted = not bounds_itself and sql not in self._answered
        self._answered.add(sql)
        return Answer(
            columns,
            rows,
            1000 * (executed - started),
            1000 * (time.monotonic() - executed),
            is_interpreted=is_interpreted,
        )

    def _failed(self, error: SourceError, waited_s: float, deadline_s: float) -> SourceError:
        """What to raise; a query that was given up is ended first, where the server does not do it."""
        is_overdue = waited_s >= deadline_s
        is_given_up = isinstance(error, Unreachable) and (is_overdue or self._is_abandoned)
        if self._session is None or not is_given_up:
            return error
        try:
            with explained(), contextlib.closing(_dial(self._dsn, "kill", _KILL_S, connect_s=_KILL_S)) as other:
                self._session.kill_query(other)
        except SourceError as failure:
            _log.warning("a query that was given up may still run: KILL QUERY: %s", failure)
            return error
        if not is_overdue:
            return error
        return Overdue(f"donations database: no answer within {deadline_s:g} s; the query was ended by KILL QUERY")

    def abandon(self) -> None:
        """Shut the socket down: the driver, waiting on it, sees the end of the stream, and its thread does the rest."""
        self._is_abandoned = True
        # The driver has no other way to give a query up.
        line = self._connection._sock  # type: ignore[attr-defined]  # noqa: SLF001
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(pymysql.MySQLError):
            self._connection.close()


def identify(dsn: SecretStr) -> Engine:
    """What the server is. Raises Unreachable or Refused."""
    with contextlib.closing(connect(dsn, "dashboard", read_only=True, deadline_s=5.0)) as connection:
        return engine_of(connection)
