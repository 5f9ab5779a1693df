"""What a program in a terminal costs its user: bytes, processor time, memory, and how long a key takes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rtdash.bench.processes import processor_s, resident_mib
from rtdash.bench.pty import Pty
from rtdash.errors import RtdashError
from rtdash.model.text import plain

_HAS_SYNCHRONIZED = (b"\x1b[?2026$p", "\x1b[?2026;2$y")
"""What a program asks, and what a terminal that can show a frame at once answers."""
_FRAME = b"\x1b[?2026h"
_KEY_S = 10.0
_SAID = 400


@dataclass(frozen=True, slots=True)
class Spent:
    """By a program since its start."""

    at_s: float
    bytes: int
    frames: int
    processor_s: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Of some time in which nothing was typed."""

    bytes_per_s: float
    frames_per_s: float
    """As far as the program marks them: with synchronised output."""
    cpu_pct: float
    """Of one core, of the program's own process."""

    @classmethod
    def between(cls, before: Spent, after: Spent) -> Self:
        """What was spent from one moment to another."""
        took_s = after.at_s - before.at_s
        return cls(
            bytes_per_s=(after.bytes - before.bytes) / took_s,
            frames_per_s=(after.frames - before.frames) / took_s,
            cpu_pct=100 * (after.processor_s - before.processor_s) / took_s,
        )


class Meter(Pty):
    """A terminal that shows nothing: it counts what arrives, and listens for what a key must bring."""

    def __init__(
        self, command: Sequence[str | Path], environment: Mapping[str, str], *, columns: int, rows: int
    ) -> None:
        self._bytes = 0
        self._frames = 0
        self._tail = b""
        self._listens = True
        self._heard = bytearray()
        self._arrivals: list[tuple[int, float]] = []
        self._name = Path(command[0]).name
        self._started_s = time.monotonic()
        super().__init__(command, environment, columns=columns, rows=rows)

    def first(self, marker: bytes, within_s: float) -> float:
        """How long after the start of the program the last byte of `marker` has arrived, s."""
        return self._until_heard(marker, within_s) - self._started_s

    def press(self, key: str, marker: bytes) -> float:
        """Type `key`; how long after it the last byte of `marker` has arrived, ms."""
        with self._changed:
            self._listens = True
        pressed_s = time.monotonic()
        self.type(key)
        return 1000 * (self._until_heard(marker, _KEY_S) - pressed_s)

    def cost(self, seconds: float) -> Cost:
        """What the program costs in the next `seconds`."""
        before = self.spent()
        time.sleep(seconds)
        return Cost.between(before, self.spent())

    def spent(self) -> Spent:
        """Until now. Raises RtdashError when the program has ended."""
        self.check()
        return Spent(time.monotonic(), self._bytes, self._frames, processor_s([self.process.pid]))

    def resident_mib(self) -> float:
        """Memory of the program's own process now, MiB."""
        return resident_mib(self.process.pid)

    def check(self) -> None:
        """Raises RtdashError when the program has ended."""
        if (status := self.process.poll()) is not None:
            raise RtdashError(f"{self._name} ended with status {status}; it wrote last: {self._last}")

    @property
    def _last(self) -> str:
        return plain(self._tail.decode(errors="replace").strip())

    def _until_heard(self, marker: bytes, within_s: float) -> float:
        """When (`time.monotonic`) all of it had arrived."""
        if not self._wait(lambda: marker in self._heard, within_s):
            self.check()
            what = marker.decode()
            raise RtdashError(f"{self._name} did not write {what!r} within {within_s:g} s; it wrote last: {self._last}")
        with self._changed:
            self._listens = False
            last = self._heard.index(marker) + len(marker)
            heard_s = next(at for end, at in self._arrivals if end >= last)
            self._heard, self._arrivals = bytearray(), []
        return heard_s

    def _hear(self, chunk: bytes) -> None:
        at = time.monotonic()
        self._bytes += len(chunk)
        before, self._tail = self._tail[1 - len(_FRAME) :], (self._tail + chunk)[-_SAID:]
        self._frames += (before + chunk).count(_FRAME)
        question, answer = _HAS_SYNCHRONIZED
        if question in before + chunk:
            self.type(answer)
        if self._listens:
            self._heard += chunk
            self._arrivals.append((len(self._heard), at))
            self._changed.notify_all()

    def _fall_still(self) -> None:
        """Bytes alone are counted."""
