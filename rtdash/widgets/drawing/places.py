"""Numbers on a map of France: the fuller the sign, the larger the number."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len

from rtdash.model.data import Place, Places
from rtdash.model.france import EAST, NORTH, OUTLINE, SOUTH, WEST
from rtdash.widgets.drawing.chart import Axis, plot
from rtdash.widgets.drawing.numbers import rounded, share
from rtdash.widgets.drawing.spans import Line, Span, fit, left, right

SIGNS = "◌○◍●"
_LEAST_MAP, _LEAST_LABEL = 12, 8
# A degree of longitude is 0.69 of one of latitude at 46.5° north, and a cell is twice as high as wide.
_CELLS_PER_ROW = 2 * 0.69 * (EAST - WEST) / (NORTH - SOUTH)


@lru_cache(maxsize=8)
def _outline(width: int, height: int) -> tuple[str, ...]:
    lines = plot([(OUTLINE, "outline")], Axis(WEST, EAST), Axis(SOUTH, NORTH), width, height)
    return tuple("".join(text for text, _ in line) for line in lines)


def _sign(place: Place, largest: float) -> str:
    return SIGNS[min(len(SIGNS) - 1, int(share(place.value, largest) * len(SIGNS)))]


def _cell(place: Place, width: int, height: int) -> tuple[int, int]:
    """Column and row; what lies outside the frame stands at its edge."""
    column = round(share(place.longitude - WEST, EAST - WEST) * (width - 1))
    row = round(share(NORTH - place.latitude, NORTH - SOUTH) * (height - 1))
    return column, row


def _map(places: Places, largest: float, width: int, height: int) -> list[Line]:
    """The outline with a sign at each place, and its name where there is room beside it."""
    grid: list[list[Span]] = [[(char, "outline") for char in row.ljust(width)] for row in _outline(width, height)]
    marks = [(*_cell(place, width, height), place) for place in places.items]
    for column, row, place in marks:
        grid[row][column] = (_sign(place, largest), "accent")
    taken = {(row, column) for column, row, _ in marks}
    for column, row, place in marks:
        size = cell_len(place.label)
        for start in (column + 1, column - size):
            cells = [(row, at) for at in range(start, start + size)]
            if size and start >= 0 and start + size <= width and taken.isdisjoint(cells):
                # The whole label in its first cell: a character may take two cells, or none.
                grid[row][start : start + size] = [(place.label, "text"), *[("", "text")] * (size - 1)]
                taken.update(cells)
                break
    return [tuple(row) for row in grid]


def draw(places: Places, unit: str, width: int, height: int) -> list[Line]:
    """The map, and beside it, or alone where there is no room for both, the list of places with their numbers."""
    if not places.items:
        return [fit(((" nothing in this window", "muted"),), width)]
    largest = max(float(place.value) for place in places.items)
    values = [rounded(place.value, unit) for place in places.items]
    value_width = max(len(value) for value in values)
    label_width = max(cell_len(place.label) for place in places.items)
    # A long name is cut rather than the map left out.
    label_width = min(label_width, max(_LEAST_LABEL, width - value_width - 5 - _LEAST_MAP))
    list_width = label_width + value_width + 5
    rows = [
        (
            (f" {_sign(place, largest)} ", "accent"),
            (left(place.label, label_width), "text"),
            (f" {right(value, value_width)}", "strong"),
        )
        for place, value in zip(places.items, values, strict=True)
    ]
    map_width = min(width - list_width, round(height * _CELLS_PER_ROW))
    if map_width < _LEAST_MAP or height < 5:
        return [fit(row, width) for row in rows[:height]]
    gap = min(3, max(0, (width - map_width - list_width) // 3))
    above = max(0, (height - len(rows)) // 2)
    drawn = _map(places, largest, map_width, height)
    return [
        fit(
            (
                (" " * gap, "text"),
                *line,
                (" " * gap, "text"),
                *(rows[row - above] if 0 <= row - above < len(rows) else ()),
            ),
            width,
        )
        for row, line in enumerate(drawn)
    ]
