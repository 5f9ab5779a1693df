"""Lines of text with roles. A role (`value`, `muted`, `error` …) becomes a colour in styles/, never here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
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


def changed(before: Line, after: Line) -> tuple[int, int]:
    """The first cell in which two lines of the same width differ, and the one after the last.

    Where nothing differs the second is not above the first.
    """
    # Most spans are as they were: those between are compared character by character.
    front = _alike(before, after)
    back = _alike(before[front:][::-1], after[front:][::-1])
    old, new = (
        [(char, role) for text, role in line[front : len(line) - back] for char in text] for line in (before, after)
    )
    alike = _alike(old, new)
    start = width(after[:front]) + _cells(new[:alike])
    if any(not cell_len(char) for char, _ in (*old[alike : alike + 1], *new[alike : alike + 1])):
        # What has no width of its own belongs to the character before it, which may be a wide one.
        start = max(0, start - 2)
    same_end = _alike(old[::-1], new[::-1])
    return start, width(after[: len(after) - back]) - _cells(new[len(new) - same_end :])


def _cells(chars: Sequence[Span]) -> int:
    return cell_len("".join(char for char, _ in chars))


def _alike(one: Sequence[Span], other: Sequence[Span]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def beside(left_lines: Sequence[Line], right_lines: Sequence[Line]) -> list[Line]:
    """Two blocks beside each other; the lines of each are equally wide, and the shorter one is filled with blanks."""
    blanks = [fit((), width(block[0]) if block else 0) for block in (left_lines, right_lines)]
    pairs = zip_longest(left_lines, right_lines)
    return [(*(one or blanks[0]), *(other or blanks[1])) for one, other in pairs]


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
