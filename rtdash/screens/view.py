"""How the dashboard is shown: what the composition root decides for the app."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True)
class View:
    """How things are shown; times in s and ms."""

    threshold_ms: float
    zone: tzinfo
    servers: Mapping[str, str]
    """Titles of the servers by source."""
    asks_before_leaving: bool = True
    starts_campaign: bool = False
    """A campaign is started at once."""
    diffs: bool = True
    """Only the cells that changed are written."""
    is_ascii: bool = False
    """The terminal has no signs but those of ASCII."""
    sweeps: bool = True
    """Live charts stand still, and a write head sweeps over them."""
    has_meter: bool = False
    """What the terminal is sent is said."""
    line_budget: int | None = None
    """So many bytes a second at most."""
    frame_rate: int | None = None
    """So many frames a second at most."""
    after_frame: Callable[[], object] = lambda: None
    """What is done when one is painted and nobody waits for another; it takes milliseconds."""
    clock: Callable[[], float] = time.monotonic
    """Of the samples, s."""
    wall: Callable[[tzinfo], datetime] = datetime.now
    """What time it is in a zone."""
