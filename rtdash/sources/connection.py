"""What a lane asks of a connection, whichever the driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from rtdash.model.shards import Shards
from rtdash.panels.feature import Feature


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of one query, and what it took to get them."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    execute_ms: float
    fetch_ms: float
    shards: Shards | None = None
    """How many shards answered; None where that is not known, or there are none."""
    is_interpreted: bool = False
    """The first run of a query on a server that compiles each: it was interpreted, and compiled beside that."""


class QueryConnection(Protocol):
    """One read-only connection, used by one thread; only `abandon` and `cancel` may be called from another."""

    @property
    def offers(self) -> frozenset[Feature]:
        """What the server has; it is asked once, at the first use. Raises SourceError."""
        ...

    def fetch(self, sql: str, parameters: Mapping[str, object], deadline_s: float) -> Answer:
        """Run one query. Raises SourceError: Unreachable and Overdue mean that the connection is of no more use."""
        ...

    def abandon(self) -> None:
        """Break the connection off at once, from any thread: a query that hangs then fails as Unreachable."""
        ...

    def cancel(self) -> None:
        """Ask the server to end the query that runs: it then fails as Overdue. Blocks for a second or two at most.

        Raises SourceError when the server could not be asked.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


Connector: TypeAlias = Callable[[], QueryConnection]
"""Opens a connection; raises SourceError."""
