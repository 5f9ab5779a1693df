"""The window of a rollup: no event is lost or counted twice, whoever writes, waits, fails or has no right."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from psycopg import sql

pytestmark = pytest.mark.parametrize("citus_server", ["postgres", "bare_postgres"], indirect=True)
# The tests decide when a writer is done, not how busy the machine is.
PATIENT = "SET lock_timeout = '10s'"


class RolledBack(Exception):  # noqa: N818
    """A writer changes its mind."""


def positions(connection):
    return dict(connection.execute("SELECT name, last_aggregated_id FROM rollups").fetchall())


def write(clickstream, seed, batches):
    choose = random.Random(seed)
    with clickstream.connect() as connection:
        for _ in range(batches):
            rows = [
                {
                    "customer_id": choose.randint(1, 4),
                    "event_type": choose.choice(["page_view", "click", None]),
                    "country": choose.choice(["FR", "BE", None]),
                    "browser": choose.choice(["Chrome", None]),
                    "device_id": choose.choice([None, choose.randint(1, 500)]),
                    "session_id": choose.randint(1, 2000),
                }
                for _ in range(choose.randint(1, 20))
            ]
            with suppress(RolledBack), connection.transaction():
                clickstream.insert(connection, *rows)
                if choose.random() < 0.2:
                    raise RolledBack


def roll_up_until(clickstream, done):
    with clickstream.connect() as connection:
        connection.execute(PATIENT)
        while not done.is_set():
            clickstream.roll_up(connection)


def test_several_writers_and_several_callers_lose_nothing(clickstream):
    done = threading.Event()
    with ThreadPoolExecutor() as pool:
        rollups = [pool.submit(roll_up_until, clickstream, done) for _ in range(2)]
        writers = [pool.submit(write, clickstream, seed, 80) for seed in range(3)]
        for writer in writers:
            writer.result()
        done.set()
        for rollup in rollups:
            rollup.result()
    with clickstream.connect() as connection:
        clickstream.roll_up(connection)
        assert connection.execute("SELECT count(*) > 500 FROM events").fetchone()[0]
        assert clickstream.differences(connection) == {}


def wait_until_waiting(connection, pid):
    deadline = time.monotonic() + 5
    while not connection.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", (pid,)).fetchone()[0]:
        assert time.monotonic() < deadline, "nobody waits"


@pytest.mark.parametrize("outcome", ["commit", "rollback"])
def test_an_open_writer_is_waited_for(clickstream, outcome):
    with clickstream.connect() as slow, clickstream.connect() as other, ThreadPoolExecutor(1) as pool:
        slow.autocommit = False
        clickstream.insert(slow, {"device_id": 1})
        clickstream.insert(other, {"device_id": 2})
        with clickstream.connect() as caller, clickstream.connect() as watcher:
            caller.execute(PATIENT)
            rollup = pool.submit(clickstream.roll_up, caller)
            wait_until_waiting(watcher, caller.info.backend_pid)
            getattr(slow, outcome)()
            rollup.result(timeout=5)
            assert clickstream.differences(watcher) == {}
            expected = 2 if outcome == "commit" else 1
            assert watcher.execute("SELECT sum(event_count) FROM rollup_events_5min").fetchone()[0] == expected


def test_a_writer_is_not_kept_out_after_the_window(clickstream):
    with clickstream.connect() as caller, clickstream.connect() as writer:
        clickstream.insert(writer, {})
        with caller.transaction():
            caller.execute("SELECT live_aggregation()")
            writer.execute("SET lock_timeout = '1s'")
            clickstream.insert(writer, {})


@pytest.mark.parametrize("patience", ["0", "50ms"], ids=["its own patience", "the caller's"])
def test_a_lock_that_is_not_granted_is_an_error_and_moves_nothing(clickstream, patience):
    with clickstream.connect() as writer, clickstream.connect() as caller:
        writer.autocommit = False
        clickstream.insert(writer, {"device_id": 1})
        caller.execute("SELECT set_config('lock_timeout', %s, false)", (patience,))
        before = positions(caller)
        for function in ("live_aggregation", "five_minutely_aggregation", "hourly_aggregation"):
            with pytest.raises(psycopg.errors.LockNotAvailable):
                caller.execute(f"SELECT {function}()")
        assert positions(caller) == before
        writer.commit()
        clickstream.roll_up(caller)
        assert clickstream.differences(caller) == {}


def test_a_caller_without_the_right_gets_an_error_and_moves_nothing(clickstream, clerk):
    with clickstream.connect() as connection:
        clickstream.insert(connection, {})
        before = positions(connection)
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(clerk)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="events"):
            connection.execute("SELECT live_aggregation()")
        connection.execute("RESET ROLE")
        assert positions(connection) == before


@pytest.mark.parametrize("level", ["REPEATABLE_READ", "SERIALIZABLE"])
def test_an_older_snapshot_is_refused(clickstream, level):
    with clickstream.connect() as connection:
        clickstream.insert(connection, {})
        before = positions(connection)
        connection.isolation_level = psycopg.IsolationLevel[level]
        refused = pytest.raises(psycopg.errors.RaiseException, match="READ COMMITTED")
        with refused, connection.transaction():
            connection.execute("SELECT five_minutely_aggregation()")
        assert positions(connection) == before


def test_a_backlog_is_worked_off_in_slices(clickstream):
    with clickstream.connect() as connection:
        clickstream.insert(connection, *({"device_id": number} for number in range(25)))
        windows = [
            connection.execute("SELECT end_id - start_id + 1 FROM live_aggregation(10)").fetchone()[0] for _ in range(4)
        ]
        assert windows == [10, 10, 5, 0]
        clickstream.roll_up(connection)
        assert clickstream.differences(connection) == {}


def test_an_unknown_rollup_is_named(clickstream):
    with (
        clickstream.connect() as connection,
        pytest.raises(psycopg.errors.RaiseException, match="rollup named nothing"),
    ):
        connection.execute("SELECT incremental_rollup_window('nothing')")
