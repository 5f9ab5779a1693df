"""Ingest works a backlog off in slices, and no rollup waits for another."""

from __future__ import annotations

import psycopg
import pytest

from rtdash.ingest import rollups as ingest_rollups
from rtdash.sources import citus
from tests.world import World, until


def counted(connection: psycopg.Connection, rollup: str) -> int:
    return connection.execute(f"SELECT coalesce(sum(event_count), 0)::bigint FROM {rollup}").fetchone()[0]


def test_the_live_tables_go_on_while_a_rollup_of_the_workshop_waits(world: World, clickstream):
    clickstream.insert(world.clickstream, {"country": "FR"})
    waiting = (
        "SELECT FROM pg_stat_activity"
        " WHERE %s = ANY (pg_blocking_pids(pid)) AND application_name = 'rtdash five_minutely_aggregation'"
    )
    with clickstream.connect() as holder, holder.transaction():
        # The run has its window by then, and reads events.
        holder.execute("LOCK TABLE rollup_events_5min IN ACCESS EXCLUSIVE MODE")
        with world.ingest():
            until(lambda: world.clickstream.execute(waiting, (holder.info.backend_pid,)).rowcount)
            clickstream.insert(world.clickstream, {"country": "BE"}, {"country": "CH"})
            until(lambda: counted(world.clickstream, "live_totals WHERE width = '1 hour'") == 3)
            assert world.clickstream.execute(waiting, (holder.info.backend_pid,)).rowcount == 1


def test_a_backlog_is_worked_off_in_slices_at_once(world: World, clickstream, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ingest_rollups, "_WORKSHOP_EVENTS", 10)
    monkeypatch.setattr(ingest_rollups, "_LIVE_EVENTS", 15)
    clickstream.insert(world.clickstream, *({"device_id": number} for number in range(35)))
    with world.ingest():
        # Long before the next minute.
        for rollup in ("rollup_events_5min", "rollup_events_1hr", "live_totals WHERE width = '1 hour'"):
            until(lambda rollup=rollup: counted(world.clickstream, rollup) == 35)
    slices = "SELECT rollup_name, array_agg(events::int ORDER BY run_id) FROM rollup_runs GROUP BY rollup_name"
    assert dict(world.clickstream.execute(slices).fetchall()) == {
        "rollup_events_5min": [10, 10, 10, 5],
        "rollup_events_1hr": [10, 10, 10, 5],
        "live": [15, 15, 5],
    }
    assert clickstream.differences(world.clickstream) == {}


def test_what_the_server_schedules_itself_ingest_leaves_alone(world: World, clickstream):
    world.clickstream.execute(
        "CREATE OR REPLACE FUNCTION rollups_are_scheduled() RETURNS boolean LANGUAGE sql AS 'SELECT true'"
    )
    clickstream.insert(world.clickstream, {"country": "FR"})
    chore = ingest_rollups.workshop_rollup(world.settings.citus_dsn, "five_minutely_aggregation")
    with citus.connect(world.settings.citus_dsn, "test", statement_timeout_s=10) as connection:
        assert chore._work(connection) is False
    assert counted(world.clickstream, "rollup_events_5min") == 0
    with world.ingest():
        until(lambda: counted(world.clickstream, "live_totals WHERE width = '1 hour'") == 1)
    assert counted(world.clickstream, "rollup_events_5min") == 0


def test_ingest_makes_partitions_and_forgets_old_rows_where_nobody_else_does(world: World):
    world.clickstream.execute(
        "INSERT INTO rollup_runs (rollup_name, started_at, start_id, end_id, events, rows, lock_ms, duration_ms)"
        " VALUES ('live', now() - interval '3 days', 1, 1, 1, 1, 0, 1)"
    )
    partitions = "SELECT count(*) FROM event_partitions"
    wanted = world.clickstream.execute(partitions).fetchone()
    newest = "SELECT partition::text FROM event_partitions WHERE NOT is_default ORDER BY until_time DESC LIMIT 1"
    world.clickstream.execute(f"DROP TABLE {world.clickstream.execute(newest).fetchone()[0]}")
    with world.ingest():
        until(lambda: world.clickstream.execute(partitions).fetchone() == wanted)
        until(lambda: world.clickstream.execute("SELECT count(*) FROM rollup_runs").fetchone() == (0,))
