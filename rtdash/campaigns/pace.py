"""How many donations are due: a steady rate in small slices, whatever delays the loop."""

from __future__ import annotations

SLICE_S = 0.02
"""How often a runner looks, s."""
CATCH_UP_S = 0.25
"""A delay up to this is made up for, s; what is older is forgiven, so that no burst follows a pause."""


class Pacer:
    """Counts what is owed at `rate_per_s`. The caller gives the time, in seconds of a clock that never goes back."""

    def __init__(self, rate_per_s: float, now_s: float) -> None:
        self.rate_per_s = rate_per_s
        self._owed = 0.0
        self._counted_until_s = now_s

    def due(self, now_s: float, most: int) -> int:
        """How many to make now, at most `most`; they count as made."""
        self._owed += (now_s - self._counted_until_s) * self.rate_per_s
        self._counted_until_s = now_s
        self._owed = min(self._owed, max(1.0, self.rate_per_s * CATCH_UP_S))
        count = min(int(self._owed), most)
        self._owed -= count
        return count

    def wait_s(self) -> float:
        """How long until the next one is due: 0 when one is, else a slice at least, and 0.1 s at most."""
        if self._owed >= 1:
            return 0.0
        return min(0.1, max(SLICE_S, (1 - self._owed) / self.rate_per_s)) if self.rate_per_s > 0 else 0.1

    def set_rate(self, rate_per_s: float) -> None:
        """Go on at another rate; what is owed of the old one is kept within the bound."""
        self.rate_per_s = rate_per_s
