"""From produced to visible: exact percentiles, weighted by donations, over those painted in the last 10 s."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.model.data import Table
from rtdash.model.moment import epoch_us
from rtdash.model.visibility import SPAN_S, Visibility

NOW = datetime(2026, 11, 22, 14, 3, 22, tzinfo=UTC)
COLUMNS = ("arrival_id", "produced_at", "donations", "server_now")
NOTHING = Table(COLUMNS, ((None, None, None, NOW),))


def arrivals(*items: tuple[int, float, int]) -> Table:
    """(arrival id after the first answer, age in ms, donations)."""
    base = epoch_us(NOW)
    return Table(
        COLUMNS, tuple((base + number, NOW - timedelta(milliseconds=age), count, NOW) for number, age, count in items)
    )


def begun() -> Visibility:
    visibility = Visibility()
    visibility.arrived(NOTHING, 0.0, 0.0)
    return visibility


def test_the_first_answer_only_says_where_to_begin():
    visibility = Visibility()
    visibility.arrived(Table(COLUMNS, ()), 0.0, 0.0)
    assert visibility.after_arrival is None
    visibility.arrived(arrivals((5, 100.0, 3)), 0.0, 0.0)
    assert visibility.after_arrival == epoch_us(NOW)
    visibility.painted(1.0, 1.1)
    assert visibility.p95_ms(1.1) is None


def test_microseconds_are_those_of_the_arrival_ids():
    assert epoch_us(datetime(2026, 11, 22, 14, 3, 22, 123457, tzinfo=UTC)) == 1795356202123457


def test_age_on_the_servers_clock_and_the_rest_on_ours():
    visibility = begun()
    visibility.arrived(arrivals((1, 120.0, 3)), 10.0, 10.002)
    assert visibility.after_arrival == epoch_us(NOW) + 1
    visibility.painted(10.25, 10.28)
    told = visibility.p95_ms(10.28)
    assert told is not None
    assert round(told, 6) == 400.0


def test_a_query_that_was_started_before_the_answer_was_known_covers_nothing():
    visibility = begun()
    visibility.arrived(arrivals((1, 120.0, 3)), 10.0, 10.01)
    visibility.painted(10.0099, 10.05)
    assert visibility.p95_ms(10.05) is None
    visibility.painted(10.01, 10.3)
    assert visibility.p95_ms(10.3) is not None
    visibility.painted(11.0, 99.0)
    assert visibility.p95_ms(99.0) is None, "each donation is painted for the first time once"


def test_an_arrival_that_is_told_twice_counts_once():
    visibility = begun()
    visibility.arrived(arrivals((1, 100.0, 1), (2, 200.0, 1)), 1.0, 1.0)
    visibility.arrived(arrivals((2, 900.0, 50), (3, 300.0, 1)), 1.0, 1.0)
    visibility.painted(1.0, 1.0)
    assert visibility.p95_ms(1.0) == 300.0


def test_rows_without_an_arrival_say_nothing():
    visibility = begun()
    visibility.arrived(NOTHING, 1.0, 1.0)
    visibility.painted(1.0, 1.0)
    assert visibility.p95_ms(1.0) is None
    assert visibility.after_arrival == epoch_us(NOW)


def test_counts_may_be_decimals():
    visibility = begun()
    (row,) = arrivals((1, 100.0, 1)).rows
    visibility.arrived(Table(COLUMNS, ((*row[:2], Decimal(7), row[3]),)), 1.0, 1.0)
    visibility.painted(1.0, 1.0)
    assert visibility.p95_ms(1.0) == 100.0


def test_what_was_painted_long_ago_does_not_count():
    visibility = begun()
    visibility.arrived(arrivals((1, 500.0, 1)), 1.0, 1.0)
    visibility.painted(1.0, 1.0)
    visibility.arrived(arrivals((2, 50.0, 1)), 5.0, 5.0)
    visibility.painted(5.0, 5.0)
    assert visibility.p95_ms(1.0 + SPAN_S) == 500.0
    assert visibility.p95_ms(1.1 + SPAN_S) == 50.0
    assert visibility.p95_ms(5.1 + SPAN_S) is None


def test_what_waits_is_bounded_however_long_nothing_is_painted():
    visibility = begun()
    for number in range(1, 30_000, 1000):
        visibility.arrived(arrivals(*((number + step, 1.0, 1) for step in range(1000))), 1.0, 1.0)
    assert len(visibility._waiting) <= 20_000
    visibility.painted(2.0, 2.0)
    assert visibility.p95_ms(2.0) == 1001.0


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 40)), min_size=1, max_size=60))
def test_the_percentile_agrees_with_a_list_of_every_donation(items):
    visibility = begun()
    visibility.arrived(arrivals(*((number, age, count) for number, (age, count) in enumerate(items, 1))), 3.0, 3.0)
    visibility.painted(3.0, 3.0)
    every = sorted(age for age, count in items for _ in range(count))
    assert visibility.p95_ms(3.0) == pytest.approx(every[-(-95 * len(every) // 100) - 1])
