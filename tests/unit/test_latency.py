"""Percentiles are exact over a bounded window; above the threshold is flagged, at it is not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.model.latency import NO_LATENCY, RECENT, WINDOW, Latency, LatencyWindow, percentile
from rtdash.model.state import EMPTY_STATE

TIMES_MS = st.floats(min_value=0, max_value=60_000, allow_nan=False)


def window(*latencies: float, size: int = WINDOW) -> LatencyWindow:
    made = LatencyWindow(200.0, size)
    for latency in latencies:
        made.add(latency)
    return made


def test_an_empty_window():
    assert window().read() is NO_LATENCY
    assert Latency() == NO_LATENCY


def test_figures_of_a_hundred():
    figures = window(*(float(value) for value in range(100, 0, -1))).read()
    assert (figures.count, figures.last, figures.p50, figures.p95, figures.p99, figures.max) == (
        100,
        1,
        50,
        95,
        99,
        100,
    )
    assert figures.over == 0
    assert figures.recent == tuple(float(value) for value in range(60, 0, -1))


def test_figures_of_one():
    assert window(3.5).read() == Latency(1, 3.5, 3.5, 3.5, 3.5, 3.5, 0, (3.5,))


@given(st.lists(TIMES_MS, min_size=1, max_size=60), st.integers(1, 20))
def test_a_window_agrees_with_a_sorted_list(latencies, size):
    figures = window(*latencies, size=size).read()
    kept = sorted(latencies[-size:])

    def rank(share: Fraction) -> float:
        return kept[ceil(share * len(kept)) - 1]

    assert figures == Latency(
        count=len(kept),
        last=latencies[-1],
        p50=rank(Fraction(1, 2)),
        p95=rank(Fraction(95, 100)),
        p99=rank(Fraction(99, 100)),
        max=kept[-1],
        over=sum(latency > 200.0 for latency in latencies),
        recent=tuple(latencies[-size:][-RECENT:]),
    )


def test_the_rank_is_that_of_the_definition():
    ordered: list[float] = []
    for count in range(1, WINDOW + 1):
        ordered.append(count)
        for percent in (50, 95, 99):
            assert percentile(ordered, percent / 100) == ceil(Fraction(percent * count, 100))


def test_the_window_is_bounded_and_what_left_it_still_counts_as_over():
    made = window(*[500.0] * 10, *[1.0] * (2 * WINDOW))
    figures = made.read()
    assert figures.count == WINDOW
    assert figures.max == 1.0
    assert figures.over == 10
    assert len(figures.recent) == RECENT
    assert len(made._ordered) == len(made._arrived) == WINDOW


@pytest.mark.parametrize(("latency_ms", "is_over"), [(199.9, False), (200.0, False), (200.1, True)])
def test_200_ms_is_not_flagged_and_200_1_is(latency_ms, is_over):
    figures = window(latency_ms).read()
    assert figures.over == is_over
    assert replace(EMPTY_STATE, latency=figures).is_slow(0.0, 200.0) is is_over


# ── a query still in flight ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_query_in_flight_counts_by_its_age():
    state = replace(EMPTY_STATE, latency=window(3.0).read(), in_flight_since=10.0)
    assert state.in_flight_ms(10.15625) == 156.25
    assert not state.is_slow(10.15625, 200.0)
    assert state.is_slow(10.25, 200.0)


def test_a_query_that_has_not_begun_by_this_clock_is_0_ms_old():
    state = replace(EMPTY_STATE, in_flight_since=10.0, answered_at=10.0)
    assert state.in_flight_ms(9.0) == 0.0
    assert state.age_s(9.0) == 0.0


def test_a_panel_that_was_never_answered_has_no_age():
    assert EMPTY_STATE.age_s(5.0) is None
    assert EMPTY_STATE.in_flight_ms(5.0) == 0.0
    assert not EMPTY_STATE.is_slow(5.0, 200.0)
    assert replace(EMPTY_STATE, answered_at=2.0).age_s(5.0) == 3.0
