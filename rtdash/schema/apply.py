"""Applies migrations, then a folder of schema files, in the order of their names; each is recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from rtdash.errors import SchemaError, SourceError
from rtdash.schema.files import SchemaFile, migration_files, pending, schema_files
from rtdash.schema.refusal import is_refusal, words
from rtdash.schema.step import NO_KAFKA, Report, Step, UnderWay
from rtdash.schema.target import Target, open_target
from rtdash.schema.values import NONE, Values, redacted


def _silent(_file: str, _what: str) -> None:
    """Nobody watches."""


def apply(dsn: SecretStr, folder: Path, report: Report, under_way: UnderWay = _silent, values: Values = NONE) -> None:
    """Bring the database of `dsn` (postgresql://… or mysql://…) to the schema of `folder`; each file becomes a Step.

    Migrations, from `migrations/` beside the folder, run once each, and only where there is a schema already. The files
    of the folder are applied again each time, since the server may have got an extension; `compat/020_topn.sql` stands
    in for the extension topn and is left out where the server has it. Files that need Kafka bind `values`, and are left
    out where there are none; so is what must not be run while a pipeline is there. An optional one that the server
    refuses is said to be so, and not recorded.
    Waits while another process applies a schema. May be broken off at any point: the next call goes on from there.
    Raises SchemaError, which names the file and the server's message; Unreachable or Refused when the server does not
    let us in.
    """
    files, migrations = schema_files(folder), migration_files(folder)
    waiting = partial(under_way, "", "another process applies the schema: waiting for it")
    with open_target(dsn, waiting, values) as target:
        for file in _wanted(target, files, migrations):
            under_way(file.name, "")
            report(_apply(target, file, under_way, values))


def _wanted(target: Target, files: list[SchemaFile], migrations: list[SchemaFile]) -> list[SchemaFile]:
    """What is to be applied, now that the table of records is there."""
    with _named("schema_steps"):
        missing = pending(migrations, target.recorded())
        if target.has_schema():
            target.prepare([])
            return [*missing, *files]
        target.prepare(missing)
        return files


def _apply(target: Target, file: SchemaFile, under_way: UnderWay, values: Values) -> Step:
    start = time.monotonic()
    is_refused = False
    with _named(file.name, values):
        if file.needs_kafka and not values:
            note = NO_KAFKA
        elif reason := target.spares(file):
            note = reason
        else:
            try:
                note = redacted("; ".join(target.run(file, partial(under_way, file.name))), values)
            except SourceError as error:
                if not file.cost or not is_refusal(error):
                    raise
                is_refused, note = True, f"refused: {redacted(words(error), values)}: {file.cost}"
    return Step(file.name, note, (time.monotonic() - start) * 1000, is_refused)


@contextmanager
def _named(what: str, values: Values = NONE) -> Iterator[None]:
    try:
        yield
    except SourceError as error:
        raise SchemaError(redacted(f"{what}: {error}", values)) from None
