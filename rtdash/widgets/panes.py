"""Panes that are not panels: status line, slowest query, latency."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.widgets.drawing import latency, status
from rtdash.widgets.drawing.spans import Span
from rtdash.widgets.lines import Lines
from rtdash.widgets.panel import Frame

REFRESH_S = 0.95
"""How often figures that nobody can read faster are renewed."""


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
            self.show([status.draw(self._status, self.size.width)])


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


class LatencyPane(Frame):
    """Every panel's latencies, the worst first."""

    sticky = 1

    def __init__(self, threshold_ms: float) -> None:
        super().__init__(id="latency")
        self.tooltip = "Execute and fetch of each query, in ms. ▲ over the threshold, ✗ failing."
        self._threshold_ms = threshold_ms
        self._rows: Sequence[latency.Row] = ()
        self._at = 0.0
        self._flags: list[tuple[bool, bool]] = []
        self._shares: list[Span] = []

    def set_rows(self, rows: Sequence[latency.Row], at: float, shares: list[Span]) -> None:
        """Draw other rows at a moment of the samples' clock, and what share of each server's time we take.

        Figures are renewed once a second; a row that becomes flagged, or is no longer, shows in the very next frame.
        """
        flags = [(row.state.error is None, row.state.is_slow(at, self._threshold_ms)) for row in rows]
        if flags != self._flags or at - self._at >= REFRESH_S or not self._rows:
            self._rows, self._at, self._shares, self._flags = rows, at, shares, flags
            self.redraw()

    def redraw(self) -> None:
        """Draw the last rows."""
        if not self.is_attached or not self.size.area:
            return
        lines = latency.draw(self._rows, self._at, self._threshold_ms, self.inner[0])
        title: list[Span] = [(" Latency, ms ", "title"), (f"▲ over {self._threshold_ms:g} ", "muted")]
        self.compose_frame(title, self._shares, lines, [], [])
