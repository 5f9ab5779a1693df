"""What counts as missed is what was really skipped, and each is told once: whatever happens between the ticks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Never

from hypothesis import given, settings
from hypothesis import strategies as st

from rtdash.errors import Overdue, SourceError, Unreachable
from rtdash.model.sample import Sample
from rtdash.panels.feature import Feature
from rtdash.panels.spec import Source
from rtdash.scheduler.scheduler import Scheduler
from rtdash.sources.connection import Answer
from tests.unit.server import panel

INTERVAL_S = 0.25
SPECS = [
    panel("a"),
    panel("b"),
    panel("each-second", every=1.0),
    panel("heavy", every=5.0),
    panel("absent", needs=Feature.CITUS),
]
TICKS_BETWEEN = {spec.id: round((spec.every or INTERVAL_S) / INTERVAL_S) for spec in SPECS}
ENDS = {
    "answer": None,
    "refuse": SourceError("no"),
    "overdue": Overdue("late"),
    "break": Unreachable("gone"),
    "blunder": ValueError("no error of ours"),
}
"""How a query ends."""
LANES = 3

steps = st.one_of(
    st.just("tick"),
    st.sampled_from(["lane 0", "lane 1", "lane 2"]),
    st.sampled_from(sorted(ENDS)),
    st.sampled_from(["server away", "server back"]),
)


class _NothingToTake(Exception):  # noqa: N818
    """A lane would wait here."""


class _TheEnd(BaseException):
    """The script is over, also for queries that still run."""


class NeverWaits:
    """Instead of a condition variable: everything happens on one thread."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def notify_all(self) -> None: ...

    def wait(self, _: float | None) -> Never:
        raise _NothingToTake


class Play:
    """Plays a script. A query in flight plays on from within, until a step ends it; so lanes overlap."""

    def __init__(self, script: list[str]) -> None:
        self._script: Iterator[str] = iter(script)
        self.now = 0.0
        self._tick = 0
        self._is_away = False
        self.samples: list[Sample] = []
        self._due: Counter[str] = Counter()
        self._skipped: dict[str, list[float]] = {spec.id: [] for spec in SPECS}
        self._scheduler = Scheduler(
            SPECS,
            {Source.DONATIONS: self._connect},
            interval_s=INTERVAL_S,
            lanes=LANES - 1,
            deadline_s=5.0,
            variables={},
            clock=lambda: self.now,
        )
        (self._queue,) = self._scheduler._queues.values()
        self._queue._changed = NeverWaits()  # type: ignore[assignment]
        self._busy_lanes: set[int] = set()
        for lane in self._scheduler._lanes:
            lane._deliver = self._take

    def _take(self, sample: Sample) -> None:
        self._scheduler._account(sample)
        self.samples.append(sample)

    # ── the server ────────────────────────────────────────────────────────────────────────────────────────────────

    offers: frozenset[Feature] = frozenset()

    def _connect(self) -> Play:
        if self._is_away:
            raise Unreachable("nobody answers")
        return self

    def fetch(self, _sql: str, _parameters: Mapping[str, object], _deadline_s: float) -> Answer:
        error = ENDS[self.play()]
        if error is not None:
            raise error
        return Answer(("value",), [(1,)], 2.0, 0.5)

    def close(self) -> None: ...

    # ── the script ────────────────────────────────────────────────────────────────────────────────────────────────

    def play(self) -> str:
        """Play on until a query ends; returns how."""
        for step in self._script:
            if step == "tick":
                self._next_tick()
            elif step.startswith("lane"):
                self._let_run(int(step[-1]))
            elif step.startswith("server"):
                self._is_away = step == "server away"
            elif self._busy_lanes:
                return step
            self.check()
        raise _TheEnd

    def _let_run(self, number: int) -> None:
        if number in self._busy_lanes:
            return
        self._busy_lanes.add(number)
        try:
            self._scheduler._lanes[number]._run()
        except _NothingToTake:
            self._busy_lanes.remove(number)

    def _next_tick(self) -> None:
        for panel_id, between in TICKS_BETWEEN.items():
            if self._tick % between == 0:
                is_busy = self._due[panel_id] > len(self._skipped[panel_id]) + self._answered(panel_id)
                self._due[panel_id] += 1
                if is_busy:
                    self._skipped[panel_id].append(self.now)
        self._scheduler.tick(self.now)
        self._tick += 1
        self.now += INTERVAL_S / 2
        self.check()
        self.now += INTERVAL_S / 2

    def _answered(self, panel_id: str) -> int:
        return sum(sample.panel_id == panel_id for sample in self.samples)

    def check(self) -> None:
        waiting = {*self._queue._jobs, *self._queue._in_flight}
        missed = self._scheduler.missed()
        for panel_id, skipped in self._skipped.items():
            assert missed.get(panel_id, 0) == len(skipped)
            assert self._due[panel_id] == self._answered(panel_id) + len(skipped) + (panel_id in waiting)
            told = [
                sample.finished_at - missed_ms / 1000
                for sample in self.samples
                if sample.panel_id == panel_id
                for missed_ms in sample.missed_ms
            ]
            assert sorted([*told, *self._queue._missed_at.get(panel_id, [])]) == skipped


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=80))
def test_every_tick_that_was_due_is_answered_or_missed_or_waits(script: list[str]):
    with suppress(_TheEnd):
        Play(script).play()
