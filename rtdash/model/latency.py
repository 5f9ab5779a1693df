"""Latency of one panel: exact percentiles over a bounded window of its last samples."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from math import ceil

WINDOW = 1200
"""Samples kept: 5 minutes at 4 a second."""
RECENT = 60
"""Samples in the sparkline."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Figures in ms over the window; all are 0 while `count` is 0."""

    count: int = 0
    last: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    max: float = 0.0
    over: int = 0
    """Samples above the threshold since the start."""
    recent: tuple[float, ...] = ()


NO_LATENCY = Latency()


def percentile(ordered: list[float], share: float) -> float:
    """Nearest-rank percentile of an ordered, non-empty list (no interpolation: it is a value that was measured)."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


class LatencyWindow:
    """Takes latencies in ms, gives `Latency`. Insertion keeps the window ordered, so that reading sorts nothing."""

    def __init__(self, threshold_ms: float, size: int = WINDOW) -> None:
        self._threshold_ms = threshold_ms
        self._arrived: deque[float] = deque(maxlen=size)
        self._ordered: list[float] = []
        self._over = 0

    def add(self, latency_ms: float) -> None:
        """Count one sample; the oldest leaves when the window is full."""
        if len(self._arrived) == self._arrived.maxlen:
            del self._ordered[bisect_left(self._ordered, self._arrived[0])]
        self._arrived.append(latency_ms)
        insort(self._ordered, latency_ms)
        self._over += latency_ms > self._threshold_ms

    def read(self) -> Latency:
        """The figures now."""
        if not self._ordered:
            return NO_LATENCY
        return Latency(
            count=len(self._ordered),
            last=self._arrived[-1],
            p50=percentile(self._ordered, 0.50),
            p95=percentile(self._ordered, 0.95),
            p99=percentile(self._ordered, 0.99),
            max=self._ordered[-1],
            over=self._over,
            recent=tuple(self._arrived)[-RECENT:],
        )
