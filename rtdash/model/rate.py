"""How fast a number grows, from its last readings."""

from __future__ import annotations

from collections import deque

SPAN_S = 2.0
"""Readings of this long are looked at: short enough to be live, long enough to hold still."""


class Rate:
    """Takes (time in s, value) in order, gives the growth per second."""

    def __init__(self, span_s: float = SPAN_S) -> None:
        self._span_s = span_s
        self._readings: deque[tuple[float, float]] = deque(maxlen=64)

    def add(self, at: float, value: float) -> None:
        """Take a reading; a value that falls is another count, so the past is dropped."""
        if self._readings and value < self._readings[-1][1]:
            self._readings.clear()
        self._readings.append((at, value))
        while len(self._readings) > 2 and at - self._readings[1][0] >= self._span_s:
            self._readings.popleft()

    def per_s(self) -> float | None:
        """Growth per second over the span; None while it is too short to tell."""
        if len(self._readings) < 2:
            return None
        (start, first), (end, last) = self._readings[0], self._readings[-1]
        return (last - first) / (end - start) if end - start >= self._span_s / 2 else None
