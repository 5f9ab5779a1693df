"""A widget made of lines with roles, which redraws only the cells that changed."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from rtdash.widgets.drawing.spans import Line, changed, fit

ROLES = (
    "accent", "bar", "border", "error", "good", "header", "key", "muted", "outline", "series-1", "series-2",
    "series-3", "series-4", "strong", "text", "title", "value", "warn",
)  # fmt: skip


COMPONENTS = frozenset(f"lines--{role}" for role in ROLES)
"""The component classes of the app that give the roles their colours: once for all widgets, not once for each."""


class Lines(Widget):
    """Subclasses call `show` with as many lines as the widget is high.

    Colours come from the component classes of the app, and from the widget's own where it has one of that name. Nothing
    lies around the lines, neither border nor padding: their size is `outer_size`, while the widget is to be seen, and
    to know `size` takes long.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._strips: list[Strip] = []
        self._styles_by_role: dict[str, Style] = {}
        self._background: Color | None = None
        self._drawn_for = Size(0, 0)
        self._is_rendered = False

    @property
    def shows(self) -> bool:
        """Whether what was shown last is still there; not after another size, or other colours."""
        return bool(self._lines)

    def show(self, lines: list[Line]) -> None:
        """Draw `lines`; a line that is as it was costs nothing."""
        width, height = self.outer_size
        lines = lines[:height]
        if len(lines) != len(self._lines) or any(strip.cell_length != width for strip in self._strips[:1]):
            self._lines = [fit(line, width) for line in lines]
            self._strips = [self._strip(line) for line in self._lines]
            if not self._is_rendered:
                self.refresh()
            return
        changes = [self._change(row, line, width) for row, line in enumerate(lines) if line != self._lines[row]]
        if regions := [region for region in changes if region]:
            self.refresh(*regions)

    def _change(self, row: int, line: Line, width: int) -> Region:
        """Have a row be this line; the cells in which it differs."""
        line = fit(line, width)
        start, end = changed(self._lines[row], line)
        self._lines[row], self._strips[row] = line, self._strip(line)
        return Region(start, row, max(0, end - start), 1)

    def _strip(self, line: Line) -> Strip:
        """A line as it goes to the compositor: filters are the same for all frames."""
        segments = [Segment(text, self._style(role)) for text, role in line if text]
        for each in self.get_line_filters():
            if self._background is None:
                self._background = self.background_colors[1]
            segments = each.apply(segments, self._background)
        return Strip(segments)

    def _style(self, role: str) -> Style:
        style = self._styles_by_role.get(role)
        if style is None:
            name = f"lines--{role}"
            owner = self if name in self.COMPONENT_CLASSES else self.app
            style = self.rich_style + owner.get_component_styles(name).partial_rich_style
            self._styles_by_role[role] = style
        return style

    def redraw(self) -> None:
        """Draw again from the last state; subclasses know it."""
        raise NotImplementedError

    def notify_style_update(self) -> None:
        """A theme or a class changed: every colour may have."""
        super().notify_style_update()
        self._forget_styles()
        # Textual calls this before it has renewed the styles of the component classes.
        self.call_later(self._restyle)

    def _forget_styles(self) -> None:
        self._styles_by_role.clear()
        self._background = None

    def _restyle(self) -> None:
        self._forget_styles()
        self.outdate()

    def outdate(self) -> None:
        """Have all of it drawn again when it is painted next."""
        self._drawn_for = Size(0, 0)
        self.refresh()

    def on_resize(self) -> None:
        """Draw for the new size, unless that was painted already."""
        self._fill()

    def _fill(self) -> None:
        if self._drawn_for != self.outer_size:
            self._drawn_for = self.outer_size
            self._lines, self._strips = [], []
            self.redraw()

    def render_line(self, y: int) -> Strip:
        """One line, as last shown."""
        if y < len(self._strips):
            return self._strips[y]
        return self._strip(fit((), self.outer_size.width))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The cells of `crop`: the strips have the background already, so there is nothing to lay around them."""
        # Of its new size it hears only after the frame of the new layout: another one would follow.
        self._is_rendered = True
        self._fill()
        self._is_rendered = False
        return [self.render_line(y).crop(*crop.column_span) for y in crop.line_range]
