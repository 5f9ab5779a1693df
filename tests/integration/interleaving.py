"""Writers and callers of the rollups in any order, as hypothesis chooses it; what was committed is counted once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from clickstream import ROLLUPS, Clickstream
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from psycopg import sql

from tests.world import until

WRITERS, CALLERS = 3, 2
NAMES = dict(zip(ROLLUPS, ("live", "rollup_events_5min", "rollup_events_1hr"), strict=True))
TABLES = ("events", "rollup_events_5min", "rollup_events_1hr", "live_customers", "live_breakdowns", "live_totals")
ZONES = st.sampled_from(["UTC", "America/New_York", "Europe/London", "Asia/Kathmandu", "Pacific/Kiritimati"])

# Microseconds around the boundary of a bucket, and anywhere in it.
_OFFSETS_US = st.sampled_from([0, -1, 1, -100, -149, -150, -151, 150]) | st.integers(0, 300_000_000)
_IDS = st.none() | st.integers(1, 8) | st.sampled_from([-(2**63), 2**63 - 1])
_ROWS = st.fixed_dictionaries(
    {
        "buckets_late": st.integers(0, 12) | st.integers(0, 260),
        "offset_us": _OFFSETS_US,
        "customer_id": st.integers(1, 3),
        "event_type": st.sampled_from(["page_view", "click", "", None]),
        "country": st.sampled_from(["FR", "BE", None]),
        "browser": st.sampled_from(["Chrome", None]),
        "device_id": _IDS,
        "session_id": _IDS | st.integers(),
    }
)


def event(row: dict[str, Any]) -> dict[str, Any]:
    """A drawn row as an event; late by up to 22 hours, as the live buckets of 5 minutes are kept for a day."""
    late = timedelta(minutes=5) * row.pop("buckets_late")
    this_hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    row["event_time"] = this_hour - late + timedelta(microseconds=row.pop("offset_us"))
    row["session_id"] = row["session_id"] and max(-(2**63), min(row["session_id"], 2**63 - 1))
    return row


EVENTS = st.lists(_ROWS.map(event), min_size=1, max_size=6)


class Sessions:
    """Connections for all examples of a test: writers that commit when told, callers, one that only looks."""

    def __init__(self, clickstream: Clickstream, clerk: str | None, *, own_database: bool) -> None:
        self.clickstream = clickstream
        self.clerk = clerk
        self.own_database = own_database
        self.watcher = self.open()
        self.watcher.autocommit = True
        self.database = self.watcher.info.dbname
        self.writers = [self.open() for _ in range(WRITERS)]
        self.callers = [self.open() for _ in range(CALLERS)]

    def open(self) -> psycopg.Connection[Any]:
        """Without the time zone that rtdash itself would set."""
        return psycopg.connect(self.clickstream.dsn.get_secret_value())

    def renew(self) -> None:
        """One writer and one caller come back, and find what the server's settings are now."""
        for sessions in (self.writers, self.callers):
            sessions.pop().close()
            sessions.insert(0, self.open())

    def close(self) -> None:
        for session in (*self.writers, *self.callers, self.watcher):
            session.close()


class Interleaving(RuleBasedStateMachine):
    """A step is a statement of one of the sessions; in the end everything is rolled up and compared with raw."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__()
        self.sessions = sessions
        self.watcher = sessions.watcher
        self.last_batch: list[dict[str, Any]] = []
        self.open_writers: set[int] = set()
        self.held: dict[int, set[str]] = {caller: set() for caller in range(CALLERS)}
        for table in TABLES:
            self.watcher.execute(f"DELETE FROM {table}")
        self.watcher.execute(
            "UPDATE rollups SET last_aggregated_id = coalesce(pg_sequence_last_value('events_event_id_seq'), 0)"
        )

    @rule(writer=st.integers(0, WRITERS - 1), events=EVENTS, commit=st.booleans())
    def write(self, writer, events, commit):
        self.last_batch = events
        self.sessions.clickstream.insert(self.sessions.writers[writer], *events)
        self.open_writers.add(writer)
        if commit:
            self.finish(writer, "commit")

    @precondition(lambda self: self.last_batch)
    @rule(writer=st.integers(0, WRITERS - 1))
    def write_the_same_again(self, writer):
        self.write(writer, self.last_batch, True)

    @precondition(lambda self: self.open_writers)
    @rule(data=st.data(), outcome=st.sampled_from(["commit", "rollback"]))
    def finish_a_writer(self, data, outcome):
        self.finish(data.draw(st.sampled_from(sorted(self.open_writers))), outcome)

    @rule(
        caller=st.integers(0, CALLERS - 1),
        function=st.sampled_from(ROLLUPS),
        most=st.integers(1, 8) | st.just(1000),
        then=st.sampled_from(["commit", "rollback", "hold"]),
    )
    def roll_up(self, caller, function, most, then):
        """One window by a caller who does not wait: an error, nothing moved, when somebody is in the way."""
        session = self.sessions.callers[caller]
        session.execute("SET LOCAL lock_timeout = '20ms'")
        before = self.position(function)
        if self.held_by_another(caller, function) or (self.open_writers and self.is_behind(function, session)):
            with pytest.raises(psycopg.errors.LockNotAvailable):
                session.execute(f"SELECT {function}(%s)", (most,))
            self.end_caller(caller, "rollback")
            assert self.position(function) == before
        else:
            session.execute(f"SELECT {function}(%s)", (most,))
            self.held[caller].add(function)
            if then != "hold":
                self.end_caller(caller, then)

    @precondition(lambda self: self.open_writers and not any(self.held.values()))
    @rule(function=st.sampled_from(ROLLUPS), outcomes=st.lists(st.sampled_from(["commit", "rollback"]), min_size=3))
    def roll_up_as_soon_as_the_writers_are_done(self, function, outcomes):
        caller = self.sessions.callers[0]
        if not self.is_behind(function, caller):
            caller.rollback()
            return
        caller.execute("SET LOCAL lock_timeout = '10s'")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(caller.execute, f"SELECT {function}(1000)")
            try:
                blocked = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
                until(lambda: self.watcher.execute(blocked, (caller.info.backend_pid,)).fetchone()[0])
            finally:
                for writer, outcome in zip(sorted(self.open_writers), outcomes, strict=False):
                    self.finish(writer, outcome)
            waiting.result(timeout=5)
        caller.commit()

    @precondition(lambda self: self.sessions.clerk and not any(self.held.values()))
    @rule(function=st.sampled_from(ROLLUPS))
    def roll_up_without_the_right(self, function):
        caller = self.sessions.callers[0]
        before = self.position(function)
        caller.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(self.sessions.clerk)))
        if self.is_behind(function, caller):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                caller.execute(f"SELECT {function}()")
        caller.rollback()
        assert self.position(function) == before

    @rule(writer=st.integers(0, WRITERS - 1), caller=st.integers(0, CALLERS - 1), zone=ZONES)
    def change_the_time_zone_of_sessions(self, writer, caller, zone):
        for session in (self.sessions.writers[writer], self.sessions.callers[caller]):
            session.execute("SELECT set_config('timezone', %s, false)", (zone,))

    @precondition(lambda self: self.sessions.own_database and not self.open_writers and not any(self.held.values()))
    @rule(zone=ZONES)
    def change_the_time_zone_of_the_server(self, zone):
        statement = sql.SQL("ALTER DATABASE {} SET timezone = {}")
        self.watcher.execute(statement.format(sql.Identifier(self.sessions.database), sql.Literal(zone)))
        self.sessions.renew()

    def finish(self, writer: int, outcome: str) -> None:
        getattr(self.sessions.writers[writer], outcome)()
        self.open_writers.discard(writer)

    def end_caller(self, caller: int, outcome: str) -> None:
        getattr(self.sessions.callers[caller], outcome)()
        self.held[caller].clear()

    def held_by_another(self, caller: int, function: str) -> bool:
        return any(function in functions for other, functions in self.held.items() if other != caller)

    def is_behind(self, function: str, session: psycopg.Connection[Any]) -> bool:
        query = "SELECT coalesce(pg_sequence_last_value('events_event_id_seq'), 0) > last_aggregated_id FROM rollups"
        return session.execute(f"{query} WHERE name = %s", (NAMES[function],)).fetchone()[0]

    def position(self, function: str) -> int:
        query = "SELECT last_aggregated_id FROM rollups WHERE name = %s"
        return self.watcher.execute(query, (NAMES[function],)).fetchone()[0]

    def teardown(self):
        for session in (*self.sessions.callers, *self.sessions.writers):
            with suppress(psycopg.OperationalError):
                session.rollback()
        self.sessions.clickstream.roll_up(self.watcher)
        assert self.sessions.clickstream.differences(self.watcher) == {}
        assert self.top("SELECT device_id, count(*) FROM events WHERE device_id IS NOT NULL GROUP BY 1") == self.top(
            """SELECT item, frequency FROM (
                SELECT topn_union_agg(top_devices_1000) AS counters FROM live_customers WHERE width = '1 hour'
            ) AS united CROSS JOIN LATERAL topn(counters, 1000)"""
        )

    def top(self, query: str) -> list[int]:
        """Counts of the ten devices with most events; who comes tenth of equals is open."""
        counts = [count for _, count in self.watcher.execute(query).fetchall()]
        return sorted(counts, reverse=True)[:10]
