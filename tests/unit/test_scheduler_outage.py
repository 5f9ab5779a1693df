"""What becomes of panels when a server is away, a query hangs, or the dashboard ends."""

from __future__ import annotations

import time

from rtdash.errors import Unreachable
from rtdash.model.data import Stat
from rtdash.panels.spec import Source
from rtdash.scheduler.scheduler import Scheduler
from tests.unit.running import INTERVAL_S, idle, running
from tests.unit.server import Server, eventually, lane_threads_end, panel

# ── outages ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_server_that_is_away_is_knocked_at_by_one_lane_and_comes_back_by_itself(server, samples):
    server.refusal = Unreachable("nobody answers")
    specs = [panel(name) for name in "abcd"]
    with running(specs, server, samples, lanes=4) as scheduler:
        scheduler.tick(0.0)
        down = samples.wait()
        assert (down.error, down.is_server_down) == ("nobody answers", True)
        eventually(lambda: not scheduler.in_flight())  # lanes that had begun before the first failure
        before, server.most_knocking = server.knocks, 0
        scheduler.tick(INTERVAL_S)
        server.until(lambda: server.knocks >= before + 2)
        assert server.most_knocking == 1
        server.refusal = None
        scheduler.tick(2 * INTERVAL_S)
        samples.until(lambda: {sample.panel_id for sample in samples.taken if sample.data} == set("abcd"))


def test_a_broken_connection_is_replaced_while_the_other_lane_works(server, samples):
    server.hold("a")
    with running([panel("a"), panel("b")], server, samples) as scheduler:
        scheduler.tick(0.0)
        samples.wait(1, "b")
        server.until(lambda: server.now_running() == {"a"})
        hanging = next(each for each in server.connections if each.is_asking)
        hanging.abandon()  # as if the server had closed it
        assert samples.wait(1, "a").is_server_down
        server.release()
        scheduler.tick(INTERVAL_S)
        assert samples.wait(2, "a").data == Stat(1)
        assert samples.wait(2, "b").data == Stat(1)
        assert hanging.is_closed
        assert server.knocks <= 3


def test_time_spent_on_knocking_makes_no_panel_slow(server, samples):
    server.hold("connect")
    server.refusal = Unreachable("nobody answers")
    with running([panel("a", every=0.1)], server, samples) as scheduler:
        scheduler.tick(0.0)
        server.until(lambda: server.knocking)
        since = time.monotonic()
        eventually(lambda: time.monotonic() > since + 0.11)
        server.release()
        samples.wait()
        idle(scheduler)
        assert not scheduler._is_slow("a")
        assert scheduler.busy_shares() == {Source.DONATIONS: 0.0}


# ── deadline, load, end ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_watch_breaks_a_query_off_that_nobody_ends(server, samples):
    server.hold("a")
    with running([panel("a"), panel("b")], server, samples, deadline_s=0.1) as scheduler:
        scheduler.tick(0.0)
        assert samples.wait(1, "a").error == "no answer within 0.1 s; the connection was given up"
        assert server.abandoned == 1
        assert samples.wait(1, "b").data == Stat(1)


def test_the_dashboard_knows_what_share_of_a_servers_time_it_takes(samples):
    servers = {Source.DONATIONS: Server(), Source.CITUS: Server()}
    servers[Source.DONATIONS].hold("a")
    with running([panel("a")], servers, samples) as scheduler:
        scheduler.tick(0.0)
        servers[Source.DONATIONS].until(lambda: servers[Source.DONATIONS].now_running())
        start = time.monotonic()
        scheduler.busy_shares()
        since = time.monotonic()
        eventually(lambda: time.monotonic() > since + 0.05)
        servers[Source.DONATIONS].release()
        sample = samples.wait()
        shares = scheduler.busy_shares()
        took_s = sample.finished_at - sample.started_at
        assert took_s / (time.monotonic() - start) <= shares[Source.DONATIONS] <= took_s / (sample.finished_at - since)
        assert shares[Source.CITUS] == 0.0
        assert scheduler.busy_shares() == {Source.DONATIONS: 0.0, Source.CITUS: 0.0}


def test_stopping_ends_every_thread_also_while_queries_hang(server, samples):
    server.hold("a", "b", "heavy")
    with lane_threads_end():
        scheduler = Scheduler(
            [panel("a"), panel("b"), panel("c"), panel("heavy", every=5.0)],
            {Source.DONATIONS: server.connect},
            interval_s=INTERVAL_S,
            lanes=2,
            deadline_s=100.0,
            variables={},
        )
        scheduler.start(samples)
        scheduler.tick(0.0)
        server.until(lambda: server.now_running() == {"a", "b", "heavy"})
        before = time.monotonic()
        scheduler.stop()
        assert time.monotonic() - before < 2.0
        assert samples.taken == [], "nothing is delivered afterwards"
    assert all(connection.is_closed for connection in server.connections)
    scheduler.tick(INTERVAL_S)
    scheduler.stop()
    assert samples.taken == []


def test_a_scheduler_that_never_started_can_be_stopped(server):
    Scheduler(
        [panel("a")], {Source.DONATIONS: server.connect}, interval_s=1, lanes=2, deadline_s=5, variables={}
    ).stop()
    assert server.knocks == 0
