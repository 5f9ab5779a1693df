"""Why is this query slow? What is known of it before its server is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rtdash.model.advice import Circumstances
from rtdash.model.latency import NO_LATENCY, Latency
from rtdash.model.slow import SlowQuery


@dataclass(frozen=True, slots=True)
class Question:
    """A panel's query, or one slow execution of it."""

    title: str
    server: str
    sql: str
    known: Circumstances
    parameters: Mapping[str, object] = field(default_factory=dict)
    latency: Latency = NO_LATENCY
    values_ms: tuple[float, ...] = ()
    """What its executions of the last hour took."""
    slow: SlowQuery | None = None
    """The execution that is asked about, or else the panel is."""
    slowest_at: datetime | None = None
    """When the slowest of the last hour that was answered began, UTC; None when none was over the threshold."""
    slowest_ms: float = 0.0
    given_up_ms: float = 0.0
    """After what the longest of that hour that was given up was; 0 when none was."""
