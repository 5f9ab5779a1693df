"""What the applier says of each file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A schema file that was applied (or found needless), what the server said of it, and how long it took."""

    file: str
    note: str
    duration_ms: float


Report = Callable[[Step], None]
