"""A slow execution, with its parts and what else went on: a line of the slow log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from pydantic import AwareDatetime, TypeAdapter


@dataclass(frozen=True, slots=True)
class SlowQuery:
    """One execution of one panel's query that took longer than the threshold. Durations are in ms."""

    at: AwareDatetime
    """When it was asked, UTC."""
    panel_id: str
    title: str
    server: str
    threshold_ms: float
    waited_ms: float
    """For a lane."""
    connect_ms: float
    execute_ms: float
    fetch_ms: float
    decode_ms: float
    draw_ms: float
    parameters: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    error: str = ""
    """Why there was no answer; empty when there was one."""
    campaigns: tuple[str, ...] = ()
    """Those that ran, with their rates."""
    lag: int | None = None
    """Messages that waited in Kafka for ingest; None where it is not known."""
    behind_s: float | None = None
    """How far the rollups were behind; None where it is not known."""
    rolling_up: tuple[str, ...] = ()
    """Rollups that ran."""
    is_checkpoint: bool | None = None
    """Whether the clickstream's server wrote a checkpoint; None where it is not known."""
    beside: tuple[str, ...] = ()
    """Titles of our other queries on the same server meanwhile."""

    @property
    def latency_ms(self) -> float:
        """Execute + fetch, which is what the threshold is held against."""
        return self.execute_ms + self.fetch_ms

    @property
    def parts(self) -> Mapping[str, float]:
        """Where the time went, in the order in which it passed."""
        return {
            "waited": self.waited_ms,
            "connect": self.connect_ms,
            "execute": self.execute_ms,
            "fetch": self.fetch_ms,
            "decode": self.decode_ms,
            "draw": self.draw_ms,
        }

    @property
    def around(self) -> tuple[str, ...]:
        """What else went on then, in words."""
        return (
            *self.campaigns,
            *([f"lag {self.lag:,}"] if self.lag else []),
            *([f"rollups behind {self.behind_s:.1f} s"] if self.behind_s else []),
            *([f"rollup{'s' * (len(self.rolling_up) > 1)} {', '.join(self.rolling_up)}"] if self.rolling_up else []),
            *(["checkpoint of the clickstream"] if self.is_checkpoint else []),
            *([f"beside {', '.join(self.beside)}"] if self.beside else []),
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the slow log has of some time."""

    latest: tuple[SlowQuery, ...] = ()
    """The newest first."""
    older: int = 0
    """Rows that were not read."""
    unreadable: int = 0
    """Rows of another version among the latest."""

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.latest) + self.unreadable + self.older


def to_json(slow: SlowQuery) -> str:
    """One line."""
    return _document().dump_json(slow).decode()


def from_json(text: str) -> SlowQuery:
    """Raises ValueError on anything else than what `to_json` gives."""
    return _document().validate_json(text)


@cache
def _document() -> TypeAdapter[SlowQuery]:
    # It takes some ms, for which no start should wait.
    return TypeAdapter(SlowQuery)
