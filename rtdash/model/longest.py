"""The longest executions of the last hour, with their moments."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from rtdash.model.latency import Reach


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution: when it began, s of the clock of samples, and what it took."""

    at: float
    took_ms: float


class Longest:
    """Takes executions in the order in which they came, and keeps those that may yet be the longest."""

    def __init__(self) -> None:
        self._falling: deque[Execution] = deque()

    def add(self, execution: Execution) -> None:
        """Whatever took less before it will not be the longest any more."""
        while self._falling and self._falling[-1].took_ms <= execution.took_ms:
            self._falling.pop()
        self._falling.append(execution)
        self.read(execution.at)

    def read(self, now: float) -> Execution | None:
        """The longest of the hour before `now`."""
        while self._falling and self._falling[0].at <= now - Reach.HOUR:
            self._falling.popleft()
        return self._falling[0] if self._falling else None
