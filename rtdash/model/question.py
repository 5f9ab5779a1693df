"""Why is this query slow? What is known of it before its server is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
