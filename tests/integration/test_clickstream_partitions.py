"""Partitions: ahead of time, old ones dropped once they are rolled up, by pg_partman and without it."""

from __future__ import annotations

import random
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from clickstream import Clickstream
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from rtdash.resources import sql_folder
from rtdash.schema.apply import apply

MAINTAIN = "SELECT partitions_made, partitions_dropped, rows_in_default FROM maintain_events()"
FORGET = "SELECT forget_old_rollups()"
OF_THE_TIME = "SELECT partition::text FROM event_partitions WHERE from_time <= %s AND until_time > %s"

pytestmark = pytest.mark.parametrize(
    ("citus_server", "partitioned"),
    [
        ("postgres", "by pg_partman"),
        ("postgres", "as the owner of the database"),
        ("bare_postgres", "without pg_partman"),
    ],
    indirect=True,
)


@pytest.fixture
def partitioned(request, clickstream):
    """The schema with partitions by pg_partman or not; or as the mere owner of a database applies it, who may not."""
    with clickstream.connect() as connection:
        has_partman = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_partman'").fetchone()
        if request.param == "as the owner of the database":
            with owner_of_a_database(clickstream, request.getfixturevalue("citus_database")) as owned:
                yield owned
        elif bool(has_partman) != (request.param == "by pg_partman"):
            pytest.skip("the server has no pg_partman" if not has_partman else "the server has pg_partman")
        else:
            yield clickstream


@contextmanager
def owner_of_a_database(clickstream, database):
    name = f"tenant_{random.getrandbits(40)}"
    tenant = sql.Identifier(name)
    with clickstream.connect() as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(tenant, sql.Literal(name)))
        connection.execute(sql.SQL("CREATE SCHEMA AUTHORIZATION {}").format(tenant))
        connection.execute("DROP EXTENSION IF EXISTS pg_partman CASCADE")
        connection.execute("DROP SCHEMA IF EXISTS rtdash_compat, partman CASCADE")
        owner = sql.SQL("ALTER DATABASE {} OWNER TO {}")
        connection.execute(owner.format(sql.Identifier(database), tenant))
        try:
            host = conninfo_to_dict(clickstream.dsn.get_secret_value())["host"]
            path = f"&options=-c%20search_path%3D{name}%2Cpublic"
            dsn = SecretStr(f"postgresql://{name}:{name}@/{database}?host={host}&port=5432{path}")
            apply(dsn, sql_folder("citus", "schema"), lambda _: None)
            yield Clickstream(dsn)
        finally:
            connection.execute(owner.format(sql.Identifier(database), sql.SQL("CURRENT_USER")))
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(tenant))
            connection.execute(sql.SQL("DROP ROLE {}").format(tenant))


def partition_of(connection, moment):
    found = connection.execute(OF_THE_TIME, (moment, moment)).fetchone()
    return found and found[0]


def test_partitions_of_a_day_reach_from_the_oldest_kept_to_some_days_ahead(partitioned):
    now = datetime.now(UTC)
    with partitioned.connect() as connection:
        for days in range(-8, 4):
            assert partition_of(connection, now + timedelta(days=days)), days
        starts = connection.execute(
            "SELECT from_time, until_time FROM event_partitions WHERE NOT is_default"
        ).fetchall()
        assert {until - start for start, until in starts} == {timedelta(days=1)}
        assert {start.astimezone(UTC).hour for start, _ in starts} == {0}
        assert connection.execute("SELECT count(*) FROM event_partitions WHERE is_default").fetchone() == (1,)
        assert connection.execute(MAINTAIN).fetchone() == (0, 0, 0)


def test_an_event_ahead_of_its_partition_does_not_stop_the_maintenance(partitioned):
    tomorrow, far = (datetime.now(UTC) + timedelta(days=days) for days in (1, 100))
    with partitioned.connect() as connection:
        connection.execute(f"DROP TABLE {partition_of(connection, tomorrow)}")
        partitioned.insert(connection, {"event_time": tomorrow, "device_id": 1}, {"event_time": far, "device_id": 2})
        before = connection.execute("SELECT * FROM events ORDER BY event_id").fetchall()
        assert len(before) == 2
        assert connection.execute(MAINTAIN).fetchone() == (1, 0, 1)
        assert connection.execute("SELECT * FROM events ORDER BY event_id").fetchall() == before
        assert connection.execute(f"SELECT device_id FROM {partition_of(connection, tomorrow)}").fetchall() == [(1,)]


def test_partitions_are_made_again_after_a_long_sleep(partitioned):
    now = datetime.now(UTC)
    with partitioned.connect() as connection:
        for days in range(4):
            connection.execute(f"DROP TABLE {partition_of(connection, now + timedelta(days=days))}")
        assert connection.execute(MAINTAIN).fetchone() == (4, 0, 0)
        assert all(partition_of(connection, now + timedelta(days=days)) for days in range(4))


def test_nothing_is_dropped_before_it_is_rolled_up(partitioned):
    now = datetime.now(UTC)
    old = [now - timedelta(days=days) for days in (5, 4)]
    with partitioned.connect() as connection:
        partitioned.insert(connection, *({"event_time": moment} for moment in old))
        partitioned.insert(connection, {"event_time": now - timedelta(days=400)})
        connection.execute("UPDATE retention SET keep = '3 days' WHERE table_name = 'events'")
        partitioned.roll_up(connection, "live_aggregation", "five_minutely_aggregation")
        for _ in range(3):
            _, _, rows_in_default = connection.execute(MAINTAIN).fetchone()
        assert rows_in_default == 1
        assert [partition_of(connection, moment) is None for moment in old] == [False, False]
        partitioned.roll_up(connection)
        for _ in range(3):
            made, _, rows_in_default = connection.execute(MAINTAIN).fetchone()
        assert (made, rows_in_default) == (0, 0)
        assert [partition_of(connection, moment) is None for moment in old] == [True, True]
        assert partition_of(connection, now - timedelta(days=2))
        connection.execute(FORGET)
        total = connection.execute("SELECT sum(event_count) FROM rollup_events_1hr").fetchone()
        assert total == (2,), "rollups outlive the events, as long as they are kept themselves"


def test_old_buckets_are_forgotten(partitioned):
    now = datetime.now(UTC)
    with partitioned.connect() as connection:
        partitioned.insert(connection, {"event_time": now}, {"event_time": now - timedelta(days=6)})
        partitioned.roll_up(connection)
        connection.execute("UPDATE live_widths SET keep = '2 days'")
        connection.execute("UPDATE retention SET keep = '2 days' WHERE table_name LIKE 'rollup%'")
        connection.execute(FORGET)
        for table in ("rollup_events_5min", "rollup_events_1hr"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
        for table in ("live_totals", "live_customers"):
            rows = connection.execute(f"SELECT count(*) FROM {table} WHERE width = '1 hour'").fetchone()
            assert rows == (1,)
