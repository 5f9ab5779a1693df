"""Keeps the dashboard within its budget of a server's time: past it, panels are asked more seldom.

What the panels would take is computed from what each of their last answers took and from how often they are asked, not
taken from the share that was measured: a panel that is asked once a minute is all of one second and nothing of the next
59, and intervals that followed it would never come to rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from rtdash.model.stretch import LONGEST_S, Stretch, stretched

REVIEW_S = 1.0
_UP, _DOWN = 1.5, 1.25
"""The factor grows and falls by these at most, from one review to the next."""
_ROOM = 0.8
"""Intervals become shorter when the panels then would take no more than this part of the budget."""
_STEPS = 40
"""Halvings of the bounds of the factor: beyond the precision of any clock."""


class Budget:
    """Of one server. `budget` is a share of its time; 1 is one query all the time."""

    def __init__(self, budget: float) -> None:
        self._budget = budget
        self._reviewed_at = -inf
        self.stretch = Stretch(1.0, budget)

    def is_due(self, now: float) -> bool:
        """Whether it is time for a review, s."""
        return now - self._reviewed_at >= REVIEW_S

    def review(self, now: float, panels: Iterable[tuple[float, float]]) -> None:
        """Choose the factor anew. `panels` are those that are asked: the wanted interval of each, and what one answer
        of it takes, s.
        """
        self._reviewed_at = now
        loads = list(panels)
        current = self.stretch.factor
        needed = _factor(loads, self._budget)
        if needed > current:
            current = min(needed, current * _UP)
        elif _share(loads, current) < _ROOM * self._budget:
            current = max(1.0, current / _DOWN, _factor(loads, self._budget * (1 + _ROOM) / 2))
        is_enough = current < needed or _share(loads, current) <= self._budget
        self.stretch = Stretch(current, self._budget, is_enough=is_enough)


def _share(loads: Iterable[tuple[float, float]], factor: float) -> float:
    """What the panels take of the server's time. One that takes longer than its interval takes all of the time."""
    return sum(took_s / max(stretched(every_s, factor), took_s) for every_s, took_s in loads if took_s > 0)


def _factor(loads: list[tuple[float, float]], budget: float) -> float:
    """The least factor by which the panels keep within the budget; the largest that changes anything when none does."""
    least, most = 1.0, max([1.0, *(LONGEST_S / every_s for every_s, _ in loads)])
    if _share(loads, least) <= budget:
        return least
    for _ in range(_STEPS):
        middle = (least + most) / 2
        if _share(loads, middle) > budget:
            least = middle
        else:
            most = middle
    return most
