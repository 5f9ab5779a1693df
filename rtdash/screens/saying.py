"""What the app last said of a command, for as long as somebody may want to read it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rtdash.widgets.drawing.spans import Span

SAID_S = 10.0
OVERTAKEN_S = 2.0
"""What was said of something that has come about since is said for so long at most."""


class Saying:
    """One line; a new one takes the place of the last."""

    def __init__(self) -> None:
        self._spans: Sequence[Span] = ()
        self._said_at = self._until = -math.inf

    def say(self, text: str, role: str, now: float, for_s: float = SAID_S) -> None:
        """Say this from `now`, s, on."""
        self._spans, self._said_at, self._until = [(f" {text} ", role)], now, now + for_s

    def overtake(self) -> None:
        """What was said is seen by now; but not what went wrong, nor what is said until further notice."""
        if math.isfinite(self._until) and all(role != "error" for _, role in self._spans):
            self._until = min(self._until, self._said_at + OVERTAKEN_S)

    def at(self, now: float) -> Sequence[Span]:
        """What is still being said."""
        return self._spans if now < self._until else ()
