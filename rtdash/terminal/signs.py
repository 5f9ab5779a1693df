"""Signs for a terminal that has no other than ASCII's."""

from __future__ import annotations

import unicodedata

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from rtdash.terminal.cells import pieces

_SIGNS = {
    **dict.fromkeys("─━═╌┄┈╸╺–—‐−▔", "-"),
    **dict.fromkeys("│┃║╎┆┊╹╻▏▕", "|"),
    **dict(zip("▁▂▃▄▅▆▇█", "_.-:=+*#", strict=True)),
    "▀": "=",
    **dict(zip("▎▍▌▋▊▉░▒▓", "--===#.:%", strict=True)),
    **dict(zip("●◐◍○◌■□▶►❯◀▲▼✗✓↑↓←→❚", "***oo##>>><^vxv^v<>|", strict=True)),
    **dict(zip("…·•€°µ±≈≠≤≥×“”‘’", "...Eou~~#<>x\"\"''", strict=True)),
}
_BOX = range(0x2500, 0x2580)
_BRAILLE = range(0x2800, 0x2900)
_DOTS = " .::****#"
"""By the number of dots."""


class _Ascii(dict[int, str]):
    """Signs by the character's number, found when first asked for; each takes as many cells as the character."""

    def __missing__(self, code: int) -> str:
        sign = self[code] = _ascii(chr(code))
        return sign


def _ascii(char: str) -> str:
    if char.isascii():
        return char
    if sign := _SIGNS.get(char):
        return sign
    if ord(char) in _BRAILLE:
        return _DOTS[(ord(char) - _BRAILLE[0]).bit_count()]
    if ord(char) in _BOX:
        return "+"
    cells = get_character_cell_size(char)
    letter = unicodedata.normalize("NFKD", char)[0]
    return letter if letter.isascii() and cells == 1 else "?" * cells


class AsciiSigns(LineFilter):
    """Draws everything with the signs of ASCII: frames, charts, letters without their accents."""

    def __init__(self) -> None:
        super().__init__()
        self._table = _Ascii()

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line in other signs."""
        del background
        return [
            segment if segment.control else Segment(self._drawn(segment.text), segment.style) for segment in segments
        ]

    def _drawn(self, text: str) -> str:
        return text if text.isascii() and text.isprintable() else "".join(pieces(text)).translate(self._table)
