"""Traps that only a Citus cluster shows; see docs/testing.md for how one is tried."""

from __future__ import annotations

import re
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rtdash.resources import sql_folder

ADDS_RAW = re.compile(r"\b(FROM|JOIN) events\b")
RAW_AND_TAIL = """
WITH rolled_up AS (SELECT last_aggregated_id AS id FROM rollups WHERE name = 'rollup_events_5min')
SELECT (SELECT coalesce(sum(event_count), 0) FROM rollup_events_5min)
     + (SELECT count(*) FROM events WHERE event_id > (SELECT id FROM rolled_up))
"""


@pytest.fixture(autouse=True)
def _on_a_cluster(is_citus):
    if not is_citus:
        pytest.skip("shows on a Citus cluster only: name one in RTDASH_TEST_CITUS_DSN")


def test_a_small_copy_opens_a_connection_for_each_shard(clickstream):
    """Ingest's setting against the default: 8 and 247 ms were measured for 500 rows."""

    def median_ms(mode):
        durations = []
        with clickstream.connect() as connection:
            connection.execute("SELECT set_config('citus.multi_shard_modify_mode', %s, false)", (mode,))
            for _ in range(4):
                start = time.monotonic()
                clickstream.insert(connection, *({"customer_id": i % 100, "device_id": i} for i in range(500)))
                durations.append(1000 * (time.monotonic() - start))
        return statistics.median(durations[1:])

    assert median_ms("sequential") < median_ms("parallel") / 2


def test_a_raw_tail_beside_a_rollup_is_off(workshop, clickstream):
    """There is no snapshot across nodes: some reads are off while a rollup runs. No panel of ours adds a tail."""
    done = threading.Event()
    # How many events there are while a rollup runs, during which none comes; None at other times.
    truth = None

    def produce():
        nonlocal truth
        events = 0
        with workshop.connect() as connection:
            while not done.is_set():
                connection.execute(
                    "INSERT INTO events (customer_id, device_id) SELECT i, i FROM generate_series(1, 500) AS i"
                )
                events += 500
                truth = events
                connection.execute("SELECT five_minutely_aggregation()")
                truth = None

    with ThreadPoolExecutor(1) as pool, workshop.connect() as reader:
        producer = pool.submit(produce)
        try:
            deadline = time.monotonic() + 60
            off = False
            while not off:
                assert time.monotonic() < deadline, "no read was off"
                before = truth
                (shown,) = reader.execute(RAW_AND_TAIL).fetchone()
                off = before is not None and before == truth and shown != before
        finally:
            done.set()
        producer.result()
    assert not [file for file in sql_folder("citus", "panels").glob("*.sql") if ADDS_RAW.search(file.read_text())]
    with clickstream.connect() as connection:
        clickstream.insert(connection, *({"customer_id": i} for i in range(200)))
        clickstream.roll_up(connection)
        assert clickstream.differences(connection) == {}


def test_rollups_are_colocated_and_bookkeeping_stays_on_the_coordinator(clickstream):
    with clickstream.connect() as connection:
        tables = connection.execute(
            """SELECT logicalrelid::text, colocationid FROM pg_dist_partition
            JOIN pg_class ON pg_class.oid = logicalrelid WHERE relnamespace = current_schema()::regnamespace"""
        ).fetchall()
    distributed = dict(tables)
    assert {"events", "rollup_events_5min", "rollup_events_1hr", "live_customers", "live_breakdowns"} <= set(
        distributed
    )
    assert len(set(distributed.values())) == 1
    assert not {"rollups", "rollup_runs", "live_totals", "ingest_offsets", "retention"} & set(distributed)


def test_pg_cron_was_not_sent_to_the_workers(clickstream):
    with clickstream.connect() as connection:
        has_cron = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_cron'").fetchone()
        if not has_cron:
            pytest.skip("the cluster has no pg_cron in this database")
        found = connection.execute(
            """SELECT result FROM run_command_on_workers(
                $cmd$SELECT count(*) FROM pg_extension WHERE extname = 'pg_cron'$cmd$)"""
        ).fetchall()
        assert found
        assert {result for (result,) in found} == {"0"}


def test_partitions_that_maintenance_makes_are_distributed(clickstream):
    with clickstream.connect() as connection:
        (last,) = connection.execute(
            "SELECT partition::text FROM event_partitions WHERE NOT is_default ORDER BY until_time DESC LIMIT 1"
        ).fetchone()
        connection.execute(f"DROP TABLE {last}")
        assert connection.execute("SELECT partitions_made FROM maintain_events()").fetchone() == (1,)
        undistributed = connection.execute(
            """SELECT partition FROM event_partitions
            WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = partition)"""
        ).fetchall()
        assert undistributed == []
