"""Percentiles are exact over the last 1, 5 and 60 minutes; above the threshold is flagged, at it is not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.model.interval import INTERVALS_S
from rtdash.model.latency import MOST, NO_FIGURES, NO_LATENCY, RECENT, Figures, LatencyHistory, Reach, percentile
from rtdash.model.state import EMPTY_STATE

# As many digits as are kept.
TIMES_MS = st.floats(min_value=0, max_value=60_000, allow_nan=False, width=32)
PAUSES_S = st.integers(0, 900 * 16).map(lambda ticks: ticks / 16)
"""Moments that lie on them are kept as they are."""


def history(*latencies_ms: float) -> LatencyHistory:
    """All of them came within a second."""
    made = LatencyHistory(200.0)
    for number, latency_ms in enumerate(latencies_ms):
        made.add(number / 1000, latency_ms)
    return made


def figures(values: list[float]) -> Figures:
    """By the definition of the nearest rank, in exact numbers."""
    if not values:
        return NO_FIGURES
    ordered = sorted(values)
    ranks = (ordered[ceil(Fraction(percent, 100) * len(ordered)) - 1] for percent in (50, 95, 99, 100))
    return Figures(len(ordered), *ranks, sum(value > 200.0 for value in ordered))


def test_nothing_was_measured_yet():
    assert LatencyHistory(200.0).read(5.0) is NO_LATENCY
    assert NO_LATENCY.figures(Reach.HOUR) is NO_FIGURES
    assert NO_FIGURES.over_share == 0.0


def test_figures_of_a_hundred():
    known = history(*(float(value) for value in range(100, 0, -1))).read(1.0)
    assert known.measured == (Figures(100, 50, 95, 99, 100),) * 3
    assert known.with_missed == known.measured
    assert (known.last, known.asked, known.over) == (1, 100, 0)
    assert known.recent == tuple(float(value) for value in range(RECENT, 0, -1))


@given(st.lists(st.tuples(PAUSES_S, TIMES_MS, st.lists(TIMES_MS, max_size=3)), min_size=1, max_size=60))
def test_each_reach_agrees_with_a_sorted_list(samples):
    made, at = LatencyHistory(200.0), 0.0
    came: list[tuple[float, float, list[float]]] = []
    for pause_s, latency_ms, missed_ms in samples:
        at += pause_s
        made.add(at, latency_ms, missed_ms)
        came.append((at, latency_ms, missed_ms))
    known = made.read(at)
    for reach in Reach:
        within = [(latency_ms, missed_ms) for when, latency_ms, missed_ms in came if when > at - reach]
        measured = [latency_ms for latency_ms, _ in within]
        missed = [waited_ms for _, missed_ms in within for waited_ms in missed_ms]
        assert known.figures(reach) == figures(measured)
        assert known.figures(reach, with_missed=True) == figures(measured + missed)
    assert known.over == sum(latency_ms > 200.0 for _, latency_ms, _ in came)


def test_what_was_over_leaves_its_reach_and_each_view_counts_its_own():
    made = history(300.0, 10.0)
    made.add(100.0, 10.0, [250.0, 200.0])
    known = made.read(100.0)
    assert (known.figures(Reach.MINUTE).over, known.figures(Reach.MINUTE).over_share) == (0, 0.0)
    assert (known.figures(Reach.HOUR).over, known.figures(Reach.HOUR).over_share) == (1, 1 / 3)
    assert known.figures(Reach.MINUTE, with_missed=True).over_share == 1 / 3
    assert (known.figures(Reach.HOUR, with_missed=True).over, known.over) == (2, 1)


def test_figures_empty_while_nothing_comes():
    made = history(300.0)
    assert [each.count for each in made.read(59.0).measured] == [1, 1, 1]
    assert [each.count for each in made.read(60.0).measured] == [0, 1, 1]
    assert [each.count for each in made.read(3600.0).measured] == [0, 0, 0]
    assert (made.read(9000.0).last, made.read(9000.0).over) == (300.0, 1), "what was seen stays seen"


def test_an_hour_at_ten_a_second_is_kept_and_no_more():
    made = LatencyHistory(200.0)
    for number in range(MOST + 2_000):
        made.add(number / 12, 500.0 if number < 2_000 else 1.0, [2.0])
    known = made.read((MOST + 2_000) / 12)
    assert known.figures(Reach.HOUR) == Figures(MOST, 1.0, 1.0, 1.0, 1.0)
    assert known.figures(Reach.HOUR, with_missed=True).count == 2 * MOST
    assert known.over == 2_000
    assert len(made._measured._values) <= MOST + 2_000
    assert min(INTERVALS_S) >= Reach.HOUR / MOST, "none is asked more often"


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 30.0, 70.0, 3_600.0, 4_096.0, 90_000.0]), st.lists(TIMES_MS, max_size=80)),
        max_size=8,
    ),
    st.sampled_from([0.0, 30.0, 3_600.0]),
)
def test_what_was_missed_counts_also_when_its_answer_does_not(batches, pause_s):
    """An outage's worth of it comes with the first answer, which is kept out of the figures, and leaves as one too."""
    made, at = LatencyHistory(200.0), 0.0
    came: list[tuple[float, float]] = []
    for pause, missed_ms in batches:
        at += pause
        made.add_missed(at, missed_ms)
        came += [(at, waited_ms) for waited_ms in missed_ms]
    at += pause_s
    known = made.read(at)
    for reach in Reach:
        within = [waited_ms for when, waited_ms in came if when > at - reach]
        assert known.figures(reach, with_missed=True) == figures(within)
        assert known.figures(reach) is NO_FIGURES
    assert (known.asked, known.last, known.recent) == (0, 0.0, ())


def test_a_first_answer_ends_the_slowness_of_the_last_and_begins_none():
    made = history(5_000.0)
    made.add_first(1.0, 900.0)
    assert (made.read(1.0).last, made.read(1.0).asked) == (900.0, 1)
    made.add_first(2.0, 3.0)
    assert (made.read(2.0).last, made.read(2.0).recent) == (3.0, (5_000.0,))
    made.add_first(3.0, 900.0)
    assert made.read(3.0).last == 3.0
    unknown = LatencyHistory(200.0)
    unknown.add_first(1.0, 900.0)
    assert unknown.read(1.0) is NO_LATENCY


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)), st.floats(0, 1))
def test_the_percentile_of_two_runs_is_that_of_both_together(left, right, share):
    both = sorted([*left, *right])
    if both:
        assert percentile(sorted(left), share, sorted(right)) == both[max(0, ceil(share * len(both)) - 1)]


def test_one_answer_in_place_of_four_is_not_one_good_answer():
    """Asked at 0, answered after 1,000 ms; the polls at 250, 500 and 750 ms were missed and waited as well."""
    made = LatencyHistory(200.0)
    made.add(1.0, 1000.0, [750.0, 500.0, 250.0])
    assert made.read(1.0).figures(Reach.MINUTE) == Figures(1, 1000.0, 1000.0, 1000.0, 1000.0, 1)
    assert made.read(1.0).figures(Reach.MINUTE, with_missed=True) == Figures(4, 500.0, 1000.0, 1000.0, 1000.0, 4)


@pytest.mark.parametrize(("latency_ms", "is_over"), [(199.9, False), (200.0, False), (200.1, True)])
def test_200_ms_is_not_flagged_and_200_1_is(latency_ms, is_over):
    known = history(latency_ms).read(1.0)
    assert known.over == is_over
    assert replace(EMPTY_STATE, latency=known).is_slow(0.0, 200.0) is is_over


# ── a query still in flight ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_query_in_flight_counts_by_its_age():
    state = replace(EMPTY_STATE, latency=history(3.0).read(1.0), in_flight_since=10.0)
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


def test_what_the_queries_of_a_reach_took():
    known = history(3.0, 1.0)
    known.add(100.0, 2.0, [50.0])
    assert known.values(Reach.HOUR, 100.0) == (1.0, 2.0, 3.0), "what was missed is none of it"
    assert known.values(Reach.MINUTE, 100.0) == (2.0,)
    assert known.values(Reach.HOUR, 3_601.0) == (2.0,)
