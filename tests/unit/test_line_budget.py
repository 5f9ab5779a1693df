"""Past the budget of the line the screen is painted more seldom, its charts most so; within it, as often as it can."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.model.line_budget import LineBudget
from rtdash.model.stretch import LONGEST_S
from rtdash.model.writing import Writing

WANTED_S = 0.25


class Screen:
    """Writes frames as often as the budget lets it: `size(since_s)` bytes when the last was so long ago."""

    def __init__(self, budget: float, size: Callable[[float], float]) -> None:
        self.budget = LineBudget(budget)
        self.size = size
        self.now = 0.0
        self.written = 0.0
        self._writing = Writing()

    def run(self, seconds: float) -> float:
        """Bytes a second meanwhile."""
        until, before, start = self.now + seconds, self.written, self.now
        while self.now < until:
            self._writing.frame(self.now, round(self.written))
            self.budget.review(self.now, self._writing, WANTED_S)
            every_s = self.budget.frame_s(WANTED_S)
            self.now += every_s
            self.written += self.size(every_s)
        return (self.written - before) / (self.now - start)


def steady(bytes_: float) -> Callable[[float], float]:
    return lambda _: bytes_


def growing(bytes_: float) -> Callable[[float], float]:
    """The more seldom, the more has changed; at some time everything has."""
    return lambda since_s: min(bytes_ * (since_s / WANTED_S) ** 0.4, 3 * bytes_)


def test_within_the_budget_nothing_changes():
    screen = Screen(8000, steady(1900))
    assert screen.run(30) == pytest.approx(7600, rel=0.02)
    assert screen.budget.stretch.factor == 1
    assert screen.budget.stretch.is_enough


@pytest.mark.parametrize("size", [steady(3000), steady(9000), growing(3000), growing(6000)])
def test_past_it_frames_are_more_seldom_until_it_holds(size):
    screen = Screen(8000, size)
    screen.run(20)
    assert screen.run(30) <= 8000
    assert screen.run(30) >= 0.75 * 8000, "and no more seldom than it needs"
    assert screen.budget.stretch.is_enough


def test_it_comes_to_rest():
    screen = Screen(8000, growing(4000))
    screen.run(30)
    factors = []
    for _ in range(30):
        screen.run(1)
        factors.append(screen.budget.stretch.factor)
    assert max(factors) < 1.3 * min(factors)


def test_it_relaxes_when_there_is_less_to_write():
    screen = Screen(8000, growing(6000))
    screen.run(30)
    assert screen.budget.stretch.factor > 2
    screen.size = growing(900)
    screen.run(30)
    assert screen.budget.stretch.factor == 1


def test_what_not_even_a_frame_in_five_seconds_keeps_is_said():
    screen = Screen(1000, steady(9000))
    screen.run(60)
    assert screen.budget.frame_s(WANTED_S) == LONGEST_S
    assert not screen.budget.stretch.is_enough


def test_charts_are_renewed_more_seldom_than_numbers_and_from_the_same_point_on():
    screen = Screen(8000, steady(4000))
    assert screen.budget.chart_s(WANTED_S) == screen.budget.frame_s(WANTED_S) == WANTED_S
    screen.run(30)
    numbers_s, charts_s = screen.budget.frame_s(WANTED_S), screen.budget.chart_s(WANTED_S)
    assert numbers_s / WANTED_S == pytest.approx(screen.budget.stretch.factor)
    assert charts_s / WANTED_S == pytest.approx(screen.budget.stretch.factor**2)


def test_a_key_that_fills_the_screen_does_not_stop_it():
    screen = Screen(8000, steady(1500))
    screen.run(10)
    screen.written += 40_000
    screen.run(5)
    assert screen.budget.stretch.factor == 1


@given(st.lists(st.floats(0, 20_000), min_size=20, max_size=60), st.floats(1000, 50_000))
def test_whatever_is_written_the_factor_moves_smoothly_and_within_bounds(sizes, budget):
    left = iter(sizes)
    screen = Screen(budget, lambda _: next(left, 500.0))
    factors = [1.0]
    for _ in range(15):
        screen.run(1)
        factors.append(screen.budget.stretch.factor)
        assert WANTED_S <= screen.budget.frame_s(WANTED_S) <= screen.budget.chart_s(WANTED_S) <= LONGEST_S
    assert all(before / 1.25 - 1e-9 <= after <= 1.5 * before + 1e-9 for before, after in pairwise(factors))
