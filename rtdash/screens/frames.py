"""When the screen is painted: what arrives is gathered, and the line is kept within its budget."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rtdash.model.line_budget import LineBudget
from rtdash.model.stretch import Stretch
from rtdash.model.writing import Writing

BURST_S = 0.03
"""Samples of one tick arrive within it: they are painted in one frame."""
ANSWER_S = 0.5
"""So long after a key frames come as what it has asked for does."""


@dataclass(frozen=True, slots=True)
class Thrift:
    """What a frame says of the line, and how it is kept light."""

    bytes_per_s: float | None = None
    """None when nobody has asked for it, or before it is known."""
    stretch: Stretch | None = None
    """Where frames are more seldom than wanted, since the budget of the line demands it."""
    frame_s: float = 0.0
    """The least time between two frames; 0: as they come."""
    chart_s: float = 0.0
    """The least time until a chart is drawn anew; 0: with each frame."""


UNBOUND = Thrift()


class Frames:
    """Decides when the next frame is due. Bounds are of what comes by itself: a key is answered at once."""

    def __init__(self, *, line_budget: float | None, frame_rate: float | None, has_meter: bool) -> None:
        self._budget = None if line_budget is None else LineBudget(line_budget)
        self._least_s = 0.0 if frame_rate is None else 1 / frame_rate
        self._has_meter = has_meter
        self._writing = Writing()
        self._painted_at = self._hurried_at = -math.inf

    def wait_s(self, now: float, interval_s: float) -> float:
        """How long to gather what arrives, of panels that are asked every `interval_s`."""
        if self.is_hurried(now):
            return BURST_S
        return max(BURST_S, self._painted_at + self._frame_s(interval_s) - now)

    def is_hurried(self, now: float) -> bool:
        """Whether frames come as what a key has asked for does."""
        return now - self._hurried_at < ANSWER_S

    def hurry(self, now: float) -> None:
        """A key was pressed."""
        self._hurried_at = now

    def begin(self, now: float, written_bytes: int, interval_s: float) -> Thrift:
        """A frame begins, before which so many bytes were written in all; what it has to say of that."""
        self._painted_at = now
        self._writing.frame(now, written_bytes, self._frame_s(interval_s))
        metered = self._writing.bytes_per_s if self._has_meter else None
        if self._budget is None:
            return Thrift(metered)
        wanted_s = max(interval_s, self._least_s)
        self._budget.review(now, self._writing, wanted_s)
        stretch = self._budget.stretch
        if stretch.factor == 1 and stretch.is_enough:
            return Thrift(metered)
        return Thrift(metered, stretch, self._budget.frame_s(wanted_s), self._budget.chart_s(wanted_s))

    def _frame_s(self, interval_s: float) -> float:
        """The least time from one frame to the next."""
        return self._least_s if self._budget is None else self._budget.frame_s(max(interval_s, self._least_s))
