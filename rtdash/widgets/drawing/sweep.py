"""A series of seconds over a picture that stands still: a write head sweeps over it, as on an oscilloscope.

A second keeps its place, so that only what is new is drawn. The newest is at the left of the head, which stands in a
gap, and the oldest at its right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

HEAD = "│"
_STEP = 12
"""A sweep takes a multiple of so many seconds, more than are shown: a window that grows would else move everything."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """How `cells` show the last of `seconds` values, of which the newest is of the second `until`."""

    seconds: int
    until: datetime
    cells: int

    @property
    def _period(self) -> int:
        return min((self.seconds // _STEP + 1) * _STEP, self.cells)

    @property
    def _newest(self) -> int:
        return int(self.until.timestamp()) % self._period

    @property
    def head(self) -> int:
        """The first cell behind the newest second."""
        after = (self._newest + 1) % self._period
        return -(-after * self.cells // self._period)

    def placed(self, values: Sequence[float]) -> list[float]:
        """A value a cell; 0 in the gap, and where nothing is known."""
        age_s = [(self._newest - cell * self._period // self.cells) % self._period for cell in range(self.cells)]
        known = min(self.seconds, self._period - 1)
        return [values[-1 - age] if age < known else 0.0 for age in age_s]
