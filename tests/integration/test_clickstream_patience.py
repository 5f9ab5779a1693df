"""A rollup waits for an open writer, but keeps the others waiting for a moment only."""

from __future__ import annotations

import threading

import psycopg
import pytest

from tests.world import until

WAITS = "SELECT cardinality(pg_blocking_pids(%s)) > 0"


@pytest.mark.parametrize(("behind", "patience_ms"), [("0 s", 200), ("9 s", 200), ("30 s", 600), ("1 day", 1000)])
def test_the_further_behind_the_longer_it_waits(clickstream, behind, patience_ms):
    with clickstream.connect() as connection:
        asked = connection.execute("SELECT rollup_patience_ms(%s::interval)", (behind,))
        assert asked.fetchone() == (patience_ms,)


def test_an_open_writer_is_given_up_and_a_schedule_tries_again(clickstream):
    with clickstream.connect() as writer, clickstream.connect() as other, clickstream.connect() as caller:
        writer.autocommit = False
        clickstream.insert(writer, {"device_id": 1})
        with pytest.raises(psycopg.errors.LockNotAvailable):
            caller.execute("SELECT live_aggregation()")
        catching_up = threading.Thread(target=lambda: caller.execute("CALL catch_up('live_aggregation')"))
        catching_up.start()
        pid = (caller.info.backend_pid,)
        until(lambda: other.execute(WAITS, pid).fetchone()[0])
        until(lambda: not other.execute(WAITS, pid).fetchone()[0])
        # It pauses, and keeps nobody out.
        other.execute("SET lock_timeout = '1ms'")
        clickstream.insert(other, {"device_id": 2})
        writer.commit()
        catching_up.join(20)
        assert not catching_up.is_alive()
        assert other.execute("SELECT sum(event_count) FROM live_totals WHERE width = '1 hour'").fetchone() == (2,)
        clickstream.roll_up(other)
        assert clickstream.differences(other) == {}
