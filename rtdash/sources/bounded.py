"""A connection to PostgreSQL whose client does not wait for ever."""

from __future__ import annotations

import contextlib
import math
import os
import socket
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

T = TypeVar("T")

GRACE_S = 1.0
"""How long past its statement_timeout a server may take to say so."""


class BoundedConnection(psycopg.Connection[tuple[Any, ...]]):
    """Abandons itself when one answer of the server (to a statement, a COPY, a commit) takes longer than `deadline_s`.

    statement_timeout is not enough: a Citus coordinator does not free its client from a worker that hangs. What ran
    fails with psycopg.OperationalError, and whether it was committed is known by asking anew alone.
    """

    deadline_s = math.inf
    _ends_at = math.inf

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        """Every answer comes this way. The driver wakes up ten times a second while there is none."""
        return super().wait(self._bounded(gen), *args, **kwargs)

    def end_within(self, seconds: float) -> None:
        """Give up whatever has not ended by then; from any thread."""
        self._ends_at = time.monotonic() + seconds

    def abandon(self) -> None:
        """Shut the socket down: the driver, waiting on it, sees the end of the stream; from any thread."""
        with contextlib.suppress(OSError, psycopg.Error):
            descriptor = os.dup(self.pgconn.socket)
            with socket.socket(fileno=descriptor) as line:
                line.shutdown(socket.SHUT_RDWR)

    def _bounded(self, answer: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        until = time.monotonic() + self.deadline_s
        try:
            wanted = next(answer)
            while True:
                ready = yield wanted
                if time.monotonic() > min(until, self._ends_at):
                    self.abandon()
                wanted = answer.send(ready)
        except StopIteration as end:
            value: T = end.value
            return value
