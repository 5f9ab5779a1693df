"""What applying a schema would do; changes nothing, and needs no right but to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from rtdash.errors import SchemaError
from rtdash.schema.files import SchemaFile, migration_files, pending, schema_files
from rtdash.schema.finding import Finding, Survey
from rtdash.schema.step import NO_KAFKA
from rtdash.schema.target import is_citus


def plan(dsn: SecretStr, folder: Path, deadline_s: float = 10.0, *, has_kafka: bool = False) -> list[Finding]:
    """The server, what it can do, then each file of `folder` and of `migrations/` beside it.

    Without Kafka, what needs it is left out.
    Raises SourceError when the server does not let us in or does not answer what we ask, each within `deadline_s`.
    """
    files, migrations = schema_files(folder), migration_files(folder)
    survey = _survey(dsn, deadline_s)
    of_files = (_of_file(file, survey, has_kafka=has_kafka) for file in files)
    return [*survey.findings, *_of_migrations(migrations, survey), *of_files]


def _survey(dsn: SecretStr, deadline_s: float) -> Survey:
    if is_citus(dsn):
        from rtdash.schema.survey import survey_postgresql

        return survey_postgresql(dsn, deadline_s)
    from rtdash.schema.mysql import survey_mysql

    return survey_mysql(dsn, deadline_s)


def _of_migrations(migrations: list[SchemaFile], survey: Survey) -> Iterator[Finding]:
    try:
        missing = pending(migrations, survey.recorded)
    except SchemaError as error:
        yield Finding("migrations", str(error), is_possible=False)
        return
    for file in migrations:
        if file not in missing:
            yield Finding(file.name, "done")
        elif survey.has_schema:
            yield Finding(file.name, "will run")
        else:
            yield Finding(file.name, "not needed: there is nothing to upgrade")


def _of_file(file: SchemaFile, survey: Survey, *, has_kafka: bool) -> Finding:
    if file.stands_in_for in survey.extensions:
        return Finding(file.name, f"not needed: the server has {file.stands_in_for}")
    if file.needs_kafka and not has_kafka:
        return Finding(file.name, NO_KAFKA)
    if file.key not in survey.recorded:
        text = "new"
    else:
        text = "as applied" if survey.recorded[file.key] == file.digest else "changed since applied"
    if file.needs_kafka:
        text += "; needs Kafka"
    if file.cost:
        text += f"; optional, without it: {file.cost}"
    return Finding(file.name, text)
