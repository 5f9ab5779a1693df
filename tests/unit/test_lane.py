"""A lane delivers one sample for each job, whatever happens, and outlives any query."""

from __future__ import annotations

import logging
import time

import pytest

from rtdash.errors import Overdue, Refused, SourceError, Unreachable
from rtdash.model.data import Stat
from rtdash.model.shards import Shards
from rtdash.scheduler.job import Job
from rtdash.scheduler.lane import GRACE_S
from rtdash.scheduler.queue import LaneQueue
from rtdash.sources.connection import Answer
from tests.unit.lanes import DEADLINE_S, ask
from tests.unit.server import Server, eventually, panel

# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("lane")
def test_an_answer_is_a_sample(server, queue, samples):
    before = time.monotonic()
    sample = ask(queue, samples)
    assert (sample.panel_id, sample.data, sample.error) == ("a", Stat(1), None)
    assert (sample.execute_ms, sample.fetch_ms, sample.latency_ms) == (2.0, 0.5, 2.5)
    assert before <= sample.started_at <= sample.finished_at <= time.monotonic()
    assert min(sample.waited_ms, sample.connect_ms, sample.decode_ms) >= 0.0
    assert sample.variables == {"customer_id": 3}
    assert server.asked == [("a", {"customer_id": 3}, DEADLINE_S)]


@pytest.mark.usefixtures("lane")
def test_only_the_first_sample_of_a_connection_is_marked(server, queue, samples):
    assert [ask(queue, samples).is_first for _ in range(3)] == [True, False, False]
    assert server.knocks == 1
    server.breaks()
    server.refusal = None
    assert ask(queue, samples).is_server_down
    assert [ask(queue, samples).is_first for _ in range(2)] == [True, False]
    assert server.knocks == 2


@pytest.mark.usefixtures("lane")
def test_the_first_run_of_a_query_that_the_server_compiles_is_marked(server, queue, samples):
    assert ask(queue, samples).is_first
    server.answers["b"] = Answer(("value",), [(1,)], 2.0, 0.5, is_interpreted=True)
    assert ask(queue, samples, "b").is_first
    server.answers["b"] = Answer(("value",), [(1,)], 2.0, 0.5)
    assert not ask(queue, samples, "b").is_first


@pytest.mark.usefixtures("lane")
def test_connecting_is_not_latency(queue, samples):
    first, second = ask(queue, samples), ask(queue, samples)
    assert first.connect_ms > 0.0
    assert second.connect_ms == 0.0
    assert first.latency_ms == second.latency_ms == 2.5


@pytest.mark.usefixtures("lane")
def test_how_many_shards_answered_is_told(server, queue, samples):
    assert ask(queue, samples).shards is None
    server.answers["a"] = Answer(("value",), [(1,)], 2.0, 0.5, Shards(32, is_all=True))
    assert ask(queue, samples).shards == Shards(32, is_all=True)


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("lane")
@pytest.mark.parametrize(
    ("answer", "said", "is_kept"),
    [
        (SourceError("division by zero"), "division by zero", True),
        (Refused("no such table"), "no such table", True),
        (Overdue("no answer within 5 s"), "no answer within 5 s", False),
        (RuntimeError("the driver's secret"), "RuntimeError (see the log)", False),
        (
            Answer(("wrong",), [(1,)], 1, 1),
            "a.sql: draw stat wants columns value[, label]; the query gives wrong",
            True,
        ),
        (Answer(("value",), [("seven",)], 1, 1), "a.sql: value is 'seven', not a number", True),
        (Answer(("value",), [()], 1, 1), "IndexError (see the log)", False),
    ],
)
def test_an_error_is_a_sample_and_the_lane_lives_on(server, queue, samples, caplog, answer, said, is_kept):
    server.answers["a"] = answer
    with caplog.at_level(logging.ERROR, "rtdash"):
        sample = ask(queue, samples)
    assert (sample.error, sample.data, sample.is_server_down) == (said, None, False)
    assert sample.variables == {"customer_id": 3}
    assert bool(caplog.records) is said.endswith("(see the log)"), "what is nobody's doing is logged"
    assert server.connections[0].is_closed is not is_kept
    assert ask(queue, samples, "b").data == Stat(1)
    assert server.knocks == (1 if is_kept else 2)


@pytest.mark.usefixtures("lane")
@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Unreachable("nobody answers"), "nobody answers"),
        (SourceError("too many connections"), "too many connections"),
        (RuntimeError("the driver's secret"), "RuntimeError (see the log)"),
    ],
)
def test_a_connection_that_cannot_be_made_is_the_servers_error(server, queue, samples, refusal, said):
    server.refusal = refusal
    sample = ask(queue, samples)
    assert (sample.error, sample.is_server_down, sample.data) == (said, True, None)
    assert queue._outage.is_on, "it is tried again after a while, not at once"
    server.refusal = None
    assert ask(queue, samples).data == Stat(1)
    assert not queue._outage.is_on


@pytest.mark.usefixtures("lane")
def test_a_connection_that_breaks_is_the_servers_error(server, queue, samples):
    ask(queue, samples)
    server.hold("a")
    queue_size = len(samples.taken)
    eventually(lambda: queue.put(Job(panel("a"), {}, time.monotonic(), DEADLINE_S)))
    server.until(lambda: server.now_running() == {"a"})
    server.breaks()
    sample = samples.wait(queue_size + 1)
    assert (sample.error, sample.is_server_down) == ("the connection broke", True)
    assert server.connections[0].is_closed


@pytest.mark.usefixtures("lane")
def test_a_connection_that_will_not_even_close(server, queue, samples):
    ask(queue, samples)
    server.connections[0].refuses_to_close = True
    server.answers["a"] = RuntimeError()
    assert ask(queue, samples).error == "RuntimeError (see the log)"
    assert ask(queue, samples, "b").data == Stat(1)


# ── deadlines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def hang(server: Server, queue: LaneQueue) -> tuple[float, float]:
    """A query hangs; it was asked between the two times."""
    server.hold("a")
    before = time.monotonic()
    queue.put(Job(panel("a"), {}, before, DEADLINE_S))
    server.until(lambda: server.now_running() == {"a"})
    return before, time.monotonic()


def test_a_query_is_broken_off_after_its_deadline_and_a_grace(lane, server, queue, samples):
    earliest, latest = hang(server, queue)
    lane.check_deadline(earliest + DEADLINE_S + GRACE_S)
    assert server.abandoned == 0, "not before"
    lane.check_deadline(latest + DEADLINE_S + GRACE_S + 0.001)
    assert server.abandoned == 1
    sample = samples.wait()
    assert sample.error == "no answer within 100 s; the connection was given up"
    assert not sample.is_server_down, "the other panels may well be answered"
    lane.check_deadline(latest + 1000)
    assert server.abandoned == 1
    assert server.connections[0].is_closed
    assert ask(queue, samples, "b").data == Stat(1)


@pytest.mark.usefixtures("lane")
def test_a_drivers_own_time_out_past_the_deadline_is_no_outage(server, queue, samples):
    server.answers["a"] = Unreachable("lost connection during query")
    sample = ask(queue, samples, deadline_s=0.0)
    assert sample.error == "no answer within 0 s; the connection was given up"
    assert not sample.is_server_down


def test_an_answer_in_time_sets_the_watch_back(lane, queue, samples, server):
    ask(queue, samples)
    lane.check_deadline(time.monotonic() + 1000)
    assert server.abandoned == 0


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_query_that_hangs_is_broken_off_and_delivers_nothing(lane, server, queue, samples):
    hang(server, queue)
    queue.close()
    lane.break_off()
    assert lane.join(5.0)
    assert samples.taken == []
    assert server.connections[0].is_closed


def test_a_connection_that_is_being_made_asks_nothing_any_more(lane, server, queue, samples):
    server.hold("connect")
    queue.put(Job(panel("a"), {}, time.monotonic(), DEADLINE_S))
    server.until(lambda: server.knocking)
    queue.close()
    lane.break_off()
    assert not lane.join(0.0)
    server.release()
    assert lane.join(5.0)
    assert server.asked == []
    assert samples.taken == []
    assert server.connections[0].is_closed


def test_an_idle_lane_ends_and_closes_its_connection(lane, server, queue, samples):
    ask(queue, samples)
    queue.close()
    lane.break_off()
    assert lane.join(5.0)
    assert server.connections[0].is_closed


# ── polls that were left out ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("lane")
def test_a_sample_carries_how_long_each_missed_poll_has_waited(server, queue, samples):
    server.hold("a")
    due = Job(panel("a"), {}, time.monotonic(), DEADLINE_S)
    assert queue.put(due)
    missed_at = [time.monotonic(), time.monotonic() + 0.25]
    for at in missed_at:
        assert not queue.put(Job(panel("a"), {}, at, DEADLINE_S))
    server.release()
    sample = samples.wait(1)
    assert sample.missed_ms == tuple(1000 * (sample.finished_at - at) for at in missed_at)
    assert ask(queue, samples).missed_ms == ()


@pytest.mark.usefixtures("lane")
def test_polls_that_were_missed_while_the_server_was_away_wait_for_its_answer(server, queue, samples):
    server.answers["a"] = Unreachable("gone")
    server.hold("a")
    assert queue.put(Job(panel("a"), {}, time.monotonic(), DEADLINE_S))
    missed_at = time.monotonic()
    assert not queue.put(Job(panel("a"), {}, missed_at, DEADLINE_S))
    server.release()
    assert samples.wait(1).missed_ms == (), "a failed connection is no answer"
    del server.answers["a"]
    answer = ask(queue, samples)
    assert answer.missed_ms == (1000 * (answer.finished_at - missed_at),)
