"""The slow log: every query that was over the threshold, as the log on disk has them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from rtdash.errors import RtdashError
from rtdash.model.slow import Recorded
from rtdash.screens.above import Above
from rtdash.widgets.entry_line import EntryLine
from rtdash.widgets.keys import KeysLine
from rtdash.widgets.slow import SlowPane

READ_S = 1.0

SLOW_BINDINGS = (
    Binding("enter", "screen.why", "Why", key_display="Enter", tooltip="In the slow log: why this query was slow"),
    Binding("slash", "screen.filter", "Filter", key_display="/", tooltip="In the slow log: rows with these words"),
    Binding("o", "screen.sort", "Order", tooltip="In the slow log: order by the next column; a click on its name too"),
    Binding("w", "screen.reach", "Hour, day, week", tooltip="In the slow log: of the last hour, 24 hours or 7 days"),
    Binding("f", "screen.follow", "Follow", tooltip="In the slow log: new rows come in, or the rows hold still"),
    Binding("escape", "screen.leave", "Close", key_display="Esc", tooltip="Close the slow log"),
    Binding("q,L", "screen.dismiss", "Close", show=False),
)
"""Heard while the slow log is shown."""


class SlowScreen(Above[None]):
    """`read` gives the slow queries of the last so many seconds; it blocks, and is called in a thread.

    It raises RtdashError with one line.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*SLOW_BINDINGS]

    def __init__(self, read: Callable[[float], Recorded], threshold_ms: float, zone: tzinfo) -> None:
        super().__init__()
        self._read = read
        self._is_reading = False
        self._pane = SlowPane(threshold_ms, zone)
        self._filter = EntryLine("", "panel, server, error, campaign …: rows with all of these words", id="filter")

    def compose(self) -> ComposeResult:
        """The table, the filter while it is open, and the keys."""
        yield self._pane
        yield self._filter
        yield KeysLine(SLOW_BINDINGS, keep=frozenset())

    def on_mount(self) -> None:
        """Read at once, and go on reading."""
        self._filter.display = False
        self._pane.focus()
        self.set_interval(READ_S, self._begin)
        self._begin()

    def _begin(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            self.run_worker(self._fetch(), name="slow-log")

    async def _fetch(self) -> None:
        since_s = self._pane.view.since_s
        try:
            recorded, trouble = await asyncio.to_thread(self._read, since_s), ""
        except RtdashError as error:
            recorded, trouble = Recorded(), str(error)
        finally:
            self._is_reading = False
        if since_s == self._pane.view.since_s:
            self._pane.set_log(recorded, trouble)
        else:
            self._begin()

    def action_why(self) -> None:
        """Ask why the chosen query was slow."""
        self._pane.action_why()

    def action_sort(self) -> None:
        """In the order of the next column."""
        self._pane.set_view(self._pane.view.resorted())

    def action_reach(self) -> None:
        """Of the last hour, 24 hours or 7 days."""
        self._pane.set_view(self._pane.view.farther())
        self._begin()

    def action_follow(self) -> None:
        """The newest rows as they come, or the rows as they are."""
        if self._pane.follows:
            self._pane.hold()
            self._pane.redraw()
        else:
            self._pane.follow()

    def action_filter(self) -> None:
        """Type what the rows are to have."""
        self._filter.display = True
        self._filter.focus()

    @on(Input.Changed)
    def find(self, event: Input.Changed) -> None:
        """Show the rows that have what is typed."""
        self._pane.set_view(replace(self._pane.view, text=event.value.strip()))

    @on(Input.Submitted)
    def close_filter(self) -> None:
        """Keep what was typed, and give the keys back to the table."""
        self._filter.display = False
        self._pane.focus()

    def action_leave(self) -> None:
        """Drop the filter while it is being typed; otherwise close."""
        if self._filter.has_focus:
            self._filter.value = ""
            self.close_filter()
        else:
            self.dismiss()
