"""The control pane: the campaigns of every dashboard on this database, and which of them the keys act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click

from rtdash.widgets.cursor import Cursor
from rtdash.widgets.drawing import campaigns
from rtdash.widgets.drawing.record import Record, campaign_id, is_active, newest, note
from rtdash.widgets.drawing.spans import Line, Span
from rtdash.widgets.panel import Frame


class CampaignsPane(Frame):
    """A table with a cursor, and lines below it that stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Campaign above", show=False),
        Binding("down", "move(1)", "Campaign below", show=False),
        Binding("pageup", "move(-10)", "Campaigns above", show=False),
        Binding("pagedown", "move(10)", "Campaigns below", show=False),
    ]
    sticky = 1

    def __init__(self) -> None:
        super().__init__(id="campaigns")
        self.tooltip = "❯ marks the campaign that x + - g act on; ▼ is braked, = all that was acknowledged is loaded."
        self.cursor = Cursor(campaign_id, newest)
        self._records: Sequence[Record] = ()
        self._corner: list[Span] = []
        self._said: list[Span] = []
        self._foot: Sequence[Line] = ()

    @property
    def chosen(self) -> Record | None:
        """The campaign under the cursor; None when there is none at all."""
        chosen = self.chosen_id
        return next((record for record in self._records if campaign_id(record) == chosen), None)

    @property
    def chosen_id(self) -> int | None:
        """The number of the campaign under the cursor; None when there is none at all."""
        return self.cursor.on(self._records)

    @property
    def has_active(self) -> bool:
        """Whether a campaign runs, stops or is planned."""
        return any(is_active(record) for record in self._records)

    def set_campaigns(
        self, records: Sequence[Record], corner: list[Span], said: list[Span], foot: Sequence[Line] = ()
    ) -> None:
        """Draw other campaigns; `corner` is the delivery in short, `said` what the control last said, `foot` lines
        that stay at the bottom.
        """
        self._records, self._corner, self._said, self._foot = records, corner, said, foot
        self.redraw()

    def action_move(self, rows: int) -> None:
        """Choose the campaign so many rows below, or above when negative."""
        self.cursor.move(self._records, rows)
        self.redraw()

    def on_click(self, event: Click) -> None:
        """Choose the campaign under the pointer."""
        if (row := self.row_at(event.y, self._foot)) is not None:
            for record in self._records[row:][:1]:
                self.cursor.follow(campaign_id(record))
            self.redraw()

    def redraw(self) -> None:
        """Draw the last campaigns."""
        if not self.is_attached or not self.size.area:
            return
        chosen = self.chosen
        if chosen is not None:
            self.reveal(self._records.index(chosen), self._foot)
        lines = campaigns.draw(self._records, self.chosen_id, self.inner[0])
        title: list[Span] = [(" Campaigns ", "title")]
        said = self._said or self._note(chosen)
        # An open frame has no edge below that could say it, and its last line is of the foot.
        above, below = ([], said) if self.boxed else (said, [])
        self.compose_frame([*title, *above], self._corner, lines, below, [], pinned=self._foot)

    @staticmethod
    def _note(chosen: Record | None) -> list[Span]:
        said, role = note(chosen) if chosen is not None else ("", "text")
        return [(f" {said} ", role)] if said else []
