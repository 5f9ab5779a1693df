"""The procedure of the pipeline, put into MariaDB's words: its query is a view over a table `received`, its body stays.

So what it counts as a donation and what it adds up is tried. That SingleStore takes it is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from pymysql.connections import Connection

from rtdash.model.donation import Donation
from rtdash.resources import sql_folder
from tests.singlestore.finding import parts

_FIELDS = [*Donation.__annotations__, "message"]
_TYPES = {"BIGINT": "SIGNED", "TINYINT": "SIGNED"}


class Procedure:
    """`ingest_donations` in a MariaDB with rtdash's schema."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        script = (sql_folder("singlestore", "schema") / "060_procedure.sql").read_text(encoding="utf-8")
        declared, _, self._body = script.partition(";\nBEGIN\n")
        head, _, query = declared.partition(" =\n    SELECT ")
        names = [field.split()[0] for field in parts(head.partition("checked QUERY(")[2])]
        columns = ", ".join(f"`{field}` {'LONGBLOB' if field == 'message' else 'TEXT'}" for field in _FIELDS)
        self._ask(f"CREATE TABLE received ({columns}) DEFAULT CHARACTER SET utf8mb4")
        self._ask(f"CREATE VIEW checked ({', '.join(names)}) AS SELECT {_translated(query)}")

    def call(self, messages: Iterable[bytes]) -> None:
        """Store one batch, as a pipeline would."""
        self._connection.begin()
        self._fill(messages)
        for statement in self._body.partition("END\n//")[0].split(";\n"):
            if statement.strip():
                self._ask(statement)
        self._connection.commit()

    def reasons(self, messages: Iterable[bytes]) -> dict[bytes, str | None]:
        """Why each message is no donation; None when it is one."""
        self._fill(messages)
        return dict(self._ask("SELECT message, reason FROM checked"))

    def _fill(self, messages: Iterable[bytes]) -> None:
        marks = ", ".join(["%s"] * len(_FIELDS))
        self._ask("DELETE FROM received")
        with self._connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO received VALUES ({marks})", [_extracted(message) for message in messages])

    def _ask(self, statement: str) -> tuple[Any, ...]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return tuple(cursor.fetchall())


def _translated(query: str) -> str:
    """MariaDB's CAST does not fail in a SELECT either: of what is no number it makes 0, and no time of what is none."""
    query = re.sub(r"(\w+) :> LONGTEXT COLLATE", r"CONVERT(\1 USING utf8mb4) COLLATE", query)

    def cast(found: re.Match[str]) -> str:
        return f"CAST({found[1]} AS {_TYPES.get(found[2], found[2])})"

    return re.sub(r"((?:[\w.]+)(?:\([^()]*\))?) !:> ([A-Z]+(?:\([\d, ]+\))?)", cast, query)


def _extracted(message: bytes) -> list[str | bytes | None]:
    """What LOAD DATA makes of a message: numbers as they are written, true as 1, and what is missing NULL."""
    document = json.loads(message, parse_float=_Verbatim, parse_int=_Verbatim, parse_constant=_Verbatim)
    values = document if isinstance(document, dict) else {}
    return [*(_text(values.get(field)) for field in _FIELDS[:-1]), message]


class _Verbatim(str):
    """A number as it is written."""

    __slots__ = ()


def _text(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(int(value))
        case str():
            return str(value)
    return json.dumps(value)
