"""A box above the board: what it says, and at its foot the keys that answer it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding

from rtdash.widgets.drawing.spans import Line
from rtdash.widgets.keys import KeysLine
from rtdash.widgets.panel import Frame


class Box(Frame, can_focus=False):
    """As high and wide as the style sheet says; other widgets may stand on its lines."""

    def __init__(self, title: str, said: Sequence[Line], bindings: Sequence[Binding], *, id: str) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._title = title
        self._said = said
        self._listed = bindings

    def compose(self) -> ComposeResult:
        """The keys, if there are any."""
        if self._listed:
            yield KeysLine(self._listed, keep=frozenset())

    def redraw(self) -> None:
        """Draw what it says."""
        if self.is_attached and self.size.area:
            self.compose_frame([(f" {self._title} ", "title")], [], self.lines(), [], [])

    def lines(self) -> list[Line]:
        """What it says."""
        return [*self._said]
