"""The message of the topic `clickstream`: one step of a visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, NaiveDatetime, TypeAdapter, with_config
from typing_extensions import TypedDict

# \p{C} is every character that is not drawn: control characters, directions, private use.
Name = Annotated[str, Field(pattern=r"^[^\p{C}]+$", max_length=64)]
Number64 = Annotated[int, Field(ge=1, lt=1 << 63)]


@with_config(ConfigDict(strict=True))
class Event(TypedDict):
    """One event of a visit as the message says it. The time is UTC and carries no zone; the customer is the tenant."""

    event_time: Annotated[NaiveDatetime, Field(ge=datetime(2000, 1, 1), lt=datetime(2100, 1, 1))]  # noqa: DTZ001
    customer_id: Number64
    event_type: Name
    country: Name
    browser: Name
    device_id: Number64
    session_id: Number64


parse_event: Callable[[bytes], Event] = TypeAdapter(Event).validator.validate_json
"""Read and check one message. Raises pydantic's ValidationError (a ValueError) on anything else than an event."""
