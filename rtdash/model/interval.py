"""The intervals at which panels can be polled."""

from __future__ import annotations

INTERVALS_S = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)


def stepped(interval_s: float, step: int) -> float:
    """The interval so many steps longer than the one nearest to `interval_s`, or shorter when negative; s."""
    index = min(range(len(INTERVALS_S)), key=lambda at: abs(INTERVALS_S[at] - interval_s))
    return INTERVALS_S[max(0, min(len(INTERVALS_S) - 1, index + step))]
