"""Lines of text with roles. A role (`value`, `muted`, `error` …) becomes a colour in styles/, never here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from rich.cells import cell_len, chop_cells, set_cell_size

Span: TypeAlias = tuple[str, str]
"""Text and its role."""
Line: TypeAlias = tuple[Span, ...]


def width(line: Iterable[Span]) -> int:
    """Cells that a line takes."""
    return sum(cell_len(text) for text, _ in line)


def fit(line: Iterable[Span], cells: int) -> Line:
    """The line cut, or filled with blanks, to exactly `cells`; a cut shows as `…`."""
    fitted: list[Span] = []
    left = cells
    for text, role in line:
        size = cell_len(text)
        if size > left:
            if left > 0:
                fitted.append((set_cell_size(text, left - 1) + "…", role))
            return tuple(fitted)
        fitted.append((text, role))
        left -= size
    if left > 0:
        fitted.append((" " * left, "text"))
    return tuple(fitted)


def wrapped(text: str, cells: int) -> list[str]:
    """Text in lines of at most `cells`, broken at blanks where that is possible; one line at least.

    Fewer than two cells count as two, which a wide character takes.
    """
    cells = max(2, cells)
    lines: list[str] = []
    for word in filter(None, text.split(" ")):
        for piece in chop_cells(word, cells):
            if lines and cell_len(lines[-1]) + 1 + cell_len(piece) <= cells:
                lines[-1] += f" {piece}"
            else:
                lines.append(piece)
    return lines or [""]


def left(text: str, cells: int) -> str:
    """Text at the left of `cells`, cut with `…` when longer."""
    return text + " " * (cells - size) if (size := cell_len(text)) <= cells else set_cell_size(text, cells - 1) + "…"


def right(text: str, cells: int) -> str:
    """Text at the right of `cells`; a number is never cut, so it may be wider."""
    return " " * max(0, cells - cell_len(text)) + text
