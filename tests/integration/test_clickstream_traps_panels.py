"""Traps of the workshop's queries, at a fixed time of the day: what they leave out, and what they take too much of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg import sql

from rtdash.panels.decode import decode
from rtdash.panels.header import read
from rtdash.resources import sql_folder

WORKSHOP = Path(__file__).parent / "workshop" / "panels"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def moment(clickstream):
    """07:30 minutes past two in the afternoon; what panels take for now."""
    with clickstream.connect() as connection:
        connection.execute("UPDATE live_widths SET keep = '4 days' WHERE width = '5 minutes'")
    now = datetime.now(UTC)
    moment = now.replace(hour=14, minute=7, second=30, microsecond=0)
    return moment if moment < now else moment - timedelta(days=1)


class Screens:
    """The same events behind the workshop's queries and our panels, seen at `moment`."""

    def __init__(self, workshop, clickstream, moment, events):
        self._places = {"workshop": workshop, "ours": clickstream}
        self._moment = moment
        for place in self._places.values():
            with place.connect() as connection:
                place.insert(connection, *events)
        with workshop.connect() as connection:
            workshop.roll_up(connection, "five_minutely_aggregation", "hourly_aggregation")
        with clickstream.connect() as connection:
            clickstream.roll_up(connection)

    def connect(self, place):
        """A function now() that comes before the server's own."""
        connection = self._places[place].connect()
        schema, path = connection.execute("SELECT current_schema(), current_setting('search_path')").fetchone()
        clock = sql.Identifier(f"{schema}_clock")
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(clock))
        connection.execute(
            sql.SQL("CREATE OR REPLACE FUNCTION {}.now() RETURNS timestamptz STABLE LANGUAGE sql AS {}").format(
                clock, sql.Literal(f"SELECT timestamptz '{self._moment.isoformat()}'")
            )
        )
        connection.execute("SELECT set_config('search_path', %s, false)", (f"{clock.as_string()}, {path}, pg_catalog",))
        return connection

    def workshop(self, query):
        with self.connect("workshop") as connection:
            connection.execute("SET enable_sort = off")
            return connection.execute((WORKSHOP / f"{query}.sql").read_text()).fetchall()

    def ours(self, panel):
        (file,) = sql_folder("citus", "panels").glob(f"{panel}_*.sql")
        spec = read(file)
        with self.connect("ours") as connection:
            connection.execute("SET enable_sort = off")
            cursor = connection.execute(spec.sql, {"customer_id": 1})
            return decode(spec, [column.name for column in cursor.description], cursor.fetchall())


def test_the_last_15_minutes_lose_the_first_bucket(workshop, clickstream, moment):
    events = [{"event_time": moment - 14 * MINUTE}, {"event_time": moment - 3 * MINUTE}]
    screens = Screens(workshop, clickstream, moment, events)
    assert screens.workshop("last_15_minutes") == [(1,)]
    ours = screens.ours("08")
    assert ours.items[0].value == 2
    assert ours.since == moment - timedelta(minutes=17, seconds=30), "it says what the window covers"


def test_distinct_sessions_are_those_of_the_devices(workshop, clickstream, moment):
    events = [{"event_time": moment - MINUTE, "device_id": 1, "session_id": session} for session in range(40)]
    screens = Screens(workshop, clickstream, moment, events)
    assert screens.workshop("last_7_days") == [(40, 1, 1)]
    counted, devices, sessions = (int(item.value) for item in screens.ours("09").items)
    assert (counted, devices) == (40, 1)
    assert sessions == pytest.approx(40, abs=2)


def test_top_devices_of_30_minutes_are_those_since_yesterday(workshop, clickstream, moment):
    morning, lately = moment - timedelta(hours=6), moment - timedelta(minutes=20)
    events = [{"event_time": morning, "device_id": 1}] * 5 + [{"event_time": lately, "device_id": 2}] * 2
    screens = Screens(workshop, clickstream, moment, events)
    assert screens.workshop("top_devices") == [("1", 5), ("2", 2)]
    assert [(bar.label, bar.value) for bar in screens.ours("12").items] == [("2", 2)]


def test_the_trend_has_no_order_and_gaps_and_is_longer_than_it_says(workshop, clickstream, moment):
    this_hour = moment.replace(minute=0, second=0)
    hours = [hour for hour in range(72) if hour % 5]
    events = [{"event_time": this_hour - timedelta(hours=hour)} for hour in hours]
    screens = Screens(workshop, clickstream, moment, events)
    shown = [hour for hour, _ in screens.workshop("by_hour")]
    assert shown != sorted(shown), "no order"
    assert len(shown) < (max(shown) - min(shown)) / timedelta(hours=1) + 1, "gaps"
    assert moment - min(shown) > timedelta(hours=60), "2 days are up to 72 hours"
    ours = screens.ours("10")
    assert list(ours.at) == [this_hour - timedelta(hours=hour) for hour in range(48, -1, -1)]
    assert list(ours.columns[0]) == [int(hour % 5 > 0) for hour in range(48, -1, -1)]
