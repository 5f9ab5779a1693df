"""Why there is nothing to draw, in one quiet line."""

from __future__ import annotations

from rtdash.model.data import Absent
from rtdash.widgets.drawing.spans import Line, fit


def draw(absent: Absent, width: int) -> list[Line]:
    """The reason."""
    return [fit(((f" {absent.reason}", "muted"),), width)]
