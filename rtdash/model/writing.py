"""What the screen writes to its terminal, as it is known when a frame begins."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import fmean

_SPAN_S = 5.0
_LEAST = 5
"""Frames that are kept however long ago they were: painted once in 5 s there would be none."""
_WHOLE = 0.9
"""Of the time between two frames: a timer may be early, and what has gone by then is all that there is of one."""
_RENEWED_S = 0.95
"""The rate that people read changes once a second: it is written as well."""


class Writing:
    """Of one terminal, over the last 5 s. Times are of any clock that only goes forward, s."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, int]] = deque()
        self._read_at: float | None = None
        self._bytes_per_s: float | None = None

    def frame(self, now: float, written_bytes: int, every_s: float = 0.0) -> None:
        """A frame begins; until now so many bytes have been written in all.

        Where they come `every_s`, those that a key has brought in between are part of the next one: else they would
        pass for frames that are small, and let there be more.
        """
        if not self._frames or now - self._frames[-1][0] >= _WHOLE * every_s:
            self._frames.append((now, written_bytes))
        while len(self._frames) > _LEAST and self._frames[1][0] <= now - _SPAN_S:
            self._frames.popleft()
        if self._read_at is None or now - self._read_at >= _RENEWED_S:
            self._read_at = now
            start, before = self._frames[0]
            self._bytes_per_s = (written_bytes - before) / (now - start) if now > start else None

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
