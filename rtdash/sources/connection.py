"""What a lane asks of a connection, whichever the driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of one query, and what it took to get them."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    execute_ms: float
    fetch_ms: float


class QueryConnection(Protocol):
    """One read-only connection, used by one thread; only `abandon` may be called from another."""

    def fetch(self, sql: str, parameters: Mapping[str, object], deadline_s: float) -> Answer:
        """Run one query. Raises SourceError: Unreachable and Overdue mean that the connection is of no more use."""
        ...

    def abandon(self) -> None:
        """Break the connection off at once, from any thread: a query that hangs then fails as Unreachable."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


Connector: TypeAlias = Callable[[], QueryConnection]
"""Opens a connection; raises SourceError."""
