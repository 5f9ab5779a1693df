"""The latency pane: every panel's latencies, the worst first or in another order, and which panel the keys act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click

from rtdash.messages import WhyAsked
from rtdash.widgets.cursor import ROW_BINDINGS, Cursor, topmost
from rtdash.widgets.drawing import latency
from rtdash.widgets.drawing.spans import Line, Span, fit
from rtdash.widgets.drawing.table import column_at
from rtdash.widgets.panel import Frame

REFRESH_S = 0.95
"""How often figures that nobody can read faster are renewed."""

LATENCY_BINDINGS = (
    Binding(
        "o", "sort", "order", tooltip="In the latency table: order by the next column; a click on its name does too"
    ),
    Binding("w", "reach", "1, 5, 60 min", tooltip="In the latency table: figures of the last 1, 5 or 60 minutes"),
    Binding(
        "v",
        "missed",
        "missed polls",
        tooltip="In the latency table: as measured, or with what each poll that was missed would have waited",
    ),
)
"""Heard while the table has the focus; `l` gives it."""


class LatencyPane(Frame):
    """A table with a cursor, which shows while the keys are here; the view is chosen by keys, or by a click on the name
    of a column.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *LATENCY_BINDINGS,
        *ROW_BINDINGS,
        Binding("enter", "why", "Why", show=False),
    ]
    sticky = 1

    def __init__(self, threshold_ms: float) -> None:
        super().__init__(id="latency")
        self.tooltip = "Execute and fetch of each query, in ms. ▲ over the threshold, ✗ failing. Enter says why."
        self.cursor: Cursor[latency.Row, str] = Cursor(_panel_id, topmost)
        self.view = latency.DEFAULT
        """Which figures are shown, and in which order."""
        self._threshold_ms = threshold_ms
        self._rows: Sequence[latency.Row] = ()
        self._at = 0.0
        self._flags: list[tuple[str, bool, bool]] = []
        self._shares: list[Span] = []
        self._header: Line = ()

    def set_rows(self, rows: Sequence[latency.Row], at: float, shares: list[Span]) -> None:
        """Draw other rows at a moment of the samples' clock, and what share of each server's time we take.

        Figures are renewed once a second; a row that is new, or flagged, or no longer, shows in the very next frame.
        """
        flags = [(row.panel_id, row.state.error is None, row.state.is_slow(at, self._threshold_ms)) for row in rows]
        if flags != self._flags or at - self._at >= REFRESH_S or not self._rows:
            self._rows, self._at, self._shares, self._flags = rows, at, shares, flags
            self.redraw()

    @property
    def chosen_id(self) -> str | None:
        """The panel under the cursor; None before there are any."""
        return self.cursor.on(self._ordered())

    def _ordered(self) -> list[latency.Row]:
        return latency.order(self._rows, self._at, self.view)

    def redraw(self) -> None:
        """Draw the last rows."""
        if not self.is_attached or not self.size.area:
            return
        shown = self._ordered()
        chosen = self.cursor.on(shown) if self.has_focus else None
        pinned = self._pinned()
        if chosen is not None:
            self.reveal([row.panel_id for row in shown].index(chosen), pinned)
        lines = latency.draw(shown, self._at, self._threshold_ms, self.inner[0], self.view, chosen)
        self._header = lines[0]
        title: list[Span] = [
            (" Latency, ms ", "title"),
            (f"{self.view.title} ", "accent" if self.view.with_missed else "muted"),
            (f"▲ over {self._threshold_ms:g} ", "muted"),
        ]
        self.compose_frame(title, self._shares, lines, [] if pinned else self._keys(), [], pinned=pinned)

    def _keys(self) -> list[Span]:
        """The keys of this table, while it is the one that hears them."""
        if not self.has_focus:
            return []
        pairs = [((f" {key.key} ", "key"), (f"{key.description} ", "muted")) for key in LATENCY_BINDINGS]
        return [span for pair in pairs for span in pair]

    def _pinned(self) -> list[Line]:
        """The keys, where no frame has room for them, so that they hide no row."""
        keys = self._keys()
        return [fit(keys, self.inner[0])] if keys and not self.boxed else []

    def on_focus(self) -> None:
        """Show the keys."""
        self.redraw()

    def on_blur(self) -> None:
        """They are another's now."""
        self.redraw()

    def on_click(self, event: Click) -> None:
        """Order by the column whose name is clicked, or choose the panel under the pointer; twice is Enter."""
        if event.y == 1 and (column := column_at(self._header, event.x - self.boxed)) in latency.SORTS:
            self._look(self.view.sorted_by(column))
        elif (row := self.row_at(event.y, self._pinned())) is not None and (clicked := self._ordered()[row:]):
            self.cursor.follow(clicked[0].panel_id)
            self.redraw()
            if event.chain == 2:
                self.action_why()

    def action_move(self, rows: int) -> None:
        """Choose the panel so many rows below, or above when negative."""
        self.cursor.move(self._ordered(), rows)
        self.redraw()

    def action_why(self) -> None:
        """Ask why the chosen panel is slow."""
        if (chosen := self.chosen_id) is not None:
            self.post_message(WhyAsked(chosen))

    def action_sort(self) -> None:
        """In the order of the next column."""
        self._look(self.view.resorted())

    def action_reach(self) -> None:
        """Figures of the last 1, 5 or 60 minutes."""
        self._look(self.view.farther())

    def action_missed(self) -> None:
        """As measured, or with what missed polls would have waited."""
        self._look(self.view.other())

    def _look(self, view: latency.View) -> None:
        self.view = view
        self.redraw()


def _panel_id(row: latency.Row) -> str:
    return row.panel_id
