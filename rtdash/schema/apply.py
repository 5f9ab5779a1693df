"""Applies a folder of schema files, in the order of their names. Every file may be applied again at any time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from rtdash.errors import SchemaError, SourceError
from rtdash.schema.step import Report, Step
from rtdash.settings import SCHEMES


class Target(Protocol):
    """A database that schema files are applied to; while it is open, nobody else applies any."""

    def has_extension(self, name: str) -> bool:
        """Whether the server itself has what `compat/…_name.sql` would stand in for."""

    def run(self, script: str) -> list[str]:
        """Run the statements of one file; returns what the server had to say. Raises SourceError."""


def schema_files(folder: Path) -> list[Path]:
    """Files of `folder` and of its `compat/`, in one order by name."""
    return sorted([*folder.glob("*.sql"), *folder.glob("compat/*.sql")], key=lambda file: file.name)


def open_target(dsn: SecretStr) -> AbstractContextManager[Target]:
    """The database behind a DSN, by its scheme."""
    if urlsplit(dsn.get_secret_value()).scheme in SCHEMES["citus"]:
        from rtdash.schema.postgresql import open_postgresql

        return open_postgresql(dsn)
    from rtdash.schema.mysql import open_mysql

    return open_mysql(dsn)


def apply(dsn: SecretStr, folder: Path, report: Report) -> None:
    """Apply the files of `folder` to the database of `dsn` (postgresql://… or mysql://…) and report each as a Step.

    `compat/020_topn.sql` stands in for the extension topn and is left out where the server has it.
    Waits while another process applies a schema. Raises SchemaError, which names the file and the server's message;
    Unreachable or Refused when the server does not let us in.
    """
    files = schema_files(folder)
    if not files:
        raise SchemaError(f"no schema files in {folder}")
    with open_target(dsn) as target:
        for step in _steps(target, files):
            report(step)


def _steps(target: Target, files: list[Path]) -> Iterator[Step]:
    for file in files:
        start = time.monotonic()
        stands_in_for = file.stem.partition("_")[2] if file.parent.name == "compat" else None
        if stands_in_for and target.has_extension(stands_in_for):
            notes = [f"not needed: the server has {stands_in_for}"]
        else:
            try:
                notes = target.run(file.read_text(encoding="utf-8"))
            except SourceError as error:
                raise SchemaError(f"{file.name}: {error}") from None
        yield Step(file.name, "; ".join(notes), (time.monotonic() - start) * 1000)
