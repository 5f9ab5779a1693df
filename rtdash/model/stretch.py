"""By how much intervals are longer than wanted, to keep within a budget."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_S = 5.0
"""No interval is stretched beyond it: what is asked more seldom is live no more."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Of the panels of a server, whose `budget` is a share of its time, or of the screen's frames: bytes a second."""

    factor: float
    budget: float
    is_enough: bool = True
    """Whether the dashboard keeps within the budget this way."""

    def every_s(self, wanted_s: float) -> float:
        """The interval of a panel that should be asked every `wanted_s`."""
        return stretched(wanted_s, self.factor)


def stretched(wanted_s: float, factor: float) -> float:
    """`factor` times the interval, s, within bounds; those that are long by themselves stay as they are."""
    return max(wanted_s, min(factor * wanted_s, LONGEST_S))
