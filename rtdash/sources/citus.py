"""Connections to the clickstream database: Citus, or a plain PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from rtdash.errors import Refused, SourceError, Unreachable


def explain(error: psycopg.Error) -> SourceError:
    """The driver's error as one of ours: first line of the diagnosis, no DSN."""
    state = error.sqlstate or ""
    text = error.diag.message_primary or str(error).strip().splitlines()[0] if str(error).strip() else "connection lost"
    if state[:2] in {"28", "3D", "42"}:
        return Refused(f"PostgreSQL: {text}")
    if not state or state[:2] in {"08", "57"}:
        return Unreachable(f"PostgreSQL: {text}")
    return SourceError(f"PostgreSQL: {text}")


def connect(
    dsn: SecretStr, purpose: str, *, read_only: bool = False, statement_timeout_s: float | None = None
) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection in autocommit mode, in UTC, that names itself `rtdash <purpose>` to the server.

    Raises Unreachable or Refused, with the server's diagnosis.
    """
    options = ["-c timezone=UTC"]
    if read_only:
        options.append("-c default_transaction_read_only=on")
    if statement_timeout_s is not None:
        options.append(f"-c statement_timeout={int(statement_timeout_s * 1000)}")
    try:
        given = conninfo_to_dict(dsn.get_secret_value())
        options.insert(0, str(given.pop("options", "")))
        given.setdefault("connect_timeout", "5")
        return psycopg.connect(
            **given, autocommit=True, application_name=f"rtdash {purpose}", options=" ".join(options).strip()
        )
    except psycopg.Error as error:
        raise explain(error) from None
