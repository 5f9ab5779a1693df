"""Connections to the donations database: SingleStore, or MariaDB as its stand-in, by the MySQL protocol."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import pymysql
from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.errors import Overdue, RtdashError, SourceError, Unreachable
from rtdash.model.engine import Engine
from rtdash.panels.feature import Feature
from rtdash.sources.connection import Answer
from rtdash.sources.mysql import CONNECT_TIMEOUT_S, dial, explain, explained, hang_up
from rtdash.sources.singlestore import Session

_log = logging.getLogger(__name__)

_KILL_S = 1.0
"""For each step of the second connection, of which there are some five: leaving the dashboard waits for 2 s in all,
and what was not killed by then is left to the pool's QUERY_TIMEOUT."""

_engines: WeakKeyDictionary[Connection[Any], Engine] = WeakKeyDictionary()


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
    setup = ["SET time_zone = '+00:00'", "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"]
    if read_only:
        setup.append("SET SESSION TRANSACTION READ ONLY")
    with explained():
        connection = dial(dsn, purpose, deadline_s, local_infile=local_infile)
        # SingleStore has no other isolation than READ COMMITTED, ignores a session's time zone, and knows no
        # transaction that only reads.
        if engine_of(connection) is Engine.MARIADB:
            with connection.cursor() as cursor:
                for statement in setup:
                    cursor.execute(statement)
    return connection


def engine_of(connection: Connection[Any]) -> Engine:
    """What the server is, asked once a connection. Raises MySQLError."""
    if (engine := _engines.get(connection)) is None:
        engine = _engines[connection] = _ask_engine(connection)
    return engine


def _ask_engine(connection: Connection[Any]) -> Engine:
    """Only SingleStore has `@@memsql_version` (VERSION() says 5.7.32 there)."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT @@memsql_version")
        except pymysql.MySQLError as error:
            if isinstance(explain(error), Unreachable):
                raise
            return Engine.MARIADB
        return Engine.SINGLESTORE


def kill_query(dsn: SecretStr, connection: Connection[Any], session: Session | None) -> None:
    """Have the server end what runs on this connection, asked over a second one, since the first waits for its answer.

    `session` is its own on SingleStore. Blocks for a second or two at most. Raises SourceError.
    """
    with explained(), contextlib.closing(dial(dsn, "kill", _KILL_S, connect_s=_KILL_S)) as other:
        if session is not None:
            session.kill_query(other)
        else:
            with other.cursor() as cursor:
                cursor.execute(f"KILL QUERY {connection.thread_id():d}")  # type: ignore[no-untyped-call]


class DonationsConnection:
    """A read-only connection of the dashboard; see `QueryConnection`.

    MariaDB ends a query at its deadline itself. SingleStore has no such bound below whole seconds: there the client
    stops waiting at the deadline, or when the query is abandoned, and ends the query from a second connection.
    """

    # The client waits a little longer than MariaDB, whose own message is the better one.
    _PATIENCE_S = 0.5

    offers: frozenset[Feature] = frozenset()

    def __init__(self, dsn: SecretStr, purpose: str = "dashboard") -> None:
        self._dsn = dsn
        self._connection = connect(dsn, purpose, read_only=True, deadline_s=CONNECT_TIMEOUT_S)
        with explained():
            self.engine = engine_of(self._connection)
            self._session = Session.of(self._connection) if self.engine is Engine.SINGLESTORE else None
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
            self.cancel()
        except RtdashError as failure:
            _log.warning("a query that was given up may still run: KILL QUERY: %s", failure)
            return error
        if not is_overdue:
            return error
        return Overdue(f"donations database: no answer within {deadline_s:g} s; the query was ended by KILL QUERY")

    def abandon(self) -> None:
        """Have the thread that waits for an answer see none come; it does the rest."""
        self._is_abandoned = True
        hang_up(self._connection)

    def cancel(self) -> None:
        """Ask over a second connection, since this one waits; see `QueryConnection`."""
        kill_query(self._dsn, self._connection, self._session)

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(pymysql.MySQLError):
            self._connection.close()


def identify(dsn: SecretStr) -> Engine:
    """What the server is. Raises Unreachable or Refused."""
    with contextlib.closing(connect(dsn, "dashboard", read_only=True, deadline_s=5.0)) as connection:
        return engine_of(connection)
