"""The message of the topic `clickstream`: one step of a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, NaiveDatetime, TypeAdapter

# \p{C} is every character that is not drawn: control characters, directions, private use.
Name = Annotated[str, Field(pattern=r"^[^\p{C}]+$", max_length=64)]
Number64 = Annotated[int, Field(ge=1, lt=1 << 63)]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a visit as the message says it. The time is UTC and carries no zone; the customer is the tenant."""

    __pydantic_config__ = ConfigDict(strict=True)

    event_time: Annotated[NaiveDatetime, Field(ge=datetime(2000, 1, 1), lt=datetime(2100, 1, 1))]  # noqa: DTZ001
    customer_id: Number64
    event_type: Name
    country: Name
    browser: Name
    device_id: Number64
    session_id: Number64


_EVENT: TypeAdapter[Any] = TypeAdapter(Event)


def parse_event(message: bytes) -> Event:
    """Read and check one message. Raises pydantic's ValidationError (a ValueError) on anything else than an event."""
    event: Event = _EVENT.validate_json(message)
    return event
