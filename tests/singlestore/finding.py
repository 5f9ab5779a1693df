"""What a rule says of a statement, and how tables and keys are read from their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.singlestore.sql import Statement


@dataclass(frozen=True)
class Finding:
    """One breach of one rule."""

    file: str
    begins: str
    says: str

    def __str__(self) -> str:
        return f"{self.file}: {self.begins} …: {self.says}"


def of(statement: Statement, says: str) -> Finding:
    return Finding(statement.file, statement.begins, says)


@dataclass(frozen=True)
class Key:
    """One key of a table: `kind` is PRIMARY, UNIQUE, SHARD, SORT, or nothing for a plain one."""

    kind: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A CREATE TABLE, as far as rules need it."""

    statement: Statement
    name: str
    is_rowstore: bool
    columns: dict[str, str]
    """Type and options of each, by its name as it is written."""
    keys: tuple[Key, ...]


_TABLE = re.compile(r"CREATE\s+(ROWSTORE\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`?(\w+)`?\s*\(")
_KEY = re.compile(r"(?:(PRIMARY|UNIQUE|SHARD|SORT)\s+)?(?:KEY|INDEX)\s*(?:`?\w+`?\s*)?(?:USING\s+\w+\s*)?\(([^)]*)\)")


def tables(statements: Sequence[Statement]) -> Iterator[Table]:
    for statement in statements:
        if found := _TABLE.match(statement.text):
            listed = [part.strip() for part in parts(statement.text[found.end() :])]
            keys = [
                Key(key[1] or "", tuple(column.strip(" `") for column in key[2].split(",")))
                for part in listed
                if (key := _KEY.match(part))
            ]
            columns = dict(part.split(None, 1) for part in listed if not _KEY.match(part))
            yield Table(statement, found[2], bool(found[1]), columns, tuple(keys))


def parts(text: str) -> Iterator[str]:
    """What stands between the commas of a list, up to the bracket that closes it."""
    depth, begin = 0, 0
    for place, sign in enumerate(text):
        if sign == "," and not depth:
            yield text[begin:place]
            begin = place + 1
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            yield text[begin:place]
            return
