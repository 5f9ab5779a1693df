"""One job a panel, each lane its kind; an outage is probed by one lane, sooner at first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from rtdash.errors import Refused, Unreachable
from rtdash.model.latency import MOST
from rtdash.scheduler.job import Job
from rtdash.scheduler.outage import Outage
from rtdash.scheduler.queue import LaneKind, LaneQueue
from tests.unit.server import panel

DOWN = Unreachable("nobody answers")


def job(panel_id: str, every: float | None = None) -> Job:
    return Job(panel(panel_id, every=every), {}, 0.0, 5.0)


class Clock:
    """Stands still; a queue that waits moves it on. Ends the wait of a queue that would wait for ever."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float | None] = []
        self.on_wait: Callable[[], None] = lambda: None

    def __call__(self) -> float:
        return self.now

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None

    def notify_all(self) -> None:
        return None

    def wait(self, timeout: float | None) -> None:
        assert len(self.waits) < 20, f"the queue spins: {self.waits}"
        self.waits.append(timeout)
        self.now += timeout or 0.0
        self.on_wait()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slow() -> set[str]:
    return set()


@pytest.fixture
def queue(clock: Clock, slow: set[str]) -> LaneQueue:
    made = LaneQueue(slow.__contains__, clock)
    made._changed = clock  # type: ignore[assignment]
    clock.on_wait = lambda: made.close() if clock.waits[-1] is None else None
    return made


def taken(queue: LaneQueue, lane: str = "a", kind: LaneKind = LaneKind.ANY) -> str | None:
    got = queue.take(lane, kind)
    return None if got is None else got.spec.id


# ── single flight, kinds ──────────────────────────────────────────────────────────────────────────────────────────────


def test_first_due_first_asked(queue):
    for name in ("b", "a", "c"):
        assert queue.put(job(name))
    assert [taken(queue) for _ in range(3)] == ["b", "a", "c"]


def test_a_panel_is_queued_or_in_flight_once(queue, clock):
    one = job("a")
    assert queue.put(one)
    assert not queue.put(job("a")), "it is queued"
    clock.now = 107.5
    assert taken(queue) == "a"
    assert not queue.put(job("a")), "it is in flight"
    assert queue.in_flight() == {"a": 107.5}
    queue.done(one)
    assert queue.in_flight() == {}
    assert queue.put(job("a"))


def test_what_was_skipped_is_told_once_and_of_an_outage_no_more_than_an_hour_s_worth(queue):
    for at in range(MOST + 5):
        queue.put(replace(job("a"), queued_at=float(at)))
    assert queue.take_missed("a") == [float(at) for at in range(5, MOST + 5)]
    assert queue.take_missed("a") == []


def test_what_is_dropped_is_not_asked_and_what_it_has_missed_is_nobody_s(queue):
    for name in ("a", "b", "a"):
        queue.put(job(name))
    queue.drop(["a", "unknown"])
    assert queue.take_missed("a") == []
    assert taken(queue) == "b"
    assert queue.put(job("a")), "it may be asked again"


def test_what_is_in_flight_is_not_dropped_nor_what_it_makes_others_miss(queue):
    for _ in "12":
        queue.put(job("a"))
        if not queue.in_flight():
            taken(queue)
    queue.drop(["a"])
    assert set(queue.in_flight()) == {"a"}
    assert queue.take_missed("a") == [0.0]


def test_what_ran_beside_is_all_that_ran_at_any_time_of_it(queue):
    jobs = {name: job(name) for name in "abcd"}
    for one in jobs.values():
        queue.put(one)
    assert [taken(queue) for _ in "ab"] == ["a", "b"]
    queue.done(jobs["a"])
    assert taken(queue) == "c"
    queue.done(jobs["c"])
    assert queue.beside("b") == {"a", "c"}
    assert queue.beside("a") == queue.beside("c") == frozenset()
    queue.done(jobs["b"])
    assert taken(queue) == "d"
    assert queue.beside("d") == frozenset()


def test_a_lane_waits_while_there_is_nothing(queue, clock):
    clock.on_wait = lambda: queue.put(job("late"))
    assert taken(queue) == "late"
    assert clock.waits == [None]


def test_a_closed_queue_sends_the_lanes_home(queue):
    queue.put(job("a"))
    queue.close()
    assert taken(queue) is None


@pytest.mark.parametrize(
    ("kind", "takes"),
    [(LaneKind.FAST, ["fast"]), (LaneKind.ANY, ["slow", "fast"]), (LaneKind.APART, ["heavy"])],
)
def test_each_lane_takes_its_kind(queue, slow, kind, takes):
    slow.add("slow")
    for one in (job("heavy", every=5.0), job("slow"), job("fast")):
        queue.put(one)
    assert [taken(queue, kind=kind) for _ in takes] == takes
    assert taken(queue, kind=kind) is None, "the rest is not for it"


# ── outages ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def outage(queue: LaneQueue, error: Exception = DOWN) -> None:
    queue.put(job("first"))
    taken(queue, "a")
    queue.fails("a", error)


def test_the_server_is_tried_again_after_a_quarter_a_half_and_then_each_second(queue, clock):
    outage(queue)
    for name in ("second", "third", "fourth", "fifth"):
        queue.put(job(name))
        assert taken(queue) == name
        queue.fails("a", DOWN)
    assert clock.waits == [0.25, 0.5, 1.0, 1.0]


def test_refused_credentials_are_not_hammered_at(queue, clock):
    outage(queue, Refused("no such password"))
    queue.put(job("second"))
    taken(queue)
    queue.fails("a", Refused("no such password"))
    queue.put(job("third"))
    taken(queue)
    assert clock.waits == [15.0, 15.0]


def test_an_answer_ends_the_outage_and_its_count(queue, clock):
    outage(queue)
    queue.put(job("second"))
    taken(queue)
    queue.answers()
    queue.put(job("third"))
    assert taken(queue, "b") == "third"
    assert clock.waits == [0.25], "nobody waits any more"
    queue.fails("b", DOWN)
    queue.put(job("fourth"))
    taken(queue)
    assert clock.waits == [0.25, 0.25], "the next outage begins anew"


def test_one_lane_probes_and_the_others_wait_for_it(queue, clock):
    outage(queue)
    for name in ("second", "third"):
        queue.put(job(name))
    clock.now += 0.25
    assert taken(queue, "b") == "second"
    assert taken(queue, "a") is None
    assert clock.waits == [None], "it waits to be told"


def test_a_late_failure_of_another_lane_changes_nothing(queue, clock):
    outage(queue)
    for name in ("second", "third", "fourth"):
        queue.put(job(name))
    clock.now += 0.25
    assert taken(queue, "b") == "second"
    queue.fails("a", DOWN)  # its query had hung since before the outage
    assert taken(queue, "a") is None, "b still probes"
    assert clock.waits == [None]


def test_two_lanes_that_fail_together_are_one_failure(queue, clock):
    outage(queue)
    queue.fails("b", DOWN)
    queue.put(job("second"))
    taken(queue)
    assert clock.waits == [0.25]


def test_another_lanes_answer_ends_the_outage_at_once(queue, clock):
    for name in ("broken", "works", "next"):
        queue.put(job(name))
    taken(queue, "a")
    taken(queue, "b")
    queue.fails("a", DOWN)
    queue.answers()
    assert taken(queue, "a") == "next"
    assert clock.waits == []


@pytest.mark.parametrize("kind", [LaneKind.APART, LaneKind.FAST])
def test_a_lane_that_has_nothing_to_probe_with_waits_quietly(queue, clock, slow, kind):
    outage(queue)
    slow.add("slow")
    queue.put(job("slow"))
    assert taken(queue, "c", kind) is None
    assert clock.waits == [0.25, None]


# ── times of an outage ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_outage_has_times():
    one = Outage()
    assert not one.is_on
    assert one.wait_s(5.0) == 0.0
    one.failed(DOWN, 5.0)
    assert one.is_on
    assert one.wait_s(5.0) == 0.25
    assert one.wait_s(5.125) == 0.125
    assert one.wait_s(9.0) == 0.0
    one.ended()
    assert not one.is_on
