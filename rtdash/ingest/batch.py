"""What is read from a topic at once, and what of it can be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError

T = TypeVar("T")
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages of one partition, from offset `start` (included) to `end` (not included), each (offset, bytes).

    An `end` before `start`: the log has begun again under the same name, and is read from there.
    """

    partition_id: int
    start: int
    end: int
    latest: int
    """End of the partition when last seen."""
    messages: Sequence[tuple[int, bytes]]
    lost: int = 0
    """Offsets in between that the broker no longer has."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that cannot be used."""

    partition_id: int
    offset: int
    payload: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """A stretch as values, and what could not be read as one."""

    stretch: Stretch
    values: list[T]
    dead: list[DeadLetter]
    duplicates: int = 0


def parse(stretch: Stretch, read: Callable[[bytes], T]) -> Parsed[T]:
    """Check each message of a stretch by itself: joined, one bad message could bend the meaning of the next."""
    values: list[T] = []
    dead: list[DeadLetter] = []
    for offset, payload in stretch.messages:
        try:
            values.append(read(payload))
        except ValidationError as error:
            dead.append(DeadLetter(stretch.partition_id, offset, payload, _reason(error)))
    return Parsed(stretch, values, dead)


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}".removeprefix(": ")[:_LONGEST_REASON]
