"""The table of slow queries: it follows the log until somebody wants to look at a row."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click

from rtdash.messages import WhyAsked
from rtdash.model.slow import Recorded, SlowQuery
from rtdash.model.text import plain
from rtdash.widgets.cursor import ROW_BINDINGS, Cursor, topmost
from rtdash.widgets.drawing import slow as drawing
from rtdash.widgets.drawing.spans import Line, Span, fit
from rtdash.widgets.drawing.table import column_at
from rtdash.widgets.panel import Frame

DETAIL_LINES = 7


class SlowPane(Frame):
    """A table with a cursor; below it all of the row that the cursor is on."""

    BINDINGS: ClassVar[list[BindingType]] = [*ROW_BINDINGS]
    sticky = 1

    def __init__(self, threshold_ms: float, zone: tzinfo) -> None:
        super().__init__(id="slow")
        self.view = drawing.View()
        self.follows = True
        """Whether new rows come in by themselves."""
        self._threshold_ms = threshold_ms
        self._zone = zone
        self._cursor: Cursor[SlowQuery, SlowQuery] = Cursor(lambda slow: slow, topmost)
        self._latest = self._held = Recorded()
        """What is shown of, while it does not follow."""
        self._shown: list[SlowQuery] = []
        self._trouble = ""
        self._header: Line = ()

    @property
    def chosen(self) -> SlowQuery | None:
        """The row under the cursor; None when there is none."""
        return self._cursor.on(self._shown)

    def set_log(self, latest: Recorded, trouble: str = "") -> None:
        """What the log has now, or why it cannot be read: then the last rows stay."""
        if trouble:
            latest = self._latest
        if latest != self._latest or trouble != self._trouble:
            self._latest, self._trouble = latest, trouble
            self._choose()

    def set_view(self, view: drawing.View) -> None:
        """Show other rows, or the same in another order."""
        if view.since_s != self.view.since_s:
            self.follow()
        self.view = view
        self._offset = 0
        self._choose()

    def follow(self) -> None:
        """The newest row, and those that come."""
        self.follows = True
        self._cursor.follow(None)
        self._offset = 0
        self._choose()

    def hold(self) -> None:
        """What is shown now holds still."""
        if self.follows:
            self.follows, self._held = False, self._latest

    def action_move(self, rows: int) -> None:
        """Choose the row so many below, or above when negative."""
        self.hold()
        self._cursor.move(self._shown, rows)
        self.redraw()

    def action_scroll_body(self, lines: int) -> None:
        """Scroll by the wheel."""
        self.hold()
        super().action_scroll_body(lines)

    def on_click(self, event: Click) -> None:
        """Order by the column whose name is clicked, or choose the row under the pointer; twice is Enter."""
        if event.y == 1 and (column := column_at(self._header, event.x - self.boxed)) in drawing.ORDERS:
            self.set_view(self.view.sorted_by(column))
        elif (row := self.row_at(event.y, self._detail())) is not None and row < len(self._shown):
            self.hold()
            self._cursor.follow(self._shown[row])
            self.redraw()
            if event.chain == 2:
                self.action_why()

    def action_why(self) -> None:
        """Ask why the chosen query was slow."""
        if (chosen := self.chosen) is not None:
            self.post_message(WhyAsked(chosen.panel_id, chosen))

    @property
    def _read(self) -> Recorded:
        return self._latest if self.follows else self._held

    def _choose(self) -> None:
        self._shown = self.view.choose(self._read.latest)
        self.redraw()

    def _detail(self) -> list[Line]:
        chosen = self.chosen
        return [] if chosen is None else drawing.detail(chosen, self._zone, self.inner[0], DETAIL_LINES)

    def redraw(self) -> None:
        """Draw the last rows."""
        if not self.is_attached or not self.size.area:
            return
        self.set_class(bool(self._trouble), "-error")
        detail = self._detail()
        room = self.room(detail) - self.sticky
        chosen = self.chosen
        if chosen is not None:
            self.reveal(self._shown.index(chosen), detail)
        self._offset = max(0, min(self._offset, len(self._shown) - room))
        seen = range(self._offset, min(self._offset + room, len(self._shown)))
        lines = drawing.draw(self._shown, self.view, self._zone, self.inner[0], seen, chosen)
        self._header = lines[0]
        if chosen is None:
            lines = [fit((self._empty(),), self.inner[0])]
        note: list[Span] = [(f" ✗ {plain(self._trouble)} ", "error")] if self._trouble and chosen is not None else []
        self.compose_frame(self._title(), self._corner(), lines, note, [], pinned=detail)

    def _title(self) -> list[Span]:
        within = drawing.REACHES[self.view.since_s]
        title: list[Span] = [
            (" Slow queries ", "title"),
            (f"▲ over {self._threshold_ms:g} ms, last {within} ", "muted"),
        ]
        return [*title, (f"with: {self.view.text} ", "accent")] if self.view.text else title

    def _corner(self) -> list[Span]:
        count: list[Span] = [(f" {drawing.count(self._read, len(self._shown))} ", "muted")]
        if self._read.unreadable:
            count.append((f"{self._read.unreadable:,} of another version ", "warn"))
        if self.follows:
            return [*count, ("following ", "good")]
        newest = self._held.latest[0].at if self._held.latest else None
        new = sum(newest is None or slow.at > newest for slow in self._latest.latest)
        return [*count, (f"held, {new:,} new: f " if new else "held: f ", "warn")]

    def _empty(self) -> Span:
        if self._trouble:
            return f" ✗ {plain(self._trouble)}", "error"
        within = drawing.REACHES[self.view.since_s]
        if self.view.text:
            return f" nothing with “{self.view.text}” in the last {within}", "muted"
        return f" nothing over {self._threshold_ms:g} ms in the last {within}", "muted"
