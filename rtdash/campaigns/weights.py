"""Weights that wander, so that cities and organisations lead in turn and the screen is alive."""

from __future__ import annotations

import math
from itertools import accumulate
from random import Random

_STEP = 0.12
_PULL = 0.02


class WanderingWeights:
    """Logarithms that walk at random and are pulled back to where they began: no weight ever takes all."""

    def __init__(self, count: int, random: Random) -> None:
        self._random = random
        self._home = [random.gauss(0, 0.6) for _ in range(count)]
        self._logs = list(self._home)

    def walk(self) -> None:
        """One step, once a second."""
        self._logs = [
            log + self._random.gauss(0, _STEP) - _PULL * (log - home)
            for log, home in zip(self._logs, self._home, strict=True)
        ]

    def weights(self) -> list[float]:
        """Positive, not normalised."""
        return [math.exp(log) for log in self._logs]


def cumulative(weights: list[float]) -> list[float]:
    """As `Random.choices` takes them."""
    return list(accumulate(weights))
