"""What only gives others their places: of it nothing is drawn, or one colour."""

from __future__ import annotations

from textual.containers import Grid, Horizontal, Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


def blank(widget: Widget, crop: Region) -> list[Strip]:
    """What lies at the bottom, in the colour of `widget`: the same line as often as `crop` is high."""
    line = Strip.blank(crop.width, widget.rich_style)
    for each in widget.get_line_filters():
        line = line.apply_filter(each, widget.background_colors[1])
    return [line] * crop.height


class _Undrawn:
    """Mixed into what has the colour of what lies below it. No widget itself: the style sheet takes the first base."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """No lines: the compositor takes those of what lies below."""
        del crop
        return []


class Row(_Undrawn, Horizontal):
    """Side by side."""


class Column(_Undrawn, Vertical):
    """One above the other."""


class Tiles(_Undrawn, Grid):
    """In rows and columns."""
