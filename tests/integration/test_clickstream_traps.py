"""Traps of the workshop's rollups: each shows on SQL in the workshop's form, and ours passes the same scenario."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
WINTER_NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
FIVE_MINUTELY = "SELECT start_id, end_id FROM five_minutely_aggregation()"


def counted(connection, table="rollup_events_5min"):
    return connection.execute(f"SELECT coalesce(sum(event_count), 0)::bigint FROM {table}").fetchone()[0]


def counted_after_a_lock_that_failed(place, failure, prepare):
    """An open writer is in the way of a rollup, which gets no lock; when he has committed, it runs once more."""
    with place.connect() as writer, place.connect() as caller:
        writer.autocommit = False
        place.insert(writer, {"device_id": 1})
        prepare(caller)
        with suppress(failure):
            caller.execute(FIVE_MINUTELY)
        writer.commit()
        caller.execute("RESET lock_timeout")
        caller.execute("RESET ROLE")
        caller.execute(FIVE_MINUTELY)
        return counted(caller)


def test_a_lock_time_out_is_swallowed_and_events_are_lost_for_good(workshop, clickstream):
    def impatient(caller):
        caller.execute("SET lock_timeout = '50ms'")

    failure = psycopg.errors.LockNotAvailable
    assert counted_after_a_lock_that_failed(workshop, failure, impatient) == 0
    assert counted_after_a_lock_that_failed(clickstream, failure, impatient) == 1


def test_a_missing_right_is_swallowed_and_events_are_lost_for_good(workshop, clickstream, clerk):
    role = sql.Identifier(clerk)
    with workshop.connect() as connection:
        (schema,) = connection.execute("SELECT current_schema()").fetchone()
        for grant in (
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT ON events TO {role}",
            "GRANT ALL ON rollups, rollup_events_5min TO {role}",
            "GRANT SELECT ON SEQUENCE events_event_id_seq TO {role}",
        ):
            connection.execute(sql.SQL(grant).format(schema=sql.Identifier(schema), role=role))

    def unauthorized(caller):
        caller.execute(sql.SQL("SET ROLE {}").format(role))

    failure = psycopg.errors.InsufficientPrivilege
    assert counted_after_a_lock_that_failed(workshop, failure, unauthorized) == 0
    assert counted_after_a_lock_that_failed(clickstream, failure, unauthorized) == 1


def counted_by_an_older_snapshot(place):
    with place.connect() as writer, place.connect() as caller:
        caller.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with suppress(psycopg.errors.RaiseException), caller.transaction():
            caller.execute("SELECT count(*) FROM events")
            place.insert(writer, {"device_id": 1})
            caller.execute(FIVE_MINUTELY)
        writer.execute(FIVE_MINUTELY)
        return counted(writer)


def test_a_caller_in_repeatable_read_loses_events(workshop, clickstream, is_citus):
    if is_citus:
        pytest.skip("a cluster has no snapshot across its nodes: the workers see the new rows")
    assert counted_by_an_older_snapshot(workshop) == 0
    assert counted_by_an_older_snapshot(clickstream) == 1


def test_a_serial_ends_at_two_billion_events(workshop, clickstream):
    last = 2**31 - 1
    for place in (workshop, clickstream):
        with place.connect() as connection:
            connection.execute("SELECT setval('events_event_id_seq', %s)", (last,))
            connection.execute("UPDATE rollups SET last_aggregated_id = %s", (last,))
            if place is workshop:
                with pytest.raises(psycopg.errors.SequenceGeneratorLimitExceeded):
                    place.insert(connection, {})
            else:
                place.insert(connection, {})
                assert connection.execute(FIVE_MINUTELY).fetchone() == (last + 1, last + 1)
                assert counted(connection) == 1


def rows_read_in_vain(place):
    """Rows that a rollup of one event reads besides it."""
    with place.connect() as connection:
        connection.execute("INSERT INTO events (customer_id, device_id) SELECT 1, i FROM generate_series(1, 5000) AS i")
        connection.execute("ANALYZE events")
        (plan,) = connection.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM events WHERE event_id BETWEEN 5000 AND 5000"
        ).fetchone()
    nodes = [plan[0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", [])
    assert nodes[0]["Actual Rows"] == 1
    return sum(node.get("Rows Removed by Filter", 0) for node in nodes)


def test_without_an_index_a_window_of_one_event_reads_all(workshop, clickstream, is_citus):
    if is_citus:
        pytest.skip("EXPLAIN shows one shard of 32")
    assert rows_read_in_vain(workshop) == 4999
    assert rows_read_in_vain(clickstream) == 0


def rows_of_an_unknown_country(place, connection):
    for _ in range(3):
        place.insert(connection, {"event_time": NOON})
        for function in ("five_minutely_aggregation", "hourly_aggregation"):
            connection.execute(f"SELECT {function}()")
    return [
        connection.execute(f"SELECT count(*), sum(event_count)::bigint FROM {table}").fetchone()
        for table in ("rollup_events_5min", "rollup_events_1hr")
    ]


def test_an_unknown_value_gets_a_new_row_each_time(workshop, clickstream):
    with workshop.connect() as connection:
        assert rows_of_an_unknown_country(workshop, connection) == [(3, 3), (3, 3)]
    with clickstream.connect() as connection:
        assert rows_of_an_unknown_country(clickstream, connection) == [(1, 3), (1, 3)]


def bucket_of(place, moment, zone="UTC"):
    with place.connect() as connection:
        connection.execute("SELECT set_config('timezone', %s, false)", (zone,))
        place.insert(connection, {"event_time": moment})
        connection.execute(FIVE_MINUTELY)
        return connection.execute("SELECT minute FROM rollup_events_5min").fetchone()[0].astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "off"),
    [("America/New_York", NOON, timedelta(hours=-1)), ("Europe/London", WINTER_NOON, timedelta(hours=1))],
)
def test_a_bucket_depends_on_the_time_zone_of_the_caller(workshop, clickstream, is_citus, zone, moment, off):
    if not is_citus:
        assert bucket_of(workshop, moment, zone) == moment + off
    assert bucket_of(clickstream, moment, zone) == moment


@pytest.mark.parametrize("microseconds", [1, 149])
def test_an_event_shortly_before_a_boundary_is_rounded_up(workshop, clickstream, microseconds):
    moment = NOON - timedelta(microseconds=microseconds)
    assert bucket_of(workshop, moment) == NOON
    assert bucket_of(clickstream, moment) == NOON - timedelta(minutes=5)


def test_one_run_takes_the_whole_backlog_in_one_transaction(workshop, clickstream):
    backlog = ({"device_id": number} for number in range(30))
    with workshop.connect() as connection:
        workshop.insert(connection, *backlog)
        assert connection.execute(FIVE_MINUTELY).fetchone() == (1, 30)
    with clickstream.connect() as connection:
        clickstream.insert(connection, *({"device_id": number} for number in range(30)))
        slices = [connection.execute("SELECT * FROM five_minutely_aggregation(12)").fetchone() for _ in range(3)]
        assert slices == [(1, 12), (13, 24), (25, 30)]


def test_events_of_many_groups_make_a_rollup_as_large_as_raw(workshop, clickstream):
    rows = [{"event_time": NOON, "country": str(i), "browser": str(i % 7), "device_id": i} for i in range(200)]
    with workshop.connect() as connection:
        workshop.insert(connection, *rows)
        connection.execute(FIVE_MINUTELY)
        assert connection.execute("SELECT count(*) FROM rollup_events_5min").fetchone() == (200,)
    now = datetime.now(UTC)
    with clickstream.connect() as connection:
        clickstream.insert(connection, *(row | {"event_time": now} for row in rows))
        clickstream.roll_up(connection, "live_aggregation")
        assert connection.execute("SELECT count(*) FROM live_totals").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM live_customers").fetchone() == (2,)
