"""Keys and panels, in one pane that scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding

from rtdash.panels.spec import PanelSpec
from rtdash.widgets.drawing import help as drawing
from rtdash.widgets.drawing.spans import Line
from rtdash.widgets.panel import Frame


class HelpPane(Frame):
    """Lists the keys of the dashboard, and what its panels show."""

    def __init__(self, bindings: Sequence[Binding], specs: Sequence[PanelSpec]) -> None:
        super().__init__(id="help")
        self._listed = bindings
        self._specs = specs
        self._cells = 0
        self._text: list[Line] = []

    def rewind(self) -> None:
        """Back to the top."""
        self._offset = 0
        self.redraw()

    def redraw(self) -> None:
        """Draw it for the width that it has."""
        if not self.is_attached or not self.size.area:
            return
        if (cells := self.inner[0]) != self._cells:
            self._cells, self._text = cells, drawing.draw(self._listed, self._specs, cells)
        self.compose_frame([(" Help ", "title")], [], self._text, [], [])
