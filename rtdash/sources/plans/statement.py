"""Only what reads is explained: explaining runs the statement."""

from __future__ import annotations

import re

from rtdash.errors import SourceError

# Comments and quoted text of both dialects. What one of them takes otherwise than the other (a backslash before a
# quote) the session settles: it takes one statement alone, and only reads.
_QUIET = re.compile(
    r"--[^\n]*|#[^\n]*|/\*(?!M?!).*?\*/|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\$(\w*)\$.*?\$\1\$", re.DOTALL
)
_READS = re.compile(r"[\s(]*(SELECT|WITH)\b", re.IGNORECASE)
_WRITES = re.compile(r"[()]\s*(INSERT|UPDATE|DELETE|MERGE)\b|\b(INTO)\b", re.IGNORECASE)


def only_select(sql: str) -> str:
    """`sql` without its last semicolon, when it is one SELECT or WITH that reads; else SourceError says what it is."""
    heard = _QUIET.sub(" ", sql).strip().rstrip(";").rstrip()
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
