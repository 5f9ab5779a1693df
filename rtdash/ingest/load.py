"""LOAD DATA LOCAL from memory: the quickest way into MariaDB, with no file of ours within the reach of the server."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from pymysql.connections import Connection
from pymysql.constants import COMMAND
from pymysql.protocol import LoadLocalPacketWrapper, OKPacketWrapper

from rtdash.errors import SourceError
from rtdash.sources import donations

_NAME = "rows"
_PIECE_BYTES = 1 << 20
_DEADLINE_S = 30.0


def open_loader(dsn: SecretStr, purpose: str = "ingest", deadline_s: float | None = _DEADLINE_S) -> Connection[Any]:
    """A connection that may load. Raises SourceError."""
    connection = donations.connect(dsn, purpose, local_infile=True, deadline_s=deadline_s)
    # PyMySQL would send whatever file the server names, as an answer to any statement: only `load` answers here.
    connection._local_infile = False  # type: ignore[attr-defined]  # noqa: SLF001
    return connection


def load(connection: Connection[Any], into: str, rows: bytes) -> tuple[int, int]:
    """Load lines of tab-separated values `into` a "table (columns)"; returns (rows stored, warnings).

    LOCAL turns errors into warnings, and skips known keys: the caller must look at both numbers.
    """
    statement = f"LOAD DATA LOCAL INFILE '{_NAME}' INTO TABLE {into.replace(' (', ' CHARACTER SET utf8mb4 (', 1)}"
    connection._execute_command(COMMAND.COM_QUERY, statement)  # type: ignore[attr-defined]  # noqa: SLF001
    packet = connection._read_packet()  # type: ignore[no-untyped-call]  # noqa: SLF001
    if not packet.is_load_local_packet() or LoadLocalPacketWrapper(packet).filename != _NAME.encode():
        connection.close()
        raise SourceError("donations database: it asked for another file than the rows of the batch")
    for start in range(0, len(rows), _PIECE_BYTES):
        connection.write_packet(rows[start : start + _PIECE_BYTES])
    connection.write_packet(b"")
    done = OKPacketWrapper(connection._read_packet())  # type: ignore[no-untyped-call]  # noqa: SLF001
    return done.affected_rows, done.warning_count
