"""Panels ⑧–⑫ and the lag probe: declared columns, stated windows, and the numbers of the raw events."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from asking import Screen

from rtdash.model.data import Bars, Counts, Line
from rtdash.panels.header import read
from rtdash.resources import sql_folder

LAG = sql_folder("citus", "probes") / "clickstream_lag.sql"
RAW = """
SELECT count(*), count(DISTINCT device_id), count(DISTINCT session_id) FROM events
WHERE event_time >= %(since)s AND event_time <= now() AND customer_id = coalesce(%(customer_id)s, customer_id)
"""


def lag_of(screen):
    cursor = screen.connection.execute(read(LAG, is_probe=True).sql)
    return dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))


@pytest.fixture
def visited(clickstream):
    """Visits of three customers in the last 9 days, most of them just now; few devices come often."""
    choose = random.Random(11)
    now = datetime.now(UTC)
    with clickstream.connect() as connection:
        rows = [
            {
                "event_time": now
                - timedelta(minutes=choose.choice([choose.uniform(0, 60), choose.uniform(0, 13_000)])),
                "customer_id": choose.randint(1, 3),
                "device_id": int(400 * choose.random() ** 4),
                "session_id": choose.randint(1, 900),
            }
            for _ in range(1500)
        ]
        clickstream.insert(connection, *rows)
        clickstream.roll_up(connection)
        yield connection


SUMS = ["08", "09", "10", "11", "12", "13", "14", "15", "16", "17"]
"""Panels that count events."""


@pytest.mark.parametrize("number", SUMS)
def test_each_panel_gives_its_columns_when_there_is_nothing_and_when_there_is(clickstream, screen, number):
    empty = screen.ask(number)
    with clickstream.connect() as connection:
        clickstream.insert(connection, {"device_id": 5, "session_id": 6, "event_type": "click"})
        clickstream.roll_up(connection, "live_aggregation")
    full = screen.ask(number)
    assert type(full) is type(empty)
    assert full != empty


def test_events_of_the_future_are_not_counted(visited, clickstream):
    with visited.transaction():
        screen = Screen(visited)
        before = {number: screen.ask(number) for number in SUMS}
        ahead = datetime.now(UTC) + timedelta(hours=2)
        clickstream.insert(visited, *({"event_time": ahead, "device_id": 7, "session_id": 7} for _ in range(900)))
        clickstream.roll_up(visited, "live_aggregation")
        assert {number: screen.ask(number) for number in SUMS} == before


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Europe/London"])
def test_windows_are_utc_in_every_time_zone_of_the_session(visited, zone):
    with visited.transaction():
        screen = Screen(visited)
        utc = {number: screen.ask(number) for number in SUMS}
        visited.execute("SELECT set_config('timezone', %s, true)", (zone,))
        assert {number: screen.ask(number) for number in SUMS} == utc


@pytest.mark.parametrize(
    ("panel", "customer_id", "least"),
    [("08", None, timedelta(minutes=15)), ("09", None, timedelta(days=7)), ("11", 2, timedelta(minutes=15))],
)
def test_counts_are_those_of_the_raw_events_in_the_stated_window(visited, panel, customer_id, least):
    with visited.transaction():
        shown = Screen(visited).ask(panel, customer_id)
        raw = visited.execute(RAW, {"since": shown.since, "customer_id": customer_id}).fetchone()
        age = datetime.now(UTC) - shown.since
    assert isinstance(shown, Counts)
    assert least <= age <= least + (timedelta(hours=1, minutes=1) if panel == "09" else timedelta(minutes=6))
    names = [item.label for item in shown.items]
    assert names == ["events", "devices", "sessions"][: len(names)]
    assert shown.items[0].value == raw[0]
    assert shown.items[0].error is None
    for item, truth in zip(shown.items[1:], raw[1:], strict=False):
        assert item.value == pytest.approx(truth, rel=0.1)
        assert float(item.error) == pytest.approx(0.023 * float(item.value))


def test_the_trend_is_ordered_and_has_no_gap(visited):
    with visited.transaction():
        trend = Screen(visited).ask("10")
        truth = dict(
            visited.execute(
                """SELECT date_bin('1 hour', event_time, timestamptz 'epoch'), count(*) FROM events
                WHERE event_time >= now() - interval '3 days' GROUP BY 1"""
            ).fetchall()
        )
    assert isinstance(trend, Line)
    assert len(trend.at) == 49
    assert {after - before for before, after in zip(trend.at, trend.at[1:], strict=False)} == {timedelta(hours=1)}
    assert timedelta(0) <= datetime.now(UTC) - trend.at[-1] <= timedelta(hours=1, minutes=1)
    assert trend.names == ("events", "devices", "sessions")
    assert list(trend.columns[0]) == [truth.get(hour, 0) for hour in trend.at]


def test_top_devices_are_those_of_one_customer(visited):
    with visited.transaction():
        top = Screen(visited).ask("12", 3)
        truth = visited.execute(
            """SELECT device_id::text, count(*) FROM events WHERE customer_id = 3 AND event_time <= now()
            AND event_time >= date_bin('5 minutes', now() - interval '30 minutes', timestamptz 'epoch')
            GROUP BY device_id ORDER BY count(*) DESC, device_id::text LIMIT 10"""
        ).fetchall()
    assert isinstance(top, Bars)
    assert len(truth) == 10
    assert timedelta(minutes=30) <= datetime.now(UTC) - top.since <= timedelta(minutes=36)
    assert [(bar.label, bar.value) for bar in top.items] == truth


def test_the_lag_is_shown_and_falls(clickstream, screen):
    with clickstream.connect() as connection:
        assert lag_of(screen)["behind_s"] == 0
        clickstream.insert(connection, {}, {}, {})
        lag = lag_of(screen)
        assert isinstance(lag["behind_s"], float)
        assert lag["behind_s"] > 0
        assert lag["history_until"] is None
        clickstream.roll_up(connection, "live_aggregation")
        assert lag_of(screen)["behind_s"] == 0


def test_the_lag_says_which_rollups_run_now(clickstream, screen):
    with clickstream.connect() as connection, clickstream.connect() as other:
        assert lag_of(screen)["rolling_up"] is None
        with connection.transaction(), other.transaction():
            connection.execute("SELECT * FROM incremental_rollup_window('live')")
            assert lag_of(screen)["rolling_up"] == "live"
            other.execute("SELECT * FROM incremental_rollup_window('rollup_events_5min')")
            assert lag_of(screen)["rolling_up"] == "live, 5min"
        assert lag_of(screen)["rolling_up"] is None


def test_the_lag_says_whether_there_is_a_checkpoint_where_that_may_be_known(clickstream, screen, new_role):
    assert isinstance(lag_of(screen)["checkpoint"], bool)
    role = new_role("GRANT pg_read_all_data TO {role}")
    with clickstream.connect() as connection:
        connection.execute(f"SET ROLE {role}")
        assert lag_of(Screen(connection))["checkpoint"] is None


def test_a_slice_of_a_backlog_says_how_old_it_is(clickstream, screen):
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with clickstream.connect() as connection:
        clickstream.insert(connection, *({"event_time": hour_ago} for _ in range(5)))
        connection.execute("SELECT live_aggregation(2)")
        assert lag_of(screen)["behind_s"] == pytest.approx(3600, abs=60)


def test_the_lag_says_how_long_ingest_has_been_silent_and_what_it_lost(clickstream, screen):
    delivery = ("silent_s", "lag", "dead", "lost")

    def found() -> tuple[object, ...]:
        lag = lag_of(screen)
        assert list(lag) == ["behind_s", "history_until", *delivery, "rolling_up", "checkpoint"]
        return tuple(lag[name] for name in delivery)

    assert found() == (None, 0, 0, 0)
    with clickstream.connect() as connection:
        for incarnation, topic, partition, next_offset, latest, dead, lost, ago in (
            ("old", "clickstream", 0, 10, 15, 9, 7, 60),
            ("new", "clickstream", 0, 10, 14, 2, 1, 31),
            ("new", "clickstream", 1, 10, 9, 1, 0, 30),
            ("other", "donations", 0, 1, 100, 5, 5, 0),
        ):
            connection.execute(
                "INSERT INTO ingest_offsets (incarnation, topic, partition_id, next_offset, latest_offset, dead, lost,"
                " updated_at) VALUES (%s, %s, %s, %s, %s, %s, %s, now() - %s * interval '1 second')",
                (incarnation, topic, partition, next_offset, latest, dead, lost, ago),
            )
    silent_s, *counts = found()
    assert silent_s == pytest.approx(30, abs=5)
    assert counts == [4, 3, 8]
    assert all(isinstance(count, int) for count in counts)
