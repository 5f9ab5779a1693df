"""One execution of one panel's query, as it crosses from the lane's thread to the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rtdash.model.data import Data
from rtdash.model.shards import Shards


@dataclass(frozen=True, slots=True)
class Sample:
    """Times are of `time.monotonic`, durations in milliseconds; `data` is None exactly when `error` is set.

    `latency_ms` is execute + fetch on the wire; waiting for a lane, connecting and decoding are measured apart. Of the
    failed it is set for those that took too long, to the time that was waited for them.
    """

    panel_id: str
    started_at: float
    finished_at: float
    data: Data | None = None
    error: str | None = None
    waited_ms: float = 0.0
    connect_ms: float = 0.0
    execute_ms: float = 0.0
    fetch_ms: float = 0.0
    decode_ms: float = 0.0
    is_first: bool = False
    """The first on its connection, or of its query where that is compiled: kept out of the percentiles."""
    is_server_down: bool = False
    """The error concerns the server, so all its panels."""
    shards: Shards | None = None
    """How many shards of a cluster answered, where that is known."""
    missed_ms: tuple[float, ...] = ()
    """How long each poll that was left out meanwhile has waited, from its tick to this answer."""
    beside: frozenset[str] = frozenset()
    """Panels whose queries ran on the same server meanwhile."""
    variables: Mapping[str, object] = field(default_factory=dict)

    @property
    def latency_ms(self) -> float:
        """Execute + fetch, ms."""
        return self.execute_ms + self.fetch_ms
