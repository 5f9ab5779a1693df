"""Connections to the clickstream database: Citus, or a plain PostgreSQL."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import PGconn, Ping
from pydantic import SecretStr

from rtdash.errors import Busy, Overdue, Refused, SettingsError, SourceError, Unreachable
from rtdash.model.shards import Shards
from rtdash.model.text import plain
from rtdash.panels.feature import Feature
from rtdash.sources.bounded import GRACE_S, BoundedConnection
from rtdash.sources.connection import Answer
from rtdash.sources.plan import ShardPlans

_LINE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,  # ms
}
"""What a DSN may set otherwise. A peer that vanished is noticed within 20 s, one that takes no data within 10 s."""

# Citus shows statements of tenants only where pg_stat_statements can be found by its name, and when told to.
_OFFERS = """
SELECT is_citus, is_citus AND to_regclass('pg_stat_statements') IS NOT NULL
    AND coalesce(current_setting('citus.stat_statements_track', true), '') = 'all'
FROM (SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS is_citus) AS server
"""

_CANCEL_S = 1.0
"""A server that takes no request for so long would not end its query either."""

_NOT_NOW = re.compile(r"too many (clients|connections)|connection slots|starting up|shutting down|recovery")


def explain(error: psycopg.Error) -> SourceError:
    """The driver's error as one of ours: first line of the diagnosis, printable, no DSN."""
    state = error.sqlstate or ""
    text = plain(error.diag.message_primary or next(iter(str(error).strip().splitlines()), "connection lost"))
    if state == "55P03":
        return Busy(f"PostgreSQL: {text}")
    if state[:2] in {"28", "3D", "42"}:
        return Refused(f"PostgreSQL: {text}")
    if not state or state[:2] in {"08", "57"}:
        return Unreachable(f"PostgreSQL: {text}")
    return SourceError(f"PostgreSQL: {text}")


def _explain_start(error: psycopg.Error, conninfo: str) -> SourceError:
    """Why there is no connection: a login that was refused, or a server that has no place for it now.

    The driver's error has no SQLSTATE here. A server that starts, recovers or shuts down is known by libpq's ping; one
    without a free connection, or ready since, only by its words, and in another language it counts as a refusal.
    """
    explained = explain(error)
    _, answered, reason = str(explained).partition("FATAL:  ")
    if not answered:
        return explained
    text = f"PostgreSQL: {reason}"
    if _NOT_NOW.search(reason) or PGconn.ping(conninfo.encode()) != Ping.OK:
        return Unreachable(text)
    return Refused(text)


@contextmanager
def explained() -> Iterator[None]:
    """Within it, the driver's errors become ours."""
    try:
        yield
    except psycopg.Error as error:
        raise explain(error) from None


def connect(
    dsn: SecretStr, purpose: str, *, read_only: bool = False, statement_timeout_s: float | None = None
) -> BoundedConnection:
    """Open a connection in autocommit mode, in UTC, that names itself `rtdash <purpose>` to the server.

    With `statement_timeout_s` the server bounds each statement, and the client gives a server up that does not.
    Raises Unreachable or Refused, with the server's diagnosis, and SettingsError on a DSN that cannot be read.
    """
    options = ["-c timezone=UTC"]
    if read_only:
        options.append("-c default_transaction_read_only=on")
        # One connection to each worker and query: more of them take from ingest what they gain. (A plain PostgreSQL
        # takes the setting as somebody else's.)
        options.append("-c citus.max_adaptive_executor_pool_size=1")
    if statement_timeout_s is not None:
        options.append(f"-c statement_timeout={int(statement_timeout_s * 1000)}")
        # What the client gives up ends on the server as well, or its locks would keep the next attempt waiting.
        options.append("-c client_connection_check_interval=1000")
    given = _parsed(dsn)
    settings = _LINE | given | {"options": " ".join([str(given.get("options", "")), *options]).strip()}
    conninfo = make_conninfo("", **settings | {"application_name": f"rtdash {purpose}"})
    try:
        connection = BoundedConnection.connect(conninfo, autocommit=True)
    except psycopg.Error as error:
        raise _explain_start(error, conninfo) from None
    if statement_timeout_s is not None:
        connection.deadline_s = statement_timeout_s + GRACE_S
    return connection


def validate(dsn: SecretStr) -> None:
    """Raises SettingsError on a DSN that cannot be read; asks no server."""
    _parsed(dsn)


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
    """A read-only connection of the dashboard, or of the lab; see `QueryConnection`."""

    def __init__(self, dsn: SecretStr, purpose: str = "dashboard") -> None:
        self._connection = connect(dsn, purpose, read_only=True)
        self._timeout_s = 0.0
        self._plans = ShardPlans(self._connection)

    @cached_property
    def offers(self) -> frozenset[Feature]:
        """Citus, and its statistics of statements. Asked by a lane that watches its deadline; raises SourceError."""
        with explained():
            row = self._connection.execute(_OFFERS).fetchone()
        found = dict(zip((Feature.CITUS, Feature.CITUS_STAT_STATEMENTS), row or (), strict=True))
        return frozenset(feature for feature, is_there in found.items() if is_there)

    def fetch(self, sql: str, parameters: Mapping[str, object], deadline_s: float) -> Answer:
        """Run one query, bounded by the server's own statement_timeout as well."""
        until = time.monotonic() + deadline_s
        try:
            if deadline_s != self._timeout_s:
                self._connection.execute("SELECT set_config('statement_timeout', %s, false)", (f"{deadline_s}s",))
                self._timeout_s = deadline_s
            is_cluster = Feature.CITUS in self.offers
            started = time.monotonic()
            cursor = self._connection.execute(sql, parameters)
            executed = time.monotonic()
            rows = cursor.fetchall()
            columns = tuple(column.name for column in cursor.description or ())
        except psycopg.errors.QueryCanceled as error:
            late = f"PostgreSQL: no answer within {deadline_s:g} s"
            raise Overdue(late if time.monotonic() >= until else str(explain(error))) from None
        except psycopg.Error as error:
            raise explain(error) from None
        fetched = time.monotonic()
        shards = self._shards(sql, parameters, until - fetched) if is_cluster else None
        return Answer(columns, rows, 1000 * (executed - started), 1000 * (fetched - executed), shards)

    def _shards(self, sql: str, parameters: Mapping[str, object], left_s: float) -> Shards | None:
        """Of a query that has answered: its plan may take what is left of the query's deadline."""
        if sql not in self._plans and left_s > 0:
            self._timeout_s = 0.0
            self._plans.read(sql, parameters, left_s)
        return self._plans.get(sql)

    def abandon(self) -> None:
        """Shut the socket down: the driver, waiting on it, sees the end of the stream."""
        self._connection.abandon()

    def cancel(self) -> None:
        """Ask over a line of its own, as PostgreSQL wants it; see `QueryConnection`."""
        with explained():
            self._connection.cancel_safe(timeout=_CANCEL_S)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def identify(dsn: SecretStr) -> str:
    """What the server is: Citus or PostgreSQL. Raises Unreachable or Refused."""
    with connect(dsn, "dashboard", read_only=True) as connection:
        row = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone()
        return "PostgreSQL" if row is None else "Citus"
