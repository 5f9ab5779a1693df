"""What comes in while the lab measures: the same batches into every layout, in an order that rotates, stamped now."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rtdash.campaigns.clock import ServerClock
from rtdash.errors import RtdashError
from rtdash.lab.fill import WINDOW_S, Home, opened
from rtdash.lab.rows import Chunk, Rows
from rtdash.lab.session import LabSession
from rtdash.lab.stop import Stop
from rtdash.lab.turns import in_turn

RATE_PER_S = 400
"""Into each layout: little beside what it has, so that it is much the same table from the first round to the last."""
_BATCH_US = 500_000


class Writer:
    """Writes on a thread and connections of its own, within `writing`; every layout gets every row, or it fails."""

    def __init__(
        self, homes: Sequence[Home], rows: Rows, past_us: int, stop: Stop, rate_per_s: int = RATE_PER_S
    ) -> None:
        """What it writes begins where the past ended, `past_us` of the server's Unix epoch, or where windows do."""
        self._homes = homes
        self._rows = rows
        self._until_us = past_us
        self._stop = stop
        self._rate_per_s = rate_per_s
        self._batch = 0
        self._ending = threading.Event()
        self._error: RtdashError | None = None
        self._clock = ServerClock()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Fill the windows, then go on until the end of the block. Raises SourceError, Stopped."""
        with opened(self._homes, self._stop) as sessions:
            self._clock.measure(sessions[0].connection)
            self._fill_windows(sessions)
            thread = threading.Thread(target=self._run, args=(sessions,), name="lab writer")
            thread.start()
            try:
                yield
            finally:
                self._ending.set()
                thread.join()
            self.check()

    def check(self) -> None:
        """Raises the error by which it has ended."""
        if self._error is not None:
            raise self._error

    def _fill_windows(self, sessions: Sequence[LabSession]) -> None:
        """One large batch, which is not the ingest that is measured."""
        now_us = self._clock.now_us()
        self._until_us = max(self._until_us, now_us - round(WINDOW_S * 1e6))
        chunk = self._made(now_us - self._until_us)
        for home, session in zip(self._homes, sessions, strict=True):
            home.store(session, chunk)

    def _run(self, sessions: Sequence[LabSession]) -> None:
        """A batch whenever one is due; when it is late the next ones follow at once, each as large as any other."""
        pairs = list(zip(self._homes, sessions, strict=True))
        try:
            while not self._ending.wait(max(0.0, (self._until_us + _BATCH_US - self._clock.now_us()) / 1e6)):
                chunk = self._made(_BATCH_US)
                for home, session in in_turn(pairs, self._batch):
                    home.take(session, chunk)
                self._batch += 1
        except RtdashError as error:
            self._error = error

    def _made(self, span_us: int) -> Chunk:
        """What comes in within that time, from where it has come to."""
        start_us, self._until_us = self._until_us, self._until_us + span_us
        return self._rows.current(start_us, self._until_us, max(1, round(span_us * self._rate_per_s / 1e6)))
