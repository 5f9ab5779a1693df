"""A server that says no, as against one that does not answer."""

from __future__ import annotations

from rtdash.errors import Overdue, SourceError, Unreachable


def is_refusal(error: SourceError) -> bool:
    """Whether there was an answer: then the connection is as good as before."""
    return not isinstance(error, (Unreachable, Overdue))


def words(error: SourceError) -> str:
    """What the server said, without who it is."""
    return str(error).partition(": ")[2]
