"""Chores go on, through new connections when they must, until they are stopped; a writer hands on what went wrong."""

from __future__ import annotations

import threading

import pytest

from rtdash.errors import Busy, Unreachable
from rtdash.ingest.chore import BUSY_S, Chore
from rtdash.ingest.writer import Writer


class Stop(threading.Event):
    """Never really waits, and remembers for how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return self.is_set()


class Connection:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_a_chore_repeats_at_once_while_there_is_more_and_reconnects_after_an_error():
    stop, opened, script = Stop(), [], [True, False, Unreachable("away"), Unreachable("away"), True, False]

    def connect() -> Connection:
        opened.append(Connection())
        return opened[-1]

    def work(connection: Connection) -> bool:
        assert connection is opened[-1]
        assert not connection.closed
        step = script.pop(0)
        if not script:
            stop.set()
        if isinstance(step, Exception):
            raise step
        return step

    Chore("chore", 60.0, connect, work).run(stop)
    assert len(opened) == 3
    assert all(connection.closed for connection in opened)
    assert [round(wait, 2) for wait in stop.waits] == [60, 0.25, 0.5, 60]


@pytest.mark.parametrize(("every_s", "pause_s"), [(1.0, 1.0), (3600.0, BUSY_S)])
def test_a_chore_that_is_in_the_way_pauses_and_keeps_its_connection(every_s, pause_s):
    stop, opened, script = Stop(), [], [Busy("locked"), Busy("locked"), True, Busy("locked"), False]

    def connect() -> Connection:
        opened.append(Connection())
        return opened[-1]

    def work(connection: Connection) -> bool:
        assert not connection.closed
        step = script.pop(0)
        if not script:
            stop.set()
        if isinstance(step, Exception):
            raise step
        return step

    Chore("chore", every_s, connect, work).run(stop)
    assert len(opened) == 1
    assert stop.waits[:3] == [pause_s] * 3
    assert stop.waits[3] == pytest.approx(every_s, rel=0.1)


def test_a_chore_survives_a_server_that_is_not_there():
    stop = Stop()
    attempts = []

    def connect() -> Connection:
        attempts.append(1)
        if len(attempts) == 3:
            stop.set()
        raise Unreachable("nobody")

    Chore("chore", 1.0, connect, lambda _: False).run(stop)
    assert stop.waits == [0.25, 0.5]


def test_only_a_connection_that_is_at_work_is_interrupted():
    cancelled, stop = [], Stop()

    def work(_: Connection) -> bool:
        chore.interrupt()
        stop.set()
        return False

    chore = Chore("chore", 1.0, Connection, work, cancelled.append)
    chore.interrupt()
    assert cancelled == []
    chore.run(stop)
    assert len(cancelled) == 1
    chore.interrupt()
    assert len(cancelled) == 1


def test_a_writer_works_in_order_and_hands_on_what_went_wrong():
    done: list[int] = []
    with Writer("writer") as writer:
        futures = [writer.submit(lambda number=number: done.append(number)) for number in range(5)]
        broken = writer.submit(lambda: done.index(99))
        after = writer.submit(lambda: done.append(5))
        with pytest.raises(ValueError, match="99 is not in list"):
            broken.result(5)
        after.result(5)
        assert all(future.done() for future in futures)
    assert done == list(range(6))
