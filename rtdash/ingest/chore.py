"""Work that is done again and again on a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from rtdash.errors import Busy, SourceError
from rtdash.ingest.retry import Retry


class Closable(Protocol):
    """A connection."""

    def close(self) -> None:
        """Leave the server."""


C = TypeVar("C", bound=Closable)

BUSY_S = 10.0


class Chore(Generic[C]):
    """Calls `work` every `every_s`, and at once again while it says that there is more to do.

    `work` raises SourceError when the server fails: it is then called with a new connection, after a while. After Busy
    it leaves those in peace who were kept waiting: for `every_s`, or a while when that is long.
    """

    def __init__(
        self,
        name: str,
        every_s: float,
        connect: Callable[[], C],
        work: Callable[[C], bool],
        cancel: Callable[[C], None] = lambda _: None,
    ) -> None:
        self.name = name
        self._every_s = every_s
        self._connect = connect
        self._work = work
        self._cancel = cancel
        self._connection: C | None = None
        self._retry = Retry(name)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`."""
        while not stop.is_set():
            try:
                self._connection = self._connect()
                try:
                    self._repeat(self._connection, stop)
                finally:
                    connection, self._connection = self._connection, None
                    connection.close()
            except SourceError as error:
                if not stop.is_set():
                    stop.wait(self._retry.failed(error))

    def interrupt(self) -> None:
        """Break off the statement that is running, from another thread."""
        if (connection := self._connection) is not None:
            self._cancel(connection)

    def _repeat(self, connection: C, stop: threading.Event) -> None:
        while not stop.is_set():
            begun_s = time.monotonic()
            try:
                more = self._work(connection)
            except Busy as error:
                self._retry.failed(error)
                stop.wait(min(self._every_s, BUSY_S))
                continue
            self._retry.succeeded()
            if not more:
                stop.wait(max(0.0, begun_s + self._every_s - time.monotonic()))
