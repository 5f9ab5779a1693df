"""A time as a number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def in_utc(at: datetime) -> datetime:
    """The same time with its zone; one that carries none is UTC."""
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def epoch_us(at: datetime) -> int:
    """Microseconds since the Unix epoch, the scale of arrival ids; a time that carries no zone is UTC."""
    return (in_utc(at) - _EPOCH) // _MICROSECOND
