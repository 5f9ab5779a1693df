"""What comes in while the lab measures: the same paced batches into every layout in turn, stamped now."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rtdash.campaigns.clock import ServerClock
from rtdash.errors import RtdashError
from rtdash.lab.fill import Home
from rtdash.lab.rows import Rows
from rtdash.lab.session import LabSession
from rtdash.lab.stop import Stop

RATE_PER_S = 1_000
"""Into each layout."""
WINDOW_S = 36.0
"""What is written before the queries begin: the windows of the panels are full then."""
_PAUSE_S = 0.2


class Writer:
    """Writes on a thread and connections of its own, within `writing`; every layout gets every row, or it fails."""

    def __init__(self, homes: Sequence[Home], rows: Rows, stop: Stop, rate_per_s: int = RATE_PER_S) -> None:
        self._homes = homes
        self._rows = rows
        self._stop = stop
        self._rate_per_s = rate_per_s
        self._ending = threading.Event()
        self._error: RtdashError | None = None
        self._clock = ServerClock()
        self._until_us = 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Fill the windows, then go on until the end of the block. Raises SourceError, Stopped."""
        sessions = [LabSession(home.dsn, self._stop) for home in self._homes]
        try:
            self._clock.measure(sessions[0].connection)
            self._until_us = self._clock.now_us() - round(WINDOW_S * 1e6)
            self._write(sessions)
            thread = threading.Thread(target=self._run, args=(sessions,), name="lab writer")
            thread.start()
            try:
                yield
            finally:
                self._ending.set()
                thread.join()
            self.check()
        finally:
            for session in sessions:
                session.close()

    def check(self) -> None:
        """Raises the error by which it has ended."""
        if self._error is not None:
            raise self._error

    def _run(self, sessions: Sequence[LabSession]) -> None:
        try:
            due_s = time.monotonic()
            while not self._ending.wait(max(0.0, due_s - time.monotonic())):
                due_s = max(due_s + _PAUSE_S, time.monotonic())
                self._write(sessions)
        except RtdashError as error:
            self._error = error

    def _write(self, sessions: Sequence[LabSession]) -> None:
        """All that is due since the last batch; the next one follows at once when this takes longer than the pause."""
        now_us = self._clock.now_us()
        count = int((now_us - self._until_us) * self._rate_per_s / 1e6)
        if not count:
            return
        chunk = self._rows.current(self._until_us, now_us, count)
        self._until_us = now_us
        for home, session in zip(self._homes, sessions, strict=True):
            with home.ingest:
                home.store(session, chunk)
            home.ingested += count
