"""A connection of the lab to the clickstream, which can be broken off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from rtdash.lab.session import PURPOSE
from rtdash.lab.stop import Stop
from rtdash.sources import citus

_CANCEL_S = 1.0


class ClickstreamSession:
    """One connection, used by one thread; what it runs, `stop` ends. Every method raises SourceError, and Stopped."""

    def __init__(self, dsn: SecretStr, stop: Stop, deadline_s: float, *, read_only: bool = True) -> None:
        self._stop = stop
        self.connection = citus.connect(dsn, PURPOSE, read_only=read_only, statement_timeout_s=deadline_s)

    def rows(self, question: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """What one statement answers, if anything; its columns are not told."""
        return self.ask(question, parameters)[1]

    def ask(
        self, question: str, parameters: Mapping[str, object] | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Columns and rows of an answer."""
        with self.work():
            cursor = self.connection.execute(question.encode(), parameters)
            rows = cursor.fetchall() if cursor.description else []
            return [column.name for column in cursor.description or ()], rows

    @contextmanager
    def work(self) -> Iterator[None]:
        """What runs on `connection` within it is ended by `stop`."""
        with self._stop.ends(self), citus.explained():
            yield

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Within it now() stands still."""
        with citus.explained(), self.connection.transaction():
            yield

    def cancel(self) -> None:
        """Have the server end what runs, from another thread."""
        with citus.explained():
            self.connection.cancel_safe(timeout=_CANCEL_S)

    def abandon(self) -> None:
        """Wait for the server no longer, from another thread."""
        self.connection.abandon()

    def close(self) -> None:
        """Leave."""
        self.connection.close()
