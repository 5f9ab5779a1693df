"""Campaigns as the table `campaigns` keeps them, and the steps of their rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

RATE_STEPS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
"""Donations a second that the keys + and - go through."""

DEFAULT_RATE_PER_S = 200
CITIES_A_CAMPAIGN = 4


class CampaignState(StrEnum):
    """planned → running → stopping → ended; lost when its runner fell silent."""

    PLANNED = "planned"
    RUNNING = "running"
    STOPPING = "stopping"
    ENDED = "ended"
    LOST = "lost"


def next_rate(rate_per_s: int) -> int:
    """The step above, or the highest."""
    return next((step for step in RATE_STEPS if step > rate_per_s), RATE_STEPS[-1])


def previous_rate(rate_per_s: int) -> int:
    """The step below, or the lowest."""
    return next((step for step in reversed(RATE_STEPS) if step < rate_per_s), RATE_STEPS[0])


@dataclass(frozen=True, slots=True)
class Campaign:
    """One row of `campaigns`. Times are UTC and carry no zone; counts are donations unless they say events."""

    campaign_id: int
    name: str
    cities: tuple[str, ...]
    organizations: tuple[str, ...]
    state: CampaignState
    rate_per_s: int
    producer: int
    started_at: datetime | None
    ended_at: datetime | None
    heartbeat_at: datetime | None
    generated: int
    acked: int
    failed: int
    unknown: int
    events_generated: int
    events_acked: int
    visit_fraction: float
    real_rate_per_s: float
    note: str

    @property
    def in_flight(self) -> int:
        """Donations whose delivery report is still awaited."""
        return self.generated - self.acked - self.failed - self.unknown
