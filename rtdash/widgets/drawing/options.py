"""Names to choose from, in columns; a sign tells which are chosen, another one where the keys are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.cells import cell_len

from rtdash.widgets.drawing.spans import Line, Span, fit, width

CURSOR = "❯"
_GAP = 2


def places(names: Sequence[str], rows: int) -> list[tuple[int, int, int]]:
    """Row, first cell and width of each name: the columns are filled from above, each as wide as its longest name."""
    found: list[tuple[int, int, int]] = []
    start = 0
    for first in range(0, len(names), max(1, rows)):
        column = names[first : first + max(1, rows)]
        cells = max(cell_len(name) for name in column) + len(f"{CURSOR}✓ ")
        found += [(row, start, cells) for row in range(len(column))]
        start += cells + _GAP
    return found


def draw(
    names: Sequence[str], chosen: Collection[str], at: int | None, signs: tuple[str, str], rows: int, cells: int
) -> list[Line]:
    """`rows` lines of names, those `chosen` with the first of `signs`; the cursor is before the one at index `at`."""
    lines: list[list[Span]] = [[] for _ in range(rows)]
    for index, (name, (row, start, _)) in enumerate(zip(names, places(names, rows), strict=True)):
        mark, role = (signs[0], "good") if name in chosen else (signs[1], "muted")
        name_role = "accent" if index == at else "strong" if name in chosen else "text"
        lines[row] += [
            (" " * (start - width(lines[row])), "text"),
            (CURSOR if index == at else " ", "accent"),
            (mark, role),
            (f" {name}", name_role),
        ]
    return [fit(line, cells) for line in lines]
