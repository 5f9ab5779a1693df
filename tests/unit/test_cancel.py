"""A query that runs is ended on its server by hand, and no other is."""

from __future__ import annotations

import pytest

from rtdash.errors import Unreachable
from rtdash.panels.spec import Source
from tests.unit.running import idle, running
from tests.unit.server import Server, eventually, panel


def test_the_query_of_this_panel_is_cancelled_and_its_sample_says_so(server, samples):
    server.hold("a", "b")
    with running([panel("a"), panel("b")], server, samples) as scheduler:
        scheduler.tick(0.0)
        server.until(lambda: server.now_running() == {"a", "b"})
        assert scheduler.cancel("a")
        sample = samples.wait()
        assert (sample.panel_id, sample.beside) == ("a", {"b"})
        assert sample.error.startswith("cancelled by hand after ")
        assert sample.latency_ms == pytest.approx(1000 * (sample.finished_at - sample.started_at))
        assert not sample.is_server_down
        assert (server.now_running(), server.cancelled, server.abandoned) == ({"b"}, 1, 0)
        server.release("a")
        eventually(lambda: set(scheduler.in_flight()) == {"b"})
        scheduler.tick(1.0)
        assert samples.wait(2, "a").error is None, "it is asked again"
        assert server.knocks == 3, "on a new connection"
        assert sum(connection.is_closed for connection in server.connections) == 1


def test_nothing_is_cancelled_that_does_not_run(server, samples):
    citus = panel("c").model_copy(update={"source": Source.CITUS})
    servers = {Source.DONATIONS: server, Source.CITUS: Server()}
    server.hold("connect")
    with running([panel("a"), citus], servers, samples) as scheduler:
        assert not scheduler.cancel("a"), "nothing was asked"
        scheduler.tick(0.0)
        samples.wait(1, "c")
        server.until(lambda: server.knocking)
        assert set(scheduler.in_flight()) == {"a"}
        assert not scheduler.cancel("a"), "it is not asked yet: the connection is being made"
        assert not scheduler.cancel("c"), "it has been answered"
        assert not scheduler.cancel("unknown")
        server.release()
        assert samples.wait(1, "a").error is None
    assert server.cancelled == servers[Source.CITUS].cancelled == 0


def test_an_answer_that_was_quicker_is_shown_and_its_connection_not_used_again(server, samples):
    server.hold("a")
    server.ignores_cancelling = True
    with running([panel("a")], server, samples, lanes=1) as scheduler:
        scheduler.tick(0.0)
        server.until(lambda: server.now_running() == {"a"})
        assert scheduler.cancel("a")
        server.release()
        assert samples.wait().error is None
        idle(scheduler)
        assert server.connections[0].is_closed
        scheduler.tick(1.0)
        assert samples.wait(2).error is None


def test_a_server_that_did_not_say_that_it_cancels_may_do_so_late_but_hits_no_other_query(server, samples):
    server.hold("a")
    with running([panel("a")], server, samples, lanes=1) as scheduler:
        scheduler.tick(0.0)
        server.until(lambda: server.now_running() == {"a"})
        server.refusal = Unreachable("nobody answers")
        with pytest.raises(Unreachable, match="nobody answers"):
            scheduler.cancel("a")
        server.refusal = None
        server.release()
        assert samples.wait().error is None
        idle(scheduler)
        assert server.connections[0].is_closed
        scheduler.tick(1.0)
        assert samples.wait(2).error is None
        assert server.knocks == 2


def test_an_outage_that_begins_while_a_query_is_being_cancelled_is_one(server, samples):
    server.hold("a")
    with running([panel("a")], server, samples) as scheduler:
        scheduler.tick(0.0)
        server.until(lambda: server.now_running() == {"a"})
        server.refusal = Unreachable("nobody answers")
        with pytest.raises(Unreachable, match="nobody answers"):
            scheduler.cancel("a")
        server.connections[0].abandon()
        assert samples.wait().is_server_down


def test_a_connection_that_breaks_on_being_cancelled_is_no_outage(server, samples):
    server.hold("a")
    server.ignores_cancelling = True
    with running([panel("a")], server, samples) as scheduler:
        scheduler.tick(0.0)
        server.until(lambda: server.now_running() == {"a"})
        assert scheduler.cancel("a")
        server.connections[0].abandon()
        sample = samples.wait()
        assert sample.error.startswith("cancelled by hand after ")
        assert not sample.is_server_down
