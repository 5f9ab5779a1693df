"""A lane: one thread with one connection to one server, running one query at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from rtdash.errors import Overdue, RtdashError, Unreachable
from rtdash.model.data import Absent
from rtdash.model.sample import Sample
from rtdash.panels.decode import decode
from rtdash.scheduler.job import Job
from rtdash.scheduler.queue import LaneKind, LaneQueue
from rtdash.sources.connection import Connector, QueryConnection

_log = logging.getLogger(__name__)

GRACE_S = 0.5
"""How long past its deadline a query may run before its connection is broken off."""


class Lane:
    """Takes jobs from its queue until that is closed, and delivers a sample for each, whatever happens."""

    def __init__(
        self,
        name: str,
        kind: LaneKind,
        queue: LaneQueue,
        connect: Connector,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._kind = kind
        self._queue = queue
        self._connect = connect
        self._clock = clock
        self._connection: QueryConnection | None = None
        self._first = True
        self._deadline_at: float | None = None
        """Of the query that runs; None when none does, or when it was broken off."""
        self._hand = threading.Lock()
        """Held while a query is being cancelled: the next one must not be hit instead."""
        self._running: str | None = None
        """The panel whose query could be cancelled now."""
        self._is_spent = False
        """Somebody has tried to cancel the query that runs, or ran last: what comes late must not end another one."""
        self._is_cancelled = False
        """The server has been told so."""
        self._closing = False
        self._logged: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._deliver: Callable[[Sample], None] = lambda _: None

    def start(self, deliver: Callable[[Sample], None]) -> None:
        """Begin to take jobs; `deliver` is called on the lane's thread."""
        self._deliver = deliver
        self._thread.start()

    def break_off(self) -> None:
        """Deliver nothing more, and break off what runs. The queue must have been closed before."""
        self._closing = True
        self._deliver = lambda _: None
        self._abandon()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread. False when it did not end."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def check_deadline(self, now: float) -> None:
        """Break off a query that the server should have ended itself, and did not."""
        if self._deadline_at is not None and now > self._deadline_at + GRACE_S:
            self._deadline_at = None
            self._abandon()

    def cancel(self, panel_id: str) -> bool:
        """Have the server end the query of this panel; False when it does not run here.

        Blocks; from any thread. Raises SourceError when the server could not be asked.
        """
        with self._hand:
            if self._running != panel_id or self._connection is None:
                return False
            self._is_spent = True
            self._connection.cancel()
            self._is_cancelled = True
            return True

    @contextmanager
    def _cancellable(self, panel_id: str) -> Iterator[None]:
        with self._hand:
            self._running = panel_id
        try:
            yield
        finally:
            with self._hand:
                self._running = None

    def _abandon(self) -> None:
        connection = self._connection
        if connection is not None:
            connection.abandon()

    def _run(self) -> None:
        while (job := self._queue.take(self, self._kind)) is not None:
            try:
                sample = self._execute(job)
                if not sample.is_server_down:
                    sample = self._completed(sample)
            finally:
                self._queue.done(job)
            self._deliver(sample)
        self._drop()

    def _completed(self, sample: Sample) -> Sample:
        """With what the queue knows of the time that it took."""
        missed_at = self._queue.take_missed(sample.panel_id)
        return replace(
            sample,
            missed_ms=tuple(1000 * (sample.finished_at - at) for at in missed_at),
            beside=self._queue.beside(sample.panel_id),
        )

    def _execute(self, job: Job) -> Sample:
        """The one place where any exception becomes a sample."""
        started = self._clock()
        waited_ms = 1000 * (started - job.queued_at)
        self._is_spent = self._is_cancelled = False
        try:
            connection, connect_ms = self._ready()
            asked = self._clock()
            self._deadline_at = asked + job.deadline_s
            if job.spec.needs is not None and (reason := job.spec.needs.absence(connection.offers)) is not None:
                return self._absent(job, reason, asked, waited_ms, connect_ms)
            with self._cancellable(job.spec.id):
                answer = connection.fetch(job.spec.sql, job.parameters, job.deadline_s)
            self._deadline_at = None
            self._queue.answers()
            answered = self._clock()
            data = decode(job.spec, answer.columns, answer.rows)
        except Exception as error:  # noqa: BLE001 (a lane must outlive any query)
            return self._failed(job, error, started, waited_ms)
        first, self._first = self._first, False
        if self._is_spent:
            # The answer was quicker.
            self._drop()
        return Sample(
            panel_id=job.spec.id,
            started_at=asked,
            finished_at=answered,
            data=data,
            waited_ms=waited_ms,
            connect_ms=connect_ms,
            execute_ms=answer.execute_ms,
            fetch_ms=answer.fetch_ms,
            decode_ms=1000 * (self._clock() - answered),
            is_first=first or answer.is_interpreted,
            shards=answer.shards,
            variables=job.parameters,
        )

    def _absent(self, job: Job, reason: str, asked: float, waited_ms: float, connect_ms: float) -> Sample:
        """The query is not run: its server would only refuse it."""
        self._deadline_at = None
        if connect_ms:
            # Otherwise nobody was asked, and an outage of the server goes on.
            self._queue.answers()
        return Sample(
            panel_id=job.spec.id,
            started_at=asked,
            finished_at=self._clock(),
            data=Absent(reason),
            waited_ms=waited_ms,
            connect_ms=connect_ms,
            variables=job.parameters,
        )

    def _ready(self) -> tuple[QueryConnection, float]:
        if self._connection is not None:
            return self._connection, 0.0
        started = self._clock()
        self._connection = self._connect()
        self._first = True
        if self._closing:
            raise Unreachable("the dashboard is being closed")
        return self._connection, 1000 * (self._clock() - started)

    def _failed(self, job: Job, error: Exception, started: float, waited_ms: float) -> Sample:
        """Tell the queue what the error says of the server, drop a connection of no more use, make the sample."""
        is_lost = self._connection is None or isinstance(error, Unreachable)
        # Broken off by the watch, or by the driver's own time-out: the server did not end its query.
        is_given_up = self._connection is not None and is_lost and (self._is_past_deadline() or self._is_cancelled)
        if is_lost:
            self._queue.fails(self, error)
        else:
            self._queue.answers()
        if not isinstance(error, RtdashError) and self._logged.get(job.spec.id) != repr(error):
            # Once for each change, not once a tick.
            self._logged[job.spec.id] = repr(error)
            _log.error("panel %s", job.spec.id, exc_info=error)
        if is_lost or self._is_spent or isinstance(error, Overdue) or not isinstance(error, RtdashError):
            self._drop()
        if self._is_cancelled:
            error = Overdue(f"cancelled by hand after {self._clock() - started:.1f} s")
        elif is_given_up:
            error = Overdue(f"no answer within {job.deadline_s:g} s; the connection was given up")
        self._deadline_at = None
        finished = self._clock()
        return Sample(
            panel_id=job.spec.id,
            started_at=started,
            finished_at=finished,
            # It took at least so long: a query that never answers is the slowest of all.
            execute_ms=1000 * (finished - started) if isinstance(error, Overdue) else 0.0,
            error=str(error) if isinstance(error, RtdashError) else f"{type(error).__name__} (see the log)",
            waited_ms=waited_ms,
            is_server_down=is_lost and not is_given_up,
            variables=job.parameters,
        )

    def _is_past_deadline(self) -> bool:
        return self._deadline_at is None or self._clock() >= self._deadline_at

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception:  # noqa: BLE001 (it is of no more use either way, and the lane must go on)
                _log.warning("a connection did not close", exc_info=True)
