"""Looks for someone who wants no colour at all (NO_COLOR)."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class NoColors(LineFilter):
    """Leaves bold, underlined and the like. What stands on a ground of the letters' brightness is reversed."""

    def __init__(self, *, is_dark: bool) -> None:
        super().__init__()
        self._is_dark = is_dark
        self._without = lru_cache(1024)(self._look)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line without colours."""
        del background
        return [Segment(text, style and self._without(style), control) for text, style, control in segments]

    def _look(self, style: Style) -> Style:
        ground, letters = _brightness(style.bgcolor), _brightness(style.color)
        is_marked = ground is not None and letters is not None and (letters < ground) is self._is_dark
        return style.without_color + Style(reverse=is_marked != bool(style.reverse))


def _brightness(color: RichColor | None) -> float | None:
    if color is None or color.is_default:
        return None
    return Color.from_rich_color(color).brightness
