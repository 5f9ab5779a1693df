"""Asks every panel when it is due, never twice at once, and never with more than a few queries a server."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from statistics import fmean, median

from rtdash.model.budget import Budget
from rtdash.model.sample import Sample
from rtdash.model.stretch import Stretch
from rtdash.panels.spec import PanelSpec, Source
from rtdash.scheduler.job import Job
from rtdash.scheduler.lane import Lane
from rtdash.scheduler.queue import LaneKind, LaneQueue
from rtdash.sources.connection import Connector

_log = logging.getLogger(__name__)

Deliver = Callable[[Sample], object]

_RECENT = 9
"""Samples behind the median that decides which lane a panel may use."""
_LATEST = 5
"""Samples behind what an answer is expected to take, when a budget is kept."""
_WATCH_S = 0.25
_STOP_S = 2.0
"""A query that was broken off ends at once; only a connection that is being made can hang longer."""


TICK_S = 0.25
"""Ticks come at the interval, and never more seldom than this: panels have intervals of their own."""


class Scheduler:
    """The screen's clock calls `tick`; lanes answer through `deliver`, on their own threads.

    `lanes` is the cap of queries in flight on each server; panels that are asked apart have one lane more. Past the
    `budget`, a share of each server's time, the intervals of its panels become longer.
    """

    def __init__(
        self,
        specs: Iterable[PanelSpec],
        connectors: Mapping[Source, Connector],
        *,
        interval_s: float,
        lanes: int,
        deadline_s: float,
        variables: Mapping[str, object],
        budget: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._specs = [spec for spec in specs if spec.source in connectors]
        self.interval_s = interval_s
        self.variables = dict(variables)
        self._missed: Counter[str] = Counter()
        self._deadline_s = deadline_s
        self._asked_at: dict[str, float] = {}
        self._watched = frozenset(spec.id for spec in self._specs)
        self._recent_ms = {spec.id: deque[float](maxlen=_RECENT) for spec in self._specs}
        self._by_id = {spec.id: spec for spec in self._specs}
        self._budgets = {} if budget is None else {source: Budget(budget, most=1.0) for source in connectors}
        self._clock = clock
        self._queues: dict[Source, LaneQueue] = {}
        self._lanes: list[Lane] = []
        self._busy_s: dict[Source, float] = dict.fromkeys(connectors, 0.0)
        self._busy_before_s: dict[Source, float] = {}
        self._shares_at = clock()
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._watch_deadlines, name="lane-watch", daemon=True)
        for source, connect in connectors.items():
            queue = self._queues[source] = LaneQueue(self._is_slow, clock)
            kinds = [LaneKind.FAST] * (lanes > 1) + [LaneKind.ANY] * max(1, lanes - 1)
            if any(spec.source is source and spec.is_apart for spec in self._specs):
                kinds.append(LaneKind.APART)
            self._lanes += [
                Lane(f"{source}-{kind.name}-{n}", kind, queue, connect, clock) for n, kind in enumerate(kinds)
            ]

    def start(self, deliver: Deliver) -> None:
        """Start the lanes."""

        def account(sample: Sample) -> None:
            self._account(sample)
            deliver(sample)

        for lane in self._lanes:
            lane.start(account)
        self._watch.start()

    def stop(self) -> None:
        """Stop asking, break off what runs, and wait for every thread. No sample is delivered afterwards."""
        self._stopping.set()
        for queue in self._queues.values():
            queue.close()
        for lane in self._lanes:
            lane.break_off()
        until = time.monotonic() + _STOP_S
        for lane in self._lanes:
            if not lane.join(max(0.0, until - time.monotonic())):
                _log.warning("%s did not end within %g s: its connection hangs", lane.name, _STOP_S)
        if self._watch.is_alive():
            self._watch.join(_STOP_S)

    def tick(self, now: float) -> None:
        """Queue what is due at `now` (`time.monotonic`); a panel still queued or in flight is missed instead."""
        self._review(now)
        # A tick may come a little early: half of one is not worth waiting a whole one for.
        horizon = now + min(self.interval_s, TICK_S) / 2
        for spec in self._specs:
            if spec.id not in self._watched:
                continue
            due = self._asked_at.get(spec.id, -math.inf) + self._every_s(spec)
            if due > horizon:
                continue
            self._asked_at[spec.id] = max(now, due)
            job = Job(spec, dict(self.variables), now, spec.deadline or self._deadline_s)
            if not self._queues[spec.source].put(job):
                self._missed[spec.id] += 1

    def _review(self, now: float) -> None:
        for source, budget in self._budgets.items():
            if budget.is_due(now):
                asked = [spec for spec in self._specs if spec.source is source and spec.id in self._watched]
                budget.review(now, [(spec.every or self.interval_s, self._takes_s(spec.id)) for spec in asked])

    def _takes_s(self, panel_id: str) -> float:
        latest = tuple(self._recent_ms[panel_id])[-_LATEST:]
        return fmean(latest) / 1000 if latest else 0.0

    def _every_s(self, spec: PanelSpec) -> float:
        wanted_s = spec.every or self.interval_s
        return self._budgets[spec.source].stretch.every_s(wanted_s) if self._budgets else wanted_s

    def stretches(self) -> Mapping[str, Stretch]:
        """By how much the panels of a server are asked more seldom than wanted, where the budget demands it."""
        found = {source: budget.stretch for source, budget in self._budgets.items()}
        return {source: stretch for source, stretch in found.items() if stretch.factor > 1 or not stretch.is_enough}

    def cancel(self, panel_id: str) -> bool:
        """Have the server end the running query of this panel; False when none runs there.

        Blocks; from any thread. Raises SourceError when the server could not be asked.
        """
        return any(lane.cancel(panel_id) for lane in self._lanes)

    def ask_now(self, panel_ids: Iterable[str]) -> None:
        """Make panels due at the next tick, for a question that has changed."""
        for panel_id in panel_ids:
            self._asked_at.pop(panel_id, None)

    def watch(self, panel_ids: Iterable[str]) -> None:
        """From now on ask these panels and all probes alone; those that come new are due at the next tick.

        Before the first call all panels are asked. What is queued of others is dropped; what is in flight is answered.
        """
        before, wanted = self._watched, frozenset(panel_ids)
        self._watched = frozenset(spec.id for spec in self._specs if spec.is_probe or spec.id in wanted)
        for queue in self._queues.values():
            queue.drop(before ^ self._watched)
        self.ask_now(self._watched - before)

    def in_flight(self) -> dict[str, float]:
        """Panels whose query runs now, and since when (`time.monotonic`)."""
        return {panel_id: since for queue in self._queues.values() for panel_id, since in queue.in_flight().items()}

    def missed(self) -> Mapping[str, int]:
        """Ticks that each panel has missed since the start."""
        return dict(self._missed)

    def busy_shares(self) -> Mapping[str, float]:
        """Share of the time since the last call that our queries took on each server; 1 is one query all the time."""
        now = self._clock()
        elapsed_s, self._shares_at = now - self._shares_at, now
        shares: dict[str, float] = {}
        for source, busy_s in self._busy_s.items():
            shares[source] = (busy_s - self._busy_before_s.get(source, 0.0)) / elapsed_s
            self._busy_before_s[source] = busy_s
        return shares

    def _is_slow(self, panel_id: str) -> bool:
        every = self._every_s(self._by_id[panel_id])
        recent = self._recent_ms[panel_id]
        return bool(recent) and median(recent) > 1000 * every

    def _account(self, sample: Sample) -> None:
        if sample.is_server_down:
            return  # to knock in vain is no load, and says nothing of the query
        took_ms = 1000 * (sample.finished_at - sample.started_at)
        self._busy_s[self._by_id[sample.panel_id].source] += took_ms / 1000
        self._recent_ms[sample.panel_id].append(took_ms)

    def _watch_deadlines(self) -> None:
        while not self._stopping.wait(_WATCH_S):
            now = self._clock()
            for lane in self._lanes:
                lane.check_deadline(now)
