"""A time as a number, and as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic_core import to_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def in_utc(at: datetime) -> datetime:
    """The same time in UTC; one that carries no zone is UTC already."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def epoch_us(at: datetime) -> int:
    """Microseconds since the Unix epoch, the scale of arrival ids; a time that carries no zone is UTC."""
    return (in_utc(at) - _EPOCH) // _MICROSECOND


def iso_texts(moments: Sequence[datetime]) -> list[str]:
    """`isoformat()` of each, in a third of its time; none of them carries a zone."""
    return to_json(moments)[2:-2].decode().split('","') if moments else []
