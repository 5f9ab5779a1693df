"""Keys and panels, in one pane that scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding

from rtdash.panels.spec import PanelSpec
from rtdash.widgets.drawing import help as drawing
from rtdash.widgets.panel import Frame


class HelpPane(Frame):
    """Lists the keys of the dashboard, and what its panels show."""

    def __init__(self, bindings: Sequence[Binding], specs: Sequence[PanelSpec]) -> None:
        super().__init__(id="help")
        self._listed = bindings
        self._specs = specs

    def redraw(self) -> None:
        """Draw all of it."""
        if self.is_attached and self.size.area:
            lines = drawing.draw(self._listed, self._specs, self.inner[0])
            self.compose_frame([(" Help ", "title")], [], lines, [], [])
