"""The donations database by the MySQL protocol: connections as the driver makes them, and its errors as ours."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pymysql
from pydantic import SecretStr
from pymysql.connections import Connection
from pymysql.constants import CR, FIELD_TYPE
from pymysql.converters import conversions

from rtdash.errors import Overdue, Refused, SettingsError, SourceError, Unreachable
from rtdash.model.text import plain

CONNECT_TIMEOUT_S = 5.0

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


class _Connection(Connection):
    def _create_ssl_ctx(self, named: dict[str, Any]) -> ssl.SSLContext:
        """Where no CA is named, encryption is wanted and nothing is verified.

        The driver reads the certificates of the system all the same: 0.8 MiB and 20 ms for each connection.
        """
        if named:
            context: ssl.SSLContext = super()._create_ssl_ctx(named)  # type: ignore[misc]
            return context
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context


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


def hang_up(connection: Connection[Any]) -> None:
    """Shut its socket down, from any thread: the driver, waiting on it, sees the end of the stream."""
    # The driver has no other way to give an answer up.
    line = connection._sock  # type: ignore[attr-defined]  # noqa: SLF001
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def validate(dsn: SecretStr) -> None:
    """Raises SettingsError when the file of `ssl_ca` is no use; asks no server."""
    _made(dsn, "check", None)


def dial(
    dsn: SecretStr,
    purpose: str,
    deadline_s: float | None,
    *,
    connect_s: float | None = None,
    local_infile: bool = False,
) -> Connection[Any]:
    """A connection as it comes, with nothing set. Raises MySQLError."""
    connection, path = _made(dsn, purpose, deadline_s, connect_s=connect_s, local_infile=local_infile)
    connection.connect(_reach(path) if path else None)
    return connection


def _made(
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
        connection = _Connection(
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
