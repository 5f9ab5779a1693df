"""A query as a server of the MySQL family digests it: without comments, blanks, quotes of names, and values."""

from __future__ import annotations

import re

# In one go: a quote in a comment opens nothing, nor does a comment in quotes.
_COMMENT_OR_VALUE = re.compile(
    r"(?P<comment>--\s[^\n]*|#[^\n]*|/\*.*?\*/)"
    r"|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|%\(\w+\)s|(?<![\w.`])(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w`])"
    # Of IS NULL and IS NOT NULL it is no value.
    r"|(?<![\w.`])(?<!\bIS )(?<!\bNOT )NULL(?![\w`])",
    re.IGNORECASE | re.DOTALL,
)
_LIST = re.compile(r"\(\?(?:,\?)+\)")
_VALUES = re.compile(r"\?(?:,\?)+")


def fingerprint(sql: str) -> str:
    """What two executions of one query have in common; `sql` with its parameters, or as it was sent."""
    bare = _COMMENT_OR_VALUE.sub(lambda found: " " if found["comment"] else "?", sql)
    return _VALUES.sub("?,...", _LIST.sub("(...)", re.sub(r"[\s`]+", "", bare).rstrip(";"))).upper()
