"""What the rollups hold: the same as the raw events, in UTC buckets, with unknown values as groups of their own."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest


def test_unknown_values_are_one_group_however_often_they_come(clickstream):
    moment = datetime.now(UTC).replace(minute=2, second=0, microsecond=0)
    with clickstream.connect() as connection:
        for device_id in (1, 2, None):
            clickstream.insert(connection, {"event_time": moment, "device_id": device_id})
            clickstream.roll_up(connection)
        rows = connection.execute("SELECT event_count FROM rollup_events_5min").fetchall()
        assert rows == [(3,)]
        assert connection.execute("SELECT event_count FROM rollup_events_1hr").fetchall() == [(3,)]
        breakdowns = connection.execute(
            "SELECT dimension, value, event_count FROM live_breakdowns WHERE width = '1 hour'"
        )
        assert sorted(breakdowns) == [("browser", None, 3), ("country", None, 3), ("event_type", None, 3)]
        assert clickstream.differences(connection) == {}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Europe/London"])
def test_buckets_are_utc_in_every_time_zone_of_the_session(clickstream, zone):
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    just_before = hour - timedelta(microseconds=1)
    with clickstream.connect() as connection:
        connection.execute("SELECT set_config('timezone', %s, false)", (zone,))
        clickstream.insert(connection, {"event_time": just_before}, {"event_time": hour})
        clickstream.roll_up(connection)
        for query in (
            "SELECT minute FROM rollup_events_5min",
            "SELECT bucket FROM live_totals WHERE width = '5 minutes'",
        ):
            assert sorted(connection.execute(query)) == [(hour - timedelta(minutes=5),), (hour,)]
        for query in ("SELECT hour FROM rollup_events_1hr", "SELECT bucket FROM live_totals WHERE width = '1 hour'"):
            assert sorted(connection.execute(query)) == [(hour - timedelta(hours=1),), (hour,)]


def test_late_events_find_their_bucket(clickstream):
    now = datetime.now(UTC)
    choose = random.Random(7)
    with clickstream.connect() as connection:
        for _ in range(6):
            rows = [
                {
                    "event_time": now - timedelta(minutes=choose.expovariate(1 / 120)),
                    "customer_id": choose.randint(1, 3),
                    "country": choose.choice(["FR", "BE", None]),
                    "device_id": choose.randint(1, 300),
                    "session_id": choose.randint(1, 1 << 62),
                }
                for _ in range(100)
            ]
            clickstream.insert(connection, *rows)
            clickstream.roll_up(connection)
        # Buckets of 5 minutes are kept for a day; an event two days late counts in its hour alone.
        clickstream.insert(connection, {"event_time": now - timedelta(days=2)})
        clickstream.roll_up(connection)
        differences = clickstream.differences(connection)
        assert set(differences) == {
            f"{level} 5 minutes" for level in ("totals", "customers", "country", "event_type", "browser")
        }
        assert all(len(rows) == 1 for rows in differences.values())


def test_top_devices_equal_raw_on_skewed_data(clickstream):
    choose = random.Random(3)
    devices = [int(2500 * choose.random() ** 4) for _ in range(12_000)]
    with clickstream.connect() as connection:
        for batch in (devices[:4000], devices[4000:8000], devices[8000:]):
            connection.execute(
                "INSERT INTO events (customer_id, device_id) SELECT 1, unnest(%s::bigint[])",
                (batch,),
            )
            clickstream.roll_up(connection)
        expected = Counter(devices).most_common(10)
        assert len(set(devices)) > 1500, "there are more devices than counters"
        for table, where in (
            ("rollup_events_5min", "true"),
            ("rollup_events_1hr", "true"),
            ("live_customers", "width = '5 minutes'"),
            ("live_customers", "width = '1 hour'"),
        ):
            counters, most = connection.execute(
                f"""WITH kept (counters) AS MATERIALIZED (SELECT top_devices_1000 FROM {table} WHERE {where})
                SELECT topn_union_agg(counters), max((SELECT count(*) FROM jsonb_object_keys(counters))) FROM kept"""
            ).fetchone()
            assert most <= 1000
            top = connection.execute(
                "SELECT item, frequency FROM topn(%s::jsonb, 10)", (str(counters).replace("'", '"'),)
            )
            assert [count for _, count in top.fetchall()] == [count for _, count in expected]


def test_the_stand_in_of_topn(clickstream):
    with clickstream.connect() as connection:
        if not connection.execute("SELECT to_regnamespace('rtdash_compat')").fetchone()[0]:
            pytest.skip("the server has topn itself")

        def answer(query):
            return connection.execute(query).fetchone()[0]

        assert answer("SELECT rtdash_compat.topn_add_agg(item) FROM unnest(ARRAY['b', 'a', NULL, 'b']) AS item") == {
            "a": 1,
            "b": 2,
        }
        assert answer("SELECT rtdash_compat.topn_add_agg(item) FROM unnest(ARRAY['x']) AS item") == {"x": 1}
        assert answer("SELECT rtdash_compat.topn_add_agg(item) FROM unnest(ARRAY[NULL::text]) AS item") == {}
        assert answer("SELECT rtdash_compat.topn_add_agg(item) FROM unnest(ARRAY[]::text[]) AS item") is None
        assert answer("""SELECT rtdash_compat.topn_union('{"a": 1}', '{"a": 2, "b": 5}')""") == {"a": 3, "b": 5}
        assert answer("""SELECT rtdash_compat.topn_union('{"a": 1}', NULL)""") == {"a": 1}
        assert answer(
            """SELECT rtdash_compat.topn_union_agg(c) FROM unnest(ARRAY['{"a": 1}', '{"a": 2}', NULL]::jsonb[]) AS c"""
        ) == {"a": 3}
        assert answer("SELECT rtdash_compat.topn_union_agg(c) FROM unnest(ARRAY[]::jsonb[]) AS c") is None
        many = "SELECT (i % 3000)::text AS item FROM generate_series(1, 4000) AS i"
        counters = answer(f"SELECT rtdash_compat.topn_add_agg(item) FROM ({many}) AS many")
        assert len(counters) == 1000
        assert set(counters.values()) == {2}
        top = connection.execute("""SELECT * FROM rtdash_compat.topn('{"b": 2, "a": 2, "c": 10}', 2)""").fetchall()
        assert top == [("c", 10), ("a", 2)]


def test_distinct_counts_lie_near_the_truth(clickstream):
    with clickstream.connect() as connection:
        connection.execute(
            """INSERT INTO events (customer_id, device_id, session_id)
            SELECT 1, number % 5000, number FROM generate_series(1, 20000) AS number"""
        )
        clickstream.roll_up(connection)
        devices, sessions = connection.execute(
            """SELECT hll_cardinality(hll_union_agg(devices)), hll_cardinality(hll_union_agg(sessions))
            FROM (SELECT device_distinct_count, session_distinct_count FROM live_totals WHERE width = '1 hour')
            AS kept (devices, sessions)"""
        ).fetchone()
        assert devices == pytest.approx(5000, rel=0.1)
        assert sessions == pytest.approx(20_000, rel=0.1)
        assert clickstream.differences(connection) == {}
