"""What a database must offer so that a schema can be applied to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from rtdash.schema.files import SchemaFile
from rtdash.schema.values import NONE, Values
from rtdash.settings import SCHEMES


class Target(Protocol):
    """A database that schema files are applied to; while it is open, nobody else applies any. Raises SourceError."""

    def recorded(self) -> dict[str, str]:
        """Digest of each recorded file, by its key; {} when nothing was ever recorded."""

    def has_schema(self) -> bool:
        """Whether an rtdash was here, be it the first release, which recorded nothing."""

    def prepare(self, needless: Sequence[SchemaFile]) -> None:
        """Make the table of records where it is missing, and record migrations that a new database does not need."""

    def spares(self, file: SchemaFile) -> str | None:
        """Why this server does without a file, as a note; None when it does not.

        Raises SourceError when the file must not be run as things stand, and needs to be.
        """

    def run(self, file: SchemaFile, say: Callable[[str], None]) -> list[str]:
        """Run a file and record it; returns what the server had to say.

        `say` is told at once what the file is about to do, where it says so.
        """


def is_citus(dsn: SecretStr) -> bool:
    """Whether the scheme of a DSN is that of the clickstream database; the other is that of the donations."""
    return urlsplit(dsn.get_secret_value()).scheme in SCHEMES["citus"]


def dialect(dsn: SecretStr) -> str:
    """The folder below `sql/` that the server of a DSN understands: citus, singlestore or mariadb.

    Raises Unreachable or Refused, since of the donations the server itself is asked.
    """
    if is_citus(dsn):
        return "citus"
    from rtdash.sources.donations import identify

    return identify(dsn).lower()


def open_target(dsn: SecretStr, waiting: Callable[[], None], values: Values = NONE) -> AbstractContextManager[Target]:
    """The database behind a DSN. `waiting` is called when another process applies a schema to it."""
    if is_citus(dsn):
        from rtdash.schema.postgresql import open_postgresql

        return open_postgresql(dsn, waiting)
    from rtdash.schema.mysql import open_mysql

    return open_mysql(dsn, waiting, values)
