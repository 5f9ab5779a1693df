"""Only what reads is explained: explaining runs the statement."""

from __future__ import annotations

import re

from rtdash.errors import SourceError

MYSQL = re.compile(
    r"--(?=\s|$)[^\n]*|#[^\n]*|/\*(?!M?!).*?\*/|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`[^`]*`", re.DOTALL
)
"""Comments and quoted text of MariaDB and SingleStore: `5--1` is no comment, and some comments are executed."""
POSTGRESQL = re.compile(
    r"--[^\n]*|/\*.*?\*/|\bE'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$",
    re.DOTALL | re.IGNORECASE,
)
"""As PostgreSQL has them. Whatever is heard wrong the session settles: it takes one statement alone, and only reads."""
_READS = re.compile(r"[\s(]*(SELECT|WITH)\b", re.IGNORECASE)
_WRITES = re.compile(r"[()]\s*(INSERT|UPDATE|DELETE|MERGE)\b|\b(INTO)\b", re.IGNORECASE)


def only_select(sql: str, quiet: re.Pattern[str]) -> str:
    """`sql` without its last semicolon, when it is one SELECT or WITH that reads; else SourceError says what it is.

    `quiet` is what its server does not hear: MYSQL or POSTGRESQL.
    """
    heard = quiet.sub(" ", sql).strip().rstrip(";").rstrip()
    if "/*!" in heard or "/*M!" in heard:
        found = "a comment that the server executes"
    elif ";" in heard:
        found = "several statements"
    elif not _READS.match(heard):
        found = heard.split()[0].upper()[:20] if heard else "nothing"
    elif written := _WRITES.search(heard):
        found = (written[1] or written[2]).upper()
    else:
        return sql.strip().rstrip(";")
    raise SourceError(f"not explained, since that would run it: {found}; allowed: one SELECT or WITH that only reads")
