"""The interval of a median by order statistics: against printed tables, and against all ways in which coins fall."""

from __future__ import annotations

import itertools
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.model.ratios import median_rank, over_all, ratio_of

# n, lower rank, confidence: of the sign test's interval for a median, as the tables of nonparametric statistics have it
# (the binomial distribution with p = 1/2).
TABLE = [
    (6, 1, 0.969),
    (7, 1, 0.984),
    (8, 1, 0.992),
    (9, 2, 0.961),
    (10, 2, 0.979),
    (11, 2, 0.988),
    (12, 3, 0.961),
    (15, 4, 0.965),
    (17, 5, 0.951),
    (20, 6, 0.959),
    (21, 6, 0.973),
    (25, 8, 0.957),
    (30, 10, 0.957),
    (50, 18, 0.967),
    (100, 40, 0.965),
]

ratios = st.floats(0.001, 1000.0)


@pytest.mark.parametrize(("count", "rank", "confidence"), TABLE)
def test_the_ranks_are_those_of_the_tables(count: int, rank: int, confidence: float):
    found, kept = median_rank(count)
    assert found == rank
    assert kept == pytest.approx(confidence, abs=0.0006)


@pytest.mark.parametrize(("count", "confidence"), [(1, 0.0), (2, 0.5), (3, 0.75), (4, 0.875), (5, 0.9375)])
def test_of_too_few_values_it_is_the_smallest_and_the_largest_with_the_confidence_that_they_have(count, confidence):
    assert median_rank(count) == (1, confidence)


@pytest.mark.parametrize("count", range(1, 11))
def test_the_confidence_is_the_share_of_all_ways_to_fall_in_which_the_interval_holds_the_median(count: int):
    """Each value lies below the true median or above it, as a fair coin falls: all 2 ** n ways are counted."""
    rank, confidence = median_rank(count)
    held = 0
    for sides in itertools.product((-1, 1), repeat=count):
        ordered = sorted(sides)
        held += ordered[rank - 1] < 0 < ordered[-rank]
    assert confidence == held / 2**count


@given(st.integers(6, 300))
def test_it_is_the_narrowest_that_is_confident_enough(count: int):
    rank, confidence = median_rank(count)
    assert confidence >= 0.95
    assert 1 <= rank <= (count + 1) // 2
    assert median_rank(count, confidence)[0] == rank
    assert median_rank(count, min(1.0, confidence + 1e-9))[0] in {rank - 1, 1}


@given(st.lists(ratios, min_size=1, max_size=40))
def test_the_median_is_within_its_interval_and_both_are_values_that_were_measured(values: list[float]):
    found = ratio_of(values)
    assert found.low <= found.value <= found.high
    assert {found.low, found.high} <= set(values)
    assert found.value == median(values)
    assert found.pairs == len(values)


@given(st.lists(ratios, min_size=1, max_size=40))
def test_turned_round_it_is_the_interval_of_the_inverse(values: list[float]):
    found, inverse = ratio_of(values), ratio_of([1 / value for value in values])
    assert (found.low, found.high) == pytest.approx((1 / inverse.high, 1 / inverse.low))
    assert found.confidence == inverse.confidence


def test_over_all_queries_each_round_has_one_mean():
    found = over_all([[2.0, 8.0], [1.0, 1.0], [], [9.0]])
    assert found is not None
    assert (found.value, found.low, found.high, found.pairs) == (pytest.approx(4.0), 1.0, pytest.approx(9.0), 3)
    assert over_all([[], []]) is None


def test_an_interval_on_both_sides_of_one_is_neither_faster_nor_slower():
    assert ratio_of([1.1, 1.2, 1.3]).is_faster
    assert ratio_of([0.7, 0.8, 0.9]).is_slower
    both = ratio_of([0.9, 1.2, 1.3])
    assert not both.is_faster
    assert not both.is_slower
