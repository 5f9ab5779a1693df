"""Lines that are not panels: status, and the slowest query."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.widgets.drawing import latency, status
from rtdash.widgets.lines import Lines


class StatusLine(Lines):
    """One line at the top."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self._status = status.Status()

    def set_status(self, shown: status.Status) -> None:
        """Draw another status."""
        self._status = shown
        self.redraw()

    def redraw(self) -> None:
        """Draw the last status."""
        if self.size.area:
            self.show([status.draw(self._status, self.outer_size.width)])


class Slowest(Lines):
    """One line that names the slowest query, where the latency table has no room."""

    def __init__(self, threshold_ms: float) -> None:
        super().__init__(id="slowest")
        self._threshold_ms = threshold_ms
        self._rows: Sequence[latency.Row] = ()
        self._at = 0.0

    def set_rows(self, rows: Sequence[latency.Row], at: float) -> None:
        """Draw the worst of `rows` at a moment of the samples' clock."""
        self._rows, self._at = rows, at
        self.redraw()

    def redraw(self) -> None:
        """Draw the last rows."""
        if self.size.area:
            self.show([tuple(latency.worst(self._rows, self._at, self._threshold_ms))])
