"""How fast a number grows, from its readings of the last two seconds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdash.model.rate import SPAN_S, Rate


def rate(*readings: tuple[float, float]) -> float | None:
    made = Rate()
    for at, value in readings:
        made.add(at, value)
    return made.per_s()


def test_no_rate_until_it_can_be_told():
    assert rate() is None
    assert rate((0.0, 10)) is None
    assert rate((0.0, 10), (SPAN_S / 2 - 0.01, 20)) is None
    assert rate((0.0, 10), (SPAN_S / 2, 20)) == 10.0


def test_steady_growth():
    assert rate(*((step / 4, 50.0 * step) for step in range(100))) == 200.0


def test_only_the_last_two_seconds_count():
    assert (
        rate(*((step / 4, 1000.0 * step) for step in range(40)), *((10 + step / 4, 39_000.0) for step in range(9))) == 0
    )


def test_a_number_that_falls_is_another_count():
    assert rate((0.0, 900), (1.0, 1000), (2.0, 5)) is None
    assert rate((0.0, 900), (1.0, 1000), (2.0, 5), (3.0, 25)) == 20.0


def test_two_readings_far_apart_are_enough():
    assert rate((0.0, 0), (60.0, 600)) == 10.0


@settings(max_examples=40)
@given(st.floats(0, 1e6), st.lists(st.floats(0.01, 0.5), min_size=70, max_size=100))
def test_steady_growth_is_told_exactly_whatever_the_intervals(per_s, gaps):
    made, at = Rate(), 0.0
    for gap in gaps:
        at += gap
        made.add(at, per_s * at)
    told = made.per_s()
    assert told is None or told == pytest.approx(per_s)
    assert len(made._readings) <= 64


@given(st.lists(st.tuples(st.floats(0.05, 3.0), st.integers(0, 1000)), min_size=2, max_size=50))
def test_a_rate_is_never_negative(steps):
    made, at = Rate(), 0.0
    for gap, value in steps:
        at += gap
        made.add(at, value)
        assert (told := made.per_s()) is None or told >= 0
