"""What is known of one panel at one moment: the value that its widget draws."""

from __future__ import annotations

from dataclasses import dataclass

from rtdash.model.data import Absent, Data
from rtdash.model.latency import NO_LATENCY, Latency
from rtdash.model.shards import Shards


@dataclass(frozen=True, slots=True)
class PanelState:
    """Times are of `time.monotonic`. The last good `data` stays when an error comes, with its age."""

    data: Data | None = None
    answered_at: float | None = None
    """When the query that gave `data` was started: the data is as old as that."""
    answered_by: str = ""
    """The panel whose query gave `data`: this one, or the one in whose place it is shown."""
    error: str | None = None
    latency: Latency = NO_LATENCY
    rate_per_s: float | None = None
    """How fast a single number grows; None for anything else, or when it is not known yet."""
    missed: int = 0
    in_flight_since: float | None = None
    shards: Shards | None = None
    """How many shards of a cluster answer, where that is known."""

    @property
    def is_absent(self) -> bool:
        """Whether the server has nothing that the panel could show: then it is not asked."""
        return isinstance(self.data, Absent)

    def age_s(self, now: float) -> float | None:
        """Age of the data, s; None when there never was any."""
        return None if self.answered_at is None else max(0.0, now - self.answered_at)

    def in_flight_ms(self, now: float) -> float:
        """How long the running query has taken so far, ms; 0 when none runs."""
        return 0.0 if self.in_flight_since is None else max(0.0, 1000 * (now - self.in_flight_since))

    def is_slow(self, now: float, threshold_ms: float) -> bool:
        """Whether the last answer, or the one still awaited, is over the threshold."""
        return self.latency.last > threshold_ms or self.in_flight_ms(now) > threshold_ms


EMPTY_STATE = PanelState()
