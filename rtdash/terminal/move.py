"""The shortest way of the cursor from one cell to another."""

from __future__ import annotations


def move(from_x: int | None, from_y: int, x: int, y: int) -> str:
    """What moves the cursor, columns and rows from 0; `from_x` is None where terminals differ in which column it is.

    No line feed: what that does to the column the terminal's driver decides.
    """
    if (from_x, from_y) == (x, y):
        return ""
    there = f"\x1b[{y + 1 if y else ''}{f';{x + 1}' if x else ''}H"
    down = y - from_y
    if not down >= 0:
        return there
    along = _along(from_x, x)
    step = along if not down else f"\x1bD{along}" if down == 1 else f"\x1b[{down}B{along}"
    return min(step, there, key=len)


def _along(from_x: int | None, x: int) -> str:
    if x == from_x:
        return ""
    if x == 0:
        return "\r"
    ways = [f"\x1b[{x + 1}G"]
    if from_x is not None:
        ways.append(forward(x - from_x) if x > from_x else back(from_x - x))
    return min(ways, key=len)


def forward(cells: int) -> str:
    """To the right."""
    return f"\x1b[{cells}C" if cells > 1 else "\x1b[C"


def back(cells: int) -> str:
    """To the left."""
    return "\b" * cells if cells < 4 else f"\x1b[{cells}D"
