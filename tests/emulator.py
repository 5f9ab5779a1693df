"""An independent reading of what was written: pyte, with what real terminals do besides."""

from __future__ import annotations

import unicodedata

import pyte
from pyte.screens import Char
from rich.cells import get_character_cell_size


class Emulator(pyte.Screen):
    """A screen whose wide characters lose both halves when one is written over, as on a real terminal.

    Vowels that stand beside their letter are in its cell, or with `is_spilling` in the next one: terminals differ.
    """

    def __init__(self, columns: int, rows: int, *, is_spilling: bool = False) -> None:
        super().__init__(columns, rows)
        self._is_spilling = is_spilling
        self._stream = pyte.Stream(self)

    def feed(self, written: str) -> None:
        """Read what was written."""
        self._stream.feed(written)

    def draw(self, data: str) -> None:
        for char in data:
            width, line = get_character_cell_size(char), self.buffer[self.cursor.y]
            x = min(self.cursor.x, self.columns - 1)
            if width and not line[x].data:
                line[x - 1] = line[x - 1]._replace(data=" ")
            if width and x + width < self.columns and not line[x + width].data:
                line[x + width] = line[x + width]._replace(data=" ")
            if not width and unicodedata.category(char) in {"Mc", "Lo"}:
                self._draw_vowel(char)
            else:
                super().draw(char)

    def _draw_vowel(self, char: str) -> None:
        if self._is_spilling:
            super().draw("¤")
        elif x := self.cursor.x:
            line = self.buffer[self.cursor.y]
            x -= 1 if line[x - 1].data else 2
            line[x] = line[x]._replace(data=line[x].data + char)

    def cells(self) -> list[list[Char]]:
        """Every cell with its text, its colours and its attributes."""
        return [[self.buffer[y][x] for x in range(self.columns)] for y in range(self.lines)]


def difference(one: Emulator, other: Emulator) -> str:
    """The first cell in which two screens differ; nothing when they show the same."""
    if (one.columns, one.lines) != (other.columns, other.lines):
        return "sizes"
    for y, (row, other_row) in enumerate(zip(one.cells(), other.cells(), strict=True)):
        for x, (cell, other_cell) in enumerate(zip(row, other_row, strict=True)):
            if cell != other_cell:
                return f"row {y}, column {x}: {cell} != {other_cell}"
    return ""
