"""One query that is due: queued, then in flight, then a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rtdash.panels.spec import PanelSpec


@dataclass(frozen=True, slots=True)
class Job:
    """`queued_at` is of the scheduler's clock, s."""

    spec: PanelSpec
    parameters: Mapping[str, object]
    queued_at: float
    deadline_s: float
