"""The files of a schema: numbered migrations, run once each, and files that may be applied again at any time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from rtdash.errors import SchemaError
from rtdash.schema.script import in_head

_PROCEDURE = re.compile(r"^CREATE OR REPLACE PROCEDURE\b", re.MULTILINE)
_PIPELINE = re.compile(r"^CREATE PIPELINE\b", re.MULTILINE)
_MIGRATION = re.compile(r"migrations/(\d+)_")


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """One file; `key` is its name in the table `schema_steps`: `schema/030_events.sql`, `migrations/001_….sql`."""

    path: Path
    key: str

    @property
    def name(self) -> str:
        """As it is shown: `030_events.sql`, `migrations/001_….sql`."""
        return self.key.removeprefix("schema/")

    @property
    def number(self) -> int:
        """What orders the migrations."""
        return int(self.path.name.partition("_")[0])

    @property
    def script(self) -> str:
        """Its statements."""
        return self.path.read_text(encoding="utf-8")

    @property
    def digest(self) -> str:
        """SHA-256 of its text, in hexadecimal digits."""
        return hashlib.sha256(self.script.encode()).hexdigest()

    @property
    def stands_in_for(self) -> str | None:
        """Name of the extension that makes it needless: `topn` for `compat/020_topn.sql`."""
        return self.path.stem.partition("_")[2] if self.path.parent.name == "compat" else None

    @property
    def cost(self) -> str | None:
        """What is lost where the server refuses it, in words; None when it may not."""
        return in_head(self.script, "optional")

    @property
    def needs_kafka(self) -> bool:
        """Whether it is for a server that reads Kafka itself, and binds how that is reached."""
        return in_head(self.script, "needs") == "kafka"

    @property
    def makes_procedure(self) -> bool:
        """Whether it makes anew what a pipeline calls."""
        return bool(_PROCEDURE.search(self.script))

    @property
    def makes_pipeline(self) -> bool:
        """Whether it makes the pipeline."""
        return bool(_PIPELINE.search(self.script))


def schema_files(folder: Path) -> list[SchemaFile]:
    """Files of `folder` and of its `compat/`, in one order by name. Raises SchemaError when there is none."""
    paths = sorted([*folder.glob("*.sql"), *folder.glob("compat/*.sql")], key=lambda path: path.name)
    if not paths:
        raise SchemaError(f"no schema files in {folder}")
    return [SchemaFile(path, f"schema/{path.name}") for path in paths]


def migration_files(folder: Path) -> list[SchemaFile]:
    """Files of `migrations/` beside the schema's `folder`, in the order of their numbers; it may be missing."""
    paths = folder.with_name("migrations").glob("[0-9]*.sql")
    return sorted((SchemaFile(path, f"migrations/{path.name}") for path in paths), key=lambda file: file.number)


def pending(migrations: Collection[SchemaFile], recorded: Mapping[str, str]) -> list[SchemaFile]:
    """Migrations that are not recorded; the keys of `recorded` are those of files.

    Raises SchemaError when one is recorded that we do not know: an older rtdash must not undo what a newer one made.
    """
    done = {int(found[1]): key for key in recorded if (found := _MIGRATION.match(key))}
    newest, known = max(done, default=0), max((file.number for file in migrations), default=0)
    if newest > known:
        raise SchemaError(f"a newer rtdash was here: its {done[newest]} is not known to this one; use the newer one")
    return [file for file in migrations if file.number not in done]
