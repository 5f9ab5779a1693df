"""Keeps what is written to the terminal within a budget: past it the screen is painted more seldom, its charts most so.

How much a frame costs depends on how much has changed since the last one, which nobody knows beforehand: it is measured
again and again, and the interval of the frames follows, as the intervals of a server's panels do.
"""

from __future__ import annotations

from dataclasses import replace

from rtdash.model.budget import Budget
from rtdash.model.writing import Writing

_IN_HAND = 1.05
"""Frames waver: each is taken for a little more than it was on average."""
_OVER_S = 10.0
"""Keys come besides. What is over the budget for so long is no single one, nor frames that are about to be rarer."""


class LineBudget:
    """Of one terminal, bytes a second."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._budget = Budget(bytes_per_s)
        self._kept_at: float | None = None
        self.stretch = self._budget.stretch
        """By how much frames are more seldom than wanted."""

    def review(self, now: float, writing: Writing, wanted_s: float) -> None:
        """Look once a second at what frames cost, which are wanted every `wanted_s`."""
        if not self._budget.is_due(now):
            return
        self._budget.review(now, [(wanted_s, _IN_HAND * writing.frame_bytes)])
        if self._kept_at is None or (writing.bytes_per_s or 0.0) <= self._bytes_per_s:
            self._kept_at = now
        stretch = self._budget.stretch
        self.stretch = replace(stretch, is_enough=stretch.is_enough and now - self._kept_at < _OVER_S)

    def frame_s(self, wanted_s: float) -> float:
        """The least time from one frame to the next."""
        return self.stretch.every_s(wanted_s)

    def chart_s(self, wanted_s: float) -> float:
        """The least time until a chart is drawn anew.

        It grows faster than that of the frames, but from the same point on: so there is no step at which charts become
        simpler, write less, and are allowed to be as they were again.
        """
        return self.stretch.every_s(self.frame_s(wanted_s))
