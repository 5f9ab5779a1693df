"""What the applier says of each file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

NO_KAFKA = "left out: it needs Kafka, and none is set"


@dataclass(frozen=True, slots=True)
class Step:
    """A file that was applied (or found needless), what the server said of it, and how long it took."""

    file: str
    note: str
    duration_ms: float
    is_refused: bool = False
    """Optional, and refused by the server: it is tried again the next time."""


Report = Callable[[Step], None]
"""Told of each file when it is done."""

UnderWay = Callable[[str, str], None]
"""Told the name of a file as it begins, with no text, and again with what the file says it is about to do."""
