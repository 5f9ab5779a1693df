"""What the screen writes to its terminal, as it is known when a frame begins."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import fmean

_SPAN_S = 5.0
_LEAST = 5
"""Frames that are kept however long ago they were: painted once in 5 s there would be none."""
_RENEWED_S = 0.95
"""The rate that people read changes once a second: it is written as well."""


class Writing:
    """Of one terminal, over the last 5 s. Times are of any clock that only goes forward, s."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, int]] = deque()
        self._read_at: float | None = None
        self._bytes_per_s: float | None = None

    def frame(self, now: float, written_bytes: int) -> None:
        """A frame begins; until now so many bytes have been written in all."""
        self._frames.append((now, written_bytes))
        while len(self._frames) > _LEAST and self._frames[1][0] <= now - _SPAN_S:
            self._frames.popleft()
        if self._read_at is None or now - self._read_at >= _RENEWED_S:
            self._read_at = now
            (start, before), (end, after) = self._frames[0], self._frames[-1]
            self._bytes_per_s = (after - before) / (end - start) if end > start else None

    @property
    def bytes_per_s(self) -> float | None:
        """How fast bytes are written, keys and all; renewed once a second, None before anything is known."""
        return self._bytes_per_s

    @property
    def frame_bytes(self) -> float:
        """What a frame costs on average. What a key has brought is not brought again: the largest is not taken for more
        than two of the others.
        """
        *others, largest = sorted(after - before for (_, before), (_, after) in pairwise(self._frames)) or [0]
        if not others:
            return 0.0
        return (sum(others) + min(largest, 2 * fmean(others))) / (len(others) + 1)
