"""Panels ⑳ and ㉑: partitions of the raw events, and the scheduled jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from asking import Screen

from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.sources import citus

TASKS = ("five_minutely_aggregation", "hourly_aggregation", "maintain_events", "forget_old_rollups")


# ── ⑳ partitions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def partitions(screen):
    return {row["what"]: (row["value"], row["flag"]) for row in screen.rows("20")}


def test_partitions_are_ahead_of_time_and_nothing_lies_outside(owner, screen):
    shown = partitions(screen)
    today = datetime.now(UTC).date()
    assert shown["partitions"] == ("12", None)
    assert shown["ahead until"] == (f"{today + timedelta(days=4)} 00:00 UTC", None)
    assert shown["oldest kept"] == (f"{today - timedelta(days=8)} 00:00 UTC", None)
    assert shown["events outside"] == ("0", None)
    assert shown["retention"] == ("8 days", None)
    (partman,) = owner.execute("SELECT max(extversion) FROM pg_extension WHERE extname = 'pg_partman'").fetchone()
    assert shown["made by"] == (f"pg_partman {partman}" if partman else "rtdash", None)


@pytest.mark.parametrize("citus_server", ["bare_postgres"], indirect=True)
def test_without_pg_partman_rtdash_makes_them(screen):
    assert partitions(screen)["made by"] == ("rtdash", None)


def test_a_table_that_pg_partman_does_not_know_is_made_by_rtdash(owner, screen):
    if not owner.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_partman'").fetchone():
        pytest.skip("the server has no pg_partman")
    owner.execute("DELETE FROM partman.part_config WHERE parent_table = current_schema() || '.events'")
    assert partitions(screen)["made by"] == ("rtdash", None)


@pytest.mark.parametrize("days", [-20, 20])
def test_an_event_outside_all_partitions_is_counted_and_marked(clickstream, owner, screen, days):
    clickstream.insert(owner, {}, {"event_time": datetime.now(UTC) + timedelta(days=days)})
    assert partitions(screen)["events outside"] == ("1", "warn")


@pytest.mark.parametrize(("events", "shown"), [(10_000, "10,000"), (10_050, "10,000+")])
def test_events_outside_are_counted_up_to_a_bound(owner, screen, events, shown):
    owner.execute(
        "INSERT INTO events (customer_id, event_time) SELECT 1, now() - interval '20 days' FROM generate_series(1, %s)",
        (events,),
    )
    assert partitions(screen)["events outside"] == (shown, "warn")


@pytest.mark.parametrize(("days", "flag"), [(1, "warn"), (0, "error")])
def test_partitions_that_end_soon_are_marked(owner, screen, days, flag):
    until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)
    gone = owner.execute("SELECT partition::text FROM event_partitions WHERE until_time > %s", (until,)).fetchall()
    for (partition,) in gone:
        owner.execute(f"DROP TABLE {partition}")
    assert partitions(screen)["ahead until"] == (f"{until:%Y-%m-%d} 00:00 UTC", flag)


def test_no_partition_at_all_is_an_error(clickstream, owner, screen):
    for (partition,) in owner.execute("SELECT partition::text FROM event_partitions").fetchall():
        owner.execute(f"DROP TABLE {partition}")
    shown = partitions(screen)
    assert shown["partitions"] == ("0", "error")
    assert shown["events outside"] == ("0", None)
    owner.execute("CREATE TABLE events_default PARTITION OF events DEFAULT")
    clickstream.insert(owner, {})
    assert partitions(screen)["events outside"] == ("1", "warn")


def test_partitions_that_retention_should_have_dropped_are_marked(owner, screen):
    owner.execute("UPDATE retention SET keep = '2 days' WHERE table_name = 'events'")
    shown = partitions(screen)
    assert shown["oldest kept"][1] == "warn"
    assert shown["retention"] == ("2 days", None)
    owner.execute("DELETE FROM retention")
    assert partitions(screen)["retention"] == (None, None)


# ── ㉑ jobs ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_where_ingest_runs_them_its_runs_are_shown(clickstream, owner, screen):
    clickstream.insert(owner, {}, {})
    clickstream.roll_up(owner, "five_minutely_aggregation")
    owner.execute("UPDATE rollups SET rolled_up_until = now() - interval '4 minutes' WHERE name = 'rollup_events_1hr'")
    rows = screen.rows("21")
    assert tuple(row["job"] for row in rows) == TASKS
    assert {row["run by"] for row in rows} == {"ingest"}
    five, hourly, *upkeep = rows
    assert (five["status"], five["message"], five["flag"]) == ("succeeded", "2 events", None)
    assert five["ms"] > 0
    assert 0 <= five["ran s ago"] < 60
    assert (hourly["status"], hourly["flag"]) == (None, "warn"), "it has not run for 3 minutes"
    assert 240 <= hourly["ran s ago"] < 300
    assert {(row["ran s ago"], row["message"], row["flag"]) for row in upkeep} == {(None, "not recorded", None)}


def test_a_run_that_found_nothing_new_counts(clickstream, owner, screen):
    owner.execute("UPDATE rollups SET rolled_up_until = now() - interval '1 hour'")
    assert [row["flag"] for row in screen.rows("21")] == ["warn", "warn", None, None]
    clickstream.roll_up(owner, "five_minutely_aggregation", "hourly_aggregation")
    assert [row["flag"] for row in screen.rows("21")] == [None] * 4


@pytest.fixture
def schedule(owner):
    """Puts a schedule in place of pg_cron's: of each task (active, launched, status, message, began seconds ago)."""

    def write(*jobs):
        owner.execute("DROP TABLE IF EXISTS stub")
        owner.execute(
            """CREATE TABLE stub (job_name text, schedule text, active boolean, is_launched boolean, status text,
            message text, started_at timestamptz, ended_at timestamptz)"""
        )
        for task, (active, launched, status, message, began_s_ago) in zip(TASKS, jobs, strict=True):
            owner.execute(
                """INSERT INTO stub SELECT format('rtdash %%s.%%s', current_schema(), %s::text), '* * * * *', %s, %s,
                %s, %s, began, began + interval '40 milliseconds'
                FROM (SELECT now() - %s * interval '1 second' AS began) AS run""",
                (task, active, launched, status, message, began_s_ago),
            )
        owner.execute(
            """CREATE OR REPLACE FUNCTION cron_jobs() RETURNS TABLE (job_name text, schedule text, active boolean,
            is_launched boolean, status text, message text, started_at timestamptz, ended_at timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS 'SELECT * FROM stub'"""
        )

    return write


FINE = (True, True, "succeeded", "CALL", 20)
AN_HOUR_AGO = (True, True, "succeeded", "SELECT 1", 3600)


@pytest.mark.parametrize(
    ("job", "flag"),
    [
        (FINE, None),
        ((True, True, "running", None, 20), None),
        ((True, True, "failed", "ERROR: lock timeout", 20), "error"),
        ((True, True, "failed", "connection failed", None), "error"),
        ((True, True, "succeeded", "CALL", 190), "warn"),
        ((True, True, None, None, None), "warn"),
    ],
)
def test_jobs_of_pg_cron_are_marked_when_they_fail_or_do_not_come(screen, schedule, job, flag):
    schedule(FINE, job, AN_HOUR_AGO, AN_HOUR_AGO)
    rows = screen.rows("21")
    assert {row["run by"] for row in rows} == {"pg_cron"}
    five, hourly, *upkeep = rows
    assert [row["flag"] for row in (five, *upkeep)] == [None, None, None]
    assert (hourly["status"], hourly["message"], hourly["flag"]) == (
        job[2],
        job[3] if job[2] == "failed" else None,
        flag,
    )
    assert five["ms"] == 40
    assert 20 <= five["ran s ago"] < 80


def test_the_hourly_job_may_be_an_hour_old(screen, schedule):
    schedule(FINE, FINE, (True, True, None, None, None), AN_HOUR_AGO)
    assert [row["flag"] for row in screen.rows("21")] == [None] * 4
    schedule(FINE, FINE, (True, True, "succeeded", "SELECT 1", 3800), AN_HOUR_AGO)
    assert [row["flag"] for row in screen.rows("21")] == [None, None, "warn", None]


def test_a_launcher_that_is_gone_is_an_error(screen, schedule):
    gone = (True, False, "succeeded", "CALL", 20)
    schedule(gone, gone, gone, gone)
    assert {(row["status"], row["message"], row["flag"]) for row in screen.rows("21")} == {
        ("pg_cron is down", "ingest runs them until the server restarts it", "error")
    }


def test_a_schedule_with_a_job_missing_is_run_by_both(screen, schedule):
    schedule(FINE, (False, True, "succeeded", "CALL", 20), FINE, FINE)
    assert [(row["run by"], row["flag"]) for row in screen.rows("21")] == [
        ("pg_cron and ingest", "warn"),
        ("ingest", None),
        ("pg_cron and ingest", "warn"),
        ("pg_cron and ingest", "warn"),
    ]


def test_the_reader_sees_the_jobs_of_pg_cron_and_others_do_not(postgres):
    """pg_cron lives in the private server's first database; row security hides its jobs from the reader."""
    apply(postgres.dsn(), sql_folder("citus", "schema"), lambda _: None)
    with citus.connect(postgres.dsn(), "test") as owner:
        if not owner.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_cron'").fetchone():
            pytest.skip("the server has no pg_cron")
        try:
            with citus.connect(postgres.dsn("reader"), "test", read_only=True) as reader:
                assert reader.execute("SELECT count(*) FROM cron.job").fetchone() == (0,)
                rows = Screen(reader).rows("21")
                launched = reader.execute("SELECT DISTINCT is_launched FROM cron_jobs()").fetchall()
            assert [(row["job"], row["schedule"], row["run by"]) for row in rows] == [
                (TASKS[0], "* * * * *", "pg_cron"),
                (TASKS[1], "* * * * *", "pg_cron"),
                (TASKS[2], "7 * * * *", "pg_cron"),
                (TASKS[3], "17 * * * *", "pg_cron"),
            ]
            assert launched == [(True,)]
            owner.execute("SET ROLE pg_monitor")
            owner.execute("SELECT * FROM cron_jobs()")
            owner.execute("SET ROLE pg_signal_backend")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute("SELECT * FROM cron_jobs()")
        finally:
            owner.execute("RESET ROLE")
            owner.execute("SELECT cron.unschedule(jobid) FROM cron.job")
