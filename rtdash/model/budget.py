"""Keeps what is done again and again within a budget, of a server's time or of a line's bytes: past it, more seldom.

What it would take is computed from what each of the last times took and from how often it is done, not taken from what
was measured: a panel that is asked once a minute is all of one second and nothing of the next 59, and intervals that
followed it would never come to rest.
"""

from __future__ import annotations

from collections.abc import Collection
from math import inf

from rtdash.model.stretch import LONGEST_S, Stretch, stretched

REVIEW_S = 1.0
_UP, _DOWN = 1.5, 1.25
"""The factor grows and falls by these at most, from one review to the next."""
_ROOM = 0.8
"""Intervals become shorter when no more than this part of the budget is taken."""
_STEPS = 40
"""Halvings of the bounds of the factor: beyond the precision of any clock."""


class Budget:
    """Of what may be taken a second; no load takes more than `most` of it, however much one time takes.

    Of a server that is a share of its time: 1 is one query all the time, and that is the most of one panel.
    """

    def __init__(self, budget: float, *, most: float = inf) -> None:
        self._budget = budget
        self._most = most
        self._reviewed_at = -inf
        self.stretch = Stretch(1.0, budget)

    def is_due(self, now: float) -> bool:
        """Whether it is time for a review, s."""
        return now - self._reviewed_at >= REVIEW_S

    def review(self, now: float, loads: Collection[tuple[float, float]]) -> None:
        """Choose the factor anew. `loads` are what is done: the wanted interval of each, s, and what one time takes."""
        self._reviewed_at = now
        current = self.stretch.factor
        needed = self._factor(loads, self._budget)
        if needed > current:
            current = min(needed, current * _UP)
        elif self._taken(loads, current) < _ROOM * self._budget:
            current = max(1.0, current / _DOWN, self._factor(loads, self._budget * (1 + _ROOM) / 2))
        is_enough = current < needed or self._taken(loads, current) <= self._budget
        self.stretch = Stretch(current, self._budget, is_enough=is_enough)

    def _taken(self, loads: Collection[tuple[float, float]], factor: float) -> float:
        return sum(min(self._most, takes / stretched(every_s, factor)) for every_s, takes in loads)

    def _factor(self, loads: Collection[tuple[float, float]], budget: float) -> float:
        """The least factor that keeps within `budget`; the largest that changes anything when none does."""
        least, most = 1.0, max([1.0, *(LONGEST_S / every_s for every_s, _ in loads)])
        if self._taken(loads, least) <= budget:
            return least
        for _ in range(_STEPS):
            middle = (least + most) / 2
            if self._taken(loads, middle) > budget:
                least = middle
            else:
                most = middle
        return most
