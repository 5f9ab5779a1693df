"""How a cell looks: colours and attributes, and the shortest way from one look to another."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from weakref import WeakValueDictionary

from rich.color import Color, ColorSystem
from rich.style import Style

from rtdash.terminal.cells import is_wide, spilled

MOST = 4096
"""Of what is remembered of each kind. A screen has less; what data bring in time is not kept for ever."""
_SWITCHES = {
    "bold": ("1", "22"),
    "dim": ("2", "22"),
    "italic": ("3", "23"),
    "underline": ("4", "24"),
    "blink": ("5", "25"),
    "blink2": ("6", "25"),
    "reverse": ("7", "27"),
    "conceal": ("8", "28"),
    "strike": ("9", "29"),
    "underline2": ("21", "24"),
    "frame": ("51", "54"),
    "encircle": ("52", "54"),
    "overline": ("53", "55"),
}
"""What turns an attribute on and off; some share what turns them off."""


class Cell:
    """What stands in one cell. Equal cells of a canvas are one object, so that they are compared by identity."""

    __slots__ = ("is_certain", "is_wide", "pen", "size", "spilled", "text")

    def __init__(self, text: str, pen: Pen) -> None:
        self.text = text
        """A character, with what combines with it; empty in the right half of a wide one."""
        self.pen = pen
        self.size = len(text.encode())
        """Bytes."""
        self.is_wide = is_wide(text)
        self.is_certain = len(text) == 1 and not self.is_wide
        """Whether every terminal moves on by one cell."""
        self.spilled = 0 if self.is_certain else spilled(text)
        """Over how many of the next ones some draw."""


class _Cells(dict[str, Cell]):
    def __init__(self, pen: Pen) -> None:
        self._pen = pen

    def __missing__(self, text: str) -> Cell:
        if len(self) >= MOST:
            # Those that are made again are other objects: they are written once more, no harm done.
            self.clear()
        cell = self[text] = Cell(text, self._pen)
        return cell


class Pen:
    """One look. Colours are SGR parameters, empty for the terminal's own."""

    __slots__ = ("__weakref__", "attributes", "background", "cells", "foreground")

    def __init__(self, attributes: frozenset[str], foreground: str, background: str) -> None:
        self.attributes = attributes
        self.foreground = foreground
        self.background = background
        self.cells = _Cells(self)
        """Cells that were drawn with this pen, by their text."""


class Pens:
    """All pens of one canvas, in the colours that its terminal has; equal looks are one pen.

    A terminal without any, such as `dumb`, has one pen.
    """

    def __init__(self, system: ColorSystem | None) -> None:
        self._system = system
        self._pens: WeakValueDictionary[tuple[frozenset[str], str, str], Pen] = WeakValueDictionary()
        """Those that a cell is drawn with, or that were asked for lately."""
        # Styles are many, since they hold what a click does; looks are few.
        self.of = lru_cache(MOST)(self._of)
        self.plain = self._of(Style.null())

    def __len__(self) -> int:
        return len(self._pens)

    def _of(self, style: Style | None) -> Pen:
        """The pen of a style."""
        style = style if style and self._system else Style.null()
        look = (
            frozenset(name for name in _SWITCHES if getattr(style, name)),
            self._code(style.color, foreground=True),
            self._code(style.bgcolor, foreground=False),
        )
        return self._pens.get(look) or self._pens.setdefault(look, Pen(*look))

    def _code(self, color: Color | None, *, foreground: bool) -> str:
        if color is None or color.is_default or self._system is None:
            return ""
        return ";".join(color.downgrade(self._system).get_ansi_codes(foreground))


@lru_cache(MOST)
def change(before: Pen, after: Pen) -> str:
    """What has the terminal draw with another pen: only what differs, or everything when that is shorter."""
    if before is after:
        return ""
    off = {_SWITCHES[name][1] for name in before.attributes - after.attributes}
    parts = sorted(off)
    # What turns bold off turns dim off as well.
    parts += _on(name for name in after.attributes if name not in before.attributes or _SWITCHES[name][1] in off)
    if before.foreground != after.foreground:
        parts.append(after.foreground or "39")
    if before.background != after.background:
        parts.append(after.background or "49")
    whole = ["0", *_on(after.attributes), *filter(None, (after.foreground, after.background))]
    return f"\x1b[{min(';'.join(parts), ';'.join(whole), key=len)}m"


def _on(names: Iterable[str]) -> list[str]:
    return sorted(_SWITCHES[name][0] for name in names)
