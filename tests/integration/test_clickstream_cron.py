"""pg_cron where it lives: it runs the two rollups of the workshop and the maintenance, and ingest leaves them to it."""

from __future__ import annotations

from contextlib import closing

import pytest
from clickstream import Clickstream

from rtdash.ingest.rollups import workshop_rollup
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.servers.folders import DataFolder
from rtdash.servers.postgres import PrivatePostgres
from rtdash.sources import citus
from tests.shared_server import with_search_path
from tests.world import until

FOLDER = sql_folder("citus", "schema")
POSITIONS = "SELECT name, last_aggregated_id FROM rollups WHERE name <> 'live' ORDER BY name"
# The minute that pg_cron waits for is longer than a test; when the server starts is soon.
NEVER, AT_THE_START = "0 0 30 2 *", "@reboot"


@pytest.fixture
def server(server_folder):
    """A server of its own, since it is started twice."""
    with DataFolder.open(server_folder / "cron", fresh=True) as data, PrivatePostgres(data) as server:
        with server._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_cron'").fetchone():
                pytest.skip("the server has no pg_cron")
        yield server


def reschedule(connection, schedule):
    connection.execute("SELECT cron.alter_job(jobid, schedule := %s) FROM cron.job", (schedule,))


def test_pg_cron_runs_the_rollups_and_ingest_leaves_them_to_it(server):
    notes = []
    apply(server.dsn(), FOLDER, lambda step: notes.append(step.note))
    assert "pg_cron runs the rollups each minute" in notes
    place = Clickstream(server.dsn())
    with place.connect() as connection:
        jobs = connection.execute("SELECT jobname, schedule FROM cron.job WHERE active").fetchall()
        schedules = {name.removeprefix("rtdash public."): schedule for name, schedule in jobs}
        assert schedules["five_minutely_aggregation"] == schedules["hourly_aggregation"] == "* * * * *"
        assert "maintain_events" in schedules
        reschedule(connection, NEVER)
        place.insert(connection, *({"device_id": number} for number in range(20)))
        before = connection.execute(POSITIONS).fetchall()
        chores = [workshop_rollup(place.dsn, name) for name in ("five_minutely_aggregation", "hourly_aggregation")]
        for chore in chores:
            with closing(chore._connect()) as ingest:
                assert chore._work(ingest) is False
        assert connection.execute(POSITIONS).fetchall() == before
        reschedule(connection, AT_THE_START)
    server.stop()
    server.start()
    with place.connect() as connection:
        ended = "SELECT count(*) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')"
        until(lambda: connection.execute(ended).fetchone() == (len(jobs),))
        assert connection.execute("SELECT DISTINCT status FROM cron.job_run_details").fetchall() == [("succeeded",)]
        place.roll_up(connection, "live_aggregation")
        assert connection.execute("SELECT sum(event_count) FROM rollup_events_1hr").fetchone() == (20,)
        assert place.differences(connection) == {}
        connection.execute("SELECT cron.alter_job(jobid, active := false) FROM cron.job")
        place.insert(connection, {"device_id": 1})
        for chore in chores:
            with closing(chore._connect()) as ingest:
                chore._work(ingest)
        assert place.differences(connection).keys().isdisjoint({"5min", "1hr"}), "who is not scheduled is rolled up"


def test_pg_cron_outlives_the_schema_that_rtdash_was_applied_to(server):
    with citus.connect(server.dsn(), "test") as connection:
        connection.execute("CREATE SCHEMA passing")
        apply(with_search_path(server.dsn(), "passing", "public", "rtdash_compat"), FOLDER, lambda _: None)
        connection.execute("DROP SCHEMA passing CASCADE")
        assert connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_cron'").fetchone()
