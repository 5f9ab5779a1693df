"""Four ways of polling panels on one server, each asked to answer every panel at every tick.

rtdash's lanes keep their connections, the other three connect anew for each poll; connecting is not part of a latency.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from rtdash.errors import SourceError
from rtdash.model.sample import Sample
from rtdash.panels.spec import PanelSpec, Source
from rtdash.scheduler.scheduler import Scheduler
from rtdash.sources.connection import Connector, QueryConnection

INTERVAL_S = 0.25
DEADLINE_S = 60.0
MOST_AT_ONCE = 80
"""Connections of a policy that has no bound of its own: the servers allow hardly more."""


@dataclass
class Outcome:
    """What became of every poll of a run."""

    latencies_ms: dict[str, list[float]]
    """Of each panel's answers, as they came."""
    ticks: int = 0
    missed: int = 0
    """Polls that the policy says it left out."""
    unanswered: int = 0
    """Polls that were neither answered nor said to be left out: broken off, refused, or still on their way."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, panel_id: str, latency_ms: float) -> None:
        """One answer; from any thread."""
        with self._lock:
            self.latencies_ms[panel_id].append(latency_ms)

    def close(self) -> None:
        """No answer counts any more."""
        answered = sum(map(len, self.latencies_ms.values()))
        self.unanswered = self.ticks * len(self.latencies_ms) - answered - self.missed


Policy = Callable[[Sequence[PanelSpec], Connector, float], Outcome]
"""Panels, how to connect, and how long, s."""


def _clock(seconds: float) -> list[float]:
    start = time.monotonic()
    return [start + number * INTERVAL_S for number in range(round(seconds / INTERVAL_S))]


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


class _Poll:
    """One query on a connection and a thread of its own."""

    def __init__(self, spec: PanelSpec, connect: Connector, outcome: Outcome) -> None:
        self._spec, self._connect, self._outcome = spec, connect, outcome
        self._connection: QueryConnection | None = None
        self._given_up = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def runs(self) -> bool:
        """Whether it waits for its answer."""
        return self._thread.is_alive()

    def give_up(self) -> None:
        """Break the connection off, as a board does that asks anew."""
        self._given_up = True
        if self._connection is not None:
            self._connection.abandon()

    def join(self) -> None:
        """Wait for its end."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._connection = connection = self._connect()
            try:
                answer = connection.fetch(self._spec.sql, {}, DEADLINE_S)
                if not self._given_up:
                    self._outcome.add(self._spec.id, answer.execute_ms + answer.fetch_ms)
            finally:
                connection.close()
        except SourceError:
            return  # counted as unanswered


def every_tick(specs: Sequence[PanelSpec], connect: Connector, seconds: float) -> Outcome:
    """Ask at every tick, whatever is still running."""
    outcome, polls = Outcome({spec.id: [] for spec in specs}), list[_Poll]()
    for moment in _clock(seconds):
        _sleep_until(moment)
        outcome.ticks += 1
        polls = [poll for poll in polls if poll.runs]
        # Whom the bound leaves out is another panel at each tick.
        turn = outcome.ticks % len(specs)
        wanted = [*specs[turn:], *specs[:turn]]
        polls += [_Poll(spec, connect, outcome) for spec in wanted[: max(0, MOST_AT_ONCE - len(polls))]]
    return _ended(outcome, polls)


def cancel_unfinished(specs: Sequence[PanelSpec], connect: Connector, seconds: float) -> Outcome:
    """At every tick break off what has not answered, and ask anew (what the workshop's board did)."""
    outcome, polls = Outcome({spec.id: [] for spec in specs}), list[_Poll]()
    for moment in _clock(seconds):
        _sleep_until(moment)
        outcome.ticks += 1
        for poll in polls:
            poll.give_up()
        polls = [_Poll(spec, connect, outcome) for spec in specs]
    return _ended(outcome, polls)


def one_in_flight(specs: Sequence[PanelSpec], connect: Connector, seconds: float) -> Outcome:
    """At every tick ask each panel that has no query running, all at the same time."""
    outcome = Outcome({spec.id: [] for spec in specs})
    polls: dict[str, _Poll] = {}
    for moment in _clock(seconds):
        _sleep_until(moment)
        outcome.ticks += 1
        for spec in specs:
            if spec.id in polls and polls[spec.id].runs:
                outcome.missed += 1
            else:
                polls[spec.id] = _Poll(spec, connect, outcome)
    return _ended(outcome, list(polls.values()))


def ours(specs: Sequence[PanelSpec], connect: Connector, seconds: float, *, lanes: int) -> Outcome:
    """rtdash's own scheduler: one in flight a panel, no more than the lanes at once, one of them kept for the quick."""
    outcome = Outcome({spec.id: [] for spec in specs})

    def deliver(sample: Sample) -> None:
        if sample.error is None:
            outcome.add(sample.panel_id, sample.latency_ms)

    scheduler = Scheduler(
        specs,
        {Source(specs[0].source): connect},
        interval_s=INTERVAL_S,
        lanes=lanes,
        deadline_s=DEADLINE_S,
        variables={},
    )
    scheduler.start(deliver)
    for moment in _clock(seconds):
        _sleep_until(moment)
        outcome.ticks += 1
        scheduler.tick(time.monotonic())
    _sleep_until(time.monotonic() + INTERVAL_S)
    outcome.missed = sum(scheduler.missed().values())
    outcome.close()
    scheduler.stop()
    if not 0 <= outcome.unanswered <= len(specs):
        raise RuntimeError(f"{outcome.unanswered} polls are neither answered nor missed, of {len(specs)} panels")
    return outcome


def _ended(outcome: Outcome, polls: Sequence[_Poll]) -> Outcome:
    _sleep_until(time.monotonic() + INTERVAL_S)
    outcome.close()
    for poll in polls:
        poll.give_up()
    for poll in polls:
        poll.join()
    return outcome


POLICIES: dict[str, Policy] = {
    "every tick": every_tick,
    "cancel the unfinished": cancel_unfinished,
    "one in flight": one_in_flight,
    "rtdash, 1 lane": partial(ours, lanes=1),
    "rtdash, 2 lanes": partial(ours, lanes=2),
}
