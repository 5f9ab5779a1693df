"""What the lab is asked to compare."""

from __future__ import annotations

from dataclasses import dataclass

ROWS = (100_000, 1_000_000, 3_000_000, 10_000_000)
"""How many rows one may choose on the screen."""


@dataclass(frozen=True, slots=True)
class LabPlan:
    """Rows of each layout, and which layouts; all where none is named."""

    rows: int
    layouts: tuple[str, ...] = ()
