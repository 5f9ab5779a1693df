"""Campaigns: what is asked of one, what the table `campaigns` keeps of it, and the steps of its rate."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from rtdash.model.places import CITIES, ORGANIZATIONS

RATE_STEPS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
"""Donations a second that the keys + and - go through."""
PRESETS = {"gentle": 5, "brisk": 200, "aggressive": 10_000, "storm": 50_000}
"""Donations a second by the name of a preset; the first is the workshop's plain loop, the third its aggressive one."""
AS_FAST_AS_IT_CAN = 1_000_000_000
"""A wanted rate that is no bound."""

DEFAULT_RATE_PER_S = PRESETS["brisk"]
CITIES_A_CAMPAIGN = 4
LONGEST_NAME = 80
MOST_DONATIONS = (1 << 32) - 1
"""The ids of a campaign's donations have 32 bits."""
LONGEST_S = 365 * 24 * 3600.0
"""Till a planned campaign begins, or one ends."""


class CampaignState(StrEnum):
    """planned → running → stopping → ended; lost when its runner fell silent."""

    PLANNED = "planned"
    RUNNING = "running"
    STOPPING = "stopping"
    ENDED = "ended"
    LOST = "lost"


ACTIVE = (CampaignState.PLANNED, CampaignState.RUNNING, CampaignState.STOPPING)
"""States of a campaign that has a runner."""


RateChange: TypeAlias = Callable[[int], int]
"""From a rate to another, both in donations a second: `next_rate`, `previous_rate`, `next_preset`."""


def next_rate(rate_per_s: int) -> int:
    """The step above; a rate beyond all of them stays."""
    return next((step for step in RATE_STEPS if step > rate_per_s), max(rate_per_s, RATE_STEPS[-1]))


def previous_rate(rate_per_s: int) -> int:
    """The step below, or the lowest."""
    return next((step for step in reversed(RATE_STEPS) if step < rate_per_s), RATE_STEPS[0])


def next_preset(rate_per_s: int) -> int:
    """The rate of the next preset, after the last the first."""
    return next((rate for rate in PRESETS.values() if rate > rate_per_s), next(iter(PRESETS.values())))


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """What is asked of a campaign. Without a name it gets its number, without cities four at random.

    Raises ValueError, with what is allowed, when it cannot be run.
    """

    name: str = ""
    rate_per_s: int = DEFAULT_RATE_PER_S
    cities: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    """None named: all."""
    beside: bool = False
    """Leave the running campaigns alone."""
    count: int | None = None
    """End after this many donations."""
    duration_s: float | None = None
    """End after this time, s."""
    delay_s: float = 0.0
    """Begin after this time, s; planned till then."""

    def __post_init__(self) -> None:
        if len(self.name) > LONGEST_NAME or any(unicodedata.category(char)[0] == "C" for char in self.name):
            raise ValueError(f"a name has at most {LONGEST_NAME} characters, none that is not printed")
        if not (1 <= self.rate_per_s <= RATE_STEPS[-1] or self.rate_per_s == AS_FAST_AS_IT_CAN):
            raise ValueError(f"{self.rate_per_s:,}/s: allowed: 1 … {RATE_STEPS[-1]:,} donations a second, or max")
        _known(self.cities, [city.name for city in CITIES], "cities")
        _known(self.organizations, [organization.name for organization in ORGANIZATIONS], "organisations")
        if self.count is not None and not 1 <= self.count <= MOST_DONATIONS:
            raise ValueError(f"{self.count:,} donations: allowed: 1 … {MOST_DONATIONS:,}")
        if self.duration_s is not None and not 0 < self.duration_s <= LONGEST_S:
            raise ValueError(f"{self.duration_s} s: allowed: a duration above 0, at most a year")
        if not 0 <= self.delay_s <= LONGEST_S:
            raise ValueError(f"{self.delay_s} s: allowed: a delay of 0 or more, at most a year")


def _known(names: Sequence[str], allowed: Sequence[str], what: str) -> None:
    for name in names:
        if name not in allowed:
            raise ValueError(f"{name!r} is not one of the {what}; allowed: {', '.join(sorted(allowed))}")


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
    starts_at: datetime | None = None
    """Planned start."""
    ends_at: datetime | None = None
    """Planned end, if it has one."""
    wanted: int | None = None
    """Donations after which it ends, if it has such a bound."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    heartbeat_at: datetime | None = None
    generated: int = 0
    acked: int = 0
    failed: int = 0
    unknown: int = 0
    events_generated: int = 0
    events_acked: int = 0
    events_failed: int = 0
    events_unknown: int = 0
    visit_fraction: float = 1.0
    real_rate_per_s: float = 0.0
    note: str = ""

    @property
    def in_flight(self) -> int:
        """Donations whose delivery report is still awaited."""
        return self.generated - self.acked - self.failed - self.unknown

    @property
    def is_active(self) -> bool:
        """Whether a runner is at work for it, or will be."""
        return self.state in ACTIVE
