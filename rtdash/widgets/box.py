"""A box above the board: what it says, and at its foot the keys that answer it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding

from rtdash.widgets.drawing.spans import Line, Span
from rtdash.widgets.keys import KeysLine
from rtdash.widgets.panel import Frame


class Box(Frame, can_focus=False):
    """As high and wide as the style sheet says; other widgets may stand on its lines, so that it does not scroll."""

    def __init__(self, title: str, bindings: Sequence[Binding], *, id: str) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._title = title
        self._listed = bindings
        # The keys stand on the last one.
        self._below: list[Line] = [(), ()] if bindings else []

    @property
    def rows(self) -> int:
        """How many of its lines there is room for."""
        return self.room(self._below)

    def compose(self) -> ComposeResult:
        """The keys, if there are any."""
        if self._listed:
            yield KeysLine(self._listed, keep=frozenset())

    def redraw(self) -> None:
        """Draw what it says."""
        if self.is_attached and self.size.area:
            lines = self.lines()
            more = len(lines) - self.rows
            foot: list[Span] = [(f" {more} more on a taller terminal ", "muted")] if more > 0 else []
            note = self.hidden_trouble()
            self.compose_frame([(f" {self._title} ", "title")], [], lines[: self.rows], note, foot, pinned=self._below)

    def hidden_trouble(self) -> list[Span]:
        """What is wrong, and told by lines that have no room."""
        return []

    def lines(self) -> list[Line]:
        """What it says."""
        raise NotImplementedError


class Notice(Box, can_focus=False):
    """Says always the same."""

    def __init__(self, title: str, said: Sequence[Line], bindings: Sequence[Binding], *, id: str) -> None:  # noqa: A002 (Textual's name)
        super().__init__(title, bindings, id=id)
        self._said = said

    def lines(self) -> list[Line]:
        """What it was given."""
        return [*self._said]
