"""When Python looks for garbage: not in what is imported, nor while somebody waits for a frame."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

_NEW_OBJECTS = 2_000
"""So many are looked through in half a ms."""
_YOUNG = 6
"""After so many looks at what is new, all is looked through, of which some was new when it was last in use."""
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
        self._frames = 0
        self._thresholds = gc.get_threshold()

    def __enter__(self) -> Self:
        gc.set_threshold(_NEVER, *self._thresholds[1:])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def collect(self) -> None:
        """After a frame, free what only refers to itself; the board itself stays, and is not looked through again."""
        new, _, looks = gc.get_count()
        self._frames += 1
        if self._frames == _SETTLED:
            gc.collect()
            gc.freeze()
        elif new >= _NEW_OBJECTS:
            gc.collect(1 if looks < _YOUNG else 2)
