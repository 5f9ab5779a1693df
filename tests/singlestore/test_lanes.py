"""The scheduler's lanes on SingleStore: what becomes of queries that take too long, and of first ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from rtdash.panels.spec import Source
from rtdash.scheduler.scheduler import Scheduler
from rtdash.sources.donations import DonationsConnection
from tests.singlestore.peer import Peer
from tests.singlestore.wire import Rows
from tests.unit.server import Samples, eventually, lane_threads_end, panel

ONE = Rows(("value",), [(1,)])


@contextmanager
def running(peer: Peer, *panel_ids: str, deadline_s: float) -> Iterator[tuple[Scheduler, Samples]]:
    """A scheduler with panels whose queries are their names; it is stopped at the end."""
    samples = Samples()
    connectors = {Source.DONATIONS: partial(DonationsConnection, peer.dsn())}
    specs = [panel(name) for name in panel_ids]
    with lane_threads_end():
        scheduler = Scheduler(specs, connectors, interval_s=0.25, lanes=1, deadline_s=deadline_s, variables={})
        scheduler.start(samples)
        try:
            yield scheduler, samples
        finally:
            scheduler.stop()


def ask(scheduler: Scheduler, samples: Samples, panel_id: str) -> None:
    """One more sample of a panel."""
    count = len(samples.of(panel_id))
    scheduler.ask_now([panel_id])
    eventually(lambda: (scheduler.tick(time.monotonic()), len(samples.of(panel_id)) > count)[1])


def test_a_query_past_its_deadline_is_killed_and_the_server_is_not_away(peer):
    peer.tell("^quick$", ONE)
    peer.hold("^slow$")
    with running(peer, "slow", "quick", deadline_s=0.2) as (scheduler, samples):
        scheduler.tick(time.monotonic())
        sample = samples.wait(1, "slow")
        assert sample.error == "donations database: no answer within 0.2 s; the query was ended by KILL QUERY"
        assert not sample.is_server_down
        assert sample.latency_ms >= 200, "it counts as the slowest of all"
        assert samples.wait(1, "quick").error is None, "asked at once, on a new connection"
    slow, kill = peer.statements("^slow$")[0], peer.statements("^KILL")[0]
    assert kill.statement.startswith(f"KILL QUERY {slow.connection} ")
    peer.until(lambda: not peer.holds() and not peer.open_connections)


def test_a_query_is_killed_when_the_dashboard_is_left(peer):
    peer.hold("^slow$")
    with running(peer, "slow", deadline_s=100.0) as (scheduler, samples):
        scheduler.tick(time.monotonic())
        slow = peer.wait_for("^slow$")
        scheduler.stop()
        # The lane's thread has done it: nothing is left to the end of the process.
        (kill,) = peer.statements("^KILL")
        assert kill.statement.startswith(f"KILL QUERY {slow.connection} ")
        assert samples.taken == []
    peer.until(lambda: not peer.holds() and not peer.open_connections)


def test_a_query_that_the_driver_still_waits_for_is_killed_by_the_watch(peer):
    """The driver's time-out is for each packet: an answer may take longer, and the watch over the lanes ends it."""
    peer.tell("^slow$", ONE)
    peer.hold("^slow$")
    with running(peer, "slow", deadline_s=100.0) as (scheduler, samples):
        scheduler.tick(time.monotonic())
        slow = peer.wait_for("^slow$")
        for lane in scheduler._lanes:
            lane.check_deadline(time.monotonic() + 1000)
        peer.wait_for("^KILL QUERY ")
        assert peer.statements("^KILL")[0].statement.startswith(f"KILL QUERY {slow.connection} ")
        assert "the connection was given up" in (samples.wait(1, "slow").error or "")


def test_the_first_sample_of_each_panel_is_kept_out(peer):
    peer.tell("^[ab]$", ONE)
    with running(peer, "a", "b", deadline_s=5.0) as (scheduler, samples):
        for panel_id in "abab":
            ask(scheduler, samples, panel_id)
        assert [sample.is_first for sample in samples.of("a")][:2] == [True, False]
        assert [sample.is_first for sample in samples.of("b")][:2] == [True, False]


def test_leaving_closes_every_session(peer):
    peer.tell("^[ab]$", ONE)
    with running(peer, "a", "b", deadline_s=5.0) as (scheduler, samples):
        ask(scheduler, samples, "a")
        ask(scheduler, samples, "b")
    peer.until(lambda: not peer.open_connections)
