"""How the lab is asked to end: from another thread, in the midst of a statement that may take minutes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rtdash.errors import RtdashError, SourceError

_log = logging.getLogger(__name__)

_PATIENCE_S = 5.0
"""A server that has not ended a statement by then is not waited for."""


class Stopped(RtdashError):  # noqa: N818 (reads as the sentence it is)
    """Somebody wants the lab to end; or it has to, and the message is why."""

    exit_status = 130


class Breakable(Protocol):
    """A connection, as far as what runs on it can be ended from another thread."""

    def cancel(self) -> None:
        """Ask the server to end the statement. Raises SourceError."""

    def abandon(self) -> None:
        """Break the connection off."""


class Stop:
    """`ask` may be called from any thread, and again and again: a statement may begin just after it was asked."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._asked_s = 0.0
        self._why = ""
        self._lock = threading.Lock()
        self._running: list[Breakable] = []

    @property
    def is_asked(self) -> bool:
        """Whether the lab shall end."""
        return self._asked.is_set()

    def ask(self, why: str = "") -> None:
        """End: no further statement begins, and those that run are broken off. `why`, when nobody wants it to."""
        if not self.is_asked:
            self._why = why
            self._asked_s = time.monotonic()
            self._asked.set()
        with self._lock:
            running = tuple(self._running)
        for connection in running:
            if time.monotonic() > self._asked_s + _PATIENCE_S:
                connection.abandon()
                continue
            try:
                connection.cancel()
            except SourceError as error:
                with self._lock:
                    # It may have ended by itself, and its connection be closed.
                    if connection not in self._running:
                        continue
                _log.warning("a statement of the lab could not be ended: %s", error)

    def check(self) -> None:
        """Raises Stopped once it is asked to end."""
        if self.is_asked:
            raise Stopped(self._why)

    @contextmanager
    def ends(self, connection: Breakable) -> Iterator[None]:
        """A statement on this connection, within it, is ended by `ask`; it raises Stopped then."""
        with self._lock:
            self._running.append(connection)
        try:
            self.check()
            yield
        except SourceError:
            # Whatever became of it meanwhile.
            self.check()
            raise
        finally:
            with self._lock:
                self._running.remove(connection)
