"""When Python looks for garbage: not in what is imported, nor while somebody waits for a frame."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

_NEW_OBJECTS = 2_000
"""So many are looked through in half a ms."""
_ALL = 7
"""Each so many looks go through all, of which some was new when it was last in use."""
_SETTLED = 8
"""Frames after which the board has its data and its styles."""
_NEVER = 50_000
"""New objects between two frames. It happens where frames are seldom; then Python looks by itself."""


@contextmanager
def importing() -> Iterator[None]:
    """What is imported meanwhile stays: to look for garbage in it takes a tenth of the start, and later a frame."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Garbage:
    """Looks for it when it is told that nobody waits.

    By itself Python does so as soon as it has counted enough new objects: in the midst of what a key asked for, since
    that makes most of them.
    """

    def __init__(self) -> None:
        self._frames = self._looks = 0
        self._thresholds = gc.get_threshold()

    def __enter__(self) -> Self:
        gc.set_threshold(_NEVER, *self._thresholds[1:])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # What is frozen stays so: to look through it would take a fifth of a second of leaving.
        gc.set_threshold(*self._thresholds)

    def collect(self) -> None:
        """After a frame, free what only refers to itself; the board itself stays, and is not looked through again."""
        self._frames += 1
        if self._frames == _SETTLED:
            gc.collect()
            gc.freeze()
        elif gc.get_count()[0] >= _NEW_OBJECTS:
            self._looks = self._looks % _ALL + 1
            gc.collect(2 if self._looks == _ALL else 1)
