"""Latency of one panel: exact percentiles over the last 1, 5 and 60 minutes, as measured and with what was missed.

A panel that should have been asked four times and was asked once did not have one good answer. So there are two views:
what the queries took, and the same together with what each missed poll would have waited, from the tick on which it was
due until the panel was answered. (HdrHistogram corrects for this "coordinated omission" by the expected interval; here
the ticks that were left out are known, and so are their waits.)
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import ceil, floor
from typing import Final

MOST = 36_000
"""Samples kept of a panel: an hour at 10 a second. (An hour at 4 a second takes 145 kB.)"""
RECENT = 60
"""Samples in the sparkline."""
_KEPT: Final = "f"
"""Latencies are kept in 4 bytes, to a ten-millionth, and times in 2: what is kept for an hour grows for as long."""
_TICKS_A_S = 16
"""When a value came is known to one of these."""
_LONGEST = 0xFFFF
"""Ticks, more than an hour: what came before such a pause has left every span."""
_GONE = 1_024
_FEW = 16
"""More values than these are put in order, or taken out of it, at once: each by itself would take its time."""


class Reach(IntEnum):
    """How far back figures reach, s."""

    MINUTE = 60
    FIVE_MINUTES = 300
    HOUR = 3600


_REACHES = tuple(Reach)


@dataclass(frozen=True, slots=True)
class Figures:
    """In ms; all are 0 while `count` is 0."""

    count: int = 0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    max: float = 0.0
    over: int = 0
    """How many are above the threshold."""

    @property
    def over_share(self) -> float:
        """Share of those above the threshold, 0 … 1."""
        return self.over / self.count if self.count else 0.0


NO_FIGURES = Figures()


@dataclass(frozen=True, slots=True)
class Latency:
    """What is known of a panel's latency at one moment, ms."""

    last: float = 0.0
    measured: tuple[Figures, ...] = (NO_FIGURES,) * len(Reach)
    """What its queries took, by span, the shortest first."""
    with_missed: tuple[Figures, ...] = (NO_FIGURES,) * len(Reach)
    """The same, and what the polls that were missed would have waited."""
    asked: int = 0
    """Samples since the start."""
    over: int = 0
    """Those above the threshold, since the start."""
    recent: tuple[float, ...] = ()

    def figures(self, reach: Reach, *, with_missed: bool = False) -> Figures:
        """One view of one reach."""
        views = self.with_missed if with_missed else self.measured
        return views[_REACHES.index(reach)]


NO_LATENCY = Latency()


def percentile(ordered: Sequence[float], share: float, besides: Sequence[float] = ()) -> float:
    """Nearest-rank percentile of two ordered runs of values, together not empty.

    No interpolation: it is a value that was measured.
    """
    rank = max(0, ceil(share * (len(ordered) + len(besides))) - 1)
    return _at_rank(ordered, besides, rank) if besides else ordered[rank]


def _at_rank(left: Sequence[float], right: Sequence[float], rank: int) -> float:
    """The value at `rank` (from 0) of both runs together, by bisection on how many of `left` lie before it or at it."""
    taken, most = max(0, rank + 1 - len(right)), min(rank + 1, len(left))
    while taken < most:
        middle = (taken + most) // 2
        if left[middle] < right[rank - middle]:
            taken = middle + 1
        else:
            most = middle
    return max([*left[max(0, taken - 1) : taken], *right[max(0, rank - taken) : rank + 1 - taken]])


class _Series:
    """Values of an hour in the order in which they came, and those of each span by size."""

    def __init__(self) -> None:
        self._begin_at(0)

    def _begin_at(self, now: int) -> None:
        """As if nothing had come."""
        self._now = now
        """When the last value came, ticks."""
        self._steps = array("H")
        """Ticks from one value to the next."""
        self._values = array(_KEPT)
        self._starts = [0] * len(Reach)
        self._before = [now] * len(Reach)
        """When the value before the start of each span came, ticks."""
        self.ordered = [array(_KEPT) for _ in Reach]

    def add(self, at: float, values: Collection[float]) -> None:
        if not values:
            return
        now = max(self._now, _ticks(at))
        if not self._values or now - self._now > _LONGEST:
            self._begin_at(now)
        self._steps.extend([now - self._now, *[0] * (len(values) - 1)])
        self._now = now
        self._values.extend(values)
        for place, ordered in enumerate(self.ordered):
            if len(values) > _FEW:
                self.ordered[place] = array(_KEPT, sorted([*ordered, *sorted(values)]))
            else:
                for value in values:
                    insort(ordered, value)
        oldest = self._starts[-1] + max(0, len(self.ordered[-1]) - MOST)
        for place in range(len(Reach)):
            self._begin(place, oldest)

    def forget(self, now: float) -> None:
        """What came before its span leaves it."""
        for place, span in enumerate(Reach):
            until, at = _ticks(now - span), self._before[place]
            start = self._starts[place]
            while start < len(self._steps) and (at := at + self._steps[start]) <= until:
                start += 1
            self._begin(place, start)
        if (gone := self._starts[-1]) >= _GONE:
            del self._steps[:gone], self._values[:gone]
            self._starts = [start - gone for start in self._starts]

    def _begin(self, place: int, start: int) -> None:
        """What came before the value `start` leaves the span."""
        before = self._starts[place]
        if start <= before:
            return
        if start - before > _FEW:
            self.ordered[place] = array(_KEPT, sorted(self._values[start:]))
        else:
            for value in self._values[before:start]:
                del self.ordered[place][bisect_left(self.ordered[place], value)]
        self._before[place] += sum(self._steps[before:start])
        self._starts[place] = start


def _ticks(at: float) -> int:
    return floor(at * _TICKS_A_S)


def _figures(threshold_ms: float, measured: Sequence[float], missed: Sequence[float] = ()) -> Figures:
    if not measured and not missed:
        return NO_FIGURES
    p50, p95, p99, most = [percentile(measured, share, missed) for share in (0.50, 0.95, 0.99, 1.0)]
    count = len(measured) + len(missed)
    return Figures(
        count, p50, p95, p99, most, count - bisect_right(measured, threshold_ms) - bisect_right(missed, threshold_ms)
    )


class LatencyHistory:
    """Takes latencies in ms, gives `Latency`. Insertion keeps the spans ordered, so that reading sorts nothing."""

    def __init__(self, threshold_ms: float) -> None:
        self._threshold_ms = threshold_ms
        self._measured = _Series()
        self._missed = _Series()
        self._recent: deque[float] = deque(maxlen=RECENT)
        self._last = 0.0
        self._asked = self._over = 0

    def add(self, at: float, latency_ms: float, missed_ms: Collection[float] = ()) -> None:
        """Count one sample that came at `at` (s, never falling), and what the polls missed meanwhile have waited."""
        self._measured.add(at, [latency_ms])
        self.add_missed(at, missed_ms)
        self._recent.append(latency_ms)
        self._last = latency_ms
        self._asked += 1
        self._over += latency_ms > self._threshold_ms

    def add_missed(self, at: float, missed_ms: Collection[float]) -> None:
        """Count what missed polls have waited for a sample that is itself no measure."""
        self._missed.add(at, missed_ms)

    def add_first(self, at: float, latency_ms: float, missed_ms: Collection[float] = ()) -> None:
        """Take in an answer that took longer than others would: it can end the slowness of the last, no more."""
        self.add_missed(at, missed_ms)
        self._last = min(self._last, latency_ms)

    def values(self, reach: Reach, now: float) -> tuple[float, ...]:
        """What the queries of one reach took, ms, by size."""
        self._measured.forget(now)
        return tuple(self._measured.ordered[_REACHES.index(reach)])

    def read(self, now: float) -> Latency:
        """The figures at `now`."""
        for series in (self._measured, self._missed):
            series.forget(now)
        if not self._asked and not self._missed.ordered[-1]:
            return NO_LATENCY
        measured = tuple(_figures(self._threshold_ms, ordered) for ordered in self._measured.ordered)
        return Latency(
            last=self._last,
            measured=measured,
            with_missed=tuple(
                _figures(self._threshold_ms, asked, missed) if missed else figures
                for figures, asked, missed in zip(measured, self._measured.ordered, self._missed.ordered, strict=True)
            ),
            asked=self._asked,
            over=self._over,
            recent=tuple(self._recent),
        )
