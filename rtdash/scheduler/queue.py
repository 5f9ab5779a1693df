"""The queue of one server: at most one job a panel, taken by the lanes that may run it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum, auto

from rtdash.model.latency import MOST
from rtdash.scheduler.job import Job
from rtdash.scheduler.outage import Outage


class LaneKind(Enum):
    """What a lane takes."""

    FAST = auto()
    """Only panels whose median is below their interval, so that slow ones cannot starve them."""
    ANY = auto()
    """Whatever is due, but for what is asked apart."""
    APART = auto()
    """Only panels that are meant to be heavy, or read whole tables."""


class LaneQueue:
    """Jobs of one server in the order in which they came due, and what is in flight."""

    def __init__(self, is_slow: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._is_slow = is_slow
        self._clock = clock
        self._changed = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._in_flight: dict[str, float] = {}
        self._beside: dict[str, set[str]] = {}
        self._missed_at: dict[str, deque[float]] = {}
        self._outage = Outage()
        self._prober: object | None = None
        self._closed = False

    def put(self, job: Job) -> bool:
        """Queue a job; False, and nothing happens, when its panel is queued or in flight already."""
        with self._changed:
            panel_id = job.spec.id
            if panel_id in self._jobs or panel_id in self._in_flight:
                self._missed_at.setdefault(panel_id, deque(maxlen=MOST)).append(job.queued_at)
                return False
            self._jobs[panel_id] = job
            self._changed.notify_all()
            return True

    def take(self, lane: object, kind: LaneKind) -> Job | None:
        """Wait for a job that a lane of `kind` may run, and mark it as in flight; None when the queue is closed.

        While the server is away only one lane at a time is given a job, and only when a try is due.
        """
        with self._changed:
            while not self._closed:
                job: Job | None = None
                wait_s: float | None = None
                if not self._outage.is_on:
                    job = self._pick(kind)
                elif self._prober in (None, lane):
                    wait_s = self._outage.wait_s(self._clock()) or None
                    if wait_s is None:
                        job = self._pick(kind)
                        self._prober = lane if job is not None else None
                if job is not None:
                    self._begin(job.spec.id)
                    return job
                self._changed.wait(wait_s)
            return None

    def _begin(self, panel_id: str) -> None:
        del self._jobs[panel_id]
        for beside in self._beside.values():
            beside.add(panel_id)
        self._beside[panel_id] = set(self._in_flight)
        self._in_flight[panel_id] = self._clock()

    def _pick(self, kind: LaneKind) -> Job | None:
        for job in self._jobs.values():
            if job.spec.is_apart is not (kind is LaneKind.APART):
                continue
            if kind is LaneKind.FAST and self._is_slow(job.spec.id):
                continue
            return job
        return None

    def drop(self, panel_ids: Iterable[str]) -> None:
        """Nobody waits for these panels any more, or they begin anew; what is in flight is still answered."""
        with self._changed:
            for panel_id in panel_ids:
                if panel_id not in self._in_flight:
                    self._jobs.pop(panel_id, None)
                    self._missed_at.pop(panel_id, None)

    def done(self, job: Job) -> None:
        """The lane has finished with a job."""
        with self._changed:
            self._in_flight.pop(job.spec.id, None)
            self._beside.pop(job.spec.id, None)

    def take_missed(self, panel_id: str) -> list[float]:
        """When the jobs came due that were not queued since the last call, the latest of them: its answer is theirs."""
        with self._changed:
            return list(self._missed_at.pop(panel_id, ()))

    def beside(self, panel_id: str) -> frozenset[str]:
        """Panels whose queries were in flight at any time since that of this one, which still is."""
        with self._changed:
            return frozenset(self._beside.get(panel_id, ()))

    def answers(self) -> None:
        """The server has answered a query, be it by an error: the outage, if there was one, is over."""
        with self._changed:
            self._prober = None
            if self._outage.is_on:
                self._outage.ended()
                self._changed.notify_all()

    def fails(self, lane: object, error: Exception) -> None:
        """A connection of `lane` could not be made, or broke. In an outage only the prober's failure is news."""
        with self._changed:
            if self._outage.is_on and self._prober is not lane:
                return
            self._prober = None
            self._outage.failed(error, self._clock())
            self._changed.notify_all()

    def in_flight(self) -> dict[str, float]:
        """Panels whose query runs now, and since when on the clock."""
        with self._changed:
            return dict(self._in_flight)

    def close(self) -> None:
        """Let every lane that waits go home."""
        with self._changed:
            self._closed = True
            self._jobs.clear()
            self._changed.notify_all()
