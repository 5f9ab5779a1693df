"""A script of the MySQL protocol: its statements, as the mysql client splits them, and what its comments ask of us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DELIMITER = re.compile(r"DELIMITER\s+(\S+)", re.IGNORECASE)
_MAY_FAIL = re.compile(r"-- may fail\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, without what ends it."""

    text: str
    may_fail: bool = False
    """Whether a refusal by the server is no failure: the comment before it says `-- may fail`."""


def statements(script: str) -> Iterator[Statement]:
    """Split a script: a statement ends with a `;` at the end of a line that is not a comment.

    Between the lines `DELIMITER //` and `DELIMITER ;` it ends with `//` instead, so that a procedure is one statement.
    """
    lines: list[str] = []
    delimiter, may_fail = ";", False
    for line in script.splitlines():
        stripped = line.strip()
        is_comment = stripped.startswith("--")
        if not lines and (is_comment or not stripped):
            may_fail = is_comment and (may_fail or bool(_MAY_FAIL.match(stripped)))
            continue
        if not lines and (changed := _DELIMITER.fullmatch(stripped)):
            delimiter, may_fail = changed[1], False
            continue
        lines.append(line)
        if stripped.endswith(delimiter) and not is_comment:
            yield Statement("\n".join(lines).rstrip().removesuffix(delimiter).rstrip(), may_fail)
            lines, may_fail = [], False
    if any(line.strip() and not line.strip().startswith("--") for line in lines):
        yield Statement("\n".join(lines), may_fail)


def in_head(script: str, word: str) -> str | None:
    """What the comments before the first statement say behind `-- word:`; None when they have no such line."""
    for line in script.splitlines():
        if not line.startswith("--"):
            return None
        if line.startswith(f"-- {word}:"):
            return line.removeprefix(f"-- {word}:").strip()
    return None
