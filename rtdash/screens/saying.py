"""What the app last said of a command, for as long as somebody may want to read it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rtdash.widgets.drawing.spans import Span

SAID_S = 10.0


class Saying:
    """One line; a new one takes the place of the last."""

    def __init__(self) -> None:
        self._spans: Sequence[Span] = ()
        self._until = -math.inf

    def say(self, text: str, role: str, now: float, for_s: float = SAID_S) -> None:
        """Say this from `now`, s, on."""
        self._spans, self._until = [(f" {text} ", role)], now + for_s

    def at(self, now: float) -> Sequence[Span]:
        """What is still being said."""
        return self._spans if now < self._until else ()
