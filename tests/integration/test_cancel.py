"""K ends a query on its server, at once, with the rights of the dashboard, and leaves no session behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from rtdash.model.sample import Sample
from rtdash.panels.spec import Draw, PanelSpec, Source
from rtdash.scheduler.scheduler import Scheduler
from rtdash.sources import citus, donations
from rtdash.sources.connection import Connector
from tests.world import until

LONG_S = 30.0
SLOW = {
    Source.CITUS: "SELECT count(*) AS value FROM generate_series(1, 100000000000)",
    Source.DONATIONS: "SELECT COUNT(*) AS value FROM seq_1_to_1000000000 WHERE seq %% 7 = 9",
}


def panel(source: Source, panel_id: str, sql: str) -> PanelSpec:
    return PanelSpec(id=panel_id, title=panel_id, source=source, draw=Draw.STAT, sql=sql, path=Path(f"{panel_id}.sql"))


@contextmanager
def polled(source: Source, connect: Connector) -> Iterator[tuple[Scheduler, list[Sample]]]:
    """A slow panel, asked once, and a quick one."""
    samples: list[Sample] = []
    specs = [panel(source, "slow", SLOW[source]), panel(source, "quick", "SELECT 1 AS value")]
    scheduler = Scheduler(specs, {source: connect}, interval_s=60.0, lanes=1, deadline_s=LONG_S, variables={})
    scheduler.start(samples.append)
    try:
        scheduler.tick(time.monotonic())
        yield scheduler, samples
    finally:
        scheduler.stop()


def cancelled(source: Source, connect: Connector, running: Callable[[], int], sessions: Callable[[], int]) -> None:
    """What must hold of either server."""
    with polled(source, connect) as (scheduler, samples):
        until(lambda: running() == 1)
        asked = time.monotonic()
        assert scheduler.cancel("slow")
        until(lambda: samples)
        assert time.monotonic() - asked < LONG_S / 3, "the server has ended it, not the deadline"
        assert samples[0].panel_id == "slow"
        assert samples[0].error.startswith("cancelled by hand after ")
        assert samples[0].latency_ms > 0
        until(lambda: running() == 0)
        until(lambda: len(samples) == 2)
        assert samples[1].error is None, "the next query of the lane is not hit"
        assert not scheduler.cancel("slow")
    until(lambda: sessions() == 0)


def test_on_postgresql(citus_reader_dsn):
    with citus.connect(citus_reader_dsn, "test") as watch:

        def count(state: str) -> int:
            what = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rtdash dashboard'"
            return watch.execute(f"{what} AND datname = current_database() AND {state}").fetchone()[0]

        slow = partial(count, "state = 'active' AND query LIKE '%generate_series%'")
        cancelled(Source.CITUS, partial(citus.CitusConnection, citus_reader_dsn), slow, partial(count, "true"))


def test_on_mariadb(mariadb, donations_database):
    dsn = mariadb.dsn("reader", donations_database)
    with closing(donations.connect(dsn, "test")) as watch:

        def count(state: str) -> int:
            with watch.cursor() as cursor:
                cursor.execute(
                    "SELECT COUNT(*) FROM information_schema.processlist"
                    f" WHERE id <> CONNECTION_ID() AND db = DATABASE() AND {state}"
                )
                return cursor.fetchall()[0][0]

        slow = partial(count, "info LIKE '%seq_1_to_1000000000%'")
        cancelled(Source.DONATIONS, partial(donations.DonationsConnection, dsn), slow, partial(count, "true"))
