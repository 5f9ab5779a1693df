"""The lab is asked to end: what runs is broken off, and what is about to run does not begin."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from rtdash.errors import Overdue, Unreachable
from rtdash.lab import stop as lab_stop
from rtdash.lab.stop import Stop, Stopped


class Connection:
    """Writes down what is done to it."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.done: list[str] = []
        self._trouble = trouble

    def cancel(self) -> None:
        self.done.append("cancel")
        if self._trouble:
            raise self._trouble

    def abandon(self) -> None:
        self.done.append("abandon")


def test_a_statement_that_runs_is_ended_and_its_error_is_the_end():
    stop, connection = Stop(), Connection()

    def run() -> None:
        with stop.ends(connection):
            stop.ask()
            raise Overdue("interrupted")

    with pytest.raises(Stopped):
        run()
    assert connection.done == ["cancel"]
    stop.ask()
    assert connection.done == ["cancel"]


def test_no_statement_begins_any_more():
    stop, connection = Stop(), Connection()
    stop.ask()
    with pytest.raises(Stopped), stop.ends(connection):
        connection.done.append("begun")
    assert connection.done == []


def test_an_error_that_nobody_asked_for_stays_what_it_is():
    stop = Stop()
    with pytest.raises(Unreachable), stop.ends(Connection()):
        raise Unreachable("gone")


def test_one_that_ends_by_itself_meanwhile_is_no_trouble_and_one_that_goes_on_is(caplog: pytest.LogCaptureFixture):
    class Leaving(Connection):
        def cancel(self) -> None:
            statements.close()
            raise Unreachable("Unknown thread id")

    stop, statements = Stop(), ExitStack()
    statements.enter_context(stop.ends(Leaving()))
    with stop.ends(Connection(Unreachable("no answer"))):
        stop.ask()
    assert caplog.messages == ["a statement of the lab could not be ended: no answer"]


def test_one_that_cannot_be_cancelled_is_broken_off_in_the_end(monkeypatch: pytest.MonkeyPatch):
    stop, deaf = Stop(), Connection(Unreachable("no answer"))
    other = Connection()
    with stop.ends(deaf), stop.ends(other):
        stop.ask()
        assert (deaf.done, other.done) == (["cancel"], ["cancel"])
        monkeypatch.setattr(lab_stop, "_PATIENCE_S", -1.0)
        stop.ask()
    assert deaf.done == ["cancel", "abandon"]
