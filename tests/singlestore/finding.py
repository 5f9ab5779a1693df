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
    options: str
    """What stands behind the closing bracket."""


_TABLE = re.compile(
    r"CREATE\s+(ROWSTORE\s+)?(?:\w+\s+)*?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`?(\w+)`?\s*\(", re.IGNORECASE
)
_KEY = re.compile(
    r"(?:CONSTRAINT\s+(?:`?\w+`?\s+)?)?(?:(?:(PRIMARY|UNIQUE|SHARD|SORT)\s+)?(?:KEY|INDEX)|(UNIQUE))\b\s*"
    r"(?:`?\w+`?\s*)?(?:USING\s+\w+\s*)?\(([^)]*)\)",
    re.IGNORECASE,
)


_INDEX = re.compile(
    r"CREATE\s+(UNIQUE\s+)?INDEX\s+`?\w+`?\s+(?:USING\s+\w+\s+)?ON\s+`?(\w+)`?\s*\(([^)]*)\)", re.IGNORECASE
)


def tables(statements: Sequence[Statement]) -> Iterator[Table]:
    """Each with the indexes that are made after it."""
    indexes = [found for statement in statements if (found := _INDEX.match(statement.text))]
    for statement in statements:
        if found := _TABLE.match(statement.text):
            definition = statement.text[found.end() :]
            listed = list(parts(definition))
            options = definition[sum(len(part) + 1 for part in listed) :]
            keys, columns = [], {}
            for part in map(str.strip, listed):
                if key := _KEY.match(part):
                    keys.append(Key((key[1] or key[2] or "").upper(), _names(key[3])))
                else:
                    name, columns[name] = part.split(None, 1)
                    if own := re.search(r"\b(PRIMARY|UNIQUE)\b", columns[name], re.IGNORECASE):
                        keys.append(Key(own[1].upper(), (name.strip("`"),)))
            keys += (Key((one[1] or "").strip().upper(), _names(one[3])) for one in indexes if one[2] == found[2])
            is_rowstore = found[1] is not None
            yield Table(statement, found[2], is_rowstore, columns, tuple(keys), " ".join(options.split()))


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name for column in listed.split(",") if (name := column.strip(" `")))


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
