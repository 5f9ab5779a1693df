"""The generated past goes through the same rollups, is recorded, and is made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from rtdash.model.places import ORGANIZATIONS
from rtdash.schema.history import fill


def test_history_fills_the_past_and_its_sums_match(clickstream):
    shares = []
    assert fill(clickstream.dsn, days=7, events=5000, progress=shares.append) == 5000
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with clickstream.connect() as connection:
        assert set(clickstream.differences(connection)) <= {
            f"{level} 5 minutes" for level in ("totals", "customers", "country", "event_type", "browser")
        }, "only buckets of 5 minutes older than a day are left out"
        totals = connection.execute("SELECT sum(event_count) FROM live_totals WHERE width = '1 hour'").fetchone()
        assert totals == (5000,)
        first, last, customers, countries, types, browsers, days = connection.execute(
            """SELECT min(event_time), max(event_time), array_agg(DISTINCT customer_id), count(DISTINCT country),
                count(DISTINCT event_type), count(DISTINCT browser), count(DISTINCT event_time::date) FROM events"""
        ).fetchone()
        recorded = connection.execute("SELECT from_time, until_time, events FROM generated_history").fetchall()
        assert len(recorded) == 1
        from_time, until_time, events = recorded[0]
        assert events == 5000
        assert from_time <= first < last <= until_time
        assert until_time - from_time == timedelta(days=7)
        assert customers == [organization.customer_id for organization in ORGANIZATIONS]
        assert (types, browsers) == (6, 5)
        assert countries >= 15
        assert days >= 7
        assert connection.execute("SELECT count(*) FROM events WHERE event_type IS NULL").fetchone() == (0,)
        assert connection.execute("SELECT rows_in_default FROM maintain_events()").fetchone() == (0,)
        by_hour = dict(
            connection.execute(
                "SELECT extract(hour FROM event_time)::int / 6, count(*) FROM events GROUP BY 1"
            ).fetchall()
        )
        assert by_hour[2] > 3 * by_hour[0], "the afternoon against the night"
        top = connection.execute(
            """SELECT frequency FROM (SELECT topn_union_agg(top_devices_1000) AS counters FROM live_customers
            WHERE customer_id = 1 AND width = '1 hour') AS united CROSS JOIN LATERAL topn(counters, 10)"""
        ).fetchall()
        assert top[0][0] > 3 * top[9][0]


def test_history_is_made_once_even_by_two_at_once(clickstream):
    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(fill, clickstream.dsn, 2, 300) for _ in range(2)]
        assert sorted(run.result() for run in made) == [0, 300]
    assert fill(clickstream.dsn, days=2, events=300) == 0
    with clickstream.connect() as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (300,)


def interrupt_at(moment):
    """A progress that is broken off once the share that is done has passed this one."""

    def progress(share):
        if share > moment:
            raise KeyboardInterrupt(share)

    return progress


def test_a_fill_that_is_interrupted_before_all_events_are_made_leaves_nothing(clickstream):
    with pytest.raises(KeyboardInterrupt):
        fill(clickstream.dsn, days=2, events=300, progress=interrupt_at(0.0))
    with clickstream.connect() as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)
    assert fill(clickstream.dsn, days=2, events=300) == 300


def test_an_interrupted_fill_leaves_a_backlog_like_any_other(clickstream):
    with pytest.raises(KeyboardInterrupt):
        fill(clickstream.dsn, days=2, events=300, progress=interrupt_at(0.2))
    assert fill(clickstream.dsn, days=2, events=300) == 0
    with clickstream.connect() as connection:
        clickstream.roll_up(connection)
        assert connection.execute("SELECT sum(event_count) FROM rollup_events_1hr").fetchone() == (300,)
