"""The median of a few ratios, with a confidence interval that asks nothing of how they are distributed.

The interval lies between two order statistics, the k-th smallest and the k-th largest of n values. It misses the true
median when fewer than k values fall to one side of it, which is a matter of n fair coins:

    confidence = 1 - 2 * P(Binomial(n, 1/2) < k)

Source: H. A. David, H. N. Nagaraja, Order Statistics, 3rd edition, section 7.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import geometric_mean, median

from rtdash.model.lab import Ratio

CONFIDENCE = 0.95


def median_rank(count: int, confidence: float = CONFIDENCE) -> tuple[int, float]:
    """The largest k (from 1) whose interval has at least this confidence, and the confidence that it has.

    Where there is none, k is 1: smallest and largest value, with the less that they have. `count` is 1 or more.
    """
    rank, missed = 1, 1
    # What is left of 2 ** count sequences of coins, as whole numbers: floats would not do for many values.
    beyond = missed
    while rank < (count + 1) // 2:
        beyond += math.comb(count, rank)
        if (2**count - 2 * beyond) / 2**count < confidence:
            break
        rank, missed = rank + 1, beyond
    return rank, max(0.0, (2**count - 2 * missed) / 2**count)


def ratio_of(values: Sequence[float]) -> Ratio:
    """The median of paired ratios, each above 0, at least one of them, and its interval."""
    ordered = sorted(values)
    rank, confidence = median_rank(len(ordered))
    return Ratio(median(ordered), ordered[rank - 1], ordered[-rank], confidence, len(ordered))


def over_all(rounds: Sequence[Sequence[float]]) -> Ratio | None:
    """Of the geometric mean of each round, which has a ratio a query; None when no round has any."""
    means = [geometric_mean(ratios) for ratios in rounds if ratios]
    return ratio_of(means) if means else None
